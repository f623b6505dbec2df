"""The check of the built site reports broken links, remote resources and missing descriptions."""

import pytest
import site_check


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    (folder / "static").mkdir(parents=True)
    (tmp_path / "beside.html").write_text("<p id='there'>")
    (folder / "other.html").write_text("<h1 id='there'>…</h1><a name='old'></a>")
    (folder / "static" / "figure.svg").write_text("<svg/>")

    def make(body: str, css: str = "") -> list[str]:
        (folder / "page.html").write_text(f"<!doctype html><h1 id='here'>…</h1>{body}")
        (folder / "static" / "site.css").write_text(css)
        return site_check.faults(folder)

    return make


@pytest.mark.parametrize(
    "body",
    [
        "<a href='other.html'>",
        "<a href='other.html#there'>",
        "<a href='other.html#old'>",
        "<a href='#here'>",
        "<a href='#'>",
        "<a href=''>",
        "<a href='static/figure.svg'>",
        "<a href='https://example.org/#any'>",
        "<img src='static/figure.svg?v=1'>",
        "<link rel='stylesheet' href='static/site.css'>",
        "<link rel='search' href='#'>",
        "<form action='other.html'>",
        "<p style='color: red'>",
        "<pre>&lt;img src='https://example.org'></pre>",
    ],
)
def test_a_valid_site(site, body):
    assert (
        site(body, "a { background: url(figure.svg) } b { background: url('data:image/png;base64,x') }") == []
    )


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<a href='gone.html'>", "gone.html: leads nowhere"),
        ("<a href='static'>", "static: leads nowhere"),
        ("<a href='../gone.html'>", "../gone.html: leads nowhere"),
        ("<a href='http://example.org'>", "http://example.org: leads nowhere"),
        ("<a href='//example.org/a'>", "//example.org/a: leads nowhere"),
        ("<a href='other.html#here'>", "other.html#here: no such place"),
        ("<a href='#there'>", "#there: no such place"),
        ("<a href='static/figure.svg#there'>", "static/figure.svg#there: no such place"),
        ("<img src='static/gone.svg'>", "static/gone.svg: not in the site"),
        ("<img src='https://example.org/a.png'>", "https://example.org/a.png: not in the site"),
        ("<img src='//example.org/a.png'>", "//example.org/a.png: not in the site"),
        ("<img srcset='gone.png 2x'>", "gone.png: not in the site"),
        ("<script src='https://example.org/a.js'></script>", "https://example.org/a.js: not in the site"),
        ("<link rel='stylesheet' href='gone.css'>", "gone.css: not in the site"),
        ("<link rel='preconnect' href='https://example.org'>", "https://example.org: not in the site"),
        ("<p style='background: url(gone.png)'>", "gone.png: not in the site"),
        ("<style>@import 'gone.css';</style>", "gone.css: not in the site"),
    ],
)
def test_faults_of_a_page(site, body, fault):
    assert site(body) == [f"page.html: {fault}"]


@pytest.mark.parametrize(
    ("css", "fault"),
    [
        ("@import url(https://example.org/font.css);", "https://example.org/font.css: not in the site"),
        ('@import "gone.css";', "gone.css: not in the site"),
        ('a { background: url("gone.png") }', "gone.png: not in the site"),
    ],
)
def test_faults_of_a_style_sheet(site, css, fault):
    assert site("", css) == [f"static/site.css: {fault}"]


def test_a_page_without_a_description(site, tmp_path):
    site("")
    html = "<html data-content_root='./'>"
    for name in ("search", "bare"):
        (tmp_path / "site" / f"{name}.html").write_text(html)
    (tmp_path / "site" / "other.html").write_text(
        f"{html}<meta name='description' content='a'><meta property='og:title' content=''>"
        "<meta property='og:description' content='a'>"
    )
    assert site_check.undescribed(tmp_path / "site") == [
        "bare.html: has no description, og:title, og:description",
        "other.html: has no og:title",
    ]

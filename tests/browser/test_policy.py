"""Pages load nothing: their policy allows only their own style and script."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from browser.samples import CORPORA, OPTIONS, REPORTS, ROWS, page_of
from playwright.sync_api import expect

import kaiser_interview as ki
from kaiser_interview import cli


def hash_of(text):
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("name", [*CORPORA, *REPORTS])
def test_the_policy(visit, name):
    page = visit(name)
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    (style,), scripts = (page.locator(one).all_text_contents() for one in ("style", "script"))
    expected = {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "style-src": hash_of(style),
    }
    assert len(scripts) == (name in CORPORA)
    if scripts:
        expected["script-src"] = hash_of(scripts[0])
    assert rules == expected
    # The style is in force: without it, lists of figures have no grid.
    assert page.locator("dl").first.evaluate("(one) => getComputedStyle(one).display") in ("grid", "flex")
    expect(page.locator("[style], [src], [srcset], link, base, iframe, object")).to_have_count(0)
    names = "(all) => all.flatMap((one) => one.getAttributeNames())"
    assert not [one for one in page.locator("*").evaluate_all(names) if one.startswith("on")]
    expect(page.locator("[href]:not([href^='#'])")).to_have_count(0)


@pytest.mark.parametrize("name", ["shipped", "failed"])
def test_what_the_policy_stops(visit, name):
    page = visit(name)
    page.evaluate(
        """() => {
          const make = document.createElement.bind(document);
          const add = (tag, values) => document.body.append(Object.assign(make(tag), values));
          add("script", { textContent: "window.ran = true" });
          add("style", { textContent: "body { color: red }" });
          add("img", { src: "http://127.0.0.1:9/" });
          add("iframe", { src: "http://127.0.0.1:9/" });
        }"""
    )
    page.wait_for_function("window.violations.length >= 4")
    assert page.evaluate("window.ran") is None
    stopped = {one.partition(" ")[0] for one in page.evaluate("window.violations.splice(0)")}
    assert stopped == {"script-src-elem", "style-src-elem", "img-src", "frame-src"}
    assert all(one.startswith(("console: ", "request: http://127.0.0.1:9/")) for one in visit.faults)
    visit.faults.clear()


def test_the_commands_write_these_pages(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["kaiser-interview", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        return caught.value.code or 0

    options = ["--kind", "translation", "--complete", ",".join(OPTIONS["complete"])]
    options += [word for name, value in OPTIONS["defaults"].items() for word in ("--set", f"{name}={value}")]
    assert run("browse", "--output", "shipped.html") == 0
    assert (tmp_path / "shipped.html").read_text("utf-8") == page_of("shipped")
    assert run("browse", "--rows", ROWS, *options, "--output", "rows.html") == 1
    assert (tmp_path / "rows.html").read_text("utf-8") == page_of("rows")
    capsys.readouterr()
    assert run("validate", ROWS, *options, "--format", "html") == 1
    assert capsys.readouterr().out.strip() == page_of("failed").strip()


def test_fragments_of_notebooks(visit, tmp_path):
    """They look right in light and dark, show their parts, and have no script."""
    shown = {
        "Corpus: 41 claims, 1 source": ki.Corpus.from_files(ki.data_path()),
        "Failed": ki.validate(ROWS, **OPTIONS),
        "41 Claims": ki.load("claims"),
        "Relation": ki.load("relations")[0],
        "d05-c03": ki.claim("d05-c03"),
        "quote-not-found": ki.validate(ROWS, **OPTIONS).sample[1],
    }
    for paper, ink in (("#fff", "#000"), ("#111", "#eee")):
        cells = "".join(f"<article>{one._repr_html_()}</article>" for one in shown.values())
        path = tmp_path / f"notebook{len(paper + ink)}{paper[1:]}.html"
        head = f"<meta charset=utf-8><title>x</title><body style='background: {paper}; color: {ink}'>"
        path.write_text(f"<!doctype html><html lang=en>{head}{cells}", "utf-8")
        page = visit(path)
        for words, cell in zip(shown, page.locator("article").all(), strict=True):
            expect(cell).to_contain_text(words)
        assert not re.search(r"<script|\bon\w+=", cells)

"""Both pages on screens of every width, in light and dark, from right to left, and printed."""

import pytest
from browser.samples import CORPORA, REPORTS, corpus_of, report_of
from playwright.sync_api import expect

SCREENS = [390, 768, 1440, 2560]
EVERY = [*CORPORA, *REPORTS]

# What is wider than the screen, or than the box that cuts it off. A box that scrolls may have wider contents.
OVERFLOWS = """() => {
  const out = [], width = document.documentElement.clientWidth;
  const scrolls = (one) => ["auto", "scroll"].includes(getComputedStyle(one).overflowX);
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > width) out.push(`the page: ${scrollWidth}`);
  for (const one of document.body.querySelectorAll("*")) {
    if (one.closest(".unseen, .skip, option") || !one.checkVisibility()) continue;
    let box = one.parentElement;
    while (box && !scrolls(box)) box = box.parentElement;
    const { left, right } = one.getBoundingClientRect();
    if (!box && (left < -1 || right > width + 1)) out.push(one.outerHTML.slice(0, 200));
    const isCut = one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== "visible";
    if (isCut && !scrolls(one)) {
      out.push(`cut off: ${one.outerHTML.slice(0, 200)}`);
    }
  }
  return out;
}"""


def brightness(page, name):
    """Return how bright a colour of the body is, from 0 to 255."""
    colour = page.locator("body").evaluate(f"(one) => getComputedStyle(one).{name}")
    return sum(map(int, colour.removeprefix("rgb(").removesuffix(")").split(","))) / 3


def show_everything(page):
    """Show every block as a browser does that scrolls to it, and open what can be opened."""
    page.add_style_tag(content=".block { content-visibility: visible !important; }")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


@pytest.mark.parametrize("name", EVERY)
def test_nothing_is_wider_than_the_screen(visit, name):
    page = visit(name, bypass_csp=True)
    show_everything(page)
    claims = corpus_of(name).claims if name in CORPORA else []
    for width in SCREENS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(OVERFLOWS) == []
        for claim_id in [*claims][-12:]:
            page.evaluate("(id) => { location.hash = encodeURIComponent(id); }", claim_id)
        if claims:
            expect(page.locator(".panel.open")).to_have_count(1)
            assert page.evaluate(OVERFLOWS) == []
            page.evaluate("() => { location.hash = ''; }")


def test_the_check_sees_what_does_not_fit(visit, tmp_path):
    file = tmp_path / "wide.html"
    for body, fits in (
        ("<p>fits</p><div style='overflow-x: auto'><pre style='width: 3000px'>x</pre></div>", True),
        (f"<pre>{'x' * 900}</pre>", False),
        ("<p style='overflow: hidden; width: 5rem; white-space: nowrap'>cut off by its box</p>", False),
        ("<p style='position: fixed; left: -50px'>left</p>", False),
    ):
        file.write_text(f"<!doctype html><title>x</title><body>{body}", "utf-8")
        assert (visit(file, width=390).evaluate(OVERFLOWS) == []) == fits


@pytest.mark.parametrize("name", ["rows", "failed"])
def test_light_and_dark(visit, name):
    light, dark = (visit(name, color_scheme=scheme) for scheme in ("light", "dark"))
    assert (brightness(light, "backgroundColor") > 230, brightness(light, "color") < 60) == (True, True)
    assert (brightness(dark, "backgroundColor") < 40, brightness(dark, "color") > 200) == (True, True)
    # Paper is white whatever the screen is.
    dark.emulate_media(media="print", color_scheme="dark")
    assert (brightness(dark, "backgroundColor") > 230, brightness(dark, "color") < 60) == (True, True)


EDGES = """(all) => all.map((one) => {
  const range = document.createRange();
  range.selectNodeContents(one);
  const line = range.getClientRects()[0], box = one.getBoundingClientRect();
  return [line.left - box.left, box.right - Math.max(...[...range.getClientRects()].map((one) => one.right))];
})"""


@pytest.mark.parametrize("width", [390, 1440])
def test_lines_from_right_to_left_are_at_the_right(visit, width):
    page = visit("hebrew", width=width)
    for left, right in page.locator(".text").evaluate_all(EDGES):
        assert abs(right) < 5
        assert left > 5 or width == 390
    for left, _ in visit("hindi", width=width).locator(".text").evaluate_all(EDGES):
        assert left < 25  # a space before a sentence


def test_languages_are_named(visit):
    """So that browsers choose the glyphs and screen readers the voice of the language."""
    page = visit("shipped")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert {*page.locator(".text").evaluate_all("(all) => all.map((one) => one.lang)")} == {"zh-Hans"}
    assert {*page.locator(".english").evaluate_all("(all) => all.map((one) => one.lang)")} == {"en"}


def test_the_filters_stay_in_view(visit):
    page = visit("shipped")
    page.evaluate("scrollTo(0, 3000)")
    expect(page.get_by_label("Find")).to_be_in_viewport()
    phone = visit("shipped", width=390)
    phone.evaluate("scrollTo(0, 3000)")
    expect(phone.get_by_label("Find")).not_to_be_in_viewport()


def test_a_wide_screen_has_the_panel_at_its_side(visit):
    page = visit("shipped", "d05-c03")
    panel, text = page.locator(".panel.open").bounding_box(), page.locator("main").bounding_box()
    assert panel["x"] + panel["width"] == 1440
    assert (panel["y"], panel["height"]) == (0, 900)
    assert text["x"] + text["width"] <= panel["x"]
    phone = visit("shipped", "d05-c03", width=390)
    below = phone.locator(".panel.open").bounding_box()
    assert below["y"] > phone.locator(".chosen").bounding_box()["y"]


@pytest.mark.parametrize("name", ["shipped", "rows", "failed", "groups"])
def test_printing(visit, name):
    page = visit(name, "d05-c03" if name in CORPORA else "")
    page.emulate_media(media="print")
    positions = page.locator("body *").evaluate_all(
        "(all) => all.filter((one) => one.checkVisibility()).map((one) => getComputedStyle(one).position)"
    )
    assert {*positions} <= {"static", "relative", "absolute"}
    expect(page.locator("button:visible, input:visible, select:visible")).to_have_count(0)
    text = page.locator("body").inner_text()
    if name in CORPORA:
        for claim in corpus_of(name).claims.values():
            assert claim.text in text
            assert claim.text_en in text
        expect(page.locator(".panel:visible")).to_have_count(1)
        expect(page.locator(".panel:visible .citation")).to_be_visible()
    else:
        assert report_of(name).summary in text
        assert all(one.got in text for one in report_of(name).sample[:5])
    assert len(page.pdf()) > 10_000

"""What screen readers are told: the tree of the main parts, and the rules of axe-core."""

import pytest
from browser.samples import IDS
from playwright.sync_api import expect

PAGES = [("shipped", "d05-c03"), ("rows", "d05-c03"), ("hebrew", "c002"), ("odd", "wet"), ("failed", ""), ("passed", "")]

RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html)}`);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "claim"), PAGES)
def test_no_rule_is_violated(visit, axe, name, claim, scheme):
    page = visit(name, color_scheme=scheme, bypass_csp=True)
    page.evaluate(axe)
    assert page.evaluate(RUN) == []
    if claim:
        page.evaluate("(id) => { location.hash = id; }", claim)
        expect(page.locator(".panel.open")).to_have_count(1)
    page.evaluate("document.querySelectorAll('.open details, .report details').forEach((one) => { one.open = true; })")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(RUN) == []


def test_axe_sees_what_is_wrong(visit, axe, tmp_path):
    file = tmp_path / "wrong.html"
    file.write_text("<title>x</title><p style='color: #999'>pale</p><button></button>", "utf-8")
    page = visit(file)
    page.evaluate(axe)
    found = {one.partition(":")[0] for one in page.evaluate(RUN)}
    assert {"html-has-lang", "color-contrast", "button-name"} <= found


def test_the_tree_of_the_filters(visit):
    tree = visit("rows").get_by_role("search").aria_snapshot()
    assert tree.startswith('- search "Filter claims":\n')
    print(tree)


def test_the_tree_of_a_claim(visit):
    page = visit("rows", "d05-c03")
    print(page.locator("main .block", has=page.locator(".panel.open")).aria_snapshot())


def test_the_tree_of_a_report(visit):
    page = visit("failed")
    print(page.locator("header").aria_snapshot())
    print(page.locator("main").aria_snapshot())

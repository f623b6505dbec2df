"""What screen readers are told: the tree of the main parts, and the rules of axe-core."""

import pytest
from playwright.sync_api import expect

PAGES = [("rows", "d05-c03"), ("hebrew", "c002"), ("odd", "wet"), ("failed", "")]

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
    page.locator(".open details, .report details").evaluate_all(
        "(all) => all.forEach((one) => { one.open = true; })"
    )
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


def test_the_tree_of_a_page(visit):
    page = visit("rows")
    expect(page.locator("body")).to_match_aria_snapshot("""
      - link "Skip to the first claim"
      - banner:
        - heading /41 claims from a Chinese summary/ [level=1]
        - paragraph: /41 claims/
      - search "Filter claims":
        - searchbox "Find"
        - combobox "dialogue"
        - combobox "topics"
        - combobox "claim type"
        - combobox "horizon"
        - checkbox "with findings"
        - button "Reset"
        - status
      - navigation "Headings"
      - main:
        - region "Source interview-summary-zh":
          - heading "interview-summary-zh" [level=2]
          - heading /对话一/ [level=3]
          - link /语言在时间维度上/
          - paragraph: /In the temporal dimension/
        - region "Other findings"
      - contentinfo
    """)


def test_the_tree_of_a_claim(visit):
    page = visit("rows", "d05-c03")
    block = page.locator("main .block", has=page.locator(".panel.open"))
    expect(block).to_match_aria_snapshot("""
      - link /推理模型不增加参数数量/:
        - /url: "#d05-c03"
      - text: "[27]"
      - paragraph: /Reasoning models add no parameters/
      - article "Claim d05-c03":
        - heading "d05-c03" [level=3]:
          - link "d05-c03"
        - button "Close"
        - region "Rows":
          - heading "Rows" [level=4]
          - paragraph: /translation Reasoning models increase the number of parameters. 推理模型增加参数数量/
          - paragraph:
            - strong: error quote-not-found
            - code: /quote
          - paragraph: /expected a passage of d05-c03, got/
          - paragraph: "closest passage (not a match): d05-c03, 1072 to 1083"
          - text: source 推理模型
          - mark: 不
          - text: 增加参数数量 quote 推理模型
          - mark: (nothing)
          - text: 增加参数数量
        - term: dialogue
        - definition: d05
        - term: SHA-256
        - definition:
          - code
        - group: Labels (5)
        - group: Mentions (3)
        - group: Relations (3)
        - group: Citation
        - paragraph:
          - button "Copy citation"
          - button "Copy link"
          - button "Copy digest"
    """)


def test_the_tree_of_a_report(visit):
    expect(visit("failed").locator("body")).to_match_aria_snapshot("""
      - banner:
        - heading "Failed" [level=1]
        - paragraph: /4 of 39 rows invalid/
        - term: rows
        - definition: "39"
        - term: quotes exact
        - definition: 35 of 39
      - main:
        - region "Findings by code and field":
          - table "Findings by code":
            - rowgroup:
              - row "Findings by code Findings Bar"
            - rowgroup:
              - row "missing-claim 3":
                - rowheader "missing-claim":
                  - link "missing-claim":
                    - /url: "#group-5"
                - cell "3"
          - table "Findings by field"
        - region "Findings":
          - heading "error unknown-claim /claim_id 1" [level=2]
          - paragraph: No claim has this id.
          - group: About unknown-claim
          - list:
            - listitem:
              - paragraph: /expected a claim of the corpus, got "d02-c2"/
        - region "What was checked":
          - heading "What was checked" [level=2]
          - group "Inputs":
            - table
          - term: quotes exact
          - definition: "35"
    """)

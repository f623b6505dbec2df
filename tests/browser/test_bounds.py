"""The size of pages, and pages of large corpora and of millions of findings."""

import dataclasses

import pytest
from browser.samples import REPORTS, page_of, report_of
from playwright.sync_api import expect

import kaiser_interview as ki
from kaiser_interview.validation.findings.codes import CODES
from kaiser_interview.validation.findings.counts import Count
from kaiser_interview.validation.findings.finding import Edit, Finding, Suggestion
from kaiser_interview.validation.findings.report import Input

LONGEST = 2_000_000
ESCAPED = "<&>\"'"


def test_the_page_of_the_shipped_claims_is_small():
    assert len(page_of("shipped").encode()) < 400_000
    assert len(page_of("rows").encode()) < 450_000


def suggestions(kind, number):
    """Return a suggestion of the greatest length, in which nothing is the same as in others."""
    before, after = ("".join(f"{mark}{number}" for mark in marks * 100)[:330] for marks in ("言語", "语语"))
    if kind == "edit":
        edit = Edit(("quote",), before, after)
        return Suggestion(f"{number} {ESCAPED * 80}"[:400], "safe", (edit,))
    passage = "".join(f"⟦{one}→{other}⟧{ESCAPED[:1]}" for one, other in zip(before, after, strict=True))
    return Suggestion(f"closest passage (not a match): c, 0 to 9: {passage}"[:400] + "⟦a→b⟧", "display", ())


@pytest.mark.parametrize("kind", ["edit", "passage"])
def test_the_page_of_a_million_findings_is_small(visit, tmp_path, kind):
    """With the longest values that a sample may have, in as many groups as are counted."""
    codes = [*CODES]
    counts, sample = [], []
    for number in range(1000):
        path = (f"{number}{ESCAPED * 50}",)
        code = codes[number % len(codes)]
        counts.append(Count(code, "error", f"/{path[0]}", 1_000_000))
        for row in range(5):
            value = f"{row}{ESCAPED * 16}"[:80]
            sample.append(
                Finding(
                    code,
                    "error",
                    "f" * 250,
                    row,
                    row,
                    ESCAPED * 50,
                    path,
                    value,
                    value,
                    suggestions(kind, row),
                )
            )
    name = ESCAPED * 800
    inputs = tuple(Input(f"{number}{name}", 1, 2, "0" * 64, complete=True) for number in range(1000))
    small = report_of("passed")
    options = {"select": [name] * 100, "defaults": {name: name * 10}}
    report = dataclasses.replace(
        small,
        rows=1_000_000_000,
        valid=0,
        invalid=1_000_000_000,
        counts=tuple(counts),
        sample=tuple(sample),
        inputs=inputs,
        checked=dataclasses.replace(small.checked, options=options),
    )
    html = report.to_html(rejects=name)
    assert len(html.encode()) < LONGEST
    path = tmp_path / "large.html"
    path.write_text(html, "utf-8")
    page = visit(path)
    shown = page.locator(".group").count()
    assert shown >= 20
    expect(page.get_by_text(f"{1000 - shown} more groups of findings are not shown.")).to_be_visible()
    assert page.locator(".examples > li").count() >= shown
    expect(page.get_by_text("and 900 more")).to_be_visible()


def test_a_page_of_wrong_rows_does_not_grow():
    value, sizes = "x" * 5000, []
    for number in (2_000, 8_000):
        rows = [{"claim_id": f"d01-c{one}", "scheme": "topic", "value": value} for one in range(number)]
        sizes.append(len(ki.validate(rows, kind="label").to_html()))
    assert sizes[1] < sizes[0] + 100
    assert sizes[1] < 100_000


def test_hundreds_of_groups(visit):
    page = visit("groups")
    report = report_of("groups")
    assert len(report.counts) > 300
    expect(page.locator(".group")).to_have_count(100)
    for link in page.locator(".bars a").all():
        link.click()
        expect(page.locator(":target")).to_be_in_viewport()
    expect(
        page.get_by_text(f"{len(report.counts) - 100} more groups of findings are not shown.")
    ).to_be_visible()
    shown = page.locator(".bars").first.locator(".number").all_inner_texts()
    assert sum(int(one.replace(",", "")) for one in shown) == report.errors + report.warnings


@pytest.mark.parametrize("name", REPORTS)
def test_what_a_report_says(visit, name):
    page, report = visit(name), report_of(name)
    result = {"passed": "Passed", "failed": "Failed", "not-complete": "Not complete", "groups": "Failed"}[
        name
    ]
    expect(page.get_by_role("heading", level=1)).to_have_text(result)
    assert page.title() == f"{result}: {report.summary_lines[0]}"
    expect(page.get_by_role("banner")).to_contain_text(report.summary)
    figures = page.locator(".figures > div").all_inner_texts()
    assert figures[0].split() == ["rows", f"{report.rows:,}"]
    if report.counts:
        assert page.locator(".group h2").count() == min(len(report.counts), 100)
    else:
        expect(page.get_by_text("No findings.")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_five_thousand_claims(visit, width):
    page = visit("large", "n4000", width=width)
    expect(page.locator(".panel.open h3")).to_have_text("n4000")
    mark = page.locator("#n4000")
    expect(mark).to_be_in_viewport()
    page.keyboard.press("j")
    expect(page.locator(".panel.open h3")).to_have_text("n4001")
    expect(page.locator("#n4001")).to_be_in_viewport()
    # By selectors: Playwright takes a minute to find a label among so many elements.
    page.locator(".words").fill("says that 123")
    count = page.locator(".count")
    expect(count).to_have_text("15 of 5000 claims")
    page.locator(".filters select").select_option(label="odd")
    expect(count).to_have_text("10 of 5000 claims")
    page.locator(".filters button").click()
    expect(count).to_have_text("")
    page.locator("#n4999").scroll_into_view_if_needed()
    page.locator("#n4999").click()
    expect(page.locator(".panel.open h3")).to_have_text("n4999")

"""The page of a corpus: copy a citation, a link or a digest."""

import pytest
from browser.samples import corpus_of
from playwright.sync_api import expect

import kaiser_interview as ki

CLIPBOARD = ["clipboard-read", "clipboard-write"]


@pytest.mark.parametrize("how", ["clipboard", "selection"])
@pytest.mark.parametrize("width", [390, 1440])
def test_copy_buttons(visit, how, width):
    page = visit("shipped", "d05-c03", width=width, permissions=CLIPBOARD)
    if how == "selection":
        page.evaluate("""() => Object.defineProperty(navigator, "clipboard", { value: undefined })""")
    reader = page.context.new_page()
    reader.goto(page.url)
    expected = {
        "citation": page.locator(".panel.open .citation").text_content(),
        "link": page.url,
        "digest": ki.claim("d05-c03").claim_sha256,
    }
    assert expected["citation"].startswith(f"“{ki.claim('d05-c03').text}”")
    for what, text in expected.items():
        page.bring_to_front()
        page.get_by_role("button", name=f"Copy {what}").click()
        button = page.locator(f".panel.open [data-of={what}]")
        expect(button).to_have_text("Copied")
        expect(button).to_be_focused()
        reader.bring_to_front()
        assert reader.evaluate("navigator.clipboard.readText()") == text
    assert page.locator("textarea").count() == 0


def test_the_citation_of_a_custom_corpus(visit):
    page = visit("odd", "across", permissions=CLIPBOARD)
    page.get_by_role("button", name="Copy citation").click()
    expect(page.get_by_role("button", name="Copied")).to_have_count(1)
    claim = corpus_of("odd").claims["across"]
    assert page.evaluate("navigator.clipboard.readText()") == (
        f"“{claim.text}” (across; lines, code points {claim.start} to {claim.end}; SHA-256 {claim.sha256})"
    )


def test_two_clicks_keep_the_label(visit):
    page = visit("shipped", "d05-c03", permissions=CLIPBOARD)
    button = page.locator(".panel.open .copy").first
    button.click()
    button.click()
    expect(button).to_have_text("Copied")
    expect(button).to_have_text("Copy citation")

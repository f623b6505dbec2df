"""The page of a corpus: copy a citation, a link or a digest."""

import pytest
from browser.samples import corpus_of
from playwright.sync_api import expect

import kaiser_interview as ki

CLIPBOARD = ["clipboard-read", "clipboard-write"]


def texts(page, claim_id):
    """Return what each button copies."""
    claim = ki.claim(claim_id)
    return {
        "Copy citation": ki.citation_text(claim) if hasattr(ki, "citation_text") else None,
        "Copy link": page.url.partition("#")[0] + f"#{claim_id}",
        "Copy digest": claim.claim_sha256,
    }


@pytest.mark.parametrize("how", ["clipboard", "selection"])
@pytest.mark.parametrize("width", [390, 1440])
def test_copy_buttons(visit, how, width):
    page = visit("shipped", "d05-c03", width=width, permissions=CLIPBOARD)
    if how == "selection":
        page.evaluate("""() => Object.defineProperty(navigator, "clipboard", { value: undefined })""")
    reader = page.context.new_page()
    reader.goto(page.url)
    for label, text in texts(page, "d05-c03").items():
        page.bring_to_front()
        button = page.get_by_role("button", name=label)
        button.click()
        copied = page.get_by_role("button", name="Copied")
        expect(copied).to_have_count(1)
        expect(copied).to_be_focused()
        reader.bring_to_front()
        read = reader.evaluate("navigator.clipboard.readText()")
        assert read == (text or page.locator(".panel.open .citation").text_content())
        page.bring_to_front()
        expect(button).to_have_text(label)
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

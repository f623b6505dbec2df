"""The page of a corpus: filter claims by words, columns and findings."""

import pytest
from browser.samples import corpus_of
from playwright.sync_api import expect

import kaiser_interview as ki

CLAIMS = ki.load("claims")


def shown(page):
    """Return the ids of the claims in the text that can be seen."""
    return page.locator("a.claim:visible[id]:not(.is-out)").evaluate_all("(all) => all.map((one) => one.id)")


def holding(*words):
    """Return the ids of the claims with all words in one of their languages, whatever the case."""
    return [
        one.claim_id
        for one in CLAIMS
        if all(word.lower() in f"{one.text}\n{one.text_en}".lower() for word in words)
    ]


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("参数", ["参数"]),
        ("language model", ["language", "model"]),
        ("SCALING", ["scaling"]),
        ("ｓｃａｌｉｎｇ　ｌａｗ", ["scaling", "law"]),
        ("  gpt\t语言 ", ["gpt", "语言"]),
        ("d05-c03", None),
        ("no such words", []),
    ],
)
def test_words(visit, typed, words, width):
    page = visit("shipped", width=width)
    expected = ["d05-c03"] if words is None else holding(*words) if words else []
    page.get_by_label("Find").fill(typed)
    assert shown(page) == expected
    expect(page.locator(".count")).to_have_text(f"{len(expected)} of 41 claims")
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_label("Find")).to_have_value("")
    expect(page.locator(".count")).to_have_text("")
    assert shown(page) == [one.claim_id for one in CLAIMS]


@pytest.mark.parametrize(
    ("label", "field"), [("topics", "topics"), ("claim type", "claim_type"), ("horizon", "horizon")]
)
def test_columns(visit, label, field):
    page = visit("shipped")
    select = page.get_by_label(label)
    held_by = {one.claim_id: _values(getattr(one, field)) for one in CLAIMS}
    values = {value for held in held_by.values() for value in held}
    options = select.locator("option").all_inner_texts()
    assert options == ["all", *sorted(values)]
    for value in options[1:]:
        select.select_option(label=value)
        held = [claim_id for claim_id, own in held_by.items() if value in own]
        assert shown(page) == held
        expect(page.locator(".count")).to_have_text(f"{len(held)} of 41 claims")


def test_filters_are_combined(visit):
    page = visit("shipped")
    page.get_by_label("topics").select_option(label="scaling")
    page.get_by_label("Find").fill("参数")
    expected = [one.claim_id for one in CLAIMS if "scaling" in one.topics and "参数" in one.text]
    assert shown(page) == expected != []
    page.get_by_label("horizon").select_option(label="future")
    expect(page.locator(".count")).to_have_text("0 of 41 claims")
    expect(page.locator(".block:visible")).to_have_count(0)


def test_with_findings(visit):
    page = visit("rows")
    page.get_by_label("with findings").check()
    assert shown(page) == ["d05-c03", "d07-c02", "d08-c01"]
    expect(page.locator(".count")).to_have_text("3 of 41 claims")
    page.get_by_label("with findings").uncheck()
    assert len(shown(page)) == 41
    expect(visit("shipped").get_by_label("with findings")).to_have_count(0)


def test_an_open_claim_that_is_filtered_is_closed(visit):
    page = visit("shipped", "d05-c03")
    page.get_by_label("Find").fill("world model")
    expect(page.locator(".panel:visible")).to_have_count(0)
    assert "#" not in page.url
    assert page.locator("body").evaluate("(one) => getComputedStyle(one).paddingInlineEnd") == page.locator(
        "body"
    ).evaluate("(one) => getComputedStyle(one).paddingInlineStart")


def test_columns_of_a_custom_corpus(visit):
    """Values that are empty, in lists, missing, or no text; claims that share their words."""
    page = visit("odd")
    claims = corpus_of("odd").claims
    tone = page.get_by_label("tone")
    assert tone.locator("option").all_inner_texts() == ["all", "", "dry", "plain"]
    for index, value in enumerate(["", "dry", "plain"], 1):
        tone.select_option(index=index)
        held = sum(value in _values(one.columns.get("tone")) for one in claims.values())
        expect(page.locator(".count")).to_have_text(f"{held} of {len(claims)} claims")
    page.get_by_role("button", name="Reset").click()
    tone.select_option(label="dry")
    # Of the two claims in one block, only the words of the right one are marked.
    marked = page.locator("a.claim:visible:not(.is-out)").all_text_contents()
    assert marked == [
        "wet and cold",
        " in winter",
        "Part one\nThe whole document is ",
        "one claim",
        ".\nIts last line.",
    ]
    page.get_by_label("year").select_option(label="1901")
    assert page.locator("a.claim:visible:not(.is-out)").all_text_contents() == ["wet and cold", " in winter"]


def _values(value):
    return value if isinstance(value, list | tuple) else [value]


def test_filters_are_forgotten_on_reload(visit):
    page = visit("shipped")
    page.get_by_label("topics").select_option(label="scaling")
    page.reload()
    expect(page.get_by_label("topics")).to_have_value("")
    assert len(shown(page)) == 41

"""The page of a corpus: open and close claims, walk through them, follow permalinks and relations."""

import json
from urllib.parse import quote

import pytest
from browser.samples import CORPORA, IDS, corpus_of
from playwright.sync_api import expect

import kaiser_interview as ki

WIDTHS = pytest.mark.parametrize("width", [390, 1440])
MANY = pytest.mark.parametrize("name", CORPORA)


def opened(page):
    """Return the ids of the claims whose panels are open."""
    return page.locator(".panel:visible h3 a").all_inner_texts()


def mark(page, claim_id):
    """Return the first part of a claim in the text."""
    return page.locator(f"a.claim[href={json.dumps('#' + quote(claim_id))}]").first


def in_view(locator):
    """Return whether an element can soon be seen, and not only through what lies above it."""
    return locator.evaluate(
        """async (one) => {
          for (let turn = 0; turn < 60; turn++) {
            const { left, top } = one.getClientRects()[0];
            if (one.contains(document.elementFromPoint(left + 3, top + 3))) return true;
            await new Promise((again) => setTimeout(again, 50)); // the browser may still scroll
          }
          return false;
        }"""
    )


@WIDTHS
def test_a_click_opens_a_claim(visit, width):
    page = visit("shipped", width=width)
    assert opened(page) == []
    mark(page, "d05-c03").click()
    assert opened(page) == ["d05-c03"]
    assert page.url.endswith("#d05-c03")
    assert mark(page, "d05-c03").get_attribute("aria-current") == "true"
    mark(page, "d05-c04").click()
    assert opened(page) == ["d05-c04"]
    assert page.locator("[aria-current]").count() == 1


@WIDTHS
def test_a_permalink_opens_a_claim(visit, width):
    page = visit("shipped", "d05-c03", width=width)
    assert opened(page) == ["d05-c03"]
    expect(page.get_by_role("article", name="Claim d05-c03")).to_be_visible()
    assert in_view(mark(page, "d05-c03"))


@MANY
def test_every_claim_has_a_permalink(visit, name):
    """By its anchor for readers without the script, too."""
    page = visit(name)
    claims = [*corpus_of(name).claims]
    assert page.locator(".panel h3 a").evaluate_all(
        "(all) => all.map((one) => decodeURIComponent(one.hash.slice(1)))"
    ) == sorted(claims, key=lambda one: order(name, one))
    for claim_id in claims[:3] + claims[-len(IDS) :][:14]:
        page.evaluate("(hash) => { location.hash = hash; }", quote(claim_id))
        expect(page.locator(".panel.open")).to_have_count(1)
        shown = page.locator(".panel.open h3 a").get_attribute("href")
        assert shown == "#" + quote(claim_id)
        assert page.evaluate("(id) => document.getElementById(id) !== null", claim_id)
        assert in_view(page.locator(".chosen").first)


def test_a_claim_is_in_view_after_other_blocks_change_their_height(visit):
    """The browser lays out blocks near the claim after it has scrolled to the claim."""
    page = visit("english")
    page.evaluate(
        """() => {
          document.body.style.overflowAnchor = "none";
          const move = () => { document.querySelector("header").style.paddingTop = "2000px"; };
          addEventListener("hashchange", () => requestAnimationFrame(() => requestAnimationFrame(move)));
          location.hash = "c002";
        }"""
    )
    expect(page.locator("header")).to_have_css("padding-top", "2000px")
    assert opened(page) == ["c002"]
    assert in_view(mark(page, "c002"))


def order(name, claim_id):
    """Return where a claim is on its page."""
    corpus = corpus_of(name)
    claim = corpus.claims[claim_id]
    return [*corpus.sources].index(claim.source_id), claim.start, -claim.passage_end


@pytest.mark.parametrize("claim_id", IDS)
def test_permalinks_of_odd_ids(visit, claim_id):
    page = visit("odd", quote(claim_id, safe=""))
    assert page.locator(".panel.open").get_attribute("aria-label") == f"Claim {claim_id}".replace(
        "\t", "\\u0009"
    )
    mark(page, "across").click()
    page.go_back()
    assert page.locator(".panel.open h3 a").get_attribute("href") == "#" + quote(claim_id)


@pytest.mark.parametrize("fragment", ["", "nothing", "100%", "%E0%A4%A", "__proto__", "constructor"])
def test_other_fragments_open_nothing(visit, fragment):
    assert opened(visit("shipped", fragment)) == []


def test_a_fragment_need_not_be_encoded(visit):
    assert opened(visit("odd", "100%")) == ["100%"]
    assert opened(visit("odd", "אבג")) == ["אבג"]


def test_what_a_panel_shows(visit):
    page = visit("shipped", "d05-c03")
    claim = ki.claim("d05-c03")
    panel = page.get_by_role("article", name="Claim d05-c03")
    terms = panel.locator("> dl > dt").all_inner_texts()
    shown = dict(zip(terms, panel.locator("> dl > dd").all_inner_texts(), strict=True))
    assert shown["topics"] == ", ".join(claim.topics)
    assert shown["claim type"] == claim.claim_type
    assert shown["SHA-256"] == claim.claim_sha256
    assert shown["place"] == f"{ki.source().source_id}, code points {claim.start} to {claim.end}"
    assert shown["citations"].startswith(claim.markers)
    for name in ("labels", "mentions", "relations"):
        held = [
            one for one in ki.load(name) if "d05-c03" in (one.claim_id, getattr(one, "other_claim_id", None))
        ]
        part = panel.locator("details", has_text=f"{name.capitalize()} ({len(held)})")
        part.locator("summary").click()
        assert part.locator(".row").count() == len(held) > 0
        expect(part.locator(".row").first).to_be_visible()
    panel.locator("summary", has_text="Citation").click()
    expect(panel.locator(".citation")).to_contain_text(claim.text)


@pytest.mark.parametrize("how", ["Escape", "button"])
@WIDTHS
def test_closing_returns_the_focus(visit, how, width):
    page = visit("shipped", "d05-c03", width=width)
    if how == "button":
        page.get_by_role("button", name="Close").click()
    else:
        page.keyboard.press("Escape")
    assert opened(page) == []
    expect(mark(page, "d05-c03")).to_be_focused()
    assert "#" not in page.url
    page.keyboard.press("Enter")
    assert opened(page) == ["d05-c03"]


@WIDTHS
def test_the_keyboard_reaches_a_panel(visit, width):
    page = visit("shipped", width=width)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the first claim")).to_be_focused()
    page.keyboard.press("Enter")
    assert opened(page) == ["d01-c01"]
    mark(page, "d05-c03").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".panel.open h3 a")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(mark(page, "d05-c03")).to_be_focused()


@WIDTHS
def test_j_and_k_walk_through_claims(visit, width):
    page = visit("shipped", width=width)
    seen = []
    for key in "jjjkkkjjjjjjj":
        page.keyboard.press(key)
        seen += opened(page)
        expect(mark(page, seen[-1])).to_be_focused()
        assert in_view(mark(page, seen[-1]))
    assert seen == [
        *("d01-c01", "d01-c02", "d01-c03", "d01-c02", "d01-c01", "d01-c01"),
        *("d01-c02", "d01-c03", "d01-c04", "d01-c05", "d02-c01", "d02-c02", "d02-c03"),
    ]


def test_j_reaches_every_claim_and_stops_at_the_last(visit):
    page = visit("odd")
    seen = []
    for _ in range(len(corpus_of("odd").claims) + 1):
        page.keyboard.press("j")
        seen.append(page.locator(".panel.open h3 a").get_attribute("href"))
    assert seen[-1] == seen[-2]
    assert sorted(seen[:-1]) == sorted("#" + quote(one) for one in corpus_of("odd").claims)


def test_j_skips_what_filters_hide(visit):
    page = visit("shipped")
    page.get_by_label("dialogue").select_option(label="d03")
    page.get_by_label("dialogue").blur()
    page.keyboard.press("j")
    assert opened(page) == ["d03-c01"]


def test_keys_are_words_in_the_field(visit):
    page = visit("shipped")
    page.keyboard.press("/")
    words = page.get_by_label("Find")
    expect(words).to_be_focused()
    page.keyboard.type("j/k")
    expect(words).to_have_value("j/k")
    assert opened(page) == []
    words.fill("")
    page.keyboard.press("Control+j")
    assert opened(page) == []


def test_back_and_forward(visit):
    page = visit("shipped")
    mark(page, "d01-c02").click()
    mark(page, "d05-c03").click()
    page.keyboard.press("Escape")
    history = []
    for step in (page.go_back, page.go_back, page.go_back, page.go_forward, page.go_forward, page.go_forward):
        step()
        history.append(opened(page))
    assert history == [["d05-c03"], ["d01-c02"], [], ["d01-c02"], ["d05-c03"], []]


def test_relations_link_to_the_other_claim(visit):
    page = visit("shipped")
    for record in ki.load("relations")[:3]:
        for here, there in (
            (record.claim_id, record.other_claim_id),
            (record.other_claim_id, record.claim_id),
        ):
            page.evaluate("(id) => { location.hash = id; }", here)
            part = page.locator(".panel.open details", has_text="Relations")
            part.locator("summary").click()
            row = part.locator(".row", has_text=record.relation).filter(
                has_text=f"{record.claim_id} → {record.other_claim_id}"
            )
            row.get_by_role("link", name=there).click()
            assert opened(page) == [there]


def test_a_link_shows_a_claim_that_filters_hide(visit):
    page = visit("shipped", "d05-c03")
    page.get_by_label("dialogue").select_option(label="d05")
    page.evaluate("() => { location.hash = 'd01-c01'; }")
    assert opened(page) == ["d01-c01"]
    expect(page.locator(".count")).to_have_text("")


def test_overlapping_claims(visit):
    page = visit("odd")
    for claim_id, text in (
        ("wet", ["Water is ", "wet and cold"]),
        ("cold", ["wet and cold", " in winter"]),
        ("same", ["wet and cold", " in winter"]),
        ("across", ["First line,\nsecond line."]),
        ("inner", ["one claim"]),
        ("all", ["Part one\nThe whole document is ", "one claim", ".\nIts last line."]),
    ):
        page.evaluate("(id) => { location.hash = id; }", claim_id)
        assert opened(page) == [claim_id]
        assert page.locator(".chosen").all_text_contents() == text


def test_a_claim_with_findings_is_marked(visit):
    page = visit("rows")
    wrong = page.locator("a.claim.has-error")
    assert set(wrong.evaluate_all("(all) => all.map((one) => one.hash)")) == {
        "#d05-c03",
        "#d07-c02",
        "#d08-c01",
    }
    assert wrong.first.get_attribute("aria-description") == "error in its rows"
    mark(page, "d05-c03").click()
    expect(page.locator(".panel.open .finding")).to_contain_text("error quote-not-found")
    assert page.locator(".panel.open .aligned .line").all_inner_texts() != []


@MANY
def test_without_scripts_everything_can_be_read(visit, name):
    page = visit(name, java_script_enabled=False)
    corpus = corpus_of(name)
    expect(page.locator(".panel:visible")).to_have_count(len(corpus.claims))
    expect(page.locator(".filters")).to_be_hidden()
    expect(page.locator("button:visible")).to_have_count(0)
    shown = page.locator("main").text_content()
    for claim in corpus.claims.values():
        assert claim.sha256 in shown
        assert (claim.text_en or "") in shown
    for source in page.locator("section.source").all():
        # Every character of the text is there, once.
        text = "".join(source.locator(".text").all_text_contents())
        name = source.get_attribute("aria-label").removeprefix("Source ")
        assert "".join(text.split()) == "".join(corpus.sources[name].split())

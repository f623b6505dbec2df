"""`find` against a naive search over generated corpora; folding against the published table."""

import random
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scale import amount

from kaiser_interview.corpus.corpus import Corpus
from kaiser_interview.corpus.differences import changes
from kaiser_interview.corpus.markers import fold_markers, without_markers
from kaiser_interview.corpus.search import Passage, Passages, occurrences
from kaiser_interview.corpus.typography import (
    TABLE,
    Folded,
    fold_case,
    fold_typography,
    least_folded,
    without_case,
    without_typography,
)

STANDS_FOR = {mark: stands for stands, marks in TABLE.items() for mark in marks}


def typography(text: str) -> str:
    """Fold by the table in the module's docstring, step by step over the whole text."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(STANDS_FOR.get(mark, mark) for mark in text)
    text = "".join(mark for mark in text if not mark.isspace() and mark not in "\u00ad\u200b\u2060\ufeff")
    return re.sub(r"\.\.+", "...", re.sub("-+", "-", text))


def markers(text: str) -> str:
    return re.sub(r"\s*\[[0-9]+\]", "", text)


any_text = st.text(
    st.one_of(
        st.sampled_from("aA语ßẞİǰΣς“”\"'—-–…。.,,、 \u3000\u200b[]12①㈱fi½é\u0301\u0308각각ㄱﾞ\uff76が𝐀𠀋🧠"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=30,
)


@given(any_text)
def test_typography_is_folded_by_the_table(text):
    assert fold_typography(text).text == without_typography(text) == typography(text)


@given(any_text)
def test_case_is_folded_after_typography(text):
    assert fold_case(fold_typography(text)).text == without_case(text) == typography(text).casefold()


@given(any_text)
def test_a_folded_text_is_at_least_as_long_as_its_bound(text):
    assert least_folded(text) <= len(typography(text))


def test_every_character_folds_to_at_least_its_bound():
    marks = [chr(number) for number in range(0x110000) if not 0xD800 <= number < 0xE000]
    for start in range(0, len(marks), 4096):
        few = marks[start : start + 4096]
        assert least_folded("x".join(few)) <= len(typography("x".join(few)))
    for mark in marks[:0x20000]:
        assert least_folded(mark * 8) <= len(typography(mark * 8)), hex(ord(mark))


@given(any_text)
def test_markers_are_removed(text):
    assert fold_markers(text).text == without_markers(text) == markers(text)


def folded_case(text: str) -> Folded:
    return fold_case(fold_typography(text))


@given(any_text, st.sampled_from([fold_typography, fold_markers, folded_case]))
def test_a_folded_text_maps_to_positions_in_the_original(text, fold):
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    starts = [start for start in folded.starts if start >= 0]
    ends = [end for end in folded.ends if end >= 0]
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert all(0 <= start < len(text) for start in starts)
    assert all(0 < end <= len(text) for end in ends)


@given(any_text, any_text)
def test_changes_turn_a_passage_into_the_text(passage, text):
    at, made = 0, ""
    for change in changes(passage, text):
        assert passage[change.start : change.end] == change.passage
        made += passage[at : change.start] + change.text
        at = change.end
    assert made + passage[at:] == text


# Corpora of short passages over few characters, so that spans occur in several places; with astral
# characters, combining marks, full-width forms and markers.
ALPHABETS = ["语言模型ab", "aa\u0301\u0308é-—", "𠀋🧠𝐀A①1", '言,,"“”。.… \u3000', "가각ᆨᄀ1a"]


def corpus(draw: random.Random) -> list[str]:
    alphabet = draw.choice(ALPHABETS)
    passages = []
    for _ in range(draw.randint(1, 8)):
        text = "".join(draw.choices(alphabet, k=draw.randint(1, 24)))
        if draw.random() < 0.5:
            text += " " + "".join(f"[{draw.randint(1, 12)}]" for _ in range(draw.randint(1, 3)))
        passages.append(text)
    if draw.random() < 0.3:
        passages.append(draw.choice(passages))
    return passages


def altered(draw: random.Random, text: str) -> str:  # noqa: PLR0911 - one return per alteration
    """Alter a span in typography, markers or words, or leave it."""
    kind = draw.choice(["none", "none", "typography", "case", "markers", "character", "dropped", "space"])
    at = draw.randrange(len(text)) if text else 0
    if kind == "typography":
        swaps = {"—": "--", "-": "–", '"': "“", "…": "...", ",": ",", "é": "e\u0301", "A": "\uff21"}
        return "".join(swaps.get(mark, mark) for mark in text)
    if kind == "case":
        return draw.choice([text.swapcase(), text.upper(), text.lower()])
    if kind == "markers":
        return draw.choice([markers(text), text.replace("[", " ["), text.replace("]", "][3]")])
    if kind == "character":
        return text[:at] + draw.choice("语x-9") + text[at + 1 :]
    if kind == "dropped":
        return text[:at] + text[at + 1 :]
    if kind == "space":
        return text[:at] + draw.choice([" ", "\u3000", "\u200b"]) + text[at:]
    return text


def naive(passage: str, text: str) -> list[tuple[int, int]]:
    return [
        (at, at + len(text))
        for at in range(len(passage) - len(text) + 1)
        if passage[at : at + len(text)] == text
    ]


def naive_but_for(fold, passage: str, text: str) -> list[tuple[int, int]]:
    """Return the spans that fold to the same text as the query, and that do not split a character."""
    # White space at an end belongs to a marker that was removed there, and is else a matter of typography.
    wanted = fold(text).strip() if fold(text) != text else text
    whole = [
        cut
        for cut in range(len(passage) + 1)
        if fold(passage[:cut]) + fold(passage[cut:]) == fold(passage)
        and not (cut < len(passage) and unicodedata.combining(passage[cut]))
    ]
    return [
        (start, end)
        for start in whole
        for end in whole
        if start < end and wanted and fold(passage[start:end]) == wanted
    ]


def spans(count: int, seed: int):
    draw = random.Random(seed)
    while count > 0:
        texts = corpus(draw)
        passages = Passages(
            Passage("claim", str(number), "text", text, 1000 * number) for number, text in enumerate(texts)
        )
        for _ in range(min(count, 20)):
            text = draw.choice(texts)
            start = draw.randrange(len(text))
            span = altered(draw, text[start : draw.randint(start + 1, len(text))])
            if span.strip():
                count -= 1
                yield texts, passages, span


def test_find_agrees_with_a_naive_search():
    for texts, passages, span in spans(amount(10_000, 1_000_000), seed=1):
        found = passages.find(span)
        expected = [
            (str(number), 1000 * number + start, 1000 * number + end)
            for number, text in enumerate(texts)
            for start, end in naive(text, span)
        ]
        exact = [(one.record_id, one.start, one.end) for one in found if one.how == "exact"]
        assert exact == expected, (texts, span)
        for one in found:
            passage = texts[int(one.record_id)]
            offset = 1000 * int(one.record_id)
            assert passage[one.start - offset : one.end - offset] == one.text
            if one.how == "exact":
                assert one.changes == ()
            elif one.how == "markers":
                assert markers(one.text).strip() == markers(span).strip() != ""
            elif one.how == "typography":
                assert typography(one.text) == typography(span)
            elif one.how == "case":
                assert typography(one.text).casefold() == typography(span).casefold()


def every_passage(texts: list[str], text: str) -> list[tuple[str, str, int, int]]:
    """Search each passage by itself, folded with its offsets: type, id, and span of each match."""
    bare, plain = without_markers(text), without_typography(text)
    bare = bare if bare == text else bare.strip()
    found: dict[str, list[tuple[str, str, int, int]]] = {
        how: [] for how in ("exact", "markers", "typography", "case")
    }
    for number, passage in enumerate(texts):
        taken: list[tuple[int, int]] = []
        folded = fold_typography(passage)
        for how, places in {
            "exact": occurrences(passage, text),
            "markers": fold_markers(passage).places(bare),
            "typography": folded.places(plain),
            "case": fold_case(folded).places(plain.casefold()),
        }.items():
            free = [one for one in places if not any(one[0] < end and start < one[1] for start, end in taken)]
            taken += free
            found[how] += [(how, str(number), 1000 * number + a, 1000 * number + b) for a, b in free]
    return [one for matches in found.values() for one in matches]


def test_find_searches_all_passages_at_once_as_it_would_search_each():
    for texts, passages, span in spans(amount(5_000, 500_000), seed=3):
        found = [(one.how, one.record_id, one.start, one.end) for one in passages.find(span)]
        assert [one for one in found if one[0] != "nearest"] == every_passage(texts, span), (texts, span)


def test_claims_with_a_text_are_those_that_find_returns():
    draw = random.Random(4)
    for texts, _, span in spans(amount(2_000, 100_000), seed=4):
        english = {str(number): draw.choice(texts) for number in range(len(texts)) if draw.random() < 0.5}
        passages = Passages(
            [
                *(Passage("claim", str(number), "text", text, 0) for number, text in enumerate(texts)),
                Passage("heading", "h", "text", draw.choice(texts), 0),
                *(Passage("claim", name, "text_en", text, 0) for name, text in english.items()),
            ]
        )
        for number, text in enumerate(texts):
            own = [Passage("claim", str(number), "text", text, 0)]
            own += [
                Passage("claim", name, "text_en", en, 0)
                for name, en in english.items()
                if name == str(number)
            ]
            matches = {match.how for match in Passages(own).find(span)} - {"nearest"}
            assert (str(number) in passages.claims_with(span)) == bool(matches), (texts, english, span)
        assert passages.claims_with(span) <= {str(number) for number in range(len(texts))}


@given(
    st.lists(st.text("aAbBßẞ. -—[1]语言", min_size=1, max_size=12), min_size=1, max_size=6),
    st.text("aAbBsS. -–[1]语言", min_size=1, max_size=4),
)
def test_the_command_claims_agrees_with_find(texts, word):
    text = "\n".join(f"x{one}" for one in texts)
    corpus = Corpus.from_text(text, unit="line", markers="printed")
    if word.strip():
        found = {match.record_id for match in corpus.find(word) if match.how != "nearest"}
        assert corpus.passages.claims_with(word) == found


@pytest.mark.parametrize(("how", "fold"), [("markers", markers), ("typography", typography)])
def test_find_reports_every_place_that_differs_only_in_markers_or_typography(how, fold):
    order = ["exact", "markers", "typography"]
    for texts, passages, span in spans(amount(3_000, 100_000), seed=2):
        found = passages.find(span)
        for number, text in enumerate(texts):
            reported = [
                (one.start - 1000 * number, one.end - 1000 * number)
                for one in found
                if one.record_id == str(number) and one.how in order[: order.index(how) + 1]
            ]
            for start, end in naive_but_for(fold, text, span):
                assert any(start < b and a < end for a, b in reported), (texts, span, text[start:end])


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=5))
def test_occurrences_are_all_of_them(passage, text):
    assert occurrences(passage, text) == naive(passage, text)

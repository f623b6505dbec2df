"""The places of passages that are most similar to a text."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from kaiser_interview.corpus.nearest import SEPARATOR, NearestPlaces, aligned

CHINESE = "".join(random.Random(1).choices([chr(0x4E00 + number) for number in range(3000)], k=20_000))
LATIN = "".join(random.Random(2).choices("abcdefghijklmnop ", k=20_000))
texts = st.text(st.sampled_from("aab言语\u0301𠀋 " + SEPARATOR), max_size=40)


def spans(passages: list[str], text: str, most: int = 1) -> list[tuple[int, int, int]]:
    return [(one.passage, one.start, one.end) for one in NearestPlaces(passages).search(text, most)]


@pytest.mark.parametrize("text", [CHINESE, LATIN], ids=["Chinese", "Latin"])
@pytest.mark.parametrize("length", [20_000, 400, 80])
@pytest.mark.parametrize("size", [12, 40, 80, 4000])
def test_an_altered_quote_is_found_in_its_claim(text, length, size):
    passages = [text[start : start + length] for start in range(0, len(text), length)]
    draw = random.Random(3)
    size = min(size, length)
    for _ in range(20):
        number = draw.randrange(len(passages))
        start = draw.randint(0, length - size)
        quote = passages[number][start : start + size]
        at = size // 2
        for altered in (
            f"{quote[:at]}X{quote[at + 1 :]}",
            quote[:at] + quote[at + 1 :],
            f"{quote[:at]}X{quote[at:]}",
        ):
            assert spans(passages, altered) == [(number, start, start + size)]


def test_the_requested_number_of_different_passages_is_returned():
    passages = ["the first passage", "another passage, passed", "the first message", "nothing"]
    assert spans(passages, "the first massage", 2) == [(0, 0, 17), (2, 0, 17)]
    assert spans(passages, "a passage", 9) == [(0, 8, 17), (1, 6, 15), (2, 8, 17)]


def test_equally_similar_passages_are_in_text_order():
    assert spans(["abcdefgh"] * 50, "abcdxfgh", 2) == [(0, 0, 8), (1, 0, 8)]


def test_dissimilar_passages_are_left_out():
    assert spans(["abcdefgh"], "zzzzdezzzz") == []
    assert spans(["abcdefgh"], "zzzz") == []
    assert spans(["abcdefgh"], SEPARATOR * 3) == []
    assert spans(["ab", "cd"], f"b{SEPARATOR}c", 2) == []


@pytest.mark.parametrize("passages", [[], [""], ["", ""]])
def test_no_passages_and_an_empty_text(passages):
    assert spans(passages, "ab") == []
    assert spans(["ab"], "") == []


def test_a_match_shares_two_adjacent_characters():
    assert spans(["xyz"], "y") == spans(["xyz"], "y-") == spans(["xyz"], "x-z") == []
    assert spans(["xyz"], "xy-") == [(0, 0, 3)]


def test_a_text_may_be_longer_than_its_passage():
    assert spans(["x", "abcdefghij"], "--abcdefghij--") == [(1, 0, 10)]


def test_passages_may_have_any_number_of_different_characters():
    many = "".join(chr(number) for number in [*range(0xD800), *range(0x10000, 0x12000)])
    assert spans([many], f"{many[9000:9010]}X{many[9011:9020]}") == [(0, 9000, 9020)]


def test_a_character_repeated_is_searched_in_its_repetition():
    (near,) = NearestPlaces(["a" * 100_000]).search(f"{'a' * 999}b", 1)
    assert near.ratio > 0.99
    assert near.end - near.start == 1000


@given(texts, texts)
def test_the_similarity_is_that_of_the_span(passage, text):
    ratio, start, end = aligned(passage, text)
    assert 0 <= start <= end <= len(passage)
    assert ratio == (Indel.normalized_similarity(passage[start:end], text) if start < end else 0)


@given(st.lists(texts, max_size=6), texts, st.integers(1, 3))
def test_places_lie_in_their_passages_and_are_in_order(passages, text, most):
    found = NearestPlaces(passages).search(text, most)
    assert len({one.passage for one in found}) == len(found) <= most
    assert [one.ratio for one in found] == sorted((one.ratio for one in found), reverse=True)
    for one in found:
        own = passages[one.passage][one.start : one.end]
        assert one.ratio == Indel.normalized_similarity(own, text) >= 0.4

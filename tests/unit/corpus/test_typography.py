"""Offsets of folded pieces: never within a character, never within a run."""

import pytest

from kaiser_interview.corpus.markers import fold_emphasis, fold_markers
from kaiser_interview.corpus.typography import TABLE, fold_typography


@pytest.mark.parametrize(
    ("text", "folded", "places"),
    [
        ("x\u0301y", "x", []),  # a letter without its combining mark is another letter
        ("x\u0301y", "y", [(2, 3)]),
        ("e\u0301", "é", [(0, 2)]),
        ("甲…乙", ".", []),
        ("甲…乙", "...", [(1, 2)]),
        ("甲……乙", "...", [(1, 3)]),
        ("甲。。乙", "...", [(1, 3)]),
        ("甲——乙", "-", [(1, 3)]),
        ("甲 - - 乙", "-", [(2, 5)]),
        ("⒈a", ".", []),
        ("⒈a", "1.", [(0, 1)]),
        ("甲 乙\u3000丙\u200b丁", "乙丙丁", [(2, 7)]),
        ("aaa", "aa", [(0, 2), (1, 3)]),
        ("甲", "", []),
    ],
)
def test_places(text, folded, places):
    assert fold_typography(text).places(folded) == places


def test_the_table_maps_each_mark_once_and_never_a_letter_or_digit():
    marks = "".join(TABLE.values())
    assert len(marks) == len(set(marks))
    assert not any(mark.isalnum() for mark in marks)


def test_positions_around_removed_markers_are_mapped():
    folded = fold_markers("甲 [1][2]乙[x]")
    assert folded.text == "甲乙[x]"
    assert folded.places("甲乙") == [(0, 9)]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("the **second** boat", "the second boat"),
        ("这是**重点**内容", "这是重点内容"),
        ("a `code` b, _it_ and ***x***", "a code b, it and x"),
        ("2*3*4, snake_case_name, 2**3**4", "2*3*4, snake_case_name, 2**3**4"),
        ("* item one * two", "* item one * two"),
        ("**open", "**open"),
    ],
)
def test_emphasis_is_removed_around_words(text, folded):
    made = fold_emphasis(text)
    assert made.text == folded
    assert [text[start:end] for start, end in made.places(folded[:3])] == [text[: made.ends[2]]]

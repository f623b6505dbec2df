"""Every text that the grammar rejects, and the numerals."""

import pytest

from kaiser_interview.corpus.grammar import cut, decode, numeral
from kaiser_interview.errors import SourceError

GOOD = "对话一:甲 - 乙 [1] - 丙 [2][3] 对话二:丁 - 戊 [4]\n己\n庚·2025-10-10 17:52"


def edited(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


CLAIM = "the claim's words, a space and a marker such as [7]"
MARKER = "a number from 1, of at most nine digits, in brackets"
NEXT = "' - ' and a claim, ' 对话' and a dialogue, or a line feed"
OUTLET = "an outlet, '·' and a time"
TIME = "a time such as 2025-10-10 17:52, and the end of the text"

# Each text has a ‸ where it stops matching.
REFUSED = {
    "empty": ("‸", "'对话一:'"),
    "byte order mark": (f"‸\ufeff{GOOD}", "'对话一:'"),
    "first dialogue is the second": (edited("对话一", "‸对话二"), "'对话一:'"),
    "full-width colon": (edited("对话一:", "‸对话一\uff1a"), "'对话一:'"),
    "no title": (edited("甲", "‸"), "a title and ' - '"),
    "title without a claim": (edited(" - 戊 [4]", "‸"), "a title and ' - '"),
    "marker in the title": (edited("甲", "甲‸[9]"), "a title and ' - '"),
    "claim without words": (edited("乙 ", "‸"), CLAIM),
    "claim without a marker": (edited("乙 [1]", "乙‸"), CLAIM),
    "marker without a space": (edited("乙 [1]", "乙‸[1]"), CLAIM),
    "marker zero": (edited("[1]", "‸[0]"), MARKER),
    "marker too long": (edited("[1]", "‸[1234567890]"), MARKER),
    "second marker with a leading zero": (edited("[3]", "‸[03]"), NEXT),
    "words after a marker": (edited("[4]", "[4]‸。"), NEXT),
    "two spaces before a claim": (edited("- 乙", "- ‸ 乙"), "no white space here"),
    "two spaces after a claim": (edited("乙 [", "乙‸  ["), "no white space here"),
    "dialogue out of turn": (edited("对话二", "‸对话三"), "'对话二:'"),
    "text ends within a claim": (GOOD[: GOOD.index("乙") + 1] + "‸", CLAIM),
    "text ends after the dialogues": (GOOD[: GOOD.index("\n")] + "‸", NEXT),
    "no headline": (edited("己\n", "‸\n"), "a headline and a line feed"),
    "text ends after the headline": (
        GOOD[: GOOD.index("己") + 1] + "‸",
        "a headline and a line feed",
    ),
    "space after the headline": (edited("己", "己‸ "), "no white space here"),
    "no outlet": (edited("庚", "‸"), OUTLET),
    "no dot": (edited("庚·", "‸庚 "), OUTLET),
    "two lines of outlet": (edited("庚", "庚‸\n辛"), OUTLET),
    "a day that does not exist": (edited("2025-10-10", "‸2025-02-30"), TIME),
    "an hour that does not exist": (edited("2025-10-10 17", "‸2025-10-10 24"), TIME),
    "a time zone": (edited("2025-10-10 17:52", "‸2025-10-10 17:52Z"), TIME),
    "more after the end": (edited("2025-10-10 17:52", "‸2025-10-10 17:52\n\n"), TIME),
    "carriage return": (edited("[4]\n", "[4]‸\r\n"), "no control character except line feed"),
    "NUL": (edited("戊", "戊‸\x00"), "no control character except line feed"),
}


@pytest.mark.parametrize(("marked", "expected"), REFUSED.values(), ids=REFUSED)
def test_a_text_outside_the_grammar_is_refused_at_the_first_mismatch(marked, expected):
    offset = marked.index("‸")
    text = marked.replace("‸", "")
    got = repr(text[offset : offset + 12]) if text[offset:] else "the end of the text"
    with pytest.raises(SourceError) as caught:
        cut(text)
    assert str(caught.value) == f"offset {offset}: expected {expected}, got {got}"
    assert caught.value.offset == offset


def test_a_valid_text_is_cut():
    found = cut(GOOD)
    assert [claim.claim_id for claim in found.claims] == ["d01-c01", "d01-c02", "d02-c01"]
    assert found.claims[1].citations == (2, 3)
    assert (found.headline, found.outlet, found.published) == ("己", "庚", "2025-10-10 17:52")


def test_brackets_hyphens_and_headings_inside_words_are_words():
    found = cut(edited("乙", "VQ-VAE [a] -x- 对话二:[二]"))
    assert found.claims[0].text == "VQ-VAE [a] -x- 对话二:[二]"


def test_the_outlet_name_may_contain_a_middle_dot():
    assert cut(edited("庚", "庚·辛")).outlet == "庚·辛"


def test_ninety_nine_dialogues_of_ninety_nine_claims_are_the_most():
    claims = " - 乙 [1]" * 99
    dialogues = " ".join(f"对话{numeral(number)}:甲{claims}" for number in range(1, 100))
    found = cut(f"{dialogues}\n己\n庚·2025-10-10 17:52")
    assert found.claims[-1].claim_id == "d99-c99"
    with pytest.raises(SourceError, match="expected at most 99 dialogues"):
        cut(f"{dialogues} 对话一百:甲 - 乙 [1]\n己\n庚·2025-10-10 17:52")
    with pytest.raises(SourceError, match="expected at most 99 claims in a dialogue"):
        cut(f"对话一:甲{claims} - 乙 [1]\n己\n庚·2025-10-10 17:52")


def test_numerals():
    assert [numeral(number) for number in (1, 9, 10, 11, 20, 45, 99)] == [
        "一", "九", "十", "十一", "二十", "四十五", "九十九",
    ]  # fmt: skip


@pytest.mark.parametrize("number", [0, 100, -1])
def test_numerals_have_bounds(number):
    with pytest.raises(ValueError, match=f"number: expected 1 to 99, got {number}"):
        numeral(number)


def test_bytes_that_are_not_utf8_are_refused_with_the_code_point_before_them():
    with pytest.raises(SourceError) as caught:
        decode("对话".encode() + b"\xb6\xd4")
    assert str(caught.value) == "offset 2: expected UTF-8, got byte 0xb6"

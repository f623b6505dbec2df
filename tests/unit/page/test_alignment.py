"""A quote below the source's own words, with the differences of both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kaiser_interview as ki
from kaiser_interview.page.alignment import Line, Part, alignment, differences, suggested

BY = {"method": "model", "creator": "m", "language": "en", "translation": "…"}


def finding(**row) -> ki.Finding:
    return next(
        one for one in ki.Validator("translation", defaults=BY).check(row) if one.code != "number-missing"
    )


def test_a_quote_without_a_word():
    found = finding(claim_id="d05-c03", quote="推理模型增加参数数量")
    assert alignment(found) == (
        Line("source", (Part("推理模型"), Part("不", ""), Part("增加参数数量"))),
        Line("quote", (Part("推理模型"), Part("", "不"), Part("增加参数数量"))),
    )
    assert suggested(found) == "closest passage (not a match): d05-c03, 1072 to 1083"


def test_a_quote_with_other_typography():
    found = finding(claim_id="d05-c03", quote="推理模型不增加参数数量，让模型")
    assert alignment(found) == (
        Line("fixed", (Part("推理模型不增加参数数量"), Part(",", "，"), Part("让模型"))),
        Line("given", (Part("推理模型不增加参数数量"), Part("，", ","), Part("让模型"))),
    )
    assert suggested(found).startswith("[*] exact text at ")


@pytest.mark.parametrize(
    ("row", "mark"),
    [
        ({"claim_id": "d05-c03", "quote": "推理模型不增加", "quote_start": 0, "quote_end": 7}, "[*] "),
        ({"claim_id": "d05-c03", "quote": "语言边界就是世界边界"}, "it occurs in claim"),
        ({"claim_id": "d05-c03", "quote": "x" * 40}, ""),
    ],
)
def test_findings_without_two_texts(row, mark):
    found = finding(**row)
    assert alignment(found) == ()
    assert suggested(found).startswith(mark)


def text_of(line: Line) -> str:
    return "".join(part.text for part in line.parts)


def test_a_match():
    (match,) = ki.Corpus.from_text("Tea is a hot drink.", unit="line").find("tea is a cold drink")[:1]
    passage, given = differences(match)
    assert (text_of(passage), text_of(given)) == (match.text, "tea is a cold drink"[: len(text_of(given))])
    exact = ki.find("推理模型不增加")[0]
    assert differences(exact) == (
        Line("passage", (Part("推理模型不增加"),)),
        Line("given", (Part("推理模型不增加"),)),
    )


@given(st.text("ab⟦→⟧", max_size=8), st.text("ab⟦→⟧", max_size=8))
def test_edits_have_both_texts(before, after):
    edit = ki.Edit(("quote",), before, after)
    made = ki.Finding(
        "bad-format", "error", None, None, 0, None, ("quote",), "", "", ki.Suggestion("", "safe", (edit,))
    )
    fixed, given_line = alignment(made)
    assert (text_of(fixed), text_of(given_line)) == (after, before)
    for one, other in zip(fixed.parts, given_line.parts, strict=True):
        assert (one.other, other.other) == ((None, None) if one == other else (other.text, one.text))

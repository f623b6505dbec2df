"""instructor's `CitationMixin` replaces a misquote by what the claim says, and tells nobody."""

import warnings

import pytest
from instructor import CitationMixin

import kaiser_interview as ki
from benchmarks.detection.quote_checkers.cases import FAMOUS
from benchmarks.detection.quote_checkers.checkers import CHECKERS, OURS


class Verdict(CitationMixin):
    verdict: str


def test_a_dropped_negation_is_put_back_without_a_word():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draft = Verdict.model_validate(
            {"verdict": "refuted", "substring_quotes": ["推理模型增加参数数量"]},
            context={"context": ki.claim("d05-c03").text},
        )
    # The verdict is about the opposite of what is now quoted.
    assert draft.verdict == "refuted"
    assert draft.substring_quotes == ["推理模型不增加参数数量"]


@pytest.mark.parametrize(("name", "text"), [("instructor", "推理模型不增加参数数量"), (OURS, None)])
def test_the_comparison_has_the_case(name, text):
    assert FAMOUS.quote == "推理模型增加参数数量"
    assert CHECKERS[name].prepare()(FAMOUS) == text

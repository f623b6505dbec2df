"""The comparison of checkers of quotes: its quotes, its counts, and that `docs/comparison.md` shows them."""

import re
import tomllib
from pathlib import Path

import pytest

import kaiser_interview as ki
from benchmarks.detection.naive_quotes import naive, typography
from benchmarks.detection.peers.tables import END
from benchmarks.detection.quote_checkers.__main__ import STORED, run
from benchmarks.detection.quote_checkers.cases import (
    EXACT,
    FAMOUS,
    KINDS,
    RETYPED,
    WRONG,
    Case,
    cases,
    same_words,
)
from benchmarks.detection.quote_checkers.checkers import CHECKERS, OURS
from benchmarks.detection.quote_checkers.results import Results, count, outcome
from benchmarks.detection.quote_checkers.tables import BEGIN, filled

ROOT = Path(__file__).parents[2]
LAST = Results.from_json(STORED.read_text("utf-8"))
DOCUMENT = (ROOT / "docs" / "comparison.md").read_text("utf-8")
GIVEN = cases(40, seed=1)


def of(*kinds):
    return [case for case in GIVEN if case.kind in kinds]


def test_half_of_the_quotes_are_right_and_half_of_these_exact():
    assert [len(of(*kinds)) for kinds in (EXACT, RETYPED, WRONG)] == [20, 20, 40]
    assert {len(of(kind)) for kind in RETYPED} == {len(of(kind)) for kind in WRONG} == {4}
    assert len(set(GIVEN)) == len(GIVEN)


def test_the_same_seed_gives_the_same_quotes():
    assert cases(40, seed=1) == GIVEN
    assert cases(40, seed=2) != GIVEN


def test_right_quotes_have_the_words_of_their_claim_and_wrong_ones_do_not():
    for case in GIVEN:
        assert case.passage == "{0.text} {0.markers}".format(ki.claim(case.claim_id))
        assert bool(naive(case.passage, case.quote)) == (case.kind in EXACT)
        if case.kind in WRONG:
            assert typography(case.quote) not in typography(case.passage)


@pytest.mark.parametrize(
    ("text", "done"),
    [("“不,增加”", "kept"), ("不，增加", "repaired"), ("增加", "changed"), (None, "refused")],
)
def test_outcomes(text, done):
    assert outcome("“不,增加”", text) == done


def test_an_outcome_is_counted_by_kind():
    given = [FAMOUS, FAMOUS._replace(kind="exact", quote="推理模型")]
    tally = count(given, lambda _: "推理模型", "1.0", 0.5)
    assert tally.outcomes == {kind: {} for kind in KINDS} | {
        "negation dropped": {"changed": 1},
        "exact": {"kept": 1},
    }
    assert (tally.version, tally.seconds, tally.famous) == ("1.0", 0.5, "推理模型")
    assert tally.total(KINDS, "kept", "changed") == 2
    assert Results.from_json(Results({}, {"a": tally}).to_json()) == Results({}, {"a": tally})


def test_ours_accepts_or_repairs_every_right_quote_and_refuses_every_wrong_one():
    tally = run(CHECKERS[OURS], GIVEN, turns=1)
    assert tally.total(EXACT, "kept") == len(of(*EXACT))
    assert tally.total(RETYPED, "repaired") == len(of(*RETYPED))
    assert tally.total(WRONG, "refused") == len(of(*WRONG))
    assert tally.famous is None


def test_ours_repairs_to_the_characters_of_the_claim():
    check = CHECKERS[OURS].prepare()
    for case in of(*RETYPED):
        assert check(case) in case.passage
        assert same_words(case.quote, check(case))


def test_ours_refuses_a_quote_of_a_claim_that_does_not_exist():
    assert CHECKERS[OURS].prepare()(Case("exact", "d99-c99", "", "不增加参数数量")) is None


def test_the_document_matches_the_last_run():
    assert filled(DOCUMENT, LAST) == DOCUMENT


def test_the_last_run_has_every_checker_and_every_quote():
    about = LAST.about["count"]
    assert [*LAST.tallies] == [*CHECKERS]
    assert about == 500
    for tally in LAST.tallies.values():
        outcomes = ("kept", "repaired", "changed", "refused")
        assert [tally.total(kinds, *outcomes) for kinds in (EXACT, RETYPED, WRONG)] == [250, 250, 500]


def test_the_last_run_of_ours_is_that_of_today():
    today = count(cases(LAST.about["count"], LAST.about["seed"]), CHECKERS[OURS].prepare(), ki.__version__, 0)
    assert LAST.tallies[OURS]._replace(seconds=0) == today


def test_each_table_has_a_row_for_each_checker():
    written = DOCUMENT.partition(BEGIN)[2].partition(END)[0]
    rows = re.findall(r"^\| ([^| ][^|]*?) \|", written, re.MULTILINE)
    named = [f"{name.partition(',')[0]} {tally.version}" for name, tally in LAST.tallies.items()]
    assert [row.partition(",")[0] for row in rows] == named * 3
    assert "(the claim says 不增加: the negation is dropped)" in written


def test_only_instructor_turns_the_famous_quote_into_its_opposite():
    opposite = "推理模型不增加参数数量"
    assert [name for name, tally in LAST.tallies.items() if tally.famous == opposite] == ["instructor"]
    assert f"| changed to {opposite} |" in DOCUMENT


def test_the_versions_are_those_of_the_environment():
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    pins = dict(pin.split("==") for pin in groups["checkers"])
    for name, checker in CHECKERS.items():
        if name != OURS:
            assert LAST.tallies[name].version == pins[checker.package]

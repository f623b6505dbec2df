"""Wrong rows in all their variety are caught with the right code at the right place, and right ones pass.

Ten thousand here; ``python -m benchmarks.detection`` makes a million.
"""

import random
from collections import Counter
from functools import partial

import pytest

import kaiser_interview as ki
from benchmarks.detection.forms import FORMS
from benchmarks.detection.operators import every_file, registered
from benchmarks.detection.operators.base import EVERY, Operator
from benchmarks.detection.operators.whole import File
from benchmarks.detection.run import GROUNDS, PAIRS
from benchmarks.detection.trial import Tally, drawn, file_trials, trial
from benchmarks.detection.valid_rows import right
from kaiser_interview.validation.findings.codes import CODES

pytestmark = pytest.mark.long

ROWS = 160
FILES = every_file()[0]
# A file each for all that can be wrong with files: kinds that have between them every column it is about.
WHOLE = [("shipped", "verdict"), ("shipped", "embedding"), ("own", "question"), ("own", "label")]


@pytest.mark.parametrize(("ground", "kind"), PAIRS, ids=map("-".join, PAIRS))
def test_rows(ground, kind, tmp_path):
    tally = Tally()
    for form in FORMS:
        tally.add(
            trial(random.Random(f"{ground} {kind} {form}"), GROUNDS[ground], kind, form, ROWS, tmp_path)
        )
    assert tally.faults == []
    assert sum(tally.mutants.values()) > len(FORMS) * ROWS / 3


@pytest.mark.parametrize(("ground", "kind"), WHOLE, ids=map("-".join, WHOLE))
def test_files(ground, kind, tmp_path):
    tally = file_trials(random.Random(f"{ground} {kind}"), GROUNDS[ground], kind, tmp_path)
    assert tally.faults == []
    assert sum(tally.mutants.values()) > len(FILES) / 2


def test_there_are_operators_for_every_code():
    made: Counter[str] = Counter()
    for ground, kind in PAIRS:
        tally = Tally()
        assert all(drawn(random.Random(1), GROUNDS[ground], kind, 400, registered(), tally))
        made.update(code for _, code in tally.codes)
    files = Counter(code for ground, kind in WHOLE for code in _stated(ground, kind))
    # Others are of `parse` and of `Corpus.check`.
    validated = {name for name, code in CODES.items() if code.group not in {"answer", "corpus"}}
    # What no row and no file of a few can be: of a size that is tested by itself.
    assert validated - made.keys() - files.keys() == {"line-too-long"}
    assert len(registered()) + len(FILES) > 200


def _stated(ground, kind):
    draw = random.Random(1)
    rows = [right(draw, GROUNDS[ground], kind, number) for number in range(5)]
    for change in FILES.values():
        made = change(File(draw, GROUNDS[ground], kind, rows))
        yield from (code for code, _, _ in made.reported) if made else ()


def test_a_validator_that_reports_nothing_fails_the_benchmark(tmp_path):
    """The trial itself can fail: with no findings for invalid rows, and with findings for valid ones."""
    given = random.Random(1), GROUNDS["shipped"], "verdict", "jsonl", 400, tmp_path
    tally = trial(*given, validate=partial(ki.validate, ignore=["wrong-type"]))
    assert tally.faults
    assert all("wrong-type" in fault for fault in tally.faults)
    given = random.Random(1), *given[1:]
    tally = trial(*given, validate=partial(ki.validate, require=["confidence"]))
    assert any(" right: " in fault for fault in tally.faults)


def test_an_operator_that_states_another_code_is_found_out():
    operator = Operator(
        "x", "x", "wrong-type", frozenset({"wrong-type"}), EVERY, lambda _, row: row | {"claim_id": "x"}
    )
    with pytest.raises(AssertionError, match="x: stated"):
        [*drawn(random.Random(1), GROUNDS["shipped"], "verdict", 10, [operator], Tally())]

"""The fuzz targets themselves: correct code passes every seed, and faulty code fails."""

import random
import re
import subprocess
import sys
from collections import deque
from pathlib import Path
from types import ModuleType

import jiter
import pytest
from fuzz import outputs as outputs_target
from fuzz import quotes, render, run, tabular, text
from scale import amount

from kaiser_interview.raw_output import almost_json, values
from kaiser_interview.render import machine
from kaiser_interview.validation.findings import finding, report
from kaiser_interview.validation.formats import csv
from kaiser_interview.validation.formats.json import line_batches
from kaiser_interview.validation.references import quotes as ladder
from kaiser_interview.validation.rows import row_validator
from kaiser_interview.validation.writers import rows as outputs

TARGETS = {"text": text, "tabular": tabular, "quotes": quotes, "render": render, "outputs": outputs_target}
RUNNER = Path(run.__file__)


def inputs(target: ModuleType, count: int) -> list[bytes]:
    """Return seeds of a target, spread over all of them, and others made of them at random."""
    draw, seeds = random.Random(2), run._seeds(target)
    tokens = [token.encode("utf-8", "surrogatepass") for token in target.TOKENS] or [b"\0", b"\xff"]
    some = seeds[:: max(1, len(seeds) // count)]
    return [*some, *(run._changed(draw, draw.choice(seeds), tokens) for _ in range(count))]


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_correct_code_passes(target):
    for data in inputs(target, amount(100, 20_000)):
        target.check(data)


def lenient(**allowed: bool) -> object:
    own = jiter.from_json
    return lambda data, **how: own(data, **how | allowed)


def without_the_last(own: object) -> object:
    return lambda *given, **how: iter([*own(*given, **how)][:-1])


def unplaced(own: object) -> object:
    """Return a quote check that accepts any quote that occurs in its claim."""

    def fault(self: object, quote: ladder.Quote, *given: object, **how: object) -> object:
        return None if quote.words in quote.passage else own(self, quote, *given, **how)

    return fault


# The fault of each: module, attribute and replacement.
FAULTS = {
    "a key twice": (text, jiter, "from_json", lenient(catch_duplicate_keys=False)),
    "not finite": (text, row_validator, "invalid_values", lambda _: iter(())),
    "a lost line": (text, text, "json_lines", without_the_last(text.json_lines)),
    "a lost element": (text, text, "json_document", without_the_last(text.json_document)),
    "a number of no grammar": (text, line_batches, "_NUMBER", re.compile(r".*")),
    "a row changed on its way out": (text, outputs.Writer, "row", lambda *_: None),
    "a stray quotation mark opens": (tabular, csv, "_opening", lambda _: re.compile(rb"[^\"]*\"[^\"]*")),
    "commas alone": (tabular, csv, "_delimiter", lambda _: ","),
    "no field is closed": (tabular, csv, "_opening", lambda _: re.compile(rb".*")),
    "a quote anywhere": (quotes, ladder.Quotes, "fault", unplaced(ladder.Quotes.fault)),
    "typography folded no more": (quotes, ladder.Quote, "places_but_for_typography", property(lambda _: [])),
    "markers removed no more": (quotes, ladder.Quote, "places_but_for_markers", property(lambda _: [])),
    "control characters": (render, finding, "visible", lambda words: words),
    "percent signs": (render, machine, "_data", lambda words: words),
    "commas in properties": (render, machine, "_property", machine._data),
    "a repair that is not verified": (outputs_target, almost_json._Comparison, "holds", lambda *_: True),
    "a lost value": (outputs_target, values._Search, "values", lambda *_: []),
    "a lost finding": (render, report.Tally, "findings", lambda _: ()),
}


# Two rows that differ only in a number, which random changes seldom produce.
AIMED = bytes(3) + b'{"confidence":0.5}\n{"confidence":01.5}\n'


@pytest.mark.parametrize(("target", "owner", "name", "wrong"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_found(monkeypatch, target, owner, name, wrong):
    data = [AIMED, *inputs(target, 400)]
    monkeypatch.setattr(owner, name, wrong)
    with pytest.raises((AssertionError, text.NotJsonError)):
        deque(map(target.check, data), maxlen=0)


def command(tmp_path: Path, *arguments: str, wrong: str = "") -> subprocess.CompletedProcess[str]:
    (tmp_path / "sitecustomize.py").write_text(wrong)
    paths = {"PYTHONPATH": ":".join([str(tmp_path), *sys.path]), "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable, RUNNER, *arguments, "--into", str(tmp_path / "kept")],
        env=paths, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_runner_says_how_far_it_came_and_whether_it_was_guided(tmp_path):
    done = command(tmp_path, "tabular", "--seconds", "2")
    assert (done.returncode, done.stderr) == (0, "")
    guided = "" if run.GUIDED else r"no Atheris here \(Python 3\.\d+\): NOT guided by coverage[^\n]*\n"
    assert re.fullmatch(rf"{guided}tabular  ok: [0-9,]+ executions[^\n]*\n", done.stdout)


def test_the_runner_saves_failing_inputs_and_replays_them(tmp_path):
    wrong = "from kaiser_interview.validation.formats import csv as t\nt._delimiter = lambda _: ','\n"
    done = command(tmp_path, "tabular", "--seconds", "20", wrong=wrong)
    assert (done.returncode, done.stderr) == (1, "")
    saved = re.search(r"tabular  FAILED: .*AssertionError.*; saved: (\S+);", done.stdout)
    assert saved, done.stdout
    assert command(tmp_path, "tabular", "--replay", saved[1]).returncode == 0
    again = command(tmp_path, "tabular", "--replay", saved[1], wrong=wrong)
    assert again.returncode == 1
    assert "AssertionError" in again.stderr


def test_the_runner_knows_its_targets(tmp_path):
    done = command(tmp_path, "unknown")
    assert done.returncode == 2
    assert "expected targets of text, tabular, quotes, render, outputs" in done.stderr

"""Hostile texts and tables: each gives the report stated beside it."""

import random

import pytest
from hostile import outputs, texts, tricks
from hostile.runner import limits_broken, outcomes
from scale import FULL

# Cases that take seconds run only in the full run, except a few representatives.
HEAVY = (
    "MiB",
    "million",
    "000,000",
    "000000",
    "very many",
    "new ",
    "U+",
    "arrays",
    "objects",
    "long",
    "400,",
    "500,",
)
STAND_IN = (
    "a line of 64 MiB",
    "array: an element of 64 MiB",
    "csv: a cell of 64 MiB",
    "csv: a quote never closed, 64 MiB",
    "zeros after rows",
    "line: 100000 arrays",
    "line: 100000 objects",
    "5000000 blank lines",
    "csv: 100,000 columns",
    "line: marks of direction of 6 MiB in quote",
    "line: very many 0, then a key twice within",
    "line: very many [0], then 1e400",
    "a translation of U+0301 U+0323",
)


def chosen() -> list[str]:
    """Return the names of the cases of this run."""
    light = [name for name in texts.CASES if not any(word in name for word in HEAVY)]
    return [*texts.CASES] if FULL else [*random.Random(1).sample(light, min(len(light), 400)), *STAND_IN]


def chosen_outputs() -> list[str]:
    """Return the names of the hostile answers of this run; the largest take seconds each."""
    names = [*outputs.CASES]
    return names if FULL else [name for name in names if "MiB, " not in name or name in names[::9]]


@pytest.mark.parametrize(
    ("module", "cases", "names"),
    [
        ("hostile.texts", texts.CASES, chosen()),
        ("hostile.tricks", tricks.CASES, [*tricks.CASES]),
        ("hostile.outputs", outputs.CASES, chosen_outputs()),
    ],
    ids=["texts", "tricks", "outputs"],
)
def test_each_case_gives_the_expected_findings(module, cases, names):
    broken, worst = [], (0.0, 0, "")
    names = [*dict.fromkeys(names)]
    done = 0
    for outcome in outcomes(module, names):
        done += 1
        said = limits_broken(outcome) or cases[outcome.name].differs(outcome.found)
        if said or outcome.end:
            broken.append(f"{outcome.name}: {said} {outcome.end}")
        if outcome.found:
            worst = max(worst, (outcome.found["seconds"], outcome.found["memory"] >> 20, outcome.name))
    print(module, done, "cases, worst:", *worst)
    assert not broken, "\n".join(broken)
    assert done == len(names)

"""Damaged and malicious columnar files never cause a crash, a hang, much memory, or a wrong `ok`.

`columnar.py` states the rule that gives the expected report for a damaged file.
"""

import random
from collections import Counter

import pytest
from hostile import columnar
from hostile.runner import limits_broken, outcomes, settled
from scale import amount

FORMATS = ("parquet", "file", "stream")


def forms(format_of: str) -> list[str]:
    return [form for form in columnar.FORMS if form.startswith(format_of)]


def wrong(outcome) -> str:
    return limits_broken(outcome) or columnar.differs(outcome.found, outcome.known)


def validated(names: list[str], mode: str | None = None) -> Counter:
    """Validate cases, check each against the rule, and count the results by what pyarrow read."""
    seen: Counter = Counter()
    broken, worst = [], (0.0, 0)
    for outcome in (
        settled("hostile.columnar", names) if mode is None else outcomes("hostile.columnar", names)
    ):
        said = wrong(outcome)
        if said:
            broken.append(f"{outcome.name}: {said} {outcome.end}")
        table = (outcome.known or {"table": "died"})["table"]
        if outcome.found:
            seen[f"{table}, {'ok' if outcome.found['ok'] else 'not ok'}"] += 1
            worst = max(worst, (outcome.found["seconds"], outcome.found["memory"] >> 20))
    print(dict(seen), "worst:", *worst)
    assert not broken, "\n".join(broken)
    assert sum(seen.values()) == len(names)
    return seen


@pytest.mark.parametrize("mode", [None, "workers"])
def test_undamaged_files_are_valid(mode):
    names = [f"{form}/none/0" for form in columnar.FORMS]
    assert validated(names, mode) == {"same, ok": len(names)}


@pytest.mark.parametrize("format_of", FORMATS)
def test_flipped_bits(format_of):
    count = amount(340, 21_000)
    names = [f"{form}/flip/{number}" for number in range(count) for form in forms(format_of)][:count]
    seen = validated(names)
    # The test is meaningful only if enough damage is found, and some is where no reader looks.
    assert seen["none, not ok"] > count / 20
    assert seen["other, not ok"] > count / 50
    assert seen["same, ok"] > count / 20


@pytest.mark.parametrize("format_of", FORMATS)
def test_other_damage(format_of):
    count = amount(30, 4000)
    names = [
        f"{form}/{damage}/{number}"
        for number in range(count)
        for damage in ("lie", "word", "near", "noise")
        for form in forms(format_of)
        if damage != "lie" or format_of == "parquet"
    ][: 4 * count]
    seen = validated(names)
    assert seen["none, not ok"] + seen["died, not ok"] > count / 4


@pytest.mark.parametrize("format_of", FORMATS)
def test_files_that_are_cut_anywhere(format_of, tmp_path):
    names = []
    for form in forms(format_of)[:: amount(5, 1)]:
        data, _ = columnar.intact(form, tmp_path)
        # Every length of the first in each format, every eleventh of the others; fewer of all in a sample.
        step = 1 if form == forms(format_of)[0] else 11
        lengths = range(0, len(data), step)
        few = random.Random(form).sample(lengths, min(len(lengths), amount(40, len(lengths))))
        names += [f"{form}/cut/{length}" for length in sorted({*few, 0, 4, 8, len(data) - 1})]
    seen = validated(names)
    assert not any(key.endswith(", ok") for key in seen)


def test_damage_before_real_workers():
    """The same cases as their workers would have them, not within one process."""
    count = amount(1, 20)
    names = [
        f"{form}/{damage}/{number}"
        for form in list(columnar.FORMS)[:: amount(4, 1)]
        for damage in ("flip", "word", "cut")
        for number in range(7, 7 + count)
    ]
    validated(names, "workers")

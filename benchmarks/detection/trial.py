"""Validate one file of valid and invalid rows, and compare the findings with the expected ones."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any
from unittest.mock import patch

import kaiser_interview as ki
from kaiser_interview.validation.engine import execution

from .forms import written
from .ground import Ground
from .kinds import ALL
from .naive_quotes import Row
from .operators import every_file, registered
from .operators.base import Around, Operator
from .operators.whole import File, Made
from .oracle import Place
from .valid_rows import right

__all__ = ["WARNINGS", "Tally", "drawn", "file_trials", "trial"]

WARNINGS = {"quote-ambiguous", "quote-too-short", "number-missing", "blank-line"}
"""Codes that leave a row valid."""
_OTHERS = 8
_FEW = 5


@dataclass
class Tally:
    """Counts of trials and their outcomes."""

    mutants: Counter[str] = field(default_factory=Counter)
    """By operator."""
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Codes that had to be given, by operator."""
    still_right: Counter[str] = field(default_factory=Counter)
    right: int = 0
    """Right rows."""
    faults: list[str] = field(default_factory=list)
    """Deviations: missed faults, wrong findings and false alarms."""

    def add(self, other: "Tally") -> None:
        """Add the counts of another tally."""
        self.mutants += other.mutants
        self.codes += other.codes
        self.still_right += other.still_right
        self.right += other.right
        self.faults += other.faults


def drawn(
    draw: random.Random, ground: Ground, kind: str, count: int, operators: Iterable[Operator], tally: Tally
) -> Iterator[tuple[Row, str | None, frozenset[Place]]]:
    """Yield `count` rows, each with its operator, if any, and the expected findings.

    About every other row is invalid. Operators take turns, so that each is tried equally often.
    """
    turns = [*operators]
    draw.shuffle(turns)
    turn = cycle(turns)
    # As many others as an operator may want to look at.
    others = tuple(right(draw, ground, kind, count + number) for number in range(_OTHERS))
    earlier: list[Row] = []
    for number in range(count):
        row = right(draw, ground, kind, number)
        found = None
        if draw.random() < 1 / 2:
            around = Around(draw, ground, kind, others, tuple(earlier))
            found = _mutant(around, row, (next(turn) for _ in turns), tally)
        if found is None:
            tally.right += 1
            earlier.append(row)
            yield row, None, frozenset()
        else:
            name, made, places = found
            tally.mutants[name] += 1
            tally.codes.update((name, code) for code, _ in places)
            yield made, name, places


def _mutant(
    around: Around, row: Row, operators: Iterable[Operator], tally: Tally
) -> tuple[str, Row, frozenset[Place]] | None:
    for one in operators:
        mutant = one.mutant(around, row)
        if mutant is None:
            continue
        if mutant.places:
            return one.name, mutant.row, mutant.places
        tally.still_right[one.name] += 1
    return None


def trial(
    draw: random.Random,
    ground: Ground,
    kind: str,
    form: str,
    count: int,
    folder: Path,
    *,
    validate: Callable[..., ki.Report] = ki.validate,
) -> Tally:
    """Validate one file of `count` rows in a format, and return the tally."""
    tally = Tally()
    columnar = {"ipc": "arrow", "jsonl.gz": "jsonl"}.get(form, form)
    operators = [one for one in registered() if columnar in one.forms]
    made = [*drawn(draw, ground, kind, count, operators, tally)]
    data = written(ground, kind, form, [row for row, _, _ in made], folder)
    invalid = sum(any(code not in WARNINGS for code, _ in places) for _, _, places in made)
    for way in ways(form):
        with way:
            report = validate(data, kind=ALL[kind], against=ground.against, max_findings=100 * count)
        _compare(tally, report, made, f"{ground.name} {kind} {form}")
        if not tally.faults and (report.rows, report.invalid) != (count, invalid):
            tally.faults.append(
                f"{ground.name} {kind} {form}: {report.rows} rows and {report.invalid} invalid, "
                f"expected {count} and {invalid}"
            )
    return tally


def ways(form: str) -> Iterator[AbstractContextManager[Any]]:
    """Yield a context for each way to validate a form: text by row, and by columns although it is little."""
    yield nullcontext()
    if form in {"jsonl", "jsonl.gz", "json", "csv"}:
        yield patch.multiple(execution, _TINY=0, _FEW=0)


def _compare(
    tally: Tally, report: ki.Report, made: list[tuple[Row, str | None, frozenset[Place]]], about: str
) -> None:
    """Count every difference between a report and the expected findings as a fault."""
    reported: dict[int | None, set[Place]] = {}
    for finding in report.sample:
        reported.setdefault(finding.row, set()).add((finding.code, finding.path))
        if " jsonl" in about and finding.row is not None and finding.line != finding.row + 1:
            tally.faults.append(f"{about}: row {finding.row} said to be on line {finding.line}")
    for number, (row, name, places) in enumerate(made):
        said = reported.pop(number, set())
        if said != places:
            tally.faults.append(
                f"{about} {name or 'right'}: stated {sorted(places, key=str)}, "
                f"got {sorted(said, key=str)}: {row}"
            )
    if reported:
        tally.faults.append(f"{about}: of no row: {reported}")


def file_trials(draw: random.Random, ground: Ground, kind: str, folder: Path) -> Tally:
    """Validate a few rows once for each way to make their whole file wrong, or to write it otherwise."""
    tally = Tally()
    wrong, harmless = every_file()
    for name, change in {**wrong, **harmless}.items():
        rows = [right(draw, ground, kind, number) for number in range(_FEW)]
        made = change(File(draw, ground, kind, rows))
        if made is None:
            continue
        if name in wrong:
            tally.mutants[name] += 1
            tally.codes.update((name, code) for code, _, _ in made.reported)
        else:
            tally.right += len(rows)
        for way in ways("jsonl"):
            with way:
                said = _reported(made, ALL[kind], ground, folder)
            if said != made.reported:
                stated, got = sorted(made.reported, key=str), sorted(said, key=str)
                tally.faults.append(f"{ground.name} {kind} {name}: stated {stated}, got {got}")
    return tally


def _reported(
    made: Made, kind: str | type[ki.Record], ground: Ground, folder: Path
) -> set[tuple[str, tuple[object, ...], int | None]]:
    data: object = made.data
    if isinstance(made.data, bytes):
        path = folder / f"file.{made.suffix}"
        path.write_bytes(made.data)
        data = path
    report = ki.validate(data, kind=kind, against=ground.against, max_findings=1000, **made.options)
    text = isinstance(made.data, bytes)
    return {(one.code, one.path, one.line if text else one.row) for one in report.sample}

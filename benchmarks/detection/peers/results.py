"""Rows with their expected outcomes, and the comparison with the outcomes of a tool."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .tools import TOGETHER, TOOLS, Tool
from .words import Passages, letters, quotes, words_differ

__all__ = ["Cell", "Results", "Row", "Times", "count", "covers", "read_rows", "share", "tool_of"]


_FEW = 4


class Row(NamedTuple):
    """A row, with the operator that made it invalid, or None for a valid row."""

    row: dict[str, Any]
    operator: str | None
    group: str | None
    codes: list[str]


class Cell(NamedTuple):
    """Rows that were made wrong in one way, and how many of them each tool refused."""

    group: str
    operator: str
    codes: tuple[str, ...]
    words: str
    """How the words of its quotes differ, if they do."""
    rows: int
    refused: dict[str, int]


class Times(NamedTuple):
    """Processor seconds, medians of all turns: checking valid rows, all rows, the process for all rows."""

    right: float
    every: float
    process: float


class Results(NamedTuple):
    """The results of a comparison; `benchmarks/detection/peers/results.json` has the last one."""

    about: dict[str, Any]
    versions: dict[str, str]
    right: dict[str, int]
    alarms: dict[str, dict[str, int]]
    wordy: dict[str, int]
    """Of the right rows those whose quotes have four letters or more, by tool those that it refused."""
    cells: list[Cell]
    times: dict[str, Times]

    def to_json(self) -> str:
        """Return everything, a cell a line."""
        names = ("about", "versions", "right", "alarms", "wordy", "times")
        head = json.dumps({name: getattr(self, name) for name in names}, indent=1)
        cells = ",\n".join(json.dumps((*cell[:-1], [*cell.refused.values()])) for cell in self.cells)
        return f'{head[:-2]},\n "cells": [\n{cells}\n]}}\n'

    @classmethod
    def from_json(cls, text: str) -> "Results":
        """Return the results from the output of `to_json`."""
        found = json.loads(text)
        found["cells"] = [
            Cell(group, operator, tuple(codes), words, rows, dict(zip(found["alarms"], refused, strict=True)))
            for group, operator, codes, words, rows, refused in found["cells"]
        ]
        found["times"] = {name: Times(*times) for name, times in found["times"].items()}
        return cls(**found)


def read_rows(folder: Path) -> dict[str, list[Row]]:
    """Return the rows of a folder, by kind."""
    return {
        path.stem: [Row(**json.loads(line)) for line in path.read_bytes().splitlines() if line]
        for path in sorted(folder.glob("*.jsonl"))
    }


def together(outcomes: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Add the outcomes of sets of tools: a set refuses what any of its tools refuses."""
    found = dict(outcomes)
    for name, members in TOGETHER.items():
        found[name] = {}
        for kind in outcomes[members[0]]:
            marks = zip(*(outcomes[one][kind] for one in members), strict=True)
            found[name][kind] = "".join(".x"["x" in each] for each in marks)
    return found


def count(
    rows: dict[str, list[Row]], outcomes: dict[str, dict[str, str]], passages: Passages
) -> dict[str, Any]:
    """Return counts of the outcomes as the fields of `Results`."""
    outcomes = together(outcomes)
    right = {kind: sum(row.operator is None for row in group) for kind, group in rows.items()}
    alarms = {name: dict.fromkeys(rows, 0) for name in outcomes}
    wordy = dict.fromkeys(["rows", *outcomes], 0)
    cells: dict[tuple[Any, ...], list[Any]] = {}
    for kind, group in rows.items():
        for row, *marks in zip(group, *(found[kind] for found in outcomes.values()), strict=True):
            refused = [name for name, mark in zip(outcomes, marks, strict=True) if mark == "x"]
            if row.operator is None:
                is_wordy = all(len(letters(one["quote"])) >= _FEW for one in quotes(row.row))
                wordy["rows"] += is_wordy
                for name in refused:
                    alarms[name][kind] += 1
                    wordy[name] += is_wordy
                continue
            key = (row.group or "", row.operator, tuple(row.codes), words_differ(row.row, passages))
            cell = cells.setdefault(key, [0, dict.fromkeys(outcomes, 0)])
            cell[0] += 1
            for name in refused:
                cell[1][name] += 1
    return {
        "right": right,
        "alarms": alarms,
        "wordy": wordy,
        "cells": [Cell(*key, *cells[key]) for key in sorted(cells)],
    }


def share(cells: Iterable[Cell], tool: str, purpose: frozenset[str] | None = None) -> tuple[int, int]:
    """Return how many rows a tool refused, of how many; of those that a purpose covers, if it is given."""
    chosen = [cell for cell in cells if purpose is None or _is_for(purpose, cell)]
    return sum(cell.refused[tool] for cell in chosen), sum(cell.rows for cell in chosen)


def covers(tool: Tool, cells: Sequence[Cell]) -> bool:
    """Return whether a tool is for at least half of the rows."""
    if tool.purpose is None:
        return True
    meant = sum(cell.rows for cell in cells if _is_for(tool.purpose, cell))
    return 2 * meant >= sum(cell.rows for cell in cells)


def _is_for(purpose: frozenset[str], cell: Cell) -> bool:
    return not purpose.isdisjoint((*cell.codes, cell.words))


def tool_of(name: str) -> Tool:
    """Return a tool, or a set of tools as one with their combined purposes."""
    if name in TOOLS:
        return TOOLS[name]
    purposes = [TOOLS[one].purpose or frozenset() for one in TOGETHER[name]]
    return Tool(None, "", "", frozenset().union(*purposes))

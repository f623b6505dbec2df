"""Operators on whole files and tables, and their registration.

Each damages a file of a few valid rows and states every finding: code, path, and the line of a text file
or the row of a table; None if the finding is about no single row.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from ..forms import as_table
from ..ground import Ground
from ..naive_quotes import Row

__all__ = ["FILES", "HARMLESS", "At", "File", "Made", "Path", "harmless", "wrong"]

Path = tuple[str | int, ...]
At = tuple[str, Path, int | None]


@dataclass(frozen=True)
class Made:
    """An invalid file or table, and its expected findings."""

    data: bytes | pa.Table
    reported: frozenset[At] = frozenset()
    suffix: str = "jsonl"
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class File:
    """The valid rows that an operator on files starts from."""

    draw: random.Random
    ground: Ground
    kind: str
    rows: list[Row]

    @property
    def any_row(self) -> int:
        """A row's number, from 0, that is neither the first nor the last."""
        return self.draw.randrange(1, len(self.rows) - 1)

    @property
    def table(self) -> pa.Table:
        """The rows as a table."""
        return as_table(self.ground, self.kind, self.rows)


Change = Callable[[File], "Made | None"]

FILES: dict[str, Change] = {}
"""Operators by name."""
HARMLESS: dict[str, Change] = {}
"""Other ways to write the same rows, which must give no findings."""


def wrong(name: str) -> Callable[[Change], Change]:
    """Register a function as an operator of this name."""
    return _registered(FILES, name)


def harmless(name: str) -> Callable[[Change], Change]:
    """Register a function as another way to write valid rows."""
    return _registered(HARMLESS, name)


def _registered(among: dict[str, Change], name: str) -> Callable[[Change], Change]:
    def register(change: Change) -> Change:
        assert name not in FILES.keys() | HARMLESS.keys(), name
        among[name] = change
        return change

    return register

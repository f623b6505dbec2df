"""What is wrong with a whole file or table: how operators on these are registered.

Each makes a file of a few right rows wrong and states every finding: code, path, and the line of a text file
or the row of a table; None for what concerns no single row.
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
    """A file or table that is wrong, and what must be said of it."""

    data: bytes | pa.Table
    reported: frozenset[At] = frozenset()
    suffix: str = "jsonl"
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class File:
    """What an operator on files starts from."""

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
"""Ways to write the same rows otherwise, of which nothing must be said."""


def wrong(name: str) -> Callable[[Change], Change]:
    """Register a function as an operator of this name."""
    return _registered(FILES, name)


def harmless(name: str) -> Callable[[Change], Change]:
    """Register a function as a way to write right rows otherwise."""
    return _registered(HARMLESS, name)


def _registered(among: dict[str, Change], name: str) -> Callable[[Change], Change]:
    def register(change: Change) -> Change:
        assert name not in FILES.keys() | HARMLESS.keys(), name
        among[name] = change
        return change

    return register

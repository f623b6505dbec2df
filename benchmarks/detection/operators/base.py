"""What an operator on rows is, and the register of them."""

import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from .. import oracle
from ..ground import Ground
from ..naive_quotes import Row
from ..oracle import Place

__all__ = ["COLUMNAR", "EVERY", "JSON", "TEXT", "Around", "Mutant", "Operator", "operator"]

JSON = frozenset({"jsonl", "json"})
TEXT = JSON | {"csv"}
COLUMNAR = frozenset({"parquet", "arrow"})
EVERY = TEXT | COLUMNAR


@dataclass(frozen=True)
class Around:
    """What an operator may use beside the row."""

    draw: random.Random
    ground: Ground
    kind: str
    others: tuple[Row, ...]
    """Right rows of the same file."""
    earlier: tuple[Row, ...]
    """Those that come before the row."""


@dataclass(frozen=True)
class Mutant:
    """A wrong row, and what must be said of it."""

    row: Row
    places: frozenset[Place]


Change = Callable[[Around, Row], "Row | tuple[Row, Place] | None"]


@dataclass(frozen=True)
class Operator:
    """A way to make a right row wrong."""

    name: str
    group: str
    code: str
    """What it gives."""
    gives: frozenset[str]
    """That, and what it gives by chance."""
    forms: frozenset[str]
    change: Change

    def mutant(self, around: Around, row: Row) -> Mutant | None:
        """Return a mutant of a right row, without places if it is still right; None where it does not apply.

        Raises
        ------
        AssertionError
            The mutant would give a code that the operator does not state.
        """
        changed = self.change(around, deepcopy(row))
        if changed is None:
            return None
        if isinstance(changed, tuple):
            made, place = changed
            places = frozenset({place})
        else:
            made, places = changed, frozenset(oracle.faults(around.ground, around.kind, changed))
        stated = {code for code, _ in places}
        if not stated <= self.gives:
            raise AssertionError(f"{self.name}: stated {sorted(self.gives)}, got {sorted(places)} for {made}")
        return Mutant(made, places)


REGISTERED: dict[str, Operator] = {}
"""Operators by name, once their modules are imported."""


def operator(
    group: str, name: str, code: str, *chance: str, forms: frozenset[str] = EVERY
) -> Callable[[Change], Change]:
    """Register a function as an operator of this group and name, which gives a code, or by chance others."""

    def register(change: Change) -> Change:
        assert name not in REGISTERED, name
        REGISTERED[name] = Operator(name, group, code, frozenset({code, *chance}), forms, change)
        return change

    return register

"""Operators on rows, and their registry."""

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
    """Context that an operator may use besides the row."""

    draw: random.Random
    ground: Ground
    kind: str
    others: tuple[Row, ...]
    """Valid rows of the same file."""
    earlier: tuple[Row, ...]
    """The valid rows before this row."""


@dataclass(frozen=True)
class Mutant:
    """An invalid row, and its expected findings."""

    row: Row
    places: frozenset[Place]


Change = Callable[[Around, Row], "Row | tuple[Row, Place] | None"]


@dataclass(frozen=True)
class Operator:
    """A way to make a valid row invalid."""

    name: str
    group: str
    code: str
    """The code that it gives."""
    gives: frozenset[str]
    """All codes that it may give, including those by chance."""
    forms: frozenset[str]
    change: Change

    def mutant(self, around: Around, row: Row) -> Mutant | None:
        """Return a mutant of a valid row, without places if it is still valid; None if it does not apply.

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

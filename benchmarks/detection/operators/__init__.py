"""Operators that make a valid row invalid; each states the codes that validation must give.

An operator that changes the references of a row returns the row, and `oracle` computes the expected codes; if
there are none, the row is still valid and is not a mutant. An operator that changes the shape of a row
also returns the place of the one finding.
"""

from . import cells, columns, harmless, offsets, quotes, references, sets, texts, values  # noqa: F401 - they register themselves
from .base import REGISTERED, Operator
from .whole import FILES, HARMLESS, Change

__all__ = ["every_file", "registered"]


def registered() -> tuple[Operator, ...]:
    """Return every operator on rows."""
    return tuple(REGISTERED.values())


def every_file() -> tuple[dict[str, Change], dict[str, Change]]:
    """Return every operator on files, and every way to write right rows otherwise."""
    return FILES, HARMLESS

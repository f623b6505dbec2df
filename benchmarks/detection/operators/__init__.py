"""The ways in which a right row is made wrong: each states the codes that it must give.

An operator that changes what a row refers to returns the row, and `oracle` says what is wrong with it now; if
that is nothing, the row is still right and counts as no mutant. An operator that changes a row's shape
returns the place of the one finding as well.
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

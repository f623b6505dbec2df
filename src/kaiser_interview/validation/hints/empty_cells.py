"""Recognise what other programs write into a cell without a value."""

import math
from decimal import Decimal
from typing import Any

__all__ = ["empty_cell"]

_NAN = "NaN, as pandas writes an empty cell"

_TEXTS = {
    "": "an empty text is not null",
    "na": "NA, as R writes an empty cell",
    "n/a": "N/A, as spreadsheets show an empty cell",
    "#n/a": "#N/A, as spreadsheets show an empty cell",
    "nan": _NAN,
    "nat": "NaT, as pandas writes an empty cell",
    "<na>": "<NA>, as pandas writes an empty cell",
    "null": "null as text, as databases write an empty cell",
    "none": "None as text, as Python writes an empty cell",
    r"\n": r"\N, as databases write an empty cell",
    "nil": "nil as text, as Ruby and Go write an empty cell",
    "undefined": "undefined as text, as JavaScript writes an empty cell",
    "-": "a dash is not null",
}

_LONGEST = 20

_TYPES = {
    "NAType": "pandas.NA, as pandas holds an empty cell",
    "NaTType": "pandas.NaT, as pandas holds an empty cell",
}


def empty_cell(value: Any, *, required: bool = False, cells: bool = False) -> str | None:
    """Return what to do about a value that stands for an empty cell elsewhere; None for other values.

    Parameters
    ----------
    value : object
        The value.
    required : bool
        Whether its field needs a value.
    cells : bool
        Whether it is a cell of a CSV file.
    """
    words = _words(value)
    if words is None:
        return None
    suggestion = "leave the cell empty" if cells else "leave the field out or give null"
    return f"{words}; {'the field needs a value' if required else suggestion}"


def _words(value: Any) -> str | None:
    if isinstance(value, str):
        return _TEXTS.get(value.strip().lower() or value) if len(value) <= _LONGEST else None
    if isinstance(value, float | Decimal):
        return _NAN if math.isnan(value) else None
    return _TYPES.get(type(value).__name__)

"""Recognise values that other programs write into empty cells."""

import math
from decimal import Decimal
from typing import Any

__all__ = ["empty_cell"]

_NAN = "pandas writes NaN for an empty cell"

_TEXTS = {
    "": "empty text is not null",
    "na": "R writes NA for an empty cell",
    "n/a": "spreadsheets show N/A for an empty cell",
    "#n/a": "spreadsheets show #N/A for an empty cell",
    "nan": _NAN,
    "nat": "pandas writes NaT for an empty cell",
    "<na>": "pandas writes <NA> for an empty cell",
    "null": "databases write the text null for an empty cell",
    "none": "Python writes the text None for an empty cell",
    r"\n": r"databases write \N for an empty cell",
    "nil": "Ruby and Go write the text nil for an empty cell",
    "undefined": "JavaScript writes the text undefined for an empty cell",
    "-": "a dash is not null",
}

_LONGEST = 20

_TYPES = {
    "NAType": "pandas uses pandas.NA for an empty cell",
    "NaTType": "pandas uses pandas.NaT for an empty cell",
}


def empty_cell(value: Any, *, required: bool = False, cells: bool = False) -> str | None:
    """Return a suggestion for a value that other programs write into empty cells; None for other values.

    Parameters
    ----------
    value : object
        The value.
    required : bool
        Whether its field is required.
    cells : bool
        Whether the value is from a CSV file.
    """
    words = _words(value)
    if words is None:
        return None
    suggestion = "leave the cell empty" if cells else "omit the field or use null"
    return f"{words}; {'the field is required' if required else suggestion}"


def _words(value: Any) -> str | None:
    if isinstance(value, str):
        return _TEXTS.get(value.strip().lower() or value) if len(value) <= _LONGEST else None
    if isinstance(value, float | Decimal):
        return _NAN if math.isnan(value) else None
    return _TYPES.get(type(value).__name__)

"""Convert CSV cells and columnar values to the Python types of a model's fields."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ...records.introspection import FieldType, field_types
from ...records.models import Claim, Record
from .json.text import parse

__all__ = ["as_type_of", "cell_readers", "lossless", "typed"]

_NOT_NUMBERS = {"nan", "inf", "-inf", "infinity", "-infinity"}

_BOOLEANS = {"true": True, "false": False}

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}(?:\.0+)?")


def typed(model: type[Record]) -> Callable[[Mapping[str, str]], dict[str, Any]]:
    """Return a function that converts CSV cells to the types of a model's fields.

    Numbers and booleans may be written as pandas and spreadsheets write them (``12.0`` for an integer,
    ``TRUE``). Lists and records are parsed as JSON. A cell that cannot be converted stays text, which the
    model then rejects. Columns that the model does not define are left unchanged.
    """
    readers = cell_readers(model)

    def read(cells: Mapping[str, str]) -> dict[str, Any]:
        return {name: readers[name](cell) if name in readers else cell for name, cell in cells.items()}

    return read


def cell_readers(model: type[Record]) -> dict[str, Callable[[str], Any]]:
    """Return the functions that `typed` uses to convert cells, by field of a model."""
    return {name: _reader(field) for name, field in field_types(model).items()}


def _reader(field: FieldType) -> Callable[[str], Any]:
    if field.is_text:
        return str
    return {int: _integer, float: _float, bool: _boolean}.get(field.python, _json)


def as_type_of(example: Any, cell: str) -> Any:
    """Convert a cell to the type of another value; return it unchanged if it cannot be converted."""
    for type_, read in ((bool, _boolean), (int, _integer), (float, _float), (list, _json), (dict, _json)):
        if isinstance(example, type_):
            return read(cell)
    return cell


def lossless(model: type[Record]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return a function that converts columnar values to the types of a model's fields without loss.

    Engines write integers as doubles or decimals, and floats as decimals, also inside lists and records. Any
    other value is left unchanged, and the model validates it.
    """
    fields = {**field_types(Claim), **field_types(model)}
    readers = {name: reader for name, field in fields.items() if (reader := _exact(field)) is not None}

    def read(values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: readers[name](value) if name in readers and value is not None else value
            for name, value in values.items()
        }

    return read


def _exact(field: FieldType) -> Callable[[Any], Any] | None:
    if field.python is int:
        return lambda value: (
            int(value) if isinstance(value, float | Decimal) and value == value // 1 else value
        )
    if field.python is float:
        return lambda value: float(value) if isinstance(value, Decimal) else value
    if field.element is not None:
        inner = _exact(field.element)
        if inner is None:
            return None
        return lambda value: (
            [one if one is None else inner(one) for one in value]
            if isinstance(value, list | tuple)
            else value
        )
    if field.record is not None:
        within = lossless(field.record)
        return lambda value: within(value) if isinstance(value, dict) else value
    return None


def _integer(cell: str) -> Any:
    return int(cell.partition(".")[0]) if _INTEGER.fullmatch(cell) else cell


def _float(cell: str) -> Any:
    return float(cell) if _NUMBER.fullmatch(cell) or cell.lower() in _NOT_NUMBERS else cell


def _boolean(cell: str) -> Any:
    return _BOOLEANS.get(cell.lower(), cell)


def _json(cell: str) -> Any:
    value, fault = parse(cell.encode())
    return cell if fault else value

"""Cells and columns as the values that a model's fields hold."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ...records.introspection import FieldType, field_types
from ...records.models import Claim, Record
from .json.text import parse

__all__ = ["as_type_of", "lossless", "typed"]

_NOT_NUMBERS = {"nan", "inf", "-inf", "infinity", "-infinity"}

_BOOLEANS = {"true": True, "false": False}

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?")

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}(?:\.0+)?")


def typed(model: type[Record]) -> Callable[[Mapping[str, str]], dict[str, Any]]:
    """Return a function that turns cells into the values that a model's fields hold.

    A number or boolean is read as pandas and spreadsheets write it (``12.0`` for an integer, ``TRUE``), a
    list or record as JSON. What cannot be read so stays text, which the model then refuses.
    """
    readers = {name: _reader(field) for name, field in field_types(model).items()}

    def read(cells: Mapping[str, str]) -> dict[str, Any]:
        return {name: readers[name](cell) if name in readers else cell for name, cell in cells.items()}

    return read


def _reader(field: FieldType) -> Callable[[str], Any]:
    if field.is_text:
        return str
    return {int: _integer, float: _float, bool: _boolean}.get(field.python, _json)


def as_type_of(own: Any, cell: str) -> Any:
    """Return a cell read as a value of the type that another value has."""
    for sort, read in ((bool, _boolean), (int, _integer), (float, _float), (list, _json), (dict, _json)):
        if isinstance(own, sort):
            return read(cell)
    return cell


def lossless(model: type[Record]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return a function that turns columnar values into those of a model's fields, where nothing is lost.

    Engines write integers as doubles or decimals, and floats as decimals; lists of them alike. Anything else
    is left as it is, for the model to judge.
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

"""What is wrong with a column as a whole, told once and not once a row."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ...records.introspection import FieldType, field_types
from ...records.models import Width
from ..findings.finding import Fault
from ..hints.typos import slips
from ..hints.values import likely_column, to_fill
from ..rows.row_validator import RowValidator

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["column_faults"]


def column_faults(
    judge: RowValidator, names: Sequence[str], schema: "pa.Schema | None" = None, *, missing: bool = True
) -> list[Fault]:
    """Return what is wrong with columns that holds for every row that has a value in them, or for every row.

    Parameters
    ----------
    judge : RowValidator
        What judges the rows.
    names : sequence of str
        The columns.
    schema : pyarrow.Schema, optional
        Their types, where they have any.
    missing : bool
        Whether a column that every row needs and that is not there is one fault.
    """
    present = {*names}
    types = {} if schema is None else {field.name: field.type for field in schema}
    empty = {name for name, sort in types.items() if str(sort) == "null"}
    found = _unknown(judge, names, present)
    meant = {name for fault in found for name in _meant(judge, str(fault.path[0]), present)}
    found += _misfits(judge, types)
    if missing:
        found += _missing(judge, present - empty, meant)
    return found


def _unknown(judge: RowValidator, names: Sequence[str], present: set[str]) -> list[Fault]:
    found = []
    for name in names:
        kinds = [rules for rules in judge.rules.values() if judge.is_unknown(rules, name)]
        if len(kinds) == len(judge.rules):
            shape = kinds[0].shape
            found.append(shape.unknown(name, [field for field in shape.fields if field not in present]))
    return found


def _meant(judge: RowValidator, name: str, present: set[str]) -> set[str]:
    """Return the fields that an unknown column is a slip of typing for."""
    fields = {field for rules in judge.rules.values() for field in rules.shape.fields}
    return {*slips(name, fields - present)} if judge.slips else set()


def _missing(judge: RowValidator, present: set[str], meant: set[str]) -> list[Fault]:
    """Return the faults of fields that every kind needs, and that neither a column nor a default gives."""
    if judge.only is None and "kind" not in present and judge.defaults.get("kind") is None:
        listed = " · ".join(judge.rules)
        fault = Fault("missing-field", ("kind",), f"one of {listed}", "no such column", to_fill(("kind",)))
        return [fault]
    models = [rules.shape.model for rules in judge.rules.values()]
    needed = [
        [
            name
            for name, info in rules.shape.model.model_fields.items()
            if info.is_required() or name in judge.require
        ]
        for rules in judge.rules.values()
    ]
    return [
        Fault("missing-field", (name,), "a value", "no such column", to_fill((name,), models[0]))
        for name in needed[0]
        if all(name in one for one in needed)
        and name not in present | meant
        and judge.defaults.get(name) is None
    ]


def _misfits(judge: RowValidator, types: "Mapping[str, pa.DataType]") -> list[Fault]:
    found = []
    for name, sort in types.items():
        holders = [rules.shape.model for rules in judge.rules.values() if name in rules.shape.fields]
        wanted = [_misfit(field_types(model)[name], sort) for model in holders]
        if wanted and all(wanted):
            remedy = likely_column(str(wanted[0]), str(sort))
            found.append(Fault("wrong-type", (name,), str(wanted[0]), f"a column of {sort}", remedy))
    return found


def _misfit(field: FieldType, sort: "pa.DataType") -> str | None:  # noqa: PLR0911 - one return a type
    """Return what a field holds, in words, if a column of some type can hold nothing of it."""
    import pyarrow.types as kinds

    from ..arrow.arrays import bare

    sort = bare(sort)
    if kinds.is_null(sort):
        return None
    text = kinds.is_string(sort) or kinds.is_large_string(sort) or str(sort) == "string_view"
    number = kinds.is_integer(sort) or kinds.is_floating(sort) or kinds.is_decimal(sort)
    if field.is_text:
        instant = any(isinstance(mark, Width) and mark.arrow == "timestamp" for mark in field.marks)
        # A time that names no zone could be any instant of a day.
        if instant and kinds.is_timestamp(sort):
            return None if sort.tz else "an instant in UTC"
        return None if text else "text"
    if field.python is int:
        return None if number else "an integer"
    if field.python is float:
        return None if number else "a number"
    if field.python is bool:
        return None if kinds.is_boolean(sort) else "true or false"
    if field.element is not None:
        is_list = kinds.is_list(sort) or kinds.is_large_list(sort) or kinds.is_fixed_size_list(sort)
        is_list = is_list or kinds.is_list_view(sort) or kinds.is_large_list_view(sort)
        if not is_list:
            return "an array"
        inner = _misfit(field.element, sort.value_type)
        return f"an array, each element {inner}" if inner else None
    if field.record is not None:
        return None if kinds.is_struct(sort) else "an object"
    return None

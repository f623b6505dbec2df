"""Report faults of whole columns once, not once per row."""

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
    validator: RowValidator, names: Sequence[str], schema: "pa.Schema | None" = None, *, missing: bool = True
) -> list[Fault]:
    """Return the faults of whole columns: unknown, of a wrong type, or missing.

    A row with a value in an unknown column, or in a column of the wrong type, is invalid. A missing column
    makes every row invalid.

    Parameters
    ----------
    validator : RowValidator
        Validates the rows.
    names : sequence of str
        The names of the columns.
    schema : pyarrow.Schema, optional
        The types of the columns, if they have types.
    missing : bool
        Whether to report missing columns that every row needs.
    """
    present = {*names}
    types = {} if schema is None else {field.name: field.type for field in schema}
    empty = {name for name, arrow_type in types.items() if str(arrow_type) == "null"}
    found = _unknown(validator, names, present)
    meant = {name for fault in found for name in _meant(validator, str(fault.path[0]), present)}
    found += _misfits(validator, types)
    if missing:
        found += _missing(validator, present - empty, meant)
    return found


def _unknown(validator: RowValidator, names: Sequence[str], present: set[str]) -> list[Fault]:
    found = []
    for name in names:
        kinds = [rules for rules in validator.rules.values() if validator.is_unknown(rules, name)]
        if len(kinds) == len(validator.rules):
            shape = kinds[0].shape
            found.append(shape.unknown(name, [field for field in shape.fields if field not in present]))
    return found


def _meant(validator: RowValidator, name: str, present: set[str]) -> set[str]:
    """Return the missing fields whose names an unknown column may misspell."""
    fields = {field for rules in validator.rules.values() for field in rules.shape.fields}
    return {*slips(name, fields - present)} if validator.slips else set()


def _missing(validator: RowValidator, present: set[str], meant: set[str]) -> list[Fault]:
    """Return the faults of fields that every kind requires and that have no column and no default."""
    if validator.only is None and "kind" not in present and validator.defaults.get("kind") is None:
        listed = " · ".join(validator.rules)
        fault = Fault("missing-field", ("kind",), f"one of {listed}", "no such column", to_fill(("kind",)))
        return [fault]
    models = [rules.shape.model for rules in validator.rules.values()]
    needed = [
        [
            name
            for name, info in rules.shape.model.model_fields.items()
            if info.is_required() or name in validator.require
        ]
        for rules in validator.rules.values()
    ]
    return [
        Fault("missing-field", (name,), "a value", "no such column", to_fill((name,), models[0]))
        for name in needed[0]
        if all(name in one for one in needed)
        and name not in present | meant
        and validator.defaults.get(name) is None
    ]


def _misfits(validator: RowValidator, types: "Mapping[str, pa.DataType]") -> list[Fault]:
    found = []
    for name, arrow_type in types.items():
        holders = [rules.shape.model for rules in validator.rules.values() if name in rules.shape.fields]
        wanted = [_misfit(field_types(model)[name], arrow_type) for model in holders]
        if wanted and all(wanted):
            suggestion = likely_column(str(wanted[0]), str(arrow_type))
            found.append(
                Fault("wrong-type", (name,), str(wanted[0]), f"a column of {arrow_type}", suggestion)
            )
    return found


def _misfit(field: FieldType, arrow_type: "pa.DataType") -> str | None:  # noqa: PLR0911 - one return per type
    """Describe what a field expects, if no value of a column type can fit it; otherwise return None."""
    import pyarrow.types as kinds

    from ..arrow.arrays import bare

    arrow_type = bare(arrow_type)
    if kinds.is_null(arrow_type):
        return None
    text = (
        kinds.is_string(arrow_type) or kinds.is_large_string(arrow_type) or str(arrow_type) == "string_view"
    )
    number = kinds.is_integer(arrow_type) or kinds.is_floating(arrow_type) or kinds.is_decimal(arrow_type)
    if field.is_text:
        instant = any(isinstance(mark, Width) and mark.arrow == "timestamp" for mark in field.marks)
        # A time without a time zone is ambiguous.
        if instant and kinds.is_timestamp(arrow_type):
            return None if arrow_type.tz else "an instant in UTC"
        return None if text else "text"
    if field.python is int:
        return None if number else "an integer"
    if field.python is float:
        return None if number else "a number"
    if field.python is bool:
        return None if kinds.is_boolean(arrow_type) else "true or false"
    if field.element is not None:
        is_list = (
            kinds.is_list(arrow_type)
            or kinds.is_large_list(arrow_type)
            or kinds.is_fixed_size_list(arrow_type)
        )
        is_list = is_list or kinds.is_list_view(arrow_type) or kinds.is_large_list_view(arrow_type)
        if not is_list:
            return "an array"
        inner = _misfit(field.element, arrow_type.value_type)
        return f"an array, each element {inner}" if inner else None
    if field.record is not None:
        return None if kinds.is_struct(arrow_type) else "an object"
    return None

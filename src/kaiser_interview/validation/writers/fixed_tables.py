"""Write record batches with fixes applied: added values, and new columns for missing fields."""

from collections.abc import Collection, Mapping
from math import isclose
from typing import TYPE_CHECKING, Any

from ...errors import InputError
from ...records.schemas import arrow_schema, arrow_value
from ..arrow.arrays import decoded, decoded_type, from_numpy
from ..findings.display import visible
from ..rows.row_validator import RowValidator
from .tables import TableSink, refuse_undecoded

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FixedTable"]

# The relative precision of a 32-bit float.
_PRECISION = 1e-6


class FixedTable:
    """Write the rows of a table with fixes applied.

    Parameters
    ----------
    writer : TableSink
        The output.
    validator : RowValidator
        The validator of the rows.
    """

    def __init__(self, writer: TableSink, validator: RowValidator) -> None:
        import pyarrow as pa

        self._writer = writer
        models = [rules.shape.model for rules in validator.rules.values()]
        self._types = {field.name: field.type for model in models for field in arrow_schema(model)}
        self._nested = {one.name for rules in validator.rules.values() for one in rules.nested}
        self._schema: pa.Schema = pa.schema([])

    def begin(self, schema: "pa.Schema", fillable: Collection[str]) -> None:
        """Start writing rows of a schema.

        Parameters
        ----------
        schema : pyarrow.Schema
            The schema of the rows.
        fillable : collection of str
            Fields whose values may be added, in the order in which their columns are added.
        """
        import pyarrow as pa

        self._types |= {name: pa.string() for name in fillable if name not in self._types}
        fields = [pa.field(one.name, self._type_of(one, fillable)) for one in schema]
        fields += [pa.field(name, self._types[name]) for name in fillable if name not in schema.names]
        self._schema = pa.schema(fields, schema.metadata)
        self._writer.begin(self._schema)

    def put(self, rows: "pa.RecordBatch", patches: Mapping[int, Mapping[str, Any]]) -> None:
        """Write a batch, given the fixed fields of its rows by index.

        Raises
        ------
        InputError
            A column cannot hold an added value, or the batch had text that is not UTF-8.
        """
        import pyarrow as pa

        refuse_undecoded(rows)
        columns = []
        for field in self._schema:
            is_there = field.name in rows.schema.names
            column = decoded(rows.column(field.name)) if is_there else pa.nulls(rows.num_rows)
            patched = {at: patch[field.name] for at, patch in patches.items() if field.name in patch}
            columns.append(_patched(column.cast(field.type), field, patched))
        self._writer.add(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def _type_of(self, field: "pa.Field", fillable: Collection[str]) -> "pa.DataType":
        """Return the type of a column in the output."""
        import pyarrow as pa

        arrow_type = decoded_type(field.type)
        if pa.types.is_null(arrow_type) and field.name in fillable:
            return self._types[field.name]
        if field.name in self._nested:
            return _merged(arrow_type, self._types[field.name])
        return arrow_type


def _patched(column: "pa.Array", field: "pa.Field", patched: Mapping[int, Any]) -> "pa.Array":
    """Return a column with new values in some rows.

    Raises
    ------
    InputError
        The column cannot hold a new value exactly.
    """
    import numpy as np
    import pyarrow as pa

    if not patched:
        return column
    values = [arrow_value(value, field.type) for value in patched.values()]
    try:
        filled = pa.array(values, field.type)
        fits = all(map(_is_same, filled.to_pylist(), values))
    except (pa.ArrowException, OverflowError):
        fits = False
    if not fits:
        raise InputError(
            f"{visible(field.name)}: a column of type {field.type} cannot hold the value that `fix` adds; "
            "nothing was written"
        )
    places = np.arange(len(column))
    places[[*patched]] = np.arange(len(column), len(column) + len(filled))
    return pa.concat_arrays([column, filled]).take(from_numpy(places))


def _is_same(stored: Any, given: Any) -> bool:
    """Return whether a value in a column equals the given one, up to the precision of 32-bit floats."""
    if isinstance(given, list | tuple):
        return isinstance(stored, list) and len(stored) == len(given) and all(map(_is_same, stored, given))
    if isinstance(given, dict):
        return isinstance(stored, dict) and all(_is_same(stored[name], given[name]) for name in given)
    return stored == given or (isinstance(given, float) and isclose(stored, given, rel_tol=_PRECISION))


def _merged(type_: "pa.DataType", other: "pa.DataType") -> "pa.DataType":
    """Return a struct type, or a list of structs, extended with the fields that only another type has."""
    import pyarrow as pa
    import pyarrow.types as kinds

    if kinds.is_null(type_):
        return other
    if kinds.is_struct(type_) and kinds.is_struct(other):
        more = {field.name: field for field in other}
        fields = [
            pa.field(field.name, _merged(field.type, more.pop(field.name, field).type)) for field in type_
        ]
        return pa.struct([*fields, *more.values()])
    if kinds.is_list(type_) and kinds.is_list(other):
        return pa.list_(_merged(type_.value_type, other.value_type))
    if kinds.is_large_list(type_) and kinds.is_list(other):
        return pa.large_list(_merged(type_.value_type, other.value_type))
    return type_

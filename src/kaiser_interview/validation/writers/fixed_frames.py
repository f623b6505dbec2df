"""Copy a table, frame or dataset with its columns replaced by fixed ones."""

import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .memory import is_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["with_fixes"]


def with_fixes(data: Any, fixed: "pa.Table", rows: Mapping[str, Sequence[int]], read: Collection[str]) -> Any:
    """Return a copy of a table, frame or dataset with fixes; unchanged columns are shared with the data.

    Parameters
    ----------
    data : table, frame or dataset
        The data that was fixed.
    fixed : pyarrow.Table
        All its rows with their fixes.
    rows : mapping of str to sequence of int
        The changed rows of each changed column.
    read : collection of str
        The columns of the data that were read: all but its index.
    """
    fix = next(fix for (package, name), fix in _FIX.items() if is_of(data, package, name))
    return fix(data, fixed, rows, read)


def _table(
    table: "pa.Table", fixed: "pa.Table", rows: Mapping[str, Sequence[int]], read: Collection[str]
) -> "pa.Table":
    import pyarrow as pa

    from ..arrow.arrays import decoded_type

    columns, fields = [], []
    for field in fixed.schema:
        column, at = fixed.column(field.name), table.schema.get_field_index(field.name)
        if at >= 0:
            given = table.schema.field(at)
            if field.name not in rows:
                column, field = table.column(at), given  # noqa: PLW2901 - unchanged
            elif decoded_type(given.type) == field.type:
                column, field = column.cast(given.type), given  # noqa: PLW2901 - in the original encoding
        columns.append(column)
        fields.append(field)
    for name in table.column_names:
        if name not in read:
            columns.append(table.column(name))
            fields.append(table.schema.field(name))
    return pa.Table.from_arrays(columns, schema=pa.schema(fields, table.schema.metadata))


def _batch(batch: "pa.RecordBatch", *about: Any) -> "pa.Table":
    import pyarrow as pa

    return _table(pa.Table.from_batches([batch]), *about)


def _pandas(frame: Any, fixed: "pa.Table", rows: Mapping[str, Sequence[int]], _: Collection[str]) -> Any:
    import pandas as pd
    import pyarrow as pa

    # By default, integers with nulls become floats, and booleans objects.
    types = {pa.int32(): pd.Int32Dtype(), pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    levels = [name for name in frame.index.names if name in fixed.column_names]
    made = frame.reset_index(level=[name for name in levels if name in rows]) if levels else frame
    made = made.copy(deep=False)
    labels = {str(label): label for label in made.columns}
    order = []
    for name in fixed.column_names:
        if name in made.index.names:
            continue
        label = labels.get(name, name)
        order.append(label)
        if name not in labels:
            made[name] = fixed.column(name).to_pandas(types_mapper=types.get).array
        elif name in rows:
            made[label] = _with_values(
                made[label], rows[name], fixed.column(name).take(rows[name]).to_pylist()
            )
    return made[order]


def _with_values(column: Any, rows: Sequence[int], values: Sequence[Any]) -> Any:
    """Return a pandas column with new values in some rows; of type object if its type cannot hold them."""
    import numpy as np

    # A column of integers takes only integers of numpy.
    is_integer = all(type(value) is int for value in values)
    new = np.empty(len(values), np.int64 if is_integer else object)
    new[:] = values
    made = column.copy()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # pandas 2 warns where pandas 3 raises
            made.iloc[rows] = new
    except (TypeError, ValueError, Warning):
        made = column.astype(object)
        made.iloc[rows] = new
    return made


def _polars(frame: Any, fixed: "pa.Table", rows: Mapping[str, Sequence[int]], _: Collection[str]) -> Any:
    import polars as pl

    columns = []
    for name in fixed.column_names:
        if name in frame.columns and name not in rows:
            columns.append(frame[name])
            continue
        column = pl.Series(name, pl.from_arrow(fixed.column(name)))
        wanted = frame.schema.get(name)
        if column.dtype == pl.String and isinstance(wanted, pl.Categorical | pl.Enum):
            encoded = column.cast(wanted, strict=False)
            column = encoded if encoded.null_count() == column.null_count() else column
        columns.append(column)
    return pl.DataFrame(columns)


def _dataset(
    dataset: Any, fixed: "pa.Table", rows: Mapping[str, Sequence[int]], read: Collection[str]
) -> Any:
    from datasets import Dataset, Features
    from datasets.table import InMemoryTable

    given = dataset.with_format("arrow")[:]
    table = _table(given, fixed, rows, read).replace_schema_metadata()
    features = Features.from_arrow_schema(table.schema)
    for name, feature in dataset.features.items():
        # A changed column of class labels has names instead of numbers, so its feature no longer fits.
        if name in features and table.schema.field(name).type == given.schema.field(name).type:
            features[name] = feature
    info = dataset.info.copy()
    info.features = features
    return Dataset(InMemoryTable(table), info=info, split=dataset.split)


_FIX: dict[tuple[str, str], Callable[..., Any]] = {
    ("pyarrow", "Table"): _table,
    ("pyarrow", "RecordBatch"): _batch,
    ("pandas", "DataFrame"): _pandas,
    ("polars", "DataFrame"): _polars,
    ("datasets", "Dataset"): _dataset,
}
"""The function that applies fixes, by package and name of the class of the data."""

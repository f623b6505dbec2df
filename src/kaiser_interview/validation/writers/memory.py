"""Keep rows in memory in the form of the input data, for `split` and `fix` without files."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ...errors import InputError
from ..formats.csv import Cells, read_record
from ..formats.json.text import parse
from ..rows.row_validator import RowValidator
from ..sources.source import Batch, InputSource
from .parts import Part, rows_in
from .tables import TableInMemory

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Mask = npt.NDArray[np.bool_]

__all__ = ["RowsInMemory", "divided", "is_of", "is_selectable", "joined", "refuse_unheld", "splits_of"]


class RowsInMemory:
    """Rows of one output: a table if they come from tables, else a list.

    Parameters
    ----------
    validator : RowValidator
        The validator of the rows; it knows their kinds and fields.

    Attributes
    ----------
    table : TableInMemory or None
        The table, if the rows come from tables.
    """

    def __init__(self, validator: RowValidator) -> None:
        self.table: TableInMemory | None = None
        self._validator = validator
        self._rows: list[Any] = []
        self._source: InputSource | None = None

    def begin(self, source: InputSource) -> None:
        """Start with rows of a source.

        Raises
        ------
        InputError
            The data has both tables and rows of text.
        """
        if self._source is None and source.schema is not None:
            self.table = TableInMemory()
        if (self.table is None) is not (source.schema is None):
            raise InputError("data: expected either tables or text rows, got both; process them separately")
        self._source = source
        self._validator.constants = {**self._validator.defaults, **source.constants}

    def put(self, part: Part, rows: Sequence[int]) -> None:
        """Add rows of a part unchanged, given their indices in ascending order."""
        if not rows:
            return
        if self.table is not None and isinstance(part, Batch):
            self.table.take(part.rows, rows)
        else:
            held = rows_in(part)
            self._rows.extend(self.object_of(held[row]) for row in rows)

    def add(self, row: Any) -> None:
        """Add a row."""
        self._rows.append(row)

    def object_of(self, row: Any) -> Any:
        """Return a row of text as a mapping, and any other row unchanged.

        The cells of a CSV record get the types of their fields; empty cells are left out. A row stays bytes
        if it cannot be parsed or is not an object.
        """
        if self._source is None or self._source.form == "values":
            return row
        if self._source.form == "csv" and isinstance(row, bytes):
            row = read_record(row, self._source.header)
        if not isinstance(row, Cells):
            value, _ = parse(row)
            return value if isinstance(value, dict) else row
        if row.values is None:
            return row.raw
        kind, _ = self._validator.taken(row.values)
        return dict(row.values) if kind is None else self._validator.rules[kind].typed(row.values)

    def data(self) -> "list[Any] | pa.Table":
        """Return all rows."""
        return self._rows if self.table is None else self.table.table()


def refuse_unheld(data: Any) -> None:
    """Raise an error if data is or contains a `datasets.IterableDataset`.

    Its rows may have another order each time, so that a position does not identify a row.

    Raises
    ------
    InputError
        The data is or contains a `datasets.IterableDataset`.
    """
    splits = data.values() if isinstance(data, dict) else (data,)
    if any(is_of(one, "datasets", "IterableDataset") for one in splits):
        raise InputError(
            "data: expected output paths for an IterableDataset, got none; its rows are not held in memory"
        )


def is_selectable(data: Any) -> bool:
    """Return whether the rows of data, or of all its splits, can be selected by position."""
    if is_of(data, "datasets", "DatasetDict"):
        return all(is_of(one, "datasets", "Dataset") for one in data.values())
    return any(is_of(data, package, name) for package, name in _SELECT)


def splits_of(data: Any) -> list[Any]:
    """Return the datasets of a `DatasetDict`, or a list of the data itself."""
    return [*data.values()] if is_of(data, "datasets", "DatasetDict") else [data]


def joined(data: Any, splits: Iterable[Any]) -> Any:
    """Combine the results for each of `splits_of` in the form of the data."""
    splits = [*splits]
    return type(data)(zip(data, splits, strict=True)) if is_of(data, "datasets", "DatasetDict") else splits[0]


def divided(data: Any, invalid: Sequence[Sequence[int]], rows: Sequence[int]) -> tuple[Any, Any]:
    """Split a frame, table, dataset or dictionary of datasets by rows; columns stay unchanged.

    Parameters
    ----------
    data : object
        Data for which `is_selectable` is true.
    invalid : sequence of sequence of int
        The invalid rows of each split, or of the data if it has no splits.
    rows : sequence of int
        The number of rows of each split.

    Returns
    -------
    tuple
        The valid rows and the rejects, in the form of the data.
    """
    halves = [_halves(*one) for one in zip(splits_of(data), invalid, rows, strict=True)]
    valid, rejects = (joined(data, half) for half in zip(*halves, strict=True))
    return valid, rejects


def _halves(data: Any, invalid: Sequence[int], rows: int) -> tuple[Any, Any]:
    import numpy as np

    select = next(select for (package, name), select in _SELECT.items() if is_of(data, package, name))
    passed = np.ones(rows, np.bool_)
    passed[np.array(invalid, np.int64)] = False
    return select(data, passed), select(data, ~passed)


def is_of(data: Any, package: str, name: str) -> bool:
    """Return whether data is an instance of a class; the package of the class may be missing."""
    return any(cls.__name__ == name and cls.__module__.split(".")[0] == package for cls in type(data).__mro__)


def _of_table(table: "pa.Table", rows: "Mask") -> "pa.Table":
    """Return rows of a table, as slices if Arrow cannot filter the type of a column."""
    import numpy as np
    import pyarrow as pa

    from ..arrow.arrays import from_numpy

    try:
        return table.filter(from_numpy(rows))
    except pa.ArrowNotImplementedError:
        ends = np.flatnonzero(np.diff(rows, prepend=False, append=False)).reshape(-1, 2).tolist()
        return pa.concat_tables([table.slice(0, 0), *(table.slice(at, end - at) for at, end in ends)])


def _of_batch(batch: "pa.RecordBatch", rows: "Mask") -> "pa.Table":
    import pyarrow as pa

    return _of_table(pa.Table.from_batches([batch]), rows)


_SELECT: "dict[tuple[str, str], Callable[[Any, Mask], Any]]" = {
    ("pyarrow", "Table"): _of_table,
    ("pyarrow", "RecordBatch"): _of_batch,
    ("pandas", "DataFrame"): lambda frame, rows: frame.iloc[rows.nonzero()[0]],
    ("polars", "DataFrame"): lambda frame, rows: frame.filter(rows),
    ("datasets", "Dataset"): lambda dataset, rows: dataset.select(rows.nonzero()[0]),
}
"""The function that selects rows by a mask, by package and name of the class of the data."""

"""Read lines that match no template into record batches: parse each line, then build columns by key."""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa

from ...arrow.arrays import Ints, from_numpy, is_list, is_null, is_text, to_numpy
from ...arrow.from_python import ColumnType, batches_of
from ..text import LONGEST
from .line_batches import Taken
from .text import object_of

__all__ = ["with_parsed"]

_FEW = 16
"""Minimum number of lines. The row validator is faster for fewer lines."""


def with_parsed(
    data: bytes, taken: Taken, types: Mapping[str, ColumnType], lists: Mapping[str, ColumnType]
) -> Taken:
    """Return `taken` with more batches, read from the lines that it left.

    A line is still left if columns cannot hold all its values, or if it has a duplicate key.

    Parameters
    ----------
    data : bytes
        The lines.
    taken : Taken
        The result of `Lines.read` for these lines.
    types, lists : mapping of str to ColumnType
        The types of columns, and the element types of columns of lists, as for `batches_of`.
    """
    sizes = taken.ends - taken.starts
    numbers = taken.rest[(sizes[taken.rest] > 0) & (sizes[taken.rest] <= LONGEST)]
    if len(numbers) < _FEW:
        return taken
    keys: list[int] = []

    def rows() -> Iterator[dict[str, object] | None]:
        for start, end in zip(taken.starts[numbers].tolist(), taken.ends[numbers].tolist(), strict=True):
            row = object_of(data[start:end])
            keys.append(len(row or ()))
            yield row

    batches = [*taken.batches]
    left = np.zeros(len(taken.starts), np.bool_)
    left[taken.rest] = True
    for which, batch in batches_of(rows(), types, lists):
        lines = numbers[which]
        # A line with a duplicate key has more quotation marks than its parsed keys and texts explain.
        once = taken.quotes[lines] == 2 * (np.array(keys)[which] + _texts(batch))
        if not once.all():
            lines, batch = lines[once], batch.filter(from_numpy(once))  # noqa: PLW2901 - a subset of the rows
        if len(lines):
            batches.append((lines, batch))
            left[lines] = False
    return taken._replace(batches=batches, rest=np.flatnonzero(left))


def _texts(batch: pa.RecordBatch) -> Ints:
    """Return the number of texts in each row, including texts in lists."""
    counts = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        if is_text(column.type):
            counts += ~is_null(column)
        elif is_list(column.type) and is_text(column.type.value_type):
            counts += np.diff(to_numpy(column.offsets))
    return counts

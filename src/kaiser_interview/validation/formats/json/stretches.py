"""Divide chunks of lines into stretches, and the result of reading one chunk."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["Taken", "stretches"]

_Integers = npt.NDArray[np.int64]

_LONG = 2 << 20


class Taken(NamedTuple):
    """The batches read from a chunk, and the lines that are left to the strict reader."""

    starts: _Integers
    """Start of each line in the chunk in bytes, including blank lines."""
    ends: _Integers
    """End of each line, without its line feed."""
    batches: list[tuple[_Integers, pa.RecordBatch]]
    """Line numbers, ascending, and the columns of these lines. Columns with only nulls are left out."""
    rest: _Integers
    """The line numbers that no batch contains, ascending."""


def stretches(chunk: bytes, size: int) -> Iterator[tuple[int, int, bool]]:
    """Divide a chunk into stretches of about `size` bytes; yield start, end, whether it is one long line."""
    at = 0
    while at < len(chunk):
        stop, is_long = chunk.find(b"\n", at + size) + 1 or len(chunk), False
        if stop - at > size + _LONG:
            # Searching such a long line at once would take many times its memory.
            before = chunk.rfind(b"\n", at, at + size) + 1
            stop, is_long = (before, False) if before else (stop, True)
        yield at, stop, is_long
        at = stop

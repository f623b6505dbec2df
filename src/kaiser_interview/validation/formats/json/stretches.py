"""Chunks of lines: in what stretches they are looked at, and what was read of them."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["Taken", "stretches"]

_Integers = npt.NDArray[np.int64]

_LONG = 2 << 20


class Taken(NamedTuple):
    """What was read of a chunk, and which lines are left."""

    starts: _Integers
    """Where each line begins in the chunk, blank ones included."""
    ends: _Integers
    """Where it ends, without its line feed."""
    batches: list[tuple[_Integers, pa.RecordBatch]]
    """Numbers of lines, ascending, and their columns. A column that is null in all of them is left out."""
    rest: _Integers
    """The numbers of all other lines, ascending."""


def stretches(chunk: bytes, size: int) -> Iterator[tuple[int, int, bool]]:
    """Yield where stretches of about so many bytes begin and end, and whether one is a single long line."""
    at = 0
    while at < len(chunk):
        stop, is_long = chunk.find(b"\n", at + size) + 1 or len(chunk), False
        if stop - at > size + _LONG:
            # What is looked for in a line that is so long would take many times its memory.
            before = chunk.rfind(b"\n", at, at + size) + 1
            stop, is_long = (before, False) if before else (stop, True)
        yield at, stop, is_long
        at = stop

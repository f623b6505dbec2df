"""The plan for reading a columnar file: its format, its parts, and limits on their size."""

import pathlib
from typing import Literal, NamedTuple

from ...findings.finding import Fault, StreamError
from ..streams import BOMB_RATIO, most_decompressed

__all__ = ["Form", "Plan"]

Form = Literal["parquet", "ipc-file", "ipc-stream"]

_STREAM = b"\xff\xff\xff\xff"

_ENDS = 8


class Plan(NamedTuple):
    """The format, columns and parts that a columnar file declares.

    A part is a Parquet row group, a record batch of an IPC file, or a whole IPC stream.
    """

    form: Form
    names: list[str]
    rows: list[int | None]
    """Number of rows of each part; None if unknown before the part is read."""
    sizes: list[int]
    """Uncompressed size of each part in bytes, or the size of the file if unknown."""


def _identity(path: str) -> tuple[int, int, int]:
    about = pathlib.Path(path).stat()
    return about.st_size, about.st_ino, about.st_mtime_ns


def _most(path: str) -> int:
    return most_decompressed(_identity(path)[0])


def _bound(decompressed: int, most: int) -> None:
    if decompressed > most:
        expected = f"data that decompresses to at most {BOMB_RATIO} times its size"
        suggestion = "if you trust the file, write it again in smaller parts"
        raise StreamError(
            Fault("unreadable", (), expected, "more, which may be a decompression bomb", suggestion)
        )

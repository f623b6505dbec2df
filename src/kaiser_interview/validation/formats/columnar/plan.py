"""The plan by which a columnar file is read: its form, its groups and their bounds."""

import pathlib
from typing import Literal, NamedTuple

from ...findings.finding import Fault, StreamError
from ..streams import BOMB_RATIO, most_unpacked

__all__ = ["Form", "Plan"]

Form = Literal["parquet", "ipc-file", "ipc-stream"]

_STREAM = b"\xff\xff\xff\xff"

_ENDS = 8


class Plan(NamedTuple):
    """What a columnar file says that it holds.

    A part is a row group, a record batch of an IPC file, or the whole of a stream.
    """

    form: Form
    names: list[str]
    rows: list[int | None]
    """Rows of each part; None where that is not known before it is read."""
    sizes: list[int]
    """Uncompressed bytes of each part as far as known, else the file's size."""


def _identity(path: str) -> tuple[int, int, int]:
    about = pathlib.Path(path).stat()
    return about.st_size, about.st_ino, about.st_mtime_ns


def _most(path: str) -> int:
    return most_unpacked(_identity(path)[0])


def _bound(unpacked: int, most: int) -> None:
    if unpacked > most:
        expected = f"data that unpacks to at most {BOMB_RATIO} times its size"
        remedy = "if it is not one, write it anew in smaller parts"
        raise StreamError(Fault("unreadable", (), expected, "more: it may be a decompression bomb", remedy))

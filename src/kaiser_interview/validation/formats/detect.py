"""Detect the format of a file from its name and first bytes."""

import os
import re
from typing import Literal

from ..findings.finding import Fault
from .json.text import parse
from .text import BOM, SPACE

__all__ = ["Form", "foreign", "form_of", "has_columnar_magic", "is_data"]

Form = Literal["lines", "document", "csv", "values", "columns"]

_PACKED = (".gz", ".zst")

_FORMS: dict[str, Form | None] = {
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".json": None,  # lines or a document: decided by content
    ".csv": "csv",
    ".tsv": "csv",
}

_COLUMNAR = {".parquet", ".arrow", ".feather", ".ipc", ".arrows"}

# Parquet, encrypted Parquet, Arrow IPC file, Arrow IPC stream.
_MAGIC = (b"PAR1", b"PARE", b"ARROW1", b"\xff\xff\xff\xff")

_ROWS = re.compile(rb"^[\[{]", re.MULTILINE)

_PAGE = ("a web page", "see whether it is a server's answer that was saved in place of the data")

_FOREIGN = {
    b"PK\x03\x04": ("a workbook, or another zip archive", "save the sheet as CSV in UTF-8"),
    b"\xd0\xcf\x11\xe0": ("an old workbook", "save the sheet as CSV in UTF-8"),
    b"\x80\x04": ("a pickle", "write Parquet: to_parquet"),
    b"\x80\x05": ("a pickle", "write Parquet: to_parquet"),
    b"\x93NUMPY": ("an array of numpy", "write a table with the ids of the claims beside the vectors"),
    b"SQLite format 3\0": ("a database", "export the table as Parquet or CSV"),
    b"%PDF-": ("a PDF", None),
    b"<!DOCTYPE": _PAGE,
    b"<!doctype": _PAGE,
    b"<html": _PAGE,
    b"version https://git-lfs": ("a pointer of Git LFS", "fetch the file itself: git lfs pull"),
}


def foreign(head: bytes) -> Fault | None:
    """Return the fault of a file in a known but unsupported format, detected by its first bytes."""
    for magic, (what, remedy) in _FOREIGN.items():
        if head.startswith(magic):
            return Fault("unreadable", (), "JSON Lines, JSON, CSV, Parquet or Arrow", what, remedy)
    return None


def is_data(name: str) -> bool:
    """Return whether a file's extension is that of a data file."""
    return _suffix(name) in _FORMS or _suffix(name) in _COLUMNAR


def form_of(path: str, head: bytes, fields: frozenset[str]) -> Form:
    """Return the format of a file: from its extension, or from its content if the extension is not enough.

    Parameters
    ----------
    path : str
        The file's name.
    head : bytes
        Its first bytes, decompressed.
    fields : frozenset of str
        Field names; a first line that contains one of them is a CSV header.
    """
    suffix = _suffix(path)
    if suffix in _COLUMNAR or has_columnar_magic(head):
        return "columns"
    known = _FORMS.get(suffix)
    if known:
        return known
    text = head.removeprefix(BOM).lstrip(SPACE)
    if not text.startswith((b"[", b"{")):
        names = {
            name.strip(b'" \r').decode("utf-8", "replace")
            for name in re.split(rb"[,;\t]", text.partition(b"\n")[0])
        }
        if names & fields:
            return "csv"
        # Skip a model's introduction or a Markdown fence before the rows; neither indicates the format.
        rows = _ROWS.search(text)
        text = text[rows.start() :] if rows else b""
    if text.startswith(b"["):
        return "document"
    first = text.partition(b"\n")
    if text.startswith(b"{"):
        # An object that continues after the first line is one pretty-printed document.
        goes_on = first[1] and isinstance(parse(first[0])[1], Fault) and not first[0].rstrip().endswith(b"}")
        return "document" if goes_on else "lines"
    return "lines"


def _suffix(name: str) -> str:
    stem, suffix = os.path.splitext(name.lower())  # noqa: PTH122 - a path as it was given
    return os.path.splitext(stem)[1] if suffix in _PACKED else suffix  # noqa: PTH122


def has_columnar_magic(head: bytes) -> bool:
    """Return whether the first bytes are those of a columnar file."""
    return head.startswith(_MAGIC)

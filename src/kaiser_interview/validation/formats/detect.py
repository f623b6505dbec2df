"""Detect the format of a file from its name and first bytes."""

import os
import re
from typing import Literal

from ..findings.finding import Fault
from .encodings import ON, is_utf8
from .json.text import parse
from .text import BOM, SPACE

__all__ = [
    "COLUMNAR",
    "Form",
    "foreign",
    "form_of",
    "has_columnar_magic",
    "is_data",
    "is_sidecar",
    "suffix_of",
]

Form = Literal["lines", "document", "csv", "values", "columns"]

_COMPRESSED = (".gz", ".zst")

_SIDECAR = re.compile(
    # Hugging Face, Frictionless, Croissant, RO-Crate, CodeMeta, CSV on the web, npm, this package
    r"(?:dataset_infos?|dataset_dict|state|data-?package|croissant|ro-crate-metadata|codemeta"
    r"|zenodo|citation|package|package-lock|manifest|metadata|schema|vocabularies|config)\.json"
    r"|.*[.-](?:schema|metadata|csl)\.json"
    r"|.*\.(?:findings|changes|failures)\.jsonl"
    r"|cache-[0-9a-f]{16}(?:_[0-9]+_of_[0-9]+)?\.arrow"
    # lock files of office software
    r"|~\$.*"
)

_FORMS: dict[str, Form | None] = {
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".json": None,  # lines or a document: decided by content
    ".csv": "csv",
    ".tsv": "csv",
}

COLUMNAR = {".parquet", ".arrow", ".feather", ".ipc", ".arrows"}
"""The extensions of columnar files."""

# Parquet, encrypted Parquet, Arrow IPC file, Arrow IPC stream.
_MAGIC = (b"PAR1", b"PARE", b"ARROW1", b"\xff\xff\xff\xff")

_ROWS = re.compile(rb"^[\[{]", re.MULTILINE)

_PAGE = ("a web page", "check whether a server's answer was saved instead of the data")

_ZIP = ("a zip archive", f"extract it, or validate one file in it: unzip -p … NAME {ON}")

_TWICE = "decompress it once, because it is compressed twice"

_BZIP2 = ("data compressed with bzip2", f"bzip2 -dc … {ON}")

_FOREIGN = {
    **{b"BZh%d1AY&SY" % level: _BZIP2 for level in range(1, 10)},
    b"\xfd7zXZ\0": ("data compressed with xz", f"xz -dc … {ON}"),
    b"]\0\0": ("data compressed with lzma", f"xz -dc --format=lzma … {ON}"),
    b"LZIP\x01": ("data compressed with lzip", f"lzip -dc … {ON}"),
    b"\x04\x22\x4d\x18": ("data compressed with lz4", f"lz4 -dc … {ON}"),
    b"\x02\x21\x4c\x18": ("data compressed with lz4", f"lz4 -dc … {ON}"),
    b"\xff\x06\0\0sNaPpY": ("data compressed with snappy", f"snzip -dc … {ON}"),
    b"\x1f\x9d": ("data compressed with compress", f"gzip -dc … {ON}"),
    b"x\x01": ("data compressed with zlib", f"pigz -dc … {ON}"),
    b"x\x9c": ("data compressed with zlib", f"pigz -dc … {ON}"),
    b"x\xda": ("data compressed with zlib", f"pigz -dc … {ON}"),
    b"7z\xbc\xaf\x27\x1c": ("a 7z archive", f"extract it, or validate one file in it: 7z e -so … NAME {ON}"),
    b"Rar!\x1a\x07": ("a RAR archive", f"extract it, or validate one file in it: unrar p -inul … NAME {ON}"),
    b"\x1f\x8b\x08": ("data compressed with gzip", f"{_TWICE}: gzip -dc … {ON}"),
    b"\x28\xb5\x2f\xfd": ("data compressed with zstd", f"{_TWICE}: zstd -dc … {ON}"),
    b"PK\x05\x06": ("an empty zip archive", None),
    b"PK\x03\x04": _ZIP,
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", "save the sheet as CSV in UTF-8"),
    b"\x80\x04": ("a pickle", "write Parquet instead: to_parquet"),
    b"\x80\x05": ("a pickle", "write Parquet instead: to_parquet"),
    b"\x93NUMPY": ("a NumPy array", "write a table with claim ids and vectors"),
    b"SQLite format 3\0": ("a database", "export the table as Parquet or CSV"),
    b"%PDF-": ("a PDF", None),
    b"<!DOCTYPE": _PAGE,
    b"<!doctype": _PAGE,
    b"<html": _PAGE,
    b"version https://git-lfs": ("a Git LFS pointer", "download the file: git lfs pull"),
}


# The first name in a zip archive identifies an office document.
_OFFICE = re.compile(rb"\[Content_Types\]\.xml|_rels/|docProps/|xl/|mimetypeapplication/vnd\.oasis")

# The position of the magic bytes in a tar archive.
_TAR = slice(257, 262)


def foreign(name: str, head: bytes) -> Fault | None:
    """Return the fault of a file in a known but unsupported format, or None.

    The format is detected from the first decompressed bytes, or from the name if it has no magic bytes.
    """
    found = next((known for magic, known in _FOREIGN.items() if head.startswith(magic)), None)
    if found is _ZIP and _OFFICE.match(head[30:]):
        found = ("a workbook", "save the sheet as CSV in UTF-8")
    elif head[_TAR] == b"ustar" and b"\0" in head[: _TAR.start]:
        found = ("a tar archive", f"extract it, or validate one file in it: tar -xOf … NAME {ON}")
    elif name.lower().endswith(".br") and not is_utf8(head):
        found = ("data compressed with brotli", f"brotli -dc … {ON}")
    return Fault("unreadable", (), "JSON Lines, JSON, CSV, Parquet or Arrow", *found) if found else None


def is_data(name: str) -> bool:
    """Return whether a file name has the extension of a data file and does not name metadata or the like."""
    return (suffix_of(name) in _FORMS or suffix_of(name) in COLUMNAR) and not is_sidecar(name)


def is_sidecar(name: str) -> bool:
    """Return whether a file name is one of metadata, schemas, locks, caches or findings.

    Such a file is skipped in a folder, but read if it is given by its path.
    """
    bare = name.lower().removesuffix(".gz").removesuffix(".zst")
    return _SIDECAR.fullmatch(bare) is not None


def form_of(path: str, head: bytes, fields: frozenset[str]) -> Form:
    """Detect the format of a file from its extension, or from its content if the extension is ambiguous.

    Parameters
    ----------
    path : str
        The file's name.
    head : bytes
        Its first bytes, decompressed.
    fields : frozenset of str
        Field names. A first line with one of them is a CSV header.
    """
    suffix = suffix_of(path)
    if suffix in COLUMNAR or has_columnar_magic(head):
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


def suffix_of(name: str) -> str:
    """Return the extension of a file name in lower case, before that of a compression."""
    stem, suffix = os.path.splitext(name.lower())  # noqa: PTH122 - a path as it was given
    return os.path.splitext(stem)[1] if suffix in _COMPRESSED else suffix  # noqa: PTH122


def has_columnar_magic(head: bytes) -> bool:
    """Return whether the first bytes are those of a columnar file."""
    return head.startswith(_MAGIC)

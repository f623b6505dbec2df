"""Print records as JSON, JSON Lines or CSV, from a corpus; report which output files were written."""

import json
import os
import stat
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from ..dataset.exports import cell
from ..errors import InputError
from ..validation.findings.display import visible

__all__ = ["Against", "Format", "Places", "as_utf8", "folder_of", "on_one_line", "write_rows"]

Against: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="DIR", help="The folder of a custom corpus. Default: the shipped data."),
]
"""The option `--against` of commands that read a corpus."""


class Format(StrEnum):
    """The format of printed records."""

    text = "text"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"


def folder_of(name: str | None) -> str | None:
    """Return the folder that `--against` names.

    Raises
    ------
    InputError
        The name is empty.
    """
    if name == "":
        # An unset shell variable must not select the shipped corpus.
        raise InputError("--against: expected a folder, got nothing")
    return name


class Places:
    """The output files of a command, with their earlier state, to find out which have been written.

    Parameters
    ----------
    *paths : str
        The paths of the output files.
    """

    def __init__(self, *paths: str) -> None:
        self._before = {path: _identity(path) for path in paths}

    @property
    def words(self) -> str:
        """The files written so far, for a message. They are complete, because each is renamed into place."""
        new = [visible(path) for path, before in self._before.items() if _identity(path) != before]
        return f"written completely: {', '.join(new)}" if new else "nothing was written"


def _identity(path: str) -> tuple[int, int, int] | None:
    try:
        about = Path(path).stat()
    except OSError:
        return None
    # Ignore folders, which change when a file is written into them.
    if not stat.S_ISREG(about.st_mode):
        return None
    return about.st_dev, about.st_ino, about.st_mtime_ns


def as_utf8(argument: str) -> str:
    """Decode an argument as UTF-8 if the locale decoded its bytes differently."""
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeError:
        return argument


def on_one_line(text: str) -> str:
    """Replace each line end of a text with a space."""
    return text.replace("\r\n", " ").replace("\n", " ")


def write_rows(rows: Sequence[Mapping[str, Any]], fields: Sequence[str], form: Format) -> None:
    """Print rows as a JSON array, JSON Lines or CSV with a header; a list in a CSV cell is JSON.

    A field that a row does not have is an empty cell.
    """
    if form is Format.json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))  # noqa: T201
    elif form is Format.jsonl:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False))  # noqa: T201
    else:
        from ..validation.writers.rows import as_record

        for record in (fields, *([cell(row.get(field)) for field in fields] for row in rows)):
            print(as_record(record).decode())  # noqa: T201

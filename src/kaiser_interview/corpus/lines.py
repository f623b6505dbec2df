"""Read the lines of a corpus file, and describe what is wrong with them."""

import codecs
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

import jiter

from ..errors import CorpusError
from ..near_names import near_names

__all__ = [
    "CorpusRow",
    "FileFault",
    "ReportFault",
    "Unplaced",
    "decoded",
    "json_shown",
    "readable",
    "rows_of",
]

_LONGEST = 80

_EXACT = 1e15

_BOM = "U+FEFF at its start"


class Unplaced(NamedTuple):
    """A text that is not where its row says."""

    source_id: str
    text: str
    start: int
    end: int | None
    """None for a heading or a headline, which has no end."""


class FileFault(NamedTuple):
    """A problem in a file of a corpus. `got` and `suggestion` may be functions; they are called if needed."""

    code: str
    file: str
    line: int | None
    path: tuple[str, ...]
    expected: str
    got: str | Callable[[], str]
    suggestion: str | Callable[[], str | None] | None = None
    row_id: str | None = None
    about: Unplaced | bytes | None = None
    """What an explanation needs: the text, or the bytes that are not JSON or not UTF-8."""

    def error(self) -> CorpusError:
        """Return the exception that reports this problem."""
        got = self.got() if callable(self.got) else self.got
        hint = self.suggestion() if callable(self.suggestion) else self.suggestion
        field = "".join(f"{step}: " for step in self.path)
        suggestion = f"; {hint}" if hint else ""
        return CorpusError(self.file, self.line, f"{field}expected {self.expected}, got {got}{suggestion}")


ReportFault: TypeAlias = Callable[[FileFault], None]
"""What to do with a problem: raise it, or collect it."""


def json_shown(value: object) -> str:
    """Format a value of a row for a message: as JSON, cut, with invisible characters escaped."""
    if isinstance(value, list | dict):
        return "an array" if isinstance(value, list) else "an object"
    if not isinstance(value, str):
        return _cut(json.dumps(value))
    text = json.dumps(value[:_LONGEST], ensure_ascii=False)
    return _cut("".join(mark if mark.isprintable() else json.dumps(mark)[1:-1] for mark in text))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


_LARGE = re.compile(rb"[0-9][eE]\+?[0-9]{3}|[0-9]{300}")
"""What a number has that may be too large for a double."""


class CorpusRow:
    """A row of a corpus file. Each problem of it is reported, with its place.

    Parameters
    ----------
    file : str
        The name of the file.
    line : int
        The line, from 1.
    values : mapping
        The fields.
    report : ReportFault
        What to do with a problem.
    """

    def __init__(self, file: str, line: int, values: Mapping[str, Any], report: ReportFault) -> None:
        self.file = file
        self.line = line
        self.values = values
        self._report = report
        row_id = values.get("claim_id")
        self._id = row_id if type(row_id) is str else None

    def fault(  # noqa: PLR0913 - the parts of a fault
        self,
        code: str,
        field: str,
        expected: str,
        got: str | Callable[[], str],
        suggestion: str | Callable[[], str | None] | None = None,
        *,
        about: Unplaced | None = None,
    ) -> None:
        """Report a problem of a field."""
        self._report(
            FileFault(code, self.file, self.line, (field,), expected, got, suggestion, self._id, about)
        )

    def text(self, name: str) -> str | None:
        """Return the text of a required field; None if it has none, which is reported."""
        if self.values.get(name) is None:
            self._missing(name, "text")
            return None
        return self.optional(name)

    def optional(self, name: str) -> str | None:
        """Return the text of a field; None if it is missing, null, or no text, which is reported."""
        value = self.values.get(name)
        if value is None:
            return None
        if type(value) is not str:
            self.fault("wrong-type", name, "text", json_shown(value))
            return None
        if not value:
            self.fault("bad-length", name, "at least one character", '""')
            return None
        return value

    def offset(self, name: str) -> int | None:
        """Return the offset in a required field; None if it is none, which is reported."""
        value = self.values.get(name)
        if value is None:
            self._missing(name, "an offset")
        elif type(value) is not int:
            self.fault("wrong-type", name, "an integer", json_shown(value), _integer(value))
        elif value < 0:
            self.fault("out-of-range", name, "an offset of 0 or more", json_shown(value))
        else:
            return value
        return None

    def _missing(self, name: str, expected: str) -> None:
        got = "null" if name in self.values else "nothing"
        self.fault("missing-field", name, expected, got, lambda: self._misspelled(name))

    def _misspelled(self, name: str) -> str | None:
        near = near_names(name, [*self.values.keys() - {name}], most=1, least=0.75)
        return f"did you mean {near[0]}?" if near else None


def _integer(value: object) -> str | None:
    """Return the suggestion for an offset that is written as a text or a float."""
    if isinstance(value, str) and re.fullmatch("[0-9]{1,15}", value):
        return f"write {int(value)} without quotation marks"
    is_exact = isinstance(value, float) and 0 <= value < _EXACT and value.is_integer()
    return f"write {value:.0f}" if is_exact else None


def readable(file: str, data: bytes, report: ReportFault) -> bytes | None:
    """Return the bytes of a file without a byte order mark; None if they are UTF-16 or UTF-32.

    A mark would be the first code point of a text and shift every offset. It is reported, because other tools
    that read the file would count it.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data[:4]:
        suggestion = "convert it, for example with iconv -f UTF-16 -t UTF-8"
        report(FileFault("not-utf8", file, None, (), "UTF-8", "UTF-16 or UTF-32", suggestion))
        return None
    if data.startswith(codecs.BOM_UTF8):
        suggestion = 'write it without the mark: in Python with encoding="utf-8", not "utf-8-sig"'
        expected = "UTF-8 without a byte order mark"
        report(FileFault("byte-order-mark", file, None, (), expected, _BOM, suggestion))
        return data[len(codecs.BOM_UTF8) :]
    return data


def decoded(file: str, data: bytes, report: ReportFault, line: int = 1) -> str | None:
    """Return the text of bytes that begin at a line of a file; None if they are not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line += data.count(b"\n", 0, error.start)
        column = error.start - data.rfind(b"\n", 0, error.start)
        got = f"byte 0x{data[error.start]:02x} at {column} of the line"
        report(FileFault("not-utf8", file, line, (), "UTF-8", got, about=data))
        return None


def _is_finite(values: Any) -> bool:
    try:
        json.dumps(values, allow_nan=False)
    except ValueError:
        return False
    return True


def rows_of(file: str, data: bytes, report: ReportFault) -> Iterator[CorpusRow | None]:
    """Yield each row of a file; None for a line that cannot be read, which is reported."""
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            values = jiter.from_json(line, catch_duplicate_keys=True, allow_inf_nan=False)
        except ValueError as error:
            if decoded(file, line, report, number) is not None:
                report(FileFault("invalid-json", file, number, (), "valid JSON", str(error), about=line))
            yield None
            continue
        if _LARGE.search(line) and not _is_finite(values):
            report(FileFault("not-finite", file, number, (), "numbers that fit in a double", "a larger one"))
            yield None
        elif isinstance(values, dict):
            yield CorpusRow(file, number, values, report)
        else:
            report(FileFault("not-an-object", file, number, (), "an object", json_shown(values)))
            yield None

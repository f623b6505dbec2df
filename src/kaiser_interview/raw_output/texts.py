"""Read the answers in files, folders and values from Python, each with its place."""

import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import InputError
from ..validation.findings.finding import Fault, StreamError
from ..validation.formats.detect import COLUMNAR, foreign, has_columnar_magic, is_sidecar, suffix_of
from ..validation.formats.json.lines import json_lines
from ..validation.formats.streams import Stream
from ..validation.formats.text import BOM, LONGEST, SPACE, long_row, marked_encoding, not_utf8
from ..validation.sources.discover import path_sources
from ..validation.sources.memory import guarded
from ..validation.sources.source import InputSource
from .envelopes import Answer, answers_in, stopped
from .values import strict

__all__ = ["Text", "TextReader"]

_SUFFIXES = frozenset({".txt", ".md", ".json", ".jsonl", ".ndjson", ".out", ".log"})

_LINES = frozenset({".jsonl", ".ndjson"})

_TABLES = frozenset({".csv", ".tsv", ".xlsx", *COLUMNAR})

_NAME = re.compile(r"(?=[^\s{}]{1,1000}$)(?:.*\.[a-zA-Z0-9]{1,8}|(?=.*[./]).*\*.*|-)")
"""A text that is the name of a file or a pattern, even if there is no such file."""

_FOLDER = re.compile(r"(?=.*\w)[^\s{}]{1,1000}")
"""A text that may be the name of a folder, or of a file without extension."""

_MISSING = frozenset({"NoneType", "NAType", "NaTType"})
"""The types of missing values in Python and pandas."""

_COLUMN = "read the file, and pass its column of answers"


class Text(NamedTuple):
    """An answer and its place."""

    content: Any
    """A text, a parsed JSON value, or a fault."""
    line: int | None = None
    """The line in a file of lines, from 1."""
    item: int | None = None
    """The index of a value in a file or in data from Python."""
    request_id: str | None = None
    written: str = ""
    """The text of an answer whose content is a fault."""


class TextReader:
    """Read answers from files, folders and values from Python.

    Parameters
    ----------
    is_row : callable
        Whether an object is a row, and not a response or an object with several answers.
    """

    def __init__(self, is_row: Callable[[Mapping[Any, Any]], bool]) -> None:
        self._is_row = is_row

    def sources(self, data: Any, skipped: list[str], *, are_paths: bool) -> Iterator[InputSource]:
        """Yield a source for each file, or for data from Python.

        Its items are instances of `Text`; or, for a file of lines, those of `json_lines`.

        Parameters
        ----------
        data : object
            The argument of `parse`.
        skipped : list of str
            Receives the paths of skipped files in folders.
        are_paths : bool
            Whether all of `data` are paths. Otherwise, a text is a path if it looks like one.

        Raises
        ------
        InputError
            `data` is of a type that has no texts.
        """
        if are_paths:
            yield from path_sources(data, skipped, self._file, _is_wanted)
        elif _is_path(data) or (isinstance(data, str) and _FOLDER.fullmatch(data) and os.path.lexists(data)):
            yield from path_sources([data], skipped, self._file, _is_wanted)
        elif isinstance(data, Sequence) and not isinstance(data, str) and data and all(map(_is_path, data)):
            # An answer among others is never looked up: it could be the name of any file.
            yield from path_sources(data, skipped, self._file, _is_wanted)
        elif isinstance(data, Mapping):
            by_id = self._by_id(data, is_given=True) if self._answers(data) is None else None
            yield self._values(by_id or [(None, data)])
        elif isinstance(data, str) or hasattr(data, "model_dump"):
            yield self._values([(None, data)])
        elif isinstance(data, Iterable) and not (
            isinstance(data, bytes | bytearray) or _is_file_or_frame(data)
        ):
            yield self._values((None, one) for one in data)
        else:
            suggestion = "; pass one of its columns" if hasattr(data, "columns") else ""
            raise InputError(
                f"data: expected a path, texts or responses, got a Python {type(data).__name__}{suggestion}"
            )

    def in_line(self, line: int, data: bytes | Fault, value: Any) -> Iterator[Text]:
        """Yield the texts in a line of a file, given its JSON value; None if it is not JSON."""
        if isinstance(data, Fault):
            yield Text(data, line)
        elif isinstance(value, dict | list):
            yield from (text._replace(line=line) for text in self._in_json(value))
        else:
            yield Text(value if type(value) is str else _decoded(data), line)

    def _values(self, values: Iterable[tuple[str | None, Any]]) -> InputSource:
        def read(_: InputSource) -> Iterator[Any]:
            for number, (request_id, one) in enumerate(values):
                for text in self._in_value(one):
                    yield text._replace(item=number, request_id=text.request_id or request_id)

        return InputSource(None, guarded(read))

    def _in_value(self, given: Any) -> Iterator[Text]:
        """Yield the texts in a value from Python: a text, a response, or an object of a client library."""
        value = _plain(given)
        if isinstance(value, BaseException):
            # Such as `asyncio.gather` returns it.
            yield Text(stopped("answer-failed", f"{type(value).__name__}: {value}"))
        elif isinstance(value, str):
            yield from self._in_text(value.encode("utf-8", "surrogatepass"))
        elif isinstance(value, bytes | bytearray):
            yield from self._in_text(bytes(value))
        else:
            yield from self._in_json(value)

    def _file(self, path: str) -> InputSource:
        def read(source: InputSource) -> Iterator[Any]:
            stream = Stream(path)
            try:
                source.stream = stream
                head = stream.peek()
                fault = foreign(path, head) or marked_encoding(head)
                if suffix_of(path) in _TABLES or has_columnar_magic(head):
                    fault = Fault("unreadable", (), "", "a table", _COLUMN)
                if fault:
                    raise StreamError(fault._replace(expected="text, JSON Lines or JSON"))
                if self._is_by_line(stream.first_line(LONGEST), is_named=suffix_of(path) in _LINES):
                    yield from json_lines(stream)
                else:
                    yield from self._in_text(_whole(stream))
            finally:
                stream.close()

        name, own_path = ("standard input", None) if path == "-" else (path, path)
        return InputSource(name, read, own_path)

    def _is_by_line(self, first: bytes, *, is_named: bool) -> bool:
        """Return whether each line of a text is an answer of its own, given its first line.

        Parameters
        ----------
        first : bytes
            The first line that is not blank.
        is_named : bool
            Whether the name of the file says that it has lines. Then a line may be any JSON value, or a
            broken object. Otherwise it must be the response of a service.
        """
        value = strict(first.removeprefix(BOM))
        if is_named:
            return isinstance(value, dict | list | str) or first.startswith(b'{"')
        return isinstance(value, dict) and self._answers(value) is not None

    def _in_text(self, data: bytes | Fault) -> Iterator[Text]:
        """Yield the texts in the content of a file, or in a text from Python."""
        if isinstance(data, Fault):
            yield Text(data)
            return
        first, _, rest = data.lstrip().partition(b"\n")
        if rest.strip() and self._is_by_line(first, is_named=False):
            for number, line in enumerate(data.split(b"\n"), start=1):
                if line.strip(SPACE):
                    yield from self.in_line(number, line, strict(line))
            return
        value = strict(data.removeprefix(BOM))
        if isinstance(value, dict | list):
            yield from self._in_json(value)
        else:
            yield Text(_decoded(data))

    def _in_json(self, value: Any) -> Iterator[Text]:
        """Yield the texts in a JSON value: of a response, of answers by id, or of a list of either."""
        if isinstance(value, Mapping):
            answers = self._answers(value)
            by_id = self._by_id(value) if answers is None else None
            yield from map(_text_of, answers or ())
            for request_id, one in by_id or ():
                for text in self._in_value(one):
                    yield text._replace(request_id=text.request_id or request_id)
            if answers is not None or by_id:
                return
        elif isinstance(value, list) and value:
            found = [self._answers(one) if isinstance(one, Mapping) else None for one in value]
            is_texts = {type(one) for one in value} in ({str}, {str, type(None)})
            if any(found) or is_texts:
                for number, (one, answers) in enumerate(zip(value, found, strict=True)):
                    for answer in answers or [Answer(_plain(one), None)]:
                        yield _text_of(answer)._replace(item=number)
                return
        yield Text(value)

    def _answers(self, value: Mapping[str, Any]) -> list[Answer] | None:
        return None if self._is_row(value) else answers_in(value)

    def _by_id(
        self, value: Mapping[Any, Any], *, is_given: bool = False
    ) -> Sequence[tuple[str | None, Any]] | None:
        """Return the answers in an object whose names are ids of requests; None if it is another object.

        The object is not a response.

        Parameters
        ----------
        value : mapping
            The object.
        is_given : bool
            Whether the caller gave it. Otherwise, texts must hold JSON, to tell them from other values.
        """
        if not value or self._is_row(value):
            return None
        items = [(str(name), _plain(one)) for name, one in value.items()]
        is_texts = all(isinstance(one, str | bytes | BaseException) for _, one in items)
        is_texts = is_texts and (is_given or any("{" in str(one) for _, one in items))
        is_responses = all(isinstance(one, Mapping) and answers_in(one) is not None for _, one in items)
        return items if is_texts or is_responses else None


def _plain(value: Any) -> Any:
    """Return a value of a client library, of Arrow or of pandas as a plain value; a missing one as a text."""
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(mode="json", warnings=False)
    if hasattr(value, "as_py"):
        value = value.as_py()
    is_missing = type(value).__name__ in _MISSING or (isinstance(value, float) and math.isnan(value))
    return "" if is_missing else value


def _is_file_or_frame(data: Any) -> bool:
    """Return whether iterating over data would give lines or names of columns."""
    return hasattr(data, "read") or hasattr(data, "columns")


def _is_path(text: Any) -> bool:
    """Return whether a value is a path, or a text that looks like the name of a file or a pattern."""
    return isinstance(text, os.PathLike) or (isinstance(text, str) and _NAME.fullmatch(text) is not None)


def _is_wanted(name: str) -> bool:
    return suffix_of(name) in _SUFFIXES and not is_sidecar(name)


def _whole(stream: Stream) -> bytes | Fault:
    held, size = [], 0
    for chunk in stream.chunks():
        held.append(chunk)
        size += len(chunk)
        if size > LONGEST:
            return long_row()
    return b"".join(held)


def _decoded(data: bytes) -> Any:
    fault = not_utf8(data)
    return fault or data.decode("utf-8").removeprefix("\ufeff")


def _text_of(answer: Answer) -> Text:
    return Text(answer.content, request_id=answer.request_id, written=answer.written)

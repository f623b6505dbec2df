"""Read the answers in files, folders and values from Python, each with its place."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import InputError
from ..validation.findings.finding import Fault, StreamError
from ..validation.formats.detect import foreign, is_sidecar
from ..validation.formats.json.lines import json_lines
from ..validation.formats.streams import Stream
from ..validation.formats.text import BOM, LONGEST, SPACE, long_row, marked_encoding, not_utf8
from ..validation.sources.discover import path_sources
from ..validation.sources.memory import guarded
from ..validation.sources.source import InputSource
from .envelopes import Answer, answers_in
from .values import strict

__all__ = ["Text", "text_sources", "texts_in_line"]

_SUFFIXES = frozenset({".txt", ".md", ".json", ".jsonl", ".ndjson", ".out", ".log"})

_LINES = frozenset({".jsonl", ".ndjson"})

_COMPRESSED = frozenset({".gz", ".zst"})

_NAME = re.compile(r"[^\s{}]+\.[a-zA-Z0-9]{1,8}|[^\s{}]*\*[^\s{}]*|-")
"""A text that is the name of a file or a pattern, even if there is no such file."""

_FOLDER = re.compile(r"[^\s{}]*\w[^\s{}]*")
"""A text that may be the name of a folder, or of a file without extension."""


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


def text_sources(data: Any, skipped: list[str]) -> Iterator[InputSource]:
    """Yield a source for each file or value in `data`.

    Its items are instances of `Text`; or, for a file of lines, those of `json_lines`.

    Raises
    ------
    InputError
        `data` is of a type that has no texts.
    """
    if _is_path(data) or (isinstance(data, str) and _FOLDER.fullmatch(data) and os.path.lexists(data)):
        yield from path_sources([data], skipped, _file, _is_wanted)
    elif isinstance(data, Sequence) and not isinstance(data, str) and data and all(map(_is_path, data)):
        # An answer among others is never looked up: it could be the name of any file.
        yield from path_sources(data, skipped, _file, _is_wanted)
    elif isinstance(data, str) or hasattr(data, "model_dump"):
        yield _values([(None, data)])
    elif isinstance(data, Mapping):
        # A response, or texts by the ids of their requests.
        is_texts = bool(data) and all(isinstance(one, str) for one in data.values()) and not answers_in(data)
        yield _values(((str(name), one) for name, one in data.items()) if is_texts else [(None, data)])
    elif isinstance(data, Iterable) and not (isinstance(data, bytes | bytearray) or _is_file_or_frame(data)):
        yield _values((None, one) for one in data)
    else:
        suggestion = "; pass one of its columns" if hasattr(data, "columns") else ""
        raise InputError(
            f"data: expected a path, texts or responses, got a Python {type(data).__name__}{suggestion}"
        )


def _is_file_or_frame(data: Any) -> bool:
    """Return whether iterating over data would give lines or names of columns."""
    return hasattr(data, "read") or hasattr(data, "columns")


def _is_path(text: Any) -> bool:
    """Return whether a value is a path, or a text that looks like the name of a file or a pattern."""
    return isinstance(text, os.PathLike) or (isinstance(text, str) and _NAME.fullmatch(text) is not None)


def _values(values: Iterable[tuple[str | None, Any]]) -> InputSource:
    def read(_: InputSource) -> Iterator[Any]:
        for number, (request_id, one) in enumerate(values):
            for text in _in_value(one):
                yield text._replace(item=number, request_id=text.request_id or request_id)

    return InputSource(None, guarded(read))


def _in_value(value: Any) -> Iterator[Text]:
    """Yield the texts in a value from Python: a text, a response, or an object of a client library."""
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        value = dump(mode="json", warnings=False)
    elif hasattr(value, "as_py"):
        value = value.as_py()  # a value in a column of Arrow
    if value is None or value != value:  # noqa: PLR0124 - NaN, as pandas writes missing values
        value = ""
    if isinstance(value, bytes | bytearray):
        value = _decoded(bytes(value))
    if isinstance(value, str):
        yield from _in_text(value.encode("utf-8", "surrogatepass"))
    else:
        yield from _in_json(value)


def _is_wanted(name: str) -> bool:
    return _suffix(name) in _SUFFIXES and not is_sidecar(name)


def _file(path: str) -> InputSource:
    def read(source: InputSource) -> Iterator[Any]:
        stream = Stream(path)
        try:
            source.stream = stream
            head = stream.peek()
            if fault := foreign(path, head) or marked_encoding(head):
                raise StreamError(fault._replace(expected="text, JSON Lines or JSON"))
            if _is_by_line(stream.first_line(LONGEST), is_named=_suffix(path) in _LINES):
                yield from json_lines(stream)
            else:
                yield from _in_text(_whole(stream))
        finally:
            stream.close()

    return InputSource("standard input" if path == "-" else path, read, None if path == "-" else path)


def _suffix(name: str) -> str:
    stem, suffix = os.path.splitext(name.lower())
    return os.path.splitext(stem)[1] if suffix in _COMPRESSED else suffix


def _whole(stream: Stream) -> bytes | Fault:
    held, size = [], 0
    for chunk in stream.chunks():
        held.append(chunk)
        size += len(chunk)
        if size > LONGEST:
            return long_row()
    return b"".join(held)


def _is_by_line(first: bytes, *, is_named: bool) -> bool:
    """Return whether each line of a text is an answer of its own, given its first line.

    Parameters
    ----------
    first : bytes
        The first line that is not blank.
    is_named : bool
        Whether the name of the file says that it has lines. Then a line may be any JSON value, or a broken
        object. Otherwise it must be the response of a service.
    """
    value = strict(first.removeprefix(BOM))
    if is_named:
        return isinstance(value, dict | list | str) or first.startswith(b'{"')
    return isinstance(value, dict) and answers_in(value) is not None


def texts_in_line(line: int, data: bytes | Fault, value: Any) -> Iterator[Text]:
    """Yield the texts in a line of a file, given its JSON value; None if it is not JSON."""
    if isinstance(data, Fault):
        yield Text(data, line)
    elif isinstance(value, dict | list):
        yield from (text._replace(line=line) for text in _in_json(value))
    else:
        yield Text(value if type(value) is str else _decoded(data), line)


def _in_text(data: bytes | Fault) -> Iterator[Text]:
    """Yield the texts in the content of a file, or in a text from Python."""
    if isinstance(data, Fault):
        yield Text(data)
        return
    first, _, rest = data.lstrip().partition(b"\n")
    if rest.strip() and _is_by_line(first, is_named=False):
        for number, line in enumerate(data.split(b"\n"), start=1):
            if line.strip(SPACE):
                yield from texts_in_line(number, line, strict(line))
        return
    value = strict(data.removeprefix(BOM))
    if isinstance(value, dict | list):
        yield from _in_json(value)
    else:
        yield Text(_decoded(data))


def _decoded(data: bytes) -> Any:
    fault = not_utf8(data)
    return fault or data.decode("utf-8").removeprefix("\ufeff")


def _in_json(value: Any) -> Iterator[Text]:
    """Yield the texts in a JSON value: the answers of a response, or of each element of a list of these."""
    if isinstance(value, Mapping):
        answers = answers_in(value)
        if answers is not None:
            yield from (_text_of(one) for one in answers)
            return
    elif isinstance(value, list) and value:
        found = [answers_in(one) if isinstance(one, Mapping) else None for one in value]
        if any(found):
            for number, (one, answers) in enumerate(zip(value, found, strict=True)):
                for answer in answers or [Answer(one, None)]:
                    yield _text_of(answer)._replace(item=number)
            return
        if all(isinstance(one, str) for one in value):
            yield from (Text(one, item=number) for number, one in enumerate(value))
            return
    yield Text(value)


def _text_of(answer: Answer) -> Text:
    return Text(answer.content, request_id=answer.request_id, written=answer.written)

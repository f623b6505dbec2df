"""What is to be checked, as sources of located rows: files by name and content, data from Python."""

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from ..errors import InputError
from .findings import Fault, visible
from .parsing import BOM, marked_encoding, parse
from .streams import Input, Stream, StreamError
from .tabular import Header, csv_records
from .text import Note, json_document, json_lines

__all__ = ["Form", "Item", "Source", "is_repeatable", "sources"]

Form = Literal["lines", "document", "csv", "values", "columns"]
Item = tuple[int | None, Any] | Note

_PACKED = (".gz", ".zst")
_FORMS: dict[str, Form | None] = {
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".json": None,  # lines or a document: its content says which
    ".csv": "csv",
    ".tsv": "csv",
}
_COLUMNAR = {".parquet", ".arrow", ".feather", ".ipc", ".arrows"}
_MAGIC = (b"PAR1", b"ARROW1", b"\xff\xff\xff\xff")
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_BATCH = 1000


class Source:
    """A file, or data from Python: rows with their places.

    Attributes
    ----------
    name : str or None
        The file as it was named, a split's name, or None.
    form : str
        What its rows are: JSON texts of lines or of a document, records of CSV, values from Python, or values
        from columns.
    header : Header
        The header of a CSV file, once its rows have begun.
    names : list of str
        The columns of a table, once its rows have begun.
    """

    def __init__(self, name: str | None, open_items: "Callable[[Source], Iterator[Item]]") -> None:
        self.name = name
        self.form: Form = "values"
        self.header = Header()
        self.names: list[str] = []
        self.stream: Stream | None = None
        self._open = open_items

    @property
    def columns(self) -> list[str]:
        """The names of the columns, where every row has the same."""
        return self.header.columns or self.names

    def items(self) -> Iterator[Item]:
        """Yield rows as pairs of line, or None, and data; and notes about what is no row.

        Raises
        ------
        StreamError
            The data cannot be read, or not to its end.
        """
        return self._open(self)

    def input(self, rows: int, *, complete: bool) -> Input:
        """Return what was read."""
        if self.stream is None:
            return Input(self.name or "data", rows, 0, None, complete)
        return Input(
            visible(self.stream.name), rows, self.stream.taken, self.stream.sha256.hexdigest(), complete
        )


def sources(
    data: Any, fields: frozenset[str], passed_over: list[str], form: Form | None = None
) -> Iterator[Source]:
    """Yield every source of some data, files in stable order.

    Parameters
    ----------
    data : object
        As `validate` takes it.
    fields : frozenset of str
        Names by which the header of a CSV file is known where the file's own name does not say what it is.
    passed_over : list of str
        Receives the files in folders that are no data by their names.
    form : str, optional
        What a file is, whatever its name and content say.

    Raises
    ------
    InputError
        It is nothing that can be checked.
    """
    if form is not None:
        yield _file(os.fspath(data), fields, form)
    elif isinstance(data, str | os.PathLike):
        yield from _paths([data], fields, passed_over)
    elif _is_datasets(data):
        yield from _datasets(data)
    elif hasattr(data, "__arrow_c_stream__"):
        yield Source(None, lambda source: _arrow(source, data))
    elif isinstance(data, Mapping):
        raise InputError("data: expected rows, got one mapping; put it in a list")
    elif isinstance(data, Sequence) and data and all(isinstance(one, str | os.PathLike) for one in data):
        yield from _paths(data, fields, passed_over)
    elif isinstance(data, Iterable) and not isinstance(data, bytes | bytearray):
        yield Source(None, lambda _: ((None, row) for row in data))
    else:
        raise InputError(f"data: expected a path, rows or a table, got {type(data).__name__}")


def is_repeatable(data: Any) -> bool:
    """Return whether data can be read a second time."""
    if isinstance(data, str | os.PathLike):
        return os.fspath(data) != "-"
    if isinstance(data, Sequence):
        return "-" not in data[:1000]
    return not isinstance(data, Iterator) and not hasattr(data, "read_next_batch")


def _paths(paths: Iterable[Any], fields: frozenset[str], passed_over: list[str]) -> Iterator[Source]:
    for path in map(os.fsdecode, paths):
        if _REMOTE.match(path):
            raise InputError(
                f"{visible(path)}: remote addresses are not read; pipe the data in "
                "(… | kaiser-interview validate -), or check it where it lies with kaiser_interview.spark"
            )
        if path == "-":
            yield _file(path, fields)
        elif os.path.isdir(path):
            yield from _folder(path, (), fields, passed_over)
        elif not os.path.lexists(path) and glob.has_magic(path):
            found = sorted(glob.glob(path, recursive=True))
            files = [one for one in found if not os.path.basename(one).startswith(("_", "."))]
            for one in files:
                if os.path.isdir(one):
                    # A pattern names what is wanted; a folder that it matches is one of these.
                    yield from _folder(one, (), fields, passed_over)
                else:
                    yield _file(one, fields)
            if not files:
                yield _failed(path, Fault("unreadable", (), "a file that matches", "none"))
        else:
            yield _file(path, fields)


def _folder(
    path: str, above: tuple[tuple[int, int], ...], fields: frozenset[str], passed_over: list[str]
) -> Iterator[Source]:
    try:
        about = os.stat(path)
        names = sorted(os.listdir(path))
    except OSError as error:
        yield _failed(
            path, Fault("unreadable", (), "a folder that can be read", error.strerror or str(error))
        )
        return
    identity = (about.st_dev, about.st_ino)
    if identity in above:
        yield _failed(path, Fault("unreadable", (), "a folder", "one that is within itself"))
        return
    found = False
    for name in names:
        inner = os.path.join(path, name)
        if name.startswith(("_", ".")):
            continue
        if os.path.isdir(inner):
            for source in _folder(inner, (*above, identity), fields, passed_over):
                found = True
                yield source
        elif _suffix(name) in _FORMS or _suffix(name) in _COLUMNAR:
            found = True
            yield _file(inner, fields)
        else:
            passed_over.append(visible(inner))
    if not found and not above:
        yield Source(path, lambda _: iter(()))


def _suffix(name: str) -> str:
    stem, suffix = os.path.splitext(name.lower())
    return os.path.splitext(stem)[1] if suffix in _PACKED else suffix


def _failed(path: str, fault: Fault) -> Source:
    def fail(_: Source) -> Iterator[Item]:
        raise StreamError(fault)

    return Source(path, fail)


def _file(path: str, fields: frozenset[str], form: Form | None = None) -> Source:
    def read(source: Source) -> Iterator[Item]:
        source.stream = stream = Stream(path)
        try:
            head = stream.peek()
            fault = marked_encoding(head)
            if fault:
                raise StreamError(fault)
            source.form = form or _form(path, head, fields)
            if source.form == "csv":
                yield from csv_records(stream, source.header)
            else:
                yield from (json_lines if source.form == "lines" else json_document)(stream)
        finally:
            stream.close()

    return Source("standard input" if path == "-" else path, read)


def _form(path: str, head: bytes, fields: frozenset[str]) -> Form:
    suffix = _suffix(path)
    if suffix in _COLUMNAR or head.startswith(_MAGIC):
        raise StreamError(
            Fault(
                "unreadable", (), "JSON Lines, JSON or CSV", "a columnar file", "load it, and check the table"
            )
        )
    known = _FORMS.get(suffix)
    if known:
        return known
    text = head.removeprefix(BOM).lstrip(b" \t\r\n")
    if text.startswith(b"["):
        return "document"
    first = text.partition(b"\n")
    if text.startswith(b"{"):
        # An object that goes on after its first line is one that was written for people to read.
        return (
            "document"
            if first[1] and isinstance(parse(first[0])[1], Fault) and not first[0].rstrip().endswith(b"}")
            else "lines"
        )
    names = {name.strip(b'" \r').decode("utf-8", "replace") for name in re.split(rb"[,;\t]", first[0])}
    return "csv" if names & fields else "lines"


def _is_datasets(data: Any) -> bool:
    return any(cls.__module__.split(".")[0] == "datasets" for cls in type(data).__mro__)


def _datasets(data: Any) -> Iterator[Source]:
    if isinstance(data, Mapping):
        for name, split in data.items():
            yield Source(str(name), lambda source, split=split: _dataset(source, split))  # type: ignore[misc]
    else:
        yield Source(None, lambda source: _dataset(source, data))


def _dataset(source: Source, data: Any) -> Iterator[Item]:
    source.form = "columns"
    source.names = [*(getattr(data, "column_names", None) or ())]
    named = _class_labels(getattr(data, "features", None) or {})
    if hasattr(data, "with_format") and hasattr(data, "num_rows"):
        # By batches, and so by the indices that a selection or a sorting has left.
        batches = data.with_format("arrow").iter(batch_size=_BATCH)
        rows: Iterable[Any] = (row for batch in batches for row in batch.to_pylist())
    else:
        rows = data
    for row in rows:
        for name, text_of in named.items():
            if isinstance(row.get(name), int) and 0 <= row[name] < len(text_of):
                row[name] = text_of[row[name]]
        yield None, row


def _class_labels(features: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        name: feature.names for name, feature in features.items() if type(feature).__name__ == "ClassLabel"
    }


def _arrow(source: Source, data: Any) -> Iterator[Item]:
    import pyarrow as pa

    source.form = "columns"
    reader = pa.RecordBatchReader.from_stream(data)
    source.names = reader.schema.names
    for batch in reader:
        for start in range(0, batch.num_rows, _BATCH):
            for row in batch.slice(start, _BATCH).to_pylist():
                yield None, row

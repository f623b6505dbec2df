"""Find the inputs in what a caller passed: paths, folders, patterns, tables, datasets, iterables."""

import glob
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice, repeat
from typing import Any

from ...errors import InputError
from ..findings.display import encodable, visible
from ..findings.finding import Fault, StreamError
from ..formats.csv import Header, csv_records
from ..formats.detect import Form, is_data, is_sidecar
from ..formats.json.array import document_chunks, json_document
from ..formats.json.lines import json_lines, line_chunks
from ..formats.streams import Stream
from .folders import STATE, partitions, shards
from .foreign_files import file_batches
from .memory import arrow_batches, dataset_batches, dataset_rows, guarded
from .source import SLICE, InputSource, Item, Items

__all__ = ["are_paths", "is_repeatable", "path_sources", "sources"]

_REMOTE = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def sources(
    data: Any, fields: frozenset[str], skipped: list[str], form: Form | None = None
) -> Iterator[InputSource]:
    """Yield an input source for each file, table, split or iterable in `data`; files in a stable order.

    Parameters
    ----------
    data : object
        The argument of `validate`.
    fields : frozenset of str
        Field names, by which the header of a CSV file is recognised if the file's extension is unknown.
    skipped : list of str
        Receives the paths of skipped files: those in folders, or found by a pattern, whose names are not
        names of data files.
    form : str, optional
        The format of the file; overrides detection by name and content.

    Raises
    ------
    InputError
        `data` is of a type that cannot be validated, or is a remote address.
    """
    if form is not None:
        yield _file(os.fspath(data), fields, form)
    elif isinstance(data, str | os.PathLike):
        yield from path_sources([data], skipped, partial(_file, fields=fields), is_data)
    elif _is_datasets(data):
        yield from _datasets(data)
    elif hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__"):
        yield _columns(None, lambda source: arrow_batches(source, data, fields))
    elif isinstance(data, Mapping):
        raise InputError("data: expected rows, got one mapping; put it in a list")
    elif are_paths(data):
        yield from path_sources(data, skipped, partial(_file, fields=fields), is_data)
    elif isinstance(data, Iterable) and not isinstance(data, bytes | bytearray) and not hasattr(data, "read"):
        yield _rows(data)
    else:
        name = type(data).__name__
        suggestion = "; call its collect() first" if name == "LazyFrame" else ""
        if hasattr(data, "read"):
            name, suggestion = f"an open file ({name})", "; pass its path, or - for standard input"
        raise InputError(f"data: expected a path, rows or a table, got {name}{suggestion}")


def _rows(data: Iterable[Any]) -> InputSource:
    """Return a source of rows. The rows of a list are in memory already, so they are read in slices."""

    def slices(_: InputSource) -> Iterator[Items]:
        rows = iter(data)
        while some := [*islice(rows, SLICE)]:
            yield Items([*zip(repeat(None), some)])

    is_held = type(data) in {list, tuple}
    rows = guarded(lambda _: ((None, row) for row in data))
    return InputSource(None, rows, open_parts=slices if is_held else None)


def are_paths(data: Any) -> bool:
    """Return whether data is a path or a non-empty sequence of paths."""
    if isinstance(data, str | os.PathLike):
        return True
    return (
        isinstance(data, Sequence) and bool(data) and all(isinstance(one, str | os.PathLike) for one in data)
    )


def is_repeatable(data: Any) -> bool:
    """Return whether data can be read a second time."""
    if isinstance(data, str | os.PathLike):
        return os.fspath(data) != "-"
    if isinstance(data, Sequence) and not isinstance(data, bytes | bytearray):
        return not (are_paths(data) and "-" in map(os.fsdecode, data))
    # An Arrow stream without a length can be read only once.
    once = hasattr(data, "__arrow_c_stream__") and not hasattr(data, "__len__")
    return not once and not isinstance(data, Iterator)


def _refuse_no_path(path: str) -> None:
    """Raise InputError if a text is JSON or a remote address, and not the path of a file."""
    if os.path.lexists(path):
        return
    if path.lstrip().startswith("{"):
        raise InputError("data: expected a path, got JSON text; parse it with json.loads")
    if _REMOTE.match(path):
        raise InputError(
            f"{visible(path)}: remote addresses are not supported; pipe the data to the command "
            "(… | kaiser-interview validate -)"
        )


def path_sources(
    paths: Iterable[Any],
    skipped: list[str],
    open_file: Callable[[str], InputSource],
    is_wanted: Callable[[str], bool],
) -> Iterator[InputSource]:
    """Yield a source for each file that paths, folders and patterns name; files in a stable order.

    Parameters
    ----------
    paths : iterable of path
        The paths, or ``-`` for standard input.
    skipped : list of str
        As for `sources`.
    open_file : callable
        Returns the source of a file.
    is_wanted : callable
        Whether a name in a folder is that of a file to read.

    Raises
    ------
    InputError
        A path is JSON text or a remote address.
    """
    for path in map(os.fsdecode, paths):
        _refuse_no_path(path)
        if path == "-":
            yield open_file(path)
        elif os.path.isdir(path):
            yield from _folder(path, (), skipped, open_file, is_wanted)
        elif not os.path.lexists(path) and glob.has_magic(path):
            files = sorted(glob.glob(path, recursive=True))
            if glob.has_magic(os.path.basename(path)):
                files = [one for one in files if not os.path.basename(one).startswith(("_", "."))]
                skipped += [encodable(one) for one in files if is_sidecar(os.path.basename(one))]
                files = [one for one in files if not is_sidecar(os.path.basename(one))]
            for one in files:
                if os.path.isdir(one):
                    # A pattern selects folders as well as files.
                    yield from _folder(one, (), skipped, open_file, is_wanted)
                else:
                    yield open_file(one)
            if not files:
                yield _failed(path, Fault("unreadable", (), "a file that matches", "none"))
        else:
            yield open_file(path)


def _folder(  # noqa: C901 - one branch per type of folder
    path: str,
    above: tuple[tuple[int, int], ...],
    skipped: list[str],
    open_file: Callable[[str], InputSource],
    is_wanted: Callable[[str], bool],
) -> Iterator[InputSource]:
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
        yield _failed(path, Fault("unreadable", (), "a folder", "a folder that contains itself"))
        return
    found = False
    if STATE in names and "dataset_info.json" in names:
        try:
            yield from map(open_file, shards(path))
        except StreamError as error:
            yield _failed(path, error.fault)
        return
    if "dataset_dict.json" in names:
        names.remove("dataset_dict.json")
    for name in names:
        inner = os.path.join(path, name)
        if name.startswith(("_", ".")):
            continue
        if os.path.isdir(inner):
            for source in _folder(inner, (*above, identity), skipped, open_file, is_wanted):
                found = True
                yield source
        elif is_wanted(name):
            found = True
            yield open_file(inner)
        else:
            skipped.append(encodable(inner))
    if not found and not above:
        yield InputSource(path, lambda _: iter(()))


def _failed(path: str, fault: Fault) -> InputSource:
    def fail(_: InputSource) -> Iterator[Item]:
        raise StreamError(fault)

    return InputSource(path, fail)


def _file(path: str, fields: frozenset[str], form: Form | None = None) -> InputSource:
    def read(source: InputSource, *, whole: bool = False) -> Iterator[Any]:
        stream = Stream(path)
        try:
            found = source.formed(stream, fields)
            many = whole and not source.constants
            if found == "columns":
                yield from file_batches(source, stream)
            elif found == "csv":
                yield from (_csv_chunks if many else csv_records)(stream, source.header)
            elif found == "lines":
                yield from (line_chunks if many else json_lines)(stream)
            else:
                yield from (document_chunks if many else json_document)(stream)
        finally:
            stream.close()

    if path == "-":
        return InputSource("standard input", read, open_parts=partial(read, whole=True))
    source = InputSource(path, read, path, form, partial(read, whole=True))
    source.constants = partitions(path, fields)
    return source


def _csv_chunks(stream: Stream, header: Header) -> Iterator[Any]:
    # Imported here, so that small text files are validated without numpy and pyarrow.
    from ..formats.csv_batches import csv_chunks

    return csv_chunks(stream, header)


def _is_datasets(data: Any) -> bool:
    return any(cls.__module__.split(".")[0] == "datasets" for cls in type(data).__mro__)


def _datasets(data: Any) -> Iterator[InputSource]:
    for name, split in data.items() if isinstance(data, Mapping) else ((None, data),):
        if not hasattr(split, "with_format"):
            yield _rows(split)  # such as a single column
        elif hasattr(split, "num_rows"):
            yield _columns(name, lambda source, split=split: dataset_batches(source, split))  # type: ignore[misc]
        else:
            rows = guarded(lambda source, split=split: dataset_rows(source, split))  # type: ignore[misc]
            yield InputSource(name, rows)


def _columns(name: str | None, open_items: Callable[[InputSource], Iterator[Item]]) -> InputSource:
    source = InputSource(name, guarded(open_items))
    source.form = "columns"
    return source

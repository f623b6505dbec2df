"""Validate untrusted Arrow batches in full and convert them to plain types."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ...findings.display import shown
from ...findings.finding import Fault, Path, StreamError
from ..text import not_utf8

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["checked", "examine", "pieces", "stream_errors", "undecoded", "unreadable"]

_DEEPEST = 50

_MOST_FIELDS = 2000

_NOT_UTF8 = b"kaiser_interview:not-utf8"


def checked(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """Validate a batch in full and return it with plain types.

    Extension types are replaced by their storage types. Every field becomes nullable at any depth, because
    Arrow does not enforce the declaration. A dictionary of strings with more values than the batch has rows
    is decoded. A value with text that is not UTF-8 becomes null; `undecoded` returns its fault.

    Raises
    ------
    StreamError
        The batch is invalid Arrow data, or its schema has a duplicate column, or is too deep or too wide.
    """
    with stream_errors():
        return _plain(batch) if _is_valid(batch) else _without_wrong_text(batch)


def pieces(batch: "pa.RecordBatch", size: int) -> Iterator["pa.RecordBatch"]:
    """Split a batch into batches of at most `size` rows, each as `checked` returns it.

    The whole batch is validated once, because validating a slice validates all list elements again.

    Raises
    ------
    StreamError
        As `checked` does.
    """
    with stream_errors():
        is_valid = _is_valid(batch)
        for start in range(0, batch.num_rows, size):
            piece = batch.slice(start, size)
            yield _plain(piece) if is_valid else _without_wrong_text(piece)


def undecoded(batch: "pa.RecordBatch") -> dict[int, Fault]:
    """Return the faults of text that is not UTF-8 in a checked batch, by row index; one for each row."""
    noted = json.loads((batch.schema.metadata or {}).get(_NOT_UTF8, b"{}"))
    return {int(row): Fault("not-utf8", tuple(path), "UTF-8", got) for row, (path, got) in noted.items()}


@contextmanager
def stream_errors() -> Iterator[None]:
    """Convert the exceptions of a reader to `StreamError`, except MemoryError, which the caller handles."""
    try:
        yield
    except (StreamError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - readers may raise anything on damaged data
        raise StreamError(_damaged(error)) from None


def unreadable(got: str, suggestion: str | None = None) -> Fault:
    """Return the fault of a file that cannot be read."""
    return Fault("unreadable", (), "a file that can be read", got, suggestion)


def _damaged(error: Exception, path: Path = ()) -> Fault:
    if isinstance(error, UnicodeError):
        return Fault("not-utf8", path, "column names in UTF-8", "a name that is not UTF-8")
    message = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        return unreadable(error.strerror)
    what = "unsupported data" if isinstance(error, NotImplementedError) else "damaged data"
    return unreadable(f"{what}: {message}")._replace(path=path)


def examine(schema: "pa.Schema") -> None:
    """Reject a schema with duplicate columns, too many columns or levels, or a name that contains U+0000.

    Raises
    ------
    StreamError
        The schema is rejected.
    """
    import pyarrow as pa

    count = 0
    waiting: list[tuple[Path, int, list[pa.Field], bool]] = [((), 0, [*schema], True)]
    while waiting:
        path, depth, fields, is_named = waiting.pop()
        count += len(fields)
        if count > _MOST_FIELDS:
            raise StreamError(Fault("unreadable", (), f"at most {_MOST_FIELDS:,} columns", "more"))
        if depth > _DEEPEST:
            raise StreamError(Fault("unreadable", path[:1], f"at most {_DEEPEST} levels", "more"))
        steps: set[Path] = set()
        for field in fields:
            step, kind = (*path, field.name) if is_named else path, field.type
            if is_named and step in steps:
                twice = f"{shown(field.name)} twice"
                raise StreamError(Fault("duplicate-column", step, "unique column names", twice))
            steps.add(step)
            if "\0" in field.name:
                # Arrow's C interface truncates the name there, so that two columns may get the same name.
                expected = "column names without U+0000"
                raise StreamError(Fault("unreadable", step, expected, shown(field.name)))
            if isinstance(kind, pa.BaseExtensionType):
                inner = [pa.field("storage", kind.storage_type)]
            elif pa.types.is_dictionary(kind):
                inner = [pa.field("values", kind.value_type)]
            else:
                inner = [kind.field(number) for number in range(kind.num_fields)]
            if inner:
                waiting.append((step, depth + 1, inner, pa.types.is_struct(kind)))


def _is_valid(batch: "pa.RecordBatch") -> bool:
    """Validate a batch; return False if its only errors are strings that are not UTF-8.

    Raises
    ------
    StreamError
        The batch or its schema is invalid in another way.
    """
    import pyarrow as pa

    examine(batch.schema)
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid:
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            try:
                column.validate()
                _relabelled(column, as_bytes=True).validate(full=True)
            except pa.ArrowInvalid as error:
                raise StreamError(_damaged(error, (name,))) from None
        batch.validate()
        return False
    return True


def _plain(batch: "pa.RecordBatch", wrong: bytes = b"") -> "pa.RecordBatch":
    import pyarrow as pa

    metadata = {key: text for key, text in (batch.schema.metadata or {}).items() if key != _NOT_UTF8}
    if wrong:
        metadata[_NOT_UTF8] = wrong
    if not batch.num_columns:
        return batch.replace_schema_metadata(metadata)  # from_arrays would lose the number of rows
    columns, texts = [], {pa.string(), pa.large_string()}
    for column in batch.columns:
        plain = _relabelled(column)
        kind = plain.type
        if pa.types.is_dictionary(kind) and len(plain) < len(plain.dictionary) and kind.value_type in texts:
            plain = plain.dictionary_decode()
        columns.append(plain)
    fields = [pa.field(name, plain.type) for name, plain in zip(batch.schema.names, columns, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields, metadata))


def _without_wrong_text(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """Replace values with text that is not UTF-8 by null, and note them in the schema's metadata."""
    import pyarrow as pa

    wrong: dict[int, tuple[Path, str]] = {}
    for at, (name, column) in enumerate(zip(batch.schema.names, batch.columns, strict=True)):
        try:
            column.validate(full=True)
        except pa.ArrowInvalid:
            values: list[Any] = []
            for row, value in enumerate(_relabelled(column, as_bytes=True)):
                found: list[tuple[Path, str]] = []
                values.append(_decoded(value.as_py(), (name,), found))
                if found:
                    values[-1] = None
                    wrong.setdefault(row, found[0])
            kind = _retyped(column.type)
            batch = batch.set_column(at, pa.field(name, kind), pa.array(values, kind))
    return _plain(batch, json.dumps(wrong).encode() if wrong else b"")


def _decoded(value: Any, path: Path, found: list[tuple[Path, str]]) -> Any:
    """Decode all bytes in a value; append the path and fault of any that are not UTF-8 to `found`."""
    if isinstance(value, dict):
        return {name: _decoded(inner, (*path, name), found) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_decoded(inner, (*path, at), found) for at, inner in enumerate(value))
    if not isinstance(value, bytes):
        return value
    fault = not_utf8(value)
    if fault:
        found.append((path, str(fault.got).replace("the row", "the text")))
        return None
    return value.decode()


class _Relabelled:
    """An array with another type of the same layout, converted through the C data interface.

    `Array.view` does not work here: it loses run offsets and the length of nulls in lists (pyarrow 26).
    """

    def __init__(self, array: "pa.Array", kind: "pa.DataType") -> None:
        self._array = array
        self._kind = kind

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        return self._kind.__arrow_c_schema__(), self._array.__arrow_c_array__(requested_schema)[1]


def _relabelled(array: "pa.Array", *, as_bytes: bool = False) -> "pa.Array":
    import pyarrow as pa

    while isinstance(array, pa.ExtensionArray):
        array = array.storage
    kind = _retyped(array.type, as_bytes=as_bytes)
    return array if array.type.equals(kind) else pa.array(_Relabelled(array, kind))


def _retyped(  # noqa: C901, PLR0911 - one return a type
    kind: "pa.DataType", *, as_bytes: bool = False
) -> "pa.DataType":
    """Return a type without extension types, all fields nullable; `as_bytes` turns strings into binary."""
    import pyarrow as pa
    import pyarrow.types as kinds

    def plain(inner: "pa.DataType") -> "pa.DataType":
        return _retyped(inner, as_bytes=as_bytes)

    def field(inner: "pa.Field") -> "pa.Field":
        return pa.field(inner.name, plain(inner.type))

    if isinstance(kind, pa.BaseExtensionType):
        return plain(kind.storage_type)
    if kinds.is_dictionary(kind):
        return pa.dictionary(kind.index_type, plain(kind.value_type), kind.ordered)
    if kinds.is_run_end_encoded(kind):
        return pa.run_end_encoded(kind.run_end_type, plain(kind.value_type))
    if kinds.is_struct(kind):
        return pa.struct([field(inner) for inner in kind])
    if kinds.is_map(kind):
        return pa.map_(plain(kind.key_type), field(kind.item_field), kind.keys_sorted)
    if kinds.is_fixed_size_list(kind):
        return pa.list_(field(kind.value_field), kind.list_size)
    others = {
        pa.string(): pa.binary(),
        pa.large_string(): pa.large_binary(),
        pa.string_view(): pa.binary_view(),
    }
    for is_one, list_of in (
        (kinds.is_list, pa.list_),
        (kinds.is_large_list, pa.large_list),
        (kinds.is_list_view, pa.list_view),
        (kinds.is_large_list_view, pa.large_list_view),
    ):
        if is_one(kind):
            return list_of(field(kind.value_field))
    return others.get(kind, kind) if as_bytes else kind

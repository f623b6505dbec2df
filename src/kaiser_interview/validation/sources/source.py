"""An input to validate (a file, table, dataset or iterable) and the items that it yields."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ..findings.display import encodable
from ..findings.finding import Located, Note, StreamError
from ..findings.report import Input
from ..formats.csv import CsvChunk, Header
from ..formats.detect import Form, foreign, form_of
from ..formats.encodings import encoding_hint
from ..formats.json.array import ElementChunk
from ..formats.json.lines import LineChunk
from ..formats.streams import Stream
from ..formats.text import marked_encoding
from ..workers.process import Sandbox
from ..workers.tasks import Reader

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BATCH", "SLICE", "Batch", "InputSource", "Item", "Items", "Part"]


class Batch(NamedTuple):
    """A record batch with its position in the source."""

    first: int
    """Index of its first row in the source, from 0."""
    rows: "pa.RecordBatch"


Item = tuple[int | None, Any] | Note | Batch


@dataclass(frozen=True)
class Items:
    """Single rows, and notes."""

    items: Sequence[tuple[int | None, Any] | Note]
    reported: Mapping[str, str] = field(default_factory=dict)
    """Columns with a fault that is already reported, and its code."""

    @property
    def has_rows(self) -> bool:
        """Whether any item is a row."""
        return any(type(item) is not Note for item in self.items)


Part = Items | LineChunk | ElementChunk | CsvChunk | Batch
"""Items that are validated together."""


class InputSource:
    """A file, or data from Python, that yields rows with their positions.

    Attributes
    ----------
    name : str or None
        The file as the caller named it, the name of a split, or None.
    path : str or None
        The path, if the input is a file other than standard input.
    form : str
        The format of its rows: JSON from lines or a document, CSV records, Python values, or columns.
    header : Header
        The header of a CSV file; filled in when its rows are read.
    names : list of str
        The columns of a dataset that yields single rows.
    schema : pyarrow.Schema or None
        The columns of a table that yields batches; set when the batches are read.
    table_form : str or None
        The format of a columnar file: Parquet, Arrow IPC file or Arrow IPC stream.
    constants : mapping of str
        Fields in the file's path, as ``key=value``.
    reader : callable
        Makes the reader of the file, if it is columnar.
    encoding_hint : str or None
        A hint on the encoding of a text file that is not UTF-8.
    limited : bool
        False if the file is read without memory and time limits.
    """

    def __init__(
        self,
        name: str | None,
        open_items: "Callable[[InputSource], Iterator[Item]]",
        path: str | None = None,
        given: Form | None = None,
        open_parts: "Callable[[InputSource], Iterator[Item | Part]] | None" = None,
    ) -> None:
        self.name = name
        self.path = path
        self._given = given
        self.form: Form = "values"
        self.header: Header = Header()
        self.names: list[str] = []
        self.schema: Any = None
        self.table_form: Any = None
        self.constants: Mapping[str, Any] = {}
        self.stream: Stream | None = None
        self.reader: Callable[[], Reader] = Sandbox
        self.limited = True
        self.encoding_hint: str | None = None
        self._open = open_items
        self._open_parts = open_parts

    @property
    def columns(self) -> list[str]:
        """The column names, if all rows have the same columns; otherwise empty."""
        return self.header.columns or (self.names if self.schema is None else self.schema.names)

    def items(self) -> Iterator[Item]:
        """Yield rows as pairs of line (or None) and data, or as batches; and notes about anything else.

        Raises
        ------
        StreamError
            The data cannot be read to its end.
        """
        return self._open(self)

    def parts(self) -> "Iterator[Item | Part]":
        """Yield the same as `items`, but many rows at once if the source supports that.

        Raises
        ------
        StreamError
            The data cannot be read, or cannot be read to its end.
        """
        return (self._open_parts or self._open)(self)

    def formed(self, stream: Stream, fields: frozenset[str]) -> Form:
        """Detect the format of a file, store it in `form` and return it.

        Raises
        ------
        StreamError
            The file is in UTF-16 or UTF-32, or in an unsupported format.
        """
        self.stream = stream
        head = stream.peek()
        fault = foreign(stream.name, head) or marked_encoding(head)
        if fault:
            raise StreamError(fault)
        self.form = self._given or form_of(stream.name, head, fields)
        self.encoding_hint = None if self.form == "columns" else encoding_hint(stream.start())
        return self.form

    def hinted(self, found: Located) -> Located:
        """Add a hint on the encoding of the whole file to a fault of bytes that are not UTF-8."""
        fault = found.fault
        if self.encoding_hint is None or fault.code != "not-utf8" or fault.path or fault.suggestion:
            return found
        return found._replace(fault=fault._replace(suggestion=self.encoding_hint))

    def input(self, rows: int, *, complete: bool) -> Input:
        """Return the name, size and digest of the data that was read, for the report."""
        if self.stream is None:
            return Input(self.name or "data", rows, 0, None, complete)
        return Input(encodable(self.stream.name), rows, self.stream.taken, self.stream.sha256, complete)


BATCH = 16_384
"""Rows per batch: few enough that intermediate results stay in the CPU cache."""

SLICE = 4096
"""The maximum number of single rows in a part."""

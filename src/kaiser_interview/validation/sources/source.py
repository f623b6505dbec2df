"""One input of a run: a file, a table or an iterable, and the batches that it gives."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..findings.display import visible
from ..findings.finding import Note, StreamError
from ..findings.report import Input
from ..formats.csv import Header
from ..formats.detect import Form, foreign, form_of
from ..formats.streams import Stream
from ..formats.text import marked_encoding

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BATCH", "Batch", "InputSource", "Item"]


class Batch(NamedTuple):
    """Some rows of a table."""

    first: int
    """The place of the first of them in the source, from 0."""
    rows: "pa.RecordBatch"


Item = tuple[int | None, Any] | Note | Batch


class InputSource:
    """A file, or data from Python: rows with their places.

    Attributes
    ----------
    name : str or None
        The file as it was named, a split's name, or None.
    path : str or None
        The file, if it is one.
    form : str
        What its rows are: JSON texts of lines or of a document, records of CSV, values from Python, or values
        from columns.
    header : Header
        The header of a CSV file, once its rows have begun.
    names : list of str
        The columns of a table whose rows come one by one.
    schema : pyarrow.Schema or None
        The columns of a table that comes in batches, once these have begun.
    table_form : str or None
        What a columnar file is: Parquet, or Arrow's file or stream.
    constants : mapping of str
        Fields that the file's path gives, as ``key=value``.
    limited : bool
        False where a worker process reads it without limits of memory and time.
    """

    def __init__(
        self,
        name: str | None,
        open_items: "Callable[[InputSource], Iterator[Item]]",
        path: str | None = None,
        given: Form | None = None,
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
        self.limited = True
        self._open = open_items

    @property
    def columns(self) -> list[str]:
        """The names of the columns, where every row has the same."""
        return self.header.columns or (self.names if self.schema is None else self.schema.names)

    def items(self) -> Iterator[Item]:
        """Yield rows as pairs of line, or None, and data; and notes about what is no row.

        Raises
        ------
        StreamError
            The data cannot be read, or not to its end.
        """
        return self._open(self)

    def formed(self, stream: Stream, fields: frozenset[str]) -> Form:
        """Find the form of a file's rows.

        Raises
        ------
        StreamError
            It is in an encoding that is not read, or of a form that cannot be read from standard input.
        """
        self.stream = stream
        head = stream.peek()
        fault = marked_encoding(head) or foreign(head)
        if fault:
            raise StreamError(fault)
        self.form = self._given or form_of(stream.name, head, fields)
        return self.form

    def input(self, rows: int, *, complete: bool) -> Input:
        """Return what was read."""
        if self.stream is None:
            return Input(self.name or "data", rows, 0, None, complete)
        return Input(visible(self.stream.name), rows, self.stream.taken, self.stream.sha256, complete)


BATCH = 16_384
"""Rows that are looked at together, so that what is computed of them stays in a core's own memory."""

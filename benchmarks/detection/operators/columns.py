"""Operators on columns of tables, and on columnar files."""

import io
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq

from ..forms import as_lines
from .whole import File, Made, wrong

__all__: list[str] = []


def _column(name: str, column: str, code: str, values: Callable[[int], pa.Array]) -> None:
    """Register an operator that replaces a column: a fault of the whole column."""

    @wrong(name)
    def _(file: File) -> Made | None:
        table = file.table
        if column not in table.column_names:
            return None
        made = table.set_column(table.column_names.index(column), column, values(table.num_rows))
        return Made(made, frozenset({(code, (column,), None)}))


_column("column-of-nulls", "creator", "missing-field", pa.nulls)
_column("column-of-numbers-for-text", "creator", "wrong-type", lambda n: pa.array([1] * n))
_column("column-of-bytes-for-text", "creator", "wrong-type", lambda n: pa.array([b"x"] * n))
_column("column-of-lists-for-text", "creator", "wrong-type", lambda n: pa.array([["x"]] * n))
_column("column-of-records-for-text", "creator", "wrong-type", lambda n: pa.array([{"x": "y"}] * n))
_column("column-of-text-for-numbers", "confidence", "wrong-type", lambda n: pa.array(["0.5"] * n))
_column("column-of-booleans-for-numbers", "confidence", "wrong-type", lambda n: pa.array([True] * n))
_column("column-of-text-for-offsets", "quote_start", "wrong-type", lambda n: pa.array(["1"] * n))
_column("column-of-text-for-lists", "vector", "wrong-type", lambda n: pa.array(["[0.5]"] * n))
_column("column-of-texts-for-vectors", "vector", "wrong-type", lambda n: pa.array([["0.5"]] * n))
_column("column-of-numbers-for-instants", "created", "wrong-type", lambda n: pa.array([1764000000] * n))
_column("column-of-dates", "created", "wrong-type", lambda n: pa.array([1] * n, pa.date32()))
_column(
    "column-of-times-without-zone", "created", "wrong-type", lambda n: pa.array([1] * n, pa.timestamp("us"))
)
_column("column-of-numbers-for-words", "method", "wrong-type", lambda n: pa.array([0] * n))
_column("column-of-text-for-booleans", "answerable", "wrong-type", lambda n: pa.array(["true"] * n))
_column("column-of-text-for-references", "references", "wrong-type", lambda n: pa.array(["d01-c01"] * n))


@wrong("column-missing")
def _(file: File) -> Made:
    name = file.draw.choice(["method", "creator"])
    return Made(file.table.drop([name]), frozenset({("missing-field", (name,), None)}))


@wrong("column-twice")
def _(file: File) -> Made:
    table = file.table
    made = table.append_column("creator", table["creator"])
    return Made(made, frozenset({("duplicate-column", ("creator",), None)}))


@wrong("column-of-no-kind")
def _(file: File) -> Made:
    made = file.table.append_column("note", pa.array(["x"] * len(file.rows)))
    return Made(made, frozenset({("unknown-field", ("note",), None)}))


@wrong("column-mistyped")
def _(file: File) -> Made:
    names = ["creatr" if name == "creator" else name for name in file.table.column_names]
    return Made(file.table.rename_columns(names), frozenset({("unknown-field", ("creatr",), None)}))


def _parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, write_page_checksum=True)
    return out.getvalue()


def _ipc(table: pa.Table) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


@wrong("parquet-cut-off")
def _(file: File) -> Made:
    data = _parquet(file.table)
    return Made(data[: file.draw.randrange(8, len(data))], frozenset({("truncated", (), None)}), "parquet")


@wrong("parquet-by-name-alone")
def _(file: File) -> Made:
    return Made(as_lines(file.rows), frozenset({("unreadable", (), None)}), "parquet")


@wrong("arrow-file-cut-off")
def _(file: File) -> Made:
    data = _ipc(file.table)
    cut = file.draw.randrange(len(data) // 2, len(data))
    return Made(data[:cut], frozenset({("truncated", (), None)}), "arrow")

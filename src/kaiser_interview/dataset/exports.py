"""Export the tables of the shipped data or of a custom corpus to files in other formats."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import release
from ..errors import InputError, KaiserInterviewError
from . import loaders

if TYPE_CHECKING:
    import pyarrow as pa

    from ..corpus.corpus import Corpus

__all__ = ["ExportFormat", "ExportTable", "cell", "claims_table", "export_files"]

# Spreadsheets treat a cell that begins with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ExportFormat(StrEnum):
    """A format of exported tables."""

    jsonl = "jsonl"
    parquet = "parquet"
    csv = "csv"
    arrow = "arrow"
    sqlite = "sqlite"
    hub = "hub"


class ExportTable(NamedTuple):
    """A table to export."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]
    """JSON values by column. A row of a custom corpus has only the columns that are in its files."""
    arrow: "Callable[[ExportTable], pa.Table]"
    """Makes the table in Arrow types."""
    references: Mapping[str, tuple[str, str]]
    """For each column with a foreign key: the table and the column that it refers to."""


def export_files(form: ExportFormat, against: "Corpus | None" = None) -> dict[str, bytes]:
    """Return every table of the shipped data or of a corpus in a format, as file contents by name.

    The tables of a corpus are its claims, its sources and, if it has headings, its dialogues.

    - `jsonl` and `parquet`: the released bytes, or the rows of the corpus.
    - `csv`: with a byte order mark, so that spreadsheets recognise UTF-8; lists as JSON; an apostrophe
      before text that a spreadsheet would treat as a formula.
    - `arrow`: Arrow IPC files.
    - `sqlite`: one database with foreign keys from the layers to the claims, lists as JSON, and a full-text
      index ``claims_search`` over both languages. Tables of a corpus have no foreign keys.
    - `hub`: all of `data_path()`: the tables in both released formats, in the layout of a Hub dataset
      repository, with the dataset card, Croissant, data package, JSON-LD and citations. Only for the shipped
      data.

    Parameters
    ----------
    form : ExportFormat
        The format.
    against : Corpus, optional
        The corpus to export. Default: the shipped data.

    Raises
    ------
    IntegrityError
        The shipped bytes differ from the manifest.
    InputError
        The corpus cannot be written in this format.
    """
    if against is None:
        if form is ExportFormat.hub:
            return release.every_file()
        if form in {ExportFormat.jsonl, ExportFormat.parquet}:
            return {f"{table}.{form}": release.read(f"{table}.{form}") for table in release.TABLES}
        tables = [_shipped(table) for table in release.TABLES]
    else:
        if form is ExportFormat.hub:
            raise InputError("--format hub: expected the shipped data, got a custom corpus; use parquet")
        tables = _tables(against)
    if form is ExportFormat.sqlite:
        name = "kaiser-interview" if against is None else "corpus"
        return {f"{name}.sqlite": _sqlite(tables)}
    convert = {
        ExportFormat.jsonl: _jsonl,
        ExportFormat.parquet: _parquet,
        ExportFormat.csv: _csv,
        ExportFormat.arrow: _arrow,
    }[form]
    return {f"{table.name}.{form}": convert(table) for table in tables}


def claims_table(against: "Corpus | None" = None) -> ExportTable:
    """Return the claims of a corpus as a table; the shipped ones if none is given."""
    if against is None:
        return _shipped("claims")
    rows = []
    for claim in against.claims.values():
        own = {"source_id": claim.source_id, "text": claim.text, "start": claim.start, "end": claim.end}
        own |= {"markers": claim.markers} if claim.markers else {}
        own |= {"text_en": claim.text_en} if claim.text_en is not None else {}
        others = {name: value for name, value in claim.columns.items() if name not in _OWN}
        rows.append({"claim_id": claim.claim_id, **own, **others})
    columns = _columns(rows, _OWN)
    for row, claim in zip(rows, against.claims.values(), strict=True):
        row["claim_sha256"] = claim.sha256
    return ExportTable("claims", (*columns, "claim_sha256"), rows, _inferred, {})


_OWN = ("claim_id", "source_id", "text", "start", "end", "markers", "text_en")
"""The columns of claims that a corpus reads; they come first."""


def _tables(corpus: "Corpus") -> list[ExportTable]:
    """Return the tables of a corpus."""
    files = corpus.rows
    others = {name: files.get(f"{name}.jsonl", []) for name in ("sources", "dialogues")}
    return [
        claims_table(corpus),
        *(ExportTable(name, _columns(rows), rows, _inferred, {}) for name, rows in others.items() if rows),
    ]


def _columns(rows: Iterable[Mapping[str, Any]], first: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the columns that rows have, those of `first` before the others."""
    names = dict.fromkeys(name for row in rows for name in row)
    return (*(name for name in first if name in names), *(name for name in names if name not in first))


def _shipped(table: release.TableName) -> ExportTable:
    from ..records.models import KINDS

    rows = [record.model_dump(mode="json") for record in loaders.load(table)]
    references = {column: target for (one, column), target in release.REFERENCES.items() if one == table}
    columns = tuple(KINDS[release.TABLES[table]].model_fields)
    return ExportTable(table, columns, rows, lambda _: loaders.load_table(table), references)


def _inferred(table: ExportTable) -> "pa.Table":
    """Return a table in the Arrow types that its values have.

    Raises
    ------
    InputError
        A column has values of several types, or values that no Arrow type holds.
    """
    import pyarrow as pa

    arrays = {}
    for column in table.columns:
        try:
            arrays[column] = pa.array([row.get(column) for row in table.rows])
        except (pa.ArrowException, OverflowError):
            raise InputError(
                f"{table.name}: column {column}: expected values of one Arrow type, got others; use jsonl"
            ) from None
    return pa.table(arrays)


def cell(value: Any) -> Any:
    """Return a value for a CSV cell: lists as JSON, an apostrophe before text that looks like a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return _flat(value)


def _jsonl(table: ExportTable) -> bytes:
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in table.rows).encode()


def _csv(table: ExportTable) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([cell(row.get(column)) for column in table.columns] for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def _arrow(table: ExportTable) -> bytes:
    import pyarrow as pa

    arrow = table.arrow(table)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, arrow.schema) as writer:
        writer.write_table(arrow)
    return bytes(sink.getvalue())


def _parquet(table: ExportTable) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    try:
        pq.write_table(table.arrow(table), sink, compression="zstd", write_page_checksum=True)
    except pa.ArrowNotImplementedError:
        raise InputError(f"{table.name}: expected objects with fields, got an empty one; use jsonl") from None
    return bytes(sink.getvalue())


def _sqlite(tables: Sequence[ExportTable]) -> bytes:
    try:
        return _database(tables)
    except sqlite3.OperationalError as error:
        version = sqlite3.sqlite_version
        raise KaiserInterviewError(
            f"export: expected SQLite 3.34 or later with FTS5, got {version}: {error}"
        ) from None


def _database(tables: Sequence[ExportTable]) -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("PRAGMA foreign_keys = ON")
        # Create tables after those that their foreign keys refer to.
        for table in sorted(tables, key=lambda one: one.name != "dialogues"):
            _create(database, table)
        # Trigrams match Chinese, which has no spaces between words, if the query has at least three
        # characters. For two characters, LIKE '%…%' needs no index: it is fast enough on 41 rows.
        held = next(table.columns for table in tables if table.name == "claims")
        searched = ", ".join(name for name in ("text", "text_en") if name in held)
        fields = f"claim_id UNINDEXED, {searched}, tokenize='trigram'"
        database.execute(f"CREATE VIRTUAL TABLE claims_search USING fts5 ({fields})")
        database.execute(f"INSERT INTO claims_search SELECT claim_id, {searched} FROM claims")  # noqa: S608 - known names
        database.commit()
        return database.serialize()


def _create(database: sqlite3.Connection, table: ExportTable) -> None:
    """Create a table and insert its rows.

    Raises
    ------
    InputError
        SQLite cannot have columns of these names.
    """
    import pyarrow.types as kinds

    if len({name.casefold() for name in table.columns}) < len(table.columns) or "\0" in "".join(
        table.columns
    ):
        raise InputError(
            f"{table.name}: expected columns whose names differ if case is ignored and have no U+0000, "
            f"got {', '.join(table.columns)}; use another format"
        )
    columns = []
    for number, field in enumerate(table.arrow(table).schema):
        affinity = (
            "INTEGER" if kinds.is_integer(field.type) else "REAL" if kinds.is_floating(field.type) else "TEXT"
        )
        # The first column is the id of the row.
        key = " PRIMARY KEY" if number == 0 else ""
        target = table.references.get(field.name)
        reference = f" REFERENCES {target[0]} ({target[1]})" if target else ""
        null = "" if field.nullable and number else " NOT NULL"
        name = field.name.replace('"', '""')
        columns.append(f'"{name}" {affinity}{null}{key}{reference}')
    database.execute(f"CREATE TABLE {table.name} ({', '.join(columns)})")
    marks = ", ".join("?" * len(columns))
    database.executemany(
        f"INSERT INTO {table.name} VALUES ({marks})",  # noqa: S608 - a name of this module
        ([_flat(row.get(column)) for column in table.columns] for row in table.rows),
    )


def _flat(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | tuple | dict) else value

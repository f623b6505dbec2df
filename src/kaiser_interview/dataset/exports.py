"""Export the shipped tables to files in other formats."""

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from enum import StrEnum
from typing import Any

from .. import release
from ..errors import KaiserInterviewError
from ..release import REFERENCES
from . import loaders

__all__ = ["ExportFormat", "cell", "export_files"]

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


def export_files(form: ExportFormat) -> dict[str, bytes]:
    """Return every shipped table in a format, as file contents by name.

    - `jsonl` and `parquet`: the released bytes.
    - `csv`: with a byte order mark, so that spreadsheets recognise UTF-8; lists as JSON; an apostrophe
      before text that a spreadsheet would treat as a formula.
    - `arrow`: Arrow IPC files.
    - `sqlite`: one database with foreign keys from the layers to the claims, lists as JSON, and a full-text
      index ``claims_search`` over both languages.
    - `hub`: all of `data_path()`: the tables in both released formats, in the layout of a Hub dataset
      repository, with the dataset card, Croissant, data package, JSON-LD and citations.

    Raises
    ------
    IntegrityError
        The shipped bytes differ from the manifest.
    """
    if form is ExportFormat.sqlite:
        return {"kaiser-interview.sqlite": _sqlite()}
    if form is ExportFormat.hub:
        return release.every_file()
    if form in {ExportFormat.jsonl, ExportFormat.parquet}:
        return {f"{table}.{form}": release.read(f"{table}.{form}") for table in release.TABLES}
    convert = {ExportFormat.csv: _csv, ExportFormat.arrow: _arrow}[form]
    return {f"{table}.{form}": convert(table) for table in release.TABLES}


def cell(value: Any) -> Any:
    """Return a value for a CSV cell: lists as JSON, an apostrophe before text that looks like a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return _flat(value)


def _csv(table: release.TableName) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(loaders.load_table(table).column_names)
    writer.writerows([cell(value) for value in row.values()] for row in _rows(table))
    return out.getvalue().encode("utf-8-sig")


def _arrow(table: release.TableName) -> bytes:
    import pyarrow as pa

    arrow = loaders.load_table(table)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, arrow.schema) as writer:
        writer.write_table(arrow)
    return bytes(sink.getvalue())


def _sqlite() -> bytes:
    try:
        return _database()
    except sqlite3.OperationalError as error:
        version = sqlite3.sqlite_version
        raise KaiserInterviewError(
            f"export: expected SQLite 3.34 or later with FTS5, got {version}: {error}"
        ) from None


def _database() -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("PRAGMA foreign_keys = ON")
        # Create tables after those that their foreign keys refer to.
        for table in sorted(release.TABLES, key=lambda name: name != "dialogues"):
            _create(database, table)
        # Trigrams match Chinese, which has no spaces between words, if the query has at least three
        # characters. For two characters, LIKE '%…%' needs no index: it is fast enough on 41 rows.
        database.execute(
            "CREATE VIRTUAL TABLE claims_search "
            "USING fts5 (claim_id UNINDEXED, text, text_en, tokenize='trigram')"
        )
        database.execute("INSERT INTO claims_search SELECT claim_id, text, text_en FROM claims")
        database.commit()
        return database.serialize()


def _create(database: sqlite3.Connection, table: release.TableName) -> None:
    import pyarrow.types as kinds

    columns = []
    for number, field in enumerate(loaders.load_table(table).schema):
        affinity = (
            "INTEGER" if kinds.is_integer(field.type) else "REAL" if kinds.is_floating(field.type) else "TEXT"
        )
        # The first column is the id of the row.
        key = " PRIMARY KEY" if number == 0 else ""
        target = REFERENCES.get((table, field.name))
        reference = f" REFERENCES {target[0]} ({target[1]})" if target else ""
        null = "" if field.nullable and number else " NOT NULL"
        columns.append(f'"{field.name}" {affinity}{null}{key}{reference}')
    database.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
    marks = ", ".join("?" * len(columns))
    database.executemany(
        f"INSERT INTO {table} VALUES ({marks})",  # noqa: S608 - the names are those of the release
        [[_flat(value) for value in row.values()] for row in _rows(table)],
    )


def _flat(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | tuple | dict) else value


def _rows(table: release.TableName) -> Iterator[dict[str, Any]]:
    for record in loaders.load(table):
        yield record.model_dump(mode="json")

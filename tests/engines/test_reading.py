"""Each engine reads every shipped table with the values of `ki.load`, and in sensible types."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing

import datasets
import duckdb
import nanoarrow as na
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pytest
from engines.shipped import ROWS, exact, path, plain, records, sort, sorts, sorts_in_json

import kaiser_interview as ki
from kaiser_interview.release import TABLES

PARQUET, JSON = "parquet", "jsonl"


def with_pandas(frame):
    return frame.to_dict("records"), pa.Schema.from_pandas(frame, preserve_index=False)


def with_polars(frame):
    return frame.to_dicts(), frame.to_arrow().schema


def with_arrow(table):
    return table.to_pylist(), table.schema


def with_duckdb(query: str, table: str):
    variable = ki.load_table(table)  # noqa: F841 - the query names it
    connection = duckdb.connect()
    return with_arrow(connection.sql(query).to_arrow_table())


def with_nanoarrow(stream):
    # Through the interface alone: nanoarrow's own objects, then back through theirs.
    array = na.ArrayStream(stream).read_all()
    names = [field.name for field in array.schema.fields]
    rows = [dict(zip(names, row, strict=True)) for row in array.iter_tuples()]
    return rows, pa.schema([pa.field(field.name, pa.field(field).type) for field in array.schema.fields])


def from_file(table: str, form: str, folder, **options):
    """Read a file as `datasets` does; its cache is the test's own."""
    builder = {PARQUET: "parquet", JSON: "json"}[form]
    found = datasets.load_dataset(
        builder, data_files=str(path(table, form)), split="train", cache_dir=str(folder), **options
    )
    return with_arrow(found.with_format("arrow")[:])


def features(table: str) -> datasets.Features:
    return ki.features(TABLES[table])


# Each returns rows, and an Arrow schema with their types.
PARQUET_READERS = {
    "polars, scan_parquet": lambda table, _: with_polars(pl.scan_parquet(path(table, PARQUET)).collect()),
    "polars, from_arrow": lambda table, _: with_polars(pl.from_arrow(ki.load_table(table))),
    "pandas, pyarrow dtypes": lambda table, _: with_pandas(
        pd.read_parquet(path(table, PARQUET), dtype_backend="pyarrow")
    ),
    "duckdb, a path": lambda table, _: with_duckdb(f"FROM '{path(table, PARQUET)}'", table),
    "duckdb, a variable": lambda table, _: with_duckdb("FROM variable", table),
    "nanoarrow, load_table": lambda table, _: with_nanoarrow(ki.load_table(table)),
    "nanoarrow, a reader": lambda table, _: with_nanoarrow(ki.load_table(table).to_reader(7)),
    "pyarrow, a dataset": lambda table, _: with_arrow(
        pyarrow.dataset.dataset(path(table, PARQUET)).to_table()
    ),
    "pyarrow, export --format arrow": lambda table, folder: with_arrow(
        pa.ipc.open_file(export(folder, "arrow") / f"{table}.arrow").read_all()
    ),
    "polars, export --format arrow": lambda table, folder: with_polars(
        pl.read_ipc(export(folder, "arrow") / f"{table}.arrow")
    ),
    "datasets, load_dataset": lambda table, _: with_arrow(ki.load_dataset(table).with_format("arrow")[:]),
    "datasets, a path": lambda table, folder: from_file(table, PARQUET, folder),
    "datasets, data_path": lambda table, folder: with_arrow(
        datasets.load_dataset(str(ki.data_path()), table, split="train", cache_dir=str(folder)).with_format(
            "arrow"
        )[:]
    ),
}
JSON_READERS = {
    "polars, scan_ndjson": lambda table, _: with_polars(pl.scan_ndjson(path(table, JSON)).collect()),
    "duckdb, read_json": lambda table, _: with_duckdb(f"FROM read_json('{path(table, JSON)}')", table),
    "duckdb, a path": lambda table, _: with_duckdb(f"FROM '{path(table, JSON)}'", table),
    "datasets, a path": lambda table, folder: from_file(table, JSON, folder, features=features(table)),
}

# Even with the right features, the JSON reader parses the time as printed and rewrites it.
DEPARTURES = {("datasets, a path", "sources"): {"published": "2025-10-10 17:52:00"}}


def export(folder, form: str):
    """Run the command `export` as a shell would, once for all tests, and return the folder."""
    target = folder / form
    if target.exists():
        return target
    run = subprocess.run(
        [sys.executable, "-m", "kaiser_interview", "export", str(target), "--format", form],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return target


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("engines")


@pytest.mark.parametrize("table", ROWS)
@pytest.mark.parametrize("reader", PARQUET_READERS)
def test_tables(reader, table, folder):
    rows, schema = PARQUET_READERS[reader](table, folder)
    assert exact(map(plain, rows)) == exact(records(table))
    assert sorts(schema) == sorts(ki.arrow_schema(TABLES[table]))
    assert schema.names == ki.load_table(table).schema.names


@pytest.mark.parametrize("table", ROWS)
@pytest.mark.parametrize("reader", JSON_READERS)
def test_json_lines(reader, table, folder):
    rows, schema = JSON_READERS[reader](table, folder)
    expected = [row | DEPARTURES.get((reader, table), {}) for row in records(table)]
    assert exact(plain(row, instants=True) for row in rows) == exact(expected)
    assert schema.names == ki.load_table(table).schema.names
    found, typed = sorts(schema), sorts(ki.arrow_schema(TABLES[table]))
    for name, least in sorts_in_json(table).items():
        assert found[name] in {least, typed[name]}, name  # the type that JSON can express, or the type itself


def test_datasets_guesses_types_of_json_without_features(folder):
    """The zone of `created` is lost, and validation reports it; docs/recipes.md warns of this."""
    rows, schema = from_file("labels", JSON, folder)
    assert sorts(schema)["created"] == "time without zone"
    (finding,) = ki.validate(pa.Table.from_pylist(rows, schema), kind="label").sample
    assert (finding.code, finding.path, finding.row) == ("wrong-type", ("created",), None)


@pytest.mark.parametrize("table", ROWS)
@pytest.mark.parametrize("form", [PARQUET, JSON, "load_table"])
def test_pandas_with_its_own_types(table, form):
    frame = {
        PARQUET: lambda: pd.read_parquet(path(table, PARQUET)),
        JSON: lambda: pd.read_json(path(table, JSON), lines=True, precise_float=True),
        "load_table": lambda: ki.load_table(table).to_pandas(),
    }[form]()
    assert exact(plain(row, instants=True) for row in frame.to_dict("records")) == exact(records(table))
    for field in ki.load_table(table).schema:
        column, wanted = frame[field.name], sort(field.type)
        if column.isna().all():
            continue  # nulls alone have the type of NaN
        if wanted == "integer":
            assert pd.api.types.is_integer_dtype(column), field.name
        if wanted == "instant" and form != JSON:
            assert isinstance(column.dtype, pd.DatetimeTZDtype), field.name


def test_pandas_gives_nullable_integers_as_floats_which_validation_accepts():
    frame = pd.read_parquet(path("translations", PARQUET))
    assert pd.api.types.is_float_dtype(frame["quote_start"])  # as it always does
    frame.loc[0, ["quote", "quote_start", "quote_end"]] = ["语言", 20.0, 22.0]
    report = ki.validate(frame, kind="translation")
    assert (report.ok, report.valid) == (True, 41)


# SQLite and CSV have neither lists nor instants: lists are JSON, instants the text of JSON.
def from_flat(table: str, rows):
    lists = [field.name for field in ki.load_table(table).schema if sort(field.type).startswith("list")]
    for row in rows:
        found = dict(row) | {name: json.loads(row[name]) for name in lists}
        yield plain(found, instants=True)


CSV_READERS = {
    "polars": lambda path: pl.read_csv(path).to_dicts(),
    "pandas": lambda path: pd.read_csv(path).to_dict("records"),
    # Left to itself it takes the time as printed, which names no zone, for a time.
    "duckdb": lambda path: with_duckdb(
        f"FROM read_csv('{path}', auto_type_candidates = ['BIGINT', 'DOUBLE', 'VARCHAR'])", "claims"
    )[0],
}


@pytest.mark.parametrize("table", ROWS)
@pytest.mark.parametrize("reader", CSV_READERS)
def test_csv(reader, table, folder):
    rows = CSV_READERS[reader](export(folder, "csv") / f"{table}.csv")
    assert exact(from_flat(table, rows)) == exact(records(table))


@pytest.fixture(scope="module")
def database(folder):
    return export(folder, "sqlite") / "kaiser-interview.sqlite"


@pytest.mark.parametrize("table", ROWS)
def test_sqlite(database, table):
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        rows = [*connection.execute(f"SELECT * FROM {table}")]
    assert exact(from_flat(table, rows)) == exact(records(table))


@pytest.mark.parametrize("table", ROWS)
def test_sqlite_from_its_command_line(database, table):
    printed = sqlite(database, "-json", f"SELECT * FROM {table}")
    assert exact(from_flat(table, json.loads(printed))) == exact(records(table))


def sqlite(database, *arguments: str, works: bool = True) -> str:
    run = subprocess.run(
        ["sqlite3", str(database), *arguments],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (run.returncode == 0) is works, run.stderr
    return run.stdout + run.stderr


def test_sqlite_enforces_foreign_keys(database):
    assert sqlite(database, "PRAGMA foreign_key_check; PRAGMA integrity_check") == "ok\n"
    # A claim with references cannot be deleted, and no layer can refer to a missing claim.
    for change in (
        "DELETE FROM claims WHERE claim_id = 'd01-c01'",
        "UPDATE relations SET other_claim_id = 'd99-c01'",
        "UPDATE claims SET dialogue_id = 'd99'",
    ):
        reported = sqlite(database, f"PRAGMA foreign_keys = ON; {change}", works=False)
        assert "FOREIGN KEY constraint failed" in reported


@pytest.mark.parametrize(
    ("words", "column"),
    [("推理模型", "text"), ("强化学习", "text"), ("continual learning", "text_en"), ("LORA", "text_en")],
)
def test_sqlite_finds_words_of_both_languages(database, words, column):
    expected = [one.claim_id for one in ki.load() if words.lower() in getattr(one, column).lower()]
    assert expected
    query = f"SELECT claim_id FROM claims_search WHERE {column} MATCH '\"{words}\"' ORDER BY claim_id"
    assert sqlite(database, query).split() == expected


def test_duckdb_joins_labels_to_claims_and_unnests_topics():
    claims, labels = ki.load_table("claims"), ki.load_table("labels")
    connection = duckdb.connect()
    connection.register("claims", claims)
    connection.register("labels", labels)
    joined = connection.sql(
        "SELECT c.claim_id, list(l.value ORDER BY l.value) FROM claims c JOIN labels l USING (claim_id) "
        "WHERE l.scheme = 'topic' GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert joined == [(one.claim_id, sorted(one.topics)) for one in ki.load()]
    unnested = connection.sql("SELECT claim_id, unnest(topics) FROM claims").fetchall()
    assert sorted(unnested) == sorted((one.claim_id, topic) for one in ki.load() for topic in one.topics)


def test_polars_explodes_topics():
    frame = pl.scan_parquet(path("claims", PARQUET)).explode("topics").select("claim_id", "topics").collect()
    assert frame.rows() == [(one.claim_id, topic) for one in ki.load() for topic in one.topics]

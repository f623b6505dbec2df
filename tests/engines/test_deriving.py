"""Rows written by engines get the correct report: valid rows pass, the one invalid row is reported."""

import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import datasets
import duckdb
import nanoarrow as na
import nanoarrow.ipc
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import kaiser_interview as ki

WRONG = 2
"""The number of the row that is wrong."""
EXPECTED = {
    "translation": ("quote-not-found", ("quote",)),
    "label": ("not-in-vocabulary", ("value",)),
}
CONTENT = {
    "translation": {"language": "de", "translation": "„Aussage“ 语言,\n𠀋"},
    "label": {"scheme": "claim_type", "value": "explanation"},
}


@dataclass(frozen=True)
class Made:
    """Derived rows of one kind, and a folder to write them to."""

    kind: str
    rows: list[dict]
    folder: Path

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    @property
    def polars(self) -> pl.DataFrame:
        return pl.DataFrame(self.rows)

    @property
    def pandas(self) -> pd.DataFrame:
        return pd.DataFrame(self.rows)

    @property
    def arrow(self) -> pa.Table:
        return pa.Table.from_pylist(self.rows)

    @property
    def dataset(self) -> datasets.Dataset:
        known = ki.features(self.kind) | {"x_tokens": datasets.Value("int64")}
        features = datasets.Features({name: known[name] for name in self.rows[0]})
        return datasets.Dataset.from_list(self.rows, features=features)


def rows(kind: str, *, timed: bool) -> list[dict]:
    """Return rows, one of them invalid; nullable fields are null in some rows."""
    made = []
    for number, claim in enumerate(ki.load()[:5]):
        quoted = number % 2 == 0
        row = {
            "id": f"{kind}-{number}",
            "claim_id": claim.claim_id,
            "claim_sha256": claim.claim_sha256,
            "quote": claim.text[2:9] if quoted else None,
            "quote_start": claim.start + 2 if quoted else None,
            "quote_end": claim.start + 9 if quoted else None,
            "method": "model",
            "creator": "a-model",
            "confidence": None if number == 1 else 0.5 + number / 10,
            "rationale": 'says "so",\nin two lines' if number == 3 else None,
            "x_tokens": number * 1000,
        } | CONTENT[kind]
        if timed:
            row["created"] = datetime(2026, 11, 24, 10, number, tzinfo=UTC)
        made.append(row)
    if kind == "translation":
        made[WRONG]["quote"] = made[WRONG]["quote"][:-1] + "不"
    else:
        made[WRONG]["value"] = "explanations"
    return made


def written(path: Path, write) -> Path:
    """Write to a path and return it, because most engines do not."""
    write(path)
    return path


def duckdb_copy(made: Made, path: Path, options: str) -> Path:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Asia/Shanghai'")  # an instant is the same in every display zone
        connection.register("made", made.arrow)
        connection.execute(f"COPY made TO '{path}' ({options})")
    return path


def nanoarrow_file(made: Made, path: Path) -> Path:
    with na.ipc.StreamWriter.from_path(path) as writer:
        writer.write_stream(made.arrow)
    return path


def sqlite_csv(made: Made, path: Path) -> Path:
    database = path.with_suffix(".sqlite")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"CREATE TABLE made ({', '.join(made.rows[0])})")
        marks = ", ".join("?" * len(made.rows[0]))
        connection.executemany(f"INSERT INTO made VALUES ({marks})", [[*row.values()] for row in made.rows])
        connection.commit()
    query = ["sqlite3", "-csv", "-header", str(database), "SELECT * FROM made"]
    path.write_bytes(subprocess.run(query, capture_output=True, check=True).stdout)
    return path


# Each returns the data that is validated.
TYPED = {
    "polars, Parquet": lambda made: written(made / "a.parquet", made.polars.write_parquet),
    "polars, sink_parquet": lambda made: written(made / "a.parquet", made.polars.lazy().sink_parquet),
    "polars, hive folder": lambda made: written(
        made.folder, lambda to: made.polars.write_parquet(pl.PartitionBy(to, key="creator"))
    ),
    "polars, Arrow": lambda made: written(made / "a.arrow", made.polars.write_ipc),
    "polars, a frame": lambda made: made.polars,
    "polars, a frame in pieces": lambda made: pl.concat(
        [made.polars[number : number + 1] for number in range(len(made.rows))], rechunk=False
    ),
    "polars, categories": lambda made: made.polars.with_columns(
        pl.col("method", "creator").cast(pl.Categorical),
        pl.col("claim_id").cast(pl.Enum([claim.claim_id for claim in ki.load()])),
    ),
    "pandas, Parquet": lambda made: written(
        made / "a.parquet", lambda to: made.pandas.to_parquet(to, index=False)
    ),
    "pandas, nullable types": lambda made: written(
        made / "a.parquet", lambda to: made.pandas.convert_dtypes().to_parquet(to, index=False)
    ),
    "pandas, Arrow types": lambda made: made.pandas.convert_dtypes(dtype_backend="pyarrow"),
    "pandas, categories": lambda made: made.pandas.astype({"method": "category", "claim_id": "category"}),
    "pandas, Feather": lambda made: written(made / "a.arrow", made.pandas.to_feather),
    "pandas, a frame": lambda made: made.pandas,
    "duckdb, Parquet": lambda made: duckdb_copy(made, made / "a.parquet", "FORMAT parquet"),
    "duckdb, zstd": lambda made: duckdb_copy(made, made / "a.parquet", "FORMAT parquet, CODEC zstd"),
    "duckdb, a relation": lambda made: duckdb.from_arrow(made.arrow),
    "nanoarrow, Arrow stream": lambda made: nanoarrow_file(made, made / "a.arrows"),
    "nanoarrow, a stream": lambda made: na.ArrayStream(made.arrow),
    "nanoarrow, an array": lambda made: na.Array(made.arrow.to_batches()[0]),
    "datasets, Parquet": lambda made: written(made / "a.parquet", made.dataset.to_parquet),
    "datasets, save_to_disk": lambda made: written(made / "saved", made.dataset.save_to_disk),
    "datasets, a dataset": lambda made: made.dataset,
    "datasets, a dictionary": lambda made: datasets.DatasetDict(train=made.dataset),
    "datasets, iterable": lambda made: made.dataset.to_iterable_dataset(),
    "pyarrow, a reader": lambda made: made.arrow.to_reader(2),
}
# Engines write instants as text in different ways; tests/natural has the reports for them.
TEXTS = {
    "polars, CSV": lambda made: written(made / "a.csv", made.polars.write_csv),
    "polars, NDJSON": lambda made: written(made / "a.ndjson", made.polars.write_ndjson),
    "polars, JSON": lambda made: written(made / "a.json", made.polars.write_json),
    "pandas, CSV": lambda made: written(made / "a.csv", lambda to: made.pandas.to_csv(to, index=False)),
    "pandas, packed CSV": lambda made: written(
        made / "a.csv.gz", lambda to: made.pandas.to_csv(to, index=False)
    ),
    "pandas, JSON Lines": lambda made: written(
        made / "a.jsonl",
        lambda to: made.pandas.convert_dtypes().to_json(to, orient="records", lines=True),
    ),
    "duckdb, CSV": lambda made: duckdb_copy(made, made / "a.csv", "HEADER"),
    "duckdb, JSON": lambda made: duckdb_copy(made, made / "a.jsonl", "FORMAT json"),
    "duckdb, a JSON array": lambda made: duckdb_copy(made, made / "a.json", "FORMAT json, ARRAY true"),
    "datasets, CSV": lambda made: written(made / "a.csv", made.dataset.to_csv),
    "datasets, JSON Lines": lambda made: written(made / "a.jsonl", made.dataset.to_json),
    "sqlite3, CSV": lambda made: sqlite_csv(made, made / "a.csv"),
}
CASES = [
    *(pytest.param(make, True, id=name) for name, make in TYPED.items()),
    *(pytest.param(make, False, id=name) for name, make in TEXTS.items()),
]


@pytest.mark.parametrize("kind", EXPECTED)
@pytest.mark.parametrize(("make", "timed"), CASES)
def test_only_the_invalid_row_is_reported(make, timed, kind, tmp_path):
    made = Made(kind, rows(kind, timed=timed), tmp_path)
    report = ki.validate(make(made), kind=kind, require=["claim_sha256", "creator"])
    assert [(one.code, one.path, one.row) for one in report.sample] == [(*EXPECTED[kind], WRONG)]
    assert (report.ok, report.rows, report.valid, report.invalid) == (False, 5, 4, 1)


@pytest.mark.parametrize(("make", "timed"), CASES)
def test_right_rows_pass(make, timed, tmp_path):
    right = [row for number, row in enumerate(rows("translation", timed=timed)) if number != WRONG]
    made = Made("translation", right, tmp_path)
    report = ki.validate(make(made), kind="translation", require=["claim_sha256", "creator"])
    assert [*map(str, report.sample)] == []
    assert (report.ok, report.rows, report.valid, report.rows_without_digest) == (True, 4, 4, 0)

"""Data in memory: every format, and exceptions of the source."""

import csv
import json
from collections.abc import Mapping

import datasets
import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hints import hint

import kaiser_interview as ki
from kaiser_interview.validation.writers.rows import as_json

GOOD = {
    "claim_id": "d01-c01", "scheme": "acme:stance", "value": "for", "method": "human", "creator": "me",
}  # fmt: skip
BAD = GOOD | {"claim_id": "d99-c01"}
ROWS = [GOOD, BAD, GOOD]


def validated(data, **options):
    return ki.validate(data, kind="label", **options)


# Formats of datasets


def streamed() -> datasets.IterableDataset:
    return datasets.IterableDataset.from_generator(lambda: iter(ROWS))


DATASETS = {
    "dataset": lambda: datasets.Dataset.from_list(ROWS),
    "dataset in a dictionary": lambda: datasets.DatasetDict(train=datasets.Dataset.from_list(ROWS)),
    "stream of a table": lambda: datasets.Dataset.from_list(ROWS).to_iterable_dataset(),
    "stream of a generator": streamed,
    "stream in a dictionary": lambda: datasets.IterableDatasetDict(train=streamed()),
    "changed stream": lambda: streamed().map(lambda row: row | {"x_it": 1}),
}


@pytest.mark.parametrize("form", [None, "arrow", "pandas", "numpy"])
@pytest.mark.parametrize("name", DATASETS)
def test_rows_are_the_same_in_every_format(name, form):
    report = validated(DATASETS[name]().with_format(form))
    assert (report.rows, report.invalid, report.complete) == (3, 1, True)
    assert [(one.code, one.row) for one in report.sample] == [("unknown-claim", 1)]


@pytest.mark.parametrize("form", ["arrow", "pandas"])
def test_rows_of_a_stream_are_written_in_every_format(tmp_path, form):
    data = streamed().with_format(form)
    report = ki.split(data, valid=tmp_path / "a.jsonl", rejects=tmp_path / "b.jsonl", kind="label").report
    assert (report.valid, report.invalid) == (2, 1)
    assert ki.validate(tmp_path / "a.jsonl", kind="label").rows == 2


def test_rows_are_read_as_they_are_stored():
    dataset = datasets.Dataset.from_list(ROWS)
    changed = dataset.with_transform(lambda batch: {"other": [1] * len(batch["claim_id"])})
    assert validated(changed).invalid == 1
    assert validated(dataset.with_format("numpy", columns=["claim_id"])).invalid == 1


@pytest.mark.parametrize("sort", [datasets.Dataset.from_list, lambda _: streamed()], ids=["held", "streamed"])
def test_a_column_of_a_dataset_has_no_rows(sort):
    report = validated(sort(ROWS)["claim_id"])
    assert (report.rows, report.invalid) == (3, 3)
    assert {one.code for one in report.sample} == {"not-an-object"}


def test_an_array_of_structs_is_a_table():
    assert validated(pa.array(ROWS)).invalid == 1
    assert validated(pa.record_batch(pa.Table.from_pylist(ROWS).to_pydict())).invalid == 1


class Tensor:
    """What libraries for tensors have in common."""

    def __init__(self, value):
        self.value = value

    def tolist(self):
        return self.value


@pytest.mark.parametrize("sort", [Tensor, np.array, np.float32], ids=["tensor", "array", "scalar"])
def test_values_of_tensors_are_read(sort):
    assert validated([GOOD | {"confidence": sort(0.5)}]).ok


# Exceptions of others


class BrokenError(Exception):
    """An exception that the package never raises."""


def breaks(error: BaseException, rows=()):
    yield from rows
    raise error


class Broken:
    """An object whose iteration or stream fails before the first row."""

    def __init__(self, name: str):
        self.name = name

    def __getattr__(self, name: str):
        if name != self.name:
            raise AttributeError(name)
        return self.fail

    def fail(self, *_, **__):
        raise BrokenError("no\nstream")


class Refusing:
    def __iter__(self):
        raise BrokenError


def frame(**columns) -> pd.DataFrame:
    return pd.DataFrame([GOOD] * 2).assign(**columns)


def mixed(*values) -> pd.Series:
    return pd.Series(values, dtype=object)


DUPLICATE = "Duplicate column names found: ['claim_id', 'scheme', 'value', 'method', 'cre…"

UNREADABLE = {
    "duplicate columns": (
        lambda: pd.concat([frame(), frame()[["claim_id"]]], axis=1),
        "ValueError: Duplicate",
    ),
    "sparse": (
        lambda: frame(x_it=pd.arrays.SparseArray([0, 1])),
        "TypeError: Sparse pandas data (column x_it) not supported.",
    ),
    "mixed": (
        lambda: frame(value=mixed("for", 5)),
        "ArrowTypeError: Conversion failed for column value with type object: Expected",
    ),
    "mixed with lists": (
        lambda: frame(x_it=mixed(1, [1])),
        "ArrowInvalid: Conversion failed for column x_it with type object: cannot mix",
    ),
    "large integers": (lambda: frame(x_it=mixed(2**70, 1)), "OverflowError: Python int too large"),
    "complex": (lambda: frame(x_it=[1j, 1j]), "ArrowNotImplementedError: Conversion failed for column x_it"),
    "DuckDB": (
        lambda: duckdb.sql("select 'd01-c01' as claim_id, error('boom') as value from range(3)"),
        "InvalidInputException: Invalid Input Error: boom",
    ),
    "stream": (lambda: Broken("__arrow_c_stream__"), "BrokenError: no stream"),
    "array": (lambda: Broken("__arrow_c_array__"), "BrokenError: no stream"),
    "iterable": (Refusing, "BrokenError"),
    "generator": (lambda: breaks(LookupError("gone")), "LookupError: gone"),
    "column of a table": (lambda: pd.Series(["a"]), "ArrowInvalid: Cannot import schema"),
    "csv": (lambda: csv.DictReader(["claim_id", '"a'], strict=True), "Error: unexpected end of data"),
    "dataset": (
        lambda: datasets.Dataset.from_list(ROWS).to_iterable_dataset().map(lambda row: {"x": row["x"]}),
        "KeyError: 'x'",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_exceptions_of_a_source_are_one_finding(tmp_path, name):
    make, got = UNREADABLE[name]
    report = validated(make())
    (found,) = report.sample
    assert (found.code, found.expected, hint(found)) == ("unreadable", "rows that can be read", None)
    assert found.got.startswith(got)
    assert (report.rows, report.complete, report.outside) == (0, False, 1)
    outputs = {"valid": tmp_path / "a.jsonl", "rejects": tmp_path / "b.jsonl"}
    assert not ki.split(make(), **outputs, kind="label").report.complete
    assert not ki.fix(make(), output=tmp_path / "c.jsonl", kind="label").report.complete
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("count", [1, 5000])
@pytest.mark.parametrize("sort", ["rows", "stream", "batches"])
def test_rows_before_are_checked(sort, count):
    rows = [BAD] * count
    data = breaks(BrokenError("gone"), rows)
    if sort == "stream":
        data = datasets.IterableDataset.from_generator(lambda: breaks(BrokenError("gone"), rows))
    if sort == "batches":
        batch = pa.RecordBatch.from_pylist(rows)
        data = pa.RecordBatchReader.from_batches(batch.schema, breaks(BrokenError("gone"), [batch]))
    report = validated(data)
    (found,) = [one for one in report.sample if one.code == "unreadable"]
    assert (report.rows, report.invalid, report.complete) == (count, count, False)
    assert hint(found) == (
        "the error occurred after 1 row" if count == 1 else "the error occurred after 5,000 rows"
    )
    assert "gone" in found.got


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("stream", [True, False])
def test_keyboard_interrupts_and_exits_are_raised(error, stream):
    rows = [GOOD] * 10
    data = (
        datasets.IterableDataset.from_generator(lambda: breaks(error(), rows))
        if stream
        else breaks(error(), rows)
    )
    with pytest.raises(error):
        validated(data)


@pytest.mark.parametrize(
    "data", [ROWS, pa.Table.from_pylist(ROWS), iter(ROWS)], ids=["list", "table", "iterator"]
)
def test_exceptions_of_a_callback_are_raised(data):
    def progress(_):
        raise BrokenError

    with pytest.raises(BrokenError):
        validated(data, progress=progress)


@pytest.mark.parametrize(
    "row", [np.array(["a", "b"]), pd.DataFrame({"a": ["-", "b"]})], ids=["array", "frame"]
)
def test_rows_that_compare_elementwise_are_not_objects(row):
    report = validated([row, GOOD])
    assert [(one.code, one.row) for one in report.sample] == [("not-an-object", 0)]


class Lazy(Mapping):
    """A row whose values cannot be read."""

    def __init__(self, error: BaseException):
        self.error = error

    def __getitem__(self, name):
        raise self.error

    def __iter__(self):
        return iter(["claim_id"])

    def __len__(self):
        return 1


class Unprintable:
    """A value whose conversion fails."""

    def __init__(self, error: BaseException):
        self.error = error

    def __repr__(self):
        raise self.error


def test_a_row_that_raises_is_invalid_and_kept(tmp_path):
    rows = [Lazy(BrokenError("gone")), GOOD]
    report = ki.split(rows, valid=tmp_path / "a.jsonl", rejects=tmp_path / "b.jsonl", kind="label").report
    (found,) = report.sample
    assert (found.code, found.row, found.got) == ("unreadable", 0, "BrokenError: gone")
    assert (report.rows, report.valid, report.complete) == (2, 1, True)
    assert (tmp_path / "b.jsonl").read_text() == '"a Python Lazy"\n'


def test_a_value_that_raises_is_kept_by_its_type(tmp_path):
    rows = [BAD | {"x_it": Unprintable(BrokenError())}]
    ki.split(rows, valid=tmp_path / "a.jsonl", rejects=tmp_path / "b.jsonl", kind="label")
    assert json.loads((tmp_path / "b.jsonl").read_text("utf-8")) == BAD | {"x_it": "a Python Unprintable"}


def test_memory_that_is_exhausted_in_a_row_ends_the_call():
    with pytest.raises(MemoryError):
        validated([Lazy(MemoryError())])
    for row in (Lazy(MemoryError()), {"a": Unprintable(MemoryError())}):
        with pytest.raises(MemoryError):
            as_json(row)


def test_a_list_of_tables_suggests_joining_them():
    for table in (pd.DataFrame(ROWS), pa.Table.from_pylist(ROWS)):
        (found,) = validated([table]).sample
        assert hint(found) == "it is a table in a list: concatenate the tables, or validate them one by one"


def test_a_mapping_that_cannot_be_read_is_kept_by_its_size():
    class Row(dict):
        def items(self):
            raise BrokenError

        def __iter__(self):
            raise BrokenError

    assert as_json(Row(a=1)) == b'"an object with 1 field"'

"""Rows in memory: what `split` returns without paths, for every form of data."""

import json
import pickle
from collections.abc import Callable
from typing import Any

import datasets
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kaiser_interview as ki

GOOD = {"claim_id": "d01-c01", "scheme": "a:b", "value": "v", "method": "human", "creator": "me"}
BAD = GOOD | {"claim_id": "d99-c01"}
ODD = GOOD | {"quote": "语言"}
"""A row with a warning: the quote occurs more than once."""

COLUMNS = ["claim_id", "scheme", "value", "method", "creator", "quote", "x_number"]

Rows = list[dict[str, Any]]


def table(rows: Rows) -> pa.Table:
    """Return rows as a table of two chunks, one column of a dictionary, with metadata."""
    types = [pa.dictionary(pa.int8(), pa.string()), *[pa.string()] * 5, pa.int16()]
    schema = pa.schema([*zip(COLUMNS, types, strict=True)], {"a": "b"})
    half = len(rows) // 2
    batches = [pa.RecordBatch.from_pylist(some, schema) for some in (rows[:half], rows[half:])]
    return pa.Table.from_batches(batches, schema)


def frame(rows: Rows) -> pd.DataFrame:
    """Return rows as a frame with an index, a category and a nullable integer."""
    made = pd.DataFrame(rows, columns=COLUMNS, index=[f"i{number}" for number in range(len(rows))])
    return made.astype({"scheme": "category", "x_number": "Int16"})


def polars(rows: Rows) -> pl.DataFrame:
    text = dict.fromkeys(COLUMNS, pl.String)
    return pl.DataFrame(rows, text | {"scheme": pl.Categorical, "x_number": pl.Int16})


def dataset(rows: Rows) -> datasets.Dataset:
    types = {name: datasets.Value("string") for name in COLUMNS}
    types["value"] = datasets.ClassLabel(names=["v", "w"])
    types["x_number"] = datasets.Value("int16")
    columns = {name: [row.get(name) for row in rows] for name in COLUMNS}
    return datasets.Dataset.from_dict(columns, datasets.Features(types))


FORMS: dict[str, tuple[Callable[[Rows], Any], Callable[[Any], list[Any]]]] = {
    "list": (list, list),
    "tuple": (tuple, list),
    "iterator": (iter, list),
    "records": (lambda rows: [ki.Label.model_construct(**row) for row in rows], list),
    "table": (table, lambda one: one.to_pylist()),
    "batch": (lambda rows: table(rows).combine_chunks().to_batches()[0], lambda one: one.to_pylist()),
    "reader": (lambda rows: table(rows).to_reader(), lambda one: pa.table(one).to_pylist()),
    "pandas": (frame, lambda one: one.astype(object).to_dict("records")),
    "polars": (polars, lambda one: one.to_dicts()),
    "dataset": (dataset, lambda one: one.to_list()),
}

a_row = st.sampled_from([GOOD, BAD, ODD, GOOD | {"x_number": 7}, GOOD | {"scheme": "no scheme"}])
some_rows = st.lists(a_row, min_size=1, max_size=8)


def plain(rows: list[Any]) -> list[Any]:
    """Return rows with values that compare: null is absent."""
    return [
        {name: value for name, value in dict(row).items() if not pd.isna(value)}
        if isinstance(row, dict)
        else row
        for row in rows
    ]


@pytest.mark.parametrize("form", FORMS)
@given(rows=some_rows)
def test_every_row_is_in_exactly_one_output_unchanged(form, rows):
    make, back = FORMS[form]
    given_data = make(rows)
    expected = plain(back(make(rows)))
    result = ki.split(given_data, kind="label")
    valid, rejects = (plain(back(one)) for one in (result.valid, result.rejects))
    wrong = [number for number, row in enumerate(rows) if not ki.validate([row], kind="label").ok]
    assert rejects == [expected[number] for number in wrong]
    assert valid == [row for number, row in enumerate(expected) if number not in wrong]
    assert (result.report.valid, result.report.invalid) == (len(valid), len(rejects))
    again = ki.validate(make(rows), kind="label")
    assert again == result.report
    for finding in result.findings:
        assert finding.reject == (wrong.index(finding.row) if finding.row in wrong else None)
    if form not in {"iterator", "reader"}:
        assert [*result.report.iter_findings()] == [*result.findings]


def test_rows_from_python_are_the_same_objects():
    rows = [GOOD, BAD, ki.Label(**GOOD), b"{}", None]
    result = ki.split((one for one in rows), kind="label")
    assert [id(one) for one in result.valid] == [id(rows[0]), id(rows[2])]
    assert [id(one) for one in result.rejects] == [id(rows[1]), id(rows[3]), id(rows[4])]


def test_tables_keep_their_types_and_metadata():
    given_data = table([GOOD, BAD, GOOD])
    for data in (given_data, given_data.combine_chunks().to_batches()[0]):
        result = ki.split(data, kind="label")
        assert result.valid.schema.equals(given_data.schema, check_metadata=True)
        assert (result.valid.num_rows, result.rejects.num_rows) == (2, 1)


def test_types_that_arrow_cannot_filter_are_cut_into_slices():
    rows = [GOOD, GOOD, BAD, GOOD, BAD, BAD]
    ends = pa.RunEndEncodedArray.from_arrays(pa.array([4, 6], pa.int32()), pa.array(["a", "b"]))
    given_data = pa.Table.from_pylist(rows).append_column("x_ends", ends)
    result = ki.split(given_data, kind="label")
    assert result.valid.column("x_ends").combine_chunks().to_pylist() == ["a"] * 3
    assert result.rejects.column("x_ends").to_pylist() == ["a", "b", "b"]
    assert result.valid.schema == given_data.schema
    assert ki.split(given_data[:2], kind="label").rejects.num_rows == 0


def test_frames_keep_their_index_and_types():
    given_data = frame([GOOD, BAD, ODD])
    result = ki.split(given_data, kind="label")
    assert ([*result.valid.index], [*result.rejects.index]) == (["i0", "i2"], ["i1"])
    assert [*result.valid.dtypes] == [*result.rejects.dtypes] == [*given_data.dtypes]
    twice = pd.concat([given_data, given_data])
    assert [*ki.split(twice, kind="label").rejects.index] == ["i1", "i1"]
    made = polars([GOOD, BAD])
    assert ki.split(made, kind="label").valid.schema == made.schema


def test_datasets_are_selected_from():
    made = dataset([GOOD, BAD, ODD])
    result = ki.split(made, kind="label")
    assert result.valid.features == result.rejects.features == made.features
    assert (result.valid.num_rows, result.rejects.num_rows) == (2, 1)


def test_splits_of_a_dataset_stay_apart():
    parts = {"a": dataset([BAD, GOOD, BAD]), "b": dataset([]), "c": dataset([GOOD, BAD])}
    result = ki.split(datasets.DatasetDict(parts), kind="label")
    assert type(result.valid) is type(result.rejects) is datasets.DatasetDict
    assert result.valid.num_rows == {"a": 1, "b": 0, "c": 1}
    assert result.rejects.num_rows == {"a": 2, "b": 0, "c": 1}
    assert [(one.file, one.row, one.reject) for one in result.findings] == [
        ("a", 0, 0),
        ("a", 2, 1),
        ("b", None, None),
        ("c", 1, 0),
    ]


def test_rows_from_an_iterator_need_paths(tmp_path):
    rows = datasets.IterableDataset.from_generator(lambda: iter([GOOD, BAD]))
    for data in (rows, datasets.IterableDatasetDict({"a": rows})):
        with pytest.raises(ki.InputError) as caught:
            ki.split(data, kind="label")
        assert str(caught.value) == (
            "data: expected output paths for an IterableDataset, got none; its rows are not held in memory"
        )
    result = ki.split(rows, valid=tmp_path / "a", rejects=tmp_path / "b", kind="label")
    assert (result.report.valid, result.report.invalid) == (1, 1)


def test_both_paths_or_neither(tmp_path):
    for paths in ({"valid": tmp_path / "a"}, {"rejects": tmp_path / "a"}):
        with pytest.raises(ki.InputError) as caught:
            ki.split([GOOD], **paths, kind="label")
        assert str(caught.value) == (
            "split: expected output paths for both valid rows and rejects, or for neither, got one"
        )


@pytest.mark.parametrize("many", [1, 100])
def test_rows_of_json_files_are_mappings_or_bytes(tmp_path, many, monkeypatch):
    if many > 1:
        monkeypatch.setattr("kaiser_interview.validation.engine.execution._TINY", 0)
    text = json.dumps(GOOD).encode()
    (tmp_path / "a.jsonl").write_bytes((text + b"\n{\n5\n\n" + text + b"\r\n") * many)
    result = ki.split(tmp_path / "a.jsonl", kind="label")
    assert result.valid == [GOOD, GOOD] * many
    assert result.rejects == [b"{", b"5"] * many
    assert [one.line for one in result.findings if one.reject is not None][:2] == [2, 3]
    (tmp_path / "b.json").write_bytes(b"[" + text + b",\n5]")
    result = ki.split(tmp_path / "b.json", kind="label")
    assert (result.valid, result.rejects) == ([GOOD], [b"5"])


@pytest.mark.parametrize("many", [1, 100])
def test_cells_of_csv_have_the_types_of_their_fields(tmp_path, many, monkeypatch):
    if many > 1:
        monkeypatch.setattr("kaiser_interview.validation.engine.execution._TINY", 0)
    header = "claim_id,scheme,value,method,creator,confidence,kind\n"
    rows = "d01-c01,a:b,v,human,me,0.5,label\nd01-c01,a:b,v,human,me,high,\nd01-c01\nx,,,,,0.5,lable\n"
    (tmp_path / "a.csv").write_text(header + rows * many)
    result = ki.split(tmp_path / "a.csv")
    assert result.valid == [GOOD | {"confidence": 0.5, "kind": "label"}] * many
    no_kind = GOOD | {"confidence": "high"}
    assert (
        result.rejects
        == [
            no_kind,
            b"d01-c01",
            {"claim_id": "x", "confidence": "0.5", "kind": "lable"},
        ]
        * many
    )
    result = ki.split(tmp_path / "a.csv", kind="label")
    assert result.rejects[0] == no_kind
    assert ki.validate(result.valid).ok


def test_columnar_files_give_a_table(tmp_path):
    for name, rows in (("a", [GOOD, BAD]), ("b", [BAD, GOOD])):
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / f"{name}.parquet")
    result = ki.split(tmp_path, kind="label")
    assert result.valid.to_pylist() == [GOOD, GOOD]
    assert result.rejects.to_pylist() == [BAD, BAD]
    assert [(one.row, one.reject) for one in result.findings] == [(1, 0), (0, 1)]


def test_tables_and_text_are_split_apart(tmp_path):
    pq.write_table(pa.Table.from_pylist([GOOD]), tmp_path / "b.parquet")
    for name in ("a.jsonl", "c.jsonl"):
        (tmp_path / name).write_text(json.dumps(GOOD))
        for paths in ([tmp_path / name, tmp_path / "b.parquet"], [tmp_path / "b.parquet", tmp_path / name]):
            with pytest.raises(ki.InputError) as caught:
                ki.split(paths, kind="label")
            assert str(caught.value) == (
                "data: expected either tables or text rows, got both; process them separately"
            )


def test_incomplete_data_is_not_split():
    def broken():
        yield GOOD
        raise ValueError("gone")

    result = ki.split(broken(), kind="label")
    assert result[:3] == (None, None, None)
    assert (result.report.complete, result.report.rows) == (False, 1)


def test_empty_data_is_split_into_empty_data():
    result = ki.split([], kind="label")
    assert (result.valid, result.rejects) == ([], [])
    assert [(one.code, one.row, one.reject) for one in result.findings] == [("no-rows", None, None)]
    made = ki.split(table([]), kind="label")
    assert (made.valid.num_rows, made.rejects.num_rows) == (0, 0)
    assert made.valid.schema == table([]).schema


def test_findings_keep_their_place_in_the_rejects():
    (one,) = ki.split([GOOD, BAD], kind="label").findings
    assert pickle.loads(pickle.dumps(one)).reject == one.reject == 0
    assert json.loads(one.to_json())["reject"] == 0
    assert one == ki.validate([GOOD, BAD], kind="label").sample[0]


def test_written_rows_are_not_in_memory(tmp_path):
    result = ki.split([GOOD], valid=tmp_path / "a", rejects=tmp_path / "b", kind="label")
    assert result[:3] == (None, None, None)
    assert result.report.valid == 1

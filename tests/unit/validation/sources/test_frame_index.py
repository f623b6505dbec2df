"""The index of a data frame is not a field, unless it has the name of one."""

import json

import datasets
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from workers import within

import kaiser_interview as ki
from kaiser_interview.validation.sources.frame_index import is_unnamed_index, named_index

ROW = {"scheme": "acme:stance", "value": "for", "method": "human", "creator": "me"}
FRAME = pd.DataFrame([ROW | {"claim_id": f"d01-c0{number}"} for number in (3, 1, 2, 1)])
WRONG = pd.DataFrame([ROW | {"claim_id": "d99-c01"}])

FRAMES = {
    "plain": FRAME,
    "filtered": FRAME[FRAME.claim_id != "d01-c02"],
    "sorted": FRAME.sort_values("claim_id"),
    "concatenated": pd.concat([FRAME, FRAME]),
    "every second": FRAME[::2],
    "named": FRAME.sort_values("claim_id").rename_axis("place"),
    "of texts": FRAME.set_index([["a", "b", "c", "d"]]),
    "of several levels": FRAME.set_index([[1, 2, 3, 4], [*"abcd"]]),
    "of several levels with names": FRAME.set_index(["claim_id", "value"]),
    "named as a field": FRAME.set_index("claim_id"),
    "named as a field that is there": FRAME.set_index("claim_id", drop=False),
    "of times": FRAME.set_index(pd.date_range("2026-01-01", periods=4)),
}


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("sort", [lambda one: one, pa.Table.from_pandas], ids=["frame", "table"])
def test_an_index_is_not_a_field(tmp_path, name, sort):
    frame = FRAMES[name]
    report = ki.validate(sort(frame), kind="label")
    assert (report.rows, report.invalid, report.sample) == (len(frame), 0, ())
    ki.split(sort(frame), valid=tmp_path / "a.parquet", rejects=tmp_path / "b.parquet", kind="label")
    kept = pq.ParquetFile(tmp_path / "a.parquet").read()
    assert {*kept.schema.names} == {*ROW, "claim_id"}
    assert kept.num_rows == len(frame)
    ki.fix(sort(frame), output=tmp_path / "c.jsonl", kind="label")
    rows = [json.loads(line) for line in (tmp_path / "c.jsonl").read_text("utf-8").splitlines()]
    assert [row["claim_id"] for row in rows] == kept.column("claim_id").to_pylist()


def test_an_index_that_is_named_for_the_user_is_kept(tmp_path):
    report = ki.split(
        FRAME.set_index([[4, 1, 3, 2]]).rename_axis("x_place"),
        valid=tmp_path / "a.parquet", rejects=tmp_path / "b.parquet", kind="label",
    ).report  # fmt: skip
    assert report.ok
    assert pq.ParquetFile(tmp_path / "a.parquet").read().column("x_place").to_pylist() == [4, 1, 3, 2]


def test_a_wrong_row_is_found_by_its_place_and_not_by_its_label():
    report = ki.validate(pd.concat([FRAME, WRONG, FRAME]), kind="label")
    assert [(one.code, one.row) for one in report.sample] == [("unknown-claim", 4)]


@pytest.mark.parametrize("name", ["filtered", "of several levels"])
@pytest.mark.parametrize("sort", ["parquet", "dataset", "stream"])
def test_an_unnamed_index_that_was_stored_is_left_out(tmp_path, monkeypatch, name, sort):
    within(monkeypatch)
    FRAMES[name].to_parquet(tmp_path / "a.parquet")
    dataset = datasets.Dataset.from_pandas(FRAMES[name])
    assert any(map(is_unnamed_index, dataset.column_names))
    data = {"parquet": tmp_path / "a.parquet", "dataset": dataset, "stream": dataset.to_iterable_dataset()}
    report = ki.validate(data[sort], kind="label")
    assert (report.rows, report.sample) == (len(FRAMES[name]), ())


def test_a_named_index_that_was_stored_is_a_column_like_any_other(tmp_path, monkeypatch):
    within(monkeypatch)
    FRAMES["named"].to_parquet(tmp_path / "a.parquet")
    report = ki.validate(tmp_path / "a.parquet", kind="label")
    assert [(one.code, one.path) for one in report.sample] == [("unknown-field", ("place",))]


@pytest.mark.parametrize(
    ("metadata", "names"),
    [
        (None, set()),
        ({}, set()),
        ({"pandas": "{"}, set()),
        ({"pandas": "[]"}, set()),
        ({"pandas": "{}"}, set()),
        ({"pandas": b"\xff"}, set()),
        ({"pandas": '{"index_columns": 5}'}, set()),
        ({"pandas": "[" * 100_000}, set()),
        ({"pandas": '{"index_columns": ["a", {"kind": "range"}]}'}, {"a"}),
    ],
    ids=lambda one: str(one)[:40],
)
def test_names_of_an_index_in_metadata(metadata, names):
    assert named_index(pa.schema([], metadata)) == names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("__index_level_0__", True),
        ("__index_level_12__", True),
        ("__null_dask_index__", True),
        ("__null_dask_index__2", False),
        ("__index_level__", False),
        ("a", False),
        (5, False),
    ],
)
def test_names_of_unnamed_levels(name, expected):
    assert is_unnamed_index(name) is expected

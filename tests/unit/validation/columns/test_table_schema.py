"""Rows are counted where a whole column is wrong, or a value cannot be read."""

import json
from datetime import UTC, datetime

import pandas as pd
import pyarrow as pa
import pytest

import kaiser_interview as ki

BARE = {"claim_id": "d01-c01", "scheme": "acme:stance", "method": "human", "creator": "me"}
GOOD = BARE | {"value": "for"}


def union(*values) -> pa.Array:
    """Return texts and integers as a union."""
    texts = pa.array([one if isinstance(one, str) else None for one in values], pa.string())
    numbers = pa.array([one if isinstance(one, int) else None for one in values], pa.int64())
    codes = pa.array([isinstance(one, int) for one in values]).cast(pa.int8())
    return pa.UnionArray.from_sparse(codes, [texts, numbers])


def split(tmp_path, table: pa.Table):
    """Return the report, and the numbers of rows in the two outputs."""
    paths = tmp_path / "a.arrow", tmp_path / "b.arrow"
    report = ki.split(table, valid=paths[0], rejects=paths[1], kind="label").report
    return report, tuple(pa.ipc.open_file(path).read_all().num_rows for path in paths)


@pytest.mark.parametrize("more", [0, 100])
@pytest.mark.parametrize("name", ["value", "rationale"])
@pytest.mark.parametrize(
    "values",
    [union("for", "against"), union("for", 1), union(1, 2), pa.array([1, 2]), pa.array([[], []])],
    ids=str,
)
def test_each_value_in_a_column_of_a_wrong_type_makes_its_row_invalid(tmp_path, values, name, more):
    row = BARE if name == "value" else GOOD
    values = pa.concat_arrays([values] * (more // 2 + 1))
    table = pa.Table.from_pylist([row] * len(values)).append_column(name, values)
    report, counts = split(tmp_path, table)
    (found,) = [one for one in report.sample if one.code == "wrong-type" and one.row is None]
    assert found.got == f"a column of {values.type}"[:79] or found.got.endswith("…")
    assert (report.valid, report.invalid) == (0, len(values))
    assert counts == (0, len(values))
    assert ki.validate(table, kind="label").invalid == len(values)


@pytest.mark.parametrize("values", [union("for", None), pa.array([1, None])], ids=["union", "integers"])
def test_a_row_without_a_value_is_not_invalid(tmp_path, values):
    table = pa.Table.from_pylist([GOOD] * 2).append_column("rationale", values)
    report, counts = split(tmp_path, table)
    assert counts == (report.valid, report.invalid) == (1, 1)


@pytest.mark.parametrize(
    "values", [pa.nulls(3, pa.float64()), union(None, None, None)], ids=["doubles", "union"]
)
def test_a_column_without_a_value_has_no_wrong_type(tmp_path, values):
    table = pa.Table.from_pylist([GOOD] * 3).append_column("quote", values)
    report, counts = split(tmp_path, table)
    assert (report.sample, counts) == ((), (3, 0))


def test_an_empty_column_of_a_frame_has_no_type():
    assert ki.validate(pd.DataFrame([GOOD | {"quote": float("nan")}] * 2), kind="label").ok


def test_a_wrong_type_is_reported_once_with_the_first_value(tmp_path):
    values = pa.chunked_array([pa.nulls(2, pa.int64()), pa.array([5, None]), pa.array([5])])
    table = pa.Table.from_pylist([GOOD] * 5).append_column("rationale", values)
    for report in (ki.validate(table, kind="label"), split(tmp_path, table)[0]):
        assert [(one.code, one.row) for one in report.sample] == [("wrong-type", None)]
        assert (report.valid, report.invalid) == (3, 2)


NANOSECONDS = pa.timestamp("ns", "UTC")


@pytest.mark.parametrize(
    ("ticks", "arrow_type", "got"),
    [
        (
            1,
            NANOSECONDS,
            "a timestamp[ns, tz=UTC] that Python cannot represent: 1970-01-01 00:00:00.000000001Z",
        ),
        (
            2**40,
            pa.timestamp("s", "UTC"),
            "a timestamp[s, tz=UTC] that Python cannot represent: 1099511627776",
        ),
        (5, pa.timestamp("s", "Mars/Base"), "a timestamp[s, tz=Mars/Base] that Python cannot represent: 5"),
    ],
)
def test_a_value_that_python_cannot_represent_is_invalid_and_named(tmp_path, ticks, arrow_type, got):
    created = pa.array([ticks, None], pa.int64()).cast(arrow_type)
    table = pa.Table.from_pylist([GOOD] * 2).append_column("created", created)
    report, counts = split(tmp_path, table)
    (found,) = report.sample
    assert (found.code, found.row, found.path) == ("wrong-type", 0, ("created",))
    assert found.got == (got if len(got) <= 80 else f"{got[:79]}…")
    assert counts == (report.valid, report.invalid) == (1, 1)


def test_nanoseconds_are_the_same_at_any_depth(tmp_path):
    times = pa.array([1_000, 1], NANOSECONDS)
    columns = {
        "x_list": pa.ListArray.from_arrays(pa.array([0, 1, 2]), times),
        "x_large": pa.LargeListArray.from_arrays(pa.array([0, 1, 2]), times),
        "x_fixed": pa.FixedSizeListArray.from_arrays(times, 1),
        "x_struct": pa.StructArray.from_arrays([times], ["a"]),
        "x_codes": times.dictionary_encode(),
        "x_clock": pa.array([1_000, 1], pa.time64("ns")),
        "x_span": pa.array([1_000, 1], pa.duration("ns")),
        "x_day": pa.array([0, 2**30], pa.date32()),
        "x_months": pa.array([(1, 2, 3), None], pa.month_day_nano_interval()),
    }
    table = pa.Table.from_pylist([GOOD] * 2)
    for name, column in columns.items():
        table = table.append_column(name, column)
    ki.split(table, valid=tmp_path / "a.jsonl", rejects=tmp_path / "b.jsonl", kind="label")
    first, second = map(json.loads, (tmp_path / "a.jsonl").read_text("utf-8").splitlines())
    epoch = "1970-01-01T00:00:00.000001Z"
    assert [first[name] for name in ("x_list", "x_struct", "x_codes")] == [[epoch], {"a": epoch}, epoch]
    assert (first["x_clock"], first["x_day"]) == ("00:00:00.000001", "1970-01-01")
    assert second["x_codes"] == "1970-01-01 00:00:00.000000001Z"
    assert second["x_list"] == "[ 1970-01-01 00:00:00.000000001Z ]"
    assert (second["x_clock"], second["x_span"]) == ("00:00:00.000000001", "1")
    assert second["x_day"] == str(2**30)
    assert datetime.fromisoformat(first["x_codes"]) == datetime(1970, 1, 1, microsecond=1, tzinfo=UTC)

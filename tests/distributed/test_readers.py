"""What `docs/distributed.md` says that the JSON readers of Ray and Dask change or lose."""

import datetime as dt
import math

import dask.dataframe as dd
import pytest

pytestmark = pytest.mark.filterwarnings("default")  # Ray and Dask use what pandas and Ray itself deprecate


@pytest.fixture(scope="module")
def ray_data():
    import ray

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    yield ray.data
    ray.shutdown()


@pytest.fixture
def put(tmp_path):
    def call(*lines: bytes) -> str:
        path = tmp_path / "rows.jsonl"
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        return str(path)

    return call


@pytest.mark.parametrize("line", [b'{"a": 1, "a": 2}', b'{"a":'])
def test_ray_reads_no_row_if_one_is_wrong(ray_data, put, line):
    with pytest.raises(Exception, match="ray::ReadArrowJSON"):
        ray_data.read_json(put(b'{"a": 1}', line)).take_all()


def test_ray_changes_values(ray_data, put):
    first = b'{"n": 1, "t": "2026-01-01T00:00:00Z"}'
    rows = ray_data.read_json(put(first, b'{"n": 1.0}{"n": NaN}', b"null")).take_all()
    assert [type(row["n"]) for row in rows[:3]] == [float] * 3
    assert math.isnan(rows[2]["n"])
    assert rows[0]["t"] == dt.datetime(2026, 1, 1)  # noqa: DTZ001 - it has lost its zone
    assert rows[1]["t"] is None
    assert rows[3] == {"n": None, "t": None}


def test_ray_splits_lines_inside_a_text(ray_data, put):
    text = '{"a": "x\u2028y\u0085z"}'
    rows = ray_data.read_text(put(text.encode(), b"", b"{}")).take_all()
    assert [row["text"] for row in rows] == ['{"a": "x', "y", 'z"}', "{}"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([b'{"a": "x", "a": "y"}'], ["y"]),
        ([b'{"a": "01"}'], [1]),
        ([b'{"a": 1.0}', b'{"a": 2.0}'], [1, 2]),
        ([b'{"a": true}', b'{"a": null}'], [1.0, None]),
        ([b'{"a": 1}', b'{"a": null}'], [1.0, None]),
    ],
)
def test_dask_changes_values(put, lines, expected):
    read = dd.read_json(put(*lines), lines=True).compute()["a"].tolist()
    read = [None if isinstance(one, float) and math.isnan(one) else one for one in read]
    assert [(type(one), one) for one in read] == [(type(one), one) for one in expected]

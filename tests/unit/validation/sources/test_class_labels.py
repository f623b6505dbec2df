"""Class labels become their names, wherever they are."""

import json

import datasets
import pyarrow as pa
import pytest
from datasets import ClassLabel, Features, LargeList, List, Sequence, Value
from workers import within

import kaiser_interview as ki
from kaiser_interview.validation.sources.class_labels import (
    Labels,
    labelled,
    labels_of,
    named,
    noted_labels,
)

LABELS = {"_type": "ClassLabel", "names": ["a", "b"]}
AB = Labels(("a", "b"))
TEXT = {"_type": "Value", "dtype": "string"}


def noted(features: object) -> bytes:
    return json.dumps({"info": {"features": features}}).encode()


@pytest.mark.parametrize(
    ("feature", "labels"),
    [
        (LABELS, AB),
        ([LABELS], Labels(elements=AB)),
        ({"_type": "List", "feature": LABELS, "length": -1}, Labels(elements=AB)),
        ({"_type": "LargeList", "feature": LABELS}, Labels(elements=AB)),
        (
            {"_type": "List", "feature": {"_type": "List", "feature": LABELS}},
            Labels(elements=Labels(elements=AB)),
        ),
        ({"f": LABELS, "g": TEXT}, Labels(fields={"f": AB})),
        ({"_type": "Sequence", "feature": {"f": LABELS}}, Labels(elements=Labels(fields={"f": AB}))),
        (TEXT, None),
        ([], None),
        ([TEXT], None),
        ({"g": TEXT}, None),
        (5, None),
    ],
)
def test_class_labels_are_read_at_any_depth(feature, labels):
    expected = {"column": labels} if labels else {}
    assert labels_of({"column": feature, "other": TEXT}) == expected
    assert noted_labels(noted({"column": feature})) == expected


def test_no_features_have_no_class_labels():
    assert labels_of(None) == {}
    assert noted_labels(None) == {}


@pytest.mark.parametrize(
    "names", [[1, 2], [None], None, 5, ["\ud800"], ["a", "\udfff"], [["a"]]], ids=repr
)  # fmt: skip
def test_class_labels_without_names_are_ignored(names):
    assert "value" not in noted_labels(noted({"value": LABELS | {"names": names}, "other": 5}))


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"null", b"[]", b"{}", b"\xff", b'{"info": 5}', b'{"info": {"features": [1]}}',
        b'{"info": {"features": {"value": {"_type": "ClassLabel"}}}}', b"[" * 100_000,
        noted({"value": json.loads("[" * 500 + "]" * 500)}),
    ],
    ids=lambda text: text[:40],
)  # fmt: skip
def test_damaged_metadata_is_ignored(text):
    assert noted_labels(text) == {}


CODES = pa.array([0, 1, None, -1, 7], pa.int64())
NAMES = ["a", "b", None, None, "7"]
OFFSETS = pa.array([0, 2, 2, 5], pa.int32())
NESTED = [NAMES[:2], [], NAMES[2:]]
LIST = Labels(elements=AB)


@pytest.mark.parametrize(
    ("array", "labels", "values"),
    [
        (CODES, AB, NAMES),
        (CODES.cast(pa.int8()), AB, NAMES),
        (CODES.filter(pa.array([True, True, True, False, False])), AB, NAMES[:3]),
        (pa.array([2**64 - 1, 0], pa.uint64()), AB, [str(2**64 - 1), "a"]),
        (CODES.dictionary_encode(), AB, NAMES),
        (pa.RunEndEncodedArray.from_arrays(pa.array([2, 7], pa.int32()), pa.array([1, 0])), AB, [*"bbaaaaa"]),
        (pa.array(["a", None]), AB, ["a", None]),
        (pa.array([0.0]), AB, [0.0]),
        (pa.ListArray.from_arrays(OFFSETS, CODES), LIST, NESTED),
        (pa.LargeListArray.from_arrays(OFFSETS.cast(pa.int64()), CODES), LIST, NESTED),
        (pa.array([[1], None, [0]], pa.list_view(pa.int8())), LIST, [["b"], None, ["a"]]),
        (pa.array([[1, 0], None], pa.list_(pa.int8(), 2)), LIST, [["b", "a"], None]),
        (pa.array([[[1], None]]), Labels(elements=LIST), [[["b"], None]]),
        (CODES, LIST, CODES.to_pylist()),
        (pa.array([[0]]), Labels(fields={"f": AB}), [[0]]),
        (
            pa.array([{"f": 1, "g": 1}, None]),
            Labels(fields={"f": AB, "h": AB}),
            [{"f": "b", "g": 1}, None],
        ),
        (
            pa.array([[{"f": 1}], [None]]),
            Labels(elements=Labels(fields={"f": AB})),
            [[{"f": "b"}], [None]],
        ),
        # What `datasets` stores for a `Sequence` of records.
        (
            pa.array([{"f": [1, 0], "g": [1]}]),
            Labels(elements=Labels(fields={"f": AB})),
            [{"f": ["b", "a"], "g": [1]}],
        ),
        (pa.array([{}], pa.struct([])), LIST, [{}]),
    ],
    ids=lambda one: str(one.type) if isinstance(one, pa.Array) else "",
)
def test_numbers_become_names(array, labels, values):
    batch = pa.record_batch({"x": array, "y": pa.nulls(len(array))})
    found = labelled(batch, {"x": labels, "z": AB})
    found.validate(full=True)
    assert found.column("x").to_pylist() == values
    assert found.schema.names == ["x", "y"]
    rows = [named(value, labels) for value in array.to_pylist()]
    assert rows == [None if one is None else _numbers(one) for one in values]


def _numbers(value):
    """Return a value with numbers that have no name as numbers: rows from Python keep them."""
    if isinstance(value, list):
        return [_numbers(one) for one in value]
    return int(value) if isinstance(value, str) and value.isdigit() else value


# Data of users


CLAIMS = ki.load_table("claims").to_pylist()
TOPICS = sorted({topic for row in CLAIMS for topic in row["topics"]})


@pytest.fixture(params=["list", "large list", "sequence"])
def dataset(request):
    """Return the shipped claims with topics as class labels."""
    label = ClassLabel(names=TOPICS)
    features = Features(dict(ki.features("claim")))
    features["topics"] = {"list": List, "large list": LargeList, "sequence": Sequence}[request.param](label)
    rows = [row | {"topics": [TOPICS.index(topic) for topic in row["topics"]]} for row in CLAIMS]
    return datasets.Dataset.from_list(rows, features=features)


@pytest.mark.parametrize("sort", ["dataset", "parquet", "saved", "stream", "empty"])
def test_topics_as_class_labels_are_valid(tmp_path, monkeypatch, dataset, sort):
    within(monkeypatch)
    data = tmp_path / "a.parquet"
    if sort == "parquet":
        dataset.to_parquet(data)
    elif sort == "saved":
        data = tmp_path / "saved"
        dataset.save_to_disk(data)
    else:
        data = {
            "dataset": dataset, "stream": dataset.to_iterable_dataset(), "empty": dataset.select([]),
        }[sort]  # fmt: skip
    report = ki.validate(data, kind="claim")
    rows = 0 if sort == "empty" else 41
    assert (report.rows, report.invalid) == (rows, 0)
    assert [one.code for one in report.sample] == (["no-rows"] if sort == "empty" else [])


def test_a_number_without_a_name_is_reported_and_no_label_is_null():
    features = Features(
        {"claim_id": Value("string"), "scheme": Value("string"), "value": ClassLabel(names=["language"])}
    )
    rows = {"claim_id": ["d01-c01"] * 3, "scheme": ["topic"] * 3, "value": [0, -1, 5]}
    table = pa.table(rows, schema=features.arrow_schema)
    options = {"kind": "label", "defaults": {"method": "human", "creator": "me"}}
    for data in (datasets.Dataset(table), datasets.Dataset(table).to_iterable_dataset()):
        report = ki.validate(data, **options)
        assert [(one.row, one.code) for one in report.sample if one.row == 1] == [(1, "missing-field")]
        assert report.invalid == 2

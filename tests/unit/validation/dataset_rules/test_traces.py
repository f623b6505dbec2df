"""What rows leave behind: the same marks in columns and row by row, for equal ids and keys."""

import numpy as np
import pyarrow as pa
import pytest

import kaiser_interview as ki
from kaiser_interview.api import check_of
from kaiser_interview.records.models import KINDS
from kaiser_interview.validation.dataset_rules.fingerprints import (
    Fingerprints,
    Row,
    Suspects,
    firsts,
    key_text,
    line_sorts,
)


def row_validator(kind="label", **options):
    return check_of(None, kind=kind, **options).row_validator()


def marks(key=None, **options) -> Fingerprints:
    return Fingerprints(row_validator(**options), key)


def batch(**columns) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(columns)


IDS = ["a", None, "", "a", "语"]


@pytest.mark.parametrize(
    "sort",
    [
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.dictionary(pa.int8(), pa.string()),
        pa.dictionary(pa.int8(), pa.string_view()),
    ],
    ids=str,
)
def test_ids_of_a_column_have_the_hashes_of_texts(sort):
    if pa.types.is_dictionary(sort):
        column = pa.array(IDS).dictionary_encode()
        column = pa.DictionaryArray.from_arrays(column.indices, column.dictionary.cast(sort.value_type))
    else:
        column = pa.array(IDS, sort)
    found, there = marks().ids(batch(id=column))
    assert there.tolist() == [True, False, True, True, True]
    assert found[there].tolist() == marks().of_texts(IDS).tolist()
    assert len({*found[there].tolist()}) == 3


@pytest.mark.parametrize(
    "columns", [{"id": pa.array([1, 2])}, {"id": pa.nulls(2)}, {"other": pa.array(["a", "b"])}]
)
def test_ids_that_are_not_text_are_ignored(columns):
    found, there = marks().ids(batch(**columns))
    assert (len(found), there.tolist()) == (2, [False, False])


def test_values_that_are_not_text_have_no_hash():
    assert marks().of_texts([None, 1, b"a", ["a"]]).tolist() == []
    assert len(marks().of_texts(["a", 1, "\ud800", "\\ud800"])) == 3
    assert len({*marks().of_texts(["a", "\ud800", "\udfff"]).tolist()}) == 3


# Keys


def both(key, rows: list[dict], **options):
    """Return the marks of keys in columns, once they are found equal to those row by row."""
    made = marks(key, **options)
    found, there = made.keys(pa.RecordBatch.from_pylist(rows))
    texts = [made.key(made._validator.taken(row)[1]) for row in rows]
    assert there.tolist() == [text is not None for text in texts]
    assert found[there].tolist() == marks().of_texts(texts).tolist()
    return found, there


def test_keys_of_text_are_hashed_at_once():
    rows = [
        {"claim_id": "a", "creator": "b"},
        {"claim_id": "a", "creator": None},
        {"claim_id": None, "creator": None},
        {"claim_id": "", "creator": "b"},
        {"claim_id": "a", "creator": "b"},
    ]
    found, there = both(("claim_id", "creator"), rows)
    assert there.tolist() == [True, True, False, True, True]
    assert found[0] == found[4]
    assert len({*found[there].tolist()}) == 3


def test_keys_with_a_field_that_has_no_column():
    found, _ = both(("claim_id", "id"), [{"claim_id": "a"}, {"claim_id": "b"}])
    assert found[0] != found[1]
    _, there = marks(("id",)).keys(batch(claim_id=["a"]))
    assert there.tolist() == [False]


def test_keys_with_numbers_and_defaults_are_hashed_row_by_row():
    found, _ = both(
        ("claim_id", "confidence"), [{"claim_id": "a", "confidence": one} for one in (0.5, None, 0.5)]
    )
    assert found[0] == found[2] != found[1]
    # An integer stored as a double in the column, or a double as an integer.
    whole, _ = both(("quote_start",), [{"quote_start": 1.0}, {"quote_start": 2.0}])
    other, _ = both(("quote_start",), [{"quote_start": 1}, {"quote_start": 2}])
    assert whole.tolist() == other.tolist()
    found, there = both(
        ("creator", "claim_id"), [{"claim_id": "a", "creator": None}, {"claim_id": "a", "creator": "me"}],
        defaults={"creator": "me"},
    )  # fmt: skip
    assert (found[0] == found[1], there.tolist()) == (True, [True, True])


def test_without_a_key_there_are_no_keys():
    made = marks()
    assert (made.has_key, made.key({"id": "a"})) == (False, None)
    assert made.keys(batch(id=["a"]))[1].tolist() == [False]
    assert marks(()).has_key


def test_the_text_of_a_key():
    assert key_text([None, None]) is None
    assert key_text([1, 1.0, "a", None, True, 1 << 60]) == "\x1f".join(
        ["1", "1", "a", "\0", "True", str(1 << 60)]
    )
    assert key_text([[1]]) == "[1]"


# Suspects


def test_suspects_are_looked_for_by_ids_and_keys():
    made = marks(("creator",))
    rows = batch(id=["a", "b", None, "c"], creator=["x", "y", "z", None])
    assert not Suspects()
    found = made.suspected(rows, Suspects(np.sort(marks().of_texts(["a", "c", "d"]))))
    assert found.tolist() == [True, False, False, True]
    found = made.suspected(rows, Suspects(keys=np.sort(marks().of_texts([made.key({"creator": "z"})]))))
    assert found.tolist() == [False, False, True, False]
    assert made.suspected(rows, Suspects(groups=frozenset({("m",)}))).all()
    assert not made.suspected(rows, Suspects()).any()


def test_suspects_are_found_row_by_row():
    made = marks(("creator",))
    rows = [
        Row(number, number, "label", values, frozenset(), invalid=False)
        for number, values in enumerate(
            [{"id": "a", "creator": "x"}, {"id": 5}, {"creator": "y"}, {"id": None}]
        )
    ]
    assert [*made.suspects_of(rows, Suspects(np.sort(marks().of_texts(["a"]))))] == rows[:1]
    suspects = Suspects(keys=np.sort(marks().of_texts([made.key({"creator": "y"})])))
    assert [*made.suspects_of(rows, suspects)] == rows[2:3]
    assert [*made.suspects_of(rows, Suspects(groups=frozenset({("m",)})))] == rows
    # An empty text counts as an id, null does not.
    empty = [row._replace(values={"id": ""}) if number else row for number, row in enumerate(rows)]
    assert [*made.suspects_of(empty, Suspects(np.sort(marks().of_texts([""]))))] == empty[1:]
    assert [*made.suspects_of(rows, Suspects(np.sort(marks().of_texts([""]))))] == []
    assert [*made.suspects_of([], Suspects(np.sort(marks().of_texts(["a"]))))] == []


# First rows


def test_the_first_row_of_each_combination():
    columns = {
        "a": pa.array(["x", "y", "x", None, "x", None]),
        "b": pa.array([1, 1, 1, 1, 2, 1]),
    }
    everything = np.ones(6, np.bool_)
    assert firsts(columns, everything).tolist() == [0, 1, 3, 4]
    assert firsts({name: one.dictionary_encode() for name, one in columns.items()}, everything).tolist() == [
        0, 1, 3, 4
    ]  # fmt: skip
    assert firsts(columns, np.array([False, True, True, False, False, True])).tolist() == [1, 2, 5]


def test_of_vectors_only_the_length_counts():
    vectors = pa.array([[0.5], [1.5], [0.5, 1], None, [2, 2.5]])
    assert firsts({"vector": vectors}, np.ones(5, np.bool_)).tolist() == [0, 2, 3]
    # Of other lists and of records each is the first.
    for column in (vectors, pa.array([{"a": 1}] * 5)):
        assert firsts({"x": column}, np.ones(5, np.bool_)).tolist() == [0, 1, 2, 3, 4]
    assert firsts({"vector": pa.array(["a", "a"])}, np.ones(2, np.bool_)).tolist() == [0]


# Lines


def test_fields_that_are_read_from_lines():
    sorts = line_sorts(row_validator())
    assert {name: sorts[name] for name in ("id", "confidence", "quote_start", "method")} == {
        "id": "string", "confidence": "number", "quote_start": "integer", "method": "string"
    }  # fmt: skip
    assert line_sorts(row_validator("question"))["answerable"] == "boolean"
    assert "references" not in line_sorts(row_validator("question"))
    assert set(line_sorts(row_validator([*KINDS]))) > set(sorts)


def test_no_fields_are_read_from_lines_if_kinds_disagree():
    class Weighed(ki.Derived):
        """A kind with a number."""

        value: float

    assert line_sorts(row_validator(["label", Weighed])) == {}

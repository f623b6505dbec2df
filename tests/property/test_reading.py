"""Rows that `validate` accepts survive `read` and `write`, with any other fields."""

import json
import random
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from rows import about, row
from scale import amount

import kaiser_interview as ki

KINDS = ["translation", "label", "mention", "relation", "question", "verdict", "embedding"]
SCALARS = st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.none() | st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4).map(
    "x_{}".format
)
COLUMNS = st.sampled_from([SCALARS, VALUES, st.integers(0, 9), st.text(), st.lists(st.text(), max_size=2)])


@st.composite
def data_sets(draw: st.DrawFn) -> tuple[str, list[dict]]:
    """Draw rows of a kind with other fields, most of which `validate` accepts."""
    kind, chance = draw(st.sampled_from(KINDS)), random.Random(draw(st.integers(0, 2**32)))
    names = draw(st.lists(st.tuples(NAMES, COLUMNS), max_size=3))
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        made = about(chance, row(chance, kind))
        made |= {name: draw(values) for name, values in names if draw(st.booleans())}
        rows.append({name: value for name, value in made.items() if value is not None})
    valid = [one for one in rows if ki.validate([one], kind=kind).ok]
    return kind, valid


@settings(max_examples=amount(60, 1_000))
@given(data_sets(), st.sampled_from([".jsonl", ".json", ".jsonl.gz", ".parquet", ".arrow"]))
def test_valid_rows_are_read_written_and_read_again(made, suffix):
    kind, rows = made
    if not rows or not ki.validate(rows, kind=kind).ok:
        return
    with ki.Validator(kind, in_process=True) as validator, tempfile.TemporaryDirectory() as folder:
        records = validator.read(rows)
        assert [one.model_extra for one in records] == [
            {name: value for name, value in one.items() if name.startswith("x_")} for one in rows
        ]
        table = validator.read_table(rows)
        table.validate(full=True)
        assert table.num_rows == len(rows)
        assert validator.read_dataset(rows).num_rows == len(rows)
        path = Path(folder) / f"rows{suffix}"
        for data in (rows, records, table):
            assert ki.write(data, path, kind=kind) == len(rows)
            again = validator.read(path)
            for before, after in zip(records, again, strict=True):
                for name, value in before.model_extra.items():
                    found = after.model_extra[name]
                    assert found == value or json.loads(found) == value
                assert _known(after) == _known(before)


def _known(record: ki.Record) -> dict:
    """Return the fields of a kind in a form in which equal instants and vectors are equal."""
    return ki.read_table([record]).select(ki.arrow_schema(type(record)).names).to_pylist()[0]

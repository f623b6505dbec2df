"""What other programs write for an empty cell is refused, and said to be that."""

import decimal

import numpy as np
import pandas as pd
import pytest
from hints import hint

import kaiser_interview as ki
from kaiser_interview.validation.hints.empty_cells import empty_cell

GOOD = {
    "claim_id": "d01-c01", "scheme": "acme:stance", "value": "for", "method": "human", "creator": "me",
}  # fmt: skip
NAN = "NaN, as pandas writes an empty cell"
CELLS = {
    "NA": "NA, as R writes an empty cell",
    " na ": "NA, as R writes an empty cell",
    "NaN": NAN,
    "N/A": "N/A, as spreadsheets show an empty cell",
    "#N/A": "#N/A, as spreadsheets show an empty cell",
    "<NA>": "<NA>, as pandas writes an empty cell",
    "NaT": "NaT, as pandas writes an empty cell",
    "NULL": "null as text, as databases write an empty cell",
    "None": "None as text, as Python writes an empty cell",
    r"\N": r"\N, as databases write an empty cell",
    "nil": "nil as text, as Ruby and Go write an empty cell",
    "undefined": "undefined as text, as JavaScript writes an empty cell",
    "-": "a dash is not null",
}
VALUES = [
    *((text, words) for text, words in CELLS.items()),
    ("", "an empty text is not null"),
    (float("nan"), NAN),
    (np.float32("nan"), NAN),
    (decimal.Decimal("nan"), NAN),
    (pd.NA, "pandas.NA, as pandas holds an empty cell"),
    (pd.NaT, "pandas.NaT, as pandas holds an empty cell"),
]


@pytest.mark.parametrize(("value", "words"), VALUES, ids=repr)
@pytest.mark.parametrize("name", ["confidence", "created", "quote_start", "quote_of"])
def test_a_value_for_an_empty_cell_is_refused_and_named(name, value, words):
    report = ki.validate([GOOD | {name: value}], kind="label")
    found = [one for one in report.sample if one.path == (name,)]
    assert [hint(one) for one in found] == [f"{words}; leave the field out or give null"]
    assert report.invalid == 1


@pytest.mark.parametrize(("value", "words"), VALUES, ids=repr)
def test_a_field_that_needs_a_value_is_not_left_out(value, words):
    report = ki.validate([GOOD | {"claim_id": value}], kind="label")
    assert [hint(one) for one in report.sample] == [f"{words}; the field needs a value"]
    required = ki.validate([GOOD | {"confidence": value}], kind="label", require=["confidence"])
    assert [hint(one) for one in required.sample] == [f"{words}; the field needs a value"]


@pytest.mark.parametrize("text", CELLS)
@pytest.mark.parametrize("rows", [1, 100])
def test_a_cell_of_csv_is_refused_and_named(tmp_path, text, rows):
    path = tmp_path / "a.csv"
    path.write_text("confidence," + ",".join(GOOD) + "\n" + f"{text},{','.join(GOOD.values())}\n" * rows)
    report = ki.validate(path, kind="label")
    assert {hint(one) for one in report.sample} == {f"{CELLS[text]}; leave the cell empty"}
    assert (report.rows, report.invalid) == (rows, rows)


@pytest.mark.parametrize("rows", [1, 100])
def test_a_quote_is_named_in_every_format(rows):
    data = [GOOD | {"quote": "N/A"}] * rows
    words = "N/A, as spreadsheets show an empty cell; leave the field out or give null"
    for given in (data, pd.DataFrame(data)):
        report = ki.validate(given, kind="label", ignore=["quote-too-short"])
        assert {hint(one) for one in report.sample} == {words}


def test_nan_in_json_is_named(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"claim_id": "d01-c01", "confidence": NaN}\n{"confidence": Infinity}\n')
    first, second = ki.validate(path, kind="label").sample
    assert (first.code, hint(first)) == ("not-finite", f"{NAN}; leave the field out or give null")
    assert (second.code, hint(second)) == ("not-finite", None)


def test_records_of_a_frame_suggest_passing_the_frame():
    frame = pd.DataFrame([GOOD | {"confidence": 0.5}, GOOD])
    assert ki.validate(frame, kind="label").ok
    (found,) = ki.validate(frame.to_dict("records"), kind="label").sample
    assert (found.row, hint(found)) == (1, f"{NAN}; leave the field out or give null")


def test_values_within_lists_and_records_are_named():
    question = {
        "references": [{"claim_id": "d01-c01", "quote_start": float("nan"), "quote_end": 5}],
        "question": "?", "answerable": False, "language": "en", "method": "human", "creator": "me",
    }  # fmt: skip
    found = ki.validate([question], kind="question").sample
    assert f"{NAN}; leave the field out or give null" in [hint(one) for one in found]


@pytest.mark.parametrize("text", ["NA", "None"])
def test_free_text_is_taken_at_its_word(text):
    assert ki.validate([GOOD | {"value": text}], kind="label").ok


@pytest.mark.parametrize("value", [None, 0, 0.0, False, "n", "a" * 50, [], float("inf")])
def test_other_values_are_not_empty_cells(value):
    assert empty_cell(value) is None


def test_unknown_fields_keep_their_words():
    (found,) = ki.validate([GOOD | {"colour": "NA"}], kind="label").sample
    assert hint(found) == "drop it, or name it x_colour to keep it"

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
NAN = "pandas writes NaN for an empty cell"
CELLS = {
    "NA": "R writes NA for an empty cell",
    " na ": "R writes NA for an empty cell",
    "NaN": NAN,
    "N/A": "spreadsheets show N/A for an empty cell",
    "#N/A": "spreadsheets show #N/A for an empty cell",
    "<NA>": "pandas writes <NA> for an empty cell",
    "NaT": "pandas writes NaT for an empty cell",
    "NULL": "databases write the text null for an empty cell",
    "None": "Python writes the text None for an empty cell",
    r"\N": r"databases write \N for an empty cell",
    "nil": "Ruby and Go write the text nil for an empty cell",
    "undefined": "JavaScript writes the text undefined for an empty cell",
    "-": "a dash is not null",
}
VALUES = [
    *((text, words) for text, words in CELLS.items()),
    ("", "empty text is not null"),
    (float("nan"), NAN),
    (np.float32("nan"), NAN),
    (decimal.Decimal("nan"), NAN),
    (pd.NA, "pandas uses pandas.NA for an empty cell"),
    (pd.NaT, "pandas uses pandas.NaT for an empty cell"),
]


@pytest.mark.parametrize(("value", "words"), VALUES, ids=repr)
@pytest.mark.parametrize("name", ["confidence", "created", "quote_start", "quote_of"])
def test_a_value_for_an_empty_cell_is_refused_and_named(name, value, words):
    report = ki.validate([GOOD | {name: value}], kind="label")
    found = [one for one in report.sample if one.path == (name,)]
    assert [hint(one) for one in found] == [f"{words}; omit the field or use null"]
    assert report.invalid == 1


@pytest.mark.parametrize(("value", "words"), VALUES, ids=repr)
def test_a_field_that_needs_a_value_is_not_left_out(value, words):
    report = ki.validate([GOOD | {"claim_id": value}], kind="label")
    assert [hint(one) for one in report.sample] == [f"{words}; the field is required"]
    required = ki.validate([GOOD | {"confidence": value}], kind="label", require=["confidence"])
    assert [hint(one) for one in required.sample] == [f"{words}; the field is required"]


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
    words = "spreadsheets show N/A for an empty cell; omit the field or use null"
    for given in (data, pd.DataFrame(data)):
        report = ki.validate(given, kind="label", ignore=["quote-too-short"])
        assert {hint(one) for one in report.sample} == {words}


def test_nan_in_json_is_named(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"claim_id": "d01-c01", "confidence": NaN}\n{"confidence": Infinity}\n')
    first, second = ki.validate(path, kind="label").sample
    assert (first.code, hint(first)) == ("not-finite", f"{NAN}; omit the field or use null")
    assert (second.code, hint(second)) == ("not-finite", None)


def test_records_of_a_frame_get_a_hint_that_the_frame_does_not():
    frame = pd.DataFrame([GOOD | {"confidence": 0.5}, GOOD])
    assert ki.validate(frame, kind="label").ok
    (found,) = ki.validate(frame.to_dict("records"), kind="label").sample
    assert (found.row, hint(found)) == (1, f"{NAN}; omit the field or use null")


def test_values_within_lists_and_records_are_named():
    question = {
        "references": [{"claim_id": "d01-c01", "quote_start": float("nan"), "quote_end": 5}],
        "question": "?", "answerable": False, "language": "en", "method": "human", "creator": "me",
    }  # fmt: skip
    found = ki.validate([question], kind="question").sample
    assert f"{NAN}; omit the field or use null" in [hint(one) for one in found]


@pytest.mark.parametrize("text", ["NA", "None"])
def test_free_text_is_taken_at_its_word(text):
    assert ki.validate([GOOD | {"value": text}], kind="label").ok


@pytest.mark.parametrize("value", [None, 0, 0.0, False, "n", "a" * 50, [], float("inf")])
def test_other_values_are_not_empty_cells(value):
    assert empty_cell(value) is None


def test_unknown_fields_keep_their_words():
    (found,) = ki.validate([GOOD | {"colour": "NA"}], kind="label").sample
    assert hint(found) == "remove it, or rename it to x_colour to keep it"

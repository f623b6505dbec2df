"""Rows as a page shows them: each under its claims, with its findings, or counted."""

import gzip
import json
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reference import constants

import kaiser_interview as ki
from kaiser_interview.dataset import loaders
from kaiser_interview.page import shown_rows
from kaiser_interview.page.shown_rows import ShownRow, checked_rows, row_of, text_of
from kaiser_interview.validation.engine import execution
from kaiser_interview.validation.engine.options import Check

BY = {"method": "model", "creator": "m"}
RIGHT = {"claim_id": "d05-c03", "language": "en", "translation": "Good."}
WRONG = RIGHT | {"claim_id": "d05-c04", "quote": "推理模型增加参数数量"}
CYCLE: list = []
CYCLE.append(CYCLE)
UNKNOWN = RIGHT | {"claim_id": "d99-c01"}


def rows(data, **options) -> shown_rows.ShownRows:
    options = {"kind": "translation", "defaults": BY} | options
    return checked_rows(Check(data=data, against=loaders.corpus_of(None), **options))


def file_of(row: ShownRow) -> str:
    return row.place.rpartition("/")[2]


def files(folder, held: list) -> dict:
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in held)
    table = pa.Table.from_pylist([dict.fromkeys(WRONG) | row for row in held])
    (folder / "rows.jsonl").write_text(lines, "utf-8")
    (folder / "rows.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (folder / "rows.json").write_text(f"[{lines.replace(chr(10), ',')}]", "utf-8")
    names = [*WRONG]
    cells = [
        ",".join(str(row.get(name, "")) for name in names)
        for row in [dict(zip(names, names, strict=True)), *held]
    ]
    (folder / "rows.csv").write_text("\n".join(cells), "utf-8")
    pq.write_table(table, folder / "rows.parquet")
    data = {name.name: str(name) for name in folder.iterdir()}
    return data | {"table": table, "list": held, "iterator": iter(held), "records": held}


@pytest.mark.parametrize("few", [0, 1 << 30])
def test_every_form(tmp_path, few):
    given = [RIGHT, WRONG, UNKNOWN]
    for name, data in files(tmp_path, given).items():
        with constants((execution, "_TINY", few), (execution, "_FEW", few)):
            shown = rows(data)
        places = {claim: [*map(file_of, held)] for claim, held in shown.by_claim.items()}
        place = {
            "rows.jsonl": "rows.jsonl:{0}", "rows.jsonl.gz": "rows.jsonl.gz:{0}", "rows.csv": "rows.csv:{2}",
            "rows.json": "rows.json:1", "rows.parquet": "rows.parquet row {1}",
        }.get(name, "row {1}")  # fmt: skip
        assert places == {"d05-c03": [place.format(1, 0, 2)], "d05-c04": [place.format(2, 1, 3)]}, name
        (right,), (wrong,), (unknown,) = (*shown.by_claim.values(), shown.others)
        assert right.findings == ()
        assert [(one.code, one.place) for one in wrong.findings] == [("quote-not-found", wrong.place)]
        assert [one.code for one in unknown.findings] == ["unknown-claim"]
        assert (right.kind, right.title, right.quote, wrong.quote) == (
            "translation", ("Good.",), None, "推理模型增加参数数量",
        )  # fmt: skip
        assert right.about == "model · m · en"
        assert (
            shown.report.summary
            == ki.validate([RIGHT, WRONG, UNKNOWN], kind="translation", defaults=BY).summary
        )


def test_rows_that_name_several_claims():
    relation = BY | {
        "claim_id": "d01-c01",
        "other_claim_id": "d01-c02",
        "relation": "supports",
        "rationale": "r",
    }
    question = BY | {"question": "?", "answer": "!", "answerable": True, "language": "en"}
    question["references"] = [{"claim_id": "d01-c01"}, {"claim_id": "d99-c01"}, {"claim_id": "d01-c03"}]
    shown = rows([relation | {"kind": "relation"}, question | {"kind": "question"}], kind=None)
    assert {claim: [row.kind for row in held] for claim, held in shown.by_claim.items()} == {
        "d01-c01": ["relation", "question"],
        "d01-c02": ["relation"],
        "d01-c03": ["question"],
    }
    assert shown.by_claim["d01-c02"][0].links == ("d01-c01", "d01-c02")
    assert dict(shown.by_claim["d01-c01"][1].fields)["references"].startswith('[{"claim_id": "d01-c01"}')


def test_rows_that_are_not_objects(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'[1]\n{"claim_id": "d01-c01", \n\xff\n"x"\n')
    shown = rows(str(path))
    assert not shown.by_claim
    assert [(row.kind, row.place.rpartition(":")[2]) for row in shown.others] == [
        ("translation", "1"), ("translation", "2"), ("translation", "3"), ("translation", "4"),
    ]  # fmt: skip
    assert [row.fields[0][1] for row in shown.others] == ["[1]", '{"claim_id": "d01-c01", ', "\ufffd", '"x"']
    assert [row.kind for row in rows([5, None], kind=None).others] == ["row", "row"]


def test_what_is_hidden_is_counted():
    with constants((shown_rows, "_MOST", 2)):
        shown = rows(
            [RIGHT, RIGHT, RIGHT, WRONG, WRONG, WRONG, UNKNOWN, UNKNOWN, UNKNOWN], complete=["language"]
        )
    assert {claim: len(held) for claim, held in shown.by_claim.items()} == {"d05-c03": 2, "d05-c04": 2}
    missing = sum(one.number for one in shown.report.counts if one.code == "missing-claim")
    assert shown.hidden == {"d05-c03": 1, "d05-c04": 1, "": 1, None: missing - 2}
    assert [one.code for one in shown.general] == ["missing-claim"] * 2


def test_findings_about_a_file_are_general(tmp_path):
    shown = rows(str(tmp_path / "none.jsonl"))
    assert [one.code for one in shown.general] == ["unreadable"]
    assert not shown.report.complete


def test_findings_of_the_set_are_at_their_row():
    twice = [RIGHT | {"id": "a"}, RIGHT | {"id": "a"}]
    assert [[one.code for one in row.findings] for row in rows(twice).by_claim["d05-c03"]] == [
        [],
        ["duplicate-id"],
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"), (5, "5"), (1.5, "1.5"), (True, "true"), ([], ""), (["a", "b"], "a, b"),
        ((1, 2), "[1, 2]"), ({"a": None}, '{"a": null}'), ("y" * 3000, "y" * 1000 + "…"),
        (None, ""), ({}, ""), (date(2026, 1, 2), "2026-01-02"), ([date(2026, 1, 2)], '["2026-01-02"]'),
        ({(1,): 2}, "an object with 1 field"), (CYCLE, "an array of 1"), ([b"x"], '["a Python bytes"]'),
    ],
)  # fmt: skip
def test_values_as_text(value, text):
    assert text_of(value) == text


def test_a_huge_integer():
    assert text_of(10**5000) == "an integer of 16610 bits"


def test_a_row_of_a_custom_kind():
    row = row_of("stance", {"stance": "for", "claim_id": "d01-c01", "confidence": 0.5, "x_note": None})
    assert row == ShownRow("stance", (), None, "0.5", (("stance", "for"),))


def test_an_iterable_dataset():
    datasets = pytest.importorskip("datasets")
    held = datasets.Dataset.from_list([RIGHT, WRONG]).to_iterable_dataset()
    assert [*rows(held).by_claim] == ["d05-c03", "d05-c04"]


def test_names_that_are_not_text():
    shown = rows([RIGHT | {1: 2}])
    (row,) = shown.by_claim["d05-c03"]
    assert ("1", "2") in row.fields


def test_rows_that_name_no_claim_keep_their_reference():
    (row,) = rows([UNKNOWN]).others
    assert ("claim_id", "d99-c01") in row.fields

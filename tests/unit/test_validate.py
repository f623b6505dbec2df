"""`validate`: its data, its options, and input from Python, datasets and tables."""

import datetime as dt
import io
import json
import os
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, Value
from hints import hint
from pydantic import field_validator

import kaiser_interview as ki
from kaiser_interview import api
from kaiser_interview.validation.engine import execution
from kaiser_interview.validation.engine import options as checks
from kaiser_interview.validation.hints.typos import is_slip

LABEL = {"claim_id": "d01-c01", "method": "human", "creator": "I", "scheme": "my:mood", "value": "good"}
VECTOR = {
    "claim_id": "d01-c01",
    "method": "model",
    "creator": "m",
    "model": "m",
    "of": "text",
    "vector": [0.5],
}


class Tagged(ki.Derived):
    """A custom kind with its own validator."""

    tags: ki.Many[str]

    @field_validator("tags")
    @classmethod
    def _few(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        if len(tags) > 1:
            raise ValueError("expected one tag")
        return tags


def reported(report: ki.Report) -> list[tuple]:
    return [(one.code, one.file, one.row, one.pointer) for one in report.sample]


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        ([], {"workers": 0}, "workers: expected an integer of at least 1, got 0"),
        ([], {"workers": True}, "workers: expected an integer of at least 1, got True"),
        ([], {"max_findings": -1}, "max_findings: expected an integer of at least 0, got -1"),
        ([], {"max_findings": 1.5}, "max_findings: expected an integer of at least 0, got 1.5"),
        (LABEL, {}, "data: expected rows, got one mapping; put it in a list"),
        (5, {}, "data: expected a path, rows or a table, got int"),
        (b"x.jsonl", {}, "data: expected a path, rows or a table, got bytes"),
        # As in polars.
        (
            type("LazyFrame", (), {})(),
            {},
            "data: expected a path, rows or a table, got LazyFrame; call its collect() first",
        ),
        (
            "hf://datasets/x",
            {},
            "hf://datasets/x: remote addresses are not supported; pipe the data to the command "
            "(… | kaiser-interview validate -)",
        ),
    ],
)
def test_invalid_arguments(data, options, message):
    with pytest.raises(ki.InputError) as caught:
        ki.validate(data, kind="label", **options)
    assert str(caught.value) == message


def test_models_with_the_same_name_are_ambiguous():
    first = type("Stance", (ki.Derived,), {"__module__": __name__})
    second = type("Stance", (ki.Derived,), {"__module__": __name__})
    with pytest.raises(ki.InputError, match="got one name twice"):
        ki.validate([], kind=[first, second])
    assert ki.validate([LABEL], kind=["label", "label"]).ok
    with pytest.raises(ki.UnknownNameError):
        ki.validate([], kind=5)


def test_a_single_name_means_a_list_of_one():
    report = ki.validate([LABEL, LABEL], kind="label", require="release", key="claim_id", complete="scheme")
    assert [one.code for one in report.counts] == ["missing-field", "duplicate-record", "missing-claim"]
    assert [
        one.code for one in ki.validate([LABEL], kind="label", require="id", select="bad-format").counts
    ] == []
    assert ki.validate([LABEL], kind="label", require="id", ignore="missing-field").ok


def test_no_data(tmp_path):
    assert reported(ki.validate([], kind="label")) == [("no-rows", None, None, "")]
    assert reported(ki.validate(tmp_path, kind="label")) == [("no-rows", str(tmp_path), None, "")]
    report = ki.validate([str(tmp_path / "*.jsonl")], kind="label")
    assert (reported(report), report.complete) == (
        [("unreadable", str(tmp_path / "*.jsonl"), None, "")],
        False,
    )


def test_a_pattern_may_name_folders(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "rows.jsonl").write_text('{"claim_id": "d99-c01"}\n')
    report = ki.validate(str(tmp_path / "*"), kind="label", select=["unknown-claim"])
    assert reported(report) == [("unknown-claim", str(tmp_path / "a" / "rows.jsonl"), 0, "/claim_id")]


def test_a_device_as_standard_input(monkeypatch):
    with Path("/dev/zero").open("rb") as zero:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(zero))
        report = ki.validate("-", kind="label")
        assert report.sample[0].got == "a device, which may never end"
        sys.stdin.detach()


def test_a_file_that_has_become_a_folder(tmp_path, monkeypatch):
    # A file may become a folder after it was listed and before it is opened.
    monkeypatch.setattr(os.path, "isdir", lambda _: False)
    assert ki.validate(tmp_path, kind="label").sample[0].got == "a folder"


FEATURES = Features({name: Value("string") for name in LABEL} | {"value": ClassLabel(names=["good", "bad"])})


def test_datasets_in_every_form():
    rows = [LABEL | {"value": 0}, LABEL | {"value": 1}, LABEL | {"claim_id": "d99-c01", "value": 0}]
    data = Dataset.from_list(rows, features=FEATURES)
    assert reported(ki.validate(data, kind="label")) == [("unknown-claim", None, 2, "/claim_id")]
    # In the present order of columns, not in that of memory.
    assert reported(ki.validate(data.select([2, 0]), kind="label")) == [
        ("unknown-claim", None, 0, "/claim_id")
    ]
    splits = DatasetDict(train=data.select([0]), test=data.select([2]))
    assert reported(ki.validate(splits, kind="label")) == [("unknown-claim", "test", 0, "/claim_id")]
    streamed = data.to_iterable_dataset()
    assert reported(ki.validate(streamed, kind="label")) == [("unknown-claim", None, 2, "/claim_id")]
    unknown = Dataset.from_list([LABEL | {"value": None}, LABEL | {"value": 1}], features=FEATURES)
    assert reported(ki.validate(unknown, kind="label")) == [("missing-field", None, 0, "/value")]
    report = ki.validate(DatasetDict(), kind="label")
    assert reported(report) == [("no-rows", None, None, "")]
    assert [one.code for one in report.iter_findings()] == ["no-rows"]
    mistaken = Dataset.from_list([LABEL | {"note": "x"}] * 3)
    report = ki.validate(mistaken, kind="label")
    assert reported(report) == [("unknown-field", None, None, "/note")]
    assert (report.invalid, report.outside) == (3, 1)
    assert ki.validate(mistaken, kind="label", ignore=["unknown-field"]).counts == ()


def test_tables_accept_lossless_types_of_engines():
    moment = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
    fields = {
        "claim_id": pa.array(["d01-c01"], pa.large_string()),
        "method": pa.array(["model"]).dictionary_encode(),
        "creator": pa.array(["m"], pa.string_view()),
        "confidence": pa.array([Decimal("0.5")], pa.decimal128(3, 2)),
        "created": pa.array([moment], pa.timestamp("us", "UTC")),
        "quote": pa.array(["本质是序列模型"]),
        "quote_start": pa.array([40.0]),
        "quote_end": pa.array([Decimal(47)], pa.decimal128(5, 0)),
        "model": pa.array(["m"]),
        "of": pa.array(["text"]),
        "vector": pa.array([[Decimal("0.5"), Decimal(1)]], pa.list_(pa.decimal128(3, 2), 2)),
        "rationale": pa.nulls(1),
        "position": pa.array([1], pa.uint8()),
    }
    place = ki.claim("d01-c01").start + ki.claim("d01-c01").text.index("本质是序列模型")
    fields["quote_start"] = pa.array([float(place)])
    fields["quote_end"] = pa.array([Decimal(place + 7)], pa.decimal128(5, 0))
    table = pa.table(fields)
    for data in (table, table.to_batches()[0], table.to_reader()):
        report = ki.validate(data, kind="embedding")
        assert (report.rows, report.counts) == (1, ())
    wrong = table.set_column(6, "quote_start", pa.array([place + 0.5]))
    assert reported(ki.validate(wrong, kind="embedding")) == [("wrong-type", None, 0, "/quote_start")]
    nested = pa.table(
        {
            "method": ["model"],
            "creator": ["m"],
            "question": ["?"],
            "answer": ["!"],
            "answerable": [True],
            "language": ["en"],
            "references": pa.array(
                [[{"claim_id": "d01-c01", "quote_start": float(place), "quote_end": place + 7.0}]]
            ),
        }
    )
    assert ki.validate(nested, kind="question").counts == ()
    assert ki.validate(nested.set_column(0, "method", pa.array(["none"])), kind="question").errors == 1


def test_a_table_of_several_kinds():
    rows = [
        LABEL | {"kind": "label"},
        VECTOR | {"kind": "embedding"},
        {"kind": "mention"},
        {"kind": "nothing"},
    ]
    table = pa.Table.from_pylist(rows, pa.Table.from_pylist([{**LABEL, **VECTOR, "kind": ""}]).schema)
    report = ki.validate(table, kind=["label", "embedding"])
    assert reported(report) == [("unknown-kind", None, 2, "/kind"), ("unknown-kind", None, 3, "/kind")]


def test_table_rows_of_unknown_kind_are_rejected_unchanged(tmp_path):
    table = pa.Table.from_pylist(
        [LABEL | {"kind": "label", "id": None}, LABEL | {"kind": "none", "id": None}]
    )
    report = ki.split(table, valid=tmp_path / "ok.jsonl", rejects=tmp_path / "no.jsonl").report
    assert (report.valid, report.invalid) == (1, 1)
    assert json.loads((tmp_path / "no.jsonl").read_text()) == LABEL | {"kind": "none", "id": None}


def test_csv_of_a_kind_that_is_not_asked_for(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("claim_id,kind\nd01-c01,mention\n")
    assert reported(ki.validate(path, kind="label")) == [("unknown-kind", str(path), 0, "/kind")]


def test_lists_of_thousands_are_validated_completely():
    vector = [0.5] * 10_000
    vector[5] = vector[5000] = vector[9999] = "x"
    report = ki.validate([VECTOR | {"vector": vector}], kind="embedding")
    assert sorted(one.path[1] for one in report.sample) == [5, 5000, 9999]
    assert [(one.code, one.path, one.number) for one in report.counts] == [("wrong-type", "/vector/*", 3)]

    claim = {name: VECTOR[name] for name in ("claim_id", "method", "creator")}
    long = ki.validate([claim | {"tags": ["x"] * 9000, "confidence": 2}], kind=Tagged)
    assert sorted(reported(long)) == [
        ("bad-format", None, 0, "/tags"),
        ("out-of-range", None, 0, "/confidence"),
    ]


def test_a_claim_has_at_most_four_topics():
    row = ki.claim("d01-c01").model_dump() | {"topics": ["language"] * 9000}
    report = ki.validate([row], kind="claim")
    assert ("bad-length", None, 0, "/topics") in reported(report)


def test_rows_without_a_group_value_are_not_checked_for_completeness():
    rows = [LABEL | {"scheme": None}, LABEL]
    report = ki.validate(rows, kind="label", complete=["scheme", "release"])
    assert [one.code for one in report.counts] == ["missing-field"]
    ignored = ki.validate([LABEL], kind="label", complete=["scheme"], ignore=["missing-claim"])
    assert ignored.ok
    assert ki.validate([LABEL, LABEL], kind="label", key=["release", "id"]).ok


def test_a_question_covers_its_referenced_claims():
    references = [{"claim_id": claim.claim_id} for claim in ki.load()]
    row = {
        "method": "human", "creator": "I", "question": "?", "answer": "!", "answerable": True,
        "language": "en", "references": references,
    }  # fmt: skip
    assert ki.validate([row], kind="question", complete=["language"]).ok
    broken = row | {"references": [*references[1:], {"claim_id": 5}]}
    report = ki.validate([broken], kind="question", complete=["language"])
    assert sorted(one.code for one in report.sample) == ["missing-claim", "wrong-type"]
    assert [one.code for one in ki.validate([row | {"references": ["x"]}], kind="question").sample] == [
        "wrong-type"
    ]


def test_offsets_without_a_quote_must_be_in_the_claim():
    claim = ki.claim("d02-c01")
    report = ki.validate(
        [
            LABEL | {"claim_id": "d02-c01", "quote_start": start, "quote_end": end}
            for start, end in ((claim.start, claim.end), (0, 5), (5, 5), (0, 9999))
        ],
        kind="label",
    )
    assert [(one.code, one.row) for one in report.sample] == [
        ("quote-misplaced", 1),
        ("quote-out-of-range", 2),
        ("quote-out-of-range", 3),
    ]
    in_english = LABEL | {"quote_start": 0, "quote_end": 8, "quote_of": "text_en"}
    assert ki.validate([in_english], kind="label").ok


def test_a_quote_similar_to_nothing():
    rows = [LABEL | {"quote": quote} for quote in ("♠♣♥♦", " ♠", "x" * 5000)]
    report = ki.validate(rows, kind="label")
    assert [(one.code, hint(one)) for one in report.sample] == [("quote-not-found", None)] * 3


def test_typos():
    for name in ("qoute", "quot", "quotee", "Quote", "QUOTE ", "quite"):
        assert is_slip(name, "quote"), name
    for name in ("quote", "of", "o", "", "quotes_of", "text", "qtoue"):
        assert not is_slip(name, "quote"), name
    assert not is_slip("a", "b")


def test_a_default_that_is_not_a_kind():
    with pytest.raises(ki.UnknownNameError):
        ki.validate([], kind=["label", "mention"], defaults={"kind": "tranlation"})
    assert ki.validate([LABEL], defaults={"kind": "label"}).ok


def test_a_custom_kind_may_have_no_claim():
    class Remark(ki.Annotation):
        """A remark on the whole."""

        text: str

    row = Remark.of((), text="…", method="human", creator="I")
    assert (row.kind, row.release) == ("remark", "1.0.0")
    assert ki.validate([row], kind=Remark).summary == "1 row, no finding; 0 quotes"


@pytest.mark.parametrize("form", ["rows", "table", "file", "csv"])
@pytest.mark.parametrize("left_out", [{"ignore": ["unknown-field"]}, {"select": ["missing-field"]}])
def test_a_mistyped_field_is_missing_if_unknown_fields_are_not_reported(form, left_out, tmp_path):
    row = {"claimId": "d99-c99", "method": "model", "creator": "m", "scheme": "acme:s", "value": "v"}
    data = [row]
    if form == "table":
        data = pa.Table.from_pylist([row])
    elif form != "rows":
        data = tmp_path / f"rows.{'jsonl' if form == 'file' else 'csv'}"
        text = json.dumps(row) if form == "file" else f"{','.join(row)}\n{','.join(row.values())}"
        data.write_text(f"{text}\n")
    report = ki.validate(data, kind="label", **left_out)
    assert [(one.code, one.path) for one in report.sample] == [("missing-field", ("claim_id",))]
    assert (report.ok, report.invalid) == (False, 1)


def test_workers_and_progress_are_passed_on(tmp_path, monkeypatch):
    asked = []

    class Noted(execution.Engine):
        def __init__(self, check, workers=None):
            asked.append(workers)
            super().__init__(check, workers)

    monkeypatch.setattr(api, "Engine", Noted)
    path = tmp_path / "a.parquet"
    pq.write_table(pa.Table.from_pylist([LABEL]), path)
    states = []
    for workers in (None, 1, 2):
        report = ki.validate(path, kind="label", workers=workers, progress=states.append)
        assert (report.ok, report.rows) == (True, 1)
    assert asked == [None, 1, 2]
    assert {state.rows for state in states} >= {1}
    new = checks.Progress()
    assert (new.rows, new.invalid, new.bytes, new.size, new.file) == (0, 0, 0, 0, "")


def test_check_arguments_are_keyword_only():
    with pytest.raises(TypeError):
        checks.Check([], "label")


@pytest.mark.parametrize("workers", [None, 1])
def test_row_numbers_continue_across_batches(workers):
    good = {"claim_id": "d05-c02", "verdict": "mixed", "urls": [], "method": "human", "creator": "I"}
    batches = [
        pa.RecordBatch.from_pylist([good, good | {"verdict": last}]) for last in ("mixed", "mixed", "?")
    ]
    stream = pa.RecordBatchReader.from_batches(batches[0].schema, batches)
    report = ki.validate(stream, kind="verdict", workers=workers)
    assert [(one.code, one.row) for one in report.sample] == [("not-in-vocabulary", 5)]


def test_a_null_in_a_column_of_the_wrong_type_is_valid():
    good = {"claim_id": "d05-c02", "verdict": "mixed", "urls": [], "method": "human", "creator": "I"}
    table = pa.Table.from_pylist([good | {"confidence": given} for given in ("high", None, "low")])
    report = ki.validate(table, kind="verdict")
    assert [(one.code, one.row, one.path) for one in report.sample] == [("wrong-type", None, ("confidence",))]
    assert (report.rows, report.valid, report.invalid) == (3, 1, 2)


def test_max_findings_may_be_zero():
    report = ki.validate([{"claim_id": "d99-c01"}], kind="verdict", max_findings=0)
    assert (report.sample, report.invalid, report.ok) == ((), 1, False)
    assert ("unknown-claim", 1) in {(one.code, one.number) for one in report.counts}

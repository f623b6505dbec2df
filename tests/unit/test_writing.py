"""`write`: every format holds the given rows; a file is written completely or not at all."""

import csv
import errno
import gzip
import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kaiser_interview as ki
from kaiser_interview.records.models import KINDS
from kaiser_interview.validation.formats.coerce import typed

ODD = "a \"b\", 'c'; 语言𠮷🧠\u2028\u0085\tend\n\r\nlast\r=1+1 "
# Parquet does not keep the notation of an instant's fraction, so it has none here.
BY = {"method": "model", "creator": 'm, "n"', "created": "2026-01-31T12:00:00Z", "confidence": 0.1}
BY |= {"rationale": ODD}
IN = BY | {"language": "en"}
CLAIM, OTHER = ki.claim("d05-c03"), ki.claim("d01-c01")
REFERENCE = {"claim_id": "d05-c03", "quote": "推理模型不增加参数数量"}


VALUES = (ODD, "-1", "true", "null", "a\nb", "a\rb", "\r\n", "a\tb;c", "'", "\ufeffa")


class Stance(ki.Derived):
    """A custom kind with a field of every type."""

    stance: str
    sure: bool
    number: ki.Int32 | None = None
    share: float = 0.5
    weights: ki.Many[ki.Float32] = ()
    tags: ki.Many[str] = ()
    others: ki.Many[ki.Reference] = ()


# Values that float32 holds exactly, for Parquet.
MADE = {
    "translation": [
        ki.Translation.of(CLAIM, **REFERENCE, language="en", translation=ODD, **BY),
        ki.Translation.of(OTHER, language="zh-Hant", translation=" 1 ", method="human", creator="'"),
    ],
    "label": [ki.Label.of(CLAIM, scheme="acme:stance", value=value, **BY) for value in VALUES],
    "mention": [ki.Mention.of(CLAIM, quote="推理模型", name=ODD, type="model", **BY)],
    "relation": [ki.Relation.of(CLAIM, other_claim_id="d01-c01", relation="contrasts", **BY)],
    "question": [
        ki.Question.of([CLAIM, OTHER], question=ODD, answer="!", answerable=True, **IN),
        ki.Question.of([], references=[], question="?", answerable=False, **IN),
        ki.Question.of([CLAIM], references=[REFERENCE], question="?", answer=ODD, answerable=True, **IN),
    ],
    "verdict": [ki.Verdict.of(CLAIM, verdict="mixed", urls=urls, **BY) for urls in ([], ["a", ODD])],
    "embedding": [
        ki.Embedding.of(CLAIM, model="m", of=of, vector=[0.5, -1, 3.4028234663852886e38, 2**-149], **BY)
        for of in ("text", "text_en")
    ],
    "stance": [
        Stance.of(CLAIM, stance="for", sure=True, **BY),
        Stance.of(
            CLAIM, stance=ODD, sure=False, number=-5, share=0.1, weights=[0.25], tags=["a", ODD],
            others=[REFERENCE], **BY,
        ),
    ],
}  # fmt: skip
TABLES = {
    kind: ki.load(f"{kind}s")
    for kind in ("claim", "dialogue", "source", "translation", "label", "mention", "relation")
}
TEXTS = [".jsonl", ".ndjson", ".json", ".csv"]
NAMES = [f"rows{text}{compressed}" for text in TEXTS for compressed in ("", ".gz", ".zst")]
NAMES += ["rows.parquet", "v1.2 – 李.JSONL"]


def unpacked(path: Path) -> bytes:
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".zst":
        with pa.input_stream(str(path), compression="zstd") as file:
            return file.read()
    return path.read_bytes()


def rows_of(path: Path, model: type[ki.Record]) -> list[dict]:
    """Read a written file with other libraries than those that wrote it."""
    if path.suffix == ".parquet":
        return pq.read_table(path, page_checksum_verification=True).to_pylist()
    data = unpacked(path).decode()
    if ".csv" in path.name:
        cells = csv.DictReader(io.StringIO(data, newline=""), strict=True)
        return [typed(model)({name: cell for name, cell in row.items() if cell}) for row in cells]
    if ".json" in path.name.lower() and "jsonl" not in path.name.lower():
        return json.loads(data)
    return [json.loads(line) for line in data.removesuffix("\n").split("\n")]


def back(path: Path, model: type[ki.Record]) -> list[ki.Record]:
    return [
        model.model_validate({n: v for n, v in row.items() if v is not None}) for row in rows_of(path, model)
    ]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", MADE)
def test_written_files_load_back_equal_and_valid(tmp_path, kind, name):
    records, path = MADE[kind], tmp_path / name
    model = type(records[0])
    assert ki.write(records, path) == len(records)
    assert back(path, model) == records
    data = pq.read_table(path) if name.endswith(".parquet") else path
    report = ki.validate(data, kind=model)
    assert (report.rows, report.counts) == (len(records), ())
    assert [one.name for one in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json", "rows.csv", "rows.parquet"])
@pytest.mark.parametrize("kind", TABLES)
def test_the_shipped_tables_load_back_equal(tmp_path, kind, name):
    path = tmp_path / name
    assert ki.write(iter(TABLES[kind]), path) == len(TABLES[kind])
    if kind == "claim" and name == "rows.csv":
        # The first and the last claim have no context on one side; an empty cell is null.
        assert [row["claim_id"] for row in rows_of(path, ki.Claim)] == [one.claim_id for one in ki.load()]
        return
    assert back(path, KINDS[kind]) == [*TABLES[kind]]
    if kind not in {"claim", "dialogue", "source"}:
        data = pq.read_table(path) if name.endswith(".parquet") else path
        assert ki.validate(data, kind=kind).counts == ()


def test_nulls_are_left_out_of_json(tmp_path):
    row = ki.Label(claim_id="d01-c01", scheme="a:b", value="v", method="human", creator="我")
    given = {"creator": "我", "claim_id": "d01-c01", "value": None, "x_deep": {"a": None}, "x_n": 1.0}
    for name in ("a.jsonl", "a.json"):
        ki.write([row, given], tmp_path / name)
    lines = (tmp_path / "a.jsonl").read_text("utf-8")
    assert lines == (
        '{"method":"human","creator":"我","claim_id":"d01-c01","scheme":"a:b","value":"v"}\n'
        '{"creator": "我", "claim_id": "d01-c01", "x_deep": {"a": null}, "x_n": 1.0}\n'
    )
    assert (tmp_path / "a.json").read_text("utf-8") == f"[\n{lines.replace(chr(10), f',{chr(10)}', 1)}]\n"


def test_csv_has_a_header_and_alters_no_cell(tmp_path):
    given = [{"a": "=1+1", "b": None, "c": [1, "x"]}, {"c": True, "a": "-x"}, {"a": 0.1, "b": "a,b"}]
    assert ki.write(given, tmp_path / "a.csv") == 3
    assert (tmp_path / "a.csv").read_bytes() == b'a,b,c\n=1+1,,"[1, ""x""]"\n-x,,true\n0.1,"a,b",\n'
    assert ki.write([], tmp_path / "a.csv") == 0
    assert (tmp_path / "a.csv").read_bytes() == b""


def test_parquet_has_the_schema_of_the_kind(tmp_path):
    for kind, records in MADE.items():
        ki.write(records, tmp_path / "a.parquet")
        assert pq.read_schema(tmp_path / "a.parquet") == ki.arrow_schema(type(records[0])), kind


def test_compressed_output_is_the_same_each_time(tmp_path):
    for name in ("a.jsonl.gz", "a.csv.zst", "a.parquet", "a.JSON.GZ", "a.csv.Zst"):
        written = []
        for _ in range(2):
            ki.write(MADE["label"], tmp_path / name)
            written.append((tmp_path / name).read_bytes())
        assert written[0] == written[1]
        assert written[0].startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1")), name


def test_no_rows_make_a_complete_file(tmp_path):
    for name, data in (("a.jsonl", b""), ("a.json", b"[]\n"), ("a.csv", b"")):
        assert ki.write(iter(()), tmp_path / name) == 0
        assert (tmp_path / name).read_bytes() == data


@pytest.mark.parametrize(
    ("name", "got"),
    [
        ("a.txt", ".txt"), ("a", "no extension"), ("a.gz", ".gz"), ("a.jsonl.bz2", ".bz2"),
        ("a.parquet.gz", ".gz"), ("jsonl", "no extension"), (".jsonl", "no extension"),
        ("a.xlsx.zst", ".zst"),
    ],
)  # fmt: skip
def test_a_name_without_a_known_extension(tmp_path, name, got):
    with pytest.raises(ki.InputError) as caught:
        ki.write(MADE["label"], tmp_path / name)
    assert str(caught.value) == f"{name}: expected .jsonl, .json, .csv, .parquet or .arrow, got {got}"
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow"])
@pytest.mark.parametrize(
    "records", [[], [*MADE["label"], *MADE["verdict"]], [{"claim_id": "d01-c01"}], [*MADE["label"], {}]]
)
def test_columnar_files_need_a_kind(tmp_path, records, name):
    with pytest.raises(ki.InputError) as caught:
        ki.write(records, tmp_path / name)
    expected = 'expected records of one kind, or the option kind for mappings, as in kind="translation"'
    assert str(caught.value) == f"{name}: {expected}"
    with pytest.raises(ki.UnknownNameError, match="did you mean label"):
        ki.write(records, tmp_path / name, kind="labels")
    assert [*tmp_path.iterdir()] == []


def test_mappings_are_written_by_their_kind(tmp_path):
    rows = [{"claim_id": "d01-c01", "created": "2026-01-31T12:00:00Z", "x_n": 1}, MADE["label"][0]]
    ki.write(rows, tmp_path / "a.parquet", kind="label")
    schema = pq.read_schema(tmp_path / "a.parquet")
    assert schema.names == [*ki.arrow_schema("label").names, "x_n"]
    # A required field that a row does not have is null, for `validate` to report.
    assert (schema.field("creator").nullable, schema.field("claim_id").nullable) == (True, False)
    assert ki.validate(tmp_path / "a.parquet", kind="label", in_process=True).invalid == 1
    assert ki.write([], tmp_path / "none.parquet", kind="label") == 0
    assert pq.read_table(tmp_path / "none.parquet") == ki.arrow_schema("label").empty_table()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"quote_start": "5"}, "quote_start: expected int32, got a value of str"),
        ({"quote_start": 2**31}, "quote_start: "),
        ({"created": "noon"}, "created: Invalid isoformat string: 'noon'"),
        ({"creator": "\ud800"}, "creator: "),
        ({"x_a": ["\ud800"]}, "x_a: "),
    ],
)
def test_a_value_that_does_not_fit_a_column(tmp_path, row, message):
    (tmp_path / "a.parquet").write_bytes(b"old\n")
    with pytest.raises(ki.InputError) as caught:
        ki.write([row], tmp_path / "a.parquet", kind="label")
    assert str(caught.value).startswith(f"a.parquet: {message}")
    assert str(caught.value).endswith("; `validate` reports such rows")
    assert (tmp_path / "a.parquet").read_bytes() == b"old\n"


def test_a_record_of_another_kind(tmp_path):
    with pytest.raises(ki.InputError) as caught:
        ki.write(MADE["verdict"], tmp_path / "a.parquet", kind="label")
    assert str(caught.value) == "a.parquet: expected rows of kind label, got a record of Verdict"


def test_csv_has_the_columns_of_all_rows(tmp_path):
    assert ki.write([{"a": 1, "b": 2}, {"b": 2, "c": 3}], tmp_path / "a.csv") == 2
    assert (tmp_path / "a.csv").read_bytes() == b"a,b,c\n1,2,\n,2,3\n"
    ki.write([*MADE["label"][:1], *MADE["verdict"][:1]], tmp_path / "a.csv")
    header, *_ = (tmp_path / "a.csv").read_text("utf-8").splitlines()
    assert header.split(",") == [*ki.Label.model_fields, "verdict", "urls"]
    ki.write([{"created": datetime(2026, 1, 31, tzinfo=UTC)}], tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == b"created\n2026-01-31T00:00:00Z\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\0b", "CSV cannot hold the character U+0000; write JSON Lines"),
        ("\ud800", "expected text without lone surrogates, got some"),
    ],
)
def test_text_that_csv_cannot_represent(tmp_path, text, message):
    for row in ({"a": text}, {text: "a"}):
        with pytest.raises(ki.InputError) as caught:
            ki.write([row], tmp_path / "a.csv")
        assert str(caught.value) == f"a.csv: {message}"
    assert [*tmp_path.iterdir()] == []


class Foreign:
    """An object that no format can represent."""

    def __repr__(self) -> str:
        return "foreign"


@pytest.mark.parametrize(
    ("value", "text"), [(float("nan"), "NaN"), ("\ud800", '"\\ud800"'), (Foreign(), '"foreign"')]
)
def test_invalid_values_are_not_lost(tmp_path, value, text):
    record = MADE["label"][0].model_copy(update={"x_a": value})
    for row in (record, record.model_dump(exclude_none=True)):
        ki.write([row], tmp_path / "a.jsonl")
        assert f'"x_a":{text}}}' in (tmp_path / "a.jsonl").read_text("utf-8").replace(": ", ":")
        if value != "\ud800":
            ki.write([row], tmp_path / "a.csv")
            (found,) = rows_of(tmp_path / "a.csv", ki.Label)
            assert found["x_a"] == text.strip('"')


def test_a_row_that_contains_itself(tmp_path):
    row: dict[str, object] = {"claim_id": "d01-c01"}
    row["x_a"] = [row]
    with pytest.raises(ki.InputError, match=r"a\.parquet: maximum recursion depth"):
        ki.write([row], tmp_path / "a.parquet", kind="label")


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_records_or_mappings(tmp_path, name):
    for rows, got in (([1], "int"), ("ab", "str"), ([None], "NoneType")):
        with pytest.raises(ki.InputError) as caught:
            ki.write(rows, tmp_path / name, kind="label")
        assert str(caught.value) == f"rows: expected records or mappings, got {got}"
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("name", NAMES)
def test_an_interrupted_write_leaves_the_old_file(tmp_path, name):
    def broken(error: BaseException):
        yield from MADE["label"] * 500
        raise error

    (tmp_path / name).write_bytes(b"old\n")
    for error in (LookupError("the data's own"), KeyboardInterrupt()):
        with pytest.raises(type(error)):
            ki.write(broken(error), tmp_path / name)
        assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(name, b"old\n")]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv.gz", "a.json.zst", "a.parquet"])
@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_writing_that_fails_leaves_the_old_file(tmp_path, monkeypatch, name, failing):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / name).write_bytes(b"old\n")
    monkeypatch.setattr(os, failing, full)
    with pytest.raises(OSError, match="No space left on device"):
        ki.write(MADE["label"], tmp_path / name)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(name, b"old\n")]


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(FileNotFoundError):
        ki.write(MADE["label"], tmp_path / "none" / "a.jsonl")
    (tmp_path / "a.jsonl").mkdir()
    with pytest.raises(IsADirectoryError) as caught:
        ki.write(MADE["label"], tmp_path / "a.jsonl")
    assert caught.value.filename == str(tmp_path / "a.jsonl")
    assert [one.name for one in tmp_path.iterdir()] == ["a.jsonl"]


def test_a_path_may_be_text(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ki.write(MADE["label"], "a.jsonl") == len(VALUES)
    assert back(Path("a.jsonl"), ki.Label) == MADE["label"]

"""`read`, `read_table` and `read_dataset` return the rows that `validate` accepts; `write` writes them."""

import gzip
import io
import json
import pickle
import subprocess
import sys
from datetime import UTC, datetime

import datasets
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Features, List, Value

import kaiser_interview as ki

BY = {"method": "model", "creator": "m"}
IN = BY | {"language": "en", "created": "2026-01-31T12:00:00Z", "confidence": 0.5}
QUOTED = {"claim_id": "d05-c03", "quote": "推理模型不增加参数数量", "quote_start": 1072, "quote_end": 1083}


class Stance(ki.Derived):
    """A custom kind without lists."""

    stance: str
    number: ki.Int32 | None = None


class Grounds(ki.Annotation):
    """A custom kind with records in records."""

    class Ground(ki.Record):
        """Why."""

        weight: float
        of: ki.Reference

    grounds: ki.Many[Ground]
    best: ki.Reference | None = None
    tags: ki.Many[str] = ()


ROWS = {
    "translation": QUOTED | IN | {"translation": "…", "rationale": 'a\n"b",语🧠\u2028 '},
    "label": QUOTED | BY | {"scheme": "acme:stance", "value": "=1+1"},
    "mention": QUOTED | BY | {"name": "reasoning models", "type": "model"},
    "relation": QUOTED | BY | {"other_claim_id": "d01-c01", "relation": "contrasts"},
    "question": IN
    | {"references": [QUOTED, {"claim_id": "d01-c01"}], "question": "?", "answer": "!", "answerable": True},
    "verdict": QUOTED | BY | {"verdict": "mixed", "urls": ["a", "b"]},
    "embedding": QUOTED | BY | {"model": "m", "of": "text", "vector": [0.5, -1, 2**-149]},
    Stance: QUOTED | BY | {"stance": "for", "number": -5},
    Grounds: BY | {"grounds": [{"weight": 0.5, "of": QUOTED}], "best": QUOTED, "tags": ["a", "é"]},
}  # fmt: skip
OTHERS = {
    "x_text": ["a", "1"],
    "x_integer": [1, 2**53 + 1],
    "x_float": [0.5, 2],
    "x_boolean": [True, None],
    "x_null": [None, None],
    "x_list": [["a", None], []],
    "x_object": [{"a": 1, "b": ["c"]}, {"a": 2, "b": []}],
    "x_instant": [datetime(2026, 1, 31, tzinfo=UTC)] * 2,
}
COLUMNAR = [".parquet", ".arrow", ".feather", ".ipc", ".arrows"]
TEXT = [".jsonl", ".ndjson", ".json", ".csv"]
SUFFIXES = [*TEXT, ".jsonl.gz", ".json.zst", ".csv.gz", *COLUMNAR]
each_kind = pytest.mark.parametrize(
    "kind", ROWS, ids=lambda kind: kind if isinstance(kind, str) else kind.__name__
)


def rows_of(kind, others=OTHERS) -> list[dict]:
    """Return two rows of a kind with other fields of several types."""
    return [ROWS[kind] | {name: values[at] for name, values in others.items()} for at in range(2)]


def records_of(kind, rows) -> list[ki.Record]:
    """Return rows as records, made without the functions that are tested."""
    model = {"translation": ki.Translation, "label": ki.Label, "mention": ki.Mention, "relation": ki.Relation}
    model |= {"question": ki.Question, "verdict": ki.Verdict, "embedding": ki.Embedding}
    given = [{name: value for name, value in row.items() if value is not None} for row in rows]
    return [model.get(kind, kind).model_validate(one) for one in given]


def as_in_csv(row: dict) -> dict:
    """Return a row as CSV holds it: fields that no kind defines are text."""
    cells = {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        for name, value in row.items()
        if name in OTHERS and value is not None
    }
    cells |= {"x_instant": "2026-01-31T00:00:00Z"} if "x_instant" in cells else {}
    return {name: value for name, value in row.items() if name not in OTHERS} | cells


@pytest.mark.parametrize("suffix", SUFFIXES)
@each_kind
def test_written_data_is_read_back(tmp_path, kind, suffix):
    rows, path = rows_of(kind), tmp_path / f"rows{suffix}"
    assert ki.write(rows, path, kind=kind) == 2
    assert ki.validate(path, kind=kind, in_process=True).ok
    expected = [as_in_csv(row) for row in rows] if ".csv" in suffix else rows
    if ".json" in suffix or suffix == ".ndjson":
        expected = [row | {"x_instant": "2026-01-31T00:00:00Z"} for row in rows]
    with ki.Validator(kind, in_process=True) as validator:
        records = validator.read(path)
        assert records == records_of(kind, expected)
        table = validator.read_table(path)
        table.validate(full=True)
        dataset = validator.read_dataset(path)
        for data in (table, dataset, records):
            assert validator.read(data) == records
        again = tmp_path / f"again{suffix}"
        for data in (records, table, dataset):
            assert ki.write(data, again, kind=kind) == 2
            assert validator.read(again) == records


@each_kind
def test_a_table_has_the_schema_of_the_kind_and_the_other_columns(kind):
    table, schema = ki.read_table(rows_of(kind), kind=kind), ki.arrow_schema(kind)
    assert pa.schema([*table.schema][: len(schema)]) == schema
    assert {field.name: field.type for field in [*table.schema][len(schema) :]} == {
        "x_text": pa.string(),
        "x_integer": pa.int64(),
        "x_float": pa.float64(),
        "x_boolean": pa.bool_(),
        "x_null": pa.null(),
        "x_list": pa.list_(pa.string()),
        "x_object": pa.struct([("a", pa.int64()), ("b", pa.list_(pa.string()))]),
        "x_instant": pa.timestamp("us", "UTC"),
    }
    for name, values in OTHERS.items():
        assert table.column(name).to_pylist() == values
    dataset = ki.read_dataset(rows_of(kind), kind=kind)
    features = ki.features(kind)
    assert {name: dataset.features[name] for name in features} == features
    assert dataset.features["x_list"] == List(Value("string"))
    assert dataset.cache_files == []


@pytest.mark.parametrize(
    ("builder", "suffix"), [("json", ".jsonl"), ("json", ".json"), ("parquet", ".parquet")]
)
@each_kind
def test_datasets_loads_written_data(tmp_path, kind, builder, suffix):
    others = {name: OTHERS[name] for name in ("x_text", "x_integer", "x_boolean", "x_list")}
    others["x_float"] = [0.5, 2.0]
    rows, path = rows_of(kind, others), tmp_path / f"rows{suffix}"
    ki.write(rows, path, kind=kind)
    features = Features(
        {
            **ki.features(kind),
            "x_text": Value("string"),
            "x_integer": Value("int64"),
            "x_boolean": Value("bool"),
            "x_list": List(Value("string")),
            "x_float": Value("float64"),
        }
    )
    dataset = datasets.load_dataset(
        builder, data_files=str(path), features=features, split="train", cache_dir=str(tmp_path / "cache")
    )
    assert ki.read(dataset, kind=kind) == records_of(kind, rows)
    assert ki.read_dataset(path, kind=kind, in_process=True).features == features


@pytest.mark.parametrize("suffix", [".jsonl", ".json.gz", ".parquet", ".arrows"])
@pytest.mark.parametrize("table", ki.tables())
def test_the_shipped_tables_are_read_back(tmp_path, table, suffix):
    records, path, kind = [*ki.load(table)], tmp_path / f"rows{suffix}", table.removesuffix("s")
    ki.write([one.model_copy(update={"x_n": 1}) for one in records], path)
    with ki.Validator(kind, in_process=True) as validator:
        found = validator.read(path)
        assert [one.model_extra for one in found] == [{"x_n": 1}] * len(records)
        assert [type(one).model_validate(one.model_dump(exclude={"x_n"})) for one in found] == records
        assert validator.read_table(path).drop_columns("x_n").equals(ki.load_table(table))


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_defaults_and_columns_of_the_claim(tmp_path, suffix):
    row = {"claim_id": "d05-c03", "scheme": "acme:stance", "value": "for", "position": 3, "x_n": "a"}
    other = row | {"creator": "me", "confidence": 1}
    defaults = BY | {"confidence": 0.5, "created": datetime(2026, 1, 31, tzinfo=UTC)}
    path = tmp_path / f"rows{suffix}"
    ki.write([row, other], path, kind="label")
    with ki.Validator("label", defaults=defaults, in_process=True) as validator:
        first, second = validator.read(path)
        assert (first.creator, first.confidence, second.creator, second.confidence) == ("m", 0.5, "me", 1)
        assert first.created == "2026-01-31T00:00:00Z"
        assert first.model_extra == {"x_n": "a"}  # position is the claim's
        table = validator.read_table(path)
    assert table.column("creator").to_pylist() == ["m", "me"]
    assert table.column("created").to_pylist() == [datetime(2026, 1, 31, tzinfo=UTC)] * 2
    assert table.column("confidence").to_pylist() == [0.5, 1.0]
    assert [str(one) for one in table.column("position").to_pylist()] == ["3", "3"]
    assert table.schema.field("creator") == ki.arrow_schema("label").field("creator")


def test_unknown_fields_are_in_the_table_but_not_in_records():
    row = ROWS["label"] | {"season": "spring"}
    assert ki.read([row], kind="label", extra="allow") == records_of("label", [ROWS["label"]])
    assert ki.read_table([row], kind="label", extra="allow").column("season").to_pylist() == ["spring"]
    with pytest.raises(ki.InvalidDataError):
        ki.read([row], kind="label")


def test_tables_of_other_engines():
    rows = [ROWS["verdict"] | {"x_n": number} for number in range(2)]
    records = records_of("verdict", rows)
    table = pa.Table.from_pylist(rows)
    frame = pd.DataFrame(rows, index=["a", "b"])
    for data in (
        table,
        frame,
        table.to_reader(),
        iter(rows),
        datasets.Dataset.from_list(rows),
    ):
        assert ki.read(data, kind="verdict") == records
    for data in (table, frame, datasets.Dataset.from_list(rows)):
        found = ki.read_table(data, kind="verdict")
        assert found.column("x_n").to_pylist() == [0, 1]
        assert found.schema.field("x_n").type == pa.int64()
        found.validate(full=True)
    stream = datasets.Dataset.from_list(rows).to_iterable_dataset()
    assert ki.read_table(stream, kind="verdict") == ki.read_table(table, kind="verdict")


def test_a_column_of_a_table_keeps_its_type():
    codes = pa.array(["a", "b"]).dictionary_encode()
    table = pa.Table.from_pylist([ROWS["label"]] * 2).append_column("x_small", pa.array([1, 2], pa.int8()))
    table = table.append_column("x_codes", codes).append_column("x_day", pa.array([1, None], pa.date32()))
    found = ki.read_table(table, kind="label")
    assert found.schema.field("x_small").type == pa.int8()
    assert found.schema.field("x_codes").type == pa.string()
    assert found.schema.field("x_day").type == pa.date32()


def test_values_that_engines_write_in_other_types():
    columns = {
        "quote_start": pa.array([1072.0, None]),
        "quote_end": pa.array([1083, None], pa.decimal128(9, 2)),
        "created": pa.array(["2026-01-31T12:00:00Z", None]).dictionary_encode(),
        "confidence": pa.array([1, 0], pa.int8()),
        "claim_id": pa.array(["d05-c03", "d01-c01"], pa.large_string()),
    }
    fixed = {name: [ROWS["label"][name]] * 2 for name in ("scheme", "value", "method", "creator")}
    table = pa.table({**fixed, **columns, "quote": [QUOTED["quote"], None]})
    found = ki.read_table(table, kind="label")
    assert found.schema == ki.arrow_schema("label")
    assert found.column("quote_start").to_pylist() == [1072, None]
    assert found.column("created").to_pylist() == [datetime(2026, 1, 31, 12, tzinfo=UTC), None]
    assert ki.read(found, kind="label") == ki.read(table, kind="label")


class Large(ki.Derived):
    """A custom kind with numbers that a double cannot represent exactly."""

    size: float
    count: int = 0


def test_a_value_that_arrow_cannot_cast_is_converted_as_by_the_model():
    row = {"claim_id": "d05-c03", "size": 2**53 + 1} | BY
    table = pa.Table.from_pylist([row, row | {"creator": None}])
    found = ki.read_table(table, kind=Large, defaults={"creator": "you"})
    assert found.column("size").to_pylist() == [float(2**53 + 1)] * 2
    assert found.column("creator").to_pylist() == ["m", "you"]


def test_a_value_that_arrow_cannot_hold():
    row = {"claim_id": "d05-c03", "size": 1, "count": 2**63} | BY
    assert ki.read([row], kind=Large)[0].count == 2**63
    with pytest.raises(ki.InputError, match="count: expected values that fit in int64, got others: "):
        ki.read_table([row], kind=Large)


def test_files_whose_columns_differ(tmp_path):
    first, second = ROWS["label"] | {"x_n": 1, "x_a": "a"}, ROWS["label"] | {"x_n": "b", "x_b": [1]}
    ki.write([first], tmp_path / "a.parquet", kind="label")
    ki.write([second], tmp_path / "b.parquet", kind="label")
    ki.write([first], tmp_path / "c.jsonl")
    pq.write_table(pa.Table.from_pylist([ROWS["label"] | {"x_a": None}]), tmp_path / "d.parquet")
    table = ki.read_table(tmp_path, kind="label", in_process=True)
    assert table.column("x_n").to_pylist() == ["1", '"b"', "1", None]
    assert table.column("x_a").to_pylist() == ["a", None, "a", None]
    assert table.column("x_b").to_pylist() == [None, [1], None, None]
    assert table.schema.field("x_a").type == pa.string()


def test_other_fields_within_records(tmp_path):
    rows = [
        ROWS["question"] | {"references": [QUOTED | {"x_why": "a"}, {"claim_id": "d01-c01"}]},
        ROWS["question"],
        ROWS["question"] | {"references": [QUOTED | {"x_rank": 1}]},
    ]
    records = ki.read(rows, kind="question")
    assert [one.model_extra for one in records[0].references] == [{"x_why": "a"}, {}]
    for suffix in (".jsonl", ".parquet", ".csv"):
        path = tmp_path / f"rows{suffix}"
        ki.write(rows, path, kind="question")
        table = ki.read_table(path, kind="question", in_process=True)
        found = table.column("references").to_pylist()
        assert (found[0][0]["x_why"], found[0][1]["x_why"], found[2][0]["x_rank"]) == ("a", None, 1)
        again = ki.read(path, kind="question", in_process=True)
        assert [one.references[0].model_extra.get("x_why") for one in again] == ["a", None, None]
    ki.write(rows[:1], tmp_path / "one.parquet", kind="question")
    ki.write(rows[1:2], tmp_path / "two.jsonl")
    both = ki.read_table([tmp_path / "one.parquet", tmp_path / "two.jsonl"], kind="question", in_process=True)
    assert both.column("references").to_pylist()[0][0]["x_why"] == "a"


def test_defaults_with_fields_that_the_rows_do_not_have():
    defaults = {"references": [QUOTED | {"x_why": "a"}]}
    row = {name: value for name, value in ROWS["question"].items() if name != "references"}
    data = pa.Table.from_pylist([ROWS["question"], row])
    table = ki.read_table(data, kind="question", defaults=defaults)
    assert [one[0].get("x_why") for one in table.column("references").to_pylist()] == [None, "a"]


def test_a_type_that_datasets_does_not_have_is_json_text():
    column = pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64()))
    table = pa.Table.from_pylist([ROWS["label"]] * 2).append_column("x_map", column)
    found = ki.read_dataset(table, kind="label")
    assert found.features["x_map"] == Value("string")
    assert [json.loads(one) if one else one for one in found["x_map"]] == [[["a", 1]], None]


def test_rows_of_several_kinds(tmp_path):
    rows = [ROWS["label"] | {"kind": "label"}, ROWS["verdict"] | {"kind": "verdict"}]
    found = ki.read(rows)
    assert [type(one) for one in found] == [ki.Label, ki.Verdict]
    ki.write(rows, tmp_path / "rows.jsonl")
    assert ki.read(tmp_path / "rows.jsonl", kind=["label", "verdict"]) == found
    schema = pa.unify_schemas([ki.arrow_schema("label"), ki.arrow_schema("verdict")])
    schema = pa.schema([pa.field(field.name, field.type) for field in schema])
    message = (
        "rows: expected one kind for a table, got label and verdict; read each kind by itself, or use `read`"
    )
    for data in (rows, pa.Table.from_pylist([dict.fromkeys(rows[1]) | rows[0], rows[1]], schema)):
        with pytest.raises(ki.InputError, match=message):
            ki.read_table(data)
    assert ki.read_table(rows[:1]).schema == ki.read_table(rows[:1], kind="label").schema
    one = pa.Table.from_pylist(rows[:1])
    assert ki.read_table(one) == ki.read_table(rows[:1])
    assert ki.read_table(one.drop_columns("kind"), defaults={"kind": "label"}) == ki.read_table(one)
    unnamed = pa.Table.from_pylist([*rows[:1], ROWS["label"]])
    assert ki.read_table(unnamed, defaults={"kind": "label"}).column("kind").to_pylist() == ["label"] * 2
    # Columns of other kinds, which are empty.
    wide = one.append_column("verdict", pa.nulls(1, pa.string()))
    assert ki.read_table(wide) == ki.read_table(one)


def test_records_are_read_unchanged():
    records = records_of("question", [ROWS["question"] | {"x_n": 1}])
    assert ki.read(records, kind="question") == records
    assert ki.read(records) == records
    assert ki.read_table(records) == ki.read_table(records, kind="question")
    table = ki.read_table(records, kind="question")
    assert ki.read(table, kind="question") == records
    mixed = [ROWS["question"] | {"references": records[0].references}]
    assert ki.read_table(mixed, kind="question").column("references") == table.column("references")


def test_invalid_table_names(tmp_path):
    row = ROWS["label"] | {"x_\0": 1}
    (record,) = ki.read([row], kind="label")
    assert record.model_extra == {"x_\0": 1}
    with pytest.raises(ki.InputError, match=r"columns: expected names without U\+0000, got x_"):
        ki.read_table([row], kind="label")
    with pytest.raises(ki.InputError, match=r"a.parquet: x_\\u0000: expected a name without U\+0000"):
        ki.write([row], tmp_path / "a.parquet", kind="label")


def test_arrays_in_rows(tmp_path):
    row = ROWS["embedding"] | {"vector": np.array([0.5, 1.0]), "x_scores": np.array([1, 2])}
    (record,) = ki.read([row], kind="embedding")
    assert (record.vector, record.x_scores) == ((0.5, 1.0), [1, 2])
    table = ki.read_table([row], kind="embedding")
    assert table.column("x_scores").to_pylist() == [[1, 2]]
    ki.write([row], tmp_path / "rows.parquet", kind="embedding")
    assert pq.read_table(tmp_path / "rows.parquet") == table


def test_fields_of_the_folders_of_a_file(tmp_path):
    row = {name: value for name, value in ROWS["translation"].items() if name != "language"}
    for language in ("en", "de"):
        folder = tmp_path / f"language={language}"
        folder.mkdir()
        ki.write([row], folder / "rows.jsonl")
        pq.write_table(pa.Table.from_pylist([row]), folder / "rows.parquet")
    found = ki.read(tmp_path, kind="translation", in_process=True)
    assert [one.language for one in found] == ["de", "de", "en", "en"]
    table = ki.read_table(tmp_path, kind="translation", in_process=True)
    assert table.column("language").to_pylist() == ["de", "de", "en", "en"]


@pytest.mark.parametrize("function", [ki.read, ki.read_table, ki.read_dataset])
def test_invalid_data_raises_with_the_report(function, tmp_path):
    rows = [ROWS["label"], ROWS["label"] | {"claim_id": "d99-c01"}, {"claim_id": "d01-c01"}]
    report = ki.validate(rows, kind="label")
    ki.write(rows, tmp_path / "rows.jsonl")
    ki.write(rows[:2], tmp_path / "rows.parquet", kind="label")
    (tmp_path / "none.jsonl").write_bytes(b"")
    with pytest.raises(ki.InvalidDataError) as caught:
        function(rows, kind="label")
    assert caught.value.report == report
    assert str(caught.value) == "\n".join([report.summary, *(f"  {one}" for one in report.sample[:5])])
    assert pickle.loads(pickle.dumps(caught.value)).report.counts == report.counts
    for path in ("rows.jsonl", "rows.parquet", "none.jsonl", "missing.jsonl"):
        with pytest.raises(ki.InvalidDataError) as caught:
            function(str(tmp_path / path), kind="label", in_process=True)
        assert caught.value.report.counts
    broken = pa.array([b"\xff"], pa.binary()).view(pa.string())
    table = pa.Table.from_pylist([ROWS["label"]]).append_column("x_text", broken)
    with pytest.raises(ki.InvalidDataError, match="not-utf8"):
        function(table, kind="label")
    with pytest.raises(ki.UnknownNameError, match="did you mean label"):
        function(rows, kind="labels")


def test_findings_about_the_schema_cannot_be_ignored():
    with pytest.raises(ki.InputError) as caught:
        ki.read([ROWS["label"]], kind="label", ignore=["bad-format"])
    assert str(caught.value) == (
        "select and ignore: expected all codes about the schema, got options that leave out bad-format; "
        "rows that do not match their schema cannot become records"
    )
    with pytest.raises(ki.InputError, match="leave out bad-format, bad-length, "):
        ki.read_table([ROWS["label"]], kind="label", select=["unknown-claim"])
    row = ROWS["label"] | {"claim_id": "d99-c01"}
    assert ki.read([row], kind="label", ignore=["unknown-claim", "quote-not-found"])[0].claim_id == "d99-c01"


def test_a_custom_kind_that_allows_no_other_field():
    class Closed(ki.Derived, extra="forbid"):
        """A custom kind."""

    row = {"claim_id": "d05-c03", "x_n": 1} | BY
    assert ki.read([row], kind=Closed) == [Closed.model_validate({"claim_id": "d05-c03"} | BY)]
    assert ki.read_table([row], kind=Closed).column("x_n").to_pylist() == [1]


def test_a_custom_corpus_and_a_closed_validator():
    row = ROWS["label"]
    assert ki.read([row], kind="label", against=ki.data_path())[0].value == "=1+1"
    validator = ki.Validator("label")
    validator.close()
    for read in (validator.read, validator.read_table, validator.read_dataset):
        with pytest.raises(RuntimeError, match="closed"):
            read([row])


def test_a_pipe_is_read_once(tmp_path):
    lines = "".join(json.dumps(ROWS["label"] | {"id": str(at)}) + "\n" for at in range(200))
    code = "import kaiser_interview as ki; print(len(ki.read('-', kind='label')))"
    run = subprocess.run([sys.executable, "-c", code], input=lines.encode(), capture_output=True, check=True)
    assert run.stdout == b"200\n"
    (tmp_path / "rows.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    assert ki.read_table(tmp_path / "rows.jsonl.gz", kind="label").num_rows == 200


def test_many_rows_are_read_in_order(tmp_path):
    rows = [ROWS["label"] | {"id": f"r{at}", "x_n": at} for at in range(20_000)]
    for suffix in (".jsonl", ".json", ".csv", ".parquet"):
        path = tmp_path / f"rows{suffix}"
        ki.write(rows, path, kind="label")
        table = ki.read_table(path, kind="label", in_process=True)
        assert table.column("id").to_pylist() == [row["id"] for row in rows]
        assert [int(one) for one in table.column("x_n").to_pylist()] == [row["x_n"] for row in rows]
    assert [one.id for one in ki.read(tmp_path / "rows.json", kind="label")] == [row["id"] for row in rows]


def test_reading_a_file_does_not_import_pandas(tmp_path):
    ki.write([ROWS["question"] | {"x_n": [1]}], tmp_path / "rows.jsonl")
    ki.write([ROWS["question"] | {"x_n": [1]}], tmp_path / "rows.parquet", kind="question")
    code = (
        "import sys, kaiser_interview as ki\n"
        "for path in sys.argv[1:]:\n"
        "    assert ki.read_table(path, kind='question').num_rows == 1\n"
        "assert ki.read(sys.argv[1], kind='question')\n"
        "assert 'pandas' not in sys.modules"
    )
    paths = [str(tmp_path / "rows.jsonl"), str(tmp_path / "rows.parquet")]
    subprocess.run([sys.executable, "-c", code, *paths], check=True)


def test_datasets_may_be_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(
        ki.MissingDependencyError, match=r"read_dataset: needs datasets; .*kaiser-interview\[hf\]"
    ):
        ki.read_dataset([ROWS["label"]], kind="label")


def test_a_stream_of_arrow_is_written_to_another_format(tmp_path):
    sink = io.BytesIO()
    table = ki.read_table([ROWS["label"] | {"x_n": 1}], kind="label")
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    ki.write(pa.ipc.open_stream(sink.getvalue()), tmp_path / "rows.jsonl")
    assert ki.read_table(tmp_path / "rows.jsonl", kind="label") == table

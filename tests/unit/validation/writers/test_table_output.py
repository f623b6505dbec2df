"""Split and fix of tables: every row in one output, of the input's form, types and values."""

import decimal
import json
from datetime import UTC, datetime

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from workers import within

import kaiser_interview as ki
from kaiser_interview.errors import InputError
from kaiser_interview.validation.writers import tables

BY = {"method": "human", "creator": "me"}
GOOD = {"claim_id": "d01-c01", "scheme": "acme:stance", "value": "赞成"} | BY
BAD = GOOD | {"claim_id": "d99-c01"}
CLAIM = ki.claim("d01-c01")
FORMS = ["parquet", "arrow", "arrows"]


@pytest.fixture(autouse=True)
def near(monkeypatch):
    """Start no process."""
    within(monkeypatch)


def write(path, table: pa.Table) -> None:
    if path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=3)
        return
    with (pa.ipc.new_file if path.suffix == ".arrow" else pa.ipc.new_stream)(path, table.schema) as writer:
        writer.write_table(table, 3)


def read(path) -> pa.Table:
    if path.suffix == ".parquet":
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            table = file.read()
    else:
        with (pa.ipc.open_file if path.suffix == ".arrow" else pa.ipc.open_stream)(
            path.read_bytes()
        ) as reader:
            table = reader.read_all()
    table.validate(full=True)
    return table


@pytest.fixture
def put(tmp_path):
    """Return a function that splits data, labels by default."""

    def call(data, suffix: str, **options):
        ok, no = tmp_path / f"ok.{suffix}", tmp_path / f"no.{suffix}"
        report = ki.split(data, valid=ok, rejects=no, **({"kind": "label"} | options)).report
        return report, read(ok), read(no)

    return call


def made(rows: list[dict]) -> pa.Table:
    """Return a table with columns of many types."""
    count = len(rows)
    table = pa.Table.from_pylist(rows)
    more = {
        "x_number": pa.array([1 << 40] * count, pa.int64()),
        "x_small": pa.array([None, *range(count - 1)], pa.int8()),
        "x_float": pa.array([0.1] * count, pa.float32()),
        "x_decimal": pa.array([decimal.Decimal("1.50")] * count, pa.decimal128(9, 2)),
        "x_time": pa.array([datetime(2026, 1, 31, tzinfo=UTC)] * count, pa.timestamp("ms", "UTC")),
        "x_bytes": pa.array([b"\xff"] * count),
        "x_list": pa.array([[1, None], None, []] * count, pa.list_(pa.int16()))[:count],
        "x_record": pa.array([{"a": "语", "b": [{"c": 1}]}] * count),
        "x_large": pa.array(["a"] * count, pa.large_string()),
        "x_map": pa.array([[("a", 1)]] * count, pa.map_(pa.string(), pa.int32())),
        "x_true": pa.array([True] * count),
        "x_null": pa.nulls(count),
    }
    for name, column in more.items():
        table = table.append_column(name, column)
    return table.replace_schema_metadata({"a": "b"})


# Split


@pytest.mark.parametrize("suffix", FORMS)
def test_rows_of_a_file_keep_their_values_and_types(tmp_path, put, suffix):
    rows = [(BAD if number % 3 == 1 else GOOD) | {"id": f"r{number}"} for number in range(10)]
    table = made(rows)
    write(tmp_path / f"in.{suffix}", table)
    report, ok, no = put(tmp_path / f"in.{suffix}", suffix)
    assert (report.rows, report.valid, report.invalid) == (10, 7, 3)
    wrong = [number for number in range(10) if number % 3 == 1]
    right = [number for number in range(10) if number % 3 != 1]
    assert ok.schema.equals(table.schema)
    assert ok.equals(table.take(right))
    assert no.equals(table.take(wrong))
    assert ok.schema.metadata[b"a"] == b"b"
    beside = [
        json.loads(line) for line in (tmp_path / f"no.{suffix}.findings.jsonl").read_bytes().splitlines()
    ]
    assert [one["row"] for one in beside] == wrong


@pytest.mark.parametrize("suffix", FORMS)
@pytest.mark.parametrize("sort", ["table", "batch", "reader", "dataset"])
def test_rows_from_memory_go_to_the_form_that_the_name_asks_for(put, suffix, sort):
    table = pa.Table.from_pylist([GOOD | {"x_list": [1]}, BAD | {"x_list": None}, GOOD | {"x_list": []}])
    data = {
        "table": table,
        "batch": table.to_batches()[0],
        "reader": table.to_reader(1),
        "dataset": datasets.Dataset(table),
    }[sort]
    report, ok, no = put(data, suffix)
    assert (report.valid, report.invalid) == (2, 1)
    assert ok.to_pylist() == [GOOD | {"x_list": [1]}, GOOD | {"x_list": []}]
    assert no.to_pylist() == [BAD | {"x_list": None}]
    assert ok.schema.field("x_list").type == pa.list_(pa.int64())


def test_outputs_may_have_two_forms(tmp_path):
    table = pa.Table.from_pylist([GOOD, BAD])
    report = ki.split(
        table, valid=tmp_path / "ok.parquet", rejects=tmp_path / "no.jsonl", kind="label"
    ).report
    assert (report.valid, report.invalid) == (1, 1)
    assert read(tmp_path / "ok.parquet").to_pylist() == [GOOD]
    assert json.loads((tmp_path / "no.jsonl").read_text()) == BAD


def test_rows_that_come_one_by_one_become_json_lines(tmp_path):
    data = datasets.Dataset.from_list([GOOD, BAD]).to_iterable_dataset()
    ki.split(data, valid=tmp_path / "ok.parquet", rejects=tmp_path / "no", kind="label")
    assert json.loads((tmp_path / "ok.parquet").read_text()) == GOOD


def test_a_file_keeps_its_format_whatever_the_output_names(tmp_path):
    write(tmp_path / "in.arrow", pa.Table.from_pylist([GOOD, BAD]))
    ki.split(tmp_path / "in.arrow", valid=tmp_path / "ok", rejects=tmp_path / "no.jsonl", kind="label")
    for name, row in (("ok", GOOD), ("no.jsonl", BAD)):
        with pa.ipc.open_file((tmp_path / name).read_bytes()) as reader:
            assert reader.read_all().to_pylist() == [row]


@pytest.mark.parametrize("suffix", FORMS)
def test_text_that_came_as_a_dictionary_is_text(tmp_path, put, suffix):
    table = pa.Table.from_pylist([GOOD, BAD, GOOD])
    for name in ("creator", "value"):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, table.column(at).dictionary_encode())
    for data in (table, tmp_path / f"in.{suffix}"):
        if data is not table:
            write(data, table)
        _, ok, no = put(data, suffix)
        assert (ok.to_pylist(), no.to_pylist()) == ([GOOD, GOOD], [BAD])
        assert ok.schema.field("creator").type == pa.string()


@pytest.mark.parametrize("sort", [pa.string_view(), pa.large_string(), pa.json_(pa.string())], ids=str)
def test_texts_of_other_types(put, sort):
    table = pa.Table.from_pylist([GOOD, BAD])
    table = table.append_column("x_text", pa.array(["1", "2"], pa.string()).cast(sort))
    _, ok, no = put(table, "arrow")
    assert (ok.column("x_text").to_pylist(), no.column("x_text").to_pylist()) == (["1"], ["2"])


def test_a_column_declared_without_nulls(put):
    fields = [pa.field(name, pa.string(), nullable=False) for name in GOOD]
    table = pa.Table.from_pylist([GOOD, BAD], pa.schema(fields))
    _, ok, no = put(table, "parquet")
    assert (ok.to_pylist(), no.to_pylist()) == ([GOOD], [BAD])


def test_files_of_one_schema_go_to_one_output(tmp_path, put):
    for number in range(3):
        # The columns have few values in one file, many in another: dictionaries and texts.
        rows = [GOOD | {"id": f"{number}-{one}", "value": "v" if number else f"v{one}"} for one in range(40)]
        write(tmp_path / f"{number}.parquet", pa.Table.from_pylist([*rows, BAD | {"id": f"x{number}"}]))
    report, ok, no = put([tmp_path / f"{number}.parquet" for number in range(3)], "parquet")
    assert (report.valid, report.invalid, ok.num_rows, no.num_rows) == (120, 3, 120, 3)


SCHEMAS = "inputs: expected tables with the same schema, got different schemas; process each table separately"


@pytest.mark.parametrize(
    "other",
    [
        pa.Table.from_pylist([GOOD | {"x_n": 1}]),
        pa.Table.from_pylist([GOOD]).cast(pa.schema([(name, pa.large_string()) for name in GOOD])),
    ],
)
def test_files_of_different_schemas_are_refused(tmp_path, other):
    write(tmp_path / "a.parquet", pa.Table.from_pylist([GOOD]))
    write(tmp_path / "b.parquet", other)
    inputs = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for call in (
        lambda: ki.split(inputs, valid=tmp_path / "ok", rejects=tmp_path / "no", kind="label").report,
        lambda: ki.fix(inputs, output=tmp_path / "ok", kind="label"),
    ):
        with pytest.raises(InputError, match=f"^{SCHEMAS}$"):
            call()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "b.parquet"]


def test_files_of_different_formats_are_refused(tmp_path):
    write(tmp_path / "a.parquet", pa.Table.from_pylist([GOOD]))
    (tmp_path / "b.jsonl").write_text(json.dumps(GOOD))
    with pytest.raises(InputError) as caught:
        ki.split(
            [tmp_path / "a.parquet", tmp_path / "b.jsonl"],
            valid=tmp_path / "ok", rejects=tmp_path / "no", kind="label",
        )  # fmt: skip
    assert str(caught.value) == (
        "inputs: expected files of the same format, got Parquet or Arrow and JSON Lines; "
        "process each file separately"
    )


@pytest.mark.parametrize("suffix", FORMS)
@pytest.mark.parametrize("where", ["file", "memory", "dataset"])
def test_a_table_without_rows_stays_a_table(tmp_path, put, suffix, where):
    table = pa.Table.from_pylist([GOOD | {"x_list": [1]}]).slice(0, 0)
    data = table
    if where == "file":
        data = tmp_path / f"in.{suffix}"
        write(data, table)
    elif where == "dataset":
        data = datasets.Dataset(table)
    report, ok, no = put(data, suffix)
    assert ([one.code for one in report.counts], report.complete) == (["no-rows"], True)
    assert ok.schema.equals(table.schema)
    assert (ok.num_rows, no.num_rows, no.schema) == (0, 0, ok.schema)
    fixed = ki.fix(data, output=tmp_path / f"fixed.{suffix}", kind="label", defaults={"id": "x"})
    assert [one.code for one in fixed.report.counts] == ["no-rows"]
    assert {*read(tmp_path / f"fixed.{suffix}").schema.names} == {*table.schema.names, "id"}


def test_a_file_without_rows_goes_with_others(tmp_path, put):
    table = pa.Table.from_pylist([GOOD, BAD])
    write(tmp_path / "a.parquet", table.slice(0, 0))
    write(tmp_path / "b.parquet", table)
    for names in ("ab", "ba"):
        _, ok, no = put([tmp_path / f"{name}.parquet" for name in names], "parquet")
        assert (ok.to_pylist(), no.to_pylist()) == ([GOOD], [BAD])


def test_an_output_without_rows_is_an_empty_table(put):
    _, ok, no = put(pa.Table.from_pylist([GOOD]), "parquet")
    assert (ok.num_rows, no.num_rows, no.schema) == (1, 0, ok.schema)


def undecodable() -> pa.Table:
    table = pa.Table.from_pylist([GOOD, GOOD])
    text = pa.array([b"a", b"\xff"]).cast(pa.binary())
    return table.append_column("id", pa.Array.from_buffers(pa.string(), 2, text.buffers()))


@pytest.mark.parametrize("where", ["file", "memory"])
@pytest.mark.parametrize("name", ["out.parquet", "out.jsonl"])
def test_text_that_is_not_utf8_is_not_written(tmp_path, where, name):
    data = undecodable()
    if where == "file":
        data = tmp_path / "in.arrow"
        with pa.ipc.new_file(data, undecodable().schema) as writer:
            writer.write_table(undecodable())
    before = {path.name for path in tmp_path.iterdir()}
    report = ki.validate(data, kind="label")
    assert [(one.code, one.row) for one in report.sample] == [("not-utf8", 1)]
    for call in (
        lambda: ki.split(data, valid=tmp_path / name, rejects=tmp_path / f"no-{name}", kind="label").report,
        lambda: ki.fix(data, output=tmp_path / name, kind="label"),
        lambda: ki.fix(data, output=tmp_path / name, kind="label", defaults={"rationale": "x"}),
    ):
        with pytest.raises(InputError) as caught:
            call()
        assert str(caught.value) == (
            "text that is not UTF-8 cannot be written unchanged; nothing was written"
        )
    assert {path.name for path in tmp_path.iterdir()} == before


def test_data_that_cannot_be_read_completely_is_not_written(tmp_path):
    write(tmp_path / "in.arrows", pa.Table.from_pylist([GOOD] * 9))
    data = (tmp_path / "in.arrows").read_bytes()
    (tmp_path / "in.arrows").write_bytes(data[:-400])
    report = ki.split(
        tmp_path / "in.arrows", valid=tmp_path / "ok", rejects=tmp_path / "no", kind="label"
    ).report
    assert not report.complete
    assert not ki.fix(tmp_path / "in.arrows", output=tmp_path / "ok", kind="label").report.complete
    assert [path.name for path in tmp_path.iterdir()] == ["in.arrows"]


def test_rows_of_several_kinds(tmp_path, put):
    translation = {"claim_id": "d01-c01", "language": "en", "translation": "t"} | BY
    rows = [GOOD | {"kind": "label"}, translation | {"kind": "translation"}, BAD | {"kind": "label"}]
    names = {name: None for row in rows for name in row}
    table = pa.Table.from_pylist([names | row for row in rows])
    report, ok, _ = put(table, "parquet", kind=None)
    assert (report.valid, report.invalid) == (2, 1)
    assert ok.to_pylist() == [names | row for row in rows[:2]]
    fixed = ki.fix(table, output=tmp_path / "out.parquet", defaults={"release": "1.0.0"})
    digests = read(tmp_path / "out.parquet").column("claim_sha256").to_pylist()
    assert digests == [CLAIM.claim_sha256, CLAIM.claim_sha256, None]
    assert dict(fixed.changed) == {"claim_sha256": 2, "release": 3}


def test_rows_are_written_in_groups(tmp_path):
    with (tmp_path / "a.parquet").open("wb") as file:
        writer = tables.TableWriter(file, "parquet", group=4)
        table = pa.table({"a": list(range(10))})
        writer.begin(table.schema)
        writer.begin(table.schema)
        for batch in table.to_batches(3):
            writer.add(batch)
        writer.take(table.to_batches()[0], [0, 2, 9])
        writer.end()
    file = pq.ParquetFile(tmp_path / "a.parquet")
    assert [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)] == [6, 4, 3]
    assert file.read().column("a").to_pylist() == [*range(10), 0, 2, 9]
    file.close()


def test_a_writer_that_has_not_started_writes_nothing(tmp_path):
    with (tmp_path / "a").open("wb") as file:
        tables.TableWriter(file, "parquet").end()
    assert (tmp_path / "a").read_bytes() == b""


# Fix

QUOTED = {"claim_id": "d01-c01", "verdict": "supported", "quote": CLAIM.text[:9], "urls": ["a"]} | BY
MISPLACED = QUOTED | {"quote_start": 0, "quote_end": 9}
PLACED = {"quote_start": CLAIM.start, "quote_end": CLAIM.start + 9}
PINNED = {"claim_sha256": CLAIM.claim_sha256, "release": "1.0.0"}


@pytest.mark.parametrize("suffix", FORMS)
@pytest.mark.parametrize("where", ["file", "memory"])
def test_fixed_values_are_in_columns(tmp_path, suffix, where):
    rows = [QUOTED | {"id": f"r{number}", "x_n": number} for number in range(7)]
    data = pa.Table.from_pylist(rows)
    if where == "file":
        write(tmp_path / f"in.{suffix}", data)
        data = tmp_path / f"in.{suffix}"
    fixed = ki.fix(data, output=tmp_path / f"out.{suffix}", kind="verdict")
    out = read(tmp_path / f"out.{suffix}")
    assert out.to_pylist() == [row | PINNED | PLACED | {"x_quote_as_written": None} for row in rows]
    added = ["claim_sha256", "quote_start", "quote_end", "release", "x_quote_as_written"]
    assert out.schema.names == [*rows[0], *added]
    schema = ki.arrow_schema("verdict")
    assert all(out.schema.field(name).type == schema.field(name).type for name in PINNED | PLACED)
    assert (fixed.report.ok, fixed.report.rows) == (True, 7)
    assert fixed.changed == dict.fromkeys([*PINNED, *PLACED], 7)
    assert fixed.report.inputs[0].name == str(tmp_path / f"out.{suffix}")


def test_columns_that_are_there_keep_their_types(tmp_path):
    table = pa.Table.from_pylist([MISPLACED | {"release": None, "claim_sha256": None, "confidence": 0.5}] * 2)
    table = table.cast(
        pa.schema(
            [
                pa.field(
                    one.name,
                    {
                        "quote_start": pa.float64(),
                        "quote_end": pa.uint16(),
                        "release": pa.large_string(),
                        "confidence": pa.float32(),
                    }.get(one.name, one.type),
                )
                for one in table.schema
            ]
        )
    )
    at = table.schema.get_field_index("creator")
    table = table.set_column(at, "creator", table.column(at).dictionary_encode())
    fixed = ki.fix(table, output=tmp_path / "out.arrow", kind="verdict")
    out = read(tmp_path / "out.arrow")
    assert fixed.report.ok
    filled_in = PLACED | PINNED | {"confidence": 0.5, "x_quote_as_written": None}
    assert out.to_pylist() == [MISPLACED | filled_in] * 2
    types = {name: str(out.schema.field(name).type) for name in out.schema.names}
    assert {name: types[name] for name in ("quote_start", "quote_end", "release", "confidence")} == {
        "quote_start": "double", "quote_end": "uint16", "release": "large_string", "confidence": "float"
    }  # fmt: skip
    # A null column gets the type of its field; a dictionary gets the type of its values.
    assert (types["claim_sha256"], types["creator"]) == ("string", "string")


def test_an_extension_type_becomes_its_storage_type_if_filled_in(tmp_path):
    table = pa.Table.from_pylist([MISPLACED, MISPLACED | {"creator": None}])
    at = table.schema.get_field_index("creator")
    table = table.set_column(at, "creator", table.column(at).cast(pa.json_()))
    fixed = ki.fix(table, output=tmp_path / "out.arrow", kind="verdict", defaults={"creator": "m"})
    out = read(tmp_path / "out.arrow")
    assert fixed.changed["creator"] == 1
    assert out.column("creator").to_pylist() == [MISPLACED["creator"], "m"]
    assert out.schema.field("creator").type == pa.string()


def test_defaults_of_every_type_are_filled_in(tmp_path):
    base = {"claim_id": "d01-c01"}
    defaults = {
        "method": "human", "creator": "me", "created": "2026-01-31T12:00:00Z", "confidence": 0.5,
        "verdict": "mixed", "urls": ["a", "b"], "rationale": "语",
    }  # fmt: skip
    table = pa.Table.from_pylist(
        [base, base | {"rationale": "own"}],
        pa.schema([(name, pa.string()) for name in ("claim_id", "rationale")]),
    ).append_column("urls", pa.nulls(2))
    fixed = ki.fix(table, output=tmp_path / "out.parquet", kind="verdict", defaults=defaults)
    out = read(tmp_path / "out.parquet")
    assert fixed.report.ok
    when = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert [row["created"] for row in out.to_pylist()] == [when, when]
    assert out.column("urls").to_pylist() == [["a", "b"]] * 2
    assert out.column("rationale").to_pylist() == ["语", "own"]
    assert out.column("confidence").to_pylist() == [0.5, 0.5]
    assert out.schema.field("created").type == ki.arrow_schema("verdict").field("created").type


@pytest.mark.parametrize("given", [True, False])
def test_references_in_lists_are_fixed(tmp_path, given):
    reference = {"claim_id": "d01-c01", "quote": CLAIM.text[:9]}
    question = {"references": [reference], "question": "?", "answerable": False, "language": "en"} | BY
    if given:
        question["references"] = [reference, reference | PLACED | {"claim_sha256": CLAIM.claim_sha256}]
    other = question | {"references": []}
    table = pa.Table.from_pylist([question, other, question])
    fixed = ki.fix(table, output=tmp_path / "out.parquet", kind="question")
    out = read(tmp_path / "out.parquet")
    assert fixed.report.ok
    whole = reference | PLACED | {"claim_sha256": CLAIM.claim_sha256}
    held = [
        [{name: value for name, value in one.items() if value is not None} for one in row["references"]]
        for row in out.to_pylist()
    ]
    assert held == [[whole] * len(question["references"]), [], [whole] * len(question["references"])]
    # The row without a reference proves no release.
    assert fixed.changed == {"references": 2, "release": 2}


ASKED = {"question": "?", "answerable": False, "language": "en"} | BY


def without_nulls(references: list[dict]) -> list[dict]:
    return [{name: value for name, value in one.items() if value is not None} for one in references]


@pytest.mark.parametrize("sort", [pa.list_, pa.large_list])
def test_references_keep_the_fields_and_the_types_that_they_have(tmp_path, sort):
    inner = pa.struct(
        [("note", pa.string()), ("claim_id", pa.large_string()), ("quote_start", pa.float64()),
         ("quote_end", pa.null()), ("quote", pa.string())]
    )  # fmt: skip
    reference = {"claim_id": "d01-c01", "quote": CLAIM.text[:9]}
    column = pa.array([[reference], [reference | {"note": "x"}], None], sort(inner))
    table = pa.Table.from_pylist([ASKED] * 3).append_column("references", column)
    fixed = ki.fix(table, output=tmp_path / "out.parquet", kind="question")
    out = read(tmp_path / "out.parquet")
    whole = reference | PLACED | {"claim_sha256": CLAIM.claim_sha256}
    first, second, third = out.column("references").to_pylist()
    # The unknown field makes its row invalid; the row keeps it.
    assert without_nulls(first) == [whole]
    assert without_nulls(second)[0].items() >= (reference | {"note": "x"}).items()
    assert third is None
    assert ("unknown-field", "/references/*/note") in [(one.code, one.path) for one in fixed.report.counts]
    types = {one.name: str(one.type) for one in out.schema.field("references").type.value_type}
    assert [types[name] for name in ("note", "claim_id", "quote_start")] == [
        "string",
        "large_string",
        "double",
    ]
    assert [types[name] for name in ("quote_end", "claim_sha256")] == ["int32", "string"]


@pytest.mark.parametrize("sort", [pa.null(), pa.list_(pa.null())], ids=str)
def test_a_column_of_no_references_gets_the_type_of_its_field(tmp_path, sort):
    column = pa.array([None if pa.types.is_null(sort) else []], sort)
    table = pa.Table.from_pylist([ASKED]).append_column("references", column)
    ki.fix(table, output=tmp_path / "out.parquet", kind="question")
    out = read(tmp_path / "out.parquet").schema.field("references").type
    assert out.value_type.equals(ki.arrow_schema("question").field("references").type.value_type)


@pytest.mark.parametrize(
    "reference", [{"claim_id": 5}, {"claim_id": "d01-c01", "quote_start": 0.5, "quote_end": 9.0}]
)
def test_references_of_other_types_stay(tmp_path, reference):
    table = pa.Table.from_pylist([ASKED | {"references": [reference]}])
    fixed = ki.fix(table, output=tmp_path / "out.parquet", kind="question")
    assert not fixed.report.ok
    (row,) = read(tmp_path / "out.parquet").to_pylist()
    assert without_nulls(row["references"])[0].items() >= reference.items()


@pytest.mark.parametrize(
    ("name", "sort", "options"),
    [
        ("claim_sha256", pa.float64(), {}),
        ("release", pa.int64(), {}),
        ("quote_start", pa.int8(), {}),
        ("quote_start", pa.date32(), {}),
        ("confidence", pa.int64(), {"defaults": {"confidence": 0.5}}),
        ("confidence", pa.float16(), {"defaults": {"confidence": 0.1}}),
        ("created", pa.timestamp("s"), {"defaults": {"created": "2026-01-31T12:00:00.5Z"}}),
        (
            "created",
            pa.timestamp("us", "UTC"),
            {"defaults": {"created": "2026-01-31T12:00:00.5Z"}, "fits": True},
        ),
        ("confidence", pa.float32(), {"defaults": {"confidence": 0.1}, "fits": True}),
        ("confidence", pa.decimal128(9, 3), {"defaults": {"confidence": 0.125}}),
        ("urls", pa.list_(pa.large_string()), {"defaults": {"urls": ["a"]}, "fits": True}),
        ("urls", pa.list_(pa.int64()), {"defaults": {"urls": ["a"]}}),
    ],
)
def test_a_column_that_cannot_store_a_filled_in_value_is_reported(tmp_path, name, sort, options):
    row = {key: value for key, value in QUOTED.items() if key != name} | {
        "claim_id": "d10-c01", "quote": ki.claim("d10-c01").text[:9]
    }  # fmt: skip
    table = pa.Table.from_pylist([row]).append_column(name, pa.nulls(1, sort))
    fits = options.pop("fits", False)
    try:
        fixed = ki.fix(table, output=tmp_path / "out.arrow", kind="verdict", **options)
    except InputError as error:
        assert not fits
        assert str(error) == (
            f"{name}: a column of type {sort} cannot hold the value that `fix` adds; nothing was written"
        )
        assert [*tmp_path.iterdir()] == []
    else:
        assert fits
        assert (fixed.report.ok, fixed.changed[name]) == (True, 1)


def test_a_column_without_references_is_unchanged(tmp_path):
    question = {"question": "?", "answerable": False, "language": "en", "references": ["d01-c01"]} | BY
    table = pa.Table.from_pylist([question])
    fixed = ki.fix(table, output=tmp_path / "out.parquet", kind="question")
    assert not fixed.report.ok
    assert read(tmp_path / "out.parquet").to_pylist()[0]["references"] == ["d01-c01"]


def test_relations_get_both_digests_of_a_release_that_the_caller_names(tmp_path):
    relation = {"claim_id": "d01-c01", "other_claim_id": "d01-c02", "relation": "supports"} | BY
    fixed = ki.fix(
        pa.Table.from_pylist([relation]), output=tmp_path / "out.parquet", kind="relation",
        defaults={"release": "1.0.0"},
    )  # fmt: skip
    assert fixed.report.ok
    (row,) = read(tmp_path / "out.parquet").to_pylist()
    assert row["other_claim_sha256"] == ki.claim("d01-c02").claim_sha256


def test_typography_is_fixed_in_columns(tmp_path):
    quote = CLAIM.text[:20]
    written = quote.replace(",", "，")
    assert written != quote
    table = pa.Table.from_pylist([QUOTED | {"quote": written}, QUOTED])
    fixed = ki.fix(table, output=tmp_path / "out.parquet", kind="verdict")
    out = read(tmp_path / "out.parquet").to_pylist()
    assert fixed.report.ok
    assert [(row["quote"], row["x_quote_as_written"]) for row in out] == [
        (quote, written), (QUOTED["quote"], None)
    ]  # fmt: skip


def test_rows_with_nothing_to_fix_stay_unchanged(tmp_path):
    rows = [QUOTED | PLACED | PINNED | {"id": f"r{n}", "x_quote_as_written": "so"} for n in range(3)]
    table = made(rows)
    fixed = ki.fix(table, output=tmp_path / "out.arrow", kind="verdict")
    out = read(tmp_path / "out.arrow")
    assert (fixed.changed, fixed.report.ok) == ({}, True)
    assert out.schema.equals(table.schema)
    assert out.equals(table)


@pytest.mark.parametrize("sort", [pa.string_view(), pa.json_(pa.string())], ids=str)
def test_types_that_are_wrapped_are_unwrapped(tmp_path, sort):
    table = pa.Table.from_pylist([QUOTED | PLACED | PINNED])
    table = table.append_column("x_text", pa.array(["1"], pa.string()).cast(sort))
    ki.fix(table, output=tmp_path / "out.parquet", kind="verdict")
    assert read(tmp_path / "out.parquet").column("x_text").to_pylist() == ["1"]


def test_tables_from_memory_become_json_lines_under_other_names(tmp_path):
    fixed = ki.fix(pa.Table.from_pylist([QUOTED]), output=tmp_path / "out.txt", kind="verdict")
    assert fixed.report.ok
    assert json.loads((tmp_path / "out.txt").read_text()) == QUOTED | PLACED | PINNED


def test_several_files_are_fixed_into_one(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / f"{name}.arrow", pa.Table.from_pylist([QUOTED | {"id": name}] * 4))
    fixed = ki.fix(
        [tmp_path / "a.arrow", tmp_path / "b.arrow"], output=tmp_path / "out.arrow", kind="verdict",
        ignore=["duplicate-id"],
    )  # fmt: skip
    assert fixed.report.ok
    assert read(tmp_path / "out.arrow").column("id").to_pylist() == ["a"] * 4 + ["b"] * 4


@pytest.mark.parametrize(
    ("suffix", "read"),
    [("parquet", pq.read_table), *[(one, pa.ipc.open_file) for one in ("arrow", "feather", "ipc")],
     ("arrows", pa.ipc.open_stream)],
)  # fmt: skip
def test_a_table_is_written_in_the_form_that_the_name_says(tmp_path, suffix, read):
    path = tmp_path / f"out.{suffix}"
    ki.fix(pa.Table.from_pylist([GOOD]), output=path, kind="label")
    with path.open("rb") as file:
        found = read(file)
        rows = found if isinstance(found, pa.Table) else found.read_all()
    assert GOOD.items() <= rows.to_pylist()[0].items()


# Types that a format does not have


def ends(values: pa.Array) -> pa.Array:
    return pa.RunEndEncodedArray.from_arrays(pa.array([1, 3], pa.int32()), values)


def coded(values: pa.Array) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array([0, 1, None], pa.int8()), values)


PAIR = pa.list_(pa.int8(), 2)
PAIRS = pa.array([[1, 2], None, [3, 4]], PAIR)
NULL_FIXED_LISTS = {
    "fixed-size list": PAIRS,
    "fixed-size list of list views": pa.array([[[1]], [[2]], None], pa.list_(pa.list_view(pa.int8()), 1)),
    "fixed-size list in a struct": pa.StructArray.from_arrays([PAIRS], ["a"]),
    "fixed-size list in a null struct": pa.array(
        [{"a": [1, 2]}, None, {"a": [3, 4]}], pa.struct({"a": PAIR})
    ),
    "fixed-size list in a list": pa.array([[[1, 2], None], None, []], pa.list_(PAIR)),
    "fixed-size list in a map": pa.array(
        [[("a", [1, 2]), ("b", None)], None, []], pa.map_(pa.string(), PAIR)
    ),
}
ENCODED = {
    "list view": pa.array([["a"], [], None], pa.list_view(pa.string())),
    "large list view": pa.array([["a"], [], None], pa.large_list_view(pa.string())),
    "run ends": ends(pa.array(["a", "b"])),
    "run ends of structs": ends(pa.array([{"a": 1}, None])),
    "list of run ends": pa.ListArray.from_arrays(pa.array([0, 1, 2, 3]), ends(pa.array(["a", "b"]))),
    "dictionary of structs": coded(pa.array([{"a": 1}, {"a": None}])),
    "dictionary of lists": coded(pa.array([["a"], []])),
    "struct of dictionary of structs": pa.StructArray.from_arrays([coded(pa.array([{"a": 1}] * 2))], ["b"]),
    "text view": pa.array(["a" * 20, "", None], pa.string_view()),
    "map of list views": pa.array([[("a", [1])], [], None], pa.map_(pa.string(), pa.list_view(pa.int8()))),
    **NULL_FIXED_LISTS,
}
OLD = int(pa.__version__.partition(".")[0]) < 26
WRITTEN = [
    (suffix, name)
    for suffix in FORMS
    for name in ENCODED
    if not (OLD and suffix == "parquet" and name in NULL_FIXED_LISTS)
]


def table_with(column: pa.Array, name: str = "x_it") -> pa.Table:
    rows = pa.Table.from_pylist([GOOD | {"id": f"r{number}"} for number in range(3)])
    return rows.append_column(name, column)


@pytest.mark.parametrize(("suffix", "name"), WRITTEN)
@pytest.mark.parametrize("kept", ["x_it", "rationale"])
def test_encoded_columns_are_written_as_their_values(tmp_path, put, suffix, name, kept):
    values = ENCODED[name].to_pylist()
    table = table_with(ENCODED[name], kept)
    report, ok, no = put(table, suffix)
    held = {row["id"]: row[kept] for row in (*ok.to_pylist(), *no.to_pylist())}
    assert [held[f"r{number}"] for number in range(3)] == values
    assert report.valid == ok.num_rows
    ki.fix(table, output=tmp_path / f"out.{suffix}", kind="label")
    assert read(tmp_path / f"out.{suffix}").column(kept).to_pylist() == values


@pytest.mark.parametrize("name", NULL_FIXED_LISTS)
def test_null_lists_of_a_fixed_size_with_an_earlier_pyarrow(monkeypatch, tmp_path, put, name):
    """Before version 26, it raises an exception, or writes a file that nobody can read."""
    monkeypatch.setattr(pa, "__version__", "25.0.0")
    with pytest.raises(InputError, match=r"^x_it: pyarrow 25.0.0 cannot write null lists of a fixed size to"):
        put(table_with(NULL_FIXED_LISTS[name]), "parquet")
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    "column", [PAIRS.take(pa.array([0, 2, 0])), pa.array([[[1, 2]], None, []], pa.list_(PAIR))]
)
def test_other_lists_of_a_fixed_size_with_an_earlier_pyarrow(monkeypatch, put, column):
    monkeypatch.setattr(pa, "__version__", "25.0.0")
    _, ok, _ = put(table_with(column), "parquet")
    assert ok.column("x_it").to_pylist() == column.to_pylist()


@pytest.mark.parametrize("name", NULL_FIXED_LISTS)
def test_a_slice_without_null_lists_of_a_fixed_size_with_an_earlier_pyarrow(monkeypatch, tmp_path, name):
    row = 2 if name in {"fixed-size list in a list", "fixed-size list in a map"} else 0
    column = NULL_FIXED_LISTS[name].slice(row, 1)
    monkeypatch.setattr(pa, "__version__", "25.0.0")
    table = pa.Table.from_pylist([GOOD]).append_column("x_it", column)
    ki.fix(table, output=tmp_path / "out.parquet", kind="label")
    assert read(tmp_path / "out.parquet").column("x_it").to_pylist() == column.to_pylist()


@pytest.mark.parametrize("sort", [pa.list_view, pa.large_list_view])
def test_references_in_list_views_are_fixed(tmp_path, sort):
    references = [[{"claim_id": "d01-c01", "quote": CLAIM.text[:9]}], [], None]
    column = pa.array(references, sort(pa.struct([("claim_id", pa.string()), ("quote", pa.string())])))
    question = {"question": "?", "answerable": False, "language": "en"} | BY
    table = pa.Table.from_pylist([question] * 3).append_column("references", column)
    fixed = ki.fix(table, output=tmp_path / "out.parquet", kind="question")
    out = read(tmp_path / "out.parquet").column("references").to_pylist()
    assert fixed.changed["references"] == 1
    assert out[0][0].items() >= PLACED.items()
    assert out[1:] == [[], None]


@pytest.mark.parametrize("sort", [ki.split, ki.fix])
@pytest.mark.parametrize(
    "column",
    [
        pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array(["a"])]),
        pa.array([(1, 2, 3)], pa.month_day_nano_interval()),
        pa.array([{}], pa.struct([])),
    ],
    ids=lambda column: str(column.type),
)
def test_a_type_that_parquet_does_not_have_is_refused_before_anything_is_written(tmp_path, sort, column):
    table = pa.Table.from_pylist([GOOD]).append_column("x_it", column)
    paths = {"valid": tmp_path / "a.parquet", "rejects": tmp_path / "b.parquet"}
    outputs = paths if sort is ki.split else {"output": tmp_path / "a.parquet"}
    with pytest.raises(InputError) as raised:
        sort(table, **outputs, kind="label")
    assert str(raised.value) == (
        f"x_it: Parquet does not support the type {column.type}; write to a .arrow or .jsonl file; "
        "nothing was written"
    )
    assert [*tmp_path.iterdir()] == []
    assert (
        ki.split(table, valid=tmp_path / "a.arrow", rejects=tmp_path / "b.arrow", kind="label").report.valid
        == 1
    )
    assert read(tmp_path / "a.arrow").column("x_it").to_pylist() == column.to_pylist()


def test_values_that_python_cannot_represent_stay_when_others_are_filled_in(tmp_path):
    ticks = pa.array([1, None], pa.timestamp("ns", "UTC"))
    table = pa.Table.from_pylist([GOOD] * 2).append_column("created", ticks)
    ki.fix(table, output=tmp_path / "out.arrow", kind="label", defaults={"created": "2026-01-31T12:00:00Z"})
    out = read(tmp_path / "out.arrow").column("created").cast(pa.int64()).to_pylist()
    assert out == [1, 1769860800 * 10**9]

"""`Validator.with_findings`: the findings of `split` as a column; rows with an error are its rejects."""

import datasets
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import amount

import kaiser_interview as ki

BY = {"method": "human", "creator": "me"}
STANCE = BY | {"scheme": "acme:stance", "value": "for"}
IDS = ["d01-c01", "d01-c99", "d01-c02"]
UNKNOWN_CLAIM = ("unknown-claim", "/claim_id")
# Text whose offsets are outside its data.
DAMAGED = pa.Array.from_buffers(
    pa.string(), 3, [None, pa.py_buffer(b"\0\0\0\0\xff\0\0\0\1\0\0\0\2\0\0\0"), pa.py_buffer(b"ab")]
)
DAMAGE = (
    "with_findings: expected a file that can be read, got damaged data: Offset invariant failure: offset for "
    "slot 1 out of bounds: 255 > 2"
)


def checked(table: object, kind: object = "label", **options: object) -> pa.Table:
    with ki.Validator(kind, **({"defaults": STANCE} | options)) as validator:
        return validator.with_findings(table)


def found(table: object, kind: object = "label", **options: object) -> list[list[tuple[str, str]]]:
    """Return the code and the path of each finding of each row."""
    made = checked(table, kind, **options)
    made.validate(full=True)
    return [[(one["code"], one["path"]) for one in row] for row in made["ki_findings"].to_pylist()]


# The column


def test_the_column_is_the_last_and_the_others_are_unchanged():
    table = pa.table({"claim_id": IDS, "x_n": [1, None, 3]}).replace_schema_metadata({"a": "b"})
    made = checked(table)
    assert made.column_names == ["claim_id", "x_n", "ki_findings"]
    assert made.drop_columns("ki_findings").equals(table, check_metadata=True)
    field = made.schema.field("ki_findings")
    texts = [(name, name not in {"suggestion", "applicability"}) for name in (
        "code", "severity", "path", "expected", "got", "suggestion", "applicability",
    )]  # fmt: skip
    fields = [pa.field(name, pa.string(), nullable=not always) for name, always in texts]
    assert (field.type, field.nullable) == (pa.list_(pa.struct(fields)), False)
    assert made.schema == checked(table.slice(0, 0)).schema


def test_a_finding_has_its_texts():
    table = pa.table({"claim_id": ["d01-c99", "d01-c01", "d01-c01"], "id": ["a", "b", "b"]})
    assert checked(table)["ki_findings"].to_pylist() == [
        [
            {
                "code": "unknown-claim",
                "severity": "error",
                "path": "/claim_id",
                "expected": "a claim of the corpus",
                "got": '"d01-c99"',
                "suggestion": "did you mean d01-c05 or d01-c04?",
                "applicability": "display",
            }
        ],
        [],
        [
            {
                "code": "duplicate-id",
                "severity": "error",
                "path": "/id",
                "expected": "a unique id",
                "got": '"b", already used in row 1',
                "suggestion": None,
                "applicability": None,
            }
        ],
    ]


def test_paths_are_json_pointers():
    references = [[{"claim_id": "d01-c01"}, {"claim_id": "d01-c99"}]]
    question = BY | {"question": "a?", "answerable": False, "language": "en"}
    assert found(pa.table({"references": references}), "question", defaults=question) == [
        [("unknown-claim", "/references/1/claim_id")]
    ]
    assert found(pa.table({"claim_id": IDS[:1], "a/b~": ["x"]})) == [[("unknown-field", "/a~1b~0")]]


def test_a_row_with_only_warnings_is_valid():
    table = pa.table({"claim_id": IDS[:1], "quote": ["语言"]})
    [[only]] = checked(table)["ki_findings"].to_pylist()
    assert (only["code"], only["severity"]) == ("quote-ambiguous", "warning")


def test_rules_about_the_data_set_apply_within_the_table():
    table = pa.table({"claim_id": ["d01-c01"] * 4, "id": ["a", "b", "a", "a"]})
    duplicate = [("duplicate-id", "/id")]
    assert found(table) == [[], [], duplicate, duplicate]
    assert found(table.slice(1)) == [[], [], duplicate]
    assert found(table.drop_columns("id"), key=["claim_id"])[1:] == [[("duplicate-record", "")]] * 3


def test_findings_that_belong_to_no_row_are_left_out():
    assert found(pa.table({"claim_id": ["d01-c01"]}), complete=["scheme"]) == [[]]
    assert found(pa.table({})) == found(pa.table({"claim_id": pa.array([], pa.string())})) == []
    with ki.Validator("label", defaults=STANCE, complete=["scheme"]) as validator:
        assert {one.code for one in validator.split(pa.table({"claim_id": ["d01-c01"]})).findings} == {
            "missing-claim"
        }


# Findings of whole columns


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["a", None, "b"]),
        pa.array([float("nan"), None, 1.5]),
        pa.array([{"a": None}, None, {"a": 1}]),
        pa.array([[], None, [None]]),
        pa.array([b"0" * 16, None, b"1" * 16], pa.uuid()),
        pa.array(["a", None, "b"]).dictionary_encode(),
        pa.DictionaryArray.from_arrays(pa.array([0, 1, 0]), pa.array(["a", None])),
        pa.RunEndEncodedArray.from_arrays([1, 2, 3], pa.array(["a", None, "b"])),
        pa.chunked_array([["a"], [], [None, "b"]]),
    ],
)
@pytest.mark.parametrize("name", ["note", "", "two\nlines\u202e", "n" * 1000])
def test_an_unknown_column_is_a_finding_of_the_rows_with_a_value(name, column):
    table = pa.table({"claim_id": IDS, name: column})
    rows = [[code for code, _ in row] for row in found(table)]
    assert rows == [["unknown-field"], ["unknown-claim"], ["unknown-field"]]
    assert [[code for code, _ in row] for row in found(table.slice(1))] == rows[1:]
    assert ki.split(table, kind="label", defaults=STANCE).report.invalid == 3


@pytest.mark.parametrize("column", [pa.array([1, None, 2]), pa.array([1.5, None, float("nan")])])
def test_a_column_of_a_wrong_type_is_a_finding_of_the_rows_with_a_value(column):
    wrong = ("wrong-type", "/rationale")
    assert found(pa.table({"claim_id": IDS, "rationale": column})) == [[wrong], [UNKNOWN_CLAIM], [wrong]]


@pytest.mark.parametrize("sort", [pa.null(), pa.float64()])
def test_columns_without_values_have_no_findings(sort):
    columns = {"rationale": pa.nulls(3, sort), "note": pa.nulls(3, sort)}
    assert found(pa.table({"claim_id": IDS} | columns)) == [[], [UNKNOWN_CLAIM], []]


def test_a_missing_column_is_a_finding_of_every_row():
    missing = [[("missing-field", "/claim_id")]] * 3
    assert found(pa.table({"x_n": [1, 2, 3]})) == missing
    # A column of type null has no values, so it counts as missing.
    assert found(pa.table({"x_n": [1, 2, 3], "claim_id": pa.nulls(3)})) == missing


def test_findings_of_columns_come_first():
    table = pa.table({"note": IDS, "claim_id": IDS, "comment": IDS})
    columns = [("unknown-field", "/note"), ("unknown-field", "/comment")]
    assert found(table) == [columns, [*columns, UNKNOWN_CLAIM], columns]


@pytest.mark.parametrize("kind", [["label", "translation"], None])
def test_several_kinds(kind):
    table = pa.table(
        {
            "claim_id": [*IDS, "d01-c01"],
            "kind": ["label", "label", "translation", "guess"],
            "scheme": ["acme:stance", "acme:stance", None, None],
            "value": ["for", "for", None, None],
            "language": [None, None, "en", None],
            "note": [None, "x", None, None],
        }
    )
    assert found(table, kind, defaults=BY) == [
        [],
        [("unknown-field", "/note"), UNKNOWN_CLAIM],
        [("missing-field", "/translation")],
        [("unknown-kind", "/kind")],
    ]
    assert [row[-1] for row in found(table.drop_columns("kind"), kind, defaults=BY)] == [
        ("missing-field", "/kind")
    ] * 4


# Forms of tables


def test_a_record_batch_is_a_table():
    table = pa.table({"claim_id": IDS, "note": ["a", None, None]})
    [batch] = table.to_batches()
    assert checked(batch).equals(checked(table))


@pytest.mark.parametrize("sort", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())])
def test_encodings_of_text(sort):
    column = pa.array(IDS).cast(sort)
    made = checked(pa.table({"claim_id": column}))
    assert made.schema.field("claim_id").type == sort
    assert found(pa.table({"claim_id": column})) == [[], [UNKNOWN_CLAIM], []]


def test_rows_count_from_the_start_of_the_table():
    table = pa.table({"claim_id": pa.chunked_array([IDS[:1], [], IDS[1:], IDS])})
    assert found(table) == [[], [UNKNOWN_CLAIM], [], [], [UNKNOWN_CLAIM], []]
    assert found(table.slice(1, 4)) == [[UNKNOWN_CLAIM], [], [], [UNKNOWN_CLAIM]]


def test_many_rows():
    count = 100_000
    table = pa.table({"claim_id": IDS[:2] * (count // 2), "note": [None, "x", None, None] * (count // 4)})
    rows = found(table)
    note = ("unknown-field", "/note")
    assert rows == [[], [note, UNKNOWN_CLAIM], [], [UNKNOWN_CLAIM]] * (count // 4)


@pytest.mark.parametrize("most", [0, 1])
def test_the_column_has_all_findings(most):
    assert found(pa.table({"claim_id": IDS[1:2] * 70}), max_findings=most) == [[UNKNOWN_CLAIM]] * 70


def test_ignored_findings_are_left_out():
    table = pa.table({"claim_id": IDS, "note": ["a", None, None]})
    assert found(table, ignore=["unknown-field"]) == [[], [UNKNOWN_CLAIM], []]
    assert found(table, select=["unknown-field"]) == [[("unknown-field", "/note")], [], []]


# Data that has no such column


def test_a_table_that_has_the_column():
    made = checked(pa.table({"claim_id": IDS}))
    with pytest.raises(ki.InputError) as caught:
        checked(made)
    assert str(caught.value) == (
        "with_findings: expected a table without the column ki_findings, got one; drop it"
    )


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ([{"claim_id": "d01-c01"}], "list"),
        ("rows.parquet", "str"),
        (None, "NoneType"),
        (pa.chunked_array([IDS]), "ChunkedArray"),
        (datasets.Dataset.from_dict({"claim_id": IDS}), "Dataset"),
    ],
)
def test_other_data_is_refused(data, name):
    with pytest.raises(ki.InputError) as caught:
        checked(data)
    assert str(caught.value) == f"with_findings: expected a pyarrow.Table, got {name}"


@pytest.mark.parametrize("chunks", [[DAMAGED], [IDS, DAMAGED]])
@pytest.mark.parametrize("options", [{}, {"max_findings": 0}, {"ignore": ["unreadable"]}])
def test_damaged_data_is_refused(chunks, options):
    with pytest.raises(ki.InputError) as caught:
        checked(pa.table({"claim_id": pa.chunked_array(chunks)}), **options)
    assert str(caught.value) == DAMAGE


def test_two_columns_of_one_name_are_refused():
    table = pa.Table.from_arrays([pa.array(IDS)] * 2, ["claim_id", "claim_id"])
    with pytest.raises(ki.InputError) as caught:
        checked(table)
    assert str(caught.value) == 'with_findings: expected unique column names, got "claim_id" twice'


def test_a_closed_validator():
    validator = ki.Validator("label")
    validator.close()
    with pytest.raises(RuntimeError, match="expected an open validator, got a closed one"):
        validator.with_findings(pa.table({"claim_id": IDS}))


# Against `split`

TEXTS = [None, "", "a", "语言", "for", "en", "model", "label", "2026-01-01T00:00:00Z"]
COLUMNS = {
    "claim_id": [None, *IDS, "x y\n"],
    "id": [None, "a", "b", "c", "d", "e", "f"],
    "kind": [None, "label", "label", "translation", "guess"],
    "scheme": [None, "acme:stance", "topic"],
    "value": [None, "for", "memory"],
    "quote": [None, None, "语言", "智能"],
    "language": [None, "en", "english"],
    "translation": [None, "Language"],
    "confidence": [None, 0.5, 2.0],
    "rationale": TEXTS,
    "note": TEXTS,
    "claimid": TEXTS,
    "n" * 300: TEXTS,
    "x_note": TEXTS,
}
ANY = [[None], [None, 1], [None, True], [None, b"a"], [None, {"a": None}], [None, [], ["a"]]]


@st.composite
def tables(draw) -> pa.Table:
    """Draw a table of right and wrong columns, in chunks, perhaps a slice."""
    size = draw(st.integers(0, 8))
    base = draw(st.sampled_from([[], ["claim_id"], ["claim_id", "scheme", "value"]]))
    others = draw(st.lists(st.sampled_from([*COLUMNS]), unique=True, max_size=3))
    columns = {}
    for name in dict.fromkeys([*base, *others]):
        values = draw(st.sampled_from([*[COLUMNS[name]] * 6, *ANY]))
        column = pa.array(draw(st.lists(st.sampled_from(values), min_size=size, max_size=size)))
        if pa.types.is_string(column.type) and draw(st.booleans()):
            column = column.dictionary_encode()
        cut = draw(st.integers(0, size))
        columns[name] = pa.chunked_array([column[:cut], column[cut:]], column.type)
    return pa.table(columns).slice(draw(st.sampled_from([0, 0, 1])))


@settings(max_examples=amount(150, 5000))
@given(
    table=tables(),
    kind=st.sampled_from(["label", "translation", ["label", "translation"], None]),
    options=st.sampled_from(
        [
            {},
            {"defaults": BY},
            {"defaults": BY | {"claim_id": "d01-c01", "confidence": 0.5}},
            {"ignore": ["unknown-field", "missing-field"]},
            {"key": ["claim_id"], "require": ["id"]},
        ]
    ),
)
def test_the_column_agrees_with_split(table, kind, options):
    with ki.Validator(kind, **options) as validator:
        split, made = validator.split(table), validator.with_findings(table)
    assert made.drop_columns("ki_findings").equals(table)
    rows = made["ki_findings"].to_pylist()
    rejects = [number for number, row in enumerate(rows) if any(one["severity"] == "error" for one in row)]
    assert table.take(pa.array(rejects, pa.int64())).equals(split.rejects)
    full = {(*name[:79],): values for name, values in table.to_pydict().items()}
    expected: list[list[ki.Finding]] = [[] for _ in rows]
    for finding in split.findings:
        if finding.row is not None:
            expected[finding.row].append(finding)
        elif finding.code == "missing-field":
            [row.append(finding) for row in expected]
        elif finding.path:
            values = full[(*finding.path[0][:79],)]
            [row.append(finding) for row, value in zip(expected, values, strict=True) if value is not None]
    assert rows == [
        [
            {
                "code": one.code,
                "severity": one.severity,
                "path": one.pointer,
                "expected": one.expected,
                "got": one.got,
                "suggestion": one.suggestion and one.suggestion.text,
                "applicability": one.suggestion and one.suggestion.applicability,
            }
            for one in row
        ]
        for row in expected
    ]

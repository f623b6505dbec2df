"""Faults of whole columns: one finding, whatever the number of rows."""

from datetime import date
from typing import Annotated, Literal

import pyarrow as pa
import pytest
from pydantic import Field

import kaiser_interview as ki
from kaiser_interview.dataset.loaders import shipped
from kaiser_interview.records.models import KINDS
from kaiser_interview.validation.columns.table_schema import column_faults
from kaiser_interview.validation.findings.finding import Fault, spelled
from kaiser_interview.validation.rows.row_validator import RowValidator

BARE = ["claim_id", "method", "creator", "scheme", "value"]


class Own(ki.Derived):
    """A kind with a field of every sort."""

    words: Annotated[str, Field(min_length=2)] | None = None
    when: Annotated[ki.Instant, Field(description="When.")] | None = None
    choice: Literal["a", "b"] | None = None
    number: Literal[1, 2] | None = None
    either: str | int | None = None
    count: Annotated[int, Field(ge=0)] | None = None
    share: ki.Float32 | None = None
    flag: bool | None = None
    tags: ki.Many[str] = ()
    grid: ki.Many[ki.Many[ki.Int32]] = ()
    best: ki.Reference | None = None
    others: ki.Many[ki.Reference] = ()


class Dated(ki.Derived):
    """A kind with an instant that must be given."""

    when: ki.Instant


def faults(kind, schema, names=(), **options) -> list[tuple[str, str, str, str]]:
    """Return the faults of columns as code, column, expected and got."""
    missing = options.pop("missing", True)
    validator = RowValidator([kind] if isinstance(kind, str | type) else kind, shipped(), **options)
    found = column_faults(validator, names or schema.names, schema, missing=missing)
    return [(one.code, one.path[0], one.expected, str(one.got)) for one in found]


def misfit(kind, name: str, sort: pa.DataType) -> str | None:
    """Return the expected type of a column in words, or None if its type fits."""
    found = faults(kind, pa.schema([(name, sort)]), missing=False)
    assert all(one[0] == "wrong-type" and one[1] == name and one[3] == f"a column of {sort}" for one in found)
    return found[0][2] if found else None


def forms(sort: pa.DataType) -> list[pa.DataType]:
    """Return a type, and the wrapped types that engines write for it."""
    return [
        sort,
        pa.dictionary(pa.int8(), sort),
        pa.run_end_encoded(pa.int32(), sort),
        pa.run_end_encoded(pa.int32(), pa.dictionary(pa.int8(), sort)),
        pa.dictionary(pa.int32(), pa.run_end_encoded(pa.int32(), sort)),
    ]


TEXTS = [pa.string(), pa.large_string(), pa.string_view()]
INTEGERS = [pa.int8(), pa.int64(), pa.uint64()]
NUMBERS = [*INTEGERS, pa.float16(), pa.float64(), pa.decimal128(5, 2), pa.decimal256(50, 2)]
INSTANTS = [pa.timestamp("s", "UTC"), pa.timestamp("ns", "UTC"), pa.timestamp("us", "Asia/Shanghai")]
BOOLS = [pa.bool_()]
STRUCTS = [pa.struct([("claim_id", pa.string())]), pa.struct([])]
OTHERS = [
    pa.binary(),
    pa.binary_view(),
    pa.date32(),
    pa.time64("ns"),
    pa.duration("s"),
    pa.month_day_nano_interval(),
    pa.map_(pa.string(), pa.string()),
    pa.list_(pa.string()),
]
EVERY = [*TEXTS, *NUMBERS, *INSTANTS, *BOOLS, *STRUCTS, *OTHERS]


@pytest.mark.parametrize(
    ("name", "fitting", "expected"),
    [
        ("words", TEXTS, "text"),
        ("creator", TEXTS, "text"),
        ("choice", TEXTS, "text"),
        ("method", TEXTS, "text"),
        ("when", TEXTS + INSTANTS, "text"),
        ("created", TEXTS + INSTANTS, "text"),
        ("count", NUMBERS, "an integer"),
        ("quote_start", NUMBERS, "an integer"),
        ("share", NUMBERS, "a number"),
        ("confidence", NUMBERS, "a number"),
        ("flag", BOOLS, "true or false"),
        ("best", STRUCTS, "an object"),
        ("number", EVERY, None),
        ("either", EVERY, None),
    ],
)
def test_types_that_fit_and_types_that_do_not(name, fitting, expected):
    for sort in EVERY:
        for form in forms(sort):
            assert misfit(Own, name, form) == (None if sort in fitting else expected), form
    assert misfit(Own, name, pa.null()) is None
    assert misfit(Own, name, pa.dictionary(pa.int8(), pa.null())) is None


@pytest.mark.parametrize(
    "list_of", [pa.list_, pa.large_list, pa.list_view, pa.large_list_view, lambda sort: pa.list_(sort, 2)]
)
def test_lists(list_of):
    for name, right, word in (
        ("tags", pa.string(), "text"),
        ("others", STRUCTS[0], "an object"),
        ("grid", pa.list_(pa.int64()), "an array"),
    ):
        assert misfit(Own, name, list_of(right)) is None
        assert misfit(Own, name, list_of(pa.null())) is None
        assert misfit(Own, name, list_of(pa.dictionary(pa.int8(), right))) is None
        assert misfit(Own, name, list_of(pa.bool_())) == f"an array, each element {word}"
        assert misfit(Own, name, right) == "an array" or name == "grid"
    within = "an array, each element an array, each element an integer"
    assert misfit(Own, "grid", list_of(pa.list_(pa.string()))) == within


def test_extension_types():
    assert misfit(Own, "words", pa.json_()) is None
    assert misfit(Own, "words", pa.uuid()) == "text"
    assert misfit("embedding", "vector", pa.fixed_shape_tensor(pa.float32(), (2,))) is None
    assert misfit(Own, "words", pa.dictionary(pa.int8(), pa.json_())) is None


def test_a_time_without_a_zone_is_not_an_instant():
    for unit in ("s", "ms", "us", "ns"):
        assert misfit(Own, "when", pa.timestamp(unit)) == "an instant in UTC"
    assert misfit(Own, "words", pa.timestamp("s")) == "text"


def test_instants_that_must_be_given_take_timestamps():
    assert misfit(Dated, "when", pa.timestamp("us", "UTC")) is None
    # A time without a zone is not a definite instant.
    assert misfit(Dated, "when", pa.timestamp("us")) == "an instant in UTC"
    assert misfit(Dated, "when", pa.int64()) == "text"


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_of_every_kind_is_valid(kind):
    schema = ki.arrow_schema(kind)
    assert faults(kind, schema) == []


def test_columns_that_are_missing():
    assert faults("label", pa.schema([(name, pa.string()) for name in BARE])) == []
    expected = [("missing-field", name, "a value", "no such column") for name in BARE]
    names = ["claim_id", "method", "creator", "scheme", "value"]
    found = faults("label", pa.schema([("id", pa.string())]))
    assert found == sorted(expected, key=lambda one: [*ki.Label.model_fields].index(one[1]))
    assert {one[1] for one in found} == {*names}
    # A column of nulls counts as missing; a default counts as a column; `require` adds required columns.
    nulls = pa.schema([(name, pa.null() if name == "value" else pa.string()) for name in BARE])
    assert [one[1] for one in faults("label", nulls)] == ["value"]
    assert faults("label", nulls, defaults={"value": "language"}) == []
    assert [one[1] for one in faults("label", nulls, require=["id", "value"])] == ["id", "value"]
    assert faults("label", nulls, missing=False) == []


def test_columns_unknown_to_every_kind():
    text = pa.string()
    schema = pa.schema([(name, text) for name in [*BARE, "note", "x_note", "topics", "Creator", ""]])
    validator = RowValidator(["label"], shipped())
    found = [*map(spelled, column_faults(validator, schema.names, schema))]
    assert found == [
        Fault("unknown-field", ("note",), "a field of label", '"note"', "did you mean rationale?"),
        Fault("unknown-field", ("Creator",), "a field of label", '"Creator"', "did you mean creator?"),
        Fault(
            "unknown-field",
            ("",),
            "a field of label",
            '""',
            "remove the column: a first column without a name is often the pandas index, which "
            "to_csv(index=False) leaves out; a last one comes from a comma at the end of each line",
        ),
    ]
    # By name alone, as of CSV.
    assert [*map(spelled, column_faults(validator, schema.names))] == found
    kept = faults("label", schema, extra="allow")
    assert [one[1] for one in kept] == ["Creator"]


def test_a_mistyped_column_is_not_missing_as_well():
    schema = pa.schema([(name.capitalize() if name == "value" else name, pa.string()) for name in BARE])
    assert [(one[0], one[1]) for one in faults("label", schema)] == [("unknown-field", "Value")]
    absent = pa.schema(
        [(name, pa.string()) for name in ("claim_id", "method", "creators", "scheme", "value")]
    )
    assert [(one[0], one[1]) for one in faults("label", absent)] == [("unknown-field", "creators")]


def test_several_kinds():
    text = pa.string()
    kinds = ["label", "translation"]
    schema = pa.schema([(name, text) for name in [*BARE, "language", "translation", "kind"]])
    assert faults(kinds, schema) == []
    # A field that one kind has is not unknown; a field that one kind does not require is not missing.
    assert faults(kinds, pa.schema([(name, text) for name in [*BARE, "kind"]])) == []
    less = pa.schema([(name, text) for name in ["claim_id", "method", "kind", "urls"]])
    assert [(one[0], one[1]) for one in faults(kinds, less)] == [
        ("unknown-field", "urls"),
        ("missing-field", "creator"),
    ]
    # A type is wrong only where it fits none of those that have the field.
    wrong = pa.schema([*((name, text) for name in BARE), ("kind", text), ("language", pa.int8())])
    assert [(one[0], one[1]) for one in faults(kinds, wrong)] == [("wrong-type", "language")]
    own = type("Other", (ki.Annotation,), {"__annotations__": {"share": str}, "__doc__": "A kind."})
    both = pa.schema([("share", text), ("method", text), ("creator", text), ("kind", text)])
    assert faults([Own, own], both) == []


def test_a_kind_column_is_required_without_a_default_kind():
    schema = pa.schema([(name, pa.string()) for name in BARE])
    validator = RowValidator(["label", "verdict"], shipped())
    assert column_faults(validator, schema.names, schema) == [
        Fault(
            "missing-field",
            ("kind",),
            "one of label · verdict",
            "no such column",
            "for all rows: --kind KIND",
        )
    ]
    assert faults(["label", "verdict"], schema, defaults={"kind": "label"}) == []
    assert faults(["label", "verdict"], pa.schema([*schema, ("kind", pa.null())]))[0][1] == "kind"


def test_each_column_fault_is_reported_once():
    rows = pa.table(
        {name: ["language"] * 1000 for name in BARE if name not in {"creator", "value"}}
        | {"note": ["x"] * 1000, "creator": [1] * 1000, "created": [date(2026, 1, 1)] * 1000}
    )
    report = ki.validate(rows, kind="label")
    found = {(one.code, one.path[0], one.row) for one in report.sample if one.row is None}
    assert found == {
        ("unknown-field", "note", None),
        ("wrong-type", "creator", None),
        ("wrong-type", "created", None),
        ("missing-field", "value", None),
    }
    assert [one.number for one in report.counts if one.code in {"unknown-field", "wrong-type"}] == [1] * 3
    assert (report.rows, report.valid) == (1000, 0)


def test_a_group_is_named_in_forty_characters():
    row = {"claim_id": "d01-c01", "verdict": "mixed", "urls": [], "method": "human", "creator": "c" * 60}
    report = ki.validate([row], kind="verdict", complete=["creator"])
    assert report.sample[0].expected == f"a row for d01-c02 with creator {'c' * 39}…"

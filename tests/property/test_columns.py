"""The prefilter agrees with the row validator: rows that it does not suspect are valid."""

import decimal
import random
from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest
from rows import Stance, about, row
from scale import amount

import kaiser_interview as ki
from kaiser_interview.dataset.loaders import shipped
from kaiser_interview.records.models import KINDS
from kaiser_interview.records.schemas import arrow_schema
from kaiser_interview.validation.arrow.to_python import rows_of
from kaiser_interview.validation.columns.prefilter import Prefilter
from kaiser_interview.validation.columns.table_schema import column_faults
from kaiser_interview.validation.findings.checked import CheckedTally
from kaiser_interview.validation.rows.row_validator import RowValidator

OWN = ki.Corpus.from_files("tests/corpus")
BATCH = 64


class Debate(ki.Annotation):
    """A custom kind with references at several depths."""

    thesis: str
    pro: ki.Many[ki.Reference]
    best: ki.Reference | None = None
    scores: ki.Many[float] = ()
    rank: int | None = None


SORTS = [*KINDS, Stance, Debate]
CLAIMS = ki.load_table("claims").to_pylist()
SHIPPED = {"dialogue": ki.load_table("dialogues").to_pylist(), "source": ki.load_table("sources").to_pylist()}
MIXED = ["label", "translation", "relation", "question", "embedding"]
BEFORE_ALL = [
    {},
    {"defaults": {"creator": "somebody", "method": "rule"}},
    {"defaults": {"confidence": 0.5, "created": "2026-11-23T18:45:00Z"}, "require": ["creator"]},
    {"require": ["id", "release"]},
    {"extra": "allow"},
]


def reference(draw: random.Random) -> dict:
    """Draw a right reference to a claim of the shipped corpus."""
    claim = draw.choice(ki.load())
    start = draw.randrange(len(claim.text) - 4)
    quote = claim.text[start : start + draw.randint(2, 20)]
    made = {"claim_id": claim.claim_id, "quote": None, "quote_start": None, "quote_end": None}
    made["claim_sha256"] = draw.choice([None, claim.claim_sha256])
    made["quote_of"] = draw.choice([None, "text"])
    if draw.random() < 0.3:
        made |= {"quote": claim.text}
    elif draw.random() < 0.8:
        first = claim.start + start
        made |= {"quote": quote, "quote_start": first, "quote_end": first + len(quote)}
    return made


def right(draw: random.Random, kind) -> dict:
    """Draw a row that is right in every respect."""
    if kind == "claim":
        return draw.choice(CLAIMS)
    if kind in SHIPPED:
        return draw.choice(SHIPPED[kind])
    made = row(draw, kind, 0) if isinstance(kind, str) else row(draw, "", 0, kind)
    made["release"] = draw.choice([None, "1.0.0"])
    made.pop("kind", None)
    if "claim_id" in made:
        made |= reference(draw)
    if kind == "mention":
        claim = ki.claim(made["claim_id"])
        made |= {"quote": claim.text[:5], "quote_start": claim.start, "quote_end": claim.start + 5}
    elif kind == "label":
        made |= draw.choice([{"scheme": "topic", "value": "memory"}, {"scheme": "acme:x", "value": "y"}])
    elif kind == "relation":
        made |= {"other_claim_id": "d01-c01" if made["claim_id"] != "d01-c01" else "d01-c02"}
        made["other_claim_sha256"] = draw.choice([None, ki.claim(made["other_claim_id"]).claim_sha256])
    elif kind == "question":
        made |= draw.choice([{"answerable": True, "answer": "x"}, {"answerable": False, "answer": None}])
        made["references"] = [reference(draw) for _ in range(draw.randint(1, 3))]
    elif kind == "translation":
        made["translation"] = ki.claim(made["claim_id"]).text_en
    elif kind is Debate:
        made["pro"] = [reference(draw) for _ in range(draw.randint(0, 3))]
        made["best"] = draw.choice([None, reference(draw)])
        made["scores"] = draw.choice([[], [0.5, 1.0]])
        made["rank"] = draw.choice([None, 1, -7])
    return made


def right_table(draw: random.Random, kind, size: int = BATCH) -> pa.RecordBatch:
    """Draw valid rows as columns of lossless types.

    Columns of the claim are compared as integers: other types are left to the row validator.
    """
    rows = [right(draw, kind) for _ in range(size)]
    columns = {}
    for field in arrow_schema(kind):
        values = [one.get(field.name) for one in rows]
        plain = column(values, field.type)
        sort = (
            field.type if kind == "claim" and not pa.types.is_string(field.type) else forms(draw, field.type)
        )
        made = column(values, sort)
        # Only values that the type represents exactly: engines do not write others.
        same = made.null_count == plain.null_count and same_values(made, plain)
        columns[field.name] = made if same else plain
    return pa.RecordBatch.from_pydict(columns)


def same_values(made: pa.Array, plain: pa.Array) -> bool:
    """Return whether two columns have equal values, or for instants and nested types, no lost values."""
    if pa.types.is_timestamp(plain.type) and not pa.types.is_timestamp(made.type):
        return False
    return made.to_pylist() == plain.to_pylist()


def forms(draw: random.Random, sort: pa.DataType) -> pa.DataType:
    """Return a type in which an engine may write a column of a type."""
    if pa.types.is_string(sort):
        return draw.choice([sort, sort, pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), sort)])
    if pa.types.is_integer(sort):
        return draw.choice(
            [sort, sort, pa.int64(), pa.float64(), pa.decimal128(20, 2), pa.uint32(), pa.int16()]
        )
    if pa.types.is_floating(sort):
        return draw.choice(
            [sort, sort, pa.float64(), pa.float32(), pa.float16(), pa.decimal128(12, 3), pa.int32()]
        )
    if pa.types.is_timestamp(sort):
        return draw.choice([sort, pa.timestamp("ns", "UTC"), pa.timestamp("s", "+00:00"), pa.string()])
    if pa.types.is_list(sort):
        value = sort.value_type if pa.types.is_struct(sort.value_type) else forms(draw, sort.value_type)
        return draw.choice([pa.list_(value), pa.large_list(value), pa.list_view(value)])
    return sort


def fitted(value, sort: pa.DataType):
    """Return a value converted for a column of a type, or None if that is impossible."""
    if pa.types.is_timestamp(sort) and isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if pa.types.is_decimal(sort) and isinstance(value, int | float) and not isinstance(value, bool):
        value = decimal.Decimal(str(round(value, 2)))
    try:
        return pa.array([value], sort)[0].as_py()
    except (
        pa.ArrowException,
        OverflowError,
        TypeError,
        ValueError,
        decimal.InvalidOperation,
        AttributeError,
    ):
        return None


def column(values, sort: pa.DataType) -> pa.Array:
    base = sort.value_type if pa.types.is_dictionary(sort) else sort
    if pa.types.is_timestamp(base) and base.unit != "us":
        made = pa.array([fitted(one, pa.timestamp("us", "UTC")) for one in values], pa.timestamp("us", "UTC"))
        return made.cast(base, safe=False)
    made = pa.array([fitted(one, base) for one in values], base)
    return made.cast(sort) if pa.types.is_dictionary(sort) else made


def table(draw: random.Random, kind, wrong: float) -> pa.RecordBatch:
    """Draw rows of a kind, in columns of types that engines write."""
    model = None if isinstance(kind, str) else kind
    rows = [row(draw, kind if model is None else "", wrong, model) for _ in range(BATCH)]
    rows = [one if isinstance(one, dict) else {} for one in rows]
    flat = not (model or KINDS[kind]).model_fields.keys() & {
        "references",
        "thesis",
        "number",
        "languages",
        "prefix",
    }
    if flat:
        rows = [about(draw, one) for one in rows]
    columns = {}
    for field in arrow_schema(kind):
        values = [one.get(field.name) for one in rows]
        if draw.random() < 0.1 and not any(value is not None for value in values):
            continue
        if draw.random() < wrong / 10:
            sort = draw.choice([pa.int64(), pa.string(), pa.float64(), pa.bool_(), pa.null(), pa.binary()])
        else:
            sort = forms(draw, field.type)
        columns[field.name] = column(values, sort)
    if draw.random() < 0.3:
        columns["x_score"] = column(
            [draw.choice([None, 0.5, float("nan"), 1e308]) for _ in rows], pa.float64()
        )
    if draw.random() < 0.3 and flat:
        columns["topics"] = pa.array(
            [draw.choice([None, [*ki.claim("d01-c01").topics], ["memory"]]) for _ in rows]
        )
        columns["position"] = pa.array([draw.choice([None, 1, 2]) for _ in rows])
    if draw.random() < wrong:
        columns[draw.choice(["note", "Text", "x_note"])] = pa.array([draw.choice([None, "x"]) for _ in rows])
    return pa.RecordBatch.from_pydict(columns) if columns else pa.RecordBatch.from_pylist([{}] * BATCH)


def said(verdict):
    """Return all data of a result."""
    faults = [
        (
            one.code,
            one.path,
            one.expected,
            *(part() if callable(part) else part for part in (one.got, one.suggestion)),
        )
        for one in verdict.faults
    ]
    return faults, verdict.kind, verdict.invalid_elsewhere, verdict.values, verdict.references


def parted(row_filter: Prefilter, batch: pa.RecordBatch, reported, seen) -> None:
    """Hold a look at slices of a batch to one at the whole of it."""
    for size in (1 + len(batch) // 3, len(batch) - 1):
        looks = [row_filter.look(batch.slice(first, size), reported) for first in range(0, len(batch), size)]
        parts = [*map(np.concatenate, zip(*(look[:3] for look in looks), strict=True))]
        # A number that is not an integer makes all rows of its batch suspect: fewer rows in smaller batches.
        assert not (parts[0] & ~seen.suspect).any()
        assert (parts[2] == seen.doomed).all()
        if (parts[0] == seen.suspect).all():
            checked = CheckedTally()
            for look in looks:
                checked.add(look.checked)
            assert vars(checked) == vars(seen.checked)
        if not any(pa.types.is_floating(one) or pa.types.is_decimal(one) for one in batch.schema.types):
            assert all((one == other).all() for one, other in zip(parts, seen[:3], strict=True))


def held(validator: RowValidator, row_filter: Prefilter, batch: pa.RecordBatch) -> tuple[int, int]:
    """Compare the prefilter with the row validator; return the numbers of passed and of valid rows."""
    reported = {
        str(one.path[0]): one.code for one in column_faults(validator, batch.schema.names, batch.schema)
    }
    seen = row_filter.look(batch, reported)
    parted(row_filter, batch, reported, seen)
    passed = right = 0
    checked = CheckedTally()
    for number, values in enumerate(rows_of(batch)):
        verdict = validator.value(values, reported, columnar=True)
        if seen.shaped[number]:
            assert seen.suspect[number]
            assert said(validator.relations(values)) == said(verdict)
        assert seen.doomed[number] == verdict.invalid_elsewhere or seen.suspect[number], (values, reported)
        if not seen.suspect[number]:
            assert verdict.faults == [], (values, verdict.faults)
            checked.row(verdict.references)
            passed += 1
        right += not verdict.faults
    assert vars(checked) == vars(seen.checked)
    return passed, right


def options(validator_options: dict, kinds) -> dict:
    """Return options of a row validator that fit its kinds."""
    fields = {
        name for kind in kinds for name in (KINDS[kind] if isinstance(kind, str) else kind).model_fields
    }
    given = dict(validator_options)
    if "defaults" in given:
        given["defaults"] = {name: value for name, value in given["defaults"].items() if name in fields}
    if "require" in given:
        given["require"] = [name for name in given["require"] if name in fields]
    return given


@pytest.mark.parametrize("kind", SORTS, ids=str)
@pytest.mark.parametrize("corpus", [shipped(), OWN], ids=["shipped", "own"])
def test_the_row_validator_passes_every_row_that_is_not_suspect(kind, corpus):
    draw = random.Random(str(kind))
    prefilters = [RowValidator([kind], corpus, **options(one, [kind])) for one in BEFORE_ALL]
    prefilters = [(validator, Prefilter(validator)) for validator in prefilters]
    passed = valid_ones = 0
    for number in range(amount(10_000, 600_000) // BATCH // len(SORTS) // 2 + 1):
        validator, row_filter = prefilters[number % len(prefilters)]
        if number % 4 == 3:
            batch = spoiled(draw, right_table(draw, kind))
        else:
            batch = table(draw, kind, draw.choice([0, 0, 0.02, 0.2]))
        one, other = held(validator, row_filter, batch)
        passed, valid_ones = passed + one, valid_ones + other
    assert passed <= valid_ones


def spoiled(draw: random.Random, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return right rows with some of a column's values moved to other rows."""
    at = draw.randrange(batch.num_columns)
    moved = [draw.randrange(len(batch)) if draw.random() < 0.3 else row for row in range(len(batch))]
    values = batch.column(at)
    if pa.types.is_list_view(values.type) or "view" in str(values.type):
        return batch
    return batch.set_column(at, batch.schema.names[at], values.take(pa.array(moved)))


@pytest.mark.parametrize("kind", SORTS, ids=str)
def test_right_rows_are_passed(kind):
    draw = random.Random(str(kind))
    validator = RowValidator([kind], shipped())
    row_filter = Prefilter(validator)
    passed = valid_ones = total = 0
    for _ in range(amount(6_000, 250_000) // BATCH // len(SORTS) + 1):
        batch = right_table(draw, kind)
        one, other = held(validator, row_filter, batch)
        passed, valid_ones, total = passed + one, valid_ones + other, total + len(batch)
    assert valid_ones == total
    assert passed >= 0.97 * total


@pytest.mark.parametrize("wrong", [0, 0.1])
@pytest.mark.parametrize("options", BEFORE_ALL, ids=str)
def test_several_kinds_in_one_table(options, wrong):
    draw = random.Random(str(options))
    validator = RowValidator(MIXED, shipped(), **options)
    row_filter = Prefilter(validator)
    passed = valid_ones = total = 0
    for _ in range(amount(4_000, 150_000) // BATCH // len(BEFORE_ALL) // 2 + 1):
        named = [draw.choice(MIXED) for _ in range(BATCH)]
        rows = [right(draw, kind) | {"kind": kind} for kind in named]
        if "require" in options:
            rows = [one | {"id": "a", "release": "1.0.0"} for one in rows]
        for one in rows:
            if draw.random() < wrong:
                one[draw.choice([*one])] = draw.choice([None, "x", "label"])
        fields = {field.name: field.type for kind in MIXED for field in arrow_schema(kind)}
        columns = {name: column([one.get(name) for one in rows], sort) for name, sort in fields.items()}
        one, other = held(validator, row_filter, pa.RecordBatch.from_pydict(columns))
        passed, valid_ones, total = passed + one, valid_ones + other, total + BATCH
    if not wrong:
        assert valid_ones == total
        # A default for a number column with some nulls is left to the row validator.
        assert passed >= 0.97 * total or "confidence" in options.get("defaults", ())
    else:
        assert 0 < passed <= valid_ones < total

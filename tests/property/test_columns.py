"""The two lanes come to one verdict: a row that the columnar lane does not suspect is one the judge passes."""

import decimal
import random
from datetime import datetime

import pyarrow as pa
import pytest
from rows import Stance, about, row
from scale import amount

import kaiser_interview as ki
from kaiser_interview.corpus import shipped
from kaiser_interview.models import KINDS
from kaiser_interview.schema import arrow_schema
from kaiser_interview.validation.columns import Lane
from kaiser_interview.validation.rows import Judge
from kaiser_interview.validation.whole import column_faults

OWN = ki.Corpus.from_files("tests/corpus")
BATCH = 64


class Debate(ki.Annotation):
    """A kind of one's own with references at several depths."""

    thesis: str
    pro: ki.Many[ki.Reference]
    best: ki.Reference | None = None
    scores: ki.Many[float] = ()
    rank: int | None = None


SORTS = [*KINDS, Stance, Debate]


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
    """Return a value as a column of a type can hold it, else null."""
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


def held(judge: Judge, lane: Lane, batch: pa.RecordBatch) -> tuple[int, int]:
    """Hold the lane to the judge on a batch; return how many rows it passed, and how many are right."""
    from kaiser_interview.validation.columns.values import rows_of

    told = {str(one.path[0]): one.code for one in column_faults(judge, batch.schema.names, batch.schema)}
    seen = lane.look(batch, told)
    passed = right = 0
    for number, values in enumerate(rows_of(batch)):
        before = judge.unpinned
        verdict = judge.value(values, told, columnar=True)
        unpinned = judge.unpinned - before
        assert seen.doomed[number] == verdict.unjudged or seen.suspect[number], (values, told)
        if not seen.suspect[number]:
            assert verdict.faults == [], (values, verdict.faults)
            assert bool(unpinned) == seen.unpinned[number], values
            passed += 1
        right += not verdict.faults
    return passed, right


@pytest.mark.parametrize("kind", SORTS, ids=str)
@pytest.mark.parametrize("corpus", [shipped(), OWN], ids=["shipped", "own"])
def test_a_row_that_is_not_suspect_is_one_that_the_judge_passes(kind, corpus):
    draw = random.Random(str(kind))
    judge = Judge([kind], corpus)
    lane = Lane(judge)
    passed = right = 0
    for _ in range(amount(20_000, 1_000_000) // BATCH // len(SORTS) // 2 + 1):
        batch = table(draw, kind, draw.choice([0, 0, 0.02, 0.2]))
        one, other = held(judge, lane, batch)
        passed, right = passed + one, right + other
    assert passed <= right

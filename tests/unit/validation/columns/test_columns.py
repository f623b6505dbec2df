"""The prefilter: which rows of a table are suspect, and the findings of validation for each row."""

import datetime as dt
import hashlib
import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pyarrow as pa
import pytest
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, field_validator, model_validator
from typing_extensions import TypeAliasType

import kaiser_interview as ki
from kaiser_interview.corpus.files import CorpusClaim
from kaiser_interview.dataset.loaders import shipped
from kaiser_interview.records.models import INSTANT_PATTERN, FromPython, instant
from kaiser_interview.validation.arrow.to_python import rows_of, taken
from kaiser_interview.validation.columns import scalars
from kaiser_interview.validation.columns.compile import doubts_of
from kaiser_interview.validation.columns.prefilter import Prefilter
from kaiser_interview.validation.columns.table_schema import column_faults
from kaiser_interview.validation.findings.display import shown
from kaiser_interview.validation.findings.finding import Fault
from kaiser_interview.validation.references import columns as references
from kaiser_interview.validation.rows.row_validator import RowValidator
from kaiser_interview.validation.rules import registry
from kaiser_interview.validation.rules.base import Rule

OWN = ki.Corpus.from_files(Path(__file__).parents[3] / "corpus")
(OLD,) = OWN.claims["b-02"].earlier
CLAIM = ki.claim("d01-c02")
OTHER = ki.claim("d05-c03")
BY = {"method": "model", "creator": "m"}
ABOUT = {"claim_id": "d01-c02"} | BY
REFERENCE = {"claim_id": "d01-c02", "quote": CLAIM.text[2:6]}
# The least that a row of each kind must have.
LEAST = {
    "translation": ABOUT | {"language": "de", "translation": "…"},
    "label": ABOUT | {"scheme": "topic", "value": "language"},
    "mention": ABOUT | {"quote": CLAIM.text[:2], "quote_start": CLAIM.start, "quote_end": CLAIM.start + 2}
    | {"name": "language", "type": "concept"},
    "relation": ABOUT | {"other_claim_id": "d01-c01", "relation": "supports"},
    "question": BY | {"references": [REFERENCE], "question": "?", "answer": "!", "answerable": True}
    | {"language": "de"},
    "verdict": ABOUT | {"verdict": "mixed", "urls": ["a"]},
    "embedding": ABOUT | {"model": "m", "of": "text", "vector": [0.5, 1.0]},
    "claim": CLAIM.model_dump(),
    "dialogue": ki.load("dialogues")[0].model_dump(),
    "source": ki.source().model_dump(),
}  # fmt: skip
UTC = pa.timestamp("us", "UTC")
MILLISECONDS = pa.timestamp("ms", "UTC")
NOON = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
NAN, INFINITE = float("nan"), float("inf")


def table(kind: str, /, **columns) -> pa.Table:
    """Return a table of a kind: its least, with some columns; without those that are None."""
    given = {name: column for name, column in columns.items() if column is not None}
    rows = len(next(iter(given.values()))) if given else 1
    least = {name: [value] * rows for name, value in LEAST[kind].items() if name not in columns}
    return pa.table(least | given)


def both(rows: pa.Table, kind, *, against: ki.Corpus | None = None, **options):
    """Return the suspect rows of a table, and the findings of its validation.

    A row that is suspect alone must also be suspect among other rows.
    """
    validator = RowValidator(
        [kind] if isinstance(kind, str | type) else kind, against or shipped(), **options
    )
    prefilter = Prefilter(validator)
    batch = rows.combine_chunks().to_batches()[0]
    reported = {
        str(one.path[0]): one.code for one in column_faults(validator, batch.schema.names, batch.schema)
    }
    seen = prefilter.look(batch, reported)
    alone = [prefilter.look(batch.slice(row, 1), reported) for row in range(len(rows))]
    # A number that its column's type has no integer for may make the others of its batch suspect too.
    assert all(not one.suspect[0] or seen.suspect[row] for row, one in enumerate(alone))
    assert [bool(one.doomed[0]) for one in alone] == seen.doomed.tolist()
    found = ki.validate(rows, kind=kind, against=against, workers=1, **options).sample
    order = sorted(((one.row, one.code, one.pointer) for one in found), key=lambda one: (one[0] or 0, one[2]))
    return np.flatnonzero(seen.suspect).tolist(), order


def runs(values: pa.Array) -> pa.Array:
    """Return an array as runs of one element each."""
    return pa.RunEndEncodedArray.from_arrays(pa.array(range(1, len(values) + 1), pa.int32()), values)


def coded(values: pa.Array, codes=None) -> pa.Array:
    """Return an array as a dictionary array."""
    return pa.DictionaryArray.from_arrays(pa.array(range(len(values)) if codes is None else codes), values)


def at(code: str, pointer: str, *rows: int) -> list[tuple[int, str, str]]:
    return [(row, code, pointer) for row in rows]


# Right rows.


@pytest.mark.parametrize("kind", LEAST)
def test_right_rows_of_every_kind_pass(kind):
    assert both(table(kind), kind) == ([], [])
    # In the types of the kind's own schema.
    made = pa.Table.from_pylist([LEAST[kind]] * 3)
    names = [field for field in ki.arrow_schema(kind) if field.name in LEAST[kind]]
    assert both(made.select([one.name for one in names]).cast(pa.schema(names)), kind) == ([], [])


def test_the_shipped_tables_pass():
    for kind, name in (("claim", "claims"), ("dialogue", "dialogues"), ("source", "sources")):
        assert both(ki.load_table(name), kind) == ([], [])
    for name in ("translations", "labels", "mentions", "relations"):
        assert both(ki.load_table(name), name[:-1]) == ([], [])


# What an engine writes without loss.

WORDS = pa.array(["human", "rule", "human"])
TEXTS = [
    WORDS,
    WORDS.cast(pa.large_string()),
    WORDS.cast(pa.string_view()),
    WORDS.dictionary_encode(),
    coded(pa.array(["human", "rule"], pa.string_view()), [0, 1, 0]),
    coded(pa.array(["human", None, "rule", "junk"], pa.large_string()), [0, 2, 0]),
    coded(coded(pa.array(["human"])), [0, 0, 0]),
    runs(WORDS),
    runs(WORDS.cast(pa.string_view())),
    runs(WORDS.dictionary_encode()),
    coded(runs(WORDS)),
    pa.concat_arrays([WORDS, WORDS]).slice(2, 3),
    runs(pa.concat_arrays([WORDS, WORDS])).slice(2, 3),
]


@pytest.mark.parametrize("column", TEXTS, ids=lambda one: str(one.type))
@pytest.mark.parametrize("name", ["method", "creator", "rationale"])
def test_texts_in_every_form(name, column):
    # A value that is in a dictionary but in no row is ignored.
    assert both(table("label", **{name: column}), "label") == ([], [])


INTEGERS = [
    pa.array([1, 2], pa.int8()),
    pa.array([1, 2], pa.uint16()),
    pa.array([1, 2], pa.int64()),
    pa.array([1, 2], pa.uint64()),
    pa.array([1.0, 2.0], pa.float64()),
    pa.array([1.0, 2.0], pa.float32()),
    pa.array([1.0, 2.0], pa.float16()),
    pa.array([Decimal(1), Decimal(2)], pa.decimal128(5, 2)),
    pa.array([Decimal(1), Decimal(2)], pa.decimal256(50, 2)),
    pa.array([1, 2]).dictionary_encode(),
    runs(pa.array([1, 2])),
]


@pytest.mark.parametrize("column", INTEGERS, ids=lambda one: str(one.type))
def test_integers_in_every_form(column):
    assert both(table("dialogue", number=column, claim_count=column), "dialogue") == ([], [])


@pytest.mark.parametrize(
    "column",
    [
        pa.array([0.5, 1, None]),
        pa.array([0.5, 1, None], pa.float32()),
        pa.array([0.5, 1, None], pa.float16()),
        pa.array([0, 1, None], pa.int8()),
        pa.array([0, 1, None], pa.uint64()),
        pa.array([Decimal("0.5"), Decimal(1), None], pa.decimal128(20, 5)),
        coded(pa.array([0.5, None, 7.0]), [0, 1, None]),
    ],
    ids=lambda one: str(one.type),
)
def test_floats_in_every_form(column):
    assert both(table("label", confidence=column), "label") == ([], [])


@pytest.mark.parametrize(
    "sort",
    [
        pa.list_(pa.float32()),
        pa.list_(pa.float16()),
        pa.large_list(pa.float64()),
        pa.list_view(pa.float32()),
        pa.large_list_view(pa.float32()),
        pa.list_(pa.float32(), 2),
        pa.list_(pa.int8()),
        pa.list_(pa.decimal128(10, 3)),
    ],
    ids=str,
)
def test_vectors_in_every_form(sort):
    values = [[0, 1], [2, 3]]
    if pa.types.is_decimal(sort.value_type):
        values = [[Decimal(one) for one in row] for row in values]
    elif sort.value_type == pa.float16():
        values = [[np.float16(one) for one in row] for row in values]
    column = pa.array(values, sort)
    for one in (column, runs(column), pa.concat_arrays([column, column]).slice(1, 2)):
        assert both(table("embedding", vector=one), "embedding") == ([], [])
    # With a null beside them.
    column = pa.array([values[0], None], sort)
    assert both(table("embedding", vector=column), "embedding") == ([1], at("missing-field", "/vector", 1))


def test_extension_types_are_their_storage():
    tensor = pa.FixedShapeTensorArray.from_numpy_ndarray(np.ones((2, 3), np.float32))
    assert both(table("embedding", vector=tensor), "embedding") == ([], [])
    creator = pa.ExtensionArray.from_storage(pa.json_(), pa.array(["a", ""]))
    assert both(table("label", creator=creator), "label") == ([1], at("bad-length", "/creator", 1))


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC", "GMT", "+00:00"])
def test_instants_in_every_unit(unit, zone):
    column = pa.array([NOON, None], pa.timestamp(unit, zone))
    assert both(table("label", created=column), "label") == ([], [])
    assert both(table("label", created=runs(column)), "label") == ([], [])


def test_null_typed_columns_are_absent():
    nothing = pa.nulls(2)
    rows = table("label", id=nothing, created=nothing, quote=nothing, quote_start=nothing, x=None)
    assert both(rows, "label") == ([], [])
    found = [(None, "missing-field", "/value")]
    assert both(table("label", value=nothing), "label") == ([0, 1], found)


# What does not fit.


@pytest.mark.parametrize(
    ("kind", "name", "column", "suspect", "code", "wrong"),
    [
        # Texts: null, length, pattern.
        ("label", "creator", ["a", "", None, "𠮷"], [1, 2], {1: "bad-length", 2: "missing-field"}, ""),
        (
            "label",
            "id",
            ["a", " ", "é", "", "x" * 256, "x" * 257, "\x7f", None, "第 1", "第  1", " a", "é\u200e"],
            [1, 3, 5, 6, 9, 10, 11],
            dict.fromkeys((1, 3, 5, 6, 9, 10, 11), "bad-format") | {5: "bad-length"},
            "",
        ),
        ("label", "id", pa.array(["a  b", "é\u2028"]).dictionary_encode(), [0, 1], "bad-format", ""),
        ("label", "claim_sha256", [CLAIM.claim_sha256.upper()], [0], "bad-format", ""),
        ("label", "release", ["1.0.0", "v1", "1.0.0\n"], [1, 2], "bad-format", ""),
        ("translation", "language", ["zh-Hans", "zh_Hans", "en\n", "pt-BR"], [1, 2], "bad-format", ""),
        ("label", "scheme", ["acme:x", "acme:", ":x"], [1, 2], "bad-format", ""),
        (
            "claim",
            "prefix",
            ["", "🧠" * 16, "🧠" * 17],
            [0, 1, 2],
            {0: "claim-differs", 1: "claim-differs", 2: "bad-length"},
            "",
        ),
        ("source", "published", ["2025-10-10 17:52", "2025-10-10 17:52:00"], [1], "bad-format", ""),
        # Instants.
        (
            "label",
            "created",
            ["2024-02-29T00:00:00Z", "2023-02-29T00:00:00Z", "2026-01-01T00:00:60Z"],
            [1, 2],
            "bad-format",
            "",
        ),
        ("label", "created", ["1900-02-29T00:00:00Z", "2000-02-29T00:00:00+00:00"], [0], "bad-format", ""),
        ("label", "created", pa.array([0, 2**60], pa.timestamp("s", "UTC")), [1], "wrong-type", ""),
        (
            "label",
            "created",
            pa.array([253_402_300_799, 253_402_300_800], pa.timestamp("s", "UTC")),
            [1],
            "wrong-type",
            "",
        ),
        (
            "label",
            "created",
            pa.array([-62_135_596_800_000, -62_135_596_800_001], MILLISECONDS),
            [1],
            "wrong-type",
            "",
        ),
        (
            "label",
            "created",
            pa.array([1_000, 1_001, None], pa.timestamp("ns", "UTC")),
            [1],
            "wrong-type",
            "",
        ),
        ("label", "created", pa.array([NOON], pa.timestamp("us", "Z")), [0], "wrong-type", ""),
        ("label", "created", pa.array([NOON], pa.timestamp("us", "Mars/Base")), [0], "wrong-type", ""),
        ("label", "created", pa.array([NOON], pa.timestamp("us", "Asia/Shanghai")), [0], "", ""),
        # Words of a vocabulary.
        (
            "label",
            "method",
            ["model", "Model", "", None],
            [1, 2, 3],
            {1: "not-in-vocabulary", 2: "not-in-vocabulary", 3: "missing-field"},
            "",
        ),
        ("label", "quote_of", ["text", "text_en", "title", None], [2], "not-in-vocabulary", ""),
        ("label", "value", ["language", "Language", "memory"], [1], "not-in-vocabulary", ""),
        ("label", "scheme", ["topic", "mine", "acme:x"], [1], "not-in-vocabulary", ""),
        # Integers and their bounds.
        ("dialogue", "number", pa.array([0, 1, 2**31 - 1, 2**31]), [0, 3], "out-of-range", ""),
        ("dialogue", "number", pa.array([2**64 - 1, 1], pa.uint64()), [0], "out-of-range", ""),
        (
            "dialogue",
            "number",
            [1.0, 1.5, 1e300, NAN],
            [1, 2, 3],
            {1: "wrong-type", 2: "out-of-range", 3: "not-finite"},
            "",
        ),
        (
            "dialogue",
            "number",
            pa.array([Decimal("1.5"), Decimal(1)], pa.decimal128(5, 1)),
            [0, 1],
            {0: "wrong-type"},
            "",
        ),
        ("dialogue", "start", pa.array([-1, 0], pa.int8()), [0], "out-of-range", ""),
        # Floats and theirs.
        (
            "label",
            "confidence",
            [0.0, 1.0, -0.1, 1.1, NAN, INFINITE],
            [2, 3, 4, 5],
            {2: "out-of-range", 3: "out-of-range", 4: "not-finite", 5: "not-finite"},
            "",
        ),
        ("label", "confidence", pa.array([0, 1, 2], pa.uint8()), [2], "out-of-range", ""),
        (
            "label",
            "confidence",
            pa.array([Decimal("0.1"), Decimal("1.1")], pa.decimal128(5, 1)),
            [1],
            "out-of-range",
            "",
        ),
        # Lists: null, length, elements.
        (
            "embedding",
            "vector",
            [[0.5], [], [1e39], [0.5, None]],
            [1, 2, 3],
            {1: "bad-length", 2: "out-of-range", 3: "wrong-type"},
            {2: "/vector/0", 3: "/vector/1"},
        ),
        (
            "embedding",
            "vector",
            [[NAN], [1.0, INFINITE]],
            [0, 1],
            "not-finite",
            {0: "/vector/0", 1: "/vector/1"},
        ),
        (
            "verdict",
            "urls",
            [[], ["a"], ["a", ""], [None], None],
            [2, 3, 4],
            {2: "bad-length", 3: "wrong-type", 4: "missing-field"},
            {2: "/urls/1", 3: "/urls/0"},
        ),
        (
            "claim",
            "topics",
            [[*CLAIM.topics], ["language"] * 5, ["talk"]],
            [1, 2],
            {1: "bad-length", 2: "not-in-vocabulary"},
            {2: "/topics/0"},
        ),
        # Booleans.
        ("question", "answerable", pa.array([True, None]), [1], "missing-field", ""),
        ("question", "answerable", pa.array([True, True]).dictionary_encode(), [0, 1], "", ""),
    ],
)
def test_values_that_do_not_fit(kind, name, column, suspect, code, wrong):
    rows = table(kind, **{name: column})
    codes = code if isinstance(code, dict) else {row: code for row in suspect if code}
    wrong = wrong or {}
    expected = [(row, one, wrong.get(row, f"/{name}")) for row, one in codes.items()]
    assert both(rows, kind) == (suspect, expected)


@pytest.mark.parametrize(
    ("kind", "name", "column"),
    [
        ("label", "creator", pa.array([1, None])),
        ("label", "method", pa.array([b"model", None])),
        ("label", "confidence", pa.array(["0.5", None])),
        ("label", "quote_start", pa.array([True, None])),
        ("label", "created", pa.array([dt.date(2026, 1, 1), None])),
        ("label", "created", pa.array([dt.datetime(2026, 1, 1), None], pa.timestamp("us"))),  # noqa: DTZ001
        ("label", "claim_id", pa.array([[1], None])),
        ("question", "answerable", pa.array(["yes", None])),
        ("question", "references", pa.array([{"claim_id": "d01-c01"}, None])),
        ("verdict", "urls", pa.array([[1], None])),
        ("embedding", "vector", pa.array([0.5, None])),
        ("relation", "other_claim_id", pa.array([1, None])),
        ("translation", "translation", pa.array([1, None])),
        ("label", "scheme", pa.array([1, None])),
    ],
)
def test_a_column_type_that_no_value_fits_is_one_fault(kind, name, column):
    required = name in LEAST[kind]
    # A row with a null there is validated like any other.
    missing = at("missing-field", f"/{name}", 1) if required else []
    suspect, found = both(table(kind, **{name: column}), kind)
    assert found == [(None, "wrong-type", f"/{name}"), *missing]
    assert 0 not in suspect or name in {
        "quote_start",
        "scheme",
        "claim_id",
        "answerable",
        "references",
        "other_claim_id",
    }


@pytest.mark.parametrize(
    ("kind", "name", "column"),
    [
        ("question", "references", pa.array([["d01-c01"]])),
        ("question", "references", pa.array([[{"claim": "d01-c02"}]])),
        ("question", "references", pa.array([[{"claim_id": "d01-c02", "note": "x"}]])),
        ("source", "participants", pa.array([[{"name": "x"}]])),
        ("label", "x_any", pa.array([[{"a": {"b": NAN}}]])),
        ("label", "topics", pa.array([["memory"]])),
        ("label", "topics", pa.array([[1]])),
        ("label", "topics", pa.array(["language"])),
    ],
)
def test_faults_in_nested_values(kind, name, column):
    suspect, found = both(table(kind, **{name: column}), kind)
    assert suspect == [0] or (found and found[0][0] is None)
    assert found


# References.


@pytest.mark.parametrize("made", [lambda one: one, runs, coded], ids=["plain", "runs", "dictionary"])
def test_references(made):
    rows = [
        ABOUT,
        ABOUT | {"claim_id": "d01-c99"},
        ABOUT | {"claim_sha256": CLAIM.claim_sha256},
        ABOUT | {"claim_sha256": OTHER.claim_sha256},
        ABOUT | {"release": "1.0.0"},
        ABOUT | {"release": "9.9.9"},
    ]
    columns = {name: [row.get(name) for row in rows] for name in ("claim_id", "claim_sha256", "release")}
    columns = {name: made(pa.array(column)) for name, column in columns.items()}
    assert both(table("label", **columns), "label") == (
        [1, 3, 5],
        [
            (1, "unknown-claim", "/claim_id"),
            (3, "digest-differs", "/claim_sha256"),
            (5, "unknown-release", "/release"),
        ],
    )


def test_references_to_claims_that_have_changed():
    now = OWN.claims["b-02"].sha256
    rows = table(
        "label",
        claim_id=["b-02", "b-02", "b-02", "b-02", "b-07", "a-01"],
        claim_sha256=[now, OLD, None, None, None, OWN.claims["a-01"].sha256],
        release=["2.0.0", "2.0.0", "1.0.0", None, None, "1.0.0"],
    )
    found = [(1, "stale-claim", "/claim_sha256"), (2, "stale-claim", "/release")]
    found += [(4, "retired-claim", "/claim_id")]
    assert both(rows, "label", against=OWN) == ([1, 2, 4], found)
    prefilter = Prefilter(RowValidator(["label"], OWN))
    (batch,) = rows.to_batches()
    assert prefilter.look(batch, {}).checked.rows_without_digest == 1


def test_relations():
    rows = table(
        "relation",
        claim_id=["d01-c02"] * 6,
        other_claim_id=["d01-c01", "d01-c02", "d01-c99", "!", "d05-c03", "d05-c03"],
        other_claim_sha256=[None, None, None, None, OTHER.claim_sha256, CLAIM.claim_sha256],
    )
    found = [
        (1, "fields-disagree", "/other_claim_id"),
        (2, "unknown-claim", "/other_claim_id"),
        (3, "unknown-claim", "/other_claim_id"),
        (5, "digest-differs", "/other_claim_sha256"),
    ]
    assert both(rows, "relation") == ([1, 2, 3, 5], found)
    # A row has a digest if both claims do.
    with_digests = table(
        "relation",
        claim_sha256=[CLAIM.claim_sha256] * 2,
        other_claim_id=["d05-c03"] * 2,
        other_claim_sha256=[OTHER.claim_sha256, None],
    )
    (batch,) = with_digests.to_batches()
    assert Prefilter(RowValidator(["relation"], shipped())).look(batch, {}).checked.rows_without_digest == 1
    stale = table("relation", claim_id=["a-01"], other_claim_id=["b-02"], release=["1.0.0"])
    assert both(stale, "relation", against=OWN) == ([0], at("stale-claim", "/release", 0))


def claim_of(claim_id: str, source: str, text: str, **fields) -> CorpusClaim:
    """Return a claim of a source, without markers."""
    start = source.index(text)
    given = {
        "claim_id": claim_id,
        "source_id": "s",
        "source": source,
        "text": text,
        "start": start,
        "end": start + len(text),
        "passage_end": start + len(text),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "text_en": None,
        "earlier": {},
        "revised": None,
        "columns": {},
    }
    return CorpusClaim(**given | fields)


def corpus_of(*claims: CorpusClaim, releases=()) -> ki.Corpus:
    return ki.Corpus(
        {one.claim_id: one for one in claims}, {"s": claims[0].source if claims else ""}, releases=releases
    )


def test_claims_of_equal_text_share_a_digest():
    source = "same words. same words. other words."
    two = [claim_of(name, source, "same words.") for name in ("one", "two")]
    other = claim_of("three", source, "other words.")
    rows = table(
        "label",
        claim_id=["one", "two", "three", "three"],
        claim_sha256=[two[0].sha256, two[0].sha256, other.sha256, two[0].sha256],
        quote=["same words.", "same words.", "other words.", None],
        release=["7.0.0"] * 4,  # where no releases are known, every one is
    )
    found = at("digest-differs", "/claim_sha256", 3)
    assert both(rows, "label", against=corpus_of(*two, other)) == ([3], found)


def test_a_corpus_whose_ids_have_not_the_form_of_ids():
    odd = corpus_of(claim_of("声  1", "words and words", "words"), claim_of("two", "words and words", "and"))
    rows = table("label", claim_id=["声  1", "two"])
    assert both(rows, "label", against=odd) == ([0], at("bad-format", "/claim_id", 0))


def test_a_corpus_whose_releases_have_not_the_form_of_releases():
    odd = corpus_of(claim_of("one", "words", "words"), releases=("first", "1.0.0"))
    rows = table("label", claim_id=["one"] * 2, release=["first", "1.0.0"])
    assert both(rows, "label", against=odd) == ([0], at("bad-format", "/release", 0))


def test_a_corpus_without_claims():
    rows = table("label", release=["1.0.0"])
    found = at("unknown-claim", "/claim_id", 0)
    assert both(rows, "label", against=corpus_of()) == ([0], found)
    assert both(table("question"), "question", against=corpus_of()) == (
        [0],
        at("unknown-claim", "/references/0/claim_id", 0),
    )


# Quotes.

QUOTES = [
    # Quote, start, end, of, code and where.
    (CLAIM.text, CLAIM.start, CLAIM.end, None, None),
    (CLAIM.text, CLAIM.start, CLAIM.end, "text", None),
    (CLAIM.text + " " + CLAIM.markers, CLAIM.start, CLAIM.end + 1 + len(CLAIM.markers), None, None),
    (CLAIM.text[:2], CLAIM.start, CLAIM.start + 2, None, None),
    (CLAIM.text[:2], CLAIM.start, CLAIM.start + 3, None, ("quote-misplaced", "/quote_start")),
    (CLAIM.text[:2], CLAIM.start + 1, CLAIM.start + 3, None, ("quote-misplaced", "/quote_start")),
    (CLAIM.text[:2], CLAIM.start, CLAIM.start, None, ("quote-out-of-range", "/quote_start")),
    (CLAIM.text[:2], CLAIM.start, 10_000, None, ("quote-out-of-range", "/quote_start")),
    (CLAIM.text[:2], CLAIM.start, None, None, ("fields-disagree", "/quote_end")),
    (CLAIM.text[:2], None, CLAIM.end, None, ("fields-disagree", "/quote_start")),
    (None, CLAIM.start, CLAIM.end, None, None),
    (None, 0, 5, None, ("quote-misplaced", "/quote_start")),
    (CLAIM.text[:-1] + "不", CLAIM.start, CLAIM.end, None, ("quote-not-found", "/quote")),
    (CLAIM.text, None, None, None, None),
    (CLAIM.text[:3], None, None, None, ("quote-too-short", "/quote")),
    (CLAIM.text + "不", None, None, None, ("quote-not-found", "/quote")),
    (OTHER.text, None, None, None, ("quote-misattributed", "/quote")),
    (CLAIM.text_en, None, None, "text_en", None),
    (CLAIM.text_en, 0, len(CLAIM.text_en), "text_en", None),
    (CLAIM.text_en, None, None, "text", ("quote-not-found", "/quote")),
    (CLAIM.text_en[:-1], 0, len(CLAIM.text_en), "text_en", ("quote-misplaced", "/quote_start")),
    (None, 0, len(CLAIM.text_en) + 1, "text_en", ("quote-out-of-range", "/quote_start")),
    ("", None, None, None, ("bad-length", "/quote")),
    (None, None, None, None, None),
]


def quoted(made=lambda one: one) -> pa.Table:
    columns = dict(
        zip(("quote", "quote_start", "quote_end", "quote_of"), zip(*QUOTES, strict=True), strict=False)
    )
    return table("label", **{name: made(pa.array(column)) for name, column in columns.items()})


EXPECTED = (
    [row for row, quote in enumerate(QUOTES) if quote[4]],
    [(row, *quote[4]) for row, quote in enumerate(QUOTES) if quote[4]],
)


@pytest.mark.parametrize(
    "made",
    [
        lambda one: one,
        runs,
        coded,
        lambda one: one.cast(pa.float64()) if pa.types.is_integer(one.type) else one.cast(pa.string_view()),
        lambda one: one.cast(pa.uint64()) if pa.types.is_integer(one.type) else one.cast(pa.large_string()),
        lambda one: one.cast(pa.decimal128(24, 2)) if pa.types.is_integer(one.type) else one,
    ],
    ids=["plain", "runs", "dictionary", "doubles", "unsigned", "decimals"],
)
def test_quotes_are_compared_by_code_point(made):
    assert both(quoted(made), "label") == EXPECTED


def test_quotes_in_a_corpus_too_long_to_compare_in_columns(monkeypatch):
    monkeypatch.setattr(references, "_MOST_POINTS", 0)
    assert references._Passages(shipped())._joined is None
    assert both(quoted(), "label") == EXPECTED
    assert both(quoted(coded), "label") == EXPECTED


def test_quotes_in_batches_of_any_size():
    prefilter = Prefilter(RowValidator(["label"], shipped()))
    (batch,) = quoted().to_batches()
    for size in (1, 2, 5):
        for first in range(0, len(QUOTES), size):
            seen = prefilter.look(batch.slice(first, size), {})
            assert seen.suspect.tolist() == [bool(one[4]) for one in QUOTES[first : first + size]]


def test_quotes_with_a_small_cache(monkeypatch):
    monkeypatch.setattr(references, "_MOST_KNOWN", 2)
    assert both(pa.concat_tables([quoted(), quoted()]), "label")[0] == [
        *EXPECTED[0],
        *(len(QUOTES) + row for row in EXPECTED[0]),
    ]


def test_quotes_outside_the_first_plane():
    claim = OWN.claims["a-04"]
    octets = len(claim.source[: claim.start].encode())
    rows = table(
        "label",
        claim_id=["a-04"] * 4,
        quote=[claim.text, "🧠与🌊之", "🧠与🌊之", "👩‍🔬画出的弯道"],
        quote_start=[claim.start, claim.start, octets, None],
        quote_end=[claim.end, claim.start + 4, octets + 4, None],
    )
    assert octets > len(claim.source)
    found = at("quote-out-of-range", "/quote_start", 2)
    assert both(rows, "label", against=OWN) == ([2], found)


def test_english_quotes_that_occur_twice_or_never():
    rows = table(
        "label",
        claim_id=["a-01", "a-01", "a-03"],
        quote=["也像低语", "像低语，", "a river"],
        quote_of=[None, None, "text_en"],
    )
    rows = rows.append_column("id", pa.array(["1", "2", "3"]))
    # 像低语 occurs twice in the claim, with the comma once.
    assert both(rows, "label", against=OWN) == ([2], at("quote-not-found", "/quote", 2))
    twice = table("label", claim_id=["b-05"], quote=["eins"])
    assert both(twice, "label", against=OWN) == ([0], at("quote-ambiguous", "/quote", 0))


@pytest.mark.parametrize(
    ("column", "code"),
    [
        ([CLAIM.start + 0.5, CLAIM.start], "wrong-type"),
        ([NAN, CLAIM.start], "not-finite"),
        (pa.array([2**64 - 1, CLAIM.start], pa.uint64()), "out-of-range"),
        ([-1, CLAIM.start], "out-of-range"),
    ],
)
def test_values_that_are_not_offsets(column, code):
    suspect, found = both(table("label", quote_start=column, quote_end=[CLAIM.end] * 2), "label")
    assert 0 in suspect
    assert found == at(code, "/quote_start", 0)


class Loose(ki.Reference):
    """A reference whose offsets may be any integers."""

    quote_start: int | None = None
    quote_end: int | None = None


def test_negative_offsets_are_not_treated_as_null():
    rows = pa.table({"claim_id": ["d01-c02"] * 3, "quote_start": [-1, -5, -2], "quote_end": [-1, -3, 5]})
    found = [(0, "quote-out-of-range"), (1, "quote-misplaced"), (2, "quote-misplaced")]
    assert both(rows, Loose) == ([0, 1, 2], [(row, code, "/quote_start") for row, code in found])


# Rules of single kinds.


def test_labels():
    rows = table(
        "label",
        scheme=["topic", "claim_type", "horizon", "topic", "claim_type", "horizon", "acme:x", "acme"],
        value=["language", "definition", "past", "past", "language", "", "anything", "language"],
    )
    found = [(3, "not-in-vocabulary", "/value"), (4, "not-in-vocabulary", "/value")]
    found += [(5, "bad-length", "/value"), (7, "not-in-vocabulary", "/scheme")]
    assert both(rows, "label") == ([3, 4, 5, 7], found)


def test_questions():
    held = [[REFERENCE], [], [REFERENCE], [], [REFERENCE], None]
    rows = table(
        "question",
        answerable=[True, False, False, True, True, True],
        answer=["!", None, "!", "!", None, "!"],
        references=held,
    )
    found = [
        (2, "fields-disagree", "/answer"),
        (3, "fields-disagree", "/references"),
        (4, "fields-disagree", "/answer"),
        (5, "missing-field", "/references"),
    ]
    assert both(rows, "question") == ([2, 3, 4, 5], found)
    never = table("question", answerable=[False], references=[[]], answer=None)
    assert both(never, "question") == ([], [])
    assert both(table("question", answer=None), "question") == ([0], at("fields-disagree", "/answer", 0))
    for name in ("references", "answerable"):
        found = [(None, "missing-field", f"/{name}")]
        assert both(table("question", **{name: None}), "question") == ([0], found)


def test_references_within_rows():
    wrong = [
        {"claim_id": "d01-c99"},
        {"claim_id": "d01-c02", "claim_sha256": "0" * 64},
        {"claim_id": "d01-c02", "quote": "gibt es nicht"},
        {"claim_id": None},
        {"claim_id": "d01-c02", "quote_start": 1},
    ]
    right = {"claim_id": "d05-c03", "claim_sha256": OTHER.claim_sha256, "quote": OTHER.text}
    rows = table("question", references=[[right], [right, right], *([right, one] for one in wrong)])
    found = [
        (2, "unknown-claim", "/references/1/claim_id"),
        (3, "digest-differs", "/references/1/claim_sha256"),
        (4, "quote-not-found", "/references/1/quote"),
        (5, "missing-field", "/references/1/claim_id"),
        (6, "fields-disagree", "/references/1/quote_end"),
    ]
    assert both(rows, "question") == ([2, 3, 4, 5, 6], found)
    (batch,) = table("question", references=[[right], [right, REFERENCE], [REFERENCE]]).to_batches()
    seen = Prefilter(RowValidator(["question"], shipped())).look(batch, {})
    assert seen.checked.rows_without_digest == 2
    # Null among references, and an older release of the row.
    assert both(table("question", references=[[right, None]]), "question") == (
        [0],
        at("wrong-type", "/references/1", 0),
    )
    stale = table("question", references=[[{"claim_id": "b-02"}]], release=["1.0.0"])
    assert both(stale, "question", against=OWN) == ([0], at("stale-claim", "/release", 0))


@pytest.mark.parametrize(
    ("claim_id", "text", "suspect", "lacking"),
    [
        ("a-02", "1,000 levels, of which 3", False, False),
        ("a-02", "1000 levels, of which 3 are", False, False),
        ("a-02", "1.000 Stände, davon 3", True, False),
        ("a-02", "Of 1000 levels three", True, True),
        ("a-02", "٣ من 1000", True, False),
        ("a-07", "3.5 metres a second", False, False),
        ("a-07", "3,5 Meter", True, False),
        ("a-07", "35 metres", True, True),
        ("a-01", "No number at all", False, False),
    ],
)
def test_translations_without_a_number_of_the_claim(claim_id, text, suspect, lacking):
    for made in (pa.array([text]), coded(pa.array([text])), pa.array([text], pa.string_view())):
        rows = table("translation", claim_id=[claim_id], translation=made)
        found = at("number-missing", "/translation", 0) if lacking else []
        assert both(rows, "translation", against=OWN) == ([0] if lacking else [], found)
    # Many rows about a claim are compared with a pattern, which may be unsure.
    rows = table("translation", claim_id=[claim_id] * 9, translation=[text] * 9)
    found = [one for row in range(9) for one in at("number-missing", "/translation", row)] if lacking else []
    assert both(rows, "translation", against=OWN) == ([*range(9)] if suspect else [], found)


class Scored(ki.Annotation):
    """A kind with a score in words, and a record."""

    score: str
    best: ki.Reference | None = None


class Rated(ki.Annotation):
    """A kind with a score in numbers."""

    score: float


def test_a_type_that_fits_another_kind_alone():
    rows = held(score=[0.5, 0.5], kind=["rated", "scored"])
    assert both(rows, [Scored, Rated]) == ([1], at("wrong-type", "/score", 1))


def test_dictionaries_of_nested_values_are_suspect():
    assert both(table("verdict", urls=coded(pa.array([["a"], [""]]), [0, 0])), "verdict") == ([0, 1], [])
    best = coded(pa.array([{"claim_id": "d01-c02"}]), [0, None])
    assert both(held(score=["x", "x"], best=best), Scored) == ([0], [])


class Noted(ki.Derived):
    """A kind with a text field that a timestamp fits, but that is not an instant."""

    year: Annotated[str, Field(pattern="^2026"), FromPython(instant)] | None = None


def test_timestamps_in_text_fields_are_suspect():
    column = pa.array([NOON, None], UTC)
    suspect, found = both(own(year=["2026", "2025", None]), Noted)
    assert (suspect, found) == ([1], at("bad-format", "/year", 1))
    validator = RowValidator([Noted], shipped())
    (batch,) = own(year=column).to_batches()
    assert Prefilter(validator).look(batch, {}).suspect.tolist() == [True, False]


def test_nested_quotes_that_are_not_text():
    wrong = [{"claim_id": "d01-c02", "quote": None}], [{"claim_id": "d01-c02", "quote": 1}]
    assert both(table("question", references=[*wrong]), "question") == (
        [1],
        at("wrong-type", "/references/0/quote", 1),
    )


def test_translations_that_are_not_text():
    rows = table("translation", claim_id=["a-02"], translation=[1])
    assert both(rows, "translation", against=OWN) == ([0], [(None, "wrong-type", "/translation")])


def test_translations_without_the_column():
    rows = table("translation", claim_id=["a-02"], translation=None)
    assert both(rows, "translation", against=OWN)[1] == [(None, "missing-field", "/translation")]


def test_claims_are_compared_with_the_corpus():
    texts = ki.load_table("claims").to_pylist()[:3]
    texts[1]["text"] += "不"
    texts[2]["citations"] = [*texts[2]["citations"], 9]
    found = [(1, "claim-differs", "/text"), (2, "claim-differs", "/citations")]
    assert both(pa.Table.from_pylist(texts), "claim") == ([1, 2], found)
    wrong = table("claim", claim_sha256=["0" * 64, CLAIM.claim_sha256], claim_id=["d01-c02", "d99-c01"])
    found = [(0, "digest-differs", "/claim_sha256"), (1, "unknown-claim", "/claim_id")]
    assert both(wrong, "claim") == ([0, 1], found)


def test_a_claim_with_only_nulls():
    rows = pa.table({"claim_id": pa.nulls(2), "position": pa.nulls(2)})
    suspect, found = both(rows, "claim")
    assert {code for _, code, _ in found} == {"missing-field"}
    assert len(found) == len(ki.Claim.model_fields)
    assert suspect == [0, 1]


# Columns that a kind does not have.


def test_columns_of_the_claim_carried_along():
    rows = table(
        "label",
        text=[CLAIM.text, CLAIM.text + "。", None, CLAIM.text],
        position=pa.array([CLAIM.position, CLAIM.position, 99, None], pa.uint64()),
        topics=[[*CLAIM.topics], None, [*CLAIM.topics, "memory"], ["memory"] * len(CLAIM.topics)],
        citations=pa.array([[*CLAIM.citations]] * 4, pa.list_(pa.int8())),
    )
    found = [(1, "claim-differs", "/text"), (2, "claim-differs", "/position")]
    found += [(2, "claim-differs", "/topics"), (3, "claim-differs", "/topics")]
    assert both(rows, "label") == ([1, 2, 3], found)


@pytest.mark.parametrize(
    ("name", "column", "suspect", "wrong"),
    [
        ("text", pa.array([CLAIM.text]).dictionary_encode(), False, False),
        ("text", pa.array([CLAIM.text], pa.string_view()), False, False),
        ("position", pa.array([float(CLAIM.position)]), True, False),
        ("position", pa.array([2**64 - 1], pa.uint64()), True, True),
        ("position", pa.array(["2"]), True, True),
        ("topics", pa.array([[*CLAIM.topics]], pa.large_list(pa.string_view())), False, False),
        (
            "topics",
            pa.array([[*CLAIM.topics]], pa.list_(pa.dictionary(pa.int8(), pa.string()))),
            False,
            False,
        ),
        ("topics", pa.array([*CLAIM.topics][:1]), True, True),
        ("topics", pa.array([[None for _ in CLAIM.topics]], pa.list_(pa.string())), True, True),
        ("citations", pa.array([[2**64 - 1 for _ in CLAIM.citations]], pa.list_(pa.uint64())), True, True),
    ],
)
def test_columns_of_the_claim_in_other_types(name, column, suspect, wrong):
    found = at("claim-differs", f"/{name}", 0) if wrong else []
    assert both(table("label", **{name: column}), "label") == ([0] if suspect else [], found)


@pytest.mark.parametrize(
    ("own", "column", "suspect", "wrong"),
    [
        ("a", ["a"], False, False),
        (True, [True], True, False),
        (0.5, [0.5], True, False),
        ([], [["a"]], True, True),
        (["a", 1], [["a"]], True, True),
        ([["a"]], [[["a"]]], True, False),
        ({"a": 1}, [{"a": 1}], True, False),
        (2**63, [1], True, True),
        (2**64, [1], True, True),
        ([2**64], [[1]], True, True),
        (None, ["a"], True, True),
    ],
)
@pytest.mark.parametrize("name", ["season", "x_season"])
def test_columns_of_other_corpora(own, column, suspect, wrong, name):
    claim = claim_of("one", "some words", "words", columns={name: own})
    rows = table("label", claim_id=["one"], **{name: column})
    found = at("claim-differs", f"/{name}", 0) if wrong else []
    assert both(rows, "label", against=corpus_of(claim)) == ([0] if suspect else [], found)


def test_columns_of_the_claim_that_another_corpus_has():
    rows = table(
        "label", claim_id=["a-01", "a-03"], tags=[["sound", "water"], []], season=["spring", "winter"]
    )
    assert both(rows, "label", against=OWN) == ([1], at("claim-differs", "/season", 1))
    # A kind that refers to no claim carries none.
    own = table("question", text=["x"])
    assert both(own, "question") == ([], [(None, "unknown-field", "/text")])


@pytest.mark.parametrize(
    ("column", "suspect", "wrong"),
    [
        (pa.array([0.5, None]), [], []),
        (pa.array([NAN, 1.0]), [0], [(0, "")]),
        (pa.array([NAN, 1.0], pa.float32()).dictionary_encode(), [0], [(0, "")]),
        (pa.array([np.float16(NAN), np.float16(1)], pa.float16()), [0], [(0, "")]),
        (pa.array([[1.0, INFINITE], [1.0]]), [0], [(0, "/1")]),
        (pa.array([[[NAN]], None]), [0], [(0, "/0/0")]),
        (pa.array([{"a": {"b": NAN}}, {"a": {"b": 1.0}}]), [0], [(0, "/a/b")]),
        (pa.array([{"a": [NAN]}, {"a": None}]), [0], [(0, "/a/0")]),
        (pa.array([{}, None], pa.struct([])), [], []),
        (pa.array([["x"], None], pa.list_view(pa.string_view())), [], []),
        (pa.array([[("a", 1.0)], None], pa.map_(pa.string(), pa.float64())), [0], []),
        (pa.array([[("a", "b")], None], pa.map_(pa.string(), pa.string())), [0], []),
        (pa.array([b"x", None], pa.binary_view()), [], []),
        (pa.array([Decimal("1.5"), None]), [], []),
        (pa.array([2**62, None], pa.timestamp("s", "UTC")), [], []),
        (pa.array([1, None], pa.duration("ns")), [], []),
        (pa.array([(1, 2, 3), None], pa.month_day_nano_interval()), [], []),
        (coded(pa.array([{"a": 1.0}]), [0, None]), [], []),
        (runs(pa.array([{"a": 1.0}, None])), [], []),
    ],
    ids=lambda one: str(one.type) if isinstance(one, pa.Array) else None,
)
def test_custom_columns(column, suspect, wrong):
    for option in ({}, {"extra": "allow"}):
        for name in ("x_score", "score") if option else ("x_score",):
            found = [(row, "not-finite", f"/{name}{rest}") for row, rest in wrong]
            assert both(table("label", **{name: column}), "label", **option) == (suspect, found)


@pytest.mark.parametrize(
    ("value", "suspect", "found"),
    [
        ({"x_note": "a"}, [], []),
        ({"x_score": 0.5, "x_none": None}, [], []),
        ({"x_score": NAN}, [0], [(0, "not-finite", "/references/0/x_score")]),
        ({"note": "a"}, [0], [(0, "unknown-field", "/references/0/note")]),
    ],
)
def test_other_fields_of_records_within_rows(value, suspect, found):
    references = pa.array([[{"claim_id": "d01-c01"} | value]])
    assert both(table("question", references=references).slice(0, 1), "question") == (suspect, found)


def unions() -> list[pa.Array]:
    views = pa.array(["x", "y"], pa.string_view())
    held = pa.MapArray.from_arrays(pa.array([0, 1, 2], pa.int32()), pa.array(["a", "b"]), views)
    either = pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array([1, 2]), views])
    return [held, either, runs(held), pa.StructArray.from_arrays([either], ["u"]), coded(held)]


@pytest.mark.parametrize("column", unions(), ids=lambda one: str(one.type))
def test_types_whose_elements_arrow_cannot_take(column):
    kinds = ["label", "translation"]
    rows = table("label", x_odd=column, kind=["label", "translation"]).append_column(
        "language", pa.array([None, "de"])
    )
    rows = rows.append_column("translation", pa.array([None, "…"]))
    rows = rows.set_column(rows.schema.get_field_index("scheme"), "scheme", pa.array(["topic", None]))
    rows = rows.set_column(rows.schema.get_field_index("value"), "value", pa.array(["language", None]))
    assert both(rows, kinds) == ([0, 1], [])
    (batch,) = rows.to_batches()
    assert taken(batch, np.array([1])).to_pylist() == batch.slice(1).to_pylist()
    assert taken(batch, np.array([], np.int64)).num_rows == 0
    assert rows_of(batch, np.array([1])) == rows_of(batch)[1:]
    # In a field it is wrong, and says so in each row.
    wrong, found = both(table("label", rationale=column), "label")
    assert wrong == [0, 1]
    assert found == [(None, "wrong-type", "/rationale")]


def test_deep_columns():
    sort, value = pa.float64(), 1.0
    for _ in range(52):
        sort, value = pa.list_(sort), [value]
    rows = table("label", x_deep=pa.array([value, None], sort))
    (batch,) = rows.to_batches()
    # Such a batch is refused before it is looked at.
    assert Prefilter(RowValidator(["label"], shipped())).look(batch, {}).suspect.tolist() == [True, False]
    assert [one.code for one in ki.validate(rows, kind="label").sample] == ["unreadable"]


def test_names_within_a_slip_of_typing():
    found = [(None, "unknown-field", "/Rationale")]
    for option in ({}, {"extra": "allow"}):
        assert both(table("label", Rationale=["x", None]), "label", **option) == ([], found)
    assert both(table("label", note=["x", None]), "label") == ([], [(None, "unknown-field", "/note")])
    assert both(table("label", note=["x", None]), "label", extra="allow") == ([], [])
    # A required field under a mistyped name is one fault, not two.
    rows = table("label", value=None, Value=["language"])
    assert both(rows, "label") == ([0], [(None, "unknown-field", "/Value")])


def test_which_rows_a_fault_of_a_column_dooms():
    prefilter = Prefilter(RowValidator(["label"], shipped()))
    (batch,) = table("label", note=["x", None], confidence=["x", None]).to_batches()
    assert prefilter.look(batch, {"note": "unknown-field"}).doomed.tolist() == [True, False]
    assert prefilter.look(batch, {"confidence": "wrong-type"}).doomed.tolist() == [True, False]
    assert prefilter.look(batch, {"creator": "missing-field"}).doomed.tolist() == [True, True]
    assert prefilter.look(batch, {"elsewhere": "missing-field"}).doomed.tolist() == [True, True]
    assert prefilter.look(batch, {"elsewhere": "wrong-type"}).doomed.tolist() == [False, False]
    report = ki.validate(table("label", note=["x", None]), kind="label")
    assert (report.rows, report.valid, report.invalid) == (2, 1, 1)


# Several kinds, defaults, require.


def mixed(**columns) -> pa.Table:
    rows = [LEAST["label"], LEAST["translation"], LEAST["question"]]
    kinds = ["label", "translation", "question"]
    names = {name for row in rows for name in row}
    made = {name: pa.array([row.get(name) for row in rows]) for name in sorted(names)}
    return pa.table(made | {"kind": pa.array(kinds)} | columns)


def test_several_kinds_in_one_table():
    kinds = ["label", "translation", "question"]
    assert both(mixed(), kinds) == ([], [])
    other = table("label", kind=["label", "verdict"])
    assert both(other, kinds[:2]) == ([1], at("unknown-kind", "/kind", 1))
    assert both(mixed(kind=["label", "translation", "Question"]), kinds) == (
        [2],
        at("unknown-kind", "/kind", 2),
    )
    assert both(mixed(kind=["label", "translation", None]), kinds) == ([2], at("missing-field", "/kind", 2))
    # What one kind has and another has not is unknown in the other's rows.
    assert both(mixed(translation=["x", "…", None]), kinds) == ([0], at("unknown-field", "/translation", 0))
    assert both(mixed(language=[None, "zz_", "de"]), kinds) == ([1], at("bad-format", "/language", 1))
    assert both(mixed(kind=[1, 2, 3]), kinds) == ([0, 1, 2], [(None, "wrong-type", "/kind")])
    # A kind column of another type makes all rows invalid except those where it is null.
    one = table("label", kind=[1, None])
    assert both(one, "label") == ([0], [(None, "wrong-type", "/kind")])
    assert ki.validate(one, kind="label").invalid == 1
    assert both(mixed().drop_columns("kind"), kinds) == ([0, 1, 2], [(None, "missing-field", "/kind")])
    assert both(mixed(kind=pa.nulls(3)), kinds)[1] == [(None, "missing-field", "/kind")]
    one = table("label", kind=["label", None, "translation", "lable"])
    assert both(one, "label") == ([2, 3], at("unknown-kind", "/kind", 2, 3))
    assert both(table("dialogue"), ["dialogue", "label"], defaults={"kind": "dialogue"}) == ([], [])


def test_the_kind_is_given_as_a_dictionary_or_as_runs():
    for made in (coded(pa.array(["label", None])), runs(pa.array(["label", "label"]))):
        assert both(table("label", kind=made), "label") == ([], [])
    holds_null = coded(pa.array(["label", None]), [0, 1])
    assert both(table("label", kind=holds_null), ["label", "verdict"]) == (
        [1],
        at("missing-field", "/kind", 1),
    )


def test_defaults():
    given = {"method": "rule", "creator": "m", "confidence": 0.5, "created": "2026-01-01T00:00:00Z"}
    bare = table("label", method=None, creator=None)
    assert both(bare, "label", defaults=given) == ([], [])
    assert both(table("label", creator=["a", None, ""]), "label", defaults=given) == (
        [2],
        at("bad-length", "/creator", 2),
    )
    # Only plain text is filled in; rows with other nulls go to the row validator.
    wide = pa.array(["a", None], pa.large_string())
    assert both(table("label", creator=wide), "label", defaults=given) == ([1], [])
    assert both(table("label", confidence=[None, 0.5]), "label", defaults=given) == ([0], [])
    assert both(table("label", kind=[None, "label"]), ["label", "verdict"], defaults={"kind": "label"}) == (
        [],
        [],
    )
    assert both(table("label"), ["label", "verdict"], defaults={"kind": "label", "urls": []}) == ([], [])
    vectors = table("embedding", vector=None)
    assert both(vectors, "embedding", defaults={"vector": [1, 0.5]}) == ([], [])
    assert both(vectors, "embedding", defaults={"vector": (1.0,)}) == ([], [])
    instant = {"created": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}
    assert both(table("label"), "label", defaults=instant) == ([], [])


class Ranked(ki.Derived):
    """A kind with an integer that has no bounds."""

    rank: int
    odds: Annotated[int, Field(multiple_of=2, gt=0, lt=100)] | None = None


Colour = TypeAliasType("Colour", Literal["red", "blue"])
Share = TypeAliasType("Share", Annotated[float, Field(gt=0, lt=1)])
Count = TypeAliasType("Count", Annotated[int, Field(gt=0, lt=10)])
Word = TypeAliasType("Word", Annotated[str, Field(min_length=2, max_length=3, pattern="^[a-z]+$")])
Flag = TypeAliasType("Flag", bool)


class Between(ki.Derived):
    """A kind with every sort of leaf, each of a type that has a name."""

    share: Share
    other_share: Share | None = None
    count: Count
    other_count: Count | None = None
    colour: Colour
    other_colour: Colour | None = None
    word: Word
    other_word: Word | None = None
    flag: Flag
    other_flag: Flag | None = None


def test_leaves_of_types_that_have_a_name():
    right = {"share": 0.5, "count": 5, "colour": "red", "word": "abc", "flag": True}
    right |= {f"other_{name}": value for name, value in right.items()}
    wrong = {
        "share": [0.0, 1.0], "count": [0, 10], "colour": ["green", "Red"], "word": ["a", "abcd", "AB"],
    }  # fmt: skip
    rows = pa.table({name: [value] for name, value in (ABOUT | right).items()})
    assert both(rows, Between) == ([], [])
    for name, values in wrong.items():
        for field in (name, f"other_{name}"):
            for value in values:
                column = rows.schema.get_field_index(field)
                suspect, found = both(rows.set_column(column, field, pa.array([value])), Between)
                assert (suspect, [path for _, _, path in found]) == ([0], [f"/{field}"])


def test_defaults_that_arrow_cannot_represent():
    question = table("question", references=None)
    given = {"references": [ki.Reference(claim_id="d01-c01")]}
    assert both(question, "question", defaults=given) == ([0], [])
    rows = pa.table({name: [value] * 2 for name, value in ABOUT.items()})
    assert both(rows, Ranked, defaults={"rank": 2**70}) == ([0, 1], [])
    rows = rows.append_column("rank", pa.array([None, 2**64 - 1], pa.uint64()))
    assert both(rows, Ranked, defaults={"rank": 2**70}) == ([0], [])


def test_bounds_of_every_sort():
    rows = pa.table({name: [value] * 5 for name, value in (ABOUT | {"rank": 1}).items()})
    rows = rows.append_column("odds", pa.array([None, 2, 3, 0, 100]))
    found = [(2, "out-of-range", "/odds"), (3, "out-of-range", "/odds"), (4, "out-of-range", "/odds")]
    # Only the row validator checks multiples.
    assert both(rows, Ranked) == ([1, 2, 3, 4], found)
    huge = rows.set_column(
        rows.schema.get_field_index("rank"), "rank", pa.array([1.0, 2.0**53, 2.0**60, 1.5, NAN])
    )
    suspect, _ = both(huge.drop_columns("odds"), Ranked)
    assert suspect == [2, 3, 4]


def test_require():
    require = ["id", "release"]
    rows = table("label", id=["a", None], release=["1.0.0", "1.0.0"])
    assert both(rows, "label", require=require) == ([1], at("missing-field", "/id", 1))
    found = [(None, "missing-field", f"/{name}") for name in require]
    suspect, reported = both(table("label"), "label", require=require)
    assert (suspect, reported) == ([], found)
    both_kinds = both(mixed(id=["a", "b", None]), ["label", "translation", "question"], require=["id"])
    assert both_kinds == ([2], at("missing-field", "/id", 2))


# Custom kinds.


class Strict(ki.Derived):
    """A kind with a validator of a field."""

    mood: str | None = None

    @field_validator("mood")
    @classmethod
    def _mood(cls, mood: str | None) -> str | None:
        if mood == "bad":
            raise ValueError("expected a good mood")
        return mood


def own(**columns) -> pa.Table:
    """Return rows of a custom kind."""
    rows = len(next(iter(columns.values())))
    return pa.table({name: [value] * rows for name, value in ABOUT.items() if name not in columns} | columns)


def test_a_field_with_a_validator_is_always_suspect():
    assert both(own(mood=["good", "bad", None]), Strict) == ([0, 1], at("bad-format", "/mood", 1))


class Whole(ki.Record):
    """A kind with a validator of rows, which may reject a row without values."""

    a: str | None = None
    b: str | None = None

    @model_validator(mode="after")
    def _one(self):
        if self.a is None and self.b is None:
            raise ValueError("expected one of a and b")
        return self


def test_a_kind_with_a_validator_of_rows_is_always_suspect():
    rows = pa.table({"a": ["x", None, None], "b": [None, "x", None]})
    assert both(rows, Whole) == ([0, 1, 2], at("bad-format", "", 2))


class Before(Whole):
    """A kind with a validator before all others."""

    @model_validator(mode="before")
    @classmethod
    def _before(cls, values):
        return values


class Short(ki.Reference):
    """A kind with a setting that changes which values it accepts."""

    model_config = ConfigDict(str_max_length=10)


class Described(ki.Reference):
    """A kind with settings that change nothing."""

    model_config = ConfigDict(title="Described", json_schema_extra={"x": 1})


class Late(ki.Reference):
    """A kind that does more once it is made."""

    def model_post_init(self, _):
        if self.quote == CLAIM.text:
            raise ValueError("expected fewer words")


def _some(value):
    if value is None:
        raise ValueError("expected something")
    return value


class Judged(ki.Reference):
    """A kind whose default is validated."""

    note: Annotated[str | None, AfterValidator(_some), Field(validate_default=True)] = None


def test_kinds_with_custom_validation_are_always_suspect():
    with_digests = {"claim_id": ["d01-c02", "d01-c02"], "claim_sha256": [None, CLAIM.claim_sha256]}
    assert both(pa.table(with_digests), Described) == ([], [])
    assert both(pa.table(with_digests), Short) == ([0, 1], at("bad-length", "/claim_sha256", 1))
    quoted_whole = pa.table({"claim_id": ["d01-c02"] * 2, "quote": [None, CLAIM.text]})
    assert both(quoted_whole, Late) == ([0, 1], at("bad-format", "", 1))
    assert both(pa.table({"claim_id": ["d01-c02"] * 2, "note": ["x", None]}), Judged)[0] == [0, 1]
    assert both(pa.table({"a": ["x"], "b": [None]}), Before) == ([0], [])


class Holder(ki.Annotation):
    """A kind with nested records of several types."""

    short: ki.Many[Short] = ()
    whole: Whole | None = None
    judged: Judged | None = None
    loose: ki.Many[Loose | None] = ()
    best: ki.Reference | None = None


def held(**columns) -> pa.Table:
    rows = len(next(iter(columns.values())))
    return pa.table({name: [value] * rows for name, value in BY.items()} | columns)


def test_records_within_rows():
    assert both(held(short=[[], [{"claim_id": "d01-c02"}]]), Holder) == ([1], [])
    assert both(held(whole=[None, {"a": None, "b": None}]), Holder) == ([1], at("bad-format", "/whole", 1))
    assert both(held(judged=[None, {"claim_id": "d01-c02", "note": "x"}]), Holder) == ([1], [])
    nulls = pa.array(
        [[None, {"claim_id": "d01-c02", "quote_end": None}], [{"claim_id": "d01-c99", "quote_end": None}]]
    )
    assert both(held(loose=nulls), Holder) == ([1], at("unknown-claim", "/loose/0/claim_id", 1))
    best = [{"claim_id": "d01-c02"}, None, {"claim_id": "d01-c99"}]
    assert both(held(best=best), Holder) == ([2], at("unknown-claim", "/best/claim_id", 2))
    views = pa.StructArray.from_arrays([pa.array(["d01-c02", "d01-c99"], pa.string_view())], ["claim_id"])
    assert both(held(best=views), Holder) == ([1], at("unknown-claim", "/best/claim_id", 1))
    empty = pa.array([None, {}], pa.struct([]))
    assert both(held(best=empty), Holder) == ([1], at("missing-field", "/best/claim_id", 1))


class Deep(ki.Annotation):
    """A kind with references two levels down."""

    holders: ki.Many[Holder]
    texts: ki.Many[ki.Many[Annotated[str, Field(max_length=2)]]] = ()


def test_records_within_records():
    inner = [
        {"method": "rule", "creator": "m", "best": {"claim_id": name}} for name in ("d01-c02", "d01-c99")
    ]
    rows = held(holders=[inner[:1], inner], texts=[[["ab"], []], [["abc"]]])
    found = [(1, "unknown-claim", "/holders/1/best/claim_id"), (1, "bad-length", "/texts/0/0")]
    assert both(rows, Deep) == ([1], found)


class Written(ki.Derived):
    """A kind with patterns and types of a user's own."""

    digits: Annotated[str, Field(pattern=r"^\d+$")] | None = None
    word: Annotated[str, Field(pattern=r"^\p{Han}{2,3}$")] | None = None
    folded: Annotated[str, Field(pattern=re.compile("^ab$", re.IGNORECASE))] | None = None
    when: ki.Instant | None = None
    dated: Annotated[str, Field(pattern=INSTANT_PATTERN)] | None = None
    stripped: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2)] | None = None
    number: Literal[1, 2] | None = None
    code: Annotated[str, Field(min_length=2, max_length=3)] | None = None


@pytest.mark.parametrize(
    ("name", "column", "suspect", "code"),
    [
        ("digits", ["12", "१२", "1 2", None], [2], "bad-format"),
        ("word", ["语言", "𠮷𠮷", "語言語言", "ab"], [2, 3], "bad-format"),
        ("folded", ["ab", "AB", "b"], [2], "bad-format"),
        ("when", pa.array([NOON, None]), [], ""),
        ("when", ["2026-01-31T12:00:00Z", "2026-02-30T12:00:00Z"], [1], "bad-format"),
        ("dated", ["2026-01-31T12:00:00Z", "2026-02-30T12:00:00Z"], [1], "bad-format"),
        ("stripped", ["ab", " ab ", None], [0, 1], ""),
        ("code", ["ab", "a", "𠮷𠮷𠮷", "abcd", "🧠"], [1, 3, 4], "bad-length"),
    ],
)
def test_custom_patterns_and_lengths(name, column, suspect, code):
    assert both(own(**{name: column}), Written) == (suspect, at(code, f"/{name}", *suspect) if code else [])


def test_a_timestamp_is_an_instant_only_as_text():
    column = pa.array([NOON, None])
    assert both(own(dated=column), Written) == ([], [(None, "wrong-type", "/dated")])


def test_unknown_types_are_always_suspect():
    assert both(own(number=[1, 3, None]), Written) == ([0, 1], at("wrong-type", "/number", 1))


class Dated(ki.Derived):
    """A kind with an instant that must be given, and instants in a list."""

    when: ki.Instant
    others: ki.Many[ki.Instant] = ()


def test_instants_that_must_be_given():
    column = pa.array([NOON, None], UTC)
    assert both(own(when=column), Dated) == ([1], at("missing-field", "/when", 1))
    lists = pa.array([[NOON], [NOON, None], [NOON, NOON]], pa.list_(UTC))
    right = pa.array([NOON] * 3, UTC)
    found = [(1, "wrong-type", "/others/1")]
    suspect, reported = both(own(when=right, others=lists), Dated)
    assert (suspect, reported) == ([1], found)
    nanoseconds = pa.array([[1_000], [1_001], []], pa.list_(pa.timestamp("ns", "UTC")))
    suspect, reported = both(own(when=right, others=nanoseconds), Dated)
    assert suspect == [1]
    assert [one[0] for one in reported] == [1]


class Changed(ki.Derived):
    """A kind that takes other ids, digests and quotes than ours."""

    claim_id: Annotated[str, Field(max_length=6)]
    quote: Annotated[str, Field(min_length=5)] | None = None
    claim_sha256: Annotated[str, AfterValidator(_some)] | None = None
    release: Literal["1.0.0"] | None = None


def test_reference_fields_that_a_kind_redefines():
    rows = own(
        claim_id=["d01-c02", "d01-c02"],
        quote=[CLAIM.text[2:6], CLAIM.text],
        release=["1.0.0", None],
    )
    found = [(row, "bad-length", "/claim_id") for row in (0, 1)] + at("bad-length", "/quote", 0)
    assert both(rows, Changed) == ([0, 1], sorted(found))


class Opinion(ki.Label):
    """A label of a custom kind."""

    strength: Literal["weak", "strong"] = "weak"


def test_a_subclass_of_a_kind_has_its_rules():
    rows = table("label", value=["language", "past"], strength=["weak", None])
    assert both(rows, Opinion) == ([1], at("not-in-vocabulary", "/value", 1))


class Loud(Rule):
    """A rule for rows without a version for columns."""

    model = ki.Verdict

    def rows(self, bad, /, creator, rationale):
        loud = "creator" not in bad and creator is not None and creator.isupper() and rationale is not None
        return [Fault("fields-disagree", ("creator",), "small letters", creator)] if loud else []


def test_a_rule_by_row_alone_is_never_skipped(monkeypatch):
    monkeypatch.setattr(registry, "RULES", (*registry.RULES, Loud))
    rows = table("verdict", creator=["a", "B", "C"], rationale=["x", None, "y"])
    assert both(rows, "verdict") == ([0, 1, 2], at("fields-disagree", "/creator", 2))


def test_a_rule_gets_only_the_fields_that_it_names():
    assert Loud.fields == ("creator", "rationale")
    reported = []

    class Listening(Loud):
        def rows(self, _, /, creator, **__):
            reported.append(creator)
            return []

    assert Listening.fields == tuple(ki.Verdict.model_fields)
    assert Listening(None).faults({"creator": "a", "x": 1}, frozenset()) == []
    assert reported == ["a"]


def test_every_rule_is_registered():
    package = "kaiser_interview."
    assert {rule for rule in Rule.__subclasses__() if rule.__module__.startswith(package)} == {
        *registry.RULES
    }


# Patterns, where there are many texts.


@pytest.mark.parametrize("most", [1024, 8, 1])
def test_patterns_over_many_texts(monkeypatch, most):
    monkeypatch.setattr(scalars, "_MOST_KNOWN", most)
    wrong = {3: "G" * 64, 17: "0" * 63, 39: ""}
    digests = [wrong.get(number, f"{number:04x}" * 16) for number in range(40)]
    doubts = doubts_of(ki.Relation)["other_claim_sha256"]
    for made in (pa.array(digests), coded(pa.array(digests)), pa.array(digests, pa.large_string())):
        for _ in range(2):  # again, once texts are known
            assert np.flatnonzero(doubts(made)).tolist() == [*wrong]
        found = both(table("relation", other_claim_sha256=made), "relation")[1]
        assert [row for row, code, _ in found if code == "bad-format"] == [*wrong]
    words = ["语言", "𠮷𠮷", "語言語言"] * 5 + [f"{mark}{mark}" for mark in "一二三四五六七八九十"]
    found = at("bad-format", "/word", 2, 5, 8, 11, 14)
    assert both(own(word=words), Written) == ([2, 5, 8, 11, 14], found)


def test_dictionaries_without_values():
    none = [None, None]
    bare = pa.Array.from_buffers(pa.string(), 0, [None, pa.py_buffer(b""), pa.py_buffer(b"")])
    for values in (pa.array([], pa.string()), pa.array([], pa.large_string()), bare):
        column = pa.DictionaryArray.from_arrays(pa.array(none, pa.int8()), values)
        for name in ("id", "rationale", "created", "claim_sha256", "quote", "quote_of"):
            assert both(table("label", **{name: column}), "label") == ([], [])


# Values.


def test_rows_as_values():
    batch = pa.RecordBatch.from_pydict(
        {
            "s": pa.array([0, 2**60], pa.timestamp("s", "UTC")),
            "n": pa.array([1_000, 1_001], pa.timestamp("ns", "UTC")),
            "r": runs(pa.array(["a", "b"])),
        }
    )
    first, second = rows_of(batch)
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    assert first == {"s": epoch, "n": epoch + dt.timedelta(microseconds=1), "r": "a"}
    assert second["r"] == "b"
    assert repr(second["n"]) == "1970-01-01 00:00:00.000001001Z"
    assert shown(second["s"]) == f"a timestamp[s, tz=UTC] that Python cannot represent: {2**60}"
    assert [one["r"] for one in rows_of(batch, np.array([1, 0]))] == ["b", "a"]
    nothing = pa.RecordBatch.from_struct_array(pa.array([{}] * 3, pa.struct([])))
    assert rows_of(nothing) == [{}, {}, {}]
    assert rows_of(nothing, np.array([1])) == [{}]
    assert taken(batch.select(["r"]), np.array([1])).to_pydict() == {"r": ["b"]}


def test_text_that_is_not_utf8_makes_its_row_suspect():
    data = pa.py_buffer(b"ab\xffc")
    column = pa.StringArray.from_buffers(3, pa.py_buffer(np.array([0, 1, 3, 4], np.int32)), data)
    found = ki.validate(table("label", rationale=column), kind="label").sample
    assert [(one.row, one.code, one.pointer) for one in found] == [(1, "not-utf8", "/rationale")]
    found = ki.validate(table("dialogue", x_note=column), kind="dialogue").sample
    assert [(one.row, one.code, one.pointer) for one in found] == [(1, "not-utf8", "/x_note")]
    # A second fault of the row is reported too, and a value that is null for that reason is not missing.
    rows = table("label", creator=column, method=["model", "x", "rule"])
    found = sorted((one.row, one.code, one.pointer) for one in ki.validate(rows, kind="label").sample)
    assert found == [(1, "not-in-vocabulary", "/method"), (1, "not-utf8", "/creator")]


def test_rows_that_match_their_schema_are_validated_only_beyond_it():
    prefilter = Prefilter(RowValidator(["label"], shipped()))
    (batch,) = table(
        "label",
        claim_id=["d01-c02", "d01-c99", "x  y", "d01-c02", "d01-c02"],
        quote=[None, None, None, "gibt es nicht", ""],
        confidence=[0.5, 0.5, 0.5, 0.5, None],
    ).to_batches()
    seen = prefilter.look(batch, {})
    assert seen.suspect.tolist() == [False, True, True, True, True]
    assert seen.shaped.tolist() == [False, True, False, True, False]
    said = [
        (row, [one.code for one in verdict.faults])
        for row, _, verdict in prefilter.verdicts(batch, np.flatnonzero(seen.suspect), {}, seen.shaped)
    ]
    expected = [(1, ["unknown-claim"]), (2, ["bad-format"]), (3, ["quote-not-found"]), (4, ["bad-length"])]
    assert said == expected
    said = [(row, len(verdict.faults)) for row, _, verdict in prefilter.verdicts(batch, np.arange(5), {})]
    assert said == [(0, 0), (1, 1), (2, 1), (3, 1), (4, 1)]
    # If a whole column has a reported fault, rows are validated in full.
    assert not prefilter.look(batch, {"note": "unknown-field"}).shaped.any()


def test_rows_of_a_kind_without_a_field_for_it_are_all_of_that_kind():
    prefilter = Prefilter(RowValidator(["claim"], shipped()))
    batch = pa.record_batch({"claim_id": ["d01-c01", None]})
    assert prefilter.is_of(batch, frozenset({"claim"})).tolist() == [True, True]
    assert prefilter.is_of(batch, frozenset({"label"})).tolist() == [False, False]

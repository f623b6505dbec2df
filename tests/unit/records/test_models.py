"""Values that the models accept and reject, and the text of records."""

import ast
import inspect
import json
import math
import pickle
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

import kaiser_interview as ki
from kaiser_interview.records import models
from kaiser_interview.records.introspection import values_of
from kaiser_interview.records.models import KINDS, Language, Scheme, Version

RECORDS = [ki.Annotation, ki.Derived, ki.Participant, ki.Reference, *KINDS.values()]

TRANSLATION = {
    "claim_id": "d01-c01",
    "method": "model",
    "creator": "m",
    "language": "fr",
    "translation": "…",
}


def refused(model, /, **changes):
    with pytest.raises(ValidationError) as caught:
        model.model_validate(changes)
    return [(error["type"], error["loc"]) for error in caught.value.errors()]


def docstrings(model):
    """Return the docstrings below the fields of a class in its source, which editors show."""
    body = ast.parse(inspect.getsource(model)).body[0].body
    return {
        field.target.id: " ".join(below.value.value.split())
        for field, below in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr)
    }


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_every_field_has_the_description_that_editors_show(model):
    shown = {}
    for base in reversed(model.__mro__):
        if base.__module__ == models.__name__:
            shown |= docstrings(base)
    assert {name: field.description for name, field in model.model_fields.items()} == shown
    assert all(text.endswith(".") for text in shown.values())


def test_descriptions_outlast_a_rebuild():
    before = {name: field.description for name, field in ki.Question.model_fields.items()}
    ki.Question.model_rebuild(force=True)
    assert {name: field.description for name, field in ki.Question.model_fields.items()} == before
    described = ki.Question.model_json_schema()["properties"]
    assert {name: field["description"] for name, field in described.items()} == before


def test_a_custom_field_has_its_own_description():
    class Translation(ki.Translation):
        """Has the name of a shipped class, and redefines one of its fields."""

        language: str
        translation: str = Field(description="My words.")
        note: str | None = None

    described = {name: field.description for name, field in Translation.model_fields.items()}
    inherited = {name: field.description for name, field in ki.Translation.model_fields.items()}
    assert described == inherited | {"language": None, "translation": "My words.", "note": None}


class FromDocstrings(ki.Label):
    """Takes descriptions from docstrings, an option of pydantic."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    value: str
    """My value."""


def test_pydantic_reads_the_docstrings_of_custom_fields():
    described = {name: field.description for name, field in FromDocstrings.model_fields.items()}
    inherited = {name: field.description for name, field in ki.Label.model_fields.items()}
    assert described == inherited | {"value": "My value."}


def test_a_row_needs_only_required_fields():
    row = ki.Translation.model_validate(TRANSLATION)
    assert (row.id, row.quote, row.created) == (None, None, None)
    assert ki.Translation.model_validate(TRANSLATION | {"id": None, "quote": None}) == row


def test_records_are_closed_to_other_fields():
    assert refused(ki.Translation, **TRANSLATION, note="x") == [("extra_forbidden", ("note",))]


def test_records_accept_extra_fields_that_start_with_x():
    others = {"x_note": "a", "x_": [1, {"a": None}], "x_ä": None}
    row = ki.Translation.model_validate(TRANSLATION | others)
    assert row.model_extra == others
    assert row.model_dump(exclude_none=True) == TRANSLATION | {"x_note": "a", "x_": [1, {"a": None}]}
    assert ki.Translation.model_validate_json(row.model_dump_json()) == row
    assert row != ki.Translation.model_validate(TRANSLATION)
    for copy in (pickle.loads(pickle.dumps(row)), row.model_copy()):
        assert (copy, hash(copy), repr(copy)) == (row, hash(row), repr(row))
    assert "x_note='a'" in repr(row)
    with pytest.raises(ValidationError, match="frozen"):
        row.x_note = "b"
    assert values_of(row) == row.model_dump()


@pytest.mark.parametrize("value", [math.nan, math.inf, [0.5, -math.inf], {"a": ({"b": [math.nan]},)}])
def test_numbers_in_other_fields_must_be_finite(value):
    for attempt in (
        lambda: ki.Translation.model_validate(TRANSLATION | {"x_scores": value}),
        lambda: ki.Translation.model_validate_json(json.dumps(TRANSLATION | {"x_scores": value})),
    ):
        with pytest.raises(ValidationError, match="finite number"):
            attempt()


@pytest.mark.parametrize("name", ["X_note", "xnote", " x_note", "_x_note", ""])
def test_other_names_are_refused(name):
    assert refused(ki.Translation, **TRANSLATION, **{name: 1}) == [("extra_forbidden", (name,))]
    reference = {"claim_id": "d01-c01", "x_note": 1}
    question = {"question": "?", "answerable": True, "language": "en", "method": "human", "creator": "c"}
    row = ki.Question.model_validate(question | {"references": [reference]})
    assert row.references[0].model_extra == {"x_note": 1}
    found = refused(ki.Question, **question, references=[reference | {name: None}])
    assert found == [("extra_forbidden", ("references", 0, name))]


def test_records_cannot_be_changed():
    claim = ki.claim("d01-c01")
    with pytest.raises(ValidationError, match="frozen"):
        claim.text = "…"
    assert isinstance(claim.citations, tuple)
    assert hash(claim) == hash(ki.claim("d01-c01"))


@pytest.mark.parametrize("value", [1, True, 1.5, b"x", ["x"], None])
def test_text_is_only_text(value):
    assert refused(ki.Translation, **TRANSLATION | {"translation": value}) == [
        ("string_type", ("translation",))
    ]


@pytest.mark.parametrize("value", [True, 1.0, "1", None])
def test_an_integer_is_only_an_integer(value):
    ((kind, place),) = refused(ki.Mention, **mention(quote_start=value))
    assert (kind, place) == ("int_type", ("quote_start",))


@pytest.mark.parametrize("value", [-1, 2**31])
def test_offsets_have_the_bounds_of_int32(value):
    ((kind, place),) = refused(ki.Mention, **mention(quote_start=value))
    assert place == ("quote_start",)
    assert kind in {"greater_than_equal", "less_than_equal"}


def mention(**changes):
    row = {"claim_id": "d02-c01", "method": "human", "creator": "me", "name": "GPT-4", "type": "model"}
    return row | {"quote": "GPT-4", "quote_start": 281, "quote_end": 286} | changes


def test_a_mention_needs_its_quote_and_offsets():
    assert ki.Mention.model_validate(mention()).quote == "GPT-4"
    row = mention()
    del row["quote_end"]
    assert refused(ki.Mention, **row) == [("missing", ("quote_end",))]


EMBEDDING = {"claim_id": "d01-c01", "method": "model", "creator": "m", "model": "e", "of": "text"}


@pytest.mark.parametrize("vector", [[0.5, 1], (0.5, 1), (1, 2)])
def test_sequences_are_tuples_that_accept_lists(vector):
    assert ki.Embedding.model_validate(EMBEDDING | {"vector": vector}).vector == tuple(vector)


@pytest.mark.parametrize("vector", [{0.5}, iter([0.5]), "0.5", {"0": 0.5}, 0.5])
def test_sequences_accept_only_sequences(vector):
    ((kind, place),) = refused(ki.Embedding, **EMBEDDING, vector=vector)
    assert (kind, place) == ("tuple_type", ("vector",))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 3.5e38, True, "1"])
def test_vectors_are_finite_as_float32(number):
    ((_, place),) = refused(ki.Embedding, **EMBEDDING, vector=[0.0, number])
    assert place == ("vector", 1)


def test_vectors_are_not_empty():
    assert refused(ki.Embedding, **EMBEDDING, vector=[]) == [("too_short", ("vector",))]


INSTANTS = TypeAdapter(ki.Instant)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T18:45:00Z",
        "2026-11-23T18:45:00+00:00",
        "2026-11-23T18:45:00.1Z",
        "2026-11-23T18:45:00.123456Z",
        "2024-02-29T00:00:00Z",
        "2000-02-29T23:59:59Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    ],
)
def test_instants(text):
    assert INSTANTS.validate_python(text, strict=True) == text
    assert datetime.fromisoformat(text).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23",
        "2026-11-23 18:45:00Z",
        "2026-11-23T18:45:00",
        "2026-11-23T18:45Z",
        "2026-11-23T18:45:00+01:00",
        "2026-11-23T18:45:00-00:00",
        "2026-11-23t18:45:00z",
        "2026-11-23T18:45:60Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T18:45:00.1234567Z",
        "2026-11-23T18:45:00.Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0000-02-29T00:00:00Z",
        "2026-11-23T18:45:00Z\n",
        "２０２６-11-23T18:45:00Z",
        "20261123",
    ],
)
def test_invalid_instants(text):
    with pytest.raises(ValidationError):
        INSTANTS.validate_python(text, strict=True)


def test_dates_exist_exactly_when_the_calendar_has_them():
    for year in (1, 4, 100, 400, 1900, 1996, 2000, 2023, 2024, 2100):
        for month in range(14):
            for day in range(33):
                text = f"{year:04d}-{month:02d}-{day:02d}T00:00:00Z"
                try:
                    datetime.fromisoformat(text)
                    exists = True
                except ValueError:
                    exists = False
                try:
                    INSTANTS.validate_python(text, strict=True)
                    accepted = True
                except ValidationError:
                    accepted = False
                assert accepted is exists, text


def test_an_aware_datetime_is_an_instant():
    row = ki.Translation.model_validate(TRANSLATION | {"created": datetime(2026, 1, 2, 3, tzinfo=UTC)})
    assert row.created == "2026-01-02T03:00:00Z"
    there = datetime(2026, 1, 2, 3, 0, 0, 5, tzinfo=timezone(timedelta(hours=8)))
    assert (
        ki.Translation.model_validate(TRANSLATION | {"created": there}).created
        == "2026-01-01T19:00:00.000005Z"
    )


def test_a_naive_datetime_is_not_an_instant():
    naive = datetime(2026, 1, 2)  # noqa: DTZ001 - that it is naive is the point
    assert refused(ki.Translation, **TRANSLATION, created=naive) == [("string_type", ("created",))]


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        (
            Language,
            ["zh-Hans", "en", "pt-BR", "yue", "es-419", "zh-Hant-HK", "de-CH-1996"],
            ["", "EN", "zh_Hans", "zh-hans", "pt-br", "english", "e", "en-"],
        ),
        (Scheme, ["topic", "claim_type", "acme:stance"], ["", ":x", "a:b:c", "a b", "1a"]),
        (Version, ["0.1.0", "10.20.30"], ["1", "1.0", "v1.0.0", "01.0.0", "1.0.0-rc1", "1.0.0\n"]),
    ],
)
def test_formats(form, good, bad):
    adapter = TypeAdapter(form)
    assert [adapter.validate_python(text) for text in good] == good
    for text in bad:
        with pytest.raises(ValidationError):
            adapter.validate_python(text)


def test_a_claim_reads_well_in_a_terminal():
    assert str(ki.claim("d07-c02")) == (
        "d07-c02  RL数据效率高得多,可从有限数据中学习,如1000道数学题 [33]\n"
        "         RL is much more data-efficient and can learn from limited data, such as 1000 mathematics "
        "problems. (machine translation)\n"
        "         comparison · general · reinforcement-learning, data-efficiency"
    )
    assert repr(ki.claim("d07-c02")).startswith("Claim(claim_id='d07-c02', text='RL数据效率高得多")


def test_a_claim_reads_well_in_a_notebook_and_is_escaped():
    html = ki.claim("d01-c01")._repr_html_()
    for part in ('lang="zh-Hans">语言在时间', 'lang="en">In the temporal', "(machine translation)", "[6][7]"):
        assert part in html
    assert "does not say who speaks" in html
    hostile = ki.claim("d01-c01").model_copy(update={"text": "<script>", "text_en": '"><b>&'})
    assert "<script>" not in hostile._repr_html_()
    assert "&lt;script&gt;" in hostile._repr_html_()
    assert "<b>" not in hostile._repr_html_()

"""The short way: it passes a row that is pinned, quoted with offsets and up to date, and no other."""

import json
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field

import kaiser_interview as ki
from kaiser_interview.validation.rows.row_validator import RowValidator

CORPUS = ki.Corpus.from_files(Path(__file__).parents[2] / "corpus")
CLAIM = CORPUS.claims["b-02"]
ROW = {
    "claim_id": "b-02",
    "claim_sha256": CLAIM.sha256,
    "quote": "heute mit Sonnenstrom",
    "quote_start": 108,
    "quote_end": 129,
    "method": "model",
    "creator": "m",
    "verdict": "mixed",
    "urls": [],
}


def without(row: dict, *names: str) -> dict:
    return {name: value for name, value in row.items() if name not in names}


def passes(row: dict | bytes, kind: str | type = "verdict") -> bool:
    data = row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode()
    return RowValidator([kind], CORPUS).swift(data) is not None


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"release": "2.0.0"},
        {"release": None},
        {"kind": "verdict"},
        {"kind": None},
        {"created": "2026-01-31T12:00:00Z"},
        {"created": "2026-01-31T12:00:00.5+00:00"},
        {"creator": "a:b"},
        {"rationale": "a\\b"},
        # The whole passage, its marker too; its first character; its last.
        {"quote": CLAIM.passage, "quote_start": CLAIM.start, "quote_end": CLAIM.passage_end},
        {"quote": "K", "quote_start": CLAIM.start, "quote_end": CLAIM.start + 1},
        {"quote": "]", "quote_start": CLAIM.passage_end - 1, "quote_end": CLAIM.passage_end},
    ],
)
def test_a_right_row_goes_the_short_way(fields):
    assert ki.validate([ROW | fields], kind="verdict", against=CORPUS).ok
    assert passes(ROW | fields)
    assert passes(json.dumps(ROW | fields, ensure_ascii=True).encode())
    assert passes(json.dumps(ROW | fields, ensure_ascii=False, indent=2).encode())
    values = RowValidator(["verdict"], CORPUS).swift(json.dumps(ROW | fields).encode())
    assert {name: values[name] for name in ROW if name != "urls"} == without(
        ROW | fields, "urls", *(fields.keys() - ROW)
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"claim_id": "b-09"},
        {"claim_id": "b-07"},  # retired
        {"claim_id": "b-01"},
        {"claim_sha256": CORPUS.claims["b-01"].sha256},
        {"claim_sha256": next(iter(CLAIM.earlier))},
        {"release": "1.1.0"},  # before the claim's last change
        {"release": "1.0.0"},
        {"release": "9.9.9"},
        {"quote": "heute mit Solarstrom."},
        {"quote": "heute ohne Sonnenstrom"},
        {"quote_start": 109},
        {"quote_end": 128},
        {"quote_start": 109, "quote_end": 130},
        {"quote_start": 129, "quote_end": 108},
        {"quote": "", "quote_start": 108, "quote_end": 108},
        # Outside the claim, on either side.
        {"quote": "\nKaffee", "quote_start": CLAIM.start - 1, "quote_end": CLAIM.start + 6},
        {"quote": "]\n", "quote_start": CLAIM.passage_end - 1, "quote_end": CLAIM.passage_end + 1},
        {"quote_of": "text_en"},
        {"kind": "label"},
        {"verdict": "true"},
        {"urls": None},
        {"created": "2026-02-30T12:00:00Z"},
        {"note": "x"},
    ],
)
def test_a_wrong_row_does_not(fields):
    assert not ki.validate([ROW | fields], kind="verdict", against=CORPUS).ok
    assert not passes(ROW | fields)


@pytest.mark.parametrize("absent", ["claim_sha256", "quote", "quote_start", "quote_end"])
def test_what_is_not_pinned_or_anchored_is_the_judges(absent):
    assert not passes(without(ROW, absent))
    assert not passes(ROW | {absent: None})


@pytest.mark.parametrize("name", ROW)
@pytest.mark.parametrize(
    "fields", [{}, {"created": "2026-01-31T12:00:00Z"}, {"rationale": "\\"}, {"creator": ":"}]
)
def test_a_name_that_stands_twice_is_the_judges(name, fields):
    text = json.dumps(ROW | fields, ensure_ascii=False)
    again = json.dumps({name: ROW[name]}, ensure_ascii=False)
    for twice in (
        text[:-1] + ", " + again[1:],
        again[:-1] + "," + text[1:],
        text[:-1] + ',"\\u0063' + again[3:],
    ):
        if "u0063" not in twice or name.startswith("c"):
            assert not passes(twice.encode())


def test_text_that_looks_as_if_a_name_stood_twice_is_the_judges():
    row = ROW | {"creator": 'a":b'}
    assert ki.validate([row], kind="verdict", against=CORPUS).ok
    assert not passes(row)


def test_rules_of_the_kind_hold():
    label = without(ROW, "verdict", "urls")
    assert passes(label | {"scheme": "topic", "value": "memory"}, "label")
    assert passes(label | {"scheme": "acme:stance", "value": "x"}, "label")
    assert not passes(label | {"scheme": "topic", "value": "x"}, "label")
    assert not passes(label | {"scheme": "stance", "value": "x"}, "label")


class Bounded(ki.Derived):
    rank: Annotated[int, Field(ge=0, le=9)]
    ranks: ki.Many[Annotated[int, Field(ge=0, le=9)]] = ()


class Unbounded(ki.Derived):
    rank: int


class Half(ki.Derived):
    rank: Annotated[int, Field(ge=0)]


class OtherHalf(ki.Derived):
    rank: Annotated[int, Field(le=9)]


class UnboundedWithin(ki.Derived):
    ranks: ki.Many[int]


class UnboundedOrText(ki.Derived):
    rank: int | str


@pytest.mark.parametrize("kind", [Unbounded, Half, OtherHalf, UnboundedWithin, UnboundedOrText])
def test_a_kind_whose_integers_may_have_any_size_has_no_short_way(kind):
    assert RowValidator([kind], CORPUS).swift is None


def test_a_kind_whose_integers_have_bounds_has_one():
    row = without(ROW, "verdict", "urls")
    assert passes(row | {"rank": 5}, Bounded)
    assert not passes(row | {"rank": 10}, Bounded)

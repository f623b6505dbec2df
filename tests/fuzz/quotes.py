"""The quote checks against a naive implementation, on passages changed piece by piece."""

import random
import sys
from functools import lru_cache
from pathlib import Path

import kaiser_interview as ki
from kaiser_interview.dataset.loaders import shipped
from kaiser_interview.validation.rows.row_validator import RowValidator

from .draws import Draws, folder

# The naive implementation is shared with the property test.
sys.path.insert(0, str(Path(__file__).parents[1]))
from property import test_quotes as model

__all__ = ["SEEDS", "TOKENS", "check", "seed"]

SEEDS: tuple[str, ...] = ()
TOKENS: list[str] = []
CORPORA = 12
ALPHABET = [
    "", " ", "\u3000", "\u200b", "\u00ad", "\u2060", "\ufeff", "\n", "[1]", "[7]", " [6]", "[", "]",
    "[]", "[07]", "【6】", "—", "——", "-", "--", "–", "…", "...", "..", "。", ".", "，", ",", "、", "“", "”",
    '"', "「", "’", "'", "（", "(", "Ａ", "A", "a", "①", "1", "１", "不", "模型", "é", "e", "\u0301",
    "\u0308", "가", "\u11a8", "𠀋", "🧠", "ﬁ", "～", "~", "·", "・", "％", "%", "\ud800",
]  # fmt: skip
CHANGES = ["put", "cut", "swap", "case", "fold", "mark"]


def seed(_: bytes) -> list[bytes]:
    """Return drawn inputs, because no file has any."""
    draw = random.Random(1)
    return [draw.randbytes(draw.choice([8, 16, 40])) for _ in range(200)]


@lru_cache(1)
def _worlds() -> list[tuple[model.World, RowValidator]]:
    """Return the shipped corpus and generated ones with repeated words, each with its row validator."""
    worlds = [_shipped(), *(model.corpus(random.Random(one), folder(), 0.8) for one in range(CORPORA))]
    return [(world, RowValidator(["label"], world["corpus"])) for world in worlds]


def _shipped() -> model.World:
    corpus = shipped()
    (source,) = ki.load("sources")
    claims = {
        claim.claim_id: {
            "claim_id": claim.claim_id,
            "text": claim.text,
            "text_en": claim.text_en,
            "start": claim.start,
            "source": source.text,
            "passage": claim.text + "".join(f"[{number}]" for number in claim.citations),
            "revised": model.RELEASES[0],
        }
        for claim in ki.load("claims")
    }
    for claim in claims.values():
        # As printed: white space before the markers belongs to the passage.
        claim["passage"] = corpus.claims[claim["claim_id"]].passage
        assert source.text[claim["start"] :].startswith(claim["passage"])
    headings = {one.text for one in corpus.headings}
    english = {one.text_en for one in corpus.headings if one.text_en}
    return {
        "corpus": corpus,
        "claims": claims,
        "text": [*(claim["passage"] for claim in claims.values()), *headings],
        "text_en": [*(claim["text_en"] for claim in claims.values() if claim["text_en"]), *english],
    }


def check(data: bytes) -> None:
    """Draw a row with a quote, and compare its findings with the naive implementation."""
    draws = Draws(data)
    world, validator = draws.pick(_worlds())
    row = _row(draws, world)
    found = sorted(fault.code for fault in validator.value(row).faults)
    if not model.naive(row["quote"], row["quote"]) or _is_no_text(row["quote"]):
        assert found, row
        return
    wanted = model.expected(world, row)
    assert found == wanted, (row, found, wanted, model.described(world, row))


def _is_no_text(text: str) -> bool:
    return not text or any("\ud800" <= mark <= "\udfff" for mark in text)


def _row(draws: Draws, world: model.World) -> model.Row:
    claim = draws.pick([*world["claims"].values()])
    of = draws.pick(["text", "text_en"])
    row = model.ANNOTATION | model.KINDS["label"] | {"claim_id": claim["claim_id"], "quote_of": of}
    if of == "text" and draws.chance(2):
        del row["quote_of"]
    passage, whole, origin = model.quoted(world, row)
    held = draws.pick([passage, passage, passage, draws.pick(world[of]), whole])
    start = draws.number(0, max(len(held) - 1, 0))
    end = min(len(held), start + draws.number(1, 40))
    quote = held[start:end]
    at = max(whole.find(held), 0) if held is not passage else origin
    for _ in range(draws.number(0, 3)):
        quote = _changed(draws, quote)
    row["quote"] = quote
    given = _offsets(draws, whole, origin, at + start, at + end)
    if given:
        row["quote_start"], row["quote_end"] = (min(max(one, 0), 2**31 - 1) for one in given)
    if world["corpus"].releases == tuple(model.RELEASES) and draws.chance(3):
        row["release"] = draws.pick(model.RELEASES)
    return row


def _offsets(draws: Draws, whole: str, origin: int, start: int, end: int) -> tuple[int, int] | None:
    how = draws.pick(["none", "right", "slip", "unit", "any"])
    if how == "none":
        return None
    if how == "slip":
        return start + draws.number(-2, 2), end + draws.number(-2, 2)
    if how == "unit":
        return model.UNITS[draws.pick([*model.UNITS])](whole, origin, start, end)
    if how == "any":
        return draws.number(0, len(whole) + 2), draws.number(0, len(whole) + 2)
    return start, end


def _changed(draws: Draws, text: str) -> str:
    how, at = draws.pick(CHANGES), draws.number(0, len(text))
    if how == "put":
        return text[:at] + draws.text(2, ALPHABET) + text[at:]
    if how == "cut":
        return text[:at] + text[at + draws.number(1, 3) :]
    if how == "swap":
        return text[:at] + draws.pick(ALPHABET) + text[at + 1 :]
    if how == "case":
        return text.swapcase()
    if how == "fold":
        return model.typography(text)
    return model.markers(text)

"""Right and wrong quotes of the shipped claims, each with the text of its claim."""

import random
from collections.abc import Callable
from itertools import cycle
from typing import NamedTuple

import kaiser_interview as ki

from ..ground import SHIPPED, Claim
from ..naive_quotes import typography
from ..operators import registered
from ..operators.base import Around
from ..peers.words import letters

__all__ = ["EXACT", "FAMOUS", "KINDS", "RETYPED", "WRONG", "Case", "cases", "same_words"]

EXACT = ("exact",)
RETYPED = ("full width", "punctuation", "dashes", "spaces", "quotation marks around")
WRONG = (
    "negation dropped",
    "negation added",
    "other entity",
    "typo",
    "look-alike",
    "emoji",
    "words dropped",
    "words reordered",
    "other claim",
    "English",
)
KINDS = (*EXACT, *RETYPED, *WRONG)


class Case(NamedTuple):
    """A quote, and the claim that it is said to be from."""

    kind: str
    claim_id: str
    passage: str
    quote: str


FAMOUS = Case("negation dropped", "d05-c03", SHIPPED.claims["d05-c03"].passage, "推理模型增加参数数量")
"""The claim says 推理模型不增加参数数量, the opposite."""

_LEAST = 6
_MARKS = "“”「」"
_EMOJI = "🧠😀👍🚀"
_NEGATIONS = ("不", "没")
_ENTITIES = sorted({mention.quote for mention in ki.load("mentions") if mention.quote_of != "text_en"})
# The operators of the detection benchmark that make quotes of a kind.
_OPERATORS = {
    "full width": ("full-width",),
    "punctuation": ("punctuation-of-another-width",),
    "dashes": ("dashes-changed",),
    "spaces": ("space-added", "ideographic-space-added", "no-break-space-added"),
    "negation dropped": ("negation-dropped",),
    "negation added": ("negation-added",),
    "typo": ("character-added", "character-dropped", "character-doubled", "character-replaced"),
    "look-alike": ("homoglyph",),
}
_CHANGES = {operator.name: operator.change for operator in registered()}


def cases(count: int, seed: int) -> list[Case]:
    """Return `count` right quotes, half of them exact and half typed differently, and `count` wrong ones.

    The kinds of quotes that are typed differently are equally frequent, and so are the kinds of wrong ones.
    """
    made: list[Case] = []
    for kinds, each in ((EXACT, count // 2), (RETYPED, count // 2), (WRONG, count)):
        for kind in kinds:
            draw = random.Random(f"{seed} {kind}")
            found: list[Case] = []
            claims = cycle(draw.sample([*SHIPPED.claims.values()], len(SHIPPED.claims)))
            while len(found) < each // len(kinds):
                claim = next(claims)
                quote = _make(kind, draw, claim, _part(draw, claim))
                if quote is None or len(quote) < _LEAST or not _is_of(kind, quote, claim.passage):
                    continue
                case = Case(kind, claim.claim_id, claim.passage, quote)
                found += [case] if case not in found else []
            made += found
    return made


def _part(draw: random.Random, claim: Claim) -> str:
    """Draw a part of a claim's text that cuts no word of letters or digits."""
    text = claim.text
    cuts = [
        at for at in range(len(text) + 1) if not (_joins(text[at - 1 : at]) and _joins(text[at : at + 1]))
    ]
    start, end = sorted(draw.sample(cuts, 2))
    part = text[start:end].strip(" ,、")
    return part if len(part) >= _LEAST else text


def same_words(quote: str, text: str) -> bool:
    """Return whether two quotes differ at most in typography and in quotation marks around them."""
    return typography(quote.strip(_MARKS)) == typography(text.strip(_MARKS))


def _joins(mark: str) -> bool:
    return mark.isascii() and (mark.isalnum() or mark in "-.'")


def _is_of(kind: str, quote: str, passage: str) -> bool:
    """Return whether a quote is as its kind says: exact, typed differently, or of other words."""
    if kind in EXACT:
        return quote in passage
    if kind in RETYPED:
        return quote not in passage and typography(quote.strip(_MARKS)) in typography(passage)
    # Other than an emoji, a change of punctuation alone makes no wrong quote.
    return typography(quote) not in typography(passage) and (
        kind == "emoji" or letters(quote) not in letters(passage)
    )


def _make(kind: str, draw: random.Random, claim: Claim, quote: str) -> str | None:
    """Return a quote of a kind made from an exact one, or None if that is not possible."""
    if kind == "negation dropped" and not any(one in quote for one in _NEGATIONS):
        return None
    if kind in _OPERATORS:
        row = {"claim_id": claim.claim_id, "quote": quote}
        changed = _CHANGES[draw.choice(_OPERATORS[kind])](Around(draw, SHIPPED, "label", (), ()), row)
        return changed["quote"] if isinstance(changed, dict) else None
    return _OWN[kind](draw, claim, quote) if kind in _OWN else quote


def _other_entity(draw: random.Random, _: Claim, quote: str) -> str | None:
    named = [entity for entity in _ENTITIES if entity in quote]
    if not named:
        return None
    entity = draw.choice(named)
    return quote.replace(entity, draw.choice([one for one in _ENTITIES if one != entity]), 1)


def _in_marks(draw: random.Random, _: Claim, quote: str) -> str:
    marks = draw.choice(["“”", "「」"])
    return f"{marks[0]}{quote}{marks[1]}"


def _emoji(draw: random.Random, _: Claim, quote: str) -> str:
    at = draw.randrange(1, len(quote))
    return f"{quote[:at]}{draw.choice(_EMOJI)}{quote[at:]}"


def _words_dropped(draw: random.Random, _: Claim, quote: str) -> str:
    at = draw.randrange(1, len(quote) - 3)
    return quote[:at] + quote[at + draw.randint(2, 3) :]


def _words_reordered(draw: random.Random, _: Claim, quote: str) -> str:
    first, second, third = sorted(draw.sample(range(len(quote) + 1), 3))
    return quote[:first] + quote[second:third] + quote[first:second] + quote[third:]


def _other_claim(draw: random.Random, claim: Claim, _: str) -> str:
    return _part(draw, draw.choice([one for one in SHIPPED.claims.values() if one is not claim]))


def _english(draw: random.Random, claim: Claim, _: str) -> str:
    words = (claim.text_en or "").split(" ")
    return " ".join(words[: draw.randint(4, len(words))])


_OWN: dict[str, Callable[[random.Random, Claim, str], str | None]] = {
    "quotation marks around": _in_marks,
    "other entity": _other_entity,
    "emoji": _emoji,
    "words dropped": _words_dropped,
    "words reordered": _words_reordered,
    "other claim": _other_claim,
    "English": _english,
}

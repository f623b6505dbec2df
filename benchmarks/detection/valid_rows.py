"""Completely valid rows, drawn from the values that their kinds and corpus allow."""

import random
from typing import Any

import kaiser_interview as ki

from .ground import Claim, Ground
from .naive_quotes import Row, naive

__all__ = ["DERIVED", "FREE", "REFERRING", "SHIPPED_ONLY", "reference", "right"]

SHIPPED_ONLY = ("claim", "dialogue", "source")
"""Kinds that a derived corpus has no rows of."""
REFERRING = ("translation", "label", "mention", "relation", "verdict", "embedding", "stance")
"""Kinds whose rows are about one claim."""
DERIVED = (*REFERRING, "question", "debate")

FREE = [
    "语言",
    "a",
    "𠀋𝐀🧠",
    "é",
    'with "quotes"',
    "a, b; c",
    " padded ",
    "=1+1",
    "词" * 40,
    "NULL",
    "d01-c01",
]
"""Words for free-text fields."""
_INSTANTS = ["2026-11-23T18:45:00Z", "2026-11-23T18:45:00.5+00:00", "2024-02-29T23:59:59.999999Z"]
_SHORTEST = 4
_VOCABULARIES = {
    "topic": ["memory", "agents", "scaling"],
    "claim_type": ["definition", "prediction"],
    "horizon": ["past", "general"],
    "acme:stance": ["for", "Against"],
}
_TABLES = {
    table.removesuffix("s"): [dict(row) for row in ki.load_table(table).to_pylist()]
    for table in ki.tables()
    if table.removesuffix("s") in SHIPPED_ONLY
}


def right(draw: random.Random, ground: Ground, kind: str, number: int) -> Row:
    """Draw the row of this number in its file: its id, creator and model are its own."""
    if kind in _TABLES:
        return dict(draw.choice(_TABLES[kind]))
    row: Row = {
        "id": draw.choice([f"r{number}", f"{kind}/{number}~{'x' * 200}"]),
        "kind": draw.choice([None, kind]),
        "release": draw.choice([None, ground.latest, ground.latest]),
        "method": draw.choice(["human", "model", "rule"]),
        "creator": f"{draw.choice(FREE)}{number}",
        "created": draw.choice([None, *_INSTANTS]),
        "confidence": draw.choice([None, 0.0, 1.0, 0.5, 1e-300]),
        "rationale": draw.choice([None, *FREE]),
    }
    claims = [*ground.claims.values()]
    claim = draw.choice(claims)
    if kind in REFERRING:
        row |= reference(draw, claim, anchored=kind == "mention")
        if draw.random() < 0.3:
            some = draw.sample(sorted(claim.columns), k=min(3, len(claim.columns)))
            row |= {name: claim.columns[name] for name in some if name not in {"start", "end"}}
    if draw.random() < 0.2:
        row["x_note"] = draw.choice(FREE)
    return row | _content(draw, kind, claim, claims, number)


def _content(draw: random.Random, kind: str, claim: Claim, claims: list[Claim], number: int) -> Row:
    """Draw the fields that a kind adds."""
    if kind == "translation":
        return {
            "language": draw.choice(["en", "pt-BR", "es-419"]),
            "translation": claim.text_en or claim.text,
        }
    if kind == "label":
        scheme = draw.choice([*_VOCABULARIES])
        return {"scheme": scheme, "value": draw.choice(_VOCABULARIES[scheme])}
    if kind == "mention":
        return {"name": draw.choice(FREE), "type": draw.choice(["model", "architecture", "concept"])}
    if kind == "relation":
        other = draw.choice([one for one in claims if one is not claim])
        return {
            "other_claim_id": other.claim_id,
            "other_claim_sha256": draw.choice([None, other.sha256]),
            "relation": draw.choice(["supports", "contrasts", "elaborates", "depends-on"]),
        }
    if kind == "verdict":
        urls = draw.choice([[], ["urn:a"], ["urn:a", "urn:b"]])
        return {"verdict": draw.choice(["supported", "refuted", "mixed", "unverifiable"]), "urls": urls}
    if kind == "embedding":
        # All vectors of a model have one length, so the name of the model includes the length.
        length = draw.choice([1, 3, 8])
        vector = [draw.choice([0.5, -1.25, 3.0, 1e-20]) for _ in range(length)]
        return {"model": f"m{length}", "of": draw.choice(["text", "text_en"]), "vector": vector}
    if kind == "stance":
        tags = draw.choice([[], ["a"], ["", "b"]])
        return {"stance": draw.choice(FREE), "weight": draw.choice([None, 0.5]), "tags": tags}
    if kind == "question":
        answerable = draw.random() < 0.8
        count = draw.randint(1, 3) if answerable else draw.randint(0, 2)
        return {
            "references": [reference(draw, draw.choice(claims)) for _ in range(count)],
            "question": draw.choice(FREE),
            "answer": draw.choice(FREE) if answerable else None,
            "answerable": answerable,
            "language": draw.choice(["en", "zh-Hans"]),
        }
    return {
        "thesis": draw.choice(FREE),
        "pro": [reference(draw, draw.choice(claims)) for _ in range(draw.randint(0, 3))],
        "best": draw.choice([None, reference(draw, claim)]),
        "rank": draw.choice([None, number, -7]),
    }


def reference(draw: random.Random, claim: Claim, *, anchored: bool = False) -> Row:
    """Draw a reference to a claim, with or without a digest, and with a clear quote or none."""
    made: dict[str, Any] = {
        "claim_id": claim.claim_id,
        "claim_sha256": draw.choice([None, claim.sha256, claim.sha256]),
        "quote": None,
        "quote_start": None,
        "quote_end": None,
        "quote_of": draw.choice([None, "text", "text_en"] if claim.text_en else [None, "text"]),
    }
    way = draw.choice(["span", "span", "whole", "alone", "alone", "none"])
    if way == "none" and not anchored:
        return made
    passage = claim.quoted(made["quote_of"])
    start = draw.randrange(len(passage.text))
    end = draw.randint(start + 1, min(len(passage.text), start + draw.choice([2, 12, 60])))
    if way == "whole":
        start, end = 0, len(passage.text) if made["quote_of"] == "text_en" else len(claim.text)
    quote = passage.text[start:end]
    made["quote"] = quote
    alone = way == "alone" and len(quote) >= _SHORTEST and len(naive(passage.text, quote)) == 1
    if anchored or not alone:
        made |= {"quote_start": passage.origin + start, "quote_end": passage.origin + end}
    return made

"""Kinds to draft, a right draft of each, and a wrong one, as clients of language models get them."""

from typing import Any, Literal

import pytest

import kaiser_interview as ki
from kaiser_interview.records.models import KINDS

__all__ = ["CLAIMS", "RIGHT", "Stance", "descriptions", "each_kind", "wrong"]

CLAIMS = ("d05-c03", "d01-c01")
REFERENCE = {"claim_id": "d05-c03", "quote": "推理模型不增加参数数量"}


class Evidence(ki.Record):
    """A source of evidence."""

    url: str
    """Where it is."""


class Stance(ki.Derived):
    """The stance of a reader towards a claim."""

    stance: Literal["agrees", "differs"]
    only: Literal["one"] | None = None
    evidence: ki.Many[Evidence]
    best: Evidence | None = None
    seen: ki.Instant | None = None
    weight: ki.Float32


RIGHT: dict[Any, dict[str, Any]] = {
    "translation": REFERENCE | {"language": "de", "translation": "…"},
    "label": REFERENCE | {"scheme": "claim_type", "value": "explanation"},
    "mention": REFERENCE | {"name": "reasoning model", "type": "model"},
    "relation": REFERENCE | {"other_claim_id": "d01-c01", "relation": "contrasts"},
    "question": {
        "references": [REFERENCE], "question": "?", "answer": None, "answerable": False, "language": "en",
    },
    "verdict": REFERENCE | {"verdict": "mixed", "urls": ["https://example.org"]},
    "embedding": REFERENCE | {"model": "e", "of": "text", "vector": [0.5, 1.0]},
    Stance: REFERENCE | {
        "stance": "agrees", "only": "one", "evidence": [{"url": "u"}], "best": None,
        "seen": "2026-11-27T00:00:00Z", "weight": 0.5,
    },
}  # fmt: skip
"""A right draft of each kind; keys in the order of its schema."""

assert {*RIGHT} == {*(kind for kind, model in KINDS.items() if issubclass(model, ki.Annotation)), Stance}

each_kind = pytest.mark.parametrize("kind", RIGHT, ids=str)


def wrong(kind: Any) -> list[dict[str, Any]]:
    """Return drafts that the schema of drafts about `CLAIMS` refuses."""
    right = RIGHT[kind]
    about = right["references"][0] if kind == "question" else right
    altered = [about | {"claim_id": "d05-c04"}, about | {"quote": None}]
    drafts = [right | {"references": [one]} if kind == "question" else one for one in altered]
    never_null = right.keys() - {"answer", "only", "best", "seen"}
    drafts += [right | {name: None} for name in sorted(never_null)]
    drafts += [{name: value for name, value in right.items() if name != left} for left in right]
    return [*drafts, right | {"creator": "me"}, dict.fromkeys(right)]


def descriptions(schema: dict[str, Any]) -> dict[str, str]:
    """Return the description of every property of a schema, by its path."""
    found = {}
    for name, one in schema.get("properties", {}).items():
        branch = next((each for each in one.get("anyOf", ()) if each.get("type") != "null"), one)
        found[name] = branch.get("description")
        inner = descriptions(branch.get("items", branch))
        found |= {f"{name}.{path}": text for path, text in inner.items()}
    return found

"""Valid and invalid rows for every kind, drawn field by field, mostly from valid values."""

import random
from typing import Any

from pydantic import ValidationError

import kaiser_interview as ki
from kaiser_interview.records.models import KINDS, Record

SHA = ["0" * 64, "0123456789abcdef" * 4]
WORDS = ["语言", "a", "𠀋𝐀🧠", "é", "line\nfeed", "tab\t", '"quoted"', "\u2028", " ", "x" * 300]
INSTANTS = [
    "2026-11-23T18:45:00Z",
    "2026-11-23T18:45:00.5+00:00",
    "2024-02-29T23:59:59.999999Z",
    "1000-01-01T00:00:00Z",
]
PARTICIPANT = {"name": "李", "name_latin": "Li", "role": "interviewer"}
REFERENCE = {"claim_id": "d01-c01", "quote": "语言", "quote_start": 0, "quote_end": 2}

# By field name: valid values. Other fields accept any text.
GOOD: dict[str, list[Any]] = {
    "claim_id": ["d01-c01", "d10-c04", "d99-c99"],
    "other_claim_id": ["d01-c02", "!", "~" * 256],
    "dialogue_id": ["d01", "d99"],
    "position": [1, 99, 2**31 - 1],
    "number": [1, 10],
    "claim_count": [1, 5],
    "citations": [[1], [6, 7], [2**31 - 1]],
    "start": [0, 20, 2**31 - 1],
    "end": [0, 66],
    "prefix": ["", "x" * 16, "🧠" * 16],
    "suffix": ["", "语" * 16],
    "claim_sha256": SHA,
    "other_claim_sha256": SHA,
    "sha256": SHA,
    "topics": [["language"], ["memory", "economics"], ["agents", "agents", "agents", "agents"]],
    "claim_type": ["definition", "prescription"],
    "horizon": ["past", "general"],
    "since": ["1.0.0", "10.0.2"],
    "revised": ["1.0.0"],
    "release": ["1.0.0", "999999999.0.0"],
    "languages": [["zh-Hans"], ["en", "pt-BR"]],
    "participants": [[], [PARTICIPANT], [PARTICIPANT, PARTICIPANT]],
    "published": ["2025-10-10 17:52"],
    "source_id": ["s", "interview-summary-zh"],
    "id": ["a", "x" * 256, "d01-c01.en"],
    "method": ["human", "model", "rule"],
    "created": INSTANTS,
    "confidence": [0, 1, 0.5, 1e-300],
    "quote_start": [0, 5],
    "quote_end": [1, 2**31 - 1],
    "quote_of": ["text", "text_en"],
    "language": ["en", "zh-Hans", "pt-BR", "es-419", "de-CH-1996"],
    "scheme": ["topic", "acme:stance"],
    "type": ["model", "concept"],
    "relation": ["supports", "depends-on"],
    "references": [[], [REFERENCE], [REFERENCE, {"claim_id": "d02-c01"}]],
    "answerable": [True, False],
    "verdict": ["supported", "unverifiable"],
    "urls": [[], ["a", "b"]],
    "of": ["text", "text_en"],
    "vector": [[0.5], [1, -2, 3.25], [3.4028234663852886e38]],
}

# Values that are valid for some field and invalid for most. Whole-valued floats are absent: they are integers
# for JSON Schema but not for the models; this one exception has a separate test.
ANY: list[Any] = [
    None, True, False, 0, -1, 1, 2, 2**31, -(2**31) - 1, 2**63, 0.5, -0.5, 1.5, 3.5e38, 1e308, "", " ", "x",
    "\n", "\x00", "x" * 257, "🧠" * 17, "D01-C01", "d1-c1", "d01-c01\n", "d01-c001", "ｄ01-c01", "d０1-c01",
    "A" * 64, "0" * 63, "0" * 64 + "\n", "g" * 64, "zh_Hans", "ZH", "en-", "english", "1.0", "v1.0.0",
    "01.0.0", "1.0.0\n", "Human", "model ", "TEXT", "Language", "2026-11-23", "2026-11-23T18:45:60Z",
    "2026-02-29T00:00:00Z", "2026-11-23T18:45:00", "2026-11-23T18:45:00+01:00", "2026-11-23T18:45:00Z\n",
    "2026-11-23t18:45:00z", "0000-01-01T00:00:00Z", "2025-10-10 17:52:00", ":", "a:b:c", "acme:", [], {},
    [None], [True], [0], [2**31], ["x"], [""], [[]], [{}], ["language"] * 5, {"claim_id": None},
    [{"claim_id": "d01-c01", "note": "x"}], [{"claim_id": ""}], [REFERENCE | {"quote_of": "title"}],
    [PARTICIPANT | {"role": "guest"}], [{"name": "x"}], [3.5e38], [0.5, "1"], [0.5, None],
]  # fmt: skip


def row(draw: random.Random, kind: str, wrong: float = 0.0, model: type[Record] | None = None) -> Any:
    """Draw a row; each field and the row itself is made wrong, perhaps, with the given probability."""
    made: dict[str, Any] = {}
    for name, field in (model or KINDS[kind]).model_fields.items():
        if draw.random() < wrong:
            made[name] = draw.choice(ANY)
        elif field.is_required() or draw.random() < 0.5:
            made[name] = draw.choice(GOOD.get(name, WORDS))
        elif draw.random() < 0.5:
            made[name] = None
    if draw.random() < wrong:
        made.pop(draw.choice([*made]))
    if draw.random() < wrong:
        made[draw.choice(["note", "x_note", "Text", "claim", ""])] = draw.choice(ANY)
    if draw.random() < wrong / 10:
        return draw.choice([None, True, 1, "x", [], [made]])
    return made


def rows(count: int, seed: int, wrong: float):
    """Draw pairs of kind and row, every kind in turn."""
    draw = random.Random(seed)
    names = [*KINDS]
    for number in range(count):
        kind = names[number % len(names)]
        yield kind, row(draw, kind, wrong)


def accepted(model: type[Record], text: str) -> bool:
    """Return whether the model accepts a row given as JSON text."""
    try:
        model.model_validate_json(text)
    except ValidationError:
        return False
    return True


class Stance(ki.Derived):
    """A custom kind."""

    stance: str
    weight: ki.Float32 | None = None
    tags: ki.Many[str] = ()


def about(draw: random.Random, made):
    """Give a row a mostly correct reference to a claim: digest, quote, release."""
    if not isinstance(made, dict):
        return made
    claim = draw.choice(ki.load())
    start = draw.randrange(len(claim.text) - 4)
    quote = claim.text[start : start + draw.randint(2, 20)]
    made = made | {
        "claim_id": claim.claim_id,
        "claim_sha256": claim.claim_sha256,
        "quote": quote,
        "quote_start": claim.start + start,
        "quote_end": claim.start + start + len(quote),
        "release": "1.0.0",
    }
    for name in ("quote_of", "kind"):
        made.pop(name, None)
    change = draw.random()
    if change < 0.1:
        made["quote_end"] += 1
    elif change < 0.2:
        made["quote"] = quote[:-1] + "不"
    elif change < 0.3:
        made["claim_sha256"] = "0" * 64
    elif change < 0.4:
        made.pop(draw.choice([*made]))
    elif change < 0.5:
        made[draw.choice([*made])] = draw.choice([None, "", 1, -1, "text_en", 1.5, "label", "2.0.0"])
    return made

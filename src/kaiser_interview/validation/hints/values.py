"""Suggest how to correct a value of the wrong type, range or format."""

import json
import re
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Any

from pydantic import BaseModel

from ...near_names import near_names
from ..findings.finding import Path

__all__ = [
    "BOOLEANS",
    "instant_of",
    "language_of",
    "likely_column",
    "likely_format",
    "likely_type",
    "likely_value",
    "likely_word",
    "synonym",
    "to_fill",
]

_CLASSES = {"method", "relation", "scheme", "type", "value", "verdict"}

_LONGEST = 60

_PERCENT = 100

_YEAR = 31_536_000

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")

_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")

_NUMBERS = re.compile(
    r"[\[(]?\s*-?[0-9.]+(?:[eE][-+]?[0-9]+)?(?:[\s,;]+-?[0-9.]+(?:[eE][-+]?[0-9]+)?)+\s*[\])]?"
)

BOOLEANS = {
    "yes": True,
    "y": True,
    "1": True,
    "true": True,
    "no": False,
    "n": False,
    "0": False,
    "false": False,
}

_WORDS = {
    "supported": "supports support true correct entailment entailed yes",
    "refuted": "refutes refute false incorrect contradiction contradicted contradicts no",
    "unverifiable": "notenoughinfo notenoughinformation nei neutral unknown unverified notverifiable",
    "mixed": "partiallysupported partlysupported partiallytrue halftrue mixture conflicting",
    "supports": "entailment support",
    "contrasts": "contradiction contradicts contrast",
}

_LANGUAGES = {
    "en": "english eng",
    "zh-Hans": "chinese simplifiedchinese zhcn zhhans 中文 简体中文",
    "zh-Hant": "traditionalchinese zhhant 繁體中文",
    "ja": "japanese jpn 日本語",
    "ko": "korean kor",
    "de": "german deu deutsch",
    "fr": "french fra français",
    "es": "spanish spa español",
    "pt": "portuguese por português",
    "ru": "russian rus",
    "it": "italian ita",
    "ar": "arabic ara",
    "hi": "hindi hin",
}

_CONSTANT = {
    "method": "human, model or rule",
    "creator": "NAME",
    "language": "en",
    "scheme": "topic",
    "model": "NAME",
    "of": "text",
}

_TO_FILL = {
    "kind": "for all rows: --kind KIND",
    "claim_id": "the id of the claim that the row is about",
    "quote_start": "`kaiser-interview fix` adds the offsets of a quote that occurs once",
    "quote_end": "`kaiser-interview fix` adds the offsets of a quote that occurs once",
    "claim_sha256": "`kaiser-interview fix` adds it",
    "release": "`kaiser-interview fix` adds it",
    "urls": "write [] if there are none",
    "references": "the claims that support the answer, each an object with claim_id; [] if there are none",
    "answerable": "true if the claims answer the question, otherwise false",
}


def to_fill(path: Path, model: type[BaseModel] | None = None) -> str | None:
    """Return how to fill in a missing field; without a special hint, the field's description."""
    name = str(path[-1]) if path else ""
    if len(path) == 1 and name in _CONSTANT:
        return f"for all rows: --set {name}={_CONSTANT[name]} (in Python: defaults)"
    known = _TO_FILL.get(name)
    if known or model is None or len(path) > 1 or name not in model.model_fields:
        return known
    described = (model.model_fields[name].description or "").removesuffix(".")
    return described[:1].lower() + described[1:] or None


def likely_type(path: Path, expected: str, value: Any) -> str | None:
    """Return how to write a value of the wrong type, or None."""
    if not path:
        return None
    if path[-1] == "created":
        return _instant(value)
    if (
        isinstance(value, list | tuple)
        and len(value) == 1
        and expected in {"text", "an integer", "a number", "true or false"}
        and isinstance(value[0], str | bool | int | float)
        and isinstance(path[-1], str)
    ):
        return "write the value without brackets"
    reader = {
        "text": _text,
        "an integer": _integer,
        "a number": _number,
        "true or false": _boolean,
        "an array": _array,
        "an object": _object,
    }.get(expected)
    return reader(path, value) if reader else None


def likely_column(expected: str, arrow_type: str) -> str | None:
    """Return how to convert a column of the wrong type, or None."""
    if expected == "an instant in UTC":
        return 'set its time zone: in pandas dt.tz_localize("UTC"), in polars dt.replace_time_zone("UTC")'
    if expected == "an array" and "string" in arrow_type:
        return "write lists, not text: decode each value with json.loads"
    return None


def likely_value(path: Path, value: Any) -> str | None:
    """Return how to write a number that is out of range, or None."""
    name = str(path[-1]) if path else ""
    if name == "confidence" and 1 < value <= _PERCENT:
        return f"write {value / _PERCENT:g} if it is a percentage"
    if name in {"quote_start", "quote_end"} and value == -1:
        return "omit both offsets if they are unknown"
    return None


def likely_format(path: Path, value: str) -> str | None:
    """Return how to write a text in the wrong format, or None."""
    name = str(path[-1]) if path else ""
    if name == "created":
        return _instant(value)
    if name == "language":
        meant = language_of(value)
        return f"did you mean {meant}?" if meant else None
    if name in {"claim_sha256", "other_claim_sha256"}:
        return "use lower-case hexadecimal digits" if re.fullmatch("[0-9A-Fa-f]{64}", value) else None
    if name == "release":
        parts = re.fullmatch(
            r"[vV]?([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.([0-9]{1,9}))?", value.strip()[:_LONGEST]
        )
        return f"did you mean {'.'.join(part or '0' for part in parts.groups())}?" if parts else None
    if name == "scheme":
        schemes = ("topic", "claim_type", "horizon")
        near = near_names(re.sub(r"\W+", "_", value[:80].lower()), schemes, most=1)
        return f"did you mean {near[0]}?" if near else None
    return None


def likely_word(value: str, words: list[str]) -> str | None:
    """Return the vocabulary word for a common synonym, or a hint for several words in one value.

    Typos are handled by `typos`.
    """
    if word := synonym(value, words):
        return f"did you mean {word}?"
    parts = [part.strip(" []'\"") for part in re.split("[,;|/]", value[:200])]
    if len(parts) > 1 and {*parts} <= {*words}:
        return f"write one row for each: {', '.join(parts)}"
    return None


def synonym(value: str, words: list[str]) -> str | None:
    """Return the vocabulary word that a text is a common synonym of, or None."""
    folded = re.sub(r"[^a-z]", "", value[:80].lower())
    return next((word for word in words if folded in _WORDS.get(word, "").split()), None)


def _text(path: Path, value: Any) -> str | None:
    if isinstance(value, list | tuple):
        return "write one row for each" if value and all(isinstance(one, str) for one in value) else None
    if path[-1] in _CLASSES:
        return (
            "write the class name, not its number: use ClassLabel.int2str of datasets"
            if type(value) is int
            else None
        )
    if isinstance(value, bool | int | float):
        return f'write it in quotation marks: "{json.dumps(value)}"' if _short(value) else None
    return None


def _integer(_: Path, value: Any) -> str | None:
    if isinstance(value, float) and value.is_integer() and _short(value):
        return f'write {value:.0f}, without a decimal point; in pandas, use astype("Int64")'
    if isinstance(value, str):
        text = value.strip()[:_LONGEST]
        if _GROUPED.fullmatch(text):
            return f"write {text.replace(',', '')}, without a comma"
        return f"write {text}, without quotation marks" if re.fullmatch("-?[0-9]+", text) else None
    return None


def _number(path: Path, value: Any) -> str | None:  # noqa: PLR0911 - one return per notation
    if isinstance(value, list | tuple):
        return "write one flat list of numbers" if isinstance(path[-1], int) else None
    if not isinstance(value, str):
        return None
    text = value.strip()[:_LONGEST]
    if _NUMBER.fullmatch(text):
        return f"write {text}, without quotation marks"
    if _GROUPED.fullmatch(text) and path[-1] != "confidence":
        thousands, decimal = text.replace(",", ""), text.replace(",", ".")
        return f"write {thousands} if the comma separates thousands, else {decimal}"
    if _NUMBER.fullmatch(text.replace(",", ".")):
        return f"write {text.replace(',', '.')}, with a decimal point"
    if path[-1] == "confidence":
        share = text.removesuffix("%").strip()
        if share != text and _NUMBER.fullmatch(share):
            return f"write {float(share) / _PERCENT:g}"
        return "write a number from 0 to 1, or omit the field"
    return None


def _boolean(_: Path, value: Any) -> str | None:
    meant = BOOLEANS.get(str(value).strip().lower()) if isinstance(value, str | int) else None
    return None if meant is None else f"did you mean {json.dumps(meant)}?"


def _array(path: Path, value: Any) -> str | None:
    if isinstance(value, dict):
        return "write a list with one element: […]" if path[-1] == "references" else None
    if not isinstance(value, str):
        return None
    if path[-1] != "references" and _NUMBERS.fullmatch(value[:2000]):
        return "write a JSON list of numbers: json.dumps(vector.tolist())"
    if value.lstrip().startswith(("[", "(", "{")):
        return 'write the list as JSON: json.dumps writes ["a", "b"]'
    if re.search(r"[\s,;|]", value.strip()) or len(value) > _LONGEST:
        return "write a list, with each part as an element"
    one = (
        json.dumps({"claim_id": value}) if path[-1] == "references" else json.dumps(value, ensure_ascii=False)
    )
    return f"write a list with one element: [{one}]"


def _object(path: Path, value: Any) -> str | None:
    if path[0] == "references" and isinstance(value, str) and len(value) <= _LONGEST:
        return f"write an object: {json.dumps({'claim_id': value})}"
    return None


def _short(value: float) -> bool:
    return -(2**53) < value < 2**53


def _instant(value: Any) -> str | None:
    """Return how to write a time as an instant in UTC, or None."""
    if isinstance(value, datetime):
        return "set its time zone: in pandas dt.tz_localize, in polars dt.replace_time_zone"
    if isinstance(value, str) and _DATE.fullmatch(value.strip()):
        return "add a time of day, as in 2026-01-31T00:00:00Z"
    if meant := instant_of(value):
        instant, condition = meant
        return f"write {instant} if {condition}" if condition else f"write {instant}"
    return None


_DATE = re.compile(r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}")

_ZONE = re.compile(r"(:[0-9.]+[+-][0-9]{2})(?::?([0-9]{2}))?$")


def instant_of(value: Any) -> tuple[str, str] | None:  # noqa: PLR0911 - one return per notation
    """Convert a time in another notation to an instant in UTC; return None if that is not possible.

    Returns
    -------
    tuple of str and str, or None
        The instant, and the condition under which it is right; empty if there is none.
    """
    if isinstance(value, bool):
        return None
    text = value.strip() if isinstance(value, str) else ""
    if isinstance(value, int | float):
        return _epoch(value)
    if re.fullmatch("[0-9]{9,19}", text):
        return _epoch(int(text))
    if _DATE.fullmatch(text):
        return None
    text = _ZONE.sub(lambda zone: f"{zone[1]}:{zone[2] or '00'}", text)
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
    if moment.year in {MINYEAR, MAXYEAR}:
        return None  # in UTC it may fall outside the years that datetime supports
    if moment.tzinfo is None:
        return _written(moment), "the time is in UTC"
    return _written(moment.astimezone(UTC)), ""


def _written(moment: datetime) -> str:
    return f"{moment.replace(tzinfo=None).isoformat()}Z"


def _epoch(value: float) -> tuple[str, str] | None:
    for unit, size in (
        ("seconds", 1),
        ("milliseconds", 10**3),
        ("microseconds", 10**6),
        ("nanoseconds", 10**9),
    ):
        # From 2000 to 2100; within these years the units do not overlap.
        if 30 * _YEAR * size < value < 130 * _YEAR * size:
            moment = datetime.fromtimestamp(value // size, UTC)
            return _written(moment), f"the value is in {unit}"
    return None


def language_of(value: str) -> str | None:
    """Return the tag of a language given by name or in another notation; None if unclear."""
    folded = re.sub(r"[\W_]", "", value[:80].lower())
    for tag, names in _LANGUAGES.items():
        if folded in names.split():
            return tag
    first, *rest = re.split("[-_]", value.strip()[:_LONGEST])
    if not re.fullmatch("[A-Za-z]{2,3}", first):
        return None
    first = next((tag for tag, names in _LANGUAGES.items() if first.lower() in names.split()), first.lower())
    cased = [part.title() if len(part) == 4 else part.upper() for part in rest]  # noqa: PLR2004 - a script
    fits = all(re.fullmatch("[A-Z][a-z]{3}|[A-Z]{2}|[0-9]{3}", part) for part in cased)
    return "-".join([first, *cased]) if fits else None

"""Convert an invalid value to the value that was meant."""

import json
import re
from typing import Any, NamedTuple, get_args

from ...records.models import INSTANT_PATTERN, Language
from ...records.schemas import SHIPPED_SCHEMES
from ..findings.finding import Applicability, Fault
from ..hints.empty_cells import empty_cell
from ..hints.typos import is_slip
from ..hints.values import BOOLEANS, instant_of, language_of, synonym

__all__ = ["Converted", "converted"]

_LONGEST = 60

_INTEGER = re.compile(r"-?[0-9]{1,18}")

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?")

_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+")

_TAG = get_args(Language)[1].metadata[0].pattern

_EXACT = 1 << 53
"""From here on, a double can be the nearest value of several integers."""

_PERCENT = 100


class Converted(NamedTuple):
    """A value, and whether `fix` may write it instead of the given one."""

    value: Any
    applicability: Applicability


def converted(fault: Fault, value: Any, *, required: bool) -> Converted | None:
    """Return the value that was meant by an invalid one; None if that is unclear.

    Parameters
    ----------
    fault : Fault
        The fault of the value.
    value : object
        The value.
    required : bool
        Whether its field is required.
    """
    if empty_cell(value):
        # Empty text may be intended. Only a word for null, such as NA, means null.
        is_text = isinstance(value, str) and not value
        return None if required or is_text else Converted(None, "unsafe")
    name = fault.path[-1]
    if fault.code in {"not-in-vocabulary", "unknown-kind"}:
        return _word(value, fault.expected.split(" · "))
    if name == "created":
        return _instant(value)
    if fault.code == "bad-format" and isinstance(value, str):
        return _notation(str(name), value)
    if fault.code != "wrong-type":
        return None
    convert = {
        "an integer": _integer,
        "a number": _number,
        "true or false": _boolean,
        "text": _text,
        "an array": _array,
    }.get(fault.expected)
    return convert(value, name) if convert else None


def _word(value: str, words: list[str]) -> Converted | None:
    """Return the word of a vocabulary that a text spells in other case or with other separators."""
    bare = _bare(value)
    if same := [word for word in words if _bare(word) == bare]:
        return Converted(same[0], "safe") if len(same) == 1 and bare else None
    likely = [word for word in words if is_slip(value, word)] or [*filter(None, [synonym(value, words)])]
    return Converted(likely[0], "unsafe") if len(likely) == 1 else None


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", text.lower())


def _integer(value: Any, _: object) -> Converted | None:
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return Converted(int(value), "safe")
    if not isinstance(value, str):
        return None
    text = value.strip()[:_LONGEST]
    if _INTEGER.fullmatch(text):
        return Converted(int(text), "safe")
    return Converted(int(text.replace(",", "")), "unsafe") if _GROUPED.fullmatch(text) else None


def _number(value: Any, name: object) -> Converted | None:
    if not isinstance(value, str):
        return None
    text = value.strip()[:_LONGEST]
    if _NUMBER.fullmatch(text):
        return Converted(_parsed(text), "safe")
    share = text.removesuffix("%").strip()
    if name == "confidence" and share != text and _NUMBER.fullmatch(share):
        return Converted(_parsed(share) / _PERCENT, "unsafe")
    decimal = text.replace(",", ".")
    if _NUMBER.fullmatch(decimal) and not _GROUPED.fullmatch(text):
        return Converted(_parsed(decimal), "unsafe")
    return None


def _parsed(text: str) -> float:
    """Parse a number as JSON does: as an integer only if it is written as one."""
    return int(text) if _INTEGER.fullmatch(text) else float(text)


def _boolean(value: Any, _: object) -> Converted | None:
    if not isinstance(value, str | int):
        return None
    text = str(value).strip().lower()
    if text in {"true", "false"}:
        return Converted(text == "true", "safe")
    return Converted(BOOLEANS[text], "unsafe") if text in BOOLEANS else None


def _text(value: Any, name: object) -> Converted | None:
    is_name = name in {"id", "creator", "model"} and type(value) is int and abs(value) < _EXACT
    return Converted(str(value), "unsafe") if is_name else None


def _array(value: Any, name: object) -> Converted | None:
    if isinstance(value, dict):
        return Converted([value], "unsafe") if name == "references" else None
    if not isinstance(value, str):
        return None
    try:
        read = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return Converted(read, "unsafe") if isinstance(read, list) else None


def _notation(name: str, value: str) -> Converted | None:
    """Return a language tag, a scheme or a digest in the notation that its field requires."""
    if name == "language":
        return _language(value)
    if name == "scheme":
        return _word(value, [*SHIPPED_SCHEMES])
    digest = value.strip().lower()
    if name in {"claim_sha256", "other_claim_sha256"} and re.fullmatch("[0-9a-f]{64}", digest):
        return Converted(digest, "safe")
    return None


def _language(value: str) -> Converted | None:
    first, *rest = re.split("[-_]", value.strip()[:_LONGEST])
    tag = "-".join([first.lower(), *map(_cased, rest)])
    if tag != value and re.match(_TAG, tag):
        return Converted(tag, "safe")
    named = language_of(value)
    return Converted(named, "unsafe") if named else None


def _cased(subtag: str) -> str:
    """Return a part of a language tag in its usual case: a script as Hans, a region as BR."""
    if len(subtag) == 4 and subtag.isalpha():  # noqa: PLR2004 - the length of a script
        return subtag.title()
    return subtag.upper() if len(subtag) == 2 else subtag.lower()  # noqa: PLR2004 - the length of a region


def _instant(value: Any) -> Converted | None:
    """Return a time in another notation as an instant; unsafe if its zone or unit is assumed."""
    meant = instant_of(value)
    if meant is None or not re.match(INSTANT_PATTERN, meant[0]):
        return None
    return Converted(meant[0], "unsafe" if meant[1] else "safe")

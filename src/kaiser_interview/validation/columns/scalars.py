"""Find the elements of an Arrow array that may not fit a scalar schema: text, number or instant."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds
from pydantic_core import SchemaValidator, ValidationError

from ...records.models import ID_PATTERN, INSTANT_PATTERN
from ..arrow.arrays import Bools, from_numpy, from_texts, is_text, lookup, on_values, plain, to_numpy, truths
from ..rows.schema import FORMS

__all__ = ["Doubts", "Schema", "everything", "instants", "leaf", "nothing"]

Doubts = Callable[[pa.Array], Bools]
"""Takes an array and returns which elements are doubtful. Its result for null elements is ignored."""

Schema = Mapping[str, Any]
"""A part of a pydantic core schema."""

# Names of UTC that Python knows as time zones; it does not know `Z`.
_UTC = {"UTC", "Etc/UTC", "GMT", "+00:00"}

# The first and the last instant of a datetime, in microseconds. All nanosecond timestamps are between them.
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_799_999_999

_MICROSECONDS = {"s": 1_000_000, "ms": 1_000, "us": 1}

_MOST_KNOWN = 1024

_EXACT = 2.0**53


def everything(array: pa.Array) -> Bools:
    """Mark all elements as doubtful."""
    return np.ones(len(array), np.bool_)


def nothing(array: pa.Array) -> Bools:
    """Mark no element as doubtful."""
    return np.zeros(len(array), np.bool_)


def leaf(schema: Schema) -> Doubts:
    """Return the check for a scalar schema; `everything` if its type or any of its keys is not supported."""
    make = _LEAVES.get(schema["type"])
    return make(schema) if make is not None and set(schema) <= _KEYS[schema["type"]] else everything


def instants(schema: Schema) -> Doubts:
    """Return the check for the schema of `Instant`, which accepts timestamps as well as text."""
    texts = leaf(schema)
    if schema.get("pattern") != INSTANT_PATTERN:
        return texts

    def doubts(array: pa.Array) -> Bools:
        array = plain(array)
        return _timestamps(array) if kinds.is_timestamp(array.type) else texts(array)

    return doubts


def _timestamps(array: pa.Array) -> Bools:
    if array.type.tz not in _UTC:
        return everything(array)
    ticks = to_numpy(array.cast(pa.int64()))
    if array.type.unit == "ns":
        return np.asarray(ticks % 1_000 != 0)
    scale = _MICROSECONDS[array.type.unit]
    return np.asarray((ticks < -(-_FIRST // scale)) | (ticks > _LAST // scale))


def _text(schema: Schema) -> Doubts:
    pattern, least, most = schema.get("pattern"), schema.get("min_length", 0), schema.get("max_length")
    fits = _pattern(pattern) if pattern is not None else None

    def doubts(texts: pa.Array) -> Bools:
        if not is_text(texts.type):
            return everything(texts)
        found = nothing(texts)
        if least or most is not None:
            sizes = to_numpy(pc.binary_length(texts), least)
            if least > 1 or (most is not None and sizes.max(initial=0) > most):
                sizes = to_numpy(pc.utf8_length(texts), least)
            found |= sizes < least
            if most is not None:
                found |= sizes > most
        return found if fits is None else found | fits(texts)

    return lambda array: on_values(array, doubts, null=False)


def _pattern(pattern: str) -> Doubts:
    if pattern == ID_PATTERN:
        return _ids
    return _PatternCache(pattern).doubts


# Arrow's engine writes the escapes of code points in another way.
_ID_IN_ARROW = re.sub(r"\\u([0-9a-f]{4})", r"\\x{\1}", ID_PATTERN)


def _ids(texts: pa.Array) -> Bools:
    """Return which texts are not ids; their lengths are not checked. Most are ASCII, without spaces."""
    if not len(texts):
        return nothing(texts)  # an empty array may have no offsets
    found: Bools = to_numpy(pc.binary_length(texts), 1) == 0
    wide = kinds.is_large_string(texts.type)
    offsets = np.frombuffer(texts.buffers()[1], np.int64 if wide else np.int32)[texts.offset :][
        : len(texts) + 1
    ]
    data = np.frombuffer(texts.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    if not len(data) or (data.min() >= ord("!") and data.max() <= ord("~")):
        return found
    return np.asarray(found | ~truths(pc.match_substring_regex(texts, _ID_IN_ARROW)))


class _PatternCache:
    """Match texts with a pattern, and cache those that match.

    Distinct texts are matched by pydantic's engine, or by Arrow's if there are many and both engines agree.
    """

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        # Engines differ on classes such as \d. The patterns in FORMS are written so that all agree.
        self._vectorised = pattern in FORMS
        self._validate = SchemaValidator({"type": "str", "pattern": pattern, "strict": True}).validate_python
        self._matching: list[str] = []
        self._value_set = from_texts([], large=True)

    def doubts(self, texts: pa.Array) -> Bools:
        """Return which texts do not match."""
        texts = texts.cast(pa.large_string())
        found = ~truths(pc.is_in(texts, value_set=self._value_set))
        if not found.any():
            return found
        uncached = texts.filter(from_numpy(found)).drop_null()
        distinct = uncached.unique()
        if self._vectorised and len(distinct) > _MOST_KNOWN // 4:
            return found & ~truths(pc.match_substring_regex(texts, self._pattern))
        matching = [text for text in distinct.to_pylist() if self._accepts(text)]
        accepted = self._value_set
        if len(self._matching) + len(matching) <= _MOST_KNOWN:
            self._matching += matching
            accepted = self._value_set = from_texts(self._matching, large=True)
        else:
            accepted = pa.concat_arrays([accepted, from_texts(matching, large=True)])
        return ~truths(pc.is_in(texts, value_set=accepted))

    def _accepts(self, text: str) -> bool:
        try:
            self._validate(text)
        except ValidationError:
            return False
        return True


def _literal(schema: Schema) -> Doubts:
    if not all(type(one) is str for one in schema["expected"]):
        return everything
    words = from_texts(schema["expected"])
    return lambda array: lookup(array, words) < 0


def _bool(_: Schema) -> Doubts:
    return lambda array: on_values(
        array, lambda one: np.full(len(one), not kinds.is_boolean(one.type)), null=False
    )


def _integer(schema: Schema) -> Doubts:
    bounds = _bounds(schema)

    def doubts(array: pa.Array) -> Bools:
        if kinds.is_decimal(array.type):
            return _decimals(array, bounds)
        if kinds.is_floating(array.type):
            numbers = to_numpy(array.cast(pa.float64()))
            # Doubles beyond 2 ** 53 do not compare exactly with bounds.
            whole = (numbers == np.floor(numbers)) & (np.abs(numbers) <= _EXACT)
            return np.asarray(~whole | bounds(numbers))
        if kinds.is_integer(array.type):
            return bounds(to_numpy(array))
        return everything(array)

    return lambda array: on_values(array, doubts, null=False)


def _float(schema: Schema) -> Doubts:
    bounds = _bounds(schema)

    def doubts(array: pa.Array) -> Bools:
        if kinds.is_decimal(array.type):
            return _decimals(array, bounds, whole=False)
        if not (kinds.is_floating(array.type) or kinds.is_integer(array.type)):
            return everything(array)
        numbers = to_numpy(array.cast(pa.float64(), safe=False))
        return np.asarray(~np.isfinite(numbers) | bounds(numbers))

    return lambda array: on_values(array, doubts, null=False)


def _decimals(array: pa.Array, bounds: Callable[[Any], Bools], *, whole: bool = True) -> Bools:
    """Check decimals: all are doubtful if the cast fails; otherwise those out of bounds or not finite."""
    try:
        numbers = to_numpy(array.cast(pa.int64() if whole else pa.float64()))
    except pa.ArrowInvalid:
        return everything(array)
    return (np.zeros(len(array), np.bool_) if whole else ~np.isfinite(numbers)) | bounds(numbers)


def _bounds(schema: Schema) -> Callable[[Any], Bools]:
    least, most = schema.get("ge"), schema.get("le")
    above, below = schema.get("gt"), schema.get("lt")
    multiple = schema.get("multiple_of")

    def outside(numbers: Any) -> Bools:
        found = np.zeros(len(numbers), np.bool_)
        for given, compare in (
            (least, np.less),
            (most, np.greater),
            (above, np.less_equal),
            (below, np.greater_equal),
        ):
            if given is not None:
                found |= compare(numbers, given)
        return found if multiple is None else np.ones(len(numbers), np.bool_)

    return outside


_LEAVES: dict[str, Callable[[Schema], Doubts]] = {
    "str": _text,
    "literal": _literal,
    "int": _integer,
    "float": _float,
    "bool": _bool,
}

_NUMERIC = {"type", "ge", "le", "gt", "lt", "multiple_of", "strict", "metadata", "ref"}

# Any other key might change what a schema accepts.
_KEYS = {
    "str": {"type", "pattern", "min_length", "max_length", "strict", "metadata", "ref"},
    "literal": {"type", "expected", "metadata", "ref"},
    "int": _NUMERIC,
    "float": _NUMERIC | {"allow_inf_nan"},
    "bool": {"type", "strict", "metadata", "ref"},
}

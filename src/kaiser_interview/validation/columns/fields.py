"""Which values of an Arrow column do not fit a model's field beyond doubt.

Compiled from the schema by which pydantic itself validates, so that there is one definition. What is not
known here (a validator of one's own, a type that is new) fits nothing: the judge looks at every such value.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds
from pydantic_core import SchemaValidator, ValidationError

from ...models import ID_PATTERN, INSTANT_PATTERN, Record, as_tuple, instant
from ..shape import FORMS
from .arrays import Bools, any_within, is_list, is_null, is_text, lookup, on_values, plain, truths

__all__ = ["Doubts", "doubts_of", "leaf_of", "not_finite"]

Doubts = Callable[[pa.Array], Bools]
"""Takes an array and returns which elements a look is needed at; what it says of null is of no account."""

Schema = Mapping[str, Any]

_UTC = {"UTC", "Etc/UTC", "GMT", "+00:00", "Z"}
# Microseconds of the first and the last instant that a datetime holds.
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_MOST_KNOWN = 1024
_DEEPEST = 50
_EXACT = 2.0**53


def doubts_of(model: type[Record]) -> dict[str, Doubts]:
    """Return, for each field of a model, what says which values of a column do not fit beyond doubt."""
    if not _is_ordinary(model):
        return dict.fromkeys(model.model_fields, _all)
    schema, definitions = _opened(model)
    fields = _fields(schema, definitions)
    return {name: _doubts(field, definitions, null=False)[0] for name, field in fields.items()}


def leaf_of(model: type[Record]) -> dict[str, Any]:
    """Return, for each field of a model, its schema without null and default; two that are equal take the same."""
    leaves: dict[str, Any] = {}
    for name, field in _fields(*_opened(model)).items():
        leaf = field
        while leaf is not None and leaf["type"] in {"default", "nullable"}:
            leaf = leaf["schema"]
        leaves[name] = leaf
    return leaves


def _opened(model: type[Record]) -> tuple[Schema, Mapping[str, Schema]]:
    """Return the schema by which a model validates, and the definitions that it refers to."""
    model.model_rebuild()
    schema: Schema = model.__pydantic_core_schema__  # type: ignore[assignment] # one of many shapes of dict
    if schema["type"] != "definitions":
        return schema, {}
    return schema["schema"], {one["ref"]: one for one in schema["definitions"]}


def not_finite(array: pa.Array, depth: int = 0) -> Bools:
    """Return which elements hold, themselves or within, a number that is NaN or infinite, or might."""
    array = plain(array)
    sort = array.type
    if kinds.is_floating(sort):
        return ~truths(pc.is_finite(array.cast(pa.float64())))
    if kinds.is_dictionary(sort):
        return on_values(array, lambda values: not_finite(values, depth + 1), null=False)
    if depth > _DEEPEST:
        return _all(array)
    if is_list(sort):
        return any_within(array, not_finite(array.flatten(), depth + 1))
    if kinds.is_struct(sort):
        found = np.zeros(len(array), np.bool_)
        for inner in array.flatten():
            found |= not_finite(inner, depth + 1) & ~is_null(inner)
        return found
    if kinds.is_nested(sort):
        return _all(array)
    return _none(array)


def _is_ordinary(model: type[Record]) -> bool:
    """Return whether a model validates as `Record` does: a setting of its own may change what it takes."""
    ours, theirs = (
        {
            name: value
            for name, value in one.model_config.items()
            if name not in {"extra", "title", "json_schema_extra"}
        }
        for one in (Record, model)
    )
    return ours == theirs


def _fields(schema: Schema, definitions: Mapping[str, Schema]) -> dict[str, Schema | None]:
    """Return the schemas of a model's fields; None for each if the model has validators as a whole."""
    if schema["type"] == "definition-ref":
        return _fields(definitions[schema["schema_ref"]], definitions)
    if schema["type"] == "model" and not schema["custom_init"] and not schema.get("post_init"):
        inner = schema["schema"]
        if inner["type"] == "model-fields":
            return {name: field["schema"] for name, field in inner["fields"].items()}
    return dict.fromkeys(_names(schema))


def _names(schema: Schema) -> list[str]:
    while "fields" not in schema:
        schema = schema["schema"]
    return [*schema["fields"]]


def _all(array: pa.Array) -> Bools:
    return np.ones(len(array), np.bool_)


def _none(array: pa.Array) -> Bools:
    return np.zeros(len(array), np.bool_)


def _doubts(schema: Schema | None, definitions: Mapping[str, Schema], *, null: bool) -> tuple[Doubts, bool]:
    """Return the doubts of a schema, and whether it takes null."""
    if schema is None:
        return _all, null
    sort = schema["type"]
    if sort == "definition-ref":
        return _doubts(definitions[schema["schema_ref"]], definitions, null=null)
    if sort == "default":
        return _doubts(schema["schema"], definitions, null=null)
    if sort == "nullable":
        return _doubts(schema["schema"], definitions, null=True)
    if sort == "json-or-python":
        inner = schema["python_schema"]
        if inner["type"] == "function-before" and inner["function"]["function"] in {instant, as_tuple}:
            return _doubts(inner["schema"], definitions, null=null)
        return _all, null
    made = _LEAVES.get(sort)
    if made is not None and set(schema) <= _KEYS[sort]:
        return made(schema), null
    if sort == "tuple" and schema.get("variadic_item_index") == 0 and len(schema["items_schema"]) == 1:
        return _list(schema, *_doubts(schema["items_schema"][0], definitions, null=False)), null
    if sort == "model":
        return _struct(_fields(schema, definitions), definitions), null
    return _all, null


def _text(schema: Schema) -> Doubts:
    pattern, least, most = schema.get("pattern"), schema.get("min_length", 0), schema.get("max_length")
    fits = _pattern(pattern) if pattern is not None else None

    def doubts(texts: pa.Array) -> Bools:
        if not is_text(texts.type):
            return _all(texts)
        found = _none(texts)
        if least or most is not None:
            sizes = pc.binary_length(texts)
            if least > 1 or (most is not None and (pc.max(sizes).as_py() or 0) > most):
                sizes = pc.utf8_length(texts)
            found |= truths(pc.less(sizes, least))
            if most is not None:
                found |= truths(pc.greater(sizes, most))
        return found if fits is None else found | fits(texts)

    if pattern == INSTANT_PATTERN:
        return lambda array: _instants(plain(array), doubts)
    return lambda array: on_values(array, doubts, null=False)


def _pattern(pattern: str) -> Doubts:
    if pattern == ID_PATTERN:
        return _ids
    return _Known(pattern).doubts


def _ids(texts: pa.Array) -> Bools:
    """Return which texts are no ids: 1 to 256 bytes from ! to ~."""
    sizes = pc.binary_length(texts)
    found = truths(pc.or_(pc.equal(sizes, 0), pc.greater(sizes, 256)))
    wide = kinds.is_large_string(texts.type)
    offsets = np.frombuffer(texts.buffers()[1], np.int64 if wide else np.int32)[texts.offset :][
        : len(texts) + 1
    ]
    data = np.frombuffer(texts.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    if not len(data) or (data.min() >= ord("!") and data.max() <= ord("~")):
        return found
    return found | ~truths(pc.match_substring_regex(texts, ID_PATTERN))


class _Known:
    """Judges texts by a pattern, each different one by pydantic's own engine and once."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        # Engines differ in what a class such as \\d holds; ours are written so that all agree.
        self._vectorised = pattern in FORMS
        self._accept = SchemaValidator({"type": "str", "pattern": pattern, "strict": True}).validate_python
        self._good: list[str] = []
        self._set = pa.array([], pa.large_string())

    def doubts(self, texts: pa.Array) -> Bools:
        """Return which texts do not match."""
        texts = texts.cast(pa.large_string())
        found = ~truths(pc.is_in(texts, value_set=self._set))
        if not found.any():
            return found
        rest = texts.filter(pa.array(found)).drop_null()
        fresh = rest.unique()
        if self._vectorised and len(fresh) > _MOST_KNOWN // 4:
            return found & ~truths(pc.match_substring_regex(texts, self._pattern))
        good = [text for text in fresh.to_pylist() if self._accepts(text)]
        here = self._set
        if len(self._good) + len(good) <= _MOST_KNOWN:
            self._good += good
            here = self._set = pa.array(self._good, pa.large_string())
        else:
            here = pa.concat_arrays([here, pa.array(good, pa.large_string())])
        return ~truths(pc.is_in(texts, value_set=here))

    def _accepts(self, text: str) -> bool:
        try:
            self._accept(text)
        except ValidationError:
            return False
        return True


def _instants(array: pa.Array, texts: Doubts) -> Bools:
    sort = array.type
    if not kinds.is_timestamp(sort):
        return on_values(array, texts, null=False)
    if sort.tz not in _UTC:
        return _all(array)
    ticks = _numbers(array.cast(pa.int64()))
    per_second = _PER_SECOND[sort.unit]
    if sort.unit == "ns":
        return np.asarray((ticks % 1_000 != 0) | (ticks < _FIRST * 1000))
    scale = 1_000_000 // per_second
    return np.asarray((ticks < -(-_FIRST // scale)) | (ticks > _LAST // scale))


def _literal(schema: Schema) -> Doubts:
    if not all(type(one) is str for one in schema["expected"]):
        return _all
    words = pa.array(schema["expected"], pa.string())
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
            numbers = _numbers(array.cast(pa.float64()))
            # Beyond 2 ** 53 bounds are not compared as one might think.
            return ~((numbers == np.floor(numbers)) & (np.abs(numbers) <= _EXACT)) | bounds(numbers)
        if kinds.is_integer(array.type):
            return bounds(_numbers(array))
        return _all(array)

    return lambda array: on_values(array, doubts, null=False)


def _float(schema: Schema) -> Doubts:
    bounds = _bounds(schema)

    def doubts(array: pa.Array) -> Bools:
        if kinds.is_decimal(array.type):
            return _decimals(array, bounds, whole=False)
        if not (kinds.is_floating(array.type) or kinds.is_integer(array.type)):
            return _all(array)
        numbers = _numbers(array.cast(pa.float64(), safe=False))
        return ~np.isfinite(numbers) | bounds(numbers)

    return lambda array: on_values(array, doubts, null=False)


def _decimals(array: pa.Array, bounds: Callable[[Any], Bools], *, whole: bool = True) -> Bools:
    """Return doubts of decimals: none where all are as they should be, else of all."""
    try:
        numbers = _numbers(array.cast(pa.int64() if whole else pa.float64()))
    except pa.ArrowInvalid:
        return _all(array)
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


def _numbers(array: pa.Array) -> Any:
    if array.null_count:
        array = pc.fill_null(array, 0)
    return array.to_numpy(zero_copy_only=False)


def _list(schema: Schema, inner: Doubts, null: bool) -> Doubts:  # noqa: FBT001 - as `_doubts` returns it
    least, most = schema.get("min_length", 0), schema.get("max_length")

    def doubts(array: pa.Array) -> Bools:
        array = plain(array)
        if not is_list(array.type):
            return _all(array)
        lengths = pc.fill_null(pc.list_value_length(array), least).to_numpy(zero_copy_only=False)
        found = lengths < least
        if most is not None:
            found |= lengths > most
        elements = array.flatten()
        if not len(elements):
            return np.asarray(found)
        absent = is_null(elements)
        bad = inner(elements) & ~absent
        return np.asarray(found | any_within(array, bad if null else bad | absent))

    return doubts


def _struct(fields: Mapping[str, Schema | None], definitions: Mapping[str, Schema]) -> Doubts:
    known = {
        name: (*_doubts(field, definitions, null=False), _is_required(field))
        for name, field in fields.items()
    }

    def doubts(array: pa.Array) -> Bools:
        array = plain(array)
        if not kinds.is_struct(array.type):
            return _all(array)
        names = [array.type.field(number).name for number in range(array.type.num_fields)]
        if not set(names) <= set(known) or len(set(names)) < len(names):
            return _all(array)
        found = _none(array)
        for name, inner in zip(names, array.flatten(), strict=True):
            doubt, null, _ = known[name]
            absent = is_null(inner)
            found |= doubt(inner) & ~absent
            if not null:
                found |= absent
        if any(required for name, (_, _, required) in known.items() if name not in names):
            return _all(array)
        return found

    return doubts


def _is_required(schema: Schema | None) -> bool:
    return schema is None or schema["type"] != "default"


_LEAVES: dict[str, Callable[[Schema], Doubts]] = {
    "str": _text,
    "literal": _literal,
    "int": _integer,
    "float": _float,
    "bool": _bool,
}
_NUMERIC = {"type", "ge", "le", "gt", "lt", "multiple_of", "strict", "metadata", "ref"}
# A key that is not here might change what a schema takes.
_KEYS = {
    "str": {"type", "pattern", "min_length", "max_length", "strict", "metadata", "ref"},
    "literal": {"type", "expected", "metadata", "ref"},
    "int": _NUMERIC,
    "float": _NUMERIC | {"allow_inf_nan"},
    "bool": {"type", "strict", "metadata", "ref"},
}

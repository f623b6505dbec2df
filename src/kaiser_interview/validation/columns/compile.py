"""Which values of an Arrow column do not fit a model's field beyond doubt.

Compiled from the schema by which pydantic itself validates, so that there is one definition. What is not
known here (a validator of one's own, a type that is new) fits nothing: the judge looks at every such value.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from ...records.models import Record, as_tuple, instant
from ..arrow.arrays import Bools, any_within, is_list, is_null, on_values, plain, truths
from .scalars import Doubts, Schema, everything, instants, leaf, nothing

__all__ = ["doubts_of", "leaf_of", "not_finite"]

_DEEPEST = 50


def doubts_of(model: type[Record]) -> dict[str, Doubts] | None:
    """Return, for each field of a model, what says which values of a column do not fit beyond doubt.

    None if no row is beyond doubt, whatever its columns hold: a setting or a validator of the model's own
    may refuse it as a whole, or for a field that it does not give.
    """
    schema, definitions = _opened(model)
    fields = _fields(schema)
    if fields is None:
        return None
    return {name: _doubts(field, definitions, null=False)[0] for name, field in fields.items()}


def leaf_of(model: type[Record]) -> dict[str, Any]:
    """Return, for each field of a model, its schema without null and default: equal ones take the same."""
    leaves = {}
    for name, field in (_fields(_opened(model)[0]) or {}).items():
        inner = field
        while inner["type"] in {"default", "nullable"}:
            inner = inner["schema"]
        leaves[name] = inner
    return leaves


def _opened(model: type[Record]) -> tuple[Schema, Mapping[str, Schema]]:
    """Return the schema by which a model validates, and the definitions that it refers to."""
    model.model_rebuild()
    schema: Schema = model.__pydantic_core_schema__
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
        return everything(array)
    if is_list(sort):
        return any_within(array, not_finite(array.flatten(), depth + 1))
    if kinds.is_struct(sort):
        found = nothing(array)
        for inner in array.flatten():
            found |= not_finite(inner, depth + 1) & ~is_null(inner)
        return found
    return nothing(array)


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


def _fields(schema: Schema) -> dict[str, Schema] | None:
    """Return the schemas of a model's fields; None if it has ways of its own to refuse a row."""
    if (
        schema["type"] != "model"
        or schema["custom_init"]
        or schema.get("post_init")
        or schema["schema"]["type"] != "model-fields"
        or not _is_ordinary(schema["cls"])
    ):
        return None
    fields = {name: field["schema"] for name, field in schema["schema"]["fields"].items()}
    # A default that is validated may be refused.
    return None if any(field.get("validate_default") for field in fields.values()) else fields


def _doubts(  # noqa: PLR0911 - one return a sort of schema
    schema: Schema, definitions: Mapping[str, Schema], *, null: bool
) -> tuple[Doubts, bool]:
    """Return the doubts of a schema, and whether it takes null."""
    sort = schema["type"]
    if sort == "definition-ref":
        return _doubts(definitions[schema["schema_ref"]], definitions, null=null)
    if sort == "default":
        return _doubts(schema["schema"], definitions, null=null)
    if sort == "nullable":
        return _doubts(schema["schema"], definitions, null=True)
    if sort == "json-or-python":
        inner = schema["python_schema"]
        before = inner["function"]["function"] if inner["type"] == "function-before" else None
        if before is instant:
            return instants(inner["schema"]), null
        return (
            (everything, null) if before is not as_tuple else _doubts(inner["schema"], definitions, null=null)
        )
    if sort == "tuple" and schema.get("variadic_item_index") == 0 and len(schema["items_schema"]) == 1:
        return _list(schema, *_doubts(schema["items_schema"][0], definitions, null=False)), null
    if sort == "model":
        fields = _fields(schema)
        return everything if fields is None else _struct(fields, definitions), null
    return leaf(schema), null


def _list(schema: Schema, inner: Doubts, null: bool) -> Doubts:  # noqa: FBT001 - as `_doubts` returns it
    least, most = schema.get("min_length", 0), schema.get("max_length")

    def doubts(array: pa.Array) -> Bools:
        array = plain(array)
        if not is_list(array.type):
            return everything(array)
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


def _struct(fields: Mapping[str, Schema], definitions: Mapping[str, Schema]) -> Doubts:
    known = {name: _doubts(field, definitions, null=False) for name, field in fields.items()}
    required = {name for name, field in fields.items() if field["type"] != "default"}

    def doubts(array: pa.Array) -> Bools:
        array = plain(array)
        if not kinds.is_struct(array.type):
            return everything(array)
        names = [array.type.field(number).name for number in range(array.type.num_fields)]
        if not required <= set(names) <= set(known):
            return everything(array)
        found = nothing(array)
        for name, inner in zip(names, array.flatten(), strict=True):
            doubt, null = known[name]
            absent = is_null(inner)
            found |= doubt(inner) & ~absent
            if not null:
                found |= absent
        return found

    return doubts

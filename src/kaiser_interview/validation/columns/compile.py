"""Compile a model into checks of Arrow columns, which find doubtful values.

A value is doubtful unless it certainly fits its field. The checks are compiled from pydantic's core schema,
so there is only one definition. If a field's schema has an unknown part, such as a custom validator or a new
type, all its values are doubtful. The row validator validates rows with doubtful values.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from ...records.models import Record, as_tuple, instant
from ..arrow.arrays import Bools, any_within, is_list, is_null, on_values, plain, to_numpy, truths
from .scalars import Doubts, Schema, everything, instants, leaf, nothing

__all__ = ["doubts_of", "leaf_of", "not_finite"]

_DEEPEST = 50


def doubts_of(model: type[Record]) -> dict[str, Doubts] | None:
    """Return, for each field of a model, a function that finds the doubtful values of a column.

    None if every row is doubtful, whatever its values. A setting or validator of the model may reject a row
    as a whole, or because of a field that the row does not have.
    """
    schema, definitions = _opened(model)
    fields = _fields(schema)
    if fields is None:
        return None
    return {name: _doubts(field, definitions, null=False)[0] for name, field in fields.items()}


def leaf_of(model: type[Record]) -> dict[str, Any]:
    """Return each field's schema without null and default; fields with equal schemas accept equal values."""
    leaves = {}
    for name, field in (_fields(_opened(model)[0]) or {}).items():
        inner = field
        while inner["type"] in {"default", "nullable"}:
            inner = inner["schema"]
        leaves[name] = inner
    return leaves


def _opened(model: type[Record]) -> tuple[Schema, Mapping[str, Schema]]:
    """Return the core schema of a model, and the definitions that it refers to."""
    model.model_rebuild()
    schema: Schema = model.__pydantic_core_schema__
    if schema["type"] != "definitions":
        return schema, {}
    return schema["schema"], {one["ref"]: one for one in schema["definitions"]}


def not_finite(array: pa.Array, depth: int = 0) -> Bools:
    """Return which elements are or contain a number that is or may be NaN or infinite."""
    array = plain(array)
    arrow_type = array.type
    if kinds.is_floating(arrow_type):
        return ~truths(pc.is_finite(array.cast(pa.float64())))
    if kinds.is_dictionary(arrow_type):
        return on_values(array, lambda values: not_finite(values, depth + 1), null=False)
    if depth > _DEEPEST:
        return everything(array)
    if is_list(arrow_type):
        return any_within(array, not_finite(array.flatten(), depth + 1))
    if kinds.is_struct(arrow_type):
        found = nothing(array)
        for inner in array.flatten():
            found |= not_finite(inner, depth + 1) & ~is_null(inner)
        return found
    return nothing(array)


def _is_ordinary(model: type[Record]) -> bool:
    """Return whether a model has the settings of `Record`; other settings may change what it accepts."""
    base_config, model_config = (
        {
            name: value
            for name, value in one.model_config.items()
            if name not in {"extra", "title", "json_schema_extra"}
        }
        for one in (Record, model)
    )
    return base_config == model_config


def _fields(schema: Schema) -> dict[str, Schema] | None:
    """Return the schemas of a model's fields; None if anything else in the model may reject a row."""
    if (
        schema["type"] != "model"
        or schema["custom_init"]
        or schema.get("post_init")
        or schema["schema"]["type"] != "model-fields"
        or not _is_ordinary(schema["cls"])
    ):
        return None
    fields = {name: field["schema"] for name, field in schema["schema"]["fields"].items()}
    # Validation may reject a default.
    return None if any(field.get("validate_default") for field in fields.values()) else fields


def _doubts(  # noqa: PLR0911 - one return per schema type
    schema: Schema, definitions: Mapping[str, Schema], *, null: bool
) -> tuple[Doubts, bool]:
    """Return the function that finds doubtful values for a schema, and whether null is allowed."""
    schema_type = schema["type"]
    if schema_type == "definition-ref":
        return _doubts(definitions[schema["schema_ref"]], definitions, null=null)
    if schema_type == "default":
        return _doubts(schema["schema"], definitions, null=null)
    if schema_type == "nullable":
        return _doubts(schema["schema"], definitions, null=True)
    if schema_type == "json-or-python":
        inner = schema["python_schema"]
        before = inner["function"]["function"] if inner["type"] == "function-before" else None
        if before is instant:
            return instants(inner["schema"]), null
        return (
            (everything, null) if before is not as_tuple else _doubts(inner["schema"], definitions, null=null)
        )
    if schema_type == "tuple" and schema.get("variadic_item_index") == 0 and len(schema["items_schema"]) == 1:
        return _list(schema, *_doubts(schema["items_schema"][0], definitions, null=False)), null
    if schema_type == "model":
        fields = _fields(schema)
        return everything if fields is None else _struct(fields, definitions), null
    return leaf(schema), null


def _list(schema: Schema, inner: Doubts, null: bool) -> Doubts:  # noqa: FBT001 - as `_doubts` returns it
    least, most = schema.get("min_length", 0), schema.get("max_length")

    def doubts(array: pa.Array) -> Bools:
        array = plain(array)
        if not is_list(array.type):
            return everything(array)
        lengths = to_numpy(pc.list_value_length(array), least)
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
        if not required <= set(names) or not all(name in known or name.startswith("x_") for name in names):
            return everything(array)
        found = nothing(array)
        for name, inner in zip(names, array.flatten(), strict=True):
            doubt, null = known.get(name, (not_finite, True))
            absent = is_null(inner)
            found |= doubt(inner) & ~absent
            if not null:
                found |= absent
        return found

    return doubts

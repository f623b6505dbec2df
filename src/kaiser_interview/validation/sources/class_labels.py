"""Replace the numbers of class labels with their names, at any depth of a column or a value.

`datasets` stores a class label as a number and its names in the features.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Labels", "labelled", "labels_of", "named", "noted_labels"]

_NO_LABEL = -1
"""The number that `datasets` stores for a missing label."""


@dataclass(frozen=True)
class Labels:
    """The class labels of a value, of its elements, or of its fields."""

    names: tuple[str, ...] | None = None
    elements: "Labels | None" = None
    fields: "Mapping[str, Labels] | None" = None


def labels_of(features: Any) -> Mapping[str, Labels]:
    """Return the class labels by column, from `Features.to_dict()` or its JSON."""
    found = _of_feature(features if isinstance(features, dict) else None)
    return (found.fields if found else None) or {}


@lru_cache
def noted_labels(metadata: bytes | None) -> Mapping[str, Labels]:
    """Return the class labels by column, from the metadata that `datasets` writes in a schema."""
    if metadata is None:
        return {}
    try:
        return labels_of(json.loads(metadata)["info"]["features"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}


def _of_feature(feature: Any) -> Labels | None:
    """Return the class labels in the values of a feature; None if it has none."""
    if isinstance(feature, list):  # a list of one feature is a feature of lists
        return _of_elements(feature[0]) if feature else None
    if not isinstance(feature, dict):
        return None
    if feature.get("_type") == "ClassLabel":
        names = feature.get("names")
        is_valid = isinstance(names, list) and all(map(_is_text, names))
        return Labels(tuple(names)) if is_valid else None  # type: ignore[arg-type] # a list
    if "_type" in feature and "feature" in feature:
        return _of_elements(feature["feature"])
    fields = {name: labels for name, one in feature.items() if (labels := _of_feature(one))}
    return Labels(fields=fields) if fields else None


def _of_elements(feature: Any) -> Labels | None:
    labels = _of_feature(feature)
    return Labels(elements=labels) if labels else None


def _is_text(name: object) -> bool:
    return isinstance(name, str) and not any("\ud800" <= one <= "\udfff" for one in name)


def _of_field(labels: Labels, name: str) -> Labels | None:
    """Return the class labels in a field of a record. A `Sequence` of records is a record of lists."""
    if labels.fields is not None:
        return labels.fields.get(name)
    inner = labels.elements.fields if labels.elements is not None else None
    return Labels(elements=inner[name]) if inner and name in inner else None


def named(value: Any, labels: Labels) -> Any:
    """Return a Python value with class labels as names. Keep numbers without a name."""
    if labels.names is not None and type(value) is int:
        if value == _NO_LABEL:
            return None
        return labels.names[value] if 0 <= value < len(labels.names) else value
    if isinstance(value, dict):
        return {
            name: one if (inner := _of_field(labels, name)) is None else named(one, inner)
            for name, one in value.items()
        }
    if isinstance(value, list) and labels.elements is not None:
        return [named(one, labels.elements) for one in value]
    return value


def labelled(batch: "pa.RecordBatch", labels: Mapping[str, Labels]) -> "pa.RecordBatch":
    """Return a batch with class labels as names. Keep numbers without a name, as text."""
    for at, name in enumerate(batch.schema.names):
        if name in labels:
            batch = batch.set_column(at, name, _named_array(batch.column(at), labels[name]))
    return batch


def _named_array(array: "pa.Array", labels: Labels) -> "pa.Array":
    import pyarrow as pa
    import pyarrow.types as kinds

    from ..arrow.arrays import is_any_list, plain, relisted

    if isinstance(array, pa.ExtensionArray) or kinds.is_run_end_encoded(array.type):
        array = plain(array)
    if kinds.is_dictionary(array.type):
        return pa.DictionaryArray.from_arrays(array.indices, _named_array(array.dictionary, labels))
    if labels.names is not None:
        return _texts(array, labels.names) if kinds.is_integer(array.type) else array
    if kinds.is_struct(array.type) and array.type.num_fields:
        names = [field.name for field in array.type]
        children = [
            one if (inner := _of_field(labels, name)) is None else _named_array(one, inner)
            for name, one in zip(names, array.flatten(), strict=True)
        ]
        return pa.StructArray.from_arrays(children, names, mask=array.is_null())
    if is_any_list(array.type) and labels.elements is not None:
        return relisted(array, _named_array(array.flatten(), labels.elements))
    return array


def _texts(numbers: "pa.Array", names: tuple[str, ...]) -> "pa.Array":
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    from ..arrow.arrays import from_numpy, from_texts, is_null, to_numpy

    codes, absent = to_numpy(numbers), is_null(numbers)
    is_known = (codes >= 0) & (codes < len(names)) & ~absent
    texts = from_texts(names).take(from_numpy(np.where(is_known, codes, 0).astype(np.int64), ~is_known))
    unnamed = ~is_known & ~absent & (codes != _NO_LABEL)
    if not unnamed.any():
        return texts
    # Keep a number without a name, so that validation reports it.
    others = pc.if_else(from_numpy(unnamed), numbers.cast(pa.string()), pa.nulls(len(numbers), pa.string()))
    return pc.coalesce(texts, others)

"""What folders say of the files in them: parts of paths that are columns, and datasets saved to a disk."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ...records.models import Record
from ..findings.display import shown
from ..findings.finding import Fault, StreamError
from ..formats.coerce import typed

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["STATE", "class_labels", "constants_of", "dressed", "partitions", "shards"]

STATE = "state.json"
"""What tells a folder that `Dataset.save_to_disk` made."""

_NULL = "__HIVE_DEFAULT_PARTITION__"

_LONGEST = 1 << 24


def partitions(path: str, fields: Iterable[str], system: type[PurePath] = PurePath) -> dict[str, str]:
    """Return the fields that the folders of a path give as ``key=value``, by the rules of a system for paths.

    Other keys are but names.
    """
    found = {}
    for part in system(path).parent.parts:
        key, equals, value = part.partition("=")
        if equals and key in fields and value != _NULL:
            # What is no UTF-8 in a path is told as what it is escaped to.
            found[key] = unquote(value).encode("utf-8", "backslashreplace").decode()
    return found


def constants_of(given: Mapping[str, str], models: Iterable[type[Record]]) -> dict[str, Any]:
    """Return what a path gives, each value in the type of the field that it is for."""
    made: dict[str, Any] = {}
    for model in models:
        known = {name: value for name, value in given.items() if name in model.model_fields}
        made = typed(model)(known) | made
    return made


def shards(folder: str) -> list[str]:
    """Return the files that a saved dataset names, all of them in its own folder.

    Raises
    ------
    StreamError
        It names none, or one elsewhere.
    """
    path = os.path.join(folder, STATE)
    try:
        with open(path, "rb") as file:
            state = json.loads(file.read(_LONGEST))
        names = [one["filename"] for one in state["_data_files"]]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        names = []
    if not names:
        raise StreamError(Fault("unreadable", (), "a dataset saved to disk", f"damaged {STATE}"))
    for name in names:
        if not isinstance(name, str) or os.path.basename(name) != name or name in {"", ".", ".."}:
            raise StreamError(Fault("unreadable", (), "files in the folder itself", shown(name)))
        inner = os.path.join(folder, name)
        if os.path.islink(inner):
            raise StreamError(Fault("unreadable", (), "files in the folder itself", f"{shown(name)}, a link"))
    return [os.path.join(folder, name) for name in names]


@lru_cache
def class_labels(metadata: bytes | None) -> Mapping[str, tuple[str, ...]]:
    """Return the names of class labels that `datasets` notes in a schema, by column."""
    if metadata is None:
        return {}
    try:
        features = json.loads(metadata)["info"]["features"]
        return {
            name: tuple(feature["names"])
            for name, feature in features.items()
            if isinstance(feature, dict)
            and feature.get("_type") == "ClassLabel"
            and all(map(_is_text, feature["names"]))
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def _is_text(name: object) -> bool:
    return isinstance(name, str) and not any("\ud800" <= one <= "\udfff" for one in name)


def dressed(batch: "pa.RecordBatch", constants: Mapping[str, Any]) -> "pa.RecordBatch":
    """Return a batch of a file with what else is known of it: class labels by name, columns of its path."""
    import numpy as np
    import pyarrow as pa

    batch = _named(batch, class_labels((batch.schema.metadata or {}).get(b"huggingface")))
    for name, value in constants.items():
        if name not in batch.schema.names:
            codes = pa.array(np.zeros(batch.num_rows, np.int8))
            column = pa.DictionaryArray.from_arrays(codes, _array_of(value))
            batch = batch.append_column(
                name, column if isinstance(value, str) else column.dictionary_decode()
            )
    return batch


def _array_of(value: Any) -> "pa.Array":
    """Return a value as an array; as text where no column holds it."""
    import pyarrow as pa

    try:
        return pa.array([value])
    except (pa.ArrowException, OverflowError):
        return pa.array([str(value)])


def _named(batch: "pa.RecordBatch", labels: Mapping[str, Sequence[str]]) -> "pa.RecordBatch":
    """Return a batch with the names of class labels in place of their numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for name, words in labels.items():
        at = batch.schema.get_field_index(name)
        if at < 0 or not pa.types.is_integer(batch.schema.field(at).type):
            continue
        codes = batch.column(at)
        names = pa.array(words, pa.string())
        known = pc.and_(pc.greater_equal(codes, 0), pc.less(codes, len(names)))
        # A number without a name is told as it is.
        texts = pc.coalesce(names.take(pc.if_else(known, codes, None)), codes.cast(pa.string()))
        batch = batch.set_column(at, name, texts)
    return batch

"""Read Hive partitions (``key=value`` folders) and datasets saved to disk."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ...records.models import Record
from ..findings.display import shown
from ..findings.finding import Fault, StreamError
from ..formats.coerce import typed
from .class_labels import labelled, noted_labels
from .frame_index import without_index

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["STATE", "constants_of", "dressed", "partitions", "shards"]

STATE = "state.json"
"""The file that marks a folder made by `Dataset.save_to_disk`."""

_NULL = "__HIVE_DEFAULT_PARTITION__"

_LONGEST = 1 << 24


def partitions(path: str, fields: Iterable[str], system: type[PurePath] = PurePath) -> dict[str, str]:
    """Return the fields that the folders of a path contain as ``key=value``.

    Parameters
    ----------
    path : str
        The path of a file.
    fields : iterable of str
        Known field names; folders with other keys are ignored.
    system : type of PurePath
        The path syntax of a platform.
    """
    found = {}
    for part in system(path).parent.parts:
        key, equals, value = part.partition("=")
        if equals and key in fields and value != _NULL:
            # Escape bytes of a path that are not UTF-8, so that they can be reported.
            found[key] = unquote(value).encode("utf-8", "backslashreplace").decode()
    return found


def constants_of(given: Mapping[str, str], models: Iterable[type[Record]]) -> dict[str, Any]:
    """Convert the field values of a path to the types of the models' fields."""
    made: dict[str, Any] = {}
    for model in models:
        known = {name: value for name, value in given.items() if name in model.model_fields}
        made = typed(model)(known) | made
    return made


def shards(folder: str) -> list[str]:
    """Return the data files of a dataset saved to disk, from its state file.

    Raises
    ------
    StreamError
        The state file is damaged, lists no file, or lists a link or a file outside the folder.
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
            raise StreamError(Fault("unreadable", (), "files directly in the folder", shown(name)))
        inner = os.path.join(folder, name)
        if os.path.islink(inner):
            raise StreamError(
                Fault("unreadable", (), "files directly in the folder", f"{shown(name)}, a link")
            )
    return [os.path.join(folder, name) for name in names]


def dressed(batch: "pa.RecordBatch", constants: Mapping[str, Any]) -> "pa.RecordBatch":
    """Return a batch of a file in the form of rows.

    Replace class labels with names, add columns from the path, and leave out an unnamed index that pandas
    stored.
    """
    import numpy as np
    import pyarrow as pa

    from ..arrow.arrays import from_numpy

    metadata = batch.schema.metadata or {}
    batch = labelled(without_index(batch), noted_labels(metadata.get(b"huggingface")))
    for name, value in constants.items():
        if name not in batch.schema.names:
            codes = from_numpy(np.zeros(batch.num_rows, np.int8))
            column = pa.DictionaryArray.from_arrays(codes, _array_of(value))
            batch = batch.append_column(
                name, column if isinstance(value, str) else column.dictionary_decode()
            )
    return batch


def _array_of(value: Any) -> "pa.Array":
    """Return a value as an array of length 1; as text if Arrow cannot represent the value."""
    import pyarrow as pa

    from ..arrow.arrays import from_texts

    if isinstance(value, str):
        return from_texts([value])
    try:
        return pa.array([value])
    except (pa.ArrowException, OverflowError):
        return pa.array([str(value)])

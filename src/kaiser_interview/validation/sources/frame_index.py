"""Leave out the index of a data frame, which pandas exports as columns."""

import json
import re
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["is_unnamed_index", "named_index", "schema_without_index", "without_index"]

# The names that pyarrow and Dask use for the levels of an unnamed index.
_UNNAMED = re.compile("__index_level_[0-9]+__|__null_dask_index__")


def is_unnamed_index(name: object) -> bool:
    """Return whether a column is a level of an index that has no name."""
    return isinstance(name, str) and _UNNAMED.fullmatch(name) is not None


def named_index(schema: "pa.Schema") -> frozenset[str]:
    """Return the columns that are levels of an index, according to the pandas metadata of a schema."""
    try:
        levels = json.loads((schema.metadata or {}).get(b"pandas", b"{}"))["index_columns"]
        # A range index has no column; an object describes it.
        return frozenset(level for level in levels if isinstance(level, str))
    except (ValueError, TypeError, KeyError, RecursionError):
        return frozenset()


def without_index(batch: "pa.RecordBatch", others: Collection[str] = ()) -> "pa.RecordBatch":
    """Return a batch without the unnamed levels of an index, and without other columns."""
    kept = [at for at, name in enumerate(batch.schema.names) if not _is_left_out(name, others)]
    return batch if len(kept) == batch.num_columns else batch.select(kept)


def schema_without_index(schema: "pa.Schema", others: Collection[str] = ()) -> "pa.Schema":
    """Return the schema of a batch after `without_index`."""
    import pyarrow as pa

    return pa.schema([one for one in schema if not _is_left_out(one.name, others)], schema.metadata)


def _is_left_out(name: str, others: Collection[str]) -> bool:
    return is_unnamed_index(name) or name in others

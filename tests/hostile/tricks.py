"""Tables with malicious schemas or buffers, in memory and in every file format that can store them."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hostile.cases import ANY, Cases

CASES = Cases()
made = CASES.made
ROWS = 3
RIGHT: dict[str, Any] = {
    "id": pa.array(["a", "b", "c"]),
    "claim_id": pa.array(["d01-c01"] * ROWS),
    "method": pa.array(["model"] * ROWS),
    "creator": pa.array(["m"] * ROWS),
    "verdict": pa.array(["mixed"] * ROWS),
    "urls": pa.array([["x"], [], ["y", "z"]], pa.list_(pa.string())),
}
WRITERS: dict[str, Callable[[pa.Table, Path], Any]] = {
    "parquet": pq.write_table,
    "arrow": lambda table, path: _ipc(pa.ipc.new_file, table, path),
    "arrows": lambda table, path: _ipc(pa.ipc.new_stream, table, path),
}


def _ipc(new: Callable[..., Any], table: pa.Table, path: Path) -> None:
    with new(path, table.schema) as writer:
        writer.write_table(table)


def trick(
    name: str, table: Callable[[], pa.Table], codes: str = "", *, forms: str = "memory parquet arrow arrows"
) -> None:
    """Add a table in memory, and in files of some forms."""
    for form in forms.split():

        def make(folder: Path, form: str = form) -> tuple[Any, dict[str, Any]]:
            if form == "memory":
                return table(), {}
            WRITERS[form](table(), folder / f"rows.{form}")
            return folder / f"rows.{form}", {}

        CASES.add(f"{form}: {name}", make, codes, ROWS if not codes else None)


def changed(name: str, array: pa.Array, field: pa.Field | None = None) -> pa.Table:
    """Return the right table with another column."""
    arrays = RIGHT | {name: array}
    fields = [
        field if field is not None and field.name == one else pa.field(one, held.type)
        for one, held in arrays.items()
    ]
    return pa.Table.from_arrays([*arrays.values()], schema=pa.schema(fields))


def texts_of(offsets: list[int], data: bytes = b"abcdef") -> pa.Array:
    """Return text with unchecked offsets."""
    held = pa.py_buffer(struct.pack(f"<{len(offsets)}i", *offsets))
    return pa.Array.from_buffers(pa.string(), ROWS, [None, held, pa.py_buffer(data)])


def lists_of(offsets: list[int]) -> pa.Array:
    """Return lists with unchecked offsets."""
    held = pa.py_buffer(struct.pack(f"<{len(offsets)}i", *offsets))
    inner = pa.array(["x", "y", "z"])
    return pa.Array.from_buffers(pa.list_(pa.string()), ROWS, [None, held], children=[inner])


def views_of(offset: int, buffer: int = 0, length: int = 20) -> pa.Array:
    """Return views on text that point anywhere."""
    views = struct.pack("<i4sii", length, b"abcd", buffer, offset) * ROWS
    return pa.Array.from_buffers(
        pa.string_view(), ROWS, [None, pa.py_buffer(views), pa.py_buffer(b"abcd" * 8)]
    )


def coded(codes: list[int]) -> pa.Array:
    """Return unchecked dictionary codes."""
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(["mixed"]), safe=False)


FIELD = pa.field("creator", pa.string(), nullable=False)
trick("nothing", lambda: pa.table(RIGHT))
trick(
    "non-null with null",
    lambda: changed("creator", pa.array(["m", None, "m"]), FIELD),
    "missing-field",
    forms="memory arrow arrows",
)
trick("a column of null that is required", lambda: changed("creator", pa.nulls(ROWS)), "missing-field")
trick("a column of null that is not", lambda: changed("rationale", pa.nulls(ROWS)))
trick("no columns", lambda: pa.table(RIGHT).select([]), ANY, forms="memory arrow arrows")
trick("no rows", lambda: pa.table(RIGHT).slice(0, 0), "no-rows")
trick("a name with U+0000", lambda: pa.table(RIGHT).rename_columns(["id\0x", *list(RIGHT)[1:]]), "unreadable")
trick("names that differ in case", lambda: changed("Creator", pa.array(["m"] * ROWS)), "unknown-field")
trick(
    "2,001 columns", lambda: pa.table(RIGHT | {f"x_{n}": pa.nulls(ROWS) for n in range(2001)}), "unreadable"
)
trick(
    "runs",
    lambda: changed(
        "creator", pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["m", "n"]))
    ),
    forms="memory arrow arrows",
)
trick(
    "an extension",
    lambda: changed("id", pa.ExtensionArray.from_storage(pa.opaque(pa.string(), "t", "v"), RIGHT["id"])),
)
# The first and the last pyarrow looks at itself when it makes the array.
for offsets in ([0, -1, 2, 3], [0, 3, 2, 3], [0, 99, 2, 3], [0, 2**31 - 1, 2, 3], [0, -(2**31), 2, 3]):
    trick(
        f"text at {offsets}",
        lambda offsets=offsets: changed("creator", texts_of(offsets)),
        "unreadable",
        forms="memory",
    )
    trick(
        f"lists at {offsets}",
        lambda offsets=offsets: changed("urls", lists_of(offsets)),
        "unreadable",
        forms="memory",
    )
for place in ((2**30, 0), (-1, 0), (0, 7), (0, -1), (0, 0, -5), (0, 0, 2**31 - 1)):
    trick(
        f"views of {place}",
        lambda place=place: changed("creator", views_of(*place)),
        "unreadable",
        forms="memory",
    )
for codes in ([0, 1, 0], [-1, 0, 0], [2**31 - 1, 0, 0]):
    trick(
        f"codes {codes}",
        lambda codes=codes: changed("verdict", coded(codes)),
        "unreadable",
        forms="memory arrow arrows",
    )


def twice() -> pa.Table:
    """Return a table with a duplicate column."""
    return pa.Table.from_arrays([*RIGHT.values(), RIGHT["id"]], names=[*RIGHT, "id"])


trick("a name twice", twice, "duplicate-column")

"""Damaged columnar files, and the rule that gives the expected report for each.

A case is ``FORM/DAMAGE/NUMBER``: a valid file in a format, and the damage. Everything is drawn from
the case's name.

**The rule.** A file that is damaged may still be read as a table: a bit may have been flipped that no
reader looks at, or one that makes another value. So pyarrow reads the file as well, in one go and with all
checks that it has (checksums of pages, ``validate(full=True)``):

1. It reads no table (or dies): the report is not ok.
2. It reads the table that was written: no finding is about a row. One about the file is allowed, since
   the file is damaged whether or not pyarrow detects it; ok is allowed too, if all rows are there.
3. It reads another table: the report equals the report on this table in memory, finding by finding as far
   as they are counted, or else the file is reported as unreadable. Fewer rows than were written are never
   ok, even if each of them is valid.

Only dictionary values that a row uses count. If levels of nested Parquet are damaged and
no checksum detects it, pyarrow reads one table from the whole file and another from its row groups;
either reading is allowed, and so is the report on either.

So a changed value is found if digests, quotes or vocabularies in the rows contradict it;
changed free text is accepted.
"""

import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from hostile.lies import lied

import kaiser_interview as ki
from kaiser_interview.validation.findings.codes import CODES

ROWS = 24
PART = 10
_READING = {name for name, code in CODES.items() if code.group == "reading"}
_WORDS = [
    0,
    1,
    -1,
    2,
    127,
    128,
    255,
    256,
    2**15,
    2**16,
    2**31 - 1,
    2**31,
    -(2**31),
    2**32 - 1,
    2**62,
    2**63 - 1,
    -(2**63),
]


def mentions() -> pa.Table:
    """Return rows in which nearly every value is checked against something."""
    made = []
    for number, claim in enumerate(ki.load()[:ROWS]):
        quote = claim.text[2:12]
        made.append(
            {
                "id": f"m-{number:03d}",
                "claim_id": claim.claim_id,
                "claim_sha256": claim.claim_sha256,
                "quote": quote,
                "quote_start": claim.start + 2,
                "quote_end": claim.start + 2 + len(quote),
                "release": "1.0.0",
                "method": ("model", "human", "rule")[number % 3],
                "creator": f"creator {number % 4}",
                "created": f"2026-11-23T18:45:{number:02d}Z",
                "confidence": number / 64 if number % 5 else None,
                "rationale": "free text\n" * (number % 3) or None,
                "name": quote[:4],
                "type": "concept",
            }
        )
    schema = ki.arrow_schema("mention")
    texts = [pa.field("created", pa.string()) if one.name == "created" else one for one in schema]
    table = pa.Table.from_pylist(made, pa.schema(texts))
    return table.select(list(made[0])).cast(schema_of(schema, list(made[0])))


def schema_of(schema: pa.Schema, names: list[str]) -> pa.Schema:
    """Return the schema of some columns."""
    return pa.schema([schema.field(name) for name in names])


def questions() -> pa.Table:
    """Return rows with lists of objects."""
    made = []
    for number, claim in enumerate(ki.load()[:ROWS]):
        reference = {"claim_id": claim.claim_id, "claim_sha256": claim.claim_sha256, "quote": claim.text[1:9]}
        place = {"quote_start": claim.start + 1, "quote_end": claim.start + 9}
        made.append(
            {
                "id": f"q-{number:03d}",
                "method": "model",
                "creator": "m",
                "references": [reference | place, {"claim_id": "d01-c01"}][: 1 + number % 2]
                if number % 4
                else [],
                "question": f"question {number}",
                "answer": "…" if number % 4 else None,
                "answerable": bool(number % 4),
                "language": "en",
            }
        )
    return pa.Table.from_pylist(made, schema_of(ki.arrow_schema("question"), list(made[0])))


def embeddings(kind: pa.DataType) -> pa.Table:
    """Return rows with vectors, as lists of a type."""
    made = {
        "id": [f"e-{number:03d}" for number in range(ROWS)],
        "claim_id": [one.claim_id for one in ki.load()[:ROWS]],
        "claim_sha256": [one.claim_sha256 for one in ki.load()[:ROWS]],
        "method": ["model"] * ROWS,
        "creator": ["m"] * ROWS,
        "model": ["e"] * ROWS,
        "of": ["text"] * ROWS,
        "vector": pa.array([[number / 8, 1.0, -2.5, 0.125] for number in range(ROWS)], kind),
    }
    return pa.table(made)


def coded(table: pa.Table) -> pa.Table:
    """Return a table in which text of few values is a dictionary."""
    for name in ("claim_id", "method", "creator", "type", "release"):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, table[name].combine_chunks().dictionary_encode())
    return table


def views(table: pa.Table) -> pa.Table:
    """Return a table with text as views."""
    for at, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            table = table.set_column(at, field.name, table[field.name].cast(pa.string_view()))
    return table


def parquet(**how: Any) -> Callable[[pa.Table, Path], None]:
    """Return a function that writes a table as Parquet."""
    return lambda table, path: pq.write_table(table, path, row_group_size=PART, **how)


def ipc(new: Callable[..., Any], compression: str | None = None) -> Callable[[pa.Table, Path], None]:
    """Return a function that writes a table as Arrow IPC."""

    def write(table: pa.Table, path: Path) -> None:
        options = pa.ipc.IpcWriteOptions(compression=compression)
        with new(path, table.schema, options=options) as writer:
            writer.write_table(table, PART)

    return write


SUMMED = {"write_page_checksum": True}
PLAIN = {"use_dictionary": False, "compression": "none"}
DELTA = {
    "use_dictionary": False,
    "column_encoding": {
        "id": "DELTA_BYTE_ARRAY", "claim_id": "DELTA_LENGTH_BYTE_ARRAY", "quote": "DELTA_BYTE_ARRAY",
        "quote_start": "DELTA_BINARY_PACKED", "quote_end": "DELTA_BINARY_PACKED",
        "confidence": "BYTE_STREAM_SPLIT",
        "created": "DELTA_BINARY_PACKED",
    },
}  # fmt: skip
FLOATS, FOUR = pa.list_(pa.float32()), pa.list_(pa.float32(), 4)
FILE, STREAM = pa.ipc.new_file, pa.ipc.new_stream
FORMS: dict[str, tuple[str, Callable[[], pa.Table], Callable[[pa.Table, Path], None]]] = {
    "parquet-plain-summed": ("mention", mentions, parquet(**PLAIN, **SUMMED)),
    "parquet-plain": ("mention", mentions, parquet(**PLAIN)),
    "parquet-snappy-summed": ("mention", mentions, parquet(compression="snappy", **SUMMED)),
    "parquet-snappy": ("mention", mentions, parquet(compression="snappy")),
    "parquet-zstd-2": ("mention", mentions, parquet(compression="zstd", data_page_version="2.0")),
    "parquet-zstd-2-summed": (
        "mention",
        mentions,
        parquet(compression="zstd", data_page_version="2.0", **SUMMED),
    ),
    "parquet-gzip": ("mention", mentions, parquet(compression="gzip")),
    "parquet-delta": ("mention", mentions, parquet(compression="none", **DELTA)),
    "parquet-delta-2-summed": (
        "mention",
        mentions,
        parquet(compression="lz4", data_page_version="2.0", **DELTA, **SUMMED),
    ),
    "parquet-coded": (
        "mention",
        lambda: coded(mentions()),
        parquet(compression="none", write_page_index=True),
    ),
    "parquet-nested": ("question", questions, parquet(compression="none")),
    "parquet-nested-2-summed": (
        "question",
        questions,
        parquet(compression="brotli", data_page_version="2.0", **SUMMED),
    ),
    "parquet-vectors": ("embedding", lambda: embeddings(FLOATS), parquet(compression="none")),
    "file": ("mention", mentions, ipc(FILE)),
    "file-lz4": ("mention", mentions, ipc(FILE, "lz4")),
    "file-zstd": ("mention", mentions, ipc(FILE, "zstd")),
    "file-coded": ("mention", lambda: coded(mentions()), ipc(FILE)),
    "file-views": ("mention", lambda: views(mentions()), ipc(FILE)),
    "file-nested": ("question", questions, ipc(FILE)),
    "file-vectors": ("embedding", lambda: embeddings(FOUR), ipc(FILE)),
    "stream": ("mention", mentions, ipc(STREAM)),
    "stream-zstd": ("mention", mentions, ipc(STREAM, "zstd")),
    "stream-coded": ("mention", lambda: coded(mentions()), ipc(STREAM)),
    "stream-nested": ("question", questions, ipc(STREAM)),
}
_intact: dict[str, tuple[bytes, pa.Table]] = {}


def intact(form: str, folder: Path) -> tuple[bytes, pa.Table]:
    """Return the bytes of the valid file in a format, and the table that pyarrow reads from it."""
    if form not in _intact:
        _, table, write = FORMS[form]
        path = folder / "sound"
        write(table(), path)
        _intact[form] = path.read_bytes(), read(path)
    return _intact[form]


def read(path: Path) -> pa.Table:
    """Return the table that pyarrow reads of a file, validated in full."""
    head = path.read_bytes()[:6]
    if head.startswith(b"PAR1"):
        with pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False) as file:
            table = file.read(use_threads=False)
    elif head == b"ARROW1":
        with pa.OSFile(str(path)) as file:
            table = pa.ipc.open_file(file).read_all()
    else:
        with pa.OSFile(str(path)) as file:
            table = pa.ipc.open_stream(file).read_all()
            if file.tell() != file.size():
                raise ValueError("something after the stream's end")
    table = with_plain_text(table)
    table.validate(full=True)
    return table


def with_plain_text(table: pa.Table) -> pa.Table:
    """Return a table with its dictionaries decoded, values that no row has left out."""
    for at, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            for chunk in table.column(at).chunks:
                chunk.indices.validate(full=True)
                ends = pc.min_max(chunk.indices)
                if (ends["min"].as_py() or 0) < 0 or (ends["max"].as_py() or 0) >= max(
                    1, len(chunk.dictionary)
                ):
                    raise ValueError("an index beyond its dictionary")
            table = table.set_column(at, field.name, table.column(at).cast(field.type.value_type))
    return table


def in_groups(path: Path) -> pa.Table:
    """Return the table that pyarrow reads of a Parquet file, each row group by itself."""
    with pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False) as file:
        batches = [
            batch
            for group in range(file.metadata.num_row_groups)
            for batch in file.iter_batches(PART, row_groups=[group], use_threads=False)
        ]
        table = with_plain_text(pa.Table.from_batches(batches, file.schema_arrow))
    table.validate(full=True)
    return table


def damaged(data: bytes, damage: str, number: int, draw: random.Random) -> bytes:
    """Return damaged bytes."""
    if damage == "cut":
        return data[:number]
    made = bytearray(data)
    at = draw.randrange(len(made))
    if damage == "none":
        pass
    elif damage == "flip":
        made[at] ^= 1 << draw.randrange(8)
    elif damage == "lie":
        return lied(data, draw)
    elif damage == "word":
        # Numbers in Arrow's formats are aligned. In Parquet's footer a word covers several.
        size, _code = draw.choice([(4, "<i"), (8, "<q")])
        at -= at % 4
        word = struct.pack("<q", (draw.choice(_WORDS) + 2**63) % 2**64 - 2**63)[:size]
        made[at : at + size] = word[: len(made) - at]
    elif damage == "near":
        # A number that is nearly right.
        made[at] = (made[at] + draw.choice([-2, -1, 1, 2, 8])) % 256
    else:
        length = draw.choice([1, 4, 8, 64, 500])
        other = draw.randrange(len(made))
        more = {
            "zero": bytes(length), "ones": b"\xff" * length, "gone": b"", "noise": draw.randbytes(length),
            "doubled": bytes(made[at : at + length]) * 2, "moved": bytes(made[other : other + length]),
            "more": draw.randbytes(length) + bytes(made[at : at + length]),
        }[draw.choice(["zero", "ones", "gone", "noise", "doubled", "moved", "more"])]  # fmt: skip
        made[at : at + length] = more
    return bytes(made)


def made(name: str, folder: Path) -> tuple[Path, dict[str, Any]]:
    """Make a case; return the data and the options of `validate`."""
    form, damage, number = name.split("/")
    data, _ = intact(form, folder)
    path = folder / f"rows.{'parquet' if form.startswith('parquet') else 'arrow'}"
    path.write_bytes(damaged(data, damage, int(number), random.Random(name)))
    return path, {"kind": FORMS[form][0], "workers": 1}


def known(name: str, path: Path) -> dict[str, Any]:
    """Return what pyarrow reads from a case: nothing, the same table, or another with its result."""
    form, damage, _ = name.split("/")
    data, table = intact(form, path.parent)
    if damage != "none" and path.read_bytes() == data:
        return {"table": "unhurt"}
    try:
        found = read(path)
    except Exception as error:  # noqa: BLE001 - of damaged data pyarrow may raise anything
        return {"table": "none", "why": str(error)[:200]}
    if found.schema.equals(table.schema) and found.equals(table):
        return {"table": "same", "rows": found.num_rows}
    results = [result(found, FORMS[form][0])]
    if form.startswith("parquet-nested"):
        try:
            results.append(result(in_groups(path), FORMS[form][0]))
        except Exception as error:  # noqa: BLE001 - as above
            results.append({"why": str(error)[:200]})
    return {"table": "other", "results": results}


def result(table: pa.Table, kind: str) -> dict[str, Any]:
    """Return the result of validating a table in memory."""
    report = ki.validate(table, kind=kind)
    counts = {f"{one.code} {one.path}".strip(): one.number for one in report.counts}
    return {"ok": report.ok, "counts": counts, "rows": table.num_rows}


def differs(  # noqa: PLR0911 - a clause of the rule each
    found: dict[str, Any], known: dict[str, Any] | None
) -> str:
    """Return in words how a result breaks the rule; empty if it does not."""
    codes = {one.split(" ", 1)[0] for one in found["counts"]}
    table = (known or {"table": "none"})["table"]
    if table == "unhurt":
        return "" if found["ok"] else "the file is right"
    if table == "none":
        return "ok, and pyarrow reads nothing" if found["ok"] else ""
    if found["ok"] and found["rows"] != ROWS:
        return f"ok, with {found['rows']} rows of {ROWS}"
    if table == "same":
        return f"the table is right, and {codes - _READING} found" if codes - _READING else ""
    if not found["complete"]:
        return ""
    if {name: found[name] for name in ("ok", "counts", "rows")} in known["results"]:
        return ""
    return f"{found['counts']} of {found['rows']} rows in place of {known['results']}"

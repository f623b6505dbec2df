"""Rows for the benchmarks: right ones, or each wrong in one way, as many as wanted."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import kaiser_interview as ki
from kaiser_interview.records.schemas import arrow_schema, arrow_value

# About what a translation of a claim has; the two claims with numbers keep theirs.
_LONGEST = 60
_WITH_NUMBERS = {"d02-c01", "d07-c02"}
_CREATORS = ("a-model", "another-model", "somebody")
_LANGUAGES = ("en", "pt-BR", "de")
# Different rows that are made; after so many only ids and times differ.
_DIFFERENT = 20_000


def drawn(wrong: bool) -> list[dict[str, Any]]:  # noqa: FBT001 - one or the other
    """Return rows whose quotes, offsets, translations and makers vary from row to row."""
    draw = random.Random(41)
    claims = ki.load("claims")
    rows = []
    for number in range(_DIFFERENT):
        claim = draw.choice(claims)
        start = draw.randrange(len(claim.text) - 8)
        end = draw.randint(start + 6, min(len(claim.text), start + 20))
        quote = claim.text[start:end]
        words = claim.text_en.split()
        at = 0 if claim.claim_id in _WITH_NUMBERS else draw.randrange(len(words))
        translation = " ".join(words[at:] + words[:at])
        row = {
            "id": "",
            "release": ki.data_release,
            "method": "model",
            "creator": draw.choice(_CREATORS),
            "created": f"2026-11-{draw.randint(1, 24):02}T{draw.randint(0, 23):02}:00:00Z",
            "confidence": draw.randint(1, 100) / 100,
            "claim_id": claim.claim_id,
            "claim_sha256": claim.claim_sha256,
            "quote": quote,
            "quote_start": claim.start + start,
            "quote_end": claim.start + end,
            "language": draw.choice(_LANGUAGES),
            "translation": translation if claim.claim_id in _WITH_NUMBERS else translation[:_LONGEST],
            "x_prompt": f"prompt-{number % 7}",
        }
        rows.append(_spoiled(row, number) if wrong else row)
    return rows


def _spoiled(row: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a row wrong in one of the ways in which models write them."""
    changes: tuple[dict[str, Any], ...] = (
        {"quote": f"{row['quote'][:3]}不{row['quote'][3:]}"},
        {"quote_start": row["quote_start"] + 1, "quote_end": row["quote_end"] + 1},
        {"claim_sha256": "0" * 64},
        {"claim_id": "d11-c01"},
        {"method": "llm"},
    )
    return row | changes[number % len(changes)]


def lines(count: int, *, wrong: bool = False) -> Iterator[bytes]:
    """Yield rows as lines, each with an id of its own."""
    parts = []
    for row in drawn(wrong):
        text = json.dumps(row | {"id": "NUMBER"}, ensure_ascii=False, separators=(",", ":"))
        parts.append([part.encode() for part in text.split("NUMBER")])
    for number in range(count):
        before, after = parts[number % len(parts)]
        yield b"%b%012x%b\n" % (before, _mixed(number), after)


def _mixed(number: int) -> int:
    """Return a number without order, different for each (multiplication by an odd number, modulo 2**48)."""
    return number * 0x9E3779B97F4A7C15 % 2**48


def write_lines(path: Path, count: int, *, wrong: bool = False) -> int:
    """Write so many rows to a file of JSON Lines, and return its size in bytes."""
    with path.open("wb") as file:
        file.writelines(lines(count, wrong=wrong))
    return path.stat().st_size


def batches(count: int, *, wrong: bool = False, size: int = 250_000) -> Iterator[pa.RecordBatch]:
    """Yield the same rows as record batches in the kind's own schema."""
    given = drawn(wrong)
    schema = arrow_schema("translation")
    schema = schema.remove(schema.get_field_index("kind")).append(pa.field("x_prompt", pa.string()))
    columns = {
        field.name: pa.array([arrow_value(row.get(field.name), field.type) for row in given], field.type)
        for field in schema
    }
    for start in range(0, count, size):
        numbers = range(start, min(start + size, count))
        places = pa.array([number % len(given) for number in numbers])
        made = {name: column.take(places) for name, column in columns.items()}
        made["id"] = pa.array([f"{_mixed(number):012x}" for number in numbers])
        yield pa.RecordBatch.from_pydict(made, schema=schema)


def write_parquet(path: Path, count: int, *, wrong: bool = False) -> int:
    """Write so many rows to a Parquet file, and return its size in bytes."""
    writer = None
    for batch in batches(count, wrong=wrong):
        writer = writer or pq.ParquetWriter(path, batch.schema, compression="zstd", write_page_checksum=True)
        writer.write_batch(batch)
    if writer is not None:
        writer.close()
    return path.stat().st_size

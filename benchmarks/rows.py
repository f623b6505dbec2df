"""Rows for the benchmarks: valid translations, or some of them wrong in one way."""

import itertools
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

import kaiser_interview as ki
from kaiser_interview.records.schemas import arrow_schema, arrow_value

_SHORTEST_QUOTE = 4
_DRAWN = 100_000
_CREATORS = ("a-model", "another-model", "somebody")


class Quoted(NamedTuple):
    """What rows repeat of a claim."""

    claim_id: str
    text: str
    start: int
    claim_sha256: str
    text_en: str


def rows(
    count: int, *, wrong: int = 0, claims: Sequence[Quoted | ki.Claim] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield translations: unique ids, a claim at random, a span of it as quote.

    Parameters
    ----------
    count : int
        How many.
    wrong : int
        One row in so many is wrong; 0 for none.
    claims : sequence
        The claims that the rows are about. Default: the shipped ones.
    """
    draw = random.Random(41)
    claims = claims or ki.load("claims")
    for number in range(count):
        claim = draw.choice(claims)
        start = draw.randrange(len(claim.text) - _SHORTEST_QUOTE)
        end = draw.randint(start + _SHORTEST_QUOTE, len(claim.text))
        row = {
            "id": f"{_mixed(number):012x}",
            "release": ki.data_release,
            "method": "model",
            "creator": draw.choice(_CREATORS),
            "created": f"2026-11-{draw.randint(1, 24):02}T{draw.randint(0, 23):02}:00:00Z",
            "confidence": draw.randint(1, 100) / 100,
            "claim_id": claim.claim_id,
            "claim_sha256": claim.claim_sha256,
            "quote": claim.text[start:end],
            "quote_start": claim.start + start,
            "quote_end": claim.start + end,
            "language": "en",
            "translation": f"{claim.text_en} ({number})",
            "x_prompt": f"prompt-{number % 7}",
        }
        yield _altered(row, number // wrong) if wrong and not number % wrong else row


def _altered(row: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a row with one fault: altered quote, unknown claim, bound, or offset by one."""
    changes: tuple[dict[str, Any], ...] = (
        {"quote": f"{row['quote'][:3]}不{row['quote'][3:]}"},
        {"claim_id": "d11-c01"},
        {"confidence": 1.5},
        {"quote_start": row["quote_start"] + 1, "quote_end": row["quote_end"] + 1},
    )
    return row | changes[number % len(changes)]


def _mixed(number: int) -> int:
    """Return a number without order, different for each (multiplication by an odd number, modulo 2**48)."""
    return number * 0x9E3779B97F4A7C15 % 2**48


def line(row: dict[str, Any]) -> bytes:
    """Return a row as a line of JSON Lines."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def lines(count: int, *, wrong: int = 0) -> Iterator[bytes]:
    """Yield rows as lines of JSON Lines; beyond `_DRAWN` rows, earlier ones with other ids and numbers."""
    cut = []
    for number, row in enumerate(rows(min(count, _DRAWN), wrong=wrong)):
        whole = line(row)
        yield whole
        if count > _DRAWN:
            before, _, after = whole.rpartition(b"(%d)" % number)
            identifier = b'"%012x"' % _mixed(number)
            cut.append((*before.split(identifier), after))
    for number in range(_DRAWN, count):
        head, middle, tail = cut[number % _DRAWN]
        yield b'%b"%012x"%b(%d)%b' % (head, _mixed(number), middle, number, tail)


def write_lines(path: Path, count: int, *, wrong: int = 0) -> int:
    """Write rows to a file of JSON Lines, and return its size in bytes."""
    with path.open("wb") as file:
        file.writelines(lines(count, wrong=wrong))
    return path.stat().st_size


def batches(count: int, *, wrong: int = 0, size: int = 100_000) -> Iterator[pa.RecordBatch]:
    """Yield rows as record batches in the schema of their kind."""
    schema = arrow_schema("translation")
    schema = schema.remove(schema.get_field_index("kind")).append(pa.field("x_prompt", pa.string()))
    given = rows(count, wrong=wrong)
    while part := [*itertools.islice(given, size)]:
        columns = [
            pa.array([arrow_value(row.get(field.name), field.type) for row in part], field.type)
            for field in schema
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def write_parquet(path: Path, count: int, *, wrong: int = 0) -> int:
    """Write rows to a Parquet file, and return its size in bytes."""
    writer = None
    for batch in batches(count, wrong=wrong):
        writer = writer or pq.ParquetWriter(path, batch.schema, compression="zstd", write_page_checksum=True)
        writer.write_batch(batch)
    if writer is not None:
        writer.close()
    return path.stat().st_size

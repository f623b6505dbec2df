"""Rows for the benchmarks: right ones, as many as wanted."""

import json
from collections.abc import Iterator
from pathlib import Path

import kaiser_interview as ki

# About what a translation of a claim has; the two claims with numbers keep theirs.
_LONGEST = 60
_WITH_NUMBERS = {"d02-c01", "d07-c02"}


def translations(count: int) -> Iterator[bytes]:
    """Yield translations as lines: ids, release, pins, quotes and offsets, all right."""
    lines = []
    for claim in ki.load("claims"):
        quote = claim.text[2:14]
        whole = claim.claim_id in _WITH_NUMBERS
        row = {
            "id": "NUMBER",
            "release": ki.__version__,
            "method": "model",
            "creator": "a-model",
            "created": "2026-11-23T18:58:00Z",
            "confidence": 0.9,
            "claim_id": claim.claim_id,
            "claim_sha256": claim.claim_sha256,
            "quote": quote,
            "quote_start": claim.start + 2,
            "quote_end": claim.start + 2 + len(quote),
            "language": "en",
            "translation": claim.text_en if whole else claim.text_en[:_LONGEST],
        }
        text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        lines.append([part.encode() for part in text.split("NUMBER")])
    for number in range(count):
        before, after = lines[number % len(lines)]
        yield b"%b%08d%b\n" % (before, number, after)


def write_translations(path: Path, count: int) -> int:
    """Write so many translations to a file, and return its size in bytes."""
    with path.open("wb") as file:
        file.writelines(translations(count))
    return path.stat().st_size

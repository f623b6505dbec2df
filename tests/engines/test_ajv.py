"""The JSON Schemas give ajv, under Node, the verdict that the models give. `make engines` installs it.

On drawn rows, each of its kind; and on every line of JSON Lines in `tests/examples`, `tests/natural` and the
shipped data, each as *every* kind, so that no line is left out because nobody can say what it was meant as.
What is compared is shape alone: that a claim exists or a quote stands is nothing that a schema can say.
"""

import gzip
import json
import subprocess
from collections import Counter
from pathlib import Path

import jiter
import pyarrow as pa
import pytest
from rows import accepted, rows
from scale import amount

import kaiser_interview as ki
from kaiser_interview.models import KINDS
from kaiser_interview.release import TABLES

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas" / "v1"
MODULES = ROOT / "build" / "node"
FOLDERS = [
    *(ROOT / "tests" / folder for folder in ("examples/valid", "examples/invalid", "natural")),
    ki.data_path(),
]

# What cannot be compared: no text of JSON gets there.
DAMAGED = {"truncated-packed.jsonl.gz", "truncated-zstd.jsonl.zst", "unreadable-damaged.jsonl.gz"}
NOT_UTF8 = {
    ("not-utf8-gb18030.jsonl", 1),
    ("not-utf8-overlong.jsonl", 2),
    ("not-utf8-utf16.jsonl", 1),
    ("not-utf8.jsonl", 2),
    ("truncated-character.jsonl", 2),
}
# JSON.parse takes half a surrogate pair, which is no Unicode text; the gate says invalid-json.
SURROGATES = {("invalid-json-surrogate.jsonl", 2), ("invalid-json-surrogate.jsonl", 3)}
# The one listed exception: 1.0 is an integer for JSON Schema, and none for the models.
WHOLE_FLOATS = {("wrong-type-integer.jsonl", 2, "verdict")}


def node(requests: list[dict], *kinds: str) -> list[str]:
    run = subprocess.run(
        ["node", ROOT / "tests" / "engines" / "verdicts.mjs", SCHEMAS, MODULES, *kinds],
        input="".join(f"{json.dumps(one)}\n" for one in requests),
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    verdicts = run.stdout.split()
    assert len(verdicts) == len(requests)
    return verdicts


@pytest.mark.parametrize("wrong", [0.0, 0.02, 0.1, 0.5])
def test_model_and_ajv_agree_on_rows(wrong):
    drawn = [*rows(amount(5_000, 40_000), seed=int(wrong * 100) + 1, wrong=wrong)]
    verdicts = node([{"kind": kind, "row": made} for kind, made in drawn])
    for (kind, made), verdict in zip(drawn, verdicts, strict=True):
        assert (verdict == "1") is accepted(KINDS[kind], json.dumps(made)), (kind, made)


def content(path: Path) -> bytes:
    data = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(data)
    if path.suffix == ".zst":
        return pa.input_stream(pa.BufferReader(data), compression="zstd").read()
    return data


def files() -> list[Path]:
    """Return every file of JSON Lines, packed ones too."""
    suffixes = (".jsonl", ".ndjson", ".jsonl.gz", ".jsonl.zst")
    return [path for folder in FOLDERS for path in sorted(folder.iterdir()) if path.name.endswith(suffixes)]


def is_json(text: str) -> bool:
    """Return whether a line is JSON as RFC 8259 has it, in Unicode text."""
    try:
        jiter.from_json(text.encode(), allow_inf_nan=False)
    except ValueError:
        return False
    return True


def texts() -> tuple[list[tuple[str, int, str]], set[str], set[tuple[str, int]]]:
    """Return every line that is text and not blank, with file and number; damaged files; other lines."""
    lines, damaged, not_utf8 = [], set(), set()
    for path in files():
        try:
            data = content(path)
        except (OSError, EOFError):
            damaged.add(path.name)
            continue
        for number, line in enumerate(data.split(b"\n"), 1):
            try:
                text = line.decode()
            except UnicodeDecodeError:
                not_utf8.add((path.name, number))
                continue
            if text.strip():
                lines.append((path.name, number, text))
    return lines, damaged, not_utf8


def test_model_and_ajv_agree_on_every_line_of_every_file():
    lines, damaged, not_utf8 = texts()
    assert damaged == DAMAGED
    assert not_utf8 == NOT_UTF8
    verdicts = node([{"text": text} for *_, text in lines], *KINDS)

    told = [(*line, digits) for line, digits in zip(lines, verdicts, strict=True)]
    no_json = [one for one in told if not is_json(one[2])]
    assert {(name, number) for name, number, _, digits in no_json if digits != "x"} == SURROGATES
    assert not [one for one in no_json for model in KINDS.values() if accepted(model, one[2])]

    compared = [one for one in told if one not in no_json]
    differ, seen = set(), {kind: Counter() for kind in KINDS}
    for name, number, text, digits in compared:
        for (kind, model), digit in zip(KINDS.items(), digits, strict=True):
            seen[kind][digit] += 1
            if accepted(model, text) is not (digit == "1"):
                differ.add((name, number, kind))
    assert differ == WHOLE_FLOATS
    # Few lines are left out, and of the others every kind accepts some and refuses many.
    assert len(compared) > 1_200
    assert 0 < len(no_json) < 100
    assert all(counts["1"] and counts["0"] > 500 for counts in seen.values()), seen


@pytest.mark.parametrize("table", TABLES)
def test_the_shipped_rows_are_right_for_ajv(table):
    kind = TABLES[table]
    lines = (ki.data_path() / f"{table}.jsonl").read_bytes().splitlines()
    assert node([{"kind": kind, "row": json.loads(line)} for line in lines]) == ["1"] * len(ki.load(table))

"""ajv under Node accepts with the JSON Schemas what the models accept. `make engines` installs it.

On drawn rows, each of its kind; on every line of JSON Lines in `tests/examples`, `tests/natural` and the
shipped data, each as *every* kind, so that no line is left out because its kind is unknown;
and on the examples as validation reads them, with their kind and constants, compared by shape findings.
Only the shape is compared: a schema cannot check that a claim exists or that a quote occurs in it.
"""

import gzip
import json
from collections import Counter
from pathlib import Path

import jiter
import pyarrow as pa
import pytest
from engines.node import ajv
from integration.test_examples import example, names
from rows import accepted, rows
from scale import amount

import kaiser_interview as ki
from kaiser_interview.records.models import KINDS
from kaiser_interview.release import TABLES

ROOT = Path(__file__).parents[2]
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
# JSON.parse accepts a lone surrogate, which is not Unicode text; validation reports invalid-json.
SURROGATES = {("invalid-json-surrogate.jsonl", 2), ("invalid-json-surrogate.jsonl", 3)}
# Where the models refuse what the schemas accept: JSON Schema takes 1.0 for an integer, and does not
# bound numbers in ``x_`` fields, so 1e999 passes.
STRICTER_MODELS = {("wrong-type-integer.jsonl", 2, "verdict"), ("not-finite-extra.jsonl", 3, "verdict")}


@pytest.mark.parametrize("wrong", [0.0, 0.02, 0.1, 0.5])
def test_model_and_ajv_agree_on_rows(wrong):
    drawn = [*rows(amount(5_000, 40_000), seed=int(wrong * 100) + 1, wrong=wrong)]
    outcomes = ajv([{"kind": kind, "row": made} for kind, made in drawn])
    for (kind, made), outcome in zip(drawn, outcomes, strict=True):
        assert (outcome == "1") is accepted(KINDS[kind], json.dumps(made)), (kind, made)


def content(path: Path) -> bytes:
    data = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(data)
    if path.suffix == ".zst":
        return pa.input_stream(pa.BufferReader(data), compression="zstd").read()
    return data


def files() -> list[Path]:
    """Return every JSON Lines file, including compressed ones."""
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
    outcomes = ajv([{"text": text} for *_, text in lines], *KINDS)

    reported = [(*line, digits) for line, digits in zip(lines, outcomes, strict=True)]
    no_json = [one for one in reported if not is_json(one[2])]
    assert {(name, number) for name, number, _, digits in no_json if digits != "x"} == SURROGATES
    assert not [one for one in no_json for model in KINDS.values() if accepted(model, one[2])]

    compared = [one for one in reported if one not in no_json]
    differ, seen = set(), {kind: Counter() for kind in KINDS}
    for name, number, text, digits in compared:
        for (kind, model), digit in zip(KINDS.items(), digits, strict=True):
            seen[kind][digit] += 1
            if accepted(model, text) is not (digit == "1"):
                differ.add((name, number, kind))
    assert differ == STRICTER_MODELS
    # Few lines are left out, and of the others every kind accepts some and refuses many.
    assert len(compared) > 1_200
    assert 0 < len(no_json) < 100
    assert all(counts["1"] and counts["0"] > 500 for counts in seen.values()), seen


@pytest.mark.parametrize("table", TABLES)
def test_the_shipped_rows_are_right_for_ajv(table):
    kind = TABLES[table]
    lines = (ki.data_path() / f"{table}.jsonl").read_bytes().splitlines()
    assert ajv([{"kind": kind, "row": json.loads(line)} for line in lines]) == ["1"] * len(ki.load(table))


SHAPE = {
    "unknown-field",
    "missing-field",
    "wrong-type",
    "bad-format",
    "bad-length",
    "out-of-range",
    "not-in-vocabulary",
}
# Lines that validation does not check as a kind: invalid JSON numbers, or an unknown kind.
UNJUDGED = {"not-finite", "unknown-kind"}


def reported_for_shape(finding: ki.Finding, options: dict) -> bool:
    """Return whether a finding is one that a kind's schema could give."""
    # --require is not a rule of the kind, and the allowed values of a label depend on its scheme.
    asked = finding.code == "missing-field" and finding.path[0] in options.get("require", ())
    words = finding.code == "not-in-vocabulary" and finding.path in {("scheme",), ("value",)}
    return finding.code in SHAPE and not asked and not words


def judged(group: str, suffix: str, name: str, folder: Path):
    """Yield each object of an example with its line, kind and whether validation accepts its shape.

    The row is as validation reads it: with the constants of the call, and without skipped fields.
    """
    path, _, options = example(group, name, suffix, folder)
    if path.suffix not in {".jsonl", ".ndjson"} or not path.is_file():
        return
    findings: dict[int | None, list[ki.Finding]] = {}
    for one in ki.validate(path, **options).sample:
        findings.setdefault(one.line, []).append(one)
    asked = options.get("kind", ())
    kinds = (asked,) if isinstance(asked, str) else tuple(asked)
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        reported = findings.get(number, [])
        try:
            row = jiter.from_json(line, allow_inf_nan=False)
        except ValueError:
            continue
        if not isinstance(row, dict) or UNJUDGED & {one.code for one in reported}:
            continue
        row = options.get("defaults", {}) | {name: value for name, value in row.items() if value is not None}
        kind = kinds[0] if len(kinds) == 1 else row.get("kind")
        if kind is None:
            continue
        wrong = [one for one in reported if reported_for_shape(one, options)]
        known = {*KINDS[kind].model_fields, *(one.path[0] for one in wrong)}
        yield number, kind, {key: row[key] for key in row if key in known}, not wrong


@pytest.mark.parametrize(("group", "suffix"), [("valid", "options"), ("invalid", "expected")])
def test_validation_and_ajv_agree_on_the_shape_of_every_example(group, suffix, tmp_path):
    cases = [(name, *one) for name in names(group) for one in judged(group, suffix, name, tmp_path)]
    outcomes = ajv([{"kind": kind, "row": row} for _, _, kind, row, _ in cases])
    differ = {
        (name, number)
        for (name, number, _, _, right), outcome in zip(cases, outcomes, strict=True)
        if right is not (outcome == "1")
    }
    assert differ == {"valid": set(), "invalid": {("wrong-type-integer", 2)}}[group]
    assert len(cases) > 400
    assert {kind for _, _, kind, _, _ in cases} >= {"translation", "label", "mention", "verdict", "question"}
    assert {right for *_, right in cases} == ({True} if group == "valid" else {True, False})

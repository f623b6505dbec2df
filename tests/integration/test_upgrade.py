"""Rows of the shipped data release meet a later one, in which claims changed, split and were retired."""

import json
from collections import Counter
from hashlib import sha256

import pytest

import kaiser_interview as ki

LAYERS = ("translations", "labels", "mentions", "relations")
CHANGED, SPLIT, RETIRED = "d05-c03", "d01-c02", "d10-c04"
NEW = ("d01-c06", "d01-c07")
NEW_RELEASE = "1.1.0"


@pytest.fixture(scope="module")
def newer(tmp_path_factory) -> ki.Corpus:
    """Make a later data release: one claim has another text, one became two, one is gone."""
    folder = tmp_path_factory.mktemp("newer")
    claims = {row["claim_id"]: row for row in read("claims.jsonl")}
    (source,) = read("sources.jsonl")
    dialogues, releases, text = read("dialogues.jsonl"), read("releases.jsonl"), source["text"]

    def replace(claim_id: str, words: str) -> None:
        nonlocal text
        start, end = claims[claim_id]["start"], claims[claim_id]["end"]
        text = text[:start] + words + text[end:]
        for row in [*claims.values(), *dialogues]:
            for name in ("start", "end"):
                if name in row and row[name] >= end:
                    row[name] += len(words) - (end - start)
        claims[claim_id]["text"] = words

    def record(claim_id: str, words: str | None, successor: str | None = None) -> None:
        digest = None if words is None else sha256(words.encode()).hexdigest()
        line = {"release": NEW_RELEASE, "claim_id": claim_id}
        releases.append(line | {"claim_sha256": digest, "successor": successor})
        if words is not None:
            claims[claim_id] |= {"claim_sha256": digest, "revised": NEW_RELEASE}

    replace(CHANGED, claims[CHANGED]["text"].replace("不增加", "没有增加"))
    record(CHANGED, claims[CHANGED]["text"])
    first, _, second = claims[SPLIT]["text"].partition(",在智能")
    old, at = claims.pop(SPLIT), 0
    for claim_id, words in zip(NEW, (first, second), strict=True):
        at = text.index(words, at)
        claims[claim_id] = old | {"claim_id": claim_id, "text": words, "start": at, "end": at + len(words)}
        claims[claim_id] |= {"citations": [7] if claim_id == NEW[1] else [], "since": NEW_RELEASE}
        record(claim_id, words)
    record(SPLIT, None, NEW[0])
    del claims[RETIRED]
    record(RETIRED, None)
    for name, rows in (
        ("claims.jsonl", claims.values()),
        ("sources.jsonl", [source | {"text": text}]),
        ("dialogues.jsonl", dialogues),
        ("releases.jsonl", releases),
    ):
        (folder / name).write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return ki.Corpus.from_files(folder)


def read(name: str) -> list[dict]:
    return [json.loads(line) for line in (ki.data_path() / name).read_text("utf-8").splitlines()]


def named(row: ki.Record) -> set[str]:
    """Return the claims that a row names."""
    return {getattr(row, name) for name in ("claim_id", "other_claim_id") if hasattr(row, name)}


ROWS = [row for layer in LAYERS for row in ki.load(layer)]
TOUCHED = {CHANGED: "stale-claim", SPLIT: "retired-claim", RETIRED: "retired-claim"}
REPORTED = [sorted({TOUCHED[one] for one in named(row) if one in TOUCHED}) for row in ROWS]


def test_the_made_up_release(newer):
    assert ki.Corpus.from_files(ki.data_path()).diff(newer).changed
    assert newer.releases == ("1.0.0", NEW_RELEASE)
    assert newer.retired == {SPLIT: NEW[0], RETIRED: None}
    assert len(newer.claims) == len(ki.load()) - 2 + 2
    assert all(any(one) for one in (REPORTED, [row for row in ROWS if CHANGED in named(row)]))


def codes(split: ki.Split) -> list[list[str]]:
    found: list[set[str]] = [set() for _ in ROWS]
    for finding in split.findings:
        if finding.severity == "error":
            found[finding.row].add(finding.code)
    return [sorted(one) for one in found]


def test_rows_of_the_old_release_are_valid_moved_or_reported(newer):
    found = codes(ki.split(ROWS, against=newer))
    moved = Counter()
    for row, reported, expected in zip(ROWS, found, REPORTED, strict=True):
        # A quote that is in the current text of its claim is only at another place.
        place = ["quote-misplaced"] if "retired-claim" not in expected and getattr(row, "quote", None) else []
        moved[tuple(reported)] += 1
        assert [one for one in reported if one not in place] == expected, row
    assert moved["quote-misplaced",] > 40


def test_fix_carries_over_what_did_not_change(newer):
    fixed = ki.fix(ROWS, against=newer)
    found = codes(ki.split(fixed.data, against=newer))
    assert [[one for one in reported if one in TOUCHED.values()] for reported in found] == REPORTED
    # Of several places with the same words, only the old offsets said which was meant.
    left = [row for row, one, expected in zip(ROWS, found, REPORTED, strict=True) if one and not expected]
    assert min(newer.claim(row.claim_id).passage.count(row.quote) for row in left) == 2
    for row, after, expected in zip(ROWS, fixed.data, REPORTED, strict=True):
        values = row.model_dump()
        if expected or row in left:
            assert after is row
            continue
        changed = {name for name, value in after.model_dump().items() if values[name] != value}
        assert changed <= {"quote_start", "quote_end"}
        if after.quote is not None:
            claim = newer.claim(after.claim_id)
            assert claim.source[after.quote_start : after.quote_end] == after.quote


def test_the_finding_says_what_to_do(newer):
    split = ki.split([row for row in ki.load("labels") if row.claim_id in TOUCHED], against=newer)
    said = {finding.code: finding for finding in split.findings if finding.row is not None}
    assert said["stale-claim"].suggestion.text == (
        f"this is the digest of {CHANGED} in 1.0.0; the claim's text changed in {NEW_RELEASE}; "
        "check the row against the new text, then update claim_sha256"
    )
    successors = {
        one.got: one.suggestion and one.suggestion.text
        for one in split.findings
        if one.code == "retired-claim"
    }
    assert successors == {f'"{SPLIT}"': f"its successor is {NEW[0]}", f'"{RETIRED}"': "it has no successor"}


def test_rows_of_the_new_release_are_unknown_to_the_old(newer):
    row = next(iter(ki.load("labels"))).model_copy(update={"release": NEW_RELEASE})
    assert codes_of(row, None) == ["unknown-release"]
    assert codes_of(row, newer) == []


def codes_of(row: ki.Record, against: ki.Corpus | None) -> list[str]:
    return [one.code for one in ki.Validator("label", against=against).check(row)]

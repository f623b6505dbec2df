"""Every shipped claim against the raw source, read here without the package's own cutter."""

import hashlib
import re
from pathlib import Path

import pytest

import kaiser_interview as ki

RAW = Path(__file__).parents[2] / "raw" / "interview-summary.zh.txt"
SOURCE = RAW.read_bytes().decode()

# An independent reading: the text between " - " and " [", and the brackets after it.
STATEMENTS = [
    (
        match["text"],
        tuple(int(number) for number in re.findall("[0-9]+", match["markers"])),
        match.start("text"),
    )
    for match in re.finditer(r" - (?P<text>[^\[\]]+) (?P<markers>(?:\[[0-9]+\])+)", SOURCE)
]
HEADINGS = [
    (match["title"], match.start())
    for match in re.finditer(r"对话[一二三四五六七八九十]:(?P<title>.+?)(?= - )", SOURCE)
]

each_claim = pytest.mark.parametrize("number", range(41), ids=lambda number: f"claim-{number + 1}")
each_dialogue = pytest.mark.parametrize("number", range(10), ids=lambda number: f"dialogue-{number + 1}")


def test_the_raw_source_is_the_one_that_the_design_names():
    data = RAW.read_bytes()
    assert (len(data), len(SOURCE)) == (4768, 2011)
    assert (
        hashlib.sha256(data).hexdigest() == "cba40016c85ee965eb5acd0d8210076b5bfa88432c979d41d698274a4a3ae546"
    )


def test_every_code_point_is_in_exactly_one_segment():
    covered = [offset for segment in ki.source().segments for offset in range(segment.start, segment.end)]
    assert covered == list(range(2011))


def test_there_are_as_many_records_as_the_source_has():
    assert len(ki.load("claims")) == len(STATEMENTS) == 41
    assert len(ki.load("dialogues")) == len(HEADINGS) == 10
    assert len(ki.load("sources")) == 1


@each_claim
def test_a_claim_is_the_sources(number):
    claim = ki.load("claims")[number]
    text, citations, start = STATEMENTS[number]
    assert (claim.text, claim.citations, claim.start, claim.end) == (
        text,
        citations,
        start,
        start + len(text),
    )
    assert SOURCE[claim.start : claim.end] == claim.text
    markers = "".join(f"[{paragraph}]" for paragraph in claim.citations)
    assert SOURCE[claim.end :].startswith(f" {markers}")
    assert not SOURCE[claim.end + 1 + len(markers) :].startswith("[")
    assert claim.prefix == SOURCE[claim.start - 16 : claim.start]
    assert claim.suffix == SOURCE[claim.end : claim.end + 16]
    assert claim.claim_sha256 == hashlib.sha256(text.encode()).hexdigest()


@each_claim
def test_a_claims_id_gives_its_position(number):
    claim = ki.load("claims")[number]
    dialogue = sum(start < claim.start for _, start in HEADINGS)
    within = [c.claim_id for c in ki.load("claims") if c.dialogue_id == claim.dialogue_id]
    assert claim.dialogue_id == f"d{dialogue:02d}"
    assert claim.claim_id == f"{claim.dialogue_id}-c{claim.position:02d}"
    assert within.index(claim.claim_id) == claim.position - 1


@each_dialogue
def test_a_dialogue_is_the_sources(number):
    dialogue = ki.load("dialogues")[number]
    title, start = HEADINGS[number]
    after = HEADINGS[number + 1][1] - 1 if number < 9 else SOURCE.index("\n")
    assert (dialogue.title, dialogue.start, dialogue.end) == (title, start, after)
    assert SOURCE[dialogue.end - 1] == "]"
    assert dialogue.number == number + 1
    assert dialogue.claim_count == sum(start < place < after for _, _, place in STATEMENTS)


def test_the_source_record_is_the_source():
    source = ki.source()
    assert source.text == SOURCE
    _, headline, imprint = SOURCE.split("\n")
    assert source.headline == headline
    assert f"{source.outlet}·{source.published}" == imprint
    assert all(participant.name in headline for participant in source.participants)


def test_every_claim_is_remembered_with_its_digest():
    import json

    lines = (RAW.parent / "releases.jsonl").read_text("utf-8").splitlines()
    last = {row["claim_id"]: row for row in map(json.loads, lines)}
    for claim in ki.load("claims"):
        assert last[claim.claim_id]["claim_sha256"] == claim.claim_sha256
        assert last[claim.claim_id]["release"] == claim.revised

"""The shipped layers: nothing lost in translation, nothing outside the vocabularies."""

import json
import re
import tomllib
from pathlib import Path

import pytest

import kaiser_interview as ki

RAW = Path(__file__).parents[2] / "raw"
VOCABULARIES = tomllib.loads((RAW / "vocabularies.toml").read_text("utf-8"))

each_claim = pytest.mark.parametrize("claim", ki.load("claims"), ids=lambda claim: claim.claim_id)
each_dialogue = pytest.mark.parametrize("dialogue", ki.load("dialogues"), ids=lambda one: one.dialogue_id)

# Latin words that the Chinese uses and English writes otherwise.
ENGLISH = {"Agent": "agent"}


def latin_and_digits(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]+(?:-[A-Za-z0-9]+)*|[0-9]+", text)


def kept(chinese: str, english: str) -> bool:
    return all(ENGLISH.get(word, word) in english for word in latin_and_digits(chinese))


@each_claim
def test_names_and_numbers_are_kept_in_translation(claim):
    assert kept(claim.text, claim.text_en)
    assert not re.search("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", claim.text_en)
    assert not re.search(r"\[[0-9]+\]", claim.text_en)


@each_dialogue
def test_names_are_kept_in_headings(dialogue):
    assert kept(dialogue.title, dialogue.title_en)


def test_names_are_kept_in_the_headline():
    assert kept(ki.source().headline, ki.source().headline_en)


HEDGES = {
    "可能": r"\bmay\b",
    "不一定": "not necessarily",
    "不完全是一回事": "not quite the same thing",
    "某种程度": "to some extent",
    "大多数": r"\bmost\b",
    "目前": "at present",
    "不尽如人意": "not quite satisfactory",
    "感觉": r"\bfeels\b",
    "效率不高": "not very efficient",
    "看作": "regarded as",
    "非常不同": "very different",
}


@each_claim
def test_hedges_are_kept_in_translation(claim):
    for chinese, english in HEDGES.items():
        if chinese in claim.text:
            assert re.search(english, claim.text_en), (chinese, claim.text_en)


@each_claim
def test_a_claims_labels_are_in_the_vocabularies_and_in_their_order(claim):
    order = [*VOCABULARIES["topic"]]
    assert 1 <= len(claim.topics) <= 4
    assert [*claim.topics] == sorted(set(claim.topics), key=order.index)
    assert claim.claim_type in VOCABULARIES["claim_type"]
    assert claim.horizon in VOCABULARIES["horizon"]


@each_claim
def test_a_claims_columns_are_its_layers(claim):
    labels = [label for label in ki.load("labels") if label.claim_id == claim.claim_id]
    by_scheme = {
        scheme: tuple(label.value for label in labels if label.scheme == scheme)
        for scheme in ("topic", "claim_type", "horizon")
    }
    assert by_scheme == {
        "topic": claim.topics,
        "claim_type": (claim.claim_type,),
        "horizon": (claim.horizon,),
    }
    (english,) = (row for row in ki.load("translations") if row.claim_id == claim.claim_id)
    assert (english.language, english.translation) == ("en", claim.text_en)


@pytest.mark.parametrize("table", ["translations", "labels"])
def test_every_row_says_how_it_was_made(table):
    for row in ki.load(table):
        assert row.claim_sha256 == ki.claim(row.claim_id).claim_sha256
        provenance = (row.id, row.kind, row.release, row.created, row.confidence, row.rationale)
        assert None not in provenance, row.id
        # The words "machine translation" wherever English is shown rest on this.
        assert row.method == "model", row.id


@pytest.mark.parametrize("table", ["translations", "labels"])
def test_ids_are_unique(table):
    ids = [row.id for row in ki.load(table)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("scheme", ["topic", "claim_type", "horizon"])
def test_every_value_is_defined_and_borne_by_its_example(scheme):
    given = {(label.value, label.claim_id) for label in ki.load("labels") if label.scheme == scheme}
    for value, entry in VOCABULARIES[scheme].items():
        assert set(entry) == {"en", "zh", "example"}
        assert (value, entry["example"]) in given


def passes(name: str) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for line in (RAW / "annotation" / f"{name}.jsonl").read_text("utf-8").splitlines():
        row = ki.Label.model_validate_json(line)
        found.setdefault((row.claim_id, row.scheme), []).append(row.value)
    return found


def test_labels_are_what_the_two_passes_agree_on_or_what_was_settled():
    first, second = passes("labels-first"), passes("labels-second")
    rows = [
        json.loads(line) for line in (RAW / "annotation" / "settled.jsonl").read_text("utf-8").splitlines()
    ]
    settled = {(row["claim_id"], row["scheme"]): row for row in rows}
    assert set(settled) == {key for key in first if first[key] != second[key]}
    for (claim_id, scheme), row in settled.items():
        assert (row["first"], row["second"]) == (first[claim_id, scheme], second[claim_id, scheme])
        assert row["settled"] in (row["first"], row["second"])
        assert row["reason"]
    shipped: dict[tuple[str, str], list[str]] = {}
    for label in ki.load("labels"):
        shipped.setdefault((label.claim_id, label.scheme), []).append(label.value)
    assert shipped == {key: settled[key]["settled"] if key in settled else first[key] for key in first}


def test_the_corrections_of_the_translations_are_in_them():
    english = {claim.claim_id: claim.text_en for claim in ki.load("claims")}
    english |= {dialogue.dialogue_id: dialogue.title_en for dialogue in ki.load("dialogues")}
    for line in (RAW / "annotation" / "translation-corrections.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        assert english[row["id"]] == row["after"] != row["before"]

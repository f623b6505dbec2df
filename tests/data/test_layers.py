"""The shipped layers: nothing lost in translation, nothing outside the vocabularies."""

import itertools
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


@pytest.mark.parametrize("table", ["translations", "labels", "mentions", "relations"])
def test_every_row_says_how_it_was_made(table):
    for row in ki.load(table):
        assert row.claim_sha256 == ki.claim(row.claim_id).claim_sha256
        provenance = (row.id, row.kind, row.release, row.created, row.confidence, row.rationale)
        assert None not in provenance, row.id
        # The words "machine translation" wherever English is shown rest on this.
        assert row.method == "model", row.id


@pytest.mark.parametrize("table", ["translations", "labels", "mentions", "relations"])
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


@pytest.mark.parametrize("mention", ki.load("mentions"), ids=lambda mention: mention.id)
def test_a_mention_stands_where_it_says(mention):
    claim = ki.claim(mention.claim_id)
    assert ki.source().text[mention.quote_start : mention.quote_end] == mention.quote
    assert claim.start <= mention.quote_start < mention.quote_end <= claim.end


def test_mentions_do_not_overlap_and_are_in_order():
    spans = [(mention.quote_start, mention.quote_end) for mention in ki.load("mentions")]
    assert spans == sorted(spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))


# Every name in Latin letters that a claim bears, and what sort of thing it is.
LATIN = {
    "GPT-4": "model", "Sora": "model", "Transformer": "architecture", "VQ-VAE": "method",
    "LoRA": "method", "RL": "method", "Copilot": "product", "Scaling Law": "concept",
    "Agentic Model": "concept", "LLM": "concept",
}  # fmt: skip


@each_claim
def test_every_latin_name_is_mentioned_at_every_place(claim):
    covered = [
        (mention.quote_start, mention.quote_end)
        for mention in ki.load("mentions")
        if mention.claim_id == claim.claim_id
    ]
    for match in re.finditer("[A-Za-z][A-Za-z0-9 -]*[A-Za-z0-9]", claim.text):
        assert match[0] in {*LATIN, "AI"}
        start, end = claim.start + match.start(), claim.start + match.end()
        assert any(first <= start and end <= last for first, last in covered), match[0]
    for mention in ki.load("mentions"):
        if mention.quote in LATIN:
            assert mention.type == LATIN[mention.quote]


@each_claim
def test_a_name_is_mentioned_at_both_places_where_it_stands_twice(claim):
    mine = [mention for mention in ki.load("mentions") if mention.claim_id == claim.claim_id]
    covered = [range(mention.quote_start, mention.quote_end) for mention in mine]
    assert mine
    for quote in {mention.quote for mention in mine}:
        for match in re.finditer(re.escape(quote), claim.text):
            assert any(claim.start + match.start() in span for span in covered), quote


def test_a_name_has_one_type_and_one_english_form():
    forms = {}
    for mention in ki.load("mentions"):
        if (mention.claim_id, mention.quote) != ("d03-c04", "语言"):  # short for programming language there
            forms.setdefault(mention.quote, set()).add((mention.name, mention.type))
    assert [quote for quote, names in forms.items() if len(names) > 1] == []


def test_relations_are_between_two_claims_that_exist_and_say_one_thing_of_a_pair():
    said: dict[frozenset[str], set[str]] = {}
    for relation in ki.load("relations"):
        assert relation.claim_id != relation.other_claim_id
        assert ki.claim(relation.other_claim_id).claim_sha256 == relation.other_claim_sha256
        assert len(relation.rationale) > 20
        pair = frozenset({relation.claim_id, relation.other_claim_id})
        said.setdefault(pair, set()).add(relation.relation)
    assert [pair for pair, kinds in said.items() if {"supports", "contrasts"} <= kinds] == []


@pytest.mark.parametrize(("scheme", "field"), [("mention_type", "type"), ("relation", "relation")])
def test_every_type_and_relation_is_borne_by_its_example(scheme, field):
    table = {"mention_type": "mentions", "relation": "relations"}[scheme]
    given = {(getattr(row, field), row.claim_id) for row in ki.load(table)}
    for value, entry in VOCABULARIES[scheme].items():
        assert (value, entry["example"]) in given

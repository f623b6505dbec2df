"""The shipped layers: complete translations, and values from the vocabularies only."""

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

# Latin words that the Chinese uses and English writes otherwise: terms, not names.
ENGLISH = {"Agent": "agent", "Agentic": "agentic", "Model": "model", "Scaling": "scaling", "Law": "law"}


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


def test_a_term_has_one_spelling_and_case():
    english = [claim.text_en for claim in ki.load("claims")]
    english += [dialogue.title_en for dialogue in ki.load("dialogues")]
    english += [mention.name for mention in ki.load("mentions")]
    text = "\n".join(english)
    assert "Scaling Law" not in text
    assert "Agentic" not in text
    assert re.findall(r"\b\w+iz(?:e|ed|es|ing|ation)\b", text) == []  # British spelling


def test_headings_that_ask_end_as_questions():
    asks = "什么|还是|如何|多远|\\?"
    for dialogue in ki.load("dialogues"):
        assert bool(re.search(asks, dialogue.title)) == dialogue.title_en.endswith("?"), dialogue.title


def test_names_are_kept_in_the_headline():
    assert kept(ki.source().headline, ki.source().headline_en)


HEDGES = {
    "可能": r"\bmay\b",
    "不一定": "not necessarily",
    "不完全是一回事": "not quite the same thing",
    "某种程度": "to some extent",
    "大多数": r"\bmost\b",
    "目前": "at present",
    "不尽如人意": "leaves something to be desired",
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
def test_every_value_is_defined_and_used_by_its_example(scheme):
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


def test_the_corrections_of_the_translations_lead_to_what_is_shipped():
    english = {claim.claim_id: claim.text_en for claim in ki.load("claims")}
    english |= {dialogue.dialogue_id: dialogue.title_en for dialogue in ki.load("dialogues")}
    english["headline"] = ki.source().headline_en
    last: dict[str, str] = {}
    for line in (RAW / "annotation" / "translation-corrections.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        assert row["before"] == last.get(row["id"], row["before"]) != row["after"]
        assert row["reason"]
        last[row["id"]] = row["after"]
    assert last == {name: english[name] for name in last}


@pytest.mark.parametrize("mention", ki.load("mentions"), ids=lambda mention: mention.id)
def test_a_mention_is_at_its_offsets(mention):
    claim = ki.claim(mention.claim_id)
    assert ki.source().text[mention.quote_start : mention.quote_end] == mention.quote
    assert claim.start <= mention.quote_start < mention.quote_end <= claim.end


def test_mentions_do_not_overlap_and_are_in_order():
    spans = [(mention.quote_start, mention.quote_end) for mention in ki.load("mentions")]
    assert spans == sorted(spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))


# Where two phrases meet; elsewhere two mentions that touch would be parts of a longer name.
TOUCHING = {
    ("图像", "音频"),
    ("语言", "视觉"),
    ("视觉对象", "语义含义"),
    ("文本", "数学"),
    ("RL", "数据效率"),
}


def test_the_longest_name_is_taken():
    mentions = ki.load("mentions")
    touching = {
        (first.quote, second.quote)
        for first, second in itertools.pairwise(mentions)
        if first.quote_end == second.quote_start
    }
    assert touching == TOUCHING
    # A name that is marked somewhere is marked completely at every occurrence.
    spans = {(mention.quote_start, mention.quote_end) for mention in mentions}
    for mention in mentions:
        for other in {
            one.quote for one in mentions if mention.quote in one.quote and one.quote != mention.quote
        }:
            for at in range(mention.quote_end - len(other), mention.quote_start + 1):
                if ki.source().text[at : at + len(other)] == other:
                    assert (at, at + len(other)) in spans, (mention.id, other)


# The same characters in another sense: programming languages, a number of languages, means to communicate.
OTHER_SENSES = {("d03-c04", "语言"), ("d01-c04", "语言"), ("d03-c02", "工具")}


@each_claim
def test_the_same_surface_is_treated_the_same(claim):
    mine = [mention for mention in ki.load("mentions") if mention.claim_id == claim.claim_id]
    covered = [range(mention.quote_start, mention.quote_end) for mention in mine]
    for quote in sorted({mention.quote for mention in ki.load("mentions")}):
        for match in re.finditer(re.escape(quote), claim.text):
            if not any(claim.start + match.start() in span for span in covered):
                assert (claim.claim_id, quote) in OTHER_SENSES


def test_a_name_has_one_type_and_a_surface_one_name():
    names: dict[str, set[str]] = {}
    types: dict[str, set[str]] = {}
    for mention in ki.load("mentions"):
        names.setdefault(mention.quote, set()).add(mention.name)
        types.setdefault(mention.name, set()).add(mention.type)
    assert {quote: found for quote, found in names.items() if len(found) > 1} == {}
    assert {name: found for name, found in types.items() if len(found) > 1} == {}


PROPER = {"GPT-4", "Sora", "Copilot", "Transformer", "LoRA", "VQ-VAE", "AI"}


def test_names_are_lower_case_except_proper_names():
    for name in {mention.name for mention in ki.load("mentions")}:
        assert all(word in PROPER or word == word.lower() for word in name.split()), name
        assert name == "mathematics" or not name.endswith("s") or name.endswith("ss"), name  # singular


@pytest.mark.parametrize(
    "word",
    [
        "互联网",
        "对话",
        "沟通",
        "问题",
        "训练",
        "行动",
        "动作",
        "范式",
        "模型",
        "系统",
        "数据",
        "更小模型",
        "多种语言",
    ],
)
def test_everyday_words_are_not_mentions(word):
    assert word not in {mention.quote for mention in ki.load("mentions")}


# Every name in Latin letters in a claim, and the type of the mention that contains it.
LATIN = {
    "GPT-4": "model", "Sora": "model", "Transformer": "architecture", "VQ-VAE": "architecture",
    "LoRA": "method", "RL": "method", "Copilot": "product", "Scaling Law": "concept",
    "Agentic Model": "concept", "LLM": "concept", "AI": "concept",
}  # fmt: skip


@each_claim
def test_every_latin_name_is_mentioned(claim):
    mine = [mention for mention in ki.load("mentions") if mention.claim_id == claim.claim_id]
    for match in re.finditer("[A-Za-z][A-Za-z0-9 -]*[A-Za-z0-9]", claim.text):
        start, end = claim.start + match.start(), claim.start + match.end()
        (holder,) = (one for one in mine if one.quote_start <= start and end <= one.quote_end)
        assert holder.type == LATIN[match[0]]


@pytest.mark.parametrize("table", ["translations", "labels", "mentions", "relations"])
def test_confidence_and_rationale_are_of_the_row(table):
    rows = ki.load(table)
    by_sort: dict[str, set[float]] = {}
    for row in rows:
        sort = getattr(row, "type", None) or getattr(row, "scheme", None) or getattr(row, "relation", table)
        by_sort.setdefault(sort, set()).add(row.confidence)
    counts = {sort: sum(1 for row in rows if sort in row.model_dump().values()) for sort in by_sort}
    constant = [sort for sort, values in by_sort.items() if len(values) == 1 and counts[sort] > 3]
    assert constant == []
    if table != "translations":  # where one short note may apply to two
        assert len({row.rationale for row in rows}) == len(rows)


def test_relations_are_between_two_claims_and_a_pair_has_one():
    pairs = []
    for relation in ki.load("relations"):
        assert relation.claim_id != relation.other_claim_id
        assert ki.claim(relation.other_claim_id).claim_sha256 == relation.other_claim_sha256
        pairs.append(frozenset({relation.claim_id, relation.other_claim_id}))
    assert len(pairs) == len(set(pairs))


def test_relations_are_those_that_a_review_upheld():
    reviewed = [
        json.loads(line)
        for line in (RAW / "annotation" / "relation-review.jsonl").read_text("utf-8").splitlines()
    ]
    for row in reviewed:
        assert row["proposed_by"] in {"blind proposal", "earlier layer", "bilingual review"}
        assert row["review"]
        assert not row["shipped"] or (row["decision"] == "uphold" and row["confidence"] >= 0.4)
        assert row["shipped"] or row["decision"] != "uphold" or row["reason"]
    kept = {
        (row["claim_id"], row["relation"], row["other_claim_id"]): row["confidence"]
        for row in reviewed
        if row["shipped"]
    }
    shipped = {
        (row.claim_id, row.relation, row.other_claim_id): row.confidence for row in ki.load("relations")
    }
    assert shipped == kept


def test_mentions_are_those_that_a_review_kept():
    reviewed = [
        json.loads(line)
        for line in (RAW / "annotation" / "mention-review.jsonl").read_text("utf-8").splitlines()
    ]
    kept = [
        (row["id"], row["quote"], row["name"], row["type"], row["confidence"])
        for row in reviewed
        if row["decision"] == "keep"
    ]
    rows = ki.load("mentions")
    assert kept == [(row.id, row.quote, row.name, row.type, row.confidence) for row in rows]


def test_a_label_has_the_mean_of_both_passes_estimates():
    estimates: dict[str, float] = {}
    for name in ("labels-first", "labels-second"):
        for line in (RAW / "annotation" / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = ki.Label.model_validate_json(line)
            estimates[row.id] = estimates.get(row.id, 0) + (row.confidence or 0) / 2
    for label in ki.load("labels"):
        assert label.confidence == pytest.approx(estimates[label.id], abs=0.006)


@pytest.mark.parametrize(("scheme", "field"), [("mention_type", "type"), ("relation", "relation")])
def test_every_type_and_relation_is_used_by_its_example(scheme, field):
    table = {"mention_type": "mentions", "relation": "relations"}[scheme]
    given = {(getattr(row, field), row.claim_id) for row in ki.load(table)}
    for value, entry in VOCABULARIES[scheme].items():
        assert (value, entry["example"]) in given

"""The text of grammars of drafts; `tests/providers/test_grammar.py` tests them with llguidance."""

import json
import re

import pytest
from passages import corpus_claim

import kaiser_interview as ki
from benchmarks.detection.kinds import Debate

ID = "d05-c03"


def rules(grammar):
    """Return the expressions of a grammar by the names of their rules."""
    first, *lines = grammar.splitlines()
    assert first == "%llguidance {}"
    pairs = [line.split(": ", 1) for line in lines]
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def names(expression):
    """Return the rules that an expression refers to."""
    return re.findall(r"\b(?:[a-z]+|[A-Z]+)_[0-9]+\b", re.sub(r'"(?:[^"\\]|\\.)*"', "", expression))


@pytest.mark.parametrize(
    "kind", ["translation", "label", "mention", "relation", "question", "verdict", Debate]
)
def test_every_rule_is_used_and_every_used_rule_is_there(kind):
    found = rules(ki.draft_grammar(kind, [ID, "d01-c01"]))
    used = {name for expression in found.values() for name in names(expression)}
    assert used | {"start"} == {*found}


@pytest.mark.parametrize("kind", ["translation", "label", "mention", "relation", "verdict", "embedding"])
def test_the_fields_are_those_of_the_draft_schema_in_its_order(kind):
    found = rules(ki.draft_grammar(kind, [ID, "d01-c01"]))
    (first, second) = names(found[found["start"]])
    properties = ki.json_schema(kind, profile="draft")["properties"]
    for name in first, second:
        keys = [json.loads(json.loads(text)) for text in re.findall(r'("(?:[^"\\]|\\.)*") ": "', found[name])]
        assert keys == [*properties]


def test_a_claim_that_is_given_twice_counts_once():
    assert ki.draft_grammar("label", [ID, ki.claim(ID)]) == ki.draft_grammar("label", ID)


def test_each_character_of_a_passage_is_escaped_by_itself():
    claim = ki.claim(ID)
    found = rules(ki.draft_grammar("label", claim))
    (chunks,) = re.findall(r"%regex (\{.*\})", found["QUOTE_0"])
    assert json.loads(chunks) == {"substring_chunks": [*f"{claim.text} {claim.markers}"]}


def test_a_relation_is_between_two_claims():
    with pytest.raises(ki.InputError, match=r"^claims: expected 2 to 500 claims, got 1$"):
        ki.draft_grammar("relation", [ID, ID])


def test_a_grammar_needs_a_claim():
    with pytest.raises(ki.InputError, match=r"^claims: expected 1 to 500 claims, got 0$"):
        ki.draft_grammar("question", [])


def test_a_shipped_table_has_no_drafts():
    with pytest.raises(ki.UnknownNameError, match=r"^kind to draft: expected one of translation, "):
        ki.draft_grammar("claim", ID)


def test_passages_have_a_limit_together():
    half = "词" * 5_000
    ki.draft_grammar("label", [corpus_claim("a", half), corpus_claim("b", half)])
    with pytest.raises(
        ki.InputError, match=r"^claims: expected at most 10,000 code points in all passages, got 10,001$"
    ):
        ki.draft_grammar("label", [corpus_claim("a", half), corpus_claim("b", half + "词")])


def test_claims_have_a_limit():
    with pytest.raises(ki.InputError, match=r"^claims: expected 1 to 500 claims, got 501$"):
        ki.draft_grammar("label", [corpus_claim(f"c{number}", "词") for number in range(501)])


def test_claims_of_a_corpus_are_named_by_their_ids():
    claim = ki.Corpus.from_files("tests/corpus").claims["a-01"]
    assert ki.draft_grammar("label", "a-01", against="tests/corpus") == ki.draft_grammar("label", claim)

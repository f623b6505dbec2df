"""outlines: its expression of a draft matches right drafts and no wrong ones, and compiles."""

import json
import re

import pytest
from outlines.types.dsl import JsonSchema, python_types_to_terms, to_regex
from outlines_core import Index, Vocabulary
from providers.drafts import CLAIMS, RIGHT, each_kind, wrong

import kaiser_interview as ki


def of_dict(kind):
    return JsonSchema(ki.json_schema(kind, profile="draft", claims=CLAIMS))


def of_class(kind):
    return python_types_to_terms(ki.draft_model(kind, claims=CLAIMS))


def text(draft):
    return json.dumps(draft, ensure_ascii=False)


@each_kind
@pytest.mark.parametrize("term_of", [of_dict, of_class])
def test_the_expression_matches_right_drafts_only(kind, term_of):
    expression = re.compile(to_regex(term_of(kind)))
    assert expression.fullmatch(text(RIGHT[kind]))
    for one in wrong(kind):
        assert not expression.fullmatch(text(one)), one


@each_kind
def test_the_expression_compiles(kind):
    tokens = {
        token: [number]
        for number, token in enumerate(sorted({*map(chr, range(32, 127)), *text(RIGHT[kind])}))
    }
    index = Index(to_regex(of_class(kind)), Vocabulary(len(tokens), tokens))
    state = index.get_initial_state()
    for character in text(RIGHT[kind]):
        state = index.get_next_state(state, tokens[character][0])
        assert state is not None
    assert index.is_final_state(state)

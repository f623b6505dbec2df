"""llguidance: its matcher accepts right drafts, and stops at the first wrong byte of others."""

import json

import llguidance
import pytest
from providers.drafts import CLAIMS, RIGHT, each_kind, wrong

import kaiser_interview as ki


class Bytes:
    """A tokenizer with a token for each byte."""

    eos_token_id = 256
    bos_token_id = None
    special_token_ids = (256,)
    tokens = (*(bytes([byte]) for byte in range(256)), b"<|end|>")

    def __call__(self, text):
        return [*text]


TOKENIZER = llguidance.LLTokenizer(llguidance.TokenizerWrapper(Bytes()))


def accepts(schema, draft):
    matcher = llguidance.LLMatcher(
        TOKENIZER,
        llguidance.LLMatcher.grammar_from_json_schema(schema, defaults={"whitespace_flexible": False}),
    )
    assert not matcher.is_error(), matcher.get_error()
    text = [*json.dumps(draft, ensure_ascii=False, separators=(",", ":")).encode()]
    return matcher.try_consume_tokens(text) == len(text) and matcher.is_accepting()


@each_kind
@pytest.mark.parametrize("form", ["dict", "class"])
def test_the_matcher_accepts_right_drafts_only(kind, form):
    schema = ki.json_schema(kind, profile="draft", claims=CLAIMS)
    if form == "class":
        schema = ki.draft_model(kind, claims=CLAIMS).model_json_schema()
    assert accepts(schema, RIGHT[kind])
    for one in wrong(kind):
        assert not accepts(schema, one), one

"""Grammars of drafts in llguidance: it accepts every true quote for its claim, and nothing else."""

import doctest
import json
import random
from functools import lru_cache
from itertools import islice, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llguidance import LLMatcher, LLTokenizer, TokenizerWrapper
from pages import ROOT, blocks
from passages import corpus_claim
from scale import amount

import kaiser_interview as ki
from benchmarks.detection.ground import OWN, SHIPPED
from benchmarks.detection.kinds import ALL, Debate
from benchmarks.detection.naive_quotes import naive
from benchmarks.detection.operators import registered
from benchmarks.detection.operators.base import Around
from benchmarks.detection.valid_rows import SHIPPED_ONLY, right

KINDS = [name for name in ALL if name not in SHIPPED_ONLY]
GROUNDS = {"shipped": SHIPPED, "own": OWN}
each_kind = pytest.mark.parametrize("kind", KINDS)
each_ground = pytest.mark.parametrize("name", GROUNDS)


class Pieces:
    """A tokenizer whose tokens cross the ends of fields, values and characters, as those of models do."""

    eos_token_id = 256
    bos_token_id = None
    tokens = [bytes([byte]) for byte in range(256)] + [b"<eos>"]
    tokens += [b'{"', b'", "', b'": "', b'": ', b'", "quote": "', b'"claim_id": "d0', b"c03", b'"}', b"[{"]
    tokens += [b"}, {", b"\\\\", b'\\"', b' ["', "模型".encode(), "不增加参数".encode()]
    tokens += ["数".encode()[:2], "量,".encode()[1:]]

    def __call__(self, text: bytes) -> list[int]:
        found, at = [], 0
        while at < len(text):
            fitting = [number for number, token in enumerate(self.tokens) if text.startswith(token, at)]
            found.append(max(fitting, key=lambda number: len(self.tokens[number])))
            at += len(self.tokens[found[-1]])
        return found


TOKENIZERS = [LLTokenizer("byte"), LLTokenizer(TokenizerWrapper(Pieces()))]


@lru_cache(64)
def matchers(grammar):
    made = [LLMatcher(tokenizer, grammar) for tokenizer in TOKENIZERS]
    assert [matcher.get_error() for matcher in made] == ["", ""]
    assert [matcher.get_grammar_warnings() for matcher in made] == [[], []]
    return made


def accepts(grammar, text):
    """Return whether a text matches a grammar, which must be the same with each tokenizer."""
    results = set()
    for tokenizer, matcher in zip(TOKENIZERS, matchers(grammar), strict=True):
        assert matcher.reset()
        tokens = tokenizer.tokenize_str(text)
        # Each call has a limit of work, so long texts take several.
        parts = [tokens[at : at + 100] for at in range(0, len(tokens), 100)]
        consumed = all(matcher.try_consume_tokens(part) == len(part) for part in parts)
        results.add(consumed and matcher.is_accepting())
        assert matcher.get_error() == ""
    (result,) = results
    return result


def as_json(value):
    return json.dumps(value, ensure_ascii=False)


@lru_cache(64)
def grammar_of(kind, name="shipped"):
    ground = GROUNDS[name]
    return ki.draft_grammar(ALL[kind], [*ground.claims], against=ground.against)


def label(claim_id, quote):
    return {"claim_id": claim_id, "quote": quote, "scheme": "acme:a", "value": "b"}


def quotes(kind, claim_id, quote, name="shipped"):
    """Return whether a draft with a claim and a quote matches the grammar of all claims."""
    return accepts(grammar_of(kind, name), as_json(label(claim_id, quote)))


def reduced(row, schema):
    """Return the part of a row that a draft has, in the order of the draft's schema."""
    found = {}
    for name, one in schema["properties"].items():
        held = next((arm for arm in one.get("anyOf", [one]) if arm != {"type": "null"}), one)
        value = row.get(name)
        if "properties" in held and value is not None:
            value = reduced(value, held)
        elif "properties" in held.get("items", ()):
            value = [reduced(each, held["items"]) for each in value or ()]
        found[name] = value
    return found


def with_true_quotes(draw, ground, row):
    """Give each reference of a row a part of its claim's passage."""
    for one in [row, row.get("best"), *row.get("references", []), *row.get("pro", [])]:
        if one and one.get("claim_id"):
            passage = ground.claims[one["claim_id"]].passage
            start = draw.randrange(len(passage))
            one["quote"] = passage[start : draw.randint(start + 1, len(passage))]
    return row


@each_kind
@each_ground
def test_drafts_with_true_quotes_match(kind, name):
    draw, ground = random.Random(f"{kind} {name}"), GROUNDS[name]
    schema = ki.json_schema(ALL[kind], profile="draft")
    for number in range(amount(60, 2000)):
        row = reduced(with_true_quotes(draw, ground, right(draw, ground, kind, number)), schema)
        assert accepts(grammar_of(kind, name), as_json(row)), row


@each_ground
def test_every_part_of_every_passage_is_a_quote_of_its_claim(name):
    tokenizer, matcher = TOKENIZERS[0], matchers(grammar_of("label", name))[0]
    end = tokenizer.tokenize_str('"')
    tried = 0
    for claim in GROUNDS[name].claims.values():
        head = tokenizer.tokenize_str(as_json({"claim_id": claim.claim_id, "quote": ""})[:-2])
        for start in range(len(claim.passage)):
            assert matcher.reset()
            assert matcher.consume_tokens(head)
            assert matcher.validate_tokens(end) == 0, "an empty quote"
            for character in claim.passage[start:]:
                assert matcher.consume_tokens(tokenizer.tokenize_str(as_json(character)[1:-1]))
                assert matcher.validate_tokens(end) == 1
                tried += 1
    assert tried > 1000


@each_ground
def test_no_altered_quote_matches(name):
    ground = GROUNDS[name]
    draw = random.Random(name)
    operators = [one for one in registered() if one.group == "quotes"]
    others = tuple(right(draw, ground, "label", number) for number in range(8))
    refused = dict.fromkeys((one.name for one in operators), 0)
    for one in operators:
        for claim in islice(ground.claims.values(), amount(12, 100)):
            for text in (claim.passage, claim.text, claim.text[3:-3]):
                row = {"claim_id": claim.claim_id, "quote": text, "quote_start": None, "quote_end": None}
                changed = one.change(Around(draw, ground, "label", others, ()), dict(row))
                if changed is None:
                    continue
                true = bool(naive(claim.passage, changed["quote"]))
                assert quotes("label", claim.claim_id, changed["quote"], name) == true, (one.name, changed)
                refused[one.name] += not true
    # The others need characters that no claim has, or change the quoted text and not the quote.
    assert sum(count > 0 for count in refused.values()) >= 35
    assert sum(refused.values()) > 900


def test_a_dropped_negation_does_not_match():
    assert quotes("label", "d05-c03", "推理模型不增加参数数量")
    assert not quotes("label", "d05-c03", "推理模型增加参数数量")


def test_the_text_of_one_claim_is_no_quote_of_another():
    for one, other in islice(permutations(SHIPPED.claims.values(), 2), 0, None, amount(3, 1)):
        assert not quotes("label", one.claim_id, other.text)


@pytest.mark.parametrize("claim_id", ["d99-c01", "D05-C03", "d05-c03 ", "d05-c0", "d05-c033", "", None, 5])
def test_no_other_id_matches(claim_id):
    assert not quotes("label", claim_id, "模型")
    row = {"claim_id": "d05-c03", "quote": "模型", "other_claim_id": claim_id, "relation": "supports"}
    assert not accepts(grammar_of("relation"), as_json(row))
    assert accepts(grammar_of("relation"), as_json(row | {"other_claim_id": "d01-c01"}))


def test_a_claim_is_not_related_to_itself():
    for one, other in islice(permutations(SHIPPED.claims, 2), 0, None, amount(19, 1)):
        row = {"claim_id": one, "quote": "[", "other_claim_id": other, "relation": "supports"}
        assert accepts(grammar_of("relation"), as_json(row))
        assert not accepts(grammar_of("relation"), as_json(row | {"other_claim_id": one}))


@pytest.mark.parametrize(
    ("references", "match"),
    [
        ([], True),
        ([("d05-c03", "不增加"), ("d01-c01", "语言"), ("d05-c03", "[27]")], True),
        ([("d05-c03", "不增加"), ("d01-c01", "不增加")], False),
        ([("d99-c01", "语言"), ("d05-c03", "不增加")], False),
        ([("d05-c03", "增加不")], False),
    ],
)
def test_each_of_several_references_quotes_its_own_claim(references, match):
    made = [{"claim_id": claim_id, "quote": quote} for claim_id, quote in references]
    rest = {"question": "?", "answer": None, "answerable": False, "language": "en"}
    assert accepts(grammar_of("question"), as_json({"references": made} | rest)) == match
    debate = {"thesis": "…", "pro": made, "best": None, "rank": 1}
    assert accepts(grammar_of("debate"), as_json(debate)) == match


def test_a_reference_that_may_be_null_quotes_its_claim():
    debate = {"thesis": "…", "pro": [], "best": {"claim_id": "d05-c03", "quote": "不增加"}, "rank": 1}
    assert accepts(grammar_of("debate"), as_json(debate))
    assert accepts(grammar_of("debate"), as_json(debate | {"best": None}))
    debate["best"]["quote"] = "增加不"
    assert not accepts(grammar_of("debate"), as_json(debate))


def test_a_row_is_written_in_one_way():
    row = label("d05-c03", "不增加")
    assert accepts(grammar_of("label"), as_json(row))
    assert not accepts(grammar_of("label"), json.dumps(row))
    assert not accepts(grammar_of("label"), json.dumps(row, ensure_ascii=False, indent=1))
    assert not accepts(grammar_of("label"), as_json(dict(reversed(row.items()))))
    assert not accepts(grammar_of("label"), as_json(row | {"x_note": 1}))
    assert not accepts(grammar_of("label"), as_json({"claim_id": "d05-c03", "quote": "不增加"}))


SPECIAL = st.sampled_from('"\\/bnu%{\b\f\n\r\t\0\x1f\x7f\u0301\u200d\u2028\ufeff“”é🧠👩🔬')
PASSAGES = st.text(SPECIAL | st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
IDS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=12)


@settings(max_examples=amount(300, 5_000))
@given(st.dictionaries(IDS, PASSAGES, min_size=1, max_size=4), st.data())
def test_any_passages(passages, data):
    grammar = ki.draft_grammar("label", [corpus_claim(*one) for one in passages.items()])
    claim_id = data.draw(st.sampled_from([*passages]))
    passage = passages[claim_id]
    start = data.draw(st.integers(0, len(passage) - 1))
    quote = passage[start : data.draw(st.integers(start + 1, len(passage)))]
    assert accepts(grammar, as_json(label(claim_id, quote)))
    at = data.draw(st.integers(0, len(quote)))
    more = data.draw(SPECIAL | st.sampled_from([*"".join(passages.values())]))
    head, tail = quote[:at], quote[at:]
    for changed in (head + more + tail, head + tail[1:], head + more + tail[1:]):
        true = changed != "" and changed in passage
        assert accepts(grammar, as_json(label(claim_id, changed))) == true
    for other in passages:
        assert accepts(grammar, as_json(label(other, quote))) == (quote in passages[other])
    unknown = data.draw(IDS)
    assert accepts(grammar, as_json(label(unknown, quote))) == (quote in passages.get(unknown, ""))


def written_at_random(grammar, seed):
    """Return what a model writes that selects any allowed token."""
    draw = random.Random(seed)
    matcher = LLMatcher(TOKENIZERS[1], grammar)
    end = Pieces.eos_token_id
    found = b""
    while not matcher.is_stopped():
        mask = matcher.compute_bitmask()
        allowed = [number for number in range(len(Pieces.tokens)) if mask[number // 8] >> number % 8 & 1]
        closing = [number for number in allowed if number == end or Pieces.tokens[number][:1] in {b'"', b"]"}]
        token = draw.choice(closing if closing and draw.random() < 0.3 else allowed)
        assert matcher.consume_token(token), matcher.get_error()
        found += b"" if token == end else Pieces.tokens[token]
    assert matcher.get_error() == ""
    return json.loads(found)


WRONG = {
    "unknown-claim",
    "quote-not-found",
    "quote-misattributed",
    "quote-typography-differs",
    "quote-markers-differ",
}


@pytest.mark.parametrize("kind", ["translation", "relation", "question", "mention"])
def test_no_row_that_a_model_can_write_has_a_wrong_reference(kind):
    rows = [written_at_random(grammar_of(kind), seed) for seed in range(amount(30, 1000))]
    report = ki.validate(rows, kind=kind, defaults={"method": "model", "creator": "m"})
    assert report.rows == len(rows)
    assert WRONG.isdisjoint(finding.code for finding in report.sample)


def test_the_largest_grammars_can_be_used():
    draw = random.Random(1)

    def text(length):
        return "".join(chr(draw.randrange(0x20000, 0x2A000)) for _ in range(length))

    one = corpus_claim("a", text(10_000))
    many = [corpus_claim(f"c{number:03}", text(20)) for number in range(500)]
    for kind, claims in [("label", [one]), ("label", many), ("relation", many), (Debate, many)]:
        grammar = ki.draft_grammar(kind, claims)
        reference = {"claim_id": claims[-1].claim_id, "quote": claims[-1].passage[1:]}
        row = {
            "label": label(*reference.values()),
            "relation": reference | {"other_claim_id": claims[0].claim_id, "relation": "supports"},
        }.get(kind, {"thesis": "t", "pro": [reference, reference], "best": reference, "rank": None})
        assert accepts(grammar, as_json(row))
        matcher = matchers(grammar)[1]
        assert matcher.reset()
        for token in TOKENIZERS[1].tokenize_str(as_json(row))[:60]:
            matcher.compute_bitmask()
            assert matcher.consume_token(token), matcher.get_error()


def test_the_examples_of_the_page():
    text = "\n".join(
        block.text for block in blocks(ROOT / "docs" / "grammar.md") if block.language == "pycon"
    )
    test = doctest.DocTestParser().get_doctest(text, {}, "grammar.md", None, 0)
    assert doctest.DocTestRunner().run(test) == (0, len(test.examples))

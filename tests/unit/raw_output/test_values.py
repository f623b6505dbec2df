"""JSON is found in fences, in prose and after reasoning; an answer is read completely or not at all."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiser_interview.raw_output.values import Value, values_in
from kaiser_interview.validation.findings.finding import Fault

ROW = {"claim_id": "d05-c03", "quote": "推理模型", "n": [1, {"a": "}"}]}
TEXT = json.dumps(ROW, ensure_ascii=False)
WRONG = '{"claim_id": "d99-c99"}'


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f" \n{TEXT}\n",
        f"\ufeff{TEXT}",
        json.dumps(TEXT),
        json.dumps(json.dumps(TEXT)),
        f"Here you are: {TEXT} I hope that helps [1].",
        f"As claimed in [27] and [28, 29], {{sic}}: {TEXT}",
        f"```json\n{TEXT}\n```",
        f"Sure!\n\n```\n{TEXT}\n```\nNote: {{not JSON}}",
        f"~~~json\n{TEXT}\n~~~",
        f"````json\n```\n{TEXT}\n```\n````",
        f"1. ```json\n   {TEXT}\n   ```",
        f"> ```json\n{TEXT}\n> ```",
        f"```json\n{TEXT}",
        f"```json {TEXT} ```",
        f"Use ```code``` in a line.\n```json\n{TEXT}\n```",
        f"```python\nprint()\n```\nThen {TEXT}",
        f"```json\n{TEXT}\n```\nA rejected version was {WRONG}",
        f"<think>Perhaps {WRONG}?</think>\n{TEXT}",
        f"Perhaps {WRONG}?\n</think>\n{TEXT}",
        f"[THINK]{WRONG}[/THINK]{TEXT}",
        f"◁think▷{WRONG}◁/think▷{TEXT}",
        f"<reasoning>{WRONG}</reasoning><answer>{TEXT}</answer>",
        f"<|channel|>analysis<|message|>{WRONG}<|end|><|start|>assistant<|channel|>final<|message|>{TEXT}",
        f"<|channel|>final <|constrain|>json<|message|>{TEXT}<|return|>",
        f"a < b: {TEXT}",
        f"<think>a</think>\n<think>b</think>{TEXT}",
        f"<answer>\n{TEXT}\n</answer>\nDone.",
        f"<thinking>x</thinking>{TEXT}<reflection>ok</reflection>",
    ],
)
def test_the_value_of_an_answer_is_found(text):
    (one,) = values_in(text)
    assert one.value == ROW
    assert not one.is_repaired


def test_several_values_are_found_in_order():
    for text in (
        f"{TEXT}\n{TEXT}",
        f"First: {TEXT}, second: {TEXT}",
        f"```\n{TEXT}\n```\nand\n```\n{TEXT}\n```",
    ):
        assert [one.value for one in values_in(text)] == [ROW, ROW]
    assert [one.value for one in values_in(f"- [{TEXT}]\n- {TEXT}")] == [[ROW], ROW]


TAG = ROW | {"quote": "the </think> and <answer> tags"}
TAGS = json.dumps(TAG)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (f"Here: [{TEXT}, {TAGS}, {TEXT}]", [[ROW, TAG, ROW]]),
        (f"{TEXT}\n<thinking>{WRONG}</thinking>\n{TEXT}", [ROW, ROW]),
        (f"<answer>{TEXT}</answer><answer>{TAGS}</answer>", [ROW, TAG]),
        (
            f"<|channel|>final<|message|>{TEXT}<|end|><|channel|>analysis<|message|>{WRONG}<|end|>"
            f"<|channel|>final<|message|>{TEXT}",
            [ROW, ROW],
        ),
        (f"```json [{TEXT},\n{TEXT}]\n```", [[ROW, ROW]]),
        (f"```json title=rows\n{TEXT}\n```", [ROW]),
        (f"```\n{TEXT}\n```\n~~~\n{TAGS}\n~~~\n```\n{TEXT}\n```", [ROW, TAG, ROW]),
        (f"[null, {TEXT}]", [[None, ROW]]),
    ],
)
def test_no_value_is_lost(text, values):
    assert [one.value for one in values_in(text)] == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (f"Here: {TEXT[:-1]},}}", ROW),
        (TEXT.replace('"', "&quot;"), ROW),
        ("{&quot;a&quot;: &quot;AT&amp;T &copy&quot;}", {"a": "AT&amp;T &copy"}),
        (f"[ // two\n{TEXT}, /* and */ {TEXT[:-1]},}},\n]", [ROW, ROW]),
        ("[" + "{'a': 'b'}, " * 1000 + "]", [{"a": "b"}] * 1000),
    ],
)
def test_almost_json_is_marked(text, value):
    (one,) = values_in(text)
    assert one == (value, True)


@pytest.mark.parametrize(
    ("text", "code", "got"),
    [
        ("", "answer-empty", "an empty text"),
        (" \n\ufeff", "answer-empty", "an empty text"),
        ('""', "answer-empty", "an empty text"),
        ("```json\n```", "answer-empty", "an empty text"),
        ("<think>Done.</think>", "answer-empty", "an empty text"),
        ("Nothing to add.", "answer-without-rows", '"Nothing to add."'),
        ("See [27] and {x}.", "answer-without-rows", '"See [27] and {x}."'),
        ("I'm sorry, but I can't help.", "answer-refused", "\"I'm sorry, but I can't help.\""),
        ("抱歉，我无法回答。", "answer-refused", '"抱歉，我无法回答。"'),
        ("<think>Let me see", "answer-truncated", "reasoning without an answer"),
        ("<|channel|>analysis<|message|>Let me", "answer-truncated", "reasoning without an answer"),
        (
            'Here: {"claim_id": "d01',
            "answer-truncated",
            'the end of the text after "Here: {\\"claim_id\\": \\"d01"',
        ),
        (f"[{TEXT}, ", "answer-truncated", None),
        (f"[\n// first\n{TEXT},\n{TEXT},", "answer-truncated", None),
        (f"[null, {TEXT},", "answer-truncated", None),
        (f"{TEXT}\n{{", "answer-truncated", None),
        (f"<think>{WRONG}</think>\n{TEXT}\n<think>", "answer-truncated", "reasoning without an answer"),
        ("[{'a': \"b}]", "answer-unreadable", None),
        ("[{'a': 'b'}, {'a': 'c' d}]", "answer-unreadable", None),
        (f'{TEXT}\n{{"claim_id"', "answer-truncated", None),
        ('{"a": "x}', "answer-unreadable", None),
        ('{"a": 1, "a": 2}', "answer-unreadable", '"a" twice'),
        (f"[{TEXT}, ...]", "answer-unreadable", None),
        ('Here: {"a": ' + "[" * 300 + "]" * 300 + "}", "answer-unreadable", "more"),
        ('{"a": ' + "[" * 99 + "]" * 99 + ",}", "answer-unreadable", None),
    ],
)
def test_the_reason_for_no_value_is_found(text, code, got):
    fault = values_in(text)
    assert isinstance(fault, Fault)
    assert fault.code == code
    assert got is None or fault.got == got


@pytest.mark.parametrize(
    "text",
    [
        '{"a} ' * 50_000,
        '{"a": "' + "{" * 200_000,
        "[[" * 100_000,
        "```json\n" * 50_000,
        '{"a": ' * 50_000,
        "{'a': 1}" * 20_000,
        "<think>" * 50_000,
        '"' * 200_001,
        "{a:" + "}" * 200_000,
        "{'a': '" * 20_000 + "}" * 20_000,
        "{'a': {'b': 'c\"'}} {'a': 'b\"'} " * 9_999 + '"',
        "{'a': 'b\"c'} \" " * 8_000 + '"',
        '["' + '"a ' * 10_000 + '"]',
        "<|channel|>" + "a" * 20_000,
        "```" + "a" * 20_000 + "`",
        "```" + " " * 20_000 + "`",
        " " * 20_000 + "x```",
        "<answer>" * 20_000,
        "[{" * 9_000 + "{'a': 1}",
    ],
    ids=lambda text: text[:8],
)
def test_hostile_texts_are_read_in_linear_time(text):
    assert values_in(text) is not None


ROWS = st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=8), min_size=1), min_size=1, max_size=3)


@given(ROWS, st.integers(0))
def test_a_text_that_was_cut_off_gives_nothing(rows, at):
    text = json.dumps(rows, ensure_ascii=False)
    assert isinstance(values_in(text[: at % len(text)]), Fault)


@given(st.text(st.sampled_from(list("{}[]\"':,\\ \n`~<>/th`ink|answer1a·“，")), max_size=60))
def test_any_text_gives_values_or_a_reason(text):
    found = values_in(text)
    assert isinstance(found, Fault) or all(isinstance(one.value, dict | list) for one in found)


def test_a_string_across_reasoning_is_a_failure():
    # The quotation mark at the start makes the tags seem to be outside of strings.
    found = values_in('" {"quote": "a <think>x</think> b",}')
    assert isinstance(found, Fault)
    assert found.code == "answer-unreadable"


def test_reasoning_between_values_is_removed():
    assert values_in('[{"a": 1}, <think>x</think> {"a": 2}]') == [Value([{"a": 1}, {"a": 2}])]
    text = '<think>x</think>{"a": 1,}'
    assert values_in(text) == [Value({"a": 1}, is_repaired=True)]

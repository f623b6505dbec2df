"""Answers are taken out of the responses of services; tests/natural/batch has whole files."""

import pytest

from kaiser_interview.raw_output.envelopes import answers_in
from kaiser_interview.validation.findings.finding import Fault


def found(given):
    """Return the content of each answer, or its code and reason, with the id of the request."""
    answers = answers_in(given)
    if answers is None:
        return None
    return [
        (
            f"{one.content.code}: {one.content.got}" if isinstance(one.content, Fault) else one.content,
            one.request_id,
        )
        for one in answers
    ]


def chat(content="x", reason="stop", **message):
    return {
        "choices": [
            {"message": {"role": "assistant", "content": content, **message}, "finish_reason": reason}
        ]
    }


@pytest.mark.parametrize(
    ("given", "answers"),
    [
        (chat(), [("x", None)]),
        ({"id": "chatcmpl-1", **chat()}, [("x", None)]),
        ({"choices": [*chat("x")["choices"], *chat("y")["choices"]]}, [("x", None), ("y", None)]),
        (chat([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]), [("ab", None)]),
        (chat(None, tool_calls=[{"function": {"name": "rows", "arguments": "{}"}}]), [(["{}"], None)]),
        (chat("x", reasoning_content="y"), [("x", None)]),
        (chat("x", "length"), [('answer-truncated: "length"', None)]),
        (chat(None, "content_filter"), [('answer-refused: "content_filter"', None)]),
        (chat(None, refusal="No."), [('answer-refused: "No."', None)]),
        (chat(None), [("", None)]),
        (
            {"choices": [*chat()["choices"], {"finish_reason": "content_filter"}, {}]},
            [("x", None), ('answer-refused: "content_filter"', None), ("", None)],
        ),
        (chat("I submit.", tool_calls=[{"function": {"name": "f", "arguments": "{}"}}]), [(["{}"], None)]),
        (
            chat("And {}", tool_calls=[{"function": {"name": "f", "arguments": "{}"}}]),
            [(["{}", "And {}"], None)],
        ),
        ({**chat(), "error": {"message": "Late."}}, [('answer-failed: "Late."', None)]),
        ({"choices": []}, None),
        ({"choices": "x"}, None),
        ({"choices": [{"text": "x", "finish_reason": "stop"}]}, [("x", None)]),
        ({"choices": [{"finish_reason": "content_filter"}]}, [('answer-refused: "content_filter"', None)]),
        (
            {"object": "response", "output": [{"type": "reasoning"}, {"content": [{"text": "x"}]}]},
            [("x", None)],
        ),
        (
            {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": []},
            [('answer-truncated: "max_output_tokens"', None)],
        ),
        (
            {"object": "response", "output": [{"type": "function_call", "name": "f", "arguments": "{}"}]},
            [(["{}"], None)],
        ),
        (
            {"stop_reason": "end_turn", "content": [{"type": "thinking", "text": "?"}, {"text": "x"}]},
            [("x", None)],
        ),
        (
            {"stop_reason": "tool_use", "content": [{"type": "tool_use", "name": "f", "input": {"a": 1}}]},
            [([{"a": 1}], None)],
        ),
        (
            {"candidates": [{"content": {"parts": [{"text": "?", "thought": True}, {"text": "x"}]}}]},
            [("x", None)],
        ),
        (
            {"candidates": [{"finish_reason": "FinishReason.MAX_TOKENS"}]},
            [('answer-truncated: "MAX_TOKENS"', None)],
        ),
        ({"candidates": [{"content": {}, "finish_reason": 3}]}, [('answer-refused: "3"', None)]),
        ({"candidates": [{"finishReason": "SAFETY"}]}, [('answer-refused: "SAFETY"', None)]),
        ({"promptFeedback": {"blockReason": "OTHER"}}, [('answer-refused: "OTHER"', None)]),
        ({"output": {"message": {"content": [{"text": "x"}]}}, "stopReason": "end_turn"}, [("x", None)]),
        ({"output": {"message": 3}, "stopReason": "end_turn"}, None),
        ({"generation": "x", "stop_reason": "length"}, [('answer-truncated: "length"', None)]),
        ({"results": [{"outputText": "x", "completionReason": "FINISH"}]}, [("x", None)]),
        (
            {"message": {"role": "assistant", "content": "x"}, "done": False},
            [('answer-truncated: "incomplete"', None)],
        ),
        ({"response": "x", "done": True}, [("x", None)]),
        ({"content": "x", "stop_type": "eos", "stopped_limit": True}, [('answer-truncated: "length"', None)]),
        (
            {"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "x"}]},
            [("x", None)],
        ),
        (
            {"messages": [{"role": "user", "content": "?"}]},
            [("answer-empty: a conversation without one", None)],
        ),
        ({"messages": [{"text": "?"}]}, None),
        ({"messages": ["?"]}, None),
        ({"id": 7, "prompt": "?", "completion": "x"}, [("x", "7")]),
        ({"custom_id": "a", "text": "x"}, [("x", "a")]),
        ({"generated_text": "x"}, [("x", None)]),
        (
            {"generated_text": "x", "details": {"finish_reason": "length"}},
            [('answer-truncated: "length"', None)],
        ),
        ({"prompt": "?", "completion": {"a": 1}}, [({"a": 1}, None)]),
        ({"custom_id": "a", "output": [{"a": 1}, "b"]}, [([{"a": 1}, "b"], "a")]),
        ({"custom_id": "a", "output": [{"name": "x", "type": "y"}]}, [([{"name": "x", "type": "y"}], "a")]),
        (
            {"object": "response", "output": [{"type": "search"}, {"content": [{"text": "x"}]}]},
            [("x", None)],
        ),
        ({"object": "response", "output": [{"type": "reasoning", "summary": []}]}, [("", None)]),
        ({"status": "success", "output": [{"a": 1}]}, [([{"a": 1}], None)]),
        ({"message": {"content": "x"}, "finish_reason": "TIMEOUT"}, [('answer-failed: "TIMEOUT"', None)]),
        ({"custom_id": "a", "response": {"status_code": 200, "body": chat()}, "error": None}, [("x", "a")]),
        (
            {"custom_id": "a", "response": {"body": {"weather": 1}}},
            [("answer-empty: a response without one", "a")],
        ),
        (
            {"custom_id": "a", "response": None, "error": {"code": "expired", "message": "Too late."}},
            [('answer-failed: "Too late."', "a")],
        ),
        ({"custom_id": "a", "response": None, "error": None}, [('answer-failed: "no response"', "a")]),
        ({"custom_id": "a", "response": {"status_code": 500, "body": {}}}, [('answer-failed: "500"', "a")]),
        (
            {
                "custom_id": "a",
                "response": {"status_code": 400, "body": {"error": {"code": "content_filter"}}},
            },
            [('answer-refused: "content_filter"', "a")],
        ),
        ({"custom_id": "a", "result": {"type": "expired"}}, [('answer-failed: "expired"', "a")]),
        (
            {"custom_id": "a", "result": {"type": "errored", "error": {"error": {"message": "Bad."}}}},
            [('answer-failed: "Bad."', "a")],
        ),
        (
            {"metadata": {"key": "k"}, "response": {"candidates": [{"content": {"parts": [{"text": "x"}]}}]}},
            [("x", "k")],
        ),
        ({"metadata": {"key": 7}, "response": {}}, [("answer-empty: a response without one", "7")]),
        (
            {"request": {}, "status": "success", "response": {"generation": "x", "stop_reason": "stop"}},
            [("x", None)],
        ),
        ({"prompt": [], "id": "cmpl-1", **chat()}, [("x", None)]),
        ({"key": True, "error": "no"}, [('answer-failed: "no"', None)]),
        ({"request": {}, "status": "Bad request", "response": {}}, [('answer-failed: "Bad request"', None)]),
        ({"recordId": "r", "modelOutput": {"generation": "x", "stop_reason": "stop"}}, [("x", "r")]),
        ({"error": {"message": "Overloaded."}, "type": "error"}, [('answer-failed: "Overloaded."', None)]),
        ({"claim_id": "d01-c01", "value": "x"}, None),
        *(({name: [{"claim_id": "d01-c01"}]}, None) for name in ("output", "outputs", "results", "choices")),
        *(({name: {"claim_id": "d01-c01"}}, None) for name in ("output", "response", "message", "answer")),
        ({}, None),
    ],
)
def test_answers(given, answers):
    assert found(given) == answers


def test_the_text_of_an_incomplete_answer_is_kept():
    (one,) = answers_in(chat("[{", "length"))
    assert one.written == "[{"
    assert one.content.suggestion == "raise the limit of output tokens, or ask for fewer rows at once"


def test_deep_errors_and_contents_have_an_end():
    error, part = "inner", "x"
    for _ in range(50):
        error, part = {"error": error}, {"content": [part]}
    assert found({"custom_id": "a", "error": error}) == [('answer-failed: "None"', "a")]
    assert found(chat(part)) == [("", None)]

"""openai: its strict transformation keeps drafts as they are, and its parsers return them."""

import json

import httpx2
import openai
import pytest
from openai.lib._parsing._completions import type_to_response_format_param
from openai.lib._pydantic import to_strict_json_schema
from providers.drafts import CLAIMS, RIGHT, descriptions, each_kind, wrong
from pydantic import ValidationError

import kaiser_interview as ki


@each_kind
def test_the_strict_transformation_changes_nothing(kind):
    draft = ki.draft_model(kind, claims=CLAIMS)
    assert to_strict_json_schema(draft) == draft.model_json_schema()


@each_kind
def test_the_response_format(kind):
    draft = ki.draft_model(kind, claims=CLAIMS)
    asked = type_to_response_format_param(draft)["json_schema"]
    assert (asked["name"], asked["strict"]) == (draft.__name__, True)
    assert None not in descriptions(asked["schema"]).values()


def client(answer, requests):
    """Return a client whose server gives one answer and keeps the requests."""

    def handle(request):
        requests.append(json.loads(request.content))
        return httpx2.Response(200, json=answer)

    transport = httpx2.Client(transport=httpx2.MockTransport(handle))
    return openai.OpenAI(api_key="none", base_url="http://model.test", http_client=transport)


def completion(text):
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}


def response(text):
    content = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    output = {
        "type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [content],
    }  # fmt: skip
    return {
        "id": "r", "object": "response", "created_at": 1, "model": "m", "status": "completed",
        "output": [output], "parallel_tool_calls": False, "tool_choice": "auto", "tools": [],
    }  # fmt: skip


def by_completion(draft, text, requests):
    made = client(completion(text), requests).beta.chat.completions.parse(
        model="m", messages=[{"role": "user", "content": "?"}], response_format=draft
    )
    return made.choices[0].message.parsed, requests[0]["response_format"]["json_schema"]


def by_response(draft, text, requests):
    made = client(response(text), requests).responses.parse(model="m", input="?", text_format=draft)
    return made.output_parsed, requests[0]["text"]["format"]


each_way = pytest.mark.parametrize("ask", [by_completion, by_response])


@each_kind
@each_way
def test_an_answer_is_parsed_to_a_draft(kind, ask):
    draft = ki.draft_model(kind, claims=CLAIMS)
    parsed, asked = ask(draft, json.dumps(RIGHT[kind]), [])
    assert type(parsed) is draft
    assert parsed.model_dump() == RIGHT[kind]
    assert asked["strict"]
    assert asked["schema"] == to_strict_json_schema(draft)
    assert ki.fix([parsed.model_dump()], kind=kind, defaults={"method": "model", "creator": "m"}).report.ok


@each_kind
@each_way
def test_a_wrong_answer_is_refused(kind, ask):
    for one in wrong(kind):
        with pytest.raises(ValidationError):
            ask(ki.draft_model(kind, claims=CLAIMS), json.dumps(one), [])

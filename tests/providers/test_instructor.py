"""instructor: it asks again with the errors of a draft, and returns the draft."""

import json

import httpx2
import instructor
import openai
import pytest
from instructor.core import InstructorRetryException
from providers.drafts import CLAIMS, RIGHT, descriptions, each_kind, wrong

import kaiser_interview as ki

MODES = [instructor.Mode.TOOLS, instructor.Mode.JSON, instructor.Mode.JSON_SCHEMA]
each_mode = pytest.mark.parametrize("mode", MODES, ids=str)


def ask(draft, answers, mode):
    """Return what the client makes of some answers, one for each try, and its requests."""
    requests = []
    texts = iter(answers)

    def handle(request):
        requests.append(json.loads(request.content))
        text = json.dumps(next(texts), ensure_ascii=False)
        message = {"role": "assistant", "content": text}
        if mode is instructor.Mode.TOOLS:
            function = {"name": draft.__name__, "arguments": text}
            call = {"id": "t", "type": "function", "function": function}
            message = {"role": "assistant", "content": None, "tool_calls": [call]}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        made = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        return httpx2.Response(200, json=made)

    client = instructor.from_openai(
        openai.OpenAI(
            api_key="none",
            base_url="http://model.test",
            http_client=httpx2.Client(transport=httpx2.MockTransport(handle)),
        ),
        mode=mode,
    )
    made = client.chat.completions.create(
        model="m",
        messages=[{"role": "user", "content": "?"}],
        response_model=draft,
        max_retries=len(answers) - 1,
    )
    return made, requests


@each_kind
@each_mode
def test_a_wrong_answer_is_asked_for_again(kind, mode):
    draft = ki.draft_model(kind, claims=CLAIMS)
    made, requests = ask(draft, [wrong(kind)[0], RIGHT[kind]], mode)
    assert made.model_dump() == RIGHT[kind]
    assert len(requests) == 2
    # The second request names the field and the ids that it may have.
    assert "d05-c03" in json.dumps(requests[1]["messages"][1:])
    assert "claim_id" in json.dumps(requests[1]["messages"][1:])


@each_kind
def test_the_tool_has_every_description(kind):
    draft = ki.draft_model(kind, claims=CLAIMS)
    _, (request,) = ask(draft, [RIGHT[kind]], instructor.Mode.TOOLS)
    function = request["tools"][0]["function"]
    assert function["name"] == draft.__name__
    assert descriptions(function["parameters"]) == descriptions(ki.json_schema(kind, profile="draft"))


@each_mode
def test_only_wrong_answers_raise(mode):
    with pytest.raises(InstructorRetryException):
        ask(ki.draft_model("label", claims=CLAIMS), wrong("label")[:2], mode)

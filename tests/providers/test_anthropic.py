"""anthropic: its transformation keeps the constraints of drafts, and its parser returns them."""

import json

import anthropic
import httpx2
import jsonschema_rs
import pytest
from anthropic import transform_schema
from providers.drafts import CLAIMS, RIGHT, descriptions, each_kind, wrong
from pydantic import ValidationError

import kaiser_interview as ki


def of_dict(kind):
    return transform_schema(ki.json_schema(kind, profile="draft", claims=CLAIMS))


def of_class(kind):
    return transform_schema(ki.draft_model(kind, claims=CLAIMS))


@each_kind
@pytest.mark.parametrize("schema_of", [of_dict, of_class])
def test_the_transformation_keeps_every_constraint(kind, schema_of):
    validator = jsonschema_rs.validator_for(schema_of(kind))
    validator.validate(RIGHT[kind])
    for one in wrong(kind):
        assert not validator.is_valid(one)


@each_kind
def test_the_transformation_keeps_every_description(kind):
    expected = descriptions(ki.json_schema(kind, profile="draft"))
    assert descriptions(of_dict(kind)) == descriptions(of_class(kind)) == expected


def parse(draft, text):
    """Return what the client makes of an answer, and its request."""
    requests = []

    def handle(request):
        requests.append(json.loads(request.content))
        message = {
            "id": "m", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
            "stop_sequence": None, "content": [{"type": "text", "text": text}],
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }  # fmt: skip
        return httpx2.Response(200, json=message)

    client = anthropic.Anthropic(
        api_key="none",
        base_url="http://model.test",
        http_client=httpx2.Client(transport=httpx2.MockTransport(handle)),
    )
    made = client.messages.parse(
        model="m", max_tokens=99, messages=[{"role": "user", "content": "?"}], output_format=draft
    )
    return made.parsed_output, requests[0]


@each_kind
def test_an_answer_is_parsed_to_a_draft(kind):
    draft = ki.draft_model(kind, claims=CLAIMS)
    parsed, request = parse(draft, json.dumps(RIGHT[kind]))
    assert type(parsed) is draft
    assert parsed.model_dump() == RIGHT[kind]
    assert request["output_config"]["format"] == {"type": "json_schema", "schema": of_class(kind)}


@each_kind
def test_a_wrong_answer_is_refused(kind):
    for one in wrong(kind):
        with pytest.raises(ValidationError):
            parse(ki.draft_model(kind, claims=CLAIMS), json.dumps(one))

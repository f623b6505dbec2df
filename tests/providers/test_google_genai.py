"""google-genai: its schema has every constraint and description of a draft, and its client returns drafts."""

import json

import httpx2
from google import genai
from google.genai import types
from providers.drafts import CLAIMS, RIGHT, descriptions, each_kind, wrong

import kaiser_interview as ki


def converted(schema):
    """Return a schema as the client converts it to its own form."""
    return types.Schema.from_json_schema(
        json_schema=types.JSONSchema.model_validate(schema), raise_error_on_unsupported_field=True
    )


def described(schema):
    """Return the description of every property of a converted schema, by its path."""
    found = {}
    for name, one in (schema.properties or {}).items():
        branch = next((each for each in one.any_of or () if each.type != "NULL"), one)
        found[name] = branch.description
        found |= {f"{name}.{path}": text for path, text in described(branch.items or branch).items()}
    return found


@each_kind
def test_every_description_survives(kind):
    schema = ki.json_schema(kind, profile="draft", claims=CLAIMS)
    assert described(converted(schema)) == descriptions(schema)
    assert None not in descriptions(schema).values()


@each_kind
def test_values_nulls_and_required_fields_survive(kind):
    schema = ki.json_schema(kind, profile="draft", claims=CLAIMS)
    made = converted(schema)
    assert made.required == schema["required"]
    for name, one in schema["properties"].items():
        found = made.properties[name]
        nullable = "anyOf" in one
        assert bool(found.nullable) == nullable
        given = one["anyOf"][0] if nullable else one
        assert found.enum == given.get("enum")
        assert found.type == given["type"].upper()


def ask(text, **config):
    """Return what the client makes of an answer, and its request."""
    requests = []

    def handle(request):
        requests.append(json.loads(request.content))
        content = {"role": "model", "parts": [{"text": text}]}
        return httpx2.Response(200, json={"candidates": [{"content": content, "finishReason": "STOP"}]})

    options = types.HttpOptions(
        base_url="http://model.test",
        httpx_client=httpx2.Client(transport=httpx2.MockTransport(handle)),
    )
    client = genai.Client(api_key="none", http_options=options)
    made = client.models.generate_content(
        model="m",
        contents="?",
        config=types.GenerateContentConfig(response_mime_type="application/json", **config),
    )
    return made.parsed, requests[0]["generationConfig"]


@each_kind
def test_an_answer_is_parsed_to_a_draft(kind):
    draft = ki.draft_model(kind, claims=CLAIMS)
    parsed, asked = ask(json.dumps(RIGHT[kind]), response_schema=draft)
    assert type(parsed) is draft
    assert parsed.model_dump() == RIGHT[kind]
    sent = types.Schema.model_validate(asked["responseSchema"])
    assert described(sent) == descriptions(ki.json_schema(kind, profile="draft"))


@each_kind
def test_a_wrong_answer_is_not_parsed(kind):
    for one in wrong(kind):
        assert ask(json.dumps(one), response_schema=ki.draft_model(kind, claims=CLAIMS))[0] is None


@each_kind
def test_the_schema_of_a_draft_is_sent_unchanged(kind):
    schema = ki.json_schema(kind, profile="draft", claims=CLAIMS)
    _, asked = ask(json.dumps(RIGHT[kind]), response_json_schema=schema)
    assert asked["responseJsonSchema"] == schema

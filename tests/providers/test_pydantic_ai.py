"""pydantic-ai: an agent asks again with the retry message of its draft, until the row is right."""

import json

import pytest
from providers.drafts import CLAIMS, RIGHT, descriptions, each_kind, wrong
from pydantic_ai import Agent, ModelRetry, NativeOutput, PromptedOutput, ToolOutput
from pydantic_ai.exceptions import UnexpectedModelBehavior
from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.profiles import ModelProfile

import kaiser_interview as ki

BY = {"method": "model", "creator": "some-model"}
each_form = pytest.mark.parametrize("form", [ToolOutput, NativeOutput, PromptedOutput])


def model_of(answers, seen):
    """Return a model that gives some answers, one for each request, and keeps what it is asked."""
    texts = iter(answers)

    def answer(messages, info):
        seen.append((messages, info))
        text = json.dumps(next(texts), ensure_ascii=False)
        tools = info.output_tools
        return ModelResponse(parts=[ToolCallPart(tools[0].name, text) if tools else TextPart(text)])

    return FunctionModel(answer, profile=ModelProfile(supports_json_schema_output=True))


def right_quote(draft):
    return draft.get("references", [draft])[0]["quote"]


def agent_of(kind, form, answers, seen):
    """Return an agent whose drafts are checked: the retry message goes back to the model."""
    agent = Agent(model_of(answers, seen), output_type=form(ki.draft_model(kind, claims=CLAIMS)), retries=1)
    validator = ki.Validator(kind, defaults=BY)

    @agent.output_validator
    def check(draft):
        for message in validator.split(validator.fix([draft.model_dump()])).retry_messages():
            raise ModelRetry(message.text)
        return draft

    return agent


def told(seen):
    """Return what the model was told after its first answer."""
    messages, _ = seen[-1]
    _, second = [message for message in messages if isinstance(message, ModelRequest)]
    (part,) = second.parts
    return str(part.content)


@each_kind
@each_form
def test_a_wrong_quote_is_asked_for_again(kind, form):
    right = RIGHT[kind]
    about = {"claim_id": "d05-c03", "quote": "推理模型增加参数数量"}
    false = right | ({"references": [about]} if kind == "question" else about)
    seen = []
    made = agent_of(kind, form, [false, right], seen).run_sync("?")
    assert made.output.model_dump() == right
    assert len(seen) == 2
    assert 'quote: expected a passage of d05-c03, got "推理模型增加参数数量"; copy a passage' in told(seen)
    assert right_quote(right) not in told(seen)


@each_kind
@each_form
def test_a_draft_that_does_not_match_is_asked_for_again(kind, form):
    seen = []
    made = agent_of(kind, form, [wrong(kind)[0], RIGHT[kind]], seen).run_sync("?")
    assert made.output.model_dump() == RIGHT[kind]
    assert "claim_id" in told(seen)
    assert "d05-c03" in told(seen)


@each_kind
def test_the_tool_has_every_description(kind):
    seen = []
    agent_of(kind, ToolOutput, [RIGHT[kind]], seen).run_sync("?")
    (tool,) = seen[0][1].output_tools
    assert descriptions(tool.parameters_json_schema) == descriptions(ki.json_schema(kind, profile="draft"))


def test_only_wrong_answers_raise():
    with pytest.raises(UnexpectedModelBehavior):
        agent_of("label", ToolOutput, wrong("label")[:2], []).run_sync("?")

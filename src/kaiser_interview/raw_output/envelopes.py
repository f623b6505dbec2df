"""Take answers of models out of what services and tools store around them: a table, one entry a service."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..validation.findings.display import shown
from ..validation.findings.finding import Fault
from .values import LIMIT, failure

__all__ = ["Answer", "answers_in", "stopped"]


class Answer(NamedTuple):
    """The answer of a model, as a service stores it."""

    content: Any
    """Its text, or a JSON value that the service has parsed already; or a fault, if it is not complete."""
    request_id: str | None
    written: str = ""
    """The text of an answer that is not complete."""


_Steps = tuple[str, ...]
"""A path of names. A name may have alternatives, as ``a|b``."""

_Content = tuple[Any, str]
"""The content of an answer, or its fault, and its text."""


class _Form(NamedTuple):
    """Where a service stores an answer: paths of names, with ``*`` for the elements of a list."""

    service: str
    content: _Steps
    """The path of the content. With ``*``, each element is an answer, or a part of one if ``*`` is last."""
    stop: _Steps = ()
    """The path of the reason for which the model stopped, within the response or the element."""
    marks: tuple[str, ...] = ()
    """Names of which the response must have one, if the path alone is not enough to know the service."""


_PROMPT = ("prompt", "messages", "input", "instruction", "custom_id", "id")
"""Names beside an answer."""

_SERVED = frozenset({"choices", "object", "candidates", "stop_reason", "finish_reason", "type", "created"})
"""Names in responses of services. If there is one, the `id` is that of the answer, not of the request."""

_REASON = ("finish_reason",)

_FORMS = (
    _Form("OpenAI, Azure, Mistral, Together, Groq, Fireworks, vLLM", ("choices", "*", "message"), _REASON),
    _Form("OpenAI, vLLM: completions", ("choices", "*", "text"), _REASON),
    _Form("OpenAI: responses", ("output", "*"), ("status",), ("object", "status", "output_text")),
    _Form("Anthropic; Amazon Bedrock: Claude", ("content",), ("stop_reason",), ("stop_reason",)),
    _Form("Google: Gemini, Vertex AI", ("candidates", "*", "content"), ("finishReason|finish_reason",)),
    _Form("Amazon Bedrock: Nova, Converse", ("output", "message"), ("stopReason",), ("stopReason",)),
    _Form("Amazon Bedrock: Llama", ("generation",), ("stop_reason",), ("stop_reason",)),
    _Form("Amazon Bedrock: Titan", ("results", "*", "outputText"), ("completionReason",)),
    _Form("Amazon Bedrock: Mistral", ("outputs", "*", "text"), ("stop_reason",)),
    _Form("Cohere", ("message",), _REASON, _REASON),
    _Form("Cohere, version 1", ("text",), _REASON, ("generation_id", "finish_reason")),
    _Form("Ollama: chat", ("message",), ("done_reason",), ("done", "done_reason")),
    _Form("Ollama: generate", ("response",), ("done_reason",), ("done", "done_reason")),
    _Form("llama.cpp", ("content",), ("stop_type",), ("stop_type", "stopped_limit", "tokens_predicted")),
    _Form("Prompts and completions", ("completion",), _REASON, _PROMPT),
    _Form("Prompts and responses", ("response",), _REASON, _PROMPT),
    _Form("Prompts and outputs", ("output",), _REASON, _PROMPT),
    _Form("Prompts and answers", ("answer",), _REASON, ("prompt", "custom_id", "id")),
    _Form("Transformers", ("generated_text",), ("details", "finish_reason")),
    _Form("Texts with ids", ("text",), (), ("custom_id", "request_id", "key", "id")),
)

_BATCHES: tuple[tuple[str, _Steps], ...] = (
    ("OpenAI, Azure, Mistral, Together, Groq, Fireworks, vLLM, LiteLLM", ("response", "body")),
    ("Anthropic", ("result", "message")),
    ("Gemini, Vertex AI", ("response",)),
    ("Amazon Bedrock", ("modelOutput",)),
    ("Anthropic: a request that failed", ("result",)),
)
"""Where the results of batch services store the response. The first that is an object is taken."""

_RESULTS = (
    *({"custom_id", name} for name in ("response", "result", "error")),
    *({"response", name} for name in ("request", "key", "metadata")),
    {"key", "error"},
    {"request", "status"},
    {"modelOutput"},
    {"recordId", "error"},
)
"""Names that only results of batch services have together."""

_IDS = ("custom_id", "key", "recordId", "record_id", "request_id", "x_request_id")

_STOPS = {
    **dict.fromkeys(
        (
            "length", "limit", "max_tokens", "max_output_tokens", "max_completion_tokens", "model_length",
            "model_context_window_exceeded", "incomplete", "error_limit", "token limit reached",
            "in_progress", "pause_turn", "2",
        ),
        "answer-truncated",
    ),
    **dict.fromkeys(
        (
            "content_filter", "content_filtered", "refusal", "safety", "recitation", "blocklist", "spii",
            "prohibited_content", "guardrail_intervened", "error_toxic", "image_safety", "blocked",
            "3", "4",
        ),
        "answer-refused",
    ),
    **dict.fromkeys(
        (
            "error", "errored", "failed", "expired", "canceled", "cancelled", "malformed_function_call",
            "abort", "timeout", "user_cancel", "malformed_model_output", "malformed_tool_use", "language",
            "other",
        ),
        "answer-failed",
    ),
}  # fmt: skip
"""The codes for reasons to stop, in lower case. All other reasons are good ones."""

_EXPECTED = {
    "answer-truncated": "a complete answer",
    "answer-refused": "an answer",
    "answer-failed": "a response",
}

_SUGGESTIONS = {
    "answer-truncated": LIMIT,
    "answer-refused": "change the request",
    "answer-failed": "send the request again",
}

_CALLS = ("function", "functionCall", "function_call", "toolUse")

_PARTS = frozenset({"content", "parts", "text", "refusal", "tool_calls", "role", *_CALLS})
"""Names in objects of a service. Other objects are rows, which the service or its client has parsed."""

_ARGUMENTS = ("arguments", "input", "args")

_SUCCESS = frozenset({"", "success", "succeeded", "ok", "completed"})

_BAD_STATUS = 400


def answers_in(given: Mapping[str, Any]) -> list[Answer] | None:
    """Return the answers in the response of a service; None if an object is not a response.

    Parameters
    ----------
    given : mapping
        A line of a file of batch results, a response as its client prints it, or a conversation.
    """
    request_id = _id_of(given)
    for _, steps in _BATCHES:
        body = _at(given, steps)
        if isinstance(body, Mapping) and _is_batch(given):
            fault = _error(given) or _error(body)
            found = None if fault else _of_body(body)
            if found is None:
                found = [(fault or failure("answer-empty", "an answer", "a response without one"), "")]
            return [Answer(one, request_id, written) for one, written in found]
    if _is_batch(given):
        return [Answer(_error(given) or stopped("answer-failed", "no response"), request_id)]
    fault = _error(given)
    found = [(fault, "")] if fault else _of_body(given)
    return None if found is None else [Answer(one, request_id, written) for one, written in found]


def _is_batch(given: Mapping[str, Any]) -> bool:
    """Return whether an object is a result of a batch service."""
    names = given.keys()
    return any(some <= names for some in _RESULTS) and not isinstance(given.get("response"), str)


def _of_body(body: Mapping[str, Any]) -> list[_Content] | None:
    """Return the content of each answer in a response; None if it is not a response."""
    forms = [
        form
        for form in _FORMS
        if form.content[0] in body and not (form.marks and body.keys().isdisjoint(form.marks))
    ]
    for is_stopped in (False, True):
        for form in forms:
            if found := [*_contents(body, form, is_stopped=is_stopped)]:
                return found
    messages = body.get("messages")
    if isinstance(messages, list) and messages and all(isinstance(one, Mapping) for one in messages):
        return _of_conversation(messages)
    feedback = body.get("promptFeedback") or body.get("prompt_feedback")
    if isinstance(feedback, Mapping):
        reason = feedback.get("blockReason") or feedback.get("block_reason")
        return [(stopped("answer-refused", str(reason)), "")]
    return None


def _of_conversation(messages: list[Mapping[str, Any]]) -> list[_Content] | None:
    """Return the content of the last message of the model, as tools for fine-tuning store it."""
    for one in reversed(messages):
        if one.get("role") in {"assistant", "model"}:
            return [_content(one, None)]
    is_conversation = "role" in messages[0]
    return (
        [(failure("answer-empty", "an answer", "a conversation without one"), "")]
        if is_conversation
        else None
    )


def _contents(body: Mapping[str, Any], form: _Form, *, is_stopped: bool) -> Iterator[_Content]:
    """Yield the content of each answer in a response of a form.

    If the model was stopped at once, the content may be missing.
    """
    first, *rest = form.content
    if rest[:1] != ["*"]:
        held = _at(body, form.content)
        if isinstance(held, str | list | Mapping) or (held is None and first in body):
            yield _content(held, _stop_flag(body) or _at(body, form.stop))
        return
    items = body.get(first)
    if not isinstance(items, list) or not all(isinstance(one, Mapping) for one in items):
        return
    if len(rest) == 1:
        # The items are parts of one answer: messages, reasoning, calls of tools.
        yield _content(items, _at(body, ("incomplete_details", "reason")) or _at(body, form.stop))
    else:
        stops = [_at(item, form.stop) for item in items]
        is_known = any(rest[1] in item for item in items) or (is_stopped and any(stops))
        for item, stop in zip(items, stops, strict=True) if is_known else ():
            yield _content(_at(item, tuple(rest[1:])), stop)


def _stop_flag(body: Mapping[str, Any]) -> str | None:
    """Return the reason to stop of services that store flags."""
    if body.get("stopped_limit") is True:
        return "length"
    return "incomplete" if body.get("done") is False else None


def _content(held: Any, stop: Any) -> _Content:
    """Return the content of an answer: its text, or the arguments of its calls of tools if it has no text."""
    texts: list[str] = []
    values: list[Any] = []
    # Clients print members of enumerations, as `FinishReason.MAX_TOKENS`, or their numbers.
    reason = str(stop).rpartition(".")[2]
    code = _STOPS.get(reason.lower())
    for part in _parts(held):
        if isinstance(part, str):
            texts.append(part)
            continue
        values += _arguments(part)
        texts += [part["text"]] if isinstance(part.get("text"), str) else []
        if isinstance(part.get("refusal"), str) and part["refusal"]:
            code, reason = "answer-refused", part["refusal"]
    text = "".join(texts)
    if code:
        return stopped(code, reason), text
    if values:
        # Prose beside a call of a tool is no answer.
        return [*values, *([text] if "{" in text else [])], text
    objects = [
        one for one in (held if isinstance(held, list) else [held]) if isinstance(one, Mapping) and one
    ]
    parsed = [one for one in objects if _PARTS.isdisjoint(one) and not _is_reasoning(one)]
    return (held if parsed and (not text or parsed == objects) else text), text


def _parts(held: Any, depth: int = 4) -> Iterator[str | Mapping[str, Any]]:
    """Yield the parts of a content: texts, and objects with a text, a refusal or the arguments of a tool."""
    if isinstance(held, str):
        yield held
    elif isinstance(held, list):
        for one in held:
            yield from _parts(one, depth)
    elif isinstance(held, Mapping) and not _is_reasoning(held):
        yield held
        for name in ("content", "parts", "tool_calls"):
            if depth and held.get(name):
                yield from _parts(held[name], depth - 1)


def _is_reasoning(part: Mapping[str, Any]) -> bool:
    sort = part.get("type")
    return part.get("thought") is True or sort in {
        "reasoning",
        "thinking",
        "redacted_thinking",
        "summary_text",
    }


def _arguments(part: Mapping[str, Any]) -> list[Any]:
    """Return the arguments of a call of a tool, which are the answer if the request asks for a call."""
    call = next((part[name] for name in _CALLS if name in part), part)
    if not isinstance(call, Mapping) or "name" not in call:
        return []
    given = next((call[name] for name in _ARGUMENTS if name in call), None)
    return [] if given is None else [given]


def stopped(code: str, reason: str) -> Fault:
    """Return the fault of an answer that is not complete, with the reason that the service gives."""
    return failure(code, _EXPECTED[code], shown(reason), _SUGGESTIONS[code])


def _error(given: Mapping[str, Any]) -> Fault | None:
    """Return the fault of a request that failed."""
    sort = _at(given, ("result", "type"))
    error = given.get("error") or _at(given, ("result", "error")) or _at(given, ("response", "error"))
    error = error or _at(given, ("response", "body", "error"))
    status = given.get("status_code") or _at(given, ("response", "status_code"))
    is_bad = isinstance(status, int) and status >= _BAD_STATUS
    status_text = given.get("status")
    if isinstance(status_text, str) and isinstance(given.get("request"), Mapping):
        # Vertex AI has an error there.
        error = error or (status_text if status_text.lower() not in _SUCCESS else None)
    if not (error or is_bad or sort in {"errored", "canceled", "expired"}):
        return None
    message, words = _message(error), json.dumps(error, default=str)
    is_refused = any(word in words for word in ("content_filter", "content_policy", "ContentFilter"))
    return stopped("answer-refused" if is_refused else "answer-failed", message or str(sort or status))


def _message(error: Any, depth: int = 4) -> str:
    """Return the message of an error; the innermost object with one has it."""
    if isinstance(error, str):
        return error
    if not isinstance(error, Mapping) or not depth:
        return ""
    inner = _message(error.get("error"), depth - 1)
    return inner or next(
        (one for name in ("message", "code", "type") if isinstance(one := error.get(name), str)), ""
    )


def _id_of(given: Mapping[str, Any]) -> str | None:
    for name in (*_IDS, *(("id",) if given.keys().isdisjoint(_SERVED) else ())):
        one = given.get(name)
        if isinstance(one, str | int) and not isinstance(one, bool):
            return str(one)
    one = _at(given, ("metadata", "key"))
    return str(one) if isinstance(one, str | int) else None


def _at(given: Any, steps: _Steps) -> Any:
    """Return the value at a path; None if there is none. A step may have several names, as ``a|b``."""
    if not steps:
        return None
    for step in steps:
        names = given if isinstance(given, Mapping) else {}
        given = next((names[name] for name in step.split("|") if name in names), None)
    return given

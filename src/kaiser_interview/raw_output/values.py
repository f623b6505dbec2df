"""Find the JSON values in the text of an answer: in fences, in prose, after reasoning."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import jiter

from ..validation.findings.display import shown
from ..validation.findings.finding import Fault
from ..validation.formats.json.text import DEEPEST, parse
from .almost_json import LONGEST_REPAIR, repaired

__all__ = ["Value", "failure", "strict", "values_in"]

_REASONING = "think|thinking|thought|reasoning|reflection|analysis|scratchpad"

_OPENED = re.compile(rf"<(?:{_REASONING})>|\[THINK\]|◁think▷", re.IGNORECASE)

_CLOSED = re.compile(rf"</(?:{_REASONING})>|\[/THINK\]|◁/think▷", re.IGNORECASE)

_CHANNEL = re.compile(r"<\|channel\|>\s*(\w+)[^<]*<\|message\|>")

_ANSWER = re.compile(r"<(answer|final|output|result|json|response)>(.*?)</\1>", re.DOTALL | re.IGNORECASE)

_FENCE = re.compile(r"^[ \t>]*(?:[-*+]|[0-9]+[.)])?[ \t]*(`{3,}|~{3,})[ \t]*([\w+.-]*)[^\n]*$", re.MULTILINE)

# A bracket that begins JSON, rather than a remark, a citation marker or a formula.
_START = re.compile(r"""\{\s*(?:["'“‘]|[^\W\d][\w-]*\s*:|//|/\*|\#)|\[\s*[\[{"'“‘]""")

_FLAT = re.compile(r'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)

_BRACKET = re.compile(r"[\[\]{}]")

_MOST_REPAIRED = 4 * LONGEST_REPAIR
"""Maximum number of characters of one answer that are given to the repair library."""

_MOST_UNCLOSED = 50
"""Maximum number of quotation marks without an end after which a search begins again."""

_DEEPEST_REPAIR = 50
"""Maximum nesting of a text that is repaired: json-repair takes quadratic time for deep nesting."""


class Value(NamedTuple):
    """A JSON value in an answer."""

    value: Any
    is_repaired: bool = False


def failure(code: str, expected: str, got: str, suggestion: str | None = None) -> Fault:
    """Return the fault of an answer without rows."""
    return Fault(code, (), expected, got, suggestion)


def strict(data: bytes) -> Any:
    """Return the value of a JSON text; None if it is invalid."""
    try:
        return jiter.from_json(data, catch_duplicate_keys=True, allow_inf_nan=False, cache_mode="keys")
    except ValueError:
        return None


def values_in(text: str) -> list[Value] | Fault:
    """Return the JSON values in an answer, or the reason why there are none.

    An answer is read completely or not at all: if one of its values is cut off or invalid, none is returned.
    The time is linear in the length of the text.
    """
    value = strict(text.encode("utf-8", "surrogatepass"))
    if isinstance(value, dict | list):
        return [Value(value)]
    if isinstance(value, str):
        return values_in(value)  # encoded once more, so it is shorter
    if not text.strip("\ufeff \t\r\n"):
        return _empty()
    final = _without_reasoning(text)
    if final is None:
        return failure("answer-truncated", "a complete answer", "reasoning without an answer", _LIMIT)
    if not final.strip():
        return _empty()
    search = _Search()
    found: list[Value] = []
    regions = [region for region in _fenced(final) if _START.search(region)]
    for region in regions or [final]:
        for one in search.values(region):
            if isinstance(one, Fault):
                return one
            found.append(one)
    return found or failure("answer-without-rows", "rows as JSON", shown(final.strip()))


_LIMIT = "raise the limit of output tokens, or ask for fewer rows at once"


def _empty() -> Fault:
    return failure("answer-empty", "an answer", "an empty text")


def _without_reasoning(text: str) -> str | None:
    """Return the answer without the model's reasoning; None if the reasoning does not end."""
    channels = [*_CHANNEL.finditer(text)]
    if channels:
        if channels[-1][1].lower() not in {"final", "commentary"}:
            return None
        text = text[channels[-1].end() :]
    # Without an opening mark, the prompt had it.
    text = text[max((one.end() for one in _CLOSED.finditer(text)), default=0) :]
    opened = _OPENED.search(text)
    if opened and opened.start() < _first(_START, text):
        return None
    answers = [*_ANSWER.finditer(text)]
    return answers[-1][2] if answers else text


def _first(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return found.start() if found else len(text)


def _fenced(text: str) -> Iterator[str]:
    """Yield the content of each Markdown fence; an unclosed one ends with the text."""
    mark, start = "", 0
    for found in _FENCE.finditer(text):
        if not mark:
            mark, start = found[1], found.end()
        elif found[1].startswith(mark) and not found[2]:
            yield text[start : found.start()]
            mark = ""
    if mark:
        yield text[start:]


class _Search:
    """A search for the values of one answer, with limits for all of its parts together."""

    def __init__(self) -> None:
        self._repaired = 0
        self._unclosed = 0

    def values(self, text: str) -> Iterator[Value | Fault]:
        """Yield each object and array that does not stand inside another one."""
        at = 0
        while found := _START.search(text, at):
            start = found.start()
            end, depth = self._end(text, start)
            if end is None:
                got = f"the end of the text after {shown(text.rstrip()[-24:])}"
                yield failure("answer-truncated", "complete JSON", got, _LIMIT)
                return
            yield self._value(text[start:end], depth)
            at = end

    def _end(self, text: str, start: int) -> tuple[int | None, int]:
        """Return the position after the bracket that closes the one at `start`, and the greatest depth."""
        if self._unclosed < _MOST_UNCLOSED:
            at, depth, deepest = start, 0, 0
            while (mark := text[at : at + 1]) not in {"", '"'}:
                depth += 1 if mark in "[{" else -1
                deepest = max(deepest, depth)
                at += 1
                if depth == 0:
                    return at, deepest
                flat = _FLAT.match(text, at)
                at = flat.end() if flat else at
            if not mark:
                return None, deepest
            self._unclosed += 1
        # A quotation mark has no pair: count the brackets inside strings too.
        depth, deepest = 0, 0
        for found in _BRACKET.finditer(text, start):
            depth += 1 if found[0] in "[{" else -1
            deepest = max(deepest, depth)
            if depth == 0:
                return found.end(), deepest
        return None, deepest

    def _value(self, text: str, depth: int) -> Value | Fault:
        data = text.encode("utf-8", "surrogatepass")
        value = strict(data)
        if value is not None:
            return Value(value)
        if depth > DEEPEST:
            return failure("answer-unreadable", f"at most about {DEEPEST} nesting levels", "more")
        self._repaired += len(text)
        if depth <= _DEEPEST_REPAIR and self._repaired <= _MOST_REPAIRED:
            value = repaired(text)
        if value is not None:
            return Value(value, is_repaired=True)
        _, fault = parse(data)
        return (fault or _empty())._replace(code="answer-unreadable", path=(), suggestion=None)

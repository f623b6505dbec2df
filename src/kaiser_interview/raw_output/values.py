"""Find the JSON values in the text of an answer: in fences, in prose, after reasoning."""

import html
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

_CHANNEL = re.compile(r"<\|channel\|>\s*(\w+)[^<]*(?:<\|constrain\|>[^<]*)?<\|message\|>")

_REFUSAL = re.compile(
    r"\W*(?:i['’]?m (?:very |really |so )?sorry|sorry|i (?:sincerely )?apologi[sz]e|i can(?:['’]t|not)"
    r"|i won['’]t|i(?: am|['’]m) (?:unable|not able)|i don['’]t feel comfortable|unfortunately, i|as an ai"
    r"|(?:非常|很|十分)?抱歉|对不起|作为一[个名]?(?:人工智能|ai)|我(?:无法|不能|没有办法))",
    re.IGNORECASE,
)
"""The beginning of a refusal, in an answer without JSON."""

_ANSWER = re.compile(r"<(/?)(?:answer|final|output|result|json|response)>", re.IGNORECASE)

# Each begins with literal characters, which makes the search fast.
_FENCES = {
    "```": re.compile(r"```(`*)[ \t]*([\w+.-]*)[^\n`]*$", re.MULTILINE),
    "~~~": re.compile(r"~~~(~*)[ \t]*([\w+.-]*)[^\n]*$", re.MULTILINE),
}

_BEFORE_FENCE = re.compile(r"[ \t>]*(?:[-*+]|[0-9]+[.)])?[ \t]*")

# A bracket that begins JSON, rather than a remark, a citation marker or a formula.
_START = re.compile(r"""\{\s*(?:["'“‘]|[^\W\d][\w-]*\s*:|//|/\*|\#)|\[\s*[\[{"'“‘]""")

_FLAT = re.compile(r'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)

_BRACKET = re.compile(r"[\[\]{}]")

_JSON = frozenset('{["')

_MOST_REPAIRED = 4 * LONGEST_REPAIR
"""Maximum number of characters of one answer that are given to the repair library."""

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
        return jiter.from_json(data, catch_duplicate_keys=True, allow_inf_nan=False)
    except ValueError:
        return None


def _strict(text: str) -> Any:
    # An error is slow, and most texts are not JSON as a whole.
    return strict(text.encode("utf-8", "surrogatepass")) if text.lstrip()[:1] in _JSON else None


def values_in(text: str) -> list[Value] | Fault:
    """Return the JSON values in an answer, or the reason why there are none.

    An answer is read completely or not at all: if one of its values is cut off or invalid, none is returned.
    The time is linear in the length of the text.
    """
    value = _strict(text)
    if isinstance(value, dict | list):
        return [Value(value)]
    if isinstance(value, str):
        return values_in(value)  # encoded once more, so it is shorter
    if not text.strip("\ufeff \t\r\n"):
        return _empty()
    final = _without_reasoning(text)
    if final is None:
        return failure("answer-truncated", "a complete answer", "reasoning without an answer", _LIMIT)
    if '"' not in final and "&quot;" in final:
        final = html.unescape(final)
    search = _Search()
    found: list[Value] = []
    for region in _regions(final):
        some = search.values(region)
        if isinstance(some, Fault):
            return some
        found += some
    return found or _without_values(final.strip())


def _without_values(text: str) -> Fault:
    """Return the fault of an answer without JSON."""
    if not text.replace("```json", "").strip("`~ \t\r\n"):
        return _empty()
    code = "answer-refused" if _REFUSAL.match(text) else "answer-without-rows"
    return failure(code, "rows as JSON", shown(text))


_LIMIT = "raise the limit of output tokens, or ask for fewer rows at once"


def _empty() -> Fault:
    return failure("answer-empty", "an answer", "an empty text")


def _without_reasoning(text: str) -> str | None:
    """Return the answer without the model's reasoning; None if the reasoning does not end."""
    if "<" not in text and "THINK]" not in text and "◁" not in text:
        return text
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
    start = 0
    for found in _ANSWER.finditer(text):
        if found[1] and start:
            return text[start : found.start()]
        start = found.end()
    return text


def _first(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return found.start() if found else len(text)


def _regions(text: str) -> list[str]:
    """Return the parts of a text that may hold JSON: the Markdown fences with any, or else the whole text."""
    return [one for one in _fenced(text) if _START.search(one)] or [text]


def _fenced(text: str) -> Iterator[str]:
    """Yield the content of each Markdown fence; an unclosed one ends with the text."""
    places = [(text.find(mark), mark) for mark in _FENCES if mark in text]
    start, size = None, 0
    for found in _FENCES[min(places)[1]].finditer(text) if places else ():
        line = text.rfind("\n", 0, found.start()) + 1
        if not _BEFORE_FENCE.fullmatch(text, line, found.start()):
            continue
        if start is None:
            start, size = found.end(), len(found[1])
        elif len(found[1]) >= size and not found[2]:
            yield text[start : found.start()]
            start = None
    if start is not None:
        yield text[start:]


class _Search:
    """A search for the values of one answer, with a limit for all of its parts together."""

    def __init__(self) -> None:
        self._repaired = 0

    def values(self, text: str) -> list[Value] | Fault:
        """Return the objects and arrays of a text, except those inside others."""
        whole = _strict(text)
        if isinstance(whole, dict | list):
            return [Value(whole)]  # faster than a search for its end
        found: list[Value] = []
        at = 0
        while start := _START.search(text, at):
            end, depth = _end(text, start.start())
            if end is None:
                got = f"the end of the text after {shown(text.rstrip()[-24:])}"
                return failure("answer-truncated", "complete JSON", got, _LIMIT)
            value = self._value(text[start.start() : end], depth)
            if isinstance(value, Fault):
                return value
            found.append(value)
            at = end
        return found

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


def _end(text: str, start: int) -> tuple[int | None, int]:
    """Return the position after the bracket that closes the one at `start`, and the greatest depth."""
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
    # A quotation mark has no pair: count the brackets after it too, as if there were no strings.
    depth, deepest = 0, 0
    for found in _BRACKET.finditer(text, start):
        depth += 1 if found[0] in "[{" else -1
        deepest = max(deepest, depth)
        if depth == 0:
            return found.end(), deepest
    return None, deepest

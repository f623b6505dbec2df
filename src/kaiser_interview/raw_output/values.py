"""Find the JSON values in the text of an answer: in fences, in prose, after reasoning."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import jiter

from ..validation.findings.display import shown
from ..validation.findings.finding import Fault
from ..validation.formats.json.text import DEEPEST, parse
from .almost_json import BETWEEN, repaired

__all__ = ["LIMIT", "Value", "failure", "strict", "values_in"]

_REASONING = "think|thinking|thought|reasoning|reflection|analysis|scratchpad"

_TAG = re.compile(rf"<(/?)(?:{_REASONING})>|\[(/?)THINK\]|◁(/?)think▷", re.IGNORECASE)

_CHANNEL = re.compile(r"<\|channel\|>\s*+(\w++)[^<]*+(?:<\|constrain\|>[^<]*+)?<\|message\|>")

_ANSWER = re.compile(r"<(/?)(?:answer|final|output|result|json|response)>", re.IGNORECASE)

_FENCES = {
    "```": re.compile(r"```(`*+)[ \t]*+([\w+.-]*+)[^\n`]*+$", re.MULTILINE),
    "~~~": re.compile(r"~~~(~*+)[ \t]*+([\w+.-]*+)[^\n]*+$", re.MULTILINE),
}

_BEFORE_FENCE = re.compile(r"[ \t>]*+(?:[-*+]|[0-9]++[.)])?+[ \t]*+")

_REFUSAL = re.compile(
    r"\W*(?:i['’]?m (?:very |really |so )?sorry|sorry|i (?:sincerely )?apologi[sz]e|i can(?:['’]t|not)"
    r"|i won['’]t|i(?: am|['’]m) (?:unable|not able)|i don['’]t feel comfortable|unfortunately, i|as an ai"
    r"|(?:非常|很|十分)?抱歉|对不起|作为一[个名]?(?:人工智能|ai)|我(?:无法|不能|没有办法))",
    re.IGNORECASE,
)
"""The beginning of a refusal, in an answer without JSON."""

_QUOTED = re.compile(r"\{\s*&quot;[^&]*&quot;\s*:")
"""JSON in which a service has escaped the quotation marks."""

# A bracket that begins JSON, rather than a remark, a citation marker or a formula.
_START = re.compile(
    r"""\{\s*+(?:["'“‘]|[^\W\d][\w-]*+\s*+[:：]|//|/\*|\#)"""
    r"""|\[\s*+(?:[\[{"'“‘]|//|/\*|\#|null\b|None\b)"""
)

_BEGUN = re.compile(r"[\[{]\s*\Z")
"""A bracket at the end of an answer that was cut off."""

_FLAT = re.compile(r'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)

_SPACES = re.compile(" +")

_BRACKET = re.compile(r"[\[\]{}]")

LIMIT = "raise the limit of output tokens, or ask for fewer rows at once"
"""The suggestion for an answer that was cut off."""

_JSON = frozenset('{["')

_LONGEST_REPAIR = 1 << 14
"""Maximum number of characters of one answer that are repaired, if they are in one object.

The time of json-repair may be quadratic, so the squares of the lengths of objects count.
"""

_MOST_UNPAIRED = 20
"""Maximum number of searches in one answer that read to its end: a quotation mark has no pair."""

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
    text = text.strip("\ufeff \t\r\n")
    if not text:
        return _empty()
    value = _strict(text)
    if isinstance(value, dict | list):
        return [Value(value)]
    if isinstance(value, str):
        return values_in(value)  # encoded once more, so it is shorter
    final: str | None = text
    joint = None
    if "<" in text or "THINK]" in text or "◁" in text:
        joint = _joint(text)
        final = _without_reasoning(text, joint)
    if final is None:
        return failure("answer-truncated", "a complete answer", "reasoning without an answer", LIMIT)
    search = _Search(joint)
    if "&quot;" in final and _QUOTED.search(final):
        final, search.is_repaired = final.replace("&quot;", '"'), True
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


def _empty() -> Fault:
    return failure("answer-empty", "an answer", "an empty text")


def _joint(text: str) -> str:
    """Return white space that is not in a text, to join what is left of it."""
    return f"\n{' ' * (1 + max(map(len, _SPACES.findall(text)), default=0))}\n"


def _without_reasoning(text: str, joint: str) -> str | None:
    """Return the answer without the model's reasoning; None if the reasoning does not end."""
    channels = [*_CHANNEL.finditer(text)]
    if channels:
        ends = [*(one.start() for one in channels[1:]), len(text)]
        messages = zip(channels, ends, strict=True)
        final = [text[one.end() : end] for one, end in messages if one[1].lower() in {"final", "commentary"}]
        if not final:
            return None
        text = joint.join(final)
    kept: list[str] = []
    at, is_open = 0, False
    for tag in _outside_strings(_TAG, text):
        if any(tag.groups()):
            # Without an opening tag, the prompt had it.
            kept, at, is_open = kept if is_open else [], tag.end(), False
        elif not is_open:
            kept.append(text[at : tag.start()])
            is_open = True
    return None if is_open else _tagged(joint.join([*kept, text[at:]]), joint)


def _outside_strings(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield the matches of a pattern that are not inside a JSON string on one line."""
    at, quotes = 0, 0
    for found in pattern.finditer(text):
        line = text.rfind("\n", at, found.start()) + 1
        quotes = text.count('"', max(line, at), found.start()) + (0 if line else quotes)
        at = found.end()
        if quotes % 2 == 0:
            yield found


def _tagged(text: str, joint: str) -> str:
    """Return what is in the tags for answers, if that is JSON; otherwise the whole text."""
    parts: list[str] = []
    start = 0
    for found in _outside_strings(_ANSWER, text):
        if found[1] and start:
            parts.append(text[start : found.start()])
        start = 0 if found[1] else found.end()
    answer = joint.join(parts)
    return answer if _START.search(answer) else text


def _regions(text: str) -> list[str]:
    """Return the parts of a text that may hold JSON: the Markdown fences with any, or else the whole text."""
    return [one for one in _fenced(text) if one.lstrip()[:1] in _JSON or _START.search(one)] or [text]


def _fenced(text: str) -> Iterator[str]:
    """Yield the content of each Markdown fence; an unclosed one ends with the text."""
    start, opened, size = 0, "", 0
    for fence in _fences(text):
        mark = fence[0][:3]
        if not opened:
            # The rest of the line is a title, or already the content.
            start, opened, size = fence.end(2), mark, len(fence[1])
        elif mark == opened and len(fence[1]) >= size and not fence[2]:
            yield text[start : fence.start()]
            opened = ""
    if opened:
        yield text[start:]


def _fences(text: str) -> list[re.Match[str]]:
    """Return the lines that open or close a fence, in order."""
    found: list[re.Match[str]] = []
    for mark, pattern in _FENCES.items():
        at, before = text.find(mark), 0
        while at >= 0:
            line = text.rfind("\n", before, at) + 1
            # Only the first mark of a line can be a fence.
            if (line or not before) and (line == at or _BEFORE_FENCE.fullmatch(text, line, at)):
                fence = pattern.match(text, at)
                found += [fence] if fence else []
            before = at + len(mark)
            at = text.find(mark, before)
    return sorted(found, key=re.Match.start) if len(found) > 1 else found


class _Search:
    """A search for the values of one answer, with limits for all of its parts together.

    Parameters
    ----------
    joint : str or None
        What joins parts of the answer. A text that has it is not repaired: a string could go across it.

    Attributes
    ----------
    is_repaired : bool
        Whether all values of the answer are repaired.
    """

    def __init__(self, joint: str | None) -> None:
        self.is_repaired: bool = False
        self._joint = joint
        self._cost = 0
        self._unpaired = 0

    def values(self, text: str) -> list[Value] | Fault:
        """Return the objects and arrays of a text, except those inside others."""
        whole = _strict(text)
        if isinstance(whole, dict | list):
            return [Value(whole, self.is_repaired)]  # faster than a search for its end
        found: list[Value] = []
        at = 0
        while start := _START.search(text, at):
            end, depth = self._end(text, start.start())
            value = _cut_off(text) if end is None else self._value(text[start.start() : end], depth)
            if isinstance(value, Fault):
                return value
            found.append(value)
            at = end or len(text)
        return _cut_off(text) if _BEGUN.search(text, at) else found

    def _value(self, text: str, depth: int) -> Value | Fault:
        data = text.encode("utf-8", "surrogatepass")
        value = strict(data)
        if value is not None:
            return Value(value, self.is_repaired)
        if depth > DEEPEST:
            return failure("answer-unreadable", f"at most about {DEEPEST} nesting levels", "more")
        if text[0] == "[" and (elements := self._elements(text)) is not None:
            return elements
        self._cost += len(text) ** 2
        is_short = depth <= _DEEPEST_REPAIR and self._cost <= _LONGEST_REPAIR**2
        if is_short and (self._joint is None or self._joint not in text):
            value = repaired(text)
        if value is not None:
            return Value(value, is_repaired=True)
        _, fault = parse(data)
        return (fault or _empty())._replace(code="answer-unreadable", path=(), suggestion=None)

    def _elements(self, text: str) -> Value | Fault | None:
        """Return the elements of an almost-JSON array; None if not all are objects or arrays."""
        values: list[Any] = []
        at = _after_between(text, 1)
        while text[at : at + 1] in {"{", "["}:
            end, depth = self._end(text, at)
            value = self._value(text[at:end], depth)
            if isinstance(value, Fault):
                return value
            values.append(value.value)
            at = _after_between(text, end or len(text))
        return Value(values, is_repaired=True) if at == len(text) - 1 else None

    def _end(self, text: str, start: int) -> tuple[int | None, int]:
        """Return the position after the bracket that closes the one at `start`, and the greatest depth."""
        if self._unpaired <= _MOST_UNPAIRED:
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
            self._unpaired += 1
        # A quotation mark has no pair: count the brackets after it too, as if there were no strings.
        depth, deepest = 0, 0
        for found in _BRACKET.finditer(text, start):
            depth += 1 if found[0] in "[{" else -1
            deepest = max(deepest, depth)
            if depth == 0:
                return found.end(), deepest
        return None, deepest


def _cut_off(text: str) -> Fault:
    got = f"the end of the text after {shown(text.rstrip()[-24:])}"
    return failure("answer-truncated", "complete JSON", got, LIMIT)


def _after_between(text: str, at: int) -> int:
    found = BETWEEN.match(text, at)
    return found.end() if found else at

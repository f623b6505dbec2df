"""Cut texts into claims and headings, to make the files of a corpus from any text."""

import json
import re
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from ..errors import CorpusError, InputError, known_name
from .files import LONGEST_NUMBER

__all__ = ["Cut", "Headings", "Markers", "Spans", "Unit", "corpus_files", "numbered", "table_files"]

Unit = Literal["line", "bullet", "paragraph", "document"]

Span: TypeAlias = tuple[int, int]

Spans: TypeAlias = Sequence[Span] | Mapping[str, Sequence[Span]]

Cut: TypeAlias = Unit | Callable[[str], Iterable[Span]] | Spans
"""A unit; a function that returns the spans of the claims in a text; or the spans, by source if several.

Spans are pairs of offsets in code points, the end exclusive.
"""

Headings: TypeAlias = Literal["markdown", "numbered"] | re.Pattern[str]
"""The lines that are headings. A pattern matches a whole line; its first group, if any, is the title."""

Markers: TypeAlias = Literal["printed"] | re.Pattern[str]
"""The markers at the end of a claim: all common forms, or a pattern of one marker."""

_BULLET = re.compile(r"[ \t]*(?:[-*+•‣◦・]|[0-9]{1,4}[.)、])[ \t]+(?=\S)")

_HEADINGS = {
    "markdown": re.compile(r"[ ]{0,3}#{1,6}[ \t]+(.*)"),
    "numbered": re.compile(r"(?:[0-9]+(?:\.[0-9]+)*[.、]?|[IVXLC]+\.|第\w{1,6}[章节節回部])[ \t]+(.*)"),
}

_MARKER = re.compile(
    r"\[\^?\w{1,12}\]|\[[0-9]+(?:[ ]?[,，;；–-][ ]?[0-9]+)+\]|[(（][0-9]{1,4}[)）]|[⁰¹²³⁴⁵⁶⁷⁸⁹]+"
)
"""Such as ``[6]``, ``[^note]``, ``[6, 7]``, ``(6)`` and superscripts."""

_LONGEST_MARKER = 500
"""Maximum number of characters of a marker."""

_WIDTH = 3
"""Minimum number of digits in an id, so that ids sort in the order of the text."""


class _Line(NamedTuple):
    """A line that is not blank, without the white space around it."""

    start: int
    end: int
    title: str | None
    """The title, if the line is a heading."""


def corpus_files(
    texts: Mapping[str, str], cut: Cut, headings: Headings | None = None, markers: Markers | None = None
) -> dict[str, bytes]:
    """Return the files of a corpus of texts, as `read_corpus` reads them.

    Parameters
    ----------
    texts : mapping of str to str
        The texts by source id.
    cut : Cut
        How to cut them into claims.
    headings : Headings, optional
        The lines that are headings and not claims.
    markers : Markers, optional
        The markers that are outside the text of a claim and inside its passage.

    Raises
    ------
    CorpusError
        A text has no claim, or a span is invalid.
    UnknownNameError
        There is no unit, or sort of headings or markers, with a name.
    """
    title = _pattern("headings", headings, _HEADINGS)
    at_end = _at_end(_pattern("markers", markers, {"printed": _MARKER}))
    if not texts:
        raise CorpusError("text", None, "expected at least one text, got none")
    for given in texts.items():
        if not all(isinstance(one, str) for one in given):
            got = " to ".join(type(one).__name__ for one in given)
            raise InputError(f"text: expected a mapping of str to str, got one of {got}")
    _check_cut(texts, cut)
    sources, claims, dialogues = [], [], []
    for source_id, text in texts.items():
        lines = [*_lines(text, title)]
        found = [line for line in lines if line.title is not None]
        prefix = f"{source_id}-" if len(texts) > 1 else ""
        ids, starts = numbered(f"{prefix}h", len(found)), [line.start for line in found]
        spans = [*_spans(source_id, text, cut, lines)]
        sources.append({"source_id": source_id, "text": text})
        for dialogue_id, line in zip(ids, found, strict=True):
            at = {"title": line.title, "start": line.start}
            dialogues.append({"dialogue_id": dialogue_id, "source_id": source_id, **at})
        for claim_id, (start, end) in zip(numbered(f"{prefix}c", len(spans)), spans, strict=True):
            claim = {"claim_id": claim_id, "source_id": source_id} | _claim(text, start, end, at_end)
            above = bisect(starts, start)
            claims.append(claim | ({"dialogue_id": ids[above - 1]} if above else {}))
    tables = {"sources.jsonl": sources, "claims.jsonl": claims, "dialogues.jsonl": dialogues}
    return table_files(tables)


def _pattern(option: str, given: object, named: Mapping[str, re.Pattern[str]]) -> re.Pattern[str] | None:
    """Return the pattern with a name, or the given one.

    Raises
    ------
    UnknownNameError
        There is no pattern with the name.
    InputError
        It is neither a name nor a pattern of text.
    """
    if isinstance(given, str):
        return named[known_name(option, given, named)]
    if given is None or (isinstance(given, re.Pattern) and isinstance(given.pattern, str)):
        return given
    raise InputError(f"{option}: expected a name or a compiled pattern of text, got {given!r:.80}")


def _at_end(marker: re.Pattern[str] | None) -> re.Pattern[str] | None:
    """Return a pattern of a marker at the end of a text.

    Raises
    ------
    InputError
        The pattern has flags for the whole pattern in it.
    """
    if marker is None:
        return None
    line_end = "\n" if marker.flags & re.VERBOSE else ""  # ends a comment
    try:
        return re.compile(rf"(?:{marker.pattern}{line_end})\Z", marker.flags)
    except re.error as error:
        expected = "a pattern with flags such as (?i:…), not (?i)"
        raise InputError(f"markers: expected {expected}: {error}") from None


def _lines(text: str, title: re.Pattern[str] | None) -> Iterator[_Line]:
    for found in re.finditer(r"[^\n]+", text):
        start, end = _stripped(text, *found.span())
        if start < end:
            heading = title.fullmatch(text, start, end) if title else None
            yield _Line(start, end, heading and _title(heading))


def _title(heading: re.Match[str]) -> str:
    """Return the title of a heading: its first group if it has one that can be found again, else the line."""
    title = (heading[1] or "").rstrip() if heading.re.groups else ""
    if heading.re is _HEADINGS["markdown"]:
        title = title.rstrip("#").rstrip()
    at = heading.start(1) if title else 0
    is_found = heading.string.find(title, heading.start(), at + len(title)) == at
    return title if title and is_found and at - heading.start() <= LONGEST_NUMBER else heading[0]


def _spans(source_id: str, text: str, cut: Cut, lines: Sequence[_Line]) -> Iterator[Span]:
    """Yield the spans of the claims of a text.

    Raises
    ------
    CorpusError
        There are none, or one is not a span of the text.
    """
    if isinstance(cut, Mapping):
        cut = cut.get(source_id, ())
    if callable(cut):
        spans: Iterable[Span] = cut(text)
    elif isinstance(cut, str):
        spans = _UNITS[known_name("unit", cut, _UNITS)](text, lines)
    else:
        spans = cut
    count = 0
    for span in spans:
        if not _is_span(span, len(text)):
            raise CorpusError(
                source_id, None, f"span: expected a pair from 0 to {len(text)}, got {span!r:.80}"
            )
        # Splitters of sentences include the white space between them.
        start, end = _stripped(text, *span)
        if start < end:
            count += 1
            yield start, end
    if not count:
        what = cut if isinstance(cut, str) else "span"
        raise CorpusError(source_id, None, f"text: expected at least one {what}, got none")


def _check_cut(texts: Mapping[str, str], cut: object) -> None:
    """Raise an error if there is no such unit, or spans do not say which text they are of.

    Raises
    ------
    UnknownNameError
        There is no such unit, or no text with the source id of some spans.
    InputError
        The cut is of another type, or is a list of spans although there are several texts.
    """
    if isinstance(cut, Mapping):
        for source_id in cut:
            known_name("source", source_id, texts)
    elif isinstance(cut, Sequence) and not isinstance(cut, str | bytes):
        if len(texts) > 1:
            raise InputError("unit: expected spans by source id, because there are several texts, got a list")
    elif not callable(cut):
        known_name("unit", cut, _UNITS)


def _is_span(span: Any, length: int) -> bool:
    is_pair = isinstance(span, tuple | list) and [*map(type, span)] == [int, int]
    return is_pair and bool(0 <= span[0] < span[1] <= length)


def _by_line(_: str, lines: Sequence[_Line]) -> Iterator[Span]:
    return ((line.start, line.end) for line in lines if line.title is None)


def _by_bullet(text: str, lines: Sequence[_Line]) -> Iterator[Span]:
    """Yield the items of lists; an item ends before a blank line, a heading or the next item."""
    start, end = -1, -1
    for line in lines:
        bullet = _BULLET.match(text, text.rfind("\n", 0, line.start) + 1, line.end)
        goes_on = start >= 0 and line.title is None and not bullet and _is_next_line(text, end, line.start)
        if start >= 0 and not goes_on:
            yield start, end
            start = -1
        if goes_on:
            end = line.end
        elif bullet and line.title is None:
            start, end = bullet.end(), line.end
    if start >= 0:
        yield start, end


def _by_paragraph(text: str, lines: Sequence[_Line]) -> Iterator[Span]:
    start, end = -1, -1
    for line in lines:
        if start >= 0 and (line.title is not None or not _is_next_line(text, end, line.start)):
            yield start, end
            start = -1
        if line.title is None:
            start, end = start if start >= 0 else line.start, line.end
    if start >= 0:
        yield start, end


def _by_document(text: str, _: Sequence[_Line]) -> Iterator[Span]:
    start, end = _stripped(text, 0, len(text))
    return iter([(start, end)] if start < end else [])


_UNITS: dict[str, Callable[[str, Sequence[_Line]], Iterator[Span]]] = {
    "line": _by_line,
    "bullet": _by_bullet,
    "paragraph": _by_paragraph,
    "document": _by_document,
}


def _is_next_line(text: str, end: int, start: int) -> bool:
    """Return whether there is no blank line between two lines."""
    return text.count("\n", end, start) == 1


def _stripped(text: str, start: int, end: int) -> Span:
    """Return a span without the white space around it; an empty one ends where it starts."""
    part = text[start:end]
    end -= len(part) - len(part.rstrip())
    return min(end, start + len(part) - len(part.lstrip())), end


def _claim(text: str, start: int, end: int, at_end: re.Pattern[str] | None) -> dict[str, Any]:
    """Return the text, the offsets and the markers of a claim. A claim of markers only has none."""
    stop = end
    while at_end and (found := at_end.search(text, max(start, stop - _LONGEST_MARKER), stop)) and found[0]:
        _, stop = _stripped(text, start, found.start())
    if stop in {start, end}:
        return {"text": text[start:end], "start": start, "end": end}
    return {"text": text[start:stop], "start": start, "end": stop, "markers": text[stop:end].strip()}


def numbered(prefix: str, count: int) -> list[str]:
    """Return ids with a prefix and a number from 1, all of the same width."""
    width = max(_WIDTH, len(str(count)))
    return [f"{prefix}{number:0{width}}" for number in range(1, count + 1)]


def table_files(tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, bytes]:
    """Return tables as JSON Lines, by file name, without empty ones."""
    return {
        name: "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode(
            "utf-8", "surrogatepass"
        )
        for name, rows in tables.items()
        if rows
    }

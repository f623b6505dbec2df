"""Put a quote below the source's own words, with the differences marked in both."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from ..corpus.differences import Change, changes
from ..corpus.search import Match
from ..validation.findings.finding import Finding

__all__ = ["Line", "Part", "alignment", "differences", "suggested"]

# What `marked` makes of the closest passage: the place, and the passage with its differences.
_CLOSEST = re.compile(r"(closest passage .*?[0-9]+ to [0-9]+): (.*⟦[^⟦⟧→]*→[^⟦⟧]*⟧.*)", re.DOTALL)
_CHANGE = re.compile(r"⟦([^⟦⟧→]*)→([^⟦⟧]*)⟧")

_MOST_CHANGES = 40
"""The most differences to show; beyond, two texts have little in common."""

_MARKS = {"safe": "[*] ", "unsafe": "[?] "}


class Part(NamedTuple):
    """A part of a text: the same in both, or different."""

    text: str
    other: str | None = None
    """What the other text has here; None if it has the same."""


class Line(NamedTuple):
    """One of two texts that are compared."""

    label: str
    parts: tuple[Part, ...]


def alignment(finding: Finding) -> tuple[Line, ...]:
    """Return a wrong text and the right one with their differences; nothing if a finding has no such texts.

    These are a quote and the closest passage, or a text before and after a fix.
    """
    if finding.suggestion is None:
        return ()
    if closest := _CLOSEST.fullmatch(finding.suggestion.text):
        passage = closest[2]
        edges = [0, *(at for one in _CHANGE.finditer(passage) for at in one.span()), len(passage)]
        pairs = []
        for start, end in pairwise(edges):
            change = _CHANGE.fullmatch(passage, start, end)
            pairs.append((change[1], change[2]) if change else (passage[start:end],) * 2)
        return _lines("source", "quote", pairs) if len(edges) <= 2 * _MOST_CHANGES else ()
    for edit in finding.suggestion.edits:
        if isinstance(edit.before, str) and isinstance(edit.after, str):
            found = changes(edit.before, edit.after, by="character")
            pairs = [(other, own) for own, other in _pairs(edit.before, found)]
            return _lines("fixed", "given", pairs) if len(found) <= _MOST_CHANGES else ()
    return ()


def differences(match: Match) -> tuple[Line, ...]:
    """Return the passage of a match and the text that was searched, with their differences."""
    return _lines("passage", "given", _pairs(match.text, match.changes, match.start))


def _pairs(text: str, found: Iterable[Change], offset: int = 0) -> Iterator[tuple[str, str]]:
    """Yield the parts of a text, each with what replaces it."""
    at = 0
    for one in found:
        same = text[at : one.start - offset]
        yield same, same
        yield one.passage, one.text
        at = one.end - offset
    yield text[at:], text[at:]


def suggested(finding: Finding) -> str:
    """Return the suggestion of a finding, marked if it can be applied, without a passage that is aligned."""
    if finding.suggestion is None:
        return ""
    text, applicability, _ = finding.suggestion
    closest = _CLOSEST.fullmatch(text) if alignment(finding) else None
    return f"{_MARKS.get(applicability, '')}{closest[1] if closest else text}"


def _lines(right: str, wrong: str, pairs: Iterable[tuple[str, str]]) -> tuple[Line, ...]:
    held = [(one, other) for one, other in pairs if one or other]
    return (
        Line(right, tuple(Part(one, None if one == other else other) for one, other in held)),
        Line(wrong, tuple(Part(other, None if one == other else one) for one, other in held)),
    )

"""Remove citation markers or Markdown emphasis from a text, with a mapping back to the original offsets."""

import re

from .typography import Folded, Folding, cached_fold

__all__ = ["fold_emphasis", "fold_markers", "without_markers"]

_MARKERS = re.compile(r"\[[0-9]+\]")

# Not in 2*3*4 or snake_case_name, where the signs have a meaning.
_EMPHASIS = re.compile(
    r"(?<![0-9A-Za-z*_`])(\*{1,3}|_{1,3}|`{1,2})(?=\S)((?:(?!\1)[\s\S]){1,400})(?<=\S)\1(?![0-9A-Za-z*_`])"
)


@cached_fold
def fold_markers(text: str) -> Folded:
    """Remove every marker such as ``[7]`` with the white space before it; keep the original offsets."""
    folding, at = Folding(), 0
    for marker in [*_MARKERS.finditer(text), None]:
        end = at + len(text[at : marker.start()].rstrip()) if marker else len(text)
        folding.keep_all(text[at:end], range(at, end))
        at = marker.end() if marker else end
    return folding.folded


@cached_fold
def fold_emphasis(text: str) -> Folded:
    """Remove the signs of Markdown emphasis, such as ``**``, around words; keep the original offsets."""
    folding, at = Folding(), 0
    for found in _EMPHASIS.finditer(text):
        folding.keep_all(text[at : found.start()], range(at, found.start()))
        folding.keep_all(found[2], range(*found.span(2)))
        at = found.end()
    folding.keep_all(text[at:], range(at, len(text)))
    return folding.folded


def without_markers(text: str) -> str:
    """Remove every marker with the white space before it; do not keep offsets."""
    *before, last = _MARKERS.split(text)
    return "".join((*(part.rstrip() for part in before), last))

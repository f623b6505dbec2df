"""Remove citation markers from a text, with a mapping back to the original offsets."""

import re

from .typography import Folded, Folding, cached_fold

__all__ = ["fold_markers", "without_markers"]

_MARKERS = re.compile(r"\[[0-9]+\]")


@cached_fold
def fold_markers(text: str) -> Folded:
    """Remove every marker such as ``[7]`` with the white space before it; keep the original offsets."""
    folding, at = Folding(), 0
    for marker in [*_MARKERS.finditer(text), None]:
        end = at + len(text[at : marker.start()].rstrip()) if marker else len(text)
        folding.keep_all(text[at:end], range(at, end))
        at = marker.end() if marker else end
    return folding.folded


def without_markers(text: str) -> str:
    """Remove every marker with the white space before it; do not keep offsets."""
    *before, last = _MARKERS.split(text)
    return "".join((*(part.rstrip() for part in before), last))

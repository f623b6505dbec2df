"""Remove citation markers from a text, with a mapping back to the original offsets."""

import re

from .typography import Folded, _folded, _Piece

__all__ = ["fold_markers", "without_markers"]

_MARKERS = re.compile(r"\[[0-9]+\]")


def fold_markers(text: str) -> Folded:
    """Remove every marker such as ``[7]`` with the white space before it; keep the original offsets."""
    pieces = []
    at = 0
    for marker in [*_MARKERS.finditer(text), None]:
        end = at + len(text[at : marker.start()].rstrip()) if marker else len(text)
        pieces += [_Piece(text[offset], offset, offset + 1) for offset in range(at, end)]
        at = marker.end() if marker else end
    return _folded(pieces)


def without_markers(text: str) -> str:
    """Remove every marker with the white space before it; do not keep offsets."""
    *before, last = _MARKERS.split(text)
    return "".join((*(part.rstrip() for part in before), last))

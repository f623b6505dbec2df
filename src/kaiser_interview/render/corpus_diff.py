"""Print the differences of two corpora: a line for each claim, and one for each run of moved claims."""

from collections.abc import Iterator
from itertools import groupby

from ..corpus.diff import ChangedClaim, CorpusDiff, MovedClaim
from ..corpus.differences import Change
from ..corpus.files import CorpusClaim
from ..validation.findings.display import clip, look_different

__all__ = ["diff_text"]

_AROUND = 20
"""How many code points are printed before and after a difference."""

_MOST_CHANGES = 5
"""How many differences of a claim are printed."""


def diff_text(diff: CorpusDiff) -> str:
    """Return the differences as lines, with invisible characters escaped; the last line has the counts."""
    return "\n".join([*_lines(diff), diff.summary])


def _lines(diff: CorpusDiff) -> Iterator[str]:
    for name, claims in (("removed", diff.removed), ("added", diff.added)):
        for claim in claims:
            yield f"{name}  {_place(claim)}: {clip(claim.text)}"
    for one in diff.changed:
        yield f"changed  {_both(one.old.claim_id, one.new.claim_id)}, {_span(one.old)}: {_marked(one)}"
    for _, run in groupby(diff.moved, _move):
        yield f"moved  {_moved([*run])}"


def _place(claim: CorpusClaim) -> str:
    return f"{clip(claim.claim_id)}, {_span(claim)}"


def _span(claim: CorpusClaim) -> str:
    return f"{claim.start} to {claim.end}"


def _both(old: str, new: str) -> str:
    return clip(old) if old == new else f"{clip(old)} → {clip(new)}"


def _move(one: MovedClaim) -> tuple[str, str, int, bool]:
    """Return what the claims of a run have in common: the sources, the distance, whether the ids differ."""
    old, new = one.old, one.new
    return old.source_id, new.source_id, new.start - old.start, old.claim_id == new.claim_id


def _moved(run: list[MovedClaim]) -> str:
    first, last = run[0], run[-1]
    from_source, to_source, by, _ = _move(first)
    words = _both(first.old.claim_id, first.new.claim_id)
    if len(run) > 1:
        words += f" to {_both(last.old.claim_id, last.new.claim_id)} ({len(run):,} claims)"
    if from_source != to_source:
        words += f", {_both(from_source, to_source)}"
    return f"{words}, by {by:+,}" if by else words


def _marked(changed: ChangedClaim) -> str:
    """Return the text with each difference as ⟦old→new⟧ and a little of the text around it."""
    old = changed.old
    words, at = "", old.start
    for change in changed.changes[:_MOST_CHANGES]:
        words += _between(old, at, change.start) + _change(change)
        at = change.end
    if (more := len(changed.changes) - _MOST_CHANGES) > 0:
        return f"{words}… and {more:,} more"
    return words + _between(old, at, old.end)


def _between(claim: CorpusClaim, start: int, end: int) -> str:
    """Return a part of a claim's text; only what is near its differences, if it is long."""
    text = claim.text[start - claim.start : end - claim.start]
    if len(text) <= 2 * _AROUND:
        return clip(text)
    before = clip(text[:_AROUND]) if start > claim.start else ""
    after = clip(text[-_AROUND:]) if end < claim.end else ""
    return f"{before}…{after}"


def _change(change: Change) -> str:
    strict = not look_different(change.text, change.passage)
    return f"⟦{clip(change.passage, strict=strict)}→{clip(change.text, strict=strict)}⟧"

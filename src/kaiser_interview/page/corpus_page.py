"""The page of a corpus: its texts with every claim in place, and what rows say about the claims."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from ..corpus.corpus import Corpus
from ..corpus.files import CorpusClaim
from .blocks import TextBlock, blocks_of
from .shown_rows import ShownRow, ShownRows
from .templating import render_page

__all__ = ["ClaimDetails", "PageText", "corpus_page"]

_OWN = frozenset({"text", "text_en", "start", "end", "markers", "citations", "source_id", "prefix", "suffix"})
"""Columns of claims that the page shows elsewhere."""

_MOST_CHOICES = 40
"""The most values of a column to filter claims by."""


class ClaimDetails(NamedTuple):
    """What a page says about a claim besides its columns."""

    citation: str
    """A citation to copy."""
    lines: tuple[tuple[str, str], ...] = ()
    """More lines, each with its label."""
    rows: tuple[tuple[str, Sequence[ShownRow]], ...] = ()
    """Rows of the data set by heading, such as its labels."""


class PageText(NamedTuple):
    """The words of a page that depend on its corpus."""

    title: str = "Claims in their text"
    notes: tuple[tuple[str, str], ...] = ()
    """Where the texts and their English come from: each sentence with its language (BCP 47)."""
    language: str | None = None
    """The language of the texts (BCP 47), if it is known."""


class _Filter(NamedTuple):
    """A column to filter claims by, and its values."""

    name: str
    label: str
    values: tuple[str, ...]


class _Panel(NamedTuple):
    """A claim, and what the page says about it."""

    claim: CorpusClaim
    details: ClaimDetails
    columns: tuple[tuple[str, str], ...]
    values: str
    """The numbers of its values in each filter, from 1, as JSON."""
    rows: Sequence[ShownRow]
    hidden: int


class _Section(NamedTuple):
    """A source and its blocks."""

    source_id: str
    blocks: Iterator[tuple[TextBlock, list[_Panel], Mapping[str, str]]]
    """Each block with the panels of its claims, and the severity of findings by claim."""


def corpus_page(
    corpus: Corpus,
    rows: ShownRows | None = None,
    *,
    text: PageText | None = None,
    details: Callable[[CorpusClaim], ClaimDetails] | None = None,
) -> str:
    """Return the page of a corpus, as one HTML file.

    Parameters
    ----------
    corpus : Corpus
        The corpus.
    rows : ShownRows, optional
        Rows to show beside the claims.
    text : PageText, optional
        The words that depend on the corpus.
    details : callable, optional
        Returns what to say about a claim. Default: a citation with its offsets and digest.
    """
    filters = [*_filters(corpus)]
    shown = rows or ShownRows({}, [], [], Counter())

    def panel(claim: CorpusClaim) -> _Panel:
        values = [
            [one.values.index(value) + 1 for value in _values(claim.columns.get(one.name))] for one in filters
        ]
        return _Panel(
            claim,
            (details or _details)(claim),
            tuple(
                (_label(name), ", ".join(held))
                for name, value in claim.columns.items()
                if name not in _OWN and (held := _values(value))
            ),
            json.dumps(values, separators=(",", ":")),
            shown.by_claim.get(claim.claim_id, []),
            shown.hidden.get(claim.claim_id, 0),
        )

    return render_page(
        "corpus",
        text=text or PageText(),
        corpus=corpus,
        sections=_sections(corpus, panel),
        filters=filters,
        has_english=any(one.text_en for one in chain[Any](corpus.claims.values(), corpus.headings)),
        headings=[one for one in corpus.headings if one.record == "heading"],
        rows=rows,
    )


def _sections(corpus: Corpus, panel: Callable[[CorpusClaim], _Panel]) -> Iterator[_Section]:
    claims: dict[str, list[CorpusClaim]] = {}
    for claim in corpus.claims.values():
        claims.setdefault(claim.source_id, []).append(claim)
    headings: dict[str, list[Any]] = {}
    for heading in corpus.headings:
        headings.setdefault(heading.source_id, []).append(heading)
    for source_id, text in corpus.sources.items():
        blocks = blocks_of(text, claims.get(source_id, ()), headings.get(source_id, ()))
        yield _Section(source_id, (_shown(block, [panel(one) for one in block.claims]) for block in blocks))


def _shown(block: TextBlock, panels: list[_Panel]) -> tuple[TextBlock, list[_Panel], Mapping[str, str]]:
    severities: dict[str, str] = {}
    for one in panels:
        found = {finding.severity for row in one.rows for finding in row.findings}
        if found:
            severities[one.claim.claim_id] = min(found)  # an error, if there is one
    return block, panels, severities


def _filters(corpus: Corpus) -> Iterator[_Filter]:
    """Yield the columns of text with few different values, which several claims share."""
    found, left_out = dict[str, set[str]](), set(_OWN)
    for claim in corpus.claims.values():
        for name in claim.columns.keys() - left_out:
            value = claim.columns[name]
            known = found.setdefault(name, set())
            known.update(_values(value))
            if len(known) > _MOST_CHOICES or not _is_text(value):
                left_out.add(name)
    for name in dict.fromkeys(name for claim in corpus.claims.values() for name in claim.columns):
        known = found.get(name, set())
        if name not in left_out and 1 < len(known) < len(corpus.claims):
            yield _Filter(name, _label(name), tuple(sorted(known)))


def _is_text(value: Any) -> bool:
    held = value if isinstance(value, list | tuple) else [value]
    return all(one is None or isinstance(one, str) for one in held)


def _values(value: Any) -> list[str]:
    """Return a value of a column, or those in its list, as text."""
    held: Iterable[Any] = value if isinstance(value, list | tuple) else [value]
    return [
        json.dumps(one, ensure_ascii=False) if isinstance(one, Mapping | list) else str(one)
        for one in held
        if one is not None
    ]


def _label(name: str) -> str:
    """Return the name of a column in words."""
    return name.removesuffix("_id").replace("_", " ")


def _details(claim: CorpusClaim) -> ClaimDetails:
    place = f"{claim.source_id}, code points {claim.start} to {claim.end}"
    return ClaimDetails(f"“{claim.text}” ({claim.claim_id}; {place}; SHA-256 {claim.sha256})")

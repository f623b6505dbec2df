"""Counts of what was checked: quotes, references, digests and claims; with the corpus and the options."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import compress
from typing import Any, NamedTuple, TypeVar

from ..._version import __version__
from ...errors import InputError

__all__ = ["Checked", "CheckedTally", "DigestCounts", "QuoteCounts", "ReferenceOutcome"]

ReferenceOutcome = tuple[int | None, str, str | None]
"""The outcome of one reference: its claim, its digest, its quote.

The position of the claim in the corpus, or None if it is not a current claim; a field of `DigestCounts`; and
a field of `QuoteCounts`, or None without a quote.
"""

_T = TypeVar("_T")

_SHOWN = 12


class QuoteCounts(NamedTuple):
    """Quotes by outcome. Each quote is counted once, whether or not its finding is reported."""

    exact: int = 0
    """Equal to the claim's text at the offsets; without offsets, equal to exactly one long enough place."""
    ambiguous: int = 0
    too_short: int = 0
    misplaced: int = 0
    out_of_range: int = 0
    markers_differ: int = 0
    typography_differs: int = 0
    misattributed: int = 0
    not_found: int = 0
    not_compared: int = 0
    """The claim is unknown, or changed since the quote was taken, or the quote has the wrong shape."""

    @property
    def total(self) -> int:
        """The number of quotes."""
        return sum(self)


class DigestCounts(NamedTuple):
    """The digests (`claim_sha256`) of references by outcome."""

    current: int = 0
    stale: int = 0
    """The digest of an earlier text of the claim."""
    differs: int = 0
    """Not the digest of any text of the claim."""
    missing: int = 0
    not_compared: int = 0
    """The claim is unknown, or the digest has the wrong shape."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Counts of what was checked, with the corpus and the options.

    A reference names a claim. A row may have several: the row itself, each record in a field such as
    `references`, and the other claim of a relation. `select` and `ignore` do not change the counts.

    Attributes
    ----------
    rows_with_quote, rows_without_quote : int
        Rows with at least one quote, and all others.
    quotes : QuoteCounts
        Quotes by outcome.
    references, current_references : int
        All references, and those to a current claim.
    digests : DigestCounts
        The digests of the references by outcome.
    claims : int
        The number of current claims of the corpus.
    covered : frozenset of str
        The ids of the current claims that at least one row refers to.
    corpus : str or None
        `Corpus.digest` of the corpus.
    options : mapping or None
        The options of the check, as JSON values; None if merged reports differ in them.
    version : str or None
        The version of kaiser-interview; None if merged reports differ in it.
    """

    rows_with_quote: int = 0
    rows_without_quote: int = 0
    quotes: QuoteCounts = field(default=QuoteCounts())
    references: int = 0
    current_references: int = 0
    digests: DigestCounts = field(default=DigestCounts())
    claims: int = 0
    covered: frozenset[str] = field(default=frozenset(), repr=False)
    corpus: str | None = None
    options: Mapping[str, Any] | None = field(default=None, hash=False)
    version: str | None = __version__

    @property
    def summary(self) -> str:
        """The counts of exact quotes and of covered claims, as text."""
        quotes = self.quotes
        words = f"quotes exact: {quotes.exact:,} of {quotes.total:,}" if quotes.total else "0 quotes"
        return f"{words}; claims: {len(self.covered):,} of {self.claims:,}" if self.references else words

    def merge(self, other: "Checked") -> "Checked":
        """Add the counts of another part of a data set.

        Raises
        ------
        InputError
            The parts were checked against different corpora.
        """
        if self.corpus != other.corpus:
            got = " and ".join(str(one.corpus)[:_SHOWN] for one in (self, other))
            raise InputError(f"merge: expected reports against the same corpus, got corpora {got}")
        return Checked(
            rows_with_quote=self.rows_with_quote + other.rows_with_quote,
            rows_without_quote=self.rows_without_quote + other.rows_without_quote,
            quotes=QuoteCounts(*map(sum, zip(self.quotes, other.quotes, strict=True))),
            references=self.references + other.references,
            current_references=self.current_references + other.current_references,
            digests=DigestCounts(*map(sum, zip(self.digests, other.digests, strict=True))),
            claims=self.claims,
            covered=self.covered | other.covered,
            corpus=self.corpus,
            options=_shared(self.options, other.options),
            version=_shared(self.version, other.version),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the counts as JSON values; of the covered claims, only the number."""
        return {
            "rows_with_quote": self.rows_with_quote,
            "rows_without_quote": self.rows_without_quote,
            "quotes": self.quotes._asdict(),
            "references": {"all": self.references, "current": self.current_references},
            "digests": self.digests._asdict(),
            "claims": {"all": self.claims, "covered": len(self.covered)},
            "corpus": self.corpus,
            "options": self.options,
            "version": self.version,
        }


class CheckedTally:
    """Count references by outcome. The tallies of parts can be added.

    Attributes
    ----------
    rows_with_quote, rows_without_digest : int
        Rows with a quote, and rows that refer to a claim without its digest.
    outcomes : dict of tuple to int
        The number of references with each outcome: whether the claim is current, and the outcomes of the
        digest and of the quote.
    covered : int
        A bit for each current claim that the references name, by its position in the corpus. For large
        corpora, adding the bits of two parts takes a thousandth of the time for sets of ids.
    """

    def __init__(self) -> None:
        self.rows_with_quote: int = 0
        self.rows_without_digest: int = 0
        self.outcomes: dict[tuple[bool, str, str | None], int] = {}
        self.covered: int = 0

    def row(self, outcomes: Iterable[ReferenceOutcome]) -> None:
        """Count a row, given the outcomes of its references."""
        has_quote = has_no_digest = False
        counts = self.outcomes
        for outcome in outcomes:
            place, digest, quote = outcome
            key = place is not None, digest, quote
            counts[key] = counts.get(key, 0) + 1
            if place is not None:
                self.covered |= 1 << place
            if quote is not None:
                has_quote = True
            if digest == "missing":
                has_no_digest = True
        self.rows_with_quote += has_quote
        self.rows_without_digest += has_no_digest

    def add(self, other: "CheckedTally") -> None:
        """Add the counts of other rows."""
        self.rows_with_quote += other.rows_with_quote
        self.rows_without_digest += other.rows_without_digest
        self.covered |= other.covered
        for outcome, count in other.outcomes.items():
            self.outcomes[outcome] = self.outcomes.get(outcome, 0) + count

    def checked(
        self, rows: int, *, claims: Collection[str], corpus: str, options: Mapping[str, Any]
    ) -> Checked:
        """Return the counts of a data set.

        Parameters
        ----------
        rows : int
            The number of its rows.
        claims : collection of str
            The ids of the current claims of the corpus, in its order.
        corpus : str
            The digest of the corpus.
        options : mapping
            The options of the check, as JSON values.
        """
        quotes, digests, current = Counter[str](), Counter[str](), 0
        for (is_current, digest, quote), count in self.outcomes.items():
            digests[digest] += count
            if quote is not None:
                quotes[quote] += count
            current += count if is_current else 0
        return Checked(
            rows_with_quote=self.rows_with_quote,
            rows_without_quote=rows - self.rows_with_quote,
            quotes=QuoteCounts(**quotes),
            references=digests.total(),
            current_references=current,
            digests=DigestCounts(**digests),
            claims=len(claims),
            covered=frozenset(compress(claims, map(int, reversed(f"{self.covered:b}")))),
            corpus=corpus,
            options=options,
        )


def _shared(one: _T | None, other: _T | None) -> _T | None:
    """Return the value that both have, or None."""
    return one if one == other else None

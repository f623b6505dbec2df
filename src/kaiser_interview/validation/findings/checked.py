"""What was checked: quotes, references, digests and claims; against which corpus, by which options."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from ..._version import __version__
from ...errors import InputError

__all__ = ["Checked", "CheckedTally", "DigestCounts", "QuoteCounts", "ReferenceOutcome"]

ReferenceOutcome = tuple[str | None, str, str | None]
"""What one reference is compared to: its claim, its digest, its quote.

The id of the claim, or None if it is not a current claim; a field of `DigestCounts`; and a field of
`QuoteCounts`, or None without a quote.
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
    """What was checked.

    A reference is what names a claim: the row itself, each record in a field such as `references`, and the
    other claim of a relation. The counts are facts about the data: `select` and `ignore` do not change them.

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
        """The quotes and the claims, in few words."""
        quotes = self.quotes
        words = f"quotes exact: {quotes.exact:,} of {quotes.total:,}" if quotes.total else "0 quotes"
        return f"{words}; claims: {len(self.covered):,} of {self.claims:,}" if self.references else words

    def merge(self, other: "Checked") -> "Checked":
        """Add what another part of a data set checked.

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
    """Counts what the rows of a part refer to. Tallies of parts add up."""

    def __init__(self) -> None:
        self.rows_with_quote: int = 0
        self.rows_without_digest: int = 0
        self.references: int = 0
        self.current_references: int = 0
        self.quotes: dict[str, int] = {}
        self.digests: dict[str, int] = {}
        self.claims: set[str] = set()

    def row(self, outcomes: Iterable[ReferenceOutcome]) -> None:
        """Count a row, given the outcomes of its references."""
        has_quote = has_no_digest = False
        for claim_id, digest, quote in outcomes:
            self.references += 1
            if claim_id is not None:
                self.current_references += 1
                self.claims.add(claim_id)
            self.digests[digest] = self.digests.get(digest, 0) + 1
            has_no_digest = has_no_digest or digest == "missing"
            if quote is not None:
                self.quotes[quote] = self.quotes.get(quote, 0) + 1
                has_quote = True
        self.rows_with_quote += has_quote
        self.rows_without_digest += has_no_digest

    def current(self, references: int, *, quotes: int, without_digest: int, claims: Iterable[str]) -> None:
        """Count references to current claims: their quotes are exact, their digests current or missing."""
        self.references += references
        self.current_references += references
        self.claims.update(claims)
        self._add(self.quotes, {"exact": quotes})
        self._add(self.digests, {"current": references - without_digest, "missing": without_digest})

    def add(self, other: "CheckedTally") -> None:
        """Add the counts of other rows."""
        self.rows_with_quote += other.rows_with_quote
        self.rows_without_digest += other.rows_without_digest
        self.references += other.references
        self.current_references += other.current_references
        self._add(self.quotes, other.quotes)
        self._add(self.digests, other.digests)
        self.claims |= other.claims

    @staticmethod
    def _add(counts: dict[str, int], more: Mapping[str, int]) -> None:
        for outcome, count in more.items():
            counts[outcome] = counts.get(outcome, 0) + count

    def checked(self, rows: int, *, claims: int, corpus: str, options: Mapping[str, Any]) -> Checked:
        """Return the counts of a data set.

        Parameters
        ----------
        rows : int
            The number of its rows.
        claims : int
            The number of current claims of the corpus.
        corpus : str
            The digest of the corpus.
        options : mapping
            The options of the check, as JSON values.
        """
        return Checked(
            rows_with_quote=self.rows_with_quote,
            rows_without_quote=rows - self.rows_with_quote,
            quotes=QuoteCounts(**self.quotes),
            references=self.references,
            current_references=self.current_references,
            digests=DigestCounts(**self.digests),
            claims=claims,
            covered=frozenset(self.claims),
            corpus=corpus,
            options=options,
        )


def _shared(one: _T | None, other: _T | None) -> _T | None:
    """Return the value that both have, or None."""
    return one if one == other else None

"""Validate references of one row: claim id, digest, release, quote and copied columns."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

from ..._version import __version__
from ...corpus.corpus import Corpus
from ...corpus.files import CorpusClaim
from ...near_names import near_names
from ..findings.checked import ReferenceOutcome
from ..findings.codes import CODES
from ..findings.display import shown
from ..findings.finding import Fault, Path
from ..formats.coerce import as_type_of
from ..hints.typos import did_you_mean
from .paths import Values
from .quotes import Quote, Quotes

__all__ = ["References", "carried", "numbers_in"]

_MOST = 10**9

_KNOWN = 1024

_OFFSETS = frozenset({"quote_start", "quote_end"})

_QUOTE_FIELDS = _OFFSETS | {"quote", "quote_of"}

_NEEDS_OFFSETS = ("quote-ambiguous", "quote-too-short")

_QUOTE_OUTCOMES = {
    name: name.removeprefix("quote-").replace("-", "_")
    for name, code in CODES.items()
    if code.group == "quote"
}

_DIGEST_OUTCOMES = {"stale-claim": "stale", "digest-differs": "differs"}


class References:
    """Validate references against a corpus."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.quotes: Quotes = Quotes(corpus)
        self._ids = tuple(corpus.claims)
        self._places = {claim_id: place for place, claim_id in enumerate(self._ids)}
        # Cached because language models repeat the ids that they invent.
        self.near_ids: Callable[[str], list[str]] = lru_cache(_KNOWN)(self._nearest_ids)

    def check(
        self, reference: Mapping[str, Any], path: Path, bad: frozenset[str], release: str | None
    ) -> tuple[list[Fault], ReferenceOutcome]:
        """Return the faults of a reference, and the outcome of its comparison.

        Parameters
        ----------
        reference : mapping
            The fields of a `Reference`. Those in `bad` may have any value.
        path : tuple
            The path of the reference in the row.
        bad : frozenset of str
            The fields that do not match the schema.
        release : str or None
            The release that the row names.
        """
        found: list[Fault] = []
        get = reference.get
        quote, start, end = get("quote"), get("quote_start"), get("quote_end")
        words = None if "quote" in bad else quote
        if (start is None) is not (end is None) and not bad & _OFFSETS:
            found.append(_half_given(path, start))
            bad = bad | {"quote"}
        claim_id = None if "claim_id" in bad else get("claim_id")
        claim = None if claim_id is None else self.corpus.claims.get(claim_id)
        sha256, is_bad_digest = get("claim_sha256"), "claim_sha256" in bad
        if claim is None:
            if claim_id is not None:
                known_digest = None if is_bad_digest else sha256
                found.append(self.no_claim((*path, "claim_id"), claim_id, words, known_digest))
            digest_outcome = _digest_outcome(sha256, None, is_bad=True)
            return found, (None, digest_outcome, None if quote is None else "not_compared")
        digest_fault = None if is_bad_digest else self.digest_fault(claim, sha256, (*path, "claim_sha256"))
        digest_outcome = _digest_outcome(sha256, digest_fault, is_bad=is_bad_digest)
        stale = digest_fault is not None and digest_fault.code == "stale-claim"
        release_fault = None if stale else self.older(claim, release)
        stale = stale or release_fault is not None
        fault, quote_outcome = self._quote(
            claim, reference, path, bad & _QUOTE_FIELDS if bad else bad, stale=stale
        )
        found += filter(None, (digest_fault, release_fault, fault))
        return found, (self._places[claim.claim_id], digest_outcome, quote_outcome)

    def _quote(
        self,
        claim: CorpusClaim,
        reference: Mapping[str, Any],
        path: Path,
        bad: frozenset[str],
        *,
        stale: bool,
    ) -> tuple[Fault | None, str | None]:
        """Return the fault of the quote or the offsets of a reference, and the outcome of its quote."""
        get = reference.get
        quote, start, end = get("quote"), get("quote_start"), get("quote_end")
        if bad:
            if quote is None:
                return None, None
            if not bad <= _OFFSETS or any(get(name) is not None for name in bad):
                return None, "not_compared"
            start = end = None
        of = get("quote_of") or "text"
        if quote is None:
            return self._span(claim, start, end, of, path), None
        compared = Quote(claim, quote, start, end, of)
        fault = self.quotes.fault(compared, path, stale=stale)
        if fault is None:
            # A quote from an earlier text may now be in another claim.
            return None, "not_compared" if stale and quote not in compared.passage else "exact"
        outcome = _QUOTE_OUTCOMES[fault.code]
        # The missing offsets are already reported, so report only faults of the quoted text.
        return None if bad and fault.code in _NEEDS_OFFSETS else fault, outcome

    def other(self, values: Mapping[str, Any], bad: frozenset[str]) -> ReferenceOutcome:
        """Return the outcome for the other claim of a relation; the rule of relations returns its faults."""
        other_id, sha256 = values.get("other_claim_id"), values.get("other_claim_sha256")
        claim = None if "other_claim_id" in bad or other_id is None else self.corpus.claims.get(other_id)
        is_bad = claim is None or "other_claim_sha256" in bad
        fault = None if claim is None or is_bad else self.digest_fault(claim, sha256, ("other_claim_sha256",))
        place = None if claim is None else self._places[claim.claim_id]
        return place, _digest_outcome(sha256, fault, is_bad=is_bad), None

    def named(self, faults: list[Fault], values: Mapping[str, Any]) -> list[Fault]:
        """Return schema faults, with a suggestion of the intended id for malformed claim ids."""
        return [
            self._named(one, values) if one.code in {"bad-format", "wrong-type"} else one for one in faults
        ]

    def _named(self, fault: Fault, values: Any) -> Fault:
        if not fault.path or fault.path[-1] not in {"claim_id", "other_claim_id"}:
            return fault
        for step in fault.path:
            values = values[step]
        short = isinstance(values, str) or (type(values) is int and values < _MOST)
        return fault._replace(suggestion=lambda: self._near(str(values), None)) if short else fault

    def no_claim(
        self, path: Path, claim_id: str, quote: str | None = None, sha256: str | None = None
    ) -> Fault:
        """Return the fault of an id that is not the id of a current claim.

        Parameters
        ----------
        path : tuple
            The path of the id.
        claim_id : str
            The id.
        quote : str or None
            The quote of the reference.
        sha256 : str or None
            The digest of the reference.
        """
        by_digest = None if sha256 is None else self._with_digest(sha256)
        if claim_id in self.corpus.retired:
            successor = self.corpus.retired[claim_id]
            suggestion = f"its successor is {successor}" if successor else "it has no successor"
            suggestion = f"{suggestion}; {by_digest}" if by_digest else suggestion
            return Fault("retired-claim", path, "a current claim", shown(claim_id), suggestion)
        return Fault(
            "unknown-claim",
            path,
            "a claim of the corpus",
            lambda: shown(claim_id),
            by_digest or (lambda: self._near(claim_id, quote)),
        )

    def digest_fault(self, claim: CorpusClaim, sha256: str | None, path: Path) -> Fault | None:
        """Return the fault of a claim digest; None if it is current or missing."""
        if sha256 is None or sha256 == claim.sha256:
            return None
        if sha256 in claim.earlier:
            suggestion = (
                f"this is the digest of {claim.claim_id} in {claim.earlier[sha256]}; the claim's text "
                f"changed in {claim.revised}; check the row against the new text, then update {path[-1]}"
            )
            return Fault("stale-claim", path, claim.sha256, sha256, suggestion)
        suggestion = self._with_digest(sha256) or f"{claim.claim_id} has never had this digest"
        return Fault("digest-differs", path, claim.sha256, sha256, suggestion)

    def _with_digest(self, sha256: str) -> str | None:
        """Return which claims have a digest, or why none has it; None if only the history could say why."""
        if ids := self.corpus.ids_by_digest.get(sha256):
            return f"this is the digest of {' and '.join(ids[:_FEW])}"
        if self.corpus.releases:
            return None
        return (
            "no claim has this digest: its text was changed or removed, or the digest is wrong; check the "
            "row against the current text; Corpus.diff lists what changed"
        )

    def older(self, claim: CorpusClaim, release: str | None) -> Fault | None:
        """Return the fault of a release older than the last change of the claim's text; otherwise None."""
        order = self.corpus.release_order
        if release is None or claim.revised is None or release not in order:
            return None
        if order[release] >= order[claim.revised]:
            return None
        return Fault(
            "stale-claim",
            ("release",),
            f"{claim.revised} or later, because {claim.claim_id} changed in {claim.revised}",
            release,
            "check the row against the new text, then update release",
        )

    def release(self, release: str | None) -> Fault | None:
        """Return the fault of an unknown release; None if it is known or the corpus lists no releases."""
        known = self.corpus.releases
        if release is None or not known or release in self.corpus.release_order:
            return None
        suggestion = "if the release is newer than these, validate against the corpus of that release"
        if release == __version__:
            suggestion = f"{release} is the version of kaiser-interview; set release to the data release"
        return Fault("unknown-release", ("release",), f"one of {', '.join(known[-5:])}", release, suggestion)

    def _span(
        self, claim: CorpusClaim, start: int | None, end: int | None, of: str, path: Path
    ) -> Fault | None:
        """Return the fault of offsets without a quote that are outside the claim; otherwise None."""
        if start is None or end is None:
            return None
        first, last = (0, len(claim.text_en or "")) if of == "text_en" else (claim.start, claim.passage_end)
        whole = last if of == "text_en" else len(claim.source)
        if end <= start or end > whole:
            size = f"offsets from 0 to {whole}, with end greater than start"
            return Fault("quote-out-of-range", (*path, "quote_start"), size, f"{start} to {end}")
        if first <= start and end <= last:
            return None
        return Fault(
            "quote-misplaced",
            (*path, "quote_start"),
            f"offsets within {first} to {last}",
            f"{start} to {end}",
        )

    def _near(self, claim_id: str, quote: str | None) -> str | None:
        claim_id = claim_id[:80].strip().lower()
        near = self.near_ids(claim_id)
        if containing := self.quotes.only_claim_with(quote) if quote else None:
            return f"the quote occurs in {containing}"
        if near:
            return did_you_mean(claim_id, *near)
        return f"claim ids look like {self._ids[0]}" if self._ids else None

    def _nearest_ids(self, claim_id: str) -> list[str]:
        # First look for an id with the same numbers: D1-C3, 1.3, [d01-c03].
        near = self._ids_by_numbers.get(numbers_in(claim_id), [])
        return near if len(near) == 1 else near_names(claim_id, self._ids, most=2)

    @cached_property
    def _ids_by_numbers(self) -> dict[tuple[int, ...], list[str]]:
        """The ids that contain numbers, grouped by these numbers."""
        found: dict[tuple[int, ...], list[str]] = {}
        for one in self._ids:
            if numbers := numbers_in(one):
                found.setdefault(numbers, []).append(one)
        return found


def _digest_outcome(sha256: object, fault: Fault | None, *, is_bad: bool) -> str:
    """Return the outcome of a digest, as `DigestCounts` names it."""
    if sha256 is None:
        return "missing"
    if is_bad:
        return "not_compared"
    return "current" if fault is None else _DIGEST_OUTCOMES[fault.code]


def _half_given(path: Path, start: int | None) -> Fault:
    """Return the fault of a start offset without an end, or an end without a start."""
    given, missing = ("quote_end", "quote_start") if start is None else ("quote_start", "quote_end")
    got, suggestion = f"only {given}", f"add {missing}, or remove {given}"
    return Fault("fields-disagree", (*path, missing), "both offsets or neither", got, suggestion)


def numbers_in(claim_id: str) -> tuple[int, ...]:
    """Return the numbers in an id; other notations of the same id contain the same numbers."""
    return tuple(int(digits) for digits in re.findall("[0-9]{1,18}", claim_id))


_FEW = 10


def carried(claim: CorpusClaim, values: Values, names: Iterable[str], *, cells: bool = False) -> list[Fault]:
    """Return the faults of columns copied from a claim whose values differ from the claim's.

    Parameters
    ----------
    claim : CorpusClaim
        The claim.
    values : mapping
        The values of the row; null is not compared.
    names : iterable of str
        The names of the columns.
    cells : bool
        Whether the values are CSV cells, which are converted to the type of the claim's value.
    """
    found = []
    for name in names:
        value, own = values.get(name), claim.columns.get(name)
        if value is None:
            continue
        if not _same(as_type_of(own, value) if cells else value, own):
            found.append(_differs(name, own, value))
    return found


def _differs(name: str, own: Any, value: Any) -> Fault:
    """Return the fault of a copied column that differs from the claim's value."""
    suggestion = "copy the column from the claim again, or remove it"
    if isinstance(own, list) and isinstance(value, str):
        suggestion = "write the list as JSON, or remove the column"
    held = json.dumps(own, ensure_ascii=False) if isinstance(own, list) else shown(own)
    got = json.dumps(value, ensure_ascii=False) if _is_small(value) else shown(value)
    return Fault("claim-differs", (name,), held, got, suggestion)


def _is_small(value: Any) -> bool:
    """Return whether a value is a list short enough to show in full."""
    return isinstance(value, list) and len(value) < _FEW and all(isinstance(one, str | int) for one in value)


def _same(value: Any, own: Any) -> bool:
    if isinstance(value, list | tuple) and isinstance(own, list | tuple):
        return len(value) == len(own) and all(map(_same, value, own))
    return type(value) is type(own) and bool(value == own)

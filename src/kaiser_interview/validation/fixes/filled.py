"""Compute missing values that have exactly one correct value: defaults, offsets, digests, the release."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..findings.codes import CODES
from ..findings.finding import Path
from ..references.paths import references_in
from ..references.quotes import Quote, proves
from ..rows.kind import KindRules
from ..rows.result import RowResult
from ..rows.row_validator import RowValidator

__all__ = ["CLAIM_IN_DOUBT", "OFFSETS", "filled"]

OFFSETS = ("quote_start", "quote_end")

CLAIM_IN_DOUBT = {"stale-claim", "digest-differs", "unknown-release", "claim-differs"}
"""Codes of rows that contradict their claim."""

_UNANCHORED = {"quote-ambiguous", "quote-too-short"}


def filled(result: RowResult, given: Mapping[str, Any], validator: RowValidator) -> dict[Path, Any]:
    """Return the values to add, by path.

    The digest and the release identify the text that a row was made from. An exact quote proves it. Without
    one, they are added only if the caller gives the release as a default.

    Parameters
    ----------
    result : RowResult
        The result of validating the row, with all its values.
    given : mapping of str
        The fields of the row before defaults were added.
    validator : RowValidator
        The validator of the row.
    """
    return {} if result.kind is None else _Filling(result, given, validator).all()


class _Filling:
    """The missing values that can be added to one row."""

    def __init__(self, result: RowResult, given: Mapping[str, Any], validator: RowValidator) -> None:
        self._rules: KindRules = validator.rules[str(result.kind)]
        self._values = result.values
        self._given = given
        self._corpus = validator.corpus
        self._defaults = validator.defaults
        self._wrong = {fault.path: fault.code for fault in result.faults}
        # The release that the caller says the row was made from.
        named = self._defaults.get("release")
        self._named: str | None = named if named == self._values.get("release") else None
        # A whole column is wrong, or missing.
        self._is_invalid = result.invalid_elsewhere
        self._is_in_doubt = any(fault.code in CLAIM_IN_DOUBT for fault in result.faults)

    def all(self) -> dict[Path, Any]:
        """Return the values by path."""
        fields, values = self._rules.shape.fields, self._values
        found: dict[Path, Any] = {
            (name,): values[name]
            for name in self._defaults
            if name in fields and self._given.get(name) is None
        }
        for path, reference in self._references():
            found |= self._offsets(path, reference)
            found |= self._digest(path, reference)
        if self._rules.pairs:
            found |= self._digest((), values, "other_")
        releases = self._corpus.releases
        if releases and "release" in fields and values.get("release") is None and self._is_proved(found):
            found["release",] = releases[-1]
        return found

    def _references(self) -> Iterator[tuple[Path, Mapping[str, Any]]]:
        if self._rules.refers:
            yield (), self._values
        yield from references_in(self._values, self._rules.nested)

    def _offsets(self, path: Path, reference: Mapping[str, Any]) -> dict[Path, Any]:
        """Return the offsets of a quote that has none and occurs once in its claim."""
        if any(reference.get(name) is not None for name in OFFSETS):
            return {}
        quote = self._quote(path, reference)
        places = quote.places if quote else []
        if len(places) != 1:
            return {}
        return {(*path, name): offset for name, offset in zip(OFFSETS, places[0], strict=True)}

    def _quote(self, path: Path, reference: Mapping[str, Any]) -> Quote | None:
        """Return the quote of a reference if it is exact, and the row does not contradict its claim."""
        claim = self._corpus.claims.get(str(reference.get("claim_id")))
        words = reference.get("quote")
        # In columns, a value of the wrong type is reported for the column, and not for its rows.
        if claim is None or not isinstance(words, str) or not words or self._is_in_doubt:
            return None
        for name in ("claim_id", "quote", "quote_of", *OFFSETS):
            code = self._wrong.get((*path, name))
            # Missing offsets are no reason to stop if a kind requires them: they are added.
            is_filled = code == "missing-field" and name in OFFSETS
            if code is not None and code not in _UNANCHORED and not is_filled:
                return None
        return Quote(claim, words, None, None, reference.get("quote_of") or "text")

    def _digest(self, path: Path, reference: Mapping[str, Any], prefix: str = "") -> dict[Path, Any]:
        """Return the digest of a claim, if a reference has none and it is known which text it refers to."""
        id_name, digest_name = f"{prefix}claim_id", f"{prefix}claim_sha256"
        claim, digest_path = self._corpus.claims.get(str(reference.get(id_name))), (*path, digest_name)
        wrong = self._wrong.get(digest_path)
        if claim is None or (*path, id_name) in self._wrong or reference.get(digest_name) is not None:
            return {}
        if wrong not in {None, "missing-field"} or self._others_in_doubt():
            return {}
        quote = None if prefix else self._quote(path, reference)
        if quote is not None and proves(quote.words):
            return {digest_path: claim.sha256}
        digest = self._corpus.digest_in(self._named, claim) if self._named else None
        return {digest_path: digest} if digest else {}

    def _others_in_doubt(self) -> bool:
        """Return whether the row contradicts its claim, except by an old release that the caller gives."""
        return any(
            code in CLAIM_IN_DOUBT
            for path, code in self._wrong.items()
            if not (self._named and code == "stale-claim" and path == ("release",))
        )

    def _is_proved(self, found: Mapping[Path, Any]) -> bool:
        """Return whether the row is valid, and exact quotes prove the text of all its claims."""
        wrong = (path for path, code in self._wrong.items() if CODES[code].severity == "error")
        if self._is_invalid or any(path not in found for path in wrong):
            return False
        references = [*self._references()]
        quotes = [self._quote(path, reference) for path, reference in references]
        proved = bool(quotes) and all(quote is not None and proves(quote.words) for quote in quotes)
        return proved and not self._rules.pairs

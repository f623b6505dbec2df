"""Find the claim that a reference with a wrong id is about."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from ...near_names import near_names
from ..hints.typos import is_slip
from ..references.quotes import Quote, proves
from ..references.rows import References, numbers_in
from .values import Converted

__all__ = ["Claims"]

_KNOWN = 1024

_FEW = 10


class Claims:
    """Find claims by the quote, the digest or the misspelled id of a reference.

    Parameters
    ----------
    references : References
        The references to the corpus.
    """

    def __init__(self, references: References) -> None:
        self._corpus = references.corpus
        self._quotes = references.quotes
        self._ids = tuple(self._corpus.claims)
        self._in_lower_case: dict[str, list[str]] = {}
        for one in self._ids:
            self._in_lower_case.setdefault(one.lower(), []).append(one)
        # Models repeat the ids that they invent.
        self._meant: Callable[[str], tuple[str, ...]] = lru_cache(_KNOWN)(self._meant_by)

    def of(self, reference: Mapping[str, Any], prefix: str = "") -> Converted | None:
        """Return the claim that a reference is about, and whether its id may be written; None if unclear.

        - The claim whose current text has the digest of the reference: safe. If there is none, or several,
          the claim is unclear, whatever its id and quote are. It is also unclear if there are offsets
          without a quote, since they may point to other words of the claim.
        - The only claim with the quote, if the given id is a misspelling of its id: safe.
        - The only claim with a similar id, if there is no quote: unsafe, since nothing proves it.

        If the quote is not exact, the row is wrong in another way too, so no claim is returned.

        Parameters
        ----------
        reference : mapping
            The fields of the reference.
        prefix : str
            The prefix of its fields: ``other_`` for the second claim of a relation.
        """
        given, digest = reference.get(f"{prefix}claim_id"), reference.get(f"{prefix}claim_sha256")
        words = None if prefix else reference.get("quote")
        of = reference.get("quote_of") or "text"
        if digest is not None:
            ids = self._corpus.ids_by_digest.get(digest, ()) if isinstance(digest, str) else ()
            has_offsets = any(reference.get(name) is not None for name in ("quote_start", "quote_end"))
            if len(ids) != 1 or (words is None and has_offsets and not prefix):
                return None
            return Converted(ids[0], "safe") if words is None or self._has(ids[0], words, of) else None
        if not isinstance(given, str) or given in self._corpus.claims or given in self._corpus.retired:
            return None
        meant = self._meant(given)
        if words is None:
            return Converted(meant[0], "unsafe") if len(meant) == 1 else None
        if not isinstance(words, str) or not proves(words):
            return None
        only = self._quotes.only_claim_with(words, of)
        return Converted(only, "safe") if only in meant else None

    def _has(self, claim_id: str, words: Any, of: str) -> bool:
        """Return whether a claim has a quote exactly."""
        if not isinstance(words, str) or not words:
            return False
        return words in Quote(self._corpus.claims[claim_id], words, None, None, of).passage

    def _meant_by(self, given: str) -> tuple[str, ...]:
        """Return the ids that an unknown id may be a misspelling of: by one typo, or in another notation."""
        given = given.strip()
        near = near_names(given.lower(), [*self._in_lower_case], most=_FEW)
        slips = [one for name in near for one in self._in_lower_case[name] if is_slip(given, one)]
        numbers = numbers_in(given)
        same = [one for one in self._ids if numbers and numbers_in(one) == numbers]
        # In another notation, such as D1-C3 or 1.3 for d01-c03, the numbers are certain.
        return tuple(same) if len(same) == 1 else tuple(slips)

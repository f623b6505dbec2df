"""Compute the edits that correct a fault of a row."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from ...records.models import Record
from ..findings.finding import Applicability, Correction, Edit, Fault, Path
from ..formats.coerce import as_type_of
from ..references.quotes import Quote, explained
from ..rows.result import RowResult
from ..rows.row_validator import RowValidator
from .claims import Claims
from .filled import CLAIM_IN_DOUBT, OFFSETS, filled
from .names import meant_by
from .values import Converted, converted

__all__ = ["AS_WRITTEN", "Corrections"]

_KNOWN = 1024

AS_WRITTEN = "x_quote_as_written"
"""The field that keeps a quote as it was before `fix` replaced it."""

_PLACE = frozenset({"source_id", "dialogue_id", "start", "end"})
"""The columns of a claim that say where its text is, and nothing about what it says."""


class Corrections:
    """Compute the edits that correct faults.

    Parameters
    ----------
    validator : RowValidator
        The validator that found the faults.
    """

    def __init__(self, validator: RowValidator) -> None:
        self._validator = validator
        self._claims = Claims(validator.references)
        # Cached because a text that is repeated has many claims, and each may have many rows.
        self._starts: Callable[[str], frozenset[int]] = lru_cache(_KNOWN)(self._starts_of)
        self._by_code: Mapping[str, Callable[[Fault, RowResult], Correction | None]] = {
            "missing-field": self._missing,
            "unknown-field": self._unknown,
            "fields-disagree": self._offsets,
            "unknown-claim": self._claim,
            "retired-claim": self._claim,
            "stale-claim": self._claim,
            "digest-differs": self._claim,
            "claim-differs": self._place,
            "quote-not-found": self._quote,
            "quote-markers-differ": self._quote,
            "quote-typography-differs": self._quote,
            "quote-misplaced": self._offsets,
            "quote-out-of-range": self._offsets,
            "quote-too-short": self._offsets,
        }

    def of(self, fault: Fault, result: RowResult) -> Correction | None:
        """Return the edits that correct a fault of a row, or None.

        Parameters
        ----------
        fault : Fault
            The fault.
        result : RowResult
            The result of validating the row.
        """
        if not fault.path or not isinstance(result.values, Mapping):
            return None
        return self._by_code.get(fault.code, self._value)(fault, result)

    def _value(self, fault: Fault, result: RowResult) -> Correction | None:
        """Convert a value to one that its field accepts."""
        value, found = _at(result.values, fault.path)
        name = fault.path[-1]
        if not found or name == "quote":
            return None
        if name in {"claim_id", "other_claim_id"}:
            return self._claim(fault, result)
        required = len(fault.path) != 1 or self._is_required(str(fault.path[0]), result)
        return _edit(fault.path, value, converted(fault, value, required=required))

    def _is_required(self, name: str, result: RowResult) -> bool:
        if result.kind is None or name in self._validator.require:
            return True
        return name in self._validator.rules[result.kind].shape.required

    def _missing(self, fault: Fault, result: RowResult) -> Correction | None:
        """Fill in a missing field."""
        if fault.path[-1] in OFFSETS:
            return self._offsets(fault, result)
        value = filled(result, result.values, self._validator).get(fault.path)
        return Correction("safe", (Edit(fault.path, None, value),)) if value is not None else None

    def _unknown(self, fault: Fault, result: RowResult) -> Correction | None:
        """Rename a misspelled field, or remove an unrecognised one."""
        value, _ = _at(result.values, fault.path)
        *above, name = fault.path
        holder, _ = _at(result.values, tuple(above))
        fields = self._validator.rules[str(result.kind)].shape.fields_at(tuple(above))
        removed = Edit(fault.path, value, None)
        absent = [one for one in fields if holder.get(one) is None]
        likely = meant_by(str(name), absent, fields)
        if not likely:
            return Correction("unsafe", (removed,)) if likely is not None else None
        if len(likely) > 1 or value is None:
            return None
        return Correction("unsafe", (removed, Edit((*above, likely[0]), None, value)))

    def _claim(self, fault: Fault, result: RowResult) -> Correction | None:
        """Correct the id of a claim."""
        *above, name = fault.path
        prefix = "other_" if str(name).startswith("other_") else ""
        # An unknown field, or column, may be the quote that proves another claim.
        is_unsure = result.invalid_elsewhere or any(one.code == "unknown-field" for one in result.faults)
        if name == "release" or is_unsure:
            return None
        reference, _ = _at(result.values, tuple(above))
        id_path = (*above, f"{prefix}claim_id")
        return _edit(id_path, reference.get(id_path[-1]), self._claims.of(reference, prefix))

    def _place(self, fault: Fault, result: RowResult) -> Correction | None:
        """Correct a copied column with the place of the claim, if the digest proves which claim it is.

        The claim has moved, so the offsets of a quote move with its start.
        """
        name, values = str(fault.path[0]), result.values
        claim = self._validator.corpus.claims[values["claim_id"]]
        own = claim.columns.get(name)
        ids = self._validator.corpus.ids_by_digest.get(str(values.get("claim_sha256")))
        if name not in _PLACE or own is None or ids != (claim.claim_id,):
            return None
        edits = [Edit(fault.path, values[name], own)]
        if name in {"start", "end"}:
            start, end = (_offset(values.get(one)) for one in ("start", "end"))
            # Otherwise they are no offsets of the claim's text.
            if type(start) is not int or type(end) is not int or end - start != len(claim.text):
                return None
            quote = self._quote_of(values) if name == "start" else None
            edits += _moved(quote, claim.start - start) if quote else []
        return Correction("safe", tuple(edits))

    def _quote(self, fault: Fault, result: RowResult) -> Correction | None:
        """Replace a quote that differs only in notation with the source's own characters."""
        quote = self._quote_at(fault.path[:-1], result)
        # A nested reference has no field for the quote as it was written.
        own = quote.restored() if quote and len(fault.path) == 1 else None
        if quote is None or own is None:
            return None
        words, place = own
        edits = [Edit(fault.path, quote.words, words), *_place_edits((), quote, place)]
        if result.values.get(AS_WRITTEN) is None:
            edits.append(Edit((AS_WRITTEN,), None, quote.words))
        return Correction("safe", tuple(edits))

    def _offsets(self, fault: Fault, result: RowResult) -> Correction | None:
        """Correct or add the offsets of a quote that occurs once, or whose offsets are in another unit."""
        above = fault.path[:-1]
        quote = self._quote_at(above, result)
        if quote is None:
            return None
        places = quote.places
        if self._is_in_repeat(quote):
            return None
        if len(places) == 1:
            return _correction("safe", _place_edits(above, quote, places[0]))
        meant = explained(quote, places) if quote.start is not None and quote.end is not None else None
        return _correction("unsafe", _place_edits(above, quote, meant[1])) if meant else None

    def _quote_at(self, path: Path, result: RowResult) -> Quote | None:
        """Return the quote of the reference at a path, unless the reference contradicts its claim."""
        reference, found = _at(result.values, path)
        for fault in result.faults:
            if fault.code in CLAIM_IN_DOUBT and fault.path[:-1] in {path, ()}:
                return None
        return self._quote_of(reference) if found else None

    def _quote_of(self, reference: Mapping[str, Any]) -> Quote | None:
        """Return the quote of a reference to a current claim."""
        get = reference.get
        claim, words = self._validator.corpus.claims.get(str(get("claim_id"))), get("quote")
        start, end, of = get("quote_start"), get("quote_end"), get("quote_of") or "text"
        if claim is None or not isinstance(words, str) or not words:
            return None
        if not isinstance(of, str) or of not in {"text", "text_en"}:
            return None
        return Quote(claim, words, start, end, of)

    def _is_in_repeat(self, quote: Quote) -> bool:
        """Return whether the offsets are right for another claim with the same text.

        Then either the id or the offsets are wrong, and nothing says which.
        """
        if quote.of != "text" or type(quote.start) is not int or type(quote.end) is not int:
            return False
        starts = self._starts(quote.claim.sha256)
        shifts = (
            quote.start - start for start, end in quote.places if end - start == quote.end - quote.start
        )
        return any(quote.claim.start + by in starts for by in shifts)

    def _starts_of(self, sha256: str) -> frozenset[int]:
        """Return where the claims with a digest start."""
        corpus = self._validator.corpus
        return frozenset(corpus.claims[one].start for one in corpus.ids_by_digest[sha256])


def _offset_paths(path: Path) -> list[Path]:
    return [(*path, name) for name in OFFSETS]


def _place_edits(path: Path, quote: Quote, place: tuple[int, int]) -> list[Edit]:
    """Return the edits that write the offsets of a quote."""
    both = zip(_offset_paths(path), (quote.start, quote.end), place, strict=True)
    return [Edit(at, before, after) for at, before, after in both if before != after]


def _offset(value: Any) -> Any:
    """Return an offset as an integer, also if it is text, as in CSV; return any other value unchanged."""
    return as_type_of(0, value) if isinstance(value, str) else value


def _moved(quote: Quote, by: int) -> list[Edit]:
    """Return the edits that move the offsets of a quote with its claim, if it is then at its words."""
    if quote.of != "text" or type(quote.start) is not int or type(quote.end) is not int:
        return []
    place = quote.start + by, quote.end + by
    return _place_edits((), quote, place) if place in quote.places else []


def _edit(path: Path, before: Any, meant: Converted | None) -> Correction | None:
    if meant is None or (type(before) is type(meant.value) and before == meant.value):
        return None
    return Correction(meant.applicability, (Edit(path, before, meant.value),))


def _correction(applicability: Applicability, edits: list[Edit]) -> Correction | None:
    return Correction(applicability, tuple(edits)) if edits else None


def _at(values: Any, path: Path) -> tuple[Any, bool]:
    """Return the value at a path, and whether there is one."""
    for step in path:
        values = values.__dict__ if isinstance(values, Record) else values
        try:
            values = values[step]
        except (KeyError, IndexError, TypeError):
            return None, False
    return (values.__dict__ if isinstance(values, Record) else values), True

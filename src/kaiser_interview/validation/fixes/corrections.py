"""Compute the edits that correct a fault of a row."""

from collections.abc import Callable, Mapping
from typing import Any

from ...records.models import Record
from ..findings.finding import Applicability, Correction, Edit, Fault, Path
from ..references.quotes import Quote, explained
from ..rows.result import RowResult
from ..rows.row_validator import RowValidator
from .claims import Claims
from .filled import CLAIM_IN_DOUBT, OFFSETS, filled
from .names import meant_by
from .values import Converted, converted

__all__ = ["AS_WRITTEN", "Corrections"]

AS_WRITTEN = "x_quote_as_written"
"""The field that keeps a quote as it was before `fix` replaced it."""


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
        self._by_code: Mapping[str, Callable[[Fault, RowResult], Correction | None]] = {
            "missing-field": self._missing,
            "unknown-field": self._unknown,
            "fields-disagree": self._offsets,
            "unknown-claim": self._claim,
            "retired-claim": self._claim,
            "stale-claim": self._claim,
            "digest-differs": self._claim,
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
        if len(places) == 1:
            return _correction("safe", _place_edits(above, quote, places[0]))
        meant = explained(quote, places) if quote.start is not None and quote.end is not None else None
        return _correction("unsafe", _place_edits(above, quote, meant[1])) if meant else None

    def _quote_at(self, path: Path, result: RowResult) -> Quote | None:
        """Return the quote of the reference at a path, unless the row contradicts its claim."""
        reference, found = _at(result.values, path)
        if not found or any(fault.code in CLAIM_IN_DOUBT for fault in result.faults):
            return None
        get = reference.get
        claim, words = self._validator.corpus.claims.get(str(get("claim_id"))), get("quote")
        start, end, of = get("quote_start"), get("quote_end"), get("quote_of") or "text"
        if claim is None or not isinstance(words, str) or not words or of not in {"text", "text_en"}:
            return None
        return Quote(claim, words, start, end, of)


def _offset_paths(path: Path) -> list[Path]:
    return [(*path, name) for name in OFFSETS]


def _place_edits(path: Path, quote: Quote, place: tuple[int, int]) -> list[Edit]:
    """Return the edits that write the offsets of a quote."""
    both = zip(_offset_paths(path), (quote.start, quote.end), place, strict=True)
    return [Edit(at, before, after) for at, before, after in both if before != after]


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

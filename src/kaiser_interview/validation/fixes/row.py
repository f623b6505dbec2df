"""Compute the fixes of one row: what has exactly one correct value."""

from collections.abc import Mapping
from typing import Any

from ...records.models import Record, Relation
from ..findings.codes import CODES
from ..findings.finding import Path
from ..references.paths import references_in
from ..references.quotes import Quote
from ..rows.result import RowResult
from ..rows.row_validator import RowValidator

__all__ = ["AS_WRITTEN", "fixes_of"]

AS_WRITTEN = "x_quote_as_written"

_FIXED_BY_SEARCH = {"quote-misplaced", "quote-out-of-range", "quote-typography-differs"}

_UNANCHORED = {"quote-ambiguous", "quote-too-short"}

_CLAIM_IN_DOUBT = {"stale-claim", "digest-differs", "unknown-release", "claim-differs"}


def fixes_of(
    result: RowResult, given: Mapping[str, Any], validator: RowValidator, *, typography: bool
) -> dict[str, Any]:
    """Return the fields to fix and their values.

    Parameters
    ----------
    result : RowResult
        The result of validating the row, with all its values.
    given : mapping of str
        The fields of the row before defaults were added.
    validator : RowValidator
        What has validated the row.
    typography : bool
        Whether a quote that differs in typography only is replaced.
    """
    return {} if result.kind is None else _Row(result, given, validator, typography=typography).fixes()


class _Row:
    """A row with its validation result, from which fixes are computed."""

    def __init__(
        self, result: RowResult, given: Mapping[str, Any], validator: RowValidator, *, typography: bool
    ) -> None:
        self._validator = validator
        self._result = result
        self._given = given
        self._typography = typography
        self._wrong = {fault.path: fault for fault in result.faults}
        self._fixed_at: set[Path] = set()
        self._claim_is_certain = not any(fault.code in _CLAIM_IN_DOUBT for fault in result.faults)

    def fixes(self) -> dict[str, Any]:
        """Return the fields to fix and their values."""
        rules, values = self._validator.rules[str(self._result.kind)], self._result.values
        fields, defaults = rules.shape.fields, self._validator.defaults
        patch = {name: values[name] for name in defaults if name in fields and self._given.get(name) is None}
        if rules.refers:
            patch |= self._fixed(values, (), typography=self._typography)
        for name in dict.fromkeys(str(path[0]) for path, _ in references_in(values, rules.nested)):
            copy, changed = _copied(values[name]), False
            for path, reference in references_in({name: copy}, rules.nested):
                fixed = self._fixed(reference, path, typography=False)
                reference.update(fixed)  # type: ignore[attr-defined]
                changed = changed or bool(fixed)
            if changed:
                patch[name] = copy
        if issubclass(rules.shape.model, Relation):
            patch |= self._digest(values, (), "other_")
        releases = self._validator.corpus.releases
        if releases and "release" in fields and values.get("release") is None and self._is_right():
            patch["release"] = releases[-1]
        return patch

    def _fixed(self, reference: Mapping[str, Any], path: Path, *, typography: bool) -> dict[str, Any]:
        """Return the fields of a reference to a claim that can be fixed: offsets, quote and digest."""
        claim = self._validator.corpus.claims.get(str(reference.get("claim_id")))
        names = ["claim_id", "quote_of"]
        # A kind may require offsets. If both are missing, they are added here.
        has_no_offsets = reference.get("quote_start") is None and reference.get("quote_end") is None
        if not (has_no_offsets and self._is_missing((*path, "quote_end"))):
            names.append("quote_end")
        if claim is None or not self._claim_is_certain or any((*path, name) in self._wrong for name in names):
            return {}
        patch: dict[str, Any] = {}
        words, given = reference.get("quote"), reference.get("quote_start")
        if words:
            quote_fault, start_fault = (
                self._wrong.get((*path, "quote")),
                self._wrong.get((*path, "quote_start")),
            )
            if has_no_offsets and self._is_missing((*path, "quote_start")):
                start_fault = None
            differs = (
                quote_fault is not None and quote_fault.code == "quote-typography-differs" and typography
            )
            wrong = quote_fault and quote_fault.code not in _UNANCHORED and not differs
            if wrong or (start_fault and start_fault.code not in _FIXED_BY_SEARCH):
                return {}
            quote = Quote(claim, words, None, None, reference.get("quote_of") or "text")
            places = quote.places_but_for_typography if differs else quote.places
            if not places or (len(places) != 1 and (start_fault or differs)):
                return {}
            if differs:
                patch |= {AS_WRITTEN: words, "quote": quote.own_words(places[0])}
                if self._given.get(AS_WRITTEN) is not None:
                    del patch[AS_WRITTEN]  # keep the original that the row already has
            if len(places) == 1 and (start_fault or differs or given is None):
                patch |= dict(zip(("quote_start", "quote_end"), places[0], strict=True))
                self._fixed_at |= {(*path, name) for name in ("quote", "quote_start", "quote_end")}
        return patch | self._digest(reference, path)

    def _is_missing(self, path: Path) -> bool:
        """Return whether the fault of a field is that it is missing."""
        return path in self._wrong and self._wrong[path].code == "missing-field"

    def _digest(self, reference: Mapping[str, Any], path: Path, prefix: str = "") -> dict[str, Any]:
        """Return the digest of the referenced claim if the reference has none."""
        id_field, digest_field = f"{prefix}claim_id", f"{prefix}claim_sha256"
        claim = self._validator.corpus.claims.get(str(reference.get(id_field)))
        wrong = any((*path, name) in self._wrong for name in (id_field, digest_field))
        if claim is None or wrong or not self._claim_is_certain or reference.get(digest_field) is not None:
            return {}
        return {digest_field: claim.sha256}

    def _is_right(self) -> bool:
        """Return whether every error in the row has been fixed."""
        return all(
            CODES[fault.code].severity == "warning" or fault.path in self._fixed_at
            for fault in self._wrong.values()
        )


def _copied(value: Any) -> Any:
    """Return a deep copy of lists, mappings and records, as lists and dictionaries."""
    if isinstance(value, list | tuple):
        return [_copied(one) for one in value]
    if isinstance(value, Record):
        return _copied(value.model_dump(exclude_unset=True))
    return {name: _copied(one) for name, one in value.items()} if isinstance(value, Mapping) else value

"""Rule for translations: a translation has every number of its claim."""

import re
from collections.abc import Container
from typing import TYPE_CHECKING, Any, ClassVar

from ...records.models import Record, Translation
from ..findings.finding import Fault
from ..references.rows import References
from .base import Rule
from .numbers import missing_numbers, numbers

if TYPE_CHECKING:
    from ..arrow.arrays import Bools, Ints
    from ..references.columns import Fields, ReferenceColumns
    from .base import ColumnRule

__all__ = ["TranslationRule"]


class TranslationRule(Rule):
    """The translation has every number that its claim has in digits, in any script or grouping."""

    model: ClassVar[type[Record]] = Translation

    def __init__(self, references: References) -> None:
        super().__init__(references)
        claims = references.corpus.claims.items()
        self._wanted = {name: found for name, claim in claims if (found := numbers(claim.text))}
        self.claims: Container[str] | None = self._wanted

    def rows(self, bad: frozenset[str], /, claim_id: Any, translation: Any) -> list[Fault]:
        # An id of another type may not be hashable.
        if bad & {"claim_id", "translation"} or translation is None:
            return []
        needed = self._wanted.get(claim_id or "")
        if needed is None:
            return []
        missing = missing_numbers(needed, translation)
        expected = f"the number{'' if len(missing) == 1 else 's'} {', '.join(missing)} from {claim_id}"
        return [Fault("number-missing", ("translation",), expected, "none")] if missing else []

    def columns(self, _: "ReferenceColumns") -> "ColumnRule":
        import numpy as np
        import pyarrow.compute as pc
        import pyarrow.types as kinds

        from ..arrow.arrays import from_numpy, is_text, plain, truths

        wanted = {
            place: self._wanted[name]
            for place, name in enumerate(self.references.corpus.claims)
            if name in self._wanted
        }
        places = np.array([*wanted], np.int64)

        def look(fields: "Fields", claims: "Ints", _: "Ints") -> "Bools":
            suspect = np.isin(claims, places)
            translation = fields.get("translation")
            if translation is None or not suspect.any():
                return np.asarray(suspect)
            rows = np.flatnonzero(suspect)
            texts = plain(translation.take(from_numpy(rows)))
            texts = plain(texts.dictionary_decode()) if kinds.is_dictionary(texts.type) else texts
            if not is_text(texts.type):
                return np.asarray(suspect)
            order = np.argsort(claims[rows], kind="stable")
            ends = np.flatnonzero(np.diff(claims[rows][order])) + 1
            for here in np.split(order, ends):
                numbers_of_claim = wanted[int(claims[rows[here[0]]])]
                own = texts.take(from_numpy(here))
                if len(here) < _FEW:
                    given = own.to_pylist()
                    present = np.array(
                        [one is not None and not missing_numbers(numbers_of_claim, one) for one in given]
                    )
                else:
                    present = np.ones(len(here), np.bool_)
                    for number in numbers_of_claim:
                        present &= truths(pc.match_substring_regex(own, _ALONE.format(_grouped(number))))
                suspect[rows[here[present]]] = False
            return np.asarray(suspect)

        return look


_FEW = 8
"""With fewer rows about a claim, compiling patterns of its numbers takes longer than to compare each row."""

# Matches a number with no digit, mark or other number next to it: there is only one way to read it.
_ALONE = (
    r"(?:^|[-A-Za-z(\x{{4e00}}-\x{{9fff}}] ?){0}(?:$|[-A-Za-z)%\x{{4e00}}-\x{{9fff}}]|[ ,.;:][A-Za-z]|\.$)"
)


def _grouped(number: str) -> str:
    """Return a pattern that matches a number with or without commas between groups of three."""
    if not number.isdigit():
        return re.escape(number)
    first = len(number) % 3
    groups = [number[:first], *(number[at : at + 3] for at in range(first, len(number), 3))]
    return ",?".join(group for group in groups if group)

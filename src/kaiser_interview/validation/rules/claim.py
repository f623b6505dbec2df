"""Claims: a row that is a claim is that claim of the corpus."""

from typing import TYPE_CHECKING, Any, ClassVar

from ...records.models import Claim, Record
from ..findings.finding import Fault
from ..references.rows import carried
from .base import Rule

if TYPE_CHECKING:
    from ..arrow.arrays import Bools, Ints
    from ..references.columns import Fields, ReferenceColumns
    from .base import ColumnRule

__all__ = ["ClaimRule"]


class ClaimRule(Rule):
    """The id is that of a claim, and every field is what the claim has."""

    model: ClassVar[type[Record]] = Claim

    def rows(self, bad: frozenset[str], /, **values: Any) -> list[Fault]:
        claim_id = values["claim_id"]
        if "claim_id" in bad or claim_id is None:
            return []
        claim = self.references.corpus.claims.get(claim_id)
        if claim is None:
            return [self.references.no_claim(("claim_id",), claim_id)]
        pinned = None
        if "claim_sha256" not in bad:
            pinned = self.references.pin(claim, values["claim_sha256"], ("claim_sha256",))
        return [pinned] if pinned else carried(claim, values, sorted(self._compared - bad))

    def columns(self, references: "ReferenceColumns") -> "ColumnRule":
        import numpy as np

        from ..references.columns import Carried

        columns = [Carried(self.references.corpus, name) for name in sorted(self._compared)]

        def look(fields: "Fields", rows: "Ints", _: "Ints") -> "Bools":
            claims = references.claims(fields.get("claim_id"), len(rows))
            doubt = claims < 0
            claims = np.maximum(claims, 0)
            doubt |= references.pins(claims, fields.get("claim_sha256")).suspect
            for column in columns:
                if column.name in fields:
                    doubt |= column.doubts(fields[column.name], claims)
            return np.asarray(doubt)

        return look

    @property
    def _compared(self) -> frozenset[str]:
        columns = self.references.corpus.columns
        return frozenset(Claim.model_fields.keys() & columns - {"claim_id", "claim_sha256"})

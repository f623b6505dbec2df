"""Rule for claims: a row equals the claim of the corpus with its id."""

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
    """The id is that of a current claim, and every other field equals the claim's."""

    model: ClassVar[type[Record]] = Claim

    def rows(self, bad: frozenset[str], /, **values: Any) -> list[Fault]:
        claim_id = values["claim_id"]
        if "claim_id" in bad or claim_id is None:
            return []
        claim = self.references.corpus.claims.get(claim_id)
        if claim is None:
            return [self.references.no_claim(("claim_id",), claim_id)]
        digest_fault = None
        if "claim_sha256" not in bad:
            digest_fault = self.references.digest_fault(claim, values["claim_sha256"], ("claim_sha256",))
        return [digest_fault] if digest_fault else carried(claim, values, sorted(self._compared - bad))

    def columns(self, references: "ReferenceColumns") -> "ColumnRule":
        import numpy as np

        from ..references.columns import Carried

        columns = [Carried(self.references.corpus, name) for name in sorted(self._compared)]

        def look(fields: "Fields", rows: "Ints", _: "Ints") -> "Bools":
            claims = references.claims(fields.get("claim_id"), len(rows))
            suspect = claims < 0
            claims = np.maximum(claims, 0)
            suspect |= references.compare_digests(claims, fields.get("claim_sha256"))[0]
            for column in columns:
                if column.name in fields:
                    suspect |= column.doubts(fields[column.name], claims)
            return np.asarray(suspect)

        return look

    @property
    def _compared(self) -> frozenset[str]:
        columns = self.references.corpus.columns
        return frozenset(Claim.model_fields.keys() & columns - {"claim_id", "claim_sha256"})

"""Rule for relations: the other claim is a current claim and differs from the first."""

from typing import TYPE_CHECKING, Any, ClassVar

from ...records.models import Record, Relation
from ..findings.display import shown
from ..findings.finding import Fault
from .base import Rule

if TYPE_CHECKING:
    from ..arrow.arrays import Bools, Ints
    from ..references.columns import Fields, ReferenceColumns
    from .base import ColumnRule

__all__ = ["RelationRule"]


class RelationRule(Rule):
    """The other claim is current, is not the first claim, and has not changed since the row was made."""

    model: ClassVar[type[Record]] = Relation

    def rows(
        self,
        bad: frozenset[str],
        /,
        claim_id: Any,
        other_claim_id: Any,
        other_claim_sha256: Any,
        release: Any,
    ) -> list[Fault]:
        if "other_claim_id" in bad or other_claim_id is None:
            return []
        claim = self.references.corpus.claims.get(other_claim_id)
        if claim is None:
            digest = None if "other_claim_sha256" in bad else other_claim_sha256
            return [self.references.no_claim(("other_claim_id",), other_claim_id, None, digest)]
        found = []
        if other_claim_id == claim_id:
            expected, got = "a claim other than claim_id", shown(other_claim_id)
            found.append(Fault("fields-disagree", ("other_claim_id",), expected, got))
        if "other_claim_sha256" not in bad:
            digest_fault = self.references.digest_fault(claim, other_claim_sha256, ("other_claim_sha256",))
            found += [digest_fault] if digest_fault else []
        if "release" in bad or any(fault.code == "stale-claim" for fault in found):
            return found
        older = self.references.older(claim, release)
        return found + ([older] if older else [])

    def columns(self, references: "ReferenceColumns") -> "ColumnRule":
        import numpy as np

        def look(fields: "Fields", claims: "Ints", releases: "Ints") -> "Bools":
            others = references.claims(fields.get("other_claim_id"), len(claims))
            suspect = (others < 0) | (others == claims)
            others = np.maximum(others, 0)
            suspect |= references.compare_digests(others, fields.get("other_claim_sha256"))[0]
            return np.asarray(suspect | references.releases.older(releases, others))

        return look

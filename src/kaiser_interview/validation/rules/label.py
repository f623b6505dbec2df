"""Rule for labels: a value of a shipped scheme is in its vocabulary."""

from typing import TYPE_CHECKING, Any, ClassVar, get_args

from ...records.models import ClaimType, Horizon, Label, Record, Topic
from ...records.schemas import SHIPPED_SCHEMES
from ..findings.finding import Fault
from ..hints.typos import not_in_vocabulary
from .base import Rule

if TYPE_CHECKING:
    from ..arrow.arrays import Bools, Ints
    from ..references.columns import Fields, ReferenceColumns
    from .base import ColumnRule

__all__ = ["LabelRule"]

_VOCABULARIES = dict(zip(SHIPPED_SCHEMES, map(get_args, (Topic, ClaimType, Horizon)), strict=True))


class LabelRule(Rule):
    """A scheme without a colon must be a shipped one, and its value must be in the vocabulary."""

    model: ClassVar[type[Record]] = Label

    def rows(self, bad: frozenset[str], /, scheme: Any, value: Any) -> list[Fault]:
        if "scheme" in bad or scheme is None or ":" in scheme:
            return []
        if scheme not in _VOCABULARIES:
            return [
                not_in_vocabulary(
                    ("scheme",), _VOCABULARIES, scheme, "a custom scheme needs a colon, such as acme:stance"
                )
            ]
        if "value" in bad or value is None or value in _VOCABULARIES[scheme]:
            return []
        otherwise = (
            "`kaiser-interview schema label` lists all values; custom ones need a scheme such as "
            f"acme:{scheme}"
        )
        return [not_in_vocabulary(("value",), _VOCABULARIES[scheme], value, otherwise)]

    def columns(self, _: "ReferenceColumns") -> "ColumnRule":
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        from ..arrow.arrays import from_texts, is_text, lookup, on_values, truths

        schemes = from_texts([*_VOCABULARIES])
        words = [from_texts(values) for values in _VOCABULARIES.values()]

        def has_colon(texts: pa.Array) -> "Bools":
            known = is_text(texts.type)
            return truths(pc.match_substring(texts, ":")) if known else np.zeros(len(texts), np.bool_)

        def look(fields: "Fields", claims: "Ints", _: "Ints") -> "Bools":
            scheme, value = fields.get("scheme"), fields.get("value")
            if scheme is None or value is None:
                return np.ones(len(claims), np.bool_)
            which = lookup(scheme, schemes)
            suspect = (which < 0) & ~on_values(scheme, has_colon, null=False)
            for number, vocabulary in enumerate(words):
                ours = which == number
                if ours.any():
                    suspect |= ours & (lookup(value, vocabulary) < 0)
            return np.asarray(suspect)

        return look

"""Everything that rows of one kind are validated by."""

from ...records.models import Record, Reference, Relation
from ..formats.coerce import lossless, typed
from ..references.paths import reference_paths
from ..references.rows import References
from ..rules.registry import rules_of
from .schema import Shape

__all__ = ["KindRules"]


class KindRules:
    """All that rows of a kind are judged by."""

    def __init__(self, kind: str | type[Record], references: References) -> None:
        self.shape = Shape(kind)
        model = self.shape.model
        self.refers = issubclass(model, Reference)
        self.pairs = issubclass(model, Relation)
        self.nested = reference_paths(model)
        self.rules = rules_of(model, references)
        self.typed = typed(model)
        self.lossless = lossless(model)

"""The schema, references and rules of one kind, in one object."""

from collections.abc import Callable, Mapping
from typing import Any

from ...records.models import Record, Reference, Relation
from ..formats.coerce import lossless, typed
from ..references.paths import Nested, reference_paths
from ..references.rows import References
from ..rules.base import Rule
from ..rules.registry import rules_of
from .schema import Shape

__all__ = ["KindRules"]


class KindRules:
    """The schema, references and rules that rows of one kind are validated with.

    Attributes
    ----------
    shape : Shape
        The schema.
    refers, pairs : bool
        Whether rows refer to a claim, and to another claim too.
    nested : tuple of Nested
        The fields that hold references.
    rules : tuple of Rule
        The rules beyond the schema.
    typed, lossless : callable
        Convert CSV cells and columnar values to the types of the fields.
    """

    def __init__(self, kind: str | type[Record], references: References) -> None:
        self.shape: Shape = Shape(kind)
        model = self.shape.model
        self.refers: bool = issubclass(model, Reference)
        self.pairs: bool = issubclass(model, Relation)
        self.nested: tuple[Nested, ...] = reference_paths(model)
        self.rules: tuple[Rule, ...] = rules_of(model, references)
        self.typed: Callable[[Mapping[str, str]], dict[str, Any]] = typed(model)
        self.lossless: Callable[[Mapping[str, Any]], dict[str, Any]] = lossless(model)

"""The list of all rules, and the rules of a model."""

from ...records.models import Record
from ..references.rows import References
from .base import Rule
from .claim import ClaimRule
from .label import LabelRule
from .question import QuestionRule
from .relation import RelationRule
from .translation import TranslationRule

__all__ = ["RULES", "rules_of"]

RULES: tuple[type[Rule], ...] = (LabelRule, RelationRule, QuestionRule, TranslationRule, ClaimRule)


def rules_of(model: type[Record], references: References) -> tuple[Rule, ...]:
    """Return the rules of a model and of its base classes."""
    return tuple(rule(references) for rule in RULES if issubclass(model, rule.model))

"""Base class of rules that compare the fields of a row with each other and with the corpus."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Container
from typing import TYPE_CHECKING, Any, ClassVar, final

from ...records.models import Record
from ..findings.finding import Fault
from ..references.paths import Values
from ..references.rows import References

if TYPE_CHECKING:
    from ..arrow.arrays import Bools, Ints
    from ..references.columns import Fields, ReferenceColumns

    ColumnRule = Callable[[Fields, Ints, Ints], Bools]

__all__ = ["ColumnRule", "Rule"]


class Rule(ABC):
    """A rule for the rows of a model and of its subclasses.

    A subclass defines `model` and `rows`, and is registered in `registry.RULES`. The parameters of `rows`
    after `bad` name the fields that it reads; ``**values`` means every field of the model. So a rule
    cannot read a field that the prefilter leaves out. Without `columns`, every row is suspect, and `rows`
    decides.

    Parameters
    ----------
    references : References
        Validates references against the corpus.

    Attributes
    ----------
    model : type of Record
        The model whose rows the rule applies to.
    fields : tuple of str
        The fields that `rows` reads.
    claims : container of str or None
        The ids of the claims whose rows the rule applies to; None for all.
    """

    model: ClassVar[type[Record]]
    fields: ClassVar[tuple[str, ...]]
    claims: Container[str] | None = None

    def __init_subclass__(cls) -> None:
        _, _, *given = inspect.signature(cls.rows).parameters.values()
        everything = any(one.kind is one.VAR_KEYWORD for one in given)
        cls.fields = tuple(cls.model.model_fields) if everything else tuple(one.name for one in given)

    def __init__(self, references: References) -> None:
        self.references = references

    @final
    def faults(self, values: Values, bad: frozenset[str]) -> list[Fault]:
        """Apply the rule to a row, and return its faults; `bad` is as for `rows`."""
        return self.rows(bad, **{name: values.get(name) for name in self.fields})

    @abstractmethod
    def rows(self, bad: frozenset[str], /, *args: Any, **values: Any) -> list[Fault]:
        """Return the faults of a row.

        Parameters
        ----------
        bad : frozenset of str
            The names of fields that do not match the schema. They may hold anything.
        **values
            The fields that the rule reads; None if the row does not have one.
        """

    def columns(self, references: "ReferenceColumns") -> "ColumnRule":  # noqa: ARG002 - used by subclasses
        """Return a function that marks suspect rows, which `rows` then validates.

        The function takes the columns by name, and the index of each row's claim and of its release. It
        returns an array of booleans. It may mark a valid row; it must mark every invalid one.
        """
        import numpy as np

        return lambda _, claims, __: np.ones(len(claims), np.bool_)

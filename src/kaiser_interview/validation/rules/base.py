"""A rule of a kind: among the fields of a row, and between them and the corpus."""

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
    """A rule of the rows of one model and of what derives from it.

    A subclass gives `model` and `rows`, and is registered in `registry.RULES`. The parameters of `rows` after
    `bad` name the fields that it reads; ``**values`` is every field of the model. So a rule cannot read a
    field that the columnar path leaves out. Without `columns`, every row is suspect, and `rows` decides.

    Parameters
    ----------
    references : References
        The corpus that rows are validated against, and what looks things up in it.

    Attributes
    ----------
    model : type of Record
        The model whose rows it concerns.
    fields : tuple of str
        The fields that it reads.
    claims : container of str or None
        The claims whose rows it concerns; None for all.
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
        """Return what is wrong with a row, given the names of its fields that do not have their shape."""
        return self.rows(bad, **{name: values.get(name) for name in self.fields})

    @abstractmethod
    def rows(self, bad: frozenset[str], /, *args: Any, **values: Any) -> list[Fault]:
        """Return what is wrong with a row.

        Parameters
        ----------
        bad : frozenset of str
            The names of fields that do not have their shape. They may hold anything.
        **values
            The fields that the rule reads; None where the row has none.
        """

    def columns(self, references: "ReferenceColumns") -> "ColumnRule":  # noqa: ARG002 - for those that look
        """Return what looks at columns and says which rows are suspect, so that `rows` is asked about them.

        What is returned takes the columns by name, the claim and the release of each row by their places, and
        returns an array of booleans. It may suspect a row that is right; it must suspect each that is not.
        """
        import numpy as np

        return lambda _, claims, __: np.ones(len(claims), np.bool_)

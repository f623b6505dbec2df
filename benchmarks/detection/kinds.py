"""The kinds of the rows: those of the package, and two custom kinds."""

import kaiser_interview as ki
from kaiser_interview.records.models import KINDS

__all__ = ["ALL", "Debate", "Stance", "named"]


class Stance(ki.Derived):
    """A custom kind about one claim."""

    stance: str
    weight: ki.Float32 | None = None
    tags: ki.Many[str] = ()


class Debate(ki.Annotation):
    """A custom kind with references in a list, and a single reference."""

    thesis: str
    pro: ki.Many[ki.Reference]
    best: ki.Reference | None = None
    rank: int | None = None


ALL: dict[str, str | type[ki.Annotation]] = {
    **{name: name for name in KINDS},
    "stance": Stance,
    "debate": Debate,
}
"""What `validate` takes for each kind, by name."""


def named(kind: str) -> type[ki.Record]:
    """Return the model of a kind."""
    given = ALL[kind]
    return KINDS[given] if isinstance(given, str) else given

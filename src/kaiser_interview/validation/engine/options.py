"""What is to be checked, and against what."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypedDict

from ...corpus.corpus import Corpus
from ...errors import known_name
from ...records.models import KindName, Record
from ..findings.codes import CODES
from ..formats.detect import Form
from ..rows.row_validator import RowValidator

__all__ = ["Against", "Check", "Extra", "Kinds", "Options", "Progress", "wanted_codes"]

Kinds = KindName | str | type[Record] | Iterable[KindName | str | type[Record]] | None
"""Names from a variable are any text, so `str` is allowed; the literals are what editors complete."""

Against = Corpus | str | os.PathLike[str] | None
"""A corpus, or the folder that it is read from; None for the shipped claims."""

Extra = Literal["error", "allow"]


class Progress:
    """How far a check has come.

    Attributes
    ----------
    rows, invalid : int
        So far.
    bytes, size : int
        Bytes read of the file that is being read, and its size; 0 where there is none.
    file : str
        Its name.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.invalid = 0
        self.bytes = 0
        self.size = 0
        self.file = ""


class Options(TypedDict, total=False):
    """The options that `validate`, `split` and `fix` share; `Check` has their defaults."""

    kind: Kinds
    defaults: Mapping[str, Any] | None
    extra: Extra
    require: Sequence[str]
    complete: Sequence[str] | None
    key: Sequence[str] | None
    select: Sequence[str] | None
    ignore: Sequence[str] | None
    max_findings: int
    progress: Callable[[Progress], None] | None


@dataclass(frozen=True, kw_only=True)
class Check:
    """What is to be checked, and against what: `Options` with their defaults."""

    data: Any
    against: Corpus
    kind: Kinds = None
    defaults: Mapping[str, Any] | None = None
    extra: Extra = "error"
    require: Sequence[str] = ()
    complete: Sequence[str] | None = None
    key: Sequence[str] | None = None
    select: Sequence[str] | None = None
    ignore: Sequence[str] | None = None
    max_findings: int = 1000
    progress: Callable[[Progress], None] | None = None
    form: Form | None = None
    """What files are, whatever their names and contents say."""

    def __post_init__(self) -> None:
        for name in ("require", "complete", "key", "select", "ignore"):
            given = getattr(self, name)
            if isinstance(given, str):
                object.__setattr__(self, name, (given,))

    def judge(self) -> RowValidator:
        """Return a judge of this check's rows."""
        kinds = self.kind
        if kinds is None:
            kinds = ()
        elif isinstance(kinds, str | type) or not isinstance(kinds, Iterable):
            kinds = (kinds,)
        judge = RowValidator(
            kinds, self.against, defaults=self.defaults, extra=self.extra, require=self.require
        )
        # Where unknown fields are not told, nothing else says that the one which is meant is missing.
        judge.slips = "unknown-field" in wanted_codes(self.select, self.ignore)
        return judge

    def watched_by(self, progress: Callable[[Progress], None]) -> "Check":
        """Return the same check, which tells somebody how far it has come."""
        return replace(self, progress=progress)

    def of(self, path: str, form: Form | None) -> "Check":
        """Return the same check of a file, whose form is known."""
        return replace(self, data=path if path != "-" else "./-", form=form)


def wanted_codes(select: Sequence[str] | None, ignore: Sequence[str] | None) -> frozenset[str]:
    """Return the codes that are looked for; those of what cannot be read always are."""
    for name in (*(select or ()), *(ignore or ())):
        known_name("code", name, CODES)
    chosen = set(CODES if select is None else select) - set(ignore or ())
    always = {name for name, code in CODES.items() if code.group == "reading" and code.severity == "error"}
    return frozenset(chosen | (always - {"byte-order-mark"}))

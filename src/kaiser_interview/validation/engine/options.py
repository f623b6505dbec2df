"""The options that `validate`, `split`, `fix` and `read` share, and the check that they describe."""

import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypedDict

from ...corpus.corpus import Corpus
from ...errors import InputError, known_name
from ...records.models import KindName, Record
from ..findings.codes import CODES
from ..formats.detect import Form
from ..rows.row_validator import RowValidator
from ..workers.process import Sandbox
from ..workers.tasks import InProcessReader, Reader

__all__ = [
    "Against",
    "Check",
    "CommonOptions",
    "Extra",
    "Kinds",
    "Options",
    "Progress",
    "wanted_codes",
]

Kinds = KindName | str | type[Record] | Iterable[KindName | str | type[Record]] | None
"""Kinds by name or model. `str` is allowed for names in variables; editors complete the literals."""

Against = Corpus | str | os.PathLike[str] | None
"""A corpus, or the folder to read it from; None for the shipped claims."""

Extra = Literal["error", "allow"]


class Progress:
    """The progress of a check.

    Attributes
    ----------
    rows, invalid : int
        Rows checked so far, and invalid ones among them.
    bytes, size : int
        Bytes read of the current file, and its size; 0 if it has none.
    file : str
        The name of the current file.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.invalid = 0
        self.bytes = 0
        self.size = 0
        self.file = ""


class CommonOptions(TypedDict, total=False):
    """`Options` without `kind`, which decides the type of the records that `read` returns."""

    defaults: Mapping[str, Any] | None
    extra: Extra
    require: Sequence[str]
    complete: Sequence[str] | None
    key: Sequence[str] | None
    select: Sequence[str] | None
    ignore: Sequence[str] | None
    max_findings: int
    in_process: bool
    progress: Callable[[Progress], None] | None


class Options(CommonOptions, total=False):
    """The options that `validate`, `split`, `fix` and `read` share; `Check` has the default values."""

    kind: Kinds


@dataclass(frozen=True, kw_only=True)
class Check:
    """Data to validate, the corpus to validate it against, and `Options` with their defaults."""

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
    in_process: bool = False
    progress: Callable[[Progress], None] | None = None
    form: Form | None = None
    """The format of all files; overrides detection by name and content."""

    def __post_init__(self) -> None:
        for name in ("require", "complete", "key", "select", "ignore"):
            given = getattr(self, name)
            if isinstance(given, str):
                object.__setattr__(self, name, (given,))
        if not isinstance(self.kind, str | type) and isinstance(self.kind, Iterable):
            # An iterator can be read only once, and cannot be sent to other processes.
            object.__setattr__(self, "kind", (*self.kind,))

    @property
    def reader(self) -> Callable[[], Reader]:
        """A function that returns a new reader of columnar files."""
        return InProcessReader if self.in_process else Sandbox

    def verify(self, fields: Collection[str]) -> None:
        """Check the options that name fields of the kinds, and the number of findings.

        Raises
        ------
        UnknownNameError
            A field in `key` or `complete` is not a field of any kind.
        InputError
            `max_findings` is not an integer of at least 0.
        """
        for option, names in (("key", self.key), ("complete", self.complete)):
            for name in names or ():
                if not name.startswith("x_"):
                    known_name(f"field of {option}", name, sorted(fields))
        if type(self.max_findings) is not int or self.max_findings < 0:
            raise InputError(
                f"max_findings: expected an integer of at least 0, got {self.max_findings!r:.80}"
            )

    def row_validator(self) -> RowValidator:
        """Return the row validator of this check."""
        kinds = self.kind
        if kinds is None:
            kinds = ()
        elif isinstance(kinds, str | type) or not isinstance(kinds, Iterable):
            kinds = (kinds,)
        validator = RowValidator(
            kinds, self.against, defaults=self.defaults, extra=self.extra, require=self.require
        )
        # If unknown fields are not reported, a misspelled field must still be reported as missing.
        validator.slips = "unknown-field" in wanted_codes(self.select, self.ignore)
        return validator

    def as_json(self, validator: RowValidator) -> dict[str, Any]:
        """Return the options that affect the findings, as JSON values.

        Parameters
        ----------
        validator : RowValidator
            The validator of this check, which knows the names of the kinds.
        """
        names = ("complete", "key", "select", "ignore")
        given = {name: getattr(self, name) for name in names}
        options = {
            "kind": [*validator.rules] if validator.is_asked else None,
            "defaults": validator.defaults,
            "extra": self.extra,
            "require": [*validator.require],
            **{name: None if fields is None else [*fields] for name, fields in given.items()},
            "max_findings": self.max_findings,
        }
        # A default may be any value that a field can have, such as a datetime.
        return dict(json.loads(json.dumps(options, default=str)))

    def watched_by(self, progress: Callable[[Progress], None]) -> "Check":
        """Return a copy of this check that calls `progress`."""
        return replace(self, progress=progress)

    def of(self, path: str, form: Form | None) -> "Check":
        """Return a copy of this check for one file in a known format."""
        return replace(self, data=path if path != "-" else "./-", form=form)


def wanted_codes(select: Sequence[str] | None, ignore: Sequence[str] | None) -> frozenset[str]:
    """Return the codes to report: `select` without `ignore`.

    Errors in reading the data are always included, except `byte-order-mark`.

    Raises
    ------
    UnknownNameError
        A code is unknown.
    """
    for name in (*(select or ()), *(ignore or ())):
        known_name("code", name, CODES)
    chosen = set(CODES if select is None else select) - set(ignore or ())
    always = {name for name, code in CODES.items() if code.group == "reading" and code.severity == "error"}
    return frozenset(chosen | (always - {"byte-order-mark"}))

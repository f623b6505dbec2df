"""Validate a part of a data set row by row.

Each part is validated by itself, and its lines and rows count from its own start. This module validates rows
one at a time, without numpy and pyarrow. `columns` validates many rows at once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, repeat
from typing import Any, NamedTuple

from ...records.models import Record
from ..dataset_rules.state import DatasetRules, Row
from ..findings.checked import CheckedTally
from ..findings.counts import Group, Tally
from ..findings.finding import Correction, Fault, Finding, Located, Note, spelled
from ..fixes.corrections import Corrections
from ..formats.text import RowTexts
from ..rows.result import RowResult
from ..rows.row_validator import RowValidator
from ..sources.source import Items
from .options import Check, wanted_codes

__all__ = [
    "MOST_GROUPS",
    "Account",
    "Details",
    "Ids",
    "Member",
    "PartResult",
    "PartValidator",
    "models_of",
    "new_rules",
    "validated",
]

Member = tuple[int, int, bool, str | None, Row | None]
"""Place, row index, whether the row is invalid, id; and the row, if more than its id is compared."""

_NOTHING: Mapping[str, str] = {}

MOST_GROUPS = 20_000
"""Maximum number of groups of findings in a part. A report keeps far fewer, the first ones."""


class Details:
    """The results of a part row by row, for callers that write its rows or all its findings.

    Attributes
    ----------
    findings : list of tuple of int and Located
        Every fault with its position. The integer gives the order: ``2 * row + 1`` for a fault of a row, and
        ``2 * row`` for a fault before a row.
    invalid : set of int
        The invalid rows.
    results : dict of int to RowResult
        The results of the rows that the row validator validated.
    looked : list of tuple
        The rows that were read into record batches: their indices, the batch, the result of the prefilter.
    texts : RowTexts or None
        The rows of the part, if it is text.
    lines : sequence of int
        The line of each row in the part, from 1; empty if the format has no lines.
    explained : bool
        Whether the texts of `findings` are computed.
    """

    def __init__(self, *, explained: bool = False) -> None:
        self.explained: bool = explained
        self.findings: list[tuple[int, Located]] = []
        self.invalid: set[int] = set()
        self.results: dict[int, RowResult] = {}
        self.looked: list[tuple[Any, Any, Any]] = []
        self.texts: RowTexts | None = None
        self.lines: Sequence[int] = ()


class Ids(NamedTuple):
    """Rows, in order, that are compared with other rows by id only."""

    places: Sequence[int]
    rows: Sequence[int]
    invalid: Sequence[bool]
    ids: Sequence[str]

    def members(self) -> Iterator[Member]:
        """Yield the rows one at a time."""
        return zip(*self, repeat(None))


class PartResult(NamedTuple):
    """The result of a part. Results are merged in the order of the parts."""

    rows: int = 0
    lines: int = 0
    """Number of lines, if lines count from the start of the part; else 0."""
    invalid: int = 0
    outside: int = 0
    """Number of errors that are not about a row."""
    complete: bool = True
    counts: Iterable[tuple[Group, int, list[Located]]] = ()
    columns: Iterable[tuple[Fault, Correction | None]] = ()
    """Faults of whole columns, with the edits that correct them."""
    members: Iterable[Member] | Ids = ()
    """Rows that are compared with other rows, in order."""
    ids: Any = None
    """Hashes of ids, instead of `members`."""
    keys: Any = None
    traces: Mapping[str, Any] | None = None
    details: Details | None = None
    checked: CheckedTally | None = None
    """Counts of the references of the rows; None if they were not counted."""

    def each_member(self) -> Iterable[Member]:
        """Return the rows that are compared with other rows, one at a time."""
        return self.members.members() if isinstance(self.members, Ids) else self.members

    def portable(self) -> "PartResult":
        """Return the result with the texts of its findings computed, so that it can be pickled."""
        return self._replace(
            counts=[(group, count, [one.spelled() for one in kept]) for group, count, kept in self.counts],
            columns=[(spelled(fault), correction) for fault, correction in self.columns],
        )


class PartValidator:
    """Validate parts of one data set, one after the other.

    Parameters
    ----------
    check : Check
        The check; its data is ignored.
    validator : RowValidator
        The validator of the rows; not shared with other objects.

    Attributes
    ----------
    hashed : bool
        Whether ids and keys are compared by hash; rows with an equal hash are then compared exactly.
    detailed : bool
        Whether results include `Details`.
    explained : bool
        Whether the texts of all findings are computed with the part, for callers that write them.
    """

    def __init__(self, check: Check, validator: RowValidator) -> None:
        self.hashed: bool = False
        self.detailed: bool = False
        self.explained: bool = False
        self._max_findings = check.max_findings
        self._validator = validator
        self._wanted = wanted_codes(check.select, check.ignore)
        self._new_rules: Callable[[], DatasetRules] = lambda: new_rules(check, validator, str, hashed=True)
        # These rules say which fields of a row are needed to compare rows when results are merged.
        self._rules = new_rules(check, validator, str, hashed=False)
        self._corrections = Corrections(validator)

    def items(
        self,
        part: Items,
        form: str,
        name: str | None,
        constants: Mapping[str, Any] = _NOTHING,
        full: Iterable[Group] = (),
    ) -> PartResult:
        """Validate rows that come one at a time.

        Parameters
        ----------
        part : Items
            The rows and notes.
        form : str
            The format of their source.
        name : str or None
            The name of their source, for findings.
        constants : mapping of str
            Fields whose values come from the path of the source.
        full : iterable of Group
            Groups of findings of which no more are kept.
        """
        validator = self._validator
        account = self._account(name, full)
        validator.constants = {**validator.defaults, **constants}
        validate = self._reader(form, part.reported)
        lines: list[int] = []
        try:
            for item in part.items:
                if isinstance(item, Note):
                    account.note(item, account.rows)
                    continue
                line, data = item
                account.validated(line, account.rows, validated(data, validate))
                account.rows += 1
                if line is not None:
                    lines.append(line)
        finally:
            validator.constants = validator.defaults
        if account.details is not None:
            account.details.lines = lines
        return account.result()

    def findings(self, row: object) -> tuple[Finding, ...]:
        """Validate a mapping or a record by itself."""
        result = self._validator.value(row)
        row_id = result.values.get("id")
        return tuple(
            Located(
                fault, row=0, row_id=row_id, correction=partial(self._corrections.of, fault, result)
            ).finding()
            for fault in result.faults
            if fault.code in self._wanted
        )

    def _reader(self, form: str, reported: Mapping[str, str]) -> Callable[[Any], RowResult]:
        validator = self._validator
        if form in {"lines", "document"}:
            return validator.json
        if form == "csv":
            return lambda data: validator.cells(data, reported)
        return lambda data: validator.value(data, reported, columnar=form == "columns")

    def _account(self, name: str | None, full: Iterable[Group]) -> "Account":
        tally = Tally(self._max_findings, full, MOST_GROUPS, lazy=True)
        rules = self._new_rules() if self.hashed else self._rules
        details = Details(explained=self.explained) if self.detailed else None
        return Account(self._corrections, rules, tally, self._wanted, name, details, hashed=self.hashed)


class Account:
    """The counts and findings of a part so far."""

    def __init__(  # noqa: PLR0913, PLR0917 - counters and their options
        self,
        corrections: Corrections,
        rules: DatasetRules,
        tally: Tally,
        wanted: frozenset[str],
        name: str | None,
        details: Details | None,
        *,
        hashed: bool,
    ) -> None:
        self.rules = rules
        self.details = details
        self.rows: int = 0
        self.lines: int = 0
        self.invalid: int = 0
        self.outside: int = 0
        self.checked: CheckedTally = CheckedTally()
        self.columns: list[tuple[Fault, Correction | None]] = []
        self.members: list[Member] = []
        self.with_ids: list[Ids] = []
        self.ids: list[object] = []
        self.id_hashes: list[Any] = []
        self.key_hashes: list[Any] = []
        self.keyed: list[Mapping[str, Any]] = []
        self._complete = True
        self._tally, self._wanted, self._name = tally, wanted, name
        self._hashed = hashed
        self._correct = corrections.of

    def note(self, note: Note, row: int) -> None:
        """Count a finding that is not about a row, given the index of the next row."""
        if note.fault.code in self._wanted or note.stops:
            found = Located(note.fault, self._name, note.line, lines=note.lines)
            if self.details is not None:
                self.details.findings.append((2 * row, found))
            if self._tally.add(found) == "error":
                self.outside += note.lines
        self._complete = self._complete and not note.stops

    def validated(self, line: int | None, row: int, result: RowResult) -> None:
        """Count a row that the row validator validated."""
        values, invalid, details = result.values, result.invalid_elsewhere, self.details
        self.checked.row(result.references)
        row_id = values.get("id")
        for fault in result.faults:
            if fault.code in self._wanted:
                correction = partial(self._correct, fault, result)
                found = Located(fault, self._name, line, row, row_id, correction=correction)
                if details is not None:
                    found = found.spelled() if details.explained else found
                    details.findings.append((2 * row + 1, found))
                invalid = self._tally.add(found) == "error" or invalid
        self.invalid += invalid
        if details is not None:
            details.results[row] = result
            if invalid:
                details.invalid.add(row)
        rules = self.rules
        if self._hashed:
            self.ids.append(row_id)
            if result.kind is not None:
                bad = frozenset(fault.path[0] for fault in result.faults if fault.path)
                rules.faults(values, result.kind, 0, bad)
                self.keyed.append(values)
            return
        place = row if line is None else line
        if result.kind is not None and (rules.kinds is None or result.kind in rules.kinds):
            bad = frozenset(fault.path[0] for fault in result.faults if fault.path)
            self.members.append(
                (place, row, invalid, None, Row(place, row, result.kind, values, bad, invalid))
            )
        elif type(row_id) is str:
            self.members.append((place, row, invalid, row_id, None))

    def result(self) -> PartResult:
        """Return the result of the part."""
        members: Iterable[Member] | Ids
        if len(self.with_ids) == 1 and not self.members:
            members = self.with_ids[0]
        else:
            members = sorted(chain(self.members, *(some.members() for some in self.with_ids)))
        return PartResult(
            rows=self.rows,
            lines=self.lines,
            invalid=self.invalid,
            outside=self.outside,
            complete=self._complete,
            counts=[
                (group, count, self._tally.kept.get(group, [])) for group, count in self._tally.counts.items()
            ],
            columns=self.columns,
            members=members,
            details=self.details,
            checked=self.checked,
        )


def validated(data: Any, validate: Callable[[Any], RowResult]) -> RowResult:
    """Validate a row; a row that could not be read is already a fault."""
    return RowResult([data], {}, None) if type(data) is Fault else validate(data)


def models_of(validator: RowValidator) -> dict[str, type[Record]]:
    """Return the models of the possible kinds of rows, by name."""
    return {name: rules.shape.model for name, rules in validator.rules.items()}


def new_rules(
    check: Check, validator: RowValidator, where: Callable[[int], str], *, hashed: bool
) -> DatasetRules:
    """Return new data set rules, before any row."""
    return DatasetRules(
        validator.corpus,
        models_of(validator),
        key=check.key,
        complete=check.complete,
        where=where,
        hashed=hashed,
    )

"""One part of a data set, validated row by row.

A part is validated by itself, and its places count from its own start. Here are the parts whose rows come
one at a time, without numpy and pyarrow; `columns` validates many rows at once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ...records.models import Record
from ..dataset_rules.state import DatasetRules, Row
from ..findings.counts import Group, Tally
from ..findings.finding import Fault, Finding, Note
from ..rows.result import RowResult
from ..rows.row_validator import RowValidator
from ..sources.source import Items
from .options import Check, wanted_codes

__all__ = ["Account", "Alone", "Member", "PartResult", "PartValidator", "models_of", "new_rules"]

Member = tuple[int, int, bool, str | None, Row | None]
"""Place, row, whether it is invalid, id; and the row, where more than its id is compared."""


class Alone(NamedTuple):
    """Rows of which only the ids are compared."""

    ids: Sequence[str]
    places: Any
    """An array of integers, as is `rows`."""
    rows: Any
    invalid: Any
    """An array of booleans."""

    def members(self) -> Iterator[Member]:
        """Yield the rows one by one."""
        of_numpy = self.places.tolist(), self.rows.tolist(), self.invalid.tolist()
        for place, row, invalid, row_id in zip(*of_numpy, self.ids, strict=True):
            yield place, row, invalid, row_id, None


_NOTHING: Mapping[str, str] = {}

_MOST_GROUPS = 20_000
"""Groups of findings that a part counts by their paths. Far more than a report has, which takes the first."""


class PartResult(NamedTuple):
    """What a part has shown. Results are added in the order of the parts."""

    rows: int = 0
    lines: int = 0
    """Lines of the part, where its lines count from its own start; else 0."""
    invalid: int = 0
    rows_without_digest: int = 0
    outside: int = 0
    """Errors about no row."""
    complete: bool = True
    counts: Iterable[tuple[Group, int, list[Finding]]] = ()
    columns: Iterable[Fault] = ()
    """What is wrong with columns as a whole."""
    members: Iterable[Member] = ()
    """Rows that are compared with others one by one, in order."""
    alone: Iterable[Alone] = ()
    """More of them, usually with ids that are all new."""
    ids: Any = None
    """Hashes of ids, in place of `members`."""
    keys: Any = None
    traces: Mapping[str, Any] | None = None


class PartValidator:
    """Validates parts of one data set, one after the other.

    Parameters
    ----------
    check : Check
        The check; its data does not matter.
    hashed : bool
        Whether ids and keys are compared by hashes, of which those that are there twice are looked at again.
    """

    def __init__(self, check: Check, *, hashed: bool = False) -> None:
        self.hashed: bool = hashed
        self._max_findings = check.max_findings
        self._validator = validator = check.judge()
        self._wanted = wanted_codes(check.select, check.ignore)
        self._new_rules: Callable[[], DatasetRules] = lambda: new_rules(check, validator, str, hashed=hashed)
        self._rules = self._new_rules()

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
            The form of their source.
        name : str or None
            The name of their source, for findings.
        constants : mapping of str
            Fields that the path of the source gives.
        full : iterable of Group
            Groups of findings of which no more is kept.
        """
        validator = self._validator
        account = self._account(name, full)
        validator.constants = {**validator.defaults, **constants}
        validate = self._reader(form, part.told)
        try:
            for item in part.items:
                if isinstance(item, Note):
                    account.note(item)
                    continue
                line, data = item
                result = RowResult([data], {}, None) if type(data) is Fault else validate(data)
                account.validated(line, account.rows, result)
                account.rows += 1
        finally:
            validator.constants = validator.defaults
        return account.result()

    def _reader(self, form: str, told: Mapping[str, str]) -> Callable[[Any], RowResult]:
        validator = self._validator
        if form in {"lines", "document"}:
            return validator.json
        if form == "csv":
            return lambda data: validator.cells(data, told)
        return lambda data: validator.value(data, told, columnar=form == "columns")

    def _account(self, name: str | None, full: Iterable[Group]) -> "Account":
        tally = Tally(self._max_findings, full, _MOST_GROUPS)
        rules = self._new_rules() if self.hashed else self._rules
        return Account(self._validator, rules, tally, self._wanted, name, hashed=self.hashed)


class Account:
    """What a part has shown so far."""

    def __init__(  # noqa: PLR0913 - what counts, and what it counts by
        self,
        validator: RowValidator,
        rules: DatasetRules,
        tally: Tally,
        wanted: frozenset[str],
        name: str | None,
        *,
        hashed: bool,
    ) -> None:
        self.rules = rules
        self.rows: int = 0
        self.lines: int = 0
        self.invalid: int = 0
        self.outside: int = 0
        self.rows_without_digest: int = -validator.unpinned
        self.columns: list[Fault] = []
        self.members: list[Member] = []
        self.alone: list[Alone] = []
        self.ids: list[object] = []
        self.id_hashes: list[Any] = []
        self.key_hashes: list[Any] = []
        self.keyed: list[Mapping[str, Any]] = []
        self._complete = True
        self._validator, self._tally, self._wanted, self._name = validator, tally, wanted, name
        self._hashed = hashed

    def note(self, note: Note) -> None:
        """Count a finding about no row."""
        if note.fault.code in self._wanted or note.stops:
            severity = self._tally.add(note.fault, self._name, note.line, None, None, note.lines)
            self.outside += note.lines if severity == "error" else 0
        self._complete = self._complete and not note.stops

    def validated(self, line: int | None, row: int, result: RowResult) -> None:
        """Count a row that the row validator has looked at."""
        values, invalid = result.values, result.unjudged
        row_id = values.get("id")
        if result.faults:
            for fault in result.faults:
                if fault.code in self._wanted:
                    severity = self._tally.add(fault, self._name, line, row, row_id)
                    invalid = invalid or severity == "error"
        self.invalid += invalid
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
        """Return what the part has shown."""
        return PartResult(
            rows=self.rows,
            lines=self.lines,
            invalid=self.invalid,
            rows_without_digest=self.rows_without_digest + self._validator.unpinned,
            outside=self.outside,
            complete=self._complete,
            counts=[
                (group, count, self._tally.kept.get(group, [])) for group, count in self._tally.counts.items()
            ],
            columns=self.columns,
            members=sorted(self.members),
            alone=self.alone,
        )


def models_of(validator: RowValidator) -> dict[str, type[Record]]:
    """Return the kinds that rows may have, by name."""
    return {name: rules.shape.model for name, rules in validator.rules.items()}


def new_rules(
    check: Check, validator: RowValidator, where: Callable[[int], str], *, hashed: bool
) -> DatasetRules:
    """Return the rules of the set, before any row."""
    return DatasetRules(
        validator.corpus,
        models_of(validator),
        key=check.key,
        complete=check.complete,
        where=where,
        hashed=hashed,
    )

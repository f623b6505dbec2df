"""What a check has found: exact counts, and a fair sample of the findings."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import InputError, InvalidDataError
from .findings import CODES, Fault, Finding, Path, Severity, clip, finding, pointer, severity_of
from .streams import Input

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Count", "Group", "Report", "Tally"]

# Rows may have any number of names for unknown fields; beyond so many groups their paths are not told apart.
_MOST_GROUPS = 1000
_REST: Path = ("…",)

Group = tuple[str, Severity, Path]
"""A code, its severity, and a path in which ``*`` stands for any place in a list."""
_ORDER = {name: number for number, name in enumerate(CODES)}


class Count(NamedTuple):
    """How many findings have one code and one path."""

    code: str
    severity: Severity
    path: str
    """A JSON Pointer in which ``*`` stands for any place in a list."""
    number: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the gate says of a data set.

    Attributes
    ----------
    rows, valid, invalid : int
        Rows read; those without and those with an error.
    unpinned : int
        Rows that refer to a claim without the digest of its text.
    counts : tuple of Count
        How many findings there are of each code and path, exactly; errors first, in order of the codes.
    findings : tuple of Finding
        Up to `max_findings` of them, the first of each code and path, shared evenly among these groups.
    inputs : tuple of Input
        What was read, with the digest of its bytes.
    passed_over : tuple of str
        Files in the folders that are no data by their names.
    complete : bool
        Whether everything was read to its end and did not change meanwhile.
    outside : int
        Errors that are no single row's: of a file, or of the whole set.
    parts : int
        Reports that this one was merged from; rules over the whole set were judged within each.
    """

    rows: int
    valid: int
    invalid: int
    unpinned: int
    counts: tuple[Count, ...]
    findings: tuple[Finding, ...]
    inputs: tuple[Input, ...]
    passed_over: tuple[str, ...] = ()
    complete: bool = True
    outside: int = 0
    parts: int = 1
    max_findings: int = 1000
    again: Callable[[], Iterator[Finding]] | None = field(default=None, repr=False, compare=False)

    @property
    def errors(self) -> int:
        """Findings that are errors."""
        return sum(one.number for one in self.counts if one.severity == "error")

    @property
    def warnings(self) -> int:
        """Findings that are warnings."""
        return sum(one.number for one in self.counts if one.severity == "warning")

    @property
    def ok(self) -> bool:
        """Whether everything was read to its end, unchanged meanwhile, and nothing is an error."""
        return self.complete and not self.errors

    @property
    def summary(self) -> str:
        """The sum in a sentence."""
        rows = _counted(self.rows, "row")
        if not self.errors and not self.warnings:
            words = f"{rows}, no finding"
        else:
            found = [
                _counted(n, word) for n, word in ((self.errors, "error"), (self.warnings, "warning")) if n
            ]
            words = (
                f"{self.invalid:,} of {rows} invalid: {', '.join(found)}" if self.rows else ", ".join(found)
            )
        if self.unpinned:
            words += f"; {_counted(self.unpinned, 'row')} unpinned"
        if self.parts > 1:
            words += f"; rules over the whole set were judged within each of {self.parts} parts"
        if not self.complete:
            words += "; not everything could be read"
        return words

    def __str__(self) -> str:
        return "\n".join((*(f"{c.severity} {c.code} {c.path} {c.number}" for c in self.counts), self.summary))

    def __getstate__(self) -> dict[str, Any]:
        # The way back to the data is for this process alone.
        return {**self.__dict__, "again": None}

    def findings_of(self, count: Count) -> list[Finding]:
        """Return the retained findings of a code and path."""
        return self._grouped[count[:3]]

    @cached_property
    def _grouped(self) -> dict[tuple[str, str, str], list[Finding]]:
        grouped: dict[tuple[str, str, str], list[Finding]] = {count[:3]: [] for count in self.counts}
        for found in self.findings:
            path = pointer(tuple("*" if isinstance(step, int) else step for step in found.path))
            group = (found.code, found.severity, path)
            grouped[group if group in grouped else (found.code, found.severity, pointer(_REST))].append(found)
        return grouped

    def iter_findings(self) -> Iterator[Finding]:
        """Read the data again and yield every finding, one at a time.

        Raises
        ------
        InputError
            The data cannot be read twice: it came from a pipe or an iterator, or the report was merged.
        """
        if self.again is None:
            raise InputError(
                "the data cannot be read again: it came from a pipe, an iterator or several reports"
            )
        return self.again()

    def raise_if_failed(self) -> None:
        """Raise `InvalidDataError` with the first findings in its message, unless the report is `ok`."""
        if self.ok:
            return
        first = [f"  {one}" for one in self.findings[:5]]
        raise InvalidDataError("\n".join((self.summary, *first)), self)

    def merge(self, *others: "Report") -> "Report":
        """Return one report for several parts of a data set, in each of which its set rules were judged."""
        return reduce(_merged, others, self)

    def to_json(self) -> str:
        """Return the report as a JSON text."""
        document = {
            "ok": self.ok,
            "complete": self.complete,
            "rows": self.rows,
            "valid": self.valid,
            "invalid": self.invalid,
            "unpinned": self.unpinned,
            "errors": self.errors,
            "warnings": self.warnings,
            "outside": self.outside,
            "parts": self.parts,
            "counts": [one._asdict() for one in self.counts],
            "findings": [_flat(one) for one in self.findings],
            "inputs": [one._asdict() for one in self.inputs],
            "passed_over": [*self.passed_over],
        }
        return json.dumps(document, ensure_ascii=False, indent=2)

    def to_arrow(self) -> "pa.Table":
        """Return the retained findings as a `pyarrow.Table`, paths as JSON Pointers."""
        import pyarrow as pa

        schema = pa.schema(
            [
                *(pa.field(name, pa.string(), nullable=False) for name in ("code", "severity")),
                pa.field("file", pa.string()),
                pa.field("line", pa.int64()),
                pa.field("row", pa.int64()),
                pa.field("id", pa.string()),
                *(pa.field(name, pa.string(), nullable=False) for name in ("path", "expected", "got")),
                pa.field("remedy", pa.string()),
            ]
        )
        return pa.Table.from_pylist([_flat(one) for one in self.findings], schema)


class Tally:
    """Counts findings and keeps a fair sample: the first of each group, as many of one as of another.

    Which findings are kept depends on the groups' order and sizes alone, so a sample of parts put together
    is the sample of the whole. A finding's words are computed only when it is kept; of groups that are full,
    since what came before has filled their room, none is.
    """

    def __init__(self, most: int, full: Iterable[Group] = ()) -> None:
        self._most = most
        self.counts: dict[Group, int] = {}
        self.kept: dict[Group, list[Finding]] = {}
        self.full: set[Group] = {*full}
        # Of what comes again and again, the group need not be found again.
        self._known: dict[tuple[str, Severity, Path], Group] = {}
        self._total = 0

    def add(self, fault: Fault, file: str | None, line: int | None, row: int | None, row_id: object) -> str:
        """Count a fault, keep it if there is room for it, and return its severity."""
        severity = severity_of(fault)
        place = fault.code, severity, fault.path
        group = self._known.get(place) or self._group(*place)
        if len(self._known) < _MOST_GROUPS:
            self._known[place] = group
        self.counts[group] = self.counts.get(group, 0) + 1
        if group not in self.full:
            self._keep(group, [finding(fault, file, line, row, row_id)])
        return severity

    def add_lines(self, fault: Fault, file: str | None, lines: Sequence[int]) -> None:
        """Count a fault that each of several lines has."""
        for done, line in enumerate(lines):
            group = self._known.get((fault.code, severity_of(fault), fault.path))
            if group is not None and group in self.full:
                self.counts[group] += len(lines) - done
                return
            self.add(fault, file, line, None, None)

    def put(self, group: Group, count: int, kept: Iterable[Finding]) -> None:
        """Add a part's count of a group and the findings that it kept."""
        group = self._group(group[0], group[1], group[2])
        self.counts[group] = self.counts.get(group, 0) + count
        if group not in self.full:
            self._keep(group, [*kept])

    def counted(self) -> tuple[Count, ...]:
        """Return the counts: errors first, then in the order of the codes, then of the paths."""
        return tuple(
            Count(code, severity, pointer(path), self.counts[code, severity, path])
            for code, severity, path in sorted(self.counts, key=_rank)
        )

    def findings(self) -> tuple[Finding, ...]:
        """Return what was kept, in the order of the counts, then of the rows."""
        return tuple(one for group in sorted(self.counts, key=_rank) for one in self.kept.get(group, ()))

    def _group(self, code: str, severity: Severity, path: Path) -> Group:
        group = (code, severity, tuple("*" if isinstance(step, int) else step for step in path))
        if group in self.counts:
            return group
        group = (code, severity, tuple(clip(str(step)) for step in group[2]))
        if group not in self.counts and len(self.counts) >= _MOST_GROUPS:
            return code, severity, _REST
        return group

    def _keep(self, group: Group, more: list[Finding]) -> None:
        self.kept.setdefault(group, []).extend(more)
        self._total += len(more)
        if self._total > self._most:
            self._share()

    def _share(self) -> None:
        """Give every group the same room, and what remains of it to the first groups, one each."""
        sizes = [*self.counts.values()]
        level = _level(sizes, self._most)
        left = self._most - sum(min(size, level) for size in sizes)
        self._total = 0
        for group in sorted(self.counts, key=_rank):
            size = self.counts[group]
            room = level
            if size > level and left > 0:
                room, left = level + 1, left - 1
            kept = self.kept.get(group, [])
            del kept[room:]
            self._total += len(kept)
            if size > room:
                self.full.add(group)


def _rank(group: Group) -> tuple[str, int, str]:
    code, severity, path = group
    return severity, _ORDER[code], pointer(path)


def _level(sizes: list[int], most: int) -> int:
    """Return the greatest room for each group with which all of them fit."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(size, middle) for size in sizes) <= most:
            low = middle
        else:
            high = middle - 1
    return low


def _merged(one: Report, other: Report) -> Report:
    tally = Tally(max(one.max_findings, other.max_findings))
    for part in (one, other):
        for count in part.counts:
            steps = tuple(step.replace("~1", "/").replace("~0", "~") for step in count.path.split("/")[1:])
            tally.put((count.code, count.severity, steps), count.number, part.findings_of(count))
    return Report(
        rows=one.rows + other.rows,
        valid=one.valid + other.valid,
        invalid=one.invalid + other.invalid,
        unpinned=one.unpinned + other.unpinned,
        counts=tally.counted(),
        findings=tally.findings(),
        inputs=(*one.inputs, *other.inputs),
        passed_over=(*one.passed_over, *other.passed_over),
        complete=one.complete and other.complete,
        outside=one.outside + other.outside,
        parts=one.parts + other.parts,
        max_findings=max(one.max_findings, other.max_findings),
    )


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _flat(one: Finding) -> dict[str, Any]:
    return one._asdict() | {"path": one.pointer}

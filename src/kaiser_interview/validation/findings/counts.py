"""Count findings by code and path, and keep a sample that is shared evenly among these groups."""

import sys
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

from .codes import CODES, Severity
from .display import cut, encodable
from .finding import Finding, Located, Path, in_any_place, pointer, severity_of

__all__ = ["REST", "Count", "Group", "Tally"]

# Rows may have any number of unknown fields. Beyond this many groups, paths are counted as one (`REST`).
_MOST_GROUPS = 1000

REST: Path = ("…",)

Group = tuple[str, Severity, Path]
"""A code, its severity, and a path in which ``*`` replaces any index in a list."""

_ORDER = {name: number for number, name in enumerate(CODES)}


class Count(NamedTuple):
    """The number of findings with the same code, severity and path."""

    code: str
    severity: Severity
    path: str
    """A JSON Pointer in which ``*`` replaces any index in a list."""
    number: int


class Tally:
    """Count findings by group and keep a sample: the first of each group, shared evenly among the groups.

    The sample depends only on the order and sizes of the groups. So merging the samples of parts gives the
    sample of the whole. The texts of a finding are computed only if it is kept and `lazy` is false.

    Parameters
    ----------
    most : int
        The most findings to keep.
    full : iterable of Group
        Groups that earlier parts have filled; their findings are counted but not kept.
    groups : int
        The most groups that are counted by their paths.
    lazy : bool
        Whether to keep `Located` faults, from which another tally makes only the findings that it keeps.
    """

    def __init__(
        self, most: int, full: Iterable[Group] = (), groups: int = _MOST_GROUPS, *, lazy: bool = False
    ) -> None:
        self._most = min(most, sys.maxsize - 1)  # itertools counts no further
        self._lazy = lazy
        self._most_named = groups
        self._named = 0
        self.counts: dict[Group, int] = {}
        self.kept: dict[Group, list[Any]] = {}
        self.full: set[Group] = {*full}
        # A cache: the same few faults occur again and again.
        self._known: dict[tuple[str, Severity, Path], Group] = {}
        self._total = 0

    def add(self, found: Located) -> Severity:
        """Count a fault, once for each of its lines; keep it if there is room; return its severity."""
        fault = found.fault
        severity = severity_of(fault)
        place = fault.code, severity, fault.path
        group = self._known.get(place) or self._group(*place)
        if len(self._known) < _MOST_GROUPS:
            self._known[place] = group
        self.counts[group] = self.counts.get(group, 0) + found.lines
        if group not in self.full:
            self._keep(group, [found] if self._lazy else [*islice(found.findings(), self._most + 1)])
        return severity

    def put(self, group: Group, count: int, kept: Iterable[Finding]) -> None:
        """Add the count of a group, and findings of it that another tally has kept, if there is room."""
        group = self._group(group[0], group[1], group[2])
        self.counts[group] = self.counts.get(group, 0) + count
        if group not in self.full:
            self._keep(group, [*islice(kept, self._most + 1)])

    def counted(self) -> tuple[Count, ...]:
        """Return the counts: errors first, then in the order of `CODES`, then by path."""
        return tuple(
            Count(code, severity, pointer(path), self.counts[code, severity, path])
            for code, severity, path in sorted(self.counts, key=_rank)
        )

    def findings(self) -> tuple[Finding, ...]:
        """Return the kept findings, in the order of the counts, then of the rows."""
        return tuple(one for group in sorted(self.counts, key=_rank) for one in self.kept.get(group, ()))

    def _group(self, code: str, severity: Severity, path: Path) -> Group:
        group = (code, severity, in_any_place(path))
        if group in self.counts:
            return group
        group = (code, severity, tuple(encodable(cut(str(step))) for step in group[2]))
        # Findings about the whole data set have few paths. Their order changes if data is split into parts.
        if group not in self.counts and CODES[code].group != "set" and group[2] != REST:
            if self._named >= self._most_named:
                return code, severity, REST
            self._named += 1
        return group

    def _keep(self, group: Group, more: Sequence[Any]) -> None:
        self.kept.setdefault(group, []).extend(more)
        self._total += len(more)
        # The groups that a report names are chosen when parts are merged. Until then, keep all groups.
        room = self._most if self._named <= _MOST_GROUPS else max(self._most, self._most_named)
        if self._total > room:
            self._share()

    def _share(self) -> None:
        """Give every group the same room; give what is left to the first groups, one finding each."""
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
    """Return the largest equal share with which all groups fit into `most`."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(size, middle) for size in sizes) <= most:
            low = middle
        else:
            high = middle - 1
    return low

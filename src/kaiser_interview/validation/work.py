"""Requests to judge parts of one data set, and their answers, as they go between processes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from .dataset_rules.fingerprints import Row, Suspects
from .engine.options import Check
from .findings.counts import Group
from .findings.finding import Fault, Finding, Note, finding, spelled
from .parts import Part, PartJudge
from .sources.folders import dressed
from .sources.source import Batch
from .workers.process import Frame, fault_of

__all__ = ["Begun", "Work", "failed_part", "part_of", "rows_of_frame"]


class Work(NamedTuple):
    """What a worker is to do with every part.

    Attributes
    ----------
    check : Check
        The check, without its data.
    suspects : Suspects or None
        What rows are looked at again for; None when they are judged.
    """

    check: Check
    suspects: Suspects | None = None

    def begun(self) -> "Begun":
        """Return what answers requests."""
        return Begun(self)


class Begun:
    """What answers requests."""

    def __init__(self, work: Work) -> None:
        self._judge = PartJudge(work.check)
        self._suspects = work.suspects

    def answer(
        self, request: Mapping[str, Any], alive: Callable[[], None]
    ) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Yield the answer to a request as heads and bodies of frames; `alive` is called now and then."""
        if request["form"] == "lines":
            done = self.lines(request)
        else:
            done = self.batches(_batches(request, alive), request)
        if isinstance(done, Part):
            yield _frame(done)
        else:
            yield {"rows": [_row_as_json(row, self._judge.set_fields) for row in done]}, b""

    def lines(self, request: Mapping[str, Any]) -> Part | list[Row]:
        """Validate a part that is lines, or return its rows that are suspects."""
        data, last = _stretch(request), request["last"]
        if self._suspects is None:
            return self._judge.lines(data, request["name"], _groups(request), last=last)
        return [*self._judge.lines_again(data, self._suspects, last=last)]

    def batches(self, items: Iterable[Batch | Note], request: Mapping[str, Any]) -> Part | list[Row]:
        """Validate a part that is batches, or return its rows that are suspects."""
        if self._suspects is None:
            return self._judge.batches(items, request["name"], _groups(request))
        return [*self._judge.batches_again(items, self._suspects)]


def _groups(request: Mapping[str, Any]) -> list[Group]:
    return [(code, severity, tuple(path)) for code, severity, path in request.get("full", ())]


def _stretch(request: Mapping[str, Any]) -> bytes:
    with open(request["path"], "rb") as file:  # noqa: PTH123 - the path as it was given
        file.seek(request["start"])
        return file.read(request["stop"] - request["start"])


def _batches(request: Mapping[str, Any], alive: Callable[[], None]) -> Iterator[Batch | Note]:
    """Yield the batches of a part of a columnar file, and what cannot be read of it."""
    from .findings.finding import StreamError
    from .formats.columnar.files import batches

    first = 0
    try:
        for batch in batches(request["path"], request["form"], request["part"]):
            yield Batch(first, dressed(batch, request["constants"]))
            first += batch.num_rows
            alive()
    except StreamError as error:
        yield Note(None, error.fault, stops=True)


def _frame(part: Part) -> tuple[dict[str, Any], bytes]:
    head = part._asdict()
    ids, keys = head.pop("ids"), head.pop("keys")
    head["columns"] = [spelled(fault) for fault in head["columns"]]
    return head | {"ids": len(ids)}, ids.tobytes() + keys.tobytes()


def part_of(frame: Frame) -> Part:
    """Return the part that a frame holds."""
    head = dict(frame.head)
    count = head.pop("ids")
    marks = np.frombuffer(frame.body, np.uint64)
    head["counts"] = [
        ((code, severity, tuple(path)), number, [_finding(one) for one in kept])
        for (code, severity, path), number, kept in head["counts"]
    ]
    head["columns"] = [fault_of({"fault": one}) for one in head["columns"]]
    return Part(**head, ids=marks[:count], keys=marks[count:])


def _finding(given: list[Any]) -> Finding:
    found = Finding(*given)
    return found._replace(path=tuple(found.path))


def _row_as_json(row: Row, fields: frozenset[str]) -> list[Any]:
    values = {
        name: {"length": len(value)}
        if name == "vector" and isinstance(value, list | tuple)
        else _as_json(value)
        for name, value in row.values.items()
        if name in fields
    }
    return [
        row.place,
        row.row,
        row.kind,
        values,
        [one for one in row.bad if isinstance(one, str)],
        row.invalid,
    ]


def rows_of_frame(frame: Frame) -> Iterator[Row]:
    """Yield the rows that a frame holds."""
    for place, number, kind, values, bad, invalid in frame.head["rows"]:
        held = {name: _of_json(value) for name, value in values.items()}
        yield Row(place, number, kind, held, frozenset(bad), invalid)


def _as_json(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    return {"as": repr(value), "text": str(value)}


def _of_json(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    # Of a vector only its length counts; what else is a list is told from others by how it is written.
    return (None,) * value["length"] if "length" in value else _Other(value)


class _Other:
    """A value, perhaps a list, of which only what tells it from others is known."""

    def __init__(self, held: Mapping[str, Any]) -> None:
        self._held = held

    def __repr__(self) -> str:
        return str(self._held["as"])

    def __str__(self) -> str:
        return str(self._held["text"])


def failed_part(fault: Fault, name: str | None) -> Part:
    """Return what a part has shown that could not be judged."""
    told = finding(fault, name, None, None, None)
    group = (fault.code, told.severity, fault.path)
    nothing = np.empty(0, np.uint64)
    traces: dict[str, Any] = {"groups": [], "labels": [], "models": [], "fired": []}
    return Part(0, 0, 0, 0, 1, False, [(group, 1, [told])], [], traces, nothing, nothing)  # noqa: FBT003 - not complete

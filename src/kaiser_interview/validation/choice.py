"""The engine for some data: row by row where it is little, in parts where that pays.

Both give the same report. What the second needs takes longer to import than little data takes to read.
"""

import os

from .engine.options import Check
from .findings.report import Report
from .run import Run
from .sources.discover import are_paths

__all__ = ["LEAST", "report_of"]

LEAST = 16 << 20
"""Below so many bytes of text, starting a process costs more than it brings."""

_TEXT = (".jsonl", ".ndjson", ".json", ".csv", ".tsv")


def report_of(check: Check, workers: int | None = None) -> Report:
    """Return the report of a check.

    Parameters
    ----------
    check : Check
        The check.
    workers : int, optional
        Processes to use at the most. Default: chosen by the size of the input.
    """
    if _is_little_text(check):
        return Run(check).report()
    from .spread import Spread

    return Spread(check, workers).report()


def _is_little_text(check: Check) -> bool:
    if not are_paths(check.data):
        return False
    data = [check.data] if isinstance(check.data, str | os.PathLike) else check.data
    size = 0
    for path in map(os.fspath, data):
        name = os.fsdecode(path).lower()
        if not name.endswith(_TEXT) or not os.path.isfile(path):
            return False
        size += os.path.getsize(path)
    return size < LEAST

"""Choose the engine for a check: row by row for small text files, in parts for all other data.

Both give the same report. The modules for parts take longer to import than a small file takes to read.
"""

import os

from .engine.options import Check
from .findings.report import Report
from .run import Run
from .sources.discover import are_paths

__all__ = ["LEAST", "report_of"]

LEAST = 16 << 20
"""Text files of fewer bytes in total are validated row by row: starting a process would take longer."""

_TEXT = (".jsonl", ".ndjson", ".json", ".csv", ".tsv")


def report_of(check: Check, workers: int | None = None) -> Report:
    """Return the report of a check.

    Parameters
    ----------
    check : Check
        The check.
    workers : int, optional
        The most processes to use. Default: chosen by the size of the input.
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

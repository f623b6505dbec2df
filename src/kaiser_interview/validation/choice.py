"""The report on some data, with every finding anew where the data can be read again."""

from functools import partial

from .engine import execution
from .engine.options import Check
from .findings.report import Report
from .run import every_finding
from .sources.discover import is_repeatable

__all__ = ["report_of"]


def report_of(check: Check, workers: int | None = None) -> Report:
    """Validate the data of a check, and return the report.

    Parameters
    ----------
    check : Check
        The check.
    workers : int, optional
        The most threads to use, and the most processes that read columnar files. Default: one a processor.
    """
    again = partial(every_finding, check) if is_repeatable(check.data) else None
    return execution.report_of(check, workers, again)

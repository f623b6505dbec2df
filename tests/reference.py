"""The report that every faster way must give: each row read, validated and added by itself."""

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from unittest import mock

from kaiser_interview.validation.engine.columns import ColumnValidator
from kaiser_interview.validation.engine.merge import Base, Merge
from kaiser_interview.validation.engine.options import Check
from kaiser_interview.validation.engine.part import PartValidator
from kaiser_interview.validation.findings.checked import CheckedTally
from kaiser_interview.validation.findings.finding import Note, StreamError
from kaiser_interview.validation.findings.report import Report
from kaiser_interview.validation.sources.source import Batch, Items

HUGE = 1 << 40


@contextmanager
def constants(*changes):
    """Replace constants of modules for a while."""
    with ExitStack() as stack:
        for module, name, value in changes:
            stack.enter_context(mock.patch.object(module, name, value))
        yield


def report_by_row(check: Check) -> Report:
    """Validate the data of a check row by row; no row is passed by the prefilter."""
    validator = check.row_validator()
    merge = Merge(check, validator.copied())
    merge.rules.limit = lambda: None  # every id is kept in memory
    portable = replace(check, data=None, form=None, progress=None)
    rows, tables = PartValidator(portable, validator.copied()), ColumnValidator(portable, validator.copied())
    tables._prefilter.look = _all_suspect(tables._prefilter.look)
    for source in merge.sources():
        merge.begin(source)
        count, complete = 0, True
        try:
            for part, base in _parts(source, merge):
                if isinstance(part, Batch):
                    result = tables.batches([part], source.name)
                else:
                    result = rows.items(part, source.form, source.name, source.constants)
                merge.add(source, result, Base(0, count if base is None else base))
                count += result.rows
                complete = complete and result.complete
        except StreamError as error:
            complete = False
            merge.note(source, None, error.fault)
        merge.end(source, count, complete=complete)
    merge.end_of_set()
    return merge.report()


def _parts(source, merge):
    """Yield each row or note as a part, and the number of rows before it where the source says it."""
    told = None
    for item in source.items():
        if isinstance(item, Batch):
            for row in range(item.rows.num_rows):
                yield Batch(0, item.rows.slice(row, 1)), item.first + row
            continue
        if told is None and not isinstance(item, Note):
            told = merge.columns(source)
        yield Items([item], told or {}), None


def _all_suspect(look):
    def looked(batch, reported):
        seen = look(batch, reported)
        none = seen.suspect & False
        return seen._replace(suspect=~none, shaped=none, checked=CheckedTally())

    return looked

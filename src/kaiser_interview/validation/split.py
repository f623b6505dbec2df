"""Rows put in two files: those that pass and those that do not, none lost and none changed."""

import os
from pathlib import Path
from typing import Any, Unpack

from ..atomic import Staging
from .checks import Check, Options
from .inputs import are_paths
from .outputs import Writer, different_files, row_bytes
from .report import Report
from .run import Run
from .table_output import table_form

__all__ = ["split", "split_check"]


def split(
    data: Any, *, valid: str | os.PathLike[str], rejects: str | os.PathLike[str], **options: Unpack[Options]
) -> Report:
    """Put every row of some data in exactly one of two files, by the verdict of `validate`.

    Rows of text stand there byte for byte, in their order, and in the form that the data has; rows from
    Python as JSON Lines. An output whose name ends in ``.gz`` or ``.zst`` is packed. The findings stand
    beside the rejects, in ``<rejects>.findings.jsonl``. All three files are written, or none: if something
    cannot be read to its end, the report says so and nothing is written. What kills the call leaves each
    file as it was or whole, and that of the rows that pass, which comes last, new only if the others are.

    Parameters
    ----------
    data : path, several paths, rows, or a table
        As for `validate`.
    valid, rejects : path
        Where the rows go. Files that are there are replaced, save an input, which is refused.
    **options
        As for `validate`.

    Returns
    -------
    Report
        `valid` and `invalid` are the rows of the two files; together they are `rows`.

    Raises
    ------
    InputError
        An output is an input, the inputs have different forms, or as for `validate`.
    OSError
        An output cannot be written; none is, then.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> rows = [{"claim_id": "d01-c01", "scheme": "acme:stance", "value": "for"}, {"claim_id": "d99-c01"}]
    >>> report = split(rows, valid=folder / "ok.jsonl", rejects=folder / "no.jsonl", kind="label",
    ...                defaults={"method": "human", "creator": "me"})
    >>> report.valid, report.invalid
    (1, 1)
    """
    return split_check(Check(data=data, **options), Path(valid), Path(rejects))


def split_check(check: Check, valid: Path, rejects: Path) -> Report:
    """Do what `split` does, for a check."""
    beside = rejects.with_name(f"{rejects.name}.findings.jsonl")
    outputs = (valid, rejects, beside)
    different_files(outputs)
    run = Run(check)
    # What stays in its batch need not be read out of it.
    tables = are_paths(check.data) or None not in {table_form(path.suffix) for path in (valid, rejects)}
    with Staging() as staging:
        # Files come to their places in this order: where that of the rows that pass is new, all are.
        findings = staging.open(beside)
        failed, passed = Writer(staging, rejects), Writer(staging, valid)
        source = None
        for judged in run.rows(whole=not tables):
            for finding in judged.findings():
                findings.write(f"{finding.to_json()}\n".encode())
            if judged.source is not source and judged.begins:
                source = judged.source
                different_files(outputs, source)
                passed.begin(source.form, source.header.raw, source)
                failed.begin(source.form, source.header.raw, source)
                for side in (passed, failed):
                    if side.table is not None:
                        side.table.begin(source.schema)
            side = failed if judged.invalid else passed
            if judged.batch is not None and judged.row is not None and side.table is not None:
                side.table.take(judged.batch, judged.row)
            elif judged.row is not None or judged.faults[0].code == "line-too-long":
                side.row(row_bytes(run.judge, judged))
        passed.end()
        failed.end()
        report = run.finished()
        if report.complete:
            staging.commit()
    return report

"""Rows put in two files: those that pass and those that do not, none lost and none changed."""

from pathlib import Path

from ..storage import Staging
from .engine.options import Check
from .findings.report import Report
from .run import Run
from .sources.discover import are_paths
from .writers.rows import Writer, different_files, row_bytes
from .writers.tables import table_form

__all__ = ["split_check"]


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

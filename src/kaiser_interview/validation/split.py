"""Split rows into two files, valid rows and rejects; every row goes unchanged to exactly one of them."""

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
    """Split the data of a check into `valid` and `rejects`; the public function is `split`.

    Findings are written to ``REJECTS.findings.jsonl``. Nothing is written if the data cannot be read
    completely.
    """
    beside = rejects.with_name(f"{rejects.name}.findings.jsonl")
    outputs = (valid, rejects, beside)
    different_files(outputs)
    run = Run(check)
    # Rows that are copied from batch to table need not be converted to Python.
    tables = are_paths(check.data) or None not in {table_form(path.suffix) for path in (valid, rejects)}
    with Staging() as staging:
        # Files are put in place in this order. Valid rows come last: if their file is new, all are.
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

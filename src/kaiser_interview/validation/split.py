"""Split rows into two files, valid rows and rejects; every row goes unchanged to exactly one of them."""

from collections.abc import Sequence
from pathlib import Path

from ..storage import Staging
from .engine.execution import Engine, Validation
from .engine.options import Check
from .findings.report import Report
from .writers.parts import PartWriter, refuse_long_rows
from .writers.rows import different_files

__all__ = ["split_data"]


def split_data(engine: Engine, check: Check, valid: Path, rejects: Path) -> Report:
    """Split the data of a check into `valid` and `rejects`; the public function is `split`.

    Findings are written to ``REJECTS.findings.jsonl``. Nothing is written if the data cannot be read
    completely.
    """
    beside = rejects.with_name(f"{rejects.name}.findings.jsonl")
    outputs = (valid, rejects, beside)
    different_files(outputs)
    with Staging() as staging:
        validation = Validation(engine, check, detailed=True, explained=True)
        # Files are put in place in this order. Valid rows come last: if their file is new, all are.
        findings = staging.open(beside)
        failed, passed = (PartWriter(staging, path, validation.validator) for path in (rejects, valid))
        for step in validation.steps():
            refuse_long_rows(step.findings)
            for found in step.findings:
                findings.writelines(f"{one.to_json()}\n".encode() for one in found.findings())
            if step.begins:
                different_files(outputs, step.source)
                for side in (passed, failed):
                    side.begin_source(step.source, step.source.header.raw)
                    if side.table is not None:
                        side.table.begin(step.source.schema)
            if step.part is not None:
                rows: Sequence[int] = range(step.result.rows)
                if step.invalid:
                    failed.put(step.part, sorted(step.invalid))
                    rows = [row for row in rows if row not in step.invalid]
                passed.put(step.part, rows)
        passed.end()
        failed.end()
        report = validation.finished()
        if report.complete:
            staging.commit()
    return report

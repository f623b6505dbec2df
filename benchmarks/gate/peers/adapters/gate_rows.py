"""The gate: each file as it is, every finding kept."""

from pathlib import Path

import kaiser_interview as ki

from .answers import Given, Judge, run


def prepare(given: Given) -> Judge:
    """Return the gate, in as many processes as the variant says."""
    workers = int(given.variant) if given.variant else None
    ki.Translation.model_rebuild()

    def judge(kind: str, path: Path) -> list[bool]:
        report = ki.validate(path, kind=kind, workers=workers, max_findings=10**9)
        accepted = [True] * report.rows
        for finding in report.findings:
            if finding.row is None:
                raise SystemExit(f"{kind}: {finding}")
            accepted[finding.row] = False
        return accepted

    return judge


if __name__ == "__main__":
    run("kaiser-interview", prepare)

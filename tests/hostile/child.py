"""A process that validates hostile cases, one after the other, and reports the outcome of each.

Run as ``python child.py MODULE FOLDER [within]``: it takes names of cases on standard input, a JSON text a
line, and answers each with lines: that it has started, the report, and the expectation of its module.
`runner.py` starts and watches it.

``within`` makes workers answer in this process, under their usual limits, so that
thousands of damaged files can be validated in a minute. If this process dies of one, a worker
would have died too, and `runner.py` tries again with real workers.
"""

import importlib
import json
import resource
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import kaiser_interview as ki

SECONDS = 10
"""Of processor time that a case may take."""


def main(module: str, folder: str, mode: str = "") -> None:
    """Answer until there are no more names."""
    cases = importlib.import_module(module)
    if mode == "within":
        _stay_within()
    for line in sys.stdin:
        name = json.loads(line)
        held = Path(tempfile.mkdtemp(dir=folder))
        data, options = cases.made(name, held)
        _forget_peak()
        before = _used()
        if mode == "within":
            _limit(before + SECONDS)
        _say({"begun": name})
        report = getattr(cases, "report", ki.validate)(data, **options)
        found = {
            "ok": report.ok,
            "complete": report.complete,
            "rows": report.rows,
            "valid": report.valid,
            "invalid": report.invalid,
            "counts": {f"{one.code} {one.path}".strip(): one.number for one in report.counts},
            "words": [str(one)[:400] for one in report.sample[:5]],
            "seconds": round(_used() - before, 2),
            "memory": _peak(),
        }
        # Usual operations on a report must not fail either.
        report.to_json()
        _say({"found": found})
        if mode == "within":
            _limit(_used() + SECONDS)
        _say({"known": cases.known(name, data) if hasattr(cases, "known") else {}})
        shutil.rmtree(held, ignore_errors=True)


def _say(what: dict[str, Any]) -> None:
    print(json.dumps(what), flush=True)


def _stay_within() -> None:
    """Let workers answer in this process, under the limits of a worker."""
    from pytest import MonkeyPatch  # noqa: PT013
    from workers import within

    from kaiser_interview.validation.workers import main as worker
    from kaiser_interview.validation.workers import process

    within(MonkeyPatch())
    worker._limit_memory(process.MEMORY)


def _limit(seconds: float) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, resource.RLIM_INFINITY))


def _used() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def _forget_peak() -> None:
    """Reset the peak memory of this process, to exclude the memory for making a case."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def _peak() -> int:
    """Return the peak memory in bytes of this process or any of its children."""
    lines = Path("/proc/self/status").read_text("ascii", "replace").splitlines()
    own = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) << 10


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Run hostile cases in processes with watched time and memory, and detect crashes."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from surroundings import unmeasured

CHILD = Path(__file__).with_name("child.py")
SECONDS = 10
"""Of processor time that a case may take, in all of its processes."""
MEMORY = 1 << 30
"""Bytes of memory that a process may use."""
WALL = 60
"""Seconds on the clock after which a case is taken to hang: the machine may be busy."""
_FRESH = 400
"""Number of cases per process, so that one case can spoil only few others."""


class Outcome(NamedTuple):
    """The outcome of a case."""

    name: str
    found: dict[str, Any] | None
    """The report; None if the process died or hung."""
    known: dict[str, Any] | None
    """The expectation of its module; None if the process died while computing it."""
    end: str
    """How it died, in words; empty if it did not."""


def outcomes(module: str, names: Iterable[str], mode: str = "") -> Iterator[Outcome]:
    """Yield the outcome of each case of a module."""
    with tempfile.TemporaryDirectory(prefix="ki-hostile-", ignore_cleanup_errors=True) as folder:
        child: _Child | None = None
        try:
            for name in names:
                if child is None or child.count >= _FRESH:
                    if child:
                        child.close()
                    child = _Child(module, folder, mode)
                outcome = child.run(name)
                if outcome.end or (outcome.found and outcome.found["memory"] > MEMORY):
                    child.close()
                    child = None
                yield outcome
        finally:
            if child:
                child.close()


def settled(module: str, names: Iterable[str]) -> Iterator[Outcome]:
    """Yield the outcome of each case of a module, most of them validated within one process.

    If this process dies, a worker would have died instead: such cases are repeated with real workers.
    """
    for outcome in outcomes(module, names, "within"):
        # One case may corrupt the memory of the process so that a later one dies.
        if outcome.end or limits_broken(outcome):
            yield from outcomes(module, [outcome.name])
        else:
            yield outcome


def limits_broken(outcome: Outcome) -> str:
    """Return in words which limit a case broke; empty if none."""
    found = outcome.found
    if found is None:
        return f"the caller {outcome.end}"
    if found["seconds"] > SECONDS:
        return f"{found['seconds']} s of processor time"
    if found["memory"] > MEMORY:
        return f"{found['memory'] >> 20} MiB"
    if found["rows"] != found["valid"] + found["invalid"]:
        return f"{found['rows']} rows, {found['valid']} valid, {found['invalid']} invalid"
    if found["ok"] and (found["invalid"] or not found["complete"]):
        return f"ok, with {found['invalid']} rows invalid and complete {found['complete']}"
    return ""


class _Child:
    def __init__(self, module: str, folder: str, mode: str) -> None:
        self.count = 0
        paths = [str(CHILD.parents[1]), *(path or os.getcwd() for path in sys.path)]  # noqa: PTH109
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the child
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(CHILD), module, folder, *([mode] if mode else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**unmeasured(), "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,
        )
        self._held = b""
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._process.stdout, selectors.EVENT_READ)

    def run(self, name: str) -> Outcome:
        self.count += 1
        said: dict[str, Any] = {}
        try:
            self._process.stdin.write(json.dumps(name).encode() + b"\n")
            self._process.stdin.flush()
            for step in ("begun", "found", "known"):
                line = self._line()
                if line is None:
                    return Outcome(name, said.get("found"), None, self._end(said))
                said |= line
                assert step in line, line
        except OSError:
            return Outcome(name, None, None, self._end(said))
        return Outcome(name, said["found"], said["known"], "")

    def _line(self) -> dict[str, Any] | None:
        while b"\n" not in self._held:
            if not self._selector.select(WALL):
                return None
            more = os.read(self._process.stdout.fileno(), 1 << 16)
            if not more:
                return None
            self._held += more
        line, _, self._held = self._held.partition(b"\n")
        return json.loads(line)

    def _end(self, said: dict[str, Any]) -> str:
        try:
            code = self._process.wait(2)
        except subprocess.TimeoutExpired:
            return f"hung for {WALL} s"
        self._errors.seek(0)
        errors = self._errors.read().decode("utf-8", "replace")[-2000:]
        when = "" if said else "before it began: "
        return f"{when}died of {signal.Signals(-code).name}" if code < 0 else f"{when}failed: {errors}"

    def close(self) -> None:
        """End the process, and those that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._selector.close()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            with contextlib.suppress(OSError):
                pipe.close()

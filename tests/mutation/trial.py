"""Tests run on a copy of the project, by processes forked from this one, which has the libraries loaded."""

import compileall
import contextlib
import importlib.util
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pytest

__all__ = ["PACKAGE", "ROOT", "Copy", "Plugin", "Tests", "forked", "outcome_of", "recorded"]

ROOT = Path(__file__).parents[2]
PACKAGE = Path("src") / "kaiser_interview"
_MEMORY = 8 << 30  # of addresses, which Arrow reserves generously
_LIBRARIES = (
    "datasets",
    "hypothesis",
    "jsonschema_rs",
    "numpy",
    "pyarrow.parquet",
    "pydantic",
    "rich",
    "typer",
)
_LEFT_OUT = (".*", "__pycache__")
_BUILT = {"build", "dist"}  # at the top only: the package and its tests have folders of that name
# Exit codes of pytest: 0 all passed, 1 some failed, 2 and 3 a module could not be imported; others are ours.
_PASSED, _KILLED = 0, {1, 2, 3}
# The libraries are loaded before pytest could rewrite their asserts, and pytest warns about that.
_OPTIONS = ("-q", "-x", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")


class Tests(NamedTuple):
    """The record of a test file: seconds of passing tests, and the package lines that each runs."""

    digest: str
    seconds: dict[str, float]
    failed: list[str]
    sources: dict[str, str]
    """Digest of each module as it was then."""
    lines: dict[str, dict[int, list[str]]]
    """Tests by module and line."""


class Plugin:
    """Runs chosen tests in the order given, and keeps how long each took and how it ended."""

    def __init__(self, chosen: Sequence[str] | None = None) -> None:
        self._order = None if chosen is None else {name: place for place, name in enumerate(chosen)}
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    def pytest_configure(self) -> None:
        from hypothesis import settings

        # The same examples each time, so that a mutant which lives once lives again.
        settings.register_profile("mutation", max_examples=25, derandomize=True, database=None, deadline=None)
        settings.load_profile("mutation")

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        if self._order is not None:
            order = self._order
            config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in order])
            items[:] = sorted(
                (item for item in items if item.nodeid in order), key=lambda item: order[item.nodeid]
            )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if not report.passed:
            self.failed.add(report.nodeid)


class Copy:
    """A copy of the project in which one module at a time is faulty."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="mutation-")
        self.root = Path(self._folder.name) / "project"
        shutil.copytree(ROOT, self.root, ignore=_left_out)
        compileall.compile_dir(self.root / PACKAGE, quiet=2)
        for name in _LIBRARIES:
            importlib.import_module(name)

    def close(self) -> None:
        self._folder.cleanup()

    @contextlib.contextmanager
    def faulty(self, module: str, text: str) -> Iterator[None]:
        path = self.root / PACKAGE / module
        original = path.read_bytes()
        _replace(path, text.encode())
        try:
            yield
        finally:
            _replace(path, original)

    def run(self, names: Iterable[str], plugin: object, *options: str) -> int:
        """Run the tests of these files in this process, which does nothing else afterwards."""
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        log = os.open(self.root.parent / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.chdir(self.root)
        source = str(self.root / "src")
        os.environ["PYTHONPATH"] = source
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        sys.path[:0] = [source]
        spec = importlib.util.find_spec("kaiser_interview")
        if spec is None or spec.origin is None or not spec.origin.startswith(source):
            sys.exit(f"kaiser_interview: expected {source}, got {spec and spec.origin}")
        temporary = f"--basetemp={self.root.parent / 'temporary'}"
        return pytest.main([*_OPTIONS, temporary, *options, *(f"tests/{name}" for name in names)], [plugin])

    def said(self) -> str:
        return (self.root.parent / "log").read_text("utf-8", "replace")


def _replace(path: Path, content: bytes) -> None:
    # What is compiled is known by its second and size, which may be the same.
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()
    path.write_bytes(content)


def forked(call: Callable[[], int]) -> int:
    """Make a call in a forked process, which exits with the returned code; return the process id."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        code = call()
    except BaseException:  # noqa: BLE001 - told, and the process ends
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def outcome_of(copy: Copy, child: int, seconds: float) -> str:
    """Wait for tests to end, and return their outcome: passed, killed or timeout."""
    ends = time.monotonic() + seconds
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > ends:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "timeout"
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what it has left running
    code = os.waitstatus_to_exitcode(status)
    if code == _PASSED:
        return "passed"
    if code in _KILLED or code < 0:
        return "killed"
    raise RuntimeError(f"pytest: expected 0 to 3, got {code}:\n{copy.said()[-3000:]}")


def _left_out(folder: str, names: list[str]) -> set[str]:
    built = _BUILT if Path(folder) == ROOT else set()
    return shutil.ignore_patterns(*_LEFT_OUT)(folder, names) | built


def recorded(copy: Copy, name: str, folder: Path) -> Tests:
    """Return the record of a test file, after running it with coverage if it is new or changed.

    Property tests run nearly everything and are slow with coverage, so only their seconds are recorded.
    """
    digest = _digest(ROOT / "tests" / name)
    kept = folder / f"{name.replace('/', '-')}.json"
    if kept.exists():
        held = json.loads(kept.read_text("utf-8"))
        if held["digest"] == digest:
            held["lines"] = {
                module: {int(line): tests for line, tests in lines.items()}
                for module, lines in held["lines"].items()
            }
            return Tests(**held)
    print(f"recording {name}", file=sys.stderr, flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    (copy.root / "tests" / name).write_bytes((ROOT / "tests" / name).read_bytes())
    reported, coverage = copy.root.parent / "told.json", copy.root.parent / "coverage"
    os.environ["COVERAGE_FILE"] = str(coverage)
    covered = () if name.startswith("property/") else ("--cov", "--cov-context=test", "--cov-report=")

    def run() -> int:
        plugin = Plugin()
        code = copy.run([name], plugin, "--maxfail=100000", *covered)
        reported.write_text(json.dumps({"seconds": plugin.seconds, "failed": sorted(plugin.failed)}), "utf-8")
        return code

    outcome_of(copy, forked(run), 3600)
    held = json.loads(reported.read_text("utf-8"))
    passed = {test: seconds for test, seconds in held["seconds"].items() if test not in held["failed"]}
    lines = _lines(coverage, copy.root / PACKAGE, set(passed)) if covered else {}
    sources = {module: _digest(copy.root / PACKAGE / module) for module in lines}
    tests = Tests(digest, passed, held["failed"], sources, lines)
    kept.write_text(json.dumps(tests._asdict()), "utf-8")
    for path in coverage.parent.glob("coverage*"):
        path.unlink()
    return tests


def _lines(coverage: Path, package: Path, tests: set[str]) -> dict[str, dict[int, list[str]]]:
    from coverage import CoverageData

    data = CoverageData(str(coverage))
    data.read()
    found: dict[str, dict[int, list[str]]] = {}
    for file in data.measured_files():
        path = Path(file)
        if path.is_relative_to(package):
            of = {
                line: sorted({name.partition("|")[0] for name in names} & tests)
                for line, names in data.contexts_by_lineno(file).items()
            }
            found[str(path.relative_to(package))] = {line: names for line, names in of.items() if names}
    return found


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()

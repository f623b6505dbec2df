"""Runs the fuzz targets, guided by coverage where there is Atheris: `run.py --seconds 60`."""

import argparse
import hashlib
import importlib
import importlib.util
import random
import re
import subprocess
import sys
import time
import traceback
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent / "examples"
BUILD = HERE.parents[1] / "build" / "fuzz"
TARGETS = ("text", "tabular", "quotes", "render", "outputs")
LONGEST = 4096
GUIDED = importlib.util.find_spec("atheris") is not None
# Beyond this a target is taken to hang, in seconds, or to leak, in MB.
SLOWEST, LARGEST = 30, 4096


class Result(NamedTuple):
    """The result of a fuzz target."""

    target: str
    failed: bool
    words: str


def main() -> int:
    """Run the requested targets; return 1 if one fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", help=f"of {', '.join(TARGETS)}; all, if none is named")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--jobs", type=int, default=2, help="targets at a time")
    parser.add_argument("--seed", type=int, default=1, help="of the random choices")
    parser.add_argument("--into", type=Path, default=BUILD, help="where inputs are kept")
    parser.add_argument("--replay", type=Path, help="an input that was saved, for the target that is named")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    targets = given.targets or [*TARGETS]
    if {*targets} - {*TARGETS}:
        parser.error(f"expected targets of {', '.join(TARGETS)}")
    given.into.mkdir(parents=True, exist_ok=True)
    if given.replay or given.alone:
        # Tests, and the benchmark with the naive quote checks.
        sys.path[:0] = [str(HERE.parent), str(HERE.parents[1])]
        if given.replay:
            importlib.import_module(f"fuzz.{targets[0]}").check(given.replay.read_bytes())
            return 0
        (_guided if GUIDED else _unguided)(targets[0], given.seconds, given.seed, given.into)
        return 0
    if not GUIDED:
        version = ".".join(map(str, sys.version_info[:2]))
        print(f"no Atheris here (Python {version}): NOT guided by coverage, inputs are changed at random")
    with ThreadPoolExecutor(given.jobs) as pool:
        running = [pool.submit(_run, target, given.seconds, given.seed, given.into) for target in targets]
        failed = False
        for result in map(Future.result, as_completed(running)):
            print(f"{result.target:8} {'FAILED' if result.failed else 'ok'}: {result.words}", flush=True)
            failed = failed or result.failed
    return int(failed)


def _run(target: str, seconds: int, seed: int, into: Path) -> Result:
    """Run a target in a separate process, which may die."""
    start, log = time.time(), into / f"{target}.log"
    options = [f"--seconds={seconds}", f"--seed={seed}", f"--into={into}"]
    command = [sys.executable, __file__, target, "--alone", *options]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=seconds * 2 + 300)
        said, code = (done.stdout + done.stderr).decode("utf-8", "backslashreplace"), done.returncode
    except subprocess.TimeoutExpired as error:
        said, code = (error.stderr or b"").decode("utf-8", "backslashreplace"), -1
    log.write_text(said, "utf-8")
    counted = re.findall(r"^(?:stat::number_of_executed_units:|Executions:)\s+([0-9]+)", said, re.MULTILINE)
    covered = re.findall(r"cov: ([0-9]+) ft: ([0-9]+)", said)
    words = f"{int(counted[-1]):,} executions" if counted else "executions not counted"
    words += f", {int(covered[-1][0]):,} edges, {int(covered[-1][1]):,} features" if covered else ""
    if code or not counted:
        saved = [path for path in sorted(into.glob(f"{target}-*")) if path.stat().st_mtime >= start - 1]
        why = re.findall(r"^(?:AssertionError|[A-Za-z_.]*(?:Error|Exception))\b.*", said, re.MULTILINE)
        words += f"; exit code {code}, {(why or ['see the log'])[-1][:300]}"
        words += f"; saved: {', '.join(map(str, saved)) or 'nothing'}; log: {log}"
        return Result(target, failed=True, words=words)
    return Result(target, failed=False, words=words)


def _seeds(target: object) -> list[bytes]:
    """Return the inputs to begin with: of the examples, or drawn."""
    files = sorted(path for pattern in target.SEEDS for path in EXAMPLES.glob(f"*/{pattern}"))
    files = [path for path in files if not path.name.endswith((".expected.json", ".options.json"))]
    whole = [path.read_bytes() for path in files] or [b""]
    return [one for data in whole for one in target.seed(data)]


def _checked(name: str, target: object, data: bytes, into: Path) -> None:
    """Run a target on an input, which is saved if it fails."""
    try:
        target.check(data)
    except BaseException:  # noqa: BLE001 - whatever it is, the input is saved
        (into / f"{name}-crash-{hashlib.sha256(data).hexdigest()[:16]}").write_bytes(data)
        traceback.print_exc()
        raise SystemExit(77) from None


def _guided(name: str, seconds: int, seed: int, into: Path) -> None:
    import atheris

    with atheris.instrument_imports(include=["kaiser_interview"]):
        target = importlib.import_module(f"fuzz.{name}")
        # What is imported only when it is needed is instrumented too.
        for data in _seeds(target):
            _checked(name, target, data, into)
    corpus, tokens = into / "corpus" / name, into / f"{name}.tokens"
    corpus.mkdir(parents=True, exist_ok=True)
    for data in _seeds(target):
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    tokens.write_text("".join(f'"{_escaped(token)}"\n' for token in target.TOKENS), "ascii")
    options = [
        f"-max_total_time={seconds}",
        f"-seed={seed}",
        f"-max_len={LONGEST}",
        *([f"-dict={tokens}"] if target.TOKENS else []),
        f"-artifact_prefix={into / name}-",
        f"-timeout={SLOWEST}",
        f"-rss_limit_mb={LARGEST}",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], target.check)
    atheris.Fuzz()


def _escaped(token: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token.encode("utf-8", "surrogatepass"))


def _unguided(name: str, seconds: int, seed: int, into: Path) -> None:
    target, draw = importlib.import_module(f"fuzz.{name}"), random.Random(seed)
    seeds, end, count = _seeds(target), time.monotonic() + seconds, 0
    tokens = [token.encode("utf-8", "surrogatepass") for token in target.TOKENS] or [b"\0", b"\xff"]
    while time.monotonic() < end:
        data = seeds[count] if count < len(seeds) else _changed(draw, draw.choice(seeds), tokens)
        count += 1
        _checked(name, target, data, into)
    print(f"Executions: {count}")


def _changed(draw: random.Random, data: bytes, tokens: list[bytes]) -> bytes:
    for _ in range(draw.choice([1, 1, 2, 4, 8])):
        at, size = draw.randrange(len(data) + 1), draw.choice([0, 0, 1, 1, 2, 8])
        put = draw.choice(
            [b"", bytes([draw.randrange(256)]), draw.choice(tokens), data[at : at + draw.randrange(30)]]
        )
        data = data[:at] + put + data[at + size :]
    return data[:LONGEST]


if __name__ == "__main__":
    sys.exit(main())

"""Run the package and its peers on the same rows, and write what each caught into `docs/comparison.md`.

Each tool runs in a separate environment under `build/peers`, which is created if missing.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .environments import python_of
from .figure import figure
from .given import claims, write_given
from .results import Results, Times, count, read_rows
from .tables import filled
from .tools import TOOLS, Tool

ROOT = Path(__file__).parents[3]
STORED = Path(__file__).parent / "results.json"
Runs = dict[str, list[dict[str, Any]]]


def run_adapter(tool: Tool, given: Path, rows: str) -> dict[str, Any]:
    """Return the answer of an adapter, with the processor seconds of its process."""
    python = python_of(tool.environment) if tool.environment else Path(sys.executable)
    output = given / "outcomes.json"
    variant = [tool.variant] if tool.variant else []
    module = f"{__package__}.adapters.{tool.adapter}"
    command = [str(one) for one in (python, "-m", module, given, given / rows, output, *variant)]
    ours = {"PYTHONPATH"} if tool.environment else set()
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    start = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, env=environment, cwd=ROOT)
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    taken = end.ru_utime - start.ru_utime + end.ru_stime - start.ru_stime
    found: dict[str, Any] = json.loads(output.read_text("utf-8"))
    return found | {"process": taken}


def compared(rows: Path, turns: int, about: dict[str, Any]) -> Results:
    """Run every tool on all rows, then on the valid ones, for every turn; outcomes must not change."""
    known = read_rows(rows)
    every: Runs = {name: [] for name in TOOLS}
    right: Runs = {name: [] for name in TOOLS}
    with tempfile.TemporaryDirectory() as temporary:
        given = Path(temporary)
        write_given(given, known)
        for turn in range(turns):
            for name, tool in TOOLS.items():
                print(f"turn {turn + 1}: {name}", file=sys.stderr)
                every[name].append(run_adapter(tool, given, "all"))
                right[name].append(run_adapter(tool, given, "right"))
                if every[name][0]["outcomes"] != every[name][-1]["outcomes"]:
                    raise SystemExit(f"{name}: other outcomes than the turn before")
    times = {
        name: Times(
            _median(sum(run["seconds"].values()) for run in right[name]),
            _median(sum(run["seconds"].values()) for run in every[name]),
            _median(run["process"] for run in every[name]),
        )
        for name in every
    }
    passages = {claim["claim_id"]: (claim["passage"], claim["text_en"]) for claim in claims()}
    counted = count(known, {name: every[name][0]["outcomes"] for name in TOOLS}, passages)
    versions = {name: runs[0]["version"] for name, runs in every.items()}
    return Results(about=about, versions=versions, times=times, **counted)


def _median(values: Iterable[float]) -> float:
    return round(float(statistics.median(values)), 3)


def main() -> None:
    """Make rows, compare, and write the document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection.peers", description=__doc__)
    parser.add_argument("--count", type=int, default=5000, help="rows of each kind (default: 5000)")
    parser.add_argument("--seed", type=int, default=41, help="of what is drawn (default: 41)")
    parser.add_argument("--turns", type=int, default=3, help="how often each tool runs (default: 3)")
    parser.add_argument("--rows", type=Path, help="a folder of rows that are there already")
    parser.add_argument("--stored", action="store_true", help="only write again what the last run has found")
    parser.add_argument("--output", type=Path, default=ROOT / "docs", help="where the document is")
    options = parser.parse_args()
    if options.stored:
        results = Results.from_json(STORED.read_text("utf-8"))
    else:
        about = {
            "count": options.count,
            "seed": options.seed,
            "turns": options.turns,
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        }
        with tempfile.TemporaryDirectory() as temporary:
            rows = options.rows or made(Path(temporary), options.count, options.seed)
            results = compared(rows, options.turns, about)
        STORED.write_text(results.to_json(), "utf-8")
    document = options.output / "comparison.md"
    document.write_text(filled(document.read_text("utf-8"), results), "utf-8")
    (options.output / "comparison.svg").write_text(figure(results), "utf-8")


def made(folder: Path, rows: int, seed: int) -> Path:
    """Generate the rows with the detection benchmark."""
    words = ["--count", str(rows), "--seed", str(seed), "--output", str(folder)]
    subprocess.run([sys.executable, "-m", "benchmarks.detection.rows", *words], check=True, cwd=ROOT)
    return folder


if __name__ == "__main__":
    main()

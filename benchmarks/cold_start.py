"""Time of a new process until the data is loaded, as ratios to peers in the same run.

Each command is a process of its own; the commands take turns, so that a machine that drifts slows all of
them alike. Printed is the median of the ratios, pair by pair, and the smallest and largest of them. For the
command line it is the processor time, against a process that imports what the command cannot do without.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ONE_MODEL = "from pydantic import BaseModel\nclass One(BaseModel):\n    field: int\nOne(field=1)"
COMMANDS = {
    "bare interpreter": "pass",
    "import kaiser_interview": "import kaiser_interview",
    "pydantic, one model of one field": ONE_MODEL,
    'ki.load("claims")': 'import kaiser_interview as ki\nki.load("claims")',
    "import pyarrow.parquet": "import pyarrow.parquet",
    'ki.load_table("claims")': 'import kaiser_interview as ki\nki.load_table("claims")',
    "import datasets": "import datasets",
    'ki.load_dataset("claims")': 'import kaiser_interview as ki\nki.load_dataset("claims")',
    "datasets.load_dataset, local Parquet": (
        "import datasets\n"
        "datasets.load_dataset('parquet', data_files={parquet!r}, cache_dir={cache!r}, split='train')"
    ),
    "pycountry, all countries": "import pycountry\nlist(pycountry.countries)",
    "ir_datasets, import": "import ir_datasets",
}
PAIRS = [
    ("import kaiser_interview", "bare interpreter", None),
    ('ki.load("claims")', "pydantic, one model of one field", 1.2),
    ('ki.load_table("claims")', "import pyarrow.parquet", 1.15),
    ('ki.load_dataset("claims")', "import datasets", 1.05),
    ('ki.load_dataset("claims")', "datasets.load_dataset, local Parquet", None),
    ('ki.load("claims")', "pycountry, all countries", None),
    ('ki.load("claims")', "ir_datasets, import", None),
]


TYPER = "import typer"
TYPER_MODEL = f"{TYPER}\n{ONE_MODEL}"
TYPER_ARROW_MODEL = f"import typer, pyarrow\n{ONE_MODEL}"
LINES = [
    ("--version", TYPER, 1.3),
    ("--help", TYPER, 1.3),
    ("explain unknown-claim", TYPER, 1.3),
    ("explain unknown-claim", TYPER_MODEL, None),
    ("claims", TYPER_MODEL, 1.5),
    ("find 语言模型", TYPER_MODEL, 1.5),
    ("show d01-c01", TYPER_MODEL, 1.5),
    ("cite d01-c01", TYPER_MODEL, 1.5),
    ("validate {rows}", TYPER_ARROW_MODEL, 1.3),
]
"""A command line, its reference command, and the target ratio."""


def processor_seconds(*arguments: str) -> float:
    """Return the processor time of a Python process, its own children included."""
    before = os.times()
    subprocess.run([sys.executable, *arguments], check=False, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def command_lines(folder: Path, runs: int) -> None:
    """Print the table of the command line."""
    import kaiser_interview as ki

    rows = folder / "rows.jsonl"
    by = {"language": "de", "translation": "…", "method": "model", "creator": "m", "kind": "translation"}
    ki.write([{"claim_id": claim.claim_id, **by} for claim in ki.load("claims")], rows)
    print("\n| command | against | median | lowest | highest | target: at most |\n|---|---|---|---|---|---|")
    for line, peer, bound in LINES:
        words = [word.replace("{rows}", str(rows)) for word in line.split()]
        ratios = sorted(
            processor_seconds("-m", "kaiser_interview", *words) / processor_seconds("-c", peer)
            for _ in range(runs)
        )
        against = " and ".join(
            name
            for name, word in (("typer", "typer"), ("pyarrow", "pyarrow"), ("one pydantic model", "One"))
            if word in peer
        )
        middle = statistics.median(ratios)
        print(f"| {line} | {against} | {middle:.2f} | {ratios[0]:.2f} | {ratios[-1]:.2f} | {bound or ''} |")


def seconds(code: str) -> float:
    """Return the wall time of a process that runs `code`."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="counted runs of each command (default: 15)")
    runs = parser.parse_args().runs

    import kaiser_interview as ki

    with tempfile.TemporaryDirectory() as cache:
        parquet = str(Path(ki.data_path()) / "claims.parquet")
        commands = {
            name: code.replace("{parquet!r}", repr(parquet)).replace("{cache!r}", repr(cache))
            for name, code in COMMANDS.items()
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for number in range(runs + 1):
            for name, code in commands.items():
                taken = seconds(code)
                if number:  # the first turn warms the file cache
                    times[name].append(taken)

        command_lines(Path(cache), runs)
    print("\n| process | median, ms |\n|---|---|")
    for name, taken_all in times.items():
        print(f"| {name} | {statistics.median(taken_all) * 1000:.0f} |")
    print("\n| ratio | median | lowest | highest | target: at most |\n|---|---|---|---|---|")
    for ours, peer, bound in PAIRS:
        ratios = sorted(a / b for a, b in zip(times[ours], times[peer], strict=True))
        print(
            f"| {ours} / {peer} | {statistics.median(ratios):.2f} | {ratios[0]:.2f} | {ratios[-1]:.2f} "
            f"| {bound or ''} |"
        )


if __name__ == "__main__":
    main()

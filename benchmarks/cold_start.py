"""How long a new process takes until the data is there, as ratios against peers in the same run.

Each command is a process of its own; the commands take turns, so that a machine that drifts slows all of
them alike. Printed is the median of the ratios, pair by pair, and the smallest and largest of them.
"""

import argparse
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

    print("| process | median, ms |\n|---|---|")
    for name, taken_all in times.items():
        print(f"| {name} | {statistics.median(taken_all) * 1000:.0f} |")
    print("\n| ratio | median | least | most | at most |\n|---|---|---|---|---|")
    for ours, peer, bound in PAIRS:
        ratios = sorted(a / b for a, b in zip(times[ours], times[peer], strict=True))
        print(
            f"| {ours} / {peer} | {statistics.median(ratios):.2f} | {ratios[0]:.2f} | {ratios[-1]:.2f} "
            f"| {bound or ''} |"
        )


if __name__ == "__main__":
    main()

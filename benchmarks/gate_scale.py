"""Time and memory of the gate from 100,000 rows of Parquet on, every id checked.

Memory is the sum over the process and its workers of the memory that is their own (PSS: what several share is
divided among them), looked at twenty times a second; the most that was seen is printed. `--full` goes on to
100,000,000 rows.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rows import write_parquet

ONE = """
import sys, time
import kaiser_interview as ki
ki.Translation.model_rebuild()
start = time.perf_counter()
report = ki.validate(sys.argv[1], kind="translation")
assert report.ok and report.rows == int(sys.argv[2]), report
print(time.perf_counter() - start)
"""


def family(pid: int) -> list[int]:
    """Return a process and all that it has started."""
    found = [pid]
    for one in found:
        try:
            children = Path(f"/proc/{one}/task/{one}/children").read_text("ascii")
        except OSError:
            continue
        found += map(int, children.split())
    return found


def held(pid: int) -> int:
    """Return the bytes that a process and all that it has started hold."""
    total = 0
    for one in family(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text("ascii").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
    return total


def measured(path: Path, rows: int) -> tuple[float, int]:
    """Return the seconds that a check took, and the most bytes that it held."""
    with subprocess.Popen(
        [sys.executable, "-c", ONE, str(path), str(rows)], stdout=subprocess.PIPE, text=True
    ) as process:
        most = 0
        while process.poll() is None:
            most = max(most, held(process.pid))
            time.sleep(0.05)
        output = process.stdout.read() if process.stdout else ""
    if process.returncode:
        sys.exit(f"{rows:,} rows: exit code {process.returncode}")
    return float(output), most


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="up to 100,000,000 rows")
    parser.add_argument("--runs", type=int, default=3, help="of each size, of which the quickest counts")
    options = parser.parse_args()
    sizes = [100_000, 1_000_000, 10_000_000, *([100_000_000] if options.full else [])]
    print("| rows | seconds | µs a row beyond the row above | MiB, all processes |\n|---|---|---|---|")
    before = (0, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        for rows in sizes:
            path = Path(folder) / "rows.parquet"
            write_parquet(path, rows)
            runs = [measured(path, rows) for _ in range(options.runs)]
            seconds, most = min(one[0] for one in runs), max(one[1] for one in runs)
            slope = (seconds - before[1]) / (rows - before[0]) * 1e6
            print(f"| {rows:,} | {seconds:.2f} | {slope:.2f} | {most >> 20:,} |", flush=True)
            before = (rows, seconds)


if __name__ == "__main__":
    main()

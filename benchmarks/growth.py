"""Time and memory of `validate` as data grows: Parquet, JSON Lines, and a pipe of JSON Lines; unique ids.

Memory is the sum over the process and its workers of the memory that is their own (PSS: what several share is
divided among them), looked at twenty times a second; the most that was seen is printed. Ids of a pipe are
held within 64 MiB here, and on disk beyond that. `--full` goes on to 10,000,000 rows of each,
and 100,000,000 rows of a pipe.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from rows import lines, write_lines, write_parquet

ONE = """
import sys, time
import kaiser_interview as ki
from kaiser_interview.validation.dataset_rules import state
state.MEMORY = 64 << 20
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


def measured(source: str, rows: int, writer: IO[bytes] | None = None) -> tuple[float, int]:
    """Return the seconds that a check took, and the most bytes that it held."""
    command = [sys.executable, "-c", ONE, source, str(rows)]
    with subprocess.Popen(command, stdin=writer, stdout=subprocess.PIPE, text=True) as process:
        most = 0
        while process.poll() is None:
            most = max(most, held(process.pid))
            time.sleep(0.05)
        output = process.stdout.read() if process.stdout else ""
    if process.returncode:
        sys.exit(f"{rows:,} rows: exit code {process.returncode}")
    return float(output), most


def parquet(folder: Path, rows: int) -> tuple[float, int]:
    """Measure a Parquet file."""
    write_parquet(folder / "rows.parquet", rows)
    return measured(str(folder / "rows.parquet"), rows)


def json_lines(folder: Path, rows: int) -> tuple[float, int]:
    """Measure a file of JSON Lines."""
    write_lines(folder / "rows.jsonl", rows)
    return measured(str(folder / "rows.jsonl"), rows)


def pipe(_: Path, rows: int) -> tuple[float, int]:
    """Measure a pipe of JSON Lines, whose writer is not counted."""
    command = [sys.executable, __file__, "--write", str(rows)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        return measured("-", rows, writer.stdout)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="up to 100,000,000 rows")
    parser.add_argument("--write", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        sys.stdout.buffer.writelines(lines(options.write))
        return
    sizes = {parquet: [10**5, 10**6], json_lines: [10**5, 10**6], pipe: [10**5, 10**6]}
    if options.full:
        sizes = {
            parquet: [10**5, 10**6, 10**7],
            json_lines: [10**5, 10**6, 10**7],
            pipe: [10**6, 10**7, 10**8],
        }
    print("| input | rows | seconds | µs for each additional row | MiB, all processes |")
    print("|---|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        for measure, counts in sizes.items():
            before = (0, 0.0)
            for rows in counts:
                seconds, most = measure(Path(folder), rows)
                slope = (seconds - before[1]) / (rows - before[0]) * 1e6
                name = (measure.__doc__ or "").removeprefix("Measure a ").partition(",")[0].rstrip(".")
                print(f"| {name} | {rows:,} | {seconds:.2f} | {slope:.2f} | {most >> 20:,} |", flush=True)
                before = (rows, seconds)


if __name__ == "__main__":
    main()

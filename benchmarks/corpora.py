"""Large corpora: time and memory to make and to read one, and the rate of validation against it.

The corpus has 1,000 sources with 100,000 claims: the shipped claims, each with a number, so that rows have
the same size as those against the shipped corpus. Each of the first measurements is a process of its own;
MiB is the most memory of the process. Validation is the second call of a `Validator`, in turns with as many
rows against the shipped corpus; the ratio is the median of the turns.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rows import Quoted, line, rows

import kaiser_interview as ki

SOURCES, LINES = 1_000, 100

PROGRAM = """
import re, sys, time
import kaiser_interview as ki
ki.Corpus.from_text("x", unit="line")  # without the time of imports
start = time.perf_counter()
made = {}
seconds = time.perf_counter() - start
print(seconds, re.search("VmHWM: *([0-9]+) kB", open("/proc/self/status").read().replace("\\t", " "))[1])
"""


def texts() -> dict[str, str]:
    """Return the texts by source id: the shipped claims in turn, a number after each."""
    claims = ki.load("claims")
    return {
        f"s{source:04}": "\n".join(
            f"{claims[(source + number) % len(claims)].text}{source * LINES + number}"
            for number in range(LINES)
        )
        for source in range(SOURCES)
    }


def process(program: str, folder: Path) -> tuple[float, float]:
    """Run a program in a process of its own; return its seconds, and its most memory in MiB."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(program), str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, kibibytes = done.stdout.split()
    return float(seconds), float(kibibytes) / 1024


def verdict(row: dict[str, Any]) -> dict[str, Any]:
    """Return a verdict with the references of a translation, whose numbers depend on the claim."""
    kept = {name: value for name, value in row.items() if name not in {"language", "translation", "release"}}
    return kept | {"verdict": "mixed", "urls": []}


def timed(validator: ki.Validator, path: Path) -> float:
    """Return the seconds of a validation whose report has no error."""
    start = time.perf_counter()
    report = validator.validate(path)
    assert report.ok, report
    return time.perf_counter() - start


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--turns", type=int, default=7)
    options = parser.parse_args()
    given = texts()
    corpus = ki.Corpus.from_text(given, unit="line")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus.to_files(folder / "large")
        (folder / "whole.txt").write_text("\n".join(given.values()), "utf-8")
        print(f"{len(corpus.sources):,} sources, {len(corpus.claims):,} claims\n")
        print("| | seconds | MiB |")
        print("|---|--:|--:|")
        read = "ki.Corpus.from_files(sys.argv[1] + '/large')"
        whole = "open(sys.argv[1] + '/whole.txt', encoding='utf-8', newline='').read()"
        for what, program in (
            ("`Corpus.from_files`", read),
            (
                "`Corpus.from_files`, and the first search of a text that is not in it",
                f"{read}.find('不存在的文字')",
            ),
            ("`Corpus.from_text`, one text of all lines", f"ki.Corpus.from_text({whole}, unit='line')"),
            ("`Corpus.from_text`, one text as one claim", f"ki.Corpus.from_text({whole}, unit='document')"),
        ):
            seconds, mebibytes = process(program, folder)
            print(f"| {what} | {seconds:.1f} | {mebibytes:,.0f} |", flush=True)
        quoted = [
            Quoted(one.claim_id, one.text, one.start, one.sha256, "words") for one in corpus.claims.values()
        ]
        for path, claims in (("shipped", None), ("large", quoted)):
            made = rows(options.rows, claims=claims)
            (folder / f"{path}.jsonl").write_bytes(b"".join(line(verdict(row)) for row in made))
        with ki.Validator("verdict") as shipped, ki.Validator("verdict", against=corpus) as large:
            first = timed(shipped, folder / "shipped.jsonl"), timed(large, folder / "large.jsonl")
            turns = [
                (timed(shipped, folder / "shipped.jsonl"), timed(large, folder / "large.jsonl"))
                for _ in range(options.turns)
            ]
    ratio = statistics.median(one / other for one, other in turns)
    rate = options.rows / statistics.median(other for _, other in turns)
    print(f"\nrows a second: {rate:,.0f}, {ratio:.2f} of the rate against the shipped corpus")
    print(f"seconds of the first call: {first[1]:.1f}, against the shipped corpus {first[0]:.1f}")


if __name__ == "__main__":
    main()

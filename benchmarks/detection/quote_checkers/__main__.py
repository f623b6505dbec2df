"""Give the same quotes to checkers of quotes, and write what each accepted into `docs/comparison.md`.

`make checkers` creates the environment with the checkers, and runs this in it.
"""

import argparse
import os
import platform
import statistics
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from .cases import Case, cases
from .checkers import CHECKERS, Checker
from .results import Results, Tally, count
from .tables import filled

ROOT = Path(__file__).parents[3]
STORED = Path(__file__).parent / "results.json"


def run(checker: Checker, given: list[Case], turns: int) -> Tally:
    """Return what a checker did with quotes, with the median of the processor seconds of all turns."""
    check = checker.prepare()
    check(given[0])  # late imports are not counted
    seconds = []
    for _ in range(turns):
        start = time.process_time()
        for case in given:
            check(case)
        seconds.append(time.process_time() - start)
    return count(given, check, version(checker.package), round(statistics.median(seconds), 2))


def main() -> None:
    """Make quotes, compare, and write the document."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.detection.quote_checkers", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--count", type=int, default=500, help="right quotes, and wrong ones (default: 500)")
    parser.add_argument("--seed", type=int, default=41, help="of what is drawn (default: 41)")
    parser.add_argument("--turns", type=int, default=3, help="how often each checker runs (default: 3)")
    parser.add_argument("--stored", action="store_true", help="only write again what the last run has found")
    options = parser.parse_args()
    if options.stored:
        results = Results.from_json(STORED.read_text("utf-8"))
    else:
        given = cases(options.count, options.seed)
        tallies = {}
        for name, checker in CHECKERS.items():
            print(name, file=sys.stderr)
            tallies[name] = run(checker, given, options.turns)
        about = {
            "count": options.count,
            "seed": options.seed,
            "turns": options.turns,
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        }
        results = Results(about, tallies)
        STORED.write_text(results.to_json(), "utf-8")
    document = ROOT / "docs" / "comparison.md"
    document.write_text(filled(document.read_text("utf-8"), results), "utf-8")


if __name__ == "__main__":
    main()

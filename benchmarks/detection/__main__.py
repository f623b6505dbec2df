"""Make valid rows invalid in every known way, and check that validation reports exactly that.

``python -m benchmarks.detection`` prints the number of mutants of each group, and every mutant that did not
get the expected code at the expected place.
The exit code is 1 if there is such a mutant or an idle operator.
"""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from .operators import every_file, registered
from .run import one, report, tasks, unmet
from .trial import Tally


def main() -> int:
    """Run and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mutants", type=int, default=1_000_000, help="how many, about")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--each", action="store_true", help="a line for each operator too")
    given = parser.parse_args()
    tally = Tally()
    with ProcessPoolExecutor(given.workers, get_context("spawn")) as pool:
        waiting = [pool.submit(one, *task) for task in tasks(given.mutants, given.seed)]
        for done, future in enumerate(as_completed(waiting), 1):
            tally.add(future.result())
            if sys.stderr.isatty():
                print(f"\r{done} of {len(waiting)} files", end="", file=sys.stderr)
    if given.each:
        for each in registered():
            print(f"{each.group:11} {each.name:40} {each.code:26} {tally.mutants[each.name]:>9,}")
        for name in every_file()[0]:
            print(f"{'files':11} {name:40} {'':26} {tally.mutants[name]:>9,}")
    print(report(tally))
    idle = unmet(tally)
    if idle:
        print(f"made no mutant of their own code: {', '.join(idle)}")
    return 1 if tally.faults or idle else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Write valid and invalid rows for other tools: ``python -m benchmarks.detection.rows --output FOLDER``.

FOLDER gets ``KIND.jsonl`` for every derived kind of the package. Each line has the `row`, the `operator` that
made it invalid and its `group` (null for a valid row), and the `codes` that validation must give. Rows are
about the shipped corpus. Faults of a whole file, and rows that JSON cannot express, are left out.
"""

import argparse
import json
import random
from pathlib import Path

from .ground import SHIPPED
from .kinds import ALL
from .operators import registered
from .raw import Raw
from .trial import Tally, drawn
from .valid_rows import DERIVED

__all__ = ["write"]


def write(folder: Path, count: int, seed: int) -> None:
    """Write so many rows of each kind."""
    operators = [one for one in registered() if "jsonl" in one.forms]
    groups = {one.name: one.group for one in operators}
    folder.mkdir(parents=True, exist_ok=True)
    for kind in DERIVED:
        if not isinstance(ALL[kind], str):
            continue
        draw = random.Random(f"{seed} {kind}")
        with (folder / f"{kind}.jsonl").open("w", encoding="utf-8", newline="\n") as out:
            for row, name, places in drawn(draw, SHIPPED, kind, count, operators, Tally()):
                if any(isinstance(value, Raw) or value != value for value in row.values()):  # noqa: PLR0124 - NaN
                    continue
                codes = sorted({code for code, _ in places})
                line = {"row": row, "operator": name, "group": groups.get(name or ""), "codes": codes}
                try:
                    out.write(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")
                except ValueError:  # infinite
                    continue


def main() -> None:
    """Read the options and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, required=True, help="the folder")
    parser.add_argument("--count", type=int, default=20_000, help="rows of each kind")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write(given.output, given.count, given.seed)


if __name__ == "__main__":
    main()

"""Write right and wrong rows for other tools to judge: ``python -m benchmarks.gate.rows --output FOLDER``.

For every derived kind of the package FOLDER gets ``KIND.jsonl``. Each line has the `row`, the `operator` that
made it wrong and its `group` (null for a right row), and the `codes` that the gate must give. Rows are about
the shipped corpus. What is wrong with a file as a whole, and what cannot be said in JSON, is left out.
"""

import argparse
import json
import random
from pathlib import Path

from .ground import SHIPPED
from .kinds import ALL
from .operators import registered
from .raw import Raw
from .right import DERIVED
from .trial import Tally, drawn

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

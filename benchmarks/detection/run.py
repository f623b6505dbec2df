"""The whole benchmark: every kind, both corpora, every form, so many files of each."""

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from .forms import FORMS
from .ground import OWN, SHIPPED
from .kinds import ALL
from .operators import every_file, registered
from .trial import Tally, file_trials, trial
from .valid_rows import DERIVED

__all__ = ["GROUNDS", "PAIRS", "one", "report", "tasks", "unmet"]

GROUNDS = {ground.name: ground for ground in (SHIPPED, OWN)}
PAIRS = [*(("shipped", kind) for kind in ALL), *(("own", kind) for kind in DERIVED)]
"""Every corpus with every kind that it has rows of."""
_ROWS = 2000
_MOST_SHOWN = 20


def one(seed: int, ground: str, kind: str, form: str, count: int) -> Tally:
    """Run one file of rows, or with no form every operator on files."""
    draw = random.Random(f"{seed} {ground} {kind} {form}")
    with tempfile.TemporaryDirectory() as folder:
        if not form:
            return file_trials(draw, GROUNDS[ground], kind, Path(folder))
        return trial(draw, GROUNDS[ground], kind, form, count, Path(folder))


def tasks(mutants: int, seed: int) -> Iterator[tuple[int, str, str, str, int]]:
    """Yield tasks for about `mutants` invalid rows and as many valid ones."""
    files = max(1, round(2 * mutants / (_ROWS * len(PAIRS) * len(FORMS))))
    count = min(_ROWS, round(2 * mutants / (len(PAIRS) * len(FORMS) * files)))
    for number in range(files):
        for ground, kind in PAIRS:
            if number % 10 == 0 and kind in DERIVED:
                yield seed + number, ground, kind, "", 0
            for form in FORMS:
                yield seed + number, ground, kind, form, count


def unmet(tally: Tally) -> list[str]:
    """Return the operators that made no mutant, or none that gives the code which the operator states."""
    stated = {each.name: each.code for each in registered()}
    idle = [name for name in [*stated, *every_file()[0]] if not tally.mutants[name]]
    return idle + [name for name, code in stated.items() if name not in idle and not tally.codes[name, code]]


def report(tally: Tally) -> str:
    """Return a table of the groups in Markdown, and every deviation."""
    groups = {each.name: each.group for each in registered()} | dict.fromkeys(every_file()[0], "files")
    operators = Counter(groups.values())
    mutants: Counter[str] = Counter()
    for name, count in tally.mutants.items():
        mutants[groups[name]] += count
    lines = ["| group | operators | mutants |", "|---|--:|--:|"]
    lines += [f"| {group} | {operators[group]} | {mutants[group]:,} |" for group in operators]
    lines += [
        f"| **all** | **{len(groups)}** | **{sum(mutants.values()):,}** |",
        "",
        f"{tally.right:,} right rows",
        f"{sum(tally.still_right.values()):,} changed rows that were still right, and so no mutants",
        f"{len(tally.faults):,} not as stated",
        *tally.faults[:_MOST_SHOWN],
    ]
    return "\n".join(lines)

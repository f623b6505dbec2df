"""Draw files of mutants with the benchmark of the earlier version, and the commands that read them."""

import json
import random
import sys
from pathlib import Path

from benchmarks.detection.forms import FORMS, written
from benchmarks.detection.kinds import ALL
from benchmarks.detection.operators import registered
from benchmarks.detection.operators.whole import File
from benchmarks.detection.run import GROUNDS, tasks
from benchmarks.detection.trial import Tally, drawn
from benchmarks.detection.valid_rows import DERIVED, right

FILES = tuple(form for form in FORMS if form != "arrow")  # a table in memory is not a file
_FEW = 5


def main(out: Path, mutants: int) -> None:
    """Write the files and `cases.json`."""
    # Where the earlier version has it.
    from benchmarks.detection.operators.whole import every_file

    out.mkdir(parents=True)
    cases = []
    # Of the forms one is in memory; the others make up for it.
    for seed, ground, kind, form, count in tasks(mutants * len(FORMS) // len(FILES), 1):
        draw = random.Random(f"{seed} {ground} {kind} {form}")
        options = [
            "--kind",
            kind if isinstance(ALL[kind], str) else f"benchmarks.detection.kinds:{ALL[kind].__name__}",
        ]
        if GROUNDS[ground].name != "shipped":
            options += ["--against", str(GROUNDS[ground].folder)]
        name = f"{seed}-{ground}-{kind}"
        if form in FILES:
            folder = out / f"{name}-{form}"
            folder.mkdir()
            columnar = {"ipc": "arrow"}.get(form, form)
            operators = [one for one in registered() if columnar in one.forms]
            rows = [row for row, _, _ in drawn(draw, GROUNDS[ground], kind, count, operators, Tally())]
            path = written(GROUNDS[ground], kind, form, rows, folder)
            cases += _commands(f"mutants/{folder.name}", path, options, every=len(cases) % 4 == 0)
        elif not form and kind in DERIVED:
            wrong, harmless = every_file()
            for each, change in {**wrong, **harmless}.items():
                made = change(
                    File(
                        draw,
                        GROUNDS[ground],
                        kind,
                        [right(draw, GROUNDS[ground], kind, n) for n in range(_FEW)],
                    )
                )
                if made is None or not isinstance(made.data, bytes) or made.options:
                    continue
                path = out / f"{name}-{each}.{made.suffix}"
                path.write_bytes(made.data)
                cases += _commands(f"files/{path.name}", path, options, every=True)
    (out / "cases.json").write_text(json.dumps(cases), "utf-8")


def _commands(name: str, path: Path, options: list[str], *, every: bool) -> list[dict]:
    shared = [str(path), *options, "--format", "json"]
    case = {"folder": "."}  # of the version that runs it, for the sake of its custom kinds
    made = [case | {"name": f"validate {name}", "words": ["validate", *shared, "--max-findings", "1000000"]}]
    if every:
        outputs = {"--valid": f"valid{path.suffix}", "--rejects": f"rejects{path.suffix}"}
        made.append(case | {"name": f"split {name}", "words": ["split", *shared], "outputs": outputs})
        output = {"--output": f"fixed{path.suffix}"}
        made.append(case | {"name": f"fix {name}", "words": ["fix", *shared], "outputs": output})
    return made


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

"""Compare the results of the command with those of an earlier commit: `make oracle`.

The earlier commit is built as a wheel in a separate environment. Both versions run the same command
lines over the examples, the natural files and files of mutants that the earlier version draws. Exit codes,
reports and output files must be equal, except for the renames below. Texts of hints are compared as a
rate.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
HERE = ROOT / "build" / "oracle"
BASE = (Path(__file__).parent / "base-commit.txt").read_text("utf-8").strip()
DRIVER = Path(__file__).parent / "drive.py"

RENAMES: dict[str, str] = {"findings": "sample"}
"""Keys of a report by their earlier name, and the name that they have now."""

ADDED = {"limited": True, "left_out": 0}
"""Keys added to results since, with their neutral value."""
HINTS = {"suggestion"}
"""Keys, by their earlier name, whose texts are compared apart."""
_SHOWN = 20


def main() -> int:
    """Run both versions, print the differences, and return 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python tests/oracle", description=__doc__)
    parser.add_argument("--mutants", type=int, default=100_000)
    parser.add_argument("--only", default="", help="run cases whose name contains this")
    options = parser.parse_args()
    python = _earlier()
    cases = _cases(python, options.mutants)
    cases = [case for case in cases if options.only in case["name"]]
    with ThreadPoolExecutor() as pool:
        # Folders of equal length: texts in findings are clipped.
        runs = [
            pool.submit(_run, python, HERE / "base", HERE / "old", cases),
            pool.submit(_run, Path(sys.executable), ROOT, HERE / "now", cases),
        ]
        earlier, now = (run.result() for run in runs)
    return _compare(cases, earlier, now)


def _earlier() -> Path:
    """Return the Python of the environment that has the earlier version, built if it is not there."""
    source, venv, stamp = HERE / "base", HERE / "venv", HERE / f"{BASE}.stamp"
    python = venv / "bin" / "python"
    if not stamp.exists():
        shutil.rmtree(HERE, ignore_errors=True)
        source.mkdir(parents=True)
        archive = subprocess.run(["git", "archive", BASE], cwd=ROOT, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x"], cwd=source, input=archive, check=True)
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        pip = [python, "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "--upgrade", "pip>=25.1"], check=True)
        group = f"{source / 'pyproject.toml'}:dev"
        subprocess.run([*pip, f"{source}[hf]", "--group", group], check=True)
        stamp.touch()
    return python


def _cases(python: Path, mutants: int) -> list[dict[str, Any]]:
    """Return every case: a name, the words of a command, and the folder that it runs in."""
    drawn = HERE / f"mutants-{mutants}"
    if not (drawn / "cases.json").exists():
        shutil.rmtree(drawn, ignore_errors=True)
        command = [python, Path(__file__).parent / "draw.py", drawn, str(mutants)]
        subprocess.run(command, cwd=HERE / "base", env=_environment(HERE / "base"), check=True)
    return [*_examples(), *_natural(), *json.loads((drawn / "cases.json").read_text("utf-8"))]


def _examples() -> list[dict[str, Any]]:
    cases = []
    folder = ROOT / "tests" / "examples"
    for beside in sorted(folder.glob("*/*.json")):
        name = beside.name.removesuffix(".json")
        if not name.endswith((".expected", ".options")):
            continue
        said = json.loads(beside.read_text("utf-8"))
        options = dict(said["options"] if name.endswith(".expected") else said)
        data = [one for one in beside.parent.glob(f"{name.rpartition('.')[0]}.*") if one != beside]
        if "path" in options:
            data = [ROOT / options.pop("path")]
        if "make" not in options:
            case = {"name": f"{beside.parent.name}/{name}", "folder": str(ROOT)}
            cases += _commands(case, str(data[0]), _words(options), data[0].suffix)
    for data in sorted((folder / "valid").iterdir()):
        if (
            data.suffix != ".json"
            and not (folder / "valid" / f"{data.name.partition('.')[0]}.options.json").exists()
        ):
            cases += _commands(
                {"name": f"valid/{data.name}", "folder": str(ROOT)}, str(data), [], data.suffix
            )
    return cases


def _words(options: dict[str, Any]) -> list[str]:
    words: list[str] = []
    for name, value in options.items():
        if name == "defaults":
            words += [word for field, one in value.items() for word in ("--set", f"{field}={one}")]
        elif name == "kind":
            words += [
                word for one in ([value] if isinstance(value, str) else value) for word in ("--kind", one)
            ]
        else:
            words += [f"--{name}", ",".join(value) if isinstance(value, list) else str(value)]
    return words


def _natural() -> list[dict[str, Any]]:
    cases = []
    for path in sorted((ROOT / "tests" / "natural").glob("*.report.txt")):
        words = path.read_text("utf-8").partition("\n")[0].split()[2:]
        case = {"name": f"natural/{path.name.removesuffix('.report.txt')}", "folder": str(path.parent)}
        cases += _commands(case, words[1], words[2:], Path(words[1]).suffix)
    return cases


def _commands(case: dict[str, Any], data: str, words: list[str], suffix: str) -> list[dict[str, Any]]:
    """Return the three commands that read some data."""
    name = case["name"]
    return [
        case | {"name": f"validate {name}", "words": ["validate", data, *words, "--format", "json"]},
        case
        | {
            "name": f"split {name}",
            "words": ["split", data, *words, "--format", "json"],
            "outputs": {"--valid": f"valid{suffix}", "--rejects": f"rejects{suffix}"},
        },
        case
        | {
            "name": f"fix {name}",
            "words": ["fix", data, *words, "--format", "json"],
            "outputs": {"--output": f"fixed{suffix}"},
        },
    ]


def _environment(root: Path) -> dict[str, str]:
    # The order of some findings of one row follows from that of a set.
    paths = [root / "src", root] if root == ROOT else [root]  # the earlier version is installed
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "COLUMNS": "80",
        "PYTHONHASHSEED": "0",
    }


def _run(python: Path, root: Path, out: Path, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Run all cases in a separate process; return the results in order."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / "cases.json").write_text(json.dumps(cases), "utf-8")
    subprocess.run([python, DRIVER, out], cwd=root, env=_environment(root), check=True)
    return [json.loads(line) for line in (out / "results.jsonl").read_text("utf-8").splitlines()]


def _compare(cases: list[dict[str, Any]], earlier: list[dict[str, Any]], now: list[dict[str, Any]]) -> int:
    different, hints, same_hints = [], 0, 0
    codes: Counter[int] = Counter()
    for case, one, other in zip(cases, earlier, now, strict=True):
        codes[one["exit"]] += 1
        old_hints: list[str] = []
        new_hints: list[str] = []
        old = _plain(one, old_hints, {name: RENAMES.get(name, name) for name in HINTS} | RENAMES)
        new = _plain(other, new_hints, {})
        hints += max(len(old_hints), len(new_hints))
        same_hints += sum(a == b for a, b in zip(old_hints, new_hints, strict=False))
        if old != new:
            different.append(f"{case['name']}: {_first(old, new)}")
    print(f"{len(cases):,} commands, exit codes {dict(sorted(codes.items()))}; {len(different):,} differ")
    print(f"hints: {same_hints:,} of {hints:,} the same")
    print("\n".join(different[:_SHOWN]))
    return 1 if different else 0


def _plain(value: Any, hints: list[str], renames: dict[str, str]) -> Any:
    """Return a result with the current names and without the texts of hints, which go into `hints`."""
    if isinstance(value, dict):
        made = {}
        for name, one in value.items():
            if name in ADDED and one == ADDED[name]:
                continue
            if name in HINTS or name in {RENAMES.get(hint) for hint in HINTS}:
                hints.append(json.dumps(one, ensure_ascii=False))
                made[renames.get(name, name)] = one is not None
            else:
                made[renames.get(name, name)] = _plain(one, hints, renames)
        return made
    if isinstance(value, list):
        return [_plain(one, hints, renames) for one in value]
    return value


def _first(old: Any, new: Any, place: str = "") -> str:
    """Return the first place where two results differ."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        for name in old:
            if old[name] != new[name]:
                return _first(old[name], new[name], f"{place}/{name}")
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            if one != other:
                return _first(one, other, f"{place}/{number}")
    return f"{place or '/'}: {old!s:.200} became {new!s:.200}"


if __name__ == "__main__":
    raise SystemExit(main())

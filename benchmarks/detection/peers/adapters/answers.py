"""Shared code of the adapters: read rows, write one character for each row, and the time taken.

They run in environments with the tool but without this package, from the root of the checkout:
`python -m benchmarks.detection.peers.adapters.NAME FOLDER ROWS OUTPUT [VARIANT]`.
"""

import json
import resource
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

Fields = dict[str, dict[str, Any]]
REFERENCES = "references"
"""The field of a question with its references, and the name of their table."""


class Given(NamedTuple):
    """What an adapter is given."""

    folder: Path
    rows: Path
    variant: str

    def kinds(self) -> Iterator[tuple[str, Path]]:
        """Yield the kinds, and the file with the rows of each."""
        for path in sorted(self.rows.glob("*.jsonl")):
            yield path.stem, path

    def read(self, name: str) -> Any:
        """Return one of the files with the data that rows are checked against."""
        return json.loads((self.folder / name).read_text("utf-8"))


PeerCheck = Callable[[str, Path], list[bool]]
"""Takes a kind and its file; returns for each row whether it is accepted."""


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file."""
    with path.open("rb") as lines:
        return [json.loads(line) for line in lines]


def references(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[int]]:
    """Return the references of rows as a separate table, and the row of each."""
    table: list[dict[str, Any]] = []
    owners: list[int] = []
    for number, row in enumerate(rows):
        held = row.get(REFERENCES)
        for one in held if isinstance(held, list) else ():
            if isinstance(one, dict):
                table.append(one)
                owners.append(number)
    return table, owners


def by_unknown(rows: list[dict[str, Any]], known: Fields) -> Iterator[tuple[list[str], list[int]]]:
    """Yield rows in tables by the columns that no schema knows, so that a row answers for its own only."""
    tables: dict[tuple[str, ...], list[int]] = {}
    for number, row in enumerate(rows):
        unknown = tuple(sorted(name for name in row if name not in known and not name.startswith("x_")))
        tables.setdefault(unknown, []).append(number)
    for names, numbers in tables.items():
        yield list(names), numbers


def tables_of(given: Given) -> dict[str, Fields]:
    """Return the fields of each kind, and of the references of questions, which are a separate table."""
    fields: dict[str, Fields] = given.read("fields.json")
    items = fields["question"][REFERENCES]["items"]["fields"] if "question" in fields else {}
    return fields | {REFERENCES: items}


def by_tables(refused: Callable[[str, list[dict[str, Any]]], Iterator[int]]) -> PeerCheck:
    """Return a check from a function that yields refused rows of a table; references count for questions."""

    def check(kind: str, path: Path) -> list[bool]:
        rows = read_rows(path)
        accepted = [True] * len(rows)
        for number in refused(kind, rows):
            accepted[number] = False
        if kind == "question":
            nested, owners = references(rows)
            for number in refused(REFERENCES, nested):
                accepted[owners[number]] = False
        return accepted

    return check


def _spent() -> float:
    """Return the seconds of processors that this process and its threads have had."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def run(package: str, prepare: Callable[[Given], PeerCheck]) -> None:
    """Check every kind, and write the outcomes, processor seconds and version of the tool.

    One row of each kind is checked first, so that late imports and compilation are not counted.
    """
    folder, rows, output, *variant = sys.argv[1:]
    given = Given(Path(folder), Path(rows), "".join(variant))
    check = prepare(given)
    for kind, _ in given.kinds():
        check(kind, given.folder / "first" / f"{kind}.jsonl")
    outcomes, seconds = {}, {}
    for kind, path in given.kinds():
        start = _spent()
        accepted = check(kind, path)
        seconds[kind] = _spent() - start
        outcomes[kind] = "".join(".x"[not one] for one in accepted)
    found = {"version": version(package), "outcomes": outcomes, "seconds": seconds}
    Path(output).write_text(json.dumps(found), "utf-8")

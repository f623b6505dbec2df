"""Hostile cases: how each is made, and its expected report."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

MEBI = 1 << 20
ANY = "*"
"""Instead of codes: any codes."""
HOW = {"kind": "verdict"}

Pieces = Iterator[bytes]
Make = Callable[[Path], tuple[Any, dict[str, Any]]]


class Case(NamedTuple):
    """A hostile case."""

    make: Make
    """Makes it in a folder, and returns the data and the options of `validate`."""
    codes: frozenset[str]
    """All expected codes; empty if the data is valid."""
    valid: int | None
    """The number of valid rows, if known."""
    ok: bool | None
    """The expected `ok` of the report; None if it may be either."""

    def differs(self, found: dict[str, Any]) -> str:
        """Return in words how the report differs from the expected one; empty if it does not."""
        codes = {one.split(" ", 1)[0] for one in found["counts"]}
        if self.ok is not None and found["ok"] is not self.ok:
            return f"ok is {found['ok']}"
        if self.codes not in (codes, {ANY}):
            return (
                f"{' '.join(sorted(codes)) or 'no code'} in place of {' '.join(sorted(self.codes)) or 'none'}"
            )
        if self.valid is not None and found["valid"] != self.valid:
            return f"{found['valid']} rows valid in place of {self.valid}"
        return ""


class Cases(dict[str, Case]):
    """Cases by name."""

    def file(
        self,
        name: str,
        pieces: Callable[[], Pieces] | bytes,
        codes: str = "",
        valid: int | None = None,
        *,
        suffix: str = ".jsonl",
        ok: bool | None = None,
        **options: Any,
    ) -> None:
        """Add a case of a file that is written piece by piece."""

        def make(folder: Path) -> tuple[Path, dict[str, Any]]:
            path = folder / f"rows{suffix}"
            with path.open("wb") as file:
                for piece in [pieces] if isinstance(pieces, bytes) else pieces():
                    file.write(piece)
            return path, options

        self.add(name, make, codes, valid, ok=ok)

    def add(
        self, name: str, make: Make, codes: str = "", valid: int | None = None, *, ok: bool | None = None
    ) -> None:
        """Add a case that a function makes. It is valid if it gives no code, unless `ok` says otherwise."""
        assert name not in self, name
        found = frozenset(codes.split())
        self[name] = Case(make, found, valid, not found if ok is None and codes != ANY else ok)

    def made(self, name: str, folder: Path) -> tuple[Any, dict[str, Any]]:
        """Make a case; return the data and the options of `validate`."""
        data, options = self[name].make(folder)
        return data, HOW | options


def row(number: int = 0, **more: Any) -> bytes:
    """Return a right row, as a JSON text."""
    held = {"id": f"r{number}", "claim_id": "d01-c02", "method": "model", "creator": "m", "verdict": "mixed"}
    return json.dumps({**held, "urls": [], **more}, ensure_ascii=False).encode()


def cells(rationale: bytes, number: int = 0) -> bytes:
    """Return a record of CSV with an unescaped rationale."""
    return b"r%d,d01-c02,model,m,mixed,[],%b\n" % (number, rationale)


def filled(start: bytes, fill: bytes, mebi: int, end: bytes = b"") -> Callable[[], Pieces]:
    """Return the pieces of a text with a long stretch of one character."""

    def pieces() -> Pieces:
        yield start
        yield from [fill * (MEBI // len(fill))] * mebi
        yield end

    return pieces

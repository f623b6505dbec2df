"""Choices read from bytes, so that what a fuzzer changes in its input changes a case and not all of it.

Atheris has such a reader too; this one replays an input where there is no Atheris, and always the same way.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

__all__ = ["Draws", "folder"]

_Item = TypeVar("_Item")


class Draws:
    """Reads choices from the start of some bytes; once they are used up, the first of every choice."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """Return the next bytes, fewer at the end."""
        taken = self._data[self._at : self._at + count]
        self._at += len(taken)
        return taken

    def rest(self) -> bytes:
        """Return all that is left."""
        return self.take(len(self._data))

    def number(self, low: int, high: int) -> int:
        """Return a number from `low` to `high`, both included."""
        size = 1 if high - low < 256 else 2 if high - low < 65536 else 4
        return low + int.from_bytes(self.take(size), "little") % (high - low + 1)

    def pick(self, items: Sequence[_Item]) -> _Item:
        """Return one of several."""
        return items[self.number(0, len(items) - 1)]

    def chance(self, one_in: int) -> bool:
        """Return true once in so many times."""
        return self.number(0, one_in - 1) == one_in - 1

    def text(self, longest: int, alphabet: Sequence[str]) -> str:
        """Return a text: mostly of some pieces, now and then any code point, lone surrogates among them."""
        made = []
        for _ in range(self.number(0, longest)):
            one = self.number(0, 255)
            made.append(chr(self.number(0, 0x10FFFF)) if one >= 224 else alphabet[one % len(alphabet)])
        return "".join(made)


def folder() -> Path:
    """Return a new folder, in memory where there is such a place: every input is a file there once."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(prefix="fuzz-", dir=memory if memory.is_dir() else None))

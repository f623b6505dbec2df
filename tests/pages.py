"""Pages of the documentation as what can be run: fenced blocks, and the commands and outputs in them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block, with the paragraph that stands before it, and its line in the page."""

    language: str
    text: str
    before: str
    line: int

    @property
    def file(self) -> str | None:
        """The file that the block shows: the paragraph before it ends with the name, as in `` `a.py`: ``."""
        found = re.search(r"`([\w./-]+)`:$", self.before)
        return found and found[1]

    @property
    def code(self) -> int:
        """The exit code that the paragraph before it states; 0 where it states none."""
        found = re.search(r"exit\s+code\s+([0-9])", self.before)
        return int(found[1]) if found else 0


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page in their order."""
    text, end = page.read_text("utf-8"), 0
    for found in FENCE.finditer(text):
        before = text[end : found.start()].strip().rpartition("\n\n")[2]
        yield Block(found[1], found[2], before, text.count("\n", 0, found.start()) + 1)
        end = found.end()


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Yield the commands of a console block, each with what it prints."""
    first, *parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    assert not first, f"line {block.line}: expected a command first, got {first!r}"
    for part in parts:
        command, _, printed = part.partition("\n")
        yield command, printed


def matches(printed: str, output: str) -> bool:
    """Return whether an output is what a page shows, where `…` on a line of its own stands for any lines."""
    pieces = re.split(r"^…\n", printed, flags=re.MULTILINE)
    pattern = r"(?:.*\n)*".join(map(re.escape, pieces))
    return re.fullmatch(pattern, output) is not None

"""Parser for documentation pages: fenced blocks with commands and outputs, anchors, links."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[1]
NAMES = ["README.md", "README.zh.md", "CONTRIBUTING.md", "CHANGELOG.md"]
NAMES += sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/**/*.md"))
_READER = MarkdownIt("commonmark").enable("table")
_MADE = {ROOT / "docs" / "claims.html", ROOT / "docs" / "report.html"}
"""Pages that the build of the site makes."""
_TARGETS = {"link_open": "href", "image": "src"}


class Block(NamedTuple):
    """A block of code, with the paragraph before it, and its line in the page.

    The language is empty if none is given, or if the block is only indented.
    """

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
    """Yield the blocks of a page in order, including indented ones."""
    before = ""
    for token in _READER.parse(page.read_text("utf-8")):
        if token.type == "inline":
            before = token.content
        elif token.type in {"fence", "code_block"}:
            yield Block(token.info.strip(), token.content, before, token.map[0] + 1)
            before = ""


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Yield the commands of a console block, each with its output."""
    first, *parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    assert not first, f"line {block.line}: expected a command first, got {first!r}"
    for part in parts:
        command, _, printed = part.partition("\n")
        yield command, printed


def matches(printed: str, output: str) -> bool:
    """Return whether an output matches a page; a line with only `…` matches any lines."""
    pieces = re.split(r"^…\n", printed, flags=re.MULTILINE)
    pattern = r"(?:.*\n)*".join(map(re.escape, pieces))
    return re.fullmatch(pattern, output) is not None


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, by the rule of code hosts, which the site follows."""
    seen: Counter[str] = Counter()
    found = set()
    for token, inline in pairwise(_READER.parse(page.read_text("utf-8"))):
        if token.type == "heading_open":
            words = "".join(part.content for part in inline.children if part.type in {"text", "code_inline"})
            slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
            found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
    return found


def broken_links(page: Path, root: Path = ROOT) -> list[str]:
    """Return the links of a page that lead to no file of the repository, or to no heading there."""
    faults = []
    for link in _links(_READER.parse(page.read_text("utf-8"))):
        parts = urlsplit(link)
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if parts.scheme:
            faults += [f"{link}: expected https"] if parts.scheme != "https" else []
        elif target in _MADE:
            pass
        elif not target.exists() or not target.is_relative_to(root):
            faults.append(f"{link}: no such file")
        elif parts.fragment and (target.suffix != ".md" or unquote(parts.fragment) not in anchors(target)):
            faults.append(f"{link}: no such heading")
    return faults


def _links(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in _TARGETS:
            yield token.attrs[_TARGETS[token.type]]
        elif token.type.startswith("html"):
            yield from re.findall(r"""(?:href|src)\s*=\s*["']?([^"'\s>]+)""", token.content)
        yield from _links(token.children or [])

"""The pages of the documentation as they are read: their blocks of code, their anchors, their links."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

__all__ = ["PAGES", "ROOT", "Block", "anchors", "blocks", "broken_links"]

ROOT = Path(__file__).parents[1]
PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
PAGES += sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/**/*.md"))
_READER = MarkdownIt("commonmark").enable("table")
_TARGETS = {"link_open": "href", "image": "src"}


class Block(NamedTuple):
    """A block of code: its language is empty if none is given or if it is only indented."""

    language: str
    text: str
    line: int


def blocks(text: str) -> list[Block]:
    """Return the blocks of a page, in order."""
    return [
        Block(token.info.strip(), token.content, token.map[0] + 1)
        for token in _READER.parse(text)
        if token.type in {"fence", "code_block"}
    ]


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, by the rule of code hosts, which the site follows."""
    seen: Counter[str] = Counter()
    found = set()
    tokens = _READER.parse(text)
    for token, inline in pairwise(tokens):
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
        elif not target.exists() or not target.is_relative_to(root):
            faults.append(f"{link}: no such file")
        elif parts.fragment and (
            target.suffix != ".md" or unquote(parts.fragment) not in anchors(target.read_text("utf-8"))
        ):
            faults.append(f"{link}: no such heading")
    return faults


def _links(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in _TARGETS:
            yield token.attrs[_TARGETS[token.type]]
        elif token.type.startswith("html"):
            yield from re.findall(r"""(?:href|src)\s*=\s*["']?([^"'\s>]+)""", token.content)
        yield from _links(token.children or [])

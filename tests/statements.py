"""Sentences about the source in shipped files, and the list of allowed sentences.

`raw/statements.toml` has the words that mark a sentence as one about who published, wrote, owns or said the
source, and every such sentence, with where it is read from.
"""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["ALLOWED", "ROOT", "WHOLE", "WORDS", "faults", "sentences", "shipped"]

ROOT = Path(__file__).parents[1]
_LISTED = tomllib.loads((ROOT / "raw" / "statements.toml").read_text("utf-8"))
WORDS = re.compile("|".join(_LISTED["words"]), re.IGNORECASE)

_PLACES = (
    "*.md", "*.cff", "*.toml", "LICENSES/LicenseRef-Source-Text.txt", "docs/**/*.md", "raw/*.toml",
    "raw/annotation/README.md", "raw/annotation/guidelines.md", "raw/layers/*.jsonl", "schemas/**/*.json",
    "src/**/*.py", "src/**/*.json", "src/**/*.jsonl", "src/**/*.jsonld", "src/**/*.md", "src/**/*.cff",
    "src/**/*.bib",
)  # fmt: skip
_SKIPPED = ("raw/statements.toml", "src/kaiser_interview/data/sources.jsonl")
"""The list, and the table with the source text, whose other columns are in `raw/source.toml`."""


def shipped() -> Iterator[Path]:
    """Yield every shipped file with written sentences."""
    for place in _PLACES:
        for path in sorted(ROOT.glob(place)):
            if path.relative_to(ROOT).as_posix() not in _SKIPPED:
                yield path


def sentences(path: Path) -> Iterator[str]:
    """Yield the sentences of a file, normalised; of a program, those of its strings and comments."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        parts = [*_strings(text), *_comments(text)]
    elif path.suffix in {".json", ".jsonl", ".jsonld"}:
        lines = text.splitlines() if path.suffix == ".jsonl" else [text]
        parts = [string for line in lines for string in _leaves(json.loads(line))]
    elif path.suffix == ".toml":
        parts = [*_leaves(tomllib.loads(text)), *_comments(text)]
    else:
        # The head of a dataset card lists fields and tags.
        text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
        parts = re.split(r"\n\s*\n|\n(?=[-|#>] ?)|\n(?=\d+\. )|\n(?=  \w+ +=)", text)
    for part in parts:
        yield from (one for one in re.split(r"(?<=[.!?:;])\s+|(?<=[。;!?])|\s\|\s", _plain(part)) if one)


def faults(sentence: str) -> list[str]:
    """Return the words of a sentence about the source that no allowed statement covers."""
    if sentence in WHOLE:
        return []
    for statement in ALLOWED:
        sentence = sentence.replace(statement, "")
    # A word alone is the name of a field or of a thing in the code.
    return (
        [match[0] for match in WORDS.finditer(sentence)] if " " in sentence or not sentence.isascii() else []
    )


def _plain(text: str) -> str:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)  # links
    text = re.sub(r"`[\w.]+`", "", text)  # names of fields
    return " ".join(re.sub(r"[*`#|>]|^- |^\d+\. ", " ", text).split())


def _strings(program: str) -> Iterator[str]:
    tree = ast.parse(program)
    within = {
        id(value) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for value in node.values
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            # The words of a value are checked where they are defined and where they are built.
            text = "".join(str(one.value) if isinstance(one, ast.Constant) else "…" for one in node.values)
            yield from re.split(r"\n\s*\n", text)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in within:
            yield from re.split(r"\n\s*\n", node.value)


def _comments(text: str) -> Iterator[str]:
    yield from re.findall(r"(?:^|\s)# (.*)$", re.sub(r"\n# ", " ", text), re.MULTILINE)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    elif isinstance(value, str):
        yield value


_STATEMENTS = _LISTED["statement"]
WHOLE = {_plain(one["text"]) for one in _STATEMENTS if one.get("whole")}
"""Statements that are allowed only as a complete sentence."""
ALLOWED = sorted(
    map(_plain, [*(one["text"] for one in _STATEMENTS if not one.get("whole")), *_LISTED["other"]]),
    key=len,
    reverse=True,
)
"""Every other allowed statement, normalised, the longest first."""

"""Render the Markdown page of each finding code, and the index of all codes."""

import json

from ...errors import known_name
from .codes import CODES

__all__ = ["explanation", "index"]

_INTRODUCTION = """\
# Findings

All finding codes. Each has a page with its meaning, an example and how to fix it, which
`kaiser-interview explain CODE` prints too. An error makes its row invalid; a warning does not.
"""

_GROUPS = {
    "reading": "Data that cannot be read. These errors are always reported, whatever `--select` says.",
    "shape": "Rows that do not match the schema of their kind.",
    "reference": "References to claims: ids, digests, releases, copied columns.",
    "quote": "Quotes, compared with the source character by character.",
    "set": "Rules about the whole data set.",
    "fidelity": "What a translation may have lost.",
    "corpus": "Files of a custom corpus. `Corpus.check` reports these, and codes of reading and shape.",
}

# Lists the pages of the codes for Sphinx.
_TREE = "\n```{toctree}\n:hidden:\n:glob:\n\n*\n```\n"


def explanation(name: str) -> str:
    """Return the page of a code, in Markdown.

    Raises
    ------
    UnknownNameError
        There is no such code; the message suggests the nearest names.
    """
    code = CODES[known_name("code", name, CODES)]
    example = code.example
    if example.startswith("{"):
        example = f"```{'json' if _is_json(example) else 'text'}\n{example}\n```"
    return (
        f"# {code.name}\n\n{code.severity.capitalize()}, {code.group}.\n\n{code.meaning}\n\n"
        f"## Example\n\n{example}\n\n## How to fix it\n\n{code.correction}\n"
    )


def index() -> str:
    """Return the page that lists every code by its group, in Markdown."""
    parts = [_INTRODUCTION]
    for group, meaning in _GROUPS.items():
        parts.append(
            f"\n## {group.capitalize()}\n\n{meaning}\n\n| code | severity | meaning |\n|---|---|---|\n"
        )
        parts += [
            f"| [{code.name}]({code.name}.md) | {code.severity} | {code.meaning} |\n"
            for code in CODES.values()
            if code.group == group
        ]
    return "".join([*parts, _TREE])


def _is_json(rows: str) -> bool:
    try:
        return bool([json.loads(row, parse_constant=int) for row in rows.split("\n")])  # int refuses NaN
    except ValueError:
        return False

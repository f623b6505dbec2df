"""Licences: REUSE.toml covers every file, and files that hold the source text say so."""

import json
from pathlib import Path
from typing import Any

from .commands import BIN, ROOT, run

__all__ = ["embedding", "faults", "reuse"]

OURS = {"MIT", "CC-BY-4.0"}
SOURCE_TEXT = "LicenseRef-Source-Text"
"""Name of the licence file of the source text, which grants no rights."""
TESTS_ONLY = {"LicenseRef-Public-Domain"}
"""Of files that the installed package does not have."""


def reuse() -> dict[str, Any]:
    """Return the output of `reuse lint` on the checkout."""
    return json.loads(run(BIN / "reuse", "--root", ROOT, "lint", "--json"))  # type: ignore[no-any-return]


def embedding(folder: Path, names: list[str], claims: list[str]) -> set[str]:
    """Return the files that contain a whole claim."""
    texts = {name: (folder / name).read_bytes().decode("utf-8", "replace") for name in names}
    return {name for name, text in texts.items() if any(claim in text for claim in claims)}


def faults(reported: dict[str, Any], embedding: set[str], expression: str) -> list[str]:
    """Return licence faults: of every file, of files with the source text, and of the package."""
    if not reported["summary"]["compliant"]:
        return [f"reuse: {reported['non_compliant']}"]
    wrong: list[str] = []
    licences = {
        file["path"]: {one["value"] for one in file["spdx_expressions"]} for file in reported["files"]
    }
    wrong += [
        f"{path} holds a whole claim, and REUSE.toml says {sorted(licences[path])} of it"
        for path in sorted(embedding)
        if not any(SOURCE_TEXT in one for one in licences[path])
    ]
    used = set(reported["summary"]["used_licenses"])
    expected = OURS | TESTS_ONLY | {SOURCE_TEXT}
    if used != expected:
        wrong.append(f"licences used: expected {sorted(expected)}, got {sorted(used)}")
    if set(expression.split(" AND ")) != OURS | {SOURCE_TEXT}:
        wrong.append(
            f"pyproject.toml: expected {' AND '.join(sorted(OURS | {SOURCE_TEXT}))}, got {expression}"
        )
    return wrong

"""Validate many rows with ajv under Node in one process."""

import json
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas" / "v1"
MODULES = ROOT / "build" / "node"


def ajv(requests: list[dict[str, Any]], *kinds: str) -> list[str]:
    """Return the output of `results.mjs` for each request."""
    run = subprocess.run(
        ["node", ROOT / "tests" / "engines" / "results.mjs", SCHEMAS, MODULES, *kinds],
        input="".join(f"{json.dumps(one, allow_nan=False)}\n" for one in requests),
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    outcomes = run.stdout.split()
    assert len(outcomes) == len(requests)
    return outcomes

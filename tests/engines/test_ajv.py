"""The JSON Schemas give ajv, under Node, the verdict that the models give. `make engines` installs it."""

import json
import subprocess
from pathlib import Path

import pytest
from rows import accepted, rows
from scale import amount

from kaiser_interview.models import KINDS

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "build" / "node"


@pytest.mark.parametrize("wrong", [0.0, 0.02, 0.1, 0.5])
def test_model_and_ajv_agree_on_rows(wrong):
    drawn = [*rows(amount(5_000, 40_000), seed=int(wrong * 100) + 1, wrong=wrong)]
    lines = "".join(json.dumps({"kind": kind, "row": made}) + "\n" for kind, made in drawn)
    run = subprocess.run(
        ["node", ROOT / "tests" / "engines" / "verdicts.mjs", ROOT / "schemas" / "v1", MODULES],
        input=lines, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    verdicts = [line == "1" for line in run.stdout.split()]
    assert len(verdicts) == len(drawn)
    for (kind, made), verdict in zip(drawn, verdicts, strict=True):
        assert verdict is accepted(KINDS[kind], json.dumps(made)), (kind, made)

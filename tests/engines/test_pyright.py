"""Diagnostics of pyright, and of editors that run it, for rows and loaders."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from engines.node import MODULES, ROOT

from kaiser_interview.records.models import KINDS

PYRIGHT = MODULES / "node_modules" / ".bin" / "pyright"


def test_pyright_accepts_typical_user_code():
    command = [PYRIGHT, "-p", ROOT / "tests" / "typing"]
    done = subprocess.run(
        [*command, "--pythonpath", sys.executable], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "0 errors, 0 warnings" in done.stdout


def test_pyright_asks_for_the_fields_that_a_row_must_have(tmp_path):
    """For pyright, a field redeclared without a value has the default of its base."""
    models = [*KINDS.values()]
    calls = [f"ki.{model.__name__}()" for model in models]
    (tmp_path / "rows.py").write_text("\n".join(["import kaiser_interview as ki", *calls]), "utf-8")
    done = subprocess.run(
        [PYRIGHT, "--outputjson", "--pythonpath", sys.executable, "rows.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    asked = {
        one["range"]["start"]["line"]: {*re.findall(r'"(\w+)"', one["message"])}
        for one in json.loads(done.stdout)["generalDiagnostics"]
    }
    for line, model in enumerate(models, 1):
        required = {name for name, field in model.model_fields.items() if field.is_required()}
        assert asked[line] == required, model.__name__


def test_every_public_name_has_a_type_that_checkers_need_not_infer(tmp_path):
    # --verifytypes ignores --pythonpath: it reads the package that the first python on PATH imports.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(
        [PYRIGHT, "--verifytypes", "kaiser_interview", "--ignoreexternal", "--outputjson"],
        cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    report = json.loads(done.stdout)["typeCompleteness"]
    faults = [
        f"{symbol['name']}: {fault['message']}"
        for symbol in report["symbols"]
        for fault in symbol["diagnostics"]
        if fault["severity"] == "error"
    ]
    assert not faults, "\n".join(faults)
    # A package that is not found, or has no py.typed, has no symbols and a score of 0.
    assert report["completenessScore"] == 1
    assert report["exportedSymbolCounts"]["withKnownType"] > 1000

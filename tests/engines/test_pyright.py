"""What users of pyright, and of editors that run it, are told about rows and loaders."""

import json
import os
import subprocess
import sys
from pathlib import Path

from engines.node import MODULES, ROOT

PYRIGHT = MODULES / "node_modules" / ".bin" / "pyright"


def test_pyright_finds_no_error_in_what_people_write():
    command = [PYRIGHT, "-p", ROOT / "tests" / "typing"]
    done = subprocess.run(
        [*command, "--pythonpath", sys.executable], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "0 errors, 0 warnings" in done.stdout


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

"""What users of pyright, and of editors that run it, are told about rows and loaders."""

import subprocess
import sys

from engines.node import MODULES, ROOT


def test_pyright_finds_no_error_in_what_people_write():
    command = [MODULES / "node_modules" / ".bin" / "pyright", "-p", ROOT / "tests" / "typing"]
    done = subprocess.run(
        [*command, "--pythonpath", sys.executable], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "0 errors, 0 warnings" in done.stdout

"""Run a program, and end everything if it fails."""

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["BIN", "ROOT", "run", "tracked"]

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
"""The folder of the tools of the group `release`."""


def run(*command: str | Path, cwd: Path | None = None, **environment: str) -> str:
    """Run a command, print its output if it fails, and return its output."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}\nexit code {done.returncode}")
    return done.stdout


def tracked(*folders: str) -> list[str]:
    """Return the tracked files, or those in some folders, that exist."""
    names = run("git", "ls-files", "-z", *folders, cwd=ROOT).split("\0")
    return [name for name in names if name and (ROOT / name).exists()]

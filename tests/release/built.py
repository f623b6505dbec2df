"""The sdist and the wheel, built from different places at different times: the same bytes."""

import hashlib
import os
import shutil
import sys
import tarfile
import time
from pathlib import Path

from .commands import ROOT, run, tracked

__all__ = ["build_twice", "digests", "unpacked"]

# Traces of the environment that must not be in the built files.
HERE = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
THERE = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "42"}
# Files left by development, which must not be distributed.
LEFT_BEHIND = (
    "src/kaiser_interview/__pycache__/models.cpython-311.pyc",
    "src/kaiser_interview/.coverage.host.1",
    "tests/.hypothesis/examples/0",
    "build/lib/kaiser_interview/models.py",
    "dist/kaiser_interview-0.0.0-py3-none-any.whl",
    ".venv/pyvenv.cfg",
)


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of each file of a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def build(source: Path, target: Path, *what: str, umask: int = 0o022, **environment: str) -> None:
    """Build from a folder into another, with the build tools that are installed."""
    before = os.umask(umask)
    try:
        command = (sys.executable, "-m", "build", "--no-isolation", *what, "--outdir", target, source)
        run(*command, cwd=target.parent, **environment)
    finally:
        os.umask(before)


def build_twice(folder: Path) -> tuple[Path, Path]:
    """Build both from two copies of the checkout, and the wheel from the sdist; return sdist and wheel."""
    first, second = folder / "first", folder / "second"
    here, there = folder / "checkout", folder / "else" / "where" / "kaiser-interview-2"
    # The commit time of the checkout, which is the time in the built files.
    epoch = run("git", "log", "-1", "--format=%ct", cwd=ROOT).strip()
    _copy(here, umask=0o022)
    build(here, first, SOURCE_DATE_EPOCH=epoch, **HERE)
    _copy(there, umask=0o077)
    for name in LEFT_BEHIND:
        path = there / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"junk")
    build(there, second, umask=0o077, SOURCE_DATE_EPOCH=epoch, **THERE)
    _same(digests(first), digests(second), "two builds")

    (sdist,) = first.glob("*.tar.gz")
    (wheel,) = first.glob("*.whl")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    build(unpacked(folder), folder / "third", "--wheel", SOURCE_DATE_EPOCH=epoch, **THERE)
    _same(
        digests(folder / "third"),
        {wheel.name: digests(first)[wheel.name]},
        "the sdist's wheel and the checkout's",
    )
    return sdist, wheel


def unpacked(folder: Path) -> Path:
    """Return the folder of the unpacked sdist."""
    (path,) = (folder / "unpacked").iterdir()
    return path


def _same(one: dict[str, str], other: dict[str, str], what: str) -> None:
    if one != other:
        sys.exit(f"{what} differ: {one} {other}")


def _copy(target: Path, *, umask: int) -> None:
    """Copy the tracked files of the checkout, with other permissions and times."""
    for name in tracked():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, path)
        mode = 0o777 if os.access(ROOT / name, os.X_OK) else 0o666
        path.chmod(mode & ~umask)
        moment = time.time() - len(name) * umask
        os.utime(path, (moment, moment))

"""The contents of the sdist and the wheel: the tracked files, by one rule each."""

import tarfile
import zipfile
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

__all__ = ["of_sdist", "of_wheel", "sdist_faults", "wheel_faults"]

BUILT = {"METADATA", "WHEEL", "RECORD", "entry_points.txt"}
PACKAGE = "src/kaiser_interview/"
LEFT_OUT = f"{PACKAGE}build/"
"""What builds the data: it works on a checkout."""


def of_wheel(wheel: Path) -> list[str]:
    """Return the names of a wheel's files."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def of_sdist(sdist: Path) -> list[str]:
    """Return the names of an sdist's files within its folder."""
    with tarfile.open(sdist) as archive:
        folder = sdist.name.removesuffix(".tar.gz") + "/"
        return [member.name.removeprefix(folder) for member in archive if not member.isdir()]


def wheel_faults(names: Iterable[str], tracked: Iterable[str]) -> list[str]:
    """Return extra and missing files of a wheel: package, schemas, licences and metadata."""
    tracked = list(tracked)
    package = [name for name in tracked if name.startswith(PACKAGE) and not name.startswith(LEFT_OUT)]
    expected = {name.removeprefix("src/") for name in package}
    expected |= {f"kaiser_interview/{name}" for name in tracked if name.startswith("schemas/")}
    expected |= {name for name in tracked if name.startswith("LICENSES/")} | BUILT
    return _differences("wheel", (_in_wheel(name) for name in names), expected)


def sdist_faults(names: Iterable[str], tracked: Iterable[str]) -> list[str]:
    """Return extra and missing files of an sdist: all tracked files, except names that start with a dot.

    Hatchling adds the metadata, and always `.gitignore`, which it builds the wheel by.
    """
    expected = {name for name in tracked if not name.startswith(".") and "/." not in name}
    return _differences("sdist", names, expected | {"PKG-INFO", ".gitignore"})


def _in_wheel(name: str) -> str:
    head, _, rest = name.partition("/")
    return rest.removeprefix("licenses/") if head.endswith(".dist-info") else name


def _differences(what: str, names: Iterable[str], expected: set[str]) -> list[str]:
    found = sorted(names)
    twice = sorted({one for one, other in pairwise(found) if one == other})
    return [
        *(f"{what}: {name} is in it, and should not be" for name in sorted(set(found) - expected)),
        *(f"{what}: {name} is not in it, and should be" for name in sorted(expected - set(found))),
        *(f"{what}: {name} is in it twice" for name in twice),
    ]

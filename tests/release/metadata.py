"""The metadata of the built files, against `pyproject.toml`, and their Python versions."""

import email
import re
import zipfile
from email.message import Message
from pathlib import Path
from typing import Any

from .commands import BIN, run

__all__ = ["faults", "of_wheel", "supported", "tool_faults"]

PYTHON = "Programming Language :: Python :: "


def of_wheel(wheel: Path) -> str:
    """Return the text of a wheel's METADATA."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return archive.read(name).decode()


def supported(project: dict[str, Any]) -> list[str]:
    """Return the versions of Python that the classifiers name."""
    named = [one.removeprefix(PYTHON) for one in project["classifiers"] if one.startswith(PYTHON)]
    return [one for one in named if re.fullmatch(r"3\.[0-9]+", one)]


def faults(text: str, pyproject: dict[str, Any], licences: list[str], version: str) -> list[str]:
    """Return where METADATA says other than the project does."""
    project = pyproject["project"]
    said = email.message_from_string(text)
    expected: dict[str, list[str]] = {
        "Metadata-Version": ["2.5"],  # hatchling's; twine reads it from 7 on
        "Name": [project["name"]],
        "Version": [version],
        "Summary": [project["description"]],
        "License-Expression": [project["license"]],
        "License": [],
        "License-File": sorted(licences),
        "Requires-Python": [project["requires-python"]],
        "Classifier": project["classifiers"],
        "Description-Content-Type": ["text/markdown"],
        "Provides-Extra": sorted(project["optional-dependencies"]),
    }
    wrong = [
        f"{name}: expected {values}, got {got}"
        for name, values in expected.items()
        if (got := _sorted(said, name)) != sorted(values)
    ]
    wrong += [f"the description has a link to a file: {one}" for one in _relative(str(said.get_payload()))]
    oldest, *_ = versions = supported(project)
    if project["requires-python"] != f">={oldest}":
        wrong.append(f"requires-python is {project['requires-python']}, and the oldest classifier {oldest}")
    minors = [int(one.removeprefix("3.")) for one in versions]
    if minors != list(range(minors[0], minors[-1] + 1)):
        wrong.append(f"the classifiers leave a Python out: {versions}")
    return wrong + _pins(pyproject)


def tool_faults(sdist: Path, wheel: Path) -> list[str]:
    """Run the tools that know the rules of an index, which end the run if they find anything."""
    said = run(BIN / "twine", "check", "--strict", sdist, wheel)
    run(BIN / "check-wheel-contents", wheel)
    return [] if said.count("PASSED") == 2 else [f"twine: {said}"]


def _relative(description: str) -> list[str]:
    """Return the links and pictures of a description that lead to no address; an index has no files."""
    markdown = re.findall(r"\]\(([^)\s]*)", description)
    html = re.findall(r"""(?:href|src)\s*=\s*["']?([^"'\s>]*)""", description)
    return [one for one in markdown + html if not one.startswith(("https://", "#", "mailto:"))]


def _sorted(said: Message, name: str) -> list[str]:
    return sorted(map(str, said.get_all(name, [])))


def _pins(pyproject: dict[str, Any]) -> list[str]:
    """Check that the isolated build and this environment use the same versions."""
    required = pyproject["build-system"]["requires"]
    missing = [one for one in required if one not in pyproject["dependency-groups"]["package"]]
    return [f"{one} builds elsewhere, and is not in the group package" for one in missing]

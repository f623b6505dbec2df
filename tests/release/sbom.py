"""The software bill of materials of an installed wheel, in CycloneDX."""

import json
import re
from pathlib import Path
from typing import Any

from .commands import BIN, ROOT, run

__all__ = ["document", "faults"]


def document(python: Path, name: str, version: str) -> dict[str, Any]:
    """Return the CycloneDX document of an environment in which the wheel is installed.

    Parameters
    ----------
    python : pathlib.Path
        The Python of the environment.
    name, version : str
        The name and version of the package, which is the main component.
    """
    options = ("--mc-type", "library", "--sv", "1.6", "--of", "JSON", "--output-reproducible")
    made = run(BIN / "cyclonedx-py", "environment", *options, "--pyproject", ROOT / "pyproject.toml", python)
    found: dict[str, Any] = json.loads(made)
    # The main component comes from pyproject.toml, which has no version. The same package is also among the
    # components, with the path of the wheel on this machine.
    main = found["metadata"]["component"]
    main |= {"version": version, "purl": f"pkg:pypi/{name}@{version}"}
    own = {one["bom-ref"] for one in found["components"] if _plain(one["name"]) == name}
    found["components"] = [one for one in found["components"] if one["bom-ref"] not in own]
    found["dependencies"] = [one for one in found["dependencies"] if one["ref"] not in own]
    for one in found["dependencies"]:
        if "dependsOn" in one:
            one["dependsOn"] = [ref for ref in one["dependsOn"] if ref not in own]
    return found


def faults(found: dict[str, Any], pyproject: dict[str, Any], version: str) -> list[str]:
    """Return what is missing in a CycloneDX document: the package, a dependency, or a licence."""
    project = pyproject["project"]
    main = found["metadata"]["component"]
    wrong = []
    if (main["name"], main["version"]) != (project["name"], version):
        wrong.append(f"sbom: expected {project['name']} {version}, got {main['name']} {main['version']}")
    components = {one["bom-ref"]: one for one in found["components"]}
    (direct,) = (one for one in found["dependencies"] if one["ref"] == main["bom-ref"])
    named = {_plain(components[ref]["name"]) for ref in direct.get("dependsOn", [])}
    required = {_plain(re.match(r"[\w.-]+", one)[0]) for one in project["dependencies"]}
    wrong += [f"sbom: {one} is not among the dependencies" for one in sorted(required - named)]
    for one in found["components"]:
        wrong += [f"sbom: {one['name']} has no {field}" for field in ("version", "purl") if field not in one]
    if "file://" in json.dumps(found):
        wrong.append("sbom: a path of this machine")
    return wrong


def _plain(name: str) -> str:
    """Return a name as packages are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()

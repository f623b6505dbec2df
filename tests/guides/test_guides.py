"""The guides in `docs/guides/*.md`: every command of a page runs in an empty environment and folder.

Each guide has its own environment, into which its first command installs the wheel; a package index must be
reachable. The other commands run as they are written, through a shell. `make guides` runs this.
"""

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest
import yaml
from pages import blocks, commands, matches

ROOT = Path(__file__).parents[2]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
FIRST = re.compile(r"pip install '?kaiser-interview(\[[\w,]+\])?'?")
MOST = 5
JOBS = {"engineer": [1, 0]}
GOALS = {
    "document": "kaiser-interview validate good.jsonl --kind label --against manual --require claim_sha256",
    "researcher": "kaiser-interview validate translations.jsonl --kind translation --require release,creator",
}
TOOLS = Path(sys.prefix)


def run(command: str, folder: Path, environment: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command as a newcomer's shell would, in an environment that is activated or in none."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    # The output for a terminal of this width; compiling modules that are never imported is a waste.
    surroundings |= {"COLUMNS": "80", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_COMPILE": "1"}
    if environment:
        surroundings["PATH"] = f"{environment / 'bin'}{os.pathsep}{surroundings['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-c", command],
        cwd=folder, env=surroundings, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    built = run(f"{sys.executable} -m build --wheel --no-isolation --outdir {folder} {ROOT}", ROOT)
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture
def environment(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    return folder


def installed(command: str, wheel: Path) -> str:
    """Return a command that installs the package as one that installs this wheel."""
    return FIRST.sub(lambda found: f"pip install '{wheel}{found[1] or ''}'", command)


def edit(path: Path, difference: str) -> None:
    """Apply a `diff` block to a file, as the reader does in an editor."""
    old = "".join(re.findall(r"^-(.*\n)", difference, re.MULTILINE))
    new = "".join(re.findall(r"^\+(.*\n)", difference, re.MULTILINE))
    text = path.read_text("utf-8")
    assert text.count(old) == 1, difference
    path.write_text(text.replace(old, new), "utf-8")


def show(block, folder: Path) -> None:
    """Write a file that the page shows, or edit it if the block is a diff."""
    assert block.file, f"line {block.line}: a block that is no console names the file that it is"
    path = folder / block.file
    if block.language == "diff":
        edit(path, block.text)
        return
    assert not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text, "utf-8")


def job(workflow: Path, wheel: Path, environment: Path, folder: Path) -> int:
    """Run the steps of a workflow's one job as a runner does; return the exit code that ends it."""
    checked = run(f"check-jsonschema --builtin-schema vendor.github-workflows '{workflow}'", folder, TOOLS)
    assert checked.returncode == 0, checked.stdout
    (steps,) = (one["steps"] for one in yaml.safe_load(workflow.read_text("utf-8"))["jobs"].values())
    for step in steps:
        if "run" in step:
            done = run(installed(step["run"], wheel), folder, environment)
            if done.returncode:
                return done.returncode
    return 0


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_a_guide_works_from_an_empty_environment(page, wheel, environment, tmp_path):
    jobs = []
    for block in blocks(page):
        if block.language != "console":
            show(block, tmp_path)
            continue
        ((command, printed),) = commands(block)
        done = run(installed(command, wheel), tmp_path, environment)
        output = f"{command}\n{done.stdout}{done.stderr}"
        assert done.returncode == block.code, output
        assert matches(printed, done.stdout), output
        if command.startswith("kaiser-interview"):
            workflows = tmp_path.glob(".github/workflows/*.yml")
            jobs += [job(path, wheel, environment, tmp_path) for path in workflows]
    # The job fails on the bad folder and passes on the good one; the checked file needs no more work.
    assert jobs == JOBS.get(page.stem, [])
    if page.stem in GOALS:
        assert run(GOALS[page.stem], tmp_path, environment).returncode == 0


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.stem)
def test_a_guide_is_short(page):
    consoles = [block for block in blocks(page) if block.language == "console"]
    shown = [command for block in consoles for command, _ in commands(block)]
    assert 2 <= len(shown) <= MOST
    assert FIRST.fullmatch(shown[0])
    assert not [command for command in shown if re.search(r"[;&|]", command)]  # no pipes or lists of commands


def test_the_guides():
    assert [page.stem for page in GUIDES] == ["document", "engineer", "reader", "researcher"]
    cited = GUIDES[2].read_text("utf-8")
    assert "$ kaiser-interview cite" in cited
    assert "This is a summary's wording; it does not say who speaks." in cited.partition("interview cite")[2]

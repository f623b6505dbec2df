"""The examples of the documentation run, and print what they say."""

import contextlib
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Its blocks need polars, pandas, Node and more: `make engines` runs them (tests/engines/test_recipes.py).
ELSEWHERE = {"docs/recipes.md"}
DOCUMENTS = [
    "README.md",
    *sorted({path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md")} - ELSEWHERE),
]


def blocks(language: str):
    for document in DOCUMENTS:
        text = (ROOT / document).read_text("utf-8")
        for number, block in enumerate(
            re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL), 1
        ):
            yield pytest.param(block, id=f"{document}-{number}")


def commands(block: str):
    """Split a console block into its commands and what each prints; `…` on a line stands for any lines."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        yield command, printed


@pytest.fixture(autouse=True, scope="module")
def folder(tmp_path_factory):
    """Give a folder that has the files of the examples, and stand in it."""
    path = tmp_path_factory.mktemp("examples")
    for file in (ROOT / "docs" / "examples").iterdir():
        shutil.copy(file, path)
    with contextlib.chdir(path):
        yield path


# A later example of a page may use the files that an earlier one has written, so a page is one test.
@pytest.mark.parametrize("document", DOCUMENTS)
def test_console_examples(document):
    told = [one.values[0] for one in blocks("console") if one.id.rpartition("-")[0] == document]
    for command, printed in [one for block in told for one in commands(block)]:
        words = shlex.split(command)
        if words[0] in {"pip", "make"}:
            continue  # installing is what the wheel's and the demo's own checks do
        assert words[0] == "kaiser-interview"
        run = subprocess.run(
            [sys.executable, "-m", "kaiser_interview", *words[1:]],
            capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        pattern = "(?s:.*)\n".join(re.escape(piece) for piece in printed.split("…\n"))
        assert re.fullmatch(pattern, run.stdout), f"{command}\n{run.stdout}{run.stderr}"


def test_there_are_examples():
    assert [*blocks("console")]


def test_python_examples():
    import doctest

    for document in DOCUMENTS:
        result = doctest.testfile(
            str(ROOT / document), module_relative=False, encoding="utf-8", optionflags=doctest.ELLIPSIS
        )
        assert result.failed == 0, document


def test_every_command_is_in_the_readme():
    from kaiser_interview import cli

    readme = (ROOT / "README.md").read_text("utf-8")
    for command in cli.app.registered_commands:
        assert f"kaiser-interview {command.name}" in readme


def python_block(document: str) -> str:
    return re.search(
        r"^```python\n(.*?)^```$", (ROOT / document).read_text("utf-8"), re.MULTILINE | re.DOTALL
    )[1]


@pytest.mark.parametrize(("claim_id", "outcome"), [("d01-c01", "1 passed"), ("d99-c01", "unknown-claim")])
def test_the_pytest_example(tmp_path, claim_id, outcome):
    import kaiser_interview as ki

    row = {"claim_id": claim_id, "method": "human", "creator": "I", "language": "en", "translation": "…"}
    row["claim_sha256"] = ki.claim("d01-c01").claim_sha256
    (tmp_path / "translations.jsonl").write_text(json.dumps(row))
    (tmp_path / "test_data.py").write_text(python_block("docs/validation.md"))
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_data.py"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert outcome in run.stdout


def test_the_pre_commit_hook(folder):
    import yaml

    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert hook["id"] in (ROOT / "docs" / "validation.md").read_text()
    program, *words = shlex.split(hook["entry"])
    assert program == "kaiser-interview"
    # As pre-commit does: the entry, the user's arguments, the files.
    words += ["--kind", "translation", str(folder / "out.jsonl")]
    run = subprocess.run(
        [sys.executable, "-m", "kaiser_interview", *words],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert re.search(hook["files"], "data/out.jsonl")


def test_the_github_step():
    from kaiser_interview import cli

    step = re.search(
        r"- run: kaiser-interview (\w+) .* --format github", (ROOT / "docs/validation.md").read_text()
    )
    assert step[1] in {command.name for command in cli.app.registered_commands}

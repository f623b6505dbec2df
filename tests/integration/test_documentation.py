"""The examples of the documentation run, and print what they say."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = ["README.md", *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md"))]


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


@pytest.mark.parametrize("block", [*blocks("console")])
def test_console_examples(block):
    for command, printed in commands(block):
        words = shlex.split(command)
        if words[0] in {"pip", "make"}:
            continue  # installing is what the wheel's and the demo's own checks do
        assert words[0] == "kaiser-interview"
        run = subprocess.run(
            [sys.executable, "-m", "kaiser_interview", *words[1:]],
            capture_output=True, text=True, encoding="utf-8", check=False, cwd=ROOT,
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

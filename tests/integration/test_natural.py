"""Natural rows: files as people and models produce them, each with the report that a user sees.

Each ``NAME.report.txt`` in `tests/natural` is a transcript: the command, what it prints, and its exit code.
A file dropped there with a report beside it is a test; a file without one is a failure.
"""

import re
import shlex
from pathlib import Path

import pytest

NATURAL = Path(__file__).parents[1] / "natural"
REPORTS = sorted(path.name for path in NATURAL.glob("*.report.txt"))
PROMPT = "$ kaiser-interview "
# Codes whose `expected` lists values or a format, so that a suggestion is optional.
PLAIN = {"bad-format", "not-in-vocabulary", "number-missing"}


def command(name: str) -> list[str]:
    """Return the arguments of a report's command."""
    first = (NATURAL / name).read_text("utf-8").partition("\n")[0]
    assert first.startswith(PROMPT), name
    return shlex.split(first.removeprefix(PROMPT))


@pytest.mark.parametrize("name", REPORTS)
def test_the_report_is_what_a_user_sees(name, run, monkeypatch):
    monkeypatch.chdir(NATURAL)
    arguments = command(name)
    code, out, err = run(*arguments)
    reported = f"{PROMPT}{shlex.join(arguments)}\n{out}{err}$ echo $?\n{code}\n"
    assert reported == (NATURAL / name).read_text("utf-8")


def test_every_file_has_a_report():
    named = {word.split("/")[0] for name in REPORTS for word in command(name)}
    files = {path.name for path in NATURAL.iterdir() if not path.name.endswith(".report.txt")}
    # raw and batch have files for `parse`, each with an expected result.
    assert files - named == {"README.md", "make.py", "raw", "batch"} | (files & {"__pycache__"})
    assert len(REPORTS) >= 30


@pytest.mark.parametrize("name", REPORTS)
def test_every_block_has_a_suggestion(name):
    text = (NATURAL / name).read_text("utf-8").partition("\n")[2]
    blocks = [block for block in text.split("\n\n") if block.startswith(("error ", "warning "))]
    assert blocks or "no finding" in text
    silent = {re.match(r"\w+ (\S+)", block)[1] for block in blocks if "\n  → " not in block}
    assert silent <= PLAIN

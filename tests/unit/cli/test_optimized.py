"""Without docstrings (`python -OO`), the output of the command is the same."""

import subprocess
import sys

import pytest

from kaiser_interview.cli import COMMANDS

CALLS = [
    ["--help"],
    *([*name.split(), "--help"] for name in COMMANDS),
    ["explain"],
    ["explain", "not-utf8"],
    ["schema", "label"],
    ["schema", "claim"],
    ["schema", "label", "--draft"],
]


def said(*command: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, encoding="utf-8", check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_it_says_the_same_without_docstrings(call):
    usual = said("-m", "kaiser_interview", *call)
    assert usual[0] == 0
    assert said("-OO", "-m", "kaiser_interview", *call) == usual


def test_every_schema_is_the_same_without_docstrings():
    program = (
        "import json, kaiser_interview as ki\n"
        "from kaiser_interview.records.models import KINDS\n"
        "print(json.dumps({kind: ki.json_schema(kind) for kind in KINDS}))"
    )
    usual = said("-c", program)
    assert usual[0] == 0
    assert said("-OO", "-c", program) == usual

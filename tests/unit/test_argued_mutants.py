"""The mutants that are excused are of lines that exist."""

import tomllib
from pathlib import Path

import pytest

import kaiser_interview

PACKAGE = Path(kaiser_interview.__file__).parent
ARGUED = tomllib.loads((Path(__file__).parents[1] / "mutation" / "argued.toml").read_text("utf-8"))["mutant"]


@pytest.mark.parametrize("mutant", ARGUED, ids=[f"{one['module']}: {one['within']}" for one in ARGUED])
def test_an_excused_mutant_is_of_lines_that_exist(mutant):
    text = (PACKAGE / mutant["module"]).read_text("utf-8")
    assert [line for line in mutant["before"].splitlines() if line.strip() not in text] == []

"""What docs/annotation.md says is what the data and `make agreement` say."""

import re
import tomllib
from collections import Counter
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

import kaiser_interview as ki
from kaiser_interview.cards.datasheet import AGREEMENT
from kaiser_interview.models import KINDS

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "annotation.md").read_text("utf-8")
VOCABULARIES = tomllib.loads((ROOT / "raw" / "vocabularies.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def agreement():
    spec = spec_from_file_location("agreement", ROOT / "benchmarks" / "agreement.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_figures_are_what_the_command_prints(agreement):
    assert "\n".join(agreement.lines()) in DOCUMENT


def test_the_datasheet_has_the_same_figures(agreement):
    words = {"`claim_type`": "claim type", "`horizon`": "horizon"}
    printed = [line.strip("| ").split(" | ") for line in agreement.lines()][2:5]
    assert [(words.get(first, "topic, the set"), *rest) for first, *rest in printed] == [*AGREEMENT]


@pytest.mark.parametrize("scheme", ["claim_type", "horizon"])
def test_kappa_is_cohens(agreement, scheme):
    first, second = agreement.read("first", scheme), agreement.read("second", scheme)
    total = len(first)
    observed = sum(first[claim] == second[claim] for claim in first) / total
    ours, theirs = Counter(first.values()), Counter(second.values())
    chance = sum(ours[value] * theirs[value] for value in ours) / total**2
    assert agreement.task(first, second).kappa() == pytest.approx((observed - chance) / (1 - chance))


@pytest.mark.parametrize("scheme", VOCABULARIES)
def test_every_definition_is_in_the_document_and_in_a_schema(scheme):
    schemas = str([ki.json_schema(kind) for kind in KINDS])
    for value, entry in VOCABULARIES[scheme].items():
        assert f"| `{value}` | {entry['en']} | {entry['zh']} | {entry['example']} |" in DOCUMENT
        assert str({"const": value, "description": f"{entry['en']} {entry['zh']}"}) in schemas


def test_the_counts_in_the_document():
    corrections = (ROOT / "raw" / "annotation" / "translation-corrections.jsonl").read_text("utf-8")
    assert len(corrections.splitlines()) == 12
    assert "changed the twelve" in DOCUMENT
    settled = (ROOT / "raw" / "annotation" / "settled.jsonl").read_text("utf-8")
    (stated,) = re.findall(r"each of the (\d+) disagreements", DOCUMENT)
    assert len(settled.splitlines()) == int(stated)

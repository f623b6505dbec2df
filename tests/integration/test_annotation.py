"""The figures in docs/annotation.md match the data and `make agreement`."""

import json
import re
import tomllib
from collections import Counter
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

import kaiser_interview as ki
from kaiser_interview.build.datasheet import AGREEMENT
from kaiser_interview.records.models import KINDS

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
    printed = [line.strip("| ").split(" | ") for line in agreement.lines()][2:7]
    assert [(words.get(first, "topic, the set"), *rest) for first, *rest in printed] == [*AGREEMENT]


def test_the_intervals_hold_the_figures(agreement):
    for scheme in ("claim_type", "horizon"):
        passes = agreement.read("first", scheme), agreement.read("second", scheme)
        low, high = agreement.resampled_kappa(*passes)
        assert low <= agreement.task(*passes).kappa() <= high
        low, high = agreement.resampled_alpha(*passes, agreement.binary_distance)
        assert low <= agreement.task(*passes).alpha() <= high


def test_the_resampled_figures_are_those_of_the_library(agreement, monkeypatch):
    """With every claim drawn once, the interval is the figure itself."""
    monkeypatch.setattr(agreement, "RESAMPLES", 1)
    once = type("Draw", (), {"integers": lambda _, count, size: np.arange(size)})  # noqa: ARG005
    monkeypatch.setattr(np.random, "default_rng", lambda _: once())
    first, second = agreement.read("first", "horizon"), agreement.read("second", "horizon")
    one, other = agreement.resampled_kappa(first, second)
    assert one == other == pytest.approx(agreement.task(first, second).kappa())
    first, second = agreement.read("first", "topic"), agreement.read("second", "topic")
    one, _ = agreement.resampled_alpha(first, second, agreement.masi_distance)
    assert one == pytest.approx(agreement.task(first, second, agreement.masi_distance).alpha())


def test_wilsons_interval(agreement):
    # Of Wilson (1927): 41 of 41, and half.
    assert agreement.wilson(41, 41) == pytest.approx((0.9143, 1.0), abs=1e-4)
    assert agreement.wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)


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


def rows(name):
    return [json.loads(line) for line in (ROOT / "raw" / name).read_text("utf-8").splitlines()]


def test_the_counts_in_the_document():
    rounds = Counter(row["round"] for row in rows("annotation/translation-corrections.jsonl"))
    second, review, last = (rounds[name] for name in ("second reading", "bilingual review", "final pass"))
    said = f"{second} after a second reading, {review} after a bilingual review, {last} after a final pass"
    assert said in DOCUMENT
    (stated,) = re.findall(r"each of the (\d+) disagreements", DOCUMENT)
    assert len(rows("annotation/settled.jsonl")) == int(stated)
    assert f"marked {len(rows('annotation/mentions-first.jsonl'))} mentions" in DOCUMENT
    assert f"and made {len(rows('layers/mentions.jsonl'))}." in DOCUMENT
    reviewed = rows("annotation/relation-review.jsonl")
    assert f"{len(reviewed)} candidates came" in DOCUMENT
    assert f"{sum(row['shipped'] for row in reviewed)} are shipped" in DOCUMENT
    mentioned = {row["claim_id"] for row in rows("layers/mentions.jsonl")}
    without = [claim.claim_id for claim in ki.load("claims") if claim.claim_id not in mentioned]
    assert f"{', '.join(f'`{one}`' for one in without)}) have no mention" in DOCUMENT


@pytest.mark.parametrize("word", ["Supplied", "Uncertain"])
def test_what_is_supplied_or_uncertain_is_in_the_row_and_in_the_document(word):
    head = f"| claim | {word.lower()} |\n|---|---|\n"
    (table,) = re.findall(re.escape(head) + r"((?:\|.*\n)+)", DOCUMENT)
    listed = dict(re.findall(r"^\| `(.*?)` \| (.*) \|$", table, re.MULTILINE))
    noted = {row.claim_id: row.rationale for row in ki.load("translations") if f"{word}: " in row.rationale}
    assert [*listed] == [*noted]
    for claim_id, note in listed.items():
        assert f"{word}: {note}" in noted[claim_id]

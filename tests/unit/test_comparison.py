"""The comparison with other tools: counting, tables and figure, and that `docs/comparison.md` shows them."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest

import kaiser_interview as ki
from benchmarks.detection.peers.adapters.answers import by_unknown, references
from benchmarks.detection.peers.environments import PINS
from benchmarks.detection.peers.figure import figure
from benchmarks.detection.peers.given import write_given
from benchmarks.detection.peers.results import Results, Row, Times, count, covers, read_rows, share, tool_of
from benchmarks.detection.peers.tables import BEGIN, END, NAMES, filled, percent
from benchmarks.detection.peers.tools import TOGETHER, TOOLS
from benchmarks.detection.peers.words import MARKERS, WORDS, words_differ
from kaiser_interview.validation.findings.codes import CODES

ROOT = Path(__file__).parents[2]
OURS, SCHEMA, QUOTES = "kaiser-interview", "jsonschema-rs", "linkml-reference-validator, tuned"
PASSAGES = {"a": ("语言就是世界边界 [6][7]", "Language is the limit [sic] of the world.")}


def row(operator=None, group=None, codes=(), **fields):
    return Row({"claim_id": "a"} | fields, operator, group, list(codes))


ROWS = {
    "label": [
        row(quote="语言就是世界边界"),
        row(quote=" "),
        row("letter-dropped", "quotes", ["quote-not-found"], quote="语言是世界边界"),
        row("letter-dropped", "quotes", ["quote-not-found"], quote="语言就世界边界"),
        row("no-creator", "values", ["missing-field"]),
    ]
}


def outcomes(**marks):
    return {name: {"label": marks.get(re.sub("[^a-z]", "", name), ".....")} for name in TOOLS}


@pytest.fixture
def results():
    found = outcomes(
        kaiserinterview="..xxx", jsonschemars="....x", linkmlreferencevalidatortuned=".xx..", pandera="....x"
    )
    return Results(
        about={"count": 5, "seed": 1, "turns": 1, "date": "2026-11-24", "machine": "a machine"},
        versions=dict.fromkeys(TOOLS, "1.0"),
        times={name: Times(0.5, 2.0, 3.25) for name in TOOLS},
        **count(ROWS, found, PASSAGES),
    )


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 7, "0"),
        (7, 7, "100"),
        (1, 3, "33.3"),
        (1, 2, "50"),
        (1, 100_000, "0.1"),
        (99_999, 100_000, "99.9"),
        (0, 0, "–"),
    ],
)
def test_a_share_shows_0_or_100_percent_only_if_exact(part, whole, shown):
    assert percent(part, whole) == shown


def test_refused_rows_are_counted_by_operator(results):
    assert results.right == {"label": 2}
    assert {name: results.alarms[name]["label"] for name in (OURS, SCHEMA, QUOTES)} == {
        OURS: 0,
        SCHEMA: 0,
        QUOTES: 1,
    }
    assert [(cell.operator, cell.codes, cell.words, cell.rows) for cell in results.cells] == [
        ("letter-dropped", ("quote-not-found",), WORDS, 2),
        ("no-creator", ("missing-field",), "", 1),
    ]
    assert [cell.refused[QUOTES] for cell in results.cells] == [1, 0]
    assert share(results.cells, SCHEMA) == (1, 3)
    assert share(results.cells, SCHEMA, TOOLS[SCHEMA].purpose) == (1, 1)
    assert share(results.cells, QUOTES, TOOLS[QUOTES].purpose) == (1, 2)


def test_a_quote_without_words_is_counted_separately(results):
    assert results.wordy["rows"] == 1
    assert results.wordy[QUOTES] == 0


def test_a_set_of_tools_refuses_what_any_of_them_refuses(results):
    (pair,) = [name for name, members in TOGETHER.items() if members == (SCHEMA, QUOTES)]
    assert [cell.refused[pair] for cell in results.cells] == [1, 1]
    assert results.alarms[pair] == {"label": 1}
    assert tool_of(pair).purpose == TOOLS[SCHEMA].purpose | TOOLS[QUOTES].purpose


def test_a_tool_that_answers_for_other_rows_ends_the_run():
    with pytest.raises(ValueError, match=re.escape("zip() argument")):
        count(ROWS, outcomes(pandera="...."), PASSAGES)


def test_a_tool_is_for_a_group_if_it_is_for_half_of_it(results):
    quotes, values = ([cell] for cell in results.cells)
    assert covers(TOOLS[OURS], [*quotes, *values])
    assert covers(TOOLS[SCHEMA], values)
    assert not covers(TOOLS[SCHEMA], quotes)
    assert not covers(TOOLS[SCHEMA], [*quotes, *values])
    assert covers(TOOLS[QUOTES], quotes)


@pytest.mark.parametrize(
    ("fields", "differ"),
    [
        ({}, ""),
        ({"quote": None}, ""),
        ({"quote": 7}, ""),
        ({"quote": "语言就是世界边界。"}, ""),
        ({"quote": "语言就是 世界边界 [6]"}, ""),
        ({"quote": "语言 ... 世界边界"}, ""),
        ({"quote": "语言就是世界边界 [8]"}, MARKERS),
        ({"quote": "语言不是世界边界 [8]"}, WORDS),
        ({"quote": "language IS the limit", "quote_of": "text_en"}, ""),
        ({"quote": "language is the limit"}, WORDS),
        ({"quote": "语言", "claim_id": " a"}, ""),
        ({"quote": "语言", "claim_id": "b"}, WORDS),
        ({"quote": "语言", "claim_id": None}, ""),
        ({"references": [{"claim_id": "a", "quote": "语言"}, {"claim_id": "a", "quote": "视觉"}]}, WORDS),
        ({"references": "none"}, ""),
    ],
)
def test_words_differ_beyond_case_punctuation_and_typography(fields, differ):
    assert words_differ({"claim_id": "a"} | fields, PASSAGES) == differ


def test_results_are_read_as_they_were_written(results):
    assert Results.from_json(results.to_json()) == results


def test_only_the_text_between_the_marks_is_written(results):
    text = filled(f"before\n{BEGIN}\nold\n{END}\nafter\n", results)
    assert text.startswith(f"before\n{BEGIN}\n\n2 valid rows and 3 invalid ones, of 1 kinds;\n")
    assert text.endswith(f"\n\n{END}\nafter\n")
    assert "old" not in text
    assert "| jsonschema-rs 1.0 | 33.3 | 100 | 0 (0) | 0 (0) |\n" in text
    assert "| linkml-reference-validator 1.0, tuned | 33.3 | 50 | 50 (1) | 0 (0) |\n" in text
    assert "| quotes | 2 | 100 | (0) | (0) | 0 | (0) | 0 | 50 |\n" in text
    assert "| `missing-field` | 1 | 100 | 100 | 100 | 0 | 0 | (0) | (0) |\n" in text
    assert "| kaiser-interview 1.0 | 4 | 2 | 3.2 s |\n" in text
    assert filled(text, results) == text


@pytest.mark.parametrize("document", ["", BEGIN, END, f"{END}{BEGIN}"])
def test_a_document_without_a_place_for_the_numbers_is_refused(document, results):
    with pytest.raises(SystemExit, match="the document has no place between"):
        filled(document, results)


def test_the_figure_is_xml_that_names_every_tool_and_share(results):
    drawn = ET.fromstring(figure(results))
    words = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert [word for word in words if word in NAMES] == NAMES
    at = words.index(QUOTES)
    assert words[at : at + 3] == [QUOTES, "50", "0"]
    wide, high = map(float, drawn.get("viewBox").split()[2:])
    for one in drawn.iter("{http://www.w3.org/2000/svg}rect"):
        assert float(one.get("x", 0)) + float(one.get("width")) <= wide
        assert float(one.get("y", 0)) + float(one.get("height")) <= high


def test_purposes_are_codes_or_words():
    for tool in TOOLS.values():
        assert (tool.purpose or set()) <= {*CODES, WORDS, MARKERS}
        assert tool.environment is None or tool.environment in PINS


def test_the_versions_match_the_other_benchmarks():
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["dependency-groups"]
    assert {pin for pins in PINS.values() for pin in pins} <= {
        one for one in groups["bench"] if isinstance(one, str)
    }


def translation(**fields):
    claim = ki.claim("d01-c01")
    made = {"id": "a", "method": "model", "creator": "m", "language": "en", "translation": claim.text_en}
    return {"claim_id": claim.claim_id} | made | fields


def test_tools_get_rows_without_answers_and_equally_permissive_schemas(tmp_path):
    right = translation(x_note="x", topics=["language"])
    rows = {
        "translation": [
            Row(right, None, None, []),
            Row(right | {"id": 7}, "id-as-number", "values", ["wrong-type"]),
        ]
    }
    write_given(tmp_path, rows)
    lines = (tmp_path / "all" / "translation.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [right, right | {"id": 7}]
    assert (tmp_path / "right" / "translation.jsonl").read_text().splitlines() == lines[:1]
    schema = jsonschema_rs.validator_for(json.loads((tmp_path / "schemas" / "translation.json").read_text()))
    assert [schema.is_valid(json.loads(line)) for line in lines] == [True, False]
    fields = json.loads((tmp_path / "fields.json").read_text())["translation"]
    assert fields["method"] == {"enum": ["human", "model", "rule"], "type": "string", "required": True}
    assert fields["quote"] == {"minLength": 1, "type": "string", "required": False}
    assert fields["kind"]["enum"] == ["translation"]
    passage = (tmp_path / "references" / "d01-c01.txt").read_text("utf-8")
    assert passage == f"{ki.claim('d01-c01').text} [6][7]"


def test_our_adapter_reports_each_row(tmp_path):
    made = [translation(), translation(id="b", method="llm"), translation(id="c"), translation(id="a")]
    write_given(tmp_path, {"translation": [Row(one, None, None, []) for one in made]})
    module = "benchmarks.detection.peers.adapters.kaiser_interview_rows"
    command = [sys.executable, "-m", module, tmp_path, tmp_path / "all", tmp_path / "out.json"]
    subprocess.run(command, check=True, cwd=ROOT, timeout=120)
    assert json.loads((tmp_path / "out.json").read_text())["outcomes"] == {"translation": ".x.x"}


def test_rows_are_grouped_into_tables_by_unknown_columns():
    rows = [{"a": 1}, {"a": 1, "b": 2}, {"x_b": 1}, {"b": 3}]
    assert list(by_unknown(rows, {"a": {}})) == [([], [0, 2]), (["b"], [1, 3])]


def test_the_table_of_references_has_row_numbers():
    rows = [{"references": [{"claim_id": "a"}, 7]}, {"references": None}, {}, {"references": [{}]}]
    assert references(rows) == ([{"claim_id": "a"}, {}], [0, 3])


def test_rows_are_read_by_kind(tmp_path):
    line = {"row": {"id": "a"}, "operator": None, "group": None, "codes": []}
    (tmp_path / "label.jsonl").write_text(f"{json.dumps(line)}\n")
    assert read_rows(tmp_path) == {"label": [Row({"id": "a"}, None, None, [])]}


STORED = Results.from_json((ROOT / "benchmarks" / "detection" / "peers" / "results.json").read_text("utf-8"))


def test_the_document_and_the_figure_match_the_last_run():
    document = (ROOT / "docs" / "comparison.md").read_text("utf-8")
    assert filled(document, STORED) == document
    assert (ROOT / "docs" / "comparison.svg").read_text("utf-8") == figure(STORED)


def test_validation_caught_every_invalid_row_and_refused_no_valid_one():
    caught, rows = share(STORED.cells, OURS)
    assert caught == rows > 10_000
    assert set(STORED.alarms[OURS].values()) == {0}
    assert STORED.versions[OURS] == ki.__version__

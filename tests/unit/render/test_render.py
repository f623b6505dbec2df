"""Printed reports, for people, programs and GitHub; data cannot control the output."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

import kaiser_interview as ki
from kaiser_interview.render.machine import github, jsonl
from kaiser_interview.render.text import print_report

ROW = {"claim_id": "d01-c01", "method": "model", "creator": "m", "language": "en", "translation": "x"}


def printed(report, *, terminal: bool = False) -> str:
    out = Console(
        file=io.StringIO(), width=80, force_terminal=terminal, markup=False, emoji=False, highlight=False
    )
    print_report(report, out)
    return out.file.getvalue()


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_text_has_a_block_for_each_code_and_path():
    path = Path("out.jsonl")
    rows = [ROW | {"quote": "推理模型不增加参数数量"}] * 5 + [ROW | {"confidence": "high"}, ROW]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    text = printed(ki.validate(path, kind="translation"))
    assert text == (
        "error wrong-type /confidence\n"
        '  out.jsonl:6  expected a number, got "high"\n'
        "  → write a number from 0 to 1, or omit the field\n"
        "\n"
        "error quote-misattributed /quote 5 times\n"
        '  out.jsonl:1  expected a passage of d01-c01, got "推理模型不增加参数数量"\n'
        '  out.jsonl:2  expected a passage of d01-c01, got "推理模型不增加参数数量"\n'
        '  out.jsonl:3  expected a passage of d01-c01, got "推理模型不增加参数数量"\n'
        "  and 2 more\n"
        "  → it occurs in claim d05-c03 at 1072 to 1083\n"
        "\n"
        "For every finding, use `--format jsonl`.\n"
        "6 of 7 rows invalid: 6 errors\n"
        "quotes exact: 0 of 5; claims: 1 of 41; 7 rows without claim_sha256\n"
    )


def test_a_suggestion_is_printed_below_its_finding():
    quotes = ["推理模型不增加参数数量", "推理模型不增加参数数量", "需要更多并行性", "语言边界就是世界边界"]
    text = printed(ki.validate([ROW | {"quote": one} for one in quotes], kind="translation"))
    # Of four findings, those with different suggestions are shown, in their order.
    assert text == (
        "error quote-misattributed /quote 4 times\n"
        '  row 0  expected a passage of d01-c01, got "推理模型不增加参数数量"\n'
        "  → it occurs in claim d05-c03 at 1072 to 1083\n"
        '  row 2  expected a passage of d01-c01, got "需要更多并行性"\n'
        "  → it occurs in claim d08-c02 at 1581 to 1588\n"
        '  row 3  expected a passage of d01-c01, got "语言边界就是世界边界"\n'
        "  → it occurs in claim d01-c02 at 100 to 110\n"
        "  and 1 more\n"
        "\n"
        "For every finding, use `--format jsonl`.\n"
        "4 of 4 rows invalid: 4 errors\n"
        "quotes exact: 0 of 4; claims: 1 of 41; 4 rows without claim_sha256\n"
    )


def test_text_says_how_many_findings_other_formats_have():
    report = ki.validate([ROW | {"confidence": 2}] * 5, kind="translation", max_findings=2)
    assert "For 2 of 5 findings, use `--format jsonl`. `--max-findings` keeps more." in printed(report)


def test_text_fits_eighty_columns_and_has_colours_on_a_terminal_alone():
    long = ROW | {"rationale": "", "quote": "推理" * 300, "note": 1}
    report = ki.validate([long] * 5, kind="translation")
    plain, coloured = printed(report), printed(report, terminal=True)
    for line in plain.splitlines():
        assert sum(2 if ord(mark) > 0x2E7F else 1 for mark in line) <= 80
        assert line == line.rstrip()
    assert "\x1b[" not in plain
    assert "\x1b[1;31merror" in coloured


def test_text_names_skipped_files(tmp_path):
    for number in range(5):
        (tmp_path / f"notes{number}.txt").write_text("x")
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(ROW)}\n")
    text = printed(ki.validate(".", kind="translation"))
    assert text.count("skipped: not a data file (by extension): ") == 3
    assert "and 2 more\n" in text


EVIL = [
    "\x1b[31mred",
    "\u202eright to left",
    "::error::no",
    "%0A::stop",
    "line\nfeed",
    "\r::x",
    "[bold]b[/bold]",
    ":smile:",
]


@pytest.mark.parametrize("evil", EVIL)
def test_data_in_a_report_is_never_obeyed(tmp_path, evil):
    path = tmp_path / f"{evil.replace('/', '')}.jsonl"
    path.write_text(f"{json.dumps(ROW | {'id': 'x', 'method': evil, 'a' + evil: 1})}\n")
    report = ki.validate(path, kind="translation")
    assert report.invalid == 1
    for line in printed(report).splitlines():
        assert line.isprintable()
    lines = [*github(report)]
    assert len(lines) == len(report.sample) + 1
    for line in lines:
        assert line.isprintable()
        assert line.startswith(("::error ", "::warning ", "::notice "))
        properties, _, message = line[2:].partition("::")
        # A comma ends a property, and two colons end a command. Neither may come from data.
        assert set(properties.split(" ", 1)[1].replace("=", ",").split(",")[::2]) <= {"file", "line", "title"}
        assert "%0A" not in message.replace("%250A", "")
    for line in jsonl(report):
        assert json.loads(line)["code"]
        assert line.isprintable()


def test_github_shows_locations_without_lines():
    report = ki.validate([ROW | {"id": "a  b"}], kind="translation")
    assert [*github(report)] == [
        "::error title=bad-format /id::row 0: expected printable characters, without white space except "
        'single spaces between them, got "a  b"',
        "::notice title=kaiser-interview::1 of 1 row invalid: 1 error; 0 quotes; claims: 1 of 41; "
        "1 row without claim_sha256",
    ]


def test_github_shows_ten_a_step_so_each_code_and_path_has_its_share():
    row = {"method": "model", "creator": "m", "question": "?", "answer": "x", "answerable": True}
    row |= {"language": "en", "references": [{"claim_id": "d01-c01"}]}
    twice = [{"claim_id": "d01-c01", "quote_of": "x"}] * 2  # one path, whichever place in the list
    rows = [row | {"confidence": "high"}] * 3 + [row | {"references": twice}] + [row | {"answerable": 1}]
    *lines, _ = github(ki.validate(rows, kind="question"))
    assert [line.partition("title=")[2].partition(": expected")[0] for line in lines] == [
        "wrong-type /answerable::row 4",
        "wrong-type /confidence::row 0",
        "not-in-vocabulary /references/0/quote_of::row 3",
        "wrong-type /confidence::row 1",
        "not-in-vocabulary /references/1/quote_of::row 3",
        "wrong-type /confidence::row 2",
    ]


def test_github_points_to_file_and_line():
    Path("a,b:c.jsonl").write_text(f"{json.dumps(ROW | {'colour': 1})}\n")
    first, _ = github(ki.validate("a,b:c.jsonl", kind="translation"))
    assert first == (
        "::error file=a%2Cb%3Ac.jsonl,line=1,title=unknown-field /colour::expected a field of translation, "
        'got "colour"; remove it, or rename it to x_colour to keep it'
    )

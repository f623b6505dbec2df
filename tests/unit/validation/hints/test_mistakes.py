"""Texts that are not JSON: the text that is shown, and suggestions for common cases."""

import pytest
from hints import hint

import kaiser_interview as ki
from kaiser_interview.validation.formats.json.text import parse
from kaiser_interview.validation.formats.text import Tail
from kaiser_interview.validation.hints import json_syntax
from kaiser_interview.validation.hints.json_syntax import CUT, stray

LINES = (
    "write each row on one line, as json.dumps without indent does; an array over several lines needs a "
    "file named .json"
)
WORDS = "remove the text around the rows"
PRINTED = "write the table as JSON or CSV: this one is formatted for display"
COMMENT = "remove the comments: JSON does not allow them"
REASONING = "run `kaiser-interview parse`, which leaves out the model's reasoning"
FENCE = "run `kaiser-interview parse`, which reads the JSON in Markdown"
ESCAPES = r"write line ends and tabs inside a string as \n and \t, as json.dumps does"

TEXTS = {
    "Here you are:": ('"Here you are:" at byte 1', WORDS),
    f"{'x' * 50}\ny": (f'"{"x" * 39}…" at byte 1', WORDS),
    "你好": ('"你好" at byte 1', WORDS),
    "```json": ('"```json" at byte 1', FENCE),
    "<think>hm": ('"<think>hm" at byte 1', REASONING),
    "| a | b |": ('"| a | b |" at byte 1', PRINTED),
    "+---+": ('"+---+" at byte 1', PRINTED),
    "┌─┐": ('"┌─┐" at byte 1', PRINTED),
    "…": ('"…" at byte 1', None),
    "{": ("the end of the text inside an object at byte 1", LINES),
    "[": ("the end of the text inside a list at byte 1", LINES),
    "}": ('"}" at byte 1', LINES),
    "],": ('"]," at byte 1', LINES),
    ", x": ('", x" at byte 1', LINES),
    "nul": ("the end of the text inside a value at byte 3", None),
    '{"a": None}': ('"None}" at byte 7', "write null instead of None"),
    '{"a": True, "b": 1}': ('"True, \\"b\\": 1}" at byte 7', "write true instead of True"),
    '{"a": word}': ('"word}" at byte 7', None),
    '{"a": 01}': ("invalid number at byte 8", None),
    "{'a': 1}": (
        "key must be a string at byte 2: \"'a': 1}\"",
        "JSON does not allow single quotes: write rows with json.dumps",
    ),
    "{a: 1}": ('key must be a string at byte 2: "a: 1}"', "use double quotation marks for names"),
    "{1: 1}": ('key must be a string at byte 2: "1: 1}"', None),
    '{"a": 1,}': ("trailing comma at byte 9", "remove the comma before the closing bracket"),
    '{"a": 1},': ('trailing characters at byte 9: ","', "remove the comma after the row"),
    '{"a": 1}{"b": 1}': ('trailing characters at byte 9: "{\\"b\\": 1}"', "write one row per line"),
    '{"a": 1} x': ('trailing characters at byte 10: "x"', None),
    '{"a": 1} // c': ('trailing characters at byte 10: "// c"', COMMENT),
    "# c": ('"# c" at byte 1', COMMENT),
    '{"a": "he said "hi""}': (
        '"hi\\"\\"}" instead of `,` or `}` at byte 17',
        r"write a quotation mark inside a string as \"",
    ),
    '{"a": 1 "b": 2}': ('"\\"b\\": 2}" instead of `,` or `}` at byte 9', "add the missing comma or bracket"),
    '{"a": [1, 2}': ('"}" instead of `,` or `]` at byte 12', "add the missing comma or bracket"),
    '{"a" 1}': ('"1}" instead of `:` at byte 6', None),
    '{\n"a": "b\nc"}': ("a line end or a tab inside a string at the end of line 2 of the row", ESCAPES),
    '{"a": "b\tc"}': ("a line end or a tab inside a string at byte 9", ESCAPES),
    '{"a": "b': ("the end of the text inside a string at byte 8", ESCAPES),
    '{\n"a": 1,\n}': (
        "trailing comma at byte 1 of line 3 of the row",
        "remove the comma before the closing bracket",
    ),
    '{"a": \0}': ("U+0000: expected value at byte 7", None),
    '{"a": 1}\r{"a": 2}': (
        "lines that end with only a carriage return: trailing characters at byte 10",
        "write one row per line",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "reported"), TEXTS.items(), ids=map(repr, TEXTS))
def test_got_and_suggestion_of_a_syntax_error(text, reported):
    _, fault = parse(text.encode())
    assert (fault.code, fault.expected) == ("invalid-json", "valid JSON")
    assert (fault.got(), fault.suggestion()) == reported


@pytest.mark.parametrize("end", ["{", '{"a": "b', "[1", '{"a": "语'.encode()[:-1]])
def test_truncated_texts(end):
    _, fault = parse(Tail(end if isinstance(end, bytes) else end.encode()))
    assert (fault.code, fault.suggestion) == ("truncated", CUT)


def test_text_instead_of_rows():
    assert stray("Sure!\nHere").got == '"Sure!"'
    assert stray("```").suggestion == FENCE


ROW = '{"claim_id": "d01-c01", "translation": "x"}'
HOW = {"kind": "translation", "defaults": {"method": "model", "creator": "m", "language": "en"}}

DOCUMENTS = {
    "a fence": (f"```json\n[{ROW}]\n```\n", 0, 1, FENCE),
    "words in Chinese": (f"好的，如下：\n[{ROW}]\n", 0, 1, WORDS),
    "words": (f"Sure!\n\n[\n{ROW}\n]\n", 0, 1, WORDS),
    "what a model thought": (
        f"<think>\n[1]</think>\n[{ROW}]\n",
        0,
        1,
        REASONING,
    ),
    "a printed object after words": ("Sure!\n{\n}\n", 0, 1, WORDS),
    "words after": (f"[{ROW}]\nThat is all.\n", 1, 2, WORDS),
    "a fence after": (f"[{ROW}]\n```\n", 1, 2, FENCE),
    "two arrays": (f"[{ROW}]\n[{ROW}]\n", 1, 2, "write one array of rows, or each row on its own line"),
    "no comma": (f"[{ROW}\n{ROW}]\n", 1, 2, "add a comma between the rows"),
    "a comma after the last row": (f"[{ROW},\n]\n", 1, 2, "remove the extra comma"),
    "a comma before the first row": (f"[\n,{ROW}]\n", 0, 2, "remove the extra comma"),
    "two commas": (f"[{ROW},\n,{ROW}]\n", 1, 2, "remove the extra comma"),
    "a comma alone": ("[,]\n", 0, 1, "remove the extra comma"),
}  # fmt: skip


@pytest.mark.parametrize("name", ["rows.json", "rows.txt", "rows"])
@pytest.mark.parametrize(("text", "rows", "line", "suggestion"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_text_around_an_array_is_one_finding(tmp_path, text, rows, line, suggestion, name):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    report = ki.validate(path, **HOW)
    assert [(one.code, one.line, hint(one)) for one in report.sample] == [("invalid-json", line, suggestion)]
    assert (report.rows, report.valid, report.complete) == (rows, rows, False)


@pytest.mark.parametrize("name", ["rows.json", "rows.txt", "rows.jsonl"])
def test_words_around_lines_are_rows_that_are_wrong(tmp_path, name):
    path = tmp_path / name
    path.write_text(f"Sure!\n```json\n{ROW}\n{ROW}\n```\n", "utf-8")
    report = ki.validate(path, **HOW)
    assert [(one.code, one.line, hint(one)) for one in report.sample] == [
        ("invalid-json", 1, WORDS),
        ("invalid-json", 2, FENCE),
        ("invalid-json", 5, FENCE),
    ]
    assert (report.rows, report.valid, report.complete) == (5, 2, True)


def test_words_in_another_encoding(tmp_path):
    path = tmp_path / "rows.json"
    path.write_bytes(f"好的，如下：\n[{ROW}]\n".encode("gb18030"))
    (found,) = ki.validate(path, **HOW).sample
    assert (found.code, found.line) == ("not-utf8", 1)
    assert hint(found).startswith("it may be GB18030; ")


SHEET = "save the sheet as CSV in UTF-8"
ANSWER = "check whether a server's answer was saved instead of the data"
FOREIGN = {
    b"PK\x03\x04" + bytes(26) + b"xl/workbook.xml": ("a workbook", SHEET),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook", SHEET),
    b"\x80\x04\x95": ("a pickle", "write Parquet instead: to_parquet"),
    b"\x80\x05\x95": ("a pickle", "write Parquet instead: to_parquet"),
    b"\x93NUMPY\x01": (
        "a NumPy array",
        "write a table with claim ids and vectors",
    ),
    b"SQLite format 3\0": ("a database", "export the table as Parquet or CSV"),
    b"%PDF-1.7": ("a PDF", None),
    b"<!DOCTYPE html>": ("a web page", ANSWER),
    b"<!doctype html>": ("a web page", ANSWER),
    b"<html>": ("a web page", ANSWER),
    b"version https://git-lfs.github.com/spec/v1": (
        "a Git LFS pointer",
        "download the file: git lfs pull",
    ),
}


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json", "rows.csv", "rows.parquet", "rows.xlsx"])
@pytest.mark.parametrize(("head", "said"), FOREIGN.items(), ids=map(repr, FOREIGN))
def test_files_of_forms_that_are_not_read(tmp_path, name, head, said):
    path = tmp_path / name
    path.write_bytes(head + b"\nmore\n" * 20)
    report = ki.validate(path, **HOW)
    (found,) = report.sample
    assert (found.code, found.line, found.path) == ("unreadable", None, ())
    assert found.expected == "JSON Lines, JSON, CSV, Parquet or Arrow"
    assert (found.got, hint(found)) == said
    assert (report.rows, report.complete) == (0, False)


PRINTED_TABLES = [
    "| claim_id | value |\n|---|---|\n| d01-c01 | memory |\n",
    "| claim_id | value\n| d01-c01 | memory\n",
    "  claim_id  value\n0  d01-c01  memory\n",
    "claim_id   value\nd01-c01    memory\n",
    "┌──────────┐\n│ claim_id │\n",
]


@pytest.mark.parametrize("text", PRINTED_TABLES)
def test_tables_that_were_printed(tmp_path, text):
    path = tmp_path / "rows.csv"
    path.write_text(text, "utf-8")
    report = ki.validate(path, **HOW)
    (found,) = report.sample
    assert (found.code, found.line) == ("invalid-csv", 1)
    assert hint(found) == "write the table as CSV; this file is printed output"
    assert (report.rows, report.complete) == (0, False)


@pytest.mark.parametrize("header", ["Claim ID", "claim_id", "claim_id ", "a name"])
def test_a_column_by_itself_is_a_table(tmp_path, header):
    path = tmp_path / "rows.csv"
    path.write_text(f"{header}\nd01-c01\n", "utf-8")
    report = ki.validate(path, kind="translation")
    assert "invalid-csv" not in {one.code for one in report.sample}
    assert report.rows == 1


def test_the_excel_separator_line_is_not_a_header(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("sep=;\r\nclaim_id;translation\r\nd01-c01;x\r\nd01-c99;x\r\n", "utf-8", newline="")
    report = ki.validate(path, **HOW)
    assert {(one.code, one.line) for one in report.sample} == {("invalid-csv", 1), ("unknown-claim", 4)}
    assert (report.rows, report.valid, report.complete) == (2, 1, True)


def test_a_parser_error_without_a_position():
    assert json_syntax._placed(b"{", "some words") == ("some words", 1, "an unknown position")

"""Safe edits as replacements in lines: making them changes what the edits change, and no more."""

import hashlib
import json
import os
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kaiser_interview as ki
from kaiser_interview.render.replacements import replacements_of
from kaiser_interview.validation.findings.finding import Edit, Finding, Suggestion
from kaiser_interview.validation.findings.report import Input, Report
from kaiser_interview.validation.formats.streams import COMPRESSED
from kaiser_interview.validation.formats.text import LONGEST

TRANSLATION = {"claim_id": "d01-c01", "method": "model", "creator": "m", "language": "en", "translation": "x"}
EXAMPLES = Path(__file__).parents[2] / "examples" / "invalid"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rows.jsonl"


def report_of(path: Path, edits, applicability="safe", line=1, name=None):
    """Return a report with one finding on a file that is as it was read."""
    name = name or str(path)
    data = path.read_bytes()
    suggestion = Suggestion("write it so", applicability, tuple(Edit(*one) for one in edits))
    finding = Finding("wrong-type", "error", name, line, 0, None, ("a",), "x", "y", suggestion)
    return Report(
        rows=1, valid=0, invalid=1, rows_without_digest=0, counts=(), sample=(finding,),
        inputs=(Input(name, 1, len(data), hashlib.sha256(data).hexdigest(), complete=True),),
    )  # fmt: skip


def replaced(path: Path, edits, **options):
    """Return the line of a file with the replacement made; None if there is none."""
    report = report_of(path, edits, **options)
    found = replacements_of(report)
    if not found:
        return None
    start, end, text = found[0]
    line = path.read_text("utf-8-sig").split("\n")[(report.sample[0].line or 0) - 1]
    return line[:start] + text + line[end:]


def in_line(path: Path, line: str, *edits):
    path.write_text(f"{line}\n", "utf-8")
    return replaced(path, edits)


@pytest.mark.parametrize(
    ("line", "edit", "expected"),
    [
        ('{"a": "1", "b": 2}', (("a",), "1", 1), '{"a": 1, "b": 2}'),
        ('{ "b":2,"a" : [1 , 2] }', (("a",), [1, 2], "x"), '{ "b":2,"a" : "x" }'),
        ('{"b": 2}', (("a",), None, "é\u200b"), '{"b": 2, "a": "é\\u200b"}'),
        ("{ }", (("a",), None, 1), '{"a": 1 }'),
        ('{"a": null}', (("a",), None, 1), '{"a": 1}'),
        ('{"r": [{"a": 0}, {"a": 1}]}', (("r", 1, "a"), 1, 2), '{"r": [{"a": 0}, {"a": 2}]}'),
        ('{"r": [1, 2, 3]}', (("r", 1), 2, "x"), '{"r": [1, "x", 3]}'),
        ('{"\\u0061": "😀\\""}', (("a",), '😀"', "x"), '{"\\u0061": "x"}'),
    ],
)  # fmt: skip
def test_one_edit(path, line, edit, expected):
    assert in_line(path, line, edit) == expected


def test_several_edits_are_one_replacement(path):
    line = '{"b": "é", "c": 3, "r": [{"d": {}}, {"d": 1}]}'
    edits = ((("e",), None, "x"), (("c",), 3, 4), (("f",), None, "y"), (("r", 0, "d", "g"), None, 5))
    expected = '{"b": "é", "c": 4, "r": [{"d": {"g": 5}}, {"d": 1}], "e": "x", "f": "y"}'
    assert in_line(path, line, *edits) == expected
    assert in_line(path, "{}", (("a",), None, 1), (("b",), None, 2)) == '{"a": 1, "b": 2}'


def test_edits_of_one_value_have_none(path):
    assert in_line(path, '{"a": 1}', (("a",), 1, 2), (("a",), 1, 3)) is None
    assert in_line(path, '{"a": {"b": 1}}', (("a",), {"b": 1}, 2), (("a", "b"), 1, 3)) is None


def test_edits_that_are_far_apart_have_none(path):
    # A report with thousands of them would be larger than the data.
    edits = ((("a",), 1, 2), (("b",), None, 3))
    for size, found in ((65_536, True), (65_537, False)):
        between = size - len('1, "x": ""')
        line = f'{{"a": 1, "x": "{"y" * between}"}}'
        assert (in_line(path, line, *edits) is not None) is found


@pytest.mark.parametrize(
    ("line", "edit"),
    [
        ('{"a": 2}', (("a",), 1, 3)),  # another value
        ("{}", (("a",), 1, 3)),
        ("{}", (("a",), None, None)),
        ('{"a": 1}', (("a",), 1, None)),  # safe edits remove nothing
        ('{"a": 1, "a": 1}', (("a",), 1, 3)),
        ('{"r": [1]}', (("r", 1), None, 3)),
        ('{"r": 1}', (("r", "a"), None, 3)),
        ("1", (("a",), None, 3)),
        ("a,b", (("a",), None, 3)),
        ("{", (("a",), None, 3)),
        ('{"a": 1}', ((), ["a"], ["b"])),  # the name of a column
    ],
)
def test_a_line_without_the_value_has_none(path, line, edit):
    assert in_line(path, line, edit) is None


def test_the_line_is_that_of_the_finding(path):
    path.write_bytes('\ufeff{"a": "é"}\r\n{"a": 2}\r\n'.encode())
    assert replaced(path, [(("a",), "é", 1)]) == '{"a": 1}'
    assert replaced(path, [(("a",), 2, 1)], line=2) == '{"a": 1}'
    assert replaced(path, [(("a",), 2, 1)], line=3) is None


def test_only_safe_edits_are_made(path):
    path.write_text('{"a": 2}')
    edits = [(("a",), 2, 1)]
    assert replaced(path, edits) == '{"a": 1}'
    assert replaced(path, edits, applicability="unsafe") is None
    assert replaced(path, [], applicability="safe") is None
    assert replaced(path, edits, line=None) is None


def test_a_file_that_has_changed_has_none(path):
    path.write_text('{"a": 2}\n')
    report = report_of(path, [(("a",), 2, 1)])
    path.write_text('{"a": 2} \n')
    assert replacements_of(report) == {}
    path.unlink()
    assert replacements_of(report) == {}


def test_a_file_that_cannot_be_read_has_none(path, monkeypatch):
    path.write_text('{"a": 2}\n')
    report = report_of(path, [(("a",), 2, 1)])

    def refused(*_):
        raise PermissionError

    monkeypatch.setattr(Path, "open", refused)
    assert replacements_of(report) == {}


def test_a_file_with_a_name_that_is_no_text_has_none(path):
    file = path.with_name(os.fsdecode(b"\xd6\xd0" * 40) + ".jsonl")
    file.write_text(json.dumps(TRANSLATION | {"confidence": "0.5"}))
    report = ki.validate(file, kind="translation")
    # With its escapes, the name is too long for a file.
    assert (report.invalid, replacements_of(report)) == (1, {})


@pytest.mark.parametrize("start", COMPRESSED)
def test_a_compressed_file_has_none(path, start):
    # Compressors leave lines that they cannot shorten as they are.
    path.write_bytes(start + b'\n{"a": 2}\n')
    assert replacements_of(report_of(path, [(("a",), 2, 1)], line=2)) == {}


def test_a_line_that_is_too_long_for_a_row_is_not_held(path):
    for size, found in ((LONGEST, True), (LONGEST + 20, False)):
        line = b'{"a": 2}'.ljust(size)
        for end in (b"\n", b""):
            path.write_bytes(line + b'\n{"a": 2}\r\n' + line + end)
            report = report_of(path, [(("a",), 2, 1)])
            assert bool(replacements_of(report)) is found
            assert replacements_of(report_of(path, [(("a",), 2, 1)], line=2)) != {}
            assert bool(replacements_of(report_of(path, [(("a",), 2, 1)], line=3))) is found


def test_the_time_is_linear_in_the_findings_of_a_line(path):
    calls = []
    for size in (100, 200):
        path.write_text(json.dumps({"r": [{"a": at} for at in range(size)]}))
        report = report_of(path, [(("a",), 0, 1)])
        edits = [Edit(("r", at, "a"), at, "x") for at in range(size)]
        sample = [report.sample[0]._replace(suggestion=Suggestion("", "safe", (one,))) for one in edits]
        counted = Counter()
        sys.setprofile(lambda _, event, __, counted=counted: counted.update([event]))
        try:
            found = replacements_of(replace(report, sample=tuple(sample)))
        finally:
            sys.setprofile(None)
        assert [one.text for one in found.values()] == ['"x"'] * size
        calls.append(counted["call"] + counted["c_call"])
    assert calls[1] < 3 * calls[0]


def test_a_pipe_is_not_opened(path, tmp_path):
    path.write_text('{"a": 2}\n')
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert replacements_of(report_of(path, [(("a",), 2, 1)], name=str(pipe))) == {}


def test_bytes_that_are_no_text_and_deep_values_have_none(path):
    for line in (b'{"a": "\xff"}', b'{"a": ' + b"[" * 100_000, b'{"a": 1' + b"0" * 5000 + b"}"):
        path.write_bytes(line)
        assert replacements_of(report_of(path, [(("b",), None, 1)])) == {}


def test_rows_of_an_array_have_some_if_each_has_a_line(tmp_path):
    path = tmp_path / "rows.json"
    row = TRANSLATION | {"confidence": "0.5"}
    for separator, count in ((",\n", 3), (" ,\r\n  ", 3), (", ", 0)):
        path.write_bytes(f"[{separator.join([json.dumps(row)] * 3)}]\n".encode())
        report = ki.validate(path, kind="translation")
        found = replacements_of(report)
        assert (report.invalid, len(found)) == (3, count)
        lines = path.read_text("utf-8").split("\n")
        for at, (start, end, text) in found.items():
            assert (lines[report.sample[at].line - 1][start:end], text) == ('"0.5"', "0.5")


def test_rows_of_other_formats_have_none(tmp_path):
    row = TRANSLATION | {"confidence": "0.5"}
    for name in ("rows.parquet", "rows.json"):
        ki.write([TRANSLATION], tmp_path / name, kind="translation")
    (tmp_path / "rows.json").write_text(json.dumps([row], indent=1))
    (tmp_path / "rows.csv").write_text(f"{','.join(row)}\n{','.join(map(str, row.values()))}\n")
    report = ki.validate([*tmp_path.iterdir()], kind="translation")
    assert (report.invalid, replacements_of(report)) == (1, {})
    assert replacements_of(ki.validate([row], kind="translation")) == {}


def test_every_safe_edit_of_the_examples_is_made():
    codes = set()
    for said in sorted(EXAMPLES.glob("*.expected.json")):
        path = said.with_name(said.name.replace(".expected.json", ".jsonl"))
        options = json.loads(said.read_text("utf-8")).get("options", {})
        if not path.exists() or "make" in options or "path" in options:
            continue
        if "against" in options:
            options["against"] = EXAMPLES.parents[2] / options["against"]
        report = ki.validate(path, **options)
        found, lines = replacements_of(report), path.read_text("utf-8-sig", "replace").split("\n")
        for at, finding in enumerate(report.sample):
            suggestion = finding.suggestion
            assert (at in found) is (suggestion is not None and suggestion.applicability == "safe"), finding
            if at in found:
                codes.add(finding.code)
                start, end, text = found[at]
                line = lines[finding.line - 1]
                row = json.loads(line[:start] + text + line[end:])
                assert row == edited(json.loads(line), suggestion.edits)
    assert len(codes) > 9


def edited(row, edits):
    """Return a row with edits applied."""
    for path, _, after in edits:
        holder = row
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = after
    return row


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(st.data(), st.dictionaries(st.text(max_size=3), VALUES, max_size=4), st.booleans())
def test_any_edits_of_any_line(tmp_path_factory, data, row, is_ascii):
    separators = data.draw(st.sampled_from([(",", ":"), (" ,\t", " : ")]))
    names = data.draw(st.lists(st.sampled_from([*row, "", "a", "é\n"]), unique=True, max_size=3))
    edits = []
    for name in names:
        after = data.draw(VALUES.filter(lambda one: one is not None))
        if row.get(name) is not None or name not in row:
            edits.append(((name,), row.get(name), after))
    path = tmp_path_factory.mktemp("lines") / "rows.jsonl"
    path.write_text(json.dumps(row, ensure_ascii=is_ascii, separators=separators) + "\n", "utf-8")
    found = replaced(path, edits)
    assert (found is not None) is bool(edits)
    if found is not None:
        assert json.loads(found) == edited(dict(row), edits)

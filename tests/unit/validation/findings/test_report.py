"""A report: exact counts, a fair sample, parts put together, its forms."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kaiser_interview as ki
from kaiser_interview.validation.findings import finding as findings
from kaiser_interview.validation.findings import report as reports
from kaiser_interview.validation.findings.counts import Tally
from kaiser_interview.validation.findings.finding import Fault, Located
from kaiser_interview.validation.findings.report import Report

CLASS = "write the class name, not its number: use ClassLabel.int2str of datasets"
LABEL = {"claim_id": "d01-c01", "method": "human", "creator": "me", "scheme": "my:mood", "value": "good"}


def fault(code: str, name: str) -> Fault:
    return Fault(code, (name,), "this", "that")


def sample(faults, most: int) -> Tally:
    tally = Tally(most)
    for row, (code, name) in enumerate(faults):
        tally.add(Located(fault(code, name), "file", row + 1, row))
    return tally


def fair(faults, most: int) -> set[tuple[str, str, int]]:
    """Deal places to the groups in turn, in the groups' order, until they or the findings run out."""
    rows = {}
    for row, group in enumerate(faults):
        rows.setdefault(group, []).append(row)
    # Errors come before warnings, then the order is by code, then by path.
    order = sorted(rows, key=lambda group: (group[0] == "blank-line", CODES.index(group[0]), group[1]))
    dealt = set()
    turn = 0
    while len(dealt) < most and any(turn < len(rows[group]) for group in order):
        for group in order:
            if turn < len(rows[group]) and len(dealt) < most:
                dealt.add((*group, rows[group][turn]))
        turn += 1
    return dealt


CODES = sorted(["wrong-type", "bad-format", "blank-line"], key=[*findings.CODES].index)
many_faults = st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from("abcd")), max_size=60)


@given(many_faults, st.integers(0, 20))
def test_counts_are_exact_and_the_sample_is_dealt_out_evenly(faults, most):
    tally = sample(faults, most)
    counted = {(one.code, one.path[1:]): one.number for one in tally.counted()}
    assert counted == {group: faults.count(group) for group in faults}
    kept = {(one.code, one.path[0], one.row) for one in tally.findings()}
    assert kept == fair(faults, most)


def report_of(faults, most: int, first_row: int = 0) -> Report:
    tally = Tally(most)
    for row, (code, name) in enumerate(faults, first_row):
        tally.add(Located(fault(code, name), "file", row + 1, row))
    counts = tally.counted()
    bad = len([1 for code, _ in faults if code != "blank-line"])
    return Report(
        rows=len(faults), valid=len(faults) - bad, invalid=bad, rows_without_digest=1, counts=counts,
        sample=tally.findings(), inputs=(), max_findings=most,
    )  # fmt: skip


@given(many_faults, many_faults, many_faults, st.integers(0, 20))
def test_parts_put_together_are_the_whole(a, b, c, most):
    one, two = report_of(a, most), report_of(b, most, len(a))
    three = report_of(c, most, len(a) + len(b))
    whole = report_of(a + b + c, most)
    left, right = one.merge(two).merge(three), one.merge(two.merge(three))
    assert left == right == one.merge(two, three)
    assert (left.rows, left.valid, left.invalid) == (whole.rows, whole.valid, whole.invalid)
    assert left.counts == whole.counts
    assert left.sample == whole.sample
    assert (left.parts, left.rows_without_digest) == (3, 3)
    assert "within each of 3 parts only" in left.summary


def test_parts_with_paths_that_need_escapes():
    rows = [LABEL | {"a/b~c": 1}]
    one = ki.validate(rows, kind="label")
    merged = one.merge(ki.validate(rows, kind="label"))
    assert [(count.path, count.number) for count in merged.counts] == [("/a~1b~0c", 2)]
    assert len(merged.sample) == 2


def test_groups_beyond_the_limit_are_counted_together():
    rows = [LABEL | {f"note{number}": 1} for number in range(3000)]
    report = ki.validate(rows, kind="label", max_findings=10_000)
    assert sum(one.number for one in report.counts) == report.errors == report.invalid == 3000
    assert len(report.counts) <= 1001
    assert report.counts[-1].path in {"/…", "/note999"}
    assert len(report.sample) == 3000
    assert report.merge(report).errors == 6000
    assert len(report.merge(report).sample) == 6000


def test_all_items_of_a_list_are_one_group():
    rows = [
        {"claim_id": "d01-c01", "method": "human", "creator": "me", "verdict": "mixed", "urls": [1, "", 2]}
    ]
    report = ki.validate(rows, kind="verdict")
    assert [(one.code, one.path, one.number) for one in report.counts] == [
        ("wrong-type", "/urls/*", 2),
        ("bad-length", "/urls/*", 1),
    ]
    assert [one.pointer for one in report.sample] == ["/urls/0", "/urls/2", "/urls/1"]
    found = [[one.pointer for one in report.findings_of(count)] for count in report.counts]
    assert found == [["/urls/0", "/urls/2"], ["/urls/1"]]


VERDICT = {"claim_id": "d01-c01", "method": "human", "creator": "me", "verdict": "mixed", "urls": []}
SHA = {"claim_sha256": ki.claim("d01-c01").claim_sha256}
NO_QUOTE = "0 quotes; claims: 1 of 41"
QUOTE = ki.claim("d01-c01").text


@pytest.mark.parametrize(
    ("rows", "summary"),
    [
        ([], "1 error"),
        ([VERDICT | SHA], f"1 row, no finding; {NO_QUOTE}"),
        ([VERDICT], f"1 row, no finding; {NO_QUOTE}; 1 row without claim_sha256"),
        ([VERDICT | SHA | {"quote": QUOTE}], "1 row, no finding; quotes exact: 1 of 1; claims: 1 of 41"),
        ([VERDICT | SHA | {"verdict": "x"}], f"1 of 1 row invalid: 1 error; {NO_QUOTE}"),
        ([VERDICT, VERDICT | {"verdict": "x", "urls": [1]}],
         f"1 of 2 rows invalid: 2 errors; {NO_QUOTE}; 2 rows without claim_sha256"),
        ([VERDICT | SHA | {"quote": "智"}], "1 row valid; 1 warning; quotes exact: 0 of 1; claims: 1 of 41"),
        ([VERDICT | SHA | {"quote": "智"}, VERDICT | SHA | {"urls": 1}],
         "1 of 2 rows invalid: 1 error, 1 warning; quotes exact: 0 of 1; claims: 1 of 41"),
        ([{}], "1 of 1 row invalid: 5 errors; 0 quotes; claims: 0 of 41; 1 row without claim_sha256"),
        ([5], "1 of 1 row invalid: 1 error; 0 quotes"),
    ],
)  # fmt: skip
def test_the_summary_line(rows, summary):
    assert ki.validate(rows, kind="verdict").summary == summary


def test_a_long_summary_takes_two_lines():
    row = VERDICT | SHA | {"quote": QUOTE}
    assert ki.validate([row], kind="verdict").summary_lines == (
        "1 row, no finding; quotes exact: 1 of 1; claims: 1 of 41",
    )
    long = ki.validate([row | {"verdict": "x"}], kind="verdict", max_findings=0)
    assert long.summary_lines == (
        "1 of 1 row invalid: 1 error",
        "quotes exact: 1 of 1; claims: 1 of 41; 1 finding not in the sample",
    )
    assert long.summary == "; ".join(long.summary_lines)


def test_the_summary_of_unreadable_and_partial_data(tmp_path):
    report = ki.validate(tmp_path / "missing.jsonl", kind="verdict")
    assert report.summary == "1 error; not everything could be read"
    assert (report.outside, report.merge(report).outside, report.merge(report, report).outside) == (1, 2, 3)
    part = ki.validate([VERDICT | SHA], kind="verdict")
    rest = "rules about the whole data set applied within each of 3 parts only"
    assert part.merge(part, part).summary == f"3 rows, no finding; {NO_QUOTE}; {rest}"
    assert str(part) == part.summary


def test_errors_about_the_data_set_as_a_whole():
    report = ki.validate([VERDICT | SHA], kind="verdict", complete=["method"])
    words = "1 row valid; 40 errors about the data set as a whole"
    assert report.summary == f"{words}; {NO_QUOTE}"
    assert (report.invalid, report.outside, repr(report)) == (0, 40, f"<Report: {words}>")
    both = ki.validate([VERDICT | SHA | {"verdict": "x"}], kind="verdict", complete=["method"])
    assert both.summary == f"1 of 1 row invalid: 41 errors; {NO_QUOTE}"


def test_a_report_prints_what_the_command_line_prints(tmp_path, run, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [LABEL | {"value": 1}] * 5 + [LABEL | {"quote": "推理模型增加参数数量"}]
    (tmp_path / "a.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    report = ki.validate("a.jsonl", kind="label")
    _, out, _ = run("validate", "a.jsonl", "--kind", "label")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert f"{report}\n" == out
    assert "\x1b" not in str(report)
    assert repr(report) == "<Report: 6 of 6 rows invalid: 6 errors>"


def test_no_group_crowds_out_another():
    rows = [LABEL | {"confidence": 2}] * 5000 + [LABEL | {"claim_id": "d99-c01"}]
    report = ki.validate(rows, kind="label", max_findings=10)
    assert [(one.code, one.number) for one in report.counts] == [("out-of-range", 5000), ("unknown-claim", 1)]
    assert [one.code for one in report.sample] == ["out-of-range"] * 9 + ["unknown-claim"]


def test_the_forms_of_a_report():
    report = ki.validate([LABEL, LABEL | {"value": 1, "id": "a"}], kind="label")
    document = json.loads(report.to_json())
    assert document == {
        "schema_version": 1,
        "ok": False, "complete": True, "rows": 2, "valid": 1, "invalid": 1, "rows_without_digest": 2,
        "checked": report.checked.as_json(),
        "errors": 1,
        "warnings": 0, "outside": 0, "limited": True,
        "parts": 1, "unit": "row",
        "counts": [{"code": "wrong-type", "severity": "error", "path": "/value", "number": 1}],
        "left_out": 0,
        "fixable": {"safe": 0, "unsafe": 0},
        "sample": [
            {
                "schema_version": 1,
                "code": "wrong-type", "severity": "error", "file": None, "line": None, "row": 1, "id": "a",
                "path": "/value", "expected": "text", "got": "1",
                    "suggestion": {"text": CLASS, "applicability": "display", "edits": []},
            }
        ],
        "inputs": [{"name": "data", "rows": 2, "bytes": 0, "sha256": None, "complete": True}],
        "skipped": [],
    }  # fmt: skip
    table = report.sample_to_arrow()
    (found,) = document["sample"]
    del found["schema_version"]
    assert table.to_pylist() == [found | {"suggestion": CLASS, "applicability": "display"}]
    assert [str(field.type) for field in table.schema][3:5] == ["int64", "int64"]
    assert str(report) == "\n".join(
        [
            "error wrong-type /value",
            "  row 1  expected text, got 1",
            f"  → {CLASS}",
            "",
            "1 of 2 rows invalid: 1 error",
            f"{NO_QUOTE}; 2 rows without claim_sha256",
        ]
    )
    assert str(report.sample[0]) == f"row 1, /value: wrong-type: expected text, got 1; {CLASS}"


def test_an_empty_report_has_the_same_columns():
    good = ki.validate([LABEL], kind="label", defaults={"claim_sha256": ki.claim("d01-c01").claim_sha256})
    bad = ki.validate([{}], kind="label")
    assert good.sample_to_arrow().schema == bad.sample_to_arrow().schema
    assert good.summary == f"1 row, no finding; {NO_QUOTE}"


def test_the_sample_as_a_frame(monkeypatch):
    report = ki.validate([LABEL | {"value": 1, "id": "a"}], kind="label")
    frame = report.sample_to_pandas()
    assert [*frame] == report.sample_to_arrow().schema.names
    (row,) = frame.to_dict("records")
    assert (row["code"], row["row"], row["id"], row["path"]) == ("wrong-type", 0, "a", "/value")
    assert str(frame["line"].dtype) == "Int64"
    monkeypatch.setattr(reports, "find_spec", lambda _: None)
    with pytest.raises(ki.MissingDependencyError) as caught:
        report.sample_to_pandas()
    assert str(caught.value) == "sample_to_pandas: needs pandas; install it with: pip install pandas"
    assert (caught.value.name, caught.value.extra) == ("pandas", None)


def test_raise_if_failed():
    ki.validate([LABEL], kind="label").raise_if_failed()
    report = ki.validate([LABEL | {"value": 1}] * 9, kind="label")
    with pytest.raises(ki.InvalidDataError) as caught:
        report.raise_if_failed()
    first = [f"  row {n}, /value: wrong-type: expected text, got 1; {CLASS}" for n in range(5)]
    assert str(caught.value) == "\n".join(
        [f"9 of 9 rows invalid: 9 errors; {NO_QUOTE}; 9 rows without claim_sha256", *first]
    )
    assert caught.value.report is report
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.report == report


def test_every_finding_one_at_a_time(tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_text("".join(f"{json.dumps(LABEL | {'value': n})}\n" for n in range(3000)))
    report = ki.validate(path, kind="label", max_findings=3)
    assert len(report.sample) == 3
    lines = [finding.line for finding in report.iter_findings()]
    assert lines == [*range(1, 3001)]
    once = ki.validate(iter([LABEL]), kind="label")
    with pytest.raises(ki.InputError, match="cannot be read again"):
        once.iter_findings()
    with pytest.raises(ki.InputError):
        report.merge(once).iter_findings()


def test_values_in_findings_are_escaped_and_shortened():
    value = "\x1b[31m\u202eevil\u2028\n" + "x" * 500
    row = LABEL | {"confidence": value, f"na\x07me{value}": 1, "id": "a\x1bb"}
    report = ki.validate([row], kind="label")
    for finding in report.sample:
        for text in (finding.expected, finding.got, str(finding), finding.to_json()):
            assert text.isprintable()
        assert len(finding.expected) <= 80 >= len(finding.got)
        assert all(len(str(step)) <= 80 for step in finding.path)


@pytest.mark.parametrize("most", [0, 1, 3, 100])
def test_a_fault_of_many_lines_is_counted_and_kept_as_that_of_each(most):
    fault = Fault("blank-line", (), "a row", "nothing")
    together, each = Tally(most), Tally(most)
    for tally in (together, each):
        tally.add(Located(Fault("unknown-field", ("x",), "a", "b"), "f", 1, 0))
    together.add(Located(fault, "f", 2, lines=50))
    for line in range(2, 52):
        each.add(Located(fault, "f", line))
    assert together.counted() == each.counted()
    assert together.findings() == each.findings()


def test_a_sample_states_what_it_leaves_out(tmp_path, run):
    path = tmp_path / "rows.jsonl"
    path.write_text(f"{json.dumps(LABEL | {'claim_id': 'd99-c01'})}\n" * 50, "utf-8")
    for most, left_out in ((7, 43), (50, 0), (1000, 0), (0, 50)):
        report = ki.validate(path, kind="label", max_findings=most)
        assert (len(report.sample), report.left_out, report.errors) == (50 - left_out, left_out, 50)
        assert report.sample_to_arrow().num_rows == len(report.sample)
        assert json.loads(report.to_json())["left_out"] == left_out
        assert (f"; {left_out} findings not in the sample" in report.summary) == bool(left_out)
        assert len([*report.iter_findings()]) == 50
        assert report.merge(report).left_out == 100 - len(report.merge(report).sample)
    _, out, err = run("validate", path, "--kind", "label", "--max-findings", "7", "--format", "jsonl")
    assert (out.count("\n"), err) == (7, "43 findings not in the sample; --max-findings keeps more\n")
    _, out, _ = run("validate", path, "--kind", "label", "--max-findings", "7")
    assert "43 findings not in the sample" in " ".join(out.split())
    for name in ("findings", "to_arrow", "to_pandas"):
        assert not hasattr(report, name)

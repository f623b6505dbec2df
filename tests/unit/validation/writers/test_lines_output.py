"""The report on lines that were validated while they were written is that of the file."""

import json
import threading
from contextlib import closing

import pytest

import kaiser_interview as ki
from kaiser_interview.api import check_of
from kaiser_interview.validation.engine import execution
from kaiser_interview.validation.engine.execution import Engine, Validation
from kaiser_interview.validation.formats.json import lines as json_lines
from kaiser_interview.validation.writers.lines_output import LinesOutput

BY = {"method": "human", "creator": "me"}
LABEL = {"claim_id": "d01-c01", "scheme": "acme:stance", "value": "v"}
CLAIM = ki.claim("d01-c01")
DONE = LABEL | BY | {"claim_sha256": CLAIM.claim_sha256, "release": ki.data_release}


@pytest.fixture(autouse=True)
def by_columns(monkeypatch):
    """Go by columns, in small parts, also for little data."""
    monkeypatch.setattr(execution, "_TINY", 0)
    monkeypatch.setattr(execution, "_FEW", 0)
    monkeypatch.setattr(json_lines, "_CHUNK", 300)


def text(*rows: dict) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def said(report: ki.Report) -> tuple:
    return report, report.inputs, [*report.iter_findings()]


ROWS = [
    [DONE] * 9,
    [LABEL | BY] * 9,
    [DONE] * 5 + [LABEL | BY] * 5 + [DONE] * 5,
    [DONE | {"id": "a"}] * 3 + [LABEL | BY | {"id": "a"}, DONE | {"claim_id": "d99-c01", "id": "a"}],
]


@pytest.mark.parametrize("end", [b"", b"{", b"\n\n", b" "])
@pytest.mark.parametrize("rows", ROWS)
def test_the_report_is_that_of_the_file(tmp_path, rows, end):
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_bytes(text(*rows) + end)
    fixed = ki.fix(path, output=out, kind="label")
    assert said(fixed.report) == said(ki.validate(out, kind="label"))


@pytest.mark.parametrize("first", ["creator=me", "other"])
def test_several_files_are_one_output(tmp_path, first):
    paths = [tmp_path / first / "a.jsonl", tmp_path / "b.jsonl"]
    paths[0].parent.mkdir()
    for path, rows in zip(paths, ([DONE | {"id": "a"}, LABEL | BY], [DONE] * 3), strict=True):
        path.write_bytes(text(*rows))
    fixed = ki.fix(paths, output=tmp_path / "out.jsonl", kind="label")
    assert said(fixed.report) == said(ki.validate(tmp_path / "out.jsonl", kind="label"))
    assert fixed.report.rows == 5


def test_parts_are_added_in_order_whenever_they_are_done(tmp_path):
    out, again = tmp_path / "out.jsonl", DONE | {"id": "a"}
    out.write_bytes(text(again, DONE, again, *[DONE] * 7))
    alone = tmp_path / "alone.jsonl"
    alone.write_bytes(text(DONE))
    check = check_of(str(out), kind="label")
    ready = threading.Event()
    with Engine(check, 1) as engine, closing(LinesOutput(engine, check)) as output:
        engine.threads.submit(ready.wait, 60)
        for step in Validation(engine, check_of(alone, kind="label"), detailed=True).steps():
            if step.part is not None:
                part = step.result
        output.changed(text(again))
        output.unchanged(part)
        ready.set()
        output.changed(text(again))
        for _ in range(7):
            output.changed(text(DONE))
        report = output.report()
    assert report == ki.validate(out, kind="label")
    assert [(one.code, one.line) for one in report.sample] == [("duplicate-id", 3)]


def test_fields_of_a_path_are_those_of_its_file_alone(tmp_path):
    row = LABEL | {"method": "human"}
    paths = [tmp_path / "creator=you" / "a.jsonl", *(tmp_path / f"{name}.jsonl" for name in "bc")]
    paths[0].parent.mkdir()
    for path in paths:
        path.write_bytes(text(*[row] * 40))
    out = tmp_path / "out.jsonl"
    ki.fix(paths, output=out, kind="label", defaults={"creator": "me"})
    creators = [json.loads(line)["creator"] for line in out.read_bytes().splitlines()]
    assert creators[40:] == ["me"] * 80

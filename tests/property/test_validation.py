"""Properties of all rows: formats agree, and no value is lost."""

import csv
import gzip
import io
import json
import random
import subprocess
import sys

import pytest
from reference import HUGE, constants, report_by_row
from rows import about, row
from scale import amount

import kaiser_interview as ki
from kaiser_interview.api import check_of
from kaiser_interview.records.models import KINDS
from kaiser_interview.validation.engine import execution

DERIVED = [kind for kind, model in KINDS.items() if issubclass(model, ki.Annotation)]
# Findings that name another row, in a way that depends on the format.
SETS = {"duplicate-id", "dimension-differs", "too-many-labels"}


def flat(value):
    """Return a row in a form that JSON, CSV and Python share: without nulls and empty strings."""
    return {name: one for name, one in value.items() if one is not None and one != ""}


@pytest.mark.parametrize("kind", DERIVED)
@pytest.mark.parametrize("by_columns", [False, True])
def test_a_row_gives_the_same_findings_in_every_form(tmp_path, kind, by_columns):
    draw = random.Random(kind)
    # By columns, 21,000 rows in all; 1,000,000 in the full run.
    count = amount(3_000, 145_000) if by_columns else amount(100, 5_000)
    made = [about(draw, row(draw, kind, draw.choice([0, 0.1]))) for _ in range(count)]
    made = [flat(one) for one in made if isinstance(one, dict)]
    if kind == "question":
        made = [{n: v for n, v in one.items() if n not in ki.Reference.model_fields} for one in made]
    lines = tmp_path / "rows.jsonl"
    lines.write_text("".join(f"{json.dumps(one)}\n" for one in made))
    array, indented, compressed = (
        tmp_path / name for name in ("rows.json", "indented.json", "rows.jsonl.gz")
    )
    array.write_text(json.dumps(made))
    indented.write_text(json.dumps(made, indent=2))
    compressed.write_bytes(gzip.compress(lines.read_bytes(), 1))
    forms = (
        lines,
        array,
        indented,
        compressed,
        made,
        iter(made),
        [json.loads(json.dumps(one)) for one in made],
    )
    size = 0 if by_columns else HUGE
    with constants((execution, "_TINY", size), (execution, "_FEW", size)):
        reports = [ki.validate(data, kind=kind, extra="allow", max_findings=10**6) for data in forms]
    reported = [
        sorted(
            (one.row, one.code, one.pointer, one.expected, one.got)
            for one in report.sample
            if one.code not in SETS
        )
        for report in reports
    ]
    assert all(one == reported[0] for one in reported)
    if by_columns:
        by_row = report_by_row(check_of(lines, kind=kind, extra="allow", max_findings=10**6))
        assert reports[0].counts == by_row.counts
        assert reports[0].sample == by_row.sample
        assert reports[0].checked == by_row.checked
    assert {(report.rows, report.invalid, report.rows_without_digest) for report in reports} == {
        (len(made), reports[0].invalid, reports[0].rows_without_digest)
    }
    assert all(report.checked == reports[0].checked for report in reports)


def test_records_written_as_csv_give_the_same_findings(tmp_path):
    for table in ("translations", "labels", "mentions", "relations"):
        records = ki.load(table)
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        names = [*type(records[0]).model_fields]
        writer.writerow(names)
        writer.writerows(
            ["" if (v := getattr(one, name)) is None else v for name in names] for one in records
        )
        path = tmp_path / f"{table}.csv"
        path.write_text(out.getvalue(), "utf-8")
        report = ki.validate(path)
        assert (report.ok, report.rows, report.counts) == (True, len(records), ())


PEAK = """
import resource, sys, json, tempfile, pathlib
import kaiser_interview as ki
count, wrong = int(sys.argv[1]), sys.argv[2] == "wrong"
claim = ki.claim("d05-c03")
row = {"method": "model", "creator": "m", "language": "en", "translation": "x" * 150}
row["claim_id"] = claim.claim_id
row["quote"] = "推理模型增加参数数量" if wrong else claim.text
line = json.dumps(row).encode() + b"\\n"
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "rows.jsonl"
    with path.open("wb") as file:
        for _ in range(count // 1000):
            file.write(line * 1000)
    report = ki.validate(path, kind="translation")
assert (report.rows, report.invalid) == (count, count if wrong else 0), report
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize("sort", ["right", "wrong"])
def test_memory_does_not_grow_with_the_rows(sort):
    peaks = [
        int(
            subprocess.run(
                [sys.executable, "-c", PEAK, str(count), sort], capture_output=True, check=True
            ).stdout
        )
        for count in (10_000, amount(40_000, 3_000_000))
    ]
    assert peaks[1] <= 1.2 * peaks[0]

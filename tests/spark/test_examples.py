"""Examples, and rows that are wrong in every way, give the same report in Spark as on one machine."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from scale import amount

import kaiser_interview as ki
import kaiser_interview.spark as ks
from benchmarks.detection.forms import as_lines, as_table
from benchmarks.detection.kinds import ALL
from benchmarks.detection.operators import registered
from benchmarks.detection.run import GROUNDS, PAIRS
from benchmarks.detection.trial import Tally, drawn

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "tests" / "examples"

# Spark drops byte order marks, needs a library for zstd, and raises for a damaged file. From lines, one
# cannot know whether the last line of a file ends, whether a file has none, and whether it is UTF-16.
LEFT_OUT = ("byte-order-mark", "no-rows", "not-utf8-utf16", "truncated", "unreadable-damaged")
PATHS = sorted(
    path
    for path in [*EXAMPLES.rglob("*.jsonl"), *EXAMPLES.rglob("*.ndjson"), *EXAMPLES.rglob("*.jsonl.gz")]
    if not path.name.startswith(LEFT_OUT)
)


def options_of(path):
    """Return the options of an example."""
    stem = path.name.split(".")[0]
    for suffix in ("expected", "options"):
        beside = path.with_name(f"{stem}.{suffix}.json")
        if beside.exists():
            said = json.loads(beside.read_text("utf-8"))
            options = said.get("options", {}) if suffix == "expected" else said
            return options | ({"against": ROOT / options["against"]} if "against" in options else {})
    return {}


def lines_by_options():
    groups = {}
    for path in PATHS:
        groups.setdefault(json.dumps(options_of(path), sort_keys=True, default=str), []).append(path)
    return groups


def frames():
    """Return the examples whose rows have one type for each field."""
    for path in PATHS:
        try:
            rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
            table = pa.Table.from_pylist(rows)
        except (ValueError, AttributeError, TypeError, OverflowError, pa.ArrowException):
            continue
        if rows and len({name.casefold() for name in table.schema.names}) == len(table.schema.names) > 0:
            yield pytest.param(path, table, id=path.name)


def comparable(report):
    """Leave out what is not known where lines are distributed.

    The size and digest of files, and a hint on the encoding of a whole file.
    """
    inputs = tuple(one._replace(bytes=0, sha256=None) for one in report.inputs)
    sample = tuple(one._replace(suggestion=None) if one.code == "not-utf8" else one for one in report.sample)
    return replace(report, inputs=inputs, sample=sample)


def assert_same_findings(checked, table, **options):
    """Check `ki_findings` against that of one machine, except for the places of earlier rows."""

    def told(rows):
        return sorted(
            (json.dumps(row, default=str, sort_keys=True), [(one["code"], one["path"]) for one in found])
            for row in rows
            for found in [row.pop("ki_findings")]
        )

    with ki.Validator(**options) as validator:
        whole = validator.with_findings(table)
    assert told(checked.toArrow().to_pylist()) == told(whole.to_pylist())


@pytest.mark.parametrize("options", [*lines_by_options()])
def test_examples_as_lines(spark, options):
    paths = lines_by_options()[options]
    checked = ks.validate(ks.read_lines(spark, [*map(str, paths)]), **options_of(paths[0]))
    assert comparable(ks.report(checked)) == comparable(ki.validate(paths, **options_of(paths[0])))


@pytest.mark.parametrize(("path", "table"), [*frames()])
def test_examples_as_frames(spark, path, table):
    df = spark.createDataFrame(table)
    checked = ks.validate(df, **options_of(path))
    whole = df.toArrow()
    assert ks.report(checked) == ki.validate(whole, **options_of(path))
    assert_same_findings(checked, whole, **options_of(path))


@pytest.mark.parametrize(("ground", "kind"), PAIRS, ids=map("-".join, PAIRS))
def test_mutants(spark, tmp_path, ground, kind):
    count = amount(1_000, 200_000 // len(PAIRS))
    options = {"kind": ALL[kind], "against": GROUNDS[ground].against, "max_findings": 50}
    for form in ("arrow", "jsonl"):
        operators = [one for one in registered() if form in one.forms]
        draw = random.Random(f"{ground} {kind} {form}")
        rows = [row for row, _, _ in drawn(draw, GROUNDS[ground], kind, count, operators, Tally())]
        if form == "arrow":
            df = spark.createDataFrame(as_table(GROUNDS[ground], kind, rows)).repartition(5).cache()
            data = df.toArrow()
        else:
            data = tmp_path / "rows.jsonl"
            data.write_bytes(as_lines(rows))
            df = ks.read_lines(spark, data)
        checked = ks.validate(df, **options)
        report = ki.validate(data, **options)
        assert report.invalid > count / 4
        assert comparable(ks.report(checked)) == comparable(report)
        if form == "arrow":
            assert (
                checked.where("exists(ki_findings, one -> one.severity = 'error')").count() == report.invalid
            )
            assert_same_findings(checked, data, **options)

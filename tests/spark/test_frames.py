"""What `kaiser_interview.spark` does with frames: lazily, in order, with any kind, corpus and type."""

import datetime as dt
import decimal
import os
import subprocess
import sys
import types
import warnings
from pathlib import Path

import pyarrow as pa
import pytest
from pyspark.sql import DataFrame

import kaiser_interview as ki
import kaiser_interview.spark as ks

CORPUS = Path(__file__).parents[1] / "corpus"
LABEL = {"method": "human", "creator": "me", "scheme": "acme:x", "value": "v"}


def codes(checked: DataFrame) -> dict:
    """Return the codes of the findings of each row, by `x_row`."""
    return {row["x_row"]: [one["code"] for one in row["ki_findings"]] for row in checked.collect()}


def test_all_columns_and_the_findings(spark):
    df = spark.createDataFrame([{"claim_id": "d01-c01", "x_row": 1}, {"claim_id": "d99-c01", "x_row": 2}])
    checked = ks.validate(df, kind="label", defaults=LABEL)
    assert checked.columns == [*df.columns, "ki_findings"]
    assert checked.drop("ki_findings").schema == df.schema
    assert codes(checked) == {1: [], 2: ["unknown-claim"]}
    assert [row.x_row for row in checked.where("size(ki_findings) = 0").collect()] == [1]
    (found,) = checked.where("size(ki_findings) > 0").first().ki_findings
    assert found.asDict() == {
        "code": "unknown-claim",
        "severity": "error",
        "path": "/claim_id",
        "expected": "a claim of the corpus",
        "got": '"d99-c01"',
        "suggestion": found.suggestion,
        "applicability": "unsafe",
    }


def test_nothing_is_computed_before_it_is_used(spark):
    def fail(batches):
        raise ValueError("computed")
        yield from batches

    df = spark.createDataFrame([{"claim_id": "d01-c01", "id": "a"}])
    checked = ks.validate(df.mapInArrow(fail, df.schema), kind="label", key=["claim_id"])
    with pytest.raises(Exception, match="computed"):
        checked.collect()


def test_the_first_of_equal_rows_is_valid_wherever_they_are(spark):
    rows = [{"id": f"r{at % 50}", "claim_id": "d01-c01", "x_row": at} for at in range(200)]
    df = spark.createDataFrame(rows).repartitionByRange(7, "x_row")
    found = codes(ks.validate(df, kind="label", defaults=LABEL))
    assert found == {at: [] if at < 50 else ["duplicate-id"] for at in range(200)}
    table = df.toArrow()
    report = ks.report(ks.validate(df, kind="label", defaults=LABEL))
    assert report == ki.validate(table, kind="label", defaults=LABEL)
    assert [one.row for one in report.sample] == [*range(50, 200)]


def test_a_frame_that_was_shuffled_and_cached(spark):
    rows = [{"id": f"r{at % 90}", "claim_id": f"d0{1 + at % 9}-c01", "x_row": at} for at in range(300)]
    df = spark.createDataFrame(rows).repartition(5).cache()
    checked = ks.validate(df, kind="label", defaults=LABEL, key=["claim_id", "id"], complete=[])
    report = ki.validate(df.toArrow(), kind="label", defaults=LABEL, key=["claim_id", "id"], complete=[])
    assert ks.report(checked) == report
    assert sum(bool(found) for found in codes(checked).values()) == report.invalid == 210


def test_labels_and_vectors(spark):
    by = {"method": "human", "creator": "me", "claim_id": "d01-c01"}
    labels = [
        {"scheme": "horizon", "value": value, "x_row": at}
        for at, value in enumerate(("past", "past", "future"))
    ]
    checked = ks.validate(spark.createDataFrame(labels).coalesce(1), kind="label", defaults=by)
    assert codes(checked) == {0: [], 1: [], 2: ["too-many-labels"]}
    (found,) = checked.where("x_row = 2").first().ki_findings
    assert found.got == '"future" after past in row 0 of partition 0'
    vectors = [{"model": "m", "vector": [1.0] * (1 + (at > 6)), "x_row": at} for at in range(9)]
    df = spark.createDataFrame(vectors).repartitionByRange(3, "x_row")
    checked = ks.validate(df, kind="embedding", defaults=by | {"of": "text"})
    assert [at for at, found in sorted(codes(checked).items()) if found == ["dimension-differs"]] == [7, 8]
    assert ks.report(checked) == ki.validate(df.toArrow(), kind="embedding", defaults=by | {"of": "text"})


def stance() -> type[ki.Record]:
    """Return a kind that executors cannot import, as one defined in a notebook."""

    class Stance(ki.Label):
        strength: int

    return Stance


def test_custom_kinds_and_corpora_reach_the_executors(spark):
    corpus = ki.Corpus.from_files(CORPUS)
    claim_id = next(iter(corpus.claims))
    df = spark.createDataFrame(
        [
            {"claim_id": claim_id, "strength": 1, "x_row": 0},
            {"claim_id": "d01-c01", "strength": 2, "x_row": 1},
        ]
    )
    options = {"kind": stance(), "against": corpus, "defaults": LABEL}
    assert codes(ks.validate(df, **options)) == {0: [], 1: ["unknown-claim"]}
    assert ks.report(ks.validate(df, **options)) == ki.validate(df.toArrow(), **options)
    assert codes(ks.validate(df, **options | {"against": CORPUS})) == {0: [], 1: ["unknown-claim"]}


def test_columns_of_many_types(spark):
    row = {
        "claim_id": "d01-c01", "x_row": 1, "x_time": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        "x_date": dt.date(2026, 1, 1), "x_number": decimal.Decimal("1.5"), "x_bytes": b"\xff",
        "x_list": [1, 2], "x_map": {"a": 1}, "x_truth": True, "confidence": 0.5,
    }  # fmt: skip
    df = spark.createDataFrame([row, row | {"confidence": 2.0, "x_row": 2}])
    df = df.selectExpr(
        "*", "cast(null as void) as x_void", "struct(x_row) as x_struct", "interval 1 day as x_day"
    )
    checked = ks.validate(df, kind="label", defaults=LABEL)
    assert checked.drop("ki_findings").collect() == df.collect()
    assert codes(checked) == {1: [], 2: ["out-of-range"]}
    assert ks.report(checked) == ki.validate(df.toArrow(), kind="label", defaults=LABEL)


def test_columns_of_difficult_names(spark):
    names = ["x_a b", "x_a.b", "x_`a", "x_报", "x_row"]
    df = spark.createDataFrame([(1, 2, 3, 4, 5)], names)
    checked = ks.validate(df, kind="label", defaults=LABEL | {"claim_id": "d01-c01"})
    assert checked.columns == [*names, "ki_findings"]
    assert codes(checked) == {5: []}


def test_a_finding_of_a_column_is_in_its_rows(spark):
    df = spark.createDataFrame(
        [("d01-c01", None, 1), ("d01-c02", "a", 2)], "claim_id string, note string, x_row int"
    )
    assert codes(ks.validate(df, kind="label", defaults=LABEL)) == {1: [], 2: ["unknown-field"]}
    without = ks.validate(df.drop("claim_id", "note"), kind="label", defaults=LABEL)
    assert codes(without) == {1: ["missing-field"], 2: ["missing-field"]}


def test_a_frame_without_rows(spark):
    df = spark.createDataFrame([], "claim_id string, x_row int")
    checked = ks.validate(df, kind="label", defaults=LABEL, complete=[])
    assert checked.collect() == []
    assert ks.report(checked) == ki.validate(df.toArrow(), kind="label", defaults=LABEL, complete=[])


def test_rules_that_are_ignored_need_no_shuffle(spark, capsys):
    df = spark.createDataFrame([{"id": "a", "claim_id": "d01-c01"}])
    for ignored, shuffles in (([], True), (["duplicate-id", "too-many-labels"], False)):
        ks.validate(df, kind="label", ignore=ignored).explain()
        assert ("Exchange" in capsys.readouterr().out) is shuffles


def pandas_on_spark():
    """Return a frame of the pandas API on Spark, which warns about time zones and the version of pandas."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyspark import pandas

        return pandas.DataFrame({"claim_id": ["d01-c01"]})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda _: [{"claim_id": "a"}], "validate: expected a Spark data frame, got list"),
        (lambda _: pa.table({"id": ["a"]}), "validate: expected a Spark data frame, got pyarrow.lib.Table"),
        (
            lambda spark: spark.range(1).id,
            "validate: expected a Spark data frame, got pyspark.sql.classic.column.Column",
        ),
        (
            lambda _: pandas_on_spark(),
            "validate: expected a Spark data frame, got pyspark.pandas.frame.DataFrame; call its to_spark()",
        ),
        (lambda spark: spark.range(3).select(), "validate: expected a frame with columns, got one without"),
        (
            lambda spark: spark.sql("SELECT array(map('a', struct(interval 1 month))) AS x_i"),
            "validate: 'x_i': expected a type that Arrow has in Python, got "
            "array<map<string,struct<col1:interval month>>>; cast or drop it",
        ),
        (
            lambda spark: spark.sql("SELECT make_interval(1) AS x_i"),
            "validate: 'x_i': expected a type that Arrow has in Python, got interval; cast or drop it",
        ),
        (
            lambda spark: spark.sql("SELECT 'f' AS ki_file, 1 AS ki_line, '{}' AS ki_json"),
            "validate: expected the columns of read_lines (ki_file string, ki_line bigint, ki_json binary), "
            "got ki_file string, ki_line int, ki_json string",
        ),
        (
            lambda spark: spark.sql("SELECT 'f' AS KI_FILE, 1L AS ki_line, X'7B7D' AS ki_json, 2 AS more"),
            "validate: expected the columns of read_lines (ki_file string, ki_line bigint, ki_json binary), "
            "got KI_FILE string, ki_line bigint, ki_json binary, more int",
        ),
        (
            lambda spark: spark.readStream.format("rate").load(),
            "validate: expected a frame that is not a stream, got one; use foreachBatch",
        ),
        (
            lambda spark: spark.createDataFrame([(1, 2)], ["id", "ID"]),
            "validate: expected columns of different names, got several named 'id'",
        ),
        (
            lambda spark: spark.createDataFrame([(1, 2)], ["id", "KI_findings"]),
            "validate: expected no column that begins with ki_, got 'ki_findings'; drop it",
        ),
    ],
)
def test_what_cannot_be_validated(spark, make, message):
    with pytest.raises(ki.InputError) as raised:
        ks.validate(make(spark), kind="label")
    assert str(raised.value) == message


def test_options_that_do_not_apply(spark):
    df = spark.createDataFrame([{"claim_id": "d01-c01"}])
    with pytest.raises(ki.InputError, match="progress: expected none"):
        ks.validate(df, progress=print)
    with pytest.raises(ki.UnknownNameError, match="labell"):
        ks.validate(df, kind="labell")
    with pytest.raises(ki.UnknownNameError, match="creatr"):
        ks.validate(df, kind="label", key=["creatr"])


def test_kinds_may_be_an_iterator(spark):
    df = spark.createDataFrame([{"claim_id": "d01-c01", "x_row": 1}])
    assert codes(ks.validate(df, kind=iter(["label"]), defaults=LABEL)) == {1: []}


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (None, "needs pyspark; install it with: pip install 'kaiser-interview[spark]'"),
        (
            types.ModuleType("pyspark.sql"),
            "needs pyspark 4.1 or later; install it with: pip install 'kaiser-interview[spark]'",
        ),
    ],
)
def test_pyspark_is_missing_or_old(monkeypatch, module, message):
    if module:
        module.functions = types.ModuleType("pyspark.sql.functions")
    monkeypatch.setitem(sys.modules, "pyspark.sql", module)
    for call in (lambda: ks.validate(None, kind="label"), lambda: ks.read_lines(None, "a.jsonl")):
        with pytest.raises(ki.MissingDependencyError) as raised:
            call()
        assert str(raised.value) == f"kaiser_interview.spark: {message}"


def test_a_report_needs_the_frame_of_validate(spark):
    df = spark.createDataFrame([{"claim_id": "d01-c01"}])
    for other in (df, ks.validate(df, kind="label").where("size(ki_findings) = 0"), None, 1):
        with pytest.raises(ki.InputError, match="report: expected the frame that validate returned"):
            ks.report(other)


REMOTE = """
import kaiser_interview as ki, kaiser_interview.spark as ks
from pyspark.sql import SparkSession
spark = SparkSession.builder.remote("local[1]").getOrCreate()
df = spark.createDataFrame([{"id": "a", "claim_id": f"d{at}1-c01"} for at in range(5)])
options = {"kind": "label", "defaults": %r, "key": ["claim_id"]}
checked = ks.validate(df, **options)
assert "connect" in type(checked).__module__
assert checked.where("size(ki_findings) = 0").count() == 1
assert ks.report(checked) == ki.validate(df.toArrow(), **options)
lines = ks.validate(ks.read_lines(spark, %r), kind="label")
assert ks.report(lines).rows == 2
print("equal")
"""


def test_spark_connect(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"{}\n{\n")
    script = tmp_path / "remote.py"
    script.write_text(REMOTE % (LABEL, str(path)), "utf-8")
    done = subprocess.run(
        [sys.executable, script], env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.strip().endswith("equal"), done.stderr[-2000:]

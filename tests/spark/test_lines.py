"""`read_lines` gives every line as its bytes, with its file and number, however Spark divides the files."""

import gzip

import pytest
from pyspark.errors import AnalysisException

import kaiser_interview as ki
import kaiser_interview.spark as ks

LINES = [
    b'{"a": 1, "a": 2}', b"", b"  ", b"\xff\xfe", "词元".encode(), b"\r", b"{", b"\x00", b"x" * 500,
    b"\x85\x0b\x0c", "\u2028".encode(),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """Return a folder of files, of which Spark reads some in many blocks."""
    folder = tmp_path / "a b+c%20"
    folder.mkdir()
    (folder / "one.jsonl").write_bytes(b"\n".join(LINES * 40) + b"\n")
    (folder / "two ü.jsonl").write_bytes(b"\n".join(LINES))
    (folder / "three.jsonl").write_bytes(b"\n".join(LINES * 100) + b"\n\n\n")
    (folder / "four.jsonl.gz").write_bytes(gzip.compress(b"\n".join(LINES * 3) + b"\n"))
    return folder


def lines_of(path):
    data = path.read_bytes()
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    lines = data.split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines


@pytest.mark.parametrize("size", ["3000", "134217728"])
def test_every_line_of_every_file(spark, folder, size):
    before = spark.conf.get("spark.sql.files.maxPartitionBytes")
    spark.conf.set("spark.sql.files.maxPartitionBytes", size)
    try:
        df = ks.read_lines(spark, folder)
        assert df.rdd.getNumPartitions() > (20 if size == "3000" else 0)
        rows = df.collect()
    finally:
        spark.conf.set("spark.sql.files.maxPartitionBytes", before)
    found = sorted((row.ki_file, row.ki_line, bytes(row.ki_json)) for row in rows)
    assert found == sorted(
        (str(path), number, line)
        for path in folder.iterdir()
        for number, line in enumerate(lines_of(path), 1)
    )


def test_paths_in_several_forms(spark, folder):
    one, two = folder / "one.jsonl", folder / "two ü.jsonl"
    assert ks.read_lines(spark, one).count() == len(LINES) * 40
    assert ks.read_lines(spark, [str(one), str(two)]).count() == len(LINES) * 41
    assert ks.read_lines(spark, f"{folder}/t*.jsonl").count() == len(LINES) * 101 + 2
    assert ks.read_lines(spark, iter({one, two})).count() == len(LINES) * 41


def test_a_path_that_is_given_twice_is_read_once(spark, folder):
    path = folder / "two ü.jsonl"
    lines = ks.read_lines(spark, [path, str(path)]).collect()
    assert sorted(row.ki_line for row in lines) == [*range(1, len(LINES) + 1)]


def test_subfolders_are_read_whatever_their_names(spark, tmp_path):
    for name in ("a.jsonl", "value=b/b.jsonl", "ki_file=c/d/c.jsonl", "_d/d.jsonl", ".e.jsonl"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'{{"x_name": "{path.name}"}}\n', "utf-8")
    found = {row.ki_file: bytes(row.ki_json) for row in ks.read_lines(spark, tmp_path).collect()}
    assert found == {
        str(tmp_path / name): b'{"x_name": "%s"}' % name.rpartition("/")[2].encode()
        for name in ("a.jsonl", "value=b/b.jsonl", "ki_file=c/d/c.jsonl")
    }


@pytest.mark.parametrize(
    ("session", "path", "message"),
    [
        (None, "a.jsonl", "read_lines: expected a Spark session, got NoneType"),
        ("spark", b"a.jsonl", "read_lines: expected a path or several paths, got bytes"),
        ("spark", None, "read_lines: expected a path or several paths, got NoneType"),
        ("spark", ["a.jsonl", 1], "read_lines: expected a path or several paths, got list"),
    ],
)
def test_what_cannot_be_read(spark, session, path, message):
    with pytest.raises(ki.InputError) as raised:
        ks.read_lines(session and spark, path)
    assert str(raised.value) == message


def test_a_file_that_does_not_exist(spark, tmp_path):
    with pytest.raises(AnalysisException, match="PATH_NOT_FOUND"):
        ks.read_lines(spark, tmp_path / "nothing.jsonl")


def test_findings_name_file_and_line(spark, folder):
    checked = ks.validate(
        ks.read_lines(spark, folder), kind="label", defaults={"id": "a"}, ignore=["not-utf8"]
    )
    report = ks.report(checked)
    whole = ki.validate(folder, kind="label", defaults={"id": "a"}, ignore=["not-utf8"])
    assert (report.rows, report.invalid, report.errors) == (whole.rows, whole.invalid, whole.errors)
    for row in checked.where("ki_file LIKE '%two%'").collect():
        assert [one.code for one in row.ki_findings][:1] == {
            1: ["duplicate-key"], 2: ["blank-line"], 3: ["blank-line"], 6: ["blank-line"],
        }.get(row.ki_line, [row.ki_findings[0].code])  # fmt: skip
        assert row.ki_findings

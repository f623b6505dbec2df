"""Folders as engines and `datasets` leave them: partitions, saved datasets, the layout of the Hub."""

import gzip
import json
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from reference import report_by_row
from workers import said, within

import kaiser_interview as ki
from kaiser_interview.api import check_of
from kaiser_interview.validation.engine import execution
from kaiser_interview.validation.engine.execution import report_of
from kaiser_interview.validation.sources import partition

BY = {"method": "human", "creator": "me"}
ROW = {"claim_id": "d01-c01", "translation": "t"} | BY
LABEL = {"claim_id": "d01-c01", "scheme": "horizon", "value": "past"} | BY


@pytest.fixture(autouse=True)
def near(monkeypatch):
    """Start no process, and split everything that can be split."""
    monkeypatch.setattr(execution, "_LARGE", 1)
    monkeypatch.setattr(execution, "_TINY", 0)
    monkeypatch.setattr(execution, "_FEW", 0)
    monkeypatch.setattr(partition, "_STRETCH", 100)
    within(monkeypatch)


def report_on(data, kind="translation", **options) -> ki.Report:
    """Return the report on data, once it is found equal to the report made row by row."""
    check = check_of(data, kind=kind, **options)
    report = report_of(check, 1)
    assert said(report) == said(report_by_row(check))
    return report


def reported(report: ki.Report) -> list:
    return [(one.code, one.path, one.got) for one in report.sample]


WRITERS = {
    "a.parquet": lambda path, rows: pq.write_table(pa.Table.from_pylist(rows), path),
    "a.arrow": lambda path, rows: write_ipc(path, pa.Table.from_pylist(rows)),
    "a.jsonl": lambda path, rows: path.write_text("".join(json.dumps(row) + "\n" for row in rows)),
    "a.json": lambda path, rows: path.write_text(json.dumps(rows)),
    "a.jsonl.gz": lambda path, rows: path.write_bytes(
        gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode())
    ),
    "a.csv": lambda path, rows: path.write_text(
        "\n".join([",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]) + "\n"
    ),
}


def write_ipc(path, table: pa.Table) -> None:
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table)


def put(folder: Path, name: str, *rows: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    WRITERS[name](folder / name, rows)


# Partitions


@pytest.mark.parametrize("name", WRITERS)
def test_parts_of_paths_are_columns(tmp_path, name):
    for number, language in enumerate(("en", "pt-BR", "zh%2DHans")):
        put(tmp_path / f"language={language}" / "year=2026", name, ROW | {"id": f"r{number}"})
    report = report_on(tmp_path)
    assert (report.rows, report.ok, reported(report)) == (3, True, [])
    put(tmp_path / "language=english!", name, ROW)
    assert [one[:2] for one in reported(report_on(tmp_path))] == [("bad-format", ("language",))]


@pytest.mark.parametrize("name", WRITERS)
def test_numbers_of_paths_are_numbers(tmp_path, name):
    put(tmp_path / "language=en" / "confidence=0.25", name, ROW)
    assert reported(report_on(tmp_path)) == []
    put(tmp_path / "language=en" / "confidence=2", name, ROW)
    assert [one[:2] for one in reported(report_on(tmp_path))] == [("out-of-range", ("confidence",))]


@pytest.mark.parametrize("name", WRITERS)
def test_a_value_that_is_not_a_number_is_reported(tmp_path, name):
    put(tmp_path / "language=en" / "confidence=half", name, ROW)
    assert [one[:2] for one in reported(report_on(tmp_path))] == [("wrong-type", ("confidence",))]


@pytest.mark.parametrize("name", WRITERS)
def test_the_default_partition_is_null(tmp_path, name):
    put(tmp_path / "language=__HIVE_DEFAULT_PARTITION__", name, ROW)
    assert [one[:2] for one in reported(report_on(tmp_path))] == [("missing-field", ("language",))]
    put(tmp_path / "confidence=__HIVE_DEFAULT_PARTITION__" / "language=en", name, ROW)
    assert len(reported(report_on(tmp_path))) == 1


@pytest.mark.parametrize("name", WRITERS)
def test_a_files_own_column_wins(tmp_path, name):
    put(tmp_path / "language=english!", name, ROW | {"language": "en"})
    assert reported(report_on(tmp_path)) == []
    put(tmp_path / "language=en", name, ROW | {"language": "english!"})
    assert [one[:2] for one in reported(report_on(tmp_path))] == [("bad-format", ("language",))]


@pytest.mark.parametrize("name", WRITERS)
def test_a_name_that_is_not_a_field_is_only_a_folder(tmp_path, name):
    put(tmp_path / "note=x" / "language=en" / "kind", name, ROW)
    assert reported(report_on(tmp_path)) == []


def test_lists_and_instants_of_paths(tmp_path):
    verdict = {"claim_id": "d01-c01", "verdict": "supported"} | BY
    for name in ("a.parquet", "a.jsonl"):
        put(tmp_path / "urls=%5B%22a%22%5D" / "created=2026-01-31T12%3A00%3A00Z", name, verdict)
    assert reported(report_on(tmp_path, "verdict")) == []
    put(tmp_path / "urls=%5B%22a%22%2C1%5D", "a.parquet", verdict)
    put(tmp_path / "urls=%5B99999999999999999999999%5D", "a.parquet", verdict)
    assert {one[:2] for one in reported(report_on(tmp_path, "verdict"))} == {("wrong-type", ("urls",))}


def test_partitions_written_by_pyarrow_are_read(tmp_path):
    rows = [ROW | {"language": language, "id": language} for language in ("en", "de", "zh-Hans")]
    table = pa.Table.from_pylist(rows)
    ds.write_dataset(table, tmp_path, format="parquet", partitioning=["language"], partitioning_flavor="hive")
    report = report_on(tmp_path, complete=("language",), ignore=["missing-claim"])
    assert (report.rows, reported(report), len(report.inputs)) == (3, [], 3)


def test_split_keeps_columns_of_paths(tmp_path):
    put(tmp_path / "in" / "language=en", "a.parquet", ROW, ROW | {"claim_id": "d99-c01"})
    put(tmp_path / "in" / "language=de", "a.parquet", ROW)
    ok, no = tmp_path / "ok.parquet", tmp_path / "no.parquet"
    report = ki.split(tmp_path / "in", valid=ok, rejects=no, kind="translation").report
    assert (report.valid, report.invalid) == (2, 1)
    assert [row["language"] for row in pq.read_table(ok, partitioning=None).to_pylist()] == ["de", "en"]
    assert pq.read_table(no, partitioning=None).to_pylist() == [
        ROW | {"claim_id": "d99-c01", "language": "en"}
    ]  # fmt: skip


# Saved datasets


def saved(folder: Path, count: int = 3, shards: int = 1) -> datasets.Dataset:
    features = datasets.Features(
        {name: datasets.Value("string") for name in [*LABEL, "id"]}
        | {"value": datasets.ClassLabel(names=["past", "present", "future", "general"])}
    )
    rows = [LABEL | {"id": f"{folder.name}-{number}"} for number in range(count)]
    made = datasets.Dataset.from_list(rows, features=features)
    made.save_to_disk(folder, num_shards=shards)
    return made


def test_a_saved_dataset_is_read_with_its_labels_by_name(tmp_path):
    saved(tmp_path / "one", shards=2)
    report = report_on(tmp_path / "one", "label")
    assert (report.rows, reported(report), len(report.inputs)) == (3, [], 2)
    loaded = report_on(datasets.load_from_disk(tmp_path / "one"), "label")
    assert (loaded.rows, reported(loaded)) == (3, [])


def test_files_beside_the_shards_are_skipped(tmp_path):
    saved(tmp_path / "one")
    write_ipc(tmp_path / "one" / "cache-0123456789abcdef.arrow", pa.table({"note": ["x"]}))
    write_ipc(tmp_path / "one" / "data-00009-of-00001.arrow", pa.table({"note": ["x"]}))
    (tmp_path / "one" / "rows.jsonl").write_text("{")
    assert reported(report_on(tmp_path / "one", "label")) == []


def test_a_saved_dictionary_of_datasets(tmp_path):
    made = datasets.DatasetDict({name: saved(tmp_path / "each" / name) for name in ("train", "test")})
    made.save_to_disk(tmp_path / "all")
    report = report_on(tmp_path / "all", "label")
    assert (report.rows, reported(report)) == (6, [])
    assert [Path(one.name).parent.name for one in report.inputs] == ["test", "train"]
    both = report_on(made, "label")
    assert [one.name for one in both.inputs] == ["train", "test"]
    # One of the splits is damaged.
    (tmp_path / "all" / "test" / "state.json").write_text('{"_data_files": []}')
    report = report_on(tmp_path / "all", "label")
    assert reported(report) == [("unreadable", (), "damaged state.json")]
    assert (report.rows, report.complete) == (3, False)


@pytest.mark.parametrize("name", ["../other.arrow", "{}/other.arrow", "link.arrow"])
def test_shards_elsewhere_are_not_read(tmp_path, name):
    saved(tmp_path / "one")
    write_ipc(tmp_path / "other.arrow", pa.Table.from_pylist([LABEL]))
    (tmp_path / "one" / "link.arrow").symlink_to(tmp_path / "other.arrow")
    state = json.loads((tmp_path / "one" / "state.json").read_text())
    state["_data_files"].append({"filename": name.format(tmp_path)})
    (tmp_path / "one" / "state.json").write_text(json.dumps(state))
    report = report_on(tmp_path / "one", "label")
    assert [(one[0], one[1]) for one in reported(report)] == [("unreadable", ())]
    assert (report.rows, report.complete) == (0, False)


def test_a_shard_that_is_missing_is_reported(tmp_path):
    saved(tmp_path / "one", shards=2)
    next((tmp_path / "one").glob("data-00001*")).unlink()
    report = report_on(tmp_path / "one", "label")
    assert reported(report) == [("unreadable", (), "No such file or directory")]
    assert (report.rows, report.complete) == (2, False)


def test_a_state_without_a_dataset_is_skipped(tmp_path):
    (tmp_path / "state.json").write_text(json.dumps(LABEL))
    report = report_on(tmp_path, "label")
    assert (report.rows, report.skipped) == (0, (str(tmp_path / "state.json"),))
    assert report_on(tmp_path / "state.json", "label").rows == 1


# Class labels


def features(names: object) -> dict:
    return {b"huggingface": json.dumps(
        {"info": {"features": {"value": {"_type": "ClassLabel", "names": names}}}}
    ).encode()}  # fmt: skip


def numbered(values: list, names: object, sort=None) -> pa.Table:
    rows = pa.Table.from_pylist([{name: one for name, one in LABEL.items() if name != "value"}] * len(values))
    rows = rows.append_column("value", pa.array(values, sort or pa.int64()))
    return rows.replace_schema_metadata(features(names))


@pytest.mark.parametrize("sort", [pa.int8(), pa.uint64(), pa.int64()], ids=str)
def test_labels_of_a_file_are_reported_by_name(tmp_path, sort):
    pq.write_table(numbered([0, 1, None, 5], ["past", "pst"], sort), tmp_path / "a.parquet")
    report = report_on(tmp_path, "label", ignore=["too-many-labels"])
    assert {(one.code, one.row, one.got) for one in report.sample} == {
        ("not-in-vocabulary", 1, '"pst"'), ("missing-field", 2, "nothing"), ("not-in-vocabulary", 3, '"5"')
    }  # fmt: skip


@pytest.mark.parametrize("names", [["\ud800"], [1], None, "", {"a": 1}], ids=repr)
def test_labels_without_proper_names_are_numbers(tmp_path, names):
    pq.write_table(numbered([0], names), tmp_path / "a.parquet")
    report = report_on(tmp_path, "label")
    assert report.invalid == 1


def test_damaged_notes_of_labels_are_skipped(tmp_path):
    table = pa.Table.from_pylist([LABEL])
    for number, text in enumerate((b"{", b"\xff", b"[1]")):
        pq.write_table(table.replace_schema_metadata({b"huggingface": text}), tmp_path / f"{number}.parquet")
    assert reported(report_on(tmp_path, "label")) == []


def test_labels_that_are_texts_already_stay(tmp_path):
    pq.write_table(
        pa.Table.from_pylist([LABEL]).replace_schema_metadata(features(["a"])), tmp_path / "a.parquet"
    )
    pq.write_table(
        pa.Table.from_pylist([{"claim_id": "d01-c01"}]).replace_schema_metadata(features(["a"])),
        tmp_path / "b.parquet",
    )
    assert [one[:2] for one in reported(report_on(tmp_path / "a.parquet", "label"))] == []
    assert ("missing-field", ("value",)) in [
        one[:2] for one in reported(report_on(tmp_path / "b.parquet", "label"))
    ]


def test_datasets_of_all_kinds(tmp_path, monkeypatch):
    monkeypatch.setattr("kaiser_interview.validation.sources.memory.BATCH", 2)
    made = saved(tmp_path / "one", 5)
    for data, count in (
        (made, 5),
        (made.select([4, 0]), 2),
        (made.shuffle(seed=1), 5),
        (made.with_format("numpy"), 5),
        (made.to_iterable_dataset(), 5),
    ):
        report = report_on(data, "label")
        assert (report.rows, reported(report)) == (count, [])
    many = datasets.IterableDatasetDict({"a": made.to_iterable_dataset()})
    assert report_on(many, "label").rows == 5
    assert [one[0] for one in reported(report_on(made.select([]), "label"))] == ["no-rows"]


def test_labels_without_a_name_in_rows_that_come_one_by_one(tmp_path):
    made = saved(tmp_path / "one")
    rows = [LABEL | {"value": 0}, LABEL | {"value": None}, LABEL | {"value": "future"}]
    data = datasets.IterableDataset.from_generator(lambda: iter(rows)).cast(made.features)
    report = report_on(data, "label", ignore=["too-many-labels"])
    assert {one.path for one in report.counts} <= {"/value"}
    assert report.rows == 3


# The Hub


def test_the_layout_of_the_hub(tmp_path):
    put(tmp_path / "data", "a.parquet", LABEL)
    (tmp_path / "data" / "a.parquet").rename(tmp_path / "data" / "train-00000-of-00001.parquet")
    (tmp_path / "README.md").write_text("---\n---\n")
    (tmp_path / ".gitattributes").write_text("*.parquet filter=lfs\n")
    report = report_on(tmp_path, "label")
    assert (report.rows, reported(report)) == (1, [])
    assert report.skipped == (str(tmp_path / "README.md"),)


# Folders as such


def test_a_folder_that_contains_itself_is_reported(tmp_path):
    put(tmp_path, "a.jsonl", LABEL)
    (tmp_path / "again").symlink_to(tmp_path)
    assert reported(report_on(tmp_path, "label")) == [("unreadable", (), "a folder that contains itself")]


def test_a_folder_that_cannot_be_read_is_reported(tmp_path, monkeypatch):
    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("kaiser_interview.validation.sources.discover.os.listdir", refuse)
    assert reported(report_on(tmp_path, "label")) == [("unreadable", (), "Permission denied")]


def test_files_without_a_known_extension(tmp_path):
    for name in ("a.csv", "a.jsonl", "a.json", "a.parquet"):
        put(tmp_path, name, LABEL)
        (tmp_path / name).rename(tmp_path / "rows")
        assert reported(report_on(tmp_path / "rows", "label")) == []

"""What folders say of the files in them."""

import json

import pytest

import kaiser_interview as ki
from kaiser_interview.records.models import KINDS
from kaiser_interview.validation.findings.finding import Fault, StreamError
from kaiser_interview.validation.sources.folders import constants_of, partitions, shards

FIELDS = {"language", "claim_id", "confidence"}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("language=en/a.parquet", {"language": "en"}),
        ("/data/language=en/year=2026/claim_id=d01-c01/a", {"language": "en", "claim_id": "d01-c01"}),
        ("language=zh%2DHans/a", {"language": "zh-Hans"}),
        ("language=%E8%AF%AD/a", {"language": "语"}),
        ("language=a=b/a", {"language": "a=b"}),
        ("language=/a", {"language": ""}),
        ("language=__HIVE_DEFAULT_PARTITION__/a", {}),
        ("language/a", {}),
        ("year=2026/a", {}),
        ("a/language=en.parquet", {}),
        ("language=en/language=de/a", {"language": "de"}),
        ("language=\udcff/a", {"language": "\\udcff"}),
        ("a", {}),
    ],
)
def test_parts_of_a_path_that_are_columns(path, found):
    assert partitions(path, FIELDS) == found


def test_constants_have_the_types_of_their_fields():
    given = {
        "confidence": "0.5", "quote_start": "3", "id": "7", "answerable": "true", "vector": "[0.5, 1]",
        "language": "en",
    }  # fmt: skip
    assert constants_of(given, KINDS.values()) == {
        "confidence": 0.5, "quote_start": 3, "id": "7", "answerable": True, "vector": [0.5, 1],
        "language": "en",
    }  # fmt: skip
    assert constants_of({"confidence": "half"}, [ki.Label]) == {"confidence": "half"}
    assert constants_of({"language": "en"}, [ki.Label]) == {}
    assert constants_of({}, KINDS.values()) == {}


# Saved datasets


def state(folder, *names: object) -> None:
    (folder / "state.json").write_text(json.dumps({"_data_files": [{"filename": name} for name in names]}))


def test_shards_are_those_that_are_named(tmp_path):
    state(tmp_path, "b.arrow", "a.arrow")
    assert shards(str(tmp_path)) == [str(tmp_path / "b.arrow"), str(tmp_path / "a.arrow")]


@pytest.mark.parametrize(
    "name", ["../x.arrow", "/etc/passwd", "a/b.arrow", "..", ".", "", 5, None, ["a"], {}]
)
def test_shards_elsewhere_are_refused(tmp_path, name):
    state(tmp_path, "a.arrow", name)
    with pytest.raises(StreamError) as caught:
        shards(str(tmp_path))
    assert caught.value.fault[:3] == ("unreadable", (), "files directly in the folder")


def test_a_shard_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "a.arrow").symlink_to("/etc/passwd")
    state(tmp_path, "a.arrow")
    with pytest.raises(StreamError) as caught:
        shards(str(tmp_path))
    assert caught.value.fault.got == '"a.arrow", a link'


@pytest.mark.parametrize("name", ["\0", "\ud800", "x" * 5000])
def test_shards_with_invalid_names_are_left_to_the_reader(tmp_path, name):
    state(tmp_path, name)
    assert len(shards(str(tmp_path))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "null", "[]", "{}", '{"_data_files": 5}', '{"_data_files": null}', '{"_data_files": [5]}',
        '{"_data_files": []}', '{"_data_files": {}}', '{"_data_files": {"filename": "a"}}',
        '{"_data_files": [{"name": "a"}]}', "\xff\xfe", "[" * 100_000,
    ],
)  # fmt: skip
def test_a_damaged_state_is_reported(tmp_path, text):
    (tmp_path / "state.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(StreamError) as caught:
        shards(str(tmp_path))
    assert caught.value.fault[:4] == ("unreadable", (), "a dataset saved to disk", "damaged state.json")


def test_a_missing_state_file_is_not_damaged(tmp_path):
    with pytest.raises(StreamError):
        shards(str(tmp_path))


@pytest.mark.parametrize(("name", "shown"), [("../a.arrow", '"../a.arrow"'), ("", '""'), (7, "7")])
def test_a_shard_outside_the_folder_is_reported_by_name(tmp_path, name, shown):
    state(tmp_path, name)
    with pytest.raises(StreamError) as raised:
        shards(str(tmp_path))
    assert raised.value.fault == Fault("unreadable", (), "files directly in the folder", shown)


def test_the_state_file_has_at_most_sixteen_mebibytes(tmp_path):
    state(tmp_path, "a.arrow")
    path = tmp_path / "state.json"
    path.write_bytes(b" " * ((16 << 20) - path.stat().st_size) + path.read_bytes())
    assert shards(str(tmp_path)) == [str(tmp_path / "a.arrow")]
    path.write_bytes(b" " + path.read_bytes())
    with pytest.raises(StreamError) as raised:
        shards(str(tmp_path))
    assert raised.value.fault.got == "damaged state.json"

"""The data directory as `datasets` itself reads it, offline."""

import os
import shutil
import subprocess
import sys

import pytest
import yaml

import kaiser_interview as ki
from kaiser_interview.release import TABLES

CODE = """
import os, sys, warnings
import datasets
datasets.disable_progress_bars()
path, table, streaming = sys.argv[1], sys.argv[2], sys.argv[3] == "streaming"
warnings.simplefilter("error")
found = datasets.load_dataset(path, table, split="train", streaming=streaming)
import kaiser_interview as ki
kind = dict(zip(ki.tables(), ("claim", "dialogue", "source", "translation", "label", "mention", "relation")))
assert found.features == ki.features(kind[table]) == ki.load_dataset(table).features, found.features
assert [*found] == [*ki.load_dataset(table)]
# Readers of a stream may abort the interpreter while it shuts down: github.com/apache/arrow/issues/45214.
os._exit(0)
"""


@pytest.mark.parametrize("mode", ["at once", "streaming"])
@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_a_config_of_the_data_directory(table, mode, tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", CODE, str(ki.data_path()), table, mode],
        env=os.environ | {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")


def card():
    from huggingface_hub import DatasetCard

    return DatasetCard.load(ki.data_path() / "README.md")


def test_the_card_says_what_the_hub_asks():
    said = card().data.to_dict()
    assert said["pretty_name"] == "kaiser-interview"
    assert said["language"] == ["zh", "en"]
    assert said["language_details"] == "zh-Hans, en"
    assert said["license"] == ["cc-by-4.0", "other"]
    assert (ki.data_path() / said["license_link"]).is_file()
    assert said["size_categories"] == ["n<1K"]
    assert said["source_datasets"] == ["original"]
    assert said["annotations_creators"] == ["machine-generated"]
    assert said["task_categories"]
    assert "attribution" in said["tags"]
    configs = {config["config_name"]: config for config in said["configs"]}
    assert [*configs] == [*TABLES]
    assert [name for name, config in configs.items() if config.get("default")] == ["claims"]
    for name, config in configs.items():
        assert config["data_files"] == [{"split": "train", "path": f"{name}.parquet"}]


def test_the_card_reads_back_as_it_was_written():
    text = (ki.data_path() / "README.md").read_text("utf-8")
    assert card().text == text.partition("\n---\n")[2]
    assert set(card().data.to_dict()) == set(yaml.safe_load(text.split("---\n")[1]))


@pytest.mark.parametrize("table", TABLES)
def test_the_card_counts_truly(table, tmp_path):
    """Features, rows and sizes are those that `datasets` finds when it reads the files itself."""
    import datasets

    infos = {info["config_name"]: info for info in card().data.to_dict()["dataset_info"]}
    bare = tmp_path / "bare"
    bare.mkdir()
    shutil.copy(ki.data_path() / f"{table}.parquet", bare)  # no card, so its figures are not used
    found = datasets.load_dataset(str(bare), split="train", cache_dir=str(tmp_path / "cache"))
    said = infos[table]
    assert datasets.Features._from_yaml_list(said["features"]) == found.features
    assert said["features"] == found.features._to_yaml_list()
    (split,) = said["splits"]
    assert split["name"] == "train"
    assert split["num_examples"] == found.num_rows == ki.load_table(table).num_rows
    assert split["num_bytes"] == found.info.splits["train"].num_bytes == said["dataset_size"]
    assert said["download_size"] == (bare / f"{table}.parquet").stat().st_size


QUESTIONS = (
    "Motivation", "Composition", "Collection", "Annotation", "Uses", "Misuses", "Limits", "Rights",
    "Maintenance", "中文摘要",
)  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_card_is_a_datasheet(question):
    assert f"\n## {question}\n\n" in card().text


def test_the_default_config_is_the_claims(tmp_path):
    code = "import datasets, sys; print(datasets.load_dataset(sys.argv[1])['train'].column_names[0])"
    run = subprocess.run(
        [sys.executable, "-c", code, str(ki.data_path())],
        env=os.environ | {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout == "claim_id\n"


def test_a_dataset_behaves_like_every_other_one():
    claims = ki.load_dataset()
    prescriptions = claims.filter(lambda row: row["claim_type"] == "prescription")
    assert 0 < len(prescriptions) < 41
    lengths = claims.map(lambda row: {"length": row["end"] - row["start"]})
    assert lengths[0]["length"] == len(claims[0]["text"])
    assert claims.to_pandas().shape == (41, len(claims.features))
    assert claims.with_format("arrow")[:].num_rows == 41

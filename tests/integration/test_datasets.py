"""The data directory as `datasets` itself reads it, offline."""

import os
import subprocess
import sys

import pytest

import kaiser_interview as ki
from kaiser_interview.release import TABLES

CODE = """
import sys, warnings
import datasets
datasets.disable_progress_bars()
path, table, streaming = sys.argv[1], sys.argv[2], sys.argv[3] == "streaming"
warnings.simplefilter("error")
found = datasets.load_dataset(path, table, split="train", streaming=streaming)
import kaiser_interview as ki
assert found.features == ki.load_dataset(table).features, found.features
assert [*found] == [*ki.load_dataset(table)]
"""


@pytest.mark.parametrize("mode", ["at once", "streaming"])
@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_a_config_of_the_data_directory(table, mode, tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", CODE, str(ki.data_path()), table, mode],
        env=os.environ | {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr


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

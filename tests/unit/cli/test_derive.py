"""`split` prints the command that its valid rows pass; the command is run on them."""

import json
import shlex

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kaiser_interview as ki

GOOD = {"claim_id": "d01-c01", "scheme": "acme:stance", "value": "for", "creator": "me"}
WRONG = GOOD | {"claim_id": "d99-c01"}
KIND = ["--kind", "label", "--set", "method=human"]


@pytest.fixture(name="split")
def split_and_validate(run, tmp_path, monkeypatch):
    """Return a function that splits files, runs the printed command, and returns its words."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object, valid: str = "good.jsonl") -> list[str] | None:
        code, out, _ = run("split", *arguments, "--valid", valid, "--rejects", "no")
        assert code in {0, 1}
        _, passes, command = out.splitlines()[-1].partition(" passes: ")
        if not passes:
            return None
        words = shlex.split(command)
        assert words[:2] == ["kaiser-interview", "validate"]
        code, out, _ = run(*words[1:])
        assert code == 0, out
        return words[2:]

    return call


@pytest.mark.parametrize(
    "suffix", [".jsonl", ".json", ".csv", ".jsonl.gz", ".json.zst", ".parquet", ".arrow", ".arrows"]
)
def test_the_valid_rows_of_every_format_pass(split, suffix):
    ki.write([GOOD | {"x_n": "a"}, WRONG], f"rows{suffix}", kind="label")
    assert split(f"rows{suffix}", *KIND, valid=f"good{suffix}") == [f"good{suffix}", *KIND]


def test_options_that_decide_about_rows_are_repeated(split):
    ki.write([GOOD | {"id": "a", "note": 1}, WRONG], "rows.jsonl")
    options = ["--set", "confidence=0.5", "--require", "id,creator", "--key", "id", "--extra", "allow"]
    options += ["--against", str(ki.data_path()), "--ignore", "number-missing", "--in-process"]
    found = split("rows.jsonl", *KIND, *options)
    assert sorted(found) == sorted(["good.jsonl", *KIND, *options])
    found = split(
        "rows.jsonl", *KIND, "--select", "unknown-claim", "--kind", "verdict", "--set", "kind=label"
    )
    assert found.count("--kind") == 2
    assert "--select" in found


def test_names_are_quoted(split):
    ki.write([GOOD, WRONG], "rows.jsonl")
    assert split("rows.jsonl", *KIND, "--set", "rationale=a 'b'", valid="a b$c.jsonl")[0] == "a b$c.jsonl"
    assert split("rows.jsonl", *KIND, "--set", "creator=-c", valid="-good.jsonl")[0] == "./-good.jsonl"


@pytest.mark.parametrize("missing", [0, 1])
def test_completeness_is_repeated_if_the_valid_rows_have_it(split, missing):
    rows = [GOOD | {"claim_id": claim.claim_id} for claim in ki.load()[missing:]]
    ki.write(rows, "rows.jsonl")
    assert ("--complete" in split("rows.jsonl", *KIND, "--complete", "creator")) is not missing
    ki.write([*rows, WRONG], "rows.jsonl")
    assert "--complete" not in split("rows.jsonl", *KIND, "--complete", "creator")


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_an_unknown_column_without_values_is_ignored(split, suffix):
    table = pa.Table.from_pylist([GOOD | {"note": None}, GOOD | {"note": "a"}])
    if suffix == ".csv":
        ki.write(table.to_pylist(), "rows.csv")
    else:
        pq.write_table(table, "rows.parquet")
    found = split(f"rows{suffix}", *KIND, valid=f"good{suffix}")
    assert found[-2:] == ["--ignore", "unknown-field"]


def test_fields_of_folders_are_given_by_options(split, tmp_path):
    for value in ("for", "against"):
        (tmp_path / f"value={value}").mkdir()
        row = {name: one for name, one in GOOD.items() if name != "value"}
        ki.write([row, WRONG], tmp_path / f"value={value}" / "rows.jsonl")
        pq.write_table(pa.Table.from_pylist([row]), tmp_path / f"value={value}" / "rows.parquet")
    assert split("value=for/rows.jsonl", *KIND) == ["good.jsonl", *KIND, "--set", "value=for"]
    assert split("value=for/rows.jsonl", "value=against/rows.jsonl", *KIND) is None
    tables = ["value=for/rows.parquet", "value=against/rows.parquet"]
    assert split(*tables, *KIND, valid="good.parquet") == ["good.parquet", *KIND]


def test_without_valid_rows_there_is_no_command(split, tmp_path):
    ki.write([WRONG], "rows.jsonl")
    assert split("rows.jsonl", *KIND) is None
    assert (tmp_path / "no").read_text("utf-8") == json.dumps(WRONG) + "\n"


def test_only_text_has_the_command(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ki.write([GOOD], "rows.jsonl")
    _, out, _ = run("split", "rows.jsonl", *KIND, "--valid", "a", "--rejects", "b", "--format", "json")
    assert json.loads(out)["valid"] == 1

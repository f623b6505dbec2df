"""Parse completions and batch files as models and services write them."""

import json
from pathlib import Path

import pytest

import kaiser_interview as ki

NATURAL = Path(__file__).parents[1] / "natural"
DEFAULTS = {"method": "model", "creator": "some-model"}


def expected(folder):
    lines = (NATURAL / folder / "expected.jsonl").read_text("utf-8").splitlines()
    return [pytest.param(one, id=one["file"]) for one in map(json.loads, lines)]


def split(kind, parsed):
    fields = ki.json_schema(kind)["properties"]
    defaults = DEFAULTS | ({"language": "en"} if "language" in fields and kind == "translation" else {})
    with ki.Validator(kind, defaults=defaults) as validator:
        return validator.split(validator.fix(parsed))


def like(row, wanted):
    """Return the fields of a row that the wanted row has, inside lists too."""
    if isinstance(wanted, dict) and isinstance(row, dict):
        return {name: like(row.get(name), value) for name, value in wanted.items()}
    if isinstance(wanted, list) and isinstance(row, list) and len(row) == len(wanted):
        return [*map(like, row, wanted)]
    return row


def assert_rows(rows, wanted):
    assert [like(row, one) for row, one in zip(rows, wanted, strict=True)] == wanted


CODES = {"no-json": "answer-without-rows", "truncated": "answer-truncated", "refused": "answer-refused"}
CODES |= {"empty": "answer-empty", "failed": "answer-failed", None: None}


@pytest.mark.parametrize("text", expected("raw"))
def test_completions(text):
    parsed = ki.parse(NATURAL / "raw" / text["file"], kind=text["kind"])
    assert [one.code for one in parsed.failures] == ([CODES[text["failure"]]] if text["failure"] else [])
    if text["failure"]:
        assert parsed.rows == []
        return
    assert len(parsed.rows) == len(text["rows"]) + len(text["wrong"]) + len(text["unsafe"])
    result = split(text["kind"], parsed)
    assert_rows(result.valid, text["rows"])
    wrong = {finding.row for finding in result.findings if finding.severity == "error"}
    assert wrong == {*text["wrong"], *text["unsafe"]}


def test_there_are_enough_completions():
    texts = [one.values[0] for one in expected("raw")]
    assert len(texts) >= 120
    assert len({one["style"] for one in texts}) >= 10
    assert len({one["kind"] for one in texts}) == 5
    assert {one["file"] for one in texts} == {path.name for path in (NATURAL / "raw").glob("*.txt")}


@pytest.mark.parametrize("batch", expected("batch"))
@pytest.mark.parametrize("suffix", [None, ".txt"])
def test_results_of_batch_services(batch, suffix, tmp_path):
    path = NATURAL / "batch" / batch["file"]
    if suffix:
        copy = tmp_path / f"results{suffix}"
        copy.write_bytes(path.read_bytes())
        path = copy
    parsed = ki.parse(path, kind=batch["kind"])
    failures = [{"request_id": one.request_id, "code": one.code} for one in parsed.failures]
    assert failures == [{**one, "code": CODES[one["code"]]} for one in batch["failures"]]
    result = split(batch["kind"], parsed)
    assert result.rejects == []
    assert_rows(result.valid, batch["rows"])
    assert [one.get("x_request_id") for one in result.valid] == [
        one.get("x_request_id") for one in batch["rows"]
    ]

"""`Validator`: options are compiled once and used for many data sets and rows, in one or several threads."""

import asyncio
import gc
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import kaiser_interview as ki

BY = {"method": "human", "creator": "me"}
LABEL = {"claim_id": "d01-c01", "scheme": "acme:stance", "value": "for"}
GOOD = LABEL | BY
WRONG = GOOD | {"claim_id": "d99-c01", "confidence": 2}


@pytest.fixture(name="validator")
def open_validator():
    with ki.Validator("label") as validator:
        yield validator


def codes(findings) -> list[str]:
    return [one.code for one in findings]


def test_a_row_is_checked_by_itself(validator):
    assert validator.check(GOOD) == ()
    assert validator.check(GOOD | {"id": "a"}) == validator.check(GOOD | {"id": "a"}) == ()
    found = validator.check(WRONG | {"id": "a"})
    assert found == ki.validate([WRONG | {"id": "a"}], kind="label").sample
    assert codes(found) == ["out-of-range", "unknown-claim"]
    assert {(one.row, one.id, one.place) for one in found} == {(0, "a", "row 0")}


def test_records_are_rows_and_other_things_are_findings(validator):
    assert validator.check(ki.Label(**GOOD)) == ()
    assert codes(validator.check("a")) == codes(validator.check(None)) == ["not-an-object"]
    assert codes(validator.check({})) == codes(ki.validate([{}], kind="label").sample)


def test_options_apply_to_rows_and_data_sets():
    with ki.Validator("label", defaults=BY, ignore=["out-of-range"], require=["confidence"]) as validator:
        assert codes(validator.check(LABEL)) == ["missing-field"]
        assert validator.check(LABEL | {"confidence": 2}) == ()
        assert validator.validate([LABEL, LABEL | {"confidence": 2}]).invalid == 1


def test_a_validator_returns_what_the_functions_return(validator, tmp_path):
    rows = [GOOD, WRONG, GOOD | {"id": "a"}, GOOD | {"id": "a"}]
    assert validator.validate(rows) == ki.validate(rows, kind="label")
    paths = {name: tmp_path / f"{name}.jsonl" for name in ("valid", "rejects", "other", "wrong")}
    result = validator.split(rows, paths["valid"], paths["rejects"])
    assert result == ki.split(rows, valid=paths["other"], rejects=paths["wrong"], kind="label")
    assert paths["valid"].read_bytes() == paths["other"].read_bytes()
    fixed = validator.fix(rows, tmp_path / "fixed.jsonl")
    again = ki.fix(rows, output=tmp_path / "again.jsonl", kind="label")
    assert (fixed.changed, fixed.report.counts) == (again.changed, again.report.counts)
    assert (tmp_path / "fixed.jsonl").read_bytes() == (tmp_path / "again.jsonl").read_bytes()


def test_a_validator_has_a_short_repr(validator):
    assert repr(validator) == "<Validator: label; 41 claims, 1 source>"


def test_data_sets_are_apart(validator):
    row = GOOD | {"id": "a"}
    assert [validator.validate([row]).ok for _ in range(3)] == [True, True, True]
    assert codes(validator.validate([row, row]).sample) == ["duplicate-id"]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"kind": "lable"}, ki.UnknownNameError),
        ({"kind": "label", "ignore": ["typo"]}, ki.UnknownNameError),
        ({"kind": "label", "key": ["typo"]}, ki.UnknownNameError),
        ({"kind": "label", "max_findings": -1}, ki.InputError),
        ({"kind": "label", "workers": 0}, ki.InputError),
        ({"kind": "label", "workers": True}, ki.InputError),
    ],
)
def test_wrong_options_are_refused_at_once(options, error):
    with pytest.raises(error):
        ki.Validator(**options)


def parquet(path, rows):
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def processes(validator) -> list:
    return [one._process for one in validator._engine.pool._all if one._process is not None]


def test_a_worker_is_kept_until_the_end(tmp_path):
    path = parquet(tmp_path / "a.parquet", [GOOD] * 3)
    with ki.Validator("label") as validator:
        assert processes(validator) == []
        assert validator.validate(path).rows == 3
        first = processes(validator)
        assert validator.validate(path).rows == 3
        assert processes(validator) == first
        assert len(first) == 1
        assert first[0].poll() is None
    assert first[0].poll() is not None


def test_cached_state_ends_with_the_object(tmp_path):
    validator = ki.Validator("label")
    validator.validate(parquet(tmp_path / "a.parquet", [GOOD] * 3))
    (worker,) = processes(validator)
    del validator
    gc.collect()
    assert worker.poll() is not None


def test_a_closed_validator_says_so():
    validator = ki.Validator("label")
    validator.close()
    validator.close()
    assert validator.check(GOOD) == ()
    for call in (
        validator.validate,
        lambda rows: validator.fix(rows, "out"),
        lambda rows: validator.split(rows, "a", "b"),
    ):
        with pytest.raises(RuntimeError, match="expected an open validator, got a closed one"):
            call([GOOD])


def test_many_threads_use_one_validator(validator, tmp_path):
    wrong = [[GOOD] * n + [WRONG | {"id": str(n)}] * (n % 3) for n in range(1, 40)]
    path = parquet(tmp_path / "a.parquet", [GOOD, WRONG])
    (tmp_path / "b.jsonl").write_text("\n".join(json.dumps(GOOD | {"id": str(n)}) for n in range(20_000)))
    barrier = threading.Barrier(6)

    def ask(number: int) -> list:
        barrier.wait()
        found = [validator.validate(rows) for rows in wrong[number::6]]
        return [
            *found,
            validator.validate(path),
            validator.validate(tmp_path / "b.jsonl"),
            validator.check(WRONG),
        ]

    with ThreadPoolExecutor(6) as threads:
        results = [*threads.map(ask, range(6))]
    for number, (*reports, table, lines, row) in enumerate(results):
        assert reports == [ki.validate(rows, kind="label") for rows in wrong[number::6]]
        assert (table.rows, table.invalid, lines.rows, lines.ok) == (2, 1, 20_000, True)
        assert codes(row) == ["out-of-range", "unknown-claim"]


def test_async_code_uses_a_validator(validator):
    async def main():
        reports = await asyncio.gather(
            *(asyncio.to_thread(validator.validate, [GOOD] * n) for n in range(1, 9))
        )
        return [report.rows for report in reports], validator.check(GOOD)

    assert asyncio.run(main()) == ([*range(1, 9)], ())


def test_an_error_in_one_call_leaves_the_validator_usable(validator):
    def rows():
        yield GOOD
        raise MemoryError

    with pytest.raises(MemoryError):
        validator.validate(rows())
    assert validator.validate([GOOD]).ok

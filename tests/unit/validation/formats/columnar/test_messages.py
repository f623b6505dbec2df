"""Batches of an Arrow file that its footer does not name."""

import struct

import pyarrow as pa
import pytest

import kaiser_interview as ki
from kaiser_interview.validation.findings.finding import StreamError
from kaiser_interview.validation.formats.columnar.files import plan

ROW = {"claim_id": "d01-c01", "method": "model", "creator": "m", "verdict": "mixed", "urls": []}


@pytest.fixture
def file(tmp_path):
    table = pa.Table.from_pylist([ROW] * 4, ki.arrow_schema("verdict"))
    path = tmp_path / "rows.arrow"
    with pa.ipc.new_file(path, table.schema) as writer:
        writer.write_table(table, 2)
    return path


def test_every_batch_is_named(file):
    assert ki.validate(file, kind="verdict").ok


def test_a_footer_that_names_one_batch_of_two(file):
    data = bytearray(file.read_bytes())
    # The footer's list of batches begins with how many there are.
    starts = [at for at in range(len(data) - 60, 0, -1) if struct.unpack_from("<I", data, at)[0] == 2]
    footer = len(data) - 10 - int.from_bytes(data[-10:-6], "little")
    changed = 0
    for at in starts:
        if at < footer:
            continue
        lying = bytearray(data)
        struct.pack_into("<I", lying, at, 1)
        try:
            named = pa.ipc.open_file(pa.BufferReader(bytes(lying))).num_record_batches
        except (pa.ArrowInvalid, OSError):
            continue
        if named != 1:
            continue
        changed += 1
        file.write_bytes(lying)
        with pytest.raises(StreamError):
            plan(str(file))
        report = ki.validate(file, kind="verdict")
        assert not report.ok
        assert [(one.code, one.expected, one.got) for one in report.sample] == [
            ("unreadable", "1 record batches, as declared in the footer", "2 in the file")
        ]
    assert changed == 1

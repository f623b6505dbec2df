"""Columnar files from any source: valid, unusual, damaged, with false metadata, too large."""

import os
import struct
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kaiser_interview.validation.findings.finding import Fault, StreamError
from kaiser_interview.validation.formats import streams
from kaiser_interview.validation.formats.columnar.checks import undecoded
from kaiser_interview.validation.formats.columnar.files import batches, plan
from kaiser_interview.validation.formats.columnar.plan import Plan
from kaiser_interview.validation.formats.detect import has_columnar_magic

ROWS = 100
TABLE = pa.table(
    {
        "id": [f"row-{number:04d}" for number in range(ROWS)],
        "method": ["model", "human"] * (ROWS // 2),
        "start": pa.array(range(ROWS), pa.int32()),
        "vector": [[number / 2, 0.5] for number in range(ROWS)],
        "note": pa.array([None] * ROWS, pa.string()),
    }
)
FORMS = ("parquet", "ipc-file", "ipc-stream")
BOMB = Fault(
    "unreadable",
    (),
    "data that decompresses to at most 200 times its size",
    "more, which may be a decompression bomb",
    "if you trust the file, write it again in smaller parts",
)


def write(path: Path, table: pa.Table, form: str, rows: int = 40, **how) -> str:
    """Write a table in a form, in parts of so many rows."""
    if form == "parquet":
        pq.write_table(table, path, row_group_size=rows, **how)
    else:
        new = pa.ipc.new_file if form == "ipc-file" else pa.ipc.new_stream
        with new(path, table.schema, options=pa.ipc.IpcWriteOptions(**how)) as writer:
            writer.write_table(table, max_chunksize=rows)
    return str(path)


def read(path: str, size: int = 16_384) -> tuple[list[dict], list[Fault]]:
    """Return the rows and the faults of a file's parts."""
    said = plan(path)
    rows, faults = [], []
    for part, expected in enumerate(said.rows):
        count = 0
        try:
            for batch in batches(path, said.form, part, size):
                assert 0 < batch.num_rows <= size
                batch.validate(full=True)
                rows += batch.to_pylist()
                count += batch.num_rows
        except StreamError as error:
            assert error.__cause__ is None
            faults.append(error.fault)
        else:
            assert expected in {None, count}
    return rows, faults


def refused(path: str | Path) -> Fault:
    """Return why a file has no plan."""
    with pytest.raises(StreamError) as caught:
        plan(str(path))
    return caught.value.fault


def unreadable(got: str, *path: str, suggestion: str | None = None) -> Fault:
    return Fault("unreadable", path, "a file that can be read", got, suggestion)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "rows"


# Valid files and batches.


@pytest.mark.parametrize(
    ("form", "how"),
    [
        ("parquet", {}),
        ("parquet", {"compression": "zstd", "data_page_version": "2.0", "write_page_checksum": True}),
        ("parquet", {"compression": "none", "use_dictionary": False, "store_schema": False}),
        ("parquet", {"compression": "gzip", "write_statistics": False, "version": "1.0"}),
        ("ipc-file", {}),
        ("ipc-file", {"compression": "zstd"}),
        ("ipc-file", {"compression": "lz4"}),
        ("ipc-stream", {}),
        ("ipc-stream", {"compression": "zstd"}),
        ("ipc-stream", {"compression": "lz4"}),
    ],
)
@pytest.mark.parametrize("size", [7, 16_384])
def test_each_form(path, form, how, size):
    name = write(path, TABLE, form, **how)
    said = plan(name)
    assert said.form == form
    assert said.names == TABLE.schema.names
    assert said.rows == ([None] if form == "ipc-stream" else [40, 40, 20])
    assert len(said.sizes) == len(said.rows)
    if form != "parquet":
        assert {*said.sizes} == {path.stat().st_size}
    assert read(name, size) == (TABLE.to_pylist(), [])
    assert has_columnar_magic(path.read_bytes()[:16])


def test_the_plan_of_parquet(path):
    name = write(path, TABLE, "parquet", compression="zstd")
    metadata = pq.read_metadata(name)
    sizes = [metadata.row_group(part).total_byte_size for part in range(3)]
    assert plan(name) == Plan("parquet", TABLE.schema.names, [40, 40, 20], sizes)


@pytest.mark.parametrize("form", FORMS)
def test_each_part_by_itself_in_any_order(path, form):
    name = write(path, TABLE, form)
    if form == "ipc-stream":
        assert [one.num_rows for one in batches(name, form, 0)] == [40, 40, 20]
        return
    for part in (2, 0, 1, 1):
        (batch,) = batches(name, form, part)
        assert batch.to_pylist() == TABLE.slice(40 * part, 40).to_pylist()


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_was_rewritten(path, form):
    for table in (TABLE, TABLE.slice(50), TABLE.slice(0, 50).select(["id"])):
        assert read(write(path, table, form)) == (table.to_pylist(), [])


@pytest.mark.parametrize("form", FORMS)
def test_no_rows(path, form):
    name = write(path, TABLE.slice(0, 0), form)
    assert plan(name).names == TABLE.schema.names
    assert read(name) == ([], [])


def test_parts_without_rows(path):
    with pq.ParquetWriter(path, TABLE.schema) as writer:
        for table in (TABLE.slice(0, 0), TABLE.slice(0, 3), TABLE.slice(0, 0)):
            writer.write_table(table)
    assert plan(str(path)).rows == [0, 3, 0]
    assert read(str(path)) == (TABLE.slice(0, 3).to_pylist(), [])
    with pa.ipc.new_file(path, TABLE.schema) as writer:
        for table in (TABLE.slice(0, 0), TABLE.slice(0, 3)):
            for batch in table.to_batches() or [pa.RecordBatch.from_pylist([], TABLE.schema)]:
                writer.write_batch(batch)
    assert read(str(path)) == (TABLE.slice(0, 3).to_pylist(), [])


@pytest.mark.parametrize("form", ["ipc-file", "ipc-stream"])
def test_rows_without_columns(path, form):
    nothing = pa.RecordBatch.from_struct_array(pa.array([{}] * 5, pa.struct([])))
    name = write(path, pa.Table.from_batches([nothing]), form)
    assert read(name, 2) == ([{}] * 5, [])
    assert [one.num_rows for one in batches(name, form, 0, 2)] == [2, 2, 1]


def test_parquet_without_columns(path):
    assert read(write(path, TABLE.select([]), "parquet")) == ([], [])


@pytest.mark.parametrize("form", FORMS)
def test_metadata_is_not_data(path, form):
    junk = {"pandas": '{"index_columns": ["nowhere"]}', b"\xff\x00": os.urandom(100), "huggingface": "{"}
    name = write(path, TABLE.replace_schema_metadata(junk), form)
    assert read(name) == (TABLE.to_pylist(), [])
    batch = next(batches(name, form, 0))
    assert batch.schema.metadata[b"huggingface"] == b"{"


@pytest.mark.parametrize("form", FORMS)
def test_types_are_plain(path, form):
    texts = pa.ExtensionArray.from_storage(pa.json_(), pa.array(["1", "2"]))
    lists = pa.array([["a"], []], pa.list_(pa.field("item", pa.string(), nullable=False)))
    schema = pa.schema([pa.field("a", texts.type), pa.field("b", lists.type, nullable=False)])
    name = write(path, pa.Table.from_arrays([texts, lists], schema=schema), form)
    (batch,) = batches(name, form, 0)
    assert batch.schema.field("a").type == pa.string()
    assert batch.schema.field("b").nullable
    assert batch.schema.field("b").type.value_field.nullable
    assert batch.to_pylist() == [{"a": "1", "b": ["a"]}, {"a": "2", "b": []}]


def test_nulls_in_a_column_declared_without_nulls(path):
    schema = pa.schema([pa.field("a", pa.string(), nullable=False)])
    batch = pa.RecordBatch.from_arrays([pa.array(["a", None])], schema=schema)
    with pa.ipc.new_stream(path, schema) as writer:
        writer.write_batch(batch)
    assert read(str(path)) == ([{"a": "a"}, {"a": None}], [])


@pytest.mark.parametrize("compression", [None, "lz4"])
@pytest.mark.parametrize("new", [pa.ipc.new_file, pa.ipc.new_stream])
def test_dictionaries_that_grow(path, new, compression):
    values = [["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"]]
    columns = [pa.DictionaryArray.from_arrays(pa.array([len(one) - 1], pa.int8()), one) for one in values]
    options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True, compression=compression)
    with new(path, pa.schema([("a", columns[0].type)]), options=options) as writer:
        for column in columns:
            writer.write_batch(pa.record_batch([column], ["a"]))
        assert writer.stats.num_dictionary_deltas == 2
    assert read(str(path)) == ([{"a": "b"}, {"a": "c"}, {"a": "d"}], [])


def test_dictionaries_that_are_replaced(path):
    columns = [
        pa.DictionaryArray.from_arrays(pa.array([1, 0], pa.uint16()), one) for one in (["a", "b"], ["c", "d"])
    ]
    with pa.ipc.new_stream(path, pa.schema([("a", columns[0].type)])) as writer:
        for column in columns:
            writer.write_batch(pa.record_batch([column], ["a"]))
        assert writer.stats.num_replaced_dictionaries == 1
    assert [one.schema.field("a").type for one in batches(str(path), "ipc-stream", 0)] == [
        columns[0].type
    ] * 2
    assert read(str(path)) == ([{"a": one} for one in "badc"], [])


UNMARKED = Fault(
    "truncated",
    (),
    "a complete stream",
    "a stream without an end-of-stream marker",
    "close the writer, so that it writes the marker",
)


def test_a_stream_that_ends_without_its_mark(path):
    # Its last eight bytes may look like one.
    table = pa.table({"a": pa.array([1, -1, 0], pa.int32())}).slice(1)
    for one in (TABLE, table):
        name = write(path, one, "ipc-stream")
        path.write_bytes(path.read_bytes()[:-8])
        assert read(name) == (one.to_pylist(), [UNMARKED])
    assert path.read_bytes().endswith(b"\xff\xff\xff\xff\0\0\0\0")


def test_a_path_that_is_not_text(tmp_path):
    name = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    for form in FORMS:
        write(tmp_path / "rows", TABLE, form)
        (tmp_path / "rows").replace(name)
        assert read(name) == (TABLE.to_pylist(), [])


def test_a_32_bit_address_space(path, monkeypatch):
    def fail(_: bytes) -> None:
        raise OSError("Memory mapping file failed: Cannot allocate memory")

    monkeypatch.setattr(pa, "memory_map", fail)
    for form in FORMS[1:]:
        assert read(write(path, TABLE, form)) == (TABLE.to_pylist(), [])


# Parquet with dictionaries.


def test_text_of_few_values_comes_as_a_dictionary(path):
    count = 20_000
    table = pa.table(
        {
            "few": [f"value {number % 41}" for number in range(count)],
            "many": [f"value {number}" for number in range(count)],
            "none": pa.array([None] * count, pa.string()),
            "number": [number % 2 for number in range(count)],
            "bytes": pa.array([b"a", b"b"] * (count // 2)),
            "large": pa.array(["a", "b"] * (count // 2), pa.large_string()),
            "list": [["a"]] * count,
            "a.b": ["a", None] * (count // 2),
        }
    )
    coded = pa.dictionary(pa.int32(), pa.string())
    name = write(path, table, "parquet", count, compression="none")
    for batch in batches(name, "parquet", 0, 4096):
        assert {field.name: field.type for field in batch.schema} == {
            **{field.name: field.type for field in table.schema},
            **dict.fromkeys(["few", "none", "large", "a.b"], coded),
        }
    assert read(name) == (table.to_pylist(), [])
    name = write(path, table, "parquet", count, use_dictionary=False)
    assert next(batches(name, "parquet", 0)).schema.types == table.schema.types


def test_large_rows_are_read_a_few_at_a_time(path):
    # 96 MiB, and so more than are read at a time.
    table = pa.table({"a": [f"{number:010000d}" for number in range(10_000)]})
    name = write(path, table, "parquet", 10_000, use_dictionary=False)
    sizes = [batch.num_rows for batch in batches(name, "parquet", 0)]
    assert (sum(sizes), max(sizes)) == (10_000, 6708)


@pytest.fixture
def pool():
    """Return a memory pool that only the caller uses."""
    before = pa.default_memory_pool()
    mine = pa.proxy_memory_pool(before)
    pa.set_memory_pool(mine)
    yield mine
    pa.set_memory_pool(before)


def test_a_row_group_is_never_loaded_completely(path, pool):
    count = 300_000
    name = write(path, pa.table({"a": [f"{number:0200d}" for number in range(count)]}), "parquet", count)
    before = pool.max_memory()
    mine = pa.proxy_memory_pool(pool)
    pa.set_memory_pool(mine)
    assert sum(batch.num_rows for batch in batches(name, "parquet", 0)) == count
    assert before > count * 200
    assert mine.max_memory() < count * 200 / 4


# Files of another format, and truncated files.


def test_magic():
    for head in (b"PAR1\x15", b"PARE", b"ARROW1\0\0", b"\xff\xff\xff\xff\xa8"):
        assert has_columnar_magic(head)
    for head in (b"", b"PAR", b"ARROW", b"\xff\xff\xff", b'{"a": 1}', b"\xef\xbb\xbf", b"\x1f\x8b\x08"):
        assert not has_columnar_magic(head)


def test_data_that_is_not_a_columnar_file(tmp_path):
    assert refused(tmp_path / "missing") == unreadable("No such file or directory")
    assert refused(tmp_path) == unreadable("a folder, a device or a pipe")
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe") == unreadable("a folder, a device or a pipe")
    with pytest.raises(StreamError) as caught:
        next(batches(str(tmp_path / "missing"), "parquet", 0))
    assert caught.value.fault == unreadable("No such file or directory")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault("unreadable", (), "a Parquet or Arrow IPC file", "an empty file")),
        (b"PAR", Fault("unreadable", (), "a Parquet or Arrow IPC file", 'a file that begins with "PAR"')),
        (
            b"FEA1" * 4,
            Fault("unreadable", (), "a Parquet or Arrow IPC file", 'a file that begins with "FEA1FEA1"'),
        ),
        (b"\x1f\x8b\x08\0" * 4, unreadable("a compressed file", suggestion="decompress it")),
        (b"\x28\xb5\x2f\xfd" * 4, unreadable("a compressed file", suggestion="decompress it")),
    ],
)
def test_a_file_of_another_format(path, data, fault):
    path.write_bytes(data)
    assert refused(path) == fault


@pytest.mark.parametrize("form", FORMS)
def test_the_first_byte_is_wrong(path, form):
    name = write(path, TABLE, form)
    data = path.read_bytes()
    path.write_bytes(b"X" + data[1:])
    assert (refused(name).code, refused(name).expected) == ("unreadable", "a Parquet or Arrow IPC file")


@pytest.mark.parametrize("form", FORMS[:2])
@pytest.mark.parametrize("less", [1, 4, 8, 100, -8, -12, -100])
def test_a_footer_that_is_cut_off(path, form, less):
    write(path, TABLE, form)
    path.write_bytes(path.read_bytes()[:-less])
    assert refused(path) == Fault("truncated", (), "a complete file", "a file that ends before its footer")


@pytest.mark.parametrize("data", [b"PAR1", b"PAR1PAR1", b"ARROW1", b"ARROW1\0\0", b"ARROW1ARROW1"])
def test_a_file_that_is_only_magic(path, data):
    path.write_bytes(data)
    assert refused(path).code == "truncated"


def test_a_stream_that_is_cut_anywhere(path):
    name = write(path, TABLE.slice(0, 3), "ipc-stream")
    data = path.read_bytes()
    cut = Fault("truncated", (), "a complete stream", "a stream that ends early")
    for end in range(4, len(data)):
        path.write_bytes(data[:end])
        try:
            rows, faults = read(name)
        except StreamError as error:
            rows, faults = [], [error.fault]
        assert faults in ([cut], [UNMARKED])
        assert len(rows) in {0, 3}
    assert faults == [cut]


def test_a_stream_after_another(path):
    name = write(path, TABLE.slice(0, 3), "ipc-stream")
    data = path.read_bytes()
    path.write_bytes(data + data)
    got = f"{len(data):,} bytes"
    assert read(name) == (
        TABLE.slice(0, 3).to_pylist(),
        [Fault("unreadable", (), "nothing after the end of the stream", got)],
    )


def test_damaged_footers(path):
    name = write(path, TABLE, "parquet")
    data = path.read_bytes()
    path.write_bytes(data[:-8] + struct.pack("<I", 1 << 20) + b"PAR1")
    got = f"Parquet file size is {len(data)} bytes, smaller than the size reported by footer's (1048576bytes)"
    assert refused(name) == unreadable(f"damaged data: {got}")
    path.write_bytes(data[:-40] + b"\xff" * 32 + data[-8:])
    assert refused(name).got.startswith("damaged data: Couldn't deserialize thrift: ")
    assert "\n" not in refused(name).got
    name = write(path, TABLE, "ipc-file")
    data = path.read_bytes()
    path.write_bytes(data[:-60] + b"\xff" * 50 + data[-10:])
    assert refused(name) == unreadable("damaged data: Verification of flatbuffer-encoded Footer failed.")


def test_a_list_that_declares_a_large_length(path):
    # Thrift would make room for each element that is said to come.
    name = write(path, pa.table({"a": ["x"]}), "parquet")
    data = path.read_bytes()
    footer = data[-8 - int.from_bytes(data[-8:-4], "little") : -8]
    assert footer.index(b"\x19\x2c") == 2
    footer = footer.replace(b"\x19\x2c", b"\x19\xfc\xa0\xf7\x36", 1)  # 900,000 instead of 2
    path.write_bytes(data[:4] + footer + struct.pack("<I", len(footer)) + b"PAR1")
    assert refused(name) == unreadable(
        "damaged data: Couldn't deserialize thrift: TProtocolException: Exceeded size limit"
    )


# Encryption, compression, byte order.


@pytest.mark.parametrize("plaintext_footer", [False, True])
def test_encryption(path, plaintext_footer):
    encryption = pytest.importorskip("pyarrow.parquet.encryption")

    class Keys(encryption.KmsClient):
        def wrap_key(self, key, _):
            return key.hex()

        def unwrap_key(self, key, _):
            return bytes.fromhex(key)

    how = encryption.EncryptionConfiguration(
        footer_key="f", column_keys={"c": ["id"]}, plaintext_footer=plaintext_footer
    )
    factory = encryption.CryptoFactory(lambda _: Keys())
    properties = factory.file_encryption_properties(encryption.KmsConnectionConfig(), how)
    with pq.ParquetWriter(path, TABLE.schema, encryption_properties=properties) as writer:
        writer.write_table(TABLE)
    got = "a file with encrypted columns" if plaintext_footer else "an encrypted file"
    assert refused(path) == unreadable(got, suggestion="decrypt it")
    assert has_columnar_magic(path.read_bytes()[:8])


def test_a_compression_that_is_not_supported(path):
    name = write(path, pa.table({"a": ["x"]}), "parquet", compression="snappy")
    data = path.read_bytes()
    # The codec follows the path of the column: snappy 1, LZO 3.
    assert data.count(b"\x19\x18\x01a\x15\x02") == 1
    path.write_bytes(data.replace(b"\x19\x18\x01a\x15\x02", b"\x19\x18\x01a\x15\x06"))
    rows, (fault,) = read(name)
    assert (rows, fault.code) == ([], "unreadable")
    assert fault.got == "damaged data: LZO codec support not built" or "lzo" in fault.got.lower()


# In the offset table of a schema, 0 for the byte order means little-endian; offset 4 is not 0.
LITTLE, BIG = b"\x08\0\x08\0\0\0\x04\0", b"\x08\0\x08\0\x04\0\x04\0"


@pytest.mark.parametrize("form", FORMS[1:])
def test_big_endian(path, form):
    name = write(path, pa.table({"a": [1]}), form)
    data = path.read_bytes()
    assert LITTLE in data
    path.write_bytes(data.replace(LITTLE, BIG))
    fault = unreadable("a file in big-endian byte order", suggestion="write the file in little-endian order")
    assert refused(name) == fault
    with pytest.raises(StreamError) as caught:
        next(batches(name, form, 0))
    assert caught.value.fault == fault


# Schemas.


@pytest.mark.parametrize("form", FORMS)
def test_a_column_name_that_occurs_twice(path, form):
    name = write(path, pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), form)
    assert refused(name) == Fault("duplicate-column", ("a",), "unique column names", '"a" twice')


@pytest.mark.parametrize("form", FORMS)
def test_nesting(path, form):
    kind = pa.int8()
    for _ in range(51):
        kind = pa.struct([("a", kind)])
    name = write(path, pa.schema([("a", kind)]).empty_table(), form)
    assert refused(name) == Fault("unreadable", ("a",), "at most 50 levels", "more")


@pytest.mark.parametrize("form", FORMS)
def test_width(path, form):
    schema = pa.schema([(f"c{number}", pa.int8()) for number in range(2001)])
    name = write(path, schema.empty_table(), form)
    assert refused(name) == Fault("unreadable", (), "at most 2,000 columns", "more")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["a\0", "\0a"])
def test_a_name_with_u_0000(path, form, name):
    # Arrow's C interface ends a name there: it would be taken for another one.
    for table in (pa.table({name: [1]}), pa.table({"a": [{name: 1}]})):
        fault = refused(write(path, table, form))
        assert (fault.code, fault.path[-1]) == ("unreadable", name)
        assert fault.expected == "column names without U+0000"


def test_a_name_that_is_not_utf8(path):
    name = write(path, pa.table({"needle": [1]}), "ipc-stream")
    path.write_bytes(path.read_bytes().replace(b"needle", b"n\xff\xffdle"))
    assert refused(name) == Fault("not-utf8", (), "column names in UTF-8", "a name that is not UTF-8")


# Lies.


def varint(number: int) -> bytes:
    """Return an integer as Thrift's compact protocol writes it."""
    number, made = number << 1, b""
    while number > 127:
        number, made = number >> 7, made + bytes([number & 127 | 128])
    return made + bytes([number])


COUNT = 12_345


@pytest.fixture
def lying(path):
    """Return a function that writes 12,345 rows in one row group, with other numbers in the footer.

    The footer has them in this order: rows of the file, values of `a`, values of `b`, rows of the row group.
    """
    table = pa.table({"a": [*range(COUNT)], "b": [["x"]] * COUNT})
    how = {"compression": "none", "store_schema": False, "write_statistics": False}
    name = write(path, table, "parquet", COUNT, **how)
    data = path.read_bytes()
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")

    def change(**counts: int) -> str:
        places = [at for at in range(footer, len(data)) if data.startswith(varint(COUNT), at)]
        named = dict(
            zip(("file", "a", "a pages", "b", "b pages", "b sizes", "b lists", "group"), places, strict=True)
        )
        made = bytearray(data)
        for place, count in counts.items():
            made[named[place] : named[place] + 3] = varint(count)
        path.write_bytes(made)
        return name

    assert read(change()) == (table.to_pylist(), [])
    return change


def test_the_rows_of_the_file_are_others_than_those_of_its_row_groups(lying):
    assert refused(lying(file=9000)) == Fault(
        "unreadable", (), "9,000 rows, as declared in the footer", "12,345 in its row groups"
    )


@pytest.mark.parametrize("count", [9000, 16_000])
def test_the_values_of_a_column_are_others_than_the_rows(lying, count):
    expected = "12,345 values, one for each row in the footer"
    rows, faults = read(lying(a=count))
    assert (len(rows), faults) == (COUNT, [Fault("unreadable", ("a",), expected, f"{count:,}")])


def test_the_values_of_lists_are_fewer_than_the_rows(lying):
    expected = "12,345 values, one for each row in the footer"
    rows, faults = read(lying(b=9000))
    assert (len(rows), faults) == (COUNT, [Fault("unreadable", ("b.list.element",), expected, "9,000")])
    assert len(read(lying(b=16_000))[0]) == COUNT


def test_a_row_group_has_more_rows_than_it_says(lying):
    # Hidden rows are not read; that rows are hidden is reported.
    rows, faults = read(lying(file=9000, group=9000))
    expected = "9,000 values, one for each row in the footer"
    assert (len(rows), faults) == (9000, [Fault("unreadable", ("a",), expected, "12,345")])


def test_a_row_group_has_fewer_rows_than_it_says(lying):
    rows, faults = read(lying(file=16_000, group=16_000, a=16_000, b=16_000))
    assert (len(rows), faults) == (
        COUNT,
        [Fault("unreadable", (), "16,000 rows, as declared in the footer", "12,345")],
    )


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("count", [9000, 16_000])
def test_a_page_has_other_values_than_the_footer_says(path, version, count):
    # No checksum covers the header of a page, and reading by row group would not detect it.
    how = {"compression": "none", "store_schema": False, "write_statistics": False, "use_dictionary": False}
    table = pa.table({"a": pa.array([*range(COUNT)], pa.int32())})
    name = write(path, table, "parquet", COUNT, data_page_version=version, write_page_checksum=True, **how)
    data = path.read_bytes()
    at = data.index(varint(COUNT))
    path.write_bytes(data[:at] + varint(count) + data[at + 3 :])
    _, (fault,) = read(name)
    assert (fault.code, fault.path) in {("unreadable", ("a",)), ("unreadable", ())}
    if count == 16_000 and version == "1.0":
        expected = "12,345 values, as declared in the footer"
        assert fault == Fault("unreadable", ("a",), expected, "16,000 in its pages")


def test_a_part_that_is_not_there(path):
    name = write(path, TABLE, "parquet")
    with pytest.raises(StreamError) as caught:
        next(batches(name, "parquet", 3))
    assert caught.value.fault.code == "unreadable"


def blocks(data: bytes) -> list[int]:
    """Return where the messages of an IPC file begin, its schema's first."""
    places = [at for at in range(8, len(data), 8) if data.startswith(b"\xff\xff\xff\xff", at)]
    return [at for at in places if data[at + 4 : at + 8] != bytes(4)]


def test_a_footer_that_lists_a_wrong_place(path):
    name = write(path, TABLE, "ipc-file")
    data = path.read_bytes()
    _, first, second, _ = blocks(data)
    assert data.count(struct.pack("<q", second)) == 1
    path.write_bytes(data.replace(struct.pack("<q", second), struct.pack("<q", first + 8)))
    assert plan(name).rows == [40, None, 20]
    rows, (fault,) = read(name)
    assert rows == TABLE.slice(0, 40).to_pylist() + TABLE.slice(80).to_pylist()
    assert (fault.code, fault.path, fault.expected) == ("unreadable", (), "a file that can be read")


# Bombs.


@pytest.fixture
def small(monkeypatch):
    """Lower the limit from 256 MiB to 1 MiB."""
    monkeypatch.setattr(streams, "_BOMB_BYTES", 1 << 20)


def caught_in(name: str, form: str) -> int:
    """Return the number of rows that are read before a bomb is reported."""
    sizes: list[int] = []
    with pytest.raises(StreamError) as caught:
        sizes.extend(batch.num_rows for batch in batches(name, form, 0, 1000))
    assert caught.value.fault == BOMB
    return sum(sizes)


LARGE = pa.table({"a": ["x" * 1000] * 5000})


@pytest.mark.usefixtures("small")
def test_a_row_group_that_declares_a_large_size(path):
    name = write(path, LARGE, "parquet", 5000, compression="zstd", use_dictionary=False)
    assert refused(name) == BOMB
    assert caught_in(name, "parquet") == 0


@pytest.mark.usefixtures("small")
def test_row_groups_that_are_large_together(path):
    how = {"compression": "zstd", "use_dictionary": False, "write_statistics": False}
    name = write(path, LARGE, "parquet", 500, **how)
    assert refused(name) == BOMB


@pytest.mark.usefixtures("small")
def test_a_large_row_group_that_declares_a_small_size(path):
    lists = pa.table({"a": [[one] for one in LARGE["a"].to_pylist()]})
    name = write(path, lists, "parquet", 5000, compression="zstd")
    assert plan(name).rows == [5000]
    assert caught_in(name, "parquet") == 1000


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("form", FORMS[1:])
def test_ipc_that_is_large(path, form):
    assert 0 < caught_in(write(path, LARGE, form, 5000, compression="zstd"), form) < 5000


@pytest.mark.parametrize("form", FORMS[1:])
def test_rows_without_columns_in_bulk(path, form):
    # `pa.nulls` would make room for them.
    nulls = pa.Array.from_buffers(pa.null(), (1 << 31) - 1, [None])
    name = write(path, pa.table({"a": nulls}), form, 1 << 31)
    assert path.stat().st_size < 1000
    assert caught_in(name, form) == 0


# Text that is not UTF-8.


@pytest.mark.parametrize("form", FORMS)
def test_text_that_is_not_utf8(path, form):
    texts = [f"text {number:04d}".encode() for number in range(100)]
    texts[57] = texts[41] = b"\xd6\xd0"
    table = pa.table({"a": pa.array(texts).view(pa.string()), "b": [*range(100)]})
    name = write(path, table, form, compression=None if form != "parquet" else "snappy")
    said, rows, faults = plan(name), [], {}
    for part in range(len(said.rows)):
        for batch in batches(name, form, part, 10):
            faults |= {len(rows) + row: fault for row, fault in undecoded(batch).items()}
            rows += batch.to_pylist()
    fault = Fault("not-utf8", ("a",), "UTF-8", "0xd6 at byte 0 of the text")
    assert faults == {41: fault, 57: fault}
    assert rows == [
        {"a": None if number in faults else f"text {number:04d}", "b": number} for number in range(100)
    ]


# Flipped bits.


def test_a_flipped_bit_in_a_page_with_a_checksum(path):
    table = pa.table({"a": ["first", "needle", "last"]})
    how = {"compression": "none", "use_dictionary": False, "write_statistics": False}
    name = write(path, table, "parquet", write_page_checksum=True, **how)
    data = path.read_bytes()
    assert data.count(b"needle") == 1
    path.write_bytes(data.replace(b"needle", b"noodle"))
    got = "damaged data: could not verify page integrity, CRC checksum verification failed for page_ordinal 0"
    assert read(name) == ([], [unreadable(got)])


FLIP = """
import pathlib, resource, sys
from kaiser_interview.validation.formats.columnar.files import batches, plan
from kaiser_interview.validation.formats.columnar.checks import undecoded
from kaiser_interview.validation.findings.finding import StreamError

resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
path, start, step = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
sound = pathlib.Path(path).read_bytes()
flipped = path + ".flipped"
for bit in range(start, 8 * len(sound), step):
    data = bytearray(sound)
    data[bit // 8] ^= 1 << bit % 8
    pathlib.Path(flipped).write_bytes(data)
    said = "read"
    print(bit, end=" ", flush=True)
    try:
        planned = plan(flipped)
        for part in range(len(planned.rows)):
            try:
                for batch in batches(flipped, planned.form, part):
                    undecoded(batch)
                    batch.to_pylist()
            except (StreamError, MemoryError):
                said = "told"
    except (StreamError, MemoryError):
        said = "told"
    print(said, flush=True)
"""


@pytest.mark.parametrize(
    ("form", "how"),
    [
        ("parquet", {"compression": "none"}),
        ("parquet", {"compression": "zstd", "write_page_checksum": True, "data_page_version": "2.0"}),
        ("ipc-file", {}),
        ("ipc-file", {"compression": "lz4"}),
        ("ipc-stream", {}),
        ("ipc-stream", {"compression": "zstd"}),
    ],
)
def test_flipped_bits(path, form, how):
    table = pa.table(
        {
            "a": ["text", "中文", None] * 4,
            "b": pa.array(["x", "y", "x"] * 4).dictionary_encode(),
            "c": [["p", "q"], [], None] * 4,
            "d": [{"e": "z", "f": 1}, None, {"e": None, "f": 2}] * 4,
        }
    )
    name = write(path, table, form, 6, **how)
    bits, step, start, ends = 8 * path.stat().st_size, 41, 0, []
    while start < bits:
        done = subprocess.run(
            [sys.executable, "-c", FLIP, name, str(start), str(step)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode <= 0, done.stderr[-2000:]
        *lines, last = done.stdout.splitlines()
        ends += [line.split()[1] for line in lines]
        ends.append("crashed" if done.returncode else last.split()[1])
        start = int(last.split()[0]) + step
    assert len(ends) == len(range(0, bits, step))
    print(form, how, {end: ends.count(end) for end in {*ends}})
    assert ends.count("told") > len(ends) / 10
    assert ends.count("crashed") < len(ends) / 10

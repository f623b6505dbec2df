"""Batches from outside: sound and unsound ones, types that engines wrap others in, text that is none."""

import ctypes
import json
import struct

import pyarrow as pa
import pytest

from kaiser_interview.validation.findings.finding import Fault, StreamError
from kaiser_interview.validation.formats.columnar.checks import checked, pieces, stream_errors, undecoded

NOT_NULL = pa.list_(pa.field("item", pa.string(), nullable=False))
# 中 in GB18030, and a byte that is no text in any encoding asked about.
GB18030, NO_TEXT = b"\xd6\xd0", b"\xff"
GB18030_GOT = "0xd6 at byte 0 of the text"
NO_TEXT_GOT = "0xff at byte 0 of the text"


def fault_of(batch: pa.RecordBatch) -> Fault:
    with pytest.raises(StreamError) as caught:
        checked(batch)
    assert caught.value.__cause__ is None
    return caught.value.fault


def batch_of(**columns: pa.Array) -> pa.RecordBatch:
    return pa.record_batch([*columns.values()], [*columns])


def as_text(values: list, kind: pa.DataType | None = None) -> pa.Array:
    """Return an array of texts whose bytes nobody has looked at."""
    kind = kind or pa.string()
    under = {
        pa.string(): pa.binary(),
        pa.large_string(): pa.large_binary(),
        pa.string_view(): pa.binary_view(),
    }
    return pa.array(values, under[kind]).view(kind)


def wrapped(storage: pa.Array, name: str = "test.unknown") -> pa.Array:
    class Wrapped(pa.ExtensionType):
        def __arrow_ext_serialize__(self):
            return b""

        @classmethod
        def __arrow_ext_deserialize__(cls, kind, _):
            return cls(kind, name)

    return pa.ExtensionArray.from_storage(Wrapped(storage.type, name), storage)


# Valid files and batches.

PLAIN = {
    "text": pa.array(["中", None, "b"]),
    "large": pa.array(["a", None, "b"], pa.large_string()),
    "view": pa.array(["a" * 20, None, "b"], pa.string_view()),
    "null": pa.nulls(3),
    "true": pa.array([True, None, False]),
    "decimal": pa.array([None, 1, 2], pa.decimal128(5, 2)),
    "instant": pa.array([None, 1, 2], pa.timestamp("us", "UTC")),
    "list": pa.array([["a"], None, []]),
    "large list": pa.array([["a"], None, []], pa.large_list(pa.string())),
    "fixed": pa.array([["a"], None, ["b"]], pa.list_(pa.string(), 1)),
    "list view": pa.array([["a"], None, []], pa.list_view(pa.string())),
    "large list view": pa.array([["a"], None, []], pa.large_list_view(pa.string())),
    "struct": pa.array([{"a": 1}, None, {"a": None}]),
    "map": pa.array([[("a", 1)], None, []], pa.map_(pa.string(), pa.int8())),
    "union": pa.UnionArray.from_sparse(
        pa.array([0, 1, 0], pa.int8()), [pa.array([1, 2, 3]), pa.array(["a"] * 3)]
    ),
    "runs": pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["a", "b"])),
}


@pytest.mark.parametrize("column", PLAIN.values(), ids=PLAIN)
def test_valid_batches_are_unchanged(column):
    given = batch_of(a=column).replace_schema_metadata({"pandas": "{}", b"\xff": b"\xfe"})
    made = checked(given)
    assert made.equals(given, check_metadata=True)
    assert made.schema.field("a").type == column.type
    assert undecoded(made) == {}
    for start, one in enumerate(pieces(given, 1)):
        assert one.to_pylist() == given.slice(start, 1).to_pylist()


@pytest.mark.parametrize(
    "index", [pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.int64(), pa.uint64()]
)
@pytest.mark.parametrize("text", [pa.string(), pa.large_string(), pa.string_view()])
def test_dictionaries_of_any_width(index, text):
    column = pa.DictionaryArray.from_arrays(pa.array([1, 0, None], index), pa.array(["a", "b"], text))
    made = checked(batch_of(a=column))
    assert made.column("a").type == pa.dictionary(index, text)
    assert made.column("a").to_pylist() == ["b", "a", None]


def test_a_dictionary_of_text_with_more_values_than_rows_is_decoded():
    codes = pa.array([1, None, 0], pa.int8())
    for values, decoded in (
        (pa.array(["a", "b", "c", "d"]), pa.string()),
        (pa.array(["a", "b", "c", "d"], pa.large_string()), pa.large_string()),
        (pa.array(["a", "b", "c"]), pa.dictionary(pa.int8(), pa.string())),
        (pa.array([1, 2, 3, 4]), pa.dictionary(pa.int8(), pa.int64())),
    ):
        made = checked(batch_of(a=pa.DictionaryArray.from_arrays(codes, values)))
        assert made.column("a").type == decoded
        assert made.column("a").to_pylist() == [values[1].as_py(), None, values[0].as_py()]


def test_every_field_is_nullable():
    # They may have some all the same, and Arrow finds nothing wrong with that.
    inner = pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), pa.array(["a", None]), type=NOT_NULL)
    struct = pa.StructArray.from_arrays([inner], fields=[pa.field("b", NOT_NULL, nullable=False)])
    fields = [pa.field(name, one.type, nullable=False) for name, one in (("a", struct), ("c", inner))]
    given = pa.RecordBatch.from_arrays([struct, inner], schema=pa.schema(fields, {"k": "v"}))
    given.validate(full=True)
    made = checked(given)
    plain = pa.list_(pa.string())
    assert made.schema == pa.schema([("a", pa.struct([("b", plain)])), ("c", plain)])
    assert made.schema.metadata == {b"k": b"v"}
    assert made.to_pylist() == [{"a": {"b": ["a"]}, "c": ["a"]}, {"a": {"b": [None]}, "c": [None]}]


@pytest.mark.parametrize(
    ("kind", "plain"),
    [
        (pa.large_list(pa.field("item", pa.int8(), nullable=False)), pa.large_list(pa.int8())),
        (pa.list_view(pa.field("item", pa.int8(), nullable=False)), pa.list_view(pa.int8())),
        (pa.large_list_view(pa.field("item", pa.int8(), nullable=False)), pa.large_list_view(pa.int8())),
        (pa.list_(pa.field("item", pa.int8(), nullable=False), 2), pa.list_(pa.int8(), 2)),
    ],
)
def test_fields_in_lists_are_nullable(kind, plain):
    made = checked(batch_of(a=pa.array([[1, 2], None], kind)))
    assert made.schema == pa.schema([("a", plain)])
    assert made.column("a").to_pylist() == [[1, 2], None]


def test_fields_in_maps_are_nullable():
    kind = pa.map_(pa.string(), pa.field("value", pa.int8(), nullable=False))
    made = checked(batch_of(a=pa.array([[("a", 1)]], kind)))
    assert made.schema == pa.schema([("a", pa.map_(pa.string(), pa.int8()))])
    assert made.column("a").to_pylist() == [[("a", 1)]]


def test_extensions_are_their_storage_at_any_depth():
    texts = wrapped(pa.array(["1", None]))
    in_list = pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), texts)
    of_values = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int8()), texts)
    in_struct = pa.StructArray.from_arrays([in_list], ["b"])
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([1, 2], pa.int32()), texts)
    known = pa.ExtensionArray.from_storage(pa.json_(), pa.array(["1", None]))
    given = batch_of(a=texts, b=wrapped(wrapped(in_list), "outer"), c=of_values, d=in_struct, e=runs, f=known)
    made = checked(given.slice(0, 2))
    plain = pa.list_(pa.string())
    assert [field.type for field in made.schema] == [
        pa.string(),
        plain,
        pa.dictionary(pa.int8(), pa.string()),
        pa.struct([("b", plain)]),
        pa.run_end_encoded(pa.int32(), pa.string()),
        pa.string(),
    ]
    row = {"a": "1", "b": ["1"], "c": "1", "d": {"b": ["1"]}, "e": "1", "f": "1"}
    other = {"a": None, "b": [None], "c": None, "d": {"b": [None]}, "e": None, "f": None}
    assert made.to_pylist() == [row, other]
    assert [one.to_pylist() for one in pieces(given, 1)] == [[row], [other]]


def test_an_extension_that_nobody_has_registered():
    field = pa.field("a", pa.int8(), metadata={"ARROW:extension:name": "x", "ARROW:extension:metadata": "\0"})
    given = pa.RecordBatch.from_arrays([pa.array([1], pa.int8())], schema=pa.schema([field]))
    assert checked(given).to_pylist() == [{"a": 1}]


def test_a_batch_without_columns_keeps_its_rows():
    given = pa.RecordBatch.from_struct_array(pa.array([{}] * 5, pa.struct([]))).replace_schema_metadata(
        {"a": "b"}
    )
    assert (checked(given).num_rows, checked(given).schema.metadata) == (5, {b"a": b"b"})
    assert [one.num_rows for one in pieces(given, 2)] == [2, 2, 1]


def test_a_batch_without_rows():
    given = batch_of(a=pa.array([], pa.string()))
    assert checked(given).equals(given)
    assert [*pieces(given, 2)] == []


# Schemas.


def test_a_column_name_that_occurs_twice():
    column = pa.array([1])
    assert fault_of(pa.record_batch([column, column, column], ["a", "b", "a"])) == Fault(
        "duplicate-column", ("a",), "unique column names", '"a" twice'
    )
    inner = pa.StructArray.from_arrays([column, column], ["b", "b"])
    in_list = pa.ListArray.from_arrays(pa.array([0, 1], pa.int32()), inner)
    for outer in (inner, in_list, pa.DictionaryArray.from_arrays(pa.array([0]), inner), wrapped(inner)):
        assert fault_of(batch_of(a=outer)) == Fault(
            "duplicate-column", ("a", "b"), "unique column names", '"b" twice'
        )


def nested(levels: int) -> pa.Array:
    column = pa.array([1])
    for _ in range(levels):
        column = pa.StructArray.from_arrays([column], ["a"])
    return column


def test_nesting():
    assert checked(batch_of(a=nested(50))).num_rows == 1
    assert fault_of(batch_of(a=nested(51))) == Fault("unreadable", ("a",), "at most 50 levels", "more")


def test_width():
    column = pa.array([1])
    assert checked(pa.record_batch([column] * 2000, [f"c{at}" for at in range(2000)])).num_columns == 2000
    wide = Fault("unreadable", (), "at most 2,000 columns", "more")
    assert fault_of(pa.record_batch([column] * 2001, [f"c{at}" for at in range(2001)])) == wide
    struct = pa.StructArray.from_arrays([column] * 2000, [f"c{at}" for at in range(2000)])
    assert fault_of(batch_of(a=struct)) == wide


# Invalid batches.


def surgery(given: pa.RecordBatch, old: bytes, new: bytes) -> pa.RecordBatch:
    """Return a batch as IPC brings it, some of its bytes replaced."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, given.schema) as writer:
        writer.write_batch(given)
    data = sink.getvalue().to_pybytes()
    assert data.count(old) == 1
    return pa.ipc.open_stream(data.replace(old, new)).read_next_batch()


def offsets(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}i", *values)


TEXTS = pa.array(["ab", "c", "def"])
BEYOND = "Length spanned by binary offsets (99) larger than values array (size 6)"
BACKWARDS = "Offset invariant failure: non-monotonic offset at slot 2: 1 < 2"


@pytest.mark.parametrize(
    ("column", "old", "new", "got"),
    [
        (TEXTS, offsets(2, 3, 6), offsets(2, 3, 99), BEYOND),
        (TEXTS, offsets(2, 3, 6), offsets(2, 1, 6), BACKWARDS),
        (
            pa.ListArray.from_arrays(pa.array([0, 1, 2, 3], pa.int32()), TEXTS),
            offsets(2, 3, 6),
            offsets(2, 1, 6),
            f"List child array invalid: Invalid: {BACKWARDS}",
        ),
        (
            pa.array(["a", "b", "a"]).dictionary_encode(),
            offsets(0, 1, 0),
            offsets(0, 7, 0),
            "Dictionary indices invalid: Invalid: Value at position 1 out of bounds: 7 (should be in [0, 1])",
        ),
    ],
)
def test_batches_that_violate_the_arrow_format(column, old, new, got):
    # Beside a column with text that is not UTF-8, which alone would not stop anything.
    given = surgery(batch_of(b=as_text([b"\xff\xff"] * 3), a=column), old, new)
    assert fault_of(given) == Fault("unreadable", ("a",), "a file that can be read", f"damaged data: {got}")
    with pytest.raises(StreamError):
        next(pieces(given, 1))


class Exported(ctypes.Structure):
    """What stands first in an `ArrowArray` of Arrow's C data interface."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("length", "null_count", "offset", "n_buffers", "n_children")),
        ("buffers", ctypes.c_void_p),
        ("children", ctypes.POINTER(ctypes.POINTER(ctypes.c_int64))),
        ("rest", ctypes.c_void_p * 3),
    )


def test_columns_of_unequal_length():
    # IPC would not let them pass.
    array, schema = Exported(), ctypes.create_string_buffer(72)
    places = ctypes.addressof(array), ctypes.addressof(schema)
    batch_of(a=pa.array([1, 2]), b=pa.array([3, 4]))._export_to_c(*places)
    array.children[1][0] = 1
    fault = fault_of(pa.RecordBatch._import_from_c(*places))
    got = "damaged data: Number of rows in column 1 did not match batch: 1 vs 2"
    assert fault == Fault("unreadable", (), "a file that can be read", got)


def test_names_that_are_not_utf8():
    with pytest.raises(StreamError) as caught, stream_errors():
        b"\xff".decode()
    assert caught.value.fault == Fault("not-utf8", (), "column names in UTF-8", "a name that is not UTF-8")


@pytest.mark.parametrize(
    ("error", "got"),
    [
        (
            NotImplementedError("Support for codec 'lzo'\n not  built"),
            "unsupported data: Support for codec 'lzo' not built",
        ),
        (FileNotFoundError(2, "No such file or directory", "a"), "No such file or directory"),
        (OSError("Invalid flatbuffers message."), "damaged data: Invalid flatbuffers message."),
        (RuntimeError(), "damaged data: RuntimeError"),
    ],
)
def test_exceptions_of_readers(error, got):
    with pytest.raises(StreamError) as caught, stream_errors():
        raise error
    assert caught.value.fault == Fault("unreadable", (), "a file that can be read", got)


@pytest.mark.parametrize("error", [MemoryError, pa.ArrowMemoryError, KeyboardInterrupt])
def test_faults_reported_by_the_caller(error):
    with pytest.raises(error), stream_errors():
        raise error


# Text that is none.

VALUES = [b"a", GB18030, None, NO_TEXT, "中".encode()]
TOLD = {
    1: Fault("not-utf8", ("a",), "UTF-8", GB18030_GOT),
    3: Fault("not-utf8", ("a",), "UTF-8", NO_TEXT_GOT),
}


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()])
def test_text_that_is_not_utf8_is_null_and_reported(kind):
    given = batch_of(a=as_text(VALUES, kind), b=pa.array(range(5))).replace_schema_metadata({"k": "v"})
    made = checked(given)
    made.validate(full=True)
    assert made.schema.field("a").type == kind
    assert made.column("a").to_pylist() == ["a", None, None, None, "中"]
    assert made.column("b").to_pylist() == [*range(5)]
    assert made.schema.metadata[b"k"] == b"v"
    assert undecoded(made) == TOLD


def test_it_is_reported_by_position_in_each_slice():
    given = batch_of(a=as_text(VALUES))
    made = [*pieces(given, 2)]
    assert [one.to_pylist() for one in made] == [
        [{"a": "a"}, {"a": None}],
        [{"a": None}, {"a": None}],
        [{"a": "中"}],
    ]
    assert [undecoded(one) for one in made] == [{1: TOLD[1]}, {1: TOLD[3]}, {}]
    assert all(one.validate(full=True) is None for one in made)


def test_text_of_a_dictionary():
    column = pa.DictionaryArray.from_arrays(pa.array([0, 1, 1, None, 0], pa.int8()), as_text([b"a", GB18030]))
    made = checked(batch_of(a=column))
    made.validate(full=True)
    assert made.column("a").to_pylist() == ["a", None, None, None, "a"]
    assert undecoded(made) == {1: TOLD[1], 2: TOLD[1]}
    # A value that no row has is no row's fault.
    made = checked(batch_of(a=column.take(pa.array([0, 3, 4]))))
    made.validate(full=True)
    assert made.column("a").to_pylist() == ["a", None, "a"]
    assert undecoded(made) == {}


OFFSETS, FIRST_AND_LAST = pa.array([0, 1, 3], pa.int32()), pa.array([0, 2])
TEXTS_WITHIN = pa.array(["a", "b", "needle"])
LISTS = pa.ListArray.from_arrays(OFFSETS, TEXTS_WITHIN)
ENDS = TEXTS_WITHIN.take(FIRST_AND_LAST)
# Columns of two rows, of which the second holds the needle; what the first holds; where the second does.
WITHIN = {
    "list": (LISTS, ["a"], (1,)),
    "large list": (LISTS.cast(pa.large_list(pa.large_string())), ["a"], (1,)),
    "fixed list": (pa.FixedSizeListArray.from_arrays(ENDS, 1), ["a"], (0,)),
    "list view": (pa.array(LISTS.to_pylist(), pa.list_view(pa.string())), ["a"], (1,)),
    "struct": (
        pa.StructArray.from_arrays([LISTS, pa.nulls(2)], ["b", "c"]),
        {"b": ["a"], "c": None},
        ("b", 1),
    ),
    "map": (pa.MapArray.from_arrays([0, 1, 2], pa.array(["k", "l"]), ENDS), [("k", "a")], (0, 1)),
    "dictionary": (pa.ListArray.from_arrays(OFFSETS, TEXTS_WITHIN.dictionary_encode()), ["a"], (1,)),
    "runs": (pa.RunEndEncodedArray.from_arrays(pa.array([1, 2], pa.int32()), ENDS), "a", ()),
}


@pytest.mark.parametrize(("column", "first", "path"), WITHIN.values(), ids=WITHIN)
def test_text_within(column, first, path):
    given = surgery(batch_of(a=column), b"needle", b"\xffeedle")
    fault = Fault("not-utf8", ("a", *path), "UTF-8", NO_TEXT_GOT)
    for one in (given, batch_of(a=wrapped(given.column("a")))):
        made = checked(one)
        made.validate(full=True)
        assert made.column("a").to_pylist() == [first, None]
        assert undecoded(made) == {1: fault}
        assert [(piece.to_pylist(), undecoded(piece)) for piece in pieces(one, 1)] == [
            ([{"a": first}], {}),
            ([{"a": None}], {0: fault}),
        ]


def test_a_relabelled_fault_keeps_its_place():
    # As `Array.view` does not let nulls and runs.
    nulls = pa.ListArray.from_arrays(pa.array([0, 0, 2, 3], pa.int32()), pa.nulls(3))
    runs = pa.RunEndEncodedArray.from_arrays(
        pa.array([1, 2, 3], pa.int32()), wrapped(pa.array(["a", "b", "c"]))
    )
    structs = pa.StructArray.from_arrays(
        [nulls, runs],
        fields=[pa.field("n", nulls.type, nullable=False), pa.field("r", runs.type, nullable=False)],
    )
    made = checked(batch_of(a=structs, b=runs).slice(1))
    assert made.schema == pa.schema(
        [
            (
                "a",
                pa.struct([("n", pa.list_(pa.null())), ("r", pa.run_end_encoded(pa.int32(), pa.string()))]),
            ),
            ("b", pa.run_end_encoded(pa.int32(), pa.string())),
        ]
    )
    assert made.to_pylist() == [
        {"a": {"n": [None, None], "r": "b"}, "b": "b"},
        {"a": {"n": [None], "r": "c"}, "b": "c"},
    ]


def test_the_first_fault_of_a_row_is_reported():
    made = checked(batch_of(a=pa.array([1]), b=as_text([NO_TEXT]), c=as_text([GB18030])))
    assert made.to_pylist() == [{"a": 1, "b": None, "c": None}]
    assert undecoded(made) == {0: Fault("not-utf8", ("b",), "UTF-8", NO_TEXT_GOT)}


def test_a_note_that_a_file_brings_along_is_not_believed():
    note = {"kaiser_interview:not-utf8": json.dumps({"0": [["a"], "nothing"]})}
    given = batch_of(a=pa.array(["a"])).replace_schema_metadata(note)
    assert undecoded(checked(given)) == {}
    empty = pa.RecordBatch.from_struct_array(pa.array([{}], pa.struct([]))).replace_schema_metadata(note)
    assert undecoded(checked(empty)) == {}


def test_the_note_goes_through_ipc():
    made = checked(batch_of(a=as_text(VALUES)))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, made.schema) as writer:
        writer.write_batch(made)
    assert undecoded(pa.ipc.open_stream(sink.getvalue()).read_next_batch()) == TOLD

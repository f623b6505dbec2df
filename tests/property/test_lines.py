"""The batch reader of lines equals the strict reader, for any lines."""

import json
from unittest import mock

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import amount

from kaiser_interview.validation.formats.json import line_batches
from kaiser_interview.validation.formats.json.line_batches import Lines
from kaiser_interview.validation.formats.json.text import parse

COLUMNS = {
    "id": "string",
    "文": "string",
    "n": "integer",
    "quote_end": "integer",
    "p": "number",
    "b": "boolean",
}
LISTS = {"urls": "string"}
TYPES = {"string": "string", "integer": "int64", "number": "double", "boolean": "bool"}
NAMES = [*COLUMNS, *LISTS, "text", "x_a", "x_b", "other", "", "x_\\u0041", "x_é"]

TEXTS = [
    "", "a", "语言", "🧠", "\u2028", "\x7f", '"', "\\", '\\"', "a\nb", "\x00", "/", "{", '","n":1', "x" * 40,
]  # fmt: skip
SPELLED = [
    rb"\/", rb"\u0041", rb"\ud83e\udde0", rb"\ud83e", rb"\udde0", rb"\u00", rb"\x", rb"\u0000", rb"\\u0000",
    b"\t", b"\x00", b"\x1f", b"\r", b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xe8\xaf",
]  # fmt: skip
INTEGERS = [
    "0", "7", "12", "345", "9999999", "12345678", "123456789", "-1", "-0", "01", "00", "1.0", "1e2", "+1",
]  # fmt: skip
NUMBERS = [
    "0.9", "0.75", "1", "0", "-0", "-0.0", "1.0", "1e400", "-1e400", "1e-400", "5e-324", "1e22", "1E+2", "1.",
    ".5", "0.1000000000000000055511151231257827", "0.30000000000000004", "123456789012345", "-",
    "9007199254740993", "NaN", "Infinity", "1e", "0x1", "1_0", "1 0", "٣", "",
]  # fmt: skip
OTHER = [
    "null", "true", "false", "[]", "{}", "[ ]", "{ }", "[1]", '{"id":"a"}', '["a"]', '[[],"a"]', "nul",
    "tru e",
]  # fmt: skip
SPACING = [
    (",", ":", "{", "}"),
    (", ", ": ", "{", "}"),
    (" , ", " :  ", " { ", " } "),
    (",\t", "\t:", "{\r", "}\r"),
]


def written(text: str, *, escaped: bool) -> bytes:
    return json.dumps(text, ensure_ascii=escaped).encode()


usual = {
    "string": st.builds(written, st.sampled_from(TEXTS) | st.text(max_size=8), escaped=st.booleans()),
    "integer": (st.sampled_from(INTEGERS[:6]) | st.integers(0, 10**8 - 1).map(str)).map(str.encode),
    "number": (st.sampled_from(NUMBERS[:7]) | st.floats(-1, 1).map(repr)).map(str.encode),
    "boolean": st.sampled_from([b"true", b"false"]),
}
odd = st.one_of(
    *usual.values(),
    st.sampled_from(SPELLED).map(b'"%b"'.__mod__),
    st.sampled_from([one.encode() for one in [*INTEGERS, *NUMBERS, *OTHER]]),
    st.floats().map(lambda one: repr(one).encode()),
    st.integers().map(lambda one: b"%d" % one),
)


@st.composite
def written_alike(draw) -> list[bytes]:
    """Return lines with the same keys in the same spacing, and some values that do not fit."""
    apart = draw(st.integers(0, 9)) > 0
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=apart))
    if draw(st.integers(0, 3)):
        names = [name for name in names if name in COLUMNS or name.startswith("x_")] or ["id"]
    comma, colon, first, last = draw(st.sampled_from(SPACING))
    sorts = {name: COLUMNS.get(name) or draw(st.sampled_from([*usual])) for name in names}
    fixed = {name: draw(odd) for name in names if not draw(st.integers(0, 7))}
    found = []
    for _ in range(draw(st.integers(1, 6))):
        strange = draw(st.sampled_from([None] * 3 + names))
        values = [
            draw(odd) if name == strange else fixed.get(name) or draw(usual[sorts[name]]) for name in names
        ]
        cells = [f'"{name}"{colon}'.encode() + value for name, value in zip(names, values, strict=True)]
        found.append(first.encode() + comma.encode().join(cells) + last.encode())
    return found


DAMAGE = [
    b"", b'"', b"\\", b"\\\\", b"\n", b"\r", b"\r\n", b"\t", b"\0", b"\x1f", b"\xff", b"\xed\xa0\x80",
    b" ", b",", b":", b"{", b"}", b"[", b"]", b"0", b"-", b".", b"\xef\xbb\xbf", b"\xe8", b'"id":"a",',
    b',"n":1', b"}{", b"}\n{", b"}\n\n", b'""', b"null", b"\xc0\x80", b"\xf4\x90\x80\x80", b'\\"', b"NaN",
    b"1.0",
]  # fmt: skip


@st.composite
def chunks(draw) -> bytes:
    """Return lines of several kinds, mixed, some of them damaged."""
    rows = draw(st.lists(written_alike(), min_size=1, max_size=3))
    mixed = draw(st.permutations([row for some in rows for row in some]))
    ends = draw(st.sampled_from([b"\n", b"\n", b"\n", b"\r\n"]))
    chunk = ends.join(mixed) + draw(st.sampled_from([ends, b"", b"\r", b"\n\n"]))
    for put in draw(st.lists(st.sampled_from(DAMAGE), max_size=2)):
        at, size = draw(st.integers(0, len(chunk))), draw(st.integers(0, 2))
        chunk = chunk[:at] + put + chunk[at + size :]
    return chunk


def check(reader: Lines, chunk: bytes, columns: dict = COLUMNS) -> int:
    """Compare the rows accepted from a chunk with the strict reader, and return their number."""
    taken = reader.read(chunk)
    expected = chunk.split(b"\n")
    if not expected[-1]:
        expected.pop()
    spans = zip(taken.starts.tolist(), taken.ends.tolist(), strict=True)
    assert [chunk[start:end] for start, end in spans] == expected
    numbers = [taken.rest.tolist(), *(rows.tolist() for rows, _ in taken.batches)]
    assert all(some == sorted(some) for some in numbers)
    assert sorted(one for some in numbers for one in some) == [*range(len(expected))]
    for rows, batch in taken.batches:
        batch.validate(full=True)
        assert batch.num_rows == len(rows) > 0
        for name, kind in zip(batch.schema.names, batch.schema.types, strict=True):
            if name in LISTS:
                assert kind == pa.list_(pa.string())
            else:
                assert str(kind) in ({TYPES[columns[name]]} if name in columns else {"string", "double"})
        for row, values in zip(rows.tolist(), batch.to_pylist(), strict=True):
            held = {name: value for name, value in values.items() if value is not None}
            agree(expected[row], held, columns)
    return len(expected) - len(taken.rest)


def agree(line: bytes, values: dict, columns: dict) -> None:
    read, fault = parse(line)
    assert fault is None
    assert all(name in columns or name in LISTS or name.startswith("x_") for name in read)
    expected = {
        name: value
        for name, value in read.items()
        if value is not None and (name in columns or name in LISTS or type(value) in {str, int, float})
    }
    assert values == expected
    for name, value in expected.items():
        if name in LISTS:
            assert {type(one) for one in value} <= {str}
            continue
        sort = columns.get(name) or ("string" if type(value) is str else "number")
        assert (
            type(value)
            in {"string": {str}, "integer": {int}, "number": {int, float}, "boolean": {bool}}[sort]
        )
        assert type(values[name]) is {"string": str, "integer": int, "number": float, "boolean": bool}[sort]


@settings(max_examples=amount(300, 50_000), deadline=None)
@given(
    st.lists(chunks(), min_size=1, max_size=3),
    st.sampled_from([1, 7, 64, 200, 1 << 20]),
    st.sampled_from([None, LISTS]),
)
def test_batches_have_the_values_of_the_strict_reader(some, block, lists):
    reader = Lines(COLUMNS, lists, block=block)
    with mock.patch.object(line_batches, "_FEW", 1):
        for chunk in some:
            check(reader, chunk)


@st.composite
def unlike(draw) -> bytes:
    """Return rows with different keys in different orders, damaged or not."""
    comma, colon = draw(st.sampled_from([(",", ":"), (", ", ": "), (" ,", ":")]))
    rows = []
    for _ in range(draw(st.integers(1, 8))):
        names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
        texts = draw(st.lists(st.sampled_from(TEXTS), max_size=3))
        listed = json.dumps(texts, ensure_ascii=False, separators=(comma, colon)).encode()
        values = {
            "urls": st.just(listed)
            | st.sampled_from([b"[]", b"[1]", b'["a",1]', b'[1,"a"]', b'[["a"]]', b"null"]),
            **{name: usual[sort] for name, sort in COLUMNS.items()},
        }
        cells = [
            f'"{name}"{colon}'.encode()
            + draw(odd if draw(st.integers(0, 9)) == 0 else values.get(name, usual["string"]))
            for name in names
        ]
        rows.append(b"{" + comma.encode().join(cells) + b"}")
    chunk = b"\n".join(rows) + draw(st.sampled_from([b"\n", b""]))
    for put in draw(st.lists(st.sampled_from(DAMAGE), max_size=2)):
        at, size = draw(st.integers(0, len(chunk))), draw(st.integers(0, 2))
        chunk = chunk[:at] + put + chunk[at + size :]
    return chunk


@settings(max_examples=amount(500, 50_000), deadline=None)
@given(unlike(), st.sampled_from([1, 64, 1 << 20]))
def test_rows_that_are_read_by_their_keys(chunk, block):
    with mock.patch.object(line_batches, "_FEW", 1), mock.patch.object(line_batches, "_NEW", 0):
        check(Lines(COLUMNS, LISTS, block=block), chunk)


@settings(max_examples=amount(100, 20_000), deadline=None)
@given(st.binary(max_size=200) | st.lists(st.sampled_from([*b'{}[]":,\\\n\r 0eax_n\xff'])).map(bytes))
def test_any_bytes_are_read_to_their_end(chunk):
    check(Lines(COLUMNS), chunk)
    with mock.patch.object(line_batches, "_FEW", 1):
        check(Lines(COLUMNS, LISTS), chunk)
    columns = {"": "string", "a": "integer", "x": "number", "n": "boolean"}
    check(Lines(columns), b'{"":"a"}\n{"a":1}\n{"x":1}\n{"x_a":"","n":true}\n' + chunk, columns)


@settings(max_examples=amount(100, 20_000), deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.floats(-1, 1), min_size=1))
def test_doubles_are_the_same_to_the_last_bit(values):
    chunk = b"".join(b'{"p":%b}\n' % repr(value).encode() for value in values)
    taken = check(Lines(COLUMNS), chunk)
    # Enough for every confidence: only very large or small numbers are left to the strict reader.
    assert taken >= sum(value == 0 or 1e-5 < abs(value) < 1e15 for value in values)

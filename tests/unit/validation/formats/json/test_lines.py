"""The batch reader of JSON Lines: which lines it reads, its limits, and which lines it leaves."""

import json
from unittest.mock import patch

import pytest

import kaiser_interview as ki
from kaiser_interview.validation.formats.json import line_batches
from kaiser_interview.validation.formats.json import text as parsing
from kaiser_interview.validation.formats.json.line_batches import Lines

COLUMNS = {"id": "string", "n": "integer", "p": "number", "b": "boolean"}


def read(
    *rows: str | bytes, reader: Lines | None = None, end: bytes = b"\n"
) -> tuple[dict[int, dict], list[int]]:
    """Return the rows that are taken, by number, and the numbers of the rest."""
    data = [row if isinstance(row, bytes) else row.encode() for row in rows]
    taken = (reader or Lines(COLUMNS)).read(end.join([*data, b""]))
    return by_number(taken), taken.rest.tolist()


def by_number(taken: line_batches.Taken) -> dict[int, dict]:
    batches = [(rows.tolist(), batch.to_pylist()) for rows, batch in taken.batches]
    return {row: values for rows, batch in batches for row, values in zip(rows, batch, strict=True)}


def row(**values: str) -> str:
    """Return a row whose numbers are not in the first word of a block."""
    return '{"id":"row",' + ",".join(f'"{name}":{value}' for name, value in values.items()) + "}"


def left(*spelled: str | bytes) -> list[tuple[str | bytes, None]]:
    return [(one, None) for one in spelled]


def without_null(found: dict) -> dict:
    return {at: value for at, value in found.items() if value is not None}


def test_every_type_is_read():
    found, rest = read('{"id":"语","n":12,"p":0.5,"b":true}', '{"id":"","n":0,"p":1,"b":true}')
    first, second = found.values()
    assert first == {"id": "语", "n": 12, "p": 0.5, "b": True}
    assert second == {"id": "", "n": 0, "p": 1.0, "b": True}
    assert [type(value) for value in second.values()] == [str, int, float, bool]
    assert not rest


def test_positions_of_lines_include_blank_lines():
    taken = Lines(COLUMNS).read(b'\n{"id":"a"}\r\n\r\n{"id":"b"}')
    assert taken.starts.tolist() == [0, 1, 13, 15]
    assert taken.ends.tolist() == [0, 12, 14, 25]
    assert [rows.tolist() for rows, _ in taken.batches] == [[1], [3]]
    assert taken.rest.tolist() == [0, 2]


def test_an_empty_chunk_has_no_lines():
    taken = Lines(COLUMNS).read(b"")
    assert (len(taken.starts), len(taken.ends), taken.batches, len(taken.rest)) == (0, 0, [], 0)


@pytest.mark.parametrize("layer", ["translations", "labels", "mentions", "relations"])
@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_files_as_programs_write_them_are_taken_whole(layer, ascii_only, separators):
    rows = [record.model_dump(exclude_none=True, mode="json") for record in ki.load(layer)]
    sorts = {"confidence": "number", "quote_start": "integer", "quote_end": "integer"}
    columns = {name: sorts.get(name, "string") for one in rows for name in one}
    text = "".join(json.dumps(one, ensure_ascii=ascii_only, separators=separators) + "\n" for one in rows)
    taken = Lines(columns).read(text.encode())
    assert not len(taken.rest)
    assert by_number(taken) == dict(enumerate(rows))


@pytest.mark.parametrize("block", [1, 50, 1 << 20])
def test_the_accepted_rows_do_not_depend_on_block_ends(block):
    rows = [f'{{"id":"{"x" * at}","n":{at}}}' for at in range(40)] + ["", "null", '{"b":true,"n":1}']
    found, rest = read(*rows, reader=Lines(COLUMNS, block=block))
    assert found == {at: json.loads(rows[at]) for at in [*range(40), 42]}
    assert rest == [40, 41]


def test_templates_of_a_chunk_are_used_in_the_next():
    reader, other = Lines(COLUMNS), '{"id":"é","p":1}'
    with patch.object(line_batches, "parse", wraps=parsing.parse) as strictly:
        for name in "abc":
            found, rest = read(f'{{"id":"{name}"}}', other, "{}", reader=reader)
            assert (found, rest) == ({0: {"id": name}, 1: {"id": "é", "p": 1.0}}, [2])
    assert [call.args for call in strictly.call_args_list] == [(b'{"id":"a"}',), (other.encode(),)]


def test_a_template_is_tried_once_in_a_block_even_if_its_row_is_left():
    rows = [row(n="-1"), *(row(n=str(n)) for n in range(3)), row(n="1.0")]
    with patch.object(
        line_batches._Template, "read", autospec=True, side_effect=line_batches._Template.read
    ) as tried:
        found, rest = read(*rows)
    assert rest == [0, 4]
    assert [values["n"] for values in found.values()] == [0, 1, 2]
    assert tried.call_count == 1


def test_the_number_of_templates_is_limited():
    reader = Lines({f"k{at}": "string" for at in range(40)})
    rows = [f'{{"k{at}":"a","k0":"b"}}' for at in range(1, 40)]
    assert [len(read(*rows, reader=reader)[1]) for _ in range(4)] == [31, 23, 15, 15]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", 0), ("9", 9), ("12345678", 12345678), ("99999999", 99999999), ("90000001", 90000001),
        *[(str(10**digits), 10**digits) for digits in range(8)],
        *left("123456789", "01", "00", "-1", "-0", "1.0", "1e2"),
        *left("", "+1", "1:", "1/", "1é", '"1"', "٣", "1٣"),
        *left("\0", "1\0", "1 2", "\\", "0.5", "true", "[]"),
    ],
)  # fmt: skip
def test_integers_are_digits_few_enough_for_a_word(value, expected):
    found, rest = read(row(n="7"), row(n=value), row(n="42"))
    assert {at: values["n"] for at, values in found.items()} == without_null({0: 7, 1: expected, 2: 42})
    assert rest == ([1] if expected is None else [])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.9", 0.9), ("-0.0", 0.0), ("-1", -1.0), ("1e-05", 1e-05), ("1E+2", 100.0), ("10", 10.0),
        ("0.30000000000000004", 0.1 + 0.2), ("123456789012345", 123456789012345.0),
        ("1.7976931348623157e99", 1.7976931348623157e99),
        *left("9007199254740993", "1e308", "1e999", "NaN", "nan", "Infinity"),
        *left("-", ".5", "1.", "01", "1e", "0x1"),
        *left("", "1\0", "1 2", "\\"),
    ],
)  # fmt: skip
def test_numbers_are_doubles_if_a_double_is_exact(value, expected):
    found, rest = read(row(p="0.75"), row(p=value), row(p="0.75"))
    assert {at: values["p"] for at, values in found.items()} == without_null({0: 0.75, 1: expected, 2: 0.75})
    assert rest == ([1] if expected is None else [])


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        (rb"\"", '"'), (rb"\\", "\\"), (rb"\\\"", '\\"'), (rb"a\\\\", "a\\\\"), (rb"\u8bed\n", "语\n"),
        (rb"\ud83e\udde0", "🧠"), (b"\x7f\xc2\x80", "\x7f\x80"), (rb"\",\"n\":1", '","n":1'),
        *left(rb"\ud83e", rb"\x", rb"\u12", rb"\u0000", b"a\x00"),
        *left(b"\t", b"\x1f", b"\r", b'\\\\"', b'"', b"\\"),
        *left(b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xe8\xaf"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "others", [(b"a", rb"\n"), (rb"\t\n", rb"\\\\")], ids=["few escapes", "many escapes"]
)
def test_strings_equal_those_of_the_strict_reader(spelled, expected, others):
    before, after = others
    found, rest = read(*(b'{"id":"%b","p":1}' % one for one in (before, spelled, after, b"")))
    around = {0: json.loads(b'"%b"' % before), 1: expected, 2: json.loads(b'"%b"' % after), 3: ""}
    assert {at: one["id"] for at, one in found.items()} == without_null(around)
    assert rest == ([1] if expected is None else [])
    alone = {} if expected is None else {0: {"id": expected, "p": 1.0}}
    assert read(b'{"id":"%b","p":1}' % spelled)[0] == alone


def test_a_row_that_one_string_spoils_is_not_saved_by_another():
    reader = Lines({"id": "string", "text": "string"})
    pairs = (("", r"\n"), (r"\x", r"\n"), ("", r"\x"))
    rows = [f'{{"id":"{one}","text":"{other}"}}' for one, other in pairs]
    assert read(*rows, reader=reader) == ({0: {"id": "", "text": "\n"}}, [1, 2])


@pytest.mark.parametrize(
    "line",
    [
        "", " ", "{}", "[]", "1", "null", '"id"', '{"id":"a"', '{"id":"a"}}', '{"id":"a"}{"id":"b"}',
        '\ufeff{"id":"a"}', '{"id":"a",}', '{"id":"a" "p":1}', "{'id':'a'}", '{"id":1}', '{"n":"1"}',
        '{"p":"1"}', '{"b":1}', '{"b":"true"}',
        '{"id":"a","id":"b"}', '{"id":"a","other":"b"}', '{"id":"a","other":null}',
        '{"id":"a","b":null,"other":1}', '{"id":["a"]}', '{"id":"a","p":[]}', '{"id":"a","b":{}}',
        '{"id":"a","p":true}', '{"x_a":["a"],"id":"a"}', '{"x_a":{"id":"a"},"id":"a"}', '{"\\u0069d":"a"}',
        '{"x_é":"a"}', '{"id":"a","p":NaN}', '{"id":"a","n":null', '{"p":null}', '{"b":true}',
        "[" * 300 + "]" * 300,
    ],
)  # fmt: skip
def test_other_rows_are_left_to_the_strict_reader(line):
    assert read(line, end=b"\n" * bool(line)) == ({}, [0] * bool(line))
    # After rows for which they might be taken.
    others = ['{"id":"a"}', '{"id":"a","p":1}', '{"id":"a","b":null,"p":1}', '{"p":1}']
    assert read(*others, line)[1] == [4]


@pytest.mark.parametrize(
    "line", ['{"x_a":"é","x_b":0.5,"id":"a"}', ' { "x_a" : "é" ,\t"x_b":0.5, "id":"a" } \r']
)
def test_custom_names_and_white_space_are_accepted(line):
    assert read(line) == ({0: {"x_a": "é", "x_b": 0.5, "id": "a"}}, [])


def test_custom_constants_and_nulls_are_not_columns():
    line = '{"x_a":true,"x_b":null,"x_c":[ ],"x_d":{},"n":null,"b":false,"id":"a"}'
    assert read(line, line) == ({0: {"id": "a", "b": False}, 1: {"id": "a", "b": False}}, [])


def test_declared_fields_are_not_custom_fields():
    reader = Lines({"x_n": "integer", "x_b": "boolean", "id": "string"})
    found, rest = read('{"id":"a","x_n":"1"}', '{"id":"a","x_b":[]}', '{"id":"abc","x_n":1}', reader=reader)
    assert (found, rest) == ({2: {"id": "abc", "x_n": 1}}, [0, 1])


def test_integers_within_the_first_word_of_a_block_are_left():
    assert read(b'{"n":1}') == ({}, [0])
    assert Lines(COLUMNS).read(b'{"n":1}').rest.tolist() == [0]
    assert read(b'{"n":123}', b'{"n":1}') == ({0: {"n": 123}, 1: {"n": 1}}, [])
    # The eighth byte looks like an integer of as many digits.
    assert read('{"":1,"5":"a"}', reader=Lines({"": "integer", "5": "string"})) == ({}, [0])


def test_a_value_that_is_not_a_string_is_not_read_as_one():
    # A value in the place of a string of other rows: if it were read with them, two would become three.
    two = [rb'{"id":x\n",","p":1}', rb'{"id":x,"\t","p":1}']
    found, rest = read(rb'{"id":"\n","p":1}', *two, rb'{"id":"\\","p":1}')
    assert (found, rest) == ({0: {"id": "\n", "p": 1.0}, 3: {"id": "\\", "p": 1.0}}, [1, 2])


@pytest.mark.parametrize("name", ["n", "p", "x_p"])
@pytest.mark.parametrize(
    "line", ['{"b":true,"%s": ,"id":"a"}', '{"b":true,"%s":,"id":"a"}', '{"b":true,"%s""id":"a"}']
)
def test_a_slot_that_would_end_before_its_start_is_left(name, line):
    right = f'{{"b":true,"{name}": 1 ,"id":"a"}}'
    assert read(right, line % name, right)[1] == [1]


def test_very_many_columns_are_left():
    names = [f"x_{at}" for at in range(line_batches._SLOTS + 1)]
    found, rest = read(
        *("{" + ",".join(f'"{name}":"a"' for name in some) + "}" for some in (names, names[1:]))
    )
    assert (len(found[1]), rest) == (line_batches._SLOTS, [0])


@pytest.mark.parametrize("more", [0, 1])
def test_a_line_is_long_from_two_mebibytes_beyond_a_stretch(more):
    line = b"x" * (100 + (2 << 20) + more - 1) + b"\n"
    assert [*line_batches._stretches(line, 100)] == [(0, len(line), more > 0)]
    # The lines before it are a separate part.
    both = [(0, 2, False), (2, 2 + len(line), more > 0)]
    assert [*line_batches._stretches(b"a\n" + line, 100)] == both


def test_a_line_too_long_to_be_looked_at_with_others_is_left():
    long = row(n="1", x_a=f'"{"x" * (3 << 20)}"')
    reader = Lines(COLUMNS, block=64)
    found, rest = read(row(n="2"), long, row(n="3"), reader=reader)
    assert {at: values["n"] for at, values in found.items()} == {0: 2, 2: 3}
    assert rest == [1]
    found, rest = read(long, reader=reader)
    assert (found, rest) == ({}, [0])
    for end in ("", "\n"):
        taken = reader.read(f"{long}{end}".encode())
        assert (taken.starts.tolist(), taken.ends.tolist()) == ([0], [len(long)])

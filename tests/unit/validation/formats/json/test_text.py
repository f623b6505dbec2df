"""JSON texts: the grammar of RFC 8259 clause by clause, the limits of RFC 7493, lines, arrays.

Sections without a number of their RFC are RFC 8259's; I-JSON is RFC 7493.
"""

import gzip
import json
import re
from functools import reduce

import pytest
from hints import hint
from hypothesis import given
from hypothesis import strategies as st

import kaiser_interview as ki
from kaiser_interview.validation.findings.finding import Fault, Note
from kaiser_interview.validation.formats.encodings import encoding_hint
from kaiser_interview.validation.formats.json.array import json_document
from kaiser_interview.validation.formats.json.lines import json_lines
from kaiser_interview.validation.formats.json.text import parse
from kaiser_interview.validation.formats.streams import Stream
from kaiser_interview.validation.formats.text import Tail

ROW = b'{"claim_id":"d01-c01"}'
BY = {"method": "model", "creator": "m"}
HOW = {"kind": "translation", "defaults": BY | {"language": "en", "translation": "…"}}
CLAIM = ki.claim("d01-c01")
# A row without defaults or references to check takes a shortcut.
SURE = {
    "claim_id": CLAIM.claim_id,
    "claim_sha256": CLAIM.claim_sha256,
    "quote": CLAIM.text,
    "quote_start": CLAIM.start,
    "quote_end": CLAIM.end,
    "confidence": 0.5,
    "language": "en",
    "translation": "…",
    "created": "2026-11-23T18:45:00Z",
} | BY
BOM = b"\xef\xbb\xbf"
DEEP = 100_000


def sure(**fields: object) -> bytes:
    return json.dumps(SURE | fields, ensure_ascii=False).encode()


def holding(value: bytes) -> bytes:
    """Return a row with a value in a field of the user's own."""
    return b'{"claim_id":"d01-c01","x_v":%b}' % value


def reported(report: ki.Report) -> list[tuple]:
    """Return the findings as code, line, row and path, in order of place; those about no row come first."""
    found = [(one.code, one.line, one.row, one.path) for one in report.sample]
    return sorted(found, key=lambda one: (one[1] or 0, -1 if one[2] is None else one[2]))


@pytest.fixture
def validate(tmp_path):
    """Return a function that checks the bytes of a file."""

    def check(data: bytes, name: str = "rows.jsonl", **options: object) -> ki.Report:
        path = tmp_path / name
        path.write_bytes(data)
        report = ki.validate(path, **(options or HOW))
        path.unlink()
        assert {one.file for one in report.sample} <= {str(path)}
        assert report.rows == report.valid + report.invalid
        return report

    return check


# What is valid, and the value that it has.

VALID = {
    # §2: white space is these four, around any of the six structural characters and the whole text.
    "2 ws around the text": (b" \t\r\n1\n\r\t ", 1),
    "2 ws around structural characters": (
        b' \r{\t"a"\n:\r [ \t1\n,\r2 \t]\n,\r"b" :\t{\n}\r} ',
        {"a": [1, 2], "b": {}},
    ),
    "2 no ws at all": (b'{"a":[1,{"b":null}]}', {"a": [1, {"b": None}]}),
    # §3: values; a text may be any of them.
    "3 false": (b"false", False),
    "3 null": (b"null", None),
    "3 true": (b"true", True),
    "3 object": (b"{}", {}),
    "3 array": (b"[]", []),
    "3 number": (b"0", 0),
    "3 string": (b'""', ""),
    # §4
    "4 members in order": (b'{"b":1,"a":2}', {"b": 1, "a": 2}),
    "4 empty name": (b'{"":1}', {"": 1}),
    "4 names of any characters": ('{"语 言":1,"\\"":2,"/~":3}'.encode(), {"语 言": 1, '"': 2, "/~": 3}),
    "4 names that differ in case": (b'{"a":1,"A":2}', {"a": 1, "A": 2}),
    # §8.3: names are compared code unit by code unit, so normal forms differ.
    "8.3 names in two normal forms": ('{"\u00e9":1,"e\u0301":2}'.encode(), {"\u00e9": 1, "e\u0301": 2}),
    "4 one name in two objects": (b'{"a":{"a":[{"a":1},{"a":2}]}}', {"a": {"a": [{"a": 1}, {"a": 2}]}}),
    # §5
    "5 values of several types": (b'[1,"a",null,true,[],{}]', [1, "a", None, True, [], {}]),
    # §6: [ minus ] int [ frac ] [ exp ]
    "6 minus zero": (b"-0", 0),
    "6 minus zero with a fraction": (b"-0.0", -0.0),
    "6 minus": (b"-12", -12),
    "6 zero and a fraction": (b"0.5", 0.5),
    "6 fraction with trailing zeros": (b"1.500", 1.5),
    "6 e": (b"1e2", 100.0),
    "6 E": (b"1E2", 100.0),
    "6 e plus": (b"1e+2", 100.0),
    "6 e minus": (b"1E-2", 0.01),
    "6 exponent with leading zeros": (b"1e-002", 0.01),
    "6 all parts": (b"-12.50E+1", -125.0),
    "6 largest double": (b"1.7976931348623157e308", 1.7976931348623157e308),
    "6 rounds down to the largest double": (b"1.7976931348623158079e308", 1.7976931348623157e308),
    "6 smallest double": (b"5e-324", 5e-324),
    "6 too small, so zero": (b"1e-400", 0.0),
    "6 2**53+1": (b"9007199254740993", 2**53 + 1),
    "6 2**63": (b"9223372036854775808", 2**63),
    "6 -2**63-1": (b"-9223372036854775809", -(2**63) - 1),
    "6 30 digits": (b"123456789012345678901234567890", 123456789012345678901234567890),
    # §7: unescaped = %x20-21 / %x23-5B / %x5D-10FFFF
    "7 all of ASCII that needs no escape": (
        b'"' + bytes(set(range(0x20, 0x80)) - set(b'"\\')) + b'"',
        bytes(set(range(0x20, 0x80)) - set(b'"\\')).decode(),
    ),
    "7 first and last of each length": (
        '"\u0080\u07ff\u0800\ud7ff\ue000\U00010000\U0010fffd"'.encode(),
        "\u0080\u07ff\u0800\ud7ff\ue000\U00010000\U0010fffd",
    ),
    "7 line ends of other standards": ('"a\u2028b\u2029c\u0085d"'.encode(), "a\u2028b\u2029c\u0085d"),
    "7 a byte order mark within": ('"\ufeff"'.encode(), "\ufeff"),
    "7 every short escape": (b'"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'),
    "7 \\u in either case": (b'"\\u8bed\\u8BED"', "语语"),
    "7 \\u of controls": (b'"\\u0000\\u001f\\u007f"', "\x00\x1f\x7f"),
    "7 \\u of quote and backslash": (b'"\\u0022\\u005c\\u005C"', '"\\\\'),
    "7 surrogate pair": (b'"\\ud83e\\udde0\\uD83E\\uDDE0"', "🧠🧠"),
    "7 first and last pair": (b'"\\ud800\\udc00\\udbff\\udfff"', "\U00010000\U0010ffff"),
    "7 escaped backslash before u": (b'"\\\\ud800"', "\\ud800"),
    "7 escaped name": (b'{"\\u0061":1,"b":2}', {"a": 1, "b": 2}),
    "7 structural characters in strings": (b'["[{]},:\\"", "]"]', ['[{]},:"', "]"]),
    # §9: a parser may limit depth; no kind comes near this.
    "9 arrays 100 deep": (b"[" * 100 + b"1" + b"]" * 100, reduce(lambda inner, _: [inner], range(100), 1)),
    "9 objects 100 deep": (
        b'{"a":' * 100 + b"1" + b"}" * 100,
        reduce(lambda inner, _: {"a": inner}, range(100), 1),
    ),
}


@pytest.mark.parametrize(("data", "value"), VALID.values(), ids=VALID)
def test_a_valid_text_has_its_value(data, value):
    got, fault = parse(data)
    assert fault is None
    # repr, since 1 == 1.0 == True and 0.0 == -0.0.
    assert repr(got) == repr(value)
    assert repr(json.loads(data)) == repr(value)


@pytest.mark.parametrize(("data", "value"), VALID.values(), ids=VALID)
def test_a_valid_text_passes_in_a_row(validate, data, value):
    assert parse(holding(data))[0]["x_v"] == value
    report = validate(b"[\n%b\n,%b]" % (holding(data), ROW), "rows.json")
    assert (reported(report), report.rows, report.ok) == ([], 2, True)
    if b"\n" not in data:
        report = validate(b"%b\n%b\n" % (holding(data), ROW))
        assert (reported(report), report.rows, report.ok) == ([], 2, True)


# What is not, and the one finding that it gives.

INVALID = {
    "2 no-break space": b"\xc2\xa0{}",
    "2 vertical tab": b"\x0b{}",
    "2 form feed": b"{}\x0c",
    "2 next line": b"{}\xc2\x85",
    "2 line separator": b"{}\xe2\x80\xa8",
    "2 two texts": b"{}{}",
    "2 two texts, divided": b"{} {}",
    "2 comma between texts": b"{},{}",
    "2 comment before": b"/**/{}",
    "2 comment after": b"{} // x",
    "2 hash comment": b"# {}",
    "2 brackets that do not match": b"[1}",
    "2 closing bracket too many": b"[1]]",
    "2 opening bracket too many": b"[[1]",
    "3 True": b"True",
    "3 None": b"None",
    "3 NULL": b"NULL",
    "3 nul": b"nul",
    "3 nullx": b"nullx",
    "3 undefined": b"undefined",
    "3 bare word": b"word",
    "4 not closed": b'{"a":1',
    "4 closed by a bracket": b'{"a":1]',
    "5 not closed": b"[1",
    "5 trailing comma": b"[1,]",
    "5 leading comma": b"[,1]",
    "5 two commas": b"[1,,2]",
    "5 no comma": b"[1 2]",
    "5 comma alone": b"[,]",
    "5 tuple": b"(1,2)",
    "6 plus": b"+1",
    "6 leading zero": b"01",
    "6 leading zero after minus": b"-01",
    "6 two zeros": b"00",
    "6 minus alone": b"-",
    "6 two minuses": b"--1",
    "6 point without digits before": b".5",
    "6 point without digits after": b"1.",
    "6 minus point": b"-.5",
    "6 exponent without digits": b"1e",
    "6 exponent sign without digits": b"1e+",
    "6 point before exponent": b"1.e1",
    "6 fraction in the exponent": b"1e1.5",
    "6 hexadecimal": b"0x1F",
    "6 octal": b"0o7",
    "6 separator": b"1_000",
    "6 thousands": b"[1,000]",
    "6 full-width digits": "１".encode(),
    "6 Arabic digits": "١".encode(),
    "6 nan": b"nan",
    "6 inf": b"inf",
    "6 Inf": b"Inf",
    "6 -NaN": b"-NaN",
    "6 1.#INF": b"1.#INF",
    "7 not closed": b'"a',
    "7 closed by an escaped quote": b'"a\\"',
    "7 single quotes": b"'a'",
    "7 typographic quotes": "“a”".encode(),
    "7 NUL": b'"a\0b"',
    "7 tab": b'"a\tb"',
    "7 carriage return": b'"a\rb"',
    "7 U+001F": b'"a\x1fb"',
    "7 \\x": b'"\\x41"',
    "7 \\'": b'"\\\'"',
    "7 \\a": b'"\\a"',
    "7 \\0": b'"\\0"',
    "7 \\U": b'"\\U0001F600"',
    "7 \\u of three digits": b'"\\u12"',
    "7 \\u of no hexadecimal digits": b'"\\u12g4"',
    "7 \\u of full-width digits": '"\\u００４１"'.encode(),
    "7 \\u{}": b'"\\u{41}"',
    "8.1 byte order mark within a file": BOM + b"{}",
    "8.1 NUL before": b"\0{}",
    "8.1 NUL after": b"{}\0",
    "8.1 NULs alone": b"\0\0\0",
}
INVALID_OBJECTS = {
    "4 trailing comma": b'{"a":1,}',
    "4 leading comma": b'{,"a":1}',
    "4 comma alone": b"{,}",
    "4 no comma": b'{"a":1 "b":2}',
    "4 no colon": b'{"a" 1}',
    "4 two colons": b'{"a"::1}',
    "4 no value": b'{"a":}',
    "4 name alone": b'{"a"}',
    "4 bare name": b"{a:1}",
    "4 name in single quotes": b"{'a':1}",
    "4 number for a name": b"{1:2}",
    "4 null for a name": b"{null:1}",
    "4 semicolon": b'{"a":1;"b":2}',
    "4 equals": b'{"a"=1}',
    "4 comment": b'{"a":1/*x*/}',
    "4 ellipsis": b'{"a":1,...}',
    "4 NUL between": b'{"a":\x001}',
    # §8.2; I-JSON §2.1: no surrogate that is not part of a pair, in names or values, at any depth.
    "I-JSON 2.1 first half alone": b'{"a":"\\ud83e"}',
    "I-JSON 2.1 second half alone": b'{"a":"\\udde0"}',
    "I-JSON 2.1 halves in the wrong order": b'{"a":"\\udde0\\ud83e"}',
    "I-JSON 2.1 first half twice": b'{"a":"\\ud83e\\ud83e"}',
    "I-JSON 2.1 first half before text": b'{"a":"\\ud83ea"}',
    "I-JSON 2.1 first half before another escape": b'{"a":"\\ud83e\\u0061"}',
    "I-JSON 2.1 first half before an escaped backslash": b'{"a":"\\ud83e\\\\udde0"}',
    "I-JSON 2.1 within": b'{"a":[{"b":["\\ud83e"]}]}',
    "I-JSON 2.1 in a name": b'{"\\ud83e":1}',
}
DUPLICATES = {
    "plain": (b'{"a":1,"a":2}', ("a",)),
    "of the same value": (b'{"a":1,"a":1}', ("a",)),
    "not side by side": (b'{"a":1,"b":2,"c":{},"a":3}', ("a",)),
    "three times": (b'{"a":1,"a":2,"a":3}', ("a",)),
    "empty name": (b'{"":1,"":2}', ("",)),
    "escaped": (b'{"a":1,"\\u0061":2}', ("a",)),
    "escaped first": (b'{"\\u0061":1,"a":2}', ("a",)),
    "escaped in two cases": (b'{"\\u8bed":1,"\\u8BED":2}', ("语",)),
    "escaped solidus": (b'{"a/b":1,"a\\/b":2}', ("a/b",)),
    "pair and character": ('{"🧠":1,"\\ud83e\\udde0":2}'.encode(), ("🧠",)),
    "ws around": (b'{"a" : 1 ,\t"a"\r: 2}', ("a",)),
    "in an object": (b'{"x":{"a":1,"a":2}}', ("x", "a")),
    "in an array": (b'{"x":[0,{"b":[1,{"a":1,"a":2}]}]}', ("x", 1, "b", 1, "a")),
    "after other objects that have it once": (b'{"x":[{"a":1},{"a":1},{"a":1,"a":2}]}', ("x", 2, "a")),
    "50 deep": (b'{"x":' * 50 + b'{"a":1,"a":2}' + b"}" * 50, ("x",) * 50 + ("a",)),
    "names that a pointer escapes": (b'{"a/b":{"c~d":1,"c~d":2}}', ("a/b", "c~d")),
    "colons in strings": (b'{"a":"\\":","a":"\\": "}', ("a",)),
}
NOT_FINITE = {
    "NaN": (b'{"a":NaN}', ("a",), "NaN"),
    "Infinity": (b'{"a":Infinity}', ("a",), "Infinity"),
    "-Infinity": (b'{"a":-Infinity}', ("a",), "-Infinity"),
    "after other numbers": (b'{"a":0,"b":-0.5,"c":1e308,"d":NaN}', ("d",), "NaN"),
    "within": (b'{"a":[1,{"b":[2,-Infinity]}]}', ("a", 1, "b", 1), "-Infinity"),
    "the first of several": (b'{"a":[NaN],"b":Infinity}', ("a", 0), "NaN"),
}
# Values that the grammar allows but a double cannot represent (I-JSON §2.2).
TOO_LARGE = {
    "1e400": b"1e400",
    "-1e400": b"-1e400",
    "1E+400": b"1E+400",
    "rounds up to infinity": b"1.7976931348623159e308",
    "a million for an exponent": b"1e1000000",
    "400 digits and a fraction": b"1" + b"0" * 400 + b".0",
    "400 digits": b"1" + b"0" * 400,
    "-400 digits": b"-1" + b"0" * 400,
    "5,000 digits": b"1" + b"0" * 5000,
}


def faults_of(data: bytes, code: str, path: tuple, validate) -> None:
    """Assert that a text gives one finding: read by itself, and as a line between others."""
    value, fault = parse(data)
    assert value is None
    assert (fault.code, fault.path) == (code, path)
    report = validate(b"%b\n%b\n%b\n" % (ROW, data, ROW))
    assert reported(report) == [(code, 2, 1, path)]
    assert (report.rows, report.invalid, report.complete) == (3, 1, True)


def faults_of_element(data: bytes, code: str, path: tuple, validate) -> None:
    """Assert that an object gives one finding as an element between others."""
    report = validate(b"[%b,\n%b,\n%b]" % (ROW, data, ROW), "rows.json")
    assert reported(report) == [(code, 2, 1, path)]
    assert (report.rows, report.invalid, report.complete) == (3, 1, True)


@pytest.mark.parametrize("data", INVALID.values(), ids=INVALID)
def test_invalid_json(validate, data):
    faults_of(data, "invalid-json", (), validate)


@pytest.mark.parametrize("data", INVALID_OBJECTS.values(), ids=INVALID_OBJECTS)
def test_objects_that_are_not_json(validate, data):
    faults_of(data, "invalid-json", (), validate)
    faults_of_element(data, "invalid-json", (), validate)


@pytest.mark.parametrize("data", [b"", b" ", b"\t\r\n"])
def test_an_empty_text(data):
    # §2: JSON-text = ws value ws
    assert parse(data)[1].code == "invalid-json"


def test_a_line_feed_in_a_string(validate):
    # §7. In lines it cannot come up: there it ends the line.
    assert parse(b'{"a":"b\nc"}')[1].code == "invalid-json"
    faults_of_element(b'{"a":"b\nc"}', "invalid-json", (), validate)


@pytest.mark.parametrize("data", [b'{"a":"\\ud83e"}', b'{"a":"\\udde0"}', b'{"\\udde0":1}'])
def test_surrogates_are_called_by_their_name(data):
    _, fault = parse(data)
    assert fault.expected == "paired surrogates"


@pytest.mark.parametrize(("data", "path"), DUPLICATES.values(), ids=DUPLICATES)
def test_duplicate_keys(validate, data, path):
    # I-JSON §2.3: after processing of escapes.
    faults_of(data, "duplicate-key", path, validate)
    faults_of_element(data, "duplicate-key", path, validate)


@pytest.mark.parametrize(("data", "path", "got"), NOT_FINITE.values(), ids=NOT_FINITE)
def test_invalid_numbers(validate, data, path, got):
    # §6: Infinity and NaN are not permitted.
    faults_of(data, "not-finite", path, validate)
    faults_of_element(data, "not-finite", path, validate)
    assert parse(data)[1].got == got


@pytest.mark.parametrize("data", [b"NaN", b"Infinity", b"-Infinity"])
def test_texts_that_are_an_invalid_number(validate, data):
    faults_of(data, "not-finite", (), validate)


@pytest.mark.parametrize("number", TOO_LARGE.values(), ids=TOO_LARGE)
def test_numbers_out_of_range_of_a_double(validate, number):
    for value, path in ((number, ()), (b'[0,{"a":%b}]' % number, (1, "a"))):
        report = validate(b"%b\n%b\n" % (ROW, holding(value)))
        assert reported(report) == [("not-finite", 2, 1, ("x_v", *path))]
        report = validate(b"[%b,\n%b]" % (ROW, holding(value)), "rows.json")
        assert reported(report) == [("not-finite", 2, 1, ("x_v", *path))]


@pytest.mark.parametrize("number", TOO_LARGE.values(), ids=TOO_LARGE)
def test_numbers_out_of_range_of_a_double_in_a_field(validate, number):
    row = sure().replace(b": 0.5", b": " + number)
    assert reported(validate(row + b"\n", kind="translation")) == [("not-finite", 1, 0, ("confidence",))]


def test_every_number_out_of_range_of_a_double_is_reported(validate):
    report = validate(holding(b'{"a":[1e400,1,{"b":-1e400}]}') + b"\n")
    assert reported(report) == [
        ("not-finite", 1, 0, ("x_v", "a", 0)),
        ("not-finite", 1, 0, ("x_v", "a", 2, "b")),
    ]
    assert [one.got for one in report.sample] == ["Infinity", "-Infinity"]


TWO_FAULTS = {
    "NaN, then a key twice": (
        b'{"a":NaN,"a":1}',
        {("not-finite", ("a",)), ("duplicate-key", ("a",))},
    ),
    "a key twice, then NaN": (
        b'{"a":1,"a":2,"b":NaN}',
        {("not-finite", ("b",)), ("duplicate-key", ("a",))},
    ),
    "a key twice, then the end": (
        Tail(b'{"a":1,"a":2'),
        {("truncated", ()), ("duplicate-key", ("a",))},
    ),
    "a key twice, then too many digits": (
        b'{"a":1,"a":2,"b":1' + b"0" * 5000 + b"}",
        {("not-finite", ("b",)), ("duplicate-key", ("a",))},
    ),
}


@pytest.mark.parametrize(("data", "either"), TWO_FAULTS.values(), ids=TWO_FAULTS)
def test_one_of_two_faults_is_reported_correctly(data, either):
    _, fault = parse(data)
    assert (fault.code, fault.path) in either


NOT_UTF8 = {
    # §8.1
    "continuation byte alone": (b'{"a":"\x80"}', "0x80 at byte 6 of the row"),
    "byte that is in no UTF-8": (b'{"a":"\xff"}', "0xff at byte 6 of the row"),
    "character that is cut": (b'{"a":"\xf0\x9f\xa7"}', "0xf0 at byte 6 of the row"),
    "surrogate": (b'{"a":"\xed\xa0\x80"}', "0xed at byte 6 of the row"),
    "beyond U+10FFFF": (b'{"a":"\xf4\x90\x80\x80"}', "0xf4 at byte 6 of the row"),
    "in a name": (b'{"\xff":1}', "0xff at byte 2 of the row"),
    "Latin-1": ('{"a":"naïve"}'.encode("latin-1"), "0xef at byte 8 of the row"),
}


@pytest.mark.parametrize(("data", "got"), NOT_UTF8.values(), ids=NOT_UTF8)
def test_bytes_that_are_not_utf8(validate, data, got):
    faults_of(data, "not-utf8", (), validate)
    faults_of_element(data, "not-utf8", (), validate)
    _, fault = parse(data)
    assert (fault.got, fault.suggestion) == (got, None)


# Two bytes, four bytes, and one whose second byte is that of a backslash.
@pytest.mark.parametrize("words", ["语言在时间维度上", "𠀋", "語言", "乗"])
def test_gb18030_is_offered(validate, words):
    data = f'{{"a":"{words}"}}'.encode("gb18030")
    faults_of(data, "not-utf8", (), validate)
    _, fault = parse(data)
    assert fault.got == f"0x{data[6]:02x} at byte 6 of the row"
    report = validate(b"[%b,\n%b]" % (data, ROW), "rows.json")
    assert [one.code for one in report.sample] == ["not-utf8"]
    assert hint(report.sample[0]) == encoding_hint(data)


@pytest.mark.parametrize("mark", [True, False])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("data", [ROW, b"[%b]" % ROW])
def test_files_in_utf16_and_utf32_are_named(validate, data, encoding, mark):
    report = validate((("\ufeff" if mark else "") + data.decode()).encode(encoding), "rows.json")
    name = encoding[:6].upper()
    assert reported(report) == [("not-utf8", None, None, ())]
    order = "" if mark else encoding[-2:].upper()
    suggestion = f"iconv -f {name}{order} -t UTF-8 … | kaiser-interview validate -"
    assert report.sample[0].message == f"expected UTF-8, got {name}; {suggestion}"
    assert (report.rows, report.complete) == (0, False)


@pytest.mark.parametrize("data", [b"null", b"true", b"1", b"-0.5", b'"a"', b"[]", b"[{}]"])
def test_values_that_are_not_objects(validate, data):
    report = validate(b"%b\n%b\n%b\n" % (ROW, data, ROW))
    assert reported(report) == [("not-an-object", 2, 1, ())]
    report = validate(b"[%b,\n%b,\n%b]" % (ROW, data, ROW), "rows.json")
    assert reported(report) == [("not-an-object", 2, 1, ())]
    assert (report.rows, report.invalid) == (3, 1)


TOO_DEEP = {
    "arrays": b"[" * DEEP + b"]" * DEEP,
    "objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "both": b'[{"a":' * DEEP + b"1" + b"}]" * DEEP,
    "in a field": holding(b"[" * DEEP + b"]" * DEEP),
}


@pytest.mark.parametrize("data", TOO_DEEP.values(), ids=TOO_DEEP)
def test_too_deep_nesting(validate, data):
    faults_of(data, "too-deep", (), validate)
    faults_of_element(data, "too-deep", (), validate)


@pytest.mark.parametrize("data", [b"[" * DEEP, b'{"a":' * DEEP])
def test_too_deep_nesting_that_is_not_closed(validate, data):
    faults_of(data, "too-deep", (), validate)


# The shortcut must report the same as the row validator.

SPELLED = {
    "plain": b'"created": "2026-11-23T18:45:00Z"',
    "one colon escaped": b'"created": "2026-11-23T18\\u003a45:00Z"',
    "both escaped": b'"created": "2026-11-23T18\\u003A45\\u003a00Z"',
    "colon of the name's own escape": b'"created"\t: "2026-11-23T18\\u003a45:00Z"',
    "zone": b'"created": "2026-11-23T18\\u003a45:00+00:00"',
}


@pytest.mark.parametrize("created", SPELLED.values(), ids=SPELLED)
@pytest.mark.parametrize(
    "again", [b'"claim_id":"d01-c02"', b'"claim_id" :"d01-c01"', b'"\\u0063laim_id"\t:null']
)
def test_a_duplicate_key_in_an_otherwise_valid_row(validate, created, again):
    row = sure()
    assert row.count(SPELLED["plain"]) == 1
    row = row.replace(SPELLED["plain"], created)
    assert validate(row + b"\n", kind="translation").ok
    report = validate(b"%b\n{%b,%b\n" % (row, again, row[1:]), kind="translation")
    assert reported(report) == [("duplicate-key", 2, 1, ("claim_id",))]


@pytest.mark.parametrize("name", SURE)
def test_any_duplicate_key_in_an_otherwise_valid_row(validate, name):
    again = json.dumps({name: SURE[name]}).encode()[1:-1]
    report = validate(b"%b\n{%b, %b\n" % (sure(), again, sure()[1:]), kind="translation")
    assert reported(report) == [("duplicate-key", 2, 1, (name,))]


SPOILED = {
    "trailing comma": (lambda row: row[:-1] + b",}", "invalid-json", ()),
    "garbage after": (lambda row: row + b" x", "invalid-json", ()),
    "NUL after": (lambda row: row + b"\0", "invalid-json", ()),
    "byte order mark": (lambda row: BOM + row, "invalid-json", ()),
    "NaN": (lambda row: row.replace(b": 0.5", b": NaN"), "not-finite", ("confidence",)),
    "Infinity": (lambda row: row.replace(b": 0.5", b": -Infinity"), "not-finite", ("confidence",)),
    "fraction without digits": (lambda row: row.replace(b": 0.5", b": 0."), "invalid-json", ()),
    "surrogate alone": (lambda row: row.replace("…".encode(), b"\\ud83e"), "invalid-json", ()),
    "control": (lambda row: row.replace("…".encode(), b"a\x1fb"), "invalid-json", ()),
    "not UTF-8": (lambda row: row.replace("…".encode(), b"\xff"), "not-utf8", ()),
    "surrogate in UTF-8": (lambda row: row.replace("…".encode(), b"\xed\xa0\x80"), "not-utf8", ()),
    "in an array": (lambda row: b"[%b]" % row, "not-an-object", ()),
}


@pytest.mark.parametrize(("spoil", "code", "path"), SPOILED.values(), ids=SPOILED)
def test_a_row_that_is_valid_except_for_its_json(validate, spoil, code, path):
    report = validate(b"%b\n%b\n%b\n" % (sure(), spoil(sure()), sure(claim_id="d01-c99")), kind="translation")
    # The row after it shows that lines and rows are still counted.
    assert reported(report)[:1] == [(code, 2, 1, path)]
    assert [one[:3] for one in reported(report)[1:]] == [("unknown-claim", 3, 2)]


# A generated text is accepted exactly if Python's json module, limited to I-JSON, accepts it.

words = st.text(max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
spaces = st.text(" \t\r\n", max_size=3)


def pairs(found):
    if len(dict(found)) < len(found):
        raise ValueError("twice")
    return dict(found)


def strictly(data: bytes):
    """Read a JSON text by the rules of I-JSON, except the range of numbers."""
    value = json.loads(data.decode("utf-8"), object_pairs_hook=pairs, parse_constant=int)
    json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def spell(draw, value) -> str:
    """Write a value with white space wherever JSON allows it."""
    if isinstance(value, dict):
        members = (
            f"{draw(spaces)}{spell(draw, name)}{draw(spaces)}:{draw(spaces)}{spell(draw, one)}{draw(spaces)}"
            for name, one in value.items()
        )
        return f"{{{','.join(members) or draw(spaces)}}}"
    if isinstance(value, list):
        elements = (f"{draw(spaces)}{spell(draw, one)}{draw(spaces)}" for one in value)
        return f"[{','.join(elements) or draw(spaces)}]"
    return json.dumps(value, ensure_ascii=draw(st.booleans()))


@st.composite
def texts(draw) -> bytes:
    return spell(draw, draw(values)).encode()


@st.composite
def edited(draw, whole) -> bytes:
    """Draw a text with something in it replaced, inserted or dropped."""
    data = draw(whole)
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, min(len(data), start + 3)))
    pieces = (
        b'|,|:|{|}|[|]|"|\\|\\u|\\ud83e|\\udde0|0|-|.|e|1e5|NaN|null| |\n|\0|\x0c|\xff|\xe8\xaf|"a":1,|{},'
    )
    return data[:start] + draw(st.sampled_from(pieces.split(b"|"))) + data[end:]


@given(texts() | edited(texts()) | edited(edited(texts())))
def test_texts_are_read_or_refused_as_by_python(data):
    got, fault = parse(data)
    try:
        value = strictly(data)
    except ValueError:
        assert got is None
        assert fault.code in {"invalid-json", "duplicate-key", "not-finite", "not-utf8"}
    else:
        assert fault is None
        assert repr(got) == repr(value)


@given(st.binary())
def test_any_bytes_are_read_or_refused(data):
    got, fault = parse(data)
    assert fault is None or got is None


# Lines.


def test_lines_end_at_line_feeds_and_nowhere_else(validate):
    marks = "\u2028\u2029\u0085".encode()
    inside = holding(b'"a%bb"' % marks)
    report = validate(b"%b\r\n%b\n%b\r\n%b" % (ROW, inside, b'{"claim_id":"d01-c99"}', ROW))
    assert reported(report) == [("unknown-claim", 3, 2, ("claim_id",))]
    assert (report.rows, report.valid) == (4, 3)


@pytest.mark.parametrize("mark", ["\r", "\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e"])
def test_other_line_ends_do_not_separate_rows(validate, mark):
    data = ROW + mark.encode() + ROW
    report = validate(b"%b\n%b\n" % (data, ROW))
    assert reported(report) == [("invalid-json", 1, 0, ())]
    assert report.rows == 2


def test_carriage_returns_alone_are_named(validate):
    report = validate(b"%b\r%b\r%b\r" % (ROW, ROW, ROW))
    assert reported(report) == [("invalid-json", 1, 0, ())]
    assert report.sample[0].got.startswith("lines that end with only a carriage return: ")


def test_the_last_line_needs_no_line_feed(validate):
    report = validate(ROW + b"\n" + ROW)
    assert (reported(report), report.rows, report.ok) == ([], 2, True)


def test_blank_lines_are_reported_and_are_not_rows(validate):
    report = validate(b"\n%b\n \n\t\r\n%b\r\n\r\n" % (ROW, ROW))
    assert reported(report) == [("blank-line", line, None, ()) for line in (1, 3, 4, 6)]
    assert {one.severity for one in report.sample} == {"warning"}
    assert (report.rows, report.valid, report.ok) == (2, 2, True)


def test_white_space_after_the_last_line_feed_is_not_a_row(validate):
    report = validate(ROW + b"\n \t")
    assert (report.rows, report.ok) == (1, True)


@pytest.mark.parametrize("mark", ["\x0b", "\x0c", "\u00a0", "\u2028", "\ufeff"])
@pytest.mark.parametrize("end", [b"\n", b""])
def test_other_unicode_white_space_is_not_a_blank_line(validate, mark, end):
    # §2 has four characters.
    assert reported(validate(b"%b\n%b%b" % (ROW, mark.encode(), end))) == [("invalid-json", 2, 1, ())]


def test_a_file_of_only_blank_lines(validate):
    report = validate(b"\n\n")
    assert reported(report) == [
        ("no-rows", None, None, ()),
        ("blank-line", 1, None, ()),
        ("blank-line", 2, None, ()),
    ]
    assert (report.rows, report.ok) == (0, False)


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json", "rows"])
@pytest.mark.parametrize("data", [ROW + b"\n", ROW, b"[" + ROW + b"]", b'{\n"claim_id":\n"d01-c01"}'])
def test_a_byte_order_mark_is_an_error_and_skipped(validate, data, name):
    if name == "rows.jsonl" and data[:2] != ROW[:2]:
        data = ROW
    report = validate(BOM + data, name)
    assert reported(report) == [("byte-order-mark", 1, None, ())]
    assert [one.severity for one in report.sample] == ["error"]
    # The rows are read and right; the file is not.
    assert (report.rows, report.valid, report.ok) == (1, 1, False)


def test_only_a_byte_order_mark(validate):
    report = validate(BOM)
    assert reported(report) == [("no-rows", None, None, ()), ("byte-order-mark", 1, None, ())]


def test_nul_is_named(validate):
    report = validate(b'%b\n{"claim_id":"d01-\0c01"}\n' % ROW)
    assert reported(report) == [("invalid-json", 2, 1, ())]
    assert report.sample[0].got.startswith("U+0000: ")


def test_nuls_that_a_crash_has_left_at_the_end(validate):
    assert reported(validate(b"%b\n%b" % (ROW, bytes(512)))) == [("invalid-json", 2, 1, ())]


TRUNCATED = sure(rationale="语言 🧠\u2028", quote="a\\") + b" "
ESCAPED = holding(b'["\\ud83e\\udde0\\n", -1.5e+10, true, {"a": null}]') + b" "


@pytest.mark.parametrize("row", [TRUNCATED, ESCAPED])
def test_a_last_line_cut_at_any_place_is_truncated(validate, row):
    for end in range(1, len(row.rstrip())):
        report = validate(ROW + b"\n" + row[:end])
        assert reported(report) == [("truncated", 2, 1, ())], row[:end]


@pytest.mark.parametrize("row", [b'{"a":1', b'{"a":"b', b'{"a":', b"{", b"[1,"])
def test_a_cut_line_with_a_line_feed_is_invalid_json(validate, row):
    assert reported(validate(row + b"\n")) == [("invalid-json", 1, 0, ())]


def test_the_text_shown_for_a_truncated_row(validate):
    (found,) = validate(b'{"claim_id":"d01-c01","transl').sample
    assert (
        f"{found.expected}, {found.got}"
        == """a complete row, the end of the data after "im_id\\":\\"d01-c01\\",\\"transl\""""
    )
    assert (
        hint(found) == "get the complete data: a write was interrupted, or a model reached its output limit"
    )


def read(reader, path, chunk: int, **options: int):
    """Return all that a reader yields of a file that is read so many bytes at a time."""
    stream = Stream(str(path), chunk=chunk)
    try:
        return [*reader(stream, **options)]
    finally:
        stream.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("text") / "file"


def codes(found) -> list:
    made = []
    for one in found:
        if type(one) is Note:
            made += [(one.line + more, one.fault.code) for more in range(one.lines)]
        else:
            made.append(one)
    return made


LONGEST = 12
# Long blank lines have a separate test.
pieces = st.sampled_from([b"\n", b"\r\n", b"a", b"bc", b"d" * LONGEST, b" ", BOM, b"\xe2\x80\xa8", b"\x85"])


# A byte order mark is known by the first bytes, which have to come at once; `Stream.peek` sees to that.
@given(data=st.lists(pieces, max_size=20).map(b"".join), chunk=st.integers(len(BOM), 40))
def test_lines_in_chunks_of_any_size(file, data, chunk):
    file.write_bytes(data)
    expected = []
    if data.startswith(BOM):
        expected.append((1, "byte-order-mark"))
        data = data.removeprefix(BOM)
    *lines, last = data.split(b"\n")
    for number, line in enumerate(lines, 1):
        if line.strip(b" \t\r"):
            expected.append((number, line if len(line) <= LONGEST else "line-too-long"))
        else:
            expected.append((number, "blank-line"))
    if last.strip(b" \t\r"):
        expected.append((len(lines) + 1, last if len(last) <= LONGEST else "line-too-long"))
    found = codes(read(json_lines, file, chunk, longest=LONGEST))
    assert [(line, one.code if isinstance(one, Fault) else one) for line, one in found] == expected
    # The last line without a line feed is marked, to distinguish truncation from a mistake.
    assert [type(one) for _, one in found if isinstance(one, bytes)][:-1].count(Tail) == 0
    if last.strip(b" \t\r") and len(last) <= LONGEST:
        assert type(found[-1][1]) is Tail


@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_long_blank_line_is_one_note_for_any_chunk_size(file, end):
    file.write_bytes(b"a\n" + b" " * (LONGEST + 1) + end)
    found = {str(codes(read(json_lines, file, chunk, longest=LONGEST))) for chunk in range(1, 40)}
    assert len(found) == 1


# Arrays.


@pytest.mark.parametrize("chunk", [1, 5, 64])
def test_a_too_long_element_ends_reading_for_any_chunk_size(file, chunk):
    file.write_bytes(b'["%b","%b",1]' % (b"d" * (LONGEST - 2), b"d" * (LONGEST - 1)))
    assert read(json_document, file, chunk, longest=LONGEST) == [
        (1, b'"dddddddddd"'),
        Note(1, Fault("line-too-long", (), "at most 12 bytes", "more"), stops=True),
    ]


@pytest.mark.parametrize("mark", ["\x00", "\x0b", "\x0c", "\x1c", "\x85", "\u00a0", "\u2028", "\ufeff"])
@pytest.mark.parametrize("chunk", [1, 64])
def test_a_character_that_is_not_json_white_space_is_part_of_the_element(file, mark, chunk):
    stray = mark.encode() + b'{"a":1}'
    file.write_bytes(b'[%b,\n{"b":2}]' % stray)
    found = read(json_document, file, chunk)
    assert found == [(1, stray), (2, b'{"b":2}')]
    assert parse(stray)[1].code == "invalid-json"


@st.composite
def documents(draw):
    """Draw an array's text, and of each element the line on which it begins, and its bytes."""
    made, elements = f"{draw(spaces)}[{draw(spaces)}", []
    for value in draw(st.lists(st.dictionaries(words, values, max_size=4) | values, max_size=5)):
        if elements:
            made += f",{draw(spaces)}"
        spelled = spell(draw, value)
        elements.append((made.count("\n") + 1, spelled.encode()))
        made += spelled + draw(spaces)
    return f"{made}]{draw(spaces)}".encode(), elements


@given(drawn=documents(), chunk=st.integers(1, 64), compressed=st.booleans())
def test_elements_equal_those_of_the_whole_text(file, drawn, chunk, compressed):
    data, elements = drawn
    file.write_bytes(gzip.compress(data, mtime=0) if compressed else data)
    # A compressed file is recognised by its first bytes, which must arrive together.
    found = read(json_document, file, max(chunk, 4) if compressed else chunk)
    assert found == elements
    assert repr([parse(one)[0] for _, one in found]) == repr(json.loads(data))


@given(
    values=st.lists(st.dictionaries(words, values, max_size=4), min_size=1, max_size=5),
    indent=st.integers(0, 4) | st.sampled_from(["\t", " \t"]),
    chunk=st.integers(1, 64),
)
def test_elements_of_a_printed_array(file, values, indent, chunk):
    file.write_text(json.dumps(values, indent=indent, ensure_ascii=False), "utf-8")
    found = read(json_document, file, chunk)
    assert repr([parse(one)[0] for _, one in found]) == repr(values)
    before = 2
    for (line, one), value in zip(found, values, strict=True):
        assert line == before
        assert one.decode().count("\n") == json.dumps(value, indent=indent).count("\n")
        before += one.count(b"\n") + 1


@given(whole=edited(documents().map(lambda one: one[0])), chunk=st.integers(1, 64))
def test_an_edited_array_is_read_if_valid_and_reported_if_not(file, whole, chunk):
    file.write_bytes(whole)
    found = read(json_document, file, chunk)
    wrong = [
        one for one in found if type(one) is Note or isinstance(one[1], Fault) or parse(one[1])[1] is not None
    ]
    try:
        value = strictly(whole)
    except ValueError:
        assert wrong
    else:
        assert not wrong
        read_as = [parse(one)[0] for _, one in found]
        assert repr(read_as) == repr(value if whole.lstrip().startswith(b"[") else [value])


def test_elements_have_their_lines_and_rows(validate):
    wrong = b'{\n"claim_id":\n"d01-c99"}'
    report = validate(b"\n[%b\n, %b,\n\n%b\n,%b\n]\n" % (wrong, ROW, wrong, wrong), "rows.json")
    assert reported(report) == [
        ("unknown-claim", line, row, ("claim_id",)) for line, row in ((2, 0), (7, 2), (10, 3))
    ]
    assert (report.rows, report.valid) == (4, 1)


ARRAYS = {
    "empty": (b"[]", 0, [("no-rows", None, None)]),
    "empty with ws": (b" \n[\n ] \n", 0, [("no-rows", None, None)]),
    "elements that are no objects": (
        b'[1,\n"a", null,\n[{}],%b]' % ROW,
        5,
        [("not-an-object", 1, 0), ("not-an-object", 2, 1), ("not-an-object", 2, 2), ("not-an-object", 3, 3)],
    ),
    "scalars at line ends": (
        b"[\n1\n,\ntrue\r\n]",
        2,
        [("not-an-object", 2, 0), ("not-an-object", 4, 1)],
    ),
    "word": (b"[%b,\nword,\n%b]" % (ROW, ROW), 3, [("invalid-json", 2, 1)]),
    "comment before an element": (b"[%b,\n/**/%b]" % (ROW, ROW), 2, [("invalid-json", 2, 1)]),
    "trailing comma": (b"[%b,\n]" % ROW, 1, [("invalid-json", 2, None)]),
    "two commas": (b"[%b,\n,%b]" % (ROW, ROW), 1, [("invalid-json", 2, None)]),
    "no comma": (b"[%b\n%b]" % (ROW, ROW), 1, [("invalid-json", 2, None)]),
    "no comma between scalars": (
        b'[%b,"a"\n"b"]' % ROW,
        2,
        [("not-an-object", 1, 1), ("invalid-json", 2, None)],
    ),
    "colon for a comma": (b"[%b:\n%b]" % (ROW, ROW), 1, [("invalid-json", 1, None)]),
    "word after": (b"[%b]\nx" % ROW, 1, [("invalid-json", 2, None)]),
    "array after": (b"[%b]\n[]" % ROW, 1, [("invalid-json", 2, None)]),
    "line after": (b"[%b]\n%b\n" % (ROW, ROW), 1, [("invalid-json", 2, None)]),
    "bracket after": (b"[%b]]" % ROW, 1, [("invalid-json", 1, None)]),
    "NUL after": (b"[%b]\n\0" % ROW, 1, [("invalid-json", 2, None)]),
    "word after the empty one": (b"[]\nx", 0, [("invalid-json", 2, None)]),
    "closed by a brace": (b"[%b\n}" % ROW, 1, [("invalid-json", 2, None)]),
    "one printed object": (b'{\n  "claim_id":\n  "d01-c01"\n}\n', 1, []),
    "one printed object that is wrong": (
        b'\n{\n  "claim_id":\n  "d01-c99"\n}\n',
        1,
        [("unknown-claim", 2, 0)],
    ),
    "two printed objects": (b'{\n"claim_id": "d01-c01"\n}\n{\n}\n', 1, [("invalid-json", 4, None)]),
    "lines": (b"%b\n%b\n" % (ROW, b'{"claim_id":"d01-c99"}'), 2, [("unknown-claim", 2, 1)]),
    "one line": (ROW, 1, []),
}


@pytest.mark.parametrize(("data", "rows", "expected"), ARRAYS.values(), ids=ARRAYS)
def test_documents(validate, data, rows, expected):
    report = validate(data, "rows.json")
    assert [one[:3] for one in reported(report)] == expected
    assert report.rows == rows
    # What could not be read on was not read to its end.
    assert report.complete is not any(code == "invalid-json" and row is None for code, _, row in expected)


def test_a_value_that_is_missing_before_the_first_comma(validate):
    report = validate(b"[,%b]" % ROW, "rows.json")
    assert {one.code for one in report.sample} == {"invalid-json"}
    assert len(report.sample) == 1


WHOLE = (
    b'[\n%b,\n{"claim_id": "d01-c01", "x_v": ["]", "\\"", "\xe8\xaf\xad", -1.5e3, true, {"a": "}"}]}\n]' % ROW
)


@pytest.mark.parametrize("compressed", [False, True])
def test_an_array_cut_at_any_place_is_truncated(validate, compressed):
    for end in range(1, len(WHOLE)):
        data = gzip.compress(WHOLE[:end], mtime=0) if compressed else WHOLE[:end]
        report = validate(data, "rows.json.gz" if compressed else "rows.json")
        # One fault, one finding.
        assert [one.code for one in report.sample] == ["truncated"], WHOLE[:end]
        assert report.sample[0].line == WHOLE[:end].count(b"\n") + 1, WHOLE[:end]
        assert not report.ok
        assert report.valid == sum(end > WHOLE.index(mark) for mark in (b"},\n", b"}\n]"))


@pytest.mark.parametrize("inside", [b'{"a": 1', b'{"a": "b', b'"a', b"[1", b"1", b"nul", b"-", b'"\\'])
def test_a_cut_element_is_not_a_row(validate, inside):
    report = validate(b"[%b,\n%b" % (ROW, inside), "rows.json")
    assert reported(report) == [("truncated", 2, None, ())]
    assert (report.rows, report.valid, report.complete) == (1, 1, False)


def test_a_printed_object_cut_at_any_place_is_truncated(validate):
    data = json.dumps(SURE, indent=1, ensure_ascii=False).encode()
    # Not three, as many bytes as most of its characters have.
    for end in range(1, len(data), 4):
        report = validate(data[:end], "rows.json", kind="translation")
        assert [one[:2] for one in reported(report)] == [("truncated", 1)], data[:end]


def test_the_expected_text_for_a_line_that_is_not_json(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"claim_id": }\n')
    (found,) = ki.validate(path, kind="verdict").sample
    assert (found.code, found.line, found.pointer, found.expected) == ("invalid-json", 1, "", "valid JSON")


def test_the_position_of_a_lone_surrogate():
    data = b'{"a": "x\\ud800y"}'
    said = parse(data)[1]
    assert (said.code, said.expected) == ("invalid-json", "paired surrogates")
    at = int(re.fullmatch("an unpaired surrogate at byte ([0-9]+)", said.got)[1])
    assert data.index(b"\\ud800") < at <= data.index(b"y") + 1  # counted from 1, where it is noticed


@pytest.mark.parametrize(("rows", "what"), [('{\n"a": 1}', "the row"), ('[{"a": 1}]', "the array")])
def test_text_after_the_value_is_refused(tmp_path, rows, what):
    path = tmp_path / "rows.json"
    path.write_text(f"{rows} x", "utf-8")
    (reported,) = [one for one in ki.validate(path, kind="verdict").sample if one.code == "invalid-json"]
    assert (reported.expected, reported.got) == (f"nothing after {what}", '"x"')


@pytest.mark.parametrize("data", [b"0", b" -1.5e3", b"12\n", b'"a"'])
@pytest.mark.parametrize("chunk", [1, 64])
def test_a_document_may_be_one_scalar(file, data, chunk):
    """RFC 8259 §2: a JSON text is any value."""
    file.write_bytes(data)
    assert read(json_document, file, chunk) == [(1, data.strip())]


@pytest.mark.parametrize("data", [b'"a', b"[0", b'{"a": 0'])
def test_a_document_that_ends_within_a_value_is_truncated(file, data):
    file.write_bytes(data)
    assert "truncated" in [
        one.fault.code if isinstance(one, Note) else one[1].code
        for one in read(json_document, file, 64)
        if isinstance(one, Note) or isinstance(one[1], Fault)
    ]

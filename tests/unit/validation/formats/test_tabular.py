"""CSV: the grammar of RFC 4180 clause by clause, and conversion of cells to field types.

Section numbers are those of RFC 4180.
"""

import csv
import io
import json
import signal

import pytest
from hints import hint
from hypothesis import given
from hypothesis import strategies as st

import kaiser_interview as ki
from kaiser_interview.validation.findings.finding import Note
from kaiser_interview.validation.formats.csv import Cells, Header, csv_records
from kaiser_interview.validation.formats.encodings import encoding_hint
from kaiser_interview.validation.formats.streams import Stream

LONGEST = 8 << 20
BOM = b"\xef\xbb\xbf"
BY = {"method": "model", "creator": "m"}
HOW = {"kind": "translation", "defaults": BY}
HEAD = b"claim_id,language,translation\n"
ROW = b"d01-c01,en,x\n"
WRONG = b"d01-c99,en,x\n"
CLAIM = ki.claim("d01-c03")


def reported(report: ki.Report) -> list[tuple]:
    """Return the findings as code, line, row and path, in order of place; those about no row come first."""
    found = [(one.code, one.line, one.row, one.path) for one in report.sample]
    return sorted(found, key=lambda one: (one[1] or 0, -1 if one[2] is None else one[2]))


@pytest.fixture
def validate(tmp_path):
    """Return a function that checks the bytes of a file."""

    def check(data: bytes, name: str = "rows.csv", **options: object) -> ki.Report:
        path = tmp_path / name
        path.write_bytes(data)
        report = ki.validate(path, **(options or HOW))
        path.unlink()
        assert {one.file for one in report.sample} <= {str(path)}
        assert report.rows == report.valid + report.invalid
        return report

    return check


def written(*rows: dict[str, object], **how: object) -> bytes:
    """Return rows as `csv` writes them; lists as JSON."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, [*rows[0]], **how)
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {
                name: json.dumps(value, ensure_ascii=False) if isinstance(value, tuple | list) else value
                for name, value in row.items()
            }
        )
    return file.getvalue().encode()


def wrong_at(line: int, row: int) -> tuple:
    return ("unknown-claim", line, row, ("claim_id",))


# Each ends with a row whose claim there is not, so that its line and its index show.
RIGHT = {
    "2.1 records on lines": (HEAD + ROW + ROW + WRONG, [wrong_at(4, 2)]),
    "2.1 CRLF": ((HEAD + ROW + ROW + WRONG).replace(b"\n", b"\r\n"), [wrong_at(4, 2)]),
    "2.1 CRLF and LF": (HEAD + ROW.replace(b"\n", b"\r\n") + ROW + WRONG, [wrong_at(4, 2)]),
    "2.2 no line end after the last": (HEAD + ROW + WRONG.rstrip(), [wrong_at(3, 1)]),
    "2.3 header in quotes": (b'"claim_id","language","translation"\n' + WRONG, [wrong_at(2, 0)]),
    "2.3 header over lines": (b'claim_id,"x_\na",language,translation\nd01-c99,1,en,x\n', [wrong_at(3, 0)]),
    "2.4 spaces are part of a field": (HEAD + b"d01-c01,en, x \n" + WRONG, [wrong_at(3, 1)]),
    "2.5 all in quotes": (HEAD + b'"d01-c01","en","x"\n' + WRONG, [wrong_at(3, 1)]),
    "2.5 some in quotes": (HEAD + b'd01-c01,"en",x\n' + WRONG, [wrong_at(3, 1)]),
    "2.6 delimiter in quotes": (HEAD + b'd01-c01,en,"a,b,"\n' + WRONG, [wrong_at(3, 1)]),
    "2.6 line feed in quotes": (HEAD + b'd01-c01,en,"a\nb\n\nc"\n' + WRONG, [wrong_at(6, 1)]),
    "2.6 line feeds alone in quotes": (HEAD + b'd01-c01,en,"\n\n"\n' + WRONG, [wrong_at(5, 1)]),
    "2.6 CRLF in quotes": (HEAD + b'd01-c01,en,"a\r\nb"\r\n' + WRONG, [wrong_at(4, 1)]),
    "2.6 carriage return in quotes": (HEAD + b'd01-c01,en,"a\rb\r"\n' + WRONG, [wrong_at(3, 1)]),
    "2.6 the wrong one over lines": (HEAD + ROW + b'd01-c99,en,"a\nb"\n' + ROW, [wrong_at(3, 1)]),
    "2.7 doubled quotes": (HEAD + b'd01-c01,en,"a ""b"" c"\n' + WRONG, [wrong_at(3, 1)]),
    "2.7 doubled quotes alone": (HEAD + b'd01-c01,en,""""\n' + WRONG, [wrong_at(3, 1)]),
    "2.7 doubled quotes at both ends": (HEAD + b'd01-c01,en,"""b"""\n' + WRONG, [wrong_at(3, 1)]),
    "2.7 doubled quotes at a line end": (HEAD + b'd01-c01,en,"a""\n""b"\n' + WRONG, [wrong_at(4, 1)]),
    "2.7 doubled quote before a delimiter": (HEAD + b'd01-c01,en,"a"","\n' + WRONG, [wrong_at(3, 1)]),
    "other line ends are text": (
        HEAD + "d01-c01,en,a\u2028b\u0085c\x0bd\x0ce\n".encode() + WRONG,
        [wrong_at(3, 1)],
    ),
    "characters beyond ASCII": (HEAD + "d01-c01,en,语言🧠\n".encode() + WRONG, [wrong_at(3, 1)]),
    "tabs": ((HEAD + b'd01-c01,en,"x\ty,z;"\n' + WRONG).replace(b",", b"\t"), [wrong_at(3, 1)]),
    "semicolons": (
        HEAD.replace(b",", b";") + b'd01-c01;en;"x;y,z"\n' + WRONG.replace(b",", b";"),
        [wrong_at(3, 1)],
    ),
    "another delimiter in the fields": (HEAD + b"d01-c01,en,a;b\tc\n" + WRONG, [wrong_at(3, 1)]),
    "another delimiter quoted in the header": (
        b'"x_a;b";claim_id;language;translation\n1;d01-c99;en;x\n',
        [wrong_at(2, 0)],
    ),
}


@pytest.mark.parametrize(("data", "expected"), RIGHT.values(), ids=RIGHT)
@pytest.mark.parametrize("name", ["rows.csv", "rows.tsv", "rows"])
def test_valid_records(validate, data, expected, name):
    report = validate(data, name)
    assert reported(report) == expected
    assert (report.invalid, report.complete) == (1, True)


INVALID = {
    # §2.5: unquoted fields contain no quotation marks.
    "quotes in a field": b'd01-c01,en,a "b" c\n',
    "quotes that end a field": b'd01-c01,en,a"b"\n',
    "one quote in a field": b'd01-c01,en,6" pipe\n',
    "one quote at a field's end": b'd01-c01,en,6"\n',
    "doubled quotes in a field": b'd01-c01,en,a ""b"" c\n',
    "space before quotes": b'd01-c01,en, "x"\n',
    # §2.5, 2.7: after the closing one there is a delimiter or a line end.
    "text after quotes": b'd01-c01,en,"a"b\n',
    "space after quotes": b'd01-c01,"en" ,x\n',
    "quotes that are not doubled": b'd01-c01,en,"a "b" c"\n',
    "quotes escaped by a backslash": b'd01-c01,en,"a \\"b\\" c"\n',
    # §2.4: each line has the same number of fields.
    "a field too few": b"d01-c01,en\n",
    "a field too many": b"d01-c01,en,x,y\n",
    "a delimiter at the end": b"d01-c01,en,x,\n",
    "a comma without quotes": b"d01-c01,en,a, b\n",
    "one field": b"d01-c01\n",
    "another delimiter": b"d01-c01;en;x\n",
    "carriage return alone": b"d01-c01,en,a\rb\n",
    "two carriage returns": b"d01-c01,en,x\r\r\n",
    "NUL": b"d01-c01,en,a\0b\n",
    "NUL in quotes": b'd01-c01,en,"a\0b"\n',
    "byte order mark within a file and quotes": BOM + b'"d01-c01",en,x\n',
}


@pytest.mark.parametrize("record", INVALID.values(), ids=INVALID)
def test_invalid_records(validate, record):
    # A fault of one record does not affect the next.
    report = validate(HEAD + ROW + record + WRONG)
    assert reported(report) == [("invalid-csv", 3, 1, ()), wrong_at(4, 2)]
    assert (report.rows, report.invalid, report.complete) == (3, 2, True)


MESSAGES = {
    b"d01-c01,en\n": "expected 3 fields, as in the header, got 2",
    b"d01-c01,en,x,y\n": "expected 3 fields, as in the header, got 4; "
    "put quotation marks around a field that contains a delimiter",
    b'd01-c01,en,a "b"\n': r"expected the whole field in quotation marks, with inner marks doubled, "
    r'got "a \"b\""',
    b'd01-c01,en,"a"b\n': "expected a delimiter or the end of the line after a closing quotation mark, "
    r'got "\"a\"b"',
    b"d01-c01,en,a\rb\n": "expected a line feed at the end of the line, got a carriage return only",
    b"d01-c01,en,\0\n": "expected text without U+0000, got U+0000",
}


@pytest.mark.parametrize(("record", "message"), MESSAGES.items())
def test_messages_for_invalid_records(validate, record, message):
    (found,) = validate(HEAD + record).sample
    assert found.message == message


@pytest.mark.parametrize("data", [HEAD + ROW, (HEAD + ROW).replace(b",", b";")])
def test_carriage_returns_for_line_ends_are_named(validate, data):
    report = validate(data.replace(b"\n", b"\r"))
    assert reported(report) == [("invalid-csv", 1, None, ())]
    assert report.sample[0].got == "a carriage return only"
    assert (report.rows, report.complete) == (0, False)


@pytest.mark.parametrize(
    "record", [b'd01-c01,en,"x', b'd01-c01,en,"x\ny\n', b'd01-c01,en,"x""', b'd01-c01,"']
)
def test_a_quoted_field_without_its_end(validate, record):
    report = validate(HEAD + WRONG + record)
    assert reported(report) == [wrong_at(2, 0), ("truncated", 3, 1, ())]
    assert (report.rows, report.invalid) == (2, 2)


def test_a_field_closed_in_its_second_line_is_closed(validate):
    # Later quotation marks open no field: they are not at the start of one.
    report = validate(HEAD + b'd01-c01,"e\nn" , "x\n' + ROW)
    assert reported(report) == [("invalid-csv", 2, 0, ())]
    assert (report.rows, report.valid) == (2, 1)


def test_a_field_that_opens_where_another_closes_goes_on(validate):
    head = b"claim_id,language,translation,x_a\n"
    report = validate(
        head + b'd01-c01,en,"x\ny","z\n"\n' + b'd01-c01,en,"x\ny","z"\n' + WRONG.strip() + b",\n"
    )
    assert reported(report) == [("unknown-claim", 7, 2, ("claim_id",))]
    assert (report.rows, report.valid) == (3, 2)


def test_a_field_that_opens_after_a_stray_quotation_mark_goes_on(validate):
    report = validate(HEAD + b'd01-c01,e",  "x\n' + b'd01-c01,e","x\n' + ROW + b'"\n' + ROW)
    assert reported(report) == [("invalid-csv", 2, 0, ()), ("invalid-csv", 3, 1, ())]
    assert (report.rows, report.valid) == (3, 1)


def test_a_first_column_of_two_lines_after_a_byte_order_mark(validate):
    report = validate(BOM + b'"x_a\nb",claim_id,language,translation\n,d01-c01,en,x\n')
    assert reported(report) == [("byte-order-mark", 1, None, ())]
    assert (report.rows, report.valid) == (1, 1)


@pytest.mark.parametrize("header", [b'claim_id,"language"x', b"claim_id,language\0", b"claim_id,\xff"])
def test_nothing_is_read_after_an_invalid_header(validate, header):
    # Least of all another header.
    report = validate(header + b"\n" + HEAD + ROW + HEAD)
    assert len(report.sample) == 1
    assert (report.rows, report.complete) == (0, False)


def test_a_quoted_field_that_is_cut_anywhere(validate):
    data = HEAD + b'd01-c01,en,"a, ""b""\n\xe8\xaf\xad\xe8\xa8\x80'
    for end in range(data.index(b'"') + 1, len(data) + 1):
        # An even number of them: the last may be the closing one.
        if data[:end].count(b'"') % 2:
            assert reported(validate(data[:end])) == [("truncated", 2, 0, ())], data[:end]


@pytest.mark.parametrize("cut", [b"\xe8", b"\xe8\xaf", b"a\xf0\x9f\xa7"])
def test_a_last_record_that_ends_in_a_character_is_truncated(validate, cut):
    # As in JSON Lines: the bytes are not those of another encoding, they are too few.
    for quote in (b"", b'"'):
        assert reported(validate(HEAD + ROW + b"d01-c01,en," + quote + cut)) == [("truncated", 3, 1, ())]


@pytest.mark.parametrize(
    "data", [b'"claim_id', b'claim_id,"language\n', b'claim_id,"lang\nuage,translation\n' + ROW]
)
def test_a_header_without_its_end(validate, data):
    report = validate(data)
    # A header is not a row.
    assert reported(report) == [("truncated", 1, None, ())]
    assert report.rows == 0


@pytest.mark.parametrize(
    "header",
    [
        b'claim_id,lan"guage,translation"\n',
        b'claim_id,"language"x,translation\n',
        b"claim_id,\0,translation\n",
    ],
)
def test_a_header_that_does_not_fit(validate, header):
    report = validate(header + ROW)
    assert reported(report) == [("invalid-csv", 1, None, ())]
    assert (report.rows, report.complete) == (0, False)


DUPLICATE = {
    "twice": (b"claim_id,language,translation,language\n", b"d01-c01,en,x,en\n"),
    "three times": (b"language,claim_id,language,translation,language\n", b"en,d01-c01,en,x,en\n"),
    "in quotes": (b'claim_id,language,translation,"language"\n', b"d01-c01,en,x,en\n"),
    "with another kind's fields wrong": (b"claim_id,language,language\n", b"d01-c99,en,en\n"),
}


@pytest.mark.parametrize(("header", "row"), DUPLICATE.values(), ids=DUPLICATE)
@pytest.mark.parametrize("rows", [1, 5])
def test_a_column_twice_is_one_finding_and_every_row_is_invalid(validate, header, row, rows):
    # Too few fields, too: which of the columns a row means is unknown in any case.
    report = validate(header + row * rows + b"d01-c01\n")
    assert reported(report) == [("duplicate-column", 1, None, ("language",))]
    assert report.sample[0].message == 'expected unique column names, got "language" twice'
    assert (report.rows, report.valid, report.invalid) == (rows + 1, 0, rows + 1)
    assert not report.ok


def test_a_byte_order_mark_is_a_warning_and_skipped(validate):
    report = validate(BOM + HEAD + WRONG)
    assert reported(report) == [("byte-order-mark", 1, None, ()), wrong_at(2, 0)]
    assert {one.code: one.severity for one in report.sample}["byte-order-mark"] == "warning"
    report = validate(BOM + b'"claim_id",language,translation\n' + ROW)
    assert reported(report) == [("byte-order-mark", 1, None, ())]
    assert report.ok


def test_blank_lines_are_reported_and_are_not_rows(validate):
    report = validate(b"\n" + HEAD + b"\n" + ROW + b"\r\n  \n" + WRONG + b"\n")
    assert reported(report) == [
        *(("blank-line", line, None, ()) for line in (1, 3, 5, 6)),
        wrong_at(7, 1),
        ("blank-line", 8, None, ()),
    ]
    assert report.rows == 2


@pytest.mark.parametrize("delimiter", [b",", b"\t", b";"])
def test_a_record_of_empty_fields_is_a_row(validate, delimiter):
    report = validate((HEAD + b",,\n" + ROW).replace(b",", delimiter))
    assert reported(report) == [("not-an-object", 2, 0, ())]
    assert (report.rows, report.valid) == (2, 1)


def test_a_record_of_empty_fields_is_not_a_row(validate):
    report = validate(HEAD + b",,\n" + ROW, **HOW, ignore=["missing-field", "not-an-object"])
    assert reported(report) == [("not-an-object", 2, 0, ())]


@pytest.mark.parametrize("data", [b"", b"\n\n", HEAD, HEAD.rstrip(), HEAD + b"\n", BOM, BOM + HEAD])
def test_no_rows(validate, data):
    report = validate(data)
    assert reported(report)[0] == ("no-rows", None, None, ())
    assert {one.code for one in report.sample} <= {"no-rows", "blank-line", "byte-order-mark"}
    assert (report.rows, report.ok) == (0, False)


# Two bytes, four bytes, and one whose second byte is that of a backslash.
@pytest.mark.parametrize("words", ["语言", "𠀋", "乗"])
def test_gb18030_is_offered(validate, words):
    cell = words.encode("gb18030")
    report = validate(HEAD + ROW + b"d01-c01,en,%b\n" % cell + WRONG)
    assert reported(report) == [("not-utf8", 3, 1, ()), wrong_at(4, 2)]
    found = report.sample[0]
    assert found.got == f"0x{cell[0]:02x} at byte 11 of the row"
    assert hint(found) == encoding_hint(cell)


def test_a_header_in_gb18030(validate):
    report = validate(b"claim_id,%b\n" % "译文".encode("gb18030") + ROW)
    assert reported(report) == [("not-utf8", 1, None, ())]
    assert hint(report.sample[0]).startswith("it may be GB18030")
    assert (report.rows, report.complete) == (0, False)


def test_files_in_no_known_encoding(validate):
    report = validate(HEAD + b"d01-c01,en,a\xff\n")
    assert reported(report) == [("not-utf8", 2, 0, ())]
    assert report.sample[0].got == "0xff at byte 12 of the row"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_the_unicode_text_format_of_spreadsheets(validate, encoding):
    report = validate((HEAD + ROW).decode().encode(encoding))
    assert reported(report) == [("not-utf8", None, None, ())]
    assert report.sample[0].got == "UTF-16"


# Cells.

LEAST = {
    "translation": {"claim_id": "d01-c03", "language": "en", "translation": "x"},
    "embedding": {"claim_id": "d01-c03", "model": "m", "of": "text", "vector": "[0.5]"},
    "verdict": {"claim_id": "d01-c03", "verdict": "mixed", "urls": "[]"},
    "question": {
        "references": '[{"claim_id": "d01-c03"}]',
        "question": "?",
        "answer": "!",
        "answerable": "true",
        "language": "en",
    },
    "mention": {
        "claim_id": "d01-c03",
        "quote": CLAIM.text,
        "quote_start": str(CLAIM.start),
        "quote_end": str(CLAIM.end),
        "name": "x",
        "type": "concept",
    },
}
CELLS = {
    "integer as pandas writes it": (
        "mention",
        {"quote_start": f"{CLAIM.start}.0", "quote_end": f"{CLAIM.end}.00"},
    ),
    "whole number for a fraction": ("translation", {"confidence": "1"}),
    "fraction": ("translation", {"confidence": "0.25"}),
    "fraction with an exponent": ("translation", {"confidence": "1e-05"}),
    "large exponent": ("translation", {"confidence": "5E-324"}),
    "True": ("question", {"answerable": "True"}),
    "TRUE": ("question", {"answerable": "TRUE"}),
    "FALSE": ("question", {"answerable": "FALSE", "answer": "", "references": "[]"}),
    "False": ("question", {"answerable": "False", "answer": "", "references": "[]"}),
    "list of numbers": ("embedding", {"vector": "[1, -2.5, 3e2]"}),
    "list of texts": ("verdict", {"urls": '["https://example.org/a,b", "语"]'}),
    "list of records": ("question", {"references": '[{"claim_id": "d01-c03"}, {"claim_id": "d02-c01"}]'}),
    "list over lines": ("verdict", {"urls": '[\n"a",\n"b"\n]'}),
    "empty optional field": ("translation", {"id": "", "confidence": "", "created": "", "claim_sha256": ""}),
    "text that looks like a number": ("translation", {"translation": "12.0", "id": "007"}),
    "text that looks like a boolean": ("translation", {"translation": "True"}),
    "text that looks like JSON": ("translation", {"translation": '["a"]'}),
    "text that looks like null": ("translation", {"translation": "null"}),
    "text that looks like no number": ("translation", {"translation": "nan"}),
    "text with white space": ("translation", {"translation": " x\n"}),
    "column of one's own": ("translation", {"x_n": "12.0", "x_nan": "nan", "x_empty": "", "x_list": "[1"}),
}


@pytest.mark.parametrize(("kind", "cells"), CELLS.values(), ids=CELLS)
def test_cells(validate, kind, cells):
    report = validate(written(LEAST[kind] | cells), kind=kind, defaults=BY)
    assert reported(report) == []
    assert report.rows == 1


WRONG_CELLS = {
    "fraction for an integer": ("mention", {"quote_start": "20.5"}, "wrong-type"),
    "exponent for an integer": ("mention", {"quote_start": "2e1"}, "wrong-type"),
    "words for an integer": ("mention", {"quote_start": "one"}, "wrong-type"),
    "separator in an integer": ("mention", {"quote_start": "1_0"}, "wrong-type"),
    "thousands": ("mention", {"quote_start": "1,000"}, "wrong-type"),
    "full-width digits": ("mention", {"quote_start": "２０"}, "wrong-type"),
    "nan for an integer": ("mention", {"quote_start": "nan"}, "wrong-type"),
    "space around an integer": ("mention", {"quote_start": " 20"}, "wrong-type"),
    "hexadecimal": ("translation", {"confidence": "0x1"}, "wrong-type"),
    "decimal comma": ("translation", {"confidence": "0,5"}, "wrong-type"),
    "per cent": ("translation", {"confidence": "90%"}, "wrong-type"),
    "words for a number": ("translation", {"confidence": "high"}, "wrong-type"),
    "separator in a number": ("translation", {"confidence": "0_1"}, "wrong-type"),
    "boolean for a number": ("translation", {"confidence": "TRUE"}, "wrong-type"),
    "number out of range": ("translation", {"confidence": "90"}, "out-of-range"),
    "nan": ("translation", {"confidence": "nan"}, "not-finite"),
    "NaN": ("translation", {"confidence": "NaN"}, "not-finite"),
    "inf": ("translation", {"confidence": "inf"}, "not-finite"),
    "-Infinity": ("translation", {"confidence": "-Infinity"}, "not-finite"),
    "more than a double": ("translation", {"confidence": "1e400"}, "not-finite"),
    "number for a boolean": ("question", {"answerable": "1"}, "wrong-type"),
    "yes": ("question", {"answerable": "yes"}, "wrong-type"),
    "list as Python writes it": ("verdict", {"urls": "['a', 'b']"}, "wrong-type"),
    "list as numpy writes it": ("embedding", {"vector": "[0.5 0.5]"}, "wrong-type"),
    "list without brackets": ("verdict", {"urls": "a, b"}, "wrong-type"),
    "list that is cut": ("embedding", {"vector": "[0.5, "}, "wrong-type"),
    "object for a list": ("verdict", {"urls": "{}"}, "wrong-type"),
    "null as text": ("verdict", {"urls": "null"}, "missing-field"),
    "empty required field": ("translation", {"translation": ""}, "missing-field"),
    "vocabulary in capitals": ("verdict", {"verdict": "Mixed"}, "not-in-vocabulary"),
    "id with two spaces": ("translation", {"id": "a  b"}, "bad-format"),
    "Excel's date": ("translation", {"created": "11/23/2026 18:45"}, "bad-format"),
}


@pytest.mark.parametrize(("kind", "cells", "code"), WRONG_CELLS.values(), ids=WRONG_CELLS)
def test_wrong_cells(validate, kind, cells, code):
    right = dict.fromkeys(cells, "") | LEAST[kind]
    report = validate(written(right, right | cells), kind=kind, defaults=BY)
    assert [(one.code, one.row, one.path) for one in report.sample] == [(code, 1, (*cells,))]
    assert (report.rows, report.valid) == (2, 1)


NESTED_CELLS = {
    "list with an element of another type": (
        "embedding",
        "vector",
        '[0.5, "1"]',
        "wrong-type",
        ("vector", 1),
    ),
    "list with a number too large": ("embedding", "vector", "[0.5, 1e400]", "not-finite", ("vector", 1)),
    "record without its claim": (
        "question",
        "references",
        "[{}]",
        "missing-field",
        ("references", 0, "claim_id"),
    ),
    "record of a claim there is not": (
        "question",
        "references",
        '[{"claim_id": "d01-c99"}]',
        "unknown-claim",
        ("references", 0, "claim_id"),
    ),
}


@pytest.mark.parametrize(("kind", "name", "cell", "code", "path"), NESTED_CELLS.values(), ids=NESTED_CELLS)
def test_wrong_within_cells(validate, kind, name, cell, code, path):
    report = validate(written(LEAST[kind] | {name: cell}), kind=kind, defaults=BY)
    assert reported(report) == [(code, 2, 0, path)]


def test_a_key_twice_in_a_cell(validate):
    cell = '[{"claim_id": "d01-c03", "claim_id": "d01-c02"}]'
    report = validate(written(LEAST["question"] | {"references": cell}), kind="question", defaults=BY)
    # Which claim is meant is unknown, so it must not pass.
    assert [one.path[0] for one in report.sample] == ["references"]
    assert report.invalid == 1


CARRIED = CLAIM.model_dump()


@pytest.mark.parametrize(
    "how", [{}, {"quoting": csv.QUOTE_ALL}, {"lineterminator": "\n"}, {"delimiter": ";"}]
)
def test_a_claim_s_columns_may_be_carried_along(validate, how):
    report = validate(written(CARRIED | LEAST["translation"], **how))
    assert reported(report) == []
    assert (report.rows, report.valid, report.rows_without_digest) == (1, 1, 0)


def test_a_claim_s_numbers_may_be_as_pandas_writes_them(validate):
    floats = {name: f"{CARRIED[name]}.0" for name in ("position", "start", "end")}
    assert reported(validate(written(CARRIED | floats | LEAST["translation"]))) == []


def test_a_claim_s_columns_may_be_empty(validate):
    empty = dict.fromkeys(CARRIED, "")
    assert reported(validate(written(empty | LEAST["translation"]))) == []


DIFFERS = {
    "text": CLAIM.text[:-1],
    "text_en": CLAIM.text_en + " ",
    "position": CLAIM.position + 1,
    "citations": [*CLAIM.citations, 99],
    "start": CLAIM.start + 0.5,
    "topics": ["economics"],
    "horizon": "past" if CLAIM.horizon != "past" else "future",
    "dialogue_id": "d02",
    "since": "0.0.1",
}


@pytest.mark.parametrize(("name", "value"), DIFFERS.items())
def test_a_claim_s_column_that_is_not_the_claim_s(validate, name, value):
    row = CARRIED | LEAST["translation"]
    report = validate(written(row, row | {name: value}))
    assert [(one.code, one.row, one.path) for one in report.sample] == [("claim-differs", 1, (name,))]


def test_shifted_rows_differ_in_every_column(validate):
    report = validate(
        written(CARRIED | {"claim_sha256": ""} | LEAST["translation"] | {"claim_id": "d01-c01"})
    )
    assert {one.code for one in report.sample} == {"claim-differs"}
    assert {"text", "text_en", "start", "end", "position"} <= {one.path[0] for one in report.sample}


# Long records.

# More than is read at a time.
MORE = LONGEST + (3 << 20)
LONG = {
    "without quotes": b"d01-c01,en,%b\n" % (b"x" * MORE),
    "in quotes": b'd01-c01,en,"%b"\n' % (b"x" * MORE),
    "over lines": b'd01-c01,en,"%b"\n' % ((b"x" * 9999 + b"\n") * (MORE // 10_000)),
    "by one byte": b"d01-c01,en,%b\n" % (b"x" * (LONGEST + 1 - len("d01-c01,en,"))),
}


@pytest.mark.parametrize("record", LONG.values(), ids=LONG)
def test_a_too_long_record_is_skipped_and_reading_continues(validate, record):
    report = validate(HEAD + ROW + record + ROW + WRONG)
    after = 4 + record.count(b"\n")
    assert reported(report) == [("line-too-long", 3, 1, ()), wrong_at(after, 3)]
    assert report.sample[0].message == "expected at most 8 MiB, got more"
    assert (report.rows, report.valid, report.complete) == (4, 2, True)


@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_last_record_that_is_too_long(validate, end):
    report = validate(HEAD + ROW + b"d01-c01,en," + b"x" * LONGEST + end)
    assert reported(report) == [("line-too-long", 3, 1, ())]


def test_a_record_of_the_greatest_length(validate):
    record = b"d01-c01,en,"
    report = validate(HEAD + record + b"x" * (LONGEST - len(record)) + b"\n" + WRONG)
    assert reported(report) == [wrong_at(3, 1)]


def test_a_field_of_many_lines_takes_its_length_s_time(validate):
    # What a quotation mark that is missing makes of a file.
    def stop(*_: object) -> None:
        pytest.fail("a minute for a mebibyte")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    try:
        report = validate(HEAD + b'd01-c01,en,"%b"\n' % (b"\n" * (1 << 20)) + WRONG)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    assert reported(report) == [wrong_at((1 << 20) + 3, 1)]


# What `csv` writes is read as it was.


def read(path, chunk: int) -> list:
    """Return all that is yielded of a file that is read so many bytes at a time."""
    stream = Stream(str(path), chunk=chunk)
    try:
        return [*csv_records(stream, Header())]
    finally:
        stream.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("tabular") / "file"


cells = st.text(
    st.sampled_from('ab,;\t"\n\r 语🧠\u2028\u0085\x0b')
    | st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    max_size=6,
)
# Names that leave no doubt about the delimiter.
names = st.lists(st.text('abc_"\n 语', min_size=1, max_size=4), min_size=1, max_size=3, unique=True)


@given(
    names=names,
    rows=st.lists(st.lists(cells, min_size=3, max_size=3), max_size=4),
    how=st.sampled_from([{}, {"quoting": csv.QUOTE_ALL}, {"quoting": csv.QUOTE_ALL, "lineterminator": "\n"}]),
    delimiter=st.sampled_from(",\t;"),
    chunk=st.integers(1, 50),
    ended=st.booleans(),
)
def test_the_csv_module_round_trips(file, names, rows, how, delimiter, chunk, ended):
    columns = ["first", *names]
    out, expected = io.StringIO(newline=""), []
    writer = csv.writer(out, delimiter=delimiter, **how)
    writer.writerow(columns)
    for row in rows:
        record = ["x", *row][: len(columns)]
        cells = {name: cell for name, cell in zip(columns, record, strict=True) if cell}
        expected.append((out.getvalue().count("\n") + 1, cells))
        writer.writerow(record)
    data = out.getvalue().encode()
    file.write_bytes(data if ended else data.removesuffix(b"\n").removesuffix(b"\r"))
    found = read(file, chunk)
    assert [(line, one.values) for line, one in found] == expected
    assert {one.fault for _, one in found} <= {None}


def each_line(found):
    """Yield the items read, with one note for each line that a note covers."""
    return [
        one._replace(line=one.line + more, lines=1) if isinstance(one, Note) else one
        for one in found
        for more in range(one.lines if isinstance(one, Note) else 1)
    ]


@given(
    data=st.lists(
        st.sampled_from([b"a", b",", b'"', b'""', b"\n", b"\r\n", b"\r", b"\xe8", b"\0", b" "])
    ).map(b"".join),
    chunk=st.integers(1, 30),
)
def test_any_bytes_in_any_chunks_are_read_or_refused(file, data, chunk):
    file.write_bytes(b"a,b\n" + data)
    found = read(file, chunk)
    # The reader decides how many blank lines one note covers.
    assert each_line(found) == each_line(read(file, 1 << 20))
    lines = [one[0] for one in found]
    assert lines == sorted(set(lines))
    for _, one, *_ in found:
        if isinstance(one, Cells):
            assert (one.values is None) is (one.fault is not None)
            assert one.raw in data


@pytest.mark.parametrize("blank", [b"  \n", b"\r\n", b" \r\n"])
def test_a_line_of_spaces_before_the_header_is_blank(file, blank):
    file.write_bytes(blank + b"a,b\n1,2\n")
    note, (line, record) = read(file, 1 << 20)
    assert (note.line, note.fault.code) == (1, "blank-line")
    assert (line, record.values) == (3, {"a": "1", "b": "2"})


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_header_that_ends_within_a_character_is_cut_off(file, mark):
    file.write_bytes(mark + b"a,\xe8\xaf")
    assert read(file, 1 << 20)[-1].fault.code == "truncated"


@pytest.mark.parametrize(("select", "codes"), [(None, ["byte-order-mark"]), (["unknown-claim"], [])])
def test_a_byte_order_mark_is_reported_on_request(tmp_path, select, codes):
    """In CSV it is a warning, and no reason to stop."""
    path = tmp_path / "rows.csv"
    path.write_bytes(b"\xef\xbb\xbfclaim_id,verdict,urls,method,creator\nd05-c02,mixed,[],human,I\n")
    report = ki.validate(path, kind="verdict", select=select)
    assert [one.code for one in report.sample] == codes
    assert {hint(one) for one in report.sample} <= {"spreadsheets write this mark; it is skipped"}


def test_the_excel_separator_line_is_reported(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("sep=;\nclaim_id;verdict;urls;method;creator\nd05-c02;mixed;[];human;I\n", "utf-8")
    report = ki.validate(path, kind="verdict")
    assert [(one.code, one.line, hint(one)) for one in report.sample] == [
        ("invalid-csv", 1, "remove this line; only Excel reads it")
    ]
    assert (report.rows, report.valid) == (1, 1)


def test_a_row_with_an_empty_unknown_column_is_valid(tmp_path):
    path = tmp_path / "rows.csv"
    right = "d05-c02,mixed,[],human,I"
    path.write_text(f"claim_id,verdict,urls,method,creator,note\n{right},x\n{right},\n", "utf-8")
    report = ki.validate(path, kind="verdict")
    assert [(one.code, one.path) for one in report.sample] == [("unknown-field", ("note",))]
    assert (report.rows, report.valid, report.invalid) == (2, 1, 1)

"""Headers of Parquet's pages, written by hand in Thrift's compact protocol."""

from types import SimpleNamespace

import pytest

from kaiser_interview.validation.formats.columnar.parquet_pages import _Header, fault_of_pages

BYTE, I32, DOUBLE, BINARY, LIST, MAP, STRUCT = 3, 5, 7, 8, 9, 11, 12
TRUE, STOP = 1, b"\0"


def number(value: int) -> bytes:
    """Return an integer below 64: zigzag, one byte."""
    return bytes([value << 1])


def field(delta: int, sort: int, data: bytes = b"") -> bytes:
    return bytes([delta << 4 | sort]) + data


def page(values: int, rows: int | None = None, *, kind: int | None = None, more: bytes = b"") -> bytes:
    """Return the header of a page of one byte: of version 2 if it says how many rows it has."""
    kind = (0 if rows is None else 3) if kind is None else kind
    start = field(1, I32, number(kind)) + field(1, I32, number(1)) + field(1, I32, number(1))
    if rows is None:
        inner = field(1, I32, number(values)) + field(1, I32, number(0)) + STOP
        return start + field(2, STRUCT, inner) + more + STOP
    inner = field(1, I32, number(values)) + field(1, I32, number(0)) + field(1, I32, number(rows)) + STOP
    return start + field(5, STRUCT, inner) + more + STOP


def fault(tmp_path, *headers: bytes, values: int, rows: int):
    path = tmp_path / "pages"
    path.write_bytes(b"".join(header + b"x" for header in headers))
    chunk = SimpleNamespace(data_page_offset=0, has_dictionary_page=False, num_values=values)
    group = SimpleNamespace(num_columns=1, num_rows=rows, column=lambda _: chunk)
    schema = SimpleNamespace(column=lambda _: SimpleNamespace(path="quote"))
    found = fault_of_pages(str(path), schema, group)
    assert found is None or found.code == "unreadable"
    return found and (found.path, found.expected, found.got)


def test_pages_that_match_the_footer(tmp_path):
    assert fault(tmp_path, page(2), page(3), values=5, rows=5) is None
    assert fault(tmp_path, page(2, 2), page(3, 1), values=5, rows=3) is None


def test_a_header_longer_than_the_first_read(tmp_path):
    # Statistics may contain the complete minimum and maximum.
    more = field(1, BINARY, b"\x80\x20" + b"x" * 4096)
    assert fault(tmp_path, page(2, more=more), page(3), values=5, rows=5) is None


def test_pages_with_another_number_of_values(tmp_path):
    said = (("quote",), "4 values, as declared in the footer", "5 in its pages")
    assert fault(tmp_path, page(2), page(3), values=4, rows=4) == said


def test_pages_with_another_number_of_rows(tmp_path):
    said = (("quote",), "4 rows, as declared in the footer", "3 in its pages")
    assert fault(tmp_path, page(2, 2), page(3, 1), values=5, rows=4) == said


@pytest.mark.parametrize(
    "more",
    [
        field(1, TRUE),
        field(1, BYTE, b"x"),
        field(1, DOUBLE, b"12345678"),
        field(1, BINARY, b"\x03abc"),
        field(1, LIST, bytes([3 << 4 | TRUE]) + b"\1\1\1"),
        field(1, LIST, bytes([15 << 4 | I32]) + b"\x10" + b"\1" * 16),
        field(1, STRUCT, field(1, BYTE, b"x") + STOP),
    ],
)
def test_other_header_fields_are_skipped(more):
    header = _Header(page(7, more=more))
    assert header.page() == (1, 7, None)
    assert header.at == len(page(7, more=more))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (field(1, I32, number(0)) + STOP, "a page without a size"),
        (page(1, more=field(1, MAP, b"\0")), "a header with an unknown field type"),
        (page(1, more=field(1, STRUCT) * 30), "a header with too many nesting levels"),
    ],
)
def test_invalid_headers(data, words):
    with pytest.raises(ValueError, match=f"^{words}$"):
        _Header(data).page()


def test_a_header_that_is_cut_off(tmp_path):
    said = (("quote",), "a file that can be read", "damaged data: an invalid page header")
    assert fault(tmp_path, page(2)[:-3], values=5, rows=5) == said

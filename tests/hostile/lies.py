"""Numbers in the metadata of Parquet files, and their replacement by false ones.

Metadata is Thrift's compact protocol, in which a number may be replaced by one of another length without
other damage, except in the headers of pages, whose positions are in the footer.
"""

import io
import random
from collections.abc import Iterator

import pyarrow.parquet as pq

_VALUES = [0, 1, -1, 2, 7, 20, 1000, 2**15, 2**31 - 1, -(2**31), 2**31, 2**40, 2**63 - 1, -(2**63)]
_TRUE, _FALSE, _BYTE, _I16, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = (
    1,
    2,
    3,
    4,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
)

Place = tuple[int, int, bool]
"""Where a number begins and ends, and whether it has a sign (else it is a length)."""


def lied(data: bytes, draw: random.Random) -> bytes:
    """Return a Parquet file in which one number of the footer or of a page's header is another."""
    length = int.from_bytes(data[-8:-4], "little")
    footer = len(data) - 8 - length
    if draw.random() < 0.3:
        start, end, _ = draw.choice([place for at in _pages(data) for place in _numbers(data, at)[0]])
        return data[:start] + _of_length(draw, end - start) + data[end:]
    start, end, signed = draw.choice(_numbers(data, footer)[0])
    old = _value(data[start:end], signed=signed)
    value = draw.choice([*_VALUES, old + 1, old - 1, old * 2, -old])
    made = data[footer:start] + _varint(value, signed=signed) + data[end:-8]
    return data[:footer] + made + len(made).to_bytes(4, "little") + b"PAR1"


def _pages(data: bytes) -> Iterator[int]:
    """Yield where the header of each page begins."""
    metadata = pq.ParquetFile(io.BytesIO(data)).metadata
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(column)
            at = chunk.data_page_offset
            if chunk.has_dictionary_page:
                yield chunk.dictionary_page_offset
            yield at


def _numbers(data: bytes, at: int) -> tuple[list[Place], int]:
    """Return the places of the numbers of a struct, and where it ends."""
    places: list[Place] = []
    while (head := data[at]) != 0:
        at += 1
        if head < 16:
            at = _end(data, at)
        at = _skip(data, at, head & 15, places)
    return places, at + 1


def _skip(  # noqa: PLR0911 - a type each
    data: bytes, at: int, kind: int, places: list[Place], *, element: bool = False
) -> int:
    if kind in (_TRUE, _FALSE):
        return at + element
    if kind == _BYTE:
        return at + 1
    if _I16 <= kind <= _I64:
        end = _end(data, at)
        places.append((at, end, True))
        return end
    if kind == _DOUBLE:
        return at + 8
    if kind == _BINARY:
        end = _end(data, at)
        places.append((at, end, False))
        return end + _value(data[at:end], signed=False)
    if kind in (_LIST, _SET):
        size, inner, at = data[at] >> 4, data[at] & 15, at + 1
        if size == 15:
            end = _end(data, at)
            places.append((at, end, False))
            size, at = _value(data[at:end], signed=False), end
        for _ in range(size):
            at = _skip(data, at, inner, places, element=True)
        return at
    assert kind == _STRUCT, kind
    more, at = _numbers(data, at)
    places += more
    return at


def _end(data: bytes, at: int) -> int:
    while data[at] & 128:
        at += 1
    return at + 1


def _value(varint: bytes, *, signed: bool) -> int:
    value = sum((byte & 127) << 7 * place for place, byte in enumerate(varint))
    return (value >> 1) ^ -(value & 1) if signed else value


def _varint(value: int, *, signed: bool) -> bytes:
    value = ((value << 1) ^ (value >> 63)) if signed else value
    value &= 2**64 - 1
    made = b""
    while value > 127:
        value, made = value >> 7, made + bytes([value & 127 | 128])
    return made + bytes([value])


def _of_length(draw: random.Random, length: int) -> bytes:
    """Return any number that takes so many bytes."""
    return bytes(draw.randrange(128) | 128 for _ in range(length - 1)) + bytes([draw.randrange(128)])

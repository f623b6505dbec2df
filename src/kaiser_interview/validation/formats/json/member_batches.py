"""Read JSON Lines by their keys, many rows at once, with keys in any order.

Each pair of unescaped quotation marks of a line is a string. A string before a colon is a key. The bytes
between it and the next key are its value and one comma. A row is read if

- it is an object whose values are strings, numbers, literals or lists of strings, with no white space except
  one space after a comma or colon;
- it is UTF-8 without backslashes and control characters, so that a string equals its bytes;
- each key is the name of a column or begins with ``x_``, is unique, and has a value of its type.

These conditions cover every byte of a row. Other rows are left to the strict parser.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ...arrow.arrays import Bools, Ints, from_numpy, from_texts, from_values, to_numpy
from ...arrow.from_python import ARROW, ColumnType
from ..digits import read_digits
from .text import parse

if TYPE_CHECKING:
    from .line_batches import Block

__all__ = ["read_members"]

_SPACE, _QUOTE, _COMMA, _COLON, _OPEN, _CLOSE, _LIST, _END = b' ",:{}[]'

_EXACT = 2**53
"""All numbers must be smaller, so that a double holds integers exactly."""

_SHORT = 32
"""Maximum number of characters of a number or literal."""

_EXTRA = 16
"""Maximum number of columns whose names begin with ``x_``. Each takes memory for every row."""


def read_members(
    block: "Block", rows: Ints, types: Mapping[str, ColumnType], lists: Collection[str]
) -> tuple[Ints, pa.RecordBatch]:
    """Return the numbers of the rows that can be read by their keys, and their columns.

    Parameters
    ----------
    block : Block
        The lines.
    rows : numpy.ndarray
        Numbers of lines with quotation marks, ascending.
    types : mapping of str to ColumnType
        The types of columns.
    lists : collection of str
        The names of columns that hold lists of strings.
    """
    rows = _without_special(block, rows)
    if not len(rows):
        return rows, None
    members = _Members(block, rows)
    columns = members.columns(types, lists)
    right = members.right
    if not right.any():
        return rows[right], None
    batch = pa.RecordBatch.from_pydict(columns)
    return rows[right], batch if right.all() else batch.filter(from_numpy(right))


def _without_special(block: "Block", rows: Ints) -> Ints:
    """Return the lines without control characters, backslashes, or an odd number of quotation marks."""
    plain = np.zeros(len(block.starts), np.bool_)
    plain[rows] = block.quotes[rows] % 2 == 0
    plain[np.searchsorted(block.starts, block.special, "right") - 1] = False
    return np.flatnonzero(plain)


class _Members:
    """The members of the objects in lines; `right` says which lines can be read."""

    def __init__(self, block: "Block", rows: Ints) -> None:
        self._raw, self._text = block.raw, block.text
        chosen = np.zeros(len(block.starts), np.bool_)
        chosen[rows] = True
        inside = np.repeat(chosen, block.quotes + 1)
        inside[block.breaks[:-1]] = False
        quotes = block.marks[:-1][inside]
        # The offsets of each string: after its opening mark, and after its closing mark.
        self._opens, self._closes = opens, closes = quotes[0::2], quotes[1::2]
        lines = np.repeat(np.arange(len(rows), dtype=np.int32), block.quotes[rows] // 2)
        self.right: Bools = np.ones(len(rows), np.bool_)
        is_key = self._byte(closes) == _COLON
        keys = np.flatnonzero(is_key)
        self._keys, self._lines = keys, lines[keys]
        firsts = np.flatnonzero(np.diff(lines, prepend=-1))
        self.right[lines[firsts[~is_key[firsts]]]] = False
        # Strings between a key and the next, or the end of the line.
        is_last = np.diff(self._lines, append=-1) != 0
        following = np.where(is_last, np.append(firsts[1:], len(lines))[self._lines], np.roll(keys, -1))
        self._counts = counts = following - keys - 1
        values = closes[keys] + 1
        self._values = values = values + (self._byte(values) == _SPACE)
        first_byte = self._byte(values)
        self._is_text, self._is_list = is_text, is_list = first_byte == _QUOTE, first_byte == _LIST
        after = np.where(is_last, block.ends[rows][self._lines], opens[np.roll(keys, -1)] - 1)
        ends = after - 1
        ends -= ~is_last & (self._byte(ends) == _SPACE)
        self._ends = ends
        first_string = opens[np.minimum(keys + 1, len(opens) - 1)] - 1
        last_string = closes[keys + counts]
        wrong = (self._byte(ends) != np.where(is_last, _CLOSE, _COMMA)) | (values >= ends)
        wrong |= counts != np.where(is_text, 1, np.where(is_list, counts, 0))
        wrong |= (counts > 0) & ((first_string != values + is_list) | (last_string + is_list != ends))
        wrong |= is_list & ((self._byte(ends - 1) != _END) | ((counts == 0) & (ends != values + len("[]"))))
        self._wrong(wrong)
        starts = block.starts[rows]
        starts = starts + (self._byte(starts) == _SPACE)
        self.right[(self._byte(starts) != _OPEN) | (opens[firsts] != starts + 2)] = False
        # Check the bytes between strings of a list.
        inner = np.flatnonzero(~is_key[:-1] & ~is_key[1:] & (lines[:-1] == lines[1:]))
        gap = opens[inner + 1] - 1 - closes[inner]
        spaces = self._byte(closes[inner] + 1) == _SPACE
        apart = (self._byte(closes[inner]) != _COMMA) | (gap != 1 + spaces)
        self.right[lines[inner[apart]]] = False

    def _byte(self, places: npt.NDArray[np.integer]) -> npt.NDArray[np.uint8]:
        return self._raw.take(places, mode="clip")

    def _wrong(self, members: Bools) -> None:
        self.right[self._lines[members]] = False

    def columns(self, types: Mapping[str, ColumnType], lists: Collection[str]) -> dict[str, pa.Array]:
        """Return the columns, with a value for each line; other lines are marked as not `right`."""
        edges = np.stack([self._opens, self._closes - 1], axis=1).ravel().astype(np.int32)
        self._parts = _parts(edges, self._text)
        names, codes = self._names([*types, *lists])
        self._wrong(codes < 0)
        seen = np.zeros(
            (len(self.right), len(names) + 1), np.bool_
        )  # the last is for members without a column
        seen[self._lines, codes] = True
        self.right &= seen.sum(axis=1) == np.bincount(
            self._lines, minlength=len(self.right)
        )  # no key is twice
        held = self.right[self._lines]
        columns = {}
        for code, name in enumerate(names):
            members = np.flatnonzero(held & (codes == code))
            if len(members):
                is_list = name in lists
                columns[name] = self._column(members, types.get(name, "string"), is_list=is_list)
        return columns

    def _names(self, known: list[str]) -> tuple[list[str], Ints]:
        """Return the column names, and the index of each member's column; -1 if it has none."""
        keys = self._parts.take(from_numpy(2 * self._keys))
        codes = pc.index_in(keys, value_set=from_texts(known))
        if codes.null_count:
            others = pc.unique(keys.filter(codes.is_null())).to_pylist()
            known += [name for name in others if name.startswith("x_")][:_EXTRA]
            codes = pc.index_in(keys, value_set=from_texts(known))
        return known, to_numpy(codes, -1).astype(np.int64)

    def _column(self, members: Ints, type_: ColumnType, *, is_list: bool) -> pa.Array:
        """Return the values of members with the same name; null in lines without one."""
        lines = self._lines[members]
        is_scalar = ~(self._is_text[members] | self._is_list[members])
        values, places = self._scalars(members[is_scalar], type_)
        self.right[lines[is_scalar][places < 0]] = False
        if type_ != "string":
            self.right[lines[~is_scalar]] = False
            return _placed(values, lines[is_scalar], places, len(self.right))
        # The only scalar of such a column is null.
        fits = self._is_list[members] if is_list else self._is_text[members]
        self.right[lines[~(fits | is_scalar)]] = False
        members, lines = members[fits], lines[fits]
        if not is_list:
            return _placed(self._parts, lines, 2 * (self._keys[members] + 1), len(self.right))
        counts = self._counts[members]
        offsets = np.cumsum(counts) - counts
        strings = np.arange(counts.sum()) + np.repeat(self._keys[members] + 1 - offsets, counts)
        texts = self._parts.take(from_numpy(2 * strings))
        whole = pa.ListArray.from_arrays(from_numpy(np.append(offsets, len(texts)).astype(np.int32)), texts)
        return _placed(whole, lines, np.arange(len(lines)), len(self.right))

    def _scalars(self, members: Ints, type_: ColumnType) -> tuple[pa.Array, Ints]:
        """Return values, and the index of each member's value; -1 for another type."""
        if type_ != "integer":
            return self._parsed(members, type_)
        numbers, is_number = self._digits(members)
        digits, others = np.flatnonzero(is_number), np.flatnonzero(~is_number)
        values, places = self._parsed(members[others], type_)
        found = np.empty(len(members), np.int64)
        found[digits] = np.arange(len(digits))
        found[others] = np.where(places < 0, -1, places + len(digits))
        return pa.concat_arrays([from_numpy(numbers[digits]), values]), found

    def _digits(self, members: Ints) -> tuple[Ints, Bools]:
        """Return the values of members that are numbers of few digits, and which are."""
        starts, ends = self._values[members], self._ends[members]
        numbers, is_number = read_digits(self._raw, ends, ends - starts)
        has_zeros = (self._byte(starts) == ord("0")) & (ends - starts > 1)  # not valid JSON
        return numbers.astype(np.int64), is_number & ~has_zeros

    def _parsed(self, members: Ints, type_: ColumnType) -> tuple[pa.Array, Ints]:
        """Parse distinct texts; return their values, and the index of each member's value, or -1."""
        arrow_type, known = ARROW[type_]
        if not len(members):
            return pa.nulls(0, arrow_type), members
        edges = np.stack([self._values[members], self._ends[members]], axis=1).ravel().astype(np.int32)
        coded = _parts(edges, self._text).take(from_numpy(np.arange(0, len(edges), 2))).dictionary_encode()
        found = [_scalar(one) if len(one) <= _SHORT else ... for one in coded.dictionary.to_pylist()]
        fits = np.array([one is None or type(one) in known for one in found])
        values = [one if is_right else None for one, is_right in zip(found, fits.tolist(), strict=True)]
        codes = to_numpy(coded.indices).astype(np.int64)
        made = pa.nulls(len(values), arrow_type) if type_ == "string" else from_values(values, arrow_type)
        return made, np.where(fits[codes], codes, -1)


@lru_cache(maxsize=1 << 14)
def _scalar(text: str) -> object:
    """Return the value of a number or literal; an ellipsis if it is invalid, or too large to be exact."""
    value, fault = parse(text.encode())
    return ... if fault or (type(value) in {int, float} and abs(value) >= _EXACT) else value


def _parts(edges: npt.NDArray[np.int32], text: pa.Buffer) -> pa.StringArray:
    """Return the text between each edge and the next."""
    return pa.StringArray.from_buffers(len(edges) - 1, pa.py_buffer(edges), text)


def _placed(values: pa.Array, lines: Ints, places: Ints, size: int) -> pa.Array:
    """Return the value at each line's place; null for a line without a place."""
    chosen = np.full(size, -1, np.int64)
    chosen[lines] = places
    return values.take(from_numpy(chosen, chosen < 0))

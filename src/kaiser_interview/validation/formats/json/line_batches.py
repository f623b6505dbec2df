"""Read JSON Lines into record batches, many rows at once.

Programs usually write all rows with the same keys in the same order and spacing. So one strictly parsed row
is a template for others: constant bytes, and slots for strings and numbers. A row matches a template only if

- it has the same number of unescaped quotation marks, and the same bytes around its slots. These bytes
  contain all the marks, so that no slot contains one, and the slot of a string is the whole string;
- it is UTF-8, and the strict parser accepts each string with a backslash or a control character;
- each number follows the grammar of RFC 8259, section 6, with so few digits that no precision is lost.

Such a row has the same keys as the template, so it has no duplicate key. All other rows are left to the
strict parser.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ...arrow.arrays import from_numpy, from_texts, to_numpy
from ...arrow.from_python import ColumnType
from ..digits import MOST_DIGITS, read_digits
from ..text import not_utf8
from .member_batches import read_members
from .text import parse

__all__ = ["Lines", "Taken"]


_Integers = npt.NDArray[np.int64]

_Places = npt.NDArray[np.int32]

_Truths = npt.NDArray[np.bool_]

_BLOCK = 5 << 19  # bytes: large enough to spread the cost of a call, small enough for the processor's cache

_LONG = 2 << 20  # bytes by which a line may exceed a block; longer lines go to the strict reader

_NEW, _KNOWN, _SLOTS = 8, 16, 200  # maximum new templates in a block, templates kept, slots in a template

_FEW = 16  # minimum rows to read by their keys: for fewer, the strict parser is faster

_WORTH = 64  # keep a template if it matches at least one in this many rows of a block

_LINE_FEED, _SPACE, _QUOTE, _BACKSLASH = b'\n "\\'

_MEMBER = re.compile(
    rb'[{,]\s*"(?P<key>[^"\\]*)"\s*:\s*'
    rb'(?:"(?P<string>(?:[^"\\]++|\\.)*+)"|(?P<number>[-0-9][-+.0-9Ee]*+)|true|false|null|\[\s*\]|\{\s*\})\s*'
)

# The type of a slot, by the type of its value and of its column. An x_ column may hold either type.
_HOLDS: Mapping[str | None, Mapping[str | None, ColumnType]] = {
    "string": {"string": "string", "x_": "string"},
    "number": {"integer": "integer", "number": "number", "x_": "number"},
}

# At most 15 digits before the point keep an integer exact; two in the exponent keep the number finite.
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?")

_WORD = 8

# Indexed by the number of digits, from 0 to 9 (too many): the smallest number with that many digits.
_LEAST = np.array([2**64 - 1, 0, *(10**digits for digits in range(1, MOST_DIGITS)), 2**64 - 1], np.uint64)


class Taken(NamedTuple):
    """The batches read from a chunk, and the lines left to the strict parser."""

    starts: _Integers
    """Start of each line in the chunk in bytes, including blank lines."""
    ends: _Integers
    """End of each line, without its line feed."""
    quotes: _Integers
    """Number of unescaped quotation marks in each line; -1 if they were not counted."""
    batches: list[tuple[_Integers, pa.RecordBatch]]
    """Line numbers, ascending, and the columns of these lines. Columns with only nulls are left out."""
    rest: _Integers
    """The numbers of lines that are in no batch, ascending."""


class Lines:
    r"""Read the rows of JSON Lines that match a template into record batches.

    Templates found in one chunk are used for the next.

    Parameters
    ----------
    columns : mapping of str to ColumnType
        The type of each column. Rows with other columns are left to the strict parser, except columns whose
        names begin with ``x_``: these are read as strings or doubles. They are left out of a batch if the
        template's value is null, true, false, or an empty list or object.
    lists : collection of str, optional
        The names of columns of lists of strings. If given, rows that match no template are read by their
        keys (see `member_batches`).
    block : int
        Approximate number of bytes that are read together.

    Examples
    --------
    >>> taken = Lines({"id": "string", "n": "integer"}).read(b'{"id":"a","n":1}\n\n{"id":"b","n":20}\n')
    >>> [(rows.tolist(), batch.to_pydict()) for rows, batch in taken.batches], taken.rest.tolist()
    ([([0, 2], {'id': ['a', 'b'], 'n': [1, 20]})], [1])
    """

    def __init__(
        self,
        columns: Mapping[str, ColumnType],
        lists: Collection[str] | None = None,
        *,
        block: int = _BLOCK,
    ) -> None:
        self._columns = dict(columns)
        self._lists = lists
        self._block = block
        self._templates: list[_Template] = []
        self._new = _NEW
        self._scratch = np.empty((2, 0), np.bool_)
        # Freed at once. After that, glibc keeps memory of this size, which avoids slow page faults.
        np.empty(8 << 20, np.uint8)

    def read(self, chunk: bytes) -> Taken:
        """Read a chunk; return the rows that match a template, and the numbers of all other lines.

        Parameters
        ----------
        chunk : bytes
            Whole lines with any content. The last line may have no line feed.
        """
        lines: list[tuple[_Integers, ...]] = [(np.empty(0, np.int64),) * 4]
        batches: list[tuple[_Integers, pa.RecordBatch]] = []
        count = 0
        for at, stop, is_long in _stretches(chunk, self._block):
            if is_long:
                end = stop - chunk.endswith(b"\n", at, stop)
                lines.append(tuple(np.array([one]) for one in (at, end, -1, count)))
                count += 1
                continue
            # Reuse this memory: allocating it takes longer than using it.
            if self._scratch.shape[1] < (width := ((stop - at) // _WORD + 2) * _WORD):
                self._scratch = np.empty((2, width), np.bool_)
            block = Block(chunk, at, stop, self._scratch[:, :width])
            left = np.ones(len(block.starts), np.bool_)
            fit = block.fit.copy()
            for rows, batch in self._batches(block):
                left[rows] = False
                batches.append((rows + count, batch))
            others = np.flatnonzero(left & fit)
            if self._lists is not None and len(others) >= _FEW:
                rows, batch = read_members(block, others, self._columns, self._lists)
                if len(rows):
                    left[rows] = False
                    batches.append((rows + count, batch))
            lines.append((block.starts + at, block.ends + at, block.quotes, np.flatnonzero(left) + count))
            count += len(left)
        starts, ends, quotes, rest = (np.concatenate(parts) for parts in zip(*lines, strict=True))
        return Taken(starts, ends, quotes, batches, rest)

    def _batches(self, block: "Block") -> Iterator[tuple[_Integers, pa.RecordBatch]]:
        """Yield the rows of a block that match templates; keep the templates that match most rows."""
        uses = dict.fromkeys(self._templates, 0)
        for template in self._candidates(block, uses):
            rows, batch = template.read(block, np.flatnonzero(block.fit & (block.quotes == template.quotes)))
            uses[template] = len(rows)
            if len(rows):
                block.fit[rows] = False
                yield rows, batch
        worth = [template for template, count in uses.items() if count * _WORTH >= len(block.starts)]
        self._templates = sorted(worth, key=uses.__getitem__, reverse=True)[:_KNOWN]
        # If rows have no common template, templates only cost time: try fewer in the next block.
        self._new = _NEW if worth else max(1, self._new // 2)

    def _candidates(self, block: "Block", known: Collection["_Template"]) -> Iterator["_Template"]:
        """Yield the known templates, then new templates from rows that none has matched yet."""
        yield from self._templates
        for _ in range(self._new):
            first = int(block.fit.argmax())
            if not block.fit[first]:
                return
            template = _template(block.line(first), self._columns)
            if template is not None and template not in known:
                yield template
            block.fit[first] = False


def _stretches(chunk: bytes, size: int) -> Iterator[tuple[int, int, bool]]:
    """Split a chunk into stretches of about `size` bytes; yield start, end, whether it is one long line."""
    at = 0
    while at < len(chunk):
        stop, is_long = chunk.find(b"\n", at + size) + 1 or len(chunk), False
        if stop - at > size + _LONG:
            # Searching such a long line at once would use many times its size in memory.
            before = chunk.rfind(b"\n", at, at + size) + 1
            stop, is_long = (before, False) if before else (stop, True)
        yield at, stop, is_long
        at = stop


class Block:
    """A part of a chunk: the positions of its lines and of the quotation marks that delimit strings.

    Attributes
    ----------
    raw, text : ndarray of uint8, pyarrow.Buffer
        The bytes.
    starts, ends : ndarray of int
        Where each line starts and ends.
    special : ndarray of int
        The positions of control characters and backslashes.
    marks : ndarray of int
        The positions of line feeds and unescaped quotation marks, from 1.
    breaks : ndarray of int
        The indices of the line feeds in `marks`.
    quotes : ndarray of int
        The number of unescaped quotation marks in each line.
    fit : ndarray of bool
        The lines that may still match a template.
    """

    raw: npt.NDArray[np.uint8]
    text: pa.Buffer
    starts: _Integers
    ends: _Integers
    special: _Places
    marks: _Places
    breaks: _Integers
    quotes: _Integers
    fit: _Truths

    def __init__(self, chunk: bytes, start: int, stop: int, scratch: _Truths) -> None:
        self.raw = raw = np.frombuffer(chunk, np.uint8, stop - start, start)
        self.text, size = pa.py_buffer(chunk).slice(start, stop - start), stop - start
        # Byte n is at index n + 1; a line feed is assumed before the first byte and after the last.
        marks, special, inside = *scratch, slice(1, size + 1)
        scratch[:, size + 1 :] = False
        np.less(raw, _SPACE, out=marks[inside])
        np.equal(raw, _BACKSLASH, out=special[inside])
        np.logical_or(marks, special, out=special)
        special[0], special[size + 1] = True, raw[-1] != _LINE_FEED
        some = np.flatnonzero(special.view(np.uint64) != 0)  # eight bytes at a time: special bytes are rare
        found = np.flatnonzero(special.view(np.uint64)[some].view(np.bool_))
        found = some[found // 8] * 8 + found % 8
        byte = raw.take(found - 1, mode="clip")
        byte[[0, -1]] = _LINE_FEED
        bounds, slashes = found[byte == _LINE_FEED], found[byte == _BACKSLASH]
        self.starts, self.ends = bounds[:-1], bounds[1:] - 1
        self.special = (found[byte != _LINE_FEED] - 1).astype(np.int32)
        order = np.arange(len(slashes))  # in a run of backslashes, the first, third, … escape the next byte
        run = np.maximum.accumulate(np.where(np.diff(slashes, prepend=-1) > 1, order, 0))
        np.equal(raw, _QUOTE, out=marks[inside])
        marks[slashes[(order - run) % 2 == 0] + 1] = False
        marks[bounds] = True
        self.marks = np.flatnonzero(marks).astype(np.int32)
        each, odd = divmod(len(self.marks) - 1, len(self.starts))
        self.breaks = np.arange(0, len(self.marks), each)
        if odd or not np.array_equal(
            self.marks[self.breaks], bounds
        ):  # lines have different numbers of marks
            self.breaks = np.searchsorted(self.marks, bounds.astype(np.int32))
        self.quotes = np.diff(self.breaks) - 1
        # Lines that may still match a template. None in a block shorter than a word, the unit of reading.
        self.fit = self.quotes > (0 if size >= _WORD else size)
        try:
            whole = pa.py_buffer(np.array([0, size], np.int32))
            pa.StringArray.from_buffers(1, whole, self.text).validate(full=True)
        except pa.ArrowInvalid:
            self.fit &= [not_utf8(self.line(number)) is None for number in range(len(self.starts))]

    def line(self, number: int) -> bytes:
        return self.raw[self.starts[number] : self.ends[number]].tobytes()


@dataclass(frozen=True)
class _Template:
    """The constant bytes and the slots of rows with the same layout."""

    pieces: tuple[bytes, ...]  # constant bytes before, between and after the slots
    quotes: int = field(compare=False)  # number of unescaped quotation marks, none of them in a slot
    edges: tuple[tuple[int, int], ...] = field(compare=False)  # starts and ends of pieces: a mark and a shift
    slots: Mapping[ColumnType, Mapping[str, int]] = field(
        compare=False
    )  # by type and column: index of a part
    flags: Mapping[str, bool] = field(compare=False)  # boolean columns, which are part of the constants

    def read(self, block: Block, rows: _Integers) -> tuple[_Integers, pa.RecordBatch]:
        """Read the lines that match the template; return their numbers and their columns."""
        if not len(rows):
            return rows, None
        marks, shifts = np.array(self.edges, np.int32).T
        if len(rows) == len(block.starts):  # all lines have the same number of marks
            shape, strides = (self.quotes + 2, len(rows)), (4, 4 * self.quotes + 4)
            edges = np.ndarray(shape, np.int32, block.marks, 0, strides)[marks]
        else:
            edges = block.marks.take(block.breaks[rows] + marks[:, None])
        edges += shifts[:, None]
        lengths = edges[1:] - edges[:-1]
        right = (lengths[::2] == np.array([[len(piece)] for piece in self.pieces], np.int32)).all(axis=0)
        # In a row that does not match, a slot may end before it begins.
        right &= (lengths[1::2] >= 0).all(axis=0)
        if right.all():
            parts = _Parts(block, edges, b"".join(self.pieces))
            right = parts.right
        if not right.all():  # read only matching rows: the slots of others may have any content
            return self.read(block, rows[right])
        columns = parts.strings(self.slots["string"]) | parts.integers(self.slots["integer"])
        columns |= {name: parts.numbers(at) for name, at in self.slots["number"].items()}
        columns |= {name: from_numpy(np.full(len(rows), flag)) for name, flag in self.flags.items()}
        batch = pa.RecordBatch.from_pydict(columns)
        return rows[parts.right], batch if parts.right.all() else batch.filter(from_numpy(parts.right))


class _Parts:
    """Rows split into alternating constants and slots; `right` says which rows match the template."""

    def __init__(self, block: Block, edges: _Places, constants: bytes) -> None:
        self._raw, self._special, self._edges = block.raw, block.special, edges
        self._offsets = edges.T.ravel()
        self._parts = pa.StringArray.from_buffers(edges.size - 1, pa.py_buffer(self._offsets), block.text)
        self._first = np.arange(0, edges.size, len(edges), dtype=np.int32)
        texts = self._take(np.arange(0, edges.size - 1, 2, dtype=np.int32))
        found = np.frombuffer(texts.buffers()[2], np.uint8, len(self._first) * len(constants))
        same = found.reshape(-1, len(constants)) == np.frombuffer(constants, np.uint8)
        self.right = np.ones(len(same), np.bool_) if same.all() else np.asarray(same.all(axis=1))

    def _take(self, places: _Places) -> pa.StringArray:
        return pc.take(self._parts, from_numpy(places.ravel()), boundscheck=False)

    def strings(self, slots: Mapping[str, int]) -> dict[str, pa.StringArray]:
        """Return the strings in slots; those with a backslash or a control character are parsed strictly."""
        count, columns = len(self._first), {}
        texts = self._take(np.array([*slots.values()], np.int32)[:, None] + self._first)
        offsets, data = (np.frombuffer(one or b"", np.uint8) for one in texts.buffers()[1:])
        few = len(self._special) < count
        places = np.searchsorted(self._offsets, self._special if few else [], "right") - 1
        rows, kinds = divmod(places, len(self._edges))
        for at, (name, slot) in enumerate(slots.items()):
            columns[name] = texts.slice(at * count, count)
            if few:
                which = rows[kinds == slot]
            else:
                ends = offsets.view(np.int32)[at * count : (at + 1) * count + 1]
                part = data[ends[0] : ends[-1]]
                found = np.flatnonzero((part == _BACKSLASH) | (part < _SPACE))
                which = np.flatnonzero(np.diff(np.searchsorted(found, ends - ends[0])))
            if len(which):
                columns[name] = self._strictly(columns[name], which)
        return columns

    def _strictly(self, texts: pa.StringArray, which: _Integers) -> pa.StringArray:
        chosen = np.bincount(which, minlength=len(texts)) > 0
        mask = from_numpy(chosen)
        spelled = texts.filter(mask).cast(pa.binary()).to_pylist()
        values, fault = parse(b'["%b"]' % b'","'.join(spelled))
        if fault or "\0" in "".join(values):
            values = [parse(b'"%b"' % one)[0] for one in spelled]
            self.right[chosen] &= [value is not None and "\0" not in value for value in values]
        return pc.replace_with_mask(texts, mask, from_texts(values))

    def integers(self, slots: Mapping[str, int]) -> dict[str, pa.Int64Array]:
        """Return the integers in slots; other rows are marked as not `right`."""
        parts = np.array([*slots.values()], np.intp)
        ends = self._edges[parts + 1]
        lengths = ends - self._edges[parts]
        values, right = read_digits(self._raw, ends, lengths)
        self.right &= (right & (values >= _LEAST[np.minimum(lengths, MOST_DIGITS + 1)])).all(axis=0)
        return {name: from_numpy(one) for name, one in zip(slots, values.view(np.int64), strict=True)}

    def numbers(self, slot: int) -> pa.DoubleArray:
        """Return the numbers in a slot as doubles; other rows are marked as not `right`."""
        coded = self._take(self._first + np.int32(slot)).dictionary_encode()
        known = [float(one) if _NUMBER.fullmatch(one) else np.nan for one in coded.dictionary.to_pylist()]
        values = np.array(known)[to_numpy(coded.indices)]
        self.right &= ~np.isnan(values)
        return from_numpy(values)


def _template(row: bytes, columns: Mapping[str, ColumnType]) -> _Template | None:
    """Return the template of a row, or None.

    A row has no template if it is not an object, has no slots or too many, or has a value of the wrong type.
    """
    values, fault = parse(row)
    if fault or not isinstance(values, dict):
        return None
    pieces, edges, flags = list[bytes](), [(0, 0)], dict[str, bool]()
    slots: dict[ColumnType, dict[str, int]] = {"string": {}, "integer": {}, "number": {}}
    at, since, quotes = row.index(b"{"), 0, 0
    while row[at : at + 1] != b"}":
        member = _MEMBER.match(row, at)
        if member is None or not member["key"].isascii():
            return None
        at, quotes, name, kind = member.end(), quotes + 2, member["key"].decode(), member.lastgroup
        type_ = columns.get(name, name[:2])
        if slot := _HOLDS.get(kind, {}).get(type_):
            start, end = member.span(kind or 0)
            edges.append((quotes, start - member.end("key") - 1))
            # The next mark closes the string, or opens the next key, or is the line feed.
            quotes += 2 * (kind == "string")
            edges.append((quotes + (kind != "string"), end - 1 - row.find(b'"', end) % (len(row) + 1)))
            pieces.append(row[since:start])
            slots[slot][name], since = 2 * len(pieces) - 1, end
        elif type_ == "boolean" and isinstance(values[name], bool):
            flags[name] = values[name]
        elif kind != "key" or not (type_ == "x_" or (name in columns and values[name] is None)):
            return None
    edges.append((quotes + 1, -1))
    whole = (*pieces, row[since:])
    return _Template(whole, quotes, tuple(edges), slots, flags) if 0 < len(pieces) <= _SLOTS else None

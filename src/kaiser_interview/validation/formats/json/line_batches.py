"""JSON Lines as programs write them, many rows at once.

A program writes all rows with the same keys in the same order and spacing. So one row, read strictly, is a
template for others: constants, and slots for strings and numbers. A row is taken only if

- it has as many quotation marks that no backslash escapes, and around its slots what the template has, byte
  for byte. That has all these marks, so none is in a slot, and a string's slot is a whole string;
- it is UTF-8, and each string with a backslash or a control character is one for the strict reader too;
- each number has the grammar of RFC 8259, section 6, and so few digits that nothing is lost.

Then it is the template with other values, and no key stands twice. All else is left to the strict reader.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..text import not_utf8
from .stretches import Taken, stretches
from .text import parse

__all__ = ["Lines", "Sort"]

Sort = Literal["string", "integer", "number", "boolean"]

_Integers = npt.NDArray[np.int64]

_Places = npt.NDArray[np.int32]

_Truths = npt.NDArray[np.bool_]

_BLOCK = 5 << 19  # bytes: so many that a call costs little a row, so few that they stay near the processor

_NEW, _KNOWN, _SLOTS = 8, 16, 200  # rows tried as templates in a block, templates kept, slots of one

_LINE_FEED, _SPACE, _QUOTE, _BACKSLASH = b'\n "\\'

_MEMBER = re.compile(
    rb'[{,]\s*"(?P<key>[^"\\]*)"\s*:\s*'
    rb'(?:"(?P<string>(?:[^"\\]++|\\.)*+)"|(?P<number>[-0-9][-+.0-9Ee]*+)|true|false|null|\[\s*\]|\{\s*\})\s*'
)

# By what is written and what its column holds, what a slot holds; a name with x_ may hold either.
_HOLDS: Mapping[str | None, Mapping[str | None, Sort]] = {
    "string": {"string": "string", "x_": "string"},
    "number": {"integer": "integer", "number": "number", "x_": "number"},
}

# Few enough digits before the point for an integer to be exact, and in the exponent to be finite.
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?")

_WORD = 8

# By number of digits, none to too many: the bytes of a word that hold them, and the least that needs as many.
_HELD = np.array([0, *(2**64 - 2 ** (64 - 8 * digits) for digits in range(1, _WORD + 1)), 0], np.uint64)

_LEAST = np.array([2**64 - 1, 0, *(10**digits for digits in range(1, _WORD)), 2**64 - 1], np.uint64)


class Lines:
    r"""Reads chunks of JSON Lines into record batches, as far as rows are written alike.

    What it learns of a chunk it uses in the next.

    Parameters
    ----------
    columns : mapping of str to Sort
        What the columns hold. Rows with others are left, but names that begin with ``x_`` may be there: as
        strings or doubles, and left out where they are null, true, false or empty.
    block : int
        About how many bytes are looked at together.

    Examples
    --------
    >>> taken = Lines({"id": "string", "n": "integer"}).read(b'{"id":"a","n":1}\n\n{"id":"b","n":20}\n')
    >>> [(rows.tolist(), batch.to_pydict()) for rows, batch in taken.batches], taken.rest.tolist()
    ([([0, 2], {'id': ['a', 'b'], 'n': [1, 20]})], [1])
    """

    def __init__(self, columns: Mapping[str, Sort], *, block: int = _BLOCK) -> None:
        self._columns = dict(columns)
        self._block = block
        self._templates: list[_Template] = []
        self._scratch = np.empty((2, 0), np.bool_)
        np.empty(8 << 20, np.uint8)  # freed at once: glibc then keeps so much; new pages are slow to get

    def read(self, chunk: bytes) -> Taken:
        """Return the rows of a chunk that could be read, and which could not: each line is one or the other.

        Parameters
        ----------
        chunk : bytes
            Whole lines, each ended by a line feed, save perhaps the last. They may hold anything.
        """
        starts, ends, rest = [[np.empty(0, np.int64)] for _ in range(3)]
        batches: list[tuple[_Integers, pa.RecordBatch]] = []
        count = 0
        for at, stop, is_long in stretches(chunk, self._block):
            if is_long:
                found = at, stop - chunk.endswith(b"\n", at, stop), count
                for held, one in zip((starts, ends, rest), found, strict=True):
                    held.append(np.array([one]))
                count += 1
                continue
            # Memory that is used again: new memory of this size costs more than what is done with it.
            if self._scratch.shape[1] < (width := ((stop - at) // _WORD + 2) * _WORD):
                self._scratch = np.empty((2, width), np.bool_)
            block = _Block(chunk, at, stop, self._scratch[:, :width])
            left = np.ones(len(block.starts), np.bool_)
            for rows, batch in self._batches(block):
                left[rows] = False
                batches.append((rows + count, batch))
            starts.append(block.starts + at)
            ends.append(block.ends + at)
            rest.append(np.flatnonzero(left) + count)
            count += len(left)
        return Taken(np.concatenate(starts), np.concatenate(ends), batches, np.concatenate(rest))

    def _batches(self, block: "_Block") -> Iterator[tuple[_Integers, pa.RecordBatch]]:
        """Yield the rows of a block that templates explain, and keep those that explain most."""
        uses = dict.fromkeys(self._templates, 0)
        for template in self._candidates(block, uses):
            rows, batch = template.read(block, np.flatnonzero(block.fit & (block.quotes == template.quotes)))
            uses[template] = len(rows)
            if len(rows):
                block.fit[rows] = False
                yield rows, batch
        self._templates = sorted(uses, key=uses.__getitem__, reverse=True)[:_KNOWN]

    def _candidates(self, block: "_Block", known: Collection["_Template"]) -> Iterator["_Template"]:
        """Yield the templates that are known, then those of rows that are not explained yet."""
        yield from self._templates
        for _ in range(_NEW):
            first = int(block.fit.argmax())
            if not block.fit[first]:
                return
            template = _template(block.line(first), self._columns)
            if template is not None and template not in known:
                yield template
            block.fit[first] = False


class _Block:
    """A part of a chunk: its lines, and the quotation marks in them that delimit strings."""

    def __init__(self, chunk: bytes, start: int, stop: int, scratch: _Truths) -> None:
        self.raw = raw = np.frombuffer(chunk, np.uint8, stop - start, start)
        self.text, size = pa.py_buffer(chunk).slice(start, stop - start), stop - start
        # Byte n is at n + 1. A line ends before the first one and after the last.
        marks, special, inside = *scratch, slice(1, size + 1)
        scratch[:, size + 1 :] = False
        np.less(raw, _SPACE, out=marks[inside])
        np.equal(raw, _BACKSLASH, out=special[inside])
        np.logical_or(marks, special, out=special)
        special[0], special[size + 1] = True, raw[-1] != _LINE_FEED
        some = np.flatnonzero(special.view(np.uint64) != 0)  # eight at a time, since they are few
        found = np.flatnonzero(special.view(np.uint64)[some].view(np.bool_))
        found = some[found // 8] * 8 + found % 8
        byte = raw.take(found - 1, mode="clip")
        byte[[0, -1]] = _LINE_FEED
        bounds, slashes = found[byte == _LINE_FEED], found[byte == _BACKSLASH]
        self.starts, self.ends = bounds[:-1], bounds[1:] - 1
        self.special = (found[byte != _LINE_FEED] - 1).astype(np.int32)
        order = np.arange(len(slashes))  # in a run, every second escapes what follows
        run = np.maximum.accumulate(np.where(np.diff(slashes, prepend=-1) > 1, order, 0))
        np.equal(raw, _QUOTE, out=marks[inside])
        marks[slashes[(order - run) % 2 == 0] + 1] = False
        marks[bounds] = True
        self.marks = np.flatnonzero(marks).astype(np.int32)
        each, odd = divmod(len(self.marks) - 1, len(self.starts))
        self.breaks = np.arange(0, len(self.marks), each)
        if odd or not np.array_equal(self.marks[self.breaks], bounds):  # some lines have more than others
            self.breaks = np.searchsorted(self.marks, bounds.astype(np.int32))
        self.quotes = np.diff(self.breaks) - 1
        # Which lines may still be taken. Numbers are read a word at a time.
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
    """What rows have in common that are written alike."""

    pieces: tuple[bytes, ...]  # what stands before, between and after the slots
    quotes: int = field(compare=False)  # of which none is in a slot
    edges: tuple[tuple[int, int], ...] = field(compare=False)  # after which mark a piece begins or ends
    slots: Mapping[Sort, Mapping[str, int]] = field(compare=False)  # by what they hold: which parts they are
    flags: Mapping[str, bool] = field(compare=False)  # columns that are part of the constants

    def read(self, block: _Block, rows: _Integers) -> tuple[_Integers, pa.RecordBatch]:
        """Return those of some lines that are as the template says, and what they hold."""
        if not len(rows):
            return rows, None
        marks, shifts = np.array(self.edges, np.int32).T
        if len(rows) == len(block.starts):  # so all lines have as many marks
            shape, strides = (self.quotes + 2, len(rows)), (4, 4 * self.quotes + 4)
            edges = np.ndarray(shape, np.int32, block.marks, 0, strides)[marks]
        else:
            edges = block.marks.take(block.breaks[rows] + marks[:, None])
        edges += shifts[:, None]
        lengths = edges[1:] - edges[:-1]
        right = (lengths[::2] == np.array([[len(piece)] for piece in self.pieces], np.int32)).all(axis=0)
        # Where a row is not as the template says, a slot may end before it begins.
        right &= (lengths[1::2] >= 0).all(axis=0)
        if right.all():
            parts = _Parts(block, edges, b"".join(self.pieces))
            right = parts.right
        if not right.all():  # what others have in their slots may be anything, and is not read
            return self.read(block, rows[right])
        columns = parts.strings(self.slots["string"]) | parts.integers(self.slots["integer"])
        columns |= {name: parts.numbers(at) for name, at in self.slots["number"].items()}
        columns |= {name: pa.repeat(flag, len(rows)) for name, flag in self.flags.items()}
        batch = pa.RecordBatch.from_pydict(columns)
        return rows[parts.right], batch if parts.right.all() else batch.filter(pa.array(parts.right))


class _Parts:
    """Rows cut at edges: constants and slots by turns, and what is before the next; and which are right."""

    def __init__(self, block: _Block, edges: _Places, constants: bytes) -> None:
        self._raw, self._special, self._edges = block.raw, block.special, edges
        self._offsets = edges.T.ravel()
        self._parts = pa.StringArray.from_buffers(edges.size - 1, pa.py_buffer(self._offsets), block.text)
        self._first = np.arange(0, edges.size, len(edges), dtype=np.int32)
        texts = self._take(np.arange(0, edges.size - 1, 2, dtype=np.int32))
        found = np.frombuffer(texts.buffers()[2], np.uint8, len(self._first) * len(constants))
        same = found.reshape(-1, len(constants)) == np.frombuffer(constants, np.uint8)
        self.right = np.ones(len(same), np.bool_) if same.all() else np.asarray(same.all(axis=1))

    def _take(self, places: _Places) -> pa.StringArray:
        return pc.take(self._parts, pa.array(places.ravel()), boundscheck=False)

    def strings(self, slots: Mapping[str, int]) -> dict[str, pa.StringArray]:
        """Return the strings in slots. Those with a backslash or a control character are read strictly."""
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
        mask = pa.array(chosen)
        spelled = texts.filter(mask).cast(pa.binary()).to_pylist()
        values, fault = parse(b'["%b"]' % b'","'.join(spelled))
        if fault or "\0" in "".join(values):
            values = [parse(b'"%b"' % one)[0] for one in spelled]
            self.right[chosen] &= [value is not None and "\0" not in value for value in values]
        return pc.replace_with_mask(texts, mask, pa.array(values, pa.string()))

    def integers(self, slots: Mapping[str, int]) -> dict[str, pa.Int64Array]:
        """Return the integers in slots: those of at most eight digits."""
        parts = np.array([*slots.values()], np.intp)
        ends = self._edges[parts + 1]
        digits = np.minimum(ends - self._edges[parts], _WORD + 1)
        words = np.ndarray((len(self._raw) - _WORD + 1,), "<u8", self._raw, 0, (1,))
        word = (words[np.maximum(ends - _WORD, 0)] ^ 0x3030303030303030) & _HELD[digits]
        wrong = ((word + 0x7676767676767676) | word) & 0x8080808080808080
        word = (word * 2561 >> 8) & 0x00FF00FF00FF00FF
        word = (word * 6553601 >> 16) & 0x0000FFFF0000FFFF
        word = word * 42949672960001 >> 32
        self.right &= ((ends >= _WORD) & (wrong == 0) & (word >= _LEAST[digits])).all(axis=0)
        return {name: pa.array(one) for name, one in zip(slots, word.view(np.int64), strict=True)}

    def numbers(self, slot: int) -> pa.DoubleArray:
        """Return the numbers in a slot, as doubles."""
        coded = self._take(self._first + np.int32(slot)).dictionary_encode()
        known = [float(one) if _NUMBER.fullmatch(one) else None for one in coded.dictionary.to_pylist()]
        values = pa.array(known, pa.float64()).take(coded.indices)
        self.right &= values.is_valid().to_numpy(zero_copy_only=False)
        return values


def _template(row: bytes, columns: Mapping[str, Sort]) -> _Template | None:
    """Return the template that a row gives, None if it is no object, or has more in it than a row may."""
    values, fault = parse(row)
    if fault or not isinstance(values, dict):
        return None
    pieces, edges, flags = list[bytes](), [(0, 0)], dict[str, bool]()
    slots: dict[Sort, dict[str, int]] = {"string": {}, "integer": {}, "number": {}}
    at, since, quotes = row.index(b"{"), 0, 0
    while row[at : at + 1] != b"}":
        member = _MEMBER.match(row, at)
        if member is None or not member["key"].isascii():
            return None
        at, quotes, name, kind = member.end(), quotes + 2, member["key"].decode(), member.lastgroup
        sort = columns.get(name, name[:2])
        if slot := _HOLDS.get(kind, {}).get(sort):
            start, end = member.span(kind or 0)
            edges.append((quotes, start - member.end("key") - 1))
            # The next mark is a string's own, or the next key's, or none but the line feed.
            quotes += 2 * (kind == "string")
            edges.append((quotes + (kind != "string"), end - 1 - row.find(b'"', end) % (len(row) + 1)))
            pieces.append(row[since:start])
            slots[slot][name], since = 2 * len(pieces) - 1, end
        elif sort == "boolean" and isinstance(values[name], bool):
            flags[name] = values[name]
        elif kind != "key" or not (sort == "x_" or (name in columns and values[name] is None)):
            return None
    edges.append((quotes + 1, -1))
    whole = (*pieces, row[since:])
    return _Template(whole, quotes, tuple(edges), slots, flags) if 0 < len(pieces) <= _SLOTS else None

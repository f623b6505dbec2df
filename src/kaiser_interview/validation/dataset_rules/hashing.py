"""Hashes of 64 bits, for the texts of an array at once."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["Hashes", "hashes"]

_Bytes = npt.NDArray[np.uint8]

Hashes = npt.NDArray[np.uint64]

_Ints = npt.NDArray[np.int64]

_OFFSETS: dict[Any, np.dtype[Any]] = {pa.string(): np.dtype(np.int32), pa.large_string(): np.dtype(np.int64)}

_ROWS = 8192  # at a time, so that what is made on the way stays in the processor's cache

_BLOCK = 64  # bytes of a text that are read at once

_LONG = 512  # bytes above which one call a text costs less than the operations on its words

_MASKS = np.array([(1 << 8 * size) - 1 for size in range(9)], "<u8")  # a word of which so many bytes count

_SEED, _FIRST, _SECOND = map(np.uint64, (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def hashes(texts: pa.Array) -> Hashes:
    """Return a hash for each text of an array.

    Equal texts have equal hashes, in every array and every process. Different texts have equal ones by
    chance, one pair in 2**64, or because somebody made them to: what has equal hashes is to be compared.

    Parameters
    ----------
    texts : pyarrow.Array
        Of type `string` or `large_string`, and sound: its offsets ascend and lie within its data.

    Returns
    -------
    numpy.ndarray of uint64
        One for each text; any where the text is null.

    Raises
    ------
    KeyError
        The array is of another type.

    Notes
    -----
    Each word of eight bytes, little-endian, goes through the finaliser of SplitMix64 (Steele, Lea and Flood,
    2014), which loses nothing: texts of one length that differ in one word never collide. The length goes
    first, so that a text is told from the same with zeros after it.

    Examples
    --------
    >>> one, other, again = hashes(pa.array(["d01-c01", "d01-c02", "d01-c01"])).tolist()
    >>> one == again, one == other
    (True, False)
    """
    offset = _OFFSETS[texts.type]
    found = np.empty(len(texts), np.uint64)
    if not len(texts):  # and perhaps no buffers
        return found
    _, offsets, held = texts.buffers()
    bounds = np.frombuffer(offsets, offset, len(texts) + 1, texts.offset * offset.itemsize)
    data = np.frombuffer(held, np.uint8) if held else np.empty(0, np.uint8)
    # Whole blocks are read, past the end of a text; past the end of the data there may be nothing to read.
    tail = np.concatenate([data[-_BLOCK:], np.zeros(_BLOCK, np.uint8)])
    for row in range(0, len(texts), _ROWS):
        ends = bounds[row : row + _ROWS + 1].astype(np.int64)
        found[row : row + _ROWS] = _hashed(data, tail, ends[:-1], np.diff(ends))
    return found


def _hashed(data: _Bytes, tail: _Bytes, starts: _Ints, lengths: _Ints) -> Hashes:
    """Return the hashes of some texts, given where they start and how many bytes they have."""
    shortest, longest = int(lengths.min()), int(lengths.max())
    if longest > _LONG:
        long = lengths > _LONG
        found = _hashed(data, tail, starts, np.where(long, 0, lengths))
        found[long] = _digests(data, starts[long].tolist(), lengths[long].tolist())
        return found
    found = _mixed((lengths + 1).astype(np.uint64) * _SEED)
    for base in range(0, longest, _BLOCK):
        rows = slice(None) if shortest > base else np.flatnonzero(lengths > base)
        # Where all are of one length, as ids mostly are, one number does for all.
        left = np.int64(longest - base) if shortest == longest else lengths[rows] - base
        words = _words(data, tail, starts[rows] + base, min(longest - base, _BLOCK))
        state = found[rows]
        for at, word in zip(range(0, longest - base, 8), words, strict=False):
            counts = word if shortest >= base + at + 8 else word & _MASKS[np.clip(left - at, 0, 8)]
            mixed = _mixed(state ^ counts)
            state = mixed if shortest > base + at else np.where(left > at, mixed, state)
        found[rows] = state
    return found


def _words(data: _Bytes, tail: _Bytes, at: _Ints, size: int) -> npt.NDArray[np.uint64]:
    """Return the words that stand at places that ascend: a row for the first of each, one for the second."""
    width = next(width for width in (8, 16, 32, _BLOCK) if width >= size)
    inside = int(np.searchsorted(at, len(data) - width, "right"))
    blocks = np.empty(len(at), f"V{width}")
    for rows, source, offset in (
        (slice(inside), data, 0),
        (slice(inside, None), tail, len(data) + _BLOCK - len(tail)),
    ):
        if len(at[rows]):
            every = np.ndarray((len(source) - width + 1,), blocks.dtype, source, strides=(1,))
            blocks[rows] = every[at[rows] - offset]
    return blocks.view("<u8").reshape(len(at), -1).T


def _mixed(state: Hashes) -> Hashes:
    """Return what the finaliser of SplitMix64 makes of numbers, in their place."""
    state ^= state >> np.uint64(30)
    state *= _FIRST
    state ^= state >> np.uint64(27)
    state *= _SECOND
    state ^= state >> np.uint64(31)
    return state


def _digests(data: _Bytes, starts: Iterable[int], lengths: Iterable[int]) -> Hashes:
    """Return hashes of texts that may have megabytes, for which a loop over words would take seconds."""
    spans = zip(starts, lengths, strict=True)
    digests = [
        blake2b(data.data[at : at + size], digest_size=8, usedforsecurity=False).digest()
        for at, size in spans
    ]
    return np.frombuffer(b"".join(digests), "<u8")

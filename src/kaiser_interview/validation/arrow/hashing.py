"""Compute 64-bit hashes of the texts of an Arrow array, vectorised."""

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

_ROWS = 8192  # rows at a time, so that intermediate arrays stay in the CPU cache

_BLOCK = 64  # bytes of a text read at a time

_LONG = 512  # bytes above which one call per text is cheaper than the operations on its words

_MASKS = np.array([(1 << 8 * size) - 1 for size in range(9)], "<u8")  # keep the first n bytes of a word

_INCREMENT, _FIRST, _SECOND = map(np.uint64, (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def hashes(texts: pa.Array, seed: int = 0) -> Hashes:
    """Return a hash for each text of an array.

    With the same seed, equal texts have equal hashes, in every array and every process. Different texts
    collide by chance, one pair in 2**64, so compare texts with equal hashes. With the seed, one can construct
    collisions and choose leading bytes.

    Parameters
    ----------
    texts : pyarrow.Array
        Texts of type `string` or `large_string`, with ascending offsets within the data.
    seed : int, default 0
        A 64-bit number.

    Returns
    -------
    numpy.ndarray of uint64
        The hash of each text; undefined where the text is null.

    Raises
    ------
    KeyError
        The array has another type.

    Notes
    -----
    Each word of eight bytes, little-endian, goes through the finaliser of SplitMix64 (Steele, Lea and Flood,
    2014). It is a bijection, so texts of one length that differ in one word never collide. Seed and length
    are hashed first; by its length, a text differs from the same text with zeros after it.

    Examples
    --------
    >>> one, other, again = hashes(pa.array(["d01-c01", "d01-c02", "d01-c01"])).tolist()
    >>> one == again, one == other
    (True, False)
    """
    offset = _OFFSETS[texts.type]
    found = np.empty(len(texts), np.uint64)
    if not len(texts):  # an empty array may have no buffers
        return found
    _, offsets, held = texts.buffers()
    bounds = np.frombuffer(offsets, offset, len(texts) + 1, texts.offset * offset.itemsize)
    data = np.frombuffer(held, np.uint8) if held else np.empty(0, np.uint8)
    # Whole blocks are read, even past the end of a text. The padded tail allows that at the end of the data.
    tail = np.concatenate([data[-_BLOCK:], np.zeros(_BLOCK, np.uint8)])
    for row in range(0, len(texts), _ROWS):
        ends = bounds[row : row + _ROWS + 1].astype(np.int64)
        found[row : row + _ROWS] = _hashed(data, tail, ends[:-1], np.diff(ends), seed)
    return found


def _hashed(data: _Bytes, tail: _Bytes, starts: _Ints, lengths: _Ints, seed: int) -> Hashes:
    """Return the hashes of texts, given their start and length in bytes."""
    shortest, longest = int(lengths.min()), int(lengths.max())
    if longest > _LONG:
        long = lengths > _LONG
        found = _hashed(data, tail, starts, np.where(long, 0, lengths), seed)
        found[long] = _digests(data, starts[long].tolist(), lengths[long].tolist(), seed)
        return found
    found = _mixed((lengths + 1).astype(np.uint64) * _INCREMENT ^ np.uint64(seed))
    for base in range(0, longest, _BLOCK):
        rows = slice(None) if shortest > base else np.flatnonzero(lengths > base)
        # If all texts have the same length, as ids usually do, one number is enough.
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
    """Return the words at ascending offsets, as an array whose row n has the n-th word at each offset."""
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
    """Apply the finaliser of SplitMix64 to numbers, in place."""
    state ^= state >> np.uint64(30)
    state *= _FIRST
    state ^= state >> np.uint64(27)
    state *= _SECOND
    state ^= state >> np.uint64(31)
    return state


def _digests(data: _Bytes, starts: Iterable[int], lengths: Iterable[int], seed: int) -> Hashes:
    """Return BLAKE2b hashes of long texts, because a loop over the words of megabytes would take seconds."""
    salt = seed.to_bytes(8, "little")
    spans = zip(starts, lengths, strict=True)
    digests = [
        blake2b(data.data[at : at + size], digest_size=8, salt=salt, usedforsecurity=False).digest()
        for at, size in spans
    ]
    return np.frombuffer(b"".join(digests), "<u8")

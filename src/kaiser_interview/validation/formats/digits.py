"""Parse arrays of short decimal numbers, eight bytes at a time."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..arrow.arrays import Bools

__all__ = ["MOST_DIGITS", "read_digits"]

MOST_DIGITS = 8
"""Maximum digits of a number: those that fit into a 64-bit word."""

# Indexed by the number of digits: the mask of their bytes in a word.
_HELD = np.array([2**64 - 2 ** (64 - 8 * digits) for digits in range(MOST_DIGITS + 1)], np.uint64)


def read_digits(
    raw: npt.NDArray[np.uint8], ends: npt.NDArray[np.integer], lengths: npt.NDArray[np.integer]
) -> tuple[npt.NDArray[np.uint64], Bools]:
    """Return the numbers that end at some offsets of a text, and which of them are valid.

    A number has at most eight ASCII digits. Numbers that end within the first seven bytes of the text are
    not read, because no 64-bit word ends there.

    Parameters
    ----------
    raw : ndarray of uint8
        The text.
    ends : ndarray of int
        Offset of the end of each number.
    lengths : ndarray of int
        Number of bytes of each number.
    """
    if len(raw) < MOST_DIGITS:
        return np.zeros(ends.shape, np.uint64), np.zeros(ends.shape, np.bool_)
    is_number = (ends >= MOST_DIGITS) & (lengths > 0) & (lengths <= MOST_DIGITS)
    words: npt.NDArray[np.uint64] = np.ndarray((len(raw) - MOST_DIGITS + 1,), "<u8", raw, 0, (1,))
    word: Any = words[np.where(is_number, ends - MOST_DIGITS, 0)] ^ 0x3030303030303030
    word &= _HELD[np.where(is_number, lengths, 0)]
    is_number &= ((word + 0x7676767676767676) | word) & 0x8080808080808080 == 0
    word = (word * 2561 >> 8) & 0x00FF00FF00FF00FF
    word = (word * 6553601 >> 16) & 0x0000FFFF0000FFFF
    return word * 42949672960001 >> 32, is_number

"""Look up the texts of Arrow arrays among many fixed texts."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .arrays import Ints, from_numpy, is_text, lookup, on_values, truths
from .hashing import hashes

__all__ = ["TextIndex"]

_FEW = 16_384
"""For so many texts, `lookup` is as fast."""


class TextIndex:
    """An index of distinct texts.

    It does what `lookup` does, which hashes all the fixed texts for each array.

    Parameters
    ----------
    texts : pyarrow.Array
        The texts, of type `string`.
    """

    def __init__(self, texts: pa.Array) -> None:
        self._texts = texts
        self._seed = 0
        if len(texts) <= _FEW:
            return
        # Texts can be chosen so that their hashes are equal, but not for every seed.
        while len(np.unique(found := hashes(texts, self._seed))) < len(texts):
            self._seed += 1
        self._order = np.argsort(found)
        self._hashes = found[self._order]

    def __call__(self, array: pa.Array) -> Ints:
        """Return the index of each text; -1 for other texts, null and other types."""
        if len(self._texts) <= _FEW:
            return lookup(array, self._texts)
        return on_values(array, self._places, -1)

    def _places(self, texts: pa.Array) -> Ints:
        if not is_text(texts.type):
            return np.full(len(texts), -1, np.int64)
        nearest = np.searchsorted(self._hashes, hashes(texts, self._seed))
        places = self._order[np.minimum(nearest, len(self._order) - 1)]
        theirs = self._texts.take(from_numpy(places))
        return np.where(truths(pc.equal(texts, theirs.cast(texts.type))), places, -1)

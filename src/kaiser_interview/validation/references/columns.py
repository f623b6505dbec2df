"""Check references in Arrow columns: current claim ids, current digests, releases and exact quotes.

Each check marks the rows that are suspect, which the row validator then validates one by one.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from ...corpus.corpus import Corpus
from ..arrow.arrays import (
    Bools,
    Ints,
    Slices,
    any_within,
    from_numpy,
    from_texts,
    is_list,
    is_null,
    is_text,
    lookup,
    plain,
    to_numpy,
    truths,
)
from ..arrow.text_index import TextIndex

__all__ = ["Carried", "Fields", "Looked", "ReferenceColumns", "Releases"]

Fields = Mapping[str, pa.Array]
"""Arrow columns by name. A column that is missing or all null may be left out."""

# Represents a null offset. Negative offsets in the data become another number, so they never equal `_ABSENT`.
_ABSENT = -1

_OF = from_texts(["text", "text_en"])

# Above this many code points, quotes are compared in Python instead of in columns.
_MOST_POINTS = 1 << 26

# Bound of the cache of quotes without offsets.
_MOST_KNOWN = 1 << 16


class Looked(NamedTuple):
    """The result of checking references."""

    suspect: Bools
    """References that the row validator has to validate."""
    claims: Ints
    """The index of each reference's claim; 0 if it is not a current claim."""
    without_digest: Bools
    """References without the digest of their claim."""
    quoted: Bools
    """References with a quote."""


class ReferenceColumns:
    """Check columns of references against a corpus."""

    def __init__(self, corpus: Corpus) -> None:
        claims = [*corpus.claims.values()]
        self.count: int = len(claims)
        self.ids: pa.Array = from_texts([one.claim_id for one in claims])
        self._places = TextIndex(self.ids)
        self._digests = from_texts([one.sha256 for one in claims])
        self.releases: Releases = Releases(corpus)
        self._passages = _Passages(corpus)

    def claims(self, column: pa.Array | None, rows: int) -> Ints:
        """Return the index of the claim that each row names; -1 if it is not a current claim."""
        return np.full(rows, -1, np.int64) if column is None else self._places(column)

    def compare_digests(self, claims: Ints, column: pa.Array | None) -> tuple[Bools, Bools]:
        """Compare claim digests with the current ones; return which differ, and which are null."""
        if column is None:
            return np.zeros(len(claims), np.bool_), np.ones(len(claims), np.bool_)
        absent = is_null(column)
        column = plain(column)
        if kinds.is_dictionary(column.type):
            column = plain(column.dictionary_decode())
        return ~_same(column, self._digests.take(from_numpy(claims))) & ~absent, absent

    def look(self, fields: Fields, rows: int, releases: Ints) -> Looked:
        """Check references.

        Parameters
        ----------
        fields : mapping of str to pyarrow.Array
            The fields of `Reference`.
        rows : int
            The number of rows.
        releases : ndarray of int64
            The release that each row names, as returned by `Releases.places`.
        """
        claims = self.claims(fields.get("claim_id"), rows)
        suspect = claims < 0
        # Rows without a current claim are suspect already, so any valid index will do for them.
        claims = np.maximum(claims, 0)
        differs, without_digest = self.compare_digests(claims, fields.get("claim_sha256"))
        suspect |= differs | self.releases.older(releases, claims)
        suspect |= self._passages.doubts(fields, claims)
        quote = fields.get("quote")
        quoted = np.zeros(rows, np.bool_) if quote is None else ~is_null(quote)
        return Looked(suspect, claims, without_digest, quoted)

    def others(self, fields: Fields, rows: int) -> Looked:
        """Return the other claims of relations; their rule finds the suspects."""
        claims = np.maximum(self.claims(fields.get("other_claim_id"), rows), 0)
        _, without_digest = self.compare_digests(claims, fields.get("other_claim_sha256"))
        nothing = np.zeros(rows, np.bool_)
        return Looked(nothing, claims, without_digest, nothing)


class Releases:
    """Check the releases that rows name."""

    _ANY = 1 << 40

    def __init__(self, corpus: Corpus) -> None:
        self.known: pa.Array = from_texts(corpus.releases)
        order = corpus.release_order
        self._revised = np.array(
            [order.get(one.revised or "", -1) for one in corpus.claims.values()], np.int64
        )

    def places(self, column: pa.Array | None, rows: int) -> Ints:
        """Return the index of each row's release; -1 if it is unknown, `_ANY` if it is null."""
        if column is None or not len(self.known):
            return np.full(rows, self._ANY, np.int64)
        found = lookup(column, self.known)
        found[is_null(column)] = self._ANY
        return found

    def older(self, places: Ints, claims: Ints) -> Bools:
        """Return which rows name an unknown release, or one from before their claim last changed."""
        return np.asarray((places < 0) | (places < self._revised[claims]))


class _Passages:
    """Compare quotes with the passages of claims: first all source texts, then all English texts."""

    def __init__(self, corpus: Corpus) -> None:
        claims = [*corpus.claims.values()]
        self._texts = [one.passage for one in claims] + [one.text_en or "" for one in claims]
        self._wholes = [one.source for one in claims] + [one.text_en or "" for one in claims]
        self._count = len(claims)
        sizes = np.array([len(text) for text in self._texts], np.int64)
        self._firsts = np.array([one.start for one in claims] + [0] * len(claims), np.int64)
        self._lasts = self._firsts + sizes
        # What to add to an offset for its position in all texts together.
        self._shifts = np.cumsum(sizes) - sizes - self._firsts
        self._joined = Slices("".join(self._texts)) if sizes.sum() <= _MOST_POINTS else None
        self._unique_quotes: dict[tuple[int, str], bool] = {}

    def doubts(self, fields: Fields, claims: Ints) -> Bools:
        """Return which rows may have a quote that does not match their claim at its offsets."""
        rows = len(claims)
        quote, starts, ends = (fields.get(name) for name in ("quote", "quote_start", "quote_end"))
        at, until = _offsets(starts, rows), _offsets(ends, rows)
        if at is None or until is None:
            return np.ones(rows, np.bool_)
        no_start, no_end = at == _ABSENT, until == _ABSENT
        suspect: Bools = np.asarray(no_start != no_end)
        texts = claims
        if (of := fields.get("quote_of")) is not None:
            which = lookup(of, _OF)
            suspect |= (which < 0) & ~is_null(of)
            texts = claims + self._count * (which == 1)
        has_offsets = ~no_start
        outside = has_offsets & ~((self._firsts[texts] <= at) & (at < until) & (until <= self._lasts[texts]))
        suspect |= outside
        if quote is None:
            return suspect
        quote = plain(quote)
        if kinds.is_dictionary(quote.type):
            quote = plain(quote.dictionary_decode())
        if not is_text(quote.type):
            return suspect | ~is_null(quote)
        given = ~is_null(quote)
        compare = given & has_offsets & ~suspect
        if compare.any():
            suspect |= compare & ~self._matches(quote, texts, at, until, compare)
        without_offsets = np.flatnonzero(given & ~has_offsets & ~suspect)
        if len(without_offsets):
            words = quote.take(from_numpy(without_offsets)).to_pylist()
            unique = [
                self._occurs_once(text, one)
                for text, one in zip(texts[without_offsets].tolist(), words, strict=True)
            ]
            suspect[without_offsets] = ~np.array(unique)
        return suspect

    def _matches(self, quote: pa.Array, texts: Ints, at: Ints, until: Ints, compare: Bools) -> Bools:
        """Return which of the rows in `compare` have a quote equal to the text at its offsets.

        For other rows the result has no meaning.
        """
        if self._joined is not None:
            # Rows that are not compared may have offsets out of range.
            shifts = np.where(compare, self._shifts[texts], 0)
            first, last = (np.where(compare, offsets, 0) + shifts for offsets in (at, until))
            expected = self._joined.take(first, last)
            return truths(pc.equal(quote.cast(expected.type), expected))
        rows = np.flatnonzero(compare)
        found = np.zeros(len(compare), np.bool_)
        columns = (one[rows].tolist() for one in (texts, at, until))
        words = quote.take(from_numpy(rows)).to_pylist()
        found[rows] = [
            self._wholes[text][start:end] == word
            for text, start, end, word in zip(*columns, words, strict=True)
        ]
        return found

    def _occurs_once(self, text: int, words: str) -> bool:
        """Return whether a quote occurs exactly once and is long enough to need no offsets."""
        key = (text, words)
        known = self._unique_quotes.get(key)
        if known is None:
            passage = self._texts[text]
            first = passage.find(words)
            known = len(words) >= 4 and first >= 0 and passage.find(words, first + 1) < 0  # noqa: PLR2004 - as in `proves`
            if len(self._unique_quotes) >= _MOST_KNOWN:
                self._unique_quotes.clear()
            self._unique_quotes[key] = known
        return known


def _offsets(column: pa.Array | None, rows: int) -> Ints | None:
    """Return offsets as integers, with `_ABSENT` for null.

    None if the column is not numeric, or if a value does not fit a 64-bit integer.
    """
    if column is None:
        return np.full(rows, _ABSENT, np.int64)
    column = plain(column)
    if kinds.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not (kinds.is_integer(column.type) or kinds.is_floating(column.type) or kinds.is_decimal(column.type)):
        return None
    try:
        numbers = column.cast(pa.int64())
    except pa.ArrowInvalid:
        return None
    made: Ints = to_numpy(numbers)
    if made.size and made.min() < 0:
        made = np.where(made < 0, _ABSENT - 1, made)
    return np.where(is_null(numbers), _ABSENT, made) if numbers.null_count else made


class Carried:
    """Compare a column that rows copy from their claim with the claim's own values.

    Parameters
    ----------
    corpus : Corpus
        The corpus whose claims have the column.
    name : str
        The name of the column.
    """

    def __init__(self, corpus: Corpus, name: str) -> None:
        self.name = name
        self._claims = corpus.claims

    @cached_property
    def _own(self) -> pa.Array | None:
        return _array([claim.columns.get(self.name) for claim in self._claims.values()])

    def doubts(self, column: pa.Array, claims: Ints) -> Bools:
        """Return which rows have a value that is not null and may differ from their claim's."""
        given = ~is_null(column)
        column = plain(column)
        if kinds.is_dictionary(column.type):
            column = plain(column.dictionary_decode())
        if self._own is None:
            return given
        own = self._own.take(from_numpy(claims))
        if is_list(own.type):
            return given & ~_same_lists(column, own)
        return given & ~_same(column, own)


def _array(values: list[Any]) -> pa.Array | None:
    """Return an array that Arrow compares as the row validator does; None if that is not possible.

    It is possible if all values are text, all are 64-bit integers, or all are lists of one of these.
    """
    given = [one for one in values if one is not None]
    lists = all(type(one) is list for one in given)
    types = {type(inner) for one in given for inner in (one if lists else [one])}
    arrow_type = _ARROW.get(types.pop()) if len(types) == 1 else None
    if arrow_type is None:
        return None
    try:
        return pa.array(values, pa.list_(arrow_type) if lists else arrow_type)
    except OverflowError:
        return None


_ARROW: Mapping[type, pa.DataType] = {str: pa.string(), int: pa.int64()}


def _same(column: pa.Array, own: pa.Array) -> Bools:
    """Return which scalars are equal; null equals nothing."""
    if is_text(column.type) and is_text(own.type):
        return truths(pc.equal(column, own.cast(column.type)))
    if not (kinds.is_integer(column.type) and kinds.is_integer(own.type)):
        return np.zeros(len(column), np.bool_)
    try:
        return truths(pc.equal(column, own))
    except pa.ArrowInvalid:  # a value is out of range for one of the types
        return np.zeros(len(column), np.bool_)


def _same_lists(column: pa.Array, own: pa.Array) -> Bools:
    """Return which lists are equal; null equals nothing."""
    if not is_list(column.type):
        return np.zeros(len(column), np.bool_)
    same = truths(pc.equal(pc.list_value_length(column), pc.list_value_length(own)))
    rows = from_numpy(np.flatnonzero(same))
    ours, theirs = column.take(rows), own.take(rows)
    elements = plain(ours.flatten())
    if kinds.is_dictionary(elements.type):
        elements = plain(elements.dictionary_decode())
    same[np.flatnonzero(same)] = ~any_within(ours, ~_same(elements, theirs.flatten()))
    return same

"""Ids that occur more than once, against Python's own counting, in memory and on disk."""

from collections import Counter
from contextlib import closing
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import amount

from kaiser_interview.validation.arrow.hashing import hashes
from kaiser_interview.validation.dataset_rules.deferred import DeferredRow, DeferredRows
from kaiser_interview.validation.dataset_rules.duplicates import DuplicateHashes
from kaiser_interview.validation.dataset_rules.first_places import FirstPlaces

KINDS = st.sampled_from([pa.string(), pa.large_string()])
SEEDS = st.just(0) | st.integers(0, 2**64 - 1)
# Many that are equal or nearly so, at the edges of words and blocks.
TEXTS = st.one_of(
    st.text(st.sampled_from("\0a不🧠"), max_size=6),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80),
    st.builds(
        lambda size, at, mark: ("x" * size)[:at] + mark + ("x" * size)[at + 1 :],
        st.sampled_from([1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 128, 130, 511, 512, 513, 600]),
        st.integers(0, 600),
        st.sampled_from("xyz"),
    ),
)


def mixed(state: int) -> int:
    """Finalise as SplitMix64 does."""
    state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    state = (state ^ state >> 27) * 0x94D049BB133111EB % 2**64
    return state ^ state >> 31


def hashed(text: str, seed: int) -> int:
    """Hash word by word, as it is written."""
    data = text.encode()
    if len(data) > 512:
        return int.from_bytes(
            blake2b(data, digest_size=8, salt=seed.to_bytes(8, "little")).digest(), "little"
        )
    state = mixed((len(data) + 1) * 0x9E3779B97F4A7C15 % 2**64 ^ seed)
    for at in range(0, len(data), 8):
        state = mixed(state ^ int.from_bytes(data[at : at + 8], "little"))
    return state


@settings(max_examples=amount(150, 3000), deadline=None)
@given(st.lists(st.none() | TEXTS, max_size=60), KINDS, SEEDS, st.data())
def test_texts_have_the_same_hashes_in_every_array(texts, kind, seed, data):
    start = data.draw(st.integers(0, len(texts)))
    stop = data.draw(st.integers(start, len(texts)))
    whole = pa.array(texts, kind)
    for array, given_texts in ((whole, texts), (whole[start:stop], texts[start:stop])):
        found = hashes(array, seed)
        assert len(found) == len(given_texts)
        for text, one in zip(given_texts, found.tolist(), strict=True):
            assert text is None or one == hashed(text, seed)


@settings(max_examples=amount(150, 3000), deadline=None)
@given(st.lists(TEXTS, unique=True, max_size=60))
def test_different_texts_have_different_hashes(texts):
    assert len({*hashes(pa.array(texts, pa.string())).tolist()}) == len(texts)


# Memory for everything, and for less and less, down to two hashes.
MEMORY = st.sampled_from([1 << 20, 4096, 1024, 0])


@settings(max_examples=amount(60, 1500), deadline=None)
@given(st.lists(st.lists(TEXTS, max_size=40), max_size=8), MEMORY)
def test_texts_that_repeat_are_found(parts, memory):
    counts = Counter(text for part in parts for text in part)
    with DuplicateHashes(memory) as repeats:
        for part in parts:
            repeats.add(hashes(pa.array(part, pa.string())))
        found = repeats.found()
    again = [text for text, count in counts.items() if count > 1]
    assert found.tolist() == sorted(hashes(pa.array(again, pa.string())).tolist())


@settings(max_examples=amount(60, 1500), deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 600), st.integers(1, 900), st.integers(1, 5), st.booleans()), max_size=6
    ),
    st.sampled_from([1 << 20, 16384, 4096]),
)
def test_hashes_that_repeat_are_found(parts, memory):
    counts: Counter[int] = Counter()
    with DuplicateHashes(memory) as repeats:
        for rows, different, copies, asked in parts:
            part = np.repeat(np.arange(rows, dtype=np.uint64) % np.uint64(different), copies)
            part *= np.uint64(0x9E3779B97F4A7C15)
            repeats.add(part)
            counts.update(part.tolist())
            if asked:
                assert repeats.found().tolist() == sorted(one for one, count in counts.items() if count > 1)
        assert repeats.found().tolist() == sorted(one for one, count in counts.items() if count > 1)


# Few different ones, and with lone surrogates, which Python's own rows may have.
IDS = st.none() | st.text(st.sampled_from("ab\ud800"), max_size=2) | st.text("a", max_size=900)
KEYS = st.none() | st.tuples(st.none() | st.text("ab", max_size=2), st.sampled_from([None, "1", ("1",)]))


@settings(max_examples=amount(150, 3000), deadline=None)
@given(
    st.lists(st.tuples(IDS, KEYS, st.integers(0, 2**80)), max_size=60),
    st.sampled_from([0, 400, 4000, 1 << 20]),
)
def test_rows_that_share_an_id_or_a_key_are_found_in_order(rows, memory):
    ids, keys = FirstPlaces(memory, "ids"), FirstPlaces(memory, "keys")
    first_ids, first_keys, expected, made = {}, {}, [], DeferredRows(ids, keys, memory)
    with closing(made):
        for number, (row_id, key, place) in enumerate(rows):
            # Places ascend, but by more than one.
            row = DeferredRow((number << 81) + place, number, None, invalid=False, row_id=row_id, words="")
            made.add(row_id, key, row)
            for is_key, (value, firsts) in enumerate(((row_id, first_ids), (key, first_keys))):
                if value is not None and firsts.setdefault(value, row.place) != row.place:
                    expected.append((row, bool(is_key), firsts[value]))
        assert [*made.found()] == expected


@pytest.mark.parametrize("memory", [512 << 20, amount(64 << 10, 1 << 20)])
def test_few_among_very_many_are_found(memory):
    rows = amount(200_000, 3_000_000)
    texts = pa.array([f"row-{number}" for number in range(rows)])
    again = texts.take(pa.array(range(0, rows, rows // 17)))
    with DuplicateHashes(memory) as repeats:
        for start in range(0, rows, 30_000):
            repeats.add(hashes(texts[start : start + 30_000]))
        repeats.add(hashes(again))
        assert repeats.found().tolist() == sorted(hashes(again).tolist())

"""Hashes of texts: the same for equal texts, different for others, spread evenly."""

import numpy as np
import pyarrow as pa
import pytest
from scale import amount

from kaiser_interview.validation.arrow.hashing import hashes


def one(text: str, seed: int = 0) -> int:
    return int(hashes(pa.array([text]), seed)[0])


# With one seed, hashes are the same in every process and release.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0xE220A8397B1DCDAF),
        ("a", 0x386D66DB423D8FA),
        ("d01-c01", 0x1A956639C4EC1A03),
        ("d01-c01-推理模型", 0xEEC1CF27B43282BE),
        ("0123456789abcdef" * 7, 0x2666CDF9449D9FF0),
        ("0123456789abcdef" * 32, 0x145F07B230735FFC),
        ("0123456789abcdef" * 33, 0x1D80968E5EA6A8BB),
    ],
)
def test_hashes_are_the_same_everywhere(text, expected):
    assert one(text) == expected


def test_the_length_counts():
    texts = ["\0" * size for size in range(600)] + ["a" + "\0" * size for size in range(600)]
    assert len({*hashes(pa.array(texts)).tolist()}) == len(texts)


SEQUENCES = {
    "digits": "{:08d}",
    "prefixed": "id-{:09d}",
    "unpadded": "{}",
    "hexadecimal": "{:032x}",
    "first": "{:07d}-of-the-rows-that-were-made-by-some-model-on-some-day-and-never-looked-at-again",
    "last": "of-the-rows-that-were-made-by-some-model-on-some-day-and-never-looked-at-again-{:07d}",
    "spread": "{0:d}----------{0:d}",
}


@pytest.mark.parametrize("form", SEQUENCES)
def test_ids_in_sequence_do_not_collide(form):
    rows = 10**6 if form == "digits" else amount(200_000, 10**6)
    found = hashes(pa.array(map(SEQUENCES[form].format, range(rows))))
    assert len(np.unique(found)) == rows
    # Their first bits are spread too: they are sorted by ranges.
    counts = np.bincount((found >> np.uint64(56)).astype(np.int64), minlength=256) / (rows / 256)
    assert counts.min() > 0.7
    assert counts.max() < 1.3


def test_texts_of_one_varying_character_do_not_collide():
    texts = {
        filler * at + mark + filler * (40 - at)
        for at in range(41)
        for filler in "0a"
        for mark in "0123456789abcdef"
    }
    assert len(np.unique(hashes(pa.array([*texts])))) == len(texts)


@pytest.mark.parametrize("size", [3, 7, 8, 12, 36, 64, 65, 130])
def test_each_bit_of_a_text_changes_half_the_bits_of_its_hash(size):
    draw = np.random.default_rng(size)
    texts = draw.integers(0, 64, (400, size), dtype=np.uint8)  # with any bit changed still ASCII
    flips = np.zeros(64)
    number = 0
    for bit in draw.permutation(6 * size)[:60]:
        other = texts.copy()
        other[:, bit // 6] ^= np.uint8(1 << bit % 6)
        before, after = (hashes(pa.array([bytes(row).decode() for row in rows])) for rows in (texts, other))
        flips += np.unpackbits((before ^ after).view(np.uint8)).reshape(-1, 64).sum(axis=0)
        number += len(texts)
    assert np.all(abs(flips / number - 0.5) < 0.06)


MIXED = [
    "",
    "a",
    None,
    "d01-c01",
    "x" * 8,
    "推理模型",
    "y" * 63,
    "y" * 64,
    "y" * 65,
    None,
    "z" * 700,
    "",
    "b",
    "n" * 513,
]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()], ids=str)
def test_slices_are_hashed_as_their_texts_alone(kind):
    array = pa.array(MIXED, kind)
    for start in range(len(MIXED) + 1):
        for stop in range(start, len(MIXED) + 1):
            found = hashes(array[start:stop])
            assert found.dtype == np.uint64
            assert len(found) == stop - start
            for text, got in zip(MIXED[start:stop], found.tolist(), strict=True):
                assert text is None or got == one(text)


@pytest.mark.parametrize("rows", [1, 8191, 8192, 8193, 20000])
def test_any_number_of_rows_is_hashed(rows):
    texts = [f"{number}" * (number % 9) for number in range(rows)]
    found = hashes(pa.array(texts))
    assert found[:: rows // 7 + 1].tolist() == [one(text) for text in texts[:: rows // 7 + 1]]
    assert found[-1] == one(texts[-1])


def test_bytes_past_the_data_are_ignored():
    text = b"0123456789" * 9
    for size in range(len(text) + 1):
        offsets = np.array([0, size // 2, size], np.int32)
        for slack in (0, 3):
            data = pa.py_buffer(text[: size + slack])
            array = pa.StringArray.from_buffers(2, pa.py_buffer(offsets), data)
            expected = [one(part.decode()) for part in (text[: size // 2], text[size // 2 : size])]
            assert hashes(array).tolist() == expected


def test_arrays_without_texts_have_no_hashes():
    empty = [
        pa.array([], pa.string()),
        pa.nulls(0, pa.string()),
        pa.array(["a"])[1:],
        pa.array([], pa.large_string()),
    ]
    assert [hashes(array).tolist() for array in empty] == [[]] * 4


def test_nulls_and_empty_texts_may_have_no_data():
    for kind in (pa.string(), pa.large_string()):
        assert len(hashes(pa.nulls(3, kind))) == 3
        array = pa.array(["", ""], kind)
        assert not array.buffers()[2]
        assert hashes(array).tolist() == [one(""), one("")]


def test_other_types_are_refused():
    with pytest.raises(KeyError):
        hashes(pa.array([b"a"]))


# Texts whose hashes share a prefix under one seed, as an attacker might construct them.
@pytest.mark.parametrize("text", ["{}", "{}" + "x" * 600], ids=["short", "long"])
def test_a_seed_separates_collisions_of_another_seed(text):
    texts = pa.array([text.format(number) for number in range(60_000)])
    chosen = texts.take(pa.array(np.flatnonzero(hashes(texts, 1) >> np.uint64(56) == 7)))
    assert len(chosen) > 150
    for seed in (0, 2, 2**64 - 1):
        assert len(np.unique(hashes(chosen, seed) >> np.uint64(56))) > 80


def test_seeds_differ_in_hashes_of_every_length():
    for text in ("", "a", "x" * 100, "x" * 600):
        assert len({one(text, seed) for seed in (0, 1, 1 << 63, 2**64 - 1)}) == 4

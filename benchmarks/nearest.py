"""Time and quality of the closest passage for a wrong quote, compared with alignment over the whole text.

Before that, `find` in a corpus of 100,000 claims of 80 characters: the time of the first search and of later
ones by type of match, and the memory of the first.

Quotes of 8 to 120 characters are taken from a text of 400,000 characters, and a share of their characters is
changed, left out or doubled. `rapidfuzz.fuzz.partial_ratio_alignment` aligns each with the whole text. A
place is equally near if its similarity (`Indel.normalized_similarity`) is at most 0.01 less than that of the
place so found. The time includes building the index.

    python benchmarks/nearest.py
    python benchmarks/nearest.py --only-find
"""

import argparse
import random
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

import kaiser_interview as ki
from kaiser_interview.corpus.nearest import NearestPlaces

SIZE = 400_000
EQUALLY_NEAR = 0.01
CLAIMS, LENGTH = 100_000, 80


def chinese(draw: random.Random, size: int = SIZE) -> str:
    """Return a text that has the neighbouring characters of the source, and others at random."""
    source = ki.source().text
    after: dict[str, list[str]] = {}
    for one, other in pairwise(source):
        after.setdefault(one, []).append(other)
    made = ["语"]
    while len(made) < size:
        rare = chr(0x4E00 + int(draw.expovariate(1 / 300)))
        made.append(draw.choice(after.get(made[-1], ["的"])) if draw.random() < 0.6 else rare)
    return "".join(made)


def english(draw: random.Random, size: int = SIZE) -> str:
    """Return a text of the words of the English claims and of invented ones, each the rarer the later."""
    words = [*dict.fromkeys(" ".join(claim.text_en for claim in ki.load()).split())]
    letters = [letter for word in words for letter in word if letter.isalpha()]
    words += ["".join(draw.choices(letters, k=draw.randint(2, 11))) for _ in range(20_000)]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    return " ".join(draw.choices(words, weights, k=size // 3))[:size]


def altered(draw: random.Random, quote: str, text: str, share: float) -> str:
    """Return a quote in which a share of the characters is changed, left out or followed by another."""
    made = []
    for character in quote:
        other = draw.choice(text)
        changed = draw.choice([other, "", character + other])
        made.append(changed if draw.random() < share else character)
    return "".join(made) or quote


def timed(call: Callable[[str], Any], quotes: list[str]) -> tuple[float, list[Any]]:
    """Return the processor time of a call for all quotes, and what it returned."""
    start = time.process_time()
    found = [call(quote) for quote in quotes]
    return time.process_time() - start, found


def print_searches(language: str, text: str) -> None:
    """Print the times of searches in a corpus of many claims, and the memory that the first ones add."""
    lines = (text[start : start + LENGTH].strip() for start in range(0, len(text), LENGTH))
    corpus = ki.Corpus.from_text("\n".join(lines), unit="line")
    claim = [*corpus.claims.values()][len(corpus.claims) // 2]
    quote = claim.text[10:40]
    for name, wanted in (
        ("exact", quote),
        ("typography", f"{quote[:15]}\u200b{quote[15:]}"),
        ("case", quote.swapcase()),
        ("no match", f"{quote[:10]}xq{quote[14:]}"),
    ):
        # Memory is measured in a new corpus, because measuring is slow.
        other = ki.Corpus(corpus.claims, corpus.sources)
        tracemalloc.start()
        other.find(wanted)
        held, peak = (count / 1e6 for count in tracemalloc.get_traced_memory())
        tracemalloc.stop()
        first, _ = timed(corpus.find, [wanted])
        again, _ = timed(corpus.find, [wanted] * 10)
        print(
            f"{language}, {len(corpus.claims):,} claims, {name}: {first:.2f} s first, "
            f"{again * 100:.1f} ms after; in a new corpus {held:.0f} MB held, {peak:.0f} MB at most",
            flush=True,
        )


def main() -> None:
    """Print one line for each language, length of passages and share of changed characters."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quotes", type=int, default=1000, help="quotes a line")
    parser.add_argument("--only-find", action="store_true", help="leave out the closest passages")
    options = parser.parse_args()
    count = options.quotes
    for language, made in (("Chinese", chinese), ("English", english)):
        print_searches(language, made(random.Random(1), CLAIMS * LENGTH))
    if options.only_find:
        return
    fuzz.partial_ratio_alignment("a", "b")
    for language, made in (("Chinese", chinese), ("English", english)):
        draw = random.Random(1)
        text = made(draw)
        for length in (SIZE, 1000, 100):
            passages = [text[start : start + length] for start in range(0, SIZE, length)]
            for share in (0.05, 0.15, 0.3):
                quotes = []
                for _ in range(count):
                    passage = draw.choice(passages)
                    size = min(draw.randint(8, 120), len(passage))
                    start = draw.randint(0, len(passage) - size)
                    quotes.append(altered(draw, passage[start : start + size], text, share))
                ours, found = timed(partial(NearestPlaces(passages).search, most=1), quotes)
                whole, spans = timed(partial(fuzz.partial_ratio_alignment, s2=text), quotes)
                near = 0
                for quote, one, span in zip(quotes, found, spans, strict=True):
                    best = Indel.normalized_similarity(quote, text[span.dest_start : span.dest_end])
                    near += bool(one) and one[0].ratio >= best - EQUALLY_NEAR
                print(
                    f"{language}, passages of {length:,}, {share:.0%} of characters changed: {ours:.2f} s, "
                    f"{whole:.2f} s over the whole text, ratio {ours / whole:.2f}; "
                    f"equally near: {near / count:.1%}",
                    flush=True,
                )


if __name__ == "__main__":
    main()

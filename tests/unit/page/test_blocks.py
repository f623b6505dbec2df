"""Blocks of a text: every character, claim and heading is in exactly one."""

import re

from hypothesis import given
from hypothesis import strategies as st

import kaiser_interview as ki
from kaiser_interview.page.blocks import Piece, TextBlock, blocks_of

TEXT = "# Tea\n\nTea is a drink. [1]\nSo is mate.\n\nThe end.\n"


def blocks(corpus: ki.Corpus) -> list[TextBlock]:
    ((_, text),) = corpus.sources.items()
    return [*blocks_of(text, corpus.claims.values(), corpus.headings)]


def shown(block: TextBlock) -> list[tuple]:
    return [tuple(one for one in piece if one) for piece in block.pieces]


def test_claims_headings_and_other_text():
    corpus = ki.Corpus.from_text(
        TEXT,
        unit=lambda text: [one.span() for one in re.finditer(r"Tea is.*|So is.*", text)],
        headings="markdown",
        markers="printed",
    )
    heading, first, second, other = blocks(corpus)
    assert [one.text for one in heading.headings] == ["# Tea"]
    assert shown(heading) == [("# Tea", ("h001",))]
    assert shown(first) == [("Tea is a drink.", ("c001",), ("c001",)), (" [1]", True)]
    assert shown(second) == [("So is mate.", ("c002",), ("c002",))]
    assert (shown(other), other.claims) == ([("The end.",)], [])


def test_the_text_before_a_claim_on_its_line_is_in_its_block():
    corpus = ki.Corpus.from_text("1. Tea - So is mate.", unit=lambda _: [(9, 20)])
    (block,) = blocks(corpus)
    assert shown(block) == [("1. Tea - ",), ("So is mate.", ("c001",), ("c001",))]


def test_the_rest_of_a_line_is_in_the_block_of_its_claim():
    text = "Tea is a drink (hot). So is mate! It is\r\nnot. Water"
    corpus = ki.Corpus.from_text(text, unit=lambda _: [(0, 14), (22, 32)])
    first, second, other = blocks(corpus)
    assert shown(first) == [("Tea is a drink", ("c001",), ("c001",))]
    assert shown(second) == [(" (hot). ",), ("So is mate", ("c002",), ("c002",)), ("! It is",)]
    assert shown(other) == [("not. Water",)]
    corpus = ki.Corpus.from_text("Tea is. So is mate. Yes", unit=lambda _: [(0, 6), (8, 18)])
    first, second = blocks(corpus)
    assert shown(first) == [("Tea is", ("c001",), ("c001",)), (".",)]
    assert shown(second) == [(" ",), ("So is mate", ("c002",), ("c002",)), (". Yes",)]


def test_overlapping_claims_share_a_block():
    corpus = ki.Corpus.from_text("Tea is a drink. So is mate.", unit=lambda _: [(0, 15), (0, 27), (7, 27)])
    (block,) = blocks(corpus)
    # Longer claims come first, so a link leads to the inner claim.
    assert [piece.claims for piece in block.pieces] == [
        ("c002", "c001"),
        ("c002", "c001", "c003"),
        ("c002", "c003"),
    ]
    assert [piece.begins for piece in block.pieces] == [("c002", "c001"), ("c003",), ()]


def test_a_claim_of_several_lines():
    corpus = ki.Corpus.from_text("a\nb\nc", unit="document")
    (block,) = blocks(corpus)
    assert block.pieces == [Piece("a\nb\nc", ("c001",), ("c001",))]


@given(
    text=st.text("ab \n\r#", min_size=1, max_size=40).filter(str.strip),
    places=st.lists(st.tuples(st.integers(0, 39), st.integers(1, 10)), min_size=1, max_size=6),
)
def test_nothing_is_lost(text, places):
    spans = sorted({(start, min(start + size, len(text))) for start, size in places if start < len(text)})
    spans = [one for one in spans if text[slice(*one)].strip()]
    if not spans:
        return
    corpus = ki.Corpus.from_text(text, unit=spans)
    found = blocks(corpus)
    joined = ["".join(piece.text for piece in block.pieces) for block in found]
    assert "".join("".join(joined).split()) == "".join(text.split())
    assert [claim for block in found for claim in block.claims] == sorted(
        corpus.claims.values(), key=lambda one: (one.start, -one.end)
    )
    for claim in corpus.claims.values():
        pieces = [piece for block in found for piece in block.pieces if claim.claim_id in piece.claims]
        assert "".join(piece.text for piece in pieces) == claim.text
        assert [claim.claim_id in piece.begins for piece in pieces].index(True) == 0

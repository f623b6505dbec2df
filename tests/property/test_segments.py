"""Properties of every text of the grammar, and of every other text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from summaries import Summary, summaries

from kaiser_interview.corpus.grammar import cut, decode
from kaiser_interview.errors import SourceError


@given(summaries())
def test_segments_tile_the_text(summary: Summary):
    at = 0
    for segment in cut(summary.text).segments:
        assert segment.start == at
        assert segment.end > segment.start
        assert segment.text == summary.text[segment.start : segment.end]
        at = segment.end
    assert at == len(summary.text)


@given(summaries())
def test_a_generated_text_is_cut_into_its_parts(summary: Summary):
    found = cut(summary.text)
    assert (found.headline, found.outlet, found.published) == (
        summary.headline,
        summary.outlet,
        summary.published,
    )
    assert [dialogue.title for dialogue in found.dialogues] == [title for title, _ in summary.dialogues]
    assert [dialogue.claim_count for dialogue in found.dialogues] == [
        len(claims) for _, claims in summary.dialogues
    ]
    assert [(claim.text, claim.citations) for claim in found.claims] == [
        claim for _, claims in summary.dialogues for claim in claims
    ]


@given(summaries())
def test_claims_are_at_their_offsets(summary: Summary):
    found = cut(summary.text)
    for claim in found.claims:
        assert summary.text[claim.start : claim.end] == claim.text
        assert summary.text[: claim.start].endswith(claim.prefix)
        assert len(claim.prefix) == min(16, claim.start)
        assert summary.text[claim.end :].startswith(claim.suffix)
        assert len(claim.suffix) == min(16, len(summary.text) - claim.end)
        dialogue = next(one for one in found.dialogues if one.dialogue_id == claim.dialogue_id)
        assert dialogue.start < claim.start < claim.end < dialogue.end


@given(summaries())
def test_segment_kinds_follow_the_grammar(summary: Summary):
    kinds = [segment.kind for segment in cut(summary.text).segments]
    per_claim = ["separator", "claim", "white-space", "markers"]
    expected = []
    for _, claims in summary.dialogues:
        expected += ["heading", *per_claim * len(claims), "white-space"]
    expected += ["headline", "white-space", "outlet", "separator", "publication-time"]
    assert kinds == expected + ["white-space"] * summary.text.endswith("\n")


@given(summaries(), st.data())
def test_an_edited_text_is_cut_whole_or_refused(summary: Summary, data: st.DataObject):
    start = data.draw(st.integers(0, len(summary.text)))
    end = data.draw(st.integers(start, min(len(summary.text), start + 4)))
    inserted = data.draw(st.sampled_from(["", " ", "\n", "[7]", " - ", "对话二:", "\x00", "·", "[0]", "]"]))
    edited = summary.text[:start] + inserted + summary.text[end:]
    try:
        found = cut(edited)
    except SourceError as error:
        assert 0 <= error.offset <= len(edited)
        assert str(error) == f"offset {error.offset}: expected {error.expected}, got {error.got}"
    else:
        assert "".join(segment.text for segment in found.segments) == edited


@given(st.text())
def test_every_text_is_either_cut_or_refused(text: str):
    with pytest.raises(SourceError):
        cut(text)


@given(st.binary())
def test_decoding_keeps_every_byte_or_refuses(data: bytes):
    try:
        text = decode(data)
    except SourceError as error:
        assert error.expected == "UTF-8"
    else:
        assert text.encode() == data

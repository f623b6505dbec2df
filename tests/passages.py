"""Claims of a corpus with given passages."""

from hashlib import sha256

from kaiser_interview.corpus.files import CorpusClaim

__all__ = ["corpus_claim"]


def corpus_claim(claim_id: str, passage: str) -> CorpusClaim:
    """Return a claim that is the whole of its source, without markers."""
    return CorpusClaim(
        claim_id=claim_id,
        source_id="source",
        source=passage,
        text=passage,
        start=0,
        end=len(passage),
        passage_end=len(passage),
        sha256=sha256(passage.encode()).hexdigest(),
        text_en=None,
        earlier={},
        revised=None,
        columns={},
    )

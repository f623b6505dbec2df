"""What is suggested for the id of a claim that does not exist."""

import json

import pytest
from hints import hint

import kaiser_interview as ki

TEXT = "Alpha stands here. Beta stands there. Gamma stands here."
IDS = {"alpha": (0, 18), "beta-2": (19, 37), "gamma": (38, 56)}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "s.txt").write_text(TEXT, "utf-8")
    claims = [
        {"claim_id": claim_id, "source_id": "s", "text": TEXT[start:end], "start": start, "end": end}
        for claim_id, (start, end) in IDS.items()
    ]
    (folder / "claims.jsonl").write_text("".join(f"{json.dumps(claim)}\n" for claim in claims), "utf-8")
    return ki.Corpus.from_files(folder)


@pytest.mark.parametrize(
    ("claim_id", "quote", "suggestion"),
    [
        ("gama", None, "did you mean gamma?"),
        ("c.2", None, "did you mean beta-2?"),
        ("x", "Beta stands", "the quote occurs in beta-2"),
        ("gama", "stands here", "did you mean gamma?"),
        ("gama", "stands nowhere", "did you mean gamma?"),
        ("x", None, "claim ids look like alpha"),
    ],
)
def test_the_claim_with_the_quote_is_suggested_else_a_similar_id(corpus, claim_id, quote, suggestion):
    row = {
        "claim_id": claim_id,
        "quote": quote,
        "verdict": "mixed",
        "urls": [],
        "method": "model",
        "creator": "m",
    }
    (finding,) = ki.validate([row], kind="verdict", against=corpus).sample
    assert (finding.code, hint(finding)) == ("unknown-claim", suggestion)

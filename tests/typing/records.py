"""Rows as people make them: required fields are given, the rest is left out."""

from typing import assert_type

from pydantic import BaseModel

import kaiser_interview as ki

translation = ki.Translation(
    claim_id="d01-c01", language="de", translation="…", method="human", creator="ann"
)
label = ki.Label(claim_id="d01-c01", scheme="topic", value="scaling", method="rule", creator="ann")
relation = ki.Relation(
    claim_id="d01-c01", other_claim_id="d01-c02", relation="supports", method="human", creator="ann"
)
question = ki.Question(
    references=(), question="…", language="en", answerable=False, method="model", creator="m"
)
verdict = ki.Verdict(claim_id="d01-c01", verdict="supported", urls=(), method="model", creator="m")
mention = ki.Mention(
    claim_id="d01-c01",
    quote="语言",
    quote_start=62,
    quote_end=64,
    name="language",
    type="concept",
    method="human",
    creator="ann",
)
embedding = ki.Embedding(
    claim_id="d01-c01", model="m", of="text", vector=(0.5, 1.0), method="model", creator="m"
)
reference = ki.Reference(claim_id="d01-c01")

assert_type(translation.confidence, float | None)
assert_type(label.quote, str | None)
assert_type(embedding.vector, tuple[float, ...])
assert_type(ki.draft_model("label", claims=["d01-c01"]), type[BaseModel])
assert_type(ki.draft_model(ki.Label, claims=ki.claim("d01-c01")), type[BaseModel])

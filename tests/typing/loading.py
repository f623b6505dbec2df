"""Types that a user's type checker infers; only mypy checks this file."""

from typing import assert_type

import kaiser_interview as ki


class Stance(ki.Derived):
    """A custom kind."""

    stance: str
    weights: ki.Many[ki.Float32]


def check(name: str) -> None:
    """Check the type that each call returns."""
    assert_type(ki.load(), tuple[ki.Claim, ...])
    assert_type(ki.load("claims"), tuple[ki.Claim, ...])
    assert_type(ki.load("dialogues"), tuple[ki.Dialogue, ...])
    assert_type(ki.load("sources"), tuple[ki.Source, ...])
    assert_type(ki.load("translations"), tuple[ki.Translation, ...])
    assert_type(ki.load("labels"), tuple[ki.Label, ...])
    assert_type(ki.claim("d01-c01"), ki.Claim)
    assert_type(ki.claim("d01-c01").citations, tuple[int, ...])
    assert_type(ki.claim("d01-c01").text, str)
    assert_type(ki.source().segments, tuple[ki.Segment, ...])
    for table in ki.tables():
        assert_type(ki.load(table), tuple[ki.Record, ...])
    assert_type(Stance.model_validate({}).weights, tuple[float, ...])
    ki.json_schema(Stance)
    report = ki.validate("rows.jsonl", kind=Stance, against=ki.Corpus.from_files("corpus"), key=["id"])
    assert_type(report, ki.Report)
    assert_type(report.sample, tuple[ki.Finding, ...])
    split = ki.split([], valid="a", rejects="b", kind=["label", Stance], extra="allow")
    assert_type(split.report, ki.Report)
    assert_type(ki.split([], kind="label").findings, tuple[ki.SplitFinding, ...] | None)
    assert_type(ki.fix("a", output="b", unsafe_fixes=True), ki.Fixed)
    assert_type(ki.fix([]).changes, tuple[ki.RowChange, ...] | None)
    assert_type(ki.write(ki.load(), "claims.csv"), int)
    assert_type(ki.write([{"claim_id": name}], "rows.parquet", kind=Stance), int)
    assert_type(ki.read("rows.jsonl", kind=Stance), list[Stance])
    assert_type(ki.read("rows.jsonl", kind=ki.Label, extra="allow"), list[ki.Label])
    assert_type(ki.read("rows.jsonl", kind="label"), list[ki.Record])
    assert_type(ki.read("rows.jsonl", defaults={"kind": name}), list[ki.Record])
    with ki.Validator("label") as validator:
        assert_type(validator.read("rows.jsonl"), list[ki.Record])
    assert_type(Stance.of(ki.claim(name), stance="for"), Stance)
    assert_type(Stance.of("a-01", against="corpus", stance="for"), Stance)
    corpus = ki.Corpus.from_files("corpus")
    assert_type(Stance.of([corpus.claims["a-01"], name], against=corpus), Stance)
    assert_type(corpus.digest, str)
    assert_type(report.checked.quotes.exact, int)
    assert_type(report.checked.covered, frozenset[str])
    assert_type(report.summary_lines, tuple[str, ...])

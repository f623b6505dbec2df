"""`fix` against a corpus whose text changed: claims are known by their digests."""

import pandas as pd
import pyarrow as pa
import pytest

import kaiser_interview as ki
from kaiser_interview.validation.findings.finding import pointer

TEA, REPEATED, MATE = "Tea is a hot drink.", "la la la, so la", "Mate is brewed."
OLD = ki.Corpus.from_text(f"{TEA}\n{REPEATED}\n{MATE}", unit="line")
BY = {"method": "model", "creator": "m"}
ROWS = {
    "label": {"scheme": "acme:stance", "value": "for"} | BY,
    "relation": {"relation": "supports"} | BY,
    "question": {"question": "?", "answerable": True, "answer": "!", "language": "en"} | BY,
}


def of(claim_id: str, quote: str | None = None, at: int | None = None) -> dict:
    """Return a reference to a claim of the old corpus, perhaps with a quote at an offset in the claim."""
    claim = OLD.claims[claim_id]
    row = {"claim_id": claim_id, "claim_sha256": claim.sha256}
    if quote is not None:
        row["quote"] = quote
    if at is not None:
        row |= {"quote_start": claim.start + at, "quote_end": claim.start + at + len(quote or "12")}
    return row


def fix(row: dict, *lines: str, kind: str = "label", **sources: str) -> tuple[dict, list[str]]:
    """Return what changes in a row of the old corpus, and what is then still reported."""
    new = ki.Corpus.from_text(sources or "\n".join(lines), unit="line")
    validator = ki.Validator(kind, against=new)
    fixed = validator.fix([ROWS[kind] | row])
    (after,) = fixed.data
    (changes,) = fixed.changes or [None]
    edits = {pointer(one.path): one.after for one in changes.edits} if changes else {}
    assert all(one.applicability == "safe" for one in (changes.edits if changes else ()))
    return edits, [f"{one.code} {one.pointer}" for one in validator.check(after)]


@pytest.mark.parametrize(
    ("row", "edits"),
    [
        (of("c001"), {"/claim_id": "c002"}),
        (of("c001", "hot drink"), {"/claim_id": "c002", "/quote_start": 13, "/quote_end": 22}),
        (of("c001", "hot", 9), {"/claim_id": "c002", "/quote_start": 13, "/quote_end": 16}),
        # The last claim: its id names another one, or none.
        (of("c003", "Mate", 0), {"/claim_id": "c004", "/quote_start": 40, "/quote_end": 44}),
    ],
)
def test_a_moved_claim(row, edits):
    assert fix(row, "One", TEA, REPEATED, MATE) == (edits, [])


def test_the_id_names_no_claim_any_more():
    row = of("c003", "brewed", 8)
    assert fix(row, MATE, TEA) == ({"/claim_id": "c001", "/quote_start": 8, "/quote_end": 14}, [])


def test_nested_references_and_the_other_claim_of_a_relation():
    new = ("One", TEA, REPEATED, MATE)
    row = {"references": [of("c001", "hot", 9), of("c003")]}
    assert fix(row, *new, kind="question") == (
        {
            "/references/0/claim_id": "c002",
            "/references/1/claim_id": "c004",
            "/references/0/quote_start": 13,
            "/references/0/quote_end": 16,
        },
        [],
    )
    row = of("c001") | {"other_claim_id": "c003", "other_claim_sha256": OLD.claims["c003"].sha256}
    assert fix(row, *new, kind="relation") == ({"/claim_id": "c002", "/other_claim_id": "c004"}, [])
    assert fix(row, MATE, TEA, kind="relation") == ({"/claim_id": "c002", "/other_claim_id": "c001"}, [])


def test_a_changed_claim_does_not_hold_up_another_reference():
    row = {"references": [of("c003", "Mate", 0), of("c001", "hot", 9)]}
    assert fix(row, "One", TEA, "Mate is cold.", kind="question") == (
        {"/references/1/claim_id": "c002", "/references/1/quote_start": 13, "/references/1/quote_end": 16},
        ["digest-differs /references/0/claim_sha256", "quote-out-of-range /references/0/quote_start"],
    )


@pytest.mark.parametrize("row", [of("c003"), of("c003", "Mate"), of("c003", "Mate", 0)])
def test_a_changed_text_stays_reported(row):
    edits, found = fix(row, TEA, REPEATED, "Mate is brewed cold.")
    assert (edits, found) == ({}, ["digest-differs /claim_sha256"])
    # The ids that are left are no guess either, although the quote is in one of them.
    edits, found = fix(row, TEA, "Mate is cold.")
    assert (edits, found) == ({}, ["unknown-claim /claim_id"])


def test_a_quote_that_occurs_several_times_is_not_placed():
    assert fix(of("c002", "la", 13), "One", TEA, REPEATED) == (
        {"/claim_id": "c003"}, ["quote-misplaced /quote_start"]
    )  # fmt: skip
    # Without offsets, it is as ambiguous as before.
    assert fix(of("c002", "la l"), "One", TEA, REPEATED)[1] == ["quote-ambiguous /quote"]


def test_a_copied_start_says_how_far_a_quote_moved():
    place = {name: OLD.claims["c002"].columns[name] for name in ("source_id", "start", "end", "text")}
    row = of("c002", "la", 13) | place
    assert fix(row, "One", TEA, REPEATED) == (
        {"/claim_id": "c003", "/start": 24, "/quote_start": 37, "/quote_end": 39, "/end": 39}, []
    )  # fmt: skip
    assert fix(row, a="One", b=f"{REPEATED}\n{TEA}") == (
        {
            "/claim_id": "b-c001", "/source_id": "b", "/start": 0, "/end": 15,
            "/quote_start": 13, "/quote_end": 15,
        },
        [],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "edits", "found"),
    [
        # Text, as in CSV
        ({"start": "0", "end": "19"}, {"/start": 4, "/end": 23}, []),
        # Not the length of the claim: offsets of something else
        ({"start": 0, "end": 3}, {}, ["claim-differs /end", "claim-differs /start"]),
        ({"start": 0}, {}, ["claim-differs /start"]),
        ({"start": "x", "end": "19"}, {}, ["claim-differs /end", "claim-differs /start"]),
        # What the claim says
        ({"text": "Tea is a drink."}, {}, ["claim-differs /text"]),
        # A quote without offsets, and offsets of an earlier place
        (
            {"start": 0, "end": 19, "quote": "hot drink"},
            {"/start": 4, "/end": 23, "/quote_start": 13, "/quote_end": 22},
            [],
        ),
        (
            {"start": 0, "end": 19, "quote": "hot", "quote_start": 0, "quote_end": 3},
            {"/start": 4, "/end": 23, "/quote_start": 13, "/quote_end": 16},
            [],
        ),
    ],
)
def test_columns_of_a_moved_claim(fields, edits, found):
    row = of("c001") | fields
    moved, left = fix(row, "One", TEA)
    assert (moved, sorted(left)) == ({"/claim_id": "c002"} | edits, found)


def test_columns_are_not_corrected_without_a_digest_or_of_a_repeated_text():
    row = of("c001") | {"start": 5, "end": 24}
    assert fix(row, TEA, TEA)[0] == {}
    row = {"claim_id": "c001", "start": 5, "end": 24}
    edits, found = fix(row, TEA)
    assert (edits, sorted(found)) == ({}, ["claim-differs /end", "claim-differs /start"])


def test_the_heading_of_a_claim_is_corrected_if_it_has_one():
    row = ROWS["label"] | of("c001") | {"dialogue_id": "h001"}
    new = ki.Corpus.from_text(f"One\n# A\nTwo\n# B\n{TEA}", unit="line", headings="markdown")
    (fixed,) = ki.fix([row], kind="label", against=new).data
    assert (fixed["claim_id"], fixed["dialogue_id"]) == ("c003", "h002")
    new = ki.Corpus.from_text(f"{TEA}\n# A\nTwo", unit="line", headings="markdown")
    assert ki.fix([row], kind="label", against=new).changes == ()


def test_a_repeated_text():
    # One of the claims still has the id: nothing is wrong.
    assert fix(of("c001"), TEA, TEA) == ({}, [])
    assert fix(of("c003", "brewed"), "One", TEA, MATE, MATE) == ({"/quote_start": 32, "/quote_end": 38}, [])
    # None of them has it.
    assert fix(of("c001"), "One", TEA, TEA) == ({}, ["digest-differs /claim_sha256"])
    assert fix(of("c003", "brewed"), MATE, MATE) == ({}, ["unknown-claim /claim_id"])


def test_offsets_that_are_right_for_another_claim_with_the_same_text():
    new = ("One", MATE, MATE)
    row = of("c003", "brewed") | {"quote_start": 12, "quote_end": 18}
    assert fix(row, *new) == ({}, ["quote-misplaced /quote_start"])
    # Offsets that are wrong for both
    assert fix(row | {"quote_end": 19}, *new) == ({"/quote_start": 28, "/quote_end": 34}, [])
    assert fix(row | {"quote_start": 11, "quote_end": 17}, *new) == (
        {"/quote_start": 28, "/quote_end": 34},
        [],
    )


def test_offsets_without_a_quote_may_be_of_other_words():
    assert fix(of("c001", at=3), "x", TEA) == (
        {},
        ["digest-differs /claim_sha256", "quote-misplaced /quote_start"],
    )
    row = of("c001", at=3) | {"other_claim_id": "c003", "other_claim_sha256": OLD.claims["c003"].sha256}
    assert fix(row, TEA, MATE, kind="relation") == ({"/other_claim_id": "c002"}, [])


def suggestion(row: dict, corpus: ki.Corpus = OLD) -> str:
    (finding,) = ki.validate([ROWS["label"] | row], kind="label", against=corpus).sample
    return finding.suggestion.text


def test_suggestions_for_a_corpus_without_history():
    gone = (
        "no claim has this digest: its text was changed or removed, or the digest is wrong; check the row "
        "against the current text; Corpus.diff lists what changed"
    )
    assert suggestion({"claim_id": "c001", "claim_sha256": "0" * 64}) == gone
    assert suggestion({"claim_id": "c999", "claim_sha256": "0" * 64}) == gone
    assert suggestion({"claim_id": "c999", "claim_sha256": OLD.claims["c002"].sha256}) == (
        "this is the digest of c002"
    )
    assert fix({"claim_id": "c999", "claim_sha256": 5}, TEA)[1] == [
        "wrong-type /claim_sha256", "unknown-claim /claim_id"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "read"),
    [
        (pa.Table.from_pylist, lambda table: table.to_pylist()),
        (pd.DataFrame, lambda frame: frame.drop(columns="x_quote_as_written").to_dict("records")),
    ],
)
def test_tables_are_carried_over_too(make, read):
    place = [OLD.claims[name].columns for name in ("c001", "c002")]
    offsets = [{"start": one["start"], "end": one["end"]} for one in place]
    rows = [
        ROWS["label"] | row | at
        for row, at in zip([of("c001", "hot", 9), of("c002", "la", 13)], offsets, strict=True)
    ]
    table = make(rows)
    fixed = ki.fix(table, kind="label", against=ki.Corpus.from_text(f"One\n{TEA}\n{REPEATED}", unit="line"))
    assert fixed.report.ok
    found = [(row["claim_id"], row["quote_start"], row["start"], row["end"]) for row in read(fixed.data)]
    assert found == [("c002", 13, 4, 23), ("c003", 37, 24, 39)]
    if isinstance(table, pd.DataFrame):
        assert [fixed.data[name].dtype for name in ("quote_start", "start")] == ["int64", "int64"]

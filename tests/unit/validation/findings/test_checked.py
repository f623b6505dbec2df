"""The counts of what was checked equal those of a simple loop, for every input format."""

import csv
import io
import json
import pickle
from collections import Counter
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import HUGE, constants
from scale import amount

import kaiser_interview as ki
from kaiser_interview.validation.engine import execution
from kaiser_interview.validation.findings.checked import Checked, CheckedTally, DigestCounts, QuoteCounts
from kaiser_interview.validation.findings.codes import CODES

BY = {"method": "human", "creator": "me"}
CLAIM, OTHER = ki.claim("d01-c01"), ki.claim("d05-c03")
OWN = ki.Corpus.from_files("tests/corpus")
LABEL = BY | {"scheme": "my:mood", "value": "good"}

ABOUT = {"claim_id": "d01-c01"}
PLACE = {"quote_start": OTHER.start, "quote_end": OTHER.start + len(OTHER.text)}
QUOTES = [
    (ABOUT, None),
    (ABOUT | {"quote_start": CLAIM.start, "quote_end": CLAIM.end}, None),
    ({"claim_id": "d05-c03", "quote": OTHER.text} | PLACE, "exact"),
    ({"claim_id": "d05-c03", "quote": OTHER.text}, "exact"),
    ({"claim_id": "d05-c03", "quote": "add no parameters", "quote_of": "text_en"}, "exact"),
    (ABOUT | {"quote": "语言"}, "ambiguous"),
    (ABOUT | {"quote": "本质是"}, "too_short"),
    (ABOUT | {"quote": "语言", "quote_start": 0, "quote_end": 2}, "misplaced"),
    (ABOUT | {"quote": "语言", "quote_start": 22, "quote_end": 20}, "out_of_range"),
    (ABOUT | {"quote": "表达智能的重要组成部分 [7]"}, "markers_differ"),
    (ABOUT | {"quote": "语言在时间维度上对智能至关重要，语言模型"}, "typography_differs"),
    (ABOUT | {"quote": "推理模型不增加参数数量"}, "misattributed"),
    ({"claim_id": "d05-c03", "quote": "推理模型增加参数数量"}, "not_found"),
    ({"claim_id": "d99-c01", "quote": "语言"}, "not_compared"),
    ({"claim_id": "d99-c01"}, None),
    ({"quote": "语言"}, "not_compared"),
    (ABOUT | {"quote": ""}, "not_compared"),
    (ABOUT | {"quote": "语言", "quote_start": 22}, "not_compared"),
    (ABOUT | {"quote": "语言", "quote_of": "title"}, "not_compared"),
    ({"claim_id": "!!  ", "quote": "语言"}, "not_compared"),
]
DIGESTS = ["current", "differs", "missing", "not_compared"]


def test_the_outcomes_are_the_codes_of_quotes():
    codes = {name.removeprefix("quote-") for name, code in CODES.items() if code.group == "quote"}
    assert {name.replace("_", "-") for name in QuoteCounts._fields} == codes | {"exact", "not-compared"}


@st.composite
def references(draw) -> tuple[dict, tuple]:
    """Return a reference with its current claim and the outcomes of its digest and its quote."""
    reference, quote = draw(st.sampled_from(QUOTES))
    digest = draw(st.sampled_from(DIGESTS))
    claim = {one.claim_id: one for one in (CLAIM, OTHER)}.get(reference.get("claim_id"))
    own = CLAIM.claim_sha256 if claim is None else claim.claim_sha256
    given = {"current": own, "differs": "0" * 64, "not_compared": "no digest"}.get(digest)
    if digest != "missing":
        reference = reference | {"claim_sha256": given}
        digest = digest if claim else "not_compared"
    return reference, (claim and claim.claim_id, digest, quote)


def expected(rows: list[list[tuple]]) -> tuple:
    """Count the outcomes of the references of each row."""
    held = [one for row in rows for one in row]
    quotes = Counter(quote for _, _, quote in held if quote)
    digests = Counter(digest for _, digest, _ in held)
    return (
        sum(any(quote for _, _, quote in row) for row in rows),
        sum(not any(quote for _, _, quote in row) for row in rows),
        QuoteCounts(**quotes), len(held), sum(claim is not None for claim, _, _ in held),
        DigestCounts(**digests), {claim for claim, _, _ in held} - {None},
        sum(any(digest == "missing" for _, digest, _ in row) for row in rows),
    )  # fmt: skip


def counted(report: ki.Report) -> tuple:
    checked = report.checked
    return (
        checked.rows_with_quote, checked.rows_without_quote, checked.quotes, checked.references,
        checked.current_references, checked.digests, checked.covered, report.rows_without_digest,
    )  # fmt: skip


def as_csv(rows: list[dict]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_table(rows: list[dict]) -> pa.Table:
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.Table.from_pylist([dict.fromkeys(names) | row for row in rows])


def reports(folder, rows: list[dict], **options):
    """Yield the report of the same rows on every path."""
    lines = folder / "rows.jsonl"
    lines.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    array = folder / "rows.json"
    array.write_text(json.dumps(rows), "utf-8")
    for size in (0, HUGE):
        with constants((execution, "_TINY", size), (execution, "_FEW", size)):
            for workers in (1, 2):
                for data in (rows, iter(rows), lines, array, as_table(rows)):
                    yield ki.validate(data, workers=workers, **options)


@pytest.mark.parametrize("options", [{}, {"ignore": ["quote-not-found"]}, {"select": ["duplicate-id"]}])
@settings(max_examples=amount(10, 500))
@given(drawn=st.lists(references(), min_size=1, max_size=12), wrong=st.booleans())
def test_references_of_rows_are_counted_as_by_a_loop(tmp_path_factory, options, drawn, wrong):
    rows = [LABEL | reference for reference, _ in drawn]
    if wrong:
        rows[0] = rows[0] | {"method": "magic", "note": 1}
    wanted = expected([[outcome] for _, outcome in drawn])
    folder = tmp_path_factory.getbasetemp()
    for report in reports(folder, rows, kind="label", **options):
        assert counted(report) == wanted
    # An empty cell of CSV is null.
    bare = [row for row in rows if row.get("quote") != ""]
    if bare:
        kept = [[outcome] for reference, outcome in drawn if reference.get("quote") != ""]
        table = folder / "rows.csv"
        table.write_text(as_csv(bare), "utf-8")
        for size in (0, HUGE):
            with constants((execution, "_TINY", size), (execution, "_FEW", size)):
                assert counted(ki.validate(table, kind="label", **options)) == expected(kept)


@settings(max_examples=amount(10, 500))
@given(drawn=st.lists(st.lists(references(), max_size=4), min_size=1, max_size=8))
def test_references_within_rows_are_counted_as_by_a_loop(tmp_path_factory, drawn):
    asked = {"question": "?", "answer": "!", "answerable": True, "language": "en"} | BY
    rows = [asked | {"references": [reference for reference, _ in row]} for row in drawn]
    wanted = expected([[outcome for _, outcome in row] for row in drawn])
    for report in reports(tmp_path_factory.getbasetemp(), rows, kind="question"):
        assert counted(report) == wanted


@pytest.mark.parametrize("few", [0, HUGE])
def test_a_relation_refers_to_two_claims(few):
    row = BY | {"claim_id": "d01-c01", "relation": "supports", "rationale": "r"}
    sha = OTHER.claim_sha256
    others = [
        {"other_claim_id": "d05-c03", "other_claim_sha256": sha},
        {"other_claim_id": "d05-c03", "other_claim_sha256": "0" * 64},
        {"other_claim_id": "d05-c03", "other_claim_sha256": "no digest"},
        {"other_claim_id": "d05-c03"},
        {"other_claim_id": "d99-c01", "other_claim_sha256": sha},
        {"other_claim_id": "d99-c01"},
        {"other_claim_id": 5, "other_claim_sha256": sha},
        {},
    ]
    with constants((execution, "_FEW", few)):
        report = ki.validate([row | other for other in others], kind="relation")
    checked = report.checked
    assert (checked.references, checked.current_references, checked.covered) == (
        16,
        12,
        {"d01-c01", "d05-c03"},
    )
    assert checked.digests == DigestCounts(current=1, differs=1, missing=11, not_compared=3)
    assert (checked.quotes.total, report.rows_without_digest) == (0, 8)


@pytest.mark.parametrize("few", [0, HUGE])
def test_an_earlier_text(few):
    now, before = OWN.claims["b-02"].sha256, next(iter(OWN.claims["b-02"].earlier))
    elsewhere, own = OWN.claims["a-01"].text, OWN.claims["b-02"].text
    rows = [
        LABEL | {"claim_id": "b-02", "claim_sha256": digest, "quote": quote, "release": release}
        for digest, quote, release in [
            (before, elsewhere, None),
            (before, own, None),
            (now, elsewhere, "1.0.0"),
            (now, elsewhere, None),
        ]
    ]
    with constants((execution, "_FEW", few)):
        checked = ki.validate(rows, kind="label", against=OWN).checked
    assert checked.quotes == QuoteCounts(exact=1, misattributed=1, not_compared=2)
    assert checked.digests == DigestCounts(stale=2, current=2)


@pytest.mark.parametrize("few", [0, HUGE])
def test_rows_whose_references_cannot_be_read(few):
    rows = [5, {}, {"kind": "no kind", "quote": "x"}, {"references": 5, "kind": "question"}]
    with constants((execution, "_FEW", few)):
        report = ki.validate([*rows, {"kind": "question", "references": [5, None]}])
    assert counted(report) == (0, 5, QuoteCounts(), 0, 0, DigestCounts(), frozenset(), 0)


@pytest.mark.parametrize("value", ["x", [{"claim_id": 5, "quote": "语言"}], {"claim_id": "d01-c01"}])
def test_a_column_of_references_of_the_wrong_type(value):
    asked = {"question": "?", "answer": "!", "answerable": True, "language": "en"} | BY
    table = pa.Table.from_pylist([asked | {"references": value}] * 3)
    by_row = ki.validate([asked | {"references": value}] * 3, kind="question").checked
    assert ki.validate(table, kind="question").checked == by_row


# The form


def test_the_description_of_a_check():
    when = datetime(2026, 1, 31, tzinfo=UTC)
    defaults = BY | {"created": when}
    report = ki.validate(
        [{"claim_id": "d01-c01", "scheme": "my:mood", "value": "good"}],
        kind=["label", ki.Mention], defaults=defaults, key=("id",), complete="creator", ignore=["no-rows"],
        require=["claim_id"], extra="allow", max_findings=5,
    )  # fmt: skip
    assert report.checked.options == {
        "kind": ["label", "mention"],
        "defaults": BY | {"created": str(when)},
        "extra": "allow", "require": ["claim_id"], "complete": ["creator"], "key": ["id"], "select": None,
        "ignore": ["no-rows"], "max_findings": 5,
    }  # fmt: skip
    assert ki.validate([]).checked.options["kind"] is None
    assert report.checked.version == ki.__version__
    assert report.checked.corpus == ki.Corpus.from_files(ki.data_path()).digest


def test_the_json_form():
    checked = ki.validate([LABEL | reference for reference, _ in QUOTES[:6]], kind="label").checked
    assert json.loads(json.dumps(checked.as_json())) == {
        "rows_with_quote": 4,
        "rows_without_quote": 2,
        "quotes": dict.fromkeys(QuoteCounts._fields, 0) | {"exact": 3, "ambiguous": 1},
        "references": {"all": 6, "current": 6},
        "digests": dict.fromkeys(DigestCounts._fields, 0) | {"missing": 6},
        "claims": {"all": 41, "covered": 2},
        "corpus": checked.corpus,
        "options": dict(checked.options),
        "version": ki.__version__,
    }
    assert pickle.loads(pickle.dumps(checked)) == checked
    assert hash(checked) == hash(pickle.loads(pickle.dumps(checked)))


outcomes = st.tuples(
    st.sampled_from([0, 1, None]),
    st.sampled_from(DigestCounts._fields),
    st.sampled_from([*QuoteCounts._fields, None]),
)


@given(st.lists(st.lists(st.lists(outcomes, max_size=3), max_size=5), min_size=1, max_size=3))
def test_parts_add_up(parts):
    whole, tallies = CheckedTally(), []
    for rows in parts:
        tally = CheckedTally()
        for row in rows:
            tally.row(row)
            whole.row(row)
        tallies.append(tally)

    def of(tally: CheckedTally, rows: int) -> Checked:
        return tally.checked(rows, claims=["a", "b"], corpus="c", options={})

    everything = of(whole, sum(map(len, parts)))
    merged = of(tallies[0], len(parts[0]))
    added = CheckedTally()
    added.add(tallies[0])
    for tally, rows in zip(tallies[1:], parts[1:], strict=True):
        merged = merged.merge(of(tally, len(rows)))
        added.add(tally)
    assert merged == everything == of(added, sum(map(len, parts)))
    assert everything.rows_with_quote + everything.rows_without_quote == sum(map(len, parts))
    assert sum(everything.digests) == everything.references
    places = {place for rows in parts for row in rows for place, _, _ in row}
    assert everything.covered == {one for place, one in enumerate("ab") if place in places}


def test_reports_of_other_options_and_of_another_corpus_are_merged():
    rows = [LABEL | {"claim_id": "d01-c01"}]
    one, two = ki.validate(rows, kind="label"), ki.validate(rows, kind="label", key=["value"])
    merged = one.merge(two, one).checked
    assert (merged.options, merged.version, merged.references, len(merged.covered)) == (
        None,
        ki.__version__,
        3,
        1,
    )
    assert one.merge(one).checked.options == one.checked.options
    other = ki.validate(rows, kind="label", against=OWN)
    with pytest.raises(ki.InputError) as caught:
        one.merge(other)
    assert str(caught.value) == (
        "merge: expected reports against the same corpus, got corpora "
        f"{one.checked.corpus[:12]} and {OWN.digest[:12]}"
    )


@pytest.mark.parametrize(
    ("checked", "words"),
    [
        (Checked(), "0 quotes"),
        (Checked(references=2, claims=3, covered=frozenset("a")), "0 quotes; claims: 1 of 3"),
        (
            Checked(references=2000, quotes=QuoteCounts(exact=1000, not_found=1), claims=3),
            "quotes exact: 1,000 of 1,001; claims: 0 of 3",
        ),
    ],
)
def test_the_wording(checked, words):
    assert checked.summary == words

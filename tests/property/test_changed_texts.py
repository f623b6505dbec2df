"""A text changes: rows are carried over to its new claims or reported, and a diff lists what changed."""

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from scale import amount

import kaiser_interview as ki

WORDS = ["la", "語言", "мир", "مرحبا", "नमस्ते", "e\u0301", "🧠", "a\u200bb", "x", "!", "la la"]
BY = {"method": "human", "creator": "I"}

lines = st.one_of(
    st.sampled_from(["la la la", "Tea is not fermented.", "語言，語言", "a"]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=12),
)
texts = st.lists(lines, min_size=1, max_size=7)


def corpus_of(text: list[str], cut: int | None) -> ki.Corpus:
    """Make a corpus of lines, in one source or in two."""
    parts = [text] if cut is None else [text[:cut], text[cut:]]
    # A source must have a claim.
    sources = ["\n".join([*part, f"end {number}"]) for number, part in enumerate(parts)]
    one_or_two = sources[0] if cut is None else {"s": sources[0], "t": sources[1]}
    return ki.Corpus.from_text(one_or_two, unit="line")


cuts = st.none() | st.integers(0, 7)
corpora = st.builds(corpus_of, texts, cuts)


@st.composite
def edited(draw: st.DrawFn, text: list[str]) -> list[str]:
    """Insert, delete, duplicate, move and change lines."""
    new = [*text]
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(new)))
        line = new.pop(draw(st.integers(0, len(new) - 1))) if new else ""
        kept = draw(st.integers(0, len(line)))
        changed = line[:kept] + draw(st.sampled_from(WORDS)) + line[draw(st.integers(kept, len(line))) :]
        lines_there = draw(st.sampled_from([[], [line], [line, line], [changed], [line, "new"]]))
        new[at:at] = lines_there
    return new


@st.composite
def references(draw: st.DrawFn, claims: list[Any]) -> dict[str, Any]:
    """Draw a right reference with a digest, perhaps with a quote and with offsets."""
    claim = draw(st.sampled_from(claims))
    row = {"claim_id": claim.claim_id, "claim_sha256": claim.sha256}
    if draw(st.booleans()):
        return row
    start = draw(st.integers(0, len(claim.text) - 1))
    end = draw(st.integers(start + 1, len(claim.text)))
    row["quote"] = claim.text[start:end]
    if draw(st.booleans()) or end - start < 4 or occurs(row["quote"], claim.text) > 1:
        row |= {"quote_start": claim.start + start, "quote_end": claim.start + end}
    return row


@st.composite
def rows(draw: st.DrawFn, corpus: ki.Corpus) -> dict[str, Any]:
    """Draw a right row: with its own reference, with those in a list, or with two claims."""
    claims = [*corpus.claims.values()]
    kind = draw(st.sampled_from(["label", "question", *["relation"] * (len(claims) > 1)]))
    row: dict[str, Any] = {"kind": kind, "x_note": draw(st.integers(0, 9))} | BY
    if kind == "question":
        held = draw(st.lists(references(claims), min_size=1, max_size=3))
        return row | {
            "references": held, "question": "?", "answerable": True, "answer": "!", "language": "en"
        }  # fmt: skip
    row |= draw(references(claims))
    if draw(st.booleans()):
        row |= {name: corpus.claims[row["claim_id"]].columns[name] for name in PLACE}
    if kind == "label":
        return row | {"scheme": "my:stance", "value": "for"}
    other = draw(st.sampled_from([claim for claim in claims if claim.claim_id != row["claim_id"]]))
    return row | {
        "other_claim_id": other.claim_id,
        "other_claim_sha256": other.sha256,
        "relation": "supports",
    }


PLACE = ("source_id", "start", "end", "text")
MAY_CHANGE = {"claim_id", "other_claim_id", "quote_start", "quote_end", "source_id", "start", "end"}


def occurs(words: str, text: str) -> int:
    return sum(text.startswith(words, at) for at in range(len(text)))


def parts_of(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each reference of a row as a claim id, a digest and a quote with offsets."""
    yield from row.get("references", [row])
    if "other_claim_id" in row:
        yield {"claim_id": row["other_claim_id"], "claim_sha256": row["other_claim_sha256"]}


def is_right(row: dict[str, Any], corpus: ki.Corpus) -> bool:
    """Return whether a row is right, by plain comparison."""
    for part in parts_of(row):
        claim = corpus.claims.get(part["claim_id"])
        if claim is None or sha256(claim.text.encode()).hexdigest() != part["claim_sha256"]:
            return False
        quote, start, end = (part.get(name) for name in ("quote", "quote_start", "quote_end"))
        if quote is not None and start is None and quote not in claim.text:
            return False
        if start is not None:
            inside = claim.start <= start < end <= claim.end
            if not inside or corpus.sources[claim.source_id][start:end] != quote:
                return False
        if "start" in part and any(part[name] != claim.columns[name] for name in PLACE):
            return False
    return row.get("claim_id") != row.get("other_claim_id", "")


def carried_over(row: dict[str, Any], old: ki.Corpus, new: ki.Corpus) -> dict[str, Any] | None:
    """Return the row with the ids and offsets of the new corpus; None if they are not certain."""

    def at_new_place(part: dict[str, Any]) -> dict[str, Any] | None:
        claim = old.claims[part["claim_id"]]
        same = [one for one in new.claims.values() if one.text == claim.text]
        if len(same) != 1:
            return None
        moved = part | {"claim_id": same[0].claim_id}
        if "start" in part:
            moved |= {name: same[0].columns[name] for name in PLACE}
        if "quote" in part:
            if occurs(part["quote"], claim.text) > 1 and "start" not in part:
                return None
            at = part.get("quote_start", claim.start + claim.text.find(part["quote"]))
            start = at - claim.start + same[0].start
            moved |= {"quote_start": start, "quote_end": start + len(part["quote"])}
        return moved

    if "references" in row:
        moved = [at_new_place(part) for part in row["references"]]
        return None if None in moved else row | {"references": moved}
    made = at_new_place(row)
    if made is not None and "other_claim_id" in row:
        other = at_new_place({"claim_id": row["other_claim_id"]})
        made = other and made | {"other_claim_id": other["claim_id"]}
        if made and made["claim_id"] == made["other_claim_id"]:
            return None
    return made


def is_unclear(row: dict[str, Any], new: ki.Corpus) -> bool:
    """Return whether several claims have the text of a reference, and none of them has its id."""
    found = [
        (part["claim_id"], [name for name, one in new.claims.items() if one.sha256 == part["claim_sha256"]])
        for part in parts_of(row)
    ]
    return any(len(ids) > 1 and claim_id not in ids for claim_id, ids in found)


def kept(value: Any) -> Any:
    """Return a row without what may change."""
    if isinstance(value, list):
        return [kept(one) for one in value]
    if isinstance(value, dict):
        return {name: kept(one) for name, one in value.items() if name not in MAY_CHANGE}
    return value


@settings(max_examples=amount(200, 10_000))
@given(texts, cuts, cuts, st.data())
def test_rows_are_carried_over_or_reported(
    text: list[str], cut: int | None, new_cut: int | None, data: st.DataObject
) -> None:
    old = corpus_of(text, cut)
    new = corpus_of(data.draw(edited(text)), new_cut)
    given_rows = data.draw(st.lists(rows(old), min_size=1, max_size=4))
    assert ki.validate(given_rows, against=old).errors == 0

    validator = ki.Validator(against=new)
    fixed = validator.fix(given_rows).data
    assert kept(fixed) == kept(given_rows)
    for row, before in zip(fixed, given_rows, strict=True):
        findings = validator.check(row)
        is_reported = any(one.severity == "error" or one.code == "quote-ambiguous" for one in findings)
        assert is_right(row, new) or is_reported
        assert is_reported or not is_unclear(before, new)
        if expected := carried_over(before, old, new):
            assert (row, findings) == (expected, ())
    assert validator.fix(fixed).data == fixed


@given(corpora, corpora)
def test_a_diff_accounts_for_every_claim_once(old: ki.Corpus, new: ki.Corpus) -> None:
    diff = old.diff(new)
    pairs = [(one.old, one.new) for one in (*diff.changed, *diff.moved)]
    same = [claim.claim_id for claim in diff.unchanged]
    olds = [*same, *(a.claim_id for a, _ in pairs), *(one.claim_id for one in diff.removed)]
    news = [*same, *(b.claim_id for _, b in pairs), *(one.claim_id for one in diff.added)]
    assert (sorted(olds), sorted(news)) == (sorted(old.claims), sorted(new.claims))
    # As many equal texts are paired as there are.
    in_both = Counter(one.text for one in old.claims.values()) & Counter(
        one.text for one in new.claims.values()
    )
    assert Counter([*(one.new.text for one in diff.moved), *(one.text for one in diff.unchanged)]) == in_both
    for claim in diff.unchanged:
        was = old.claims[claim.claim_id]
        assert (was.text, was.source_id, was.start) == (claim.text, claim.source_id, claim.start)
    for one in diff.moved:
        a, b = one
        assert (a.claim_id, a.source_id, a.start) != (b.claim_id, b.source_id, b.start)
    for one in diff.changed:
        assert applied(one) == one.new.text != one.old.text
    assert bool(diff) is not diff.is_empty
    assert str(diff).splitlines()[-1] == diff.summary


def applied(changed: Any) -> str:
    """Apply the changes of a claim to its old text."""
    source, at, text = changed.old.source, changed.old.start, ""
    for change in changed.changes:
        assert source[change.start : change.end] == change.passage
        text += source[at : change.start] + change.text
        at = change.end
    return text + source[at : changed.old.end]


@given(corpora)
def test_equal_corpora_do_not_differ(corpus: ki.Corpus) -> None:
    diff = corpus.diff(corpus)
    assert (diff.is_empty, [one.claim_id for one in diff.unchanged]) == (True, [*corpus.claims])

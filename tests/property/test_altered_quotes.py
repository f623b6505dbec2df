"""Altered quotes: no fix changes their words, or takes their rows for rows of another claim."""

import csv
import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scale import amount

import kaiser_interview as ki

CORPORA = {
    "shipped": ki.Corpus.from_files(ki.data_path()),
    "several languages": ki.Corpus.from_files(Path(__file__).parents[1] / "corpus"),
}
ROW = {"scheme": "acme:stance", "value": "for", "method": "model", "creator": "m"}
NAMES = {"quote", "qoute", "evidence"}
NEGATIONS = ["不", "没有", "并非", "not ", "never ", "nicht ", "ne "]


def words(text: str) -> str:
    """Return the letters and digits of a text, without markers and partial markers at an end."""
    text = re.sub(r"\s", "", text)
    text = unicodedata.normalize("NFKC", re.sub(r"\[[0-9]+\]|\[[0-9]*$|^[0-9]*\]", "", text))
    return "".join(one for one in text if one.isalnum())


def occurs(quote: str, corpus: ki.Corpus) -> bool:
    """Return whether a quote has no words, or words that a claim has in this order."""
    bare = words(quote)
    return not bare or any(bare in words(f"{one.passage}\0{one.text_en}") for one in corpus.claims.values())


@st.composite
def altered(draw, corpus: ki.Corpus) -> dict:
    """Draw a row whose quote has words that its claim does not have, or not in this order."""
    claim = draw(st.sampled_from([*corpus.claims.values()]))
    of = draw(st.sampled_from(["text", "text_en"])) if claim.text_en else "text"
    passage = claim.text_en if of == "text_en" else claim.passage
    start = draw(st.integers(0, max(0, len(passage) - 8)))
    quote = passage[start : draw(st.integers(start + 4, max(start + 4, len(passage))))]
    space = " " if quote.isascii() else ""
    parts = quote.split(" ") if space else [*quote]
    at = draw(st.integers(1, max(1, len(parts) - 2)))
    how = draw(st.sampled_from(["drop", "add", "swap", "negate", "affirm"]))
    changed = [*parts]
    if how == "drop":
        del changed[at : at + 1]
    elif how == "add":
        other = draw(st.sampled_from([*corpus.claims.values()])).text
        changed.insert(at, draw(st.sampled_from(other.split(" ") if space else [*other])))
    elif how == "swap":
        changed[at - 1 : at + 1] = reversed(changed[at - 1 : at + 1])
    elif how == "affirm":
        changed = [one for one in parts if one not in {"不", "没", "not", "nicht"}]
    if how == "negate" or occurs(space.join(changed), corpus):
        changed = [*parts[:at], draw(st.sampled_from(NEGATIONS)), *parts[at:]]
    quote = space.join(changed)
    assume(not occurs(quote, corpus))
    wrap = draw(st.sampled_from(["{}", "“{}”", "**{}**", '"{}"', "*{}* [7]", " {} ", "{}…", "`{}`"]))
    ids = [claim.claim_id, claim.claim_id, claim.claim_id.upper(), f"{claim.claim_id}0", claim.claim_id[:-1]]
    row = {"claim_id": draw(st.sampled_from(ids)), "quote": wrap.format(quote), "quote_of": of} | ROW
    if draw(st.booleans()):
        row |= {"quote_start": start, "quote_end": start + len(quote)}
    digests = [None, claim.sha256, draw(st.sampled_from([*corpus.claims.values()])).sha256]
    if digest := draw(st.sampled_from(digests)):
        row["claim_sha256"] = digest
    name = draw(st.sampled_from(["quote", "quote", "qoute", "evidence"]))
    return {name if field == "quote" else field: value for field, value in row.items()}


def put(path: Path, rows: list[dict]) -> None:
    """Write rows to a file in the format of its name."""
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)))
            writer.writeheader()
            writer.writerows(rows)
        else:
            file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def got(path: Path) -> list[dict]:
    """Read rows, without empty cells."""
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            return [{name: cell for name, cell in row.items() if cell} for row in csv.DictReader(file)]
        return [json.loads(line) for line in file]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
@pytest.mark.parametrize("name", CORPORA)
@settings(max_examples=amount(25, 4000))
@given(data=st.data())
def test_no_fix_changes_the_words_of_an_altered_quote(tmp_path_factory, form, name, data):
    corpus = CORPORA[name]
    rows = data.draw(st.lists(altered(corpus), min_size=1, max_size=8), label="rows")
    path = tmp_path_factory.getbasetemp() / f"altered.{form}"
    out = path.with_name(f"fixed.{form}")
    put(path, rows)
    for unsafe in (False, True):
        ki.fix(path, output=out, kind="label", against=corpus, unsafe_fixes=unsafe)
        for fixed, row in zip(got(out), rows, strict=True):
            (given_as,) = NAMES & row.keys()
            assert {fixed[one] for one in NAMES & fixed.keys()} == {row[given_as]}
            assert fixed["claim_id"] == row["claim_id"]
            assert fixed.get("claim_sha256") == row.get("claim_sha256")
            assert "release" not in fixed
            assert "x_quote_as_written" not in fixed

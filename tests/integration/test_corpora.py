"""Texts in five scripts, and emoji, take the whole road: a corpus, drafts, answers of models, valid rows.

`tests/corpora/NAME/answers.json` states by hand what must come out of each answer. Two naive programs must
agree: plain loops over the text, and the oracle of the benchmark of mutants.
"""

import random
from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import jsonschema_rs
import pytest
from corpora.make import BY, NAMES, Book, transcript
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import kaiser_interview as ki
from benchmarks.detection import oracle
from benchmarks.detection.forms import FORMS
from benchmarks.detection.ground import ground_of
from benchmarks.detection.trial import WARNINGS, Tally, trial
from benchmarks.detection.valid_rows import DERIVED

CORPORA = Path(__file__).parents[1] / "corpora"
BOOKS = {name: Book(name) for name in NAMES}
KINDS = [(name, kind) for name, book in BOOKS.items() for kind in book.kinds]
# About the shape of a row, which the oracle takes for granted.
SHAPE = {"bad-format", "bad-length", "not-in-vocabulary", "unknown-field"}
ROWS = 160

each_book = pytest.mark.parametrize("book", BOOKS.values(), ids=NAMES)
each_kind = pytest.mark.parametrize(("name", "kind"), KINDS, ids=map("-".join, KINDS))
corpus_of = cache(Book.corpus)


@cache
def ground(name):
    """Return what the naive programs know of a corpus; it has one release, which some rows name."""
    corpus = corpus_of(BOOKS[name])
    claims = {claim_id: claim._replace(revised="1.0.0") for claim_id, claim in corpus.claims.items()}
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        ki.Corpus(claims, corpus.sources, corpus.headings, releases=("1.0.0",)).to_files(path)
        made = ground_of(name, path)
        assert made.against.claims == claims  # read while the folder exists
    return made


def validator(name, kind):
    return ki.Validator(kind, against=corpus_of(BOOKS[name]), defaults=BY)


def plain(row):
    """Return the fields of a row that a model wrote."""
    return {field: value for field, value in row.items() if not field.startswith("x_")}


def is_error(row):
    return bool({*row["codes"]} - WARNINGS)


def references(row):
    """Return the objects of a row that quote."""
    return row.get("references", [row])


@each_book
def test_the_command_makes_the_same_corpus(book, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    corpus = corpus_of(book)
    book.write(tmp_path)
    if command := book.init():
        code, out, err = run(*command)
        assert (code, err) == (0, "")
        headings = f" and {len(corpus.headings)} heading" if corpus.headings else ""
        assert out.startswith(f"{len(corpus.claims)} claims{headings}")
    read = ki.Corpus.from_files("corpus")
    assert (read.digest, read.claims, read.headings) == (corpus.digest, corpus.claims, corpus.headings)
    assert read.sources == {"text": book.text}


@each_book
def test_claims_are_passages(book):
    corpus, at = corpus_of(book), 0
    assert 10 <= len(corpus.claims) <= 25
    for claim in corpus.claims.values():
        assert at <= claim.start < claim.end <= claim.passage_end
        assert book.text[claim.start : claim.end] == claim.text == claim.text.strip()
        assert book.text[claim.start : claim.passage_end] == claim.passage
        at = claim.passage_end
    for heading in corpus.headings:
        assert book.text.startswith(heading.text, heading.start)


@each_book
@pytest.mark.parametrize("unit", ["line", "bullet", "paragraph", "document"])
def test_every_unit_cuts_every_text(book, unit):
    try:
        corpus = ki.Corpus.from_text(book.text, unit=unit, markers="printed")
    except ki.CorpusError as error:
        assert (unit, str(error)) == ("bullet", "text: text: expected at least one bullet, got none")
        assert "\n- " not in book.text
        return
    assert all(book.text[one.start : one.end] == one.text for one in corpus.claims.values())


@each_kind
def test_a_draft_schema_accepts_the_right_drafts(name, kind):
    corpus = corpus_of(BOOKS[name])
    schema = ki.json_schema(kind, profile="draft", claims=[*corpus.claims], against=corpus)
    accepts = jsonschema_rs.validator_for(schema).is_valid
    # Offsets and digests are not asked for.
    drafts = [row for row in BOOKS[name].rows(kind) if row["row"].keys() == schema["properties"].keys()]
    # Nor does a draft know the words of a scheme of labels.
    refused = {"unknown-claim"} if kind == "label" else {"unknown-claim", "not-in-vocabulary"}
    for row in drafts:
        assert accepts(row["row"]) is not bool(refused & {*row["codes"]}), row
    assert sum(not row["codes"] for row in drafts) >= 2


@each_kind
def test_parse(name, kind):
    book = BOOKS[name]
    parsed = ki.parse(book.texts(kind), kind=kind)
    answers = [one for one in book.answers if one["kind"] == kind]
    failed = {one["id"]: one["failure"] for one in answers if one["failure"]}
    assert {one.request_id: one.code for one in parsed.failures} == failed
    stated = [(one["id"], row["row"]) for one in answers for row in one["rows"]]
    assert [(row["x_request_id"], plain(row)) for row in parsed.rows] == stated
    assert {one["id"] for one in answers} == failed.keys() | {request_id for request_id, _ in stated}


@each_kind
def test_every_row_gets_the_codes_stated(name, kind):
    stated = [sorted(row["codes"]) for row in BOOKS[name].rows(kind)]
    rows = ki.parse(BOOKS[name].texts(kind), kind=kind).rows
    check = validator(name, kind)
    found = [[] for _ in rows]
    for finding in check.validate(rows).iter_findings():
        found[finding.row].append(finding.code)
    assert [*map(sorted, found)] == stated
    assert [sorted(finding.code for finding in check.check(row)) for row in rows] == stated


@each_kind
def test_the_naive_programs_agree(name, kind):
    """Say of each row by plain loops which faults its references have, and whether each quote is exact."""
    book, claims = BOOKS[name], corpus_of(BOOKS[name]).claims
    for row in book.rows(kind):
        codes = sorted({*row["codes"]} - SHAPE)
        if all(one["quote"] for one in references(row["row"])):
            said = sorted({code for code, _ in oracle.faults(ground(name), kind, row["row"])})
            assert said == codes, row
        known = [one for one in references(row["row"]) if one["claim_id"] in claims]
        exact = all(is_exact(book.text, claims[one["claim_id"]], one) for one in known)
        quote = [code for code in codes if code.startswith("quote") and code not in WARNINGS]
        assert exact is not bool(quote or "bad-length" in row["codes"]), row


def is_exact(text, claim, reference):
    """Return whether a quote is in the passage of its claim, at its offsets if it has any."""
    quote = reference["quote"]
    given = reference.get("quote_start"), reference.get("quote_end")
    for at in range(claim.start, claim.passage_end - len(quote) + 1):
        end = at + len(quote)
        if quote and text[at:end] == quote and given in {(None, None), (at, end)}:
            return True
    return False


@each_kind
def test_fix_split_and_read(name, kind):
    book, stated = BOOKS[name], BOOKS[name].rows(kind)
    check = validator(name, kind)
    parsed = check.parse(book.texts(kind))
    fixed = check.fix(parsed)
    for row, made in zip(stated, fixed.data, strict=True):
        wanted = row.get("fixed", {})
        assert {field: made[field] for field in wanted} == wanted
        assert "fixed" not in row or is_error(row)
        changed = made.get("x_quote_as_written")
        assert changed == (row["row"]["quote"] if "quote" in wanted else None)
    result = check.split(fixed)
    # Every row is in exactly one output, in order, and is valid if it was or could be fixed.
    is_valid = [not is_error(row) or "fixed" in row for row in stated]
    assert result.valid == [row for row, fine in zip(fixed.data, is_valid, strict=True) if fine]
    assert result.rejects == [row for row, fine in zip(fixed.data, is_valid, strict=True) if not fine]
    assert result.failures == parsed.failures
    again = {one.request_id for one in result.retry_messages()}
    assert again == {row["x_request_id"] for row in result.rejects} | {
        one.request_id for one in parsed.failures
    }

    records = check.read(result.valid)
    table = check.read_table(result.valid)
    assert len(records) == table.num_rows == len(result.valid)
    for record, row in zip(records, table.to_pylist(), strict=True):
        for one in references(row):
            at = [one["quote_start"], one["quote_end"]]
            if None in at:  # it occurs several times
                assert corpus_of(book).claim(one["claim_id"]).passage.count(one["quote"]) > 1
            else:
                assert book.text[at[0] : at[1]] == one["quote"]
        assert record.creator == "some-model"
        assert [one["quote"] for one in references(row)] == [
            one.quote for one in getattr(record, "references", [record])
        ]
    assert check.fix(result.valid).changed == {}


@each_book
def test_the_report_is_what_a_user_sees(book, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert transcript(book, tmp_path, run) == (CORPORA / book.name / "report.txt").read_text("utf-8")


def test_there_is_enough_of_everything():
    readme = (CORPORA / "README.md").read_text("utf-8")
    assert {path.name for path in CORPORA.iterdir() if (path / "text.md").is_file()} == {*NAMES}
    assert all(f"| `{name}` |" in readme for name in NAMES)
    for book in BOOKS.values():
        rows = [row for one in book.answers for row in one["rows"]]
        assert len(book.answers) >= 8
        assert len({one["style"] for one in book.answers}) >= 8
        assert 0.4 < sum(not is_error(row) for row in rows) / len(rows) < 0.6
        assert len({row["row"].get("value") for row in rows} - {None}) >= 4
    codes = Counter(
        code
        for book in BOOKS.values()
        for one in book.answers
        for row in one["rows"]
        for code in row["codes"]
    )
    assert codes.keys() >= {
        *("quote-not-found", "quote-typography-differs", "quote-markers-differ", "quote-misattributed"),
        *("quote-misplaced", "quote-out-of-range", "quote-ambiguous", "quote-too-short"),
        *("unknown-claim", "digest-differs", "bad-length", "bad-format"),
    }  # fmt: skip
    stated = [book.stated for book in BOOKS.values()]
    assert {one.get("unit") for one in stated} == {"paragraph", "line", "bullet", None}
    assert {one.get("headings") for one in stated} == {"markdown", "numbered", "學而第一", None}
    assert {one.get("markers") for one in stated} == {"printed", "〔[一二三四五六七八九十]+〕", None}


@each_book
@settings(max_examples=200)
@given(data=st.data())
def test_find_agrees_with_a_naive_search(book, data):
    start = data.draw(st.integers(0, len(book.text) - 1))
    words = book.text[start : start + data.draw(st.integers(1, 40))]
    assume(words.strip())
    corpus = corpus_of(book)
    passages = [(one.claim_id, one.start, one.passage_end) for one in corpus.claims.values()]
    passages += [(one.record_id, one.start, one.start + len(one.text)) for one in corpus.headings]
    naive = [
        (name, at, at + len(words))
        for name, first, end in passages
        for at in range(first, end - len(words) + 1)
        if book.text.find(words, at, end) == at
    ]
    found = [one for one in corpus.find(words) if one.how == "exact"]
    assert [(one.record_id, one.start, one.end) for one in found] == naive
    assert all(one.text == words and one.changes == () for one in found)


@pytest.mark.long
@pytest.mark.parametrize("kind", DERIVED)
@pytest.mark.parametrize("name", NAMES)
def test_mutants(name, kind, tmp_path):
    """Draw valid and invalid rows about each corpus, as `test_mutants` does about two others."""
    tally = Tally()
    for form in FORMS:
        tally.add(trial(random.Random(f"{name} {kind} {form}"), ground(name), kind, form, ROWS, tmp_path))
    assert tally.faults == []
    assert sum(tally.mutants.values()) > len(FORMS) * ROWS / 3

"""`Corpus.from_files`, and every error that the files can have."""

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

import kaiser_interview as ki

CORPUS = Path(__file__).parents[2] / "corpus"
ALPHA = ("a-01", "a-02", "a-03", "a-04", "a-05", "a-06", "a-07", "a-08")
BETA = ("b-01", "b-02", "b-03", "b-04", "b-05", "b-06", "b-08")


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def lines(folder: Path, name: str) -> list[str]:
    return (folder / name).read_text("utf-8").removesuffix("\n").split("\n")


@pytest.fixture
def folder(tmp_path):
    """Return a copy of the test corpus."""
    return Path(shutil.copytree(CORPUS, tmp_path / "corpus"))


@pytest.fixture
def edit(folder):
    """Return a function that edits a line of the copy, by fields or as a whole, and then reads the copy."""

    def change(name: str, line: int, whole: str | None = None, **fields: object) -> ki.Corpus:
        held = lines(folder, name)
        held += [""] * (line - len(held))
        row = whole if whole is not None else json.dumps(json.loads(held[line - 1]) | fields)
        held[line - 1] = row
        (folder / name).write_text("\n".join(held) + "\n", "utf-8")
        return ki.Corpus.from_files(folder)

    return change


def refused(error: pytest.ExceptionInfo, file: str, line: int | None, reason: str) -> None:
    caught = error.value
    assert (caught.file, caught.line, caught.reason) == (file, line, reason)
    assert str(caught) == (f"{file}: {reason}" if line is None else f"{file}:{line}: {reason}")


def test_the_test_corpus():
    corpus = ki.Corpus.from_files(CORPUS)
    assert (tuple(corpus.claims), tuple(corpus.sources)) == (ALPHA + BETA, ("alpha", "beta"))
    assert corpus.releases == ("1.0.0", "1.1.0", "2.0.0")
    assert corpus.retired == {"a-09": None, "b-07": "b-08"}
    assert repr(corpus) == "<Corpus: 15 claims, 2 sources, 2 retired>"
    for claim_id, claim in corpus.claims.items():
        assert claim.claim_id == claim_id
        assert claim.source == corpus.sources[claim.source_id]
        assert claim.source[claim.start : claim.end] == claim.text
        assert claim.source[claim.start : claim.passage_end] == claim.passage
        assert claim.sha256 == digest(claim.text)


def test_passages_are_claims_with_their_markers_as_printed():
    claims = ki.Corpus.from_files(CORPUS).claims
    printed = {name: claim.passage.removeprefix(claim.text) for name, claim in claims.items()}
    assert printed == dict.fromkeys(("a-03", "a-07", "b-03"), "") | {
        "a-01": " [1]", "a-02": " [2][3]", "a-04": " [4]", "a-05": " [5]", "a-06": " [6]", "a-08": " [8]",
        "b-01": " [1]", "b-02": " [2]", "b-04": " [3] [4]", "b-05": " § 5", "b-06": " [6]", "b-08": " [7]",
    }  # fmt: skip


def test_headings_and_headlines():
    headings = ki.Corpus.from_files(CORPUS).headings
    assert [tuple(one) for one in headings] == [
        ("heading", "r1", "一、水的声音", 12, "The Sound of Water", "alpha"),
        ("heading", "r2", "二、水的颜色", 143, None, "alpha"),
        ("heading", "k1", "1. Die Ku\u0308che", 15, "The Kitchen", "beta"),
        ("heading", "k2", "2. Le quai", 288, "The Quay", "beta"),
        (
            "headline",
            "alpha",
            "𠮷野川手记：四季（一）",
            0,
            "Notes on the Yoshino River: Four Seasons (1)",
            "alpha",
        ),
        ("headline", "beta", "Cafe\u0301 am Kanal", 0, "The Café on the Canal", "beta"),
    ]


def test_history_has_earlier_texts_and_the_last_revision():
    claims = ki.Corpus.from_files(CORPUS).claims
    assert {name: claim.revised for name, claim in claims.items()} == dict.fromkeys(claims, "1.0.0") | {
        "a-04": "1.1.0", "a-06": "1.1.0", "b-02": "2.0.0", "b-08": "2.0.0",
    }  # fmt: skip
    assert {name: claim.earlier for name, claim in claims.items() if claim.earlier} == {
        "a-04": {digest("🧠与🌊之间没有直线。"): "1.0.0"},
        "b-02": {digest("Kaffee wird vor Ort gero\u0308stet."): "1.0.0"},
    }


def test_other_columns_may_be_carried_along():
    columns = ki.Corpus.from_files(CORPUS).claims["a-01"].columns
    assert (columns["season"], columns["level"], columns["tags"]) == ("spring", 1, ["sound", "water"])
    assert (columns["start"], columns["markers"]) == (19, "[1]")
    # Fields of a row with the name of a claim's column have their own rules.
    assert not columns.keys() & {"claim_id", "claim_sha256"}


def test_english_is_optional():
    claims = ki.Corpus.from_files(CORPUS).claims
    assert [name for name, claim in claims.items() if claim.text_en] == [
        "a-01", "a-02", "b-01", "b-02", "b-04", "b-08",
    ]  # fmt: skip
    assert claims["a-03"].text_en is None


def test_the_shipped_data_is_a_corpus_folder():
    corpus = ki.Corpus.from_files(ki.data_path())
    claims = ki.load("claims")
    assert tuple(corpus.claims) == tuple(one.claim_id for one in claims)
    assert corpus.sources == {ki.source().source_id: ki.source().text}
    assert [corpus.claims[one.claim_id].passage for one in claims] == [
        f"{one.text} {one.markers}" for one in claims
    ]
    assert [corpus.claims[one.claim_id].sha256 for one in claims] == [one.claim_sha256 for one in claims]
    assert [corpus.claims[one.claim_id].revised for one in claims] == [one.revised for one in claims]
    assert [one.text_en for one in corpus.headings] == [
        *(one.title_en for one in ki.load("dialogues")),
        ki.source().headline_en,
    ]
    assert (corpus.retired, corpus.releases) == ({}, ("1.0.0",))


def test_a_folder_may_be_named_by_text():
    assert ki.Corpus.from_files(str(CORPUS)).claims == ki.Corpus.from_files(CORPUS).claims


def test_sources_may_be_text_files(folder):
    wanted = ki.Corpus.from_files(folder).claims
    for line in lines(folder, "sources.jsonl"):
        row = json.loads(line)
        (folder / f"{row['source_id']}.txt").write_bytes(row["text"].encode())
    (folder / "sources.jsonl").unlink()
    corpus = ki.Corpus.from_files(folder)
    assert corpus.claims == wanted
    assert {one.record for one in corpus.headings} == {"heading"}


def test_text_files_are_taken_byte_for_byte(tmp_path):
    (tmp_path / "s.txt").write_bytes(b"_one\r\ntwo\r")
    (tmp_path / "claims.jsonl").write_text('{"claim_id": "a", "text": "two", "start": 6, "end": 9}')
    corpus = ki.Corpus.from_files(tmp_path)
    assert corpus.sources == {"s": "_one\r\ntwo\r"}
    assert (corpus.claims["a"].source_id, corpus.claims["a"].passage) == ("s", "two")


def test_without_history_there_are_no_earlier_texts(folder):
    (folder / "releases.jsonl").unlink()
    (folder / "dialogues.jsonl").unlink()
    corpus = ki.Corpus.from_files(folder)
    assert (corpus.releases, corpus.retired) == ((), {})
    assert {one.record for one in corpus.headings} == {"headline"}
    assert {(claim.revised, len(claim.earlier)) for claim in corpus.claims.values()} == {(None, 0)}


def test_citations_are_printed_in_brackets(edit):
    claim = edit("claims.jsonl", 2, markers=None, citations=[2, 3]).claims["a-02"]
    assert claim.passage == f"{claim.text} [2][3]"


def test_a_restored_text_is_the_current_one(folder):
    now = ki.Corpus.from_files(folder).claims["b-01"]
    rows = [
        {"release": "2.1.0", "claim_id": "b-01", "claim_sha256": "a" * 64},
        {"release": "2.2.0", "claim_id": "b-01", "claim_sha256": now.sha256},
    ]
    with (folder / "releases.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row)}\n" for row in rows)
    corpus = ki.Corpus.from_files(folder)
    claim = corpus.claims["b-01"]
    assert (claim.revised, corpus.releases[-1]) == ("2.2.0", "2.2.0")
    assert claim.earlier["a" * 64] == "2.1.0"
    row = {"claim_id": "b-01", "claim_sha256": now.sha256, "method": "rule", "creator": "c"}
    assert ki.validate([row | {"verdict": "mixed", "urls": []}], kind="verdict", against=corpus).ok


def test_releases_are_ordered_as_versions(edit):
    edit("releases.jsonl", 23, '{"release": "10.0.0", "claim_id": "b-09", "claim_sha256": null}')
    corpus = edit("releases.jsonl", 24, '{"release": "9.0.0", "claim_id": "b-10", "claim_sha256": null}')
    assert corpus.releases == ("1.0.0", "1.1.0", "2.0.0", "9.0.0", "10.0.0")


def test_blank_lines_and_carriage_returns_are_ignored(folder):
    wanted = ki.Corpus.from_files(folder).claims
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n\r\n"))
    assert ki.Corpus.from_files(folder).claims == wanted


COMPOSED = "Das Cafe\u0301 o\u0308ffnet um sieben, der Kanal nie."
NO_VERSION = "release: expected a version such as 1.0.0, got "
NOT_THERE = "title: expected a passage of the source from "
NO_SOURCE = (
    "expected a source, got none; add a row with source_id and text, or a file SOURCE_ID.txt for each source"
)
FIRST = "𠮷野川的水声，清晨像低语，黄昏也像低语。"


@pytest.mark.parametrize(
    ("file", "line", "fields", "reason"),
    [
        ("claims.jsonl", 1, {"end": 38}, f'text: expected "{FIRST[:-1]}" from 19 to 38, got "{FIRST}"'),
        (
            "claims.jsonl",
            1,
            {"start": 31, "end": 44},
            f'text: expected "，黄昏也像低语。 [1]\\n" from 31 to 44, got "{FIRST}"',
        ),
        (
            "claims.jsonl",
            9,
            {"text": "Das Café"},
            f'text: expected "{COMPOSED}" from 29 to 72, got "Das Café"',
        ),
        ("claims.jsonl", 1, {"text": None}, "text: expected text, got null"),
        ("claims.jsonl", 1, {"text": ""}, 'text: expected at least one character, got ""'),
        (
            "claims.jsonl",
            1,
            {"start": "19"},
            'start: expected an integer, got "19"; write 19 without quotation marks',
        ),
        ("claims.jsonl", 1, {"start": -1}, "start: expected an offset of 0 or more, got -1"),
        ("claims.jsonl", 1, {"start": 19.0}, "start: expected an integer, got 19.0; write 19"),
        ("claims.jsonl", 1, {"end": True}, "end: expected an integer, got true"),
        ("claims.jsonl", 1, {"end": None}, "end: expected an offset, got null"),
        ("claims.jsonl", 1, {"text_en": 5}, "text_en: expected text, got 5"),
        ("claims.jsonl", 1, {"claim_id": 5}, "claim_id: expected text, got 5"),
        ("claims.jsonl", 1, {"source_id": "gamma"}, 'source_id: expected one of alpha, beta, got "gamma"'),
        ("claims.jsonl", 1, {"source_id": None}, "source_id: expected one of alpha, beta, got nothing"),
        (
            "claims.jsonl",
            1,
            {"markers": "[2]"},
            'markers: expected "[2]" after the claim, got " [1]\\n测量站记录了1,000"',
        ),
        (
            "claims.jsonl",
            3,
            {"citations": [3, 4]},
            'markers: expected "[3][4]" after the claim, got "\\n🧠与🌊之间没有直线，只有👩\\u200d🔬"',
        ),
        (
            "sources.jsonl",
            2,
            {"source_id": "alpha"},
            'source_id: expected a unique id, got "alpha", which sources.jsonl:1 has',
        ),
        ("sources.jsonl", 1, {"text": None}, "text: expected text, got null"),
        ("sources.jsonl", 1, {"headline": "五季"}, 'headline: expected a passage of text, got "五季"'),
        ("dialogues.jsonl", 1, {"source_id": "gamma"}, 'source_id: expected one of alpha, beta, got "gamma"'),
        ("dialogues.jsonl", 3, {"title": "Die Küche"}, NOT_THERE + '15 on, got "Die Küche"'),
        ("dialogues.jsonl", 1, {"start": 20}, NOT_THERE + '20 on, got "水的声音"'),
        ("dialogues.jsonl", 1, {"start": None}, "start: expected an offset, got null"),
        ("dialogues.jsonl", 1, {"dialogue_id": None}, "dialogue_id: expected text, got null"),
        ("releases.jsonl", 20, {"release": "v1"}, NO_VERSION + '"v1"'),
        ("releases.jsonl", 20, {"release": "1.0"}, NO_VERSION + '"1.0"'),
        ("releases.jsonl", 20, {"release": "1.0.-1"}, NO_VERSION + '"1.0.-1"'),
        ("releases.jsonl", 20, {"release": "１.0.0"}, NO_VERSION + '"１.0.0"'),
        ("releases.jsonl", 20, {"release": None}, "release: expected text, got null"),
        ("releases.jsonl", 20, {"claim_sha256": 5}, "claim_sha256: expected text, got 5"),
    ],
)
def test_a_field_that_is_wrong(edit, file, line, fields, reason):
    with pytest.raises(ki.CorpusError) as error:
        edit(file, line, **fields)
    refused(error, file, line, reason)


def test_an_id_that_occurs_twice(edit):
    with pytest.raises(ki.CorpusError) as error:
        edit("claims.jsonl", 16, lines(CORPUS, "claims.jsonl")[0])
    refused(error, "claims.jsonl", 16, 'claim_id: expected a unique id, got "a-01", which claims.jsonl:1 has')


@pytest.mark.parametrize(
    ("whole", "reason"),
    [
        ('{"claim_id": "a-01"', "expected valid JSON, got EOF while parsing an object at line 1 column 19"),
        ("{'claim_id': 'a-01'}", "expected valid JSON, got key must be a string at line 1 column 2"),
        (
            '{"claim_id": "a-01", "claim_id": "a-01"}',
            'expected valid JSON, got Detected duplicate key "claim_id" at line 1 column 33',
        ),
        ("[]", "expected an object, got an array"),
        ("null", "expected an object, got null"),
        ('"a-01"', 'expected an object, got "a-01"'),
    ],
)
@pytest.mark.parametrize("file", ["claims.jsonl", "sources.jsonl", "dialogues.jsonl", "releases.jsonl"])
def test_a_line_that_is_not_a_row(edit, file, whole, reason):
    with pytest.raises(ki.CorpusError) as error:
        edit(file, 2, whole)
    refused(error, file, 2, reason)


def test_a_digest_that_is_not_the_last(edit):
    with pytest.raises(ki.CorpusError) as error:
        edit("releases.jsonl", 1, claim_sha256="0" * 64)
    refused(
        error,
        "claims.jsonl",
        1,
        "text: expected a text with the last digest in releases.jsonl:1, "
        f"got one with {digest(FIRST)}; append a line to releases.jsonl with the new release and digest",
    )


def test_a_retired_claim_that_is_still_there(edit):
    retirement = '{"release": "2.0.0", "claim_id": "b-01", "claim_sha256": null}'
    with pytest.raises(ki.CorpusError) as error:
        edit("releases.jsonl", 23, retirement)
    refused(
        error,
        "claims.jsonl",
        9,
        "claim_id: expected a claim that releases.jsonl:23 does not retire, got b-01; "
        "give the claim another id: that of a retired claim is never used again",
    )


def test_a_claim_that_is_neither_current_nor_retired(folder):
    kept = lines(folder, "claims.jsonl")[:-1]
    (folder / "claims.jsonl").write_text("\n".join(kept), "utf-8")
    with pytest.raises(ki.CorpusError) as error:
        ki.Corpus.from_files(folder)
    refused(
        error,
        "releases.jsonl",
        20,
        "claim_id: expected a claim in claims.jsonl, got b-08, which it does not have; "
        "append a line with claim_sha256 null, which retires it",
    )


@pytest.mark.parametrize("digest_again", ["0" * 64, None])
def test_a_retired_claim_is_not_edited(edit, digest_again):
    row = {"release": "2.1.0", "claim_id": "b-07", "claim_sha256": digest_again}
    with pytest.raises(ki.CorpusError) as error:
        edit("releases.jsonl", 23, json.dumps(row))
    refused(
        error, "releases.jsonl", 23, "claim_id: expected no line about b-07 after its retirement, got one"
    )


def test_a_folder_that_is_missing(tmp_path):
    with pytest.raises(ki.CorpusError) as error:
        ki.Corpus.from_files(tmp_path / "none")
    refused(
        error,
        str(tmp_path / "none"),
        None,
        "expected a folder with the files of a corpus, got no such file or directory",
    )


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (
            "claims.jsonl",
            "expected a file, got none; run `kaiser-interview corpus init`, which makes the files from texts",
        ),
        ("sources.jsonl", NO_SOURCE),
    ],
)
def test_a_file_that_is_missing(folder, file, reason):
    (folder / file).unlink()
    with pytest.raises(ki.CorpusError) as error:
        ki.Corpus.from_files(folder)
    refused(error, file, None, reason)


@pytest.mark.parametrize(
    ("file", "reason"),
    [("claims.jsonl", "expected a claim, got none"), ("sources.jsonl", NO_SOURCE)],
)
def test_a_file_that_is_empty(folder, file, reason):
    (folder / file).write_text("\n")
    # Without claims in the history, to cause no other error.
    (folder / "releases.jsonl").unlink()
    with pytest.raises(ki.CorpusError) as error:
        ki.Corpus.from_files(folder)
    refused(error, file, None, reason)


def test_a_text_file_that_is_not_utf8(tmp_path):
    (tmp_path / "claims.jsonl").write_text('{"claim_id": "a", "text": "é", "start": 0, "end": 1}', "utf-8")
    (tmp_path / "s.txt").write_bytes(b"\xe9")
    with pytest.raises(ki.CorpusError) as error:
        ki.Corpus.from_files(tmp_path)
    refused(error, "s.txt", 1, "expected UTF-8, got byte 0xe9 at 1 of the line")


WIDE = "expected UTF-8, got UTF-16 or UTF-32; convert it, for example with iconv -f UTF-16 -t UTF-8"
MARKED = (
    "expected UTF-8 without a byte order mark, got U+FEFF at its start; "
    'write it without the mark: in Python with encoding="utf-8", not "utf-8-sig"'
)


@pytest.mark.parametrize("name", ["s.txt", "claims.jsonl", "sources.jsonl", "releases.jsonl"])
@pytest.mark.parametrize(
    ("encoding", "line", "reason"),
    [
        ("utf-8-sig", None, MARKED),
        ("utf-16", None, WIDE),
        ("utf-16-le", None, WIDE),
        ("utf-16-be", None, WIDE),
        ("utf-32", None, WIDE),
        ("latin-1", 2, "expected UTF-8, got byte 0xe9 at 1 of the line"),
    ],
)
def test_a_file_in_another_encoding_is_refused(folder, name, encoding, line, reason):
    (folder / name).write_bytes("\né".encode(encoding))
    with pytest.raises(ki.CorpusError) as error:
        ki.Corpus.from_files(folder)
    refused(error, name, line, reason)


@pytest.mark.parametrize(("ends", "claimed", "named"), [("\r\n", "\n", "LF"), ("\n", "\r\n", "CR LF")])
def test_line_ends_that_were_changed_are_named(tmp_path, ends, claimed, named):
    start = len(f"one{claimed}")
    claim = {"claim_id": "a", "text": "two", "start": start, "end": start + 3}
    (tmp_path / "claims.jsonl").write_text(json.dumps(claim))
    (tmp_path / "s.txt").write_bytes(f"one{ends}two".encode())
    with pytest.raises(ki.CorpusError, match=f"it matches if lines of s end in {named}$"):
        ki.Corpus.from_files(tmp_path)
    (tmp_path / "claims.jsonl").write_text(json.dumps(claim | {"text": "three"}))
    with pytest.raises(ki.CorpusError, match=r'got "three"$'):
        ki.Corpus.from_files(tmp_path)


def test_validate_takes_a_folder():
    row = {"claim_id": "b-02", "method": "rule", "creator": "c", "verdict": "mixed", "urls": []}
    assert ki.validate([row], kind="verdict", against=CORPUS).ok
    assert ki.validate([row], kind="verdict", against=str(CORPUS)).ok
    assert not ki.validate([row], kind="verdict").ok
    with pytest.raises(ki.CorpusError):
        ki.validate([row], kind="verdict", against=CORPUS / "none")


def test_a_release_that_repeats_or_changes_nothing_revises_nothing(folder):
    held = lines(folder, "releases.jsonl")
    again = json.loads(next(line for line in held if '"a-01"' in line)) | {"release": "2.1.0"}
    nothing = {"release": "2.2.0", "claim_id": None, "claim_sha256": None, "successor": None}
    (folder / "releases.jsonl").write_text("\n".join([*held, json.dumps(again), json.dumps(nothing)]) + "\n")
    corpus = ki.Corpus.from_files(folder)
    assert corpus.claims["a-01"].revised == ki.Corpus.from_files(CORPUS).claims["a-01"].revised
    assert corpus.releases[-2:] == ("2.1.0", "2.2.0")


def test_a_claim_may_state_that_it_has_no_markers(edit):
    first = json.loads(lines(CORPUS, "claims.jsonl")[0])
    corpus = edit("claims.jsonl", 1, markers="")
    assert corpus.claims[first["claim_id"]].passage == first["text"]


def test_the_digest_covers_the_text_and_markers(folder, edit):
    corpus = ki.Corpus.from_files(folder)
    assert len(corpus.digest) == 64
    assert ki.Corpus.from_files(CORPUS).digest == corpus.digest
    for name in ("claims.jsonl", "sources.jsonl"):
        (folder / name).write_text("\n".join(reversed(lines(folder, name))) + "\n", "utf-8")
    (folder / "releases.jsonl").unlink()
    turned = ki.Corpus.from_files(folder)
    assert ([*turned.claims], turned.releases) == ([*reversed(corpus.claims)], ())
    assert turned.digest == corpus.digest
    digests = {
        corpus.digest,
        edit("claims.jsonl", 1, text_en="Other English.").digest,
        edit("claims.jsonl", 1, x="another column").digest,
        edit("dialogues.jsonl", 1, title_en="Another heading").digest,
        edit("sources.jsonl", 3, '{"source_id": "gamma", "text": "Another source."}').digest,
    }
    assert len(digests) == 5


@pytest.mark.parametrize(
    ("release", "claim_id", "expected"),
    [
        ("1.0.0", "b-02", "earlier"),
        ("1.1.0", "b-02", "earlier"),
        ("2.0.0", "b-02", "current"),
        ("2.0.0", "b-01", "current"),
        ("1.0.0", "a-06", None),
        ("9.0.0", "b-02", None),
    ],
)
def test_the_digest_of_a_claim_in_a_release(release, claim_id, expected):
    corpus = ki.Corpus.from_files(Path(__file__).parents[2] / "corpus")
    claim = corpus.claims[claim_id]
    digests = {"current": claim.sha256, "earlier": next(iter(claim.earlier), None), None: None}
    assert corpus.digest_in(release, claim) == digests[expected]
    assert ki.Corpus({claim_id: claim._replace(revised=None)}, {}).digest_in(release, claim) is None


def test_claims_with_the_same_text_share_a_digest():
    corpus = ki.Corpus.from_files(Path(__file__).parents[2] / "corpus")
    claim = corpus.claims["a-01"]
    twice = ki.Corpus({"a": claim._replace(claim_id="a"), "b": claim._replace(claim_id="b")}, {})
    assert twice.ids_by_digest == {claim.sha256: ("a", "b")}


def test_a_claim_is_shown_without_its_source():
    claim = ki.Corpus.from_text("x" * 200 + "\nb", unit="line").claim("c001")
    assert repr(claim) == f"CorpusClaim('c001', {'x' * 200!r:.80}, 'text', 0 to 200)"

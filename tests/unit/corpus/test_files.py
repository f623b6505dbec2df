"""`Corpus.to_files`: the files that `Corpus.from_files` reads."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kaiser_interview as ki

CORPUS = Path(__file__).parents[2] / "corpus"
PARTS = ("claims", "sources", "headings", "retired", "releases", "digest")


def parts(corpus):
    return {name: getattr(corpus, name) for name in PARTS}


def rows(folder, name):
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text("utf-8").split("\n")[:-1]]


@pytest.mark.parametrize(
    "corpus",
    [
        ki.Corpus.from_files(CORPUS),
        ki.Corpus.from_text({"茶": "# a\r\nb [1]\n# a\nc", "x y": "b"}, unit="line", headings="markdown"),
    ],
    ids=["history", "text"],
)
def test_the_files_have_the_whole_corpus(corpus, tmp_path):
    folder = tmp_path / "made" / "here"
    corpus.to_files(folder)
    assert parts(ki.Corpus.from_files(folder)) == parts(corpus)
    assert [row["claim_sha256"] for row in rows(folder, "claims")] == [
        claim.sha256 for claim in corpus.claims.values()
    ]


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.sampled_from(["line", "document"]))
def test_any_text_survives(tmp_path_factory, text, unit):
    if not text.strip():
        return
    corpus = ki.Corpus.from_text({"a": text, "b": f"x{text}"}, unit=unit, markers="printed")
    folder = tmp_path_factory.mktemp("corpus")
    corpus.to_files(folder)
    assert parts(ki.Corpus.from_files(folder)) == parts(corpus)


def test_a_text_that_returns_to_an_earlier_one_keeps_its_history(tmp_path):
    claim = {"claim_id": "a", "text": "x", "start": 0, "end": 1}
    digests = [ki.Corpus.from_text(text, unit="line").claim("c001").sha256 for text in ("x", "y")]
    lines = [("1.0.0", 0), ("1.2.0", 1), ("1.10.0", 0), ("2.0.0", 1), ("3.0.0", 0)]
    files = {
        "claims": [claim],
        "sources": [{"source_id": "s", "text": "x"}],
        "releases": [
            *({"release": at, "claim_id": "a", "claim_sha256": digests[number]} for at, number in lines),
            {"release": "4.0.0"},
            {"release": "4.0.0", "claim_id": "b", "claim_sha256": None, "successor": "a"},
        ],
    }
    for name, table in files.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in table), "utf-8")
    corpus = ki.Corpus.from_files(tmp_path)
    assert (corpus.retired, corpus.releases[-1]) == ({"b": "a"}, "4.0.0")
    corpus.to_files(tmp_path / "again")
    assert parts(ki.Corpus.from_files(tmp_path / "again")) == parts(corpus)


@pytest.mark.parametrize("name", ["claims.jsonl", "releases.jsonl", "old.txt"])
def test_a_folder_with_a_corpus_is_refused(tmp_path, name):
    (tmp_path / name).write_text("", "utf-8")
    corpus = ki.Corpus.from_text("a", unit="line")
    with pytest.raises(ki.InputError) as caught:
        corpus.to_files(tmp_path)
    assert str(caught.value) == f"{tmp_path}: expected a new folder, got one with {name}; choose another"
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_a_corpus_without_claims_is_refused(tmp_path):
    corpus, _ = ki.Corpus.from_quotes("a", [{"quote": "b"}])
    with pytest.raises(ki.InputError, match=r"^corpus: expected at least one claim, got none$"):
        corpus.to_files(tmp_path / "new")
    assert not (tmp_path / "new").exists()


def written(folder, **tables):
    for name, table in tables.items():
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in table), "utf-8")
    return ki.Corpus.from_files(folder)


def test_an_empty_source_is_kept(tmp_path):
    (tmp_path / "empty.txt").write_bytes(b"")
    claim = {"claim_id": "a", "source_id": "s", "text": "x", "start": 0, "end": 1}
    corpus = written(tmp_path, claims=[claim], sources=[{"source_id": "s", "text": "x"}])
    assert corpus.sources == {"s": "x", "empty": ""}
    corpus.to_files(tmp_path / "again")
    assert parts(ki.Corpus.from_files(tmp_path / "again")) == parts(corpus)


def test_releases_need_not_be_in_order(tmp_path):
    digests = [ki.Corpus.from_text(text, unit="line").claim("c001").sha256 for text in ("y", "x")]
    corpus = written(
        tmp_path,
        claims=[{"claim_id": "a", "text": "x", "start": 0, "end": 1}],
        sources=[{"source_id": "s", "text": "x"}],
        releases=[
            {"release": release, "claim_id": "a", "claim_sha256": sha256}
            for release, sha256 in zip(("2.0.0", "1.0.0"), digests, strict=True)
        ],
    )
    corpus.to_files(tmp_path / "again")
    assert parts(ki.Corpus.from_files(tmp_path / "again")) == parts(corpus)


@pytest.mark.parametrize("number", ["1e400", "-1e+999", "9" * 400 + ".0"])
def test_numbers_that_do_not_fit_in_a_double(tmp_path, number):
    written(tmp_path, claims=[{"claim_id": "a", "text": "x", "start": 0, "end": 1, "x_n": "1e400"}],
            sources=[{"source_id": "s", "text": "x"}])  # fmt: skip
    path = tmp_path / "claims.jsonl"
    path.write_text(path.read_text("utf-8").replace('"1e400"', number), "utf-8")
    assert [one.code for one in ki.Corpus.check(tmp_path).sample] == ["not-finite"]
    with pytest.raises(ki.CorpusError) as caught:
        ki.Corpus.from_files(tmp_path)
    assert str(caught.value) == "claims.jsonl:1: expected numbers that fit in a double, got a larger one"
    path.write_text(path.read_text("utf-8").replace(number, "1e300"), "utf-8")
    assert ki.Corpus.check(tmp_path).ok


def test_a_source_whose_name_is_not_text(tmp_path):
    (tmp_path / os.fsdecode(b"\xff.txt")).write_text("x", "utf-8")
    claim = {"claim_id": "a", "text": "x", "start": 0, "end": 1}
    with pytest.raises(ki.CorpusError, match="expected a name of printable characters, got others"):
        written(tmp_path, claims=[claim])
    assert "bad-format" in {one.code for one in ki.Corpus.check(tmp_path).sample}


def test_retired_claims_need_a_release(tmp_path):
    made = ki.Corpus.from_text("x", unit="line")
    corpus = ki.Corpus(made.claims, made.sources, retired={"old": None})
    with pytest.raises(ki.InputError, match=r"^corpus: expected a release that retired claims, got none$"):
        corpus.to_files(tmp_path / "new")

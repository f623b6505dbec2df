"""`Corpus.check`: every problem of the files of a corpus, with its place and its reason."""

import codecs
import json
import os
import pickle
import unicodedata
from pathlib import Path

import pytest

import kaiser_interview as ki

CORPUS = Path(__file__).parents[2] / "corpus"
# With characters of two and four bytes, and one that is two UTF-16 code units, before the claim.
SOURCE = "# Té\n\nÉl bebe 🍵 té verde.\nElla no bebe té.\n"
CRLF = SOURCE.replace("\n", "\r\n")
ELLA = "Ella no bebe té."
START = SOURCE.index(ELLA)
END = START + len(ELLA)
HERE = f'expected "{ELLA}" from 26 to 42'
DIGEST = "40c74e9a1bc448545ef3fb0606282256d5d4615478b36a5650cfb185b0af379c"


def in_bytes(offset, origin=0):
    return len(SOURCE[origin:offset].encode())


def in_utf16(offset, origin=0):
    return len(SOURCE[origin:offset].encode("utf-16-le")) // 2


def claim(passage=ELLA, source=SOURCE, **fields):
    start = source.index(passage)
    return {"claim_id": "a", "text": passage, "start": start, "end": start + len(passage)} | fields


def write(folder, files):
    """Write files: bytes and texts as they are, rows as JSON Lines."""
    for name, content in files.items():
        if isinstance(content, list):
            rows = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in content]
            content = "".join(f"{row}\n" for row in rows)  # noqa: PLW2901 - as text
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def readable(folder):
    try:
        ki.Corpus.from_files(folder)
    except ki.CorpusError:
        return False
    return True


@pytest.fixture
def check(tmp_path):
    """Return a function that checks files and returns the findings; names of files are relative."""

    def findings(**files):
        write(tmp_path, {name.replace("__", "."): content for name, content in files.items()})
        report = ki.Corpus.check(tmp_path)
        assert readable(tmp_path) is report.ok
        assert sorted(map(str, report.iter_findings())) == sorted(map(str, report.sample))
        return [str(one).replace(f"{tmp_path}{os.sep}", "") for one in report.sample]

    return findings


def misplaced(got, hint=""):
    return f"claims.jsonl:1, /text: claim-misplaced: {got}{f'; {hint}' if hint else ''}"


def test_a_corpus_without_a_problem():
    for folder, summary in ((ki.data_path(), "41 claims, no finding"), (CORPUS, "15 claims, no finding")):
        report = ki.Corpus.check(folder)
        assert (report.summary, report.unit, report.ok) == (summary, "claim", True)
        assert report.checked.corpus == ki.Corpus.from_files(folder).digest
        assert report.checked.claims == report.rows == report.valid
        assert {Path(one.name).name: one.rows for one in report.inputs}["claims.jsonl"] == report.rows
        assert [*report.iter_findings()] == []
        assert pickle.loads(pickle.dumps(report)).counts == ()


@pytest.mark.parametrize(
    ("start", "end", "unit"),
    [
        (in_bytes(START), in_bytes(END), "in bytes"),
        (in_utf16(START), in_utf16(END), "1-based or in UTF-16 code units"),
        (START + 1, END, "1-based, with an inclusive end"),
        (START, END - 1, "0-based, with an inclusive end"),
        (0, END - START, "relative to its line"),
        (0, in_bytes(END, START), "in bytes, relative to its line"),
        (START - 2, END - 2, "relative to the heading h"),
        (START, END - START, "a start and a length"),
    ],
)
def test_offsets_in_another_unit(check, start, end, unit):
    found = check(
        s__txt=SOURCE,
        claims__jsonl=[claim(start=start, end=end)],
        dialogues__jsonl=[
            {"dialogue_id": "g", "title": "#", "start": 0},
            {"dialogue_id": "h", "title": "Té", "start": 2},
        ],
    )
    wrong = SOURCE[start:end].replace("\n", "\\n")
    got = f'expected "{wrong}" from {start} to {end}, got "{ELLA}"'
    assert found == [misplaced(got, f"use 26 to 42: the given offsets are {unit}")]


@pytest.mark.parametrize(
    ("source", "fields", "hint"),
    [
        (SOURCE, claim(end=END + 3), "use 26 to 42: the text has 16 code points"),
        (SOURCE, claim(start=3, end=9), "use 26 to 42"),
        (SOURCE, claim(start=10**6, end=10**6 + 3), "use 26 to 42"),
        (CRLF, claim(), "use 29 to 45: the given offsets are those of the text with LF line ends"),
        (
            SOURCE,
            claim(source=CRLF),
            "use 26 to 42: the given offsets are those of the text with CR LF line ends",
        ),
        (
            CRLF,
            claim("verde.\nElla"),
            "use 21 to 33: the given offsets are those of the text with LF line ends; "
            "its lines end in CR LF in the source",
        ),
        (
            SOURCE,
            claim("verde.\r\nElla", CRLF),
            "use 19 to 30: the given offsets are those of the text with CR LF line ends; "
            "its lines end in LF in the source",
        ),
        (
            f"\ufeff{SOURCE}",
            claim(),
            "use 27 to 43: the given offsets are those of the text without the byte order mark",
        ),
        (
            SOURCE,
            claim(text=unicodedata.normalize("NFD", ELLA)),
            "use 26 to 42: the text has 16 code points; "
            "it is in NFC in the source: U+00E9, not U+0065 U+0301",
        ),
        (
            unicodedata.normalize("NFD", SOURCE),
            claim(),
            "use 29 to 46; it is in NFD in the source: U+0065 U+0301, not U+00E9",
        ),
        (
            SOURCE,
            claim(text="Ella  no bebe té."),
            "it differs only in typography from s, 26 to 42: nothing, not U+0020",
        ),
        (
            SOURCE,
            claim(text="Ella si bebe té"),
            "closest passage (not a match): s, 26 to 41: Ella ⟦no→si⟧ bebe té",
        ),
        (
            SOURCE,
            claim(text=f"Ella{' ' * 10}no bebe té."),
            "it differs only in typography from s, 26 to 42: nothing, not "
            "U+0020 U+0020 U+0020 U+0020 U+0020 U+0020 U+0020 U+0020 …",
        ),
        (SOURCE, claim(text="日本語の文章"), ""),
        (SOURCE, claim(text=ELLA * 1000), ""),
        ("a b a b a b a b", claim("b", "ab"), "use 2 to 3 or 6 to 7 or 10 to 11 and 1 more"),
        ("a b" * 101, claim("b", "ab", start=0), "it occurs 101 times in s"),
    ],
)
def test_why_a_text_is_not_at_its_offsets(check, source, fields, hint):
    (found,) = check(sources__jsonl=[{"source_id": "s", "text": source}], claims__jsonl=[fields])
    assert found.startswith("claims.jsonl:1, /text: claim-misplaced: expected ")
    got = json.dumps(fields["text"], ensure_ascii=False).replace("\u0301", "\\u0301")
    got = got if len(got) <= 80 else f"{got[:79]}…"
    assert found.split(", got ", 1)[1] == f"{got}{f'; {hint}' if hint else ''}"


def test_a_claim_of_another_source(check):
    texts = {"t__txt": "Otro.\nNada", "u__txt": "x Otro.", "v__txt": "Otro.", "w__txt": "Otro."}
    found = check(s__txt=SOURCE, **texts, claims__jsonl=[claim(text="Otro.", source_id="s")])
    where = "it occurs in source t at 0 to 5, u at 2 to 7, v at 0 to 5 and others"
    assert found[0] == misplaced(f'{HERE}, got "Otro."', where)
    assert [one.partition(": ")[0] for one in found[1:]] == ["t.txt", "u.txt", "v.txt", "w.txt"]


def test_a_byte_order_mark_that_was_counted(check):
    found = check(
        s__txt=codecs.BOM_UTF8 + SOURCE.encode(),
        claims__jsonl=codecs.BOM_UTF8 + json.dumps(claim(start=START + 1, end=END + 1)).encode(),
    )
    mark = (
        "byte-order-mark: expected UTF-8 without a byte order mark, got U+FEFF at its start; "
        'write it without the mark: in Python with encoding="utf-8", not "utf-8-sig"'
    )
    hint = (
        "use 26 to 42: the given offsets are those of the text with the byte order mark or 1-based "
        "or in UTF-16 code units"
    )
    got = f'expected "{ELLA[1:]}\\n" from 27 to 43, got "{ELLA}"'
    assert sorted(found) == sorted([f"s.txt: {mark}", f"claims.jsonl: {mark}", misplaced(got, hint)])


EMPTY = "expected at least one character, got "
CASES = {
    "rows": (
        {
            "s.txt": SOURCE,
            "claims.jsonl": [
                "{'a'",
                "[]",
                '{"claim_id": "a", "claim_id": "b"}',
                '{"claim_id": NaN}',
                {"claimId": "a", "text": 5, "start": "3", "end": -1},
                {"claim_id": "a", "text": "", "start": 3.0, "end": 3.5, "source_id": "x" * 100},
                {"claim_id": "a", "text": None, "start": True, "end": {}, "source_id": 5},
                "[" * 1000,
                claim(claim_id="b", end=10**400, text_en=[]),
            ],
        },
        [
            'claims.jsonl:1: invalid-json: expected valid JSON, got key must be a string at byte 2: "\'a\'"; '
            "JSON does not allow single quotes: write rows with json.dumps",
            'claims.jsonl:3, /claim_id: duplicate-key: expected unique keys, got "claim_id" twice',
            "claims.jsonl:4, /claim_id: not-finite: expected a finite number (64-bit float), got NaN; "
            "pandas writes NaN for an empty cell; omit the field or use null",
            "claims.jsonl:2: not-an-object: expected an object, got an array",
            "claims.jsonl:8: too-deep: expected at most about 200 nesting levels, got more",
            "claims.jsonl:5, /claim_id: missing-field: expected text, got nothing; did you mean claimId?",
            "claims.jsonl:7, /text: missing-field: expected text, got null",
            "claims.jsonl:6, /end: wrong-type: expected an integer, got 3.5",
            "claims.jsonl:7, /end: wrong-type: expected an integer, got an object",
            "claims.jsonl:7, /source_id: wrong-type: expected text, got 5",
            'claims.jsonl:5, /start: wrong-type: expected an integer, got "3"; '
            "write 3 without quotation marks",
            "claims.jsonl:6, /start: wrong-type: expected an integer, got 3.0; write 3",
            "claims.jsonl:7, /start: wrong-type: expected an integer, got true",
            "claims.jsonl:5, /text: wrong-type: expected text, got 5",
            "claims.jsonl:9, /text_en: wrong-type: expected text, got an array",
            f'claims.jsonl:6, /text: bad-length: {EMPTY}""',
            "claims.jsonl:5, /end: out-of-range: expected an offset of 0 or more, got -1",
            'claims.jsonl:7, /claim_id: duplicate-id: expected a unique id, got "a", '
            "which claims.jsonl:6 has",
            f'claims.jsonl:9, /text: claim-misplaced: expected "{ELLA}\\n" from 26 to 1{"0" * 46}…, '
            f'got "{ELLA}"; use 26 to 42: the text has 16 code points',
            f'claims.jsonl:6, /source_id: unknown-source: expected one of s, got "{"x" * 78}…',
        ],
    ),
    "ids": (
        {
            "s.txt": SOURCE,
            "claims.jsonl": [claim(), claim("té verde", claim_id="b "), claim("É", claim_id="茶" * 257)],
        },
        [
            'claims.jsonl:2, /claim_id: bad-format: expected an id of rows: 1 to 256 printable characters, '
            'got "b "',
            'claims.jsonl:3, /claim_id: bad-format: expected an id of rows: 1 to 256 printable characters, '
            f'got "{"茶" * 78}…',
        ],
    ),
    "sources": (
        {
            "alpha.txt": SOURCE,
            "beta.txt": "b",
            "claims.jsonl": [
                claim(source_id="alpha.txt"),
                claim(claim_id="b"),
                claim(claim_id="c", source_id="x"),
            ],
        },
        [
            "claims.jsonl:2, /source_id: missing-field: expected one of alpha, beta, got nothing",
            'claims.jsonl:1, /source_id: unknown-source: expected one of alpha, beta, got "alpha.txt"; '
            "did you mean alpha?",
            'claims.jsonl:3, /source_id: unknown-source: expected one of alpha, beta, got "x"',
        ],
    ),
    "many-sources": (
        {"sources.jsonl": [{"source_id": f"s{n}", "text": "b"} for n in range(9)], "claims.jsonl": [claim()]},
        ["claims.jsonl:1, /source_id: missing-field: expected one of 9 source ids, got nothing"],
    ),
    "stray": (
        {"s.txt": SOURCE, "README.txt": "read me", "claims.jsonl": [claim()]},
        [
            "claims.jsonl:1, /source_id: missing-field: expected one of README, s, got nothing; "
            "rename README.txt if it is no source: each .txt file is one",
            "README.txt: unused-source: expected a source with claims, got none; "
            "if it is no source, rename it, for example to README.md: each .txt file is one",
        ],
    ),
    "unused": (
        {
            "s.txt": SOURCE,
            "empty.txt": "",
            "sources.jsonl": [{"source_id": "t", "text": "x"}],
            "claims.jsonl": [claim(source_id="s")],
            "releases.jsonl": "\n",
        },
        [
            "releases.jsonl: no-rows: expected at least one row, or no file, got none",
            "sources.jsonl:1: unused-source: expected a source with claims, got none of t; "
            "add its claims, or remove the source",
            "empty.txt: unused-source: expected a source with claims, got an empty file; "
            "if it is no source, rename it, for example to empty.md: each .txt file is one",
        ],
    ),
    "overlaps": (
        {
            "s.txt": SOURCE,
            "t.txt": SOURCE,
            "claims.jsonl": [
                claim("bebe té.", claim_id="d", source_id="s"),
                claim(source_id="s"),
                claim("no bebe", claim_id="b", source_id="s"),
                claim("té verde", claim_id="e", source_id="s"),
                claim(claim_id="f", source_id="t"),
            ],
        },
        [
            "claims.jsonl:3, /start: claims-overlap: expected a start of at least 42, where a ends, got 31",
            "claims.jsonl:1, /start: claims-overlap: expected a start of at least 42, where a ends, got 34",
        ],
    ),
    "digest": (
        {
            "s.txt": SOURCE,
            "claims.jsonl": [claim(claim_sha256="0" * 64), claim("É", claim_id="b", claim_sha256=5)],
        },
        [
            "claims.jsonl:2, /claim_sha256: wrong-type: expected text, got 5",
            "claims.jsonl:1, /claim_sha256: digest-differs: expected the SHA-256 of the text in UTF-8, "
            f"got {'0' * 64}; write {DIGEST}, or leave it out",
        ],
    ),
    "markers": (
        {
            "s.txt": "a [1]\nb\nc\nd\ne\nf\n",
            "claims.jsonl": [
                {"claim_id": "a", "text": "a", "start": 0, "end": 1, "markers": "[2]"},
                {"claim_id": "b", "text": "b", "start": 6, "end": 7, "citations": [1, {}]},
                {"claim_id": "c", "text": "c", "start": 8, "end": 9, "citations": [1]},
                {"claim_id": "d", "text": "d", "start": 10, "end": 11, "markers": 5},
                {"claim_id": "e", "text": "e", "start": 12, "end": 13, "markers": "", "citations": [7]},
                {"claim_id": "f", "text": "f", "start": 14, "end": 15, "citations": "7"},
            ],
        },
        [
            "claims.jsonl:2, /citations: wrong-type: expected an array of integers, got another value in it",
            "claims.jsonl:4, /markers: wrong-type: expected text, got 5",
            'claims.jsonl:1, /markers: claim-markers-differ: expected "[2]" after the claim, '
            'got " [1]\\nb\\nc\\nd\\ne\\nf\\n"',
            'claims.jsonl:3, /markers: claim-markers-differ: expected "[1]" after the claim, '
            'got "\\nd\\ne\\nf\\n"',
        ],
    ),
    "headings": (
        {
            "s.txt": SOURCE,
            "sources.jsonl": [{"source_id": "r", "text": "abc def ghi", "headline": "abc dex"}],
            "claims.jsonl": [claim(source_id="s"), claim("abc", "abc", claim_id="b", source_id="r")],
            "dialogues.jsonl": [
                {"dialogue_id": "g", "title": "Té", "start": 9, "source_id": "s"},
                {"dialogue_id": "h", "title": "Té", "start": 0, "source_id": "s"},
                {"dialogue_id": "h", "title": "Té", "start": 0, "source_id": "s"},
                {"title": "", "source_id": "s", "start": 0},
            ],
        },
        [
            "dialogues.jsonl:4, /dialogue_id: missing-field: expected text, got nothing",
            f'dialogues.jsonl:4, /title: bad-length: {EMPTY}""',
            'dialogues.jsonl:3, /dialogue_id: duplicate-id: expected a unique id, got "h", '
            "which dialogues.jsonl:2 has",
            'sources.jsonl:1, /headline: heading-not-found: expected a passage of text, got "abc dex"; '
            "closest passage (not a match): r, 0 to 7: abc ⟦def→dex⟧",
            "dialogues.jsonl:1, /title: heading-not-found: expected a passage of the source from 9 on, "
            'got "Té"; it occurs at 2 to 4',
        ],
    ),
    "two-sources": (
        {
            "s.txt": SOURCE,
            "t.txt": "t",
            "sources.jsonl": [
                {"source_id": "s", "text": "x"},
                {"source_id": "t", "text": "t"},
                {},
                {"source_id": "t", "text": "t"},
            ],
            "claims.jsonl": [
                claim("x", "x", source_id="s"),
                claim(claim_id="b"),
                claim(claim_id="c", source_id="u"),
            ],
        },
        [
            "sources.jsonl:3, /source_id: missing-field: expected text, got nothing",
            "sources.jsonl:3, /text: missing-field: expected text, got nothing",
            "s.txt: duplicate-id: expected the text of s in sources.jsonl:1, got another one; "
            "remove one of the two",
            'sources.jsonl:4, /source_id: duplicate-id: expected a unique id, got "t", '
            "which sources.jsonl:2 has",
        ],
    ),
    "history": (
        {
            "s.txt": SOURCE,
            "claims.jsonl": [claim(), claim("É", claim_id="old")],
            "releases.jsonl": [
                {"release": "1.0.0", "claim_id": "a", "claim_sha256": "x"},
                {"release": "1.0.0", "claim_id": "z", "claim_sha256": "x"},
                {"release": "1.0.0", "claim_id": "old"},
                {"release": "1.0.0", "claim_id": "old"},
            ],
        },
        [
            "releases.jsonl:4, /claim_id: history-differs: expected no line about old after its retirement, "
            "got one",
            "claims.jsonl:2, /claim_id: history-differs: expected a claim that releases.jsonl:3 does not "
            "retire, got old; give the claim another id: that of a retired claim is never used again",
            "releases.jsonl:2, /claim_id: history-differs: expected a claim in claims.jsonl, got z, "
            "which it does not have; append a line with claim_sha256 null, which retires it",
            "claims.jsonl:1, /text: history-differs: expected a text with the last digest in "
            f"releases.jsonl:1, got one with {DIGEST}; "
            "append a line to releases.jsonl with the new release and digest",
        ],
    ),
    # What the lines that cannot be read say is unknown, so claims are not compared with the history.
    "unsure-history": (
        {
            "s.txt": SOURCE,
            "claims.jsonl": [claim()],
            "releases.jsonl": [
                {"release": "1", "claim_id": "a", "claim_sha256": "x"},
                {"release": "1.0.0", "claim_id": 5, "claim_sha256": "x"},
                {"release": "1.0.0", "claim_id": "a", "claim_sha256": "y"},
                {"claim_id": "z", "claim_sha256": "y"},
            ],
        },
        [
            "releases.jsonl:4, /release: missing-field: expected text, got nothing",
            "releases.jsonl:2, /claim_id: wrong-type: expected text, got 5",
            'releases.jsonl:1, /release: bad-format: expected a version such as 1.0.0, got "1"',
        ],
    ),
    "utf-16": (
        {"s.txt": SOURCE.encode("utf-16"), "claims.jsonl": [claim()]},
        [
            "s.txt: not-utf8: expected UTF-8, got UTF-16 or UTF-32; "
            "convert it, for example with iconv -f UTF-16 -t UTF-8"
        ],
    ),
    "utf-16-claims": (
        {"s.txt": SOURCE, "claims.jsonl": json.dumps(claim()).encode("utf-16")},
        [
            "claims.jsonl: not-utf8: expected UTF-8, got UTF-16 or UTF-32; "
            "convert it, for example with iconv -f UTF-16 -t UTF-8"
        ],
    ),
    "latin-1": (
        {
            "s.txt": "Té\nTé".encode("latin-1"),
            "claims.jsonl": json.dumps(claim(), ensure_ascii=False).encode("latin-1") + b"\n{}\n",
            "releases.jsonl": [{"release": "1.0.0", "claim_id": "b", "claim_sha256": "x"}],
        },
        [
            "s.txt:1: not-utf8: expected UTF-8, got byte 0xe9 at 2 of the line; "
            "it may be windows-1252; check the output of iconv -f windows-1252 -t UTF-8",
            "claims.jsonl:1: not-utf8: expected UTF-8, got byte 0xe9 at 42 of the line; "
            "it may be windows-1252; check the output of iconv -f windows-1252 -t UTF-8",
            "claims.jsonl:2, /claim_id: missing-field: expected text, got nothing",
            "claims.jsonl:2, /end: missing-field: expected an offset, got nothing",
            "claims.jsonl:2, /start: missing-field: expected an offset, got nothing",
            "claims.jsonl:2, /text: missing-field: expected text, got nothing",
        ],
    ),
    "case": (
        {"s.txt": SOURCE, "Claims.jsonl": [claim()], "T.TXT": "x", "Dialogues.jsonl": ""}
        | {".x.TXT": "", "x": ""},
        [
            "claims.jsonl: missing-file: expected a file, got none; rename Claims.jsonl to claims.jsonl",
            "Dialogues.jsonl: misnamed-file: expected dialogues.jsonl, got Dialogues.jsonl, "
            "which is ignored; rename it to dialogues.jsonl",
            "T.TXT: misnamed-file: expected T.txt, got T.TXT, which is ignored; rename it to T.txt",
        ],
    ),
    "no-source": (
        {"S.TXT": SOURCE, "claims.jsonl": [claim()]},
        [
            "sources.jsonl: missing-file: expected a source, got none; "
            "add a row with source_id and text, or a file SOURCE_ID.txt for each source",
            "S.TXT: misnamed-file: expected S.txt, got S.TXT, which is ignored; rename it to S.txt",
        ],
    ),
    "nothing": (
        {},
        [
            "claims.jsonl: missing-file: expected a file, got none; "
            "run `kaiser-interview corpus init`, which makes the files from texts"
        ],
    ),
    "empty": (
        {"claims.jsonl": "", "sources.jsonl": "\n"},
        [
            "sources.jsonl: no-rows: expected a source, got none; "
            "add a row with source_id and text, or a file SOURCE_ID.txt for each source",
            "claims.jsonl: no-rows: expected a claim, got none",
        ],
    ),
    "hidden": ({"s.txt": SOURCE, "._s.txt": b"\0\xff", "claims.jsonl": [claim()]}, []),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_findings(check, name):
    files, findings = CASES[name]
    assert check(**files) == findings


@pytest.mark.parametrize(
    ("name", "summary"),
    [
        ("headings", "2 claims valid; 5 errors outside the claims"),
        ("overlaps", "5 claims valid; 2 warnings"),
        ("digest", "2 of 2 claims invalid: 2 errors"),
        ("history", "2 of 2 claims invalid: 4 errors"),
        ("nothing", "1 error"),
    ],
)
def test_the_summary(tmp_path, name, summary):
    write(tmp_path, CASES[name][0])
    assert ki.Corpus.check(tmp_path).summary == summary


def test_one_cause_of_many_findings(tmp_path):
    lines = [f"🍵 line {number} of many" for number in range(2000)]
    source = "\n".join(lines)
    starts = [source.index(line) for line in lines]
    claims = [
        {
            "claim_id": f"c{number}",
            "text": line,
            "start": start + number,
            "end": start + number + len(line) + 1,
        }
        for number, (line, start) in enumerate(zip(lines, starts, strict=True))
    ]
    write(tmp_path, {"s.txt": source, "claims.jsonl": claims})
    report = ki.Corpus.check(tmp_path, max_findings=10)
    assert [tuple(one) for one in report.counts] == [("claim-misplaced", "error", "/text", 2000)]
    assert report.summary == "2,000 of 2,000 claims invalid: 2,000 errors; 1,990 findings not in the sample"
    hints = [one.suggestion.text for one in report.iter_findings()]
    assert all(one.endswith(": the given offsets are in UTF-16 code units") for one in hints[1:])


def test_explanations_take_a_limited_time(tmp_path):
    text = "b" * 4001
    row = {"text": text, "source_id": "s", "start": 0, "end": 4001}
    claims = [row | {"claim_id": str(number)} for number in range(140)]
    write(tmp_path, {"s.txt": "a" * (1 << 23), "t.txt": text, "claims.jsonl": claims})
    found = [one for one in ki.Corpus.check(tmp_path).sample if one.code == "claim-misplaced"]
    assert len(found) == 140
    hints = [one.suggestion and one.suggestion.text for one in found]
    assert hints == ["it occurs in source t at 0 to 4001"] * 128 + [None] * 12


@pytest.mark.parametrize("name", ["nowhere", "with a \0 character"])
def test_a_folder_that_cannot_be_read(tmp_path, name):
    report = ki.Corpus.check(tmp_path / name)
    assert [one.code for one in report.sample] == ["unreadable"]
    assert (report.complete, report.ok, report.rows) == (False, False, 0)
    assert not readable(tmp_path / name)


def test_a_folder_that_is_missing():
    (found,) = ki.Corpus.check("nowhere").sample
    assert str(found) == (
        "nowhere: unreadable: expected a folder with the files of a corpus, got no such file or directory"
    )


def test_a_file_that_cannot_be_read(tmp_path, monkeypatch):
    write(tmp_path, {"s.txt": SOURCE, "claims.jsonl": [claim()]})
    read = Path.read_bytes

    def refuse(path):
        if path.name == "s.txt":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    report = ki.Corpus.check(tmp_path)
    assert [str(one) for one in report.sample] == [
        f"{tmp_path / 's.txt'}: unreadable: expected a file that can be read, got permission denied"
    ]
    assert not report.complete
    with pytest.raises(
        ki.CorpusError, match=r"^s\.txt: expected a file that can be read, got permission denied$"
    ):
        ki.Corpus.from_files(tmp_path)


def test_the_digest_of_a_claim_without_an_id(tmp_path):
    row = {"text": "x", "start": 0, "end": 1, "claim_sha256": "0" * 64}
    (tmp_path / "claims.jsonl").write_text(f"{json.dumps(row)}\n", "utf-8")
    (tmp_path / "s.txt").write_text("x", "utf-8")
    found = [(one.code, one.pointer) for one in ki.Corpus.check(tmp_path).sample]
    assert ("missing-field", "/claim_id") in found
    assert ("digest-differs", "/claim_sha256") in found

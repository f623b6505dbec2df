"""`Corpus.check` finds an error exactly if `Corpus.from_files` raises one, whatever the files hold."""

import json

from hypothesis import given
from hypothesis import strategies as st

import kaiser_interview as ki
from kaiser_interview.validation.findings.codes import CODES

TEXT = "# Té\n\nÉl bebe 🍵 té [1].\r\nElla no.\n"
CLAIMS = ("Él bebe 🍵 té", "Ella no.")
IDS = st.sampled_from(["a", "b", "c", "s", "s.txt", "", None, "1.0.0", "x y", 5])
TEXTS = st.sampled_from([*CLAIMS, TEXT, "Té", "\ufeff", "", None, 0, [], "0" * 64])
OFFSETS = st.one_of(st.integers(-2, 45), st.sampled_from([None, True, 1.0, 10**400, "3", {}]))
FIELDS = {
    "start": OFFSETS,
    "end": OFFSETS,
    "text": TEXTS,
    "title": TEXTS,
    "markers": TEXTS,
    "claim_sha256": TEXTS,
}
FIELDS |= {"headline": TEXTS, "citations": st.lists(st.sampled_from([1, "2", None, {}]))}
FIELDS |= dict.fromkeys(["claim_id", "source_id", "dialogue_id", "release", "successor"], IDS)
NAMES = [
    "claims.jsonl",
    "sources.jsonl",
    "dialogues.jsonl",
    "releases.jsonl",
    "s.txt",
    "README.txt",
    "Claims.jsonl",
]


def good() -> dict[str, bytes]:
    """Return the files of a corpus without a problem."""
    claims = [
        {"claim_id": name, "source_id": "s", "text": text, "start": TEXT.index(text)}
        | {"end": TEXT.index(text) + len(text)}
        for name, text in zip("ab", CLAIMS, strict=True)
    ]
    claims[0]["markers"] = "[1]"
    corpus = ki.Corpus.from_text(TEXT, unit=lambda _: [(one["start"], one["end"]) for one in claims])
    digests = [one.sha256 for one in corpus.claims.values()]
    tables = {
        "claims.jsonl": claims,
        "sources.jsonl": [{"source_id": "t", "text": "Té", "headline": "é"}, {"source_id": "u", "text": "x"}],
        "dialogues.jsonl": [{"dialogue_id": "h", "source_id": "s", "title": "Té", "start": 0}],
        "releases.jsonl": [
            {"release": "1.0.0", "claim_id": name, "claim_sha256": sha256}
            for name, sha256 in zip("abc", [*digests, "0"], strict=True)
        ]
        + [{"release": "1.1.0", "claim_id": "c", "claim_sha256": None, "successor": "a"}],
    }
    files = {name: "".join(f"{json.dumps(row)}\n" for row in rows).encode() for name, rows in tables.items()}
    return files | {"s.txt": TEXT.encode()}


@st.composite
def altered(draw) -> dict[str, bytes]:
    """Draw the files of a corpus with a few alterations of fields, lines, bytes and whole files."""
    files = good()
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from(NAMES))
        data = files.get(name, b"")
        how = draw(st.sampled_from(["field", "field", "line", "bytes", "remove", "copy"]))
        lines = data.split(b"\n")
        at = draw(st.integers(0, len(lines) - 1))
        if how == "field" and lines[at].startswith(b"{"):
            try:
                row = json.loads(lines[at])
            except ValueError:
                continue
            field = draw(st.sampled_from([*FIELDS]))
            lines[at] = json.dumps(row | {field: draw(FIELDS[field])}).encode()
        elif how == "line":
            lines.insert(at, draw(st.sampled_from([b"", b"{}", b"[]", b"{", b"[" * 300, lines[at]])))
        elif how == "bytes":
            place = draw(st.integers(0, len(data)))
            put = draw(st.sampled_from([b"", b"\xff", b"\0", b"\xef\xbb\xbf", b"\r\n", b'"', b"1"]))
            lines = [data[:place] + put + data[place + draw(st.integers(0, 3)) :]]
        elif how == "remove":
            files.pop(name, None)
            continue
        elif how == "copy":
            lines = [files.get(draw(st.sampled_from(NAMES)), b"")]
        files[name] = b"\n".join(lines)
    return files


@given(altered())
def test_errors_are_reported_exactly_if_the_files_cannot_be_read(tmp_path_factory, files):
    folder = tmp_path_factory.mktemp("corpus")
    for name, data in files.items():
        (folder / name).write_bytes(data)
    report = ki.Corpus.check(folder)
    reason = None
    try:
        corpus = ki.Corpus.from_files(folder)
    except ki.CorpusError as error:
        reason = error
    assert (reason is None) is report.ok, (reason, str(report))
    places = {(one.place.removeprefix(f"{folder}/"), one.severity) for one in report.sample}
    if reason is None:
        assert report.rows == len(corpus.claims)
        assert report.checked.corpus == corpus.digest
    else:
        # The first problem is one of the findings.
        line = "" if reason.line is None else f":{reason.line}"
        assert (f"{reason.file}{line}", "error") in places
    assert {one.code for one in report.sample} <= {*CODES}
    assert sorted(map(str, report.iter_findings())) == sorted(map(str, report.sample))


def test_the_files_are_good(tmp_path):
    for name, data in good().items():
        (tmp_path / name).write_bytes(data)
    assert ki.Corpus.check(tmp_path).ok

"""The example files: each invalid one gives exactly the findings beside it, each valid one none.

A file dropped into `tests/examples` is a test. Beside ``invalid/NAME.…`` is ``NAME.expected.json``:
options, and findings as code, severity, line and JSON Pointer. A name that begins with a code gives that
code alone. ``NAME.options.json`` may be beside ``valid/NAME.…``. Instead of a file, the options may
`make` one that cannot be committed, or name the `path` of one that the repository has elsewhere.
"""

import json
import os
import unicodedata
from pathlib import Path

import pytest
from hints import hint

import kaiser_interview as ki
from kaiser_interview.validation.findings.codes import CODES

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "tests" / "examples"
LONGEST = 8 * 2**20
ROW = '{"claim_id": "d01-c02", "method": "model", "creator": "m", "verdict": "mixed", "urls": []}\n'

# The table of codes in the design, with its severities; invalid-csv is an addition, an error in reading.
TABLE = """
E unreadable not-utf8 byte-order-mark invalid-json invalid-csv duplicate-key not-finite not-an-object
E line-too-long too-deep truncated duplicate-column no-rows
W blank-line
E answer-truncated answer-refused answer-empty answer-failed answer-without-rows answer-unreadable
W answer-repaired
E unknown-kind missing-field unknown-field wrong-type bad-format bad-length out-of-range not-in-vocabulary
E fields-disagree
E unknown-claim retired-claim stale-claim digest-differs unknown-release claim-differs
E quote-not-found quote-misattributed quote-misplaced quote-out-of-range quote-markers-differ
E quote-typography-differs
W quote-ambiguous quote-too-short
E duplicate-id duplicate-record missing-claim too-many-labels dimension-differs
W number-missing
E missing-file claim-misplaced claim-markers-differ heading-not-found unknown-source history-differs
W claims-overlap unused-source misnamed-file
"""
SEVERITIES = {
    code: {"E": "error", "W": "warning"}[line[0]]
    for line in TABLE.split("\n")
    if line
    for code in line[2:].split()
}


def long_row(length: int) -> str:
    """Return a right row of so many bytes, its line feed not counted."""
    start = ROW.removesuffix("}\n") + ', "rationale": "'
    return start + "x" * (length - len(start) - 2) + '"}\n'


def deep(opening: str, closing: str) -> str:
    return ROW.removesuffix("}\n") + f', "x_deep": {opening * 100_000}1{closing * 100_000}}}\n'


def text(content: str, suffix: str = ".jsonl"):
    def make(folder: Path) -> Path:
        path = folder / f"made{suffix}"
        path.write_text(content, "utf-8", newline="")
        return path

    return make


def folder_in_itself(folder: Path) -> Path:
    (folder / "again").symlink_to(folder)
    return folder


def empty_folder(folder: Path) -> Path:
    (folder / "notes.txt").write_text("no data by its name")
    return folder


CELLS = "claim_id,method,creator,verdict,urls,rationale\n"
MADE = {
    "missing-path": lambda folder: folder / "missing.jsonl",
    "device": lambda _: Path(os.devnull),
    "pattern-without-files": lambda folder: folder / "*.jsonl",
    "folder-in-itself": folder_in_itself,
    "empty-folder": empty_folder,
    "long-line": text(ROW + long_row(LONGEST + 1) + ROW),
    "long-last-line": text(ROW + long_row(LONGEST + 1).rstrip("\n")),
    "long-element": text(f"[{ROW},{long_row(LONGEST + 1)}]", ".json"),
    "long-record": text(
        f"{CELLS}d01-c02,model,m,mixed,[],{'x' * LONGEST}\nd01-c02,model,m,mixed,[],\n", ".csv"
    ),
    "longest-line": text(ROW + long_row(LONGEST) + ROW),
    "deep-line": text(ROW + "[" * 100_000 + "\n" + ROW),
    "deep-object": text(ROW + deep('{"a": ', "}") + ROW),
    "deep-element": text(f"[\n{ROW},{deep('[', ']')},{ROW}]", ".json"),
}


def names(kind: str) -> list[str]:
    """Return the names of all examples: of data files, and of the files beside or instead of them."""
    return sorted({path.name.split(".")[0] for path in (EXAMPLES / kind).iterdir()})


def example(kind: str, name: str, suffix: str, folder: Path):
    """Return the path of an example, its expectation, and its options for `validate`."""
    beside = EXAMPLES / kind / f"{name}.{suffix}.json"
    said = json.loads(beside.read_text("utf-8")) if beside.exists() else {}
    options = dict(said.get("options", {}) if suffix == "expected" else said)
    files = [path for path in (EXAMPLES / kind).glob(f"{name}.*") if path != beside]
    if "make" in options:
        files.append(MADE[options.pop("make")](folder))
    if "path" in options:
        files.append(ROOT / options.pop("path"))
    (path,) = files
    if "against" in options:
        options["against"] = ROOT / options["against"]
    return path, said, options


def reported(report: ki.Report) -> list[tuple[str, str, int | None, str]]:
    """Return the findings in order of line, then path."""
    assert len(report.sample) == report.errors + report.warnings
    found = [(one.code, one.severity, one.line, one.pointer) for one in report.sample]
    return sorted(found, key=lambda one: (one[2] is not None, one[2], one[3]))


@pytest.mark.parametrize("name", names("invalid"))
def test_invalid(name, tmp_path):
    path, said, options = example("invalid", name, "expected", tmp_path)
    report = ki.validate(path, **options)
    assert reported(report) == [tuple(one) for one in said["findings"]]
    assert report.ok is all(severity == "warning" for _, severity, _, _ in reported(report))
    assert report.rows == report.valid + report.invalid
    assert sorted(map(str, report.iter_findings())) == sorted(map(str, report.sample))


@pytest.mark.parametrize("name", names("valid"))
def test_valid(name, tmp_path):
    path, _, options = example("valid", name, "options", tmp_path)
    report = ki.validate(path, **options)
    assert reported(report) == []
    assert report.ok
    assert (report.valid, report.invalid) == (report.rows, 0)
    assert report.rows


@pytest.mark.parametrize("name", names("invalid"))
def test_findings_can_be_shown(name, tmp_path):
    path, _, options = example("invalid", name, "expected", tmp_path)
    for one in ki.validate(path, **options).sample:
        words = (one.expected, one.got, hint(one) or "", *map(str, one.path))
        assert all(len(word) <= 80 for word in (one.expected, one.got))
        assert one.expected
        assert one.got
        # Nothing that a terminal would obey: controls, surrogates, marks of direction and of line ends.
        marks = {unicodedata.category(mark) for word in words for mark in word}
        assert not marks & {"Cc", "Cs", "Zl", "Zp"}
        assert not {unicodedata.bidirectional(mark) for word in words for mark in word} & {
            "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
        }  # fmt: skip


def code_of(name: str) -> str | None:
    return next((code for code in CODES if name == code or name.startswith(f"{code}-")), None)


def test_every_code_has_an_example_that_gives_only_that_code():
    found = names("invalid")
    # Others are of `parse` and of `Corpus.check`.
    validated = {name for name, code in CODES.items() if code.group not in {"answer", "corpus"}}
    assert {code_of(name) for name in found} - {None} == validated
    for name in filter(code_of, found):
        said = json.loads((EXAMPLES / "invalid" / f"{name}.expected.json").read_text("utf-8"))
        assert {code for code, *_ in said["findings"]} == {code_of(name)}, name


def test_severities_are_the_design_s():
    assert {name: code.severity for name, code in CODES.items()} == SEVERITIES


BY = {"method": "model", "creator": "m"}
TRANSLATION = {"kind": "translation", "defaults": BY | {"language": "en", "translation": "…"}}
HOW = {
    "dimension-differs": {"kind": "embedding", "defaults": BY},
    "too-many-labels": {"kind": "label", "defaults": BY},
    "duplicate-record": TRANSLATION | {"key": ["claim_id"]},
    "missing-claim": TRANSLATION | {"complete": []},
}


@pytest.mark.parametrize(
    "code", [one for one in CODES.values() if one.example.startswith("{")], ids=lambda one: one.name
)
def test_the_example_of_a_code_gives_it(code, tmp_path):
    path = tmp_path / "example.jsonl"
    path.write_text(code.example, "utf-8")
    options = dict(HOW.get(code.name, TRANSLATION))
    if '"claim_id": "b-' in code.example:
        options["against"] = ROOT / "tests" / "corpus"
    parses = code.group == "answer"
    report = ki.parse(path, **options).report if parses else ki.validate(path, **options)
    # All claims but one are missing where one has a row.
    expected = 40 if code.name == "missing-claim" else 1
    assert [one.code for one in report.sample] == [code.name] * expected

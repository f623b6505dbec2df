"""The build writes the same bytes each time, and nothing for invalid input."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kaiser_interview import __version__
from kaiser_interview.build import __main__, pipeline
from kaiser_interview.build.descriptions import DESCRIPTIONS_MODULE, generated_module, use_source
from kaiser_interview.errors import BuildError

ROOT = Path(__file__).parents[3]


@pytest.fixture
def checkout(tmp_path):
    shutil.copytree(ROOT / "raw", tmp_path / "raw")
    return tmp_path


def test_the_command_runs_the_pipeline(checkout, capsys):
    arguments = ["--root", str(checkout), "--check"]
    assert __main__.main(arguments) == pipeline.main(arguments) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[: len(said) // 2] == said[len(said) // 2 :]


def test_the_committed_files_match_the_build():
    # Parquet bytes depend on the pyarrow that wrote them; `make data-check` compares those too.
    for name, data in pipeline.build(ROOT).items():
        if not name.endswith((".parquet", "manifest.json")):
            assert (ROOT / name).read_bytes() == data, f"{name} is out of date; run: make data"


def test_building_twice_gives_the_same_bytes(checkout):
    assert pipeline.build(checkout) == pipeline.build(checkout)


def test_the_version_of_the_package_is_not_in_the_data(checkout):
    """A fix in the code does not change the data release, nor any byte of it."""
    shutil.copytree(ROOT / "src", checkout / "src")
    init = checkout / "src" / "kaiser_interview" / "_version.py"
    text = init.read_text("utf-8")
    assert text.count(f'__version__ = "{__version__}"') == 1
    init.write_text(text.replace(f'__version__ = "{__version__}"', '__version__ = "9.8.7"'), "utf-8")
    program = "import sys, kaiser_interview as ki; assert ki.__version__ == '9.8.7'; "
    program += "from kaiser_interview.build import pipeline as build; sys.exit(build.main([]))"
    subprocess.run(
        [sys.executable, "-c", program], cwd=checkout, env={**os.environ, "PYTHONPATH": "src"}, check=True
    )
    for name, data in pipeline.build(ROOT).items():
        assert (checkout / name).read_bytes() == data, name


def run(checkout, *options):
    return pipeline.main(["--root", str(checkout), *options])


def test_build_check_and_clean_up(checkout, capsys):
    count = len(pipeline.build(checkout))
    assert run(checkout, "--check") == 1
    assert "schemas/v1/claim.json: out of date; run: make data\n" in capsys.readouterr().out
    assert run(checkout) == 0
    assert capsys.readouterr().out == f"{count} files, {count} written, 0 removed\n"
    assert run(checkout, "--check") == 0
    stale = checkout / pipeline.OUTPUTS[0] / "old.jsonl"
    stale.write_bytes(b"")
    (checkout / "CITATION.cff").write_bytes(b"")
    capsys.readouterr()
    assert run(checkout, "--check") == 1
    assert capsys.readouterr().out == (
        "CITATION.cff: out of date; run: make data\n"
        "src/kaiser_interview/data/old.jsonl: not built from raw/; run: make data\n"
    )
    assert run(checkout) == 0
    assert capsys.readouterr().out == f"{count} files, 1 written, 1 removed\n"
    assert not stale.exists()


MODELS = "src/kaiser_interview/records/models.py"
OLD, NEW = "The claim in English, a machine translation.", "The claim in English, translated by a machine."


@pytest.fixture
def source(checkout):
    """A checkout with a new docstring of a field, built by its own source."""
    shutil.copytree(ROOT / "src", checkout / "src", ignore=shutil.ignore_patterns("__pycache__"))
    assert run(checkout) == 0
    path = checkout / MODELS
    text = path.read_text("utf-8")
    assert text.count(OLD) == 1
    path.write_text(text.replace(OLD, NEW), "utf-8")
    return checkout


def command(folder, *options):
    """Return the exit code and the output of the build's command."""
    arguments = [sys.executable, "-m", "kaiser_interview.build", *options]
    environment = {**os.environ, "PYTHONPATH": "src"}
    done = subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("generated", [None, "", "<<<<<<< HEAD\n"], ids=["missing", "empty", "damaged"])
def test_one_run_updates_the_descriptions_and_their_dependents(source, generated):
    module = source / DESCRIPTIONS_MODULE
    if generated is None:
        module.unlink()
    else:
        module.write_text(generated, "utf-8")
    assert command(source)[0] == 0
    for name in (DESCRIPTIONS_MODULE, "schemas/v1/claim.json", "docs/tables.md"):
        assert NEW.removesuffix(".") in (source / name).read_text("utf-8"), name
    assert command(source, "--check") == (0, "")


def test_the_check_says_which_descriptions_are_out_of_date(source):
    code, said = command(source, "--check")
    assert code == 1
    for name in (DESCRIPTIONS_MODULE, "schemas/v1/claim.json", "docs/tables.md"):
        assert f"{name}: out of date; run: make data\n" in said
    assert NEW not in (source / DESCRIPTIONS_MODULE).read_text("utf-8")


def test_a_field_without_a_docstring_stops_the_build(source):
    path = source / MODELS
    lines = path.read_text("utf-8").splitlines()
    at = lines.index(f'    """{NEW}"""')
    path.write_text("\n".join(lines[:at] + lines[at + 1 :]), "utf-8")
    reason = f"{MODELS}:{at}: Claim.text_en: expected a docstring below the field"
    assert command(source) == (2, f"{reason}\nNothing was written.\n")
    use_source(path)  # the build reports it, and the models stay unchanged
    with pytest.raises(BuildError) as caught:
        generated_module(path)
    assert str(caught.value) == reason


def rows(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def write(path, rows):
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), "utf-8")


def test_record_stores_new_and_revised_claims(checkout):
    path = checkout / "raw" / "releases.jsonl"
    remembered = rows(path)
    write(path, [{**remembered[0], "release": "0.0.1"} | {"claim_sha256": "0" * 64}, *remembered[2:]])
    assert run(checkout, "--record") == 0
    again = rows(path)
    assert again[:-2] == [{**remembered[0], "release": "0.0.1"} | {"claim_sha256": "0" * 64}, *remembered[2:]]
    assert again[-2:] == remembered[:2]
    first, second = rows(checkout / pipeline.OUTPUTS[0] / "claims.jsonl")[:2]
    assert (first["since"], first["revised"]) == ("0.0.1", "1.0.0")
    assert (second["since"], second["revised"]) == ("1.0.0", "1.0.0")


def test_record_stores_a_release_that_changes_no_claim(checkout):
    path = checkout / "raw" / "releases.jsonl"
    remembered = [row | {"release": "0.0.9"} for row in rows(path)]
    write(path, remembered)
    assert run(checkout, "--record") == 0
    nothing = {"release": "1.0.0", "claim_id": None, "claim_sha256": None, "successor": None}
    assert rows(path) == [*remembered, nothing]
    assert run(checkout, "--record") == 0
    assert rows(path) == [*remembered, nothing]


def test_record_creates_the_history(checkout):
    path = checkout / "raw" / "releases.jsonl"
    remembered = path.read_bytes()
    path.unlink()
    assert run(checkout, "--record") == 0
    assert path.read_bytes() == remembered
    assert run(checkout, "--record") == 0
    assert path.read_bytes() == remembered


def row_changed(**changes):
    return lambda row: {name: value for name, value in (row | changes).items() if value != "DELETE"}


MISSING = "missing-field: expected a value (required field), got nothing"
ZEROS = "0" * 64
# The file of a layer, the number of a row, the change to it, and the finding that it must cause.
WRONG_ROWS = [
    (
        "labels",
        3,
        row_changed(method="guess"),
        '/method: not-in-vocabulary: expected human · model · rule, got "guess"',
    ),
    ("labels", 3, row_changed(id=None), f"/id: {MISSING}"),
    ("labels", 1, row_changed(rationale="DELETE"), f"/rationale: {MISSING}"),
    (
        "labels",
        2,
        row_changed(extra=1),
        '/extra: unknown-field: expected a field of label, got "extra"',
    ),
    ("labels", 2, row_changed(kind="translation"), '/kind: unknown-kind: expected label, got "translation"'),
    (
        "labels",
        2,
        row_changed(claim_id="d11-c01"),
        '/claim_id: unknown-claim: expected a claim of the corpus, got "d11-c01"; '
        "this is the digest of d01-c01",
    ),
    (
        "labels",
        1,
        row_changed(claim_sha256=ZEROS),
        f"/claim_sha256: digest-differs: expected {{sha256}}, got {ZEROS}; d01-c01 has never had this digest",
    ),
    (
        "labels",
        2,
        row_changed(value="sport", scheme="topic"),
        "/value: not-in-vocabulary: expected language · ",
    ),
    (
        "labels",
        2,
        row_changed(scheme="mood"),
        "/scheme: not-in-vocabulary: expected topic · claim_type · horizon",
    ),
    (
        "translations",
        1,
        row_changed(quote="语言"),
        "/quote: quote-ambiguous: expected one occurrence in d01-c01, got 2: 20 to 22 or 36 to 38; "
        "set quote_start and quote_end, or quote more",
    ),
    (
        "mentions",
        1,
        row_changed(quote="语文"),
        '/quote: quote-not-found: expected a passage of d01-c01, got "语文"',
    ),
    (
        "mentions",
        1,
        row_changed(quote_start=0, quote_end=2),
        "/quote_start: quote-misplaced: expected 20 to 22 or 36 to 38, got 0 to 2; "
        "use 20 to 22: the given offsets are relative to the claim",
    ),
    (
        "relations",
        1,
        row_changed(other_claim_id="d99-c01"),
        '/other_claim_id: unknown-claim: expected a claim of the corpus, got "d99-c01"',
    ),
    (
        "relations",
        1,
        row_changed(other_claim_sha256=ZEROS),
        f"/other_claim_sha256: digest-differs: expected {{other}}, got {ZEROS}; d01-c03 ",
    ),
    (
        "relations",
        1,
        lambda row: row | {"other_claim_id": row["claim_id"], "other_claim_sha256": row["claim_sha256"]},
        '/other_claim_id: fields-disagree: expected a claim other than claim_id, got "d01-c02"',
    ),
    (
        "translations",
        5,
        row_changed(id="d01-c01.en"),
        '/id: duplicate-id: expected a unique id, got "d01-c01.en", already used in ',
    ),
    (
        "translations",
        1,
        row_changed(translation=""),
        '/translation: bad-length: expected text that is not empty, got ""',
    ),
]


@pytest.mark.parametrize(
    ("layer", "line", "change", "reason"),
    WRONG_ROWS,
    ids=lambda value: getattr(value, "__name__", str(value)[:40]),
)
def test_an_invalid_row_stops_the_build_and_writes_nothing(checkout, capsys, layer, line, change, reason):
    path = checkout / "raw" / "layers" / f"{layer}.jsonl"
    table = rows(path)
    expected = reason.format(
        sha256=table[line - 1]["claim_sha256"],
        other=table[line - 1].get("other_claim_sha256"),
    )
    table[line - 1] = change(table[line - 1])
    write(path, table)
    assert run(checkout) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"raw/layers/{layer}.jsonl:{line}: {expected}")
    assert error.endswith("\nNothing was written.\n")
    assert {found.name for found in checkout.iterdir()} == {"raw"}


WRONG_LINES = [
    (b"{\n", "invalid-json: expected valid JSON"),
    (b"\n", "blank-line: expected a row, got a blank line"),
    (b"[]\n", "not-an-object: expected an object, got an array of 0"),
    (b"null\n", "not-an-object: expected an object, got null"),
    (b'{"id":1,"id":2}\n', '/id: duplicate-key: expected unique keys, got "id" twice'),
    (b'{"id":NaN}\n', "/id: not-finite: expected a finite number (64-bit float), got NaN"),
    (b"\xff\n", "not-utf8: expected UTF-8, got 0xff at byte 0 of the row"),
    (
        b"\xef\xbb\xbf\n",
        "byte-order-mark: expected UTF-8 without a byte order mark, got U+FEFF; "
        'in Python, use encoding="utf-8", not "utf-8-sig"',
    ),
]


@pytest.mark.parametrize(("line", "reason"), WRONG_LINES)
def test_a_line_that_is_not_a_json_object_stops_the_build(checkout, line, reason):
    path = checkout / "raw" / "layers" / "labels.jsonl"
    path.write_bytes(line + path.read_bytes())
    with pytest.raises(BuildError) as caught:
        pipeline.build(checkout)
    assert str(caught.value).startswith(f"raw/layers/labels.jsonl:1: {reason}")


def edit(name, old, new):
    def change(raw):
        path = raw / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change


def drop(name, line):
    def change(raw):
        write(raw / name, [row for number, row in enumerate(rows(raw / name), 1) if number != line])

    return change


def append(name, **row):
    return lambda raw: write(raw / name, [*rows(raw / name), row])


def swap(raw):
    path = raw / "layers" / "labels.jsonl"
    first, second, *rest = rows(path)
    topics = [row for row in rest if row["claim_id"] == "d01-c03" and row["scheme"] == "topic"]
    places = [rest.index(row) for row in topics]
    rest[places[0]], rest[places[1]] = topics[1], topics[0]
    write(path, [first, second, *rest])


def own_scheme(raw):
    path = raw / "layers" / "labels.jsonl"
    table = rows(path)
    added = [
        row | {"id": f"{row['id']}.2", "scheme": "my:mood"} for row in table if row["scheme"] == "horizon"
    ]
    write(path, [*table, *added])


RETIRED = {"release": "1.0.0", "claim_id": "d01-c01", "claim_sha256": None, "successor": "d01-c02"}
WRONG_FILES = {
    "memory is no JSON": (
        lambda raw: (raw / "releases.jsonl").write_bytes(b"[]\n"),
        "raw/releases.jsonl:1: expected a JSON object",
    ),
    "source altered": (
        edit("interview-summary.zh.txt", "海量", "海最"),
        "raw/interview-summary.zh.txt: SHA-256: expected cba40016",
    ),
    "no source.toml": (lambda raw: (raw / "source.toml").unlink(), "raw/source.toml: [Errno 2]"),
    "source.toml is not TOML": (edit("source.toml", "= [", "= ]"), "raw/source.toml: Invalid value"),
    "participant who is not named": (
        edit("source.toml", 'name = "Lukasz', 'name = "Łukasz'),
        "raw/source.toml: Łukasz Kaiser is not in the headline",
    ),
    "no layer": (
        lambda raw: (raw / "layers" / "labels.jsonl").unlink(),
        "raw/layers/labels.jsonl: unreadable: expected a file that can be read, got No such file",
    ),
    "layer cut short": (
        lambda raw: (raw / "layers" / "labels.jsonl").write_bytes(b"{"),
        "raw/layers/labels.jsonl:1: truncated: expected a complete row",
    ),
    "translation lacking": (
        drop("layers/translations.jsonl", 7),
        "raw/layers/translations.jsonl: expected one English row for each claim, in the order of the claims",
    ),
    "label lacking": (
        drop("layers/labels.jsonl", 3),
        "raw/layers/labels.jsonl: missing-claim: expected a row for d01-c01 with scheme horizon, got none",
    ),
    "labels of a scheme of one's own": (
        own_scheme,
        "raw/layers/labels.jsonl:159: /scheme: expected one of topic, claim_type, horizon, got my:mood",
    ),
    "labels out of order": (
        swap,
        "raw/layers/labels.jsonl:8: /value: expected values in the vocabulary's order, got language",
    ),
    "vocabulary unlike the model": (
        edit("vocabularies.toml", "[horizon.past]", "[horizon.ago]"),
        "raw/vocabularies.toml: horizon: expected ['past', 'present', 'future', 'general'], as in models.py, "
        "got ['ago', 'present', 'future', 'general']",
    ),
    "example without the label": (
        edit("vocabularies.toml", 'example = "d01-c02"', 'example = "d10-c04"'),
        "raw/vocabularies.toml: topic.language: expected an example with this value, got d10-c04",
    ),
    "claim not remembered": (
        drop("releases.jsonl", 1),
        "raw/releases.jsonl: d01-c01: expected digest",
    ),
    "claim remembered but gone": (
        append("releases.jsonl", **RETIRED | {"claim_id": "d99-c01", "claim_sha256": "0" * 64}),
        "raw/releases.jsonl: d99-c01: expected digest None, got 0000",
    ),
    "claim retired but there": (
        append("releases.jsonl", **RETIRED),
        "raw/releases.jsonl: d01-c01: expected digest",
    ),
    "memory of another shape": (
        append("releases.jsonl", release="1.0.0"),
        "raw/releases.jsonl:42: expected release, claim_id, claim_sha256, successor",
    ),
}


@pytest.mark.parametrize(("change", "message"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_a_wrong_file_stops_the_build(checkout, change, message):
    change(checkout / "raw")
    with pytest.raises(BuildError) as caught:
        pipeline.build(checkout)
    assert str(caught.value).startswith(message)


def test_a_retired_claim_stays_retired(checkout):
    path = checkout / "raw" / "releases.jsonl"
    remembered = rows(path)
    write(path, [*remembered, RETIRED, remembered[0]])
    with pytest.raises(
        BuildError, match=r"^raw/releases\.jsonl:43: d01-c01: expected no line after its retirement, got one$"
    ):
        pipeline.build(checkout)


def test_a_source_outside_the_grammar_stops_the_build(checkout):
    import hashlib

    raw = checkout / "raw"
    source = raw / "interview-summary.zh.txt"
    offset = source.read_bytes().decode().index(" [7] ") + len(" [7]")
    source.write_bytes(source.read_bytes().replace(b" [7] ", b" [7]; ", 1))
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    edit("source.toml", "cba40016c85ee965eb5acd0d8210076b5bfa88432c979d41d698274a4a3ae546", digest)(raw)
    with pytest.raises(
        BuildError, match=rf"^raw/interview-summary\.zh\.txt: offset {offset}: expected ' - ' and"
    ):
        pipeline.build(checkout)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    import os

    from kaiser_interview import storage

    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(*_):
        raise OSError("disk full")

    for step in ("fsync", "chmod", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, step, fail)
            with pytest.raises(OSError, match="disk full"):
                storage.write_bytes(path, b"new")
        assert [found.name for found in tmp_path.iterdir()] == ["file"]
        assert path.read_bytes() == b"old"
    storage.write_bytes(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_failed_record_leaves_the_history_unchanged(checkout, capsys):
    path = checkout / "raw" / "releases.jsonl"
    remembered = rows(path)
    write(path, remembered[1:])
    before = path.read_bytes()
    (checkout / "raw" / "layers" / "labels.jsonl").write_bytes(b"{")
    assert run(checkout, "--record") == 2
    assert capsys.readouterr().err.endswith("Nothing was written.\n")
    assert path.read_bytes() == before


def test_record_does_not_bring_a_retired_claim_back(checkout):
    path = checkout / "raw" / "releases.jsonl"
    write(path, [*rows(path), RETIRED])
    before = path.read_bytes()
    assert run(checkout, "--record") == 2
    assert path.read_bytes() == before

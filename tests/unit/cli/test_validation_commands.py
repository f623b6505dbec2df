"""The commands `validate`, `split` and `fix`: options, formats, exit codes, progress, interruption."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import kaiser_interview as ki
from kaiser_interview.validation.findings.codes import CODES

GOOD = {"claim_id": "d01-c01", "translation": "Language matters."}
DRAFTS = ["--kind", "translation", "--set", "language=en", "--set", "method=model", "--set", "creator=m"]


@pytest.fixture
def drafts(tmp_path):
    def make(*rows, name="out.jsonl"):
        path = tmp_path / name
        path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), "utf-8")
        return path

    return make


def test_raw_model_output_in_one_command(run, drafts):
    rows = [{"claim_id": claim.claim_id, "translation": claim.text_en} for claim in ki.load()]
    assert run("validate", drafts(*rows), *DRAFTS, "--complete", "language,creator") == (
        0,
        "41 rows, no finding; 0 quotes; claims: 41 of 41; 41 rows without claim_sha256\n",
        "",
    )
    code, out, _ = run("validate", drafts(*rows[3:]), *DRAFTS, "--complete", "language,creator")
    assert code == 1
    assert out == (
        "error missing-claim 3 times\n"
        "  the data set  expected a row for d01-c01 with language en, creator m, got none\n"
        "  the data set  expected a row for d01-c02 with language en, creator m, got none\n"
        "  the data set  expected a row for d01-c03 with language en, creator m, got none\n"
        "\n"
        "38 rows valid; 3 errors about the data set as a whole\n"
        "0 quotes; claims: 38 of 41; 38 rows without claim_sha256\n"
    )


def test_exit_codes(run, drafts, tmp_path):
    good, bad = drafts(GOOD), drafts(GOOD | {"claim_id": "d99-c01"}, name="bad.jsonl")
    assert run("validate", good, *DRAFTS)[0] == 0
    assert run("validate", bad, *DRAFTS)[0] == 1
    code, out, _ = run("validate", tmp_path / "none.jsonl", good, *DRAFTS)
    assert code == 2
    assert "unreadable" in out
    assert "1 row" in out


@pytest.mark.parametrize(
    ("bar", "code"), [("0", 1), ("1", 1), ("2", 0), ("0.1%", 1), ("19.9%", 1), ("20%", 0), ("100%", 0)]
)
def test_some_invalid_rows_may_pass(run, drafts, bar, code):
    rows = [GOOD] * 8 + [{**GOOD, "claim_id": "d99-c01"}] * 2
    assert run("validate", drafts(*rows), *DRAFTS, "--max-invalid", bar)[0] == code


def test_errors_of_the_data_set_exceed_no_limit(run, drafts):
    assert run("validate", drafts(GOOD), *DRAFTS, "--complete", "language", "--max-invalid", "100%")[0] == 1


WRONG_OPTIONS = [
    (
        ["--max-invalid", "101%"],
        "--max-invalid 101%: expected a number of rows, or a percentage such as 0.1%",
    ),
    (["--against", ""], "--against: expected a folder, got nothing"),
    (
        ["--max-invalid", "some"],
        "--max-invalid some: expected a number of rows, or a percentage such as 0.1%",
    ),
    (["--kind", "tranlation"], "kind: expected one of claim, dialogue, source, translation,"),
    (["--kind", "no.such:Kind"], "kind no.such:Kind: No module named 'no'"),
    (["--kind", "json:loads"], "kind json:loads: expected a subclass of kaiser_interview.Record, got"),
    (["--kind", "json:Nothing"], "kind json:Nothing: module 'json' has no attribute 'Nothing'"),
    (["--set", "creator"], "--set creator: expected FIELD=VALUE"),
    (["--set", "maker=m"], "field to set: expected one of claim_id, "),
    (["--set", "confidence=high"], 'default confidence: expected a number, got "high"'),
    (["--set", "method=guess"], 'default method: expected human · model · rule, got "guess"'),
    (["--require", "creater"], "field to require: expected one of"),
    (["--key", "claimid"], "field of key: expected one of"),
    (["--complete", "langauge"], "field of complete: expected one of"),
    (["--extra", "maybe"], "extra: expected one of error, allow, got 'maybe'"),
    (
        ["--select", "quote-notfound"],
        "code: expected the code of a finding, got 'quote-notfound'; did you mean ",
    ),
    (
        ["--ignore", "nothing"],
        "code: expected the code of a finding, got 'nothing'; `kaiser-interview explain` lists all codes",
    ),
    (
        ["--against", "no/such/folder"],
        "no/such/folder: expected a folder with the files of a corpus, got no such file or directory",
    ),
]


@pytest.mark.parametrize(("options", "message"), WRONG_OPTIONS)
def test_an_invalid_option(run, drafts, options, message):
    base = [] if options[0] == "--kind" else ["--kind", "translation"]
    code, out, err = run("validate", drafts(GOOD), *base, *options)
    assert (code, out) == (2, "")
    assert err.startswith(f"kaiser-interview: {message}")
    assert err.count("\n") == 1


def test_formats(run, drafts):
    path = drafts(GOOD, GOOD | {"quote": "语文"})
    document = json.loads(run("validate", path, *DRAFTS, "--format", "json")[1])
    assert (document["rows"], document["errors"]) == (2, 1)
    lines = run("validate", path, *DRAFTS, "--format", "jsonl")[1].splitlines()
    assert [json.loads(line)["code"] for line in lines] == ["quote-not-found"]
    assert run("validate", path, *DRAFTS, "--format", "github")[1].startswith("::error file=")


def test_sarif(run, drafts, tmp_path):
    def results(code, *arguments):
        left, out, err = run(*arguments, "--format", "sarif")
        assert (left, err) == (code, "")
        (log,) = json.loads(out)["runs"]
        return [(one["ruleId"], place(one["locations"][0])) for one in log["results"]]

    def place(location):
        if "physicalLocation" in location:
            return location["physicalLocation"]["region"]["startLine"]
        return location["logicalLocations"][0]["fullyQualifiedName"]

    path, folder, ok, no, text = drafts(GOOD, GOOD | {"quote": "语文"}), *(tmp_path / one for one in "abcd")
    found = [("quote-not-found", 2)]
    assert results(1, "validate", path, *DRAFTS) == found
    assert results(1, "fix", path, "--output", tmp_path / "fixed.jsonl", *DRAFTS) == found
    assert results(1, "split", path, "--valid", ok, "--rejects", no, *DRAFTS) == found
    answers = drafts(GOOD, name="answers.jsonl")
    answers.write_text(f"{answers.read_text('utf-8')}Sorry.\n", "utf-8")
    rows = tmp_path / "rows.jsonl"
    assert results(1, "parse", answers, "--kind", "translation", "--output", rows) == [("answer-refused", 2)]
    text.write_text("Tea is hot.\nIce is cold.\n", "utf-8")
    quotes = drafts({"quote": "Tea is hot."}, {"quote": "Tea is not."}, name="quotes.jsonl")
    init = ["corpus", "init", text, "--output", folder, "--quotes", quotes]
    assert results(1, *init) == [("quote-not-found", "/1/quote")]
    claims = folder / "claims.jsonl"
    claims.write_text(f"{claims.read_text('utf-8')}{{\n", "utf-8")
    assert results(1, "corpus", "check", folder) == [("invalid-json", 2)]


def test_sarif_says_that_findings_are_left_out(run, drafts):
    path = drafts(*[GOOD | {"claim_id": "d01-c99"}] * 3)
    code, out, err = run("validate", path, *DRAFTS, "--format", "sarif", "--max-findings", "1")
    assert (code, err) == (1, "2 findings not in the sample; --max-findings keeps more\n")
    assert json.loads(out)["runs"][0]["properties"]["left_out"] == 2


def test_a_custom_kind(run, drafts, tmp_path, monkeypatch):
    (tmp_path / "stances.py").write_text(
        "import kaiser_interview as ki\n"
        "class Stance(ki.Derived):\n    stance: str\n    weights: ki.Many[ki.Float32]\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    row = {"claim_id": "d01-c01", "method": "human", "creator": "me", "stance": "for", "weights": [0.5, 1]}
    path = drafts(row, row | {"weights": [0.5, "1"]})
    code, out, _ = run("validate", path, "--kind", "stances:Stance")
    assert code == 1
    assert "error wrong-type /weights/*" in out


def test_standard_input():
    command = [sys.executable, "-m", "kaiser_interview", "validate", "-", *DRAFTS]
    done = subprocess.run(command, input=f"{json.dumps(GOOD)}\n{{".encode(), capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stdout.decode().startswith("error truncated\n  standard input:2  expected a complete row")
    assert done.stderr == b""


def test_explain(run):
    listed = run("explain")[1].splitlines()
    heads = [line for line in listed if not line.startswith(" ")]
    assert heads == [f"{name} ({code.severity})" for name, code in CODES.items()]
    assert len(listed) > 2 * len(CODES)
    assert max(map(len, listed)) <= 80
    for code in CODES:
        page = (Path(__file__).parents[3] / "docs" / "findings" / f"{code}.md").read_text("utf-8")
        assert run("explain", code) == (0, page, "")
    code, _, err = run("explain", "quote-misplased")
    assert code == 2
    assert err == (
        "kaiser-interview: code: expected the code of a finding, got 'quote-misplased'; "
        "did you mean quote-misplaced or quote-misattributed? `kaiser-interview explain` lists all codes\n"
    )


def test_split_and_fix(run, drafts, tmp_path):
    path = drafts(GOOD | {"quote": "本质是序列模型"}, GOOD | {"claim_id": "d99-c01"})
    ok, no, fixed = tmp_path / "ok.jsonl", tmp_path / "no.jsonl", tmp_path / "fixed.jsonl"
    code, out, _ = run("split", path, "--valid", ok, "--rejects", no, *DRAFTS)
    assert code == 1
    assert f"1 row in {ok}, 1 in {no} {ok} passes: " in out.replace("\n", " ")
    assert ok.read_bytes() + no.read_bytes() == path.read_bytes()
    code, out, _ = run("fix", ok, "--output", fixed, *DRAFTS)
    assert code == 0
    assert out == (
        "1 row, no finding; quotes exact: 1 of 1; claims: 1 of 41\n"
        "changed: claim_sha256 in 1, creator in 1, language in 1, method in 1, quote_end in 1, "
        "quote_start in 1, release in 1\n"
    )
    assert run("validate", fixed, "--kind", "translation", "--require", "claim_sha256 release")[0] == 0
    assert json.loads(run("fix", ok, "--output", fixed, *DRAFTS, "--format", "json")[1])["rows"] == 1
    assert run("fix", ok, "--output", ok, *DRAFTS)[0] == 2
    code, _, err = run("fix", path, "--output", tmp_path / "no" / "such" / "x.jsonl", *DRAFTS)
    assert code == 2
    assert err.endswith("No such file or directory; nothing was written\n")


def test_a_progress_bar_only_on_a_terminal(run, drafts, monkeypatch):
    path = drafts(*[GOOD] * 3000)
    assert run("validate", path, *DRAFTS)[2] == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    code, out, err = run("validate", path, *DRAFTS)
    assert code == 0
    assert "0 quotes; claims: 1 of 41; 3,000 rows without claim_sha256" in out
    assert "rows" in err


def wait_for_rest(pid: int) -> None:
    """Wait until all threads of a process have been idle for a while."""
    quiet = 0
    while quiet < 5:
        tasks = [task / "stat" for task in Path(f"/proc/{pid}/task").iterdir()]
        states = {task.read_text().rpartition(")")[2].split()[0] for task in tasks}
        quiet = quiet + 1 if states == {"S"} else 0
        time.sleep(0.1)


@pytest.mark.parametrize("command", ["validate", "fix"])
def test_an_interrupt_leaves_no_files_and_reports_progress(tmp_path, command):
    output = tmp_path / "fixed.jsonl"
    output.write_text("old\n")
    more = ["--output", str(output)] if command == "fix" else []
    process = subprocess.Popen(
        [sys.executable, "-m", "kaiser_interview", command, "-", *DRAFTS, *more],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    process.stdin.write(f"{json.dumps(GOOD)}\n".encode() * 50_000)
    process.stdin.flush()
    wait_for_rest(process.pid)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 2
    assert out == b""
    assert err.decode().startswith("kaiser-interview: interrupted after ")
    assert err.decode().endswith("of them invalid; nothing was written\n")
    assert int(err.split()[3].replace(b",", b"")) > 0
    assert [path.name for path in tmp_path.iterdir()] == ["fixed.jsonl"]
    assert output.read_text() == "old\n"


NAMES = [
    "--set=creator=x.jsonl", "-x.jsonl", "-", "a=b.jsonl", "line\nfeed.jsonl", "a[1].jsonl", "*.jsonl",
    "\udcff.jsonl", "$HOME.jsonl", "~.jsonl", "@x.jsonl", "a b.jsonl", "{}.jsonl",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_file_with_any_name_is_read_or_refused(run, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(json.dumps(GOOD | {"claim_id": "d99-c01"}) + "\n")
    Path("good.jsonl").write_text(json.dumps(GOOD) + "\n")
    code, out, err = run("validate", *DRAFTS, "good.jsonl", name)
    if name.startswith("-"):
        assert (code, out) == (2, "")
        assert f"{name}: expected an option or a file, got the name of both; name the file ./{name}" in err
    else:
        assert code == 1
    assert run("validate", *DRAFTS, "good.jsonl", f"./{name}")[0] == 1
    code, out, err = run("validate", *DRAFTS, "--", "good.jsonl", name)
    assert code == (2 if name == "-" else 1)
    assert (name == "-") == ("name of both" in err)


@pytest.mark.parametrize("name", ["none.jsonl", "-none.jsonl", "--set=creator=y", "a[1].jsonl", "*.none"])
def test_a_missing_file_gives_exit_code_2(run, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    Path("good.jsonl").write_text(json.dumps(GOOD) + "\n")
    assert run("validate", *DRAFTS, "--", "good.jsonl", name)[0] == 2
    for command in ("split", "fix"):
        out = ["--valid", "v", "--rejects", "r"] if command == "split" else ["--output", "o"]
        assert run(command, *DRAFTS, *out, "--", "good.jsonl", name)[0] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.jsonl"]

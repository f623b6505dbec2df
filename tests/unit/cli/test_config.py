"""Configuration files and the command line; completions of the shell."""

import json
import os
import shlex
import tomllib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import kaiser_interview as ki
from kaiser_interview.cli.configuration import KEYS
from kaiser_interview.validation.findings.codes import CODES

ROW = {"claim_id": "d01-c01", "language": "en", "translation": "…", "method": "model", "creator": "m"}
OPTIONS = ", ".join(KEYS)
COMMANDS = ("validate", "parse", "split", "fix", "browse", "annotations")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Return the current folder, which has rows of one translation."""
    path = tmp_path / "project" / "data"
    path.mkdir(parents=True)
    monkeypatch.chdir(path)
    write({"rows.jsonl": json.dumps(ROW) + "\n"})
    return path


def write(files):
    for name, text in files.items():
        Path(name).write_text(text, "utf-8")


def settings_of(run, *arguments, command="validate"):
    """Return the settings in effect as TOML, and where each is from."""
    code, out, err = run(command, *arguments, "--show-settings")
    assert (code, err) == (0, "")
    head, *lines = out.splitlines()
    origins = [line.rpartition("  # ")[::2] for line in lines if not line.startswith("# ")]
    return (
        tomllib.loads(out),
        {line.partition(" = ")[0]: origin for line, origin in origins},
        head.removeprefix("# configuration file: "),
    )


def test_options_are_given_once(run):
    write({"kaiser-interview.toml": 'kind = "translation"\nignore = "number-missing"\n'})
    out = "1 row, no finding; 0 quotes; claims: 1 of 41; 1 row without claim_sha256\n"
    assert run("validate", "rows.jsonl") == (0, out, "")
    assert run("validate", "rows.jsonl", "--isolated")[0] == 1


def test_the_settings_are_shown(run):
    write(
        {
            "../pyproject.toml": "[tool.kaiser-interview]\nmax-invalid = 3\nkey = []\n"
            'against = "corpus"\nset.creator = "a \\"b\\"\\u200b"\nset.language = "de"\nset."a b" = 0.5\n'
        }
    )
    assert run("validate", "--set", "language=en", "--select", "no-claim,x y", "--show-settings") == (
        0,
        "# configuration file: ../pyproject.toml\n"
        "# kind: none (default)\n"
        'set.creator = "a \\"b\\"\\u200b"  # ../pyproject.toml\n'
        'set."a b" = "0.5"  # ../pyproject.toml\n'
        'set.language = "en"  # command line\n'
        'against = "../corpus"  # ../pyproject.toml\n'
        "# require: none (default)\n"
        "# complete: none (default)\n"
        "key = []  # ../pyproject.toml\n"
        'extra = "error"  # default\n'
        'select = ["no-claim", "x", "y"]  # command line\n'
        "# ignore: none (default)\n"
        "max-findings = 1000  # default\n"
        'max-invalid = "3"  # ../pyproject.toml\n'
        "# workers: none (default)\n"
        'format = "text"  # default\n'
        "# in-process: false (default)\n",
        "",
    )


def test_the_shown_settings_can_be_a_file(run):
    arguments = ("--kind", "translation", "--set", "creator=a b", "--ignore", "number-missing,no-claim")
    for more in ((), ("--max-invalid", "1%", "--workers", "2", "--key", "id", "--in-process")):
        shown = run("validate", *arguments, *more, "--show-settings")[1]
        write({"kaiser-interview.toml": shown})
        again, origins, _ = settings_of(run)
        assert again == tomllib.loads(shown)
        assert {*origins.values()} == {"kaiser-interview.toml"}
        Path("kaiser-interview.toml").unlink()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_with_options_of_a_check_shows_its_settings(run, command):
    write(
        {"kaiser-interview.toml": 'kind = "label"\nmax-invalid = "1%"\nset.creator = "me"\nformat = "json"'}
    )
    found, origins, _ = settings_of(run, command=command)
    assert found["kind"] == ["label"]
    assert ("max-invalid" in found) is (command == "validate")
    assert ("set" in found) is (command != "parse")
    assert ("format" in found) is (command not in {"browse", "annotations"})
    assert {*origins.values()} <= {"kaiser-interview.toml", "default"}


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ((), "none"),
        (("kaiser-interview.toml", "pyproject.toml"), "kaiser-interview.toml"),
        ((".kaiser-interview.toml", "kaiser-interview.toml"), ".kaiser-interview.toml"),
        (("pyproject.toml", "../.kaiser-interview.toml"), "pyproject.toml"),
        (("../pyproject.toml", "../../kaiser-interview.toml"), "../pyproject.toml"),
    ],
)
def test_the_nearest_file_is_read_and_files_are_not_merged(run, files, found):
    for number, name in enumerate(files):
        table = "[tool.kaiser-interview]\n" if name.endswith("pyproject.toml") else ""
        write({name: f"{table}{['workers', 'max-findings'][number]} = 7\n"})
    shown, origins, file = settings_of(run)
    assert file == found
    assert [shown.get("workers"), shown["max-findings"]].count(7) == bool(files)
    assert {*origins.values()} <= {found, "default"}


@pytest.mark.parametrize(
    "text",
    [
        "damaged",
        "# kaiser-interview",
        'tool = "kaiser-interview"',
        '[project]\ndependencies = ["kaiser-interview"]\n[tool.ruff]',
    ],
)
def test_a_pyproject_without_the_table_is_skipped(run, text):
    write({"pyproject.toml": text, "../kaiser-interview.toml": "workers = 2"})
    assert settings_of(run)[2] == "../kaiser-interview.toml"
    assert run("validate", "rows.jsonl", "--config", "pyproject.toml") == (
        2,
        "",
        "kaiser-interview: pyproject.toml: expected a table [tool.kaiser-interview], got none\n",
    )


def test_config_names_a_file_and_isolated_reads_none(run):
    write({"kaiser-interview.toml": "damaged", "../other.toml": 'workers = 2\nagainst = "corpus"'})
    found, _, file = settings_of(run, "--config", "../other.toml")
    assert (found["workers"], found["against"], file) == (2, "../corpus", "../other.toml")
    assert settings_of(run, "--isolated")[2] == "none"
    for options, reason in (
        (["--config", "a.toml", "--isolated"], "--config, --isolated: expected one of them, got both"),
        (["--config", ""], "--config: expected a file, got nothing"),
        (["--config", "a.toml"], "a.toml: No such file or directory"),
    ):
        assert run("validate", "rows.jsonl", *options) == (2, "", f"kaiser-interview: {reason}\n")


def test_a_bom_is_no_part_of_a_file(run):
    write({"kaiser-interview.toml": "\ufeffworkers = 2"})
    assert settings_of(run)[0]["workers"] == 2


@pytest.mark.skipif(os.name == "nt", reason="the current folder cannot be removed")
def test_a_folder_that_was_removed_has_no_file(run, folder):
    Path("rows.jsonl").unlink()
    folder.rmdir()
    assert settings_of(run)[2] == "none"


FIELDS = "expected one of "
WRONG = [
    ("", "expected options, got an empty file"),
    ("a", "expected TOML: "),
    (f"workers = {'9' * 5000}", "expected TOML: "),
    (f"kind = {'[' * 5000}", "expected TOML, got values that are nested too deeply"),
    ("#" * 300_000, "expected a file of at most 256 KiB, got more"),
    ('kinds = "label"', f"option: expected one of {OPTIONS}, got 'kinds'; did you mean kind?"),
    (
        "max_findings = 1",
        f"option: expected one of {OPTIONS}, got 'max_findings'; did you mean max-findings?",
    ),
    ("kind = 3", "kind: expected a string or a list of strings, got 3"),
    ('ignore = ["a", 1]', 'ignore: expected a string or a list of strings, got ["a", 1]'),
    ("key = {}", "key: expected a string or a list of strings, got {}"),
    (
        'kind = "os:system"',
        'kind: expected the name of a kind, got "os:system"; reading a file must not run code, so use '
        "--kind os:system on the command line",
    ),
    ("set = 2026-01-01", 'set: expected a table of fields and values, got "2026-01-01"'),
    ("against = 1", "against: expected a string, got 1"),
    ('against = ""', "against: expected a folder, got nothing"),
    ("extra = true", "extra: expected a string, got true"),
    ("max-findings = -1", "max-findings: expected an integer of at least 0, got -1"),
    ("max-findings = 1.0", "max-findings: expected an integer of at least 0, got 1.0"),
    ("workers = true", "workers: expected an integer of at least 1, got true"),
    ("max-invalid = 0.1", "max-invalid: expected a number of rows, or a percentage such as 0.1%, got 0.1"),
    ("max-invalid = true", "max-invalid: expected a number of rows, or a percentage such as 0.1%, got true"),
    ('max-invalid = "101%"', "max-invalid 101%: expected a number of rows, or a percentage such as 0.1%"),
    ("in-process = true", "in-process: expected on the command line only, got true"),
    ("format = []", "format: expected a string, got []"),
    ('format = "xml"', "format: expected one of text, json, jsonl, github, sarif, html"),
    ('extra = "maybe"', "extra: expected one of error, allow, got 'maybe'"),
    ('kind = "tranlation"', "kind: expected one of claim, dialogue, source, translation,"),
    ('set.maker = "m"', "field to set: expected one of answer, "),
    ('kind = "label"\nset.confidence = "high"', 'default confidence: expected a number, got "high"'),
    ('require = "creater"', "field to require: expected one of answer, "),
    ('key = ["claimid"]', "field of key: expected one of answer, "),
    ('complete = ["langauge"]', "field of complete: expected one of answer, "),
    (
        'ignore = ["nothing"]',
        "code: expected the code of a finding, got 'nothing'; `kaiser-interview explain` lists all codes",
    ),
    (
        'against = "none"',
        "none: expected a folder with the files of a corpus, got no such file or directory",
    ),
]


@pytest.mark.parametrize(("text", "message"), WRONG, ids=[message[:40] for _, message in WRONG])
def test_a_wrong_file(run, text, message):
    write({"kaiser-interview.toml": text})
    code, out, err = run("validate", "rows.jsonl")
    assert (code, out) == (2, "")
    whole = f"kaiser-interview: kaiser-interview.toml: {message}"
    assert err.startswith(whole)
    assert err.count("\n") == 1
    # Lists of fields and formats may grow.
    assert err == f"{whole}\n" or message.startswith(
        ("expected TOML: ", "format: ", "kind: ", "field ", "extra")
    )
    # Nothing reads it.
    assert run("validate", "rows.jsonl", "--kind", "translation", "--isolated")[0] == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.kaiser-interview]", "expected options, got an empty table [tool.kaiser-interview]"),
        ("tool.kaiser-interview = 1", "tool.kaiser-interview: expected a table, got 1"),
        ("[[tool.kaiser-interview]]", "tool.kaiser-interview: expected a table, got [{}]"),
    ],
)
def test_a_wrong_table(run, text, message):
    write({"pyproject.toml": text})
    assert run("validate", "rows.jsonl") == (2, "", f"kaiser-interview: pyproject.toml: {message}\n")


def test_a_line_with_many_dots_is_not_parsed(run):
    # tomllib would take minutes for a key of so many parts. Dots in texts are counted too.
    for text in (f"# a\nkind{'.a' * 501} = 1", f'# a\nset.answer = "{"." * 500}"'):
        write({"kaiser-interview.toml": text})
        reason = "kaiser-interview.toml:2: expected at most 500 dots in a line, got more"
        assert run("validate", "rows.jsonl") == (2, "", f"kaiser-interview: {reason}\n")


def test_a_file_that_is_no_text(run, folder):
    (folder / "kaiser-interview.toml").write_bytes(b"# a\n# \xff")
    reason = "kaiser-interview.toml:2: expected UTF-8, got byte 0xff"
    assert run("validate", "rows.jsonl") == (2, "", f"kaiser-interview: {reason}\n")
    (folder / "kaiser-interview.toml").unlink()
    (folder / "kaiser-interview.toml").mkdir()
    reason = "kaiser-interview.toml: expected a file, got a folder"
    assert run("validate", "rows.jsonl") == (2, "", f"kaiser-interview: {reason}\n")
    (folder / "kaiser-interview.toml").rmdir()
    (folder / "kaiser-interview.toml").symlink_to("nowhere")
    reason = "kaiser-interview.toml: No such file or directory"
    assert run("validate", "rows.jsonl") == (2, "", f"kaiser-interview: {reason}\n")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_not_read(run):
    os.mkfifo("kaiser-interview.toml")
    reason = "kaiser-interview.toml: expected a file, got a pipe or a device"
    assert run("validate", "rows.jsonl") == (2, "", f"kaiser-interview: {reason}\n")


def test_an_option_of_the_command_line_is_not_blamed_on_the_file(run):
    write({"kaiser-interview.toml": 'kind = "translation"\nkey = ["language"]'})
    code, _, err = run("validate", "rows.jsonl", "--complete", "langauge")
    assert (code, err[:36]) == (2, "kaiser-interview: field of complete:")
    code, _, err = run("validate", "rows.jsonl", "--kind", "tranlation")
    assert (code, err[:23]) == (2, "kaiser-interview: kind:")
    # The file's key does not fit the kind of the command line.
    code, _, err = run("validate", "rows.jsonl", "--kind", "label")
    assert (code, err[:54]) == (2, "kaiser-interview: kaiser-interview.toml: field of key:")


def test_the_command_line_overrides_the_file(run):
    write({"kaiser-interview.toml": 'format = "json"\nkind = "label"\nextra = "allow"'})
    options = ["--format", "text", "--in-process", "--kind", "translation", "--extra", "error"]
    found, origins, _ = settings_of(run, *options)
    assert (found["format"], found["kind"]) == ("text", ["translation"])
    assert [origins[key] for key in ("format", "kind", "extra")] == ["command line"] * 3
    shown = run("validate", *options, "--show-settings")[1]
    assert "# in-process: true (command line)\n" in shown
    assert run("validate", "rows.jsonl", *options)[1].startswith("1 row, no finding")
    assert "kind" in json.loads(run("validate", "rows.jsonl")[1])["checked"]["options"]


def test_values_of_fields_are_written_as_on_the_command_line(run):
    write(
        {
            "kaiser-interview.toml": "[set]\na = true\nb = 1.5\nc = [1, 2026-01-02]\n"
            "d = 2026-01-02T03:04:05Z\ne = 04:05:06\nf = { g = 'h' }\n"
        }
    )
    assert settings_of(run)[0]["set"] == {
        "a": "true",
        "b": "1.5",
        "c": '[1, "2026-01-02"]',
        "d": "2026-01-02T03:04:05+00:00",
        "e": "04:05:06",
        "f": '{"g": "h"}',
    }


def test_other_commands_and_python_read_no_file(run):
    write({"kaiser-interview.toml": "damaged"})
    assert run("claims", "--format", "jsonl")[0] == 0
    assert run("corpus", "check", str(ki.data_path()))[0] == 0
    assert ki.validate("rows.jsonl", kind="translation").ok


def test_the_page_of_a_corpus_in_a_file_is_named_after_it(run):
    write({"kaiser-interview.toml": f'against = "{ki.data_path().as_posix()}"\nkind = "label"'})
    assert run("browse") == (0, f"{ki.data_path().name}.html\n", "")


# Options of the command line, and of the file: split, then run the printed command.
GOOD = {"claim_id": "d01-c01", "scheme": "acme:stance", "value": "for", "creator": "me", "method": "human"}


@pytest.mark.parametrize(
    ("text", "arguments", "printed"),
    [
        ('kind = "label"', [], []),
        ('kind = "label"', ["--extra", "error"], ["--extra", "error"]),
        ('kind = "label"', ["--in-process"], ["--in-process"]),
        ('kind = "label"', ["--config", "kaiser-interview.toml"], ["--config", "kaiser-interview.toml"]),
        ("damaged", ["--isolated", "--kind", "label"], ["--kind", "label", "--isolated"]),
        (
            'kind = "label"\nset.method = "human"\nset.creator = "x"',
            ["--set", "creator=y"],
            ["--set", "creator=y"],
        ),
        # The valid rows are not complete, and no option removes that of the file.
        (
            'kind = "label"\ncomplete = "creator"\nset.method = "human"',
            ["--set", "creator=y", "--in-process"],
            ["--kind", "label", "--set", "method=human", "--set", "creator=y", "--in-process", "--isolated"],
        ),
        ('kind = "label"', ["--complete", "creator"], []),
        ('kind = "label"\nformat = "text"\nworkers = 1\nmax-invalid = "5%"\nmax-findings = 3', [], []),
    ],
)
def test_the_command_that_split_prints_passes(run, text, arguments, printed):
    write({"kaiser-interview.toml": text})
    ki.write([GOOD, GOOD | {"claim_id": "d99-c01"}], "rows.jsonl")
    code, out, _ = run("split", "rows.jsonl", "--valid", "good.jsonl", "--rejects", "no.jsonl", *arguments)
    assert code == 1
    words = shlex.split(out.splitlines()[-1].partition(" passes: ")[2])
    assert words == ["kaiser-interview", "validate", "good.jsonl", *printed]
    assert run(*words[1:])[0] == 0


@pytest.mark.parametrize(
    ("ignored", "printed"),
    [
        ("", ["--ignore", "unknown-field"]),
        (
            'ignore = ["number-missing"]\n',
            ["--kind", "label", "--ignore", "number-missing", "--ignore", "unknown-field", "--isolated"],
        ),
    ],
)
def test_split_extends_the_ignored_codes_of_a_file(run, ignored, printed):
    write({"kaiser-interview.toml": f'{ignored}kind = "label"\n'})
    pq.write_table(pa.Table.from_pylist([GOOD | {"odd": None}, GOOD | {"odd": "a"}]), "a.parquet")
    out = run("split", "a.parquet", "--valid", "good.parquet", "--rejects", "no.parquet")[1]
    words = shlex.split(out.splitlines()[-1].partition(" passes: ")[2])
    assert words == ["kaiser-interview", "validate", "good.parquet", *printed]
    assert run(*words[1:])[0] == 0


NAMES = st.lists(st.sampled_from(["claim_id", "language", "creator", "x_a"]), max_size=3)
SOME_CODES = st.lists(st.sampled_from(sorted(CODES)), max_size=3)
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.lists(st.sampled_from(["translation", "label"]), min_size=1, max_size=2),
        "set": st.fixed_dictionaries(
            {},
            optional={
                "creator": st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=5),
                "confidence": st.sampled_from([0, 0.5, 1]),
                "language": st.sampled_from(["en", "de"]),
            },
        ),
        "require": NAMES,
        "complete": NAMES,
        "key": NAMES,
        "extra": st.sampled_from(["error", "allow"]),
        "select": SOME_CODES,
        "ignore": SOME_CODES,
        "max-findings": st.integers(0, 5),
        "max-invalid": st.sampled_from([0, 2, "50%"]),
        "workers": st.integers(1, 3),
        "format": st.sampled_from(["text", "json", "jsonl", "github"]),
    },
)


def as_words(key, value):
    if key == "set":
        return [word for name, one in value.items() for word in ("--set", f"{name}={one}")]
    if key == "kind":
        return [word for one in value for word in ("--kind", one)]
    return [f"--{key}", ",".join(value) if isinstance(value, list) else str(value)]


def as_toml(options):
    # JSON values of these types are TOML values, except tables.
    lines = [
        f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in options.items() if key != "set"
    ]
    lines += [
        f"set.{name} = {json.dumps(value, ensure_ascii=False)}"
        for name, value in options.get("set", {}).items()
    ]
    return "\n".join(lines) + "\n"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(options=SETTINGS, others=SETTINGS)
@example(options={"select": [], "key": []}, others={})
def test_a_file_and_the_command_line_mean_the_same(run, options, others):
    rows = [ROW, ROW | {"claim_id": "d99-c01"}, GOOD | {"kind": "label", "odd": 1}]
    write(
        {
            "rows.jsonl": "".join(json.dumps(row) + "\n" for row in rows),
            "a.toml": as_toml(options | {"workers": options.get("workers", 1)}),
        }
    )
    file = ["--config", "a.toml"]
    words = ["--isolated", *as_words("workers", options.get("workers", 1))]
    for key, value in options.items():
        words += as_words(key, value) if key != "workers" else []
    assert settings_of(run, *file)[0] == settings_of(run, *words)[0]
    code, out, err = run("validate", "rows.jsonl", *file)
    assert (code, out, err.replace("a.toml: ", "")) == run("validate", "rows.jsonl", *words)
    # The command line comes first, key by key, and of `--set` field by field.
    more = [word for key, value in others.items() for word in as_words(key, value)]
    merged = options | others | {"set": options.get("set", {}) | others.get("set", {})}
    merged.setdefault("workers", 1)
    alone = [word for key, value in merged.items() for word in as_words(key, value)]
    assert settings_of(run, *file, *more)[0] == settings_of(run, "--isolated", *alone)[0]


def complete(run, monkeypatch, line):
    """Return what the shell would offer for the last word of a command line."""
    words = line.split(" ")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    monkeypatch.setenv("_KAISER_INTERVIEW_COMPLETE", "complete_bash")
    code, out, err = run()
    assert (code, err) == (0, "")
    return out.split()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("co", ["corpus"]),
        ("sh", ["show"]),
        ("corpus ", ["init", "check", "diff"]),
        ("corpus d", ["diff"]),
        ("--ver", ["--version"]),
        ("corpus init a.txt --unit ", ["line", "bullet", "paragraph", "document"]),
        ("validate --kind tr", ["translation"]),
        ("validate --format j", ["json", "jsonl"]),
        ("validate --extra ", ["error", "allow"]),
        ("validate --ignore number-missing,quote-n", ["number-missing,quote-not-found"]),
        ("validate --se", ["--set", "--select"]),
        ("explain quote-n", ["quote-not-found"]),
        ("schema rel", ["relation"]),
        ("show d05-c0", [f"d05-c0{number}" for number in range(1, 5)]),
        ("cite d05-c01", ["d05-c01"]),
        ("show --against nowhere d", []),
        ("unknown x", []),
        ("corpus unknown x", []),
        # The shell completes names of files.
        ("validate --against ", []),
        ("validate - ", []),
    ],
)
def test_the_shell_completes(run, monkeypatch, folder, line, found):
    (folder / "-").touch()
    assert complete(run, monkeypatch, f"kaiser-interview {line}") == found


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_shells_show_what_a_command_does(run, monkeypatch, shell):
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "kaiser-interview ver")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    monkeypatch.setenv("_KAISER_INTERVIEW_COMPLETE", f"complete_{shell}")
    assert "Verify the installed data against its manifest and source." in run()[1]


def test_completion_can_be_shown(run, monkeypatch):
    monkeypatch.setattr("shellingham.detect_shell", lambda: ("bash", "/bin/bash"))
    assert "_KAISER_INTERVIEW_COMPLETE=complete_bash" in run("--show-completion")[1]

"""The commands: their output, formats and exit codes."""

import csv
import gzip
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

import kaiser_interview as ki
from kaiser_interview import cli, metadata, release
from kaiser_interview.__main__ import main
from kaiser_interview.dataset import citation
from kaiser_interview.records.models import KINDS
from kaiser_interview.validation.workers import process

CAUTION = "This is a summary's wording; it does not say who speaks."


def test_all_claims_are_listed(run):
    code, out, err = run("claims")
    assert (code, err) == (0, "")
    squeezed = "".join(out.split())
    for claim in ki.load():
        markers = "".join(f"[{number}]" for number in claim.citations)
        assert "".join(f"{claim.claim_id}{claim.text}{markers}".split()) in squeezed
        assert "".join(claim.text_en.split()) in squeezed
    assert out.endswith(f"41 claims. English: machine translation. {CAUTION[:36]}\nnot say who speaks.\n")


@pytest.mark.parametrize("arguments", [["claims"], ["show", "d03-c03"], ["show", "d02-c05"], ["--help"]])
def test_text_fits_80_columns(run, arguments):
    _, out, _ = run(*arguments)
    lines = out.splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize("columns", [20, 40, 200])
def test_claims_fit_other_widths(monkeypatch, capsys, columns):
    monkeypatch.setattr(sys, "argv", ["kaiser-interview", "claims"])
    monkeypatch.setenv("COLUMNS", str(columns))
    with pytest.raises(SystemExit):
        cli.main()
    assert max(map(cell_len, capsys.readouterr().out.splitlines())) <= max(columns, 29)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["推理", "--dialogue", "d06"], ["d06-c02", "d06-c03"]),
        (["LORA"], ["d10-c03"]),
        (["lora", "微调"], ["d10-c03"]),
        (["lora", "transformer"], []),
        (["--topic", "economics"], ["d01-c03", "d05-c02", "d10-c03"]),
        (["--topic", "economics", "--topic", "scaling"], ["d05-c02"]),
        (["--horizon", "past"], ["d03-c01"]),
        (["--claim-type", "definition"], ["d01-c01", "d04-c01"]),
    ],
)
def test_claims_are_filtered(run, arguments, expected):
    code, out, err = run("claims", *arguments, "--format", "jsonl")
    assert code == 0
    assert [json.loads(line)["claim_id"] for line in out.splitlines()] == expected
    assert err == ("" if expected else "no claim matches\n")


def test_claims_as_json(run):
    _, out, _ = run("claims", "--format", "json")
    assert [ki.Claim.model_validate(row) for row in json.loads(out)] == [*ki.load()]


def test_claims_as_json_lines(run):
    _, out, _ = run("claims", "--format", "jsonl")
    assert [ki.Claim.model_validate_json(line) for line in out.split("\n")[:-1]] == [*ki.load()]


def test_claims_as_csv(run):
    _, out, _ = run("claims", "--format", "csv")
    rows = [*csv.DictReader(io.StringIO(out))]
    assert [row["text"] for row in rows] == [claim.text for claim in ki.load()]
    assert [tuple(json.loads(row["citations"])) for row in rows] == [claim.citations for claim in ki.load()]
    assert [*rows[0]] == [*ki.Claim.model_fields]


def test_no_match_is_valid_in_every_format(run):
    assert run("claims", "nowhere") == (0, "", "no claim matches\n")
    assert run("claims", "nowhere", "--format", "json") == (0, "[]\n", "no claim matches\n")
    assert run("claims", "nowhere", "--format", "jsonl") == (0, "", "no claim matches\n")
    header = ",".join(ki.Claim.model_fields)
    assert run("claims", "nowhere", "--format", "csv") == (0, f"{header}\n", "no claim matches\n")


def test_a_cell_that_a_spreadsheet_would_run_is_guarded(capsys):
    from kaiser_interview.cli.output import Format, write_rows

    write_rows([{"a": "=1+1", "b": "-x", "c": "x-", "d": -1}], ["a", "b", "c", "d"], Format.csv)
    assert capsys.readouterr().out == "a,b,c,d\n'=1+1,'-x,x-,-1\n"


def test_a_cell_with_a_carriage_return_is_one_cell(capsys):
    from kaiser_interview.cli.output import Format, write_rows

    write_rows([{"a": "one\rtwo", "b": 1}], ["a", "b"], Format.csv)
    assert capsys.readouterr().out == 'a,b\n"one\rtwo",1\n'


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["clams"], "got 'clams'; did you mean claims?"),
        (["claims", "--topic", "memry"], "got 'memry'; did you mean memory?"),
        (["claims", "--horizon", "futur"], "got 'futur'; did you mean future?"),
        (["claims", "--claim-type", "predict"], "got 'predict'; did you mean prediction?"),
        (["claims", "--dialogue", "d11"], "did you mean d10 or d01?"),
        (["show", "d06-c3"], "did you mean d06-c03"),
        (["cite", "d06-c3"], "did you mean d06-c03"),
        (["cite", "memory"], "got 'memory'; run `kaiser-interview claims WORDS` to find ids"),
        (["show", "记忆"], "got '记忆'; run `kaiser-interview claims WORDS` to find ids"),
    ],
)
def test_unknown_names_suggest_a_similar_name(run, arguments, message):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("kaiser-interview: ")
    assert message in err


def test_show(run):
    _, out, _ = run("show", "d01-c01")
    assert (
        out
        == f"""\
d01-c01
  text        语言在时间维度上对智能至关重要,语言模型本质是序列模型,处理时间序列
              是表达智能的重要组成部分
  english     In the temporal dimension, language is crucial to intelligence;
              language models are in essence sequence models, and processing
              temporal sequences is an important part of expressing
              intelligence. (machine translation)
  citations   [6][7] (taken to be paragraphs of the article)
  dialogue    1. 语言对于智能到底意味着什么
              What does language really mean for intelligence? (machine
              translation)
  place       code points 20 to 66 of 2011, end exclusive
  context     …语言对于智能到底意味着什么 -
              语言在时间维度上对智能至关重要,语言模型本质是序列模型,处理时间序列
              是表达智能的重要组成部分 [6][7] - 语言经过人类…
  topics      language
  type        definition
  horizon     general
  sha-256     {ki.claim("d01-c01").claim_sha256}
  since       1.0.0, last revised in 1.0.0
This is a summary's wording; it does not say who speaks.
"""
    )


def test_show_as_json(run):
    _, out, _ = run("show", "d01-c01", "--format", "json")
    assert json.loads(out) == [ki.claim("d01-c01").model_dump(mode="json")]


def test_cite_the_data_set(run):
    code, out, _ = run("cite")
    assert code == 0
    assert out.startswith("@misc{kaiser-interview,\n")
    assert f"version = {{{ki.data_release}}}" in out
    assert run("cite", "--format", "apa")[1] == (
        "The kaiser-interview maintainers. (2026). kaiser-interview: 41 claims from a Chinese summary of a "
        f"dialogue with Lukasz Kaiser (Data release {ki.data_release}) [Data set].\n"
    )
    (item,) = json.loads(run("cite", "--format", "csl")[1])
    assert (item["type"], item["version"]) == ("dataset", ki.data_release)
    assert run("cite", "--format", "cff")[1].startswith("cff-version: 1.2.0\n")


HEADLINE = "“推理模型还处于RNN的阶段”——李建忠对话GPT-5与Transformer发明者Lukasz Kaiser实录"
IN_ENGLISH = (
    "“Reasoning models are still at the RNN stage”: record of Li Jianzhong's dialogue with Lukasz "
    "Kaiser, an inventor of GPT-5 and the Transformer"
)


def test_cite_a_claim(run):
    claim = ki.claim("d01-c01")
    _, out, _ = run("cite", "d01-c01", "--format", "apa")
    assert out == (
        f"“{claim.text}”\n"
        f"“{claim.text_en}” (machine translation)\n"
        "Claim d01-c01, code points 20 to 66 of the source text, in kaiser-interview, data release 1.0.0.\n"
        "The source text is a summary, of unknown authorship, of an article that AI科技大本营 published "
        "(inferred from its form and its last two lines):\n"
        f"{HEADLINE}\n"
        f"{IN_ENGLISH} (machine translation)\n"
        "AI科技大本营, 2025-10-10 17:52, as printed. The text prints [6][7] after the claim, taken to be "
        "numbers of paragraphs of the article.\n"
        f"{CAUTION}\n\n"
        "The kaiser-interview maintainers. (2026). kaiser-interview: 41 claims from a Chinese summary of a "
        "dialogue with Lukasz Kaiser (Data release 1.0.0, claim d01-c01) [Data set].\n\n"
        f"{HEADLINE} [{IN_ENGLISH}]. (2025, October 10). AI科技大本营. {metadata.ARTICLE}\n"
    )
    one = "The text prints [7] after the claim, taken to be the number of a paragraph of the article.\n"
    assert one in run("cite", "d01-c02")[1]


def test_cite_claims_as_bibtex(run):
    out = run("cite", "d01-c01", "d10-c03", "d01-c01")[1]
    keys = re.findall(r"^@misc\{(.*),$", out, re.MULTILINE)
    assert keys == ["kaiser-interview-d01-c01", "kaiser-interview-d10-c03", "kaiser-interview-article"]
    article = out[out.index("@misc{kaiser-interview-article") :]
    assert article == (
        "@misc{kaiser-interview-article,\n"
        f"  title        = {{{{{HEADLINE}}}}},\n"
        "  howpublished = {AI科技大本营},\n"
        "  year         = {2025},\n"
        "  month        = {10},\n"
        "  day          = {10},\n"
        f"  note         = {{2025-10-10 17:52. {IN_ENGLISH} (machine translation). {metadata.ARTICLE}}}\n"
        "}\n"
    )
    assert f"note    = {{Claim d10-c03: {ki.claim('d10-c03').text}. {CAUTION}}}" in out


def test_every_claim_has_its_own_bibtex_key():
    keys = {citation.bibtex(claim).splitlines()[0] for claim in ki.load("claims")}
    assert len(keys) == 41
    assert citation.bibtex().splitlines()[0] not in keys


def test_cite_claims_as_csl(run):
    items = json.loads(run("cite", "d01-c01", "d10-c03", "--format", "csl")[1])
    assert [item["id"] for item in items] == [
        "kaiser-interview-d01-c01", "kaiser-interview-d10-c03", "kaiser-interview-article"
    ]  # fmt: skip
    assert items[0]["version"] == ki.data_release
    assert CAUTION in items[0]["note"]
    assert (items[2]["title"], items[2]["publisher"]) == (HEADLINE, "AI科技大本营")
    assert items[2]["issued"] == {"date-parts": [[2025, 10, 10]]}


def test_cff_does_not_support_claims(run):
    assert run("cite", "d01-c01", "--format", "cff")[1] == run("cite", "--format", "cff")[1]


def test_verify(run):
    assert run("verify") == (
        0,
        f"kaiser-interview {ki.__version__}, data release {ki.data_release}: "
        f"{len(release.shipped())} files as released; "
        "41 claims match the source, character for character\n",
        "",
    )
    assert run("verify", "--format", "json") == (0, "[]\n", "")


def test_verify_names_the_changed_files(run, monkeypatch):
    files = release.shipped() | {"extra.txt": b"x"}
    monkeypatch.setattr(release, "shipped", lambda: files)
    digest = release.digest(b"x")
    assert run("verify") == (1, f"extra.txt: expected no such file, got 1 bytes, SHA-256 {digest}\n", "")
    code, out, _ = run("verify", "--format", "jsonl")
    assert code == 1
    assert json.loads(out) == {
        "place": "extra.txt", "expected": "no such file", "got": f"1 bytes, SHA-256 {digest}"
    }  # fmt: skip


def test_verify_given_a_path_asks_whether_validate_was_meant(run):
    assert run("verify", "out.jsonl\x1b[2J") == (
        2,
        "",
        "kaiser-interview: verify checks the installed release and takes no path; "
        "did you mean: kaiser-interview validate 'out.jsonl\\x1b[2J'?\n",
    )


def test_the_version(run):
    assert run("--version") == (0, f"kaiser-interview {ki.__version__}\n", "")


@pytest.mark.parametrize("command", ["claims", "show", "find", "cite", "schema", "export", "verify"])
def test_every_command_has_help(command):
    result = CliRunner().invoke(cli.app, [command, "--help"], terminal_width=80)
    assert result.exit_code == 0
    assert "Usage:" in result.output
    assert "Options:" in result.output


def test_output_is_utf8_in_any_locale():
    run = subprocess.run(
        [sys.executable, "-m", "kaiser_interview", "claims", "lora"],
        capture_output=True, check=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert "LoRA模块" in run.stdout.decode()
    assert run.stderr == b""


def test_output_may_be_redirected_to_anything(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["kaiser-interview", "--version"])
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.delattr(signal, "SIGPIPE", raising=False)  # as on Windows
    with pytest.raises(SystemExit):
        cli.main()
    assert sys.stdout.getvalue() == f"kaiser-interview {ki.__version__}\n"


def test_find(run):
    at = ki.claim("d05-c03").start
    assert run("find", "推理模型增加参数数量")[:2] == (
        1,
        f"claim d05-c03, {at} to {at + 11}: closest passage (not a match)\n"
        "  passage  推理模型⟦不⟧增加参数数量\n"
        "  given    推理模型⟦⟧增加参数数量\n"
        "  context  ⟦推理模型不增加参数数量⟧,让模型运行更长时间会变得更好,但有架构限制…\n"
        f"claim d04-c01, {ki.find('推理模型 [21')[0].start} to {ki.find('推理模型 [21')[0].end + 1}: "
        "closest passage (not a match)\n"
        "  passage  推理模型⟦ [21]⟧\n"
        "  given    推理模型⟦增加参数数量⟧\n"
        "  context  …el缺乏坚实技术实体,指推理过程中调用外部工具的⟦推理模型 [21]⟧\n"
        "claim d08-c01, 1569 to 1578: closest passage (not a match)\n"
        "  passage  推理模型⟦ [35]⟧\n"
        "  given    推理模型⟦增加参数数量⟧\n"
        "  context  …代推理模型,需要Transformer创新级别的⟦推理模型 [35]⟧\n"
        f"English: machine translation. {CAUTION[:48]}\nspeaks.\n",
    )
    code, out, err = run("find", "distilled into smaller")
    assert (code, err) == (0, "")
    at = ki.claim("d05-c02").text_en.index("distilled into smaller")
    assert out == (
        f"claim d05-c02, {at} to {at + 22} of its English: exact match\n"
        "  passage  …large models can be ⟦distilled into smaller⟧ ones.\n"
        f"English: machine translation. {CAUTION[:48]}\nspeaks.\n"
    )
    _, out, _ = run("find", "reasoning models can")
    assert out.splitlines()[:4] == [
        "claim d09-c01, 0 to 20 of its English: differs only in case or typography",
        "  passage  ⟦Reasoning⟧ models can",
        "  given    ⟦reasoning⟧ models can",
        "  context  ⟦Reasoning models can⟧ use tools to access…",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Do reasoning models use more parameters?", "reasoning models parameters"),
        ("LoRA zzzz", "LoRA"),
        ("LoRA?", "LoRA"),
        ("推理模型为什么？", "WORDS"),
        ("推理模型增加参数数量", None),
        ("zzzz qqqq", None),
    ],
)
def test_find_without_a_match_suggests_words(run, text, words):
    code, _, err = run("find", text, "--format", "json")
    hint = f"to search for words, try: kaiser-interview claims {words}\n" if words else ""
    assert (code, err.removeprefix("no match, and nothing similar\n")) == (1, hint)
    if hint and words != "WORDS":
        _, out, _ = run("claims", *words.split(), "--format", "json")
        assert json.loads(out)


def test_find_a_text_similar_to_nothing(run):
    assert run("find", "zzzzqqqq") == (1, "", "no match, and nothing similar\n")
    assert run("find", "zzzzqqqq", "--format", "json") == (
        1,
        "[]\n",
        "no match, and nothing similar\n",
    )


def test_find_as_json_and_csv(run):
    code, out, _ = run("find", "GPT–4", "--format", "json")
    assert code == 0
    first, second = json.loads(out)
    at = ki.find("GPT-4")[0].start
    assert first == {
        "how": "typography", "record": "claim", "record_id": "d02-c01", "of": "text", "start": at,
        "end": at + 5, "text": "GPT-4", "prefix": "现代大语言模型如",
        "suffix": ki.source().text[at + 5 : at + 37],
        "changes": [{"start": at + 3, "end": at + 4, "passage": "-", "text": "–"}],
    }  # fmt: skip
    assert second["of"] == "text_en"
    _, out, _ = run("find", "GPT–4", "--format", "csv")
    rows = [*csv.DictReader(io.StringIO(out))]
    assert [row["record_id"] for row in rows] == ["d02-c01", "d02-c01"]
    assert json.loads(rows[0]["changes"]) == first["changes"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "text: expected a text to find, got only white space"),
        ("语" * 4001, "text: expected at most 4,000 code points, got 4,001"),
    ],
)
def test_find_refuses_an_invalid_text(run, text, message):
    assert run("find", text) == (2, "", f"kaiser-interview: {message}\n")
    assert run("claims", text) == (2, "", f"kaiser-interview: {message}\n")


def test_schema(run):
    assert run("schema") == (0, "\n".join([*KINDS, "report", "finding", "change", "failure"]) + "\n", "")
    assert json.loads(run("schema", "label")[1]) == ki.json_schema("label")
    assert json.loads(run("schema", "label", "--draft")[1]) == ki.json_schema("label", profile="draft")
    code, out, err = run("schema", "labels")
    assert (code, out) == (2, "")
    assert err.endswith("got 'labels'; did you mean label?\n")
    assert run("schema", "claim", "--draft")[0] == 2


def test_the_schema_of_drafts_about_given_claims(run):
    options = "--draft", "--claims", "d05-c03,d05-c04", "--claims", "d01-c01"
    ids = ["d05-c03", "d05-c04", "d01-c01"]
    assert json.loads(run("schema", "label", *options)[1]) == ki.json_schema(
        "label", profile="draft", claims=ids
    )
    custom = run("schema", "label", "--draft", "--claims", "a-01", "--against", "tests/corpus")
    assert json.loads(custom[1])["properties"]["claim_id"]["enum"] == ["a-01"]


def test_the_schema_of_a_custom_kind(run):
    # A class that is a kind already: any importable one is.
    code, out, _ = run("schema", "kaiser_interview:Label", "--draft")
    assert (code, json.loads(out)) == (0, ki.json_schema("label", profile="draft"))
    code, out, err = run("schema", "kaiser_interview:Labels")
    assert (code, out) == (2, "")
    assert err.startswith("kaiser-interview: kind kaiser_interview:Labels: module 'kaiser_interview' has no")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("label", "--draft", "--claims", "d05-c3"), r"claim: .* got 'd05-c3'; did you mean d05-c03"),
        (("label", "--draft", "--claims", ","), "claims: expected at least one claim, got none"),
        (("label", "--claims", "d05-c03"), 'claims and against: expected profile="draft" with them'),
        (("label", "--draft", "--against", ""), "--against: expected a folder, got nothing"),
        (("report", "--claims", "d05-c03"), "kind: expected one of claim, "),
        (("report", "--against", "x"), "kind: expected one of claim, "),
    ],
)
def test_the_schema_command_refuses(run, arguments, message):
    code, out, err = run("schema", *arguments)
    assert (code, out) == (2, "")
    assert re.match(f"kaiser-interview: {message}", err)


def test_the_data_set_citations_parse(run):
    (item,) = json.loads(run("cite", "--format", "csl")[1])
    assert item["issued"]["date-parts"][0] == [int(part) for part in metadata.RELEASED.split("-")]
    assert item["author"] == [{"literal": metadata.AUTHOR}]
    bibtex = run("cite")[1]
    assert bibtex.count("{") == bibtex.count("}")
    assert run("cite", "--format", "cff")[1] == citation.cff()


def command(arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a shell line in which `ki` is replaced by the command."""
    line = arguments.replace("ki ", f"{sys.executable} -m kaiser_interview ")
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, check=False, env=os.environ | environment
    )  # fmt: skip


@pytest.mark.parametrize("arguments", ["claims", "claims --format csv", "verify", "--help", "schema claim"])
def test_output_that_cannot_be_written_is_a_one_line_error(arguments):
    run = command(f"ki {arguments} > /dev/full")
    assert run.returncode == 2
    assert run.stderr.decode() == "kaiser-interview: standard output: No space left on device\n"


def test_a_system_error_names_its_file(monkeypatch, tmp_path, capsys):
    def failing(**_: object) -> None:
        (tmp_path / "a\u202eb").read_bytes()

    monkeypatch.setattr(cli, "app", failing)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
    assert capsys.readouterr().err == (f"kaiser-interview: {tmp_path}/a\\u202eb: No such file or directory\n")


@pytest.fixture
def table(tmp_path):
    """Return a Parquet file of random text, which is not small."""
    row = {"claim_id": "d01-c01", "language": "en", "method": "model", "creator": "m"}
    rows = [row | {"translation": os.urandom(2000).hex()} for _ in range(100)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    return tmp_path / "rows.parquet"


def test_a_full_disk_for_temporary_files_does_not_blame_the_output(table):
    limit = "ulimit -f 50; cat {0} | ki validate - --kind translation"
    run = command(limit.format(table))
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.startswith(b"kaiser-interview: compressed or piped tables: could not be held on disk: ")
    assert b"File too large" in run.stderr


def test_a_missing_temporary_folder_is_not_a_finding(table, monkeypatch, tmp_path, capsys):
    compressed = tmp_path / "rows.parquet.gz"
    compressed.write_bytes(gzip.compress(table.read_bytes()))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(ki.ResourceError, match="could not be held on disk"):
        ki.validate(compressed, kind="translation")
    monkeypatch.setattr(sys, "argv", ["ki", "validate", str(compressed), "--kind", "translation"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
    assert "could not be held on disk" in capsys.readouterr().err


def test_trusted_tables_are_read_without_a_worker(table, monkeypatch, capsys):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    arguments = ["ki", "validate", str(table), "--kind", "translation"]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit):
        cli.main()
    assert "--in-process" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", [*arguments, "--in-process"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 0
    assert "100 rows" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "ahead"),
    [
        ("validate a.parquet", True),
        ("split a.jsonl b.arrow --kind label", True),
        ("fix a.feather", True),
        ("validate a.jsonl", False),
        ("validate a.parquet --in-process", False),
        ("export claims --output a.parquet", False),
        ("", False),
    ],
)
def test_a_worker_is_started_ahead_for_tables_alone(monkeypatch, line, ahead):
    started = []
    monkeypatch.setattr(process, "start_ahead", lambda: started.append(1))
    monkeypatch.setattr(cli, "main", lambda: None)
    monkeypatch.setattr(sys, "argv", ["kaiser-interview", *line.split()])
    main()
    assert bool(started) == ahead


def test_a_closed_output_is_a_one_line_error():
    run = command("ki claims --format csv >&-")
    assert run.returncode == 2
    assert (
        run.stderr.decode()
        == "kaiser-interview: standard output: expected an open stream, got a closed one\n"
    )


def test_a_reader_that_closes_the_pipe_is_not_an_error():
    run = command("ki claims | head -1; echo ${PIPESTATUS[0]}")
    assert run.stdout.decode().splitlines()[1] in {"0", "141"}
    assert run.stderr == b""


@pytest.mark.parametrize("columns", ["0", "-5", "abc"])
def test_an_invalid_width_is_80(columns):
    run = command("ki claims LoRA", COLUMNS=columns)
    assert run.stdout == command("ki claims LoRA", COLUMNS="80").stdout != b""


def test_terminal_control_characters_are_escaped(run):
    _, out, _ = run("find", "推理模型\x1b[31m增加参数数量\u202e")
    assert "⟦\\u001b[31m⟧" in out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_colours_are_only_for_terminals():
    run = command("ki find 推理模型增加参数数量", FORCE_COLOR="1")
    first, passage, given = run.stdout.decode().splitlines()[:3]
    assert "\x1b[1m" in first
    assert "\x1b[32m⟦不⟧\x1b[0m增加参数数量" in passage
    assert "\x1b[31m⟦⟧\x1b[0m增加参数数量" in given
    assert b"\x1b" not in command("ki find 推理模型增加参数数量").stdout

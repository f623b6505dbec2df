"""Every code block of the documentation is run, or checked in another way."""

import contextlib
import doctest
import io
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from pages import NAMES, ROOT, Block, blocks, commands, matches

import kaiser_interview as ki
from kaiser_interview import cli
from kaiser_interview.validation.findings.codes import CODES
from kaiser_interview.validation.formats.detect import COLUMNAR, is_data

# Pages whose blocks need other tools or an empty environment: the tests that run them, and languages.
ELSEWHERE = {
    "docs/recipes.md": ("tests/engines/test_recipes.py", {"console", "js", "json", "pycon", "sql", "text"}),
    "docs/distributed.md": ("tests/distributed/test_recipes.py", {"console", "pycon", "python"}),
    "docs/spark.md": ("tests/spark/test_guide.py", {"console", "pycon"}),
    "docs/review.md": ("tests/engines/test_recipes.py", {"console", "pycon"}),
    "docs/grammar.md": ("tests/providers/test_grammar.py", {"console", "pycon"}),
    "docs/guides/*.md": (
        "tests/guides/test_guides.py",
        {"console", "diff", "markdown", "python", "text", "yaml"},
    ),
}


def console(block: Block, _: dict[str, object]) -> None:
    for command, printed in commands(block):
        program, *words = shlex.split(command)
        # The check of the wheel tests installation, and `make` tests its targets.
        {"pip": installs, "make": makes, "kaiser-interview": prints}[program](words, printed)


def installs(words: list[str], printed: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    verb, (name, extras) = words[0], re.fullmatch(r"(\.|[a-z-]+)(?:\[([a-z,]+)\])?", words[1]).groups()
    assert (verb, words[2:], printed) == ("install", [], "")
    assert name in {".", project["name"]}
    assert {*(extras or "").split(",")} <= {"", *project["optional-dependencies"]}


def makes(words: list[str], printed: str) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert {*words} <= {*targets}
    assert printed == ""


def prints(words: list[str], printed: str) -> None:
    """Run a command and compare its output; or write it to a file, after `>`."""
    file = None
    if words[-2:-1] == [">"]:
        *words, _, file = words
    done = subprocess.run(
        [sys.executable, "-m", "kaiser_interview", *words],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stderr
    if file is not None:
        Path(file).write_text(done.stdout, "utf-8")
        assert printed == ""
        return
    assert matches(printed, done.stdout), f"{words}\n{done.stdout}{done.stderr}"


def pycon(block: Block, names: dict[str, object]) -> None:
    assert block.text.startswith(">>> ")
    test = doctest.DocTestParser().get_doctest(block.text, names, "block", None, block.line)
    said = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    # A block continues the one before it.
    runner.run(test, out=said.write, clear_globs=False)
    names.update(test.globs)
    assert runner.failures == 0, said.getvalue()


def python(block: Block, names: dict[str, object]) -> None:
    exec(compile(block.text, f"line {block.line}", "exec"), names)


HOW = {
    "console": console,
    "pycon": pycon,
    "python": python,
    "json": lambda block, _: [json.loads(line, parse_constant=int) for line in block.text.splitlines()],
    "yaml": lambda block, _: yaml.safe_load(block.text),
    "toml": lambda block, _: tomllib.loads(block.text),
    # Blocks that are not run.
    "text": lambda *_: None,
    # Directives of the site; `make docs` fails if they are wrong.
    "{toctree}": lambda *_: None,
    "{eval-rst}": lambda *_: None,
}


def run(page: Path) -> None:
    """Run the blocks of a page in order; a block may use the results of earlier ones."""
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page):
        assert block.language in HOW, f"line {block.line}: a block of {block.language or 'no language'}"
        HOW[block.language](block, names)


@pytest.fixture
def folder(tmp_path):
    """Return a folder with the files of the examples, as the current folder."""
    path = tmp_path / "examples"
    shutil.copytree(ROOT / "docs" / "examples", path)
    with contextlib.chdir(path):
        yield path


def elsewhere(name: str) -> str | None:
    """Return the pattern of a page whose blocks are run elsewhere, or None."""
    return next((pattern for pattern in ELSEWHERE if fnmatch(name, pattern)), None)


@pytest.mark.parametrize("name", [name for name in NAMES if [*blocks(ROOT / name)] and not elsewhere(name)])
@pytest.mark.usefixtures("folder")
def test_every_block_runs(name):
    run(ROOT / name)


@pytest.mark.parametrize("pattern", ELSEWHERE)
def test_blocks_that_run_elsewhere_are_of_languages_that_run_there(pattern):
    test, languages = ELSEWHERE[pattern]
    found = {block.language for page in ROOT.glob(pattern) for block in blocks(page)}
    assert found == languages
    assert Path(pattern).parts[1] in (ROOT / test).read_text("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "```\nx\n```",
        "    indented\n",
        "```rust\nx\n```",
        "> ```\n> x\n> ```",
        "- a\n\n  ```shell\n  x\n  ```",
        "```json\n{\n```",
        '```json\n{"a": NaN}\n```',
        "```yaml\na: b: c\n```",
        "```toml\na\n```",
        "```python\n1 / 0\n```",
        "```pycon\n>>> 1\n2\n```",
        "```pycon\n1\n```",
        "```console\n$ kaiser-interview explain no-such-code\n```",
        "```console\n$ kaiser-interview verify\nsomething\n```",
        "```console\n$ make no-such-target\n```",
        "```console\n$ pip install 'kaiser-interview[no-such-extra]'\n```",
        "```console\n$ pip install something-else\n```",
        "```console\n$ ls\n```",
        "```console\nkaiser-interview verify\n```",
    ],
)
def test_a_wrong_block_fails(tmp_path, text):
    (tmp_path / "page.md").write_text(text, "utf-8")
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever tells it
        run(tmp_path / "page.md")


def test_every_command_is_in_the_readme():
    for command in cli.COMMANDS:
        assert f"kaiser-interview {command}" in (ROOT / "README.md").read_text("utf-8")


# For the example on a finding's page: the kind of its rows, and the options that the finding needs.
ROWS = {
    "too-many-labels": {"kind": "label"},
    "dimension-differs": {"kind": "embedding"},
    "duplicate-record": {"key": ["claim_id"]},
    "missing-claim": {"complete": ["language"]},
    "retired-claim": {"against": ROOT / "tests" / "corpus"},
    "stale-claim": {"against": ROOT / "tests" / "corpus"},
}
FILLED = {
    "translation": {"language": "en", "translation": "1000 3.5 1,000 3"},
    "label": {},
    "embedding": {},
}


@pytest.mark.parametrize("code", [code for code in CODES if [*blocks(ROOT / f"docs/findings/{code}.md")]])
def test_the_example_of_a_finding_gives_it(tmp_path, code):
    (block,) = [*blocks(ROOT / f"docs/findings/{code}.md")]
    options = {"kind": "translation"} | ROWS.get(code, {})
    (tmp_path / "rows.jsonl").write_text(block.text.removesuffix("\n"), "utf-8")
    defaults = {"method": "human", "creator": "I"} | FILLED[options["kind"]]
    if CODES[code].group == "answer":
        report = ki.parse(tmp_path / "rows.jsonl", **options).report
    else:
        report = ki.validate(tmp_path / "rows.jsonl", defaults=defaults, **options)
    assert {one.code for one in report.sample} == {code}


def python_block(name: str) -> str:
    (block,) = [block for block in blocks(ROOT / name) if block.language == "python"]
    return block.text


@pytest.mark.parametrize(("claim_id", "outcome"), [("d01-c01", "1 passed"), ("d99-c01", "unknown-claim")])
def test_the_pytest_example(tmp_path, claim_id, outcome):
    row = {"claim_id": claim_id, "method": "human", "creator": "I", "language": "en", "translation": "…"}
    row["claim_sha256"] = ki.claim("d01-c01").claim_sha256
    (tmp_path / "translations.jsonl").write_text(json.dumps(row))
    (tmp_path / "test_data.py").write_text(python_block("docs/validation.md"))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_data.py"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert outcome in done.stdout


def hook_run(hook: dict[str, object], *words: str) -> subprocess.CompletedProcess[str]:
    """Run a hook as pre-commit does: the entry, the arguments of the user or of the hook, the files."""
    program, *entry = shlex.split(hook["entry"])
    assert program == "kaiser-interview"
    return subprocess.run(
        [sys.executable, "-m", "kaiser_interview", *entry, *words],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def hooks() -> dict[str, dict[str, object]]:
    found = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert all(f"id: {name}" in (ROOT / "docs/validation.md").read_text("utf-8") for name in found)
    return found


def test_the_pre_commit_hook(folder):
    hook = hooks()["kaiser-interview-validate"]
    assert hook["args"] == ["--"]
    file = str(folder / "out.jsonl")
    assert hook_run(hook, "--kind", "translation", *hook["args"], file).returncode == 1
    assert re.search(hook["files"], "data/out.jsonl")


def test_the_pre_commit_hook_takes_the_files_that_a_folder_gives():
    hook = hooks()["kaiser-interview-validate"]
    forms = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", *COLUMNAR)
    outputs = [f"out.jsonl.{name}.jsonl" for name in ("findings", "changes", "failures")]
    for plain in (*(f"out{form}" for form in forms), *outputs, "out.txt", "out.jsonl.bak", "findings.jsonl"):
        for name in (plain, f"{plain}.gz", f"{plain}.zst"):
            taken = bool(re.search(hook["files"], name)) and not re.search(hook["exclude"], name)
            assert taken is is_data(name), name


@pytest.mark.parametrize(("ignored", "code"), [("", 1), ('ignore = "unknown-claim"\n', 0)])
def test_the_pre_commit_hook_reads_a_configuration_file(folder, ignored, code):
    hook = hooks()["kaiser-interview-validate"]
    (folder / "row.jsonl").write_text('{"claim_id": "d99-c01", "translation": "…"}\n', "utf-8")
    (folder / "kaiser-interview.toml").write_text(
        f'{ignored}kind = "translation"\nset = {{ language = "en", method = "model", creator = "m" }}\n'
    )
    done = hook_run(hook, *hook["args"], "row.jsonl")
    assert (done.returncode, done.stderr) == (code, "")


def test_the_pre_commit_hook_for_a_corpus(folder):
    hook = hooks()["kaiser-interview-corpus"]
    assert hook["pass_filenames"] is False
    corpus = ki.Corpus.from_text("Green tea is not fermented.", unit="line")
    corpus.to_files(folder / "corpus")
    assert hook_run(hook, "corpus/").returncode == 0
    claims = folder / "corpus" / "claims.jsonl"
    claims.write_text(claims.read_text("utf-8").replace("Green", "Black"), "utf-8")
    assert hook_run(hook, "corpus/").returncode == 1


def test_the_steps_of_code_hosts():
    text = (ROOT / "docs/validation.md").read_text("utf-8")
    steps = re.findall(r"- (?:run: )?kaiser-interview (\w+) .* --format (\w+)", text)
    assert steps == [("validate", "github"), ("validate", "sarif"), ("validate", "sarif")]
    *_, github, gitlab = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    assert all(re.fullmatch(r".*@[0-9a-f]{40}", step["uses"]) for step in github["steps"] if "uses" in step)
    job = gitlab["validate"]
    assert job["after_script"][0].endswith(f" --output {job['artifacts']['reports']['codequality']}")


def test_the_api_page_has_every_public_name():
    (text,) = ["\n".join(block.text for block in blocks(ROOT / "docs/api.md"))]
    named = re.findall(r"^\.\. (?:auto\w+|py:data):: (\w+)$", text, re.MULTILINE)
    assert sorted(named) == sorted(ki.__all__)

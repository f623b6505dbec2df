"""Each command imports only the modules that it needs."""

import csv
import gzip
import json
import shlex
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kaiser_interview.cli import COMMANDS

# Typer brings pydantic for every command that has a parameter.
BARE = {"typer", "annotated_doc", "click", "shellingham"}
TYPED = BARE | {"pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"}
SHOWN = TYPED | {"rich", "pygments", "markdown_it", "mdurl"}
READ = TYPED | {"jiter"}

ROW = {"claim_id": "d01-c01", "language": "en", "translation": "…", "method": "model", "creator": "m"}
MAY_IMPORT = {
    ("--version",): BARE,
    ("--help",): BARE,
    ("explain", "unknown-claim"): TYPED,
    ("explain",): TYPED,
    ("schema", "label"): TYPED,
    ("claims",): SHOWN | READ,
    ("show", "d01-c01"): SHOWN | READ,
    ("find", "语言模型"): SHOWN | READ,
    ("cite", "d01-c01"): SHOWN | READ,
    ("browse", "--output", "page.html"): SHOWN | READ | {"jinja2", "markupsafe"},
    ("validate", "rows.jsonl", "--kind", "translation"): SHOWN | READ,
}
EVERY = ("pandas", "polars", "datasets", "duckdb", "pyarrow.dataset", "pyarrow", "numpy")
PROGRAM = """
import json, sys
from kaiser_interview import cli
before = set(sys.modules)
sys.argv = ["kaiser-interview", *sys.argv[1:]]
try:
    cli.main()
except SystemExit:
    pass
sys.stderr.write(json.dumps(sorted(sys.modules)))
"""


def modules(*arguments: str, folder: str) -> set[str]:
    """Return the modules that a command has imported."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=folder, capture_output=True, check=True, text=True
    )
    return set(json.loads(run.stderr))


def installed(names: set[str]) -> set[str]:
    """Return the packages of a list of modules that are neither Python's nor ours."""
    packages = {name.partition(".")[0] for name in names if not name.startswith("_")}
    ours = {"kaiser_interview", "sitecustomize", "usercustomize", "coverage", "$coverage"}
    return packages - set(sys.stdlib_module_names) - ours


@pytest.mark.parametrize("arguments", MAY_IMPORT, ids=lambda words: words[0])
def test_a_command_imports_only_what_it_needs(tmp_path, arguments):
    (tmp_path / "rows.jsonl").write_text(json.dumps(ROW) + "\n", "utf-8")
    found = modules(*arguments, folder=str(tmp_path))
    assert found.isdisjoint(EVERY), found & set(EVERY)
    assert installed(found) <= MAY_IMPORT[arguments]


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Return a folder of files with enough rows that they are validated by columns."""
    folder = tmp_path_factory.mktemp("many")
    rows = [ROW | {"id": str(number), "confidence": 0.5, "x_prompt": "p" * 120} for number in range(10_000)]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "rows.jsonl").write_text(lines, "utf-8")
    (folder / "rows.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (folder / "rows.json").write_text(json.dumps(rows), "utf-8")
    others = [dict(reversed(row.items())) if number % 2 else row for number, row in enumerate(rows)]
    (folder / "keys.jsonl").write_text("".join(json.dumps(row) + "\n" for row in others), "utf-8")
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]])
        writer.writeheader()
        writer.writerows(rows)
    table = pa.Table.from_pylist(rows)
    pq.write_table(table, folder / "rows.parquet")
    pq.write_table(table.slice(0, 10), folder / "few.parquet")
    return folder


@pytest.mark.parametrize(
    "name",
    ["rows.jsonl", "rows.jsonl.gz", "rows.json", "keys.jsonl", "rows.csv", "rows.parquet", "few.parquet"],
)
def test_pandas_is_not_imported_though_pyarrow_would(many, name):
    found = modules("validate", name, "--kind", "translation", folder=str(many))
    assert "pyarrow.lib" in found
    assert "pandas" not in found


def test_the_command_list_matches_the_help_of_each_command():
    for name, command in COMMANDS.items():
        function = name.split()[-1]
        found = __import__(f"kaiser_interview.cli.{command.module}", fromlist=(function,))
        assert getattr(found, function).__doc__ == command.summary, name


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command(name, run):
    command = COMMANDS[name]
    # In a list of commands that is 80 columns wide.
    assert len(command.summary) <= 62
    assert f"\n  {name:<{max(map(len, COMMANDS))}}  {command.summary}\n" in run("--help")[1]
    shown = run(*name.split(), "--help")[1]
    assert command.examples
    for example in command.examples:
        assert f"\n    kaiser-interview {name} {example}".rstrip() in shown
        options = {word for word in shlex.split(example) if word.startswith("--")}
        assert all(f"\n  {option} " in shown for option in options)

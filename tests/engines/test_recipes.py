"""Every block of the recipes runs, in order and in one folder, and prints the output on the page."""

import contextlib
import doctest
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from pages import Block, blocks, commands, matches

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "docs" / "recipes.md"
PAGES = (RECIPES, ROOT / "docs" / "review.md")
MODULES = ROOT / "build" / "node" / "node_modules"


class Page:
    """Shared state of the blocks: Python names, and output that the page has not shown yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.names: dict[str, object] = {}
        self.printed: str | None = None

    def run(self, block: Block) -> None:
        """Run a block by its language; a `text` block is the output of the block before it."""
        if block.language != "text":
            assert self.printed is None, f"line {block.line}: expected what the block before prints"
        getattr(self, block.language)(block)

    def console(self, block: Block) -> None:
        for command, printed in commands(block):
            if command.startswith("pip install "):
                continue  # the environment of this test has them
            surroundings = os.environ | {
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            }
            done = subprocess.run(
                ["bash", "-c", command],
                env=surroundings, capture_output=True, text=True, encoding="utf-8", check=False,
            )  # fmt: skip
            assert done.returncode == block.code, f"{command}\n{done.stdout}{done.stderr}"
            assert matches(printed.rstrip("\n"), done.stdout.rstrip("\n")), f"{command}\n{done.stdout}"

    def pycon(self, block: Block) -> None:
        name, path = f"{self.path.name}, line {block.line}", str(self.path)
        test = doctest.DocTestParser().get_doctest(block.text, self.names, name, path, block.line)
        assert test.examples
        reported: list[str] = []
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
        assert runner.run(test, out=reported.append, clear_globs=False).failed == 0, "".join(reported)
        self.names.update(test.globs)

    def sql(self, block: Block) -> None:
        relation = duckdb.sql(block.text)
        # The result of a query is shown; the result of writing a file is only a count.
        self.printed = None if block.text.startswith("COPY") else f"{relation}"

    def js(self, block: Block) -> None:
        Path("recipe.mjs").write_text(block.text, "utf-8")
        if not Path("node_modules").exists():
            Path("node_modules").symlink_to(MODULES)
        done = subprocess.run(
            ["node", "recipe.mjs"], capture_output=True, text=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stderr
        self.printed = done.stdout

    def json(self, block: Block) -> None:
        for schema in json.loads(block.text)["json.schemas"]:
            assert json.loads(Path(schema["url"]).read_text("utf-8"))["$id"]

    def text(self, block: Block) -> None:
        assert self.printed is not None, f"line {block.line}: nothing was printed"
        assert block.text.rstrip() == self.printed.rstrip()
        self.printed = None


@pytest.mark.filterwarnings("ignore:Support for class-based `config`:DeprecationWarning")  # argilla
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_recipes(tmp_path, path):
    page = Page(path)
    with contextlib.chdir(tmp_path):
        for block in blocks(path):
            page.run(block)
    assert page.printed is None


@pytest.mark.parametrize("language", ["console", "pycon", "sql", "js", "json", "text"])
def test_there_are_blocks_of_each_language(language):
    assert [block for block in blocks(RECIPES) if block.language == language]

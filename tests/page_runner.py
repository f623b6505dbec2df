"""Run the blocks of a page of recipes, in order and in the current folder, and compare what they print."""

import doctest
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from pages import Block, commands, matches

ROOT = Path(__file__).parents[1]
MODULES = ROOT / "build" / "node" / "node_modules"


class WithoutNoise(doctest.OutputChecker):
    """Compare outputs without the lines that other processes print at any time."""

    def __init__(self, noise: str) -> None:
        self.noise = re.compile(noise, re.MULTILINE)

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return super().check_output(want, self.noise.sub("", got), optionflags)


class Page:
    """Shared state of the blocks: Python names, and output that the page has not shown yet."""

    def __init__(self, path: Path, checker: doctest.OutputChecker | None = None) -> None:
        self.path = path
        self.checker = checker
        # Functions of the page are pickled as those of a script.
        self.names: dict[str, object] = {"__name__": "__main__"}
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
        name = f"{self.path.name}, line {block.line}"
        test = doctest.DocTestParser().get_doctest(block.text, self.names, name, str(self.path), block.line)
        assert test.examples
        reported: list[str] = []
        runner = doctest.DocTestRunner(self.checker, optionflags=doctest.ELLIPSIS)
        assert runner.run(test, out=reported.append, clear_globs=False).failed == 0, "".join(reported)
        self.names.update(test.globs)

    def python(self, block: Block) -> None:
        """Write the file that the block shows."""
        assert block.file is not None, f"line {block.line}: expected the name of the file before the block"
        Path(block.file).write_text(block.text, "utf-8")

    def sql(self, block: Block) -> None:
        import duckdb

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

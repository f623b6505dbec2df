"""Write the reports of the corpora again; and what the tests and this script share.

    python tests/corpora/make.py    # read the new reports before they are committed

The commands of a report are those of the whole road: make the corpus, parse, validate, fix, split, validate.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import kaiser_interview as ki

__all__ = ["BY", "NAMES", "Book", "transcript"]

HERE = Path(__file__).parent
NAMES = ("english", "chinese", "hebrew", "hindi", "japanese", "emoji")
BY = {"method": "model", "creator": "some-model"}
"""What no model says about its own rows."""

_BY = [word for name, value in BY.items() for word in ("--set", f"{name}={value}")]

Call = Callable[..., tuple[int, str, str]]
"""Run the command with these arguments; return the exit code, the output and the errors."""


class Book:
    """A text, how it is cut into claims, and answers of models about it, as the files in its folder say."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.path = HERE / name / "text.md"
        self.text = self.path.read_bytes().decode()
        self.stated: dict[str, Any] = json.loads((HERE / name / "answers.json").read_text("utf-8"))
        self.answers: list[dict[str, Any]] = self.stated["answers"]
        self.kinds: tuple[str, ...] = tuple(dict.fromkeys(one["kind"] for one in self.answers))

    def corpus(self) -> ki.Corpus:
        """Return the corpus of the text."""
        if "spans" in self.stated:
            spans = [one.span() for one in re.finditer(self.stated["spans"], self.text)]
            return ki.Corpus.from_text(self.text, unit=spans)
        given = {name: self.stated[name] for name in ("headings", "markers") if self.stated[name]}
        named = {"markdown", "numbered", "printed"}
        options = {name: one if one in named else re.compile(one) for name, one in given.items()}
        return ki.Corpus.from_text(self.text, unit=self.stated["unit"], **options)

    def texts(self, kind: str) -> dict[str, str]:
        """Return the answers of a kind by the ids of their requests."""
        return {one["id"]: "\n".join(one["text"]) for one in self.answers if one["kind"] == kind}

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """Return what is stated about the rows of a kind, in the order of the answers."""
        return [row for one in self.answers if one["kind"] == kind for row in one["rows"]]

    def init(self) -> list[str] | None:
        """Return the command that makes the corpus; None if it has no unit for it."""
        if "spans" in self.stated:
            return None
        options = [
            word
            for name in ("unit", "headings", "markers")
            if self.stated[name]
            for word in (f"--{name}", self.stated[name])
        ]
        return ["corpus", "init", "text.md", "--output", "corpus", *options]

    def commands(self) -> Iterator[list[str]]:
        """Yield the commands from the text and the answers to valid rows."""
        if init := self.init():
            yield init
        for kind in self.kinds:
            of = ["--kind", kind, "--against", "corpus"]
            rows, fixed, good = (f"{kind}.{what}.jsonl" for what in ("rows", "fixed", "good"))
            yield ["parse", f"{kind}.json", *of, "--output", rows]
            yield ["validate", rows, *of, *_BY]
            yield ["fix", rows, *of, *_BY, "--output", fixed]
            yield ["split", fixed, *of, "--valid", good, "--rejects", f"{kind}.again.jsonl"]
            yield ["validate", good, *of]

    def write(self, folder: Path) -> None:
        """Write the files that the commands start from."""
        (folder / "text.md").write_bytes(self.path.read_bytes())
        if not self.init():
            self.corpus().to_files(folder / "corpus")
        for kind in self.kinds:
            (folder / f"{kind}.json").write_text(json.dumps(self.texts(kind)), "utf-8")


def transcript(book: Book, folder: Path, call: Call) -> str:
    """Run the commands of a corpus in a folder that is the current one; return all that a user sees."""
    book.write(folder)
    shown = []
    for arguments in book.commands():
        code, out, err = call(*arguments)
        shown.append(f"$ kaiser-interview {shlex.join(arguments)}\n{out}{err}$ echo $?\n{code}\n")
    return "\n".join(shown)


def report(name: str) -> None:
    """Write the report of a corpus again."""
    with tempfile.TemporaryDirectory() as folder:

        def call(*arguments: str) -> tuple[int, str, str]:
            done = subprocess.run(
                [sys.executable, "-m", "kaiser_interview", *arguments],
                cwd=folder,
                env=os.environ | {"COLUMNS": "80"},
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
            return done.returncode, done.stdout, done.stderr

        made = transcript(Book(name), Path(folder), call)
    (HERE / name / "report.txt").write_text(made, "utf-8", newline="\n")


if __name__ == "__main__":
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        [*pool.map(report, NAMES)]

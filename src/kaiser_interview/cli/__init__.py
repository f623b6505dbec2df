"""The command ``kaiser-interview`` and its subcommands, one module for each group.

Exit codes: 0 no errors, 1 errors, 2 could not run.
"""

import importlib
import io
import os
import signal
import sys
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from .._version import __version__
from ..errors import InputError, KaiserInterviewError, known_name
from .exits import ended_by_signal, stop

__all__ = ["COMMANDS", "app", "main"]


class Command(NamedTuple):
    """A command and its help. The help is data, because ``python -OO`` removes docstrings."""

    module: str
    """The module that defines a function of the same name. It is imported when the command runs."""
    summary: str
    """One sentence, which fits on its line in the list of commands."""
    details: str
    examples: tuple[str, ...]
    """The arguments of calls."""

    def help(self, name: str) -> str:
        """Return the help of the command."""
        # Lines after \b keep their line breaks.
        calls = "\n".join(f"  kaiser-interview {name} {one}".rstrip() for one in self.examples)
        return f"{self.summary}\n\n{self.details}\n\n\b\nExamples:\n{calls}"


COMMANDS = {
    "claims": Command(
        "records",
        "List claims: all, or those with given words or labels.",
        "A word matches where `find` matches it: case and typography may differ. Prints each claim with the "
        "markers after it, and its English; that of the shipped claims is a machine translation. If no claim "
        "matches, a note is printed and the exit code is 0. With `--against`, the options for labels need a "
        "column of the same name.",
        ("", "推理 --topic reasoning", "--dialogue d05 --format jsonl", "rivers --against corpus/"),
    ),
    "show": Command(
        "records",
        "Show one claim with its English, place and labels.",
        "Prints the text, its English, the markers after it, its heading, offsets, context, labels and "
        "digest. The English of the shipped claims is a machine translation.",
        ("d05-c03", "d05-c03 --format json", "a-01 --against corpus/"),
    ),
    "find": Command(
        "find",
        "Find every occurrence of a text in the claims and headings.",
        "Searches both languages, and headlines too. Exact matches are printed first, then matches that "
        "differ only in markers, in typography, or in case. If nothing matches, the closest passages are "
        "printed with the differences, and the exit code is 1.",
        ("推理模型", '"reasoning models" --format jsonl', "rivers --against corpus/"),
    ),
    "cite": Command(
        "records",
        "Print a citation of the data set, or of claims.",
        "A claim is printed in Chinese and English (a machine translation), with its place and two entries: "
        "the claim in the data set, and "
        "the article that the text summarises, with outlet, title and time as printed. "
        "`--format csl` prints only JSON.",
        ("", "d05-c03 --format apa"),
    ),
    "validate": Command(
        "validate",
        "Validate derived rows and print what is wrong.",
        "Checks the schema of each row, its references to claims, and its quotes, character by character. "
        "Reads JSON Lines, JSON arrays and CSV, optionally compressed (gzip, zstd), Parquet and Arrow files. "
        "Exit code 1 if there are errors, 2 if an input cannot be read.",
        (
            "rows.jsonl --kind translation",
            "rows.csv --kind label --set method=model --set creator=NAME",
            "data/ --kind translation --complete language --format github",
            "data/ --kind translation --format sarif",
        ),
    ),
    "parse": Command(
        "derive",
        "Turn the raw output of language models into rows.",
        "Reads texts, one in each file, and files with a row, a text or the result of a batch service in "
        "each line. Takes JSON out of fences, prose, reasoning, wrapper objects and responses, and repairs "
        "its punctuation. Writes OUTPUT and OUTPUT.failures.jsonl, which has the answers without rows; "
        "`fix` and `split` carry them on. Exit code 1 if there are any, 2 if an input cannot be read.",
        (
            "completions.jsonl --kind translation --output rows.jsonl",
            "answers/ --kind label --output rows.jsonl",
        ),
    ),
    "split": Command(
        "derive",
        "Write valid rows and rejects to two files.",
        "Every row goes unchanged to exactly one of the files. The findings are written to "
        "REJECTS.findings.jsonl. Prints the `validate` command that the valid rows pass. If an input cannot "
        "be read completely, nothing is written. Exit codes are those of `validate`; a failure of `parse` "
        "counts as an error.",
        ("rows.jsonl --kind label --valid good.jsonl --rejects again.jsonl",),
    ),
    "fix": Command(
        "derive",
        "Fix rows where only one correction is possible.",
        "Needs `--output` or `--diff`. Adds missing values that have exactly one possible value, corrects "
        "findings that are marked `[*]`, and writes `--set` values into rows. Never changes the words of a "
        "quote, and drops no row. The changes are written to OUTPUT.changes.jsonl. Prints the report on the "
        "output.",
        (
            "rows.jsonl --kind label --output fixed.jsonl",
            "rows.jsonl --kind label --unsafe-fixes --output fixed.jsonl",
            "rows.jsonl --kind label --diff",
        ),
    ),
    "explain": Command(
        "explain",
        "Explain a finding code, or list all codes.",
        "Prints the meaning of the code, an example, and how to fix it.",
        ("", "quote-not-found"),
    ),
    "schema": Command(
        "schema",
        "Print the JSON Schema (2020-12) of a kind or of an output.",
        "Outputs are `report`, `finding`, `change` and `failure`: the JSON that `validate`, `split`, `fix` "
        "and `parse` write.",
        ("", "translation", "translation --draft", "label --draft --claims d05-c03,d05-c04", "report"),
    ),
    "corpus init": Command(
        "corpus",
        "Make a corpus of your own texts.",
        "Cuts UTF-8 texts into claims and writes claims.jsonl, sources.jsonl and a README.md with the next "
        "commands. The id of a source is the name of its file without its extension. Ids of claims are c001, "
        "or SOURCE-c001 if there are several texts. With `--quotes`, claims are the quotes of statements, as "
        "a model extracts them from a text; their rows are numbered from 0. Exit code 1 if a quote is not in "
        "the text.",
        (
            "notes.md --unit line --headings markdown --markers printed --output notes/",
            "ch1.txt ch2.txt --unit paragraph --output book/",
            "report.txt --quotes statements.jsonl --output report/",
        ),
    ),
    "corpus check": Command(
        "corpus",
        "Check the files of a corpus and print what is wrong.",
        "Reports every problem that keeps a corpus from being read, such as a text that is not at its "
        "offsets, with the right value if it is known. Likely mistakes are warnings. Exit code 1 if there "
        "are errors, 2 if a file cannot be read.",
        ("notes/", "notes/ --format github"),
    ),
    "corpus diff": Command(
        "corpus",
        "List the claims that were added, removed, changed or moved.",
        "Compares the claims of two folders as `corpus init` writes them; ids need not be the same. Exit "
        "code 1 if a claim differs, 2 if a corpus cannot be read. `fix --against NEW` carries rows with "
        "digests over to the newer corpus.",
        ("notes/ notes-2/",),
    ),
    "browse": Command(
        "export",
        "Write a page with every claim highlighted in its text.",
        "The page is one HTML file, which needs no network. It shows the text and its English side by side, "
        "with filters; a click on a claim shows its labels, mentions, relations, citation and digest. With "
        "`--rows`, derived rows and their findings are shown with the claims that they name. Prints the path "
        "of the file. Exit codes are those of `validate`; if an input cannot be read completely, nothing is "
        "written.",
        ("--open", "--rows out.jsonl --kind translation --output review.html", "--against corpus/"),
    ),
    "annotations": Command(
        "export",
        "Write rows as Web Annotations for review, or read them back.",
        "Each row is an annotation of the places that it refers to, with its findings (W3C Web Annotation, "
        "JSON-LD, offsets in code points). `--to-rows` reads the file back after a review, with the changes: "
        "quotes and offsets follow the selectors, and new comments are in `x_comments`. Exit codes are those "
        "of `validate`, and 0 for `--to-rows`, which does not validate the rows.",
        (
            "out.jsonl --kind translation --output review.jsonld",
            "review.jsonld --to-rows --output reviewed.jsonl",
        ),
    ),
    "export": Command(
        "export",
        "Write all tables of the data set or of a corpus to a folder.",
        "`csv` is for spreadsheets. `hub` is a complete dataset repository: Parquet and JSON Lines with the "
        "dataset card, Croissant, data package and citations. The English is a machine translation; the "
        "source text is not licensed. With `--against`, the claims, sources and headings of a custom corpus.",
        ("data/", "data/ --format parquet --force", "repository/ --format hub", "own/ --against corpus/"),
    ),
    "verify": Command(
        "verify",
        "Verify the installed data against its manifest and source.",
        "Hashes every file, parses the source again, and compares each claim with it. Prints every "
        "difference; the exit code is 1 if there is one.",
        ("", "--format json"),
    ),
}

GROUPS = {"corpus": "Make, check and compare corpora of your own texts."}
"""The help of each group of commands."""


class _Completion(NamedTuple):
    """A completion of the shell, with the attributes that Typer reads."""

    value: str
    help: str
    type: str = "plain"


class _Command(TyperCommand):
    """A command that refuses an argument that is both an option and the name of a file."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        # The shell asks for completions.
        if not ctx.resilient_parsing and any(parameter.name == "paths" for parameter in self.params):
            _refuse_ambiguous(args)
        return super().parse_args(ctx, args)


def _refuse_ambiguous(args: list[str]) -> None:
    """Raise if an argument is an option or ``-``, and also the name of a file.

    Tools such as pre-commit pass the names of files unchanged. Such a file would not be read.
    """
    for one in args:
        # With `--`, the caller has separated the options from the files.
        is_ambiguous = one == "-" or (one.startswith("-") and "--" not in args)
        if is_ambiguous and os.path.lexists(one):
            raise InputError(
                f"{one}: expected an option or a file, got the name of both; "
                f"name the file ./{one}, or put -- before files"
            )


class _Commands(TyperGroup):
    """A group that imports the module of a command when the command is used."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        # Within a group, such as `corpus`, names of commands begin with that of the group.
        prefix = f"{ctx.info_name} " if ctx.parent else ""
        own = {name.removeprefix(prefix): one for name, one in COMMANDS.items() if name.startswith(prefix)}
        names = dict.fromkeys(name.partition(" ")[0] for name in own)
        if ctx.resilient_parsing and cmd_name not in names:
            # The shell asks for completions.
            return None
        known_name("command", cmd_name, names)
        if cmd_name not in own:
            return typer.main.get_command(_group(cmd_name, help=GROUPS[cmd_name]))
        command = own[cmd_name]
        module = importlib.import_module(f"{__name__}.{command.module}")
        one = _typer()
        one.command(cmd_name, cls=_Command, help=command.help(f"{prefix}{cmd_name}"))(
            getattr(module, cmd_name)
        )
        return typer.main.get_command(one)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return the commands and options that begin with a text, without importing their modules."""
        prefix = f"{ctx.info_name} " if ctx.parent else ""
        helps = {
            name.removeprefix(prefix): command.summary
            for name, command in COMMANDS.items()
            if name.startswith(prefix)
        }
        if not prefix:
            helps = {name: text for name, text in helps.items() if " " not in name} | GROUPS
        found = [_Completion(name, text) for name, text in helps.items() if name.startswith(incomplete)]
        return [*found, *super().shell_complete(ctx, incomplete)]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        prefix = f"{ctx.info_name} " if ctx.parent else ""
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name.removeprefix(prefix), command.summary)
                    for name, command in COMMANDS.items()
                    if name.startswith(prefix)
                ]
            )


def _typer(**options: Any) -> typer.Typer:
    options = {"add_completion": False} | options
    return typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None, **options)


def _group(name: str, **options: Any) -> typer.Typer:
    """Return a group of commands."""
    group = _typer(name=name, cls=_Commands, no_args_is_help=True, **options)
    group.callback()(_no_options)
    return group


def _no_options() -> None:
    pass


app: typer.Typer = _group(
    "kaiser-interview",
    help="Check data that is derived from a text: references, quotes and values of each row.\n\n"
    "The text is yours (see `corpus`), or by default 41 claims from a Chinese summary of a dialogue with "
    "Lukasz Kaiser. It is a summary, not a transcript, and does not say who speaks. English is machine "
    "translation.",
    epilog="Exit codes: 0 no errors, 1 errors, 2 could not run.",
    add_completion=True,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kaiser-interview {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command; print an error as one line on standard error and exit with code 2.

    Ctrl-C also prints one line if work is in progress; otherwise the signal ends the process.
    """
    if hasattr(signal, "SIGPIPE"):
        # If the reader of a pipe closes it, end silently, as other commands do.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if sys.stdout is None:
        stop("standard output: expected an open stream, got a closed one")
    for stream in (sys.stdout, sys.stderr):
        # The output contains Chinese, which the terminal's code page may not support.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        with ended_by_signal():
            try:
                # On Windows, typer would expand patterns again, even in names of existing files.
                app(windows_expand_args=False)
            finally:
                sys.stdout.flush()
    except KaiserInterviewError as error:
        stop(str(error))
    except OSError as error:
        if error.filename is None:
            # The stream has unwritten data. The interpreter would try to write it again when it exits.
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        where = "standard output" if error.filename is None else str(error.filename)
        stop(f"{where}: {error.strerror or error}")

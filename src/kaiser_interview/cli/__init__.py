"""The command ``kaiser-interview`` and its subcommands, one module for each group.

Exit codes: 0 clean, 1 findings, 2 could not run.
"""

import importlib
import io
import os
import signal
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from .._version import __version__
from ..errors import InputError, KaiserInterviewError, known_name
from .exits import stop
from .interrupts import ended_by_signal

__all__ = ["COMMANDS", "app", "main"]

COMMANDS = {
    "claims": (
        "records",
        (
            "List claims: all, or those with given words or labels.\n\n"
            "Prints each claim with the bracketed numbers after it, and its English, a machine "
            "translation. No match is not an error: only a note is printed."
        ),
    ),
    "show": (
        "records",
        "Show one claim with everything that refers to it.",
    ),
    "find": (
        "find",
        (
            "Find every occurrence of a text in claims, headings and headline, in both languages.\n\n"
            "Exact matches come first, then those that differ in markers only, then in typography only. "
            "Without a match, prints the nearest passages with the differences. Exit code 1 if there is "
            "no match."
        ),
    ),
    "cite": (
        "cite",
        (
            "Print a citation of the data set, or of claims.\n\n"
            "A claim comes in Chinese and English (a machine translation), with its place, what the "
            "source text is, and two entries: the claim in the data set, under a key of its own, and the "
            "article that the text summarises, with outlet, title and time as printed. `--format csl` "
            "prints only JSON."
        ),
    ),
    "validate": (
        "validate",
        (
            "Check derived data: its shape, its references to claims, its quotes, character for "
            "character.\n\n"
            "Reads JSON Lines, JSON arrays and CSV, also compressed by gzip or zstd, Parquet and Arrow "
            "files. Prints one block for each code and path; `explain CODE` says what a code means. Exit "
            "code 1 if there are errors, 2 if an input could not be read."
        ),
    ),
    "split": (
        "derive",
        (
            "Write every row to exactly one of two files, byte for byte: valid rows, or rejects.\n\n"
            "If an input cannot be read to its end, no file is written. Exit codes as for `validate`."
        ),
    ),
    "fix": (
        "derive",
        (
            "Fix rows: add missing values and correct findings, where only one value is possible.\n\n"
            "Writes --set values into rows. Never changes the words of a quote, and drops no row. The "
            "changes are written to FILE.changes.jsonl. Prints the report on the output."
        ),
    ),
    "explain": (
        "explain",
        "Explain a finding's code: what it means, an example, and how to fix it.",
    ),
    "schema": (
        "schema",
        "Print the JSON Schema (2020-12) of a kind or of an output, or list all names.",
    ),
    "export": (
        "export",
        (
            "Write every table to a folder: JSON Lines, Parquet, CSV for spreadsheets, Arrow IPC or "
            "SQLite.\n\n"
            "`hub` writes a whole dataset repository: Parquet and JSON Lines with the dataset card, "
            "Croissant, data package and citations.\n\n"
            "All files are on the disk before the first is put in its place. The English is a machine "
            "translation; the source text is not licensed."
        ),
    ),
    "verify": (
        "verify",
        (
            "Check the installed data against the manifest, and the claims against the source.\n\n"
            "Every file is hashed again, the source cut again, and each claim compared with it. Prints "
            "what differs; exit code 1 if anything does."
        ),
    ),
}
"""Each command with the module that defines a function of the same name, and its help.

The help is data, because ``python -OO`` removes docstrings. Modules are imported when their command runs,
because most of their imports serve one command only.
"""


class _Command(TyperCommand):
    """A command that takes no name of a file for an option, nor for standard input."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if any(parameter.name == "paths" for parameter in self.params):
            _refuse_ambiguous(args)
        return super().parse_args(ctx, args)


def _refuse_ambiguous(args: list[str]) -> None:
    """Raise if an argument is both an option, or ``-``, and the name of a file: one would go unread.

    Tools such as pre-commit pass names as they find them.
    """
    for one in args:
        # What stands before -- is said to be an option.
        doubtful = one == "-" or (one.startswith("-") and "--" not in args)
        if doubtful and os.path.lexists(one):
            raise InputError(
                f"{one}: expected an option or a file, got the name of both; "
                f"name the file ./{one}, or put -- before files"
            )


class _Commands(TyperGroup):
    """A group that imports the module of a command when the command is used."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        known_name("command", cmd_name, COMMANDS)
        name, words = COMMANDS[cmd_name]
        module = importlib.import_module(f"{__name__}.{name}")
        one = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        one.command(cmd_name, cls=_Command, help=words)(getattr(module, cmd_name))
        return typer.main.get_command(one)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        limit = formatter.width - 6 - max(map(len, COMMANDS))
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, TyperCommand(name, help=words).get_short_help_str(limit))
                    for name, (_, words) in COMMANDS.items()
                ]
            )


app: typer.Typer = typer.Typer(
    name="kaiser-interview",
    cls=_Commands,
    help="41 claims from a Chinese summary of a dialogue with Lukasz Kaiser, exact to the character.\n\n"
    "It is a summary, not a transcript, and does not say who speaks. English is machine translation.",
    epilog="Exit codes: 0 clean, 1 findings, 2 could not run.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
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
                # On Windows, typer would expand names once more, also those of files that exist.
                app(windows_expand_args=False)
            finally:
                sys.stdout.flush()
    except KaiserInterviewError as error:
        stop(str(error))
    except OSError as error:
        if error.filename is None:
            # The stream still has unwritten data and would try to write it again when the interpreter exits.
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        where = "standard output" if error.filename is None else str(error.filename)
        stop(f"{where}: {error.strerror or error}")

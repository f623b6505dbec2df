"""The command ``kaiser-interview``.

Exit codes: 0 clean, 1 findings, 2 could not run.
"""

import io
import os
import signal
import sys
from typing import Annotated

import typer

from .._version import __version__
from ..errors import KaiserInterviewError
from . import cite, derive, export, find, records, schema, validate, verify
from .interrupts import ended_by_signal
from .output import stop

__all__ = ["app", "main"]

app = typer.Typer(
    name="kaiser-interview",
    help="41 claims from a Chinese summary of a dialogue with Lukasz Kaiser, exact to the character.\n\n"
    "It is a summary, not a transcript, and does not say who speaks. English is machine translation.",
    epilog="Exit codes: 0 clean, 1 findings, 2 could not run.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command("claims")(records.claims)

app.command("show")(records.show)

app.command("find")(find.find)

app.command("cite")(cite.cite)

app.command("validate")(validate.validate)

app.command("split")(derive.split)

app.command("fix")(derive.fix)

app.command("explain")(validate.explain)

app.command("schema")(schema.schema)

app.command("export")(export.export)

app.command("verify")(verify.verify)


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
    """Run the command; what stops it is one line on standard error and exit code 2.

    Ctrl-C is told in such a line where something was begun, and ends the command by the signal elsewhere.
    """
    if hasattr(signal, "SIGPIPE"):
        # A reader that has seen enough ends the command, as it ends every other one.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if sys.stdout is None:
        stop("standard output: expected an open stream, got a closed one")
    for stream in (sys.stdout, sys.stderr):
        # The output is Chinese, whatever the terminal's code page says.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        with ended_by_signal():
            try:
                app()
            finally:
                sys.stdout.flush()
    except KaiserInterviewError as error:
        stop(str(error))
    except OSError as error:
        # What was not written is still in the stream, which would try again when the interpreter ends.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        stop(f"standard output: {error.strerror or error}")

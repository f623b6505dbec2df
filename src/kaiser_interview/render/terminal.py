"""Print text on a terminal: wrapped beside a label, with wide characters, without markup."""

from typing import IO, Literal

from rich.console import Console
from rich.text import Text

__all__ = ["console", "print_hanging"]

_NARROWEST = 16


def console(file: IO[str] | None = None, *, stderr: bool = False, width: int | None = None) -> Console:
    """Return a console that prints text verbatim: no markup, no emoji codes, no highlighting.

    Parameters
    ----------
    file : text file, optional
        Where to print, without colour. Default: standard output.
    stderr : bool
        Whether to print to standard error.
    width : int, optional
        The width in cells. Default: that of the terminal.
    """
    colours: Literal["auto"] | None = "auto" if file is None else None
    out = Console(
        file=file,
        width=width,
        color_system=colours,
        stderr=stderr,
        markup=False,
        emoji=False,
        highlight=False,
    )
    if out.width < 1:  # COLUMNS=0
        out.width = 80
    return out


def print_hanging(out: Console, label: str, width: int, text: Text | str, style: str = "") -> None:
    """Print a text beside a label, wrapped to the console, with every line indented by `width` cells.

    A character of double width counts as two cells. Lines have no trailing spaces, unlike those of a table.
    """
    text = Text(text, style) if isinstance(text, str) else text
    lines = text.wrap(out, max(out.width - width, _NARROWEST), overflow="fold")
    for number, line in enumerate(lines):
        line.rstrip()
        margin = ("" if number else label).ljust(width)
        out.print(Text.assemble((margin, "cyan"), line), soft_wrap=True)

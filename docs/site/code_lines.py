"""Lines of code, and options of commands, in elements of their own: so a wrapped line can be indented.

Without an element, an option may break after each of its hyphens.
"""

import re
from collections.abc import Iterator
from typing import Any

from pygments.formatters import HtmlFormatter
from sphinx.application import Sphinx
from sphinx.highlighting import PygmentsBridge

# Pygments takes an option such as --set for two hyphens and a command of the shell.
OPTION = re.compile(r'(?<![\w-])--(?:[a-z][a-z-]*|<span class="nb">[a-z]+</span>)')


class LineFormatter(HtmlFormatter):
    """Puts each line of a code block into a `span`."""

    def wrap(self, source: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
        """Wrap the lines, then the block."""
        yield from super().wrap((kind, _line(html) if kind else html) for kind, html in source)


def _line(html: str) -> str:
    options = OPTION.sub(r'<span class="option">\g<0></span>', html)
    return f'<span class="line">{options}</span>'


def setup(_app: Sphinx) -> dict[str, Any]:
    """Use the formatter for all code blocks."""
    PygmentsBridge.html_formatter = LineFormatter
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Lines of code in elements of their own, so that a wrapped line can be indented."""

from collections.abc import Iterator
from typing import Any

from pygments.formatters import HtmlFormatter
from sphinx.application import Sphinx
from sphinx.highlighting import PygmentsBridge


class LineFormatter(HtmlFormatter):
    """Puts each line of a code block into a `span`."""

    def wrap(self, source: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
        """Wrap the lines, then the block."""
        lines = ((kind, f'<span class="line">{line}</span>' if kind else line) for kind, line in source)
        yield from super().wrap(lines)


def setup(_app: Sphinx) -> dict[str, Any]:
    """Use the formatter for all code blocks."""
    PygmentsBridge.html_formatter = LineFormatter
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Description of each page for search engines and previews: its first paragraph.

There are no absolute addresses, because the site has no host.
"""

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

SHORTEST, LONGEST = 60, 200  # characters


def description(document: nodes.document) -> str:
    """Return the first paragraph outside lists and tables, or more if it is short; cut after a word."""
    text = ""
    for section in document.findall(nodes.section):
        for part in section.children:
            if isinstance(part, nodes.paragraph) and len(text) < SHORTEST:
                text = " ".join([*text.split(), *part.astext().split()])
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rsplit(" ", 1)[0] + "…"


def _add(app: Sphinx, _page: str, _template: str, context: dict[str, Any], document: Any) -> None:
    if document is None or not (text := description(document)):
        return
    tags = {
        'name="description"': text,
        'property="og:type"': "article",
        'property="og:site_name"': app.config.project,
        'property="og:title"': document.next_node(nodes.title).astext(),
        'property="og:description"': text,
    }
    context["metatags"] += "".join(
        f'<meta {name} content="{escape(content)}">\n' for name, content in tags.items()
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to the writing of a page."""
    app.connect("html-page-context", _add)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

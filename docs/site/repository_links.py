"""Links that leave `docs/`: on a code host they open a file of the repository, on the site they name it.

The site is read without the repository, which has no address that it could link to.
"""

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


class RepositoryLinks(SphinxTransform):
    """Replaces a link to a file of the repository by its words and the file's path."""

    default_priority = 5  # before Sphinx looks for files to copy

    def apply(self, **_: Any) -> None:
        """Replace all such links of a page."""
        for kind in (addnodes.download_reference, addnodes.pending_xref):
            for link in [*self.document.findall(kind)]:
                if link.get("reftype") == "myst" and (path := self._outside(link["reftarget"])):
                    link.replace_self(_named(link, path))

    def _outside(self, target: str) -> str | None:
        """Return a target's path within the repository if it is there and not in `docs/`."""
        docs = Path(self.env.srcdir)
        path = (docs / Path(self.env.docname).parent / target).resolve()
        if not path.exists():
            path = path.with_name(
                f"{path.name}.md"
            )  # MyST takes it for a page and names it without its suffix
        if not path.exists() or path.is_relative_to(docs) or not path.is_relative_to(docs.parent):
            return None
        return path.relative_to(docs.parent).as_posix() + "/" * path.is_dir()


def _named(link: nodes.Element, path: str) -> nodes.inline:
    named = nodes.inline("", "", *link.children, classes=["repository-file"])
    # Words in code type are the file's name, or a part of it that tells enough.
    if not ([*link.findall(nodes.literal)] and link.astext().strip("/") in path):
        named += [nodes.Text(" ("), nodes.literal(path, path), nodes.Text(")")]
    return named


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform with Sphinx."""
    app.add_transform(RepositoryLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

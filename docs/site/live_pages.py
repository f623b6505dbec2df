"""Write the pages that the package makes into the site: the claims in their source, and a report."""

import contextlib
from pathlib import Path

from sphinx.application import Sphinx

import kaiser_interview as ki

BY = {"language": "en", "method": "model", "creator": "some-model"}


def _write(app: Sphinx, error: Exception | None) -> None:
    if error is not None:
        return
    # The report shows the path of the rows as it is given.
    with contextlib.chdir(Path(app.srcdir) / "examples"):
        report = ki.validate("out.jsonl", kind="translation", defaults=BY, complete=["language", "creator"])
    claims = ki.Corpus.from_files(ki.data_path())
    for name, page in (("claims", claims.to_html()), ("report", report.to_html())):
        (Path(app.outdir) / f"{name}.html").write_text(page, "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to the end of the build."""
    app.connect("build-finished", _write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

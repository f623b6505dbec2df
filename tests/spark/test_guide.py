"""Every block of `docs/spark.md` runs, in order and in one folder, and prints what the page shows."""

import contextlib

import pytest
from page_runner import ROOT, Page
from pages import blocks

PAGE = ROOT / "docs" / "spark.md"


@pytest.mark.usefixtures("spark")  # the page gets the session of the other tests
def test_the_guide(tmp_path):
    page = Page(PAGE)
    with contextlib.chdir(tmp_path):
        for block in blocks(PAGE):
            page.run(block)
    assert page.printed is None

"""Every block of `docs/recipes.md` runs, in order and in one folder, and prints the output on the page."""

import contextlib

import pytest
from page_runner import ROOT, Page
from pages import blocks

PAGE = ROOT / "docs" / "recipes.md"


def test_recipes(tmp_path):
    page = Page(PAGE)
    with contextlib.chdir(tmp_path):
        for block in blocks(PAGE):
            page.run(block)
    assert page.printed is None


@pytest.mark.parametrize("language", ["console", "pycon", "sql", "js", "json", "text"])
def test_there_are_blocks_of_each_language(language):
    assert [block for block in blocks(PAGE) if block.language == language]

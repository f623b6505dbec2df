"""Every block of the recipes runs, in order and in one folder, and prints the output on the page."""

import contextlib

import pytest
from page_runner import ROOT, Page
from pages import blocks

RECIPES = ROOT / "docs" / "recipes.md"
PAGES = (RECIPES, ROOT / "docs" / "review.md")


@pytest.mark.filterwarnings("ignore:Support for class-based `config`:DeprecationWarning")  # argilla
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_recipes(tmp_path, path):
    page = Page(path)
    with contextlib.chdir(tmp_path):
        for block in blocks(path):
            page.run(block)
    assert page.printed is None


@pytest.mark.parametrize("language", ["console", "pycon", "sql", "js", "json", "text"])
def test_there_are_blocks_of_each_language(language):
    assert [block for block in blocks(RECIPES) if block.language == language]

"""Every block of `docs/distributed.md` runs, in order and in one folder, and prints what the page shows."""

import contextlib

import pytest
from page_runner import ROOT, Page, WithoutNoise
from pages import blocks

PAGE = ROOT / "docs" / "distributed.md"


@pytest.mark.filterwarnings("default")  # Ray and Dask use what pandas and Ray itself deprecate
def test_recipes(tmp_path, monkeypatch):
    # Ray prints warnings, such as that processes start slowly.
    page = Page(PAGE, WithoutNoise(r"^(?:\x1b\[\d+m)?\((?:raylet|autoscaler)\b.*\n"))
    monkeypatch.syspath_prepend(tmp_path)  # as in an interactive session
    with contextlib.chdir(tmp_path):
        for block in blocks(PAGE):
            page.run(block)
    assert page.printed is None

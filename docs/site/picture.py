"""Take the picture of the README: the page that `browse` writes, with the claim d05-c03 and a wrong row.

Run by ``make picture``. The browser is an installed Chromium.
"""

import contextlib
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import kaiser_interview as ki

DOCS = Path(__file__).parents[1]
BY = {"language": "en", "method": "model", "creator": "some-model"}


def main() -> None:
    """Write docs/claims.png."""
    with contextlib.chdir(DOCS / "examples"):
        page = ki.Corpus.from_files(ki.data_path()).to_html("out.jsonl", kind="translation", defaults=BY)
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "claims.html"
        file.write_text(page, "utf-8")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": 1280, "height": 560}, device_scale_factor=1.5)
        view.goto(f"{file.as_uri()}#d05-c03")
        view.evaluate("document.activeElement.blur()")
        view.screenshot(path=DOCS / "claims.png")
        browser.close()


if __name__ == "__main__":
    main()

"""One browser a worker, new contexts a test. A test fails if a page has an error or loads anything."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.samples import page_of
from playwright.sync_api import Browser, Page, sync_playwright

WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the browser of the system; nothing is downloaded."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "expected chromium or google-chrome; install it with: apt-get install chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def file_of(tmp_path_factory) -> Callable[[str], Path]:
    """Return a function that writes a page, by its name, to a file."""
    folder = tmp_path_factory.mktemp("pages")

    def write(name: str) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            path.write_text(page_of(name), "utf-8")
        return path

    return write


class Visits:
    """Open pages in new contexts, and note dialogs, errors, requests and violations of the policy."""

    def __init__(self, browser: Browser, file_of: Callable[[str], Path]) -> None:
        self._browser = browser
        self._file_of = file_of
        self._contexts: list[Any] = []
        self.pages: list[Page] = []
        self.faults: list[str] = []

    def __call__(
        self, page: str | Path, fragment: str = "", *, width: int = 1440, height: int = 900, **options: Any
    ) -> Page:
        """Open a page, given its name or its file, in a new context."""
        grants = options.pop("permissions", None)
        context = self._browser.new_context(viewport={"width": width, "height": height}, **options)
        if grants:
            context.grant_permissions(grants)
        context.set_default_timeout(20_000)
        self._contexts.append(context)
        tab = context.new_page()
        file = self._file_of(page) if isinstance(page, str) else page
        self.watch(tab, file)
        tab.goto(file.as_uri() + (f"#{fragment}" if fragment else ""))
        return tab

    def watch(self, tab: Page, file: Path) -> None:
        """Note what a page does."""
        own = file.as_uri()
        tab.add_init_script(WATCH)
        tab.on("console", lambda message: self.faults.append(f"console: {message.text}"))
        tab.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        tab.on("dialog", lambda dialog: (self.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        tab.on("request", lambda one: self._requested(one.url, own))
        self.pages.append(tab)

    def _requested(self, url: str, own: str) -> None:
        if url.partition("#")[0] != own:
            self.faults.append(f"request: {url}")

    def close(self) -> None:
        """Close the contexts, and fail if a page did what it must not."""
        try:
            for tab in self.pages:
                self.faults += tab.evaluate("window.violations ?? []")
        finally:
            for context in self._contexts:
                context.close()
        assert self.faults == []


@pytest.fixture
def visit(browser, file_of) -> Iterator[Visits]:
    """Return a function that opens a page; the test fails if a page has an error or loads something."""
    visits = Visits(browser, file_of)
    yield visits
    visits.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the source of axe-core."""
    root = Path(__file__).parents[2]
    return (root / "build" / "node" / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")

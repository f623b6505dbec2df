"""Check the built site in a browser: pages fit the screen and load nothing remote; search and copying work.

Run by ``make docs`` with the folder of the site; a second folder, if given, gets a picture of each page at
each width. The browser is an installed Chromium. Its requests to `SITE` are answered from the folder.
"""

import html
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route, sync_playwright

NAMES = ("chromium", "google-chrome")
SITE = "http://localhost/"  # never asked; pages of this host may use the clipboard
PHONE, DESKTOP = 390, 2560
HEIGHT = 844
# The width of the page, and the words and figures that overflow the screen. In a scroll box they may,
# because only the box scrolls; a box that also contains the heading is the page.
MEASURE = """(screen) => {
  const out = [], article = document.querySelector("article") ?? document.body;
  const walk = document.createTreeWalker(article, NodeFilter.SHOW_ALL);
  for (let one = walk.nextNode(); one; one = walk.nextNode()) {
    const range = document.createRange();
    range.selectNode(one);
    if (one.firstChild || range.getBoundingClientRect().right <= screen + 1) continue;
    let box = one.parentElement;
    while (box && getComputedStyle(box).overflowX === "visible") box = box.parentElement;
    if (!box || box.querySelector("h1")) out.push(one.parentElement.outerHTML.slice(0, 80));
  }
  return {width: document.documentElement.scrollWidth, out};
}"""

# Queries, and an expression for the text of the pages that they find; None if they find none.
QUERIES = {
    "参数": "参数",
    "推理模型": "推理模型",
    "推理模型不增加参数数量": "推理模型不增加参数数量",
    "不增加": "不增加",
    "不": "不",
    "LoRA模块": "(?s)^(?=.*模块).*lora",
    "digest": r"\bdigest(s|ed)?\b",
    "digests": r"\bdigest(s|ed)?\b",
    "RETIRED": r"\bretired?\b",
    "没有这句话": None,
    "模块 nosuchword": None,
    "mode nosuchword": None,  # the next page has it in the titles of icons
    "增加不": None,
    "不 推理模型 digest": r"(?s)^(?=.*不)(?=.*推理模型).*\bdigest(s|ed)?\b",
    "参数 推理模型不 id": "(?s)^(?=.*参数).*推理模型不",
    "，。": None,
    "<img src=x onerror=alert(1)>": None,
    "constructor 参数": None,
}

# Code blocks as a reader sees them, and what is copied.
COPIES = {
    "$ a --b\nprinted\n$ c \\\n    --d\n…": "a --b\nc \\\n    --d",
    ">>> for x in y:\n...     print(x)\n1\n>>> z\n2": "for x in y:\n    print(x)\nz",
    "$ a\n$ not a command\n> printed\n\n... printed": "a\nnot a command",
    ">>> a\nprinted\n... printed\n>>> b": "a\nb",
    "printed\n$ a": "printed\n$ a",
    '{"a": 1}\n\n  b': '{"a": 1}\n\n  b',
}


class Site:
    """A folder of pages that a browser opens, and the faults that the browser reports meanwhile."""

    def __init__(self, browser: Browser, folder: Path, width: int) -> None:
        self.folder = folder
        self.width = width
        self.faults: list[str] = []
        phone = width == PHONE
        self.context = browser.new_context(
            viewport={"width": width, "height": HEIGHT}, is_mobile=phone, has_touch=phone
        )
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.context.route("**/*", self._answer)
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(f"fails with {error}"))

    def open(self, address: str) -> Page:
        """Open a page of the folder."""
        self.page.goto(SITE + address, wait_until="load")
        return self.page

    def take_faults(self) -> list[str]:
        """Return the faults since the last call."""
        found, self.faults = self.faults, []
        return found

    def _answer(self, route: Route) -> None:
        url = route.request.url
        file = self.folder / urlsplit(url).path.lstrip("/")
        if not url.startswith(SITE):
            self.faults.append(f"loads {url}")
            route.abort()
        elif file.is_file():
            route.fulfill(path=file)
        else:
            route.fulfill(status=404)


def look(site: Site, name: str, picture: Path | None = None) -> list[str]:
    """Return the faults of a page at the width of the screen, and take a picture if requested."""
    page = site.open(name)
    measured = page.evaluate(MEASURE, site.width)
    found = site.take_faults()
    if measured["width"] > site.width:
        found.append(f"is {measured['width']} pixels wide on a screen of {site.width}")
    found += [f"does not fit {site.width} pixels: {one}" for one in measured["out"][:3]]
    if picture is not None:
        page.screenshot(path=picture, full_page=True)
    return found


def search(site: Site, query: str) -> tuple[set[str], list[str], str]:
    """Return the pages that the search box finds, the summaries of its results, and its message."""
    page = site.open("guides/reader.html")
    box = page.get_by_role("textbox", name="Search")
    box.fill(query)
    box.press("Enter")
    page.wait_for_function("document.querySelector('.search-summary')?.innerText")
    results = page.locator("ul.search > li").all()
    for result in results:
        result.locator("p.context, span").first.wait_for()
    pages = {urlsplit(one.locator("a").get_attribute("href") or "").path for one in results}
    texts = [one.inner_text() for one in page.locator("p.context").all()]
    return pages, texts, page.locator(".search-summary").inner_text()


def search_faults(site: Site) -> Iterator[str]:
    """Compare what each query finds with the text of the pages."""
    texts = {
        page.relative_to(site.folder).as_posix(): _text(page)
        for page in site.folder.rglob("*.html")
        if page.name != "search.html"
    }
    for query, expression in QUERIES.items():
        found, summaries, message = search(site, query)
        expected = {
            name for name in texts if expression and re.search(expression, texts[name], re.IGNORECASE)
        }
        if bool(expected) != (expression is not None):
            yield f"search for {query}: choose another query, {len(expected)} pages have it"
        if found != expected:
            yield f"search for {query}: finds {sorted(found - expected)}, not {sorted(expected - found)}"
        if not expected and "did not match" not in message:
            yield f"search for {query}: says {message}"
        if re.fullmatch("[\u4e00-\u9fff]+", query) and any(query not in one for one in summaries):
            yield f"search for {query}: a summary does not show it"
        yield from (f"search for {query}: {fault}" for fault in site.take_faults())


def _text(page: Path) -> str:
    article = re.search(r'(?s)<article[^>]*role="main"[^>]*>(.*?)</article>', page.read_text("utf-8"))
    return html.unescape(re.sub(r"(?s)<script.*?</script>|<[^<]+?>", "", article[1] if article else ""))


def copy_faults(site: Site, script: str) -> Iterator[str]:
    """Copy blocks by their buttons."""
    blocks = "".join(
        f"<div class='highlight'><pre>{html.escape(block, quote=False)}\n</pre></div>" for block in COPIES
    )
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "site.js").write_text(script, "utf-8")
        (Path(folder) / "page.html").write_text(
            f"<!doctype html>{blocks}<script src='site.js'></script>", "utf-8"
        )
        whole, site.folder = site.folder, Path(folder)
        page = site.open("page.html")
        site.folder = whole
    for number, (block, expected) in enumerate(COPIES.items()):
        button = page.get_by_role("button").nth(number)
        button.click()
        button.filter(has_text="Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        if copied != expected:
            yield f"copying {block!r}: expected {expected!r}, got {copied!r}"
    yield from site.take_faults()


def check_itself(browser: Browser, width: int) -> None:
    """Fail unless a page that is too wide, fails or loads something is reported, and no other."""
    long = "x" * 9 * width
    body = {
        "right": f"<pre style='overflow: auto'>{long}</pre>",
        "wide": f"<pre>{long}</pre>",
        "cut": f"<p>{long}</p>",
        "afar": "<img src='http://127.0.0.1:9/'>",
        "broken": "<script>nothing()</script>",
    }
    with tempfile.TemporaryDirectory() as folder:
        site = Site(browser, Path(folder), width)
        reported = {}
        for name, text in body.items():
            style = "overflow: hidden" if name == "cut" else ""
            head = "<!doctype html><meta name='viewport' content='width=device-width'>"
            article = f"<article style='{style}'><h1>{name}</h1>{text}</article>"
            (site.folder / f"{name}.html").write_text(head + article, "utf-8")
            reported[name] = [fault.partition(" ")[0] for fault in look(site, f"{name}.html")]
        site.context.close()
    expected = {"right": [], "wide": ["is", "does"], "cut": ["does"], "afar": ["loads"], "broken": ["fails"]}
    if reported != expected:
        sys.exit(f"the check does not see what it should: {reported}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the installed browser."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        sys.exit(f"expected one of {', '.join(NAMES)}; install it with: apt-get install chromium")
    with sync_playwright() as playwright:
        options: dict[str, Any] = {"executable_path": program, "args": ["--no-sandbox", "--disable-gpu"]}
        browser = playwright.chromium.launch(**options)
        yield browser
        browser.close()


def main(folder: Path, pictures: Path | None) -> int:
    """Check every page; print the faults and return the exit code."""
    names = [page.relative_to(folder).as_posix() for page in sorted(folder.rglob("*.html"))]
    found = []
    with chromium() as browser:
        for width in (PHONE, DESKTOP):
            check_itself(browser, width)
            site = Site(browser, folder, width)
            for name in names:
                picture = (
                    pictures and pictures / f"{name.removesuffix('.html').replace('/', '-')}-{width}.png"
                )
                found += [f"{name}: {fault}" for fault in look(site, name, picture)]
            site.context.close()
        site = Site(browser, folder, DESKTOP)
        found += search_faults(site)
        found += copy_faults(site, (folder / "_static" / "site.js").read_text("utf-8"))
    print(
        *found or [f"{len(names)} pages fit {PHONE} and {DESKTOP} pixels; search and copying work"], sep="\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]) if sys.argv[2:] else None))

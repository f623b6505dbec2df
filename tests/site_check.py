"""Check the built site offline: links and anchors work, pages have a description, nothing remote is loaded.

Run by ``make docs`` with the folder of the site.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import kaiser_interview as ki

# What a browser fetches by itself, as against links that a reader may follow.
LOADED = {"src", "data", "poster", "background"}
LED_TO = {"href", "action"}


class Page(HTMLParser):
    """The places of a page, the addresses that it loads or leads to, and what it says of itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.about: dict[str, str] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "meta" and (name := dict(attrs).get("name") or dict(attrs).get("property")):
            self.about[name] = dict(attrs).get("content") or ""
        for name, value in attrs:
            if name in {"id", "name"} and value:
                self.places.add(value)
            elif name in LED_TO and tag != "link":
                self.leads.append(value or "")
            elif name in LOADED or name in LED_TO:
                self.loads.append(value or "")
            elif name == "srcset":
                self.loads += [one.split()[0] for one in (value or "").split(",")]
            elif name == "style":
                self.loads += urls(value or "")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style":
            self.loads += urls(data)


def urls(css: str) -> list[str]:
    """Return the addresses that a style sheet loads."""
    found = re.findall(r"""url\(\s*["']?([^"')]*)|@import\s+["']([^"']*)""", css)
    return [one or other for one, other in found if not (one or other).startswith("data:")]


def faults(site: Path) -> list[str]:
    """Return the faults of a site, one line each."""
    pages = {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        found += [f"{path.relative_to(site)}: {fault}" for fault in _broken(path, page, pages)]
    for path in sorted(site.rglob("*.css")):
        loaded = [one for one in urls(path.read_text("utf-8")) if not _is_here(path, one)]
        found += [f"{path.relative_to(site)}: {one}: not in the site" for one in loaded]
    return found


def undescribed(site: Path) -> list[str]:
    """Return the pages of the documentation without a description, except that of the search."""
    found = []
    for path in sorted({*site.rglob("*.html")} - {site / "search.html"}):
        text = path.read_text("utf-8")
        if "data-content_root" not in text:  # a page that Sphinx did not make
            continue
        about = Page(text).about
        missing = [one for one in ("description", "og:title", "og:description") if not about.get(one)]
        found += [f"{path.relative_to(site)}: has no {', '.join(missing)}"] if missing else []
    return found


def _broken(path: Path, page: Page, pages: dict[Path, Page]) -> list[str]:
    found = [f"{one}: not in the site" for one in page.loads if not _is_here(path, one)]
    for link in page.leads:
        parts = urlsplit(link)
        if parts.scheme in {"https", "mailto"}:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if parts.scheme or parts.netloc or not target.is_file():
            found.append(f"{link}: leads nowhere")
        elif parts.fragment and (target not in pages or unquote(parts.fragment) not in pages[target].places):
            found.append(f"{link}: no such place")
    return found


def _is_here(path: Path, address: str) -> bool:
    parts = urlsplit(address)
    target = path.parent / unquote(parts.path) if parts.path else path
    return not parts.scheme and not parts.netloc and target.is_file()


def main(site: Path) -> int:
    """Print the faults of a site; return the exit code."""
    found = [*faults(site), *undescribed(site)]
    described = Page((site / "api.html").read_text("utf-8")).places
    found += [
        f"api.html: has no {name}" for name in ki.__all__ if f"kaiser_interview.{name}" not in described
    ]
    print(*found or [f"every link of {len([*site.rglob('*.html')])} pages leads somewhere"], sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]).resolve()))

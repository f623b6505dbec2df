"""Check the built site as on a phone: no page is wider than the screen or loads a remote resource.

Run by ``make docs`` with the folder of the site; a second folder, if given, gets a picture of each page. The
browser is driven by its DevTools protocol over two pipes, so only a headless Chromium is needed.
"""

import base64
import fcntl
import json
import os
import select
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NAMES = ("chromium", "google-chrome")
OPTIONS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--hide-scrollbars",
)
WIDTH, HEIGHT = 390, 844
TALLEST = 3 * HEIGHT  # of a picture
SECONDS = 60  # for an answer, however busy the machine is
# The width of the page, and the words and figures that overflow the screen. In a scroll box they may,
# because only the box scrolls; a box that also contains the heading is the page.
MEASURE = """(() => {
  const out = [], article = document.querySelector("article");
  const walk = document.createTreeWalker(article, NodeFilter.SHOW_ALL);
  for (let one = walk.nextNode(); one; one = walk.nextNode()) {
    const range = document.createRange();
    range.selectNode(one);
    if (one.firstChild || range.getBoundingClientRect().right <= WIDTH + 1) continue;
    let box = one.parentElement;
    while (box && getComputedStyle(box).overflowX === "visible") box = box.parentElement;
    if (!box || box.querySelector("h1")) out.push(one.parentElement.outerHTML.slice(0, 80));
  }
  return {width: document.documentElement.scrollWidth, out};
})()""".replace("WIDTH", str(WIDTH))


class Browser:
    """A headless Chromium with one tab, and its protocol."""

    def __init__(self, profile: str) -> None:
        program = next(filter(None, map(shutil.which, NAMES)), None)
        if program is None:
            sys.exit(f"expected one of {', '.join(NAMES)}; install it with: apt-get install chromium")
        ours, theirs = _pipe(), _pipe()
        self.number = 0
        self.heard: list[dict[str, Any]] = []
        self.begun = b""
        self.input, self.output = ours[1], theirs[0]
        # It reads from descriptor 3 and writes to 4.
        actions = [(os.POSIX_SPAWN_DUP2, ours[0], 3), (os.POSIX_SPAWN_DUP2, theirs[1], 4)]
        actions += [(os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)]
        command = [program, *OPTIONS, f"--user-data-dir={profile}", "about:blank"]
        self.process = os.posix_spawn(program, command, os.environ, file_actions=actions)
        for end in (ours[0], theirs[1]):
            os.close(end)
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.tab = {
            "sessionId": self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        }

    tab: dict[str, str] = {}  # noqa: RUF012 - none until it is there

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its answer; keep the events that arrive before it."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters, **self.tab}
        os.write(self.input, json.dumps(message).encode() + b"\0")
        for answer in self._messages():
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']}")
                return dict(answer["result"])
            self.heard.append(answer)
        raise AssertionError

    def wait_for(self, event: str) -> None:
        """Wait until something has happened, or has since the last command that began it."""
        if not any(one.get("method") == event for one in self.heard):
            for one in self._messages():
                self.heard.append(one)
                if one.get("method") == event:
                    break

    def close(self) -> None:
        """End the browser and wait until it is gone."""
        self.tab = {}
        self.ask("Browser.close")
        os.waitpid(self.process, 0)

    def _messages(self) -> Iterator[dict[str, Any]]:
        while True:
            message, end, rest = self.begun.partition(b"\0")
            if end:
                self.begun = rest
                yield json.loads(message)
            elif select.select([self.output], [], [], SECONDS)[0]:
                data = os.read(self.output, 2**20)
                if not data:
                    sys.exit("the browser has ended")
                self.begun += data
            else:
                sys.exit(f"the browser has said nothing for {SECONDS} seconds")


def _pipe() -> tuple[int, int]:
    """Return the ends of a pipe, above the descriptors that the browser is to have."""
    ends = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return high[0], high[1]


def look(browser: Browser, page: Path, picture: Path | None) -> list[str]:
    """Return the faults of a page on a phone, and take a screenshot if requested."""
    browser.heard.clear()
    browser.ask("Page.navigate", url=page.as_uri())
    browser.wait_for("Page.loadEventFired")
    reported = browser.ask("Runtime.evaluate", expression=MEASURE, returnByValue=True)["result"]["value"]
    wanted = [
        one["params"]["request"]["url"]
        for one in browser.heard
        if one.get("method") == "Network.requestWillBeSent"
    ]
    found = [f"loads {url}" for url in wanted if not url.startswith(("file:", "data:"))]
    if reported["width"] > WIDTH:
        found.append(f"is {reported['width']} pixels wide on a screen of {WIDTH}")
    found += [f"does not fit: {one}" for one in reported["out"][:3]]
    if picture is not None:
        clip = {"x": 0, "y": 0, "width": WIDTH, "height": TALLEST, "scale": 1}
        shot = browser.ask("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        picture.write_bytes(base64.b64decode(shot))
    return found


def check_itself(browser: Browser, folder: Path) -> None:
    """Make sure that a page that is too wide is seen, and one that loads something, and no other."""
    body = {
        "right": "<pre style='overflow: auto'>{}</pre>",
        "wide": "<pre>{}</pre>",
        "cut": "<p>{}</p>",
        "afar": "<img src='http://127.0.0.1:9/'>",
    }
    reported = {}
    for name, text in body.items():
        page = folder / f"{name}.html"
        style = "overflow: hidden" if name == "cut" else ""
        head = "<!doctype html><meta name='viewport' content='width=device-width'>"
        article = f"<article style='{style}'><h1>{name}</h1>{text.format('x' * 200)}</article>"
        page.write_text(head + article, "utf-8")
        reported[name] = [fault.partition(" ")[0] for fault in look(browser, page, None)]
    if reported != {"right": [], "wide": ["is", "does"], "cut": ["does"], "afar": ["loads"]}:
        sys.exit(f"the check does not see what it should: {reported}")


def main(site: Path, pictures: Path | None) -> int:
    """Check every page; print the faults and return the exit code."""
    pages = sorted(site.rglob("*.html"))
    found = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(profile)
        screen = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": True}
        browser.ask("Emulation.setDeviceMetricsOverride", **screen)
        browser.ask("Page.enable")
        browser.ask("Network.enable")
        check_itself(browser, Path(profile))
        for page in pages:
            name = page.relative_to(site).as_posix()
            picture = pictures and pictures / f"{name.removesuffix('.html').replace('/', '-')}.png"
            found += [f"{name}: {fault}" for fault in look(browser, page, picture)]
        browser.close()
    print(
        *found or [f"{len(pages)} pages fit a screen of {WIDTH} pixels and load nothing from afar"], sep="\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]) if sys.argv[2:] else None))

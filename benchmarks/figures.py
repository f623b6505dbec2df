"""Draw the figures of `docs/performance.md` and `docs/annotation.md` from the tables of these pages.

Run by ``make figures``, after numbers in the tables have changed. The same tables make the same bytes.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

DOCS = Path(__file__).parents[1] / "docs"

# Narrow, so that the words can be read on a phone. The background makes them readable on any page.
WIDTH, MARGIN, ROW, TOP = 440, 12, 34, 64
STYLE = """\
text{font-family:system-ui,sans-serif;font-size:13px;fill:#1b1f24;paint-order:stroke;stroke:#fff;stroke-width:3}
.ground{fill:#fff}.small{font-size:12px}.middle{text-anchor:middle}.end{text-anchor:end}
.grid{stroke:#d5dbe1}.unit{stroke:#57606a;stroke-dasharray:4 3}
.range{stroke:#0b4f8a;stroke-width:2}.full{fill:#0b4f8a}.hollow{fill:#fff;stroke:#0b4f8a;stroke-width:2}
.peer .range{stroke:#9a5b00}.peer .full{fill:#9a5b00}.peer .hollow{stroke:#9a5b00}
@media (prefers-color-scheme:dark){text{fill:#e6edf3;stroke:#0d1117}.ground{fill:#0d1117}
.grid{stroke:#30363d}.unit{stroke:#9da7b1}
.range{stroke:#79b8f0}.full{fill:#79b8f0}.hollow{fill:#0d1117;stroke:#79b8f0}
.peer .range{stroke:#f0b45a}.peer .full{fill:#f0b45a}.peer .hollow{stroke:#f0b45a}}
"""


class Dot(NamedTuple):
    """A line of a figure: a value, and the other end or both ends of a range."""

    name: str
    value: float
    low: float
    high: float
    shown: str
    peer: bool = False
    hollow: float | None = None


class Axis(NamedTuple):
    """The marks of an axis, where a value is on it from 0 to 1, and the mark to emphasize."""

    marks: tuple[float, ...]
    place: Callable[[float], float]
    unit: float | None = None


def table(document: str, head: str) -> list[list[str]]:
    """Return the cells of the table with a heading row that begins so, without the heading."""
    found = re.search(rf"^{re.escape(head)}.*\n\|[-:| ]+\|\n((?:\|.*\n)+)", document, re.MULTILINE)
    if found is None:
        raise SystemExit(f"the document has no table with the heading {head}")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found[1].splitlines()]


def rates(document: str) -> str:
    """Return the figure of the rates: those of this package, and of tools that check less."""
    rows = table(document, "| | rows a second, cold |")
    dots = []
    for name, _, cold, warm, _, _, less in rows:
        low, high = sorted([float(cold), float(warm)])
        dots.append(Dot(name, float(warm), low, high, f"{cold} → {warm}", bool(less), float(cold)))
    axis = Axis((0.1, 0.3, 1, 3, 10), lambda value: math.log(value / 0.05) / math.log(12 / 0.05), 1)
    base = next(row[0] for row in rows if row[6])
    return _figure(
        "Rows a second, as multiples of a peer",
        [f"1 = {base}, warm.", "Hollow: first call. Full: second call. Logarithmic axis."],
        axis,
        {
            "kaiser-interview, all checks": [dot for dot in dots if not dot.peer],
            "Peers, which check less (last column of the table)": [dot for dot in dots if dot.peer],
        },
    )


def agreement(document: str) -> str:
    """Return the figure of the agreement of two passes, with intervals of 95 %."""
    coefficients, shares = [], {}
    for scheme, figure, value, interval, same, shares_interval in table(document, "| scheme | figure |"):
        name = scheme.replace("`", "")
        low, high = map(float, interval.split(" to "))
        coefficients.append(Dot(f"{name}: {figure}", float(value), low, high, f"{value} ({interval})"))
        part, whole = map(int, same.split(" of "))
        low, high = map(float, shares_interval.split(" to "))
        shares[name] = Dot(name, part / whole, low, high, f"{same} ({shares_interval})")
    return _figure(
        "Agreement of two passes of one model",
        ["Dot: the value. Line: interval of 95 %. The axis begins at 0.5."],
        Axis((0.5, 0.6, 0.7, 0.8, 0.9, 1), lambda value: (value - 0.5) / 0.5),
        {"Coefficients": coefficients, "Share of claims with the same value": [*shares.values()]},
    )


def _figure(title: str, notes: list[str], axis: Axis, groups: dict[str, list[Dot]]) -> str:
    top = TOP + 16 * (len(notes) - 1)
    height = top + sum(30 + ROW * len(dots) for dots in groups.values()) + 12
    said = "; ".join(
        f"{group}: " + ", ".join(f"{dot.name} {dot.shown}" for dot in dots) for group, dots in groups.items()
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(' '.join([*notes, said]))}</desc>",
        f"<style>\n{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height}"/>',
        f'<text x="{MARGIN}" y="22" font-weight="600">{escape(title)}</text>',
        *(
            f'<text class="small" x="{MARGIN}" y="{40 + 16 * number}">{escape(note)}</text>'
            for number, note in enumerate(notes)
        ),
        *_grid(axis, top, height),
        *_groups(axis, top, groups),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _grid(axis: Axis, top: int, height: int) -> Iterator[str]:
    for mark in axis.marks:
        x = _x(axis, mark)
        kind = "unit" if mark == axis.unit else "grid"
        yield f'<text class="small middle" x="{x:.1f}" y="{top}">{mark:g}</text>'
        yield f'<path class="{kind}" d="M{x:.1f} {top + 6}V{height - 8}"/>'


def _groups(axis: Axis, top: int, groups: dict[str, list[Dot]]) -> Iterable[str]:
    y = top
    for name, dots in groups.items():
        yield f'<text x="{MARGIN}" y="{y + 24}" font-weight="600">{escape(name)}</text>'
        y += 30
        for dot in dots:
            yield from _dot(axis, y, dot)
            y += ROW


def _dot(axis: Axis, y: int, dot: Dot) -> Iterator[str]:
    low, high, value = (_x(axis, one) for one in (dot.low, dot.high, dot.value))
    yield f'<text class="small" x="{MARGIN}" y="{y + 14}">{escape(dot.name)}</text>'
    yield f'<text class="small end" x="{WIDTH - MARGIN}" y="{y + 14}">{escape(dot.shown)}</text>'
    yield f'<g class="{"peer" if dot.peer else "own"}">'
    yield f'<path class="range" d="M{low:.1f} {y + 24}H{high:.1f}"/>'
    if dot.hollow is not None:
        yield f'<circle class="hollow" cx="{_x(axis, dot.hollow):.1f}" cy="{y + 24}" r="4"/>'
    yield f'<circle class="full" cx="{value:.1f}" cy="{y + 24}" r="5"/>'
    yield "</g>"


def _x(axis: Axis, value: float) -> float:
    return MARGIN + 8 + (WIDTH - 2 * MARGIN - 16) * axis.place(value)


FIGURES = {"performance": rates, "annotation": agreement}


def main() -> None:
    """Write the figures beside the pages."""
    for name, figure in FIGURES.items():
        drawn = figure((DOCS / f"{name}.md").read_text("utf-8"))
        (DOCS / f"{name}.svg").write_text(drawn, "utf-8", newline="\n")


if __name__ == "__main__":
    main()

"""The figure of `docs/comparison.md`: the share of faults that each tool catches, by group, as SVG."""

from collections.abc import Iterable
from html import escape

from .results import Results, covers, share, tool_of
from .tables import NAMES, by, percent

__all__ = ["figure"]

# Narrow, so that its words are read on a telephone; its ground is its own, so that they are read on any page.
_WIDTH = 440
_MARGIN = 12
_ROW = 54
_TOP = 66
_STEPS = 5
_IN_A_LINE = 5
_NOTE = "Dashed: the tool is for less than half of these."
_LIGHT = ("#f3f6fa", "#cfe3f5", "#93c3e8", "#3f8fcb", "#0b4f8a")
_DARK = ("#1d2530", "#1f3a56", "#255f91", "#4b9ad6", "#a9d6f7")
_STYLE = """\
text{font-family:system-ui,sans-serif;font-size:13px;fill:#1b1f24}
.ground{fill:#fff}.small{font-size:12px}.value{text-anchor:middle;font-variant-numeric:tabular-nums}
.aside{stroke:#8a94a0;stroke-dasharray:3 3}
"""
_DARK_STYLE = "text{fill:#e6edf3}.ground{fill:#0d1117}"


def figure(results: Results) -> str:
    """Return the figure; the same results make the same bytes."""
    groups = by(results.cells, "group")
    height = _TOP + _ROW * len(NAMES) + 28
    said = "; ".join(
        f"{name}: " + ", ".join(f"{group} {percent(*share(cells, name))}" for group, cells in groups.items())
        for name in NAMES
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        "<title>Share of wrong rows that each tool catches, in per cent</title>",
        f"<desc>{escape(said)}</desc>",
        f"<style>\n{_style()}</style>",
        f'<rect class="ground" width="{_WIDTH}" height="{height}"/>',
        f'<text x="{_MARGIN}" y="22" font-weight="600">Wrong rows caught, in per cent</text>',
        *_marks(results),
        f'<text class="small" x="{_MARGIN}" y="{height - 10}">{_NOTE}</text>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _style() -> str:
    def steps(ground: tuple[str, ...], ink: tuple[str, ...]) -> str:
        fills = "".join(f".s{step}{{fill:{one}}}" for step, one in enumerate(ground))
        return fills + "".join(f"text.t{step}{{fill:{one}}}" for step, one in enumerate(ink))

    dark, light = "#1b1f24", "#fff"
    day = steps(_LIGHT, (dark, dark, dark, light, light))
    night = steps(_DARK, ("#e6edf3", "#e6edf3", light, dark, dark))
    return f"{_STYLE}{day}\n@media (prefers-color-scheme:dark){{{_DARK_STYLE}{night}}}\n"


def _marks(results: Results) -> Iterable[str]:
    groups = by(results.cells, "group")
    step = (_WIDTH - 2 * _MARGIN) / len(groups)
    for place, group in enumerate(groups):
        middle = _MARGIN + step * (place + 0.5)
        # With many names, every second one is a line lower, so that neighbours do not touch.
        y = 57 if len(groups) <= _IN_A_LINE else 42 + 15 * (place % 2)
        yield f'<text class="small value" x="{middle:.0f}" y="{y}">{escape(group)}</text>'
    for line, name in enumerate(NAMES):
        top = _TOP + _ROW * line
        yield f'<text x="{_MARGIN}" y="{top + 14}">{escape(name)}</text>'
        for place, cells in enumerate(groups.values()):
            caught, rows = share(cells, name)
            level = min(_STEPS - 1, _STEPS * caught // rows)
            aside = "" if covers(tool_of(name), cells) else " aside"
            left = _MARGIN + step * place
            yield (
                f'<rect class="s{level}{aside}" x="{left + 1:.1f}" y="{top + 20}" width="{step - 2:.1f}" '
                'height="26" rx="3"/>'
            )
            yield (
                f'<text class="value t{level}" x="{left + step / 2:.1f}" y="{top + 38}">'
                f"{percent(caught, rows)}</text>"
            )

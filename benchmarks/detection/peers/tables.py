"""The numbers of `docs/comparison.md`, as Markdown between two marks."""

from collections.abc import Iterable
from pathlib import Path

from .results import Cell, Results, covers, share, tool_of
from .tools import TOGETHER, TOOLS

__all__ = ["BEGIN", "END", "NAMES", "between", "filled", "percent"]

BEGIN = "<!-- written by python -m benchmarks.detection.peers: begin -->"
END = "<!-- end -->"
NAMES = [*TOOLS, *TOGETHER]


def filled(document: str, results: Results) -> str:
    """Return a document with the numbers of a comparison in the place that is marked for them."""
    return between(document, BEGIN, _lines(results))


def between(document: str, begin: str, lines: Iterable[str]) -> str:
    """Return a document with lines in the place between a mark and the next end mark."""
    before, found, rest = document.partition(begin)
    _, ended, after = rest.partition(END)
    if not (found and ended):
        raise SystemExit(f"the document has no place between {begin} and {END}")
    return "\n".join([f"{before}{begin}", "", *lines, "", f"{END}{after}"])


def percent(part: int, whole: int) -> str:
    """Return a share in per cent; 100 and 0 only if exact."""
    if not whole:
        return "–"
    rounded = f"{100 * part / whole:.1f}"
    if part < whole and rounded == "100.0":
        rounded = "99.9"
    if part and rounded == "0.0":
        rounded = "0.1"
    return rounded.removesuffix(".0")


def _lines(results: Results) -> Iterable[str]:
    cells = results.cells
    rows, right = sum(cell.rows for cell in cells), sum(results.right.values())
    about = results.about
    yield f"{right:,} valid rows and {rows:,} invalid ones, of {len(results.right)} kinds;"
    options = " ".join(f"--{name} {about[name]}" for name in ("count", "seed", "turns"))
    yield f"`python -m benchmarks.detection.peers {options}`,"
    yield f"{about['date']}, {about['machine']}."
    yield ""
    yield "**Invalid rows caught, and valid rows refused**, in per cent"
    yield ""
    yield "| | all invalid rows | those in its scope | valid rows refused | of valid rows that quote words |"
    yield "|---|--:|--:|--:|--:|"
    for name in NAMES:
        alarms, wordy = sum(results.alarms[name].values()), results.wordy[name]
        values = [
            percent(*share(cells, name)),
            percent(*share(cells, name, tool_of(name).purpose)),
            f"{percent(alarms, right)} ({alarms:,})",
            f"{percent(wordy, results.wordy['rows'])} ({wordy:,})",
        ]
        yield f"| {_named(name, results)} | {' | '.join(values)} |"
    yield ""
    yield f"The custom checks are {_own_checks()} lines of Python, without blank lines."
    yield ""
    yield "**By fault**, in per cent; in brackets if less than half of the rows are in the scope of a tool"
    yield ""
    yield from _matrix(results, "group")
    yield ""
    yield "<details><summary>By finding code</summary>"
    yield ""
    yield from _matrix(results, "code")
    yield ""
    yield "</details>"
    yield ""
    yield "**Time**, in processor seconds, which do not depend on other load"
    yield ""
    yield "| | valid rows a second | all rows a second | whole process for all rows |"
    yield "|---|--:|--:|--:|"
    for name, times in results.times.items():
        values = [
            f"{right / times.right:,.0f}",
            f"{(rows + right) / times.every:,.0f}",
            f"{times.process:.1f} s",
        ]
        yield f"| {_named(name, results)} | {' | '.join(values)} |"


def _own_checks() -> int:
    path = Path(__file__).parent / "adapters" / "own_checks.py"
    return sum(bool(line.strip()) for line in path.read_text("utf-8").splitlines())


def _named(name: str, results: Results) -> str:
    version = results.versions.get(name)
    head, comma, rest = name.partition(",")
    return f"{head} {version}{comma}{rest}" if version else name


def by(cells: Iterable[Cell], part: str) -> dict[str, list[Cell]]:
    """Return the cells by group or by code; a cell with several codes is under each."""
    parts: dict[str, list[Cell]] = {}
    for cell in cells:
        for name in (cell.group,) if part == "group" else cell.codes:
            parts.setdefault(name, []).append(cell)
    return dict(sorted(parts.items()))


def _matrix(results: Results, part: str) -> Iterable[str]:
    """Yield a table with a row a group or code, and a column a tool."""
    names = [*TOOLS]
    yield f"| | rows | {' | '.join(_short(name) for name in names)} |"
    yield f"|---|--:|{'--:|' * len(names)}"
    for one, cells in by(results.cells, part).items():
        rows = sum(cell.rows for cell in cells)
        values = []
        for name in names:
            value = percent(*share(cells, name))
            values.append(value if covers(tool_of(name), cells) else f"({value})")
        shown = f"`{one}`" if part == "code" else one
        yield f"| {shown} | {rows:,} | {' | '.join(values)} |"


def _short(name: str) -> str:
    return name.replace("linkml-reference-validator", "linkml-r.-v.")

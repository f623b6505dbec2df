"""The numbers of the checkers of quotes in `docs/comparison.md`, as Markdown."""

from collections.abc import Iterator

from ..peers.tables import between
from .cases import EXACT, FAMOUS, KINDS, RETYPED, WRONG
from .checkers import CHECKERS
from .results import Results, Tally, outcome

__all__ = ["BEGIN", "filled"]

BEGIN = "<!-- written by python -m benchmarks.detection.quote_checkers: begin -->"


def filled(document: str, results: Results) -> str:
    """Return a document with the numbers in the place that is marked for them."""
    return between(document, BEGIN, _lines(results))


def _lines(results: Results) -> Iterator[str]:
    about, (first, *_) = results.about, results.tallies.values()
    exact, retyped, wrong = (_given(first, kinds) for kinds in (EXACT, RETYPED, WRONG))
    yield f"{exact + retyped} right quotes, {retyped} of them in other typography, and {wrong} wrong ones;"
    options = " ".join(f"--{name} {about[name]}" for name in ("count", "seed", "turns"))
    yield f"`python -m benchmarks.detection.quote_checkers {options}`,"
    yield f"{about['date']}, {about['machine']}."
    yield ""
    yield "**Quotes accepted**: as they are, or as the text of the claim that the checker takes for the quote"
    yield ""
    yield (
        f"| | exact ({exact}) | other typography ({retyped}) | wrong ({wrong}) "
        f"| changed to other words ({exact + retyped + wrong}) | what reports a change "
        "| processor seconds for all |"
    )
    yield "|---|--:|--:|--:|--:|---|--:|"
    for name, tally in results.tallies.items():
        values = [
            tally.total(EXACT, "kept", "repaired"),
            tally.total(RETYPED, "kept", "repaired"),
            tally.total(WRONG, "kept", "repaired", "changed"),
            tally.total(KINDS, "changed"),
            CHECKERS[name].tells,
            f"{tally.seconds:.2f}",
        ]
        yield f"| {_named(name, tally)} | {' | '.join(map(str, values))} |"
    yield ""
    yield f"**Wrong quotes accepted**, by what is wrong; {wrong // len(WRONG)} of each"
    yield ""
    yield f"| | {' | '.join(WRONG)} |"
    yield f"|---|{'--:|' * len(WRONG)}"
    for name, tally in results.tallies.items():
        values = [tally.total([kind], "kept", "repaired", "changed") for kind in WRONG]
        yield f"| {_named(name, tally)} | {' | '.join(map(str, values))} |"
    yield ""
    yield "**One case**"
    yield ""
    yield f"| | {FAMOUS.quote} (the claim says 不增加: the negation is dropped) |"
    yield "|---|---|"
    for name, tally in results.tallies.items():
        yield f"| {_named(name, tally)} | {_answer(tally.famous)} |"


def _given(tally: Tally, kinds: tuple[str, ...]) -> int:
    return tally.total(kinds, "kept", "repaired", "changed", "refused")


def _answer(text: str | None) -> str:
    done = outcome(FAMOUS.quote, text)
    return f"changed to {text}" if done == "changed" else done


def _named(name: str, tally: Tally) -> str:
    head, comma, rest = name.partition(",")
    return f"{head} {tally.version}{comma}{rest}"

"""What checkers did with quotes, counted."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from .cases import FAMOUS, KINDS, Case, same_words
from .checkers import Check

__all__ = ["Outcome", "Results", "Tally", "count", "outcome"]

Outcome = Literal["kept", "repaired", "changed", "refused"]
"""Accepted as it is; accepted as other characters with the same words, or as other words; refused."""


class Tally(NamedTuple):
    """What a checker did: counts of outcomes by kind, seconds of processor time, and its best-known case."""

    version: str
    outcomes: dict[str, dict[Outcome, int]]
    seconds: float
    famous: str | None
    """The text that it takes for the famous quote; None if it refuses the quote."""

    def total(self, kinds: Iterable[str], *outcomes: Outcome) -> int:
        """Return how many quotes of some kinds had one of these outcomes."""
        return sum(self.outcomes[kind].get(one, 0) for kind in kinds for one in outcomes)


class Results(NamedTuple):
    """The results of a comparison; `results.json` beside this module has the last one."""

    about: dict[str, Any]
    tallies: dict[str, Tally]

    def to_json(self) -> str:
        """Return everything."""
        tallies = {name: tally._asdict() for name, tally in self.tallies.items()}
        return json.dumps({"about": self.about, "tallies": tallies}, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Results":
        """Return the results from the output of `to_json`."""
        found = json.loads(text)
        return cls(found["about"], {name: Tally(**one) for name, one in found["tallies"].items()})


def outcome(quote: str, text: str | None) -> Outcome:
    """Return what a checker did with a quote, given the text that it takes for the quote."""
    if text is None:
        return "refused"
    if text == quote:
        return "kept"
    return "repaired" if same_words(quote, text) else "changed"


def count(cases: Iterable[Case], check: Check, version: str, seconds: float) -> Tally:
    """Return what a checker did with cases."""
    counts: dict[str, Counter[Outcome]] = {kind: Counter() for kind in KINDS}
    for case in cases:
        counts[case.kind][outcome(case.quote, check(case))] += 1
    return Tally(version, {kind: dict(found) for kind, found in counts.items()}, seconds, check(FAMOUS))

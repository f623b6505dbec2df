"""How far the two labelling passes agree: the self-consistency of two machine passes, not of people.

Prints the table that `docs/annotation.md` quotes: Cohen's kappa for `claim_type` and `horizon`, binary
kappa for each topic with its counts, and Krippendorff's alpha with the MASI distance for the set of topics.
Figures by nltk.metrics.agreement (Cohen 1960; Krippendorff 1980; Passonneau 2006 for MASI).
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import get_args

from nltk.metrics import masi_distance
from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import binary_distance

from kaiser_interview.models import Label, Topic

PASSES = Path(__file__).parents[1] / "raw" / "annotation"
Values = dict[str, frozenset[str]]


def read(name: str, scheme: str) -> Values:
    """Return the values that a pass gave under a scheme, by claim."""
    found: dict[str, set[str]] = {}
    for line in (PASSES / f"labels-{name}.jsonl").read_text("utf-8").splitlines():
        label = Label.model_validate_json(line)
        if label.scheme == scheme:
            found.setdefault(label.claim_id, set()).add(label.value)
    return {claim: frozenset(values) for claim, values in found.items()}


def task(first: Values, second: Values, distance: Callable[..., float] = binary_distance) -> AnnotationTask:
    """Return the annotation task of two passes over the same claims."""
    data = [("first", claim, values) for claim, values in first.items()]
    data += [("second", claim, values) for claim, values in second.items()]
    return AnnotationTask(data, distance=distance)


def lines() -> Iterable[str]:
    """Yield the table, line by line."""
    yield "| scheme | figure | value | same claims |"
    yield "|---|---|---|---|"
    for scheme in ("claim_type", "horizon"):
        first, second = read("first", scheme), read("second", scheme)
        same = sum(first[claim] == second[claim] for claim in first)
        kappa = task(first, second).kappa()
        yield f"| `{scheme}` | Cohen's κ | {kappa:.2f} | {same} of {len(first)} |"
    first, second = read("first", "topic"), read("second", "topic")
    same = sum(first[claim] == second[claim] for claim in first)
    alpha = task(first, second, masi_distance).alpha()
    yield f"| `topic`, the set | Krippendorff's α, MASI | {alpha:.2f} | {same} of {len(first)} |"
    yield ""
    yield "| topic | first | second | both | κ |"
    yield "|---|---|---|---|---|"
    for topic in get_args(Topic):
        ours, theirs = (
            {claim: frozenset({str(topic in values)}) for claim, values in one.items()}
            for one in (first, second)
        )
        counts = [sum(topic in values for values in one.values()) for one in (first, second)]
        both = sum(topic in first[claim] and topic in second[claim] for claim in first)
        yield f"| `{topic}` | {counts[0]} | {counts[1]} | {both} | {task(ours, theirs).kappa():.2f} |"


if __name__ == "__main__":
    print("\n".join(lines()))

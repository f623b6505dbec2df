"""How far the two labelling passes agree: the self-consistency of one model, not agreement between people.

Prints the tables that `docs/annotation.md` quotes. For `claim_type` and `horizon`: Cohen's kappa and
Krippendorff's alpha for nominal values. For the set of topics: alpha with the MASI distance, and kappa for
each topic. Figures are by nltk.metrics.agreement (Cohen 1960; Krippendorff 1980; Passonneau 2006 for MASI).

Intervals are at 95 %: the percentile bootstrap over claims for kappa and alpha, Wilson's interval for the
share of claims that got the same value. Where both passes agree everywhere, the bootstrap has no spread, and
only Wilson's interval says how much 41 claims can show.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import get_args

import numpy as np
from nltk.metrics import masi_distance
from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import binary_distance

from kaiser_interview.records.models import Label, Topic

PASSES = Path(__file__).parents[1] / "raw" / "annotation"
RESAMPLES = 2000
Values = dict[str, frozenset[str]]
Distance = Callable[[frozenset[str], frozenset[str]], float]


def read(name: str, scheme: str) -> Values:
    """Return the values that a pass gave under a scheme, by claim."""
    found: dict[str, set[str]] = {}
    for line in (PASSES / f"labels-{name}.jsonl").read_text("utf-8").splitlines():
        label = Label.model_validate_json(line)
        if label.scheme == scheme:
            found.setdefault(label.claim_id, set()).add(label.value)
    return {claim: frozenset(values) for claim, values in found.items()}


def task(first: Values, second: Values, distance: Distance = binary_distance) -> AnnotationTask:
    """Return the annotation task of two passes over the same claims."""
    data = [("first", claim, values) for claim, values in first.items()]
    data += [("second", claim, values) for claim, values in second.items()]
    return AnnotationTask(data, distance=distance)


def resampled_kappa(first: Values, second: Values) -> tuple[float, float]:
    """Return the 95 % interval of Cohen's kappa, resampling claims."""
    codes = {
        values: code for code, values in enumerate(sorted({*first.values(), *second.values()}, key=sorted))
    }
    ours, theirs = (np.array([codes[one[claim]] for claim in first]) for one in (first, second))

    def kappa(chosen: np.ndarray) -> float:
        a, b = ours[chosen], theirs[chosen]
        chance = sum((a == code).mean() * (b == code).mean() for code in codes.values())
        return 1.0 if chance == 1 else float(((a == b).mean() - chance) / (1 - chance))

    return _interval(kappa, len(ours))


def resampled_alpha(first: Values, second: Values, distance: Distance) -> tuple[float, float]:
    """Return the 95 % interval of Krippendorff's alpha for two passes, resampling claims."""
    values = [*first.values(), *(second[claim] for claim in first)]
    table = np.array([[distance(one, other) for other in values] for one in values])
    claims = len(first)

    def alpha(chosen: np.ndarray) -> float:
        rows = np.concatenate([chosen, chosen + claims])
        observed = table[chosen, chosen + claims].mean()
        expected = table[np.ix_(rows, rows)].sum() / (len(rows) * (len(rows) - 1))
        return 1.0 if expected == 0 else float(1 - observed / expected)

    return _interval(alpha, claims)


def _interval(statistic: Callable[[np.ndarray], float], count: int) -> tuple[float, float]:
    draw = np.random.default_rng(0)
    found = [statistic(draw.integers(count, size=count)) for _ in range(RESAMPLES)]
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


def wilson(same: int, count: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share."""
    z = 1.959964
    share, spread = same / count, z * z / count
    middle = (share + spread / 2) / (1 + spread)
    half = z * (share * (1 - share) / count + spread / (4 * count)) ** 0.5 / (1 + spread)
    return middle - half, min(1.0, middle + half)


def lines() -> Iterable[str]:
    """Yield the tables, line by line."""
    yield "| scheme | figure | value | 95 % | same claims | 95 % |"
    yield "|---|---|---|---|---|---|"
    for scheme in ("claim_type", "horizon"):
        first, second = read("first", scheme), read("second", scheme)
        agreed = task(first, second)
        kappa, alpha = resampled_kappa(first, second), resampled_alpha(first, second, binary_distance)
        value = f"{agreed.kappa():.2f} | {_range(kappa)} | {_same(first, second)}"
        yield f"| `{scheme}` | Cohen's κ | {value} |"
        value = f"{agreed.alpha():.2f} | {_range(alpha)} | {_same(first, second)}"
        yield f"| `{scheme}` | Krippendorff's α, nominal | {value} |"
    first, second = read("first", "topic"), read("second", "topic")
    alpha = resampled_alpha(first, second, masi_distance)
    value = f"{task(first, second, masi_distance).alpha():.2f} | {_range(alpha)} | {_same(first, second)}"
    yield f"| `topic`, the set | Krippendorff's α, MASI | {value} |"
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


def _same(first: Values, second: Values) -> str:
    same = sum(first[claim] == second[claim] for claim in first)
    return f"{same} of {len(first)} | {_range(wilson(same, len(first)))}"


def _range(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.2f} to {interval[1]:.2f}"


if __name__ == "__main__":
    print("\n".join(lines()))

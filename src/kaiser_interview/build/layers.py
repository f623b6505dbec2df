"""Read the shipped layers from `raw/layers`, and validate them like the data of users."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from ..corpus.corpus import Corpus
from ..errors import BuildError
from ..records.models import Derived, Label, Mention, Relation, Translation
from ..records.schemas import SHIPPED_SCHEMES
from ..validation.engine.execution import report_of
from ..validation.engine.options import Check

__all__ = ["PROVENANCE", "Layers", "read_layers"]

PROVENANCE = (
    "id", "kind", "release", "method", "creator", "created", "confidence", "rationale", "claim_sha256"
)  # fmt: skip
"""Fields that are required in every row of a shipped layer."""

_Derived = TypeVar("_Derived", bound=Derived)


class Layers(NamedTuple):
    """The rows of every shipped layer, in the order of its file."""

    translations: tuple[Translation, ...]
    labels: tuple[Label, ...]
    mentions: tuple[Mention, ...]
    relations: tuple[Relation, ...]

    def values(self) -> dict[tuple[str, str], list[str]]:
        """Return the label values by claim and scheme, in the order of the file."""
        values: dict[tuple[str, str], list[str]] = {}
        for label in self.labels:
            values.setdefault((label.claim_id, label.scheme), []).append(label.value)
        return values


def read_layers(folder: Path, corpus: Corpus, vocabularies: Mapping[str, Any]) -> Layers:
    """Read and validate every layer.

    Parameters
    ----------
    folder : pathlib.Path
        A folder with one JSON Lines file for each layer.
    corpus : Corpus
        The claims that the layers refer to.
    vocabularies : mapping
        The values of each vocabulary, in order.

    Raises
    ------
    BuildError
        There is a finding, or a claim has no translation or no label. The message has file, line and reason.
    """
    layers = Layers(
        _read(folder / "translations.jsonl", Translation, corpus, key=("claim_id", "language")),
        _read(
            folder / "labels.jsonl", Label, corpus, complete=("scheme",), key=("claim_id", "scheme", "value")
        ),
        _read(folder / "mentions.jsonl", Mention, corpus, key=("claim_id", "quote_start", "quote_end")),
        _read(folder / "relations.jsonl", Relation, corpus, key=("claim_id", "relation", "other_claim_id")),
    )
    if [(row.claim_id, row.language) for row in layers.translations] != [
        (one, "en") for one in corpus.claims
    ]:
        reason = "expected one English row for each claim, in the order of the claims"
        raise BuildError("raw/layers/translations.jsonl", None, reason)
    _check_labels(layers.labels, vocabularies)
    return layers


def _read(
    path: Path,
    model: type[_Derived],
    corpus: Corpus,
    key: Sequence[str],
    complete: Sequence[str] | None = None,
) -> tuple[_Derived, ...]:
    file = f"raw/layers/{path.name}"
    check = Check(
        data=path,
        kind=model,
        against=corpus,
        require=PROVENANCE,
        key=key,
        complete=complete,
        max_findings=1,
    )
    for finding in report_of(check).sample:
        place = f"{finding.pointer}: " if finding.path else ""
        raise BuildError(file, finding.line, f"{place}{finding.code}: {finding.message}")
    return tuple(model.model_validate_json(line) for line in path.read_bytes().split(b"\n") if line)


def _check_labels(rows: Sequence[Label], vocabularies: Mapping[str, Any]) -> None:
    """Check rules for shipped labels only: shipped schemes, and values in the order of the vocabulary."""
    last: dict[tuple[str, str], int] = {}
    for number, row in enumerate(rows, 1):
        if row.scheme not in SHIPPED_SCHEMES:
            listed = ", ".join(SHIPPED_SCHEMES)
            raise BuildError(
                "raw/layers/labels.jsonl", number, f"/scheme: expected one of {listed}, got {row.scheme}"
            )
        place = [*vocabularies[row.scheme]].index(row.value)
        if last.get((row.claim_id, row.scheme), -1) > place:
            reason = f"/value: expected values in the vocabulary's order, got {row.value}"
            raise BuildError("raw/layers/labels.jsonl", number, reason)
        last[row.claim_id, row.scheme] = place

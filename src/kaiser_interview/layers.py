"""The shipped layers as `raw/layers` holds them, checked as they are read."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import jiter
from pydantic import ValidationError

from .errors import BuildError
from .models import Derived, Label, Mention, Relation, Translation
from .release import digest, lines
from .schema import SHIPPED_SCHEMES
from .segments import CutClaim

__all__ = ["PROVENANCE", "Layers", "parse", "read_layers"]

PROVENANCE = (
    "id", "kind", "release", "method", "creator", "created", "confidence", "rationale", "claim_sha256"
)  # fmt: skip
"""Fields that every row of a shipped layer must have."""

_Derived = TypeVar("_Derived", bound=Derived)


class Layers(NamedTuple):
    """Every shipped layer, in the order of its file."""

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


def read_layers(folder: Path, claims: Mapping[str, CutClaim], vocabularies: Mapping[str, Any]) -> Layers:
    """Read and check every layer.

    Parameters
    ----------
    folder : pathlib.Path
        Holds a JSON Lines file a layer.
    claims : mapping of str to CutClaim
        The claims by id, in order of the source.
    vocabularies : mapping
        The values of each vocabulary, in order.

    Raises
    ------
    BuildError
        A row is wrong, or a claim lacks its translation or a label: file, line and reason.
    """
    layers = Layers(
        tuple(_read(folder / "translations.jsonl", Translation, claims)),
        tuple(_read(folder / "labels.jsonl", Label, claims)),
        tuple(_read(folder / "mentions.jsonl", Mention, claims)),
        tuple(_read(folder / "relations.jsonl", Relation, claims)),
    )
    _check_translations(layers.translations, claims)
    _check_labels(layers.labels, claims, vocabularies)
    return layers


def parse(line: bytes, file: str, number: int) -> dict[str, Any]:
    """Return the JSON object on a line; raise `BuildError` for anything else, duplicate keys included."""
    try:
        row = jiter.from_json(line, catch_duplicate_keys=True, allow_inf_nan=False)
    except ValueError as error:
        raise BuildError(file, number, f"not JSON: {error}") from None
    if not isinstance(row, dict):
        raise BuildError(file, number, f"expected an object, got {type(row).__name__}")
    return row


def _read(path: Path, model: type[_Derived], claims: Mapping[str, CutClaim]) -> list[_Derived]:
    file = f"raw/layers/{path.name}"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BuildError(file, None, str(error)) from None
    if not data.endswith(b"\n"):
        raise BuildError(file, None, "expected a line feed at the end")
    rows: list[_Derived] = []
    ids: set[str | None] = set()
    for number, line in enumerate(lines(data), 1):
        try:
            row = model.model_validate(parse(line, file, number))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = "/".join(str(step) for step in first["loc"])
            raise BuildError(file, number, f"{where}: {first['msg']}") from None
        reason = _fault(row, claims)
        if not reason and row.id in ids:
            reason = f"id: {row.id} stands twice"
        if reason:
            raise BuildError(file, number, reason)
        ids.add(row.id)
        rows.append(row)
    return rows


def _fault(row: Derived, claims: Mapping[str, CutClaim]) -> str | None:
    missing = [name for name in PROVENANCE if getattr(row, name) is None]
    if missing:
        return f"{missing[0]}: missing, and every row of a shipped layer has it"
    kind = type(row).__name__.lower()
    if row.kind != kind:
        return f"kind: expected {kind}, got {row.kind}"
    fault = _reference_fault("", row.claim_id, row.claim_sha256, claims)
    if not fault and isinstance(row, Relation):
        fault = _reference_fault("other_", row.other_claim_id, row.other_claim_sha256, claims)
        if not fault and row.claim_id == row.other_claim_id:
            fault = f"other_claim_id: expected another claim than {row.claim_id}"
    return fault or _quote_fault(row, claims[row.claim_id])


def _reference_fault(
    prefix: str, claim_id: str, sha256: str | None, claims: Mapping[str, CutClaim]
) -> str | None:
    if claim_id not in claims:
        return f"{prefix}claim_id: no claim {claim_id}"
    expected = digest(claims[claim_id].text.encode())
    return None if sha256 == expected else f"{prefix}claim_sha256: expected {expected}, got {sha256}"


def _quote_fault(row: Derived, claim: CutClaim) -> str | None:
    if row.quote is None:
        return None
    if row.quote_start is None or row.quote_end is None:
        return "quote_start: missing, and every quote of a shipped layer has its offsets"
    start, end = row.quote_start - claim.start, row.quote_end - claim.start
    stands = claim.text[start:end] if 0 <= start < end else ""
    return (
        None
        if stands == row.quote
        else f"quote: expected {stands!r} from {row.quote_start}, got {row.quote!r}"
    )


def _check_translations(rows: Sequence[Translation], claims: Mapping[str, CutClaim]) -> None:
    file = "raw/layers/translations.jsonl"
    if [(row.claim_id, row.language) for row in rows] != [(claim_id, "en") for claim_id in claims]:
        raise BuildError(file, None, "expected one English row a claim, in order of the claims")


def _check_labels(
    rows: Sequence[Label], claims: Mapping[str, CutClaim], vocabularies: Mapping[str, Any]
) -> None:
    file = "raw/layers/labels.jsonl"
    values: dict[tuple[str, str], list[str]] = {}
    for number, row in enumerate(rows, 1):
        known = vocabularies.get(row.scheme, ()) if row.scheme in SHIPPED_SCHEMES else ()
        if row.value not in known:
            raise BuildError(file, number, f"{row.scheme}: {row.value} is not in the vocabulary")
        given = values.setdefault((row.claim_id, row.scheme), [])
        order = [*known]
        if given and order.index(given[-1]) >= order.index(row.value):
            raise BuildError(
                file, number, f"{row.value}: expected each value once, in the vocabulary's order"
            )
        given.append(row.value)
    for claim_id in claims:
        for scheme, most in SHIPPED_SCHEMES.items():
            count = len(values.get((claim_id, scheme), []))
            if not 1 <= count <= most:
                raise BuildError(file, None, f"{claim_id}: expected 1 to {most} of {scheme}, got {count}")

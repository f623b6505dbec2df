"""The shipped layers as `raw/layers` holds them, checked as they are read."""

from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import jiter
from pydantic import ValidationError

from .errors import BuildError
from .models import Derived, Label, Translation
from .release import digest, lines

__all__ = ["PROVENANCE", "Layers", "parse", "read_layers"]

PROVENANCE = (
    "id", "kind", "release", "method", "creator", "created", "confidence", "rationale", "claim_sha256"
)  # fmt: skip
"""Fields that every row of a shipped layer must have."""

_EXACTLY_ONE = ("claim_type", "horizon")
_MOST_TOPICS = 4
_Derived = TypeVar("_Derived", bound=Derived)


class Layers(NamedTuple):
    """Every shipped layer, in the order of its file."""

    translations: tuple[Translation, ...]
    labels: tuple[Label, ...]

    def values(self) -> dict[tuple[str, str], list[str]]:
        """Return the label values by claim and scheme, in the order of the file."""
        values: dict[tuple[str, str], list[str]] = {}
        for label in self.labels:
            values.setdefault((label.claim_id, label.scheme), []).append(label.value)
        return values


def read_layers(folder: Path, claims: dict[str, str], vocabularies: dict[str, Any]) -> Layers:
    """Read and check every layer.

    Parameters
    ----------
    folder : pathlib.Path
        Holds `translations.jsonl` and `labels.jsonl`.
    claims : dict of str to str
        The text of each claim by id.
    vocabularies : dict
        The values of each scheme, in order.

    Raises
    ------
    BuildError
        A row is wrong, or a claim lacks its translation or a label: file, line and reason.
    """
    translations = _read(folder / "translations.jsonl", Translation, claims)
    labels = _read(folder / "labels.jsonl", Label, claims)
    layers = Layers(tuple(translations), tuple(labels))
    _check_translations(translations, claims)
    _check_labels(labels, claims, vocabularies)
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


def _read(path: Path, model: type[_Derived], claims: dict[str, str]) -> list[_Derived]:
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


def _fault(row: Derived, claims: dict[str, str]) -> str | None:
    missing = [name for name in PROVENANCE if getattr(row, name) is None]
    if missing:
        return f"{missing[0]}: missing, and every row of a shipped layer has it"
    kind = type(row).__name__.lower()
    if row.kind != kind:
        return f"kind: expected {kind}, got {row.kind}"
    if row.claim_id not in claims:
        return f"claim_id: no claim {row.claim_id}"
    sha256 = digest(claims[row.claim_id].encode())
    if row.claim_sha256 != sha256:
        return f"claim_sha256: expected {sha256}, got {row.claim_sha256}"
    return None


def _check_translations(rows: list[Translation], claims: dict[str, str]) -> None:
    file = "raw/layers/translations.jsonl"
    if [(row.claim_id, row.language) for row in rows] != [(claim_id, "en") for claim_id in claims]:
        raise BuildError(file, None, "expected one English row a claim, in order of the claims")


def _check_labels(rows: list[Label], claims: dict[str, str], vocabularies: dict[str, Any]) -> None:
    file = "raw/layers/labels.jsonl"
    values: dict[tuple[str, str], list[str]] = {}
    for number, row in enumerate(rows, 1):
        known = vocabularies.get(row.scheme)
        if known is None or row.value not in known:
            raise BuildError(file, number, f"{row.scheme}: {row.value} is not in the vocabulary")
        given = values.setdefault((row.claim_id, row.scheme), [])
        order = [*known]
        if given and order.index(given[-1]) >= order.index(row.value):
            raise BuildError(
                file, number, f"{row.value}: expected each value once, in the vocabulary's order"
            )
        given.append(row.value)
    for claim_id in claims:
        for scheme in vocabularies:
            most = 1 if scheme in _EXACTLY_ONE else _MOST_TOPICS
            count = len(values.get((claim_id, scheme), []))
            if not 1 <= count <= most:
                raise BuildError(file, None, f"{claim_id}: expected 1 to {most} of {scheme}, got {count}")

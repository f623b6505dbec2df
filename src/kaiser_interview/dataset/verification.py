"""Verify that the installed files are the released ones, down to each claim in the source."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .. import release
from ..corpus.grammar import cut
from ..errors import IntegrityError, KaiserInterviewError
from ..records.models import KINDS
from ..records.schemas import to_table
from ..storage import digest

__all__ = ["Difference", "verify"]


class Difference(NamedTuple):
    """A difference between the installed files and the released ones."""

    place: str
    """The file; if known, also the record and field."""
    expected: str
    got: str


def verify(files: Mapping[str, bytes | str] | None = None) -> tuple[Difference, ...]:
    """Return every difference between the installed files and the released ones.

    The files are hashed and compared with the manifest, and the manifest with its canonical form. Then the
    source is parsed again and compared with the installed claims one by one. The two formats of each table
    are compared with each other.

    Parameters
    ----------
    files : mapping of str to bytes or str, optional
        Files of the data directory by name: the bytes, or the reason why a file cannot be read. Default: the
        installed files.

    Returns
    -------
    tuple of Difference
        Sorted by place; empty if the files are the released ones.
    """
    found = release.shipped() if files is None else files
    readable = {name: data for name, data in found.items() if isinstance(data, bytes)}
    unreadable = {name: data for name, data in found.items() if isinstance(data, str)}
    differences = [Difference(name, "a readable file", reason) for name, reason in unreadable.items()]
    differences += [one for one in _manifest_differences(readable) if one.place not in unreadable]
    altered = {difference.place for difference in differences}
    differences += _content_differences(readable, altered)
    return tuple(sorted(differences))


def _manifest_differences(files: Mapping[str, bytes]) -> Iterator[Difference]:
    manifest = files.get(release.MANIFEST)
    if manifest is None:
        yield Difference(release.MANIFEST, "a file", "no such file")
        return
    present = {name: data for name, data in files.items() if name != release.MANIFEST}
    canonical = release.manifest_bytes(present)
    if manifest == canonical:
        return
    try:
        listed = release.entries(manifest)
    except IntegrityError as error:
        yield Difference(error.file, error.expected, error.got)
        return
    actual = release.entries(canonical)
    for name in sorted({*listed, *actual}):
        if listed.get(name) != actual.get(name):
            yield Difference(name, _described(listed.get(name)), _described(actual.get(name)))
    if listed == actual:
        yield Difference(release.MANIFEST, "its canonical form", "other bytes with the same content")


def _described(entry: Mapping[str, Any] | None) -> str:
    return "no such file" if entry is None else f"{entry['bytes']} bytes, SHA-256 {entry['sha256']}"


def _content_differences(files: Mapping[str, bytes], altered: set[str]) -> Iterator[Difference]:
    """Parse the installed source again and yield differences in records, also inside altered files."""
    rows = {}
    for table, kind in release.TABLES.items():
        name = f"{table}.jsonl"
        if name not in files:
            continue
        try:
            rows[table] = [json.loads(line) for line in release.lines(files[name])]
            if name not in altered:
                yield from _format_differences(table, files, altered)
        except (ValueError, RecursionError) as error:
            if name not in altered:
                yield Difference(name, f"records of kind {kind}", f"{error!s:.80}")
    try:
        (source,) = rows["sources"]
        again = cut(source["text"])
        printed = {"headline": again.headline, "outlet": again.outlet, "published": again.published}
        printed["sha256"] = digest(source["text"].encode())
        yield from _record_differences("sources", [{**source, **printed}], [source])
        claims = [
            {
                **claim._asdict(),
                "citations": list(claim.citations),
                "claim_sha256": digest(claim.text.encode()),
                **_layered(claim.claim_id, rows),
            }
            for claim in again.claims
        ]
        yield from _record_differences("claims", claims, rows["claims"])
        dialogues = [dialogue._asdict() for dialogue in again.dialogues]
        yield from _record_differences("dialogues", dialogues, rows["dialogues"])
    except (KaiserInterviewError, ValueError, TypeError, LookupError) as error:
        if not altered:
            yield Difference("sources.jsonl", "a source that matches the grammar", f"{error!s:.80}")


def _layered(claim_id: str, rows: Mapping[release.TableName, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return the columns of a claim that are built from layers, from the rows of the layers."""
    (english,) = (row["translation"] for row in rows["translations"] if row["claim_id"] == claim_id)
    labels: dict[str, list[str]] = {}
    for row in rows["labels"]:
        if row["claim_id"] == claim_id:
            labels.setdefault(row["scheme"], []).append(row["value"])
    return {
        "text_en": english,
        "topics": labels["topic"],
        "claim_type": labels["claim_type"][0],
        "horizon": labels["horizon"][0],
    }


def _record_differences(
    table: release.TableName, expected: list[dict[str, Any]], rows: list[dict[str, Any]]
) -> Iterator[Difference]:
    file = f"{table}.jsonl"
    if len(expected) != len(rows):
        yield Difference(file, f"{len(expected)} records, as in the source", f"{len(rows)} records")
    for want, row in zip(expected, rows, strict=False):
        for name, value in want.items():
            if row[name] != value:
                record = want[f"{release.TABLES[table]}_id"]
                yield Difference(f"{file} {record} {name}", f"{value!r:.80}", f"{row[name]!r:.80}")


def _format_differences(
    table: release.TableName, files: Mapping[str, bytes], altered: set[str]
) -> Iterator[Difference]:
    name = f"{table}.parquet"
    model = KINDS[release.TABLES[table]]
    records = [model.model_validate_json(line) for line in release.lines(files[f"{table}.jsonl"])]
    # Pass only bytes with the released digest to the Parquet reader, because damaged bytes can crash it.
    if altered.isdisjoint({name, release.MANIFEST}) and not release.parquet_table(files[name]).equals(
        to_table(model, records)
    ):
        yield Difference(name, f"the records of {table}.jsonl", "other records")

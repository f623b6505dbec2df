"""The shipped files: open, digest, verify."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from . import __version__
from .errors import IntegrityError, KaiserInterviewError, NotOnDiskError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "DATA",
    "MANIFEST",
    "TABLES",
    "Difference",
    "digest",
    "directory",
    "lines",
    "manifest_bytes",
    "parquet_table",
    "read",
    "shipped",
    "verify",
]

TABLES = {
    "claims": "claim",
    "dialogues": "dialogue",
    "sources": "source",
    "translations": "translation",
    "labels": "label",
}
"""Every shipped table and the kind of its records; the first is the default."""

DATA = "data"
MANIFEST = "manifest.json"


class Difference(NamedTuple):
    """One way in which the installed files are not the released ones."""

    place: str
    """File, and where it applies record and field."""
    expected: str
    got: str


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes, in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def manifest_bytes(files: Mapping[str, bytes]) -> bytes:
    """Return the manifest of a data directory, in its one canonical form.

    Every byte of it follows from the release number and the files' names and contents. `verify` computes
    it anew and compares bytes, so the manifest needs no digest of its own.
    """
    entries = {name: {"bytes": len(data), "sha256": digest(data)} for name, data in files.items()}
    document = {"files": entries, "release": __version__}
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()


def directory() -> str:
    """Return the path of the installed data directory.

    Raises
    ------
    NotOnDiskError
        The package is imported from an archive.
    """
    path = _path("")
    if not os.path.isdir(path):
        raise NotOnDiskError(
            f"{path}: expected a directory, got a package inside an archive; the data can be loaded "
            "from there, but has a path only once the package is installed unpacked"
        )
    return path.rstrip(os.sep)


def read(name: str) -> bytes:
    """Return the bytes of a shipped file, once they are found to be the released ones.

    Raises
    ------
    IntegrityError
        The file or the manifest is missing or not what was released.
    """
    entry = _entries(_get(MANIFEST)).get(name)
    if entry is None:
        raise IntegrityError(MANIFEST, f"an entry for {name}", "none")
    data = _get(name)
    if digest(data) != entry["sha256"]:
        raise IntegrityError(name, f"SHA-256 {entry['sha256']}", digest(data))
    return data


def parquet_table(data: bytes) -> "pa.Table":
    """Return the Parquet file in `data` as a `pyarrow.Table`, page checksums verified."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    # pyarrow.parquet.read_table would import pyarrow.dataset, and with it pandas where it is installed.
    return ParquetFile(pa.BufferReader(data), page_checksum_verification=True).read(use_threads=False)


def lines(data: bytes) -> list[bytes]:
    """Return the lines of a JSON Lines file, cut at line feeds and nowhere else."""
    return data.split(b"\n")[:-1]


def shipped() -> dict[str, bytes]:
    """Return every file in the installed data directory by name, as it is."""
    from importlib.resources import files

    return dict(_walk(files(__package__) / DATA, ""))


def verify(files: Mapping[str, bytes] | None = None) -> tuple[Difference, ...]:
    """Return every difference between the installed files and the released ones.

    The files are hashed again and compared with the manifest, and the manifest with its canonical form.
    Then the source is cut again and compared, claim by claim, with what is installed, and each table's
    two formats with each other.

    Parameters
    ----------
    files : mapping of str to bytes, optional
        The data directory's files by name. Default: the installed ones.

    Returns
    -------
    tuple of Difference
        In order of place; empty if everything is as released.
    """
    files = shipped() if files is None else files
    differences = list(_manifest_differences(files))
    altered = {difference.place for difference in differences}
    differences += _content_differences(files, altered)
    return tuple(sorted(differences))


def _path(name: str) -> str:
    return os.path.join(os.path.dirname(__file__), DATA, name)


def _get(name: str) -> bytes:
    # The module's own loader reads from a directory and from a zip alike, and is already imported.
    try:
        data: bytes = __loader__.get_data(_path(name))  # type: ignore[name-defined]
    except OSError as error:
        raise IntegrityError(name, "a readable file", str(error)) from None
    return data


def _entries(manifest: bytes) -> dict[str, Any]:
    """Return the manifest's entries by file name; raise if it does not have the manifest's shape."""
    try:
        document = json.loads(manifest)
        release, entries = document["release"], document["files"]
        well_formed = all(
            isinstance(entry["bytes"], int) and isinstance(entry["sha256"], str) for entry in entries.values()
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        well_formed = False
    if not well_formed:
        raise IntegrityError(MANIFEST, "the manifest of a release", "something else")
    if release != __version__:
        raise IntegrityError(MANIFEST, f"release {__version__}", repr(release))
    return dict(entries)


def _walk(folder: Any, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: str(entry.name)):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry.read_bytes()


def _manifest_differences(files: Mapping[str, bytes]) -> Iterator[Difference]:
    manifest = files.get(MANIFEST, b"")
    present = {name: data for name, data in files.items() if name != MANIFEST}
    canonical = manifest_bytes(present)
    if manifest == canonical:
        return
    try:
        listed = _entries(manifest)
    except IntegrityError as error:
        yield Difference(error.file, error.expected, error.got)
        return
    actual = _entries(canonical)
    for name in sorted({*listed, *actual}):
        if listed.get(name) != actual.get(name):
            yield Difference(name, _described(listed.get(name)), _described(actual.get(name)))
    if listed == actual:
        yield Difference(MANIFEST, "its canonical form", "other bytes that say the same")


def _described(entry: Mapping[str, Any] | None) -> str:
    return "no such file" if entry is None else f"{entry['bytes']} bytes, SHA-256 {entry['sha256']}"


def _content_differences(files: Mapping[str, bytes], altered: set[str]) -> Iterator[Difference]:
    """Cut the installed source again and compare; tell what differs inside an altered file where it can."""
    from .segments import cut

    rows = {}
    for table, kind in TABLES.items():
        name = f"{table}.jsonl"
        try:
            rows[table] = [json.loads(line) for line in lines(files.get(name, b""))]
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
            }
            for claim in again.claims
        ]
        yield from _record_differences("claims", claims, rows["claims"])
        dialogues = [dialogue._asdict() for dialogue in again.dialogues]
        yield from _record_differences("dialogues", dialogues, rows["dialogues"])
    except (KaiserInterviewError, ValueError, TypeError, LookupError) as error:
        if not altered:
            yield Difference("sources.jsonl", "a source that can be cut", f"{error!s:.80}")


def _record_differences(
    table: str, expected: list[dict[str, Any]], rows: list[dict[str, Any]]
) -> Iterator[Difference]:
    file = f"{table}.jsonl"
    if len(expected) != len(rows):
        yield Difference(file, f"{len(expected)} records, as the source has", f"{len(rows)} records")
    for want, row in zip(expected, rows, strict=False):
        for name, value in want.items():
            if row[name] != value:
                record = want[f"{TABLES[table]}_id"]
                yield Difference(f"{file} {record} {name}", f"{value!r:.80}", f"{row[name]!r:.80}")


def _format_differences(table: str, files: Mapping[str, bytes], altered: set[str]) -> Iterator[Difference]:
    from .models import KINDS
    from .schema import to_table

    name = f"{table}.parquet"
    model = KINDS[TABLES[table]]
    records = [model.model_validate_json(line) for line in lines(files[f"{table}.jsonl"])]
    # Only bytes that hash as released are given to the Parquet reader, which flipped bits can crash.
    if name not in altered and not parquet_table(files[name]).equals(to_table(model, records)):
        yield Difference(name, f"the records of {table}.jsonl", "other records")

"""List the shipped files, and read them after checking them against the manifest."""

import json
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from ._version import data_release
from .errors import IntegrityError, NotOnDiskError
from .storage import digest

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "MANIFEST",
    "REFERENCES",
    "TABLES",
    "TableName",
    "directory",
    "entries",
    "every_file",
    "lines",
    "manifest_bytes",
    "parquet_table",
    "read",
    "released_digest",
    "shipped",
]

TableName = Literal["claims", "dialogues", "sources", "translations", "labels", "mentions", "relations"]

TABLES: dict[TableName, str] = {
    "claims": "claim",
    "dialogues": "dialogue",
    "sources": "source",
    "translations": "translation",
    "labels": "label",
    "mentions": "mention",
    "relations": "relation",
}
"""Every shipped table with the kind of its records; the first is the default."""

DATA = "data"

MANIFEST = "manifest.json"


def manifest_bytes(files: Mapping[str, bytes]) -> bytes:
    """Return the manifest of a data directory in its canonical form.

    Its bytes depend only on the data release and the names and contents of the files. `verify` computes the
    manifest again and compares bytes, so it needs no digest of its own.
    """
    listed = {name: {"bytes": len(data), "sha256": digest(data)} for name, data in files.items()}
    document = {"files": listed, "release": data_release}
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()


def entries(manifest: bytes) -> dict[str, Any]:
    """Return the entries of a manifest by file name.

    Raises
    ------
    IntegrityError
        The bytes are not a manifest, or are that of another release.
    """
    try:
        document = json.loads(manifest)
        release, listed = document["release"], document["files"]
        well_formed = all(
            isinstance(entry["bytes"], int) and isinstance(entry["sha256"], str) for entry in listed.values()
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        well_formed = False
    if not well_formed:
        raise IntegrityError(MANIFEST, "the manifest of a release", "other data")
    if release != data_release:
        raise IntegrityError(MANIFEST, f"release {data_release}", repr(release))
    return dict(listed)


def directory() -> str:
    """Return the path of the installed data directory.

    Raises
    ------
    NotOnDiskError
        The package is imported from an archive.
    IntegrityError
        The directory is missing.
    """
    path = _path("")
    if not os.path.isdir(path):
        if os.path.isdir(os.path.dirname(__file__)):
            raise IntegrityError(path, "the data directory", "none")
        raise NotOnDiskError(
            f"{path}: expected a directory, got a package inside an archive; the data can be loaded from it, "
            "but a path needs an installed package"
        )
    return path.rstrip(os.sep)


def read(name: str) -> bytes:
    """Return the bytes of a shipped file after checking them against the manifest.

    Raises
    ------
    IntegrityError
        The file or the manifest is missing, or differs from the released one.
    """
    expected, data = released_digest(name), _get(name)
    if digest(data) != expected:
        raise IntegrityError(name, f"SHA-256 {expected}", digest(data))
    return data


def every_file() -> dict[str, bytes]:
    """Return all shipped files by name, the manifest last, after checking them against the manifest.

    Raises
    ------
    IntegrityError
        A file or the manifest is missing, or differs from the released one.
    """
    manifest = _get(MANIFEST)
    return {name: read(name) for name in entries(manifest)} | {MANIFEST: manifest}


def released_digest(name: str) -> str:
    """Return the SHA-256 of a shipped file in the manifest.

    Raises
    ------
    IntegrityError
        The manifest is missing or invalid, or has no entry for the file.
    """
    entry = entries(_get(MANIFEST)).get(name)
    if entry is None:
        raise IntegrityError(MANIFEST, f"an entry for {name}", "none")
    return str(entry["sha256"])


def parquet_table(data: bytes) -> "pa.Table":
    """Read a Parquet file from bytes as a `pyarrow.Table`, with verified page checksums."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    # pyarrow.parquet.read_table would import pyarrow.dataset, and with it pandas if it is installed.
    return ParquetFile(pa.BufferReader(data), page_checksum_verification=True).read(use_threads=False)


def lines(data: bytes) -> list[bytes]:
    """Split a JSON Lines file into lines, at line feeds only."""
    return data.split(b"\n")[:-1]


def shipped() -> dict[str, bytes | str]:
    """Return the files of the installed data directory by name: the bytes, or why a file cannot be read."""
    from importlib.resources import files

    return dict(_walk(files(__package__) / DATA, ""))


def _path(name: str) -> str:
    return os.path.join(os.path.dirname(__file__), DATA, name)


def _get(name: str) -> bytes:
    # The loader of this module reads from directories and zip archives, and is already imported.
    try:
        data: bytes = __loader__.get_data(_path(name))  # type: ignore[name-defined]
    except OSError as error:
        raise IntegrityError(name, "a readable file", str(error)) from None
    return data


def _walk(folder: Any, prefix: str) -> Iterator[tuple[str, bytes | str]]:
    try:
        children = sorted(folder.iterdir(), key=lambda entry: str(entry.name))
    except OSError as error:
        # The prefix is empty if the data directory itself is missing or cannot be read.
        yield prefix or "./", error.strerror or str(error)
        return
    for entry in children:
        name = f"{prefix}{entry.name}"
        linked = getattr(entry, "is_symlink", bool)()
        if entry.is_dir() and not linked:
            yield from _walk(entry, f"{name}/")
        elif entry.is_file():
            try:
                yield name, entry.read_bytes()
            except OSError as error:
                yield name, error.strerror or str(error)
        else:
            # For a device, a pipe, a broken link or a link to a folder, reading might never end.
            yield name, "not a file"


REFERENCES = {
    ("claims", "dialogue_id"): ("dialogues", "dialogue_id"),
    ("translations", "claim_id"): ("claims", "claim_id"),
    ("labels", "claim_id"): ("claims", "claim_id"),
    ("mentions", "claim_id"): ("claims", "claim_id"),
    ("relations", "claim_id"): ("claims", "claim_id"),
    ("relations", "other_claim_id"): ("claims", "claim_id"),
}
"""Foreign keys: from table and column to table and column."""

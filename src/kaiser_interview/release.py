"""The shipped files: which there are, and opening them once they are found to be the released ones."""

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
"""Every shipped table and the kind of its records; the first is the default."""

DATA = "data"

MANIFEST = "manifest.json"


def manifest_bytes(files: Mapping[str, bytes]) -> bytes:
    """Return the manifest of a data directory, in its one canonical form.

    Every byte of it follows from the data release and the files' names and contents. `verify` computes
    it anew and compares bytes, so the manifest needs no digest of its own.
    """
    listed = {name: {"bytes": len(data), "sha256": digest(data)} for name, data in files.items()}
    document = {"files": listed, "release": data_release}
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode()


def entries(manifest: bytes) -> dict[str, Any]:
    """Return the manifest's entries by file name; raise if it does not have the manifest's shape."""
    try:
        document = json.loads(manifest)
        release, listed = document["release"], document["files"]
        well_formed = all(
            isinstance(entry["bytes"], int) and isinstance(entry["sha256"], str) for entry in listed.values()
        )
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        well_formed = False
    if not well_formed:
        raise IntegrityError(MANIFEST, "the manifest of a release", "something else")
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
        The directory is gone.
    """
    path = _path("")
    if not os.path.isdir(path):
        if os.path.isdir(os.path.dirname(__file__)):
            raise IntegrityError(path, "the data directory", "none")
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
    expected, data = released_digest(name), _get(name)
    if digest(data) != expected:
        raise IntegrityError(name, f"SHA-256 {expected}", digest(data))
    return data


def every_file() -> dict[str, bytes]:
    """Return every shipped file by name, the manifest last, once all are found to be the released ones.

    Raises
    ------
    IntegrityError
        A file or the manifest is missing or not what was released.
    """
    manifest = _get(MANIFEST)
    return {name: read(name) for name in entries(manifest)} | {MANIFEST: manifest}


def released_digest(name: str) -> str:
    """Return the SHA-256 that the manifest gives for a shipped file.

    Raises
    ------
    IntegrityError
        The manifest is missing or broken, or does not name the file.
    """
    entry = entries(_get(MANIFEST)).get(name)
    if entry is None:
        raise IntegrityError(MANIFEST, f"an entry for {name}", "none")
    return str(entry["sha256"])


def parquet_table(data: bytes) -> "pa.Table":
    """Return the Parquet file in `data` as a `pyarrow.Table`, page checksums verified."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    # pyarrow.parquet.read_table would import pyarrow.dataset, and with it pandas where it is installed.
    return ParquetFile(pa.BufferReader(data), page_checksum_verification=True).read(use_threads=False)


def lines(data: bytes) -> list[bytes]:
    """Return the lines of a JSON Lines file, cut at line feeds and nowhere else."""
    return data.split(b"\n")[:-1]


def shipped() -> dict[str, bytes | str]:
    """Return what is in the installed data directory by name: a file's bytes, or why it cannot be read."""
    from importlib.resources import files

    return dict(_walk(files(__package__) / DATA, ""))


def _path(name: str) -> str:
    return os.path.join(os.path.dirname(__file__), DATA, name)


def _get(name: str) -> bytes:
    # The module's own loader reads from a directory and from a zip alike, and is already imported.
    try:
        data: bytes = __loader__.get_data(_path(name))  # type: ignore[name-defined]
    except OSError as error:
        raise IntegrityError(name, "a readable file", str(error)) from None
    return data


def _walk(folder: Any, prefix: str) -> Iterator[tuple[str, bytes | str]]:
    try:
        children = sorted(folder.iterdir(), key=lambda entry: str(entry.name))
    except OSError as error:
        # Without a name of its own: the data directory itself is gone or closed.
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
            # A device, a pipe, or a link to nowhere or to a folder: reading it might never end.
            yield name, "not a file"


REFERENCES = {
    ("claims", "dialogue_id"): ("dialogues", "dialogue_id"),
    ("translations", "claim_id"): ("claims", "claim_id"),
    ("labels", "claim_id"): ("claims", "claim_id"),
    ("mentions", "claim_id"): ("claims", "claim_id"),
    ("relations", "claim_id"): ("claims", "claim_id"),
    ("relations", "other_claim_id"): ("claims", "claim_id"),
}
"""Which column of which table names a row of another."""

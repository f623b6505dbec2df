"""Write files atomically: if the process is killed, each file is either the old one or complete."""

import errno
import hashlib
import os
import secrets
import stat
import sys
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

__all__ = ["Staging", "digest", "on_disk", "write_bytes", "write_files"]

from .errors import ResourceError

if sys.platform != "win32":  # pragma: no branch - of this platform
    import fcntl


@contextmanager
def on_disk(purpose: str) -> Iterator[None]:
    """Convert errors of the operating system about temporary files into a `ResourceError`.

    Parameters
    ----------
    purpose : str
        The content of the files, for the message.
    """
    try:
        yield
    except OSError as error:
        raise ResourceError(f"{purpose}: could not be held on disk: {error}") from error


class Staging:
    """Temporary files that are moved to their paths together.

    Use it as a context manager. Without `commit`, the temporary files are removed at the end, and no file is
    changed. If the process is killed, temporary files remain. Their names begin with ``.kaiser-interview-``
    and end with ``.part``.
    """

    def __init__(self) -> None:
        self._temporary: list[str] = []
        self._staged: list[tuple[IO[bytes], str, str]] = []
        # A signal may interrupt even `__exit__`. Remaining files are then removed when this object is
        # garbage-collected, or when Python exits.
        self._left = weakref.finalize(self, _remove, self._temporary)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file, _, _ in self._staged:
            with suppress(OSError):
                file.close()
        _remove(self._temporary)
        self._left.detach()

    def open(self, path: Path) -> IO[bytes]:
        """Open a temporary file that `commit` moves to `path`.

        Raises
        ------
        OSError
            No file can be written to `path`.
        """
        path = Path(os.path.realpath(path))
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if path.exists() and not path.is_file():
            # A rename would replace a device with a file.
            raise OSError(errno.EINVAL, "expected a file, got a device, socket or pipe", str(path))
        temporary = os.path.join(path.parent, f".kaiser-interview-{secrets.token_hex(8)}.part")
        # Registered before it is created, so that it is removed even if creating it is interrupted.
        self._temporary.append(temporary)
        file = open(temporary, "xb", opener=_private)  # noqa: SIM115 - closed when this ends
        self._staged.append((file, temporary, str(path)))
        return file

    def commit(self) -> None:
        """Sync all files to disk, then move each to its path, in the order in which they were opened.

        Concurrent commits to the same folder run one after the other.

        Raises
        ------
        OSError
            A file could not be written, and no file is changed. Or a rename failed: then earlier files are
            already replaced, completely.
        """
        for file, temporary, path in self._staged:
            file.flush()
            os.fsync(file.fileno())
            file.close()
            exists = os.path.exists(path)
            os.chmod(temporary, stat.S_IMODE(os.stat(path).st_mode) if exists else 0o644)
        with ExitStack() as locks:
            for folder in sorted({os.path.dirname(path) for _, _, path in self._staged}):
                locks.enter_context(_locked(folder))
            for _, temporary, path in self._staged:
                os.replace(temporary, path)


def _remove(paths: Iterable[str]) -> None:
    for path in paths:
        # A failure to remove a file must not hide the original error.
        with suppress(OSError):
            os.unlink(path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def _locked(folder: str) -> Iterator[None]:
    """Lock a folder, so that concurrent writers of the same files run one after the other."""
    if sys.platform == "win32":  # pragma: no cover - no flock on Windows
        yield
        return
    handle = None
    # Continue without a lock if the folder cannot be read or the file system has no locks.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path` atomically, replacing an existing file: temporary file, sync, rename.

    Raises
    ------
    OSError
        The file could not be written. `path` is unchanged, and no temporary file remains.
    """
    write_files(path.parent, {path.name: data})


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files to a folder, replacing existing ones only after all are on disk.

    Raises
    ------
    OSError
        As in `Staging.commit`. No temporary file remains.
    """
    for name in files:
        if (folder / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(folder / name))
    with Staging() as staging:
        for name, data in files.items():
            staging.open(folder / name).write(data)
        staging.commit()


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()

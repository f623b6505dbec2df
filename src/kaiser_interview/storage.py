"""Writing files so that a kill at any moment leaves the old ones or whole new ones."""

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

__all__ = ["Staging", "digest", "write_bytes", "write_files"]

if sys.platform != "win32":  # pragma: no branch - of this platform
    import fcntl


class Staging:
    """Files that are written beside their places, and put there together.

    As a context: what is not committed when it ends is removed, and every place is as it was. A kill leaves
    what was written so far, under names that begin ``.kaiser-interview-`` and end ``.part``.
    """

    def __init__(self) -> None:
        self._temporary: list[str] = []
        self._staged: list[tuple[IO[bytes], str, str]] = []
        # A signal may break off even the end of the context: what it leaves is removed when this is
        # collected, or when Python ends.
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
        """Open a file that is to stand at `path`.

        Raises
        ------
        OSError
            It cannot be written there.
        """
        path = Path(os.path.realpath(path))
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if path.exists() and not path.is_file():
            # A rename would put a file in the place of a device.
            raise OSError(errno.EINVAL, "expected a file, got a device, socket or pipe", str(path))
        temporary = os.path.join(path.parent, f".kaiser-interview-{secrets.token_hex(8)}.part")
        # Known before it is made, so that it is removed whenever what makes it is broken off.
        self._temporary.append(temporary)
        file = open(temporary, "xb", opener=_private)  # noqa: SIM115 - closed when this ends
        self._staged.append((file, temporary, str(path)))
        return file

    def commit(self) -> None:
        """Put every file in its place, in the order in which they were opened, once all are on the disk.

        Whoever else commits to one of the folders at the same time does so before or after, not in between.

        Raises
        ------
        OSError
            One could not be written; no file is then changed, unless it is a rename that failed, when those
            before it are whole new ones.
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
        # What cannot be removed either is no reason to say something else than what went wrong.
        with suppress(OSError):
            os.unlink(path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def _locked(folder: str) -> Iterator[None]:
    """Hold a folder's lock, so that of two writers of the same files one comes after the other."""
    if sys.platform == "win32":  # pragma: no cover - no locks of this sort
        yield
        return
    handle = None
    # A folder that may not be read, or a file system without locks, has none to wait for.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path`, replacing what stands there: temporary file, sync, rename.

    Raises
    ------
    OSError
        It could not be written; `path` is then as it was, and the temporary file is gone.
    """
    write_files(path.parent, {path.name: data})


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files to a folder, replacing what stands there, once all of them are on the disk.

    Raises
    ------
    OSError
        As `Staging.commit`. No temporary file is left.
    """
    for name in files:
        if (folder / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(folder / name))
    with Staging() as staging:
        for name, data in files.items():
            staging.open(folder / name).write(data)
        staging.commit()


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes, in lower-case hexadecimal."""
    return hashlib.sha256(data).hexdigest()

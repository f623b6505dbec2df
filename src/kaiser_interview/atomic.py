"""Writing files so that a kill at any moment leaves the old ones or whole new ones."""

import errno
import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

__all__ = ["Staging", "write_bytes", "write_files"]


class Staging:
    """Files that are written beside their places, and put there together.

    As a context: what is not committed when it ends is removed, and every place is as it was.
    """

    def __init__(self) -> None:
        self._staged: list[tuple[IO[bytes], str, Path]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file, temporary, _ in self._staged:
            with suppress(OSError):
                file.close()
            with suppress(FileNotFoundError):
                os.unlink(temporary)

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
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        file = os.fdopen(handle, "wb")
        self._staged.append((file, temporary, path))
        return file

    def commit(self) -> None:
        """Put every file in its place, once all of them are on the disk.

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
            os.chmod(temporary, stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644)
        for _, temporary, path in self._staged:
            os.replace(temporary, path)


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

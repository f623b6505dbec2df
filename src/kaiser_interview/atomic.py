"""Writing files so that a kill at any moment leaves the old ones or whole new ones."""

import errno
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

__all__ = ["write_bytes", "write_files"]


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
        One could not be written; no file is then changed, unless it is a rename that failed, when those
        before it are whole new ones. No temporary file is left.
    """
    for name in files:
        if (folder / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(folder / name))
    staged: list[tuple[str, Path]] = []
    try:
        for name, data in files.items():
            handle, temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=".part", dir=folder)
            staged.append((temporary, folder / name))
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o644)
        for temporary, path in staged:
            os.replace(temporary, path)
    except BaseException:
        for temporary, _ in staged:
            with suppress(FileNotFoundError):
                os.unlink(temporary)
        raise

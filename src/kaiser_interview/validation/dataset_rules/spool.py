"""Temporary files for data that does not fit in memory."""

import os
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from ...storage import on_disk

__all__ = ["Spool"]


class Spool:
    """Append bytes to files in a temporary folder, and read them back.

    `close`, garbage collection or the exit of the interpreter removes the folder.

    Parameters
    ----------
    purpose : str
        What the files contain, for messages.

    Attributes
    ----------
    sizes : dict of str to int
        The names of the files, and their sizes in bytes.

    Raises
    ------
    ResourceError
        The temporary folder cannot be created. Other methods raise it if a file cannot be written or read,
        for example because the disk is full.
    """

    def __init__(self, purpose: str) -> None:
        self._purpose = purpose
        self.sizes: dict[str, int] = {}
        with on_disk(self._purpose):
            # An error while removing the folder must not replace the result.
            folder = tempfile.TemporaryDirectory(prefix="kaiser-interview-", ignore_cleanup_errors=True)
        self._folder = Path(folder.name)
        self._removed = weakref.finalize(self, folder.cleanup)

    def close(self) -> None:
        """Remove all files and their folder."""
        self._removed()

    def append(self, name: str, data: bytes | memoryview) -> None:
        """Append bytes to a file."""
        # Opened for each call, since a process may have no more than 256 open files (macOS) or 512 (Windows).
        # Callers write large blocks, so the cost of opening is negligible.
        with on_disk(self._purpose), (self._folder / name).open("ab") as file:
            file.write(data)
        self.sizes[name] = self.sizes.get(name, 0) + len(data)

    @contextmanager
    def reading(self, name: str) -> Iterator[BufferedReader]:
        """Open a file to read; raise OSError if its size differs from what was appended."""
        with on_disk(self._purpose), (self._folder / name).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size != self.sizes[name]:
                raise OSError(f"{file.name}: expected {self.sizes[name]:,} bytes, got {size:,}")
            yield file

    def remove(self, name: str) -> None:
        """Remove a file."""
        with on_disk(self._purpose):
            (self._folder / name).unlink()
        del self.sizes[name]

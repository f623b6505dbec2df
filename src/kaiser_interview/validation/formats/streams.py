"""Open, decompress, count and hash an input, one chunk at a time."""

import gzip
import hashlib
import io
import os
import select
import stat
import sys
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import IO, Any

from ..findings.finding import Fault, StreamError

__all__ = ["BOMB_RATIO", "CHUNK", "COMPRESSED", "Stream", "most_decompressed"]

CHUNK = 1 << 20
"""Chunk size in bytes."""

BOMB_RATIO = 200
"""A file that decompresses to more than this many times its size and to more than 256 MiB is rejected."""

_BOMB_BYTES = 256 << 20

_HEAD = 1 << 12

_START = 1 << 20

_MAGIC = 4

_MOMENT = 0.01

_GZIP = b"\x1f\x8b"

# A data frame, or a skippable frame, which decoders ignore (RFC 8878, section 3.1).
_ZSTD = (b"\x28\xb5\x2f\xfd", *(bytes([mark]) + b"\x2a\x4d\x18" for mark in range(0x50, 0x60)))

COMPRESSED = (_GZIP, *_ZSTD)
"""The first bytes of compressed files."""

_NO_FRAME = ("Not a gzipped file", "Unknown frame descriptor")
"""Error messages of gzip and zstd if other bytes follow the compressed data."""

_DESCRIPTORS = ("/dev/fd/", "/proc/self/fd/")


class Stream:
    """The decompressed bytes of a file or of standard input.

    Parameters
    ----------
    name : str
        A path, or ``-`` for standard input.
    chunk : int
        Bytes read at a time.

    Attributes
    ----------
    path : str
        A path by which another process can open the file.
    size : int or None
        Size on disk in bytes; None if the input is not a regular file.
    taken : int
        Bytes read so far, before decompression.
    """

    def __init__(self, name: str, *, chunk: int = CHUNK) -> None:
        self.name = name
        self.taken: int = 0
        self._chunk = chunk
        self._hash = hashlib.sha256()
        self._file, self._before = _open(name)
        self.path: str = os.path.realpath(name) if _is_descriptor(name) else name
        self.size: int | None = self._before.st_size if stat.S_ISREG(self._before.st_mode) else None
        self._head = b""
        self._chunks = self._decompressed()

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes read so far, before decompression, in hexadecimal."""
        return self._hash.hexdigest()

    def peek(self) -> bytes:
        """Return the first decompressed bytes without consuming them: at least 4 KiB, or all there are."""
        while len(self._head) < _HEAD:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            self._head += chunk
        return self._head

    def first_line(self, longest: int) -> bytes:
        """Return the first line that is not blank, without consuming it.

        If it has more than `longest` bytes, it may be cut off.
        """
        held = [self.peek()]
        size, text = len(held[0]), held[0].lstrip()
        while (b"\n" not in text or not text) and size <= longest and (chunk := next(self._chunks, b"")):
            held.append(chunk)
            size += len(chunk)
            text = chunk if text else chunk.lstrip()
        self._head = b"".join(held)
        return self._head.lstrip().partition(b"\n")[0]

    def start(self) -> bytes:
        """Return the first 1 MiB of an uncompressed regular file, or 4 KiB of other input."""
        if not self.is_plain:
            return self.peek()[:_HEAD]
        at = self._file.tell()
        self._file.seek(0)
        data: bytes = self._file.read(_START)
        self._file.seek(at)
        return data

    @property
    def is_plain(self) -> bool:
        """Whether the input is a regular file that is not compressed."""
        if self.size is None:
            return False
        at = self._file.tell()
        self._file.seek(0)
        first = self._file.read(_MAGIC)
        self._file.seek(at)
        return not first.startswith(COMPRESSED)

    def chunks(self) -> Iterator[bytes]:
        """Yield the decompressed bytes from the start, in chunks that are never empty.

        Raises
        ------
        StreamError
            The input cannot be read to its end, or the file changed while it was read.
        """
        head, self._head = self._head, b""
        if head:
            yield head
        yield from self._chunks

    def is_file(self, path: str) -> bool:
        """Return whether a path leads to this file (same device and inode)."""
        try:
            other = os.stat(path)
        except OSError:
            return False
        return (other.st_dev, other.st_ino) == (self._before.st_dev, self._before.st_ino)

    def is_idle(self) -> bool:
        """Return whether a pipe has no data to read for a moment, so that the next read may block."""
        if self.size is not None or self._file.closed:
            return False
        try:
            return not select.select([self._file], [], [], _MOMENT)[0]
        except (OSError, ValueError):
            return False  # on Windows, select works with sockets only

    def drain(self) -> None:
        """Read the remaining bytes, so that the digest covers the whole file.

        Raises
        ------
        StreamError
            The input cannot be read to its end, or the file changed while it was read.
        """
        if self._file.closed:
            try:
                self._file, _ = _open(self.name)
            except StreamError:
                raise StreamError(_changed()) from None  # it existed before
            self._file.seek(self.taken)
        deque(self._raw(), maxlen=0)
        self.verify()

    def verify(self) -> None:
        """Check that the path still leads to the same, unchanged file; other code reads it by its path.

        Raises
        ------
        StreamError
            The file was replaced, changed or removed.
        """
        try:
            after = os.stat(self.path)
        except OSError:
            raise StreamError(_changed()) from None
        if _identity(after) != _identity(self._before):
            raise StreamError(_changed())

    def close(self) -> None:
        """Close the file; `drain` opens it again. Standard input stays open."""
        if self.name != "-":
            self._file.close()

    def _raw(self) -> Iterator[bytes]:
        read = _reader(self._file)
        while True:
            try:
                chunk = read(self._chunk)
            except (OSError, ValueError) as error:
                raise StreamError(_unreadable(_reason(error))) from None
            if chunk is None:
                # A non-blocking pipe without data yet.
                _await(self._file)
                continue
            if not chunk:
                break
            self.taken += len(chunk)
            self._hash.update(chunk)
            yield chunk
        if self.size is not None:
            after = os.fstat(self._file.fileno())
            if self.taken != self.size or after.st_mtime_ns != self._before.st_mtime_ns:
                raise StreamError(_changed())

    def _decompressed(self) -> Iterator[bytes]:
        raw = self._raw()
        first = b""
        while len(first) < _MAGIC and (more := next(raw, b"")):
            first += more
        source = _Chained(first, raw)
        if first.startswith(_GZIP):
            yield from self._bounded(gzip.GzipFile(fileobj=source))
        elif first.startswith(_ZSTD):
            import pyarrow as pa

            # zstd verifies the checksums of frames that have one.
            yield from self._bounded(pa.CompressedInputStream(pa.PythonFile(source, "r"), "zstd"))
        else:
            if first:
                yield first
            yield from raw
            return
        # Read to the end: the digest must cover the whole file, and changes must be detected.
        deque(raw, maxlen=0)

    def _bounded(self, file: Any) -> Iterator[bytes]:
        size = 0
        while True:
            try:
                chunk = file.read(self._chunk)
            except StreamError:
                raise
            except EOFError:
                raise StreamError(_ends_early()) from None
            except (OSError, ValueError, zlib.error) as error:
                if "runcated" in str(error):
                    raise StreamError(_ends_early()) from None
                reason = _reason(error)
                if any(words in reason for words in _NO_FRAME):
                    reason = "other bytes follow the end of the data"
                raise StreamError(_unreadable(f"damaged compressed data: {reason}")) from None
            if not chunk:
                return
            size += len(chunk)
            if size > most_decompressed(self.taken):
                raise StreamError(
                    Fault(
                        "unreadable",
                        (),
                        f"data that decompresses to at most {BOMB_RATIO} times its size",
                        "more, which may be a decompression bomb",
                        "if you trust the file, decompress it and validate the output",
                    )
                )
            yield chunk


class _Chained(io.RawIOBase):
    """A readable file over a first chunk and an iterator of further chunks."""

    def __init__(self, first: bytes, rest: Iterator[bytes]) -> None:
        self._buffer = memoryview(first)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        if not self._buffer:
            self._buffer = memoryview(next(self._rest, b""))
        count = min(len(target), len(self._buffer))
        target[:count] = self._buffer[:count]
        self._buffer = self._buffer[count:]
        return count


def most_decompressed(size: int) -> int:
    """Return the most bytes that a file of a given size may decompress to."""
    return max(_BOMB_BYTES, BOMB_RATIO * size)


def _open(name: str) -> tuple[IO[bytes], os.stat_result]:
    if name == "-":
        # None if the program has no standard input; closed if a caller closed it.
        if sys.stdin is None or sys.stdin.closed:
            raise StreamError(_unreadable("a closed standard input"))
        if not hasattr(sys.stdin, "buffer"):
            raise StreamError(_unreadable("a standard input that is not binary"))
        file: IO[bytes] = sys.stdin.buffer
        about = _stat_of(file)
        if (
            stat.S_ISCHR(about.st_mode)
            and not sys.stdin.isatty()
            and about.st_rdev != os.stat(os.devnull).st_rdev
        ):
            raise StreamError(_unreadable("a device, which may never end"))
        return file, about
    try:
        about = os.stat(name)
        named = _is_descriptor(name)
        if stat.S_ISDIR(about.st_mode):
            raise StreamError(_unreadable("a folder"))
        if not stat.S_ISREG(about.st_mode) and not (named and not stat.S_ISBLK(about.st_mode)):
            # Opening a device or pipe by path may block, and reading it may never end.
            raise StreamError(
                _unreadable("a device, socket or pipe", "use standard input: … | kaiser-interview validate -")
            )
        file = open(name, "rb", buffering=0)  # noqa: SIM115 - closed by the stream
        return file, os.fstat(file.fileno())
    except (OSError, ValueError) as error:
        raise StreamError(_unreadable(_reason(error))) from None


def _reader(file: IO[bytes]) -> Callable[[int], bytes | None]:
    """Return the method that reads the bytes that are available.

    `read` of a buffered pipe waits for all requested bytes. `read1` of a non-blocking pipe would take a
    pause for the end.
    """
    try:
        blocks = os.get_blocking(file.fileno())
    except (OSError, ValueError, AttributeError):
        blocks = False
    return getattr(file, "read1", file.read) if blocks else file.read


def _await(file: IO[bytes]) -> None:
    """Wait until the file can be read; sleep briefly if the system cannot wait for it."""
    try:
        select.select([file], [], [])
    except (OSError, ValueError):
        # On Windows, select works with sockets only.
        time.sleep(_MOMENT)


def _is_descriptor(name: str) -> bool:
    return name.startswith(_DESCRIPTORS) or name == "/dev/stdin"


def _identity(about: os.stat_result) -> tuple[int, int, int, int]:
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns


def _stat_of(file: IO[bytes]) -> os.stat_result:
    try:
        return os.fstat(file.fileno())
    except (OSError, ValueError):
        # A replaced standard input (tests, notebooks) has no descriptor; treat it as a pipe.
        return os.stat_result((stat.S_IFIFO, *[0] * 9))


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)) or "an error"


def _unreadable(got: str, suggestion: str | None = None) -> Fault:
    return Fault("unreadable", (), "a file that can be read", got, suggestion)


def _changed() -> Fault:
    return _unreadable("a file that changed while it was read")


def _ends_early() -> Fault:
    return Fault("truncated", (), "complete compressed data", "data that ends early")

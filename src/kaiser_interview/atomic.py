"""Writing a file so that a kill at any moment leaves the old one or the whole new one."""

import os
import tempfile
from pathlib import Path

__all__ = ["write_bytes"]


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path`, replacing what stands there: temporary file, sync, rename.

    Raises
    ------
    OSError
        It could not be written; `path` is then as it was, and the temporary file is gone.
    """
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise

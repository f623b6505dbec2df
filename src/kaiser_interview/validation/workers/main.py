"""The main program of a worker process, which reads untrusted columnar files.

`process.py` starts it. It reads requests from standard input, one JSON object per line, and writes frames to
standard output, the first when it is ready. Its output is never unpickled.
"""

import json
import os
import sys
from typing import IO, Any

from .process import FRAME, READY
from .tasks import Tasks

__all__ = ["main"]

# The CPU time limit: `_SECONDS` per request, plus one second per `_BYTES_A_SECOND` bytes of its data.
_SECONDS = 20

_BYTES_A_SECOND = 4 << 20


def main(memory: int) -> None:
    """Answer requests from standard input until it ends.

    Parameters
    ----------
    memory : int
        The memory limit in bytes.
    """
    requests = sys.stdin.buffer
    with os.fdopen(os.dup(1), "wb") as answers:
        # Redirect standard output, because output of a library would corrupt the frames.
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
        limited = _limit_memory(memory)
        tasks = Tasks(memory, limited=limited)
        _keep_pandas_out()
        _write(answers, READY)
        for line in requests:
            request = json.loads(line)
            _limit_seconds(_SECONDS + request.get("bytes", 0) // _BYTES_A_SECOND)
            for head, body in tasks.answer(request):
                _write(answers, head, body)


def _write(answers: IO[bytes], head: dict[str, Any], body: bytes = b"") -> None:
    text = json.dumps(head).encode()
    answers.write(FRAME.pack(len(text), len(body)))
    answers.write(text)
    answers.write(body)
    answers.flush()


def _keep_pandas_out() -> None:
    """Prevent pyarrow from importing pandas, which takes a third of a second and is not needed here."""
    import pyarrow as pa

    sys.meta_path.insert(0, _WithoutPandas)
    pa.array([None])  # pyarrow looks for pandas now, and never again
    sys.meta_path.remove(_WithoutPandas)


class _WithoutPandas:
    """A meta path finder that reports pandas as not installed."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        """Raise for pandas; leave every other module to the next finder."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


def _limit_memory(memory: int) -> bool:
    """Limit memory and disable core dumps; return whether the system supports the memory limit."""
    is_set = _limit("RLIMIT_DATA", memory)
    _limit("RLIMIT_CORE", 0)
    return is_set


def _limit_seconds(seconds: int) -> None:
    used = os.times()
    _limit("RLIMIT_CPU", int(used.user + used.system) + 1 + seconds)


def _limit(name: str, most: int) -> bool:
    """Set a resource limit of this process; return whether the system supports it."""
    try:
        import resource

        which = getattr(resource, name)
        _, hard = resource.getrlimit(which)
        resource.setrlimit(which, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    except (ImportError, AttributeError, ValueError, OSError):
        # Windows has no limits; macOS rejects some.
        return False
    return True

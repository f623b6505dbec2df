"""The main program of a worker process: reads untrusted columnar files.

`process.py` runs it as ``python -m kaiser_interview.validation.workers.main BYTES``. It reads requests from
standard input, one JSON object a line, and writes frames to standard output. Nothing that it writes is
unpickled.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..findings.finding import Fault, spelled
from .process import FRAME

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["main"]

# The limit of processor time: so many seconds a request, plus one for so many bytes of its data.
_SECONDS = 20

_BYTES_A_SECOND = 4 << 20

Answer = Iterator[tuple[dict[str, Any], bytes]]


def main(memory: int) -> None:
    """Answer requests from standard input until it ends.

    Parameters
    ----------
    memory : int
        The memory limit in bytes.
    """
    requests = sys.stdin.buffer
    with os.fdopen(os.dup(1), "wb") as answers:
        # Redirect standard output: a library may print, which would corrupt the frames.
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
        limited = _limit_memory(memory)
        tasks = _Tasks(memory, limited=limited)
        _keep_pandas_out()
        for line in requests:
            request = json.loads(line)
            _limit_seconds(_SECONDS + request.get("bytes", 0) // _BYTES_A_SECOND)
            for head, body in tasks.answer(request):
                text = json.dumps(head).encode()
                answers.write(FRAME.pack(len(text), len(body)))
                answers.write(text)
                answers.write(body)
                answers.flush()


class _Tasks:
    """The tasks of a worker, one for each value of a request's `task`."""

    def __init__(self, memory: int, *, limited: bool = True) -> None:
        self._limited = limited
        self._memory = memory

    def answer(self, request: dict[str, Any]) -> Answer:
        tasks: dict[str, Callable[..., Answer]] = {
            "plan": self._plan,
            "read": self._read,
            "schema": self._schema,
        }
        try:
            yield from tasks[request.pop("task")](**request)
        except Exception as error:  # noqa: BLE001 - after any error of a reader, the other parts are still read
            yield {"fault": list(_fault(error, self._memory))}, b""
        yield {"end": True, "limited": self._limited}, b""

    @staticmethod
    def _plan(path: str, **_: Any) -> Answer:
        from ..formats.columnar.files import plan

        yield plan(path)._asdict(), b""

    @staticmethod
    def _read(path: str, form: str, part: int, **_: Any) -> Answer:
        from ..formats.columnar.files import batches

        for batch in batches(path, form, part):
            yield {"rows": batch.num_rows}, _stream_of(batch)

    @staticmethod
    def _schema(path: str, form: str, **_: Any) -> Answer:
        import pyarrow as pa
        from pyarrow.parquet import read_schema

        from ..formats.columnar.checks import checked

        readers = {
            "parquet": read_schema,
            "ipc-file": lambda file: pa.ipc.open_file(file).schema,
            "ipc-stream": lambda file: pa.ipc.open_stream(file).schema,
        }
        with pa.OSFile(os.fsencode(path)) as file:
            yield {"rows": 0}, _stream_of(checked(pa.RecordBatch.from_pylist([], readers[form](file))))


def _stream_of(batch: "pa.RecordBatch") -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _fault(error: Exception, memory: int) -> Fault:
    from ..findings.finding import StreamError

    if isinstance(error, StreamError):
        return spelled(error.fault)
    if isinstance(error, MemoryError):
        return Fault("unreadable", (), f"a part that fits into {memory >> 20} MiB", "a larger one")
    line = " ".join(str(error).split())[:200] or type(error).__name__
    return Fault("unreadable", (), "a file that can be read", line)


def _keep_pandas_out() -> None:
    """Keep pyarrow from importing pandas, which takes a third of a second and is not needed here."""
    import pyarrow as pa

    sys.meta_path.insert(0, _WithoutPandas)
    pa.array([None])  # makes pyarrow look for pandas, which it does only once
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
        # Windows has no limits; macOS refuses some.
        return False
    return True


if __name__ == "__main__":
    main(int(sys.argv[1]))

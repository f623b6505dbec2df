"""What a worker process does: reads foreign columnar files, and judges parts of data sets.

Run as ``python -m kaiser_interview.validation.workers.main BYTES`` by `process.py`; it takes requests on
standard input, a JSON object a line, and answers with frames on standard output. Nothing that it says is
unpickled.
"""

import json
import os
import pickle
import struct
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..findings.finding import Fault, spelled
from .process import FRAME

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["main"]

# Seconds of processor time that a request may take, and more for each so many bytes.
_SECONDS = 20

_BYTES_A_SECOND = 4 << 20

Answer = Iterator[tuple[dict[str, Any], bytes]]


def main(memory: int) -> None:
    """Answer requests until there are no more."""
    requests = sys.stdin.buffer
    with os.fdopen(os.dup(1), "wb") as answers:
        # What a kind of one's own prints must not stand among the frames.
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
        limited = _limit_memory(memory)
        (size,) = struct.unpack("<Q", requests.read(8))
        tasks = _Tasks(requests.read(size), memory, limited=limited)
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
    """What can be asked for."""

    def __init__(self, setup: bytes, memory: int, *, limited: bool = True) -> None:
        self._setup = setup
        self._limited = limited
        self._memory = memory
        self._judge: Any = None

    def answer(self, request: dict[str, Any]) -> Answer:
        tasks: dict[str, Callable[..., Answer]] = {
            "plan": self._plan,
            "read": self._read,
            "schema": self._schema,
            "judge": self._judged,
        }
        try:
            yield from tasks[request.pop("task")](**request)
        except Exception as error:  # noqa: BLE001 - whatever a reader raises, the rest of the file is still read
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

    def _judged(self, **request: Any) -> Answer:
        if self._judge is None:
            try:
                # From the process that started this one, which is trusted; foreign files never come this way.
                self._judge = pickle.loads(self._setup).begun()  # noqa: S301
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a kind that is not to be had here
                yield {"unready": str(error)}, b""
                return
        yield from self._judge.answer(request, alive)


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
    """Keep pyarrow from importing pandas where it is installed: a third of a second, and of no use here."""
    import pyarrow as pa

    sys.meta_path.insert(0, _WithoutPandas)
    pa.array([None])  # pyarrow looks for pandas once, and remembers
    sys.meta_path.remove(_WithoutPandas)


class _WithoutPandas:
    """Where pandas is looked for, and is not."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        """Refuse pandas; leave everything else to others."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


def _limit_memory(memory: int) -> bool:
    """Limit the memory of this process and its dumps; return whether the system does so."""
    is_set = _limit("RLIMIT_DATA", memory)
    _limit("RLIMIT_CORE", 0)
    return is_set


def alive() -> None:
    """Say that the work goes on: what follows may take as long as a request."""
    _limit_seconds(_SECONDS)


def _limit_seconds(seconds: int) -> None:
    used = os.times()
    _limit("RLIMIT_CPU", int(used.user + used.system) + 1 + seconds)


def _limit(name: str, most: int) -> bool:
    """Set a limit of this process; return whether the system has it and sets it."""
    try:
        import resource

        which = getattr(resource, name)
        _, hard = resource.getrlimit(which)
        resource.setrlimit(which, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    except (ImportError, AttributeError, ValueError, OSError):
        # Windows has none; macOS refuses some.
        return False
    return True


if __name__ == "__main__":
    main(int(sys.argv[1]))

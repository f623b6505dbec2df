"""The tasks of a worker: reading untrusted columnar files."""

import os
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Self

from ..findings.finding import Fault, spelled
from .process import Frame, Sandbox

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["InProcessReader", "Reader", "Tasks"]

Answer = Iterator[tuple[dict[str, Any], bytes]]


# The cache of open files is not thread-safe.
_LOCK = threading.Lock()


class InProcessReader:
    """Reads trusted columnar files in this process; has the interface of `Sandbox`.

    There are no memory and time limits, and a damaged file can crash the process.
    """

    limited: bool = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def start(self) -> None:
        """Do nothing, because there is no process."""

    def close(self) -> None:
        """Do nothing, because there is no process."""

    def ask(self, **request: Any) -> Iterator[Frame]:
        """Yield the frames of the answer to a request."""
        answer = Tasks(None, limited=False).answer(request)
        while True:
            with _LOCK:
                head, body = next(answer)
            if "end" in head:
                return
            yield Frame(head, body)


Reader = Sandbox | InProcessReader


class Tasks:
    """The tasks of a worker, one for each value of a request's `task`."""

    def __init__(self, memory: int | None, *, limited: bool = True) -> None:
        self._limited = limited
        self._memory = memory

    def answer(self, request: dict[str, Any]) -> Answer:
        """Yield the heads and bodies of the frames that answer a request."""
        tasks: dict[str, Callable[..., Answer]] = {
            "plan": self._plan,
            "read": self._read,
            "schema": self._schema,
        }
        try:
            yield from tasks[request.pop("task")](**request)
        except Exception as error:  # noqa: BLE001 - after any error, the other parts are still read
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


def _fault(error: Exception, memory: int | None) -> Fault:
    from ..findings.finding import StreamError

    if isinstance(error, StreamError):
        return spelled(error.fault)
    if isinstance(error, MemoryError):
        limit = f"{memory >> 20} MiB" if memory else "memory"
        return Fault("unreadable", (), f"a part that fits in {limit}", "a larger part")
    line = " ".join(str(error).split())[:200] or type(error).__name__
    return Fault("unreadable", (), "a file that can be read", line)

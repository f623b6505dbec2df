"""A pool of worker processes, each lent to one caller at a time."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, LifoQueue
from types import TracebackType
from typing import Self

from .process import Sandbox, started_ahead
from .tasks import Reader

__all__ = ["Pool", "processors"]


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # pragma: no cover - not on this platform


class Pool:
    """A pool of worker processes; each starts when it is first needed.

    Parameters
    ----------
    count : int
        Number of workers.
    make : callable, optional
        Makes a reader: a worker, or an `InProcessReader`. Default: `Sandbox`.
    """

    def __init__(self, count: int, make: Callable[[], Reader] = Sandbox) -> None:
        self._all: list[Reader] = [*started_ahead()] if make is Sandbox else []
        self._all += [make() for _ in range(count - len(self._all))]
        # A stack, so that a worker that has already started is used first.
        self._idle: LifoQueue[Reader] = LifoQueue()
        for reader in reversed(self._all):
            self._idle.put(reader)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start an idle worker now, so that it is ready when it is needed."""
        with suppress(Empty):
            reader = self._idle.get_nowait()
            reader.start()
            self._idle.put(reader)

    def close(self) -> None:
        """Kill the workers; this ends pending requests."""
        for reader in self._all:
            reader.close()

    @property
    def limited(self) -> bool:
        """Whether all workers run with memory and time limits."""
        return all(reader.limited for reader in self._all)

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Lend an idle worker; wait until one is available."""
        reader = self._idle.get()
        try:
            yield reader
        finally:
            self._idle.put(reader)

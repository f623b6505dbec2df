"""A pool of worker processes that answers requests in order."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import LifoQueue
from types import TracebackType
from typing import Any, Self

from .process import Died, Frame, Sandbox

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
    setup : bytes
        A pickled `Work` that each worker receives at its start, or nothing.
    make : callable, optional
        Makes a worker with this setup. Default: `Sandbox`.

    Attributes
    ----------
    is_ready : bool
        Whether the workers have a setup, which they need for validating parts.
    """

    def __init__(self, count: int, setup: bytes, make: Callable[[bytes], Sandbox] = Sandbox) -> None:
        self._count = count
        self.is_ready: bool = bool(setup)
        self._threads = ThreadPoolExecutor(count)
        self._all = [make(setup) for _ in range(count)]
        # A stack, so that a worker that has already started is used first.
        self._idle: LifoQueue[Sandbox] = LifoQueue()
        for sandbox in self._all:
            self._idle.put(sandbox)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Start no further request, then kill the workers; that ends the threads that wait for them.
        # A thread may still have started a worker, hence the second round.
        self._threads.shutdown(wait=False, cancel_futures=True)
        for sandbox in self._all:
            sandbox.close()
        self._threads.shutdown()
        for sandbox in self._all:
            sandbox.close()

    def answers(self, requests: Iterable[dict[str, Any]]) -> Iterator[list[Frame] | Died]:
        """Yield the frames that answer each request, or the exception if the worker died.

        Requests are submitted only so far ahead of the consumer that the workers stay busy.
        """
        waiting: deque[Future[list[Frame] | Died]] = deque()
        for request in requests:
            waiting.append(self._threads.submit(self._ask, request))
            if len(waiting) > 2 * self._count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    @property
    def limited(self) -> bool:
        """False if any worker reported that it runs without limits."""
        return all(sandbox.limited for sandbox in self._all)

    @contextmanager
    def sandbox(self) -> Iterator[Sandbox]:
        """Lend an idle worker; wait until there is one."""
        sandbox = self._idle.get()
        try:
            yield sandbox
        finally:
            self._idle.put(sandbox)

    def _ask(self, request: dict[str, Any]) -> list[Frame] | Died:
        with self.sandbox() as sandbox:
            try:
                return [*sandbox.ask(**request)]
            except Died as died:
                return died

"""Several workers, asked in turn, whose answers come in the order of the requests."""

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
    """Some workers, each of which starts when it is first needed.

    Parameters
    ----------
    count : int
        How many.
    setup : bytes
        What each is given at its start.
    make : callable, optional
        Makes a worker of what it is given. Default: `Sandbox`.

    Attributes
    ----------
    is_ready : bool
        Whether they are given anything, and so can judge.
    """

    def __init__(self, count: int, setup: bytes, make: Callable[[bytes], Sandbox] = Sandbox) -> None:
        self._count = count
        self.is_ready: bool = bool(setup)
        self._threads = ThreadPoolExecutor(count)
        self._all = [make(setup) for _ in range(count)]
        # The last one first: it has started.
        self._idle: LifoQueue[Sandbox] = LifoQueue()
        for sandbox in self._all:
            self._idle.put(sandbox)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Nothing more is begun. Kills what is at work; the threads that wait for it end then.
        self._threads.shutdown(wait=False, cancel_futures=True)
        for sandbox in self._all:
            sandbox.close()
        self._threads.shutdown()
        for sandbox in self._all:
            sandbox.close()

    def answers(self, requests: Iterable[dict[str, Any]]) -> Iterator[list[Frame] | Died]:
        """Yield the frames of the answer to each request, or how the worker died of it.

        As many requests are ahead of what has been taken as keep the workers busy, and no more.
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
        """Whether no worker has said that it works without limits."""
        return all(sandbox.limited for sandbox in self._all)

    @contextmanager
    def sandbox(self) -> Iterator[Sandbox]:
        """Lend one worker."""
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

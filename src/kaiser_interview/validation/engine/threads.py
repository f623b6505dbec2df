"""Run work in threads, or in the calling thread if no thread can be started."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import Any, Self

__all__ = ["Threads"]


class Threads:
    """Run work in threads, or in the calling thread if no thread can be started.

    The threads are started by the first call of `submit`.

    Parameters
    ----------
    most : int
        Maximum number of threads.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._starting = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()

    def submit(self, work: Callable[..., Any], *given: Any) -> "Future[Any]":
        """Run work and return its future result."""
        with self._starting:
            pool = self._pool
        if pool is not None:
            return pool.submit(work, *given)
        future: Future[Any] = Future()
        try:
            future.set_result(work(*given))
        except Exception as error:  # noqa: BLE001 - raised by `result`, as from a thread
            future.set_exception(error)
        return future

    def shutdown(self, *, wait: bool = True) -> None:
        """End the threads. Without `wait`, drop work that has not begun and return immediately."""
        pool = self.__dict__.get("_pool")
        if pool is not None:
            pool.shutdown(wait=wait, cancel_futures=not wait)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor | None:
        for most in range(self._most, 0, -1):
            pool, started = ThreadPoolExecutor(most), threading.Event()
            try:
                # A pool accepts work even if it cannot start a thread for it. So start all threads now.
                for _ in range(most):
                    pool.submit(started.wait)
            except RuntimeError:
                started.set()
                pool.shutdown()
            else:
                started.set()
                return pool
        return None

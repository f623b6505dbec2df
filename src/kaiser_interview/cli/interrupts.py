"""Ctrl-C: it ends the command as it ends every other one, once what was begun is put away."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from .output import stop

__all__ = ["ended_by_signal", "put_away"]


class _State:
    """Whether there is something to put away."""

    waits = False


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """Let Ctrl-C end the process by the signal itself, so without a traceback, while this lasts.

    Where it is ignored, as in what a shell starts in the background, or means something else, that stays.
    """
    before = signal.getsignal(signal.SIGINT)
    if before not in {signal.default_int_handler, signal.SIG_DFL}:
        yield
        return
    signal.signal(signal.SIGINT, _interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def put_away(words: Callable[[], str]) -> Iterator[None]:
    """Let Ctrl-C break off what is done here, which puts its things away; then end with words and code 2."""
    try:
        _State.waits = True
        yield
        _State.waits = False
    except KeyboardInterrupt:
        _State.waits = False
        stop(words())
    finally:
        _State.waits = False


def _interrupted(number: int, _: FrameType | None) -> None:
    if _State.waits:
        raise KeyboardInterrupt
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)

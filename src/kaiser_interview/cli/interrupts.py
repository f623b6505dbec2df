"""Ctrl-C: it ends the command as it ends every other one, once what was begun is put away."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from .exits import stop

__all__ = ["ended_by_signal", "put_away"]


_CONTROL_C_EXIT = 0xC000013A - (1 << 32)
"""What Windows calls the exit code of a program that Ctrl-C ended, as a signed number."""


class _BrokenOff(BaseException):
    """Ctrl-C while there is something to put away.

    No `KeyboardInterrupt`, which the library for the command line ends by a code of its own: a signal that
    comes just before or after what is guarded must be met outside of it.
    """

    def __init__(self, words: Callable[[], str]) -> None:
        self.words = words


class _State:
    """What to say once everything is put away; None while there is nothing to put away."""

    words: Callable[[], str] | None = None


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
    except _BrokenOff as broken_off:
        _State.words = None
        stop(broken_off.words())
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def put_away(words: Callable[[], str]) -> Iterator[None]:
    """Let Ctrl-C break off what is done here, which puts its things away; then end with words and code 2."""
    _State.words = words
    try:
        yield
    finally:
        _State.words = None


def _interrupted(number: int, _: FrameType | None) -> None:
    if _State.words:
        raise _BrokenOff(_State.words)
    signal.signal(number, signal.SIG_DFL)
    _end_by(number)


def _end_by(number: int, platform: str = sys.platform, leave: Callable[[int], object] = os._exit) -> None:
    """End this process as one that a signal ends on a platform."""
    if platform == "win32":
        # There `os.kill` ends a process with the signal's number, which is our exit code for "could not run".
        leave(_CONTROL_C_EXIT)
    else:
        os.kill(os.getpid(), number)

"""End a command: print the error if it could not run, and clean up after Ctrl-C."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import typer

from ..validation.findings.display import visible

__all__ = ["cleanup_on_interrupt", "ended_by_signal", "stop"]

_CONTROL_C_EXIT = 0xC000013A - (1 << 32)
"""The exit code of a program that Ctrl-C ended on Windows (STATUS_CONTROL_C_EXIT), as a signed number."""


class _WorkInterrupted(BaseException):
    """Raised by Ctrl-C while there is work to clean up.

    It is not a `KeyboardInterrupt`, because Typer would catch that and exit with its own code. A signal just
    before or after the guarded block must reach `ended_by_signal`.
    """

    def __init__(self, words: Callable[[], str]) -> None:
        self.words = words


class _State:
    """The message to print after cleanup, as a function; None while there is nothing to clean up."""

    words: Callable[[], str] | None = None


def stop(reason: str) -> NoReturn:
    """Print a reason as one line on standard error and exit with code 2."""
    try:
        typer.echo(f"kaiser-interview: {visible(reason)}", err=True)
    except OSError:
        # Standard error cannot be written. Replace it, because Python would try again at exit.
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    raise SystemExit(2) from None


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """Within this context, let Ctrl-C end the process by the signal itself, without a traceback.

    Do nothing if the signal is ignored (as in background jobs of a shell) or has a custom handler.
    """
    before = signal.getsignal(signal.SIGINT)
    if before not in {signal.default_int_handler, signal.SIG_DFL}:
        yield
        return
    signal.signal(signal.SIGINT, _interrupted)
    try:
        with _repeated_if_ignored():
            yield
    except _WorkInterrupted as interruption:
        _State.words = None
        stop(interruption.words())
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _repeated_if_ignored() -> Iterator[None]:
    """Within this context, repeat a Ctrl-C whose exception Python ignores.

    Python prints and ignores an exception in a finalizer or in a callback of a weak reference, and goes on.
    """
    before = sys.unraisablehook

    def hook(ignored: "sys.UnraisableHookArgs") -> None:
        if ignored.exc_type is _WorkInterrupted:
            # Python would ignore an exception raised here too. A profile function can raise it in later code.
            sys.setprofile(_interrupted_at_call)
        else:
            before(ignored)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


def _interrupted_at_call(frame: FrameType, event: str, _: object) -> None:  # pragma: no cover - never traced
    # The other events are returns. The first two are those of `sys.setprofile` and the hook.
    if event in {"call", "c_call"}:
        sys.setprofile(None)
        _interrupted(signal.SIGINT, frame)


@contextmanager
def cleanup_on_interrupt(words: Callable[[], str]) -> Iterator[None]:
    """Within this context, let Ctrl-C raise an exception, so that the work cleans up.

    Then print the message that `words` returns, and exit with code 2.
    """
    _State.words = words
    try:
        yield
    finally:
        _State.words = None


def _interrupted(number: int, _: FrameType | None) -> None:
    if _State.words:
        raise _WorkInterrupted(_State.words)
    signal.signal(number, signal.SIG_DFL)
    _end_by(number)


def _end_by(number: int, platform: str = sys.platform, leave: Callable[[int], object] = os._exit) -> None:
    """End this process with the exit status of a process that the signal ended."""
    if platform == "win32":
        # On Windows, `os.kill` exits with the signal's number, 2. That is the exit code for "could not run".
        leave(_CONTROL_C_EXIT)
    else:
        os.kill(os.getpid(), number)

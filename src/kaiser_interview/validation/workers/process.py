"""Start and ask a worker process with limits, which reads untrusted files and validates parts."""

import json
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

from ..findings.finding import Fault

__all__ = ["FRAME", "Died", "Frame", "Sandbox", "fault_of", "read_frame"]

FRAME = struct.Struct("<IQ")
"""The prefix of each frame: the sizes in bytes of its head (a JSON text) and its body."""

MEMORY = 1 << 30
"""The memory limit of a worker in bytes."""

# A frame that declares a larger size is invalid.
_LONGEST_HEAD, _LONGEST_BODY = 1 << 26, 1 << 32


class Frame(NamedTuple):
    """A message from a worker: a JSON object and a binary body."""

    head: dict[str, Any]
    body: bytes


class Died(Exception):  # noqa: N818 - no error of the program: a file can cause it
    """Raised if a worker ended without an answer; the message says how."""


class Sandbox:
    """A worker process; it starts with the first request.

    Parameters
    ----------
    memory : int
        The memory limit in bytes.
    command : sequence of str, optional
        The command line of the worker. Default: `workers.main` under this interpreter.

    Attributes
    ----------
    limited : bool
        False once the worker has reported that the system sets no limits for it.
    """

    def __init__(self, memory: int = MEMORY, *, command: Sequence[str] | None = None) -> None:
        self._memory = memory
        module = "kaiser_interview.validation.workers.main"
        self._command = command or [sys.executable, "-P", "-m", module, str(memory)]
        self.limited: bool = True
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the worker, unless it runs; it imports what it needs while this process goes on.

        An error is left to the first request.
        """
        with suppress(OSError):
            self._process = self._process or self._started()

    def ask(self, **request: Any) -> Iterator[Frame]:
        """Send a request and yield the frames of the answer.

        If the caller stops before the end of the answer, the worker is closed.

        Raises
        ------
        Died
            The worker ended before its answer was complete. The next request starts a new worker.
        """
        done = False
        try:
            process = self._process = self._process or self._started()
            stdin, stdout = _pipes(process)
            try:
                with _no_sigpipe():
                    stdin.write(json.dumps(request).encode() + b"\n")
                    stdin.flush()
            except OSError:
                raise Died(self._end()) from None
            while True:
                try:
                    frame = read_frame(stdout)
                except ValueError:
                    raise Died("the reader said what nobody understands") from None
                if frame is None:
                    raise Died(self._end())
                if "end" in frame.head:
                    done = True
                    self.limited = self.limited and frame.head.get("limited") is not False
                    return
                yield frame
        finally:
            if not done:
                # The answer was not read to its end; its rest would be mistaken for the next answer.
                self.close()

    def close(self) -> None:
        """Kill the worker."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in _pipes(process):
            # Flushing on close fails if the worker never read the rest.
            with suppress(OSError), _no_sigpipe():
                pipe.close()

    def _started(self) -> "subprocess.Popen[bytes]":
        # The worker must import what this process can: custom kinds may be defined anywhere.
        paths = [path or os.getcwd() for path in sys.path]
        return subprocess.Popen(  # noqa: S603 - this interpreter, and our own module
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"},
        )

    def _end(self) -> str:
        """Describe how the worker ended."""
        process = self._process
        if process is None:  # pragma: no cover - closed by another thread
            return "a worker that was closed"
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        code = process.poll()
        if code is not None and code < 0:
            with suppress(ValueError):
                name = signal.Signals(-code).name
                known = {
                    "SIGXCPU": "it took too long",
                    "SIGKILL": "it was killed, most often for want of memory",
                }
                return known.get(name, f"the reader crashed ({name})")
        return "the reader stopped"


@contextmanager
def _no_sigpipe() -> Iterator[None]:
    """Block SIGPIPE, so that writing to a dead worker raises an error and does not kill this process.

    The command keeps the signal's default action elsewhere, so that a closed pipe of the shell ends it.
    """
    if not hasattr(signal, "pthread_sigmask"):  # pragma: no cover - Windows has no such signal
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})
    try:
        yield
    finally:
        if signal.SIGPIPE not in before:
            if signal.SIGPIPE in signal.sigpending():
                signal.sigwait({signal.SIGPIPE})
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPIPE})


def _pipes(process: "subprocess.Popen[bytes]") -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:  # pragma: no cover - both are pipes
        raise Died("a worker without pipes")
    return process.stdin, process.stdout


def read_frame(pipe: IO[bytes]) -> Frame | None:
    """Read the next frame; None if the pipe ends before the frame is complete.

    Raises
    ------
    ValueError
        The bytes are no valid frame.
    """
    sizes = pipe.read(FRAME.size)
    if len(sizes) < FRAME.size:
        return None
    head_size, body_size = FRAME.unpack(sizes)
    if head_size > _LONGEST_HEAD or body_size > _LONGEST_BODY:
        raise ValueError("a frame that is too long")
    head, body = pipe.read(head_size), pipe.read(body_size)
    if len(body) < body_size or len(head) < head_size:
        return None
    held = json.loads(head)
    if not isinstance(held, dict):
        raise ValueError("a head that is no object")  # noqa: TRY004 - as all that is no frame
    return Frame(held, body)


def fault_of(head: dict[str, Any]) -> Fault:
    """Return the fault in the head of a frame."""
    code, path, *rest = head["fault"]
    return Fault(code, tuple(path), *rest)

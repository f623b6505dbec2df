"""Start worker processes with resource limits, and send them requests."""

import atexit
import json
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

from ..._version import __version__
from ...errors import ResourceError
from ..findings.finding import Fault

__all__ = [
    "FRAME",
    "READY",
    "Died",
    "Frame",
    "Sandbox",
    "fault_of",
    "read_frame",
    "start_ahead",
    "started_ahead",
]

FRAME = struct.Struct("<IQ")
"""The prefix of each frame: the sizes in bytes of its head (a JSON text) and its body."""

READY = {"ready": __version__}
"""The head of the first frame of a worker: it has imported what it needs."""

MEMORY = 1 << 30
"""The memory limit of a worker in bytes."""

# The arguments: the module search path as JSON, so that the worker imports the same modules whatever
# characters the folder names contain, and the memory limit.
_PROGRAM = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from kaiser_interview.validation.workers.main import main
main(int(sys.argv[2]))
"""

# Set in workers, so that a program that is started instead of Python cannot start itself again.
_MARK = "KAISER_INTERVIEW_WORKER"

# The maximum seconds until a worker is ready. A program that is not a worker may never answer.
_PATIENCE = 120

# A frame that declares a larger size is invalid.
_LONGEST_HEAD, _LONGEST_BODY = 1 << 26, 1 << 32


class Frame(NamedTuple):
    """A message from a worker: a JSON object and a binary body."""

    head: dict[str, Any]
    body: bytes


class Died(Exception):  # noqa: N818 - a file can cause it, so it is not an error of the program
    """Raised if a ready worker ended without an answer; the message says how."""


class Sandbox:
    """A worker process; it starts with the first request.

    Parameters
    ----------
    memory : int
        The memory limit in bytes.
    command : sequence of str, optional
        The command line of the worker. Default: `workers.main` under this interpreter, or under the one that
        `multiprocessing.set_executable` has set.

    Attributes
    ----------
    limited : bool
        False once the worker has reported that the system sets no limits for it.
    """

    def __init__(self, memory: int = MEMORY, *, command: Sequence[str] | None = None) -> None:
        self._memory = memory
        self._command = command
        self.limited: bool = True
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ready = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start the worker in the background, unless it is running.

        The first request reports errors.
        """
        with suppress(ResourceError):
            self._process = self._process or self._started()

    def ask(self, **request: Any) -> Iterator[Frame]:
        """Send a request and yield the frames of the answer.

        If the caller stops before the end of the answer, this closes the worker.

        Raises
        ------
        Died
            The worker ended before its answer was complete. The next request starts a new worker.
        ResourceError
            No worker can be started.
        """
        done = False
        try:
            process = self._process = self._process or self._started()
            stdin, stdout = _pipes(process)
            if not self._is_ready:
                self._wait(process, stdout)
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
                    raise Died("the worker sent an invalid message") from None
                if frame is None:
                    raise Died(self._end())
                if "end" in frame.head:
                    done = True
                    self.limited = self.limited and frame.head.get("limited") is not False
                    return
                yield frame
        finally:
            if not done:
                # The rest of this answer would be mistaken for the next answer.
                self.close()

    def close(self) -> None:
        """Kill the worker."""
        process, self._process, self._is_ready = self._process, None, False
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in _pipes(process):
            # Flushing on close fails if the worker did not read everything.
            with suppress(OSError), _no_sigpipe():
                pipe.close()

    def _started(self) -> "subprocess.Popen[bytes]":
        command = self._command or [_interpreter(), "-P", "-c", _PROGRAM, _search_path(), str(self._memory)]
        try:
            return subprocess.Popen(  # noqa: S603 - this interpreter, and our own module
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, _MARK: "1", "OMP_NUM_THREADS": "1"},
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise _unavailable(f"{command[0]}: {reason}") from error

    def _wait(self, process: "subprocess.Popen[bytes]", stdout: IO[bytes]) -> None:
        """Wait until the worker is ready."""
        timer = threading.Timer(_PATIENCE, process.kill)
        timer.daemon = True
        with suppress(RuntimeError):  # no more threads: wait without a limit
            timer.start()
        try:
            frame = read_frame(stdout)
        except ValueError:
            frame = None
        finally:
            timer.cancel()
            if timer.ident is not None:
                timer.join()
        self._is_ready = frame is not None and frame.head == READY
        if self._is_ready:
            return
        if self._process is None:
            raise Died(self._end())
        other = frame.head.get("ready") if frame else None
        program = os.fsdecode(process.args[0])  # type: ignore[index,arg-type]
        raise _unavailable(
            f"{program} imports kaiser-interview {other}, but this process uses {__version__}"
            if other
            else f"{program} cannot import kaiser_interview and pyarrow"
        )

    def _end(self) -> str:
        """Describe how the worker ended."""
        process = self._process
        if process is None:  # pragma: no cover - closed by another thread
            return "the worker was closed"
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        code = process.poll()
        if code is not None and code < 0:
            with suppress(ValueError):
                name = signal.Signals(-code).name
                known = {
                    "SIGXCPU": "the worker exceeded its time limit",
                    "SIGKILL": "the worker was killed, usually because memory ran out",
                }
                return known.get(name, f"the worker crashed ({name})")
        return "the worker stopped"


def _interpreter() -> str:
    """Return the path of an interpreter like the one that runs this process."""
    if getattr(sys, "frozen", False) or "__compiled__" in globals():
        raise _unavailable("this program is frozen, so it has no Python interpreter")
    if _MARK in os.environ:
        raise _unavailable(f"{sys.executable} was started as a worker, but is not a Python interpreter")
    # Programs that embed Python set the path of an interpreter in multiprocessing.
    spawn = sys.modules.get("multiprocessing.spawn")
    path = (spawn.get_executable() if spawn else None) or sys.executable
    if not path:
        raise _unavailable("sys.executable is empty, so no Python interpreter can be found")
    return os.fsdecode(path)


def _search_path() -> str:
    """Return the folders in which this process finds modules, as JSON."""
    folders = []
    for path in sys.path:
        # The import system skips other objects. An empty string is the working directory, perhaps deleted.
        if isinstance(path, str):
            with suppress(OSError):
                folders.append(path or os.getcwd())
    return json.dumps(folders)


def _unavailable(reason: str) -> ResourceError:
    return ResourceError(
        f"cannot start the worker process that reads columnar files under limits: {reason}; to read files "
        "that you trust in this process, use in_process=True or --in-process"
    )


_ahead: list[Sandbox] = []


def start_ahead() -> None:
    """Start a worker before there is a pool; the first pool takes it."""
    sandbox = Sandbox()
    sandbox.start()
    atexit.register(sandbox.close)
    _ahead.append(sandbox)


def started_ahead() -> list[Sandbox]:
    """Return the worker that was started ahead, unless a pool has taken it."""
    return [_ahead.pop()] if _ahead else []


@contextmanager
def _no_sigpipe() -> Iterator[None]:
    """Block SIGPIPE, so that writing to a dead worker raises an error instead of killing this process.

    Elsewhere, the command keeps the default action of the signal, so that a closed shell pipe ends it.
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
        raise Died("the worker has no pipes")
    return process.stdin, process.stdout


def read_frame(pipe: IO[bytes]) -> Frame | None:
    """Read the next frame; None if the pipe ends before the frame is complete.

    Raises
    ------
    ValueError
        The bytes are not a valid frame.
    """
    sizes = pipe.read(FRAME.size)
    if len(sizes) < FRAME.size:
        return None
    head_size, body_size = FRAME.unpack(sizes)
    if head_size > _LONGEST_HEAD or body_size > _LONGEST_BODY:
        raise ValueError("the frame is too long")
    head, body = pipe.read(head_size), pipe.read(body_size)
    if len(body) < body_size or len(head) < head_size:
        return None
    held = json.loads(head)
    if not isinstance(held, dict):
        raise ValueError("the head is not an object")  # noqa: TRY004 - every invalid frame is a ValueError
    return Frame(held, body)


def fault_of(head: dict[str, Any]) -> Fault:
    """Return the fault in the head of a frame."""
    code, path, *rest = head["fault"]
    return Fault(code, tuple(path), *rest)

"""Run commands in new processes without start-up cost: a server imports the package and forks for each.

Run as `python forks.py`; it takes a JSON object a line and answers with one. A command is left to itself, or
is sent a signal at a given moment: so long after its start, or after its first temporary file is there.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Self

from surroundings import unmeasured

__all__ = ["Ended", "Forks"]

PATIENCE = 120
"""Seconds after which a command is taken to hang."""
HERE = Path(__file__)


class Ended(NamedTuple):
    """The result of a command: exit code (negative for a signal), output and duration."""

    code: int
    out: str
    err: str
    seconds: float


class Forks:
    """A server, as a context manager; optionally started by another command such as `unshare`."""

    def __init__(self, *before: str) -> None:
        self._before = before

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [*self._before, sys.executable, str(HERE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=unmeasured(),
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._process.stdout.close()

    def run(self, folder: Path, *arguments: str, **how: Any) -> Ended:
        """Run a command in a folder to its end; `_forked` documents the options."""
        return self.together([{"folder": str(folder), "arguments": arguments} | how])[0]

    def together(self, requests: Sequence[dict[str, Any]]) -> list[Ended]:
        """Run several commands at the same time."""
        self._process.stdin.write(json.dumps(requests) + "\n")
        self._process.stdin.flush()
        return [Ended(*one) for one in json.loads(self._process.stdout.readline())]

    def on_disk(
        self, folder: Path, files: dict[str, bytes], size: str, *arguments: str
    ) -> tuple[Ended, dict[str, bytes]]:
        """Run a command on a separate disk with some files, mounted with the given options.

        Return the result, and the files on the disk afterwards.
        """
        disk = {"options": size, "files": {name: data.hex() for name, data in files.items()}}
        ended = self.together([{"folder": str(folder), "arguments": arguments, "disk": disk}])[0]
        held = json.loads(folder.with_name(f"{folder.name}.held").read_text())
        return ended, {name: bytes.fromhex(data) for name, data in held.items()}


def _serve() -> None:
    import pyarrow.parquet

    import kaiser_interview as ki
    from kaiser_interview import cli

    # Import lazily imported modules before the first fork; no thread is left running.
    ki.validate([], kind="label")
    ki.load_table("claims")
    assert pyarrow.parquet
    for line in sys.stdin:
        requests = json.loads(line)
        disks = [(one["folder"], disk) for one in requests if (disk := one.pop("disk", None))]
        for folder, disk in disks:
            _mount(folder, disk)
        started = [_forked(number, cli.main, **one) for number, one in enumerate(requests)]
        answers = [_ended(*one) for one in started]
        for folder, _ in disks:
            _unmount(folder)
        print(json.dumps(answers), flush=True)


def _mount(folder: str, disk: dict[str, Any]) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
    for name, data in disk["files"].items():
        Path(folder, name).write_bytes(bytes.fromhex(data))
    subprocess.run(["mount", "-o", f"remount,{disk['options']}", folder], check=True)


def _unmount(folder: str) -> None:
    held = {path.name: path.read_bytes().hex() for path in Path(folder).iterdir()}
    Path(f"{folder}.held").write_text(json.dumps(held))
    subprocess.run(["umount", folder], check=True)


def _forked(
    number: int,
    main: Any,
    folder: str,
    arguments: list[str],
    signal_name: str = "",
    after: float = 0.0,
    slow: Sequence[float] = (),
    largest: int | None = None,
    *,
    waits: bool = False,
) -> tuple[int, int, str, float]:
    """Start a command; a signal is sent `after` so many seconds, or so long after its first temporary file.

    Its renames may be made slow, each by so many seconds, and its files limited to so many bytes.
    """
    said = f"{folder}.{number}"
    prepared, ready = os.pipe()
    start = time.monotonic()
    pid = os.fork()
    # Ctrl-C goes to the command and to all that it has started.
    with suppress(OSError):
        os.setpgid(pid, pid or os.getpid())
    if pid == 0:
        code = 70
        try:
            _prepare(folder, said, slow, largest, stops=waits)
            os.close(prepared)
            os.close(ready)
            sys.argv = ["kaiser-interview", *arguments]
            try:
                main()
                code = 0
            except SystemExit as ended:
                code = ended.code or 0
            sys.stdout.flush()
        except BaseException:  # noqa: BLE001 - the server must not go on twice
            import traceback

            traceback.print_exc()
        finally:
            # As Python itself does at its end.
            atexit._run_exitfuncs()
            os._exit(code)
    # Signals for the command must not arrive before it exists: wait for the end of the pipe.
    os.close(ready)
    os.read(prepared, 1)
    os.close(prepared)
    if signal_name:
        stopped = waits and os.waitid(os.P_PID, pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        if after and stopped:
            os.kill(pid, signal.SIGCONT)
        time.sleep(after)
        if signal_name == "SIGINT":
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGINT)
        else:
            os.kill(pid, getattr(signal, signal_name))
        os.kill(pid, signal.SIGCONT)
    return pid, number, said, start


def _prepare(folder: str, said: str, slow: Sequence[float], largest: int | None, *, stops: bool) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # as `python -m kaiser_interview` begins
    os.chdir(folder)
    for handle, suffix in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{said}.{suffix}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), handle)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if stops:
        from kaiser_interview import storage

        opened = storage._private

        def stopping(*given: Any) -> int:
            handle, storage._private = opened(*given), opened
            os.kill(os.getpid(), signal.SIGSTOP)
            return handle

        storage._private = stopping
    if slow:
        replace, pauses = os.replace, iter(slow)

        def slowly(*paths: Any) -> None:
            time.sleep(next(pauses, 0))
            replace(*paths)

        os.replace = slowly
    if largest is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))


def _ended(pid: int, _: int, said: str, start: float) -> tuple[int, str, str, float]:
    until = time.monotonic() + PATIENCE
    while not (found := os.waitpid(pid, os.WNOHANG))[0]:
        if time.monotonic() > until:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.0005)
    texts = [Path(f"{said}.{suffix}").read_text("utf-8", "replace") for suffix in ("out", "err")]
    return os.waitstatus_to_exitcode(found[1]), *texts, time.monotonic() - start


if __name__ == "__main__":
    _serve()

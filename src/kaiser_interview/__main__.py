"""Run the command ``kaiser-interview`` as ``python -m kaiser_interview``."""

import atexit
import gc
import signal
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Let Ctrl-C end the process during imports: there is nothing to clean up or report yet.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if _reads_tables(sys.argv):
        # The worker process imports its modules while this process imports its own.
        from .validation.workers.process import start_ahead

        start_ahead()
    # A last garbage collection at exit would take a tenth of a second.
    atexit.register(gc.freeze)
    from . import cli

    cli.main()


def _reads_tables(arguments: list[str]) -> bool:
    """Return whether a command will probably read a columnar file in a worker process."""
    command, rest = arguments[1:2], arguments[2:]
    return (
        command in (["validate"], ["split"], ["fix"])
        and any(one.endswith((".parquet", ".arrow", ".feather")) for one in rest)
        and "--in-process" not in rest
    )


if __name__ == "__main__":
    main()

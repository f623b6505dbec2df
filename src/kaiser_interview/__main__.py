"""Run the command ``kaiser-interview`` as ``python -m kaiser_interview``."""

import atexit
import gc
import signal

__all__ = ["main"]


def main() -> None:
    """Run the command."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # Let Ctrl-C end the process during imports: there is nothing to clean up or report yet.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Collecting garbage once more at the end would take a tenth of a second.
    atexit.register(gc.freeze)
    from . import cli

    cli.main()


if __name__ == "__main__":
    main()

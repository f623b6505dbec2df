"""``python -m kaiser_interview`` is the command ``kaiser-interview``."""

import signal

__all__ = ["main"]


def main() -> None:
    """Run the command."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # While it is being imported there is nothing to put away, and nothing to tell.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from . import cli

    cli.main()


if __name__ == "__main__":
    main()

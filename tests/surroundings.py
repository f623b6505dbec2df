"""The environment of processes that run without coverage."""

import os

__all__ = ["unmeasured"]


def unmeasured() -> dict[str, str]:
    """Return the environment variables, without those that enable coverage.

    Coverage takes time, and Ctrl-C while it holds its lock blocks the process forever.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}

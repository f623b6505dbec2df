"""The environment of processes that are not to be measured for coverage."""

import os

__all__ = ["unmeasured"]


def unmeasured() -> dict[str, str]:
    """Return the variables of the environment, but for what would measure coverage.

    Measuring takes its own time, and Ctrl-C while it holds its lock leaves the process waiting for ever.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}

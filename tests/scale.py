"""How much is tried: a sample in every run, everything in `make full`."""

import os

FULL = bool(os.environ.get("KI_FULL"))


def amount(sample: int, full: int) -> int:
    """Return the number of trials for this run."""
    return full if FULL else sample

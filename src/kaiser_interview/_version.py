"""The version of the package, and the release of its data."""

__all__ = ["__version__", "data_release"]

__version__ = "0.1.0"

data_release = "1.0.0"
"""The release of the shipped data; rows record it in `release`. It changes only if the data changes."""

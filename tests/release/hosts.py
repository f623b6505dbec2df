"""No file names the host of a package registry: the user's tools decide where packages come from."""

from pathlib import Path

__all__ = ["REGISTRIES", "faults"]

# In parts, so that this file does not name them itself.
REGISTRIES = tuple(
    ".".join(parts).encode()
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("anaconda", "org"),
        ("crates", "io"),
    )
)


def faults(folder: Path, names: list[str]) -> list[str]:
    """Return which files name which registry."""
    found = []
    for name in names:
        data = (folder / name).read_bytes()
        found += [f"{name} names {host.decode()}" for host in REGISTRIES if host in data]
    return found

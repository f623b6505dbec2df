"""This folder has no tests, and its imports are installed only by `make mutation`."""

collect_ignore_glob = ["*.py"]

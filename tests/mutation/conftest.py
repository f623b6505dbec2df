"""Nothing here is a test; what is imported here comes with `make mutation` only."""

collect_ignore_glob = ["*.py"]

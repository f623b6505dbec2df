"""Checkers of quotes on the same right and wrong quotes: one command, for `docs/comparison.md`."""

"""Validation of data that is derived from the claims."""

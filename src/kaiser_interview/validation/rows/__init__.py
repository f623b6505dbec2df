"""Validate single rows and report their faults. Entry point: `row_validator`."""

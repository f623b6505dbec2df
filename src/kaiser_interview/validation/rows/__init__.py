"""Validate single rows and explain what is wrong with them. Entry point: `row_validator`."""

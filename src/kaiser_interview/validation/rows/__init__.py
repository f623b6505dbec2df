"""The row validator: decides whether a row is valid and explains why not. Face: `row_validator`."""

"""Convert Arrow arrays to plain types, numpy masks and Python values."""

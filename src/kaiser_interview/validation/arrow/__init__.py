"""Arrow arrays in plain types, as masks and as Python values."""

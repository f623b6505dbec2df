"""The gate: what people derive from the claims, judged row by row."""

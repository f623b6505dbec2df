"""What the gate catches: rows that are right, made wrong in every way that is known, and judged."""

"""Read JSON texts, JSON Lines and JSON arrays."""

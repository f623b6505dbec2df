"""Detection benchmark: valid rows are made invalid in every known way, and validated."""

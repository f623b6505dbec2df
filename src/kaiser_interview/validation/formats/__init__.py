"""Read every input format into rows or record batches. JSON and columnar formats have their own folders."""

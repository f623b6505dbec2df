"""Bytes of every format to rows and batches: text here, JSON and columnar files in their folders."""

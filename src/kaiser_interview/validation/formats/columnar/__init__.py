"""Parquet and Arrow files and streams, read under limits."""

"""Worker processes that read what may be hostile, under limits. Face: `process`, `pool`."""

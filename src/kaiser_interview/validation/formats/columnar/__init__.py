"""Read Parquet and Arrow IPC files and streams, with limits on what untrusted files may claim."""

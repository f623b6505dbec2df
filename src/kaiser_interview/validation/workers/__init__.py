"""Worker processes with memory and time limits, for untrusted files. Main modules: `process`, `pool`."""

"""Define the record model of every kind, and derive its schemas. Main modules: `models`, `schemas`."""

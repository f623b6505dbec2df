"""Record models of every kind, and their schemas, features and drafts. Main modules: `models`, `schemas`."""

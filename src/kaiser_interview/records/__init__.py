"""Kinds of records and their forms: JSON Schema, Arrow, features, drafts. Face: `models`, `schemas`."""

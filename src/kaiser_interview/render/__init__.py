"""A report as somebody reads it: people, programs, GitHub."""

"""Render reports for people, programs and GitHub."""

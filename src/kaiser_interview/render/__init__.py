"""Render reports for people, programs and code hosts."""

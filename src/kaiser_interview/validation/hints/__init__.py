"""Suggestions in findings, with one function for each type of mistake."""

"""Findings, their codes and counts, and reports. Face: `Finding`, `Report`."""

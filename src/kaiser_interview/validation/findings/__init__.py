"""Findings, their codes, counts and pages, and reports. Main classes: `Finding`, `Report`."""

"""Compute the fixes of rows. Main class: `Patches`."""

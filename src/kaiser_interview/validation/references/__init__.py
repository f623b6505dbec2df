"""Validate references to claims: ids, digests, releases, quotes and copied columns; by row and by column."""

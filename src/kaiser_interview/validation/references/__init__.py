"""References to claims: ids, digests, releases, quotes and carried columns, by row and by column."""

"""Rules of the kinds beyond their schema, by row and by column."""

"""Find the rows of an Arrow batch that the row validator must validate. Entry point: `prefilter`."""

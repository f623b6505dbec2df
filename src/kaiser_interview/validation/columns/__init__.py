"""The prefilter: which rows of a batch the row validator is needed for. Face: `prefilter`."""

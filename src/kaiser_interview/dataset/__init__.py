"""The shipped data: loading, exporting, verifying and citing it. Face: `loaders`."""

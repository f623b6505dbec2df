"""Words for findings: what was probably meant. Face: a function for each sort of mistake."""

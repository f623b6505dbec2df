"""A corpus: texts, the claims in them, their history, and searching them. Face: `corpus.Corpus`, `search`."""

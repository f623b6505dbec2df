"""A corpus of texts and claims, with its history, and search in it. Main class: `corpus.Corpus`."""

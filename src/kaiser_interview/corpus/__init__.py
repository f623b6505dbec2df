"""Read a corpus (source texts, claims, earlier releases) and search it. Main class: `corpus.Corpus`."""

"""Rules of a whole data set: unique ids and keys, completeness, labels, dimensions."""

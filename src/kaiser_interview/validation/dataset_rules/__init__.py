"""Rules for a whole data set: unique ids and keys, a row for every claim, label limits, vector lengths."""

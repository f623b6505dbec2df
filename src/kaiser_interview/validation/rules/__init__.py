"""Rules of a kind that its schema cannot express, each for single rows and for Arrow columns."""

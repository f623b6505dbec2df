"""Write rows and tables to files, for `split`, `fix` and `write`."""

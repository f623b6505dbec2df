"""What is validated: paths, folders, tables and iterables as inputs with batches. Face: `discover`."""

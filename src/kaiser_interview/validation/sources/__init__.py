"""Find the inputs to validate: files, folders, tables, datasets and iterables. Main module: `discover`."""

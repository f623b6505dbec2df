"""Load, export, verify and cite the shipped data. Main module: `loaders`."""

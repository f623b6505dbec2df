"""What other tools are told about the data set: one set of facts, rendered in each tool's own form."""

"""Other tools on the rows of the detection benchmark: one command, one environment for each tool."""

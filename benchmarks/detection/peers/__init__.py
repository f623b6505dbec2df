"""What other tools catch of the rows that the gate is measured on: one command, one environment a tool."""

"""Options of validation and the checks made from them. Main classes: `Check`, `Options`."""

"""What every test starts from: no wish of the surroundings for colours or a width."""

import os

for name in (
    "CLICOLOR_FORCE",
    "COLUMNS",
    "FORCE_COLOR",
    "GITHUB_ACTIONS",
    "NO_COLOR",
    "PY_COLORS",
    "TTY_COMPATIBLE",
):
    os.environ.pop(name, None)

"""What every test starts from: no wish of the surroundings for colours or a width."""

import os
import signal
import sys

import pytest
from hypothesis import settings

collect_ignore = ["site_browser.py"]  # needs Playwright, which only `make docs` has

# No test asserts a time: on a busy machine any example may take long.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Background runners make the tests ignore Ctrl-C, and child processes would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)

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


@pytest.fixture
def run(monkeypatch, capsys):
    """Return a function that runs the command as a shell would: exit code, output, errors."""
    from kaiser_interview import cli

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kaiser-interview", *map(str, arguments)])
        # Otherwise the name of the command is that of a module, after `python -m pytest`.
        monkeypatch.setattr(sys.modules["__main__"], "__package__", None, raising=False)
        monkeypatch.setenv("COLUMNS", "80")
        with pytest.raises(SystemExit) as caught:
            cli.main()
        return (caught.value.code or 0, *capsys.readouterr())

    return call

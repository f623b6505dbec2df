"""``python -m kaiser_interview`` is the command ``kaiser-interview``."""

from .cli import main

main()

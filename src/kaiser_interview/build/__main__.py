"""`python -m kaiser_interview.build`."""

from .pipeline import main

if __name__ == "__main__":
    raise SystemExit(main())

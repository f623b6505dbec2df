"""Run the build: `python -m kaiser_interview.build`."""

from collections.abc import Sequence

from .descriptions import use_source

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `pipeline.main` with descriptions from the source file of the models; return the exit code."""
    use_source()
    from .pipeline import main  # imports the models

    return main(arguments)


if __name__ == "__main__":
    raise SystemExit(main())

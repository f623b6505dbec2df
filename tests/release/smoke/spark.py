"""What the extra `spark` brings: as yet its dependency only, since `kaiser_interview.spark` is not built."""


def main() -> None:
    """Import what is to be used, and the package beside it."""
    import pyspark

    import kaiser_interview as ki

    assert int(pyspark.__version__.split(".")[0]) >= 4
    assert len(ki.load()) == 41


if __name__ == "__main__":
    main()

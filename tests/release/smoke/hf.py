"""The extra `hf`: load tables as datasets, and validate datasets."""


def main() -> None:
    """Load every table as a dataset, and validate one."""
    import kaiser_interview as ki

    for name in ki.tables():
        loaded = ki.load_dataset(name)
        assert loaded.num_rows == len(ki.load(name)), name
        assert loaded.features == ki.features(name.removesuffix("s")), name
    labels = ki.load_dataset("labels").filter(lambda row: row["value"] == "memory")
    assert labels.num_rows == 4
    assert ki.validate(labels, kind="label").ok
    wrong = labels.map(lambda row: row | {"claim_id": "d99-c01"})
    assert {one.code for one in ki.validate(wrong, kind="label").sample} == {"unknown-claim"}


if __name__ == "__main__":
    main()

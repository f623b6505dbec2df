"""What the extra `scale` is for: ids beyond the memory that they may take, compared through DuckDB."""


def main() -> None:
    """Spill, and find the one id that came before; then through the gate itself."""
    from unittest import mock

    import pyarrow as pa

    import kaiser_interview as ki
    from kaiser_interview.validation.dataset_rules.duplicates import DuplicateHashes

    made = {"claim_id": "d05-c03", "verdict": "mixed", "urls": ["a"], "method": "human", "creator": "I"}
    names = [*(f"row-{number}" for number in range(20_000)), "row-7"]
    rows = pa.Table.from_pylist([made | {"id": name} for name in names])
    whole, spill = DuplicateHashes.__init__, DuplicateHashes._spill

    def little(self: DuplicateHashes, memory: int = 0, purpose: str = "ids") -> None:  # noqa: ARG001
        whole(self, 1 << 12, purpose)

    with (
        mock.patch.object(DuplicateHashes, "__init__", little),
        mock.patch.object(DuplicateHashes, "_spill", autospec=True, side_effect=spill) as spilled,
    ):
        report = ki.validate(rows, kind="verdict")
    assert [(one.code, one.row) for one in report.findings] == [("duplicate-id", 20_000)], report
    assert spilled.called


if __name__ == "__main__":
    main()

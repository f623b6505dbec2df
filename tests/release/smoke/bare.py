"""What the package does with no extra: everything of the core, and no more."""

import sys
import tempfile
from importlib import import_module
from pathlib import Path


def main() -> None:
    """Load, validate, write, and meet the one thing that needs an extra."""
    import kaiser_interview as ki

    assert "site-packages" in ki.__file__, ki.__file__
    assert {name for name in sys.modules if "pyarrow" in name or "pydantic" in name} == set()
    release, verification = (
        import_module(f"kaiser_interview.{name}") for name in ("release", "dataset.verification")
    )
    assert len(ki.load()) == 41
    assert ki.load_table().num_rows == 41
    assert verification.verify() == ()
    assert [ki.arrow_schema(kind) and ki.json_schema(kind)["$id"] for kind in release.TABLES.values()]
    assert len(ki.source().segments) == 189
    assert ki.data_path().is_dir()

    row = {"claim_id": "d05-c03", "quote": "推理模型增加参数数量", "verdict": "mixed", "urls": []}
    report = ki.validate([row], kind="verdict", defaults={"method": "human", "creator": "I"})
    assert [one.code for one in report.sample] == ["quote-not-found"], report
    made = {"verdict": "mixed", "urls": [], "method": "human", "creator": "I", "id": "a"}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("rows.parquet", "rows.jsonl"):
            path = Path(folder) / name
            ki.write([ki.Verdict.of(ki.claim("d05-c03"), **made)] * 2, path)
            report = ki.validate(path, kind="verdict")
            assert [one.code for one in report.sample] == ["duplicate-id"], report
    try:
        ki.load_dataset()
    except ImportError as error:
        assert "pip install 'kaiser-interview[hf]'" in str(error), error
    else:
        raise AssertionError("datasets is installed, so this is no bare install")


if __name__ == "__main__":
    main()

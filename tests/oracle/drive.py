"""Run the cases of a folder with the installed version of the package, and write their results there."""

import contextlib
import hashlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

from kaiser_interview import cli


def main(out: Path) -> None:
    """Run every case of `cases.json` and write `results.jsonl`."""
    cases = json.loads((out / "cases.json").read_text("utf-8"))
    with (out / "results.jsonl").open("w", encoding="utf-8") as results:
        for number, case in enumerate(cases):
            folder = out / "work"
            folder.mkdir(exist_ok=True)
            result = run(case, folder)
            results.write(json.dumps(result, ensure_ascii=False) + "\n")
            for path in folder.iterdir():
                path.unlink()
            if number % 100 == 0:
                print(f"{out.name}: {number} of {len(cases)}", file=sys.stderr)


def run(case: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the exit code of a command, its output, and the files that it wrote."""
    words = list(case["words"])
    for option, name in case.get("outputs", {}).items():
        words += [option, str(folder / name)]
    said, errors = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    sys.argv = ["kaiser-interview", *words]
    exit_code: Any = None
    with (
        contextlib.chdir(case["folder"]),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(errors),
    ):
        try:
            cli.main()
        except SystemExit as ending:
            exit_code = ending.code
    said.flush()
    errors.flush()
    printed = said.buffer.getvalue().decode().replace(str(folder), "")  # type: ignore[attr-defined]
    complaint = errors.buffer.getvalue().decode().replace(str(folder), "")  # type: ignore[attr-defined]
    return {
        "exit": exit_code or 0,
        "printed": _json(printed),
        "errors": complaint,
        "files": {path.name: _content(path) for path in sorted(folder.iterdir())},
    }


def _json(text: str) -> Any:
    """Return the JSON value of a text, ignoring text after the document; else the text."""
    try:
        document, end = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return text
    return [document, text[end:]]


def _content(path: Path) -> Any:
    """Return a file's bytes by their digest, findings as JSON, and a table as its schema and values."""
    if path.name.endswith(".findings.jsonl"):
        return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]
    if path.suffix in {".parquet", ".arrow", ".arrows"}:
        table = _table(path)
        return [str(table.schema), hashlib.sha256(repr(table.to_pylist()).encode()).hexdigest()]
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _table(path: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if path.suffix == ".parquet":
        return pq.read_table(path)
    with pa.memory_map(str(path)) as file:
        try:
            return pa.ipc.open_file(file).read_all()
        except pa.ArrowInvalid:
            file.seek(0)
            return pa.ipc.open_stream(file).read_all()


if __name__ == "__main__":
    os.environ["NO_COLOR"] = "1"
    main(Path(sys.argv[1]))

"""Failures of `parse` in files: beside the rows, to carry them on and to ask for them again."""

import json
import os
from collections.abc import Collection, Iterator
from glob import glob
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..storage import Staging
from ..validation.findings.display import visible
from ..validation.findings.finding import Finding, Suggestion
from ..validation.sources.discover import are_paths
from .parse import FAILURES, Failure, Parsed, failures_path

__all__ = ["failures_of", "write_failures"]


def failures_of(data: Any) -> tuple[Failure, ...]:
    """Return the failures that belong to data: those of a `Parsed`, or in the files beside files of rows.

    Raises
    ------
    InputError
        A file of failures cannot be read.
    """
    if isinstance(data, Parsed):
        return data.failures
    paths = [data] if isinstance(data, str | os.PathLike) else data if are_paths(data) else []
    files = dict.fromkeys(file for path in paths for file in _beside(os.fsdecode(path)))
    return tuple(failure for file in files for failure in _read(file))


def write_failures(staging: Staging, rows: Path, failures: Collection[Failure]) -> None:
    """Stage the file of failures beside a file of rows, if there are failures or an old file of them."""
    path = failures_path(rows)
    if failures or path.exists():
        staging.open(path).writelines(f"{one.to_json()}\n".encode() for one in failures)


def _beside(path: str) -> list[Path]:
    if os.path.isdir(path):
        found = sorted(Path(path).rglob(f"*{FAILURES}"))
        return [one for one in found if not any(name[0] in "._" for name in one.relative_to(path).parts)]
    files = [path] if os.path.lexists(path) else sorted(glob(path, recursive=True))
    beside = [failures_path(Path(one)) for one in files if not one.endswith(FAILURES)]
    return [one for one in beside if one.is_file()]


def _read(file: Path) -> Iterator[Failure]:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield _failure(json.loads(line))
            except (ValueError, KeyError, TypeError):
                raise InputError(f"{visible(str(file))}:{number}: expected a failure of `parse`") from None


def _failure(given: dict[str, Any]) -> Failure:
    hint = given["suggestion"]
    names = ("code", "file", "line", "row", "expected", "got")
    return Failure(
        given["request_id"],
        given["text"],
        Finding(
            **{name: given[name] for name in names},
            severity="error",
            id=given["request_id"],
            path=(),
            suggestion=None if hint is None else Suggestion(hint["text"]),
        ),
    )

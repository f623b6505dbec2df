"""Write the changes of rows as JSON Lines, one line for each changed row."""

import json
from typing import IO, Any

from ..findings.display import encodable
from ..findings.finding import SCHEMA_VERSION, pointer
from ..fixes.patches import Patch
from ..fixes.row import AppliedEdit
from .rows import as_json

__all__ = ["ChangeWriter", "edits_json"]


class ChangeWriter:
    """Write the changes of rows.

    Parameters
    ----------
    file : file
        The output.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._head = b""

    def begin(self, name: str | None) -> None:
        """Start writing changes of rows of a source, given its name."""
        file = None if name is None else encodable(name)
        head = {"schema_version": SCHEMA_VERSION, "file": file}
        self._head = json.dumps(head, ensure_ascii=False).encode()[:-1] + b', "line": '

    def add(self, line: int | None, row: int, patch: Patch) -> None:
        """Write the changes of a row, given its line and its index in the source."""
        place = b"null" if line is None else b"%d" % line
        edits = patch.filled_json or edits_json(patch.edits)
        self._file.write(b'%b%b, "row": %d, "edits": [%b]}\n' % (self._head, place, row, edits))


def edits_json(edits: tuple[AppliedEdit, ...]) -> bytes:
    """Return edits as JSON objects, separated by commas."""
    return b", ".join(as_json(_edit(one)) for one in edits)


def _edit(edit: AppliedEdit) -> dict[str, Any]:
    return edit._asdict() | {"path": encodable(pointer(edit.path))}

"""`linkml-reference-validator`: each quote against the file with the passage of its claim, or its English.

Rows without a quote, or with a quote that is not text, are accepted: the tool does not check them.
"""

import logging
import tempfile
from pathlib import Path
from typing import Any

from linkml_reference_validator.models import ReferenceValidationConfig
from linkml_reference_validator.validation.supporting_text_validator import SupportingTextValidator

from .answers import Given, PeerCheck, read_rows, references, run

# By default, text in brackets is an editor's note; these are words of the source: [6], [7].
LITERAL = [r"^[0-9]+$"]


def prepare(given: Given) -> PeerCheck:
    """Set the validator up on local files, so that nothing is fetched."""
    logging.disable(logging.WARNING)  # a missing file is reported in the outcome
    validator = SupportingTextValidator(
        ReferenceValidationConfig(
            cache_dir=Path(tempfile.mkdtemp()),
            reference_base_dir=(given.folder / "references").resolve(),
            fetch_full_text=False,
            literal_bracket_patterns=LITERAL if given.variant == "tuned" else [],
        )
    )

    def stands(row: dict[str, Any]) -> bool:
        quote, claim = row.get("quote"), row.get("claim_id")
        if not (isinstance(quote, str) and isinstance(claim, str)):
            return True
        name = f"{claim}.en.txt" if row.get("quote_of") == "text_en" else f"{claim}.txt"
        try:
            return bool(validator.validate(quote, f"file:{name}").is_valid)
        except (OSError, ValueError):  # no name of a file, or no text that can be written
            return False

    def check(kind: str, path: Path) -> list[bool]:  # noqa: ARG001 - quotes are quotes in every kind
        rows = read_rows(path)
        accepted = [stands(row) for row in rows]
        table, owners = references(rows)
        for one, owner in zip(table, owners, strict=True):
            accepted[owner] = stands(one) and accepted[owner]
        return accepted

    return check


if __name__ == "__main__":
    run("linkml-reference-validator", prepare)

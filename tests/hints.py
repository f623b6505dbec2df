"""The text of a finding's suggestion."""

import kaiser_interview as ki

__all__ = ["hint"]


def hint(finding: ki.Finding) -> str | None:
    """Return the text of a finding's suggestion, or None."""
    return finding.suggestion and finding.suggestion.text

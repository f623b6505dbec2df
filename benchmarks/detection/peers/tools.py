"""The tools, their configuration and their purpose."""

from typing import NamedTuple

from .words import MARKERS, WORDS

__all__ = ["TOGETHER", "TOOLS", "Tool"]


class Tool(NamedTuple):
    """A tool in one setting."""

    environment: str | None
    """Which of the environments it runs in; our own if none."""
    adapter: str
    variant: str
    purpose: frozenset[str] | None
    """The codes of the faults that it is for, in this setting; all if None."""


SHAPE = frozenset(
    {
        "bad-format",
        "bad-length",
        "missing-field",
        "not-in-vocabulary",
        "out-of-range",
        "unknown-field",
        "wrong-type",
    }
)
NAMES = frozenset({"unknown-kind", "unknown-release"})
KEYS = frozenset({"duplicate-id", "retired-claim", "unknown-claim"})
PINS = frozenset({"digest-differs", "stale-claim"})
OWN = frozenset(
    {
        "claim-differs",
        "dimension-differs",
        "fields-disagree",
        "quote-markers-differ",
        "quote-misattributed",
        "quote-misplaced",
        "quote-not-found",
        "quote-out-of-range",
        "quote-typography-differs",
        "too-many-labels",
    }
)

TOOLS = {
    "kaiser-interview": Tool(None, "kaiser_interview_rows", "", None),
    "jsonschema-rs": Tool("jsonschema-rs", "schema_rows", "", SHAPE),
    "pandera": Tool("pandera", "frames", "", SHAPE | NAMES | KEYS),
    "pandera, own checks": Tool("pandera", "frames", "own", SHAPE | NAMES | KEYS | PINS | OWN),
    "frictionless": Tool("frictionless", "packages", "", SHAPE | NAMES | KEYS | PINS),
    "linkml-reference-validator": Tool("linkml-reference-validator", "quotes", "", frozenset({WORDS})),
    "linkml-reference-validator, tuned": Tool(
        "linkml-reference-validator", "quotes", "tuned", frozenset({WORDS, MARKERS})
    ),
}
"""In the order of the tables."""

TOGETHER = {
    "jsonschema-rs and linkml-reference-validator, tuned": (
        "jsonschema-rs",
        "linkml-reference-validator, tuned",
    ),
    "all of them as they come": (
        "jsonschema-rs",
        "pandera",
        "frictionless",
        "linkml-reference-validator, tuned",
    ),
}
"""DatasetRules of tools that one would run one after the other."""

"""The JSON Schemas of what the package writes: reports, findings, changes and failures."""

from typing import Any

from .checked import DigestCounts, QuoteCounts
from .finding import SCHEMA_VERSION

__all__ = ["OUTPUT_SCHEMAS", "output_schema"]

_COUNT = {"type": "integer", "minimum": 0}

_TEXT = {"type": "string"}

_POINTER = {
    "type": "string",
    "description": "A JSON Pointer (RFC 6901) into the row; empty for the row itself.",
}

_VERSION = {"const": SCHEMA_VERSION, "description": "The version of this schema."}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def _or_null(schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}], "description": description}


_PLACE = {
    "file": _or_null(_TEXT, "The file as it was named; null for data from Python."),
    "line": _or_null({"type": "integer", "minimum": 1}, "The line in the file, from 1."),
    "row": _or_null(
        _COUNT, "The index of the row in the file, from 0; null for a finding that is not about one row."
    ),
}

_SEVERITY = {"enum": ["error", "warning"]}

_CODE = {
    "type": "string",
    "pattern": "^[a-z0-9-]+$",
    "description": "See `kaiser-interview explain CODE`.",
}

_EDIT = {
    "path": _POINTER,
    "before": {"description": "The value; null if the field was absent or null."},
    "after": {"description": "The new value; null if the field is removed."},
}

_SUGGESTION = _object(
    text=_TEXT,
    applicability={
        "enum": ["safe", "unsafe", "display"],
        "description": "Applied by `fix`, by `fix --unsafe-fixes`, or only shown.",
    },
    edits={"type": "array", "items": _object(**_EDIT)},
)

_FINDING = _object(
    schema_version=_VERSION,
    code=_CODE,
    severity=_SEVERITY,
    **_PLACE,
    id=_or_null(_TEXT, "The row's id, if it has one."),
    path=_POINTER,
    expected=_TEXT,
    got=_TEXT,
    suggestion=_or_null(_SUGGESTION, "A possible correction of the finding."),
)

# Only in the findings that `split` writes next to the rejects.
_FINDING["properties"]["reject"] = _or_null(_COUNT, "The index of the row in the rejects, from 0.")

_CHANGE = _object(
    schema_version=_VERSION,
    **_PLACE,
    edits={
        "type": "array",
        "minItems": 1,
        "items": _object(
            **_EDIT,
            code=_or_null(_CODE, "The code of the finding; null for a value that was added."),
            applicability={"enum": ["safe", "unsafe"]},
        ),
    },
)

_CHECKED = _object(
    rows_with_quote=_COUNT,
    rows_without_quote=_COUNT,
    quotes=_object(**dict.fromkeys(QuoteCounts._fields, _COUNT)),
    references=_object(all=_COUNT, current=_COUNT),
    digests=_object(**dict.fromkeys(DigestCounts._fields, _COUNT)),
    claims=_object(all=_COUNT, covered=_COUNT),
    corpus={"type": "string", "pattern": "^[0-9a-f]{64}$"},
    options=_or_null({"type": "object"}, "The options; null if merged reports differ in them."),
    version=_or_null(_TEXT, "The version of the package; null if merged reports differ in it."),
)

_REPORT = _object(
    schema_version=_VERSION,
    ok={"type": "boolean"},
    complete={"type": "boolean"},
    rows=_COUNT,
    valid=_COUNT,
    invalid=_COUNT,
    rows_without_digest=_COUNT,
    checked=_CHECKED,
    errors=_COUNT,
    warnings=_COUNT,
    outside=_COUNT,
    limited={"type": "boolean"},
    parts={"type": "integer", "minimum": 1},
    unit={
        "enum": ["row", "text", "claim"],
        "description": "What the rows are; text for the answers in a report of `parse`, claim for those in a "
        "report of `corpus check`.",
    },
    left_out=_COUNT,
    fixable=_object(safe=_COUNT, unsafe=_COUNT),
    counts={
        "type": "array",
        "items": _object(
            code=_CODE, severity=_SEVERITY, path=_TEXT, number={"type": "integer", "minimum": 1}
        ),
    },
    sample={"type": "array", "items": _FINDING},
    inputs={
        "type": "array",
        "items": _object(
            name=_TEXT,
            rows=_COUNT,
            bytes=_COUNT,
            sha256=_or_null({"type": "string", "pattern": "^[0-9a-f]{64}$"}, "Null for data from Python."),
            complete={"type": "boolean"},
        ),
    },
    skipped={"type": "array", "items": _TEXT},
)

_FAILURE = _object(
    schema_version=_VERSION,
    code=_CODE,
    **_PLACE,
    expected=_TEXT,
    got=_TEXT,
    suggestion=_or_null(_SUGGESTION, "What to do."),
    request_id=_or_null(_TEXT, "The id of the request, if the answer has it."),
    text={"type": "string", "description": "The answer as it was written."},
)

OUTPUT_SCHEMAS = {"report": _REPORT, "finding": _FINDING, "change": _CHANGE, "failure": _FAILURE}
"""The schemas by name: of a report as JSON, and of lines that `split`, `fix` and `parse` write."""


def output_schema(name: str) -> dict[str, Any]:
    """Return the self-contained JSON Schema (2020-12) of an output, given its name."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:kaiser-interview:schema:v1:{name}",
        "title": name.capitalize(),
        **OUTPUT_SCHEMAS[name],
    }

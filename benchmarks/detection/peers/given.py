"""What every tool is given: the rows without their answers, and the corpus and schemas as plain files."""

import json
from pathlib import Path
from typing import Any

import kaiser_interview as ki
from kaiser_interview.dataset.loaders import shipped

from .results import Row

__all__ = ["claims", "write_given"]

_OWN = "^x_"


def write_given(folder: Path, rows: dict[str, list[Row]]) -> None:
    """Write rows by kind, the corpus and the schemas, for adapters without this package.

    `all` has every row, in order; `right` only the valid rows, to measure their time;
    `first` the first of these.
    """
    for name in ("all", "right", "first", "references", "schemas"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for kind, group in rows.items():
        _lines(folder / "all" / f"{kind}.jsonl", [row.row for row in group])
        right = [row.row for row in group if row.operator is None]
        _lines(folder / "right" / f"{kind}.jsonl", right)
        _lines(folder / "first" / f"{kind}.jsonl", right[:1])
        _write(folder / "schemas" / f"{kind}.json", _schema(kind))
    known = claims()
    for claim in known:
        (folder / "references" / f"{claim['claim_id']}.txt").write_text(claim["passage"], "utf-8")
        (folder / "references" / f"{claim['claim_id']}.en.txt").write_text(claim["text_en"], "utf-8")
    _write(folder / "claims.json", known)
    _write(folder / "source.json", ki.source().text)
    _write(folder / "vocabularies.json", _vocabularies())
    named = {
        "release": sorted({revised for claim in known for revised in (claim["since"], claim["revised"])})
    }
    _write(folder / "fields.json", {kind: _fields(_schema(kind), named | {"kind": [kind]}) for kind in rows})


def claims() -> list[dict[str, Any]]:
    """Return the claims with their passages: text and markers as printed."""
    corpus = shipped()
    return [
        claim.model_dump(mode="json") | {"passage": corpus.claims[claim.claim_id].passage}
        for claim in ki.load("claims")
    ]


def _schema(kind: str) -> dict[str, Any]:
    """Return the schema of a kind, with other fields that validation accepts: claim columns and `x_`."""
    schema = ki.json_schema(kind)
    carried = {} if kind == "question" else ki.json_schema("claim")["properties"]
    optional = {name: {"anyOf": [one, {"type": "null"}]} for name, one in carried.items()}
    schema["properties"] = optional | schema["properties"]
    schema["patternProperties"] = {_OWN: True}
    return schema


def _fields(schema: dict[str, Any], named: dict[str, list[str]]) -> dict[str, Any]:
    """Return fields in the words that most schema languages share, a nested record under `fields`.

    What a schema for all time leaves open and its user knows (the releases there are, the kind) is `named`.
    """
    return {
        name: _field(one, schema.get("$defs", {}))
        | {"required": name in schema["required"]}
        | ({"enum": named[name]} if name in named else {})
        for name, one in schema["properties"].items()
    }


def _field(one: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in one:
        return {"type": "object", "fields": _fields(known[one["$ref"].rpartition("/")[2]], {})}
    choices = [choice for choice in one.get("anyOf", []) if choice != {"type": "null"}]
    if len(choices) == 1:
        return _field(choices[0], known)
    kept = {key: value for key, value in one.items() if key not in {"anyOf", "description", "format"}}
    if choices and all("const" in choice for choice in choices):
        kept["enum"] = [choice["const"] for choice in choices]
    if "items" in kept:
        kept["items"] = _field(kept["items"], known)
    return kept


def _vocabularies() -> dict[str, list[str]]:
    """Return the values of the schemes that labels may have."""
    text = (ki.data_path() / "vocabularies.json").read_text("utf-8")
    found = json.loads(text)
    return {scheme: list(found[scheme]) for scheme in ("topic", "claim_type", "horizon")}


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8")


def _lines(path: Path, rows: list[dict[str, Any]]) -> None:
    # Escaped, so that no tool meets a line separator or half of a character that its reader takes amiss.
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "ascii")

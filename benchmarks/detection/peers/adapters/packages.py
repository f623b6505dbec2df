"""`frictionless`: a data package with a table for each kind, and tables of claims and their digests.

Types, `required`, `unique`, patterns, lengths, bounds and vocabularies are constraints; claims and their
digests are foreign keys. References of questions are a separate table. Rows are native values, so that
nothing is lost in CSV; rows with columns that are not in the schema are in a table whose header fails.
"""

import re
from collections.abc import Iterator
from typing import Any

from frictionless import Package, Resource, Schema

from .answers import Fields, Given, PeerCheck, by_tables, by_unknown, run, tables_of

KEPT = ("enum", "maxLength", "maximum", "minLength", "minimum", "pattern", "required")
ALL = 10**9


def prepare(given: Given) -> PeerCheck:
    """Make the schemas."""
    tables = tables_of(given)
    claims = [(claim["claim_id"], claim["claim_sha256"]) for claim in given.read("claims.json")]

    def refused(table: str, rows: list[dict[str, Any]]) -> Iterator[int]:
        for unknown, numbers in by_unknown(rows, tables[table]):
            names = [*tables[table], *unknown]
            data: list[list[Any]] = [
                names,
                *([rows[number].get(name) for name in names] for number in numbers),
            ]
            yield from (numbers[place] for place in _failing(_package(tables[table], data, claims)))

    return by_tables(refused)


def _package(known: Fields, data: list[list[Any]], claims: list[tuple[str, str]]) -> Package:
    """Return a package of the rows and what they refer to."""
    keys = [
        _key([name], "claims", ["claim_id"]) for name in ("claim_id", "other_claim_id") if name in known
    ] + [
        _key([f"{which}claim_id", f"{which}claim_sha256"], "pins", ["claim_id", "claim_sha256"])
        for which in ("", "other_")
        if f"{which}claim_sha256" in known
    ]
    fields = [_field(name, field) for name, field in known.items()]
    schema = Schema.from_descriptor({"fields": fields, "foreignKeys": keys, "missingValues": []})
    # A claim may be referred to with its digest or with none.
    pins = [(claim, digest) for claim, sha256 in claims for digest in (sha256, None)]
    names = ["claim_id", "claim_sha256"]
    return Package(
        resources=[
            Resource(name="rows", data=data, schema=schema),
            Resource(name="claims", data=[names, *map(list, claims)], schema=_strings(names)),
            Resource(name="pins", data=[names, *map(list, pins)], schema=_strings(names)),
        ]
    )


def _key(fields: list[str], resource: str, of: list[str]) -> dict[str, Any]:
    return {"fields": fields, "reference": {"resource": resource, "fields": of}}


def _strings(names: list[str]) -> Schema:
    return Schema.from_descriptor({"fields": [{"name": name, "type": "string"} for name in names]})


def _field(name: str, field: dict[str, Any]) -> dict[str, Any]:
    constraints = _constraints(field)
    made = {"name": name, "type": field["type"], "constraints": constraints}
    if name == "id":
        constraints["unique"] = True
    if field["type"] == "array":
        lengths = {"minItems": "minLength", "maxItems": "maxLength"}
        constraints |= {of: field[key] for key, of in lengths.items() if key in field}
        items = field["items"]
        made["arrayItem"] = {
            "type": items["type"],
            "constraints": _constraints(items) | {"required": True},
        }
    return made


def _constraints(field: dict[str, Any]) -> dict[str, Any]:
    found = {key: field[key] for key in KEPT if key in field}
    if "pattern" in found:
        found["pattern"] = re.sub(r"\$$", r"\\Z", found["pattern"])  # in Python `$` lets a line feed follow
    return found


def _failing(package: Package) -> set[int]:
    """Return the places of rows that fail; all rows if the table fails."""
    rows = package.get_resource("rows")
    report = rows.validate(limit_errors=ALL)
    places = {number for (number,) in report.flatten(["rowNumber"])}
    if None in places:
        return set(range(len(rows.data) - 1))
    return {number - 2 for number in places}  # counted from 1, the header first


if __name__ == "__main__":
    run("frictionless", prepare)

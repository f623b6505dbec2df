"""Check that a JSON Schema accepts everything that an earlier one accepted, judged by keywords.

Run as a program, it rewrites the baseline; that is done once for each major version of the schemas.
"""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BASELINE = Path(__file__).parent / "data" / "baseline" / "v1"

_LEAST = {"minimum", "exclusiveMinimum", "minLength", "minItems"}
_MOST = {"maximum", "exclusiveMaximum", "maxLength", "maxItems"}
_WORDS = {"description", "title", "$id", "$schema", "$defs", "$comment", "examples"}
_SHAPE = {"type", "properties", "required", "additionalProperties", "items"}
_COMPARED = _LEAST | _MOST | _WORDS | _SHAPE
_BY_ROWS = {"pattern", "format"}
# A pattern of one class and a count, which also limits the length of the text.
_ONE_CLASS = re.compile(r"\^\[[^\]]*\]\{([0-9]+),([0-9]+)\}\$")
_WIDENED = {"integer": "number"}


def narrower(old: Any, new: Any, place: str = "") -> Iterator[str]:
    """Yield every place where the new schema certainly refuses something that the old one accepted."""
    yield from _narrower(old, new, place, old, new)


def _narrower(old: Any, new: Any, place: str, old_root: Any, new_root: Any) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    values, others = _values(old), _values(new)
    if values is not None and others is not None:
        yield from (f"{place}: {value!r} is gone" for value in sorted(values - others))
    elif "anyOf" in old and "anyOf" in new:
        for number, arm in enumerate(old["anyOf"]):
            faults = [[*_narrower(arm, other, place, old_root, new_root)] for other in new["anyOf"]]
            if all(faults):
                yield f"{place}: arm {number} of anyOf is gone ({faults[0][0]})"
    elif "type" in new and new["type"] not in (old.get("type"), _WIDENED.get(old.get("type"))):
        yield f"{place}: type {old.get('type')} became {new['type']}"
    else:
        yield from _bounds(old, new, place)
        yield from _keywords(old, new, place)
        yield from _properties(old, new, place, old_root, new_root)


def _properties(old: Any, new: Any, place: str, old_root: Any, new_root: Any) -> Iterator[str]:
    for name in sorted({*new.get("required", ())} - {*old.get("required", ())}):
        yield f"{place}: {name} became required"
    properties = new.get("properties", {})
    for name, schema in old.get("properties", {}).items():
        if name in properties:
            yield from _narrower(schema, properties[name], f"{place}/{name}", old_root, new_root)
        elif new.get("additionalProperties") is False:
            yield f"{place}/{name}: the property is gone"
    if "items" in old and "items" in new:
        yield from _narrower(old["items"], new["items"], f"{place}/[]", old_root, new_root)


def _bounds(old: Any, new: Any, place: str) -> Iterator[str]:
    if counted := _ONE_CLASS.fullmatch(old.get("pattern", "")):
        old = {"minLength": int(counted[1]), "maxLength": int(counted[2])} | old
    for keyword in sorted(_LEAST & new.keys()):
        if new[keyword] > old.get(keyword, float("-inf")):
            yield f"{place}: {keyword} rose to {new[keyword]}"
    for keyword in sorted(_MOST & new.keys()):
        if new[keyword] < old.get(keyword, float("inf")):
            yield f"{place}: {keyword} fell to {new[keyword]}"


def _keywords(old: Any, new: Any, place: str) -> Iterator[str]:
    """Tell keywords that may narrow; a pattern that was changed is left to the corpus of rows."""
    for keyword in sorted(new.keys() - _COMPARED):
        if keyword == "patternProperties" and not any(new[keyword].values()):
            continue  # names for which any value is accepted
        if keyword not in old or (new[keyword] != old[keyword] and keyword not in _BY_ROWS):
            yield f"{place}: {keyword} was added or changed"


def _resolved(schema: Any, root: Any) -> Any:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return schema


def _values(schema: Any) -> set[str] | None:
    """Return the values of a schema that lists them, by enum or by anyOf of constants."""
    if "enum" in schema:
        return {*schema["enum"]}
    if "anyOf" in schema and all("const" in arm for arm in schema["anyOf"]):
        return {arm["const"] for arm in schema["anyOf"]}
    return None


def columns(schema: Any) -> list[list[Any]]:
    """Return the columns of an Arrow schema in the form of the baseline."""
    return [[field.name, str(field.type), field.nullable] for field in schema]


def write() -> None:
    """Write the baseline: the schemas, the tables' columns, and rows that the schemas accept."""
    from rows import row

    import kaiser_interview as ki
    from kaiser_interview.records.models import KINDS
    from kaiser_interview.release import TABLES

    BASELINE.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        text = json.dumps(ki.json_schema(kind), ensure_ascii=False, indent=1)
        (BASELINE / f"{kind}.json").write_text(f"{text}\n", "utf-8")
        draw = random.Random(kind)
        lines = [json.dumps(row(draw, kind), ensure_ascii=False) for _ in range(40)]
        (BASELINE / f"{kind}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    tables = {table: columns(ki.arrow_schema(kind)) for table, kind in TABLES.items()}
    (BASELINE / "tables.json").write_text(json.dumps(tables, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    write()

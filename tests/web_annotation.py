"""What a Web Annotation document must have, by the recommendation, as a JSON Schema."""

from typing import Any

import jsonschema_rs

CONTEXT = "http://www.w3.org/ns/anno.jsonld"

_TERMS = """
    id type body bodyValue target source selector state scope refinedBy startSelector endSelector renderedVia
    creator generator rights homepage via canonical stylesheet cached conformsTo items partOf first last next
    prev audience motivation purpose textDirection accessibility format language processingLanguage value
    exact prefix suffix styleClass name email email_sha1 nickname label created modified generated sourceDate
    sourceDateStart sourceDateEnd start end total startIndex @context
"""
TERMS = frozenset(_TERMS.split())
"""The terms that the context of the standard defines."""

_MOTIVATIONS = """
    assessing bookmarking classifying commenting describing editing highlighting identifying linking
    moderating questioning replying tagging
"""
_MOTIVATION = {"enum": _MOTIVATIONS.split()}
# RFC 3987: a scheme, a colon, and no white space.
_IRI = {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+$"}
_COUNT = {"type": "integer", "minimum": 0}
_DATE = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z$"}


def _of(name: str, required: str, **properties: Any) -> dict[str, Any]:
    """Return the schema of an object of a type, with these required properties."""
    return {
        "type": "object",
        "required": ["type", *required.split()],
        "properties": {"type": {"const": name}, **properties},
    }


def _one_or_more(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "array", "minItems": 1, "items": schema}]}


_SELECTOR = {
    "anyOf": [
        _of("TextPositionSelector", "start end", start=_COUNT, end=_COUNT),
        _of(
            "TextQuoteSelector",
            "exact",
            exact={"type": "string"},
            prefix={"type": "string"},
            suffix={"type": "string"},
        ),
    ]
}
_TARGET = {
    "anyOf": [_IRI, _of("SpecificResource", "source selector", source=_IRI, selector=_one_or_more(_SELECTOR))]
}
_BODY = _of(
    "TextualBody",
    "value",
    value={"type": "string"},
    format={"type": "string"},
    language={"type": "string"},
    purpose=_MOTIVATION,
)
_AGENT = {"type": "object", "properties": {"type": {"enum": ["Person", "Organization", "Software"]}}}
_ANNOTATION = _of(
    "Annotation",
    "id target",
    id=_IRI,
    body=_one_or_more(_BODY),
    target=_one_or_more(_TARGET),
    motivation=_MOTIVATION,
    creator=_AGENT,
    created=_DATE,
)
_PAGE = _of(
    "AnnotationPage",
    "id items",
    id=_IRI,
    partOf=_IRI,
    startIndex=_COUNT,
    items={"type": "array", "minItems": 1, "items": _ANNOTATION},
)
_COLLECTION = _of(
    "AnnotationCollection",
    "@context id label total",
    **{
        "@context": {"type": "array", "contains": {"const": CONTEXT}},
        "id": _IRI,
        "label": {"type": "string"},
        "total": _COUNT,
        "first": {**_PAGE, "not": {"required": ["@context"]}},
        "last": _IRI,
    },
)
# With annotations, a first page; without, none, because a page has at least one.
_COLLECTION |= {
    "if": {"properties": {"total": {"const": 0}}},
    "then": {"not": {"required": ["first"]}},
    "else": {"required": ["first"]},
}

SCHEMA = jsonschema_rs.validator_for(
    {"$schema": "https://json-schema.org/draft/2020-12/schema", **_COLLECTION}
)


def check_document(document: Any) -> None:
    """Check a collection against the standard; ids are unique, and every term is defined."""
    assert [*map(str, SCHEMA.iter_errors(document))] == []
    items = document.get("first", {}).get("items", [])
    assert document["total"] == len(items) == len({item["id"] for item in items})
    prefixes = tuple(f"{name}:" for one in document["@context"] if isinstance(one, dict) for name in one)
    assert {name for name in terms(document) if name not in TERMS and not name.startswith(prefixes)} == set()


def terms(value: Any) -> set[str]:
    """Return the names of all members, at any depth."""
    if isinstance(value, dict):
        inner = {name: one for name, one in value.items() if name != "@context"}
        return {*inner}.union(*map(terms, inner.values()))
    return set().union(*map(terms, value)) if isinstance(value, list) else set()

"""The JSON of annotations: its forms, its members, and the fields of a row that have a body."""

import json
import os
import pathlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import InputError
from ..page.shown_rows import TITLES
from ..validation.findings.display import clip, encodable, shown, visible
from ..validation.findings.finding import Path, spelled
from ..validation.formats.json.text import parse

__all__ = [
    "JSON",
    "as_list",
    "as_offset",
    "as_path",
    "as_text",
    "document_in",
    "is_encodable",
    "items_in",
    "loaded",
    "main_texts",
    "shown_value",
    "types_of",
]

JSON = "application/json"

_SPACE = "\ufeff \t\r\n"


def document_in(document: Any) -> Any:
    """Return the JSON value of annotations: given as such, as a JSON text, or as the path of a file.

    Raises
    ------
    InputError
        The document is of another type, or is not JSON.
    OSError
        The file cannot be read.
    """
    name = "annotations"
    if isinstance(document, Mapping | list):
        return document
    if isinstance(document, str) and not document.strip(_SPACE):
        raise InputError(f"{name}: expected a JSON text or a path, got nothing")
    if isinstance(document, str) and not document.lstrip(_SPACE).startswith(("{", "[")):
        document = pathlib.Path(document)
    if isinstance(document, os.PathLike):
        name = visible(os.fspath(document))
        try:
            document = pathlib.Path(document).read_bytes()
        except ValueError as error:  # a name with U+0000
            raise InputError(f"{name}: expected the path of a file: {error}") from None
    if isinstance(document, str):
        document = document.encode("utf-8", "surrogatepass")
    if not isinstance(document, bytes):
        got = type(document).__name__
        raise InputError(f"{name}: expected a mapping, a list, a JSON text or a path, got {got}")
    document = document.removeprefix(b"\xef\xbb\xbf")
    if not document.strip():
        raise InputError(f"{name}: expected valid JSON, got nothing")
    value, fault = parse(document)
    if fault is not None:
        fault = spelled(fault)
        at = f"{_dotted(fault.path)}: " if fault.path else ""
        # The parser is also that of rows, and counts lines and bytes within a row.
        got = f"{fault.got}".replace(" of the row", "")
        raise InputError(f"{name}: {at}expected {fault.expected}, got {got}")
    return value


def _dotted(path: Path) -> str:
    """Return a path as messages about annotations show it, such as ``first.items[0].target``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return clip("".join(steps).removeprefix("."))


def items_in(document: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each annotation of a document, with its place.

    Raises
    ------
    InputError
        The document has no annotations.
    """
    items, at = document, ""
    if isinstance(items, Mapping) and "AnnotationCollection" in types_of(items):
        # A collection without annotations has no page.
        is_empty = not {"first", "items"} & items.keys() and not items.get("total")
        items, at = [] if is_empty else items.get("first"), "first."
        if items != [] and not isinstance(items, Mapping):
            raise InputError(f"first: expected a page within the collection, got {shown_value(items)}")
    if isinstance(items, Mapping) and "AnnotationPage" in types_of(items):
        if items.get("next") is not None:
            expected = "a page with all annotations, without another page"
            raise InputError(f"{at}next: expected {expected}, got {shown_value(items['next'])}")
        items, at = items.get("items"), f"{at}items"
    elif isinstance(items, Mapping) and "Annotation" in types_of(items):
        items, at = [items], ""
    if not isinstance(items, list):
        expected = "an AnnotationCollection, an AnnotationPage, an Annotation or a list of annotations"
        expected = "a list of annotations" if at else expected
        raise InputError(f"{at or 'annotations'}: expected {expected}, got {shown_value(items)}")
    for number, item in enumerate(items):
        where = f"{at}[{number}]"
        if not isinstance(item, Mapping) or "Annotation" not in types_of(item):
            raise InputError(f"{where}: expected an Annotation, got {shown_value(item)}")
        yield where, item


def types_of(value: Mapping[str, Any]) -> list[Any]:
    """Return the types of an object."""
    return as_list(value.get("type"))


def as_list(value: Any) -> list[Any]:
    """Return the values of a member, which may be one or several."""
    if value is None:
        return []
    return [*value] if isinstance(value, list | tuple) else [value]


def shown_value(value: Any) -> str:
    """Return a value as messages show it; of an object only its type."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        types = types_of(value)
        if not types:
            return "an object without a type"
        (first, *_) = types
        return (
            f"an object of type {clip(first)}" if isinstance(first, str) else "an object with an invalid type"
        )
    return shown(value)


def as_path(given: object, where: str) -> Path | None:
    """Return the path that a JSON Pointer names; None if there is none.

    Raises
    ------
    InputError
        It is not a JSON Pointer.
    """
    if given is None:
        return None
    if not isinstance(given, str) or (given and not given.startswith("/")):
        raise InputError(f"{where}: expected a JSON Pointer, got {shown_value(given)}")
    steps = (step.replace("~1", "/").replace("~0", "~") for step in given.split("/")[1:])
    return tuple(int(step) if re.fullmatch("[0-9]{1,9}", step) else step for step in steps)


def as_offset(given: object, where: str) -> int:
    """Return an offset.

    Raises
    ------
    InputError
        It is not an integer of at least 0.
    """
    if type(given) is not int or given < 0:
        raise InputError(f"{where}: expected an integer of at least 0, got {shown_value(given)}")
    return given


def as_text(given: object, where: str) -> str:
    """Return a text.

    Raises
    ------
    InputError
        It is not text.
    """
    if not isinstance(given, str):
        raise InputError(f"{where}: expected text, got {shown_value(given)}")
    return given


def loaded(text: str) -> Any:
    """Return the value of a JSON text, which may have NaN and lone surrogates; None if it cannot be read."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def is_encodable(text: str) -> bool:
    """Return whether a text has no lone surrogates, which a JSON document cannot hold."""
    return encodable(text) == text


def main_texts(kind: object, row: Mapping[str, Any]) -> dict[str, str]:
    """Return the main fields of a row that are text. Each has a body of its own."""
    names = TITLES.get(kind, ()) if isinstance(kind, str) else ()
    values = {name: row.get(name) for name in names}
    return {name: one for name, one in values.items() if isinstance(one, str) and is_encodable(one)}

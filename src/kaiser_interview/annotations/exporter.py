"""Rows as W3C Web Annotations, for review by people."""

import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ..corpus.files import CorpusClaim
from ..records.introspection import values_of
from ..records.models import Record
from ..validation.engine.execution import Engine, Validation
from ..validation.engine.options import Check
from ..validation.findings.display import counted, visible
from ..validation.findings.finding import Finding, Path, pointer
from ..validation.findings.report import Report
from ..validation.references.paths import references_in
from ..validation.rows.row_validator import RowValidator
from ..validation.writers.parts import RowBytes
from ..validation.writers.rows import as_json
from ..validation.writers.with_findings import RowWithFindings, rows_with_findings
from .documents import JSON, is_encodable, loaded, main_texts
from .targets import CORPUS, OTHER, Place, claim_with, place_of, text_iri

__all__ = ["annotations_of"]

_CONTEXT = "http://www.w3.org/ns/anno.jsonld"

_OWN_TERMS = "urn:kaiser-interview:annotation:v1:"
"""What the prefix `ki` means."""

_AROUND = 32
"""The most characters before and after a selection, to find it again."""

_MOTIVATIONS: Mapping[str, str] = {
    "label": "tagging",
    "mention": "identifying",
    "relation": "linking",
    "question": "questioning",
    "verdict": "assessing",
}

_PURPOSES: Mapping[str, str] = {
    "scheme": "classifying",
    "type": "classifying",
    "value": "tagging",
    "name": "identifying",
    "relation": "linking",
    "question": "questioning",
    "answer": "replying",
    "verdict": "assessing",
}
"""The purpose of the body that shows a field; others describe."""

_IN_LANGUAGE = ("translation", "question", "answer")
"""Fields in the language of their row."""

_AGENTS: Mapping[object, str] = {"human": "Person", "model": "Software", "rule": "Software"}

_PLAIN = "text/plain"

_LANGUAGE = re.compile("[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z")


def annotations_of(check: Check) -> tuple[dict[str, Any], Report]:
    """Return the rows of a check as an annotation collection, and the report on them.

    If an input could not be read to its end, the collection has only some of the rows.
    """
    with Engine(check) as engine:
        validation = Validation(engine, check, detailed=True, explained=True)
        exporter = _Exporter(validation.validator)
        for one in rows_with_findings(validation):
            exporter.put(one)
        return exporter.document(), validation.finished()


class _Exporter:
    """Make annotations of rows.

    Parameters
    ----------
    validator : RowValidator
        The validator of the rows.
    """

    def __init__(self, validator: RowValidator) -> None:
        self._validator = validator
        self._corpus = validator.corpus
        self._bytes = RowBytes(validator)
        self._items: list[dict[str, Any]] = []
        self._findings: list[dict[str, Any]] = []
        self._sources: dict[str, dict[str, Any]] = {}
        self._iris: dict[str, str] = {}

    def put(self, one: RowWithFindings | Finding) -> None:
        """Add a row with its findings, or a finding that is not about a row."""
        if isinstance(one, Finding):
            self._findings.append(_finding_body(one))
            return
        self._bytes.begin(one.source)
        text, values, is_text = self._row(one.row)
        kind, taken = self._validator.taken(values)
        places = [*self._targets(kind, taken)]
        targets: list[dict[str, Any] | str] = [*places] or [self._whole()]
        fields = _field_bodies(kind, values, taken.get("language"))
        row = {"type": "TextualBody", "value": text, "format": _PLAIN if is_text else JSON, "ki:part": "row"}
        self._items.append(
            {
                "id": self._id(f"{len(self._items)}\n{text}"),
                "type": "Annotation",
                "motivation": _MOTIVATIONS.get(kind or "", "describing"),
                **_made_by(taken),
                "body": [*fields, *map(_finding_body, one.findings), row],
                "target": targets[0] if len(targets) == 1 else targets,
                **({"ki:kind": kind} if kind else {}),
                "ki:paths": [target["ki:path"] for target in places],
            }
        )

    def document(self) -> dict[str, Any]:
        """Return the collection of all annotations so far."""
        ids = "\n".join(item["id"] for item in self._items)
        collection, page = self._id(f"collection\n{ids}"), self._id(f"page\n{ids}")
        first = {
            "id": page,
            "type": "AnnotationPage",
            "partOf": collection,
            "startIndex": 0,
            "items": self._items,
        }
        return {
            "@context": [_CONTEXT, {"ki": _OWN_TERMS}],
            "id": collection,
            "type": "AnnotationCollection",
            "label": counted(len(self._items), "row"),
            "total": len(self._items),
            # A page without annotations would not conform to the standard.
            **({"first": first, "last": page} if self._items else {}),
            "ki:corpus": self._corpus.digest,
            "ki:sources": [*self._sources.values()],
            "ki:findings": self._findings,
        }

    def _id(self, words: str) -> str:
        """Return an IRI that is the same for the same rows and corpus."""
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{CORPUS}{self._corpus.digest}\n{words}").urn

    def _row(self, row: Any) -> tuple[str, dict[str, Any], bool]:
        """Return a row as text, its values, and whether the text is that of a row that cannot be parsed."""
        if isinstance(row, bytes):
            return row.decode("utf-8", "replace"), {}, True
        values = self._bytes.as_validated(row)
        text = as_json(_given(values) if isinstance(row, Record) else values).decode()
        read = loaded(text)
        return text, read if isinstance(read, dict) else {}, False

    def _targets(self, kind: str | None, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield a target for each current claim that a row refers to."""
        nested = () if kind is None else self._validator.rules[kind].nested
        for path, reference in [((), values), *references_in(values, nested)]:
            if claim := claim_with(self._corpus, reference.get("claim_id")):
                yield self._target(path, claim, *place_of(reference, claim))
        if claim := claim_with(self._corpus, values.get(OTHER[0])):
            yield self._target(OTHER, claim, *place_of({}, claim))

    def _target(self, path: Path, claim: CorpusClaim, of: str, place: Place) -> dict[str, Any]:
        about = {"ki:source_id": claim.source_id}
        if of == "text_en":
            about = {"language": "en", "ki:claim_id": claim.claim_id, "ki:of": of}
        text, start, end = place
        return {
            "type": "SpecificResource",
            "source": self._source(text, about),
            "selector": [
                {"type": "TextPositionSelector", "start": start, "end": end},
                {
                    "type": "TextQuoteSelector",
                    "exact": place.exact,
                    "prefix": text[max(0, start - _AROUND) : start],
                    "suffix": text[end : end + _AROUND],
                },
            ],
            "ki:path": pointer(path),
            "ki:claim_id": claim.claim_id,
        }

    def _source(self, text: str, about: Mapping[str, str]) -> str:
        """Return the IRI of a text, and describe it in the document."""
        if text not in self._iris:
            iri = self._iris[text] = text_iri(text)
            self._sources[iri] = {
                "id": iri,
                "type": "Text",
                "format": _PLAIN,
                **about,
                "ki:sha256": hashlib.sha256(text.encode()).hexdigest(),
                "ki:code_points": len(text),
            }
        return self._iris[text]

    def _whole(self) -> str:
        """Return the IRI of the only source, or of the corpus if it has several."""
        if len(self._corpus.sources) == 1:
            ((source_id, text),) = self._corpus.sources.items()
            return self._source(text, {"ki:source_id": source_id})
        return f"{CORPUS}{self._corpus.digest}"


def _field_bodies(kind: str | None, values: Mapping[str, Any], language: object) -> Iterator[dict[str, Any]]:
    """Yield a body for each main field of a row that is text."""
    for name, value in main_texts(kind, values).items():
        body = {"type": "TextualBody", "value": value, "format": _PLAIN}
        if name in _IN_LANGUAGE and isinstance(language, str) and _LANGUAGE.fullmatch(language):
            body["language"] = language
        yield {**body, "purpose": _PURPOSES.get(name, "describing"), "ki:field": name}


def _finding_body(finding: Finding) -> dict[str, Any]:
    at = f" {visible(finding.pointer)}" if finding.path else ""
    return {
        "type": "TextualBody",
        "value": f"{finding.severity} {finding.code}{at}: {finding.message}",
        "format": _PLAIN,
        "language": "en",
        "purpose": "commenting",
        "ki:part": "finding",
        "ki:code": finding.code,
    }


def _made_by(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return who made a row and when, as far as the row says it."""
    creator, created, method = values.get("creator"), values.get("created"), values.get("method")
    made: dict[str, Any] = {}
    if isinstance(creator, str) and creator and is_encodable(creator):
        agent = _AGENTS.get(method) if isinstance(method, str) else None
        made["creator"] = {**({"type": agent} if agent else {}), "name": creator}
    if isinstance(created, str) and _is_instant(created):
        made["created"] = created
    return made


def _is_instant(text: str) -> bool:
    """Return whether a text is a date and a time in UTC that exist, as the standard requires."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return _INSTANT.fullmatch(text) is not None


def _given(value: Any, *, is_field: bool = False) -> Any:
    """Leave out null fields of a record, and of records within it."""
    if isinstance(value, Record) or not is_field:
        values = values_of(value) if isinstance(value, Record) else value
        return {name: _given(one, is_field=True) for name, one in values.items() if one is not None}
    return [_given(one, is_field=True) for one in value] if isinstance(value, tuple) else value

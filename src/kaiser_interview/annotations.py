"""Rows as W3C Web Annotations, for review by people, and back."""

import base64
import hashlib
import json
import os
import pathlib
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .corpus.corpus import Corpus
from .corpus.files import CorpusClaim
from .corpus.search import occurrences
from .errors import InputError
from .page.shown_rows import TITLES
from .records.introspection import values_of
from .records.models import Record
from .validation.engine.execution import Engine, Validation
from .validation.engine.options import Check
from .validation.findings.display import counted, shown, visible
from .validation.findings.finding import Finding, Path, pointer, spelled
from .validation.findings.report import Report
from .validation.formats.json.text import parse
from .validation.references.paths import references_in
from .validation.references.quotes import Quote
from .validation.rows.row_validator import RowValidator
from .validation.writers.parts import RowBytes
from .validation.writers.rows import as_json
from .validation.writers.with_findings import RowWithFindings, rows_with_findings

__all__ = ["annotations_of", "document_in", "rows_in_annotations"]

_CONTEXT = "http://www.w3.org/ns/anno.jsonld"

_OWN_TERMS = "urn:kaiser-interview:annotation:v1:"
"""What the prefix `ki` means."""

_CORPUS = "urn:kaiser-interview:corpus:"

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

_JSON = "application/json"

_PLAIN = "text/plain"

_LANGUAGE = re.compile("[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z")

_OTHER = ("other_claim_id",)
"""The path of the other claim of a relation, which has no quote."""


class _Place(NamedTuple):
    """A span of a text, in code points."""

    text: str
    start: int
    end: int

    @property
    def exact(self) -> str:
        return self.text[self.start : self.end]


class _AnnotatedText(NamedTuple):
    """A text that can be annotated: a source, or the English text of a claim."""

    text: str
    claims: tuple[CorpusClaim, ...]
    """The claims in it, or the one whose English it is."""
    of: str
    """`text` or `text_en`."""


class _Selected(NamedTuple):
    """What a target selects."""

    text: _AnnotatedText | None
    """None for the corpus as a whole."""
    start: int | None = None
    end: int | None = None
    exact: str | None = None
    prefix: str = ""
    suffix: str = ""
    path: Path | None = None
    is_whole: bool = False
    """Whether there is no selector."""

    @property
    def place(self) -> _Place | None:
        """The selected place; None if it is outside the text, or is not certain."""
        if self.text is None:
            return None
        text = self.text.text
        if self.start is not None and self.end is not None:
            return _Place(text, self.start, self.end) if self.start < self.end <= len(text) else None
        for words in (f"{self.prefix}{self.exact}{self.suffix}", self.exact or ""):
            if words and len(places := occurrences(text, words)) == 1:
                start = places[0][0] + (len(self.prefix) if words != self.exact else 0)
                return _Place(text, start, start + len(self.exact or ""))
        return None


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
        row = {"type": "TextualBody", "value": text, "format": _PLAIN if is_text else _JSON, "ki:part": "row"}
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
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{_CORPUS}{self._corpus.digest}\n{words}").urn

    def _row(self, row: Any) -> tuple[str, dict[str, Any], bool]:
        """Return a row as text, its values, and whether the text is that of a row that cannot be parsed."""
        if isinstance(row, bytes):
            return row.decode("utf-8", "replace"), {}, True
        values = self._bytes.as_validated(row)
        text = as_json(_given(values) if isinstance(row, Record) else values).decode()
        read = _loaded(text)
        return text, read if isinstance(read, dict) else {}, False

    def _targets(self, kind: str | None, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield a target for each current claim that a row refers to."""
        nested = () if kind is None else self._validator.rules[kind].nested
        for path, reference in [((), values), *references_in(values, nested)]:
            if claim := _claim(self._corpus, reference.get("claim_id")):
                yield self._target(path, claim, *_placed(reference, claim))
        if claim := _claim(self._corpus, values.get(_OTHER[0])):
            yield self._target(_OTHER, claim, *_placed({}, claim))

    def _target(self, path: Path, claim: CorpusClaim, of: str, place: _Place) -> dict[str, Any]:
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
            iri = self._iris[text] = _iri(text)
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
        return f"{_CORPUS}{self._corpus.digest}"


def _iri(text: str) -> str:
    """Return an IRI that names a text by its SHA-256 (RFC 6920, section 3)."""
    sha256 = hashlib.sha256(text.encode()).digest()
    return f"ni:///sha-256;{base64.urlsafe_b64encode(sha256).decode().rstrip('=')}"


def _claim(corpus: Corpus, claim_id: object) -> CorpusClaim | None:
    return corpus.claims.get(claim_id) if isinstance(claim_id, str) else None


def _placed(reference: Mapping[str, Any], claim: CorpusClaim) -> tuple[str, _Place]:
    """Return the place that a reference is about, and which text it is in.

    That is the place at its offsets, or else the only one of its quote; otherwise the whole claim.
    """
    quote, start, end = (reference.get(name) for name in ("quote", "quote_start", "quote_end"))
    words = quote if isinstance(quote, str) else ""
    of = "text_en" if reference.get("quote_of") == "text_en" and claim.text_en else "text"
    held = Quote(claim, words, None, None, of)
    if type(start) is int and type(end) is int:
        within = held.origin <= start < end <= held.origin + len(held.passage)
        if within and (quote is None or held.whole[start:end] == words):
            return of, _Place(held.whole, start, end)
    if words and len(places := held.places) == 1:
        return of, _Place(held.whole, *places[0])
    return of, _Place(held.whole, held.origin, claim.end if of == "text" else len(held.whole))


def _field_bodies(kind: str | None, values: Mapping[str, Any], language: object) -> Iterator[dict[str, Any]]:
    """Yield a body for each main field of a row that is text."""
    for name in TITLES.get(kind or "", ()):
        value = values.get(name)
        if isinstance(value, str) and _is_encodable(value):
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
    if isinstance(creator, str) and creator and _is_encodable(creator):
        agent = _AGENTS.get(method) if isinstance(method, str) else None
        made["creator"] = {**({"type": agent} if agent else {}), "name": creator}
    if isinstance(created, str) and _INSTANT.fullmatch(created):
        made["created"] = created
    return made


def _is_encodable(text: str) -> bool:
    """Return whether a text has no lone surrogates, which a JSON document cannot hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _given(value: Any, *, is_field: bool = False) -> Any:
    """Leave out null fields of a record, and of records within it."""
    if isinstance(value, Record) or not is_field:
        values = values_of(value) if isinstance(value, Record) else value
        return {name: _given(one, is_field=True) for name, one in values.items() if one is not None}
    return [_given(one, is_field=True) for one in value] if isinstance(value, tuple) else value


def _loaded(text: str) -> Any:
    """Return the value of a JSON text, which may have NaN and lone surrogates; None if it cannot be read."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


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
    if document == "":
        raise InputError(f"{name}: expected a JSON text or a path, got nothing")
    if isinstance(document, str) and not document.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
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
        raise InputError(f"{name}: expected a mapping, a JSON text or a path, got {got}")
    value, fault = parse(document.removeprefix(b"\xef\xbb\xbf"))
    if fault is not None:
        fault = spelled(fault)
        raise InputError(f"{name}: expected {fault.expected}, got {fault.got}")
    return value


def rows_in_annotations(document: Any, corpus: Corpus) -> list[Any]:
    """Return the rows of annotations; the public function is `from_annotations`.

    Raises
    ------
    InputError
        The document has no annotations, or one is invalid.
    """
    reader = _Reader(corpus)
    return [row for where, item in _items(document) for row in reader.rows(item, where)]


def _items(document: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each annotation of a document, with its place.

    Raises
    ------
    InputError
        The document has no annotations.
    """
    items, at = document, ""
    if isinstance(items, Mapping) and "AnnotationCollection" in _types(items):
        # A collection without annotations has no page.
        is_empty = "first" not in items and not items.get("total")
        items, at = [] if is_empty else items.get("first"), "first."
        if items != [] and not isinstance(items, Mapping):
            raise InputError(f"first: expected a page within the collection, got {_shown(items)}")
    if isinstance(items, Mapping) and "AnnotationPage" in _types(items):
        if items.get("next") is not None:
            expected = "a page with all annotations, without another page"
            raise InputError(f"{at}next: expected {expected}, got {_shown(items['next'])}")
        items, at = items.get("items"), f"{at}items"
    elif isinstance(items, Mapping) and "Annotation" in _types(items):
        items, at = [items], ""
    if not isinstance(items, list):
        expected = "an AnnotationCollection, an AnnotationPage, an Annotation or a list of annotations"
        expected = "a list of annotations" if at else expected
        raise InputError(f"{at or 'annotations'}: expected {expected}, got {_shown(items)}")
    for number, item in enumerate(items):
        where = f"{at}[{number}]"
        if not isinstance(item, Mapping) or "Annotation" not in _types(item):
            raise InputError(f"{where}: expected an Annotation, got {_shown(item)}")
        yield where, item


def _types(value: Mapping[str, Any]) -> list[Any]:
    return _listed(value.get("type"))


def _listed(value: Any) -> list[Any]:
    """Return the values of a member, which may be one or several."""
    if value is None:
        return []
    return [*value] if isinstance(value, list | tuple) else [value]


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        types = _types(value)
        return f"an object of type {visible(f'{types[0]}')}" if types else "an object without a type"
    return shown(value)


class _Reader:
    """Turn annotations into rows.

    Parameters
    ----------
    corpus : Corpus
        The corpus that the annotations are about.
    """

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._texts: dict[str, _AnnotatedText] = {}
        claims: dict[str, list[CorpusClaim]] = {}
        for claim in corpus.claims.values():
            claims.setdefault(claim.source, []).append(claim)
        for text in corpus.sources.values():
            self._texts[_iri(text)] = _AnnotatedText(text, tuple(claims.get(text, ())), "text")
        self._has_english = False

    def rows(self, item: Mapping[str, Any], where: str) -> Iterator[Any]:
        """Yield the rows of an annotation: one, or one for each target if another tool made it.

        Raises
        ------
        InputError
            A member is invalid, or a target is not in the corpus.
        """
        bodies = [*_listed(item.get("body")), *_listed(item.get("bodyValue"))]
        targets = [self._selected(target, f"{where}.target") for target in _listed(item.get("target"))]
        if not targets:
            raise InputError(f"{where}.target: expected a target, got nothing")
        for body in bodies:
            text, form = (
                (body.get("value"), body.get("format")) if isinstance(body, Mapping) else (None, None)
            )
            is_row = isinstance(body, Mapping) and body.get("ki:part") == "row"
            value = _loaded(text) if isinstance(text, str) and form == _JSON else None
            if isinstance(value, dict):
                yield self._reviewed(item, value, bodies, targets, where)
                return
            if is_row:
                if not isinstance(text, str) or (form == _JSON and value is None and text != "null"):
                    raise InputError(f"{where}.body: expected a row as a JSON text, got {_shown(text)}")
                yield value if form == _JSON else text.encode()
                return
        for number, target in enumerate(targets):
            iri = item.get("id")
            several = f"#{number}" if len(targets) > 1 else ""
            yield {**({"id": f"{iri}{several}"} if iri else {}), **self._added(item, bodies, target)}

    def _selected(self, target: Any, where: str) -> _Selected:
        """Return what a target selects.

        Raises
        ------
        InputError
            The target is not in the corpus, or has no selector that counts code points or quotes.
        """
        held = target if isinstance(target, Mapping) else {"source": target}
        source = held.get("source", held.get("id"))
        source = source.get("id") if isinstance(source, Mapping) else source
        text = self._text(source, where)
        path = _path(held.get("ki:path"), f"{where}.ki:path")
        selectors = _listed(held.get("selector"))
        if not selectors:
            return _Selected(text, path=path, is_whole=True)
        given: dict[str, Any] = {}
        for one in selectors:
            if isinstance(one, Mapping) and "TextPositionSelector" in _types(one):
                given |= {
                    name: _offset(one.get(name), f"{where}.selector.{name}") for name in ("start", "end")
                }
            elif isinstance(one, Mapping) and "TextQuoteSelector" in _types(one):
                given["exact"] = _words(one.get("exact"), f"{where}.selector.exact")
                for name in ("prefix", "suffix"):
                    given[name] = _words(one.get(name, ""), f"{where}.selector.{name}")
        if not given:
            expected = "a TextPositionSelector or a TextQuoteSelector"
            raise InputError(f"{where}.selector: expected {expected}, got {_shown(selectors[0])}")
        return _Selected(text, path=path, **given)

    def _text(self, iri: object, where: str) -> _AnnotatedText | None:
        """Return the text with an IRI; None for the corpus.

        Raises
        ------
        InputError
            The corpus has no such text.
        """
        if not isinstance(iri, str):
            raise InputError(f"{where}.source: expected an IRI, got {_shown(iri)}")
        if iri == f"{_CORPUS}{self._corpus.digest}":
            return None
        if iri not in self._texts and not self._has_english:
            self._has_english = True
            english: dict[str, list[CorpusClaim]] = {}
            for claim in self._corpus.claims.values():
                if claim.text_en:
                    english.setdefault(claim.text_en, []).append(claim)
            for text, claims in english.items():
                self._texts.setdefault(_iri(text), _AnnotatedText(text, tuple(claims), "text_en"))
        if iri not in self._texts:
            expected = "a text of the corpus that the rows are validated against"
            raise InputError(
                f"{where}.source: expected {expected}, got {_shown(iri)}; its text was changed, or `against` "
                "is another corpus"
            )
        return self._texts[iri]

    # Annotations that `annotations_of` made, and that a person may have changed.

    def _reviewed(
        self,
        item: Mapping[str, Any],
        row: dict[str, Any],
        bodies: list[Any],
        targets: list[_Selected],
        where: str,
    ) -> dict[str, Any]:
        """Return the row of an annotation, with the changes that were made to the annotation."""
        # Bodies of other tools, which leave out our terms.
        fields = [row[name] for names in TITLES.values() for name in names if name in row]
        comments = []
        for body in bodies:
            field = body.get("ki:field") if isinstance(body, Mapping) else None
            part = body.get("ki:part") if isinstance(body, Mapping) else None
            words = _words_of(body)
            is_row = isinstance(body, Mapping) and body.get("format") == _JSON
            if isinstance(field, str):
                row[field] = words
            elif part is None and not is_row and words not in fields:
                comments.append(words)
        if comments:
            before = row.get("x_comments")
            row["x_comments"] = [*(before if isinstance(before, list) else []), *comments]
        selected = [target for target in targets if not target.is_whole]
        exported = self._exported(item, row, f"{where}.ki:paths")
        if not exported and selected:
            self._placed_anew(row, selected, f"{where}.target")
            return row
        paths = _paths(exported, selected, f"{where}.target")
        for path, target in paths.items():
            if path == _OTHER:
                self._other(row, target, f"{where}.target")
            else:
                self._moved(_at(row, path), target, f"{where}.target")
        removed = exported - paths.keys()
        # From the last to the first, so that the others keep their index.
        for path in sorted(removed, key=_order, reverse=True):
            held, last = _at(row, path[:-1]), path[-1] if path else None
            if isinstance(held, list) and isinstance(last, int) and last < len(held) and selected:
                del held[last]
        return row

    def _exported(self, item: Mapping[str, Any], row: Mapping[str, Any], where: str) -> set[Path]:
        """Return the paths of the references that had a target."""
        paths = item.get("ki:paths")
        if paths is not None:
            return {path for one in _listed(paths) if (path := _path(one, where)) is not None}
        references = row.get("references")
        listed = references if isinstance(references, list) else []
        found: list[tuple[Path, Any]] = [((), row)]
        found += [(("references", number), one) for number, one in enumerate(listed)]
        paths = {path for path, one in found if self._current(one, "claim_id")}
        return paths | ({_OTHER} if self._current(row, _OTHER[0]) else set())

    def _current(self, reference: Any, name: str) -> CorpusClaim | None:
        return _claim(self._corpus, reference.get(name)) if isinstance(reference, Mapping) else None

    @staticmethod
    def _placed_anew(row: dict[str, Any], targets: list[_Selected], where: str) -> None:
        """Let a row that referred to no current claim refer to what its targets select.

        Raises
        ------
        InputError
            There are several targets, and the row cannot have several references.
        """
        references = row.get("references")
        if isinstance(references, list):
            references += map(_reference, targets)
        elif len(targets) == 1:
            row |= _reference(targets[0])
        else:
            raise InputError(f"{where}: expected one target, got {len(targets)}")

    def _moved(self, reference: Any, target: _Selected, where: str) -> None:
        """Set the quote and the offsets of a reference to what a target selects, if that was changed.

        Raises
        ------
        InputError
            There is no reference to a current claim.
        """
        claim = self._current(reference, "claim_id")
        if claim is None or target.text is None:
            raise InputError(
                f"{where}: expected the ki:path of a reference to a claim of the corpus, got another"
            )
        of, before = _placed(reference, claim)
        is_same = before.text == target.text.text
        has_moved = target.start is not None and not (
            is_same and (target.start, target.end) == (before.start, before.end)
        )
        is_reworded = target.exact is not None and not (is_same and target.exact == before.exact)
        if not has_moved and not is_reworded:
            return
        place = target.place
        if target.text.of != of:
            reference["quote_of"] = target.text.of
        if has_moved and not is_reworded and place is not None:
            words: str | None = place.exact
        else:
            words = target.exact
        if is_reworded and not has_moved:
            held = Quote(claim, target.exact or "", None, None, target.text.of)
            only = held.places if target.exact else []
            found = _Place(held.whole, *only[0]) if len(only) == 1 else None
            place = found or target._replace(start=None, end=None).place or place
        start, end = (place.start, place.end) if place else (target.start, target.end)
        for name, value in (("quote", words), ("quote_start", start), ("quote_end", end)):
            if value is None:
                reference.pop(name, None)
            else:
                reference[name] = value

    def _other(self, row: dict[str, Any], target: _Selected, where: str) -> None:
        """Set the other claim of a relation to that of a target, if the target was moved.

        Raises
        ------
        InputError
            The target is not in exactly one claim.
        """
        before, place = self._current(row, _OTHER[0]), target.place
        inside = _claims_at(target.text, place) if target.text and place else []
        if before is not None and before in inside:
            return
        if len(inside) != 1:
            raise InputError(f"{where}: expected a place in one claim, got one in {len(inside)}")
        row[_OTHER[0]] = inside[0].claim_id
        if row.get("other_claim_sha256") is not None:
            row["other_claim_sha256"] = inside[0].sha256

    # Annotations that another tool made.

    @staticmethod
    def _added(item: Mapping[str, Any], bodies: list[Any], target: _Selected) -> dict[str, Any]:
        """Return as much of a row as an annotation says."""
        row = _reference(target)
        comments = []
        for body in bodies:
            purposes = _listed(body.get("purpose")) if isinstance(body, Mapping) else []
            is_tag = {"tagging", "classifying"} & {*map(str, purposes)}
            if is_tag and "value" not in row:
                row |= {"kind": "label", "value": _words_of(body)}
            else:
                comments.append(_words_of(body))
        agents = _listed(item.get("creator"))
        agent = (
            agents[0] if agents and isinstance(agents[0], Mapping) else {"name": agents[0]} if agents else {}
        )
        name = agent.get("name", agent.get("id"))
        row |= {"method": "human"} if "Person" in _types(agent) else {}
        row |= {"creator": name} if name is not None else {}
        row |= {"created": item["created"]} if item.get("created") is not None else {}
        return row | ({"x_comments": comments} if comments else {})


def _paths(exported: set[Path], targets: list[_Selected], where: str) -> dict[Path, _Selected]:
    """Return the target of each reference, by its path in the row.

    Raises
    ------
    InputError
        It is not certain which reference a target belongs to.
    """
    found = {target.path: target for target in targets if target.path is not None}
    if len(found) == len(targets):
        return found
    # Other tools may leave out our terms, and keep the order.
    if not found and len(exported) == len(targets):
        return dict(zip(sorted(exported, key=_order), targets, strict=True))
    expected = f"{len(exported)} targets, each with the ki:path of another reference"
    raise InputError(f"{where}: expected {expected}, got {len(targets)} targets")


def _reference(target: _Selected) -> dict[str, Any]:
    """Return a reference to what a target selects, as far as it is known."""
    if target.text is None or target.is_whole:
        return {}
    place = target.place
    claims = _claims_at(target.text, place) if place else []
    start, end = (place.start, place.end) if place else (target.start, target.end)
    given = {
        "claim_id": claims[0].claim_id if len(claims) == 1 else None,
        "quote": place.exact if place and target.exact is None else target.exact,
        "quote_start": start,
        "quote_end": end,
        "quote_of": "text_en" if target.text.of == "text_en" else None,
    }
    return {name: value for name, value in given.items() if value is not None}


def _claims_at(text: _AnnotatedText, place: _Place) -> list[CorpusClaim]:
    """Return the claims that a place is in."""
    if text.of == "text_en":
        return [*text.claims]
    return [one for one in text.claims if one.start <= place.start and place.end <= one.passage_end]


def _path(given: object, where: str) -> Path | None:
    """Return the path that a JSON Pointer names; None if there is none.

    Raises
    ------
    InputError
        It is not a JSON Pointer.
    """
    if given is None:
        return None
    if not isinstance(given, str) or (given and not given.startswith("/")):
        raise InputError(f"{where}: expected a JSON Pointer, got {_shown(given)}")
    steps = (step.replace("~1", "/").replace("~0", "~") for step in given.split("/")[1:])
    return tuple(int(step) if re.fullmatch("[0-9]{1,9}", step) else step for step in steps)


def _order(path: Path) -> list[tuple[bool, Any]]:
    """Return the key that sorts paths in the order of a row's targets; the other claim is last."""
    return [(path == _OTHER, ""), *((isinstance(step, str), step) for step in path)]


def _at(row: Any, path: Path) -> Any:
    """Return the value at a path; None if there is none."""
    for step in path:
        try:
            row = row[step]
        except (KeyError, IndexError, TypeError):
            return None
    return row


def _offset(given: object, where: str) -> int:
    """Return an offset.

    Raises
    ------
    InputError
        It is not an integer of at least 0.
    """
    if type(given) is not int or given < 0:
        raise InputError(f"{where}: expected an integer of at least 0, got {_shown(given)}")
    return given


def _words(given: object, where: str) -> str:
    """Return a text.

    Raises
    ------
    InputError
        It is not text.
    """
    if not isinstance(given, str):
        raise InputError(f"{where}: expected text, got {_shown(given)}")
    return given


def _words_of(body: Any) -> str:
    """Return the text of a body; of a body without text, its JSON."""
    value = body.get("value") if isinstance(body, Mapping) else body
    return value if isinstance(value, str) else as_json(body).decode()

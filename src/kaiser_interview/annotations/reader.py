"""The rows of W3C Web Annotations, which people may have changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..corpus.corpus import Corpus
from ..corpus.files import CorpusClaim
from ..errors import InputError
from ..page.shown_rows import TITLES
from ..validation.findings.display import counted
from ..validation.findings.finding import Path
from ..validation.references.quotes import Quote
from ..validation.writers.rows import as_json
from .documents import (
    JSON,
    as_list,
    as_offset,
    as_path,
    as_text,
    items_in,
    loaded,
    main_texts,
    shown_value,
    types_of,
)
from .targets import CORPUS, OTHER, AnnotatedText, Place, Selected, claim_with, claims_at, place_of, text_iri

__all__ = ["rows_in_annotations"]


def rows_in_annotations(document: Any, corpus: Corpus) -> list[Any]:
    """Return the rows of annotations; the public function is `from_annotations`.

    Raises
    ------
    InputError
        The document has no annotations, or one is invalid.
    """
    reader = _Reader(corpus)
    return [row for where, item in items_in(document) for row in reader.rows(item, where)]


class _Reader:
    """Turn annotations into rows.

    Parameters
    ----------
    corpus : Corpus
        The corpus that the annotations are about.
    """

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._texts: dict[str, AnnotatedText] = {}
        claims: dict[str, list[CorpusClaim]] = {}
        for claim in corpus.claims.values():
            claims.setdefault(claim.source, []).append(claim)
        for text in corpus.sources.values():
            self._texts[text_iri(text)] = AnnotatedText(text, tuple(claims.get(text, ())), "text")
        self._has_english = False

    def rows(self, item: Mapping[str, Any], where: str) -> Iterator[Any]:
        """Yield the rows of an annotation: one, or one for each target if another tool made it.

        Raises
        ------
        InputError
            A member is invalid, or a target is not in the corpus.
        """
        bodies = [*as_list(item.get("body")), *as_list(item.get("bodyValue"))]
        given = item.get("target")
        targets = [
            self._selected(target, f"{where}.target{f'[{number}]' if isinstance(given, list) else ''}")
            for number, target in enumerate(as_list(given))
        ]
        if not targets:
            raise InputError(f"{where}.target: expected a target, got nothing")
        held = _row_body(bodies)
        if held is not None:
            row = _row_in(held, f"{where}.body")
            if isinstance(row, dict):
                _take_bodies(row, item.get("ki:kind"), bodies, held, f"{where}.body")
                self._take_targets(row, item, targets, where)
            yield row
            return
        for number, target in enumerate(targets):
            iri = item.get("id")
            several = f"#{number}" if len(targets) > 1 else ""
            yield {**({"id": f"{iri}{several}"} if iri else {}), **self._added(item, bodies, target)}

    def _selected(self, target: Any, where: str) -> Selected:
        """Return what a target selects.

        Raises
        ------
        InputError
            The target is not in the corpus, or has no selector that counts code points or quotes, or one that
            another selector refines.
        """
        held = target if isinstance(target, Mapping) else {"source": target}
        source = held.get("source", held.get("id"))
        source = source.get("id") if isinstance(source, Mapping) else source
        text = self._text(source, where)
        path = as_path(held.get("ki:path"), f"{where}.ki:path")
        selectors = as_list(held.get("selector"))
        if not selectors:
            return Selected(text, path=path, is_whole=True)
        given: dict[str, Any] = {}
        for one in selectors:
            if isinstance(one, Mapping) and one.get("refinedBy") is not None:
                expected, got = "a selector that is not refined", shown_value(one["refinedBy"])
                raise InputError(f"{where}.selector.refinedBy: expected {expected}, got {got}")
            if isinstance(one, Mapping) and "TextPositionSelector" in types_of(one):
                given |= {
                    name: as_offset(one.get(name), f"{where}.selector.{name}") for name in ("start", "end")
                }
            elif isinstance(one, Mapping) and "TextQuoteSelector" in types_of(one):
                given["exact"] = as_text(one.get("exact"), f"{where}.selector.exact")
                for name in ("prefix", "suffix"):
                    given[name] = as_text(one.get(name, ""), f"{where}.selector.{name}")
        if not given:
            expected = "a TextPositionSelector or a TextQuoteSelector"
            raise InputError(f"{where}.selector: expected {expected}, got {shown_value(selectors[0])}")
        return Selected(text, path=path, **given)

    def _text(self, iri: object, where: str) -> AnnotatedText | None:
        """Return the text with an IRI; None for the corpus.

        Raises
        ------
        InputError
            The corpus has no such text.
        """
        if not isinstance(iri, str):
            raise InputError(f"{where}.source: expected an IRI, got {shown_value(iri)}")
        if iri == f"{CORPUS}{self._corpus.digest}":
            return None
        if iri not in self._texts and not self._has_english:
            self._has_english = True
            english: dict[str, list[CorpusClaim]] = {}
            for claim in self._corpus.claims.values():
                if claim.text_en:
                    english.setdefault(claim.text_en, []).append(claim)
            for text, claims in english.items():
                self._texts.setdefault(text_iri(text), AnnotatedText(text, tuple(claims), "text_en"))
        if iri not in self._texts:
            expected = "a text of the corpus that the rows are validated against"
            raise InputError(
                f"{where}.source: expected {expected}, got {shown_value(iri)}; its text was changed, or "
                "`against` is another corpus"
            )
        return self._texts[iri]

    # Annotations that `annotations_of` made, and that a person may have changed.

    def _take_targets(
        self, row: dict[str, Any], item: Mapping[str, Any], targets: list[Selected], where: str
    ) -> None:
        """Change the references of a row to what the targets of its annotation select.

        Raises
        ------
        InputError
            It is not certain which reference a target belongs to, or a place is in no claim.
        """
        selected = [target for target in targets if not target.is_whole]
        exported = self._exported(item, row, f"{where}.ki:paths")
        if not exported and selected:
            self._placed_anew(row, selected, f"{where}.target")
            return
        # Where other targets have paths, one without is a new reference, if the row has one list of them.
        with_path = [target for target in selected if target.path is not None]
        lists = [one for path in {path[:-1] for path in exported} if isinstance(one := _at(row, path), list)]
        may_be_new = bool(with_path) and len(lists) == 1
        paths = _paths(exported, with_path if may_be_new else selected, f"{where}.target")
        for path, target in paths.items():
            if path == OTHER:
                self._other(row, target, f"{where}.target")
            else:
                self._moved(_at(row, path), target, f"{where}.target")
        removed = exported - {target.path for target in targets} - paths.keys()
        # From the last to the first, so that the others keep their index.
        for path in sorted(removed, key=_order, reverse=True):
            around, last = _at(row, path[:-1]), path[-1] if path else None
            if isinstance(around, list) and isinstance(last, int) and last < len(around) and selected:
                del around[last]
        if may_be_new:
            lists[0] += [_reference(target) for target in selected if target.path is None]

    def _exported(self, item: Mapping[str, Any], row: Mapping[str, Any], where: str) -> set[Path]:
        """Return the paths of the references that had a target."""
        paths = item.get("ki:paths")
        if paths is not None:
            return {path for one in as_list(paths) if (path := as_path(one, where)) is not None}
        references = row.get("references")
        listed = references if isinstance(references, list) else []
        found: list[tuple[Path, Any]] = [((), row)]
        found += [(("references", number), one) for number, one in enumerate(listed)]
        paths = {path for path, one in found if self._current(one, "claim_id")}
        return paths | ({OTHER} if self._current(row, OTHER[0]) else set())

    def _current(self, reference: Any, name: str) -> CorpusClaim | None:
        return claim_with(self._corpus, reference.get(name)) if isinstance(reference, Mapping) else None

    @staticmethod
    def _placed_anew(row: dict[str, Any], targets: list[Selected], where: str) -> None:
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

    def _moved(self, reference: Any, target: Selected, where: str) -> None:
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
        of, before = place_of(reference, claim)
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
            found = Place(held.whole, *only[0]) if len(only) == 1 else None
            place = found or target._replace(start=None, end=None).place or place
        start, end = (place.start, place.end) if place else (target.start, target.end)
        for name, value in (("quote", words), ("quote_start", start), ("quote_end", end)):
            if value is None:
                reference.pop(name, None)
            else:
                reference[name] = value

    def _other(self, row: dict[str, Any], target: Selected, where: str) -> None:
        """Set the other claim of a relation to that of a target, if the target was moved.

        Raises
        ------
        InputError
            The target is not in exactly one claim.
        """
        before, place = self._current(row, OTHER[0]), target.place
        inside = claims_at(target.text, place) if target.text and place else []
        if before is not None and before in inside:
            return
        if len(inside) != 1:
            raise InputError(f"{where}: expected a place in one claim, got one in {len(inside)}")
        row[OTHER[0]] = inside[0].claim_id
        if row.get("other_claim_sha256") is not None:
            row["other_claim_sha256"] = inside[0].sha256

    # Annotations that another tool made.

    @staticmethod
    def _added(item: Mapping[str, Any], bodies: list[Any], target: Selected) -> dict[str, Any]:
        """Return as much of a row as an annotation says."""
        row = _reference(target)
        comments = []
        for body in bodies:
            purposes = as_list(body.get("purpose")) if isinstance(body, Mapping) else []
            purposes = purposes or as_list(item.get("motivation"))
            is_tag = "tagging" in purposes or "classifying" in purposes
            if is_tag and "value" not in row:
                # A tag may be an IRI: that of the source of a body.
                tag = body.get("source", body) if isinstance(body, Mapping) else body
                row |= {"kind": "label", "value": _words_of(tag)}
            else:
                comments.append(_words_of(body))
        agents = as_list(item.get("creator"))
        agent = (
            agents[0] if agents and isinstance(agents[0], Mapping) else {"name": agents[0]} if agents else {}
        )
        names = as_list(agent.get("name", agent.get("id")))
        row |= {"method": "human"} if "Person" in types_of(agent) else {}
        row |= {"creator": names[0]} if names else {}
        row |= {"created": item["created"]} if item.get("created") is not None else {}
        return row | ({"x_comments": comments} if comments else {})


def _row_body(bodies: list[Any]) -> Mapping[str, Any] | None:
    """Return the body with the row of an annotation that `annotations_of` made; None if there is none."""
    mappings = [body for body in bodies if isinstance(body, Mapping)]
    for body in mappings:
        if body.get("ki:part") == "row":
            return body
    # Other tools may leave out our terms.
    for body in mappings:
        text = body.get("value")
        if body.get("format") == JSON and isinstance(text, str) and isinstance(loaded(text), dict):
            return body
    return None


def _row_in(body: Mapping[str, Any], where: str) -> Any:
    """Return the row that a body has: a JSON value, or bytes if the row was not JSON.

    Raises
    ------
    InputError
        The body has no text, or its text is not JSON.
    """
    text, is_json = body.get("value"), body.get("format") == JSON
    value = loaded(text) if isinstance(text, str) and is_json else None
    if not isinstance(text, str) or (is_json and value is None and text != "null"):
        raise InputError(f"{where}: expected a row as a JSON text, got {shown_value(text)}")
    return value if is_json else text.encode("utf-8", "surrogatepass")


def _take_bodies(
    row: dict[str, Any], kind: object, bodies: list[Any], held: Mapping[str, Any], where: str
) -> None:
    """Change the fields of a row to what the bodies of its annotation say; `held` is the one with the row.

    A field whose body was removed is removed. New bodies are comments.

    Raises
    ------
    InputError
        The body of a field has no text.
    """
    has_terms = held.get("ki:part") == "row"
    removed = main_texts(kind, row) if has_terms else {}
    # A tool that leaves out our terms also leaves out which body is that of a field.
    names = [] if has_terms else [name for names in TITLES.values() for name in names]
    known = [row[name] for name in names if name in row]
    comments = []
    for number, body in enumerate(bodies):
        members = body if isinstance(body, Mapping) else {}
        field = members.get("ki:field")
        if isinstance(field, str):
            row[field] = as_text(members.get("value"), f"{where}[{number}].value")
            removed.pop(field, None)
        elif body is not held and members.get("ki:part") is None and (words := _words_of(body)) not in known:
            comments.append(words)
    for name in removed:
        del row[name]
    if comments:
        before = row.get("x_comments")
        row["x_comments"] = [*(before if isinstance(before, list) else []), *comments]


def _paths(exported: set[Path], targets: list[Selected], where: str) -> dict[Path, Selected]:
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
    each = ", each with the ki:path of another reference" if len(exported) > 1 else ""
    got = counted(len(targets), "target")
    raise InputError(f"{where}: expected {counted(len(exported), 'target')}{each}, got {got}")


def _reference(target: Selected) -> dict[str, Any]:
    """Return a reference to what a target selects, as far as it is known."""
    if target.text is None or target.is_whole:
        return {}
    place = target.place
    claims = claims_at(target.text, place) if place else []
    start, end = (place.start, place.end) if place else (target.start, target.end)
    given = {
        "claim_id": claims[0].claim_id if len(claims) == 1 else None,
        "quote": place.exact if place and target.exact is None else target.exact,
        "quote_start": start,
        "quote_end": end,
        "quote_of": "text_en" if target.text.of == "text_en" else None,
    }
    return {name: value for name, value in given.items() if value is not None}


def _order(path: Path) -> list[tuple[bool, Any]]:
    """Return the key that sorts paths in the order of a row's targets; the other claim is last."""
    return [(path == OTHER, ""), *((isinstance(step, str), step) for step in path)]


def _at(row: Any, path: Path) -> Any:
    """Return the value at a path; None if there is none."""
    for step in path:
        try:
            row = row[step]
        except (KeyError, IndexError, TypeError):
            return None
    return row


def _words_of(body: Any) -> str:
    """Return the text of a body; of a body without text, its JSON."""
    value = body.get("value") if isinstance(body, Mapping) else body
    return value if isinstance(value, str) else as_json(body).decode()

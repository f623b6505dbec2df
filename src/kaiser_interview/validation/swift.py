"""The shortest way to a verdict, for rows that are right beyond doubt."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from ..corpus.corpus import Corpus
from ..records.introspection import field_types
from ..records.models import Derived, Record, Relation
from .references.paths import holds_records
from .rows.schema import Shape
from .rules.base import Rule

__all__ = ["swift_way"]

_NO_NAMES: frozenset[str] = frozenset()

_SPACE = b" \t\r\n"


def swift_way(
    shape: Shape, rules: Iterable[Rule], corpus: Corpus
) -> Callable[[bytes], Mapping[str, Any] | None] | None:
    """Return the shortest way to a verdict, for rows that are pinned, quoted with offsets and up to date.

    It is no rule of its own: what it does not pass is judged as if it were not there, and a property test
    holds what it does pass to the judge. The model's own validator begins with the bytes.

    Parameters
    ----------
    shape : Shape
        The shape of the one kind that rows may be.
    rules : iterable of Rule
        Its rules.
    corpus : Corpus
        What they are judged against.

    Returns
    -------
    callable or None
        Takes a row that is a JSON text, and returns its values if it is right, else None. None for kinds
        that there is no such way for.
    """
    if not _is_plain(shape.model):
        return None
    rules = [*rules]
    accept, kind = shape.accept_json, {None, shape.name}
    releases = {None, *corpus.releases[-1:]}
    facts = {
        name: (
            claim.sha256,
            claim.source,
            claim.start,
            claim.passage_end,
            [rule.faults for rule in rules if rule.claims is None or name in rule.claims],
        )
        for name, claim in corpus.claims.items()
    }

    def judge(data: bytes) -> Mapping[str, Any] | None:
        try:
            record = accept(data)
        except ValidationError:
            return None
        values: dict[str, Any] = record.__dict__
        # Without white space, each key ends in a quotation mark and a colon; if there are no more of these
        # than different keys, no key stands twice. Mostly a count of the colons says so sooner: where none is
        # escaped, there are no more than the keys that are different and the time of day have.
        keys, created = len(record.__pydantic_fields_set__), values["created"]
        colons = keys if created is None else keys + created.count(":")
        if (data.count(b":") != colons or b"\\" in data) and (
            data.translate(None, _SPACE).count(b'":') != keys
        ):
            return None
        claim = facts.get(values["claim_id"])
        if claim is None:
            return None
        sha256, source, start, end, more = claim
        at, until = values["quote_start"], values["quote_end"]
        if (
            values["claim_sha256"] != sha256
            or at is None
            or until is None
            or not start <= at < until <= end
            or source[at:until] != values["quote"]
            or values["quote_of"] is not None
            or values["release"] not in releases
            or values["kind"] not in kind
        ):
            return None
        for rule in more:
            if rule(values, _NO_NAMES):
                return None
        return values

    return judge


@lru_cache
def _is_plain(model: type[Record]) -> bool:
    """Return whether a model has the fields of `Derived` as they are, no records in fields, and no others."""
    return (
        issubclass(model, Derived)
        and not issubclass(model, Relation)  # which has two pins
        and model.model_config.get("extra") == "forbid"
        and not holds_records(model)
        and _are_bounded(model.model_json_schema())
        and all(
            field_types(model)[name].python == field.python for name, field in field_types(Derived).items()
        )
    )


def _are_bounded(schema: Any) -> bool:
    """Return whether every integer in a schema has bounds: one without may be larger than any double."""
    if isinstance(schema, list):
        return all(map(_are_bounded, schema))
    if not isinstance(schema, dict):
        return True
    bounded = {"minimum", "maximum"} <= schema.keys() or schema.get("type") != "integer"
    return bounded and all(map(_are_bounded, schema.values()))

"""The rules of a kind beyond its shape, in columns: each says which rows the judge is needed for."""

import re
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from ...corpus.corpus import Corpus
from ...records.models import Claim, Label, Question, Record, Relation, Translation
from ..arrow.arrays import Bools, Ints, is_list, is_null, is_text, lookup, on_values, plain, truths
from ..references.columns import Carried, Fields, ReferenceColumns
from .base import VOCABULARIES
from .numbers import numbers

__all__ = ["Twin", "twins_of"]

Twin = Callable[[Fields, Ints, Ints], Bools]
"""Takes fields, the claim and the release of each row, and returns which rows the judge is needed for."""


def twins_of(
    model: type[Record], corpus: Corpus, references: ReferenceColumns, ruled: Iterable[type[Record]]
) -> list[Twin]:
    """Return a twin of every rule that a model has.

    Parameters
    ----------
    model : type of Record
        The model.
    corpus : Corpus
        What rows are judged against.
    references : ReferenceColumns
        What looks at references against it.
    ruled : iterable of type of Record
        The models that have a rule.
    """
    makers: Mapping[type[Record], Callable[[Corpus, ReferenceColumns], Twin]] = {
        Label: _label,
        Relation: _relation,
        Question: _question,
        Translation: _translation,
        Claim: _claim,
    }
    return [makers.get(base, _unknown)(corpus, references) for base in ruled if issubclass(model, base)]


def _unknown(_: Corpus, __: ReferenceColumns) -> Twin:
    return lambda _, claims, __: np.ones(len(claims), np.bool_)


def _label(_: Corpus, __: ReferenceColumns) -> Twin:
    schemes = pa.array([*VOCABULARIES])
    words = [pa.array(values) for values in VOCABULARIES.values()]

    def twin(fields: Fields, claims: Ints, _: Ints) -> Bools:
        scheme, value = fields.get("scheme"), fields.get("value")
        if scheme is None or value is None:
            return np.ones(len(claims), np.bool_)
        which = lookup(scheme, schemes)
        doubt = (which < 0) & ~on_values(scheme, _has_colon, null=False)
        for number, vocabulary in enumerate(words):
            ours = which == number
            if ours.any():
                doubt |= ours & (lookup(value, vocabulary) < 0)
        return np.asarray(doubt)

    return twin


def _has_colon(texts: pa.Array) -> Bools:
    return truths(pc.match_substring(texts, ":")) if is_text(texts.type) else np.zeros(len(texts), np.bool_)


def _relation(_: Corpus, references: ReferenceColumns) -> Twin:
    def twin(fields: Fields, claims: Ints, releases: Ints) -> Bools:
        others = references.claims(fields.get("other_claim_id"), len(claims))
        doubt = (others < 0) | (others == claims)
        others = np.maximum(others, 0)
        doubt |= references.pins(others, fields.get("other_claim_sha256")).suspect
        return np.asarray(doubt | references.releases.older(releases, others))

    return twin


def _question(_: Corpus, __: ReferenceColumns) -> Twin:
    def twin(fields: Fields, claims: Ints, _: Ints) -> Bools:
        rows = len(claims)
        answerable, held = fields.get("answerable"), fields.get("references")
        if answerable is None or held is None:
            return np.ones(rows, np.bool_)
        answerable, held = plain(answerable), plain(held)
        if not kinds.is_boolean(answerable.type) or not is_list(held.type):
            return np.ones(rows, np.bool_)
        can = truths(answerable)
        answer = fields.get("answer")
        answered = np.zeros(rows, np.bool_) if answer is None else ~is_null(answer)
        empty = truths(pc.equal(pc.list_value_length(held), 0))
        return np.asarray((answered != can) | (can & empty))

    return twin


def _translation(corpus: Corpus, _: ReferenceColumns) -> Twin:
    wanted = {
        place: [_grouped(number) for number in found]
        for place, claim in enumerate(corpus.claims.values())
        if (found := numbers(claim.text))
    }
    places = np.array(sorted(wanted), np.int64)

    def twin(fields: Fields, claims: Ints, _: Ints) -> Bools:
        doubt = np.isin(claims, places)
        translation = fields.get("translation")
        if translation is None or not doubt.any():
            return np.asarray(doubt)
        rows = np.flatnonzero(doubt)
        texts = plain(translation.take(pa.array(rows)))
        texts = plain(texts.dictionary_decode()) if kinds.is_dictionary(texts.type) else texts
        if not is_text(texts.type):
            return np.asarray(doubt)
        for place, found in wanted.items():
            here = np.flatnonzero(claims[rows] == place)
            if len(here):
                own = texts.take(pa.array(here))
                stand = np.ones(len(here), np.bool_)
                for number in found:
                    stand &= truths(pc.match_substring_regex(own, _ALONE.format(number)))
                doubt[rows[here[stand]]] = False
        return np.asarray(doubt)

    return twin


# A number beside which there is neither digit nor mark nor another number can be read in one way only.
_ALONE = (
    r"(?:^|[-A-Za-z(\x{{4e00}}-\x{{9fff}}] ?){0}(?:$|[-A-Za-z)%\x{{4e00}}-\x{{9fff}}]|[ ,.;:][A-Za-z]|\.$)"
)


def _grouped(number: str) -> str:
    """Return a pattern of a number, with commas between groups of three or without."""
    if not number.isdigit():
        return re.escape(number)
    first = len(number) % 3
    groups = [number[:first], *(number[at : at + 3] for at in range(first, len(number), 3))]
    return ",?".join(group for group in groups if group)


def _claim(corpus: Corpus, references: ReferenceColumns) -> Twin:
    names = Claim.model_fields.keys() & corpus.columns - {"claim_id", "claim_sha256"}
    columns = [Carried(corpus, name) for name in sorted(names)]

    def twin(fields: Fields, rows: Ints, _: Ints) -> Bools:
        claims = references.claims(fields.get("claim_id"), len(rows))
        doubt = claims < 0
        claims = np.maximum(claims, 0)
        doubt |= references.pins(claims, fields.get("claim_sha256")).suspect
        for column in columns:
            if column.name in fields:
                doubt |= column.doubts(fields[column.name], claims)
        return np.asarray(doubt)

    return twin

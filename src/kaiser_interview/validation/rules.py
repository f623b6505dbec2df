"""The rules of a kind beyond its shape: among its fields, and between them and the corpus."""

import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, get_args

from ..corpus import CorpusClaim
from ..kinds import element_of, inner_type, records_in, without_null
from ..models import (
    Claim,
    ClaimType,
    Horizon,
    Label,
    Question,
    Record,
    Reference,
    Relation,
    Topic,
    Translation,
)
from ..schema import SHIPPED_SCHEMES
from .conversion import as_type_of, lossless, typed
from .fidelity import missing_numbers, numbers
from .findings import Fault, Path, shown
from .references import References
from .shape import Shape, not_in_vocabulary

__all__ = [
    "RULED",
    "VOCABULARIES",
    "KindRules",
    "Nested",
    "Rule",
    "carried",
    "holds_records",
    "reference_paths",
    "references_in",
    "rules_of",
]

Values = Mapping[str, Any]

_FEW = 10


class Rule(NamedTuple):
    """A rule of a kind."""

    judge: Callable[[Values, frozenset[str]], list[Fault]]
    """Judges the values of a row, given the names of its fields that do not have their shape."""
    claims: Container[str] | None = None
    """The claims whose rows it concerns; None for all."""


VOCABULARIES = dict(zip(SHIPPED_SCHEMES, map(get_args, (Topic, ClaimType, Horizon)), strict=True))
"""The values of each shipped scheme."""


RULED: tuple[type[Record], ...] = (Label, Relation, Question, Translation, Claim)
"""The models that have a rule; what derives from one has its rule too."""


class KindRules:
    """All that rows of a kind are judged by."""

    def __init__(self, kind: str | type[Record], references: References) -> None:
        self.shape = Shape(kind)
        model = self.shape.model
        self.refers = issubclass(model, Reference)
        self.pairs = issubclass(model, Relation)
        self.nested = reference_paths(model)
        self.rules = rules_of(model, references)
        self.typed = typed(model)
        self.lossless = lossless(model)


class Nested(NamedTuple):
    """A field that holds references, at whatever depth."""

    name: str
    many: bool
    reference: bool
    inner: "tuple[Nested, ...]"


def reference_paths(model: type[Record]) -> tuple[Nested, ...]:
    """Return the fields of a model that hold references."""
    found = []
    for name, info in model.model_fields.items():
        inside = inner_type(info.annotation)
        if isinstance(inside, type) and issubclass(inside, Record):
            inner = reference_paths(inside)
            if inner or issubclass(inside, Reference):
                many = element_of(without_null(info.annotation)[0]) is not None
                found.append(Nested(name, many, issubclass(inside, Reference), inner))
    return tuple(found)


def references_in(
    values: Values, nested: tuple[Nested, ...], path: Path = ()
) -> Iterator[tuple[Path, Values]]:
    """Yield the path and the fields of every reference within a row, as far as it is well shaped."""
    for field in nested:
        held = values.get(field.name)
        many = held if field.many else (held,)
        for number, one in enumerate(many if isinstance(many, list | tuple) else ()):
            inner = one.__dict__ if isinstance(one, Record) else one
            if isinstance(inner, Mapping):
                at = (*path, field.name, number) if field.many else (*path, field.name)
                if field.reference:
                    yield at, inner
                yield from references_in(inner, field.inner, at)


def rules_of(model: type[Record], references: References) -> tuple[Rule, ...]:
    """Return the rules of a model, those of its bases included."""
    rules = (_label, _relation, _question, _translation, _claim)
    return tuple(rule(references) for base, rule in zip(RULED, rules, strict=True) if issubclass(model, base))


def carried(claim: CorpusClaim, values: Values, names: Iterable[str], *, cells: bool = False) -> list[Fault]:
    """Return the faults of a claim's columns in a row that are not what the claim has.

    Parameters
    ----------
    claim : CorpusClaim
        The claim.
    values : mapping
        The row's.
    names : iterable of str
        The columns.
    cells : bool
        Whether the values are cells of CSV, to be read as what the claim has.
    """
    found = []
    for name in names:
        value, own = values.get(name), claim.columns.get(name)
        if value is None:
            continue
        if not _same(as_type_of(own, value) if cells else value, own):
            found.append(_differs(name, own, value))
    return found


def _differs(name: str, own: Any, value: Any) -> Fault:
    """Return the fault of a claim's column that is not what the claim has."""
    remedy = "take the column from the claim anew, or drop it"
    if isinstance(own, list) and isinstance(value, str):
        remedy = "a list is written as JSON, or the column is dropped"
    held = json.dumps(own, ensure_ascii=False) if isinstance(own, list) else shown(own)
    got = json.dumps(value, ensure_ascii=False) if _is_small(value) else shown(value)
    return Fault("claim-differs", (name,), held, got, remedy)


def _is_small(value: Any) -> bool:
    """Return whether a value is a list that can be shown whole."""
    return isinstance(value, list) and len(value) < _FEW and all(isinstance(one, str | int) for one in value)


def _same(value: Any, own: Any) -> bool:
    if isinstance(value, list | tuple) and isinstance(own, list | tuple):
        return len(value) == len(own) and all(map(_same, value, own))
    return type(value) is type(own) and bool(value == own)


def _label(_: References) -> Rule:
    def judge(values: Values, bad: frozenset[str]) -> list[Fault]:
        scheme = values.get("scheme")
        if "scheme" in bad or scheme is None or ":" in scheme:
            return []
        if scheme not in VOCABULARIES:
            return [not_in_vocabulary(("scheme",), VOCABULARIES, scheme, "a scheme of your own has a colon")]
        if "value" in bad or values.get("value") is None or values["value"] in VOCABULARIES[scheme]:
            return []
        otherwise = (
            f"kaiser-interview schema label has all; words of your own need a scheme such as acme:{scheme}"
        )
        return [not_in_vocabulary(("value",), VOCABULARIES[scheme], values["value"], otherwise)]

    return Rule(judge)


def _relation(references: References) -> Rule:
    def judge(values: Values, bad: frozenset[str]) -> list[Fault]:
        other = values.get("other_claim_id")
        if "other_claim_id" in bad or other is None:
            return []
        claim = references.corpus.claims.get(other)
        if claim is None:
            return [references.no_claim(("other_claim_id",), other)]
        found = []
        if other == values.get("claim_id"):
            found.append(
                Fault("fields-disagree", ("other_claim_id",), "another claim than claim_id", shown(other))
            )
        if "other_claim_sha256" not in bad:
            pinned = references.pin(claim, values.get("other_claim_sha256"), ("other_claim_sha256",))
            found += [pinned] if pinned else []
        if "release" in bad or any(fault.code == "stale-claim" for fault in found):
            return found
        older = references.older(claim, values.get("release"))
        return found + ([older] if older else [])

    return Rule(judge)


def _question(_: References) -> Rule:
    def judge(values: Values, bad: frozenset[str]) -> list[Fault]:
        answerable, found = values.get("answerable"), list[Fault]()
        if "answerable" in bad or answerable is None:
            return []
        if "answer" not in bad and (values.get("answer") is not None) is not answerable:
            expected = (
                "an answer, since the question is answerable"
                if answerable
                else "null, since it is not answerable"
            )
            got = "nothing" if answerable else shown(values["answer"])
            remedy = (
                "give it, or set answerable to false" if answerable else "drop it, or set answerable to true"
            )
            found.append(Fault("fields-disagree", ("answer",), expected, got, remedy))
        if answerable and "references" not in bad and not values.get("references"):
            expected = "a reference, since the question is answerable"
            remedy = "give the claims that answer it, or set answerable to false"
            found.append(Fault("fields-disagree", ("references",), expected, "none", remedy))
        return found

    return Rule(judge)


def _translation(references: References) -> Rule:
    wanted = {
        claim_id: found
        for claim_id, claim in references.corpus.claims.items()
        if (found := numbers(claim.text))
    }

    def judge(values: Values, bad: frozenset[str]) -> list[Fault]:
        # An id of another type may be none that can be looked up.
        if bad & {"claim_id", "translation"} or values.get("translation") is None:
            return []
        needed = wanted.get(values.get("claim_id", ""))
        if needed is None:
            return []
        missing = missing_numbers(needed, values["translation"])
        expected = f"{', '.join(missing)}, as in {values['claim_id']}"
        return [Fault("number-missing", ("translation",), expected, "none")] if missing else []

    return Rule(judge, wanted)


def _claim(references: References) -> Rule:
    columns = references.corpus.columns

    def judge(values: Values, bad: frozenset[str]) -> list[Fault]:
        if "claim_id" in bad or values.get("claim_id") is None:
            return []
        claim = references.corpus.claims.get(values["claim_id"])
        if claim is None:
            return [references.no_claim(("claim_id",), values["claim_id"])]
        pinned = None
        if "claim_sha256" not in bad:
            pinned = references.pin(claim, values.get("claim_sha256"), ("claim_sha256",))
        names = Claim.model_fields.keys() & columns - {"claim_id", "claim_sha256"} - bad
        return [pinned] if pinned else carried(claim, values, sorted(names))

    return Rule(judge)


def holds_records(model: type[Record]) -> bool:
    """Return whether a model has a field that holds records, so that its rows have objects in them."""
    return any(records_in(info.annotation) for info in model.model_fields.values())

"""The rules of a kind beyond its shape: among its fields, and between them and the corpus."""

from collections.abc import Callable, Container
from typing import NamedTuple, get_args

from ...records.models import Claim, ClaimType, Horizon, Label, Question, Record, Relation, Topic, Translation
from ...records.schemas import SHIPPED_SCHEMES
from ..findings.display import shown
from ..findings.finding import Fault
from ..hints.typos import not_in_vocabulary
from ..references.paths import Values
from ..references.rows import References, carried
from .numbers import missing_numbers, numbers

__all__ = ["RULED", "VOCABULARIES", "Rule", "rules_of"]


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


def rules_of(model: type[Record], references: References) -> tuple[Rule, ...]:
    """Return the rules of a model, those of its bases included."""
    rules = (_label, _relation, _question, _translation, _claim)
    return tuple(rule(references) for base, rule in zip(RULED, rules, strict=True) if issubclass(model, base))


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

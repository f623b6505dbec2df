"""Look up the claims of a draft, and complete it: digest, and offsets of a quote that occurs once."""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from .._version import data_release
from ..errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from ..corpus.corpus import Corpus
    from ..corpus.files import CorpusClaim
    from .models import Claim

    AnyClaim: TypeAlias = str | Claim | CorpusClaim

__all__ = ["Draft", "Target", "claim_ids", "reference_to", "references_to"]


class Target(NamedTuple):
    """A claim that a row is about."""

    claim_id: str
    sha256: str
    passage: str
    """The text that may be quoted: the claim's text with its markers."""
    start: int
    """The offset of the passage in the source."""
    text_en: str


class Draft(NamedTuple):
    """The claims that a row is about, and the release that it is made from."""

    targets: tuple[Target, ...]
    release: str | None

    @classmethod
    def of(cls, claim: object, against: "Corpus | str | os.PathLike[str] | None") -> "Draft":
        """Return the draft for a claim, or for several; look up ids in the corpus.

        Raises
        ------
        InputError
            `claim` contains something other than claims and ids, or a claim whose text differs in `against`.
        UnknownNameError
            There is no claim with an id.
        """
        from ..corpus.files import CorpusClaim
        from .models import Claim, Record

        if isinstance(claim, str | Claim | CorpusClaim):
            claims: tuple[Any, ...] = (claim,)
        elif isinstance(claim, Iterable) and not isinstance(claim, Record | bytes):
            claims = tuple(claim.values()) if isinstance(claim, Mapping) else tuple(claim)
            if isinstance(claim, Mapping) and not all(isinstance(one, Claim | CorpusClaim) for one in claims):
                raise _not_a_claim(claim)  # such as a reference, which has an id too
        else:
            raise _not_a_claim(claim)
        for one in claims:
            if not isinstance(one, str | Claim | CorpusClaim):
                raise _not_a_claim(one)
        if against is None:
            # The release is known only for shipped claims.
            release = None if any(isinstance(one, CorpusClaim) for one in claims) else data_release
            found = (_target(one, _shipped() if isinstance(one, str) else None) for one in claims)
            return cls(tuple(found), release)
        corpus = _corpus(against)
        release = corpus.releases[-1] if corpus.releases else None
        return cls(tuple(_target(one, corpus) for one in claims), release)


def claim_ids(
    claims: "AnyClaim | Iterable[AnyClaim] | None", against: "Corpus | str | os.PathLike[str] | None"
) -> tuple[str, ...]:
    """Return the ids of claims, each once: all of a corpus if no claims are given; none without a corpus.

    Raises
    ------
    InputError
        `claims` is empty, or contains something other than claims and ids, or a claim whose text differs in
        `against`.
    UnknownNameError
        There is no claim with an id.
    """
    if claims is None:
        return () if against is None else tuple(_corpus(against).claims)
    ids = tuple(dict.fromkeys(target.claim_id for target in Draft.of(claims, against).targets))
    if not ids:
        raise InputError("claims: expected at least one claim, got none")
    return ids


def reference_to(claim: Target, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a reference with the claim's id and digest added.

    Offsets are also added if there are none and the quote occurs exactly once in the claim.

    Raises
    ------
    InputError
        The fields contain the id of another claim.
    """
    if given.get("claim_id") not in {None, claim.claim_id}:
        raise InputError(f"claim_id: expected {claim.claim_id}, got {given['claim_id']!r:.80}")
    fields = {"claim_id": claim.claim_id, "claim_sha256": claim.sha256, **given}
    quote = given.get("quote")
    if (
        isinstance(quote, str)
        and quote
        and given.get("quote_start") is None
        and given.get("quote_end") is None
    ):
        english = given.get("quote_of") == "text_en"
        passage, origin = (claim.text_en, 0) if english else (claim.passage, claim.start)
        at = passage.find(quote)
        if at >= 0 and passage.find(quote, at + 1) < 0:
            fields |= {"quote_start": origin + at, "quote_end": origin + at + len(quote)}
    return fields


def references_to(
    claims: Iterable[Target], given: Iterable[Mapping[str, Any]] | None
) -> list[dict[str, Any]]:
    """Return references to claims: the given ones, completed by `reference_to`, or one for each claim.

    Raises
    ------
    InputError
        The id in a given reference is not that of a claim in `claims`.
    """
    by_id = {claim.claim_id: claim for claim in claims}
    if given is None:
        return [reference_to(claim, {}) for claim in by_id.values()]
    made = []
    for one in given:
        fields = {name: value for name, value in one.items() if value is not None}
        if fields.get("claim_id") not in by_id:
            raise InputError(
                f"references: expected one of {', '.join(by_id)}, got {fields.get('claim_id')!r:.80}"
            )
        made.append(reference_to(by_id[fields["claim_id"]], fields))
    return made


def _corpus(against: "Corpus | str | os.PathLike[str]") -> "Corpus":
    from ..corpus.corpus import Corpus

    return against if isinstance(against, Corpus) else Corpus.from_files(os.fspath(against))


def _shipped() -> "Corpus":
    from ..dataset.loaders import shipped

    return shipped()


def _not_a_claim(got: object) -> InputError:
    return InputError(
        "claim: expected the id of a claim, a Claim, a CorpusClaim, or several of these, "
        f"got {type(got).__name__}"
    )


def _target(given: Any, corpus: "Corpus | None") -> Target:
    """Return a claim; if there is a corpus, the claim of the corpus with the same id and text."""
    from .models import Claim

    if corpus is not None:
        claim_id = given if isinstance(given, str) else given.claim_id
        if claim_id not in corpus.claims:
            raise UnknownNameError("claim", claim_id, tuple(corpus.claims))
        own = _as_target(corpus.claims[claim_id])
        if not isinstance(given, str) and _target(given, None).sha256 != own.sha256:
            raise InputError(f"claim: expected the text that {claim_id} has in the corpus, got another text")
        return own
    if not isinstance(given, Claim):
        return _as_target(given)
    passage = f"{given.text} {given.markers}"
    return Target(given.claim_id, given.claim_sha256, passage, given.start, given.text_en)


def _as_target(claim: "CorpusClaim") -> Target:
    return Target(claim.claim_id, claim.sha256, claim.passage, claim.start, claim.text_en or "")

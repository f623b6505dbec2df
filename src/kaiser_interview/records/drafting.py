"""Complete a draft from its claim: the digest, and the offsets of a quote that occurs once."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

__all__ = ["reference_to", "references_to"]


class _Claim(Protocol):
    claim_id: str
    text: str
    text_en: str
    start: int
    claim_sha256: str

    @property
    def markers(self) -> str: ...


def reference_to(claim: _Claim, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a reference with the claim's id and digest added.

    Offsets are also added if there are none and the quote occurs exactly once in the claim.

    Raises
    ------
    ValueError
        The fields contain the id of another claim.
    """
    if given.get("claim_id") not in {None, claim.claim_id}:
        raise ValueError(f"claim_id: expected {claim.claim_id}, got {given['claim_id']!r:.80}")
    fields = {"claim_id": claim.claim_id, "claim_sha256": claim.claim_sha256, **given}
    quote = given.get("quote")
    if (
        isinstance(quote, str)
        and quote
        and given.get("quote_start") is None
        and given.get("quote_end") is None
    ):
        english = given.get("quote_of") == "text_en"
        passage, origin = (claim.text_en, 0) if english else (f"{claim.text} {claim.markers}", claim.start)
        at = passage.find(quote)
        if at >= 0 and passage.find(quote, at + 1) < 0:
            fields |= {"quote_start": origin + at, "quote_end": origin + at + len(quote)}
    return fields


def references_to(
    claims: Iterable[_Claim], given: Iterable[Mapping[str, Any]] | None
) -> list[dict[str, Any]]:
    """Return references to claims: the given ones, completed by `reference_to`, or one for each claim.

    Raises
    ------
    ValueError
        A given reference has none of the claims' ids.
    """
    by_id = {claim.claim_id: claim for claim in claims}
    if given is None:
        return [reference_to(claim, {}) for claim in by_id.values()]
    made = []
    for one in given:
        fields = {name: value for name, value in one.items() if value is not None}
        if fields.get("claim_id") not in by_id:
            raise ValueError(
                f"references: expected one of {', '.join(by_id)}, got {fields.get('claim_id')!r:.80}"
            )
        made.append(reference_to(by_id[fields["claim_id"]], fields))
    return made

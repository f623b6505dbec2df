"""A naive oracle for references: the codes and places of their faults, by the design.

Rows are assumed to have the shape of their kind; operators that change the shape state their own finding.
"""

import re
import unicodedata
from collections.abc import Iterator

from .ground import Claim, Ground
from .kinds import named
from .naive_quotes import Row, outcome
from .valid_rows import SHIPPED_ONLY

__all__ = ["Place", "faults", "references"]

Place = tuple[str, tuple[str | int, ...]]
"""A code and the path of the faulty field."""

_AT_OFFSETS = {"quote-out-of-range", "quote-misplaced"}


def references(row: Row) -> Iterator[tuple[tuple[str | int, ...], Row]]:
    """Yield the path and the fields of every reference of a row."""
    if "claim_id" in row:
        yield (), row
    for name in ("references", "pro"):
        for number, one in enumerate(row.get(name) or ()):
            yield (name, number), one
    if row.get("best"):
        yield ("best",), row["best"]


def faults(ground: Ground, kind: str, row: Row) -> set[Place]:
    """Return the code and the path of every fault of the references of a row."""
    if kind in SHIPPED_ONLY and kind != "claim":
        return set()
    release = row.get("release")
    found: set[Place] = set()
    if release is not None and release not in ground.releases:
        found.add(("unknown-release", ("release",)))
    for path, one in references(row):
        found |= _reference(ground, one, path, release)
    other = row.get("other_claim_id")
    if other is not None:
        found |= _other(ground, row, other, release)
    claim = ground.claims.get(row.get("claim_id", ""))
    if claim and not any(code == "stale-claim" for code, _ in found):
        found |= {("claim-differs", (name,)) for name in _differing(ground, claim, kind, row)}
    if claim and kind == "translation" and _digits(claim.text) - _digits(row["translation"]):
        found.add(("number-missing", ("translation",)))
    return found


def _differing(ground: Ground, claim: Claim, kind: str, row: Row) -> Iterator[str]:
    """Yield the claim columns of a row that differ from the claim."""
    carried = {name for one in ground.claims.values() for name in one.columns}
    if kind != "claim":
        carried -= named(kind).model_fields.keys()
    for name in carried & row.keys():
        # Numbers and booleans are different things, equal as Python has them.
        if row[name] is not None and repr(row[name]) != repr(claim.columns.get(name)):
            yield name


def _digits(text: str) -> set[str]:
    """Return the numbers of a text, each as its digits alone."""
    ascii_digits = "".join(
        str(unicodedata.decimal(mark, mark)) for mark in unicodedata.normalize("NFKC", text)
    )
    return {re.sub("[^0-9]", "", found) for found in re.findall(r"[0-9]+(?:[.,][0-9]+)*", ascii_digits)}


def _unknown(ground: Ground, claim_id: str) -> str | None:
    if claim_id in ground.claims:
        return None
    return "retired-claim" if claim_id in ground.retired else "unknown-claim"


def _digest_code(claim: Claim, sha256: str | None) -> str | None:
    if sha256 is None or sha256 == claim.sha256:
        return None
    return "stale-claim" if sha256 in claim.earlier else "digest-differs"


def _reference(ground: Ground, one: Row, path: tuple[str | int, ...], release: str | None) -> set[Place]:
    found: set[Place] = set()
    start, end = one.get("quote_start"), one.get("quote_end")
    halved = (start is None) is not (end is None)
    if halved:
        found.add(("fields-disagree", (*path, "quote_start" if start is None else "quote_end")))
    code = _unknown(ground, one["claim_id"])
    if code:
        return found | {(code, (*path, "claim_id"))}
    claim = ground.claims[one["claim_id"]]
    digest_code = _digest_code(claim, one.get("claim_sha256"))
    if digest_code:
        found.add((digest_code, (*path, "claim_sha256")))
    stale = ground.is_older(release, claim)
    # A digest of an earlier text and the release of that text are one fault.
    if stale and digest_code != "stale-claim":
        found.add(("stale-claim", ("release",)))
    if not halved:
        code = _quote(ground, claim, one, stale=stale or digest_code == "stale-claim")
        if code not in {"right", "stale-claim"}:
            found.add((code, (*path, "quote_start" if code in _AT_OFFSETS else "quote")))
    return found


def _quote(ground: Ground, claim: Claim, one: Row, *, stale: bool) -> str:
    """Return the code of a quote, or of offsets without one."""
    quoted = claim.quoted(one.get("quote_of"))
    if one.get("quote") is not None:
        elsewhere = ground.texts_en if one.get("quote_of") == "text_en" else ground.texts
        return outcome(quoted, one, elsewhere, stale=stale)
    start, end = one.get("quote_start"), one.get("quote_end")
    if start is None or end is None:
        return "right"
    if not 0 <= start < end <= len(quoted.whole):
        return "quote-out-of-range"
    within = quoted.origin <= start and end <= quoted.origin + len(quoted.text)
    return "right" if within else "quote-misplaced"


def _other(ground: Ground, row: Row, other: str, release: str | None) -> set[Place]:
    code = _unknown(ground, other)
    if code:
        return {(code, ("other_claim_id",))}
    claim, found = ground.claims[other], set[Place]()
    if other == row["claim_id"]:
        found.add(("fields-disagree", ("other_claim_id",)))
    digest_code = _digest_code(claim, row.get("other_claim_sha256"))
    if digest_code:
        found.add((digest_code, ("other_claim_sha256",)))
    if ground.is_older(release, claim) and digest_code != "stale-claim":
        found.add(("stale-claim", ("release",)))
    return found

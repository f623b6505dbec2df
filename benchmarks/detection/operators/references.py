"""Operators on references: ids, digests, releases, columns of the claim."""

import unicodedata
from collections.abc import Callable
from typing import Any

from ..ground import Claim, digest
from ..naive_quotes import Row
from ..oracle import Place, references
from ..valid_rows import REFERRING, SHIPPED_ONLY
from .base import JSON, Around, operator

__all__: list[str] = []

Path = tuple[str | int, ...]
Id = Callable[[Around, str], "str | None"]
DigestOf = Callable[[Around, Claim], "str | None"]

# Codes that another id can cause in the rest of the row.
_FOLLOWS = (
    "digest-differs",
    "stale-claim",
    "claim-differs",
    "fields-disagree",
    "number-missing",
    "quote-misattributed",
    "quote-misplaced",
    "quote-out-of-range",
    "quote-not-found",
    "quote-ambiguous",
    "quote-too-short",
    "quote-typography-differs",
    "quote-markers-differ",
)
_FORMAT = "bad-format"


def _one(around: Around, row: Row) -> tuple[Path, Row] | None:
    """Return one of the references of a row, of a kind that is derived."""
    if around.kind in SHIPPED_ONLY:
        return None
    found = [*references(row)]
    return around.draw.choice(found) if found else None


def _field(name: str, code: str, chance: tuple[str, ...], field: str, change: Id) -> None:
    """Register an operator that sets a field of a reference to a changed id of its claim."""

    @operator("references", name, code, *chance)
    def _(around: Around, row: Row) -> "Row | tuple[Row, Place] | None":
        found = _one(around, row)
        if found is None:
            return None
        path, one = found
        other = "other_" if "other_claim_id" in row and around.draw.random() < 0.5 else ""
        made = change(around, one[f"{other}claim_id"])
        if made is None or made == one.get(other + field):
            return None
        one[other + field] = made
        return (row, (_FORMAT, (*path, other + field))) if code == _FORMAT else row


def _ids(name: str, code: str, *chance: str) -> Callable[[Id], Id]:
    """Register a function of a claim's id."""

    def register(change: Id) -> Id:
        _field(name, code, chance, "claim_id", change)
        return change

    return register


@_ids("id-of-the-next-claim", *_FOLLOWS)
def _(around: Around, claim_id: str) -> str:
    ids = [*around.ground.claims]
    return ids[(ids.index(claim_id) + around.draw.choice([1, -1])) % len(ids)]


@_ids("id-of-another-row", *_FOLLOWS)
def _(around: Around, _: str) -> str | None:
    names = [one["claim_id"] for row in around.others for _, one in references(row)]
    return around.draw.choice(names) if names else None


@_ids("id-past-the-last", "unknown-claim", "retired-claim", *_FOLLOWS)
def _(around: Around, claim_id: str) -> str:
    return claim_id[:-1] + str((int(claim_id[-1]) + around.draw.randint(1, 9)) % 10)


@_ids("id-of-no-claim", "unknown-claim")
def _(around: Around, _: str) -> str:
    return around.draw.choice(["d99-c01", "d00-c00", "claim", "1", "d01", "null", "~", "d01-c01-c01"])


@_ids("id-in-capitals", "unknown-claim")
def _(_: Around, claim_id: str) -> str:
    return claim_id.upper()


@_ids("id-without-its-zeros", "unknown-claim")
def _(_: Around, claim_id: str) -> str:
    return claim_id.replace("0", "")


@_ids("id-with-another-mark", "unknown-claim")
def _(around: Around, claim_id: str) -> str:
    return claim_id.replace("-", around.draw.choice(["_", "", ".", ":", "/"]))


@_ids("id-of-a-retired-claim", "retired-claim")
def _(around: Around, _: str) -> str | None:
    return around.draw.choice(around.ground.retired) if around.ground.retired else None


@_ids("id-padded", _FORMAT)
def _(around: Around, claim_id: str) -> str:
    return around.draw.choice(
        [f" {claim_id}", f"{claim_id} ", f"{claim_id}\n", f"{claim_id}\t", f"\u200b{claim_id}"]
    )


@_ids("id-in-full-width", "unknown-claim")
def _(_: Around, claim_id: str) -> str:
    return claim_id[:-1] + chr(ord(claim_id[-1]) + 0xFEE0)


@_ids("id-with-a-homoglyph", "unknown-claim")
def _(around: Around, claim_id: str) -> str:
    return claim_id.replace("-", around.draw.choice("–‐−")).replace("c", "с")


def _digests(name: str, code: str, *chance: str) -> Callable[[DigestOf], DigestOf]:
    """Register a function that computes a digest from the claim."""

    def register(change: DigestOf) -> DigestOf:
        def of_claim(around: Around, claim_id: str) -> str | None:
            return change(around, around.ground.claims[claim_id])

        _field(name, code, chance, "claim_sha256", of_claim)
        return change

    return register


@_digests("digest-of-an-earlier-text", "stale-claim")
def _(_: Around, claim: Claim) -> str | None:
    return claim.earlier[0] if claim.earlier else None


@_digests("digest-of-another-claim", "digest-differs")
def _(around: Around, claim: Claim) -> str:
    return around.draw.choice([one for one in around.ground.claims.values() if one is not claim]).sha256


@_digests("digest-of-another-row", "digest-differs", "stale-claim")
def _(around: Around, _: Claim) -> str | None:
    digests = [
        one["claim_sha256"] for row in around.others for _, one in references(row) if one.get("claim_sha256")
    ]
    return around.draw.choice(digests) if digests else None


@_digests("digest-of-text-and-markers", "digest-differs")
def _(_: Around, claim: Claim) -> str:
    return digest(claim.passage if claim.markers else f"{claim.text}[1]")


@_digests("digest-of-text-and-line-feed", "digest-differs")
def _(_: Around, claim: Claim) -> str:
    return digest(f"{claim.text}\n")


@_digests("digest-of-another-normal-form", "digest-differs")
def _(_: Around, claim: Claim) -> str | None:
    forms = [unicodedata.normalize(form, claim.text) for form in ("NFD", "NFKC")]
    other = next((form for form in forms if form != claim.text), None)
    return other and digest(other)


@_digests("digest-of-the-translation", "digest-differs")
def _(_: Around, claim: Claim) -> str | None:
    return claim.text_en and digest(claim.text_en)


@_digests("digest-of-nothing", "digest-differs")
def _(_: Around, __: Claim) -> str:
    return digest("")


@_digests("digest-with-another-digit", "digest-differs")
def _(around: Around, claim: Claim) -> str:
    at = around.draw.randrange(64)
    return claim.sha256[:at] + format(15 - int(claim.sha256[at], 16), "x") + claim.sha256[at + 1 :]


@_digests("digest-cut-off", _FORMAT)
def _(around: Around, claim: Claim) -> str:
    return claim.sha256[: around.draw.choice([7, 12, 32, 63])]


@_digests("digest-too-long", _FORMAT)
def _(around: Around, claim: Claim) -> str:
    return claim.sha256 + around.draw.choice(["0", " ", "\n", claim.sha256])


@_digests("digest-in-capitals", _FORMAT)
def _(_: Around, claim: Claim) -> str:
    return claim.sha256.upper()


@_digests("digest-with-a-prefix", _FORMAT)
def _(around: Around, claim: Claim) -> str:
    return f"{around.draw.choice(['sha256:', 'sha256-', '0x'])}{claim.sha256}"


@operator("references", "pin-and-quote-of-another-row", *_FOLLOWS)
def _(around: Around, row: Row) -> Row | None:
    """Shift rows by one, as a join on position does."""
    found = _one(around, row)
    with_digest = [one for other in around.others for _, one in references(other) if one.get("claim_sha256")]
    if found is None or not with_digest:
        return None
    taken = around.draw.choice(with_digest)
    names = [name for name in taken if name in found[1] and name.startswith(("claim_sha", "quote"))]
    if around.kind == "mention" and taken["quote_start"] is None:
        return None
    found[1].update({name: taken[name] for name in names})
    return row


@operator("references", "content-of-another-claim", "number-missing")
def _(around: Around, row: Row) -> Row | None:
    """Shift translations by one: seen where the claim has a number."""
    if around.kind != "translation":
        return None
    return row | {"translation": around.draw.choice(around.others)["translation"]}


@operator("references", "number-written-otherwise", "number-missing")
def _(around: Around, row: Row) -> Row | None:
    if around.kind != "translation":
        return None
    return row | {"translation": "".join("x" if mark.isdecimal() else mark for mark in row["translation"])}


@operator("references", "release-unknown", "unknown-release")
def _(around: Around, row: Row) -> Row | None:
    if around.kind in SHIPPED_ONLY:
        return None
    return row | {"release": around.draw.choice(["99.0.0", "0.0.1", "0.1.1", "0.10.0"])}


@operator("references", "release-before-the-last-change", "stale-claim")
def _(around: Around, row: Row) -> Row | None:
    if around.kind in SHIPPED_ONLY:
        return None
    return row | {"release": around.ground.releases[0]}


@operator("references", "release-of-another-form", _FORMAT)
def _(around: Around, row: Row) -> tuple[Row, Place] | None:
    if around.kind in SHIPPED_ONLY:
        return None
    made = around.draw.choice(
        ["v0.1.0", "0.1", "0.1.0 ", "00.1.0", "0.1.0-rc1", "latest", "0.1.0\n", "０.1.0"]
    )
    return row | {"release": made}, (_FORMAT, ("release",))


@operator("references", "relation-to-itself", "fields-disagree", "digest-differs", "stale-claim")
def _(around: Around, row: Row) -> Row | None:
    return row | {"other_claim_id": row["claim_id"]} if around.kind == "relation" else None


# Columns of the claim that a row carries along.


def _columns(around: Around, row: Row) -> Claim | None:
    if around.kind not in (*REFERRING, "claim"):
        return None
    return around.ground.claims[row["claim_id"]]


@operator("references", "column-of-another-claim", "claim-differs")
def _(around: Around, row: Row) -> Row | None:
    own = _columns(around, row)
    if own is None:
        return None
    name = around.draw.choice(sorted(own.columns.keys() - _OF_KIND))
    other = around.draw.choice([*around.ground.claims.values()])
    return row | {name: other.columns[name]} if name in other.columns else None


@operator("references", "text-of-the-claim-altered", "claim-differs")
def _(around: Around, row: Row) -> Row | None:
    own = _columns(around, row)
    if own is None:
        return None
    at = around.draw.randrange(len(own.text))
    return row | {"text": own.text[:at] + own.text[at + 1 :]}


@operator("references", "text-of-the-claim-with-markers", "claim-differs")
def _(around: Around, row: Row) -> Row | None:
    own = _columns(around, row)
    return row | {"text": f"{own.text} [1]"} if own else None


@operator("references", "place-of-the-claim-moved", "claim-differs")
def _(around: Around, row: Row) -> Row | None:
    own = _columns(around, row)
    return row | {"start": own.start + around.draw.choice([1, 2, 100])} if own else None


@operator("references", "number-of-the-claim-as-text", "claim-differs", forms=JSON)
def _(around: Around, row: Row) -> Row | None:
    own = _columns(around, row)
    return row | {"start": str(own.start)} if own and around.kind != "claim" else None


@operator("references", "list-of-the-claim-in-another-order", "claim-differs")
def _(around: Around, row: Row) -> Row | None:
    own = _columns(around, row)
    lists: dict[str, Any] = (
        {} if own is None else {k: v for k, v in own.columns.items() if isinstance(v, list)}
    )
    lists = {name: held for name, held in lists.items() if len(held) > 1 and name not in _OF_KIND}
    if not lists:
        return None
    name = around.draw.choice(sorted(lists))
    return row | {name: lists[name][::-1]}


# Names that a kind of the benchmark has for itself.
_OF_KIND = frozenset({"tags"})

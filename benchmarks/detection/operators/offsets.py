"""Operators on the offsets of a quote."""

from collections.abc import Callable

from ..naive_quotes import Passage, Row
from ..oracle import references
from .base import EVERY, JSON, Around, operator

__all__: list[str] = []

Offsets = Callable[[Around, Passage, int, int], "tuple[int, int] | None"]

MISPLACED = "quote-misplaced"
OUT = "quote-out-of-range"


def _anchored(around: Around, row: Row) -> tuple[tuple[str | int, ...], Row] | None:
    anchored = [(path, one) for path, one in references(row) if one.get("quote_start") is not None]
    return around.draw.choice(anchored) if anchored else None


def _offsets(name: str, code: str, *chance: str) -> Callable[[Offsets], Offsets]:
    """Register a function of offsets: it gets the quoted passage, start and end."""

    def register(change: Offsets) -> Offsets:
        @operator("offsets", name, code, *chance)
        def _(around: Around, row: Row) -> Row | None:
            found = _anchored(around, row)
            if found is None:
                return None
            one = found[1]
            passage = around.ground.claims[one["claim_id"]].quoted(one.get("quote_of"))
            made = change(around, passage, one["quote_start"], one["quote_end"])
            if made is None or min(made) < 0:
                return None
            one["quote_start"], one["quote_end"] = made
            if around.draw.random() < 0.2 and around.kind != "mention":
                one["quote"] = None
            return row

        return change

    return register


def _shifted(name: str, first: int, last: int) -> None:
    @_offsets(name, MISPLACED, OUT)
    def _(_: Around, __: Passage, start: int, end: int) -> tuple[int, int]:
        return start + first, end + last


for _name, _first, _last in (
    ("start-one-less", -1, 0),
    ("start-one-more", 1, 0),
    ("end-one-less", 0, -1),
    ("end-one-more", 0, 1),
    ("both-one-less", -1, -1),
    ("both-one-more", 1, 1),
    ("wider-by-one", -1, 1),
    ("narrower-by-one", 1, -1),
    ("both-three-more", 3, 3),
):
    _shifted(_name, _first, _last)


@_offsets("swapped", OUT)
def _(_: Around, __: Passage, start: int, end: int) -> tuple[int, int]:
    return end, start


@_offsets("empty", OUT)
def _(_: Around, __: Passage, start: int, ___: int) -> tuple[int, int]:
    return start, start


@_offsets("in-bytes", MISPLACED, OUT)
def _(_: Around, quoted: Passage, start: int, end: int) -> tuple[int, int]:
    return len(quoted.whole[:start].encode()), len(quoted.whole[:end].encode())


@_offsets("in-utf-16-units", MISPLACED, OUT)
def _(_: Around, quoted: Passage, start: int, end: int) -> tuple[int, int]:
    first, last = quoted.whole[:start], quoted.whole[:end]
    return len(first.encode("utf-16-le")) // 2, len(last.encode("utf-16-le")) // 2


@_offsets("from-the-claim", MISPLACED)
def _(_: Around, quoted: Passage, start: int, end: int) -> tuple[int, int]:
    return start - quoted.origin, end - quoted.origin


@_offsets("from-the-claim-in-bytes", MISPLACED, OUT)
def _(_: Around, quoted: Passage, start: int, end: int) -> tuple[int, int]:
    whole, origin = quoted.whole, quoted.origin
    return len(whole[origin:start].encode()), len(whole[origin:end].encode())


@_offsets("length-for-end", MISPLACED, OUT)
def _(_: Around, __: Passage, start: int, end: int) -> tuple[int, int]:
    return start, end - start


@_offsets("past-the-source", OUT)
def _(around: Around, quoted: Passage, start: int, _: int) -> tuple[int, int]:
    return start, len(quoted.whole) + around.draw.randint(1, 1000)


@_offsets("far-past-the-source", OUT)
def _(_: Around, __: Passage, start: int, ___: int) -> tuple[int, int]:
    return start, 2**31 - 1


@_offsets("of-another-passage", MISPLACED, OUT)
def _(around: Around, _: Passage, start: int, end: int) -> tuple[int, int]:
    other = around.draw.choice([*around.ground.claims.values()])
    return other.start, other.start + end - start


@_offsets("at-zero", MISPLACED, OUT)
def _(_: Around, __: Passage, start: int, end: int) -> tuple[int, int]:
    return 0, end - start


def _alone(name: str, field: str) -> None:
    @operator("offsets", name, "fields-disagree", "missing-field")
    def _(around: Around, row: Row) -> "Row | tuple[Row, tuple[str, tuple[str | int, ...]]] | None":
        found = _anchored(around, row)
        if found is None:
            return None
        path, one = found
        one[field] = None
        # A mention must have both.
        return (row, ("missing-field", (*path, field))) if around.kind == "mention" else row


_alone("start-alone", "quote_end")
_alone("end-alone", "quote_start")


def _valued(name: str, code: str, value: object, forms: frozenset[str] = EVERY) -> None:
    @operator("offsets", name, code, forms=forms)
    def _(around: Around, row: Row) -> tuple[Row, tuple[str, tuple[str | int, ...]]] | None:
        found = _anchored(around, row)
        if found is None:
            return None
        path, one = found
        field = around.draw.choice(["quote_start", "quote_end"])
        one[field] = value
        return row, (code, (*path, field))


_valued("negative", "out-of-range", -1)
_valued("beyond-32-bits", "out-of-range", 2**31, JSON | {"csv"})
_valued("as-text", "wrong-type", "20", JSON)
_valued("as-a-fraction", "wrong-type", 20.5, JSON | {"csv"})
_valued("as-a-whole-float", "wrong-type", 20.0, JSON)
_valued("as-true", "wrong-type", True, JSON | {"csv"})  # noqa: FBT003 - a value
_valued("as-a-list", "wrong-type", [20], JSON | {"csv"})

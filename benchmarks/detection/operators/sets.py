"""Operators whose faults appear only beside another row of the file."""

from ..naive_quotes import Row
from ..oracle import Place
from .base import Around, operator

__all__: list[str] = []

Stated = tuple[Row, Place]

_NEAR = 3


@operator("sets", "id-of-a-row-just-before", "duplicate-id")
def _(around: Around, row: Row) -> Stated | None:
    near = [one["id"] for one in around.earlier[-_NEAR:] if one.get("id")]
    return (row | {"id": around.draw.choice(near)}, ("duplicate-id", ("id",))) if near else None


@operator("sets", "id-of-a-row-far-before", "duplicate-id")
def _(around: Around, row: Row) -> Stated | None:
    far = [one["id"] for one in around.earlier[: len(around.earlier) // 4] if one.get("id")]
    return (row | {"id": around.draw.choice(far)}, ("duplicate-id", ("id",))) if far else None


@operator("sets", "second-label", "too-many-labels")
def _(around: Around, row: Row) -> Stated | None:
    single = [
        one
        for one in around.earlier
        if one.get("scheme") in {"claim_type", "horizon"} and one["creator"] != row["creator"]
    ]
    if around.kind != "label" or not single:
        return None
    first = around.draw.choice(single)
    values = {"definition", "observation"} if first["scheme"] == "claim_type" else {"past", "future"}
    value = around.draw.choice(sorted(values - {first["value"]}))
    # The claim's own columns and the row's quote are of another claim.
    bare = {name: row[name] for name in ("id", "kind", "method", "created", "confidence", "rationale")}
    made = {name: first[name] for name in ("claim_id", "creator", "scheme")}
    return bare | made | {"value": value}, ("too-many-labels", ("value",))


@operator("sets", "vector-of-another-length", "dimension-differs")
def _(around: Around, row: Row) -> Stated | None:
    if around.kind != "embedding" or not any(one["model"] == row["model"] for one in around.earlier):
        return None
    return row | {"vector": [*row["vector"], 0.5]}, ("dimension-differs", ("vector",))

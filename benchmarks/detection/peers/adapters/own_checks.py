"""Custom checks for pandera by a user who has the source: quotes, digests, pairs of fields.

Each is a polars expression over a frame joined with the claims, attached to the reported column.
"""

from collections.abc import Callable
from typing import Any

import pandera.polars as pa
import polars as pl

from .answers import Given

Checks = list[tuple[str, str, Any]]
"""Table (`*` for all), column, check."""

FLOAT32 = 3.4028234663852886e38
MOST_TOPICS = 4
_NOT_CARRIED = {"claim_id", "claim_sha256", "passage"}  # the row's own, and ours


def checks(given: Given) -> Checks:
    """Return all of them."""
    claims = pl.DataFrame(given.read("claims.json"), infer_schema_length=None)
    source = given.read("source.json")
    beside = claims.rename({name: f"claim.{name}" for name in claims.columns if name != "claim_id"})
    digests = claims.select(other_claim_id="claim_id", other_digest="claim_sha256")
    vocabularies = given.read("vocabularies.json")

    def check(expression: pl.Expr) -> Any:
        def run(data: Any) -> pl.LazyFrame:
            frame: pl.LazyFrame = data.lazyframe.join(
                beside.lazy(), on="claim_id", how="left", maintain_order="left"
            )
            return frame.select(expression)

        return pa.Check(run)

    def of_others(expression: pl.Expr) -> Any:
        def run(data: Any) -> pl.LazyFrame:
            joined: pl.LazyFrame = data.lazyframe.join(
                digests.lazy(), on="other_claim_id", how="left", maintain_order="left"
            )
            return joined.select(expression)

        return pa.Check(run)

    def alone(expression: pl.Expr) -> Any:
        return pa.Check(_over(expression))

    start, end, quote = pl.col("quote_start"), pl.col("quote_end"), pl.col("quote")
    english = pl.col("quote_of").eq("text_en").fill_null(value=False)
    whole = pl.when(english).then(pl.col("claim.text_en")).otherwise(pl.lit(source))
    words = pl.when(english).then(pl.col("claim.text_en")).otherwise(pl.col("claim.passage"))
    first = pl.when(english).then(0).otherwise(pl.col("claim.start"))
    inside = (start >= first) & (end <= first + words.str.len_chars()) & (start < end)
    cut = whole.str.slice(start.clip(0), (end - start).clip(0))
    placed = inside & quote.eq(cut).fill_null(value=True)
    stands = words.str.contains(quote, literal=True)
    quoted = pl.when(start.is_not_null() & end.is_not_null()).then(placed).otherwise(stands)
    together = start.is_null() == end.is_null()
    scheme, value = pl.col("scheme"), pl.col("value")
    shipped = pl.lit(False)  # noqa: FBT003 - a column of it
    for name, values in vocabularies.items():
        shipped |= (scheme == name) & value.is_in(values)
    nth = pl.int_range(pl.len()).over("claim_id", "creator", "scheme")
    answerable = pl.col("answerable")
    size = pl.col("vector").list.len()
    found: Checks = []
    for table in ("translation", "label", "mention", "relation", "verdict", "embedding", "references"):
        found.append((table, "claim_id", check(quoted)))
        found.append((table, "claim_id", alone(together)))
        found.append((table, "claim_sha256", check(pl.col("claim_sha256") == pl.col("claim.claim_sha256"))))
        if table != "references":
            carried = sorted(set(claims.columns) - _NOT_CARRIED)
            found += [(table, name, check(pl.col(name) == pl.col(f"claim.{name}"))) for name in carried]
    return [
        *found,
        ("relation", "other_claim_sha256", of_others(pl.col("other_claim_sha256") == pl.col("other_digest"))),
        ("label", "value", alone(shipped | scheme.str.contains(":", literal=True))),
        (
            "label",
            "value",
            alone((nth < MOST_TOPICS) & ((nth < 1) | ~scheme.is_in(["claim_type", "horizon"]))),
        ),
        ("relation", "other_claim_id", alone(pl.col("other_claim_id") != pl.col("claim_id"))),
        ("question", "answer", _nullable(answerable == pl.col("answer").is_not_null())),
        ("question", "references", alone((pl.col("references").list.len() > 0) | ~answerable)),
        ("verdict", "urls", alone(_all("urls", pl.element().str.len_chars() > 0))),
        ("embedding", "vector", alone((size > 0) & (size == size.first().over("model")))),
        ("embedding", "vector", alone(_all("vector", pl.element().abs() <= FLOAT32))),
    ]


def _all(name: str, holds: pl.Expr) -> pl.Expr:
    """Return whether a condition is true for each non-null element of a list."""
    return pl.col(name).list.eval(holds.fill_null(value=False)).list.all()


def _over(expression: pl.Expr) -> Callable[[Any], pl.LazyFrame]:
    return lambda data: data.lazyframe.select(expression)


def _nullable(expression: pl.Expr) -> Any:
    return pa.Check(_over(expression), ignore_na=False)

"""`pandera` on polars: a frame a kind, another for the references of questions.

By default: column types, null, and its own checks for patterns, lengths, bounds, vocabularies and the ids of
claims. With custom checks (`own`): also the checks in `own_checks`.

Its frames need columns of one type, so a value of another type is refused while the frame
is made; rows with columns that are not in the schema go to a separate frame, which `strict` refuses.
"""

from collections.abc import Iterator
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from . import own_checks
from .answers import Fields, Given, PeerCheck, by_tables, by_unknown, run, tables_of

TYPES: dict[str, Any] = {
    "string": pl.String,
    "integer": pl.Int64,
    "number": pl.Float64,
    "boolean": pl.Boolean,
}
_NUMBERS = (pl.Int64, pl.Float64)


def prepare(given: Given) -> PeerCheck:
    """Make the schemas."""
    claims = given.read("claims.json")
    own = own_checks.checks(given) if given.variant == "own" else []
    tables = tables_of(given)
    schemas = {table: _schema(table, known, claims, own) for table, known in tables.items()}

    def refused(table: str, rows: list[dict[str, Any]]) -> Iterator[int]:
        for unknown, numbers in by_unknown(rows, tables[table]):
            few = rows if len(numbers) == len(rows) else [rows[number] for number in numbers]
            frame, unfit = _frame(few, tables[table])
            for place in unfit | _failing(schemas[table], frame.with_columns(_empty(unknown))):
                yield numbers[place]

    return by_tables(refused)


def _type(field: dict[str, Any]) -> Any:
    if field["type"] != "array":
        return TYPES[field["type"]]
    items = field["items"]
    # Records in lists are a separate table; only their number matters here.
    return pl.List(pl.Boolean if items["type"] == "object" else TYPES[items["type"]])


def _schema(table: str, known: Fields, claims: list[dict[str, Any]], own: own_checks.Checks) -> Any:
    columns = {}
    for name, field in known.items():
        checks = [check for of, column, check in own if of in {table, "*"} and column == name]
        if field["type"] != "array":
            checks = [*_checks(name, field, claims), *checks]
        columns[name] = pa.Column(_type(field), checks, nullable=not field["required"])
    return pa.DataFrameSchema(columns, strict=True)


def _checks(name: str, field: dict[str, Any], claims: list[dict[str, Any]]) -> list[Any]:
    checks: list[Any] = []
    if name in {"claim_id", "other_claim_id"}:
        checks.append(pa.Check.isin([claim["claim_id"] for claim in claims]))
    if "pattern" in field:
        checks.append(pa.Check.str_matches(field["pattern"]))
    if "enum" in field:
        checks.append(pa.Check.isin(field["enum"]))
    if "minLength" in field:
        checks.append(pa.Check.str_length(min_value=field["minLength"]))
    if "maxLength" in field:
        checks.append(pa.Check.str_length(max_value=field["maxLength"]))
    if "minimum" in field:
        checks.append(pa.Check.in_range(field["minimum"], field["maximum"]))
    if name == "id":
        # `unique=True` would also blame the row that came first, and rows without an id.
        checks.append(pa.Check(lambda data: data.lazyframe.select(pl.col(data.key).is_first_distinct())))
    return checks


def _frame(rows: list[dict[str, Any]], known: Fields) -> tuple[pl.DataFrame, set[int]]:
    """Return rows as a frame, and the places of rows with a value that does not fit its column."""
    unfit: set[int] = set()
    columns = []
    for name, field in known.items():
        values = [row.get(name) for row in rows]
        if field["type"] == "array" and field["items"]["type"] == "object":
            places = {at for at, value in enumerate(values) if not _records(value)}
            values = [[True] * len(value) if _records(value) and value else value for value in values]
        else:
            places = set(_misfits(values, _type(field), 0))
        for place in places:
            values[place] = None
        unfit |= places
        columns.append(pl.Series(name, values, dtype=_type(field), strict=True))
    return pl.DataFrame(columns), unfit


def _records(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(one, dict) for one in value))


def _misfits(values: list[Any], dtype: Any, first: int) -> Iterator[int]:
    """Yield the places of values that a strict column does not take: halves, until they are found.

    A series takes `true` for a number, which polars' own reader of JSON does not, and one thing for a list of
    it. Here neither fits.
    """
    try:
        if any(_lenient(value, dtype) for value in values):
            raise TypeError  # noqa: TRY301 - as if the series had
        pl.Series(values, dtype=dtype, strict=True)
    except Exception:  # noqa: BLE001 - polars has many ways to say no
        if len(values) == 1:
            yield first
            return
        half = len(values) // 2
        yield from _misfits(values[:half], dtype, first)
        yield from _misfits(values[half:], dtype, first + half)


def _lenient(value: object, dtype: Any) -> bool:
    if isinstance(dtype, pl.List):
        if isinstance(value, list):
            return any(_lenient(one, dtype.inner) for one in value)
        return value is not None
    return isinstance(value, bool) and dtype in _NUMBERS


def _empty(unknown: list[str]) -> list[Any]:
    return [pl.lit(None).alias(name) for name in unknown if _written(name)]


def _written(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _failing(schema: Any, frame: pl.DataFrame) -> set[int]:
    """Return the places of rows that fail; all rows if the frame fails."""
    if not len(frame):
        return set()
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as error:
        places = error.failure_cases["index"]
        return set(range(len(frame))) if places.null_count() else set(places.to_list())
    return set()


if __name__ == "__main__":
    run("pandera", prepare)

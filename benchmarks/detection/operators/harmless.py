"""The same rows written differently: they must give no findings."""

import gzip

import pyarrow as pa

from ..forms import as_json, as_lines, json_text
from .cells import records_of
from .whole import File, Made, harmless

__all__: list[str] = []


@harmless("line-feed-at-the-end-left-out")
def _(file: File) -> Made:
    return Made(as_lines(file.rows)[:-1])


@harmless("carriage-returns")
def _(file: File) -> Made:
    return Made(as_lines(file.rows).replace(b"\n", b"\r\n"))


@harmless("fields-in-another-order")
def _(file: File) -> Made:
    return Made(as_lines({name: row[name] for name in sorted(row, reverse=True)} for row in file.rows))


@harmless("nulls-left-out")
def _(file: File) -> Made:
    return Made(
        as_lines({name: value for name, value in row.items() if value is not None} for row in file.rows)
    )


@harmless("spaces-between")
def _(file: File) -> Made:
    return Made(b"".join(b" { " + json_text(row).encode()[1:] + b"\t\n" for row in file.rows))


@harmless("packed")
def _(file: File) -> Made:
    return Made(gzip.compress(as_lines(file.rows)), suffix="jsonl.gz")


@harmless("array-on-one-line")
def _(file: File) -> Made:
    return Made(as_json(file.rows).replace(b"\n", b" "), suffix="json")


@harmless("cells-with-carriage-returns")
def _(file: File) -> Made:
    return Made(b"".join(record + b"\r\n" for record in records_of(file)), suffix="csv")


@harmless("columns-in-another-order")
def _(file: File) -> Made:
    return Made(file.table.select(sorted(file.table.column_names)))


@harmless("columns-in-larger-types")
def _(file: File) -> Made:
    table = file.table
    wide = {pa.int32(): pa.int64(), pa.string(): pa.large_string(), pa.float32(): pa.float64()}
    fields = [pa.field(one.name, wide.get(one.type, one.type)) for one in table.schema]
    return Made(table.cast(pa.schema(fields)))


@harmless("texts-as-a-dictionary")
def _(file: File) -> Made:
    table = file.table
    for number, one in enumerate(table.schema):
        if pa.types.is_string(one.type):
            table = table.set_column(number, one.name, table[one.name].dictionary_encode())
    return Made(table)


@harmless("offsets-as-doubles")
def _(file: File) -> Made | None:
    table = file.table
    if "quote_start" not in table.column_names:
        return None
    number = table.column_names.index("quote_start")
    return Made(table.set_column(number, "quote_start", table["quote_start"].cast(pa.float64())))

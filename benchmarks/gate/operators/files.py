"""What happens to whole files and tables: bytes, headers, columns, rows that lack.

Each operator makes a file of a few right rows wrong and states every finding: code, path, and the line of a
text file or the row of a table; None for what concerns no single row.
"""

import gzip
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..forms import as_csv, as_json, as_lines, as_table, json_text
from ..ground import Ground
from ..ladder import Row

__all__ = ["FILES", "HARMLESS", "File", "Made"]

Path = tuple[str | int, ...]
At = tuple[str, Path, int | None]


@dataclass(frozen=True)
class Made:
    """A file or table that is wrong, and what must be said of it."""

    data: bytes | pa.Table
    told: frozenset[At] = frozenset()
    suffix: str = "jsonl"
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class File:
    """What an operator on files starts from."""

    draw: random.Random
    ground: Ground
    kind: str
    rows: list[Row]

    @property
    def any_row(self) -> int:
        """A row's number, from 0, that is neither the first nor the last."""
        return self.draw.randrange(1, len(self.rows) - 1)

    @property
    def table(self) -> pa.Table:
        """The rows as a table."""
        return as_table(self.ground, self.kind, self.rows)


FILES: dict[str, Callable[[File], Made | None]] = {}
"""Operators by name."""
HARMLESS: dict[str, Callable[[File], Made | None]] = {}
"""Ways to write the same rows otherwise, of which nothing must be said."""


def _wrong(name: str) -> Callable[[Callable[[File], Made | None]], Callable[[File], Made | None]]:
    def register(change: Callable[[File], Made | None]) -> Callable[[File], Made | None]:
        assert name not in FILES, name
        FILES[name] = change
        return change

    return register


def _harmless(name: str) -> Callable[[Callable[[File], Made | None]], Callable[[File], Made | None]]:
    def register(change: Callable[[File], Made | None]) -> Callable[[File], Made | None]:
        assert name not in HARMLESS, name
        HARMLESS[name] = change
        return change

    return register


# Lines of JSON.


def _line(name: str, code: str, change: Callable[[str, random.Random], str | bytes], path: Path = ()) -> None:
    """Register an operator that changes the text of one line, by itself and in an array."""

    @_wrong(name)
    def _(file: File) -> Made:
        at, lines = file.any_row, [json_text(row).encode() for row in file.rows]
        made = change(lines[at].decode(), file.draw)
        lines[at] = made.encode() if isinstance(made, str) else made
        return Made(b"".join(line + b"\n" for line in lines), frozenset({(code, path, at + 1)}))


_line("two-objects-on-a-line", "invalid-json", lambda line, _: f"{line} {line}")
_line("two-objects-with-a-comma", "invalid-json", lambda line, _: f"{line}, {line}")
_line("comma-at-the-end", "invalid-json", lambda line, _: f"{line},")
_line("comma-before-the-brace", "invalid-json", lambda line, _: f"{line[:-1]},}}")
_line("comma-missing", "invalid-json", lambda line, _: line.replace(', "', ' "', 1))
_line("colon-missing", "invalid-json", lambda line, _: line.replace('": ', '" ', 1))
_line("single-quotation-marks", "invalid-json", lambda line, _: "{'x_a': 1, " + line[1:])
_line("name-without-quotation-marks", "invalid-json", lambda line, _: "{x_a: 1, " + line[1:])
_line("comment", "invalid-json", lambda line, _: f"{line} // right")
_line("python-s-none", "invalid-json", lambda line, _: f'{{"x_a": None, {line[1:]}')
_line("python-s-true", "invalid-json", lambda line, _: f'{{"x_a": True, {line[1:]}')
_line("undefined", "invalid-json", lambda line, _: f'{{"x_a": undefined, {line[1:]}')
_line("nan-in-an-extra-field", "not-finite", lambda line, _: f'{{"x_a": NaN, {line[1:]}', ("x_a",))
_line("infinity-in-an-extra-field", "not-finite", lambda line, _: f'{{"x_a": -Infinity, {line[1:]}', ("x_a",))
_line("number-with-a-zero-before", "invalid-json", lambda line, _: f'{{"x_a": 01, {line[1:]}')
_line("number-in-hexadecimal", "invalid-json", lambda line, _: f'{{"x_a": 0x1F, {line[1:]}')
_line("control-character", "invalid-json", lambda line, _: f'{{"x_a": "\x01", {line[1:]}')
_line("tab-in-a-text", "invalid-json", lambda line, _: f'{{"x_a": "a\tb", {line[1:]}')
_line("escape-that-is-none", "invalid-json", lambda line, _: f'{{"x_a": "\\x41", {line[1:]}')
_line("half-a-surrogate-pair", "invalid-json", lambda line, _: f'{{"x_a": "\\ud83e", {line[1:]}')
_line("null-byte", "invalid-json", lambda line, _: f"{line}\x00")
_line("line-cut-off", "invalid-json", lambda line, draw: line[: draw.randrange(1, len(line))])
_line("line-without-its-beginning", "invalid-json", lambda line, _: line[line.index(":") :])
_line("fence", "invalid-json", lambda _, draw: draw.choice(["```json", "```"]))
_line("words-before", "invalid-json", lambda line, _: f"Here is the row: {line}")
_line("line-of-null", "not-an-object", lambda _, __: "null")
_line("line-of-a-number", "not-an-object", lambda _, __: "17")
_line("line-of-a-text", "not-an-object", lambda _, __: '"{}"')
_line("line-in-brackets", "not-an-object", lambda line, _: f"[{line}]")
_line("line-empty", "blank-line", lambda _, __: "")
_line("line-of-spaces", "blank-line", lambda _, __: "  \t")
_line("byte-of-latin-1", "not-utf8", lambda line, _: f'{{"x_a": "é", {line[1:]}'.replace("é", "\udce9").encode("utf-8", "surrogateescape"))
_line("line-in-gb18030", "not-utf8", lambda line, _: f'{{"x_a": "语言", {line[1:]}'.encode("gb18030"))
_line("surrogate-in-utf-8", "not-utf8", lambda line, _: f'{{"x_a": "\ud800", {line[1:]}'.encode("utf-8", "surrogatepass"))
_line("overlong-form", "not-utf8", lambda line, _: b'{"x_a": "\xc0\xaf", ' + line[1:].encode())
_line("too-deep", "too-deep", lambda line, _: f'{{"x_a": {"[" * 5000}{"]" * 5000}, {line[1:]}')


@_wrong("key-twice")
def _(file: File) -> Made:
    at = file.any_row
    lines = [json_text(row) for row in file.rows]
    name = file.draw.choice([*file.rows[at]])
    lines[at] = f'{lines[at][:-1]}, "{name}": {file.draw.choice(["null", "1"])}}}'
    return Made("".join(f"{line}\n" for line in lines).encode(), frozenset({("duplicate-key", (name,), at + 1)}))


@_wrong("file-cut-off")
def _(file: File) -> Made:
    data = as_lines(file.rows)
    last = data.rindex(b"\n", 0, -1) + 1
    return Made(data[: file.draw.randrange(last + 1, len(data) - 1)], frozenset({("truncated", (), len(file.rows))}))


@_wrong("byte-order-mark")
def _(file: File) -> Made:
    return Made(b"\xef\xbb\xbf" + as_lines(file.rows), frozenset({("byte-order-mark", (), 1)}))


@_wrong("byte-order-mark-before-a-row")
def _(file: File) -> Made:
    lines = as_lines(file.rows).split(b"\n")
    at = file.any_row
    lines[at] = b"\xef\xbb\xbf" + lines[at]
    return Made(b"\n".join(lines), frozenset({("invalid-json", (), at + 1)}))


@_wrong("in-utf-16")
def _(file: File) -> Made:
    return Made(as_lines(file.rows).decode().encode("utf-16"), frozenset({("not-utf8", (), None)}))


@_wrong("nothing")
def _(_: File) -> Made:
    return Made(b"", frozenset({("no-rows", (), None)}))


@_wrong("packed-and-cut-off")
def _(file: File) -> Made:
    packed = gzip.compress(as_lines(file.rows))
    return Made(packed[:-9], frozenset({("truncated", (), None)}), "jsonl.gz")


# Arrays.


@_wrong("array-without-its-end")
def _(file: File) -> Made:
    return Made(as_json(file.rows)[:-3], frozenset({("truncated", (), len(file.rows) + 1)}), "json")


@_wrong("array-with-a-comma-at-the-end")
def _(file: File) -> Made:
    data = as_json(file.rows).replace(b"\n]\n", b",\n]\n")
    return Made(data, frozenset({("invalid-json", (), len(file.rows) + 2)}), "json")


@_wrong("array-with-null")
def _(file: File) -> Made:
    data = as_json(file.rows).replace(b"[\n", b"[\nnull,\n", 1)
    return Made(data, frozenset({("not-an-object", (), 2)}), "json")


@_wrong("array-and-more")
def _(file: File) -> Made:
    return Made(as_json(file.rows) + b"{}\n", frozenset({("invalid-json", (), len(file.rows) + 3)}), "json")


# CSV.


def _records(file: File) -> list[bytes]:
    """Return the header and the records of rows that hold no line feed."""
    return as_csv(file.kind, file.rows).split(b"\n")[:-1]


def _csv(name: str, change: Callable[[File, list[bytes]], frozenset[At]]) -> None:
    @_wrong(name)
    def _(file: File) -> Made:
        records = _records(file)
        told = change(file, records)
        return Made(b"".join(record + b"\n" for record in records), told, "csv")


def _changed(file: File, records: list[bytes], change: Callable[[bytes], bytes], code: str) -> frozenset[At]:
    at = file.any_row + 1
    records[at] = change(records[at])
    return frozenset({(code, (), at + 1)})


_csv("cell-too-many", lambda file, records: _changed(file, records, lambda one: one + b",x", "invalid-csv"))
_csv("cell-too-few", lambda file, records: _changed(file, records, lambda _: b"a,b", "invalid-csv"))
_csv("quotation-mark-inside", lambda file, records: _changed(file, records, lambda one: b'a"b' + one, "invalid-csv"))
_csv("text-after-quotation", lambda file, records: _changed(file, records, lambda one: b'"a"b' + one, "invalid-csv"))
_csv("null-byte-in-a-cell", lambda file, records: _changed(file, records, lambda one: b"a\x00" + one, "invalid-csv"))
_csv("byte-in-a-cell", lambda file, records: _changed(file, records, lambda one: b"\xe9" + one, "not-utf8"))


def _unclosed(file: File, records: list[bytes]) -> frozenset[At]:
    records[-1] = b'"' + records[-1].replace(b'"', b"")
    return frozenset({("truncated", (), len(file.rows) + 1)})


def _twice(_: File, records: list[bytes]) -> frozenset[At]:
    records[:] = [record + b"," + (b"x" if number else b"creator") for number, record in enumerate(records)]
    return frozenset({("duplicate-column", ("creator",), 1)})


def _more(_: File, records: list[bytes]) -> frozenset[At]:
    records[:] = [record + b"," + (b"x" if number else b"note") for number, record in enumerate(records)]
    return frozenset({("unknown-field", ("note",), 1)})


def _mistyped(_: File, records: list[bytes]) -> frozenset[At]:
    records[0] = records[0].replace(b"creator", b"creatro")
    return frozenset({("unknown-field", ("creatro",), 1)})


def _marked(_: File, records: list[bytes]) -> frozenset[At]:
    records[0] = b"\xef\xbb\xbf" + records[0]
    return frozenset({("byte-order-mark", (), 1)})


def _header_alone(_: File, records: list[bytes]) -> frozenset[At]:
    del records[1:]
    return frozenset({("no-rows", (), None)})


_csv("quotation-without-end", _unclosed)
_csv("header-names-a-column-twice", _twice)
_csv("header-with-another-column", _more)
_csv("header-mistyped", _mistyped)
_csv("byte-order-mark-of-a-spreadsheet", _marked)
_csv("header-alone", _header_alone)


# Rows of a set.


@_wrong("claim-skipped")
def _(file: File) -> Made | None:
    """Every claim but one has a row."""
    if file.kind != "verdict":
        return None
    ids = [*file.ground.claims]
    ids.pop(file.draw.randrange(len(ids)))
    rows = [_verdict(claim_id) for claim_id in ids]
    return Made(as_lines(rows), frozenset({("missing-claim", (), None)}), options={"complete": ["creator"]})


@_wrong("record-twice")
def _(file: File) -> Made | None:
    if file.kind != "verdict":
        return None
    rows = [_verdict(claim_id) for claim_id in [*file.ground.claims][:5]]
    at = file.draw.randrange(1, 5)
    rows.append(rows[at] | {"verdict": "mixed"})
    told = frozenset({("duplicate-record", (), 6)})
    return Made(as_lines(rows), told, options={"key": ["claim_id", "creator"]})


def _verdict(claim_id: str) -> Row:
    return {"claim_id": claim_id, "method": "model", "creator": "m", "verdict": "supported", "urls": []}


# Columns.


def _column(name: str, column: str, code: str, values: Callable[[int], pa.Array]) -> None:
    """Register an operator that puts another column in the place of one: a fault of the whole."""

    @_wrong(name)
    def _(file: File) -> Made | None:
        table = file.table
        if column not in table.column_names:
            return None
        made = table.set_column(table.column_names.index(column), column, values(table.num_rows))
        return Made(made, frozenset({(code, (column,), None)}))


_column("column-of-nulls", "creator", "missing-field", pa.nulls)
_column("column-of-numbers-for-text", "creator", "wrong-type", lambda n: pa.array([1] * n))
_column("column-of-bytes-for-text", "creator", "wrong-type", lambda n: pa.array([b"x"] * n))
_column("column-of-lists-for-text", "creator", "wrong-type", lambda n: pa.array([["x"]] * n))
_column("column-of-records-for-text", "creator", "wrong-type", lambda n: pa.array([{"x": "y"}] * n))
_column("column-of-text-for-numbers", "confidence", "wrong-type", lambda n: pa.array(["0.5"] * n))
_column("column-of-booleans-for-numbers", "confidence", "wrong-type", lambda n: pa.array([True] * n))
_column("column-of-text-for-offsets", "quote_start", "wrong-type", lambda n: pa.array(["1"] * n))
_column("column-of-text-for-lists", "vector", "wrong-type", lambda n: pa.array(["[0.5]"] * n))
_column("column-of-texts-for-vectors", "vector", "wrong-type", lambda n: pa.array([["0.5"]] * n))
_column("column-of-numbers-for-instants", "created", "wrong-type", lambda n: pa.array([1764000000] * n))
_column("column-of-dates", "created", "wrong-type", lambda n: pa.array([1] * n, pa.date32()))
_column("column-of-times-without-zone", "created", "wrong-type", lambda n: pa.array([1] * n, pa.timestamp("us")))
_column("column-of-numbers-for-words", "method", "wrong-type", lambda n: pa.array([0] * n))
_column("column-of-text-for-booleans", "answerable", "wrong-type", lambda n: pa.array(["true"] * n))
_column("column-of-text-for-references", "references", "wrong-type", lambda n: pa.array(["d01-c01"] * n))


@_wrong("column-missing")
def _(file: File) -> Made:
    name = file.draw.choice(["method", "creator"])
    return Made(file.table.drop([name]), frozenset({("missing-field", (name,), None)}))


@_wrong("column-twice")
def _(file: File) -> Made:
    table = file.table
    made = table.append_column("creator", table["creator"])
    return Made(made, frozenset({("duplicate-column", ("creator",), None)}))


@_wrong("column-of-no-kind")
def _(file: File) -> Made:
    made = file.table.append_column("note", pa.array(["x"] * len(file.rows)))
    return Made(made, frozenset({("unknown-field", ("note",), None)}))


@_wrong("column-mistyped")
def _(file: File) -> Made:
    names = ["creatr" if name == "creator" else name for name in file.table.column_names]
    return Made(file.table.rename_columns(names), frozenset({("unknown-field", ("creatr",), None)}))


def _parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, write_page_checksum=True)
    return out.getvalue()


def _ipc(table: pa.Table) -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


@_wrong("parquet-cut-off")
def _(file: File) -> Made:
    data = _parquet(file.table)
    return Made(data[: file.draw.randrange(8, len(data))], frozenset({("truncated", (), None)}), "parquet")


@_wrong("parquet-by-name-alone")
def _(file: File) -> Made:
    return Made(as_lines(file.rows), frozenset({("unreadable", (), None)}), "parquet")


@_wrong("arrow-file-cut-off")
def _(file: File) -> Made:
    data = _ipc(file.table)
    cut = file.draw.randrange(len(data) // 2, len(data))
    return Made(data[:cut], frozenset({("truncated", (), None)}), "arrow")


# The same rows, written otherwise.


@_harmless("line-feed-at-the-end-left-out")
def _(file: File) -> Made:
    return Made(as_lines(file.rows)[:-1])


@_harmless("carriage-returns")
def _(file: File) -> Made:
    return Made(as_lines(file.rows).replace(b"\n", b"\r\n"))


@_harmless("fields-in-another-order")
def _(file: File) -> Made:
    return Made(as_lines({name: row[name] for name in sorted(row, reverse=True)} for row in file.rows))


@_harmless("nulls-left-out")
def _(file: File) -> Made:
    return Made(as_lines({name: value for name, value in row.items() if value is not None} for row in file.rows))


@_harmless("spaces-between")
def _(file: File) -> Made:
    return Made(b"".join(b" { " + json_text(row).encode()[1:] + b"\t\n" for row in file.rows))


@_harmless("packed")
def _(file: File) -> Made:
    return Made(gzip.compress(as_lines(file.rows)), suffix="jsonl.gz")


@_harmless("array-on-one-line")
def _(file: File) -> Made:
    return Made(as_json(file.rows).replace(b"\n", b" "), suffix="json")


@_harmless("cells-with-carriage-returns")
def _(file: File) -> Made:
    return Made(b"".join(record + b"\r\n" for record in _records(file)), suffix="csv")


@_harmless("columns-in-another-order")
def _(file: File) -> Made:
    return Made(file.table.select(sorted(file.table.column_names)))


@_harmless("columns-in-larger-types")
def _(file: File) -> Made:
    table = file.table
    wide = {pa.int32(): pa.int64(), pa.string(): pa.large_string(), pa.float32(): pa.float64()}
    fields = [pa.field(one.name, wide.get(one.type, one.type)) for one in table.schema]
    return Made(table.cast(pa.schema(fields)))


@_harmless("texts-as-a-dictionary")
def _(file: File) -> Made:
    table = file.table
    for number, one in enumerate(table.schema):
        if pa.types.is_string(one.type):
            table = table.set_column(number, one.name, table[one.name].dictionary_encode())
    return Made(table)


@_harmless("offsets-as-doubles")
def _(file: File) -> Made | None:
    table = file.table
    if "quote_start" not in table.column_names:
        return None
    number = table.column_names.index("quote_start")
    return Made(table.set_column(number, "quote_start", table["quote_start"].cast(pa.float64())))

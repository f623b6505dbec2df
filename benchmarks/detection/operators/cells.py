"""Operators on CSV files and on sets of rows."""

from collections.abc import Callable

from ..forms import as_csv, as_lines
from ..naive_quotes import Row
from .whole import At, File, Made, wrong

__all__ = ["records_of"]


def records_of(file: File) -> list[bytes]:
    """Return the header and the records of rows that contain no line feed."""
    return as_csv(file.kind, file.rows).split(b"\n")[:-1]


def _csv(name: str, change: Callable[[File, list[bytes]], frozenset[At]]) -> None:
    @wrong(name)
    def _(file: File) -> Made:
        records = records_of(file)
        reported = change(file, records)
        return Made(b"".join(record + b"\n" for record in records), reported, "csv")


def _changed(file: File, records: list[bytes], change: Callable[[bytes], bytes], code: str) -> frozenset[At]:
    at = file.any_row + 1
    records[at] = change(records[at])
    return frozenset({(code, (), at + 1)})


_csv("cell-too-many", lambda file, records: _changed(file, records, lambda one: one + b",x", "invalid-csv"))
_csv("cell-too-few", lambda file, records: _changed(file, records, lambda _: b"a,b", "invalid-csv"))
_csv(
    "quotation-mark-inside",
    lambda file, records: _changed(file, records, lambda one: b'a"b' + one, "invalid-csv"),
)
_csv(
    "text-after-quotation",
    lambda file, records: _changed(file, records, lambda one: b'"a"b' + one, "invalid-csv"),
)
_csv(
    "null-byte-in-a-cell",
    lambda file, records: _changed(file, records, lambda one: b"a\x00" + one, "invalid-csv"),
)
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


@wrong("claim-skipped")
def _(file: File) -> Made | None:
    """Every claim but one has a row."""
    if file.kind != "verdict":
        return None
    ids = [*file.ground.claims]
    ids.pop(file.draw.randrange(len(ids)))
    rows = [_verdict(claim_id) for claim_id in ids]
    return Made(as_lines(rows), frozenset({("missing-claim", (), None)}), options={"complete": ["creator"]})


@wrong("record-twice")
def _(file: File) -> Made | None:
    if file.kind != "verdict":
        return None
    rows = [_verdict(claim_id) for claim_id in [*file.ground.claims][:5]]
    at = file.draw.randrange(1, 5)
    rows.append(rows[at] | {"verdict": "mixed"})
    reported = frozenset({("duplicate-record", (), 6)})
    return Made(as_lines(rows), reported, options={"key": ["claim_id", "creator"]})


def _verdict(claim_id: str) -> Row:
    return {"claim_id": claim_id, "method": "model", "creator": "m", "verdict": "supported", "urls": []}

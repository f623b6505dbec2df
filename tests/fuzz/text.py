"""JSON Lines and JSON arrays: every line counts once, and only strict JSON is accepted as a row."""

import json
from collections import Counter
from functools import lru_cache
from unittest import mock

import kaiser_interview as ki
from kaiser_interview.dataset.loaders import shipped
from kaiser_interview.validation.findings.finding import Fault, Note
from kaiser_interview.validation.formats.json.array import json_document
from kaiser_interview.validation.formats.json.line_batches import Lines
from kaiser_interview.validation.formats.json.lines import json_lines
from kaiser_interview.validation.formats.json.text import parse
from kaiser_interview.validation.formats.streams import Stream
from kaiser_interview.validation.formats.text import Tail
from kaiser_interview.validation.rows.row_validator import RowValidator

from .draws import Draws, folder
from .oracle import NotJsonError, depth, same, strict

__all__ = ["SEEDS", "TOKENS", "check", "seed"]

SEEDS = ("*.jsonl", "*.json", "*.ndjson")
TOKENS = [
    "{", "}", "[", "]", ":", ",", '"', "\\", "\n", "\r\n", " ", "\t", "null", "true", "false", "NaN",
    "Infinity", "1e400", "-0", "0.1", "1E+2", "\\u0041", "\\ud83e\\udde0", "\\ud800", "\\udc00",
    "\\u0000", "\\/", '"":', '{"id":"a","n":1}\n', '{"claim_id":"d01-c01"}', '"claim_id":', '"x_a":',
    ',"n":1', "\ufeff", "语", "🧠", "\x00",
]  # fmt: skip
CHUNKS = [1 << 20, 1, 2, 5, 64, 1 << 12]
LONGEST = [8 << 20, 16, 100]
COLUMNS = {"id": "string", "claim_id": "string", "n": "integer", "confidence": "number", "b": "boolean"}
SPACE = b" \t\r\n"
# Files that start with these bytes are compressed or tables, whatever their extension.
ELSE = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1", b"ARROW1", b"\xff\xff\xff\xff")
SURELY_READ, SURELY_TOO_DEEP = 190, 210
WAYS = (("lines", False), ("document", False), ("lines", True), ("document", True))

FOLDER = folder()
HOW = {"kind": "label", "defaults": {"scheme": "a:b", "value": "v", "method": "rule", "creator": "me"}}


def seed(data: bytes) -> list[bytes]:
    """Return inputs with some bytes of a file, one for each format in which they can be read."""
    return [bytes((way, 0, 0)) + data[:3000] for way in range(len(WAYS))]


def check(data: bytes) -> None:
    """Compare the rows read from some bytes with the oracle."""
    draws = Draws(data)
    form, through_split = draws.pick(WAYS)
    chunk, longest = draws.pick(CHUNKS), draws.pick(LONGEST)
    body = draws.rest()
    if body.startswith(ELSE) or body[257:262] == b"ustar":  # a tar archive
        return
    if through_split:
        _split(body, form)
        return
    path = FOLDER / "rows"
    path.write_bytes(body)
    stream = Stream(str(path), chunk=chunk)
    items = [*(json_lines if form == "lines" else json_document)(stream, longest=longest)]
    stream.close()
    for item in items:
        if not isinstance(item, Note) and not isinstance(item[1], Fault):
            _row(item[1])
    if form == "lines":
        _lines(body, items, longest)
        if longest == LONGEST[0]:
            _templates(body)
    else:
        _document(body, items, longest)


def _row(data: bytes) -> None:
    """Compare a row with the oracle: accepted with the same value, or refused for the same reason."""
    value, fault = parse(data)
    codes = {one.code for one in _row_validator().json(data).faults}
    try:
        wanted = strict(data)
    except NotJsonError as error:
        _refused(data, error.reasons, fault, codes)
        return
    if fault is None:
        assert same(value, wanted), (data, value, wanted)
        assert depth(wanted) <= SURELY_TOO_DEEP, data
        assert not codes & {"not-utf8", "not-finite", "invalid-json", "duplicate-key", "truncated"}, data
        # An object that wraps rows is also reported.
        assert isinstance(wanted, dict) or "not-an-object" in codes, (data, codes)
    else:
        assert fault.code == "too-deep", ("refused", data, fault)
        assert depth(wanted) >= SURELY_READ, (data, fault)


def _refused(data: bytes, reasons: set[str], fault: Fault | None, codes: set[str]) -> None:
    if reasons == {"not-finite"} and fault is None:
        # The parser reads a too large number as infinity; the row validator reports it.
        assert codes & {"not-finite", "not-an-object"}, ("taken", data)
        return
    assert fault is not None, ("taken", data, reasons)
    assert codes == {fault.code}, (data, codes, fault)
    # A last line may have been cut, and too deep nesting ends the parsing.
    cut = {"truncated"} if isinstance(data, Tail) else set()
    deep = {"too-deep"} if data.count(b"[") + data.count(b"{") > SURELY_READ else set()
    assert fault.code in (reasons - {"truncated"}) | cut | deep, (data, fault, reasons)
    said = [words if isinstance(words, str | None) else words() for words in (fault.got, fault.suggestion)]
    assert isinstance(said[0], str)
    assert isinstance(said[1], str | None)


@lru_cache(1)
def _row_validator() -> RowValidator:
    return RowValidator(["label"], shipped(), extra="allow", defaults=HOW["defaults"])


def _lines(body: bytes, items: list, longest: int) -> None:
    marked = body.startswith(b"\xef\xbb\xbf")
    body = body.removeprefix(b"\xef\xbb\xbf")
    *lines, last = body.split(b"\n")
    wanted: list[tuple[int, bytes | str]] = []
    for number, line in enumerate(lines, 1):
        blank = "blank-line" if not line.strip(SPACE) else line
        wanted.append((number, "line-too-long" if len(line) > longest else blank))
    if len(last) > longest:
        wanted.append((len(lines) + 1, "line-too-long"))
    elif last.strip(SPACE):
        wanted.append((len(lines) + 1, last))
    found: list[tuple[int, bytes | str]] = []
    if marked:
        mark, *items = items
        assert isinstance(mark, Note), body
        assert (mark.line, mark.fault.code) == (1, "byte-order-mark"), body
    for item in items:
        if isinstance(item, Note):
            # Blank lines that follow each other are one note.
            found += [(item.line + more, item.fault.code) for more in range(item.lines)]
        else:
            found.append((item[0], item[1].code if isinstance(item[1], Fault) else bytes(item[1])))
    assert found == wanted, (body, found, wanted)


def _templates(body: bytes) -> None:
    """Compare the batch reader of lines with the oracle, for a file and for a repetition of it."""
    reader = Lines(COLUMNS)
    for _ in range(2):
        taken = reader.read(body)
        lines = body.split(b"\n")
        if not lines[-1]:
            lines.pop()
        spans = zip(taken.starts.tolist(), taken.ends.tolist(), strict=True)
        assert [body[start:end] for start, end in spans] == lines, body
        numbers = sorted([*taken.rest.tolist(), *(one for rows, _ in taken.batches for one in rows.tolist())])
        assert numbers == [*range(len(lines))], body
        for rows, batch in taken.batches:
            batch.validate(full=True)
            for row, values in zip(rows.tolist(), batch.to_pylist(), strict=True):
                wanted = strict(lines[row])
                kept = {
                    name: value
                    for name, value in wanted.items()
                    if value is not None and (name in COLUMNS or type(value) in {str, int, float})
                }
                assert all(name in COLUMNS or name.startswith("x_") for name in wanted), lines[row]
                assert values.keys() == kept.keys(), (lines[row], values)
                for name, value in kept.items():
                    is_float = COLUMNS.get(name) == "number" or (
                        name not in COLUMNS and not isinstance(value, str)
                    )
                    assert same(values[name], float(value) if is_float else value), (lines[row], values)


def _document(body: bytes, items: list, longest: int) -> None:
    body = body.removeprefix(b"\xef\xbb\xbf")
    if body.lstrip(SPACE)[:1] not in {b"[", b"{"}:
        return  # only text that starts like this is a document
    rows = [(item[0], item[1]) for item in items if not isinstance(item, Note)]
    stopped = [item for item in items if isinstance(item, Note) and item.stops]
    at, between = 0, []
    for line, row in rows:
        assert not isinstance(row, Fault), (body, row)
        place = body.find(row, at)
        # Between rows there are only white space and one comma: nothing is skipped.
        while place >= 0 and body[at:place].strip(SPACE) not in {b"", b",", b"["}:
            place = -1
        assert place >= 0, (body, row)
        assert row, body
        assert line == 1 + body.count(b"\n", 0, place), (body, line)
        between.append(body[at:place].strip(SPACE))
        at = place + len(row)
    is_array = body.lstrip(SPACE).startswith(b"[")
    if rows:
        assert between == ([b"["] + [b","] * (len(rows) - 1) if is_array else [b""]), (body, between)
    assert stopped or body[at:].strip(SPACE) in ({b"]", b"[]"} if is_array else {b""}), (body, body[at:])
    assert stopped in ([], items[-1:]), (body, items)
    faults = [parse(row)[1] for _, row in rows]
    accepted = not stopped and not any(faults)
    try:
        whole = strict(body)
    except NotJsonError as error:
        assert not accepted, ("taken", body, error.reasons)
        return
    if any(fault and fault.code == "too-deep" for fault in faults):
        assert depth(whole) >= SURELY_READ, body
        return
    if stopped and stopped[-1].fault.code == "line-too-long":
        assert len(body) > longest, body
        return
    assert accepted, ("refused", body, stopped, faults)
    values = [parse(row)[0] for _, row in rows]
    assert same(values, whole if is_array else [whole]), body


def _split(body: bytes, form: str) -> None:
    """Check the outputs of split: every row is in one of them, in order, byte for byte."""
    is_array = body.removeprefix(b"\xef\xbb\xbf").lstrip(SPACE).startswith(b"[")
    if form == "document" and not is_array:
        return
    suffix = ".jsonl" if form == "lines" else ".json"
    source, valid, rejects = (FOLDER / f"{name}{suffix}" for name in ("in", "ok", "no"))
    beside = rejects.with_name(f"{rejects.name}.findings.jsonl")
    for path in (valid, rejects, beside):
        path.unlink(missing_ok=True)
    source.write_bytes(body)
    # Syncing has no visible effect here.
    with mock.patch("os.fsync"):
        report = ki.split(source, valid=valid, rejects=rejects, **HOW).report
    wide = body[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in body[:2]
    if not report.complete:
        assert not any(path.exists() for path in (valid, rejects, beside)), body
        assert wide or form == "document", body
        return
    as_lines = form == "lines"
    stream = Stream(str(source))
    read = [
        item for item in (json_lines if as_lines else json_document)(stream) if not isinstance(item, Note)
    ]
    stream.close()
    rows = [row for _, row in read]
    good, bad = (_rows_of(path.read_bytes(), as_lines=as_lines, rows=rows) for path in (valid, rejects))
    assert (report.rows, report.valid, report.invalid) == (len(rows), len(good), len(bad)), body
    assert Counter(good) + Counter(bad) == Counter(map(bytes, rows)), body
    for some in (good, bad):
        waiting = iter(rows)
        assert all(row in waiting for row in some), ("order", body)
    for row in good:
        assert isinstance(strict(row), dict), ("taken", row)
    findings = [json.loads(line) for line in beside.read_bytes().split(b"\n")[:-1]]
    at_fault = {(one["row"], one["line"]) for one in findings if one["severity"] == "error"}
    at_fault = {(row, line) for row, line in at_fault if row is not None}
    assert len(at_fault) == len(bad), (body, at_fault)
    assert all(read[row][0] == line for row, line in at_fault), (body, at_fault)


def _rows_of(data: bytes, *, as_lines: bool, rows: list[bytes]) -> list[bytes]:
    """Return the rows of an output of split, given all possible rows."""
    if as_lines:
        assert not data or data.endswith(b"\n")
        return data.split(b"\n")[:-1]
    if data == b"[]\n":
        return []
    assert (data[:2], data[-3:]) == (b"[\n", b"\n]\n"), data
    inner, found = data[2:-3], []
    # Rows may contain their separator; they are in order.
    for row in map(bytes, rows):
        for end in (row + b",\n", row):
            if inner.startswith(end) and (end is not row or inner == row):
                found.append(row)
                inner = inner[len(end) :]
                break
    assert not inner, (data, inner)
    return found

"""CSV: records and cells by a state machine, written from RFC 4180 and the documentation."""

import re

from kaiser_interview.validation.findings.finding import Note
from kaiser_interview.validation.formats.csv import Cells, Header, csv_records
from kaiser_interview.validation.formats.streams import Stream

from .draws import Draws, folder

__all__ = ["SEEDS", "TOKENS", "check", "seed"]

SEEDS = ("*.csv", "*.tsv")
TOKENS = [
    ",", ";", "\t", '"', '""', '"""', '","', '",', ',"', '"\n', '\n"', "\n", "\r", "\r\n", "\r\r\n",
    " ", "\x00", "a", '"a"', '"a"b', 'a"b', '" "', "\ufeff", "语", "🧠", "d01-c01",
    "claim_id,language,translation\n", "a,b\n", '"a\nb"',
]  # fmt: skip
CHUNKS = [1 << 20, 1, 2, 5, 64]
MARK = b"\xef\xbb\xbf"
# Bars, or words separated by spaces: a table printed for people.
PRINTED = re.compile(r"\|.*\||[\u2500-\u257f]|^\s+\S.*\s\S|\S\s{2,}\S")
FOLDER = folder()


def seed(data: bytes) -> list[bytes]:
    """Return inputs with some bytes of a file."""
    return [bytes((way,)) + data[:3000] for way in (0, 1)]


def check(data: bytes) -> None:
    """Compare the records read from some bytes with the state machine."""
    draws = Draws(data)
    chunk, body = draws.pick(CHUNKS), draws.rest()
    path = FOLDER / "rows.csv"
    path.write_bytes(body)
    stream, header = Stream(str(path), chunk=chunk), Header()
    found = [reported for item in csv_records(stream, header) for reported in _reported(item)]
    stream.close()
    wanted, columns = _wanted(body)
    assert found == wanted, (body, found, wanted)
    assert header.columns == columns, (body, header.columns, columns)


def _reported(item: object) -> list[tuple]:
    """Return a record as line, bytes, cells and fault, or a note as its code for each of its lines."""
    if isinstance(item, Note):
        return [(item.line + more, item.fault.code) for more in range(item.lines)]
    line, record = item
    assert isinstance(record, Cells), item
    return [(line, bytes(record.raw), record.values, record.fault and record.fault.code)]


def _wanted(body: bytes) -> tuple[list[tuple], list[str]]:
    wanted: list[tuple] = []
    columns: list[str] | None = None
    delimiter, line, at = None, 1, 0
    while at < len(body):
        end, closed = _end(body, at, delimiter)
        raw = body[at:end]
        begun, line, at = line, line + body.count(b"\n", at, end + 1), end + 1
        if columns is not None and not raw.strip(b" \r") and closed:
            wanted.append((begun, "blank-line"))
        elif columns is not None:
            is_last = end >= len(body)
            wanted.append((begun, raw, *_row(raw, columns, delimiter, closed=closed, is_last=is_last)))
        elif not closed:
            return [*wanted, (begun, "truncated")], []
        elif not raw.strip(b" \r"):
            wanted.append((begun, "blank-line"))
        else:
            if raw.startswith(MARK):
                wanted.append((begun, "byte-order-mark"))
                raw = raw.removeprefix(MARK)
            if _is_excels(raw):
                wanted.append((begun, "invalid-csv"))
                continue
            delimiter = _delimiter(raw)
            cells, fault = _cells(raw, delimiter, is_last=end >= len(body))
            if not fault and len(cells) == 1 and PRINTED.search(cells[0]):
                fault = "invalid-csv"
            if fault:
                return [*wanted, (begun, fault)], []
            twice = dict.fromkeys(name for number, name in enumerate(cells) if name in cells[:number])
            wanted += [(begun, "duplicate-column")] * len(twice)
            columns = [] if twice else cells
    return wanted, columns or []


def _is_excels(header: bytes) -> bool:
    """Return whether a line is Excel's separator line, which is reported and skipped."""
    text = header.removesuffix(b"\r").decode("utf-8", "replace")
    return re.fullmatch("sep=[^\n\ufffd]", text) is not None


def _end(body: bytes, at: int, delimiter: bytes | None) -> tuple[int, bool]:
    """Return where a record ends that begins at a place, and whether it ends outside quotation marks.

    Before the header says which, each of the three is a delimiter.
    """
    marks = (delimiter,) if delimiter else (b",", b"\t", b";")
    state = "start"
    if delimiter is None and body.startswith(MARK, at):
        at += len(MARK)
    while at < len(body):
        one = body[at : at + 1]
        if state == "quoted":
            state = "closing" if one == b'"' else "quoted"
        elif one == b"\n":
            return at, True
        elif one in marks:
            state = "start"
        elif one == b'"' and state in {"start", "closing"}:
            state = "quoted"
        else:
            state = "plain" if state == "start" else "after" if state == "closing" else state
        at += 1
    return at, state != "quoted"


def _delimiter(header: bytes) -> bytes:
    """Return the first of comma, tab and semicolon in a header outside quotation marks."""
    quoted = False
    for number in range(len(header)):
        one = header[number : number + 1]
        if one == b'"':
            quoted = not quoted
        elif one in {b",", b"\t", b";"} and not quoted:
            return one
    return b","


def _row(
    raw: bytes, columns: list[str], delimiter: bytes | None, *, closed: bool, is_last: bool
) -> tuple[dict[str, str] | None, str | None]:
    if not closed:
        return None, "truncated"
    if not columns:
        return None, None
    cells, fault = _cells(raw, delimiter or b",", is_last=is_last)
    if not fault and len(cells) != len(columns):
        fault = "invalid-csv"
    if fault:
        return None, fault
    return {name: cell for name, cell in zip(columns, cells, strict=True) if cell}, None


def _cells(raw: bytes, delimiter: bytes, *, is_last: bool) -> tuple[list[str], str | None]:
    """Return the cells of a record, or the code of its fault."""
    try:
        text = raw.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        cut = is_last and error.reason == "unexpected end of data"
        return [], "truncated" if cut else "not-utf8"
    if "\0" in text:
        return [], "invalid-csv"
    mark, state = delimiter.decode(), "start"
    cells = [""]
    for one in text.removesuffix("\r"):
        if state == "quoted":
            if one == '"':
                state = "closing"
            else:
                cells[-1] += one
        elif one == mark:
            cells.append("")
            state = "start"
        elif one == '"' and state == "start":
            state = "quoted"
        elif one == '"' and state == "closing":
            cells[-1] += one
            state = "quoted"
        elif one in {'"', "\r"} or state == "closing":
            return [], "invalid-csv"
        else:
            cells[-1] += one
            state = "plain"
    return (cells, None) if state != "quoted" else ([], "invalid-csv")

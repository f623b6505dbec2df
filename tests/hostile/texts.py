"""Hostile texts: encodings, numbers, nesting, length, line ends, keys, long values."""

import json
import operator
from collections.abc import Callable
from functools import partial

from hostile.cases import ANY, MEBI, Cases, Pieces, cells, filled, row

LONGEST = 8 << 20
"""The maximum bytes of a row."""
HEADER = b"id,claim_id,method,creator,verdict,urls,rationale\n"
CASES = Cases()
case, made = CASES.file, CASES.made
Bad = bytes | Callable[[], bytes]


def raw(extra: bytes, number: int = 1) -> bytes:
    """Return a row with one more member, given as JSON text."""
    return row(number)[:-1] + b", " + extra + b"}"


def between(start: bytes, bad: Bad, end: bytes) -> Callable[[], Pieces]:
    """Return the pieces of a text with a bad line between two valid rows."""
    return lambda: iter([start, bad if isinstance(bad, bytes) else bad(), end])


def line(name: str, bad: Bad, code: str = "", *, valid: int | None = None, ok: bool | None = None) -> None:
    """Add a case of a line between two right ones."""
    valid = 2 + (not code) if valid is None else valid
    case(f"line: {name}", between(row(0) + b"\n", bad, b"\n" + row(2) + b"\n"), code, valid, ok=ok)


def element(name: str, bad: Bad, code: str, valid: int | None) -> None:
    """Add a case of an element between two right ones in an array."""
    pieces = between(b"[" + row(0) + b",\n", bad, b",\n" + row(2) + b"]")
    case(f"array: {name}", pieces, code, valid, suffix=".json")


def record(name: str, bad: Bad, code: str, valid: int | None = 2, *, ok: bool | None = None) -> None:
    """Add a case of a CSV record between two right ones."""
    pieces = between(HEADER + cells(b"a", 0), bad, cells(b"b", 2))
    case(f"csv: {name}", pieces, code, valid, suffix=".csv", ok=ok)


# The basic cases.

case("right lines", row(0) + b"\n" + row(1) + b"\n", valid=2)
case("right array", b"[" + row(0) + b"," + row(1) + b"]", valid=2, suffix=".json")
case("right csv", HEADER + cells(b"a", 0) + cells(b'"a ""quoted"", one"', 1), valid=2, suffix=".csv")

# Encodings.

TEXT = row(1, rationale="语言模型") + b"\n"
line("gb18030", row(1, rationale="语言模型").decode().encode("gb18030"), "not-utf8")
line("latin-1", raw(b'"rationale": "caf\xe9"'), "not-utf8")
line("overlong", raw(b'"rationale": "\xc0\x80"'), "not-utf8")
line("a surrogate in bytes", raw(b'"rationale": "\xed\xa0\x80"'), "not-utf8")
line("a surrogate pair in bytes", raw(b'"rationale": "\xed\xa0\x80\xed\xb0\x80"'), "not-utf8")
line("a lone continuation", raw(b'"rationale": "\x80"'), "not-utf8")
line("beyond Unicode", raw(b'"rationale": "\xf4\x90\x80\x80"'), "not-utf8")
line("a key that is not UTF-8", raw(b'"x_\xff": 1'), "not-utf8")
line("a byte order mark in the middle", b"\xef\xbb\xbf" + row(1), "invalid-json")
line("only 0xFF", b"\xff" * 1000, "not-utf8")
element("latin-1", raw(b'"rationale": "caf\xe9"'), "not-utf8", 2)
record("latin-1", cells(b"caf\xe9", 1), "not-utf8")
record("gb18030", cells("语言".encode("gb18030"), 1), "not-utf8")
for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"):
    for suffix, text in (
        (".jsonl", TEXT * 3),
        (".json", b"[" + TEXT + b"]"),
        (".csv", HEADER + cells("语言".encode())),
    ):
        case(f"{encoding}{suffix}", text.decode().encode(encoding), "not-utf8", 0, suffix=suffix)
case("a mark before lines", b"\xef\xbb\xbf" + row(0) + b"\n" + row(1) + b"\n", "byte-order-mark", 2)
case("a mark before an array", b"\xef\xbb\xbf[" + row(0) + b"]", "byte-order-mark", 1, suffix=".json")
case(
    "a mark before csv", b"\xef\xbb\xbf" + HEADER + cells(b"a"), "byte-order-mark", 1, suffix=".csv", ok=True
)
case("two marks", b"\xef\xbb\xbf" * 2 + row(0) + b"\n" + row(1) + b"\n", "byte-order-mark invalid-json", 1)
case("only a mark", b"\xef\xbb\xbf", "byte-order-mark no-rows", 0)

# Numbers.

for number in (b"NaN", b"Infinity", b"-Infinity", b"1e400", b"-1e400", b"1e999999999999"):
    line(number.decode(), raw(b'"confidence": ' + number), "not-finite")
    line(f"{number.decode()} deep", raw(b'"x_a": [{"b": [%b]}]' % number), "not-finite")
    element(number.decode(), raw(b'"confidence": ' + number), "not-finite", 2)
for number in (b"nan", b"inf", b"+1", b"01", b"1.", b".5", b"0x1", b"1e", b"--1", b"1_000", "１".encode()):
    line(f"number {number.decode()}", raw(b'"confidence": ' + number), "invalid-json")
DIGITS = 1_000_000
line("a million digits", lambda: raw(b'"x_a": ' + b"9" * DIGITS), "not-finite")
line("a million digits after the point", lambda: raw(b'"confidence": 0.' + b"9" * DIGITS), "")
line("a million zeros", lambda: raw(b'"confidence": 0.' + b"0" * DIGITS + b"1"), "")
line("seven million digits", lambda: raw(b'"confidence": ' + b"9" * 7 * DIGITS), "not-finite")
line(
    "a thousand numbers of 4,300 digits",
    lambda: raw(b'"x_a": [%b]' % b",".join([b"9" * 4300] * 1000)),
    "not-finite",
)
record("nan", b"r1,d01-c02,model,m,mixed,[],\n".replace(b"mixed", b"nan"), "not-in-vocabulary")
CSV_NUMBERS = b"id,claim_id,method,creator,verdict,urls,confidence\nr0,d01-c02,model,m,mixed,[],0.5\n"
for cell, codes in (
    (b"NaN", "not-finite"), (b"Infinity", "not-finite"), (b"1e400", "not-finite"),
    (b"9" * DIGITS, "not-finite"), (b"0." + b"9" * DIGITS, ""), ("０.５".encode(), "wrong-type"),
):  # fmt: skip
    case(
        f"csv: number {cell[:10].decode()} of {len(cell)}",
        CSV_NUMBERS + b"r1,d01-c02,model,m,mixed,[]," + cell + b"\n",
        codes,
        1 + (not codes),
        suffix=".csv",
    )

# Objects and other values.

line("a key twice", raw(b'"id": "again"'), "duplicate-key")
line("a key twice, escaped", raw(b'"\\u0069d": "again"'), "duplicate-key")
line("a key twice, deep", raw(b'"x_a": [[{"b": 1, "b": 1}]]'), "duplicate-key")
line(
    "a key twice among many",
    raw(b"".join(b'"x_%d": 0, ' % n for n in range(9999)) + b'"x_0": 0'),
    "duplicate-key",
)
element("a key twice", raw(b'"id": "again"'), "duplicate-key", 2)
line("two objects", row(1) + row(3), "invalid-json")
line("two objects with a space", row(1) + b" " + row(3), "invalid-json")
line("two objects with a comma", row(1) + b"," + row(3), "invalid-json")
line("an object and rubbish", row(1) + b"}", "invalid-json")
for value in (b"null", b"true", b"17", b'"text"', b"[]", b"[" + row(1) + b"]", b'""', b"0.0"):
    line(f"value {value[:9].decode()}", value, "not-an-object")
    element(f"value {value[:9].decode()}", value, "not-an-object", 2)
line("an empty object", b"{}", "missing-field")
for bad in (
    b"{",
    b'{"id"',
    b'{"id": ',
    b'{"id": "r1',
    b"}",
    b"]",
    b"'",
    b"{'id': 1}",
    b"{id: 1}",
    b"// a",
    b"nul",
    b"\\",
):
    line(f"broken {bad.decode()}", bad, "invalid-json")
line("a comma at the end", row(1)[:-1] + b",}", "invalid-json")
line("a comment", row(1)[:-1] + b"/* c */}", "invalid-json")
line("a control character", raw(b'"rationale": "\x01"'), "invalid-json")
line("a tab in a string", raw(b'"rationale": "\t"'), "invalid-json")
line("a bad escape", raw(b'"rationale": "\\x41"'), "invalid-json")

# Depth.


def deep(opening: bytes, closing: bytes, depth: int, inner: bytes = b"") -> bytes:
    """Return a row with a value of many levels."""
    return raw(b'"x_a": ' + opening * depth + inner + closing * depth)


for depth in (20_000, 100_000, 4_000_000):
    line(f"{depth} arrays", partial(deep, b"[", b"]", depth), "too-deep")
    line(f"{depth} arrays never closed", partial(deep, b"[", b"", depth), "too-deep")
    line(f"{depth} arrays alone", partial(operator.mul, b"[", depth), "too-deep")
    element(f"{depth} arrays", partial(deep, b"[", b"]", depth), "too-deep", 2)
for depth in (20_000, 100_000, 1_000_000):
    line(f"{depth} objects", partial(deep, b'{"a":', b"}", depth, b"1"), "too-deep")
    element(f"{depth} objects", partial(deep, b'{"a":', b"}", depth, b"1"), "too-deep", 2)
case("an array that only opens", lambda: iter([b"["] * 5 * MEBI), "truncated", 0, suffix=".json")
case(
    "an array that only opens, long",
    lambda: (b"[" * MEBI for _ in range(40)),
    "line-too-long",
    0,
    suffix=".json",
)
case(
    "brackets open and close", lambda: (b"[]" * MEBI for _ in range(40)), "invalid-json", None, suffix=".json"
)
URLS = b'"' + b"[" * 100_000 + b"]" * 100_000 + b'"'
record("arrays in a cell", b"r1,d01-c02,model,m,mixed,%b,x\n" % URLS, "wrong-type")

# Length.


OPEN = raw(b'"rationale": "')[:-1]
WHOLE = raw(b'"x_a": "' + b"x" * (LONGEST - len(raw(b'"x_a": ""'))) + b'"')
assert len(WHOLE) == LONGEST
line("the longest", WHOLE)
line("one byte more than the longest", WHOLE[:-1] + b" }", "line-too-long")
element("the longest", WHOLE, "", 3)
element("one byte more than the longest", WHOLE[:-1] + b" }", "line-too-long", 1)
for mebi in (9, 64, 400):
    case(
        f"a line of {mebi} MiB",
        filled(row(0) + b"\n" + OPEN, b"x", mebi, b'"}\n' + row(2) + b"\n"),
        "line-too-long",
        2,
    )
    case(f"a line of {mebi} MiB without end", filled(row(0) + b"\n" + OPEN, b"x", mebi), "line-too-long", 1)
    case(
        f"array: an element of {mebi} MiB",
        filled(b"[" + row(0) + b"," + OPEN, b"x", mebi, b'"}]'),
        "line-too-long",
        1,
        suffix=".json",
    )
    case(
        f"csv: a cell of {mebi} MiB",
        filled(HEADER + cells(b"a") + cells(b"")[:-1], b"x", mebi, b"\n" + cells(b"b", 2)),
        "line-too-long",
        2,
        suffix=".csv",
    )
    case(
        f"csv: a quote never closed, {mebi} MiB",
        filled(HEADER + cells(b"a") + cells(b'"')[:-1], b"x\n", mebi),
        "line-too-long",
        1,
        suffix=".csv",
    )
    case(
        f"csv: a header of {mebi} MiB",
        filled(b"", b"x", mebi, b"\n" + cells(b"a")),
        "line-too-long",
        0,
        suffix=".csv",
    )
    case(
        f"spaces, {mebi} MiB", filled(row(0) + b"\n", b" ", mebi, b"\n" + row(2) + b"\n"), "line-too-long", 2
    )
    case(
        f"array: spaces, {mebi} MiB",
        filled(b"[" + row(0) + b",", b" ", mebi, row(2) + b"]"),
        "",
        2,
        suffix=".json",
    )
case(
    "array: an array never closed, long",
    lambda: iter([b"[", *(row(n) + b",\n" for n in range(100_000))]),
    "truncated",
    100_000,
    suffix=".json",
)
case("array: never closed", b"[" + row(0) + b"," + row(1), "truncated", 2, suffix=".json")
case("array: never closed after a comma", b"[" + row(0) + b",", "truncated", 1, suffix=".json")
case("array: nothing but its bracket", b"[", "truncated", 0, suffix=".json")
case("array: ended twice", b"[" + row(0) + b"]]", "invalid-json", 1, suffix=".json")
case("array: two arrays", b"[" + row(0) + b"]\n[" + row(1) + b"]", "invalid-json", 1, suffix=".json")
case("array: rubbish after its end", b"[" + row(0) + b"] rubbish", "invalid-json", 1, suffix=".json")
case("array: NUL after its end", b"[" + row(0) + b"]" + bytes(64), "invalid-json", 1, suffix=".json")
case("array: a comma before its end", b"[" + row(0) + b",]", "invalid-json", 1, suffix=".json")
case("array: two commas", b"[" + row(0) + b",," + row(1) + b"]", "invalid-json", 1, suffix=".json")
case("array: no comma", b"[" + row(0) + b" " + row(1) + b"]", "invalid-json", 1, suffix=".json")
case("array: empty", b"[]", "no-rows", 0, suffix=".json")

# NUL, surrogates.

line("NUL", b"\0", "invalid-json")
line("NUL in a string", raw(b'"rationale": "\0"'), "invalid-json")
line("NUL after a row", row(1) + b"\0", "invalid-json")
line("NUL, escaped", raw(b'"rationale": "\\u0000"'))
element("NUL", b"\0", "invalid-json", None)
record("NUL", cells(b"a\0b", 1), "invalid-csv")
case("zeros", filled(b"", b"\0", 64), "line-too-long", 0)
case("zeros after rows", filled(row(0) + b"\n", b"\0", 64), "line-too-long", 1)
for surrogate in (
    rb"\ud800",
    rb"\udc00",
    rb"\udc00\ud800",
    rb"\ud800\ud800",
    rb"\ud800x\udc00",
    rb"\uD83E",
    rb"\ud800\u0041",
):
    line(f"a surrogate {surrogate.decode()}", raw(b'"rationale": "%b"' % surrogate), "invalid-json")
    line(f"a surrogate {surrogate.decode()} in a key", raw(b'"x_%b": 1' % surrogate), "invalid-json")
element("a surrogate", raw(b'"rationale": "\\ud800"'), "invalid-json", 2)

# Line ends.

line("U+2028 in a string", row(1, rationale="a\u2028b\u2029c\u0085d"))
for end, name in (
    ("\u2028", "U+2028"),
    ("\u2029", "U+2029"),
    ("\u0085", "U+0085"),
    ("\v", "VT"),
    ("\f", "FF"),
    ("\r", "CR"),
    ("\x1e", "RS"),
):
    case(f"lines that end in {name}", end.encode().join([row(0), row(1), row(2)]), "invalid-json", 0)
    case(
        f"an array with {name} for space",
        b"[" + row(0) + b"," + end.encode() + row(1) + b"]",
        "" if end == "\r" else "invalid-json",
        2 if end == "\r" else None,
        suffix=".json",
    )
case("lines that end in CR LF and LF", row(0) + b"\r\n" + row(1) + b"\n" + row(2) + b"\r\n" + row(3), "", 4)
case("lines that end in LF CR", row(0) + b"\n\r" + row(1) + b"\n\r", "", 2)
case(
    "csv: records that end in CR LF and LF",
    HEADER + cells(b"a")[:-1] + b"\r\n" + cells(b"b", 1),
    "",
    2,
    suffix=".csv",
)
case(
    "csv: records that end in CR",
    HEADER.replace(b"\n", b"\r") + cells(b"a").replace(b"\n", b"\r"),
    "invalid-csv",
    0,
    suffix=".csv",
)
record("U+2028 in a cell", cells("a\u2028b\u0085".encode(), 1), "", 3)
for count in (1000, 5_000_000, 20_000_000):
    case(
        f"{count} blank lines",
        partial(lambda count: iter([row(0) + b"\n", *[b"\n" * (count // 40)] * 40, row(1) + b"\n"]), count),
        "blank-line",
        2,
        ok=True,
    )
    case(
        f"{count} blank lines alone",
        partial(lambda count: iter([b"\n" * (count // 40)] * 40), count),
        "blank-line no-rows",
        0,
    )
    case(
        f"csv: {count} blank lines",
        partial(lambda count: iter([HEADER, *[b"\n" * (count // 40)] * 40, cells(b"a")]), count),
        "blank-line",
        1,
        suffix=".csv",
        ok=True,
    )
    case(
        f"array: {count} blank lines",
        partial(lambda count: iter([b"[" + row(0), *[b"\n" * (count // 40)] * 40, b"]"]), count),
        "",
        1,
        suffix=".json",
    )

# Keys.


def keys(prefix: bytes, count: int) -> bytes:
    """Return a row of many keys."""
    return raw(b", ".join(b'"%b%d": 0' % (prefix, number) for number in range(count)))


line("500,000 keys", lambda: keys(b"x_", 500_000))
line("500,000 unknown keys", lambda: keys(b"y", 500_000), "unknown-field")
line("500,000 unknown keys like a field", lambda: keys(b"rational", 400_000), "unknown-field")
line("a key of 7 MiB", lambda: raw(b'"x_%b": 0' % (b"k" * 7 * MEBI)))
line("an unknown key of 7 MiB", lambda: raw(b'"%b": 0' % (b"k" * 7 * MEBI)), "unknown-field")
line("an empty key", raw(b'"": 0'), "unknown-field")
line("keys of other scripts", raw('"іd": 0, "clаim_id": 0, "ｍethod": 0'.encode()), "unknown-field")
line("__proto__", raw(b'"__proto__": {}, "__class__": 1, "constructor": 2'), "unknown-field")
case(
    "new unknown keys in each row",
    lambda: (row(n)[:-1] + b', "k%d": 0}\n' % n for n in range(60_000)),
    "unknown-field",
    0,
)
case(
    "new long keys in each row",
    lambda: (row(n)[:-1] + b', "%b%d": 0}\n' % (b"k" * 20_000, n) for n in range(1000)),
    "unknown-field",
    0,
)
case(
    "new x keys in each row",
    lambda: (row(n)[:-1] + b', "x_%d": 0}\n' % n for n in range(50_000)),
    "",
    50_000,
)

# Very many elements.


def long(name: str, fill: str) -> bytes:
    """Return a row in which a field has some mebibytes."""
    value = fill * (6 * MEBI // len(fill.encode()))
    return json.dumps(json.loads(row(1)) | {name: value}, ensure_ascii=False).encode()


def many(what: bytes, mebi: int = 5) -> bytes:
    """Return an array of so many mebibytes."""
    return b"[" + b",".join([what] * (mebi * MEBI // (len(what) + 1))) + b"]"


for what in (b"0", b"[]", b"{}", b"[0]", b'{"a":0}', b'""', b"[[]]"):
    line(f"very many {what.decode()}", lambda what=what: raw(b'"x_a": ' + many(what)))
    line(
        f"very many {what.decode()}, then a key twice",
        lambda what=what: raw(b'"x_a": ' + many(what) + b', "id": 0'),
        "duplicate-key",
    )
    line(
        f"very many {what.decode()}, then a key twice within",
        lambda what=what: raw(b'"x_a": ' + many(what) + b', "x_b": [{"c": 0, "c": 1}]'),
        "duplicate-key",
    )
    line(
        f"very many {what.decode()}, then 1e400",
        lambda what=what: raw(b'"x_a": ' + many(what) + b', "x_b": 1e400'),
        "not-finite",
    )
line(
    "very many wrong elements", lambda: row(1).replace(b'"urls": []', b'"urls": ' + many(b"0")), "wrong-type"
)
line(
    "very many wrong words",
    lambda: row(1).replace(b'"urls": []', b'"urls": ' + many(b'{"a": 0}')),
    "wrong-type",
)
for what, code in ((b'{"a": 0}', "missing-field unknown-field"), (b"0", "wrong-type")):
    case(
        f"very many references {what.decode()}",
        lambda what=what: iter(
            [
                b'{"method": "model", "creator": "m", "question": "?", "answer": "!", "answerable": true, ',
                b'"language": "en", "references": ' + many(what) + b"}\n",
            ]
        ),
        code,
        0,
        kind="question",
    )
for fill in ("\u0301\u0323", "\u0344\u0f73", " [1", "[1] ", "1,", "1 ", "١", "½", "㌀", "\ufdfa"):
    value = partial(long, "translation", fill)
    name = " ".join(f"U+{ord(mark):04X}" for mark in fill)
    case(
        f"a translation of {name}",
        lambda value=value: iter([value().replace(b'"verdict": "mixed", "urls": []', b'"language": "en"')]),
        ANY,
        ok=None,
        kind="translation",
    )
    line(f"a quote of {name}", partial(long, "quote", fill), ANY, valid=2, ok=False)
    line(
        f"words of the claim and {name}",
        lambda fill=fill: long("quote", fill).replace(b'"quote": "', f'"quote": "GPT{fill}-4'.encode()),
        ANY,
        valid=2,
        ok=False,
    )

# Long values, where something is compared with something.


for name in (
    "id",
    "claim_id",
    "kind",
    "claim_sha256",
    "release",
    "method",
    "creator",
    "created",
    "quote",
    "quote_of",
    "verdict",
    "rationale",
):
    for fill, what in (
        ("x", "letters"),
        ("语", "characters"),
        ("-0", "digits"),
        ("\u202e", "marks of direction"),
        ("\U0001f9e0\u0301", "marks"),
    ):
        free = name in {"creator", "rationale"}
        line(f"{what} of 6 MiB in {name}", partial(long, name, fill), "" if free else ANY, ok=free)


def columns(name: bytes) -> Pieces:
    """Yield the pieces of a CSV file of very many columns."""
    yield (
        HEADER[:-1]
        + b"".join(b"," + (name % number if b"%" in name else name) for number in range(100_000))
        + b"\n"
    )
    yield cells(b"a")[:-1] + b"," * 100_000 + b"\n"


case("csv: 100,000 columns", lambda: columns(b"x_%d"), "", 1, suffix=".csv")
case("csv: 100,000 unknown columns", lambda: columns(b"y%d"), "unknown-field", None, suffix=".csv")
case("csv: 100,000 columns of one name", lambda: columns(b"y"), "duplicate-column", 0, suffix=".csv")
record("100,000 cells", cells(b"a" + b",a" * 100_000, 1), "invalid-csv")
record("seven million cells", lambda: cells(b"," * 7_000_000, 1), "invalid-csv")
record("too few cells", b"r1,d01-c02\n", "invalid-csv")
record("a stray quote", cells(b'a"b', 1), "invalid-csv")
record("a quote after a space", cells(b' "a"', 1), "invalid-csv")
record("text after a quote", cells(b'"a"b', 1), "invalid-csv")
record("three quotes", cells(b'"a""', 1).replace(b"\n", b"") + b"\n", "truncated", 1)
record("millions of quotes", lambda: cells(b'"' * 6_000_000, 1), "", 3)
record("a million quoted cells", lambda: cells(b",".join([b'"a"'] * 1_000_000), 1), "invalid-csv")
record("a line feed in quotes", cells(b'"a\nb"', 1), "", 3)
case(
    "csv: a quote never closed",
    HEADER + cells(b"a") + cells(b'"b', 1) + cells(b"c", 2),
    "truncated",
    1,
    suffix=".csv",
)
case("csv: a quote never closed in the header", b'"' + HEADER + cells(b"a"), "truncated", 0, suffix=".csv")
case("csv: only a header", HEADER, "no-rows", 0, suffix=".csv")
case("csv: an empty header", b"\n" + cells(b"a"), ANY, 0, suffix=".csv", ok=False)

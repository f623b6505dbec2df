"""Operators on the text of JSON Lines and JSON arrays."""

import gzip
import random
from collections.abc import Callable

from ..forms import as_json, as_lines, json_text
from .whole import File, Made, Path, wrong

__all__: list[str] = []


def _line(name: str, code: str, change: Callable[[str, random.Random], str | bytes], path: Path = ()) -> None:
    """Register an operator that changes the text of one line, by itself and in an array."""

    @wrong(name)
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
_line(
    "byte-of-latin-1",
    "not-utf8",
    lambda line, _: f'{{"x_a": "é", {line[1:]}'.replace("é", "\udce9").encode("utf-8", "surrogateescape"),
)
_line("line-in-gb18030", "not-utf8", lambda line, _: f'{{"x_a": "语言", {line[1:]}'.encode("gb18030"))
_line(
    "surrogate-in-utf-8",
    "not-utf8",
    lambda line, _: f'{{"x_a": "\ud800", {line[1:]}'.encode("utf-8", "surrogatepass"),
)
_line("overlong-form", "not-utf8", lambda line, _: b'{"x_a": "\xc0\xaf", ' + line[1:].encode())
_line("too-deep", "too-deep", lambda line, _: f'{{"x_a": {"[" * 5000}{"]" * 5000}, {line[1:]}')


@wrong("key-twice")
def _(file: File) -> Made:
    at = file.any_row
    lines = [json_text(row) for row in file.rows]
    name = file.draw.choice([*file.rows[at]])
    lines[at] = f'{lines[at][:-1]}, "{name}": {file.draw.choice(["null", "1"])}}}'
    return Made(
        "".join(f"{line}\n" for line in lines).encode(), frozenset({("duplicate-key", (name,), at + 1)})
    )


@wrong("file-cut-off")
def _(file: File) -> Made:
    data = as_lines(file.rows)
    last = data.rindex(b"\n", 0, -1) + 1
    return Made(
        data[: file.draw.randrange(last + 1, len(data) - 1)], frozenset({("truncated", (), len(file.rows))})
    )


@wrong("byte-order-mark")
def _(file: File) -> Made:
    return Made(b"\xef\xbb\xbf" + as_lines(file.rows), frozenset({("byte-order-mark", (), 1)}))


@wrong("byte-order-mark-before-a-row")
def _(file: File) -> Made:
    lines = as_lines(file.rows).split(b"\n")
    at = file.any_row
    lines[at] = b"\xef\xbb\xbf" + lines[at]
    return Made(b"\n".join(lines), frozenset({("invalid-json", (), at + 1)}))


@wrong("in-utf-16")
def _(file: File) -> Made:
    return Made(as_lines(file.rows).decode().encode("utf-16"), frozenset({("not-utf8", (), None)}))


@wrong("nothing")
def _(_: File) -> Made:
    return Made(b"", frozenset({("no-rows", (), None)}))


@wrong("packed-and-cut-off")
def _(file: File) -> Made:
    compressed = gzip.compress(as_lines(file.rows))
    return Made(compressed[:-9], frozenset({("truncated", (), None)}), "jsonl.gz")


@wrong("array-without-its-end")
def _(file: File) -> Made:
    return Made(as_json(file.rows)[:-3], frozenset({("truncated", (), len(file.rows) + 1)}), "json")


@wrong("array-with-a-comma-at-the-end")
def _(file: File) -> Made:
    data = as_json(file.rows).replace(b"\n]\n", b",\n]\n")
    return Made(data, frozenset({("invalid-json", (), len(file.rows) + 2)}), "json")


@wrong("array-with-null")
def _(file: File) -> Made:
    data = as_json(file.rows).replace(b"[\n", b"[\nnull,\n", 1)
    return Made(data, frozenset({("not-an-object", (), 2)}), "json")


@wrong("array-and-more")
def _(file: File) -> Made:
    return Made(as_json(file.rows) + b"{}\n", frozenset({("invalid-json", (), len(file.rows) + 3)}), "json")

"""Hostile answers of language models: what never closes, what nests, what repeats, in every form of file."""

import json
from typing import Any

from hostile.cases import ANY, Cases

import kaiser_interview as ki

CASES = Cases()
ROW = b'{"claim_id": "d01-c01", "verdict": "mixed"}'
# Repeated until a text has a size. Each begins something that may never end, or that looks like an end.
PIECES = [
    b"{", b"[", b"}", b"]", b'"', b"'", b"\\", b'\\"',
    b"```", b"```json\n", b"~~~\n", b"<think>",
    b"</think>", b"<answer>", b"</answer>", b"<|channel|>final<|message|>", b"[THINK]",
    b'{"', b'{"a', b'{"a"', b'{"a":',
    b"{'a': '", b"{a:", b'{"a": "', b'[{"a": ', b'{"a"} ',
    b"{'a': 'b\"'} ", b'{"a": 1}', b"{'a': 1}", b"{a: b}\n",
    b'{"a": {"b": [', b'{"a": 1, "a": ', b"/*", b"//", b"#", b",", b":", b"\xe2\x80\x9c", b"\xef\xbc\x8c",
    b'{"a"\xef\xbc\x9a', b"\n", b" ", b"\n> ", b"1. ", b"\xff", b"\x00", b"\xed\xa0\x80", b"\\u", b"\\ud800",
    b"&quot;", b"<", b"sorry ", ROW, ROW + b"\n", ROW[:-1] + b",} ", b"[" + ROW + b"],", b'{"rows": ',
    b'"{\\"claim_id\\": ', b"{\"claim_id\": '", b'{"claim_id": "', b'{"custom_id": "a", "response": ',
    b'{"choices": [', b'{"choices": [{"message": {"content": "',
]  # fmt: skip
SIZES = {"few": 50, "many": 20_000, "MiB": 6 << 20}


def text(piece: bytes, size: int) -> bytes:
    count = size if size < 1000 else -(-size // len(piece))
    return piece * count


for number, piece in enumerate(PIECES):
    for name, size in SIZES.items():
        # The largest texts of almost-JSON are refused at the limit of what is repaired.
        for suffix in (".txt", ".jsonl") if size < 1 << 20 else (".txt",):
            pieces = text(piece, size)
            CASES.file(f"{number} {piece[:24]!r}: {name}, {suffix}", pieces, ANY, suffix=suffix)
            if size < 1 << 20:
                CASES.file(
                    f"{number} {piece[:24]!r}: {name}, then a row, {suffix}", pieces + ROW, ANY, suffix=suffix
                )


def nested(depth: int) -> Any:
    """Return a response whose content is nested."""
    content: Any = "x"
    for _ in range(depth):
        content = [{"content": content}]
    return {"choices": [{"message": {"content": content}}]}


def encoded(times: int) -> str:
    """Return a row that is encoded as a JSON text several times."""
    made = ROW.decode()
    for _ in range(times):
        made = json.dumps(made)
    return made


def choices(count: int, content: str) -> dict[str, Any]:
    return {"choices": [{"message": {"content": content}}] * count}


CASES.add("a content of 150 levels", lambda _: ([nested(70)], {}), ANY)
CASES.add("a row encoded 14 times", lambda _: ([encoded(14)], {}), "", 1)
CASES.add("50,000 choices", lambda _: ([choices(50_000, ROW.decode())], {}), "", 50_000)
CASES.add("5,000 choices of almost-JSON", lambda _: ([choices(5_000, "{'a': 1,}")], {}), ANY)
CASES.add("a list of 100,000 texts", lambda _: (["no"] * 100_000, {}), "answer-without-rows", 0)
CASES.add(
    "a wrapper with 100,000 names", lambda _: ([{str(n): [] for n in range(100_000)}], {}), "answer-empty", 0
)
CASES.add("a wrapper with 100,000 rows", lambda _: ([{"a": [json.loads(ROW)] * 100_000}], {}), "", 1)
CASES.add("names of 1 MiB", lambda _: ([{"x" * (1 << 20): 1}], {}), "answer-without-rows", 0)
CASES.add(
    "an error of 1 MiB", lambda _: ([{"custom_id": "a", "error": "x" * (1 << 20)}], {}), "answer-failed", 0
)
CASES.add(
    "an id of 1 MiB", lambda _: ([{"custom_id": "x" * (1 << 20), "text": "no"}], {}), "answer-without-rows", 0
)

made = CASES.made


def report(data: Any, **options: Any) -> ki.Report:
    """Parse the answers of a case; return the report on them."""
    parsed = ki.parse(data, **options)
    assert parsed.report.rows == parsed.report.valid + len(parsed.failures) or not parsed.report.complete
    assert all("x_text" in row for row in parsed.rows)
    for failure in parsed.failures[:5]:
        failure.to_json().encode()
    return parsed.report

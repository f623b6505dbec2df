"""Measure `parse` of files against `orjson.loads` of their lines, in the same run; print ratios of rates."""

import json
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

import orjson

import kaiser_interview as ki

_ROWS = 20_000

_TURNS = 7


def _rows() -> list[str]:
    claims = ki.load("claims")
    rows = []
    for number in range(_ROWS):
        claim = claims[number % len(claims)]
        row = {"claim_id": claim.claim_id, "quote": claim.text, "translation": f"{claim.text_en} ({number})"}
        rows.append(json.dumps(row, ensure_ascii=False))
    return rows


def _forms() -> dict[str, list[str]]:
    """Return the lines of a file for each form, by name."""
    rows = _rows()
    fenced = [f"Here is the translation:\n\n```json\n{row}\n```\n\nLet me know." for row in rows]
    almost = [f"{row[:-1]},}}" for row in rows[:2000]]
    texts = [json.dumps(one, ensure_ascii=False) for one in fenced]
    responses = [
        f'{{"custom_id": "request-{number}", "response": {{"status_code": 200, "body": {{"choices": [{{'
        f'"message": {{"content": {text}}}, "finish_reason": "stop"}}]}}}}, "error": null}}'
        for number, text in enumerate(texts)
    ]
    return {
        "JSON Lines": rows,
        "fenced texts": texts,
        "batch results, fenced": responses,
        "almost-JSON": [json.dumps(one, ensure_ascii=False) for one in almost],
    }


def _peer(lines: list[bytes]) -> int:
    return len([orjson.loads(line) for line in lines])


def _rate(work: Callable[[], int]) -> float:
    start = process_time()
    count = work()
    return count / (process_time() - start)


def main() -> None:
    """Print the median ratio for each form."""
    validator = ki.Validator("translation")
    with tempfile.TemporaryDirectory() as folder:
        for name, texts in _forms().items():
            path = Path(folder) / "answers.jsonl"
            path.write_text("\n".join(texts), "utf-8")
            lines = [text.encode() for text in texts]
            assert len(validator.parse(path).rows) == len(lines)
            ratios, rates = [], []
            for _ in range(_TURNS):
                rate = _rate(lambda path=path: len(validator.parse(path).rows))  # type: ignore[misc]
                rates.append(rate)
                ratios.append(rate / _rate(lambda lines=lines: _peer(lines)))  # type: ignore[misc]
            rate = statistics.median(rates)
            print(f"{name:24} {statistics.median(ratios):.3f} of orjson.loads; {rate:,.0f} rows a second")


if __name__ == "__main__":
    main()

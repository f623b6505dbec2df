"""Compare libraries that read almost-JSON, on answers as models write them; print a table.

The texts are the cases below, and the answers in `tests/natural/raw` that `parse` repairs, without what is
before and after their brackets. A text is right if the library returns the intended value, wrong if it
returns another value, and refused if it raises.
"""

import importlib
import re
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import kaiser_interview as ki

_NATURAL = Path(__file__).parents[1] / "tests" / "natural" / "raw"

_ROW = {"claim_id": "d05-c03", "quote": "推理模型", "n": 1}

_CASES: dict[str, tuple[str, Any]] = {
    "trailing comma": ('{"claim_id": "d05-c03", "quote": "推理模型", "n": 1,}', _ROW),
    "single quotation marks": ("{'claim_id': 'd05-c03', 'quote': '推理模型', 'n': 1}", _ROW),
    "Python literals": ('{"a": None, "b": True}', {"a": None, "b": True}),
    "names without quotation marks": ('{claim_id: "d05-c03", quote: "推理模型", n: 1}', _ROW),
    "comment //": ('{"claim_id": "d05-c03", // the claim\n"quote": "推理模型", "n": 1}', _ROW),
    "comment #": ('{"claim_id": "d05-c03", # the claim\n"quote": "推理模型", "n": 1}', _ROW),
    "line end in a string": ('{"a": "一\n二"}', {"a": "一\n二"}),
    "quotation marks in a string": ('{"a": "他说"好"的", "n": 1}', {"a": '他说"好"的', "n": 1}),
    "apostrophe in a string": ("{'a': 'it's', 'n': 1}", {"a": "it's", "n": 1}),
    "invalid escape": (r'{"a": "\_b"}', {"a": r"\_b"}),
    "missing comma": ('{"a": 1\n"b": 2}', {"a": 1, "b": 2}),
    "comma missing between objects": ('[{"a": 1} {"a": 2}]', [{"a": 1}, {"a": 2}]),
    "text without quotation marks": ("{verdict: supported}", {"verdict": "supported"}),
    "two of these": ("{'a': None, b: [1, 2,],}", {"a": None, "b": [1, 2]}),
    "in prose": ('Here: {"a": 1,} Done.', {"a": 1}),
}

_LIBRARIES = {
    "json-repair": ("json_repair", "loads"),
    "json5": ("json5", "loads"),
    "pyjson5": ("pyjson5", "loads"),
    "dirtyjson": ("dirtyjson", "loads"),
    "demjson3": ("demjson3", "decode"),
    "hjson": ("hjson", "loads"),
}


def _plain(value: Any) -> Any:
    """Return a value in dictionaries and lists of Python."""
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _natural() -> list[tuple[str, list[Any]]]:
    """Return the natural answers that are almost JSON, each with its rows as `parse` reads them."""
    found = []
    for path in sorted(_NATURAL.glob("*.txt")):
        rows = [
            {name: row[name] for name in row if name[:2] != "x_"}
            for row in ki.parse(path).rows
            if "x_repaired" in row
        ]
        inner = re.search(r"[\[{].*[\]}]", path.read_text("utf-8"), re.DOTALL)
        if rows and inner:
            found.append((inner[0], rows))
    return found


def _rows(value: Any) -> list[Any]:
    """Return the rows in a value, as `parse` finds them."""
    rows = ki.parse([value]).rows
    return [{name: row[name] for name in row if name[:2] != "x_"} for row in rows]


def _outcome(read: Callable[[str], Any], text: str, is_intended: Callable[[Any], bool]) -> str:
    try:
        value = _plain(read(text))
    except Exception:  # noqa: BLE001 - any error is a refusal
        return "refused"
    return "right" if is_intended(value) else "wrong"


def main() -> None:
    """Print a row of the table for each library that is installed."""
    texts = [(text, lambda value, wanted=wanted: value == wanted) for text, wanted in _CASES.values()]
    texts += [(text, lambda value, wanted=rows: _rows(value) == wanted) for text, rows in _natural()]
    print(f"{len(_CASES)} cases and {len(texts) - len(_CASES)} natural answers")
    print("| library | version | right | wrong | refused |\n|---|---|--:|--:|--:|")
    for name, (module, function) in _LIBRARIES.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            continue
        read = getattr(importlib.import_module(module), function)
        outcomes = [_outcome(read, text, is_intended) for text, is_intended in texts]
        counts = [str(outcomes.count(one)) for one in ("right", "wrong", "refused")]
        print("|", " | ".join((name, found, *counts)), "|")


if __name__ == "__main__":
    main()

"""Lines that match no template, parsed and made columns of."""

import pytest

from kaiser_interview.validation.formats.json import parsed_batches
from kaiser_interview.validation.formats.json.line_batches import Lines
from kaiser_interview.validation.formats.json.parsed_batches import with_parsed

TYPES = {"id": "string", "n": "integer"}
LISTS = {"urls": "string", "sizes": "integer"}


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(parsed_batches, "_FEW", 1)


def read(*lines: str) -> tuple[dict[int, dict], list[int]]:
    """Return the rows that are taken, by their numbers, and the numbers of the lines that are left."""
    data = "".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape")
    taken = with_parsed(data, Lines(TYPES).read(data), TYPES, LISTS)
    rows = {}
    for numbers, batch in taken.batches:
        rows |= dict(zip(numbers.tolist(), batch.to_pylist(), strict=True))
    return rows, taken.rest.tolist()


def test_rows_with_lists_escapes_and_any_spacing_are_taken():
    rows, rest = read('{ "id" : "a\\"" , "urls" : ["x", "\\u00e9"], "sizes": [1, 2]}', '{"urls": [], "n": 1}')
    assert (rows, rest) == (
        {
            0: {"id": 'a"', "n": None, "sizes": [1, 2], "urls": ["x", "é"]},
            1: {"id": None, "n": 1, "sizes": None, "urls": []},
        },
        [],
    )


@pytest.mark.parametrize(
    "line",
    [
        '{"urls": ["a"], "urls": ["a"]}', '{"n": 1, "urls": [], "n": 1}', '{"x_a": {"b": 1, "b": 2}}', "",
        " ",
        '{"urls": [1]}', '{"n": NaN}', '{"n": 1e400}', "[]", "5", '{"urls": ["a"]} {}',
        '{"urls": ["\udcff"]}',
        '{"urls": ["\\ud800"]}', '{"other": []}', '{"x_a": []}', "\ufeff{}",
    ],
)  # fmt: skip
def test_other_lines_are_left(line):
    rows, rest = read('{"urls": ["a"]}', line, '{"urls": ["b"]}')
    assert ({number: row["urls"] for number, row in rows.items()}, rest) == ({0: ["a"], 2: ["b"]}, [1])


def test_few_lines_are_left(monkeypatch):
    monkeypatch.setattr(parsed_batches, "_FEW", 3)
    assert read('{"urls": ["a"]}', "", '{"urls": ["b"]}') == ({}, [0, 1, 2])


def test_no_lines_are_left():
    assert read('{"urls": [], "urls": []}') == ({}, [0])

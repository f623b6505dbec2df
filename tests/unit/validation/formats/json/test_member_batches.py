"""Lines that are read by their keys."""

import pytest

from kaiser_interview.validation.formats.json import line_batches
from kaiser_interview.validation.formats.json.line_batches import Lines

TYPES = {"id": "string", "n": "integer", "p": "number", "b": "boolean"}


@pytest.fixture(autouse=True)
def by_keys_only(monkeypatch):
    monkeypatch.setattr(line_batches, "_FEW", 1)
    monkeypatch.setattr(line_batches, "_NEW", 0)


def read(*lines: str) -> tuple[dict[int, dict], list[int]]:
    """Return the rows that are taken, by their numbers, and the numbers of the lines that are left."""
    data = "".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape")
    taken = Lines(TYPES, ["urls"]).read(data)
    rows = {}
    for numbers, batch in taken.batches:
        rows |= dict(zip(numbers.tolist(), batch.to_pylist(), strict=True))
    return rows, taken.rest.tolist()


def test_rows_with_different_keys_in_any_order_are_taken():
    rows, rest = read(
        '{"id":"é","n":12,"p":0.5,"b":true,"x_a":"x"}',
        '{"x_a": "y, \':[", "urls": ["u", "v"], "id": ""}',
        ' {"urls":[],"p":null,"id":null}',
        '{"n":-7,"urls":["w"]}',
    )
    none = dict.fromkeys(["id", "n", "p", "b", "urls", "x_a"])
    assert rest == []
    assert rows == {
        0: none | {"id": "é", "n": 12, "p": 0.5, "b": True, "x_a": "x"},
        1: none | {"x_a": "y, ':[", "urls": ["u", "v"], "id": ""},
        2: none | {"urls": []},
        3: none | {"n": -7, "urls": ["w"]},
    }


@pytest.mark.parametrize(
    "line",
    [
        "", "{}", "5", '"id"', '["id"]', '{"id"}', '{"id":}', '{"id": }', '{"id":"a"', '"id":"a"}',
        '{"id":"a",}',
        '{,"id":"a"}', '{"id":"a"}}', '{{"id":"a"}', '{"id":"a"} {"id":"b"}', '{"id":"a"},{"id":"b"}',
        '{"id":"a" }', '{ "id":"a"}', '{"id" :"a"}', '{"id":  "a"}', '{"id":"a","id":"b"}',
        '{"id":"a","id":null}',
        '{"id":"a" "n":1}', '{"id":"a";"n":1}', '{"id":"a"n":1}', '{"id":"a"x,"n":1}', '{"id":"n":1}',
        '{"n":1,2,"id":"a"}', '{"n":01}', '{"n":1.0}', '{"n":"1"}', '{"n":true}', '{"n":[]}',
        '{"n":9007199254740993}', '{"n":9007199254740992}', '{"p":9007199254740992}', '{"p":-1e16}',
        '{"n":NaN}', '{"p":1e400}', '{"p":"x"}', '{"b":1}', '{"id":1}', '{"id":["a"]}', '{"id":{"n":1}}',
        '{"n":' + "1" * 40 + "}", '{"urls":"a"}', '{"urls":[1]}', '{"urls":["a",1]}', '{"urls":[1,"a"]}',
        '{"urls":["a",1,"b"]}', '{"urls":["a" ,"b"]}', '{"urls":["a","b"}', '{"urls":["a"]]}',
        '{"urls":[["a"]]}',
        '{"urls":["a"],"urls":[]}', '{"urls":[ ]}', '{"urls":["a","b"],["c"]}', '{"other":"a"}', '{"x_a":1}',
        '{"x_a":[]}', '{"id":"\\u0061"}', '{"id":"\t"}', '{"id":"\udcff"}', '{"id":"a"}\r', '{"id":"a',
        '{id":"a"}',
    ],
)  # fmt: skip
def test_other_lines_are_left(line):
    good = '{"id":"g","urls":["u"]}'
    row = {"id": "g", "urls": ["u"]}
    rows, rest = read(good, line, good)
    taken = {
        number: {name: value for name, value in one.items() if value is not None}
        for number, one in rows.items()
    }
    assert (taken, rest) == ({0: row, 2: row}, [1])


def test_the_number_of_names_that_start_with_x_is_limited(monkeypatch):
    monkeypatch.setattr("kaiser_interview.validation.formats.json.member_batches._EXTRA", 1)
    rows, rest = read('{"x_a":"a"}', '{"x_b":"a"}', '{"x_a":"b"}')
    assert len(rows) == 2
    assert len(rest) == 1


@pytest.mark.parametrize("line", ['{"id":"\\\\"}', '{"id":1}', '{"other":"a"}'])
def test_a_batch_may_be_empty(line):
    assert read(line) == ({}, [0])

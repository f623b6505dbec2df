"""Elements of an array that are found many at once."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaiser_interview.validation.formats.json.elements import elements_of, lines_of

LONGEST = 50


def found(text: bytes) -> tuple[list[bytes], bool]:
    """Return the elements at the start of a text, and whether the search reached its end."""
    one = elements_of(text, longest=LONGEST)
    spans = [*zip(one.starts.tolist(), one.ends.tolist(), strict=True)]
    assert len(one.commas) == max(len(spans) - 1, 0)
    for comma, (_, end), (start, _) in zip(one.commas.tolist(), spans, spans[1:], strict=False):
        assert text[comma : comma + 1] == b","
        assert end <= comma < start
    return [text[start:end] for start, end in spans], one.all_read


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        (b"{}", [b"{}"]),
        (b'{"a":1},{"b":[{}, {}]} ,\r\n\t[1, 2] ]', [b'{"a":1}', b'{"b":[{}, {}]}', b"[1, 2]"]),
        (b'{"a":"}, {"},{"b":"[\\""}', [b'{"a":"}, {"}', b'{"b":"[\\""}']),
        (b'{"a":"\\\\"},{"b":"\\\\\\""}', [b'{"a":"\\\\"}', b'{"b":"\\\\\\""}']),
        (b'{"a":"|\\\\{"}, {', [b'{"a":"|\\\\{"}']),
        (b'{}], {"a": \\', [b"{}"]),
        (b'{"a":"\\', []),
        (b'{"a":', []),
        (b"{}  ", [b"{}"]),
        (b"{]", [b"{]"]),  # which brackets fit is left to the parser
    ],
)
def test_whole_elements_are_found(text, elements):
    assert found(text)[0] == elements


@pytest.mark.parametrize(
    "rest",
    [
        b", 5, {}", b', "a", {}', b"{}", b" {}", b",, {}", b", ,{}", b"; {}", b"," + b" " * 64 + b"{}",
        b',{"a":"' + b"x" * LONGEST + b'"}', b", \\ {}",
    ],
)  # fmt: skip
def test_the_search_stops_unless_one_comma_separates_elements(rest):
    assert found(b"[1], {}" + rest) == ([b"[1]", b"{}"], False)


def test_the_end_of_the_array_or_text_ends_the_search():
    for rest in (b"", b"]", b", ", b', {"a', b"] x"):
        assert found(b"{},{}" + rest) == ([b"{}", b"{}"], True)


def test_a_first_element_that_is_too_long_is_not_taken():
    assert found(b'{"a":"' + b"x" * LONGEST + b'"},{}') == ([], False)


values = st.recursive(
    st.none() | st.integers() | st.text() | st.sampled_from(["}, {", '\\"', "[", "\\", "|"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.lists(st.lists(values) | st.dictionaries(st.text(), values), min_size=1),
    st.sampled_from([None, 0, 2]),
    st.booleans(),
)
def test_elements_of_any_array(rows, indent, escaped):
    text = json.dumps(rows, indent=indent, ensure_ascii=escaped).encode()
    text = text[1:].lstrip()
    one = elements_of(text, longest=1 << 20)
    spans = zip(one.starts.tolist(), one.ends.tolist(), strict=True)
    assert one.all_read
    assert [json.loads(text[start:end]) for start, end in spans] == rows
    lines = lines_of(text[: one.ends[-1]], one.commas)
    assert len(lines) == one.ends[-1]
    assert [json.loads(line) for line in lines.split(b"\n")] == rows

"""A repair of almost-JSON changes nothing but punctuation, or is refused."""

import json

import pytest
from fuzz.outputs import strings_in
from hypothesis import given
from hypothesis import strategies as st

from kaiser_interview.raw_output.almost_json import repaired


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1,}', {"a": 1}),
        ("{'a': 'b', 'c': None, 'd': True, 'e': False}", {"a": "b", "c": None, "d": True, "e": False}),
        ('{a: "b", c: supported}', {"a": "b", "c": "supported"}),
        ('{"id": d05-c03, "x": 1}', {"id": "d05-c03", "x": 1}),
        ('{"a": "b" // why\n, "c": [1, 2,], # and\n /* how */ "d": {}}', {"a": "b", "c": [1, 2], "d": {}}),
        ('{"a": "一\n二"}', {"a": "一\n二"}),
        ('{"a": "他说"好"的", "b": 1}', {"a": '他说"好"的', "b": 1}),
        ("{'a': 'it's', \"b\": 'say \"hi\"'}", {"a": "it's", "b": 'say "hi"'}),
        ('{"a": 1\n "b": -2.5e3}', {"a": 1, "b": -2500.0}),
        ('[{"a": 1} {"a": 2}]', [{"a": 1}, {"a": 2}]),
        ('{"a"："b"，"c"：1}', {"a": "b", "c": 1}),
        ('{"a": "他说"好"，走",}', {"a": '他说"好"，走'}),
        ('{"a": "，走", "b": "：", }', {"a": "，走", "b": "："}),
        ("{'a': 'AT&amp;T &quot;x'}", {"a": "AT&amp;T &quot;x"}),
        (r'{"a": "\u4e2d\u6587 \_x \n\"", }', {"a": '中文 \\_x \n"'}),
        ('{"a": "“推理”",}', {"a": "“推理”"}),
    ],
)
def test_punctuation_is_repaired(text, value):
    assert repaired(text) == value


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "b}',  # an end of a string is missing
        '{"a": "b, "c": "d"}',
        '{"a": "x", "a": "y"}',  # one of two equal keys would be dropped
        '[{"a": 1},\n...\n]',  # rows are left out
        '[{"a": 1}, … ]',
        '{"a": "他说"好", 走", "b": 1}',  # a string could end earlier
        '{"a": "b"；"c": 1}',
        '{"a": undefined,}',
        '{"a": NaN,}',
        '{"a": 1e999,}',
        '{"a": 01,}',
        '{"a": """long"""}',
        "{“a”: “b, c”, “d”: 1}",
        '{"a": `x`}',
        '{"a": 1} and more}',
        "{" * 3000 + "}" * 3000,
        '{"claim_id": "d05-c03"\ntranslation: "A"}',
        '{"claim_id": "d05-c03" translation: "A"}',
        '["a"、"b"]',
        '{"a": "A" + "B"}',
        '{"a": "A" "B"}',
        '{"a": -1e400,}',
        "not JSON",
    ],
)
def test_a_repair_that_could_change_content_is_refused(text):
    assert repaired(text) is None


PRINTABLE = st.text(st.characters(exclude_categories=("C", "Zl", "Zp", "Zs")), max_size=12)
SCALARS = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | PRINTABLE
VALUES = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PRINTABLE, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(PRINTABLE, VALUES, max_size=4)
DAMAGES = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from(list("\"'{}[],:\\\n \t，“”#/x1")) | st.just(""))
)


@given(OBJECTS, DAMAGES)
def test_damaged_json_keeps_its_content(value, damages):
    text = json.dumps(value, ensure_ascii=False)
    for at, mark in damages:
        place = at % (len(text) + 1)
        text = text[:place] + mark + text[place + (mark == "") :]
    result = repaired(text)
    if result is not None:
        # Whatever comes out, its texts are in the text, spelled as JSON or as they are.
        for one in strings_in(result):
            assert is_in(one, text), (one, text)


def is_in(one, text):
    """Return whether a text occurs; if there are escapes, it may be spelled in many ways."""
    plain = text.replace("\\", "").replace("，", ",")
    spelled = json.dumps(one, ensure_ascii=False)[1:-1].replace("\\", "")
    return (
        spelled in plain or one.replace("\\", "").replace("，", ",") in plain or "\\u" in text or "\\" in text
    )


@given(OBJECTS)
def test_sloppy_json_is_read_as_its_value(value):
    assert repaired(sloppy(value)) in (None, value)


def sloppy(value):
    """Write a value with single quotation marks, trailing commas and the literals of Python."""
    if isinstance(value, dict):
        return "{" + "".join(f"{sloppy(name)}: {sloppy(one)},\n" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + "".join(f"{sloppy(one)}, " for one in value) + "]"
    return repr(value)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z_]{1,8}", fullmatch=True),
        st.from_regex(r"[a-z ，。推理]{0,9}", fullmatch=True),
        min_size=1,
    )
)
def test_plain_sloppy_json_is_always_read(value):
    assert repaired(sloppy(value)) == value


@pytest.mark.parametrize("error", [AssertionError, IndexError, RecursionError, ValueError])
def test_an_error_of_the_library_is_no_repair(monkeypatch, error):
    def fail(_: str) -> None:
        raise error

    monkeypatch.setattr("json_repair.loads", fail)
    assert repaired('{"a": 1,}') is None

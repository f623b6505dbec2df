r"""Characters that cannot be seen: escaped in words, raw in data, JSON's own escapes in JSON."""

import json
import unicodedata

import pytest
from hints import hint
from hypothesis import given
from hypothesis import strategies as st

import kaiser_interview as ki
from kaiser_interview.render.machine import github, jsonl
from kaiser_interview.validation.findings.display import (
    _DOUBTFUL,
    _is_visible,
    cut,
    encodable,
    json_text,
    look_different,
    shown,
    visible,
)
from kaiser_interview.validation.findings.finding import Fault, Located

LABEL = {"scheme": "topic", "value": "memory", "method": "human", "creator": "me"}
HIDDEN = {
    "zero-width space": ("d05\u200b-c03", "d05\\u200b-c03"),
    "byte order mark": ("d05-c03\ufeff", "d05-c03\\ufeff"),
    "soft hyphen": ("d05\u00ad-c03", "d05\\u00ad-c03"),
    "override": ("d05\u202e-c03", "d05\\u202e-c03"),
    "left-to-right mark": ("d05-c03\u200e", "d05-c03\\u200e"),
    "no-break space": ("d05-c03\u00a0", "d05-c03\\u00a0"),
    "ideographic space": ("d05-c03\u3000", "d05-c03\\u3000"),
    "tag": ("d05-c03\U000e0041", "d05-c03\\U000e0041"),
    "selector": ("d05-c03\ufe0f", "d05-c03\\ufe0f"),
    "ideographic selector": ("葛\U000e0100城", "葛\\U000e0100城"),
    "mark on nothing": ("\u0301d05", "\\u0301d05"),
    "mark on what is escaped": ("\u200b\u0301", "\\u200b\\u0301"),
    "joiner between Latin letters": ("d05\u200dc03", "d05\\u200dc03"),
    "joiner at the start": ("\u200d🔥", "\\u200d🔥"),
    "non-joiner at the end": ("می\u200c", "می\\u200c"),
    "selector on a letter": ("x\ufe0f", "x\\ufe0f"),
    "Hangul filler": ("d05\u3164", "d05\\u3164"),
    "blank Braille": ("d05\u2800", "d05\\u2800"),
    "private": ("d05\ue000", "d05\\ue000"),
    "surrogate": ("d05\udcff", "d05\\udcff"),
    "line separator": ("a\u2028b", "a\\u2028b"),
    "controls": ("a\n\t\x7f\x85b", "a\\u000a\\u0009\\u007f\\u0085b"),
    "Mongolian selector on Latin": ("a\u180b", "a\\u180b"),
    "tags without an end": ("🏴\U000e0067\U000e0062", "🏴\\U000e0067\\U000e0062"),
    "selector at the start": ("\ufe0f1", "\\ufe0f1"),
}
READABLE = [
    "👨‍👩‍👧 ❤️‍🔥 👩🏽‍🚀 🏳️‍🌈 🙂‍↔️",
    "1️⃣ #️⃣ ©️ ℹ️ ‼️ 〰️",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "🇩🇪",
    "می\u200cخواهم",
    "क\u094d\u200dष क\u094d\u200d",
    "שָׁלוֹם",
    "مُحَمَّد ۝ \u06dd",
    "ᠠ\u180b",
    "e\u0301 한글 日本語 ไทย",
    "é “x” – … ① ½",
    "\U0001fae8",
]  # fmt: skip


@pytest.mark.parametrize(("text", "escaped"), HIDDEN.values(), ids=[*HIDDEN])
def test_invisible_characters_are_escaped(text, escaped):
    assert visible(text) == escaped
    assert visible(visible(text)) == escaped


@pytest.mark.parametrize("text", READABLE)
def test_ordinary_writing_stays_readable(text):
    assert visible(text) == text
    assert shown(text) == f'"{text}"'


@given(st.text())
def test_only_spaces_of_one_kind_and_seen_characters_are_left(text):
    left = visible(text)
    for mark in left:
        category = unicodedata.category(mark)
        assert category not in {"Cc", "Cs", "Co", "Zl", "Zp"}, hex(ord(mark))
        assert category != "Zs" or mark == " "
    assert visible(left) == left
    assert visible(text, strict=True) == visible(visible(text, strict=True), strict=True)


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_programs_read_the_original_values_from_json(value):
    assert json.loads(json_text(value)) == value
    assert json.loads(json_text(value, indent=2)) == value


def test_characters_that_are_not_looked_up_are_always_seen():
    sure = (mark for mark in map(chr, range(0x110000)) if not _DOUBTFUL.match(mark) and mark != "\n")
    assert [hex(ord(mark)) for mark in sure if not _is_visible("", mark, "")] == []


@pytest.mark.parametrize(
    ("got", "other", "apart"),
    [
        ('"cafe\u0301"', "caf\u00e9", False),
        ('"caf\u00e9"', "did you mean cafe\u0301?", False),
        ('"می\u200cشود"', "میشود", False),
        ('"\u212b"', "\u00c5", False),
        ('"한"', "\u1112\u1161\u11ab", False),
        ('"café"', "café", True),
        ('"a"', "b", True),
        ('"é"', "b", True),
    ],
)
def test_whether_texts_look_different(got, other, apart):
    assert look_different(got, other) is apart
    found = Located(Fault("bad-format", (), other, got)).finding()
    assert (found.got, found.expected) == (got, other) or not apart
    assert look_different(found.got, found.expected)


def test_every_format_shows_invisible_characters_and_keeps_data_raw():
    row = LABEL | {"claim_id": "d05-c03", "id": "a\u200bb", "x\u00adfield": 1}
    report = ki.validate([row], kind="label")
    (field,) = (one for one in report.sample if one.code == "unknown-field")
    assert field.path == ("x\u00adfield",)
    assert (field.id, field.got) == ("a\u200bb", '"x\\u00adfield"')
    for text in (str(field), str(report), "\n".join(github(report)), *jsonl(report), report.to_json()):
        assert "\u00ad" not in text
        assert "\u200b" not in text
    assert json.loads(field.to_json())["id"] == "a\u200bb"
    assert json.loads(field.to_json())["path"] == "/x\u00adfield"


def test_a_suggestion_names_a_letter_of_another_script():
    words = {"claim_id": "d05-с03", "value": "mеmory"}
    report = ki.validate([LABEL | words], kind="label")
    assert {hint(one) for one in report.sample} >= {"did you mean d05-c03? the given text contains U+0441"}
    (found,) = ki.validate([LABEL | {"claim_id": "d05-c03", "value": "mеmory"}], kind="label").sample
    assert hint(found) == "did you mean memory? the given text contains U+0435"


def test_data_fields_can_be_encoded():
    assert encodable("a\udcffb\u200b") == "a\\udcffb\u200b"
    assert cut("x" * 81) == "x" * 79 + "…"
    report = ki.validate([LABEL | {"claim_id": "d05-c03", "\udcff": 1, "id": "\udcff"}], kind="label")
    assert report.sample_to_arrow()["path"].to_pylist().count("/\\udcff") >= 1

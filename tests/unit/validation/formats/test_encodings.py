"""Detection of encodings: uses the whole file, suggests a conversion, never one that loses data."""

import pytest
from hints import hint
from hypothesis import given
from hypothesis import strategies as st

import kaiser_interview as ki
from kaiser_interview.validation.formats.encodings import encoding_hint, is_utf8

CHINESE = "语言在时间维度上，模型不增加参数数量。"
WESTERN = "Le modèle n’a pas été entraîné à présent. "


def names(data: bytes) -> str:
    hint = encoding_hint(data)
    return "" if hint is None else hint.removeprefix("it may be ").partition(";")[0]


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (CHINESE, "gb18030", "GB18030"),
        ("語言在時間維度上，模型不增加參數數量。推理是關鍵。", "big5", "Big5"),
        ("これは日本語のテキストです。", "euc_jp", "EUC-JP"),
        ("これは日本語のテキストです。", "shift_jis", "Shift_JIS"),
        ("한국어 문장입니다. 모델은 추론을 합니다.", "euc_kr", "EUC-KR"),
    ],
)
def test_east_asian_encodings_are_offered(text, encoding, name):
    assert name in names(b'{"a": "%b"}' % text.encode(encoding)).split(" or ")


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (WESTERN, "cp1252", "windows-1252"),
        ("naïve", "latin-1", "windows-1252"),
        ("Straße über Größe, müde Bären", "latin-1", "windows-1252"),
        ("Модель не увеличивает число параметров.", "cp1251", "windows-1251"),
    ],
)
def test_text_of_one_byte_a_character_is_not_taken_for_chinese(text, encoding, name):
    assert names(text.encode(encoding)) == name


def test_one_damaged_character_does_not_make_another_encoding():
    for damaged in (CHINESE.encode() + b"\xff", WESTERN.encode() + "é".encode("latin-1") + b" "):
        assert encoding_hint(damaged) == (
            "most of the file is UTF-8; this character is damaged or in another encoding"
        )


def test_bytes_of_no_known_encoding_have_no_hint():
    assert encoding_hint(b"\x81\x81\x20\x81 ") is None


@given(st.text(), st.integers(0, 3))
def test_utf8_has_no_hint_even_if_its_last_character_is_cut(text, cut):
    data = text.encode("utf-8", "ignore")
    start = data[: len(data) - cut]
    assert (encoding_hint(start), is_utf8(start)) == (None, True)


@given(st.binary())
def test_a_suggested_conversion_writes_to_a_pipe(data):
    hint = encoding_hint(data) or ""
    assert ">" not in hint
    assert "-o" not in hint
    assert len(hint) <= 400


def test_a_file_is_validated_as_a_whole(tmp_path):
    row = '{"claim_id": "d05-c03", "language": "fr", "translation": "%s"}\n'
    path = tmp_path / "rows.jsonl"
    # One row alone could be GB18030.
    path.write_bytes((row % "naïveté" + row % WESTERN).encode("cp1252"))
    report = ki.validate(path, kind="translation")
    assert {one.code for one in report.sample} == {"not-utf8"}
    assert {hint(one).partition(";")[0] for one in report.sample} == {"it may be windows-1252"}
    assert {hint(one) for one in report.iter_findings()} == {hint(one) for one in report.sample}
    path.write_bytes(b"\xef\xef\n")
    (found,) = (one for one in ki.validate(path, kind="translation").sample if one.code == "not-utf8")
    assert hint(found) is None or hint(found).startswith("it may be ")

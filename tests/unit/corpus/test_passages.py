"""`find` in the shipped release: exact, then without markers, typography and case, then nearest."""

import random

import pytest

import kaiser_interview as ki
from kaiser_interview.corpus.differences import Change, changes
from kaiser_interview.corpus.search import LONGEST

SOURCE = ki.source().text


def reported(text):
    return [(match.how, match.record, match.record_id, match.of) for match in ki.find(text)]


def test_every_exact_match_in_order():
    found = ki.find("推理模型")
    assert [match.how for match in found] == ["exact"] * len(found)
    starts = [at for at in range(len(SOURCE)) if SOURCE.startswith("推理模型", at)]
    assert [match.start for match in found] == starts
    assert all(SOURCE[match.start : match.end] == match.text == "推理模型" for match in found)
    assert found[-1].record == "headline"


@pytest.mark.parametrize("claim", ki.load(), ids=lambda claim: claim.claim_id)
def test_every_claim_is_found_in_both_languages(claim):
    (match,) = ki.find(claim.text)
    assert (match.how, match.record_id, match.start, match.end) == (
        "exact", claim.claim_id, claim.start, claim.end
    )  # fmt: skip
    (match,) = ki.find(claim.text_en)
    assert (match.how, match.of, match.start, match.end) == ("exact", "text_en", 0, len(claim.text_en))


def test_a_claim_is_quotable_with_its_markers():
    assert reported("组成部分 [6][7]") == [("exact", "claim", "d01-c01", "text")]


@pytest.mark.parametrize("dialogue", ki.load("dialogues"), ids=lambda one: one.dialogue_id)
def test_headings_are_found(dialogue):
    assert ("exact", "heading", dialogue.dialogue_id, "text") in reported(dialogue.title)
    assert ("exact", "heading", dialogue.dialogue_id, "text_en") in reported(dialogue.title_en)


@pytest.mark.parametrize("text", ["组成部分[6]", "组成部分[6][7]", "组成部分 [6] [7]", "组成部分 [6][7][8]"])
def test_a_text_that_differs_only_in_markers(text):
    (match,) = ki.find(text)
    assert (match.how, match.record_id) == ("markers", "d01-c01")
    assert match.text == "组成部分"


@pytest.mark.parametrize(
    ("text", "text_in_source"),
    [
        ("训练语言数据非常方便，互联网", "训练语言数据非常方便,互联网"),
        ("大语言模型如 GPT-4 已经", "大语言模型如GPT-4已经"),
        ("ＧＰＴ－４已经", "GPT-4已经"),
        ("新的“巴别塔”", '新的"巴别塔"'),
        ("「推理模型还处于RNN的阶段」", "“推理模型还处于RNN的阶段”"),
        ("阶段”--李建忠", "阶段”——李建忠"),
        ("VQ–VAE编码器", "VQ-VAE编码器"),
        ("RL只得到\u200b一个奖励", "RL只得到一个奖励"),
        ("LoRA模块 ", "LoRA模块"),
        ("\u3000LoRA模块", "LoRA模块"),
    ],
)
def test_a_text_that_differs_only_in_typography(text, text_in_source):
    (match,) = ki.find(text)
    assert (match.how, match.text) == ("typography", text_in_source)
    assert SOURCE[match.start : match.end] == text_in_source
    made, at = "", match.start
    for change in match.changes:
        made += SOURCE[at : change.start] + change.text
        at = change.end
    assert made + SOURCE[at : match.end] == text


def test_a_dropped_negation_is_the_closest_passage_not_a_match():
    found = ki.find("推理模型增加参数数量")
    assert {match.how for match in found} == {"nearest"}
    assert found[0].record_id == "d05-c03"
    assert found[0].text == "推理模型不增加参数数量"
    at = ki.claim("d05-c03").start + 4
    assert found[0].changes == (Change(at, at + 1, "不", ""),)


@pytest.mark.parametrize("left_out", ["理型", "参数", "数数"])
def test_the_closest_passage_includes_omitted_words(left_out):
    whole = "推理模型不增加参数数量"
    text = whole
    for character in left_out:
        before, _, after = text.partition(character) if left_out == "理型" else text.rpartition(character)
        text = before + after
    found = ki.find(text)
    assert (found[0].how, found[0].text) == ("nearest", whole)


def test_changes_in_long_texts_are_as_few_as_in_short_ones():
    # Frequent characters are not ignored, as difflib does by default for more than 200 characters.
    text = "".join(random.Random(1).choices("的一是不了人我在", k=400))
    assert changes(text, f"{text[:100]}语{text[101:]}", 7) == (Change(107, 108, text[100], "语"),)


@pytest.mark.parametrize(
    ("text", "text_in_source"),
    [
        ("lora模块等经济方式", "LoRA模块等经济方式"),
        ("GPT—4 已经是多模态模型", "GPT-4已经是多模态模型"),
        ("gpt—4 已经是多模态模型", "GPT-4已经是多模态模型"),
        ("vq–vae编码器", "VQ-VAE编码器"),
    ],
)
def test_a_text_that_differs_only_in_case_and_typography(text, text_in_source):
    (match,) = ki.find(text)
    how = "case" if text.islower() else "typography"
    assert (match.how, match.text) == (how, text_in_source)
    assert SOURCE[match.start : match.end] == text_in_source


def test_matches_in_other_case_come_last():
    found = ki.find("reasoning models")
    assert [match.how for match in found] == ["exact", "case", "case", "case", "case"]
    assert found[0].record_id == "d08-c01"
    assert {match.text for match in found[1:4]} == {"Reasoning models"}


@pytest.mark.parametrize(
    ("passage", "text", "found"),
    [
        ("Die STRASSE am Fluss", "straße", ["STRASSE"]),
        ("Die Straße am Fluss", "STRASSE", ["Straße"]),
        ("Die Straße am Fluss", "SS", ["ß", "ss"]),
        ("Die Straße am Fluss", "S", ["S", "s", "s"]),  # not half of ß
        ("İstanbul, xİx", "i\u0307STANBUL", ["İstanbul"]),
        ("xİx", "XİX", ["xİx"]),
        ("xİx", "xi", []),
        ("ΟΔΟΣ ὁδος", "οδοσ", ["ΟΔΟΣ"]),
        ("Ǆ and ﬁsh", "FISH", ["ﬁsh"]),
    ],
)
def test_case_is_folded_with_the_original_offsets(passage, text, found):
    corpus = ki.Corpus.from_text(passage, unit="document")
    matches = [match for match in corpus.find(text) if match.how != "nearest"]
    assert sorted(match.text for match in matches) == sorted(found)
    assert all(passage[match.start : match.end] == match.text for match in matches)


def test_a_match_has_its_context():
    found = ki.find("reasoning models")[0]
    english = ki.claim("d08-c01").text_en
    assert found.prefix == english[found.start - 32 : found.start]
    assert found.suffix == english[found.end : found.end + 32]
    whole = ki.find(ki.claim("d01-c01").text_en)[0]
    assert (whole.prefix, whole.suffix) == ("", "")


@pytest.mark.parametrize(
    ("passage", "text", "expected"),
    [
        ("Tea is not fermented", "Tea is fermented", [("not ", "")]),
        ("It stays closed in winter.", "It stays open in winter.", [("closed", "open")]),
        ("The old man", "The young woman", [("old man", "young woman")]),
        ("The old man and the sea", "A old man or the sea", [("The", "A"), ("and", "or")]),
        ("推理模型不增加", "推理模型增加", [("不", "")]),
        ("模型如GPT和LoRA", "模型如GPT和LoRAs", [("LoRA", "LoRAs")]),
        ("cafe\u0301s", "cafés", [("cafe\u0301s", "cafés")]),
        ("กา กิ", "กา กี", [("กิ", "กี")]),
        ("कि मी", "कि मि", [("मी", "मि")]),
        ("\u0301a", "a", [("\u0301", "")]),
        ("", "a", [("", "a")]),
    ],
)
def test_words_differ_as_a_whole_in_scripts_with_spaces(passage, text, expected):
    assert [(change.passage, change.text) for change in changes(passage, text, 5)] == expected


def test_the_nearest_passage_begins_and_ends_with_whole_words():
    (match, *_) = ki.find("asoning models add many param")
    assert (match.how, match.text) == ("nearest", "Reasoning models add no parameters")
    assert [(change.passage, change.text) for change in match.changes] == [
        ("Reasoning", "asoning"), ("no parameters", "many param"),
    ]  # fmt: skip


def test_a_nearest_passage_may_cut_a_very_long_word():
    word = "".join(random.Random(1).choices("abcdefghijklmnop", k=400))
    (match,) = ki.Corpus.from_text(word, unit="document").find(f"{word[150:170]}x{word[171:190]}")
    assert (match.start, match.end) == (150, 190)


def test_the_passage_of_a_claim_has_its_markers():
    corpus = ki.Corpus.from_text("Tea [1]\nMate", unit="line", markers="printed")
    assert [claim.passage for claim in corpus.claims.values()] == ["Tea [1]", "Mate"]
    assert [claim.markers for claim in corpus.claims.values()] == ["[1]", ""]


def test_a_run_of_letters_that_is_no_word_differs_by_character():
    run = "abcdefgh" * 6
    assert changes(f"The {run}.", f"The {run[:30]}x{run[31:]}.") == (Change(34, 35, "g", "x"),)


def test_any_corpus_is_searched(tmp_path):
    corpus = ki.Corpus.from_text("Tea is a drink.", unit="line")
    corpus.to_files(tmp_path / "tea")
    found = corpus.find("drink")
    assert found == ki.find("drink", against=corpus) == ki.find("drink", against=tmp_path / "tea")
    assert [match.record_id for match in found] == ["c001"]
    with pytest.raises(ki.CorpusError, match="no such file"):
        ki.find("drink", against=tmp_path / "mate")


def test_a_text_similar_to_nothing():
    assert ki.find("zzzzqqqq") == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "text: expected a string, got NoneType"),
        (b"x", "text: expected a string, got bytes"),
        ("", "text: expected a text to find, got only white space"),
        (" \u3000\n", "text: expected a text to find, got only white space"),
        ("语" * (LONGEST + 1), "text: expected at most 4,000 code points, got 4,001"),
    ],
)
def test_texts_that_cannot_be_searched(text, message):
    with pytest.raises(ki.TextError) as caught:
        ki.find(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["语" * LONGEST, "\ud800", "\x00", "[1]", "...", "\u200b", "\u0301" * 4000])
def test_unusual_texts_are_searched(text):
    assert all(match.how for match in ki.find(text))

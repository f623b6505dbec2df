"""Findings about quotes: code, expected, got and suggestion, word for word."""

import json
import re
from pathlib import Path

import pytest
from hints import hint

import kaiser_interview as ki
from kaiser_interview.validation.findings.display import visible

CORPUS = ki.Corpus.from_files(Path(__file__).parents[3] / "corpus")
ROW = {"method": "model", "creator": "m", "verdict": "mixed", "urls": []}
# Of claim a-04, which begins at 94; the words are at 109. Before them are characters of three and of four
# bytes, of one and of two UTF-16 code units.
BENDS = "画出的弯道"
AT = "109 to 114"
WHOLE = "offsets from 0 to 223, with end greater than start"


def said(claim_id: str, quote: str, *offsets: int, of: str | None = None) -> list[tuple]:
    row = ROW | {"claim_id": claim_id, "quote": quote, "quote_of": of}
    row |= dict(zip(("quote_start", "quote_end"), offsets, strict=False))
    report = ki.validate([row], kind="verdict", against=CORPUS)
    return [(one.code, one.pointer, one.expected, one.got, hint(one)) for one in report.sample]


@pytest.mark.parametrize(
    ("offsets", "unit"),
    [
        ((15, 20), "relative to the claim"),
        ((110, 115), "1-based"),
        ((110, 114), "1-based, with an inclusive end"),
        ((109, 113), "0-based, with an inclusive end"),
        ((115, 120), "in UTF-16 code units"),
        ((49, 64), "in bytes, relative to the claim"),
        ((19, 24), "in UTF-16 code units, relative to the claim"),
    ],
)
def test_the_unit_that_would_explain_wrong_offsets_is_named(offsets, unit):
    got = "{} to {}".format(*offsets)
    suggestion = f"use {AT}: the given offsets are {unit}"
    assert said("a-04", BENDS, *offsets) == [("quote-misplaced", "/quote_start", AT, got, suggestion)]


def test_bytes_of_the_source_explain_offsets():
    source = CORPUS.claims["a-01"].source
    start = source.index("水声")
    first, last = (len(source[:end].encode()) for end in (start, start + 5))
    assert (start, first, last) == (23, 67, 82)
    assert said("a-01", "水声，清晨", first, last) == [
        (
            "quote-misplaced",
            "/quote_start",
            "23 to 28",
            "67 to 82",
            "use 23 to 28: the given offsets are in bytes",
        )
    ]


@pytest.mark.parametrize("offsets", [(0, 3), (108, 114), (109, 115), (94, 115)])
def test_wrong_offsets_of_unknown_unit_suggest_the_only_place(offsets):
    got = "{} to {}".format(*offsets)
    assert said("a-04", BENDS, *offsets) == [("quote-misplaced", "/quote_start", AT, got, f"use {AT}")]


def test_wrong_offsets_of_a_repeated_quote_have_no_suggestion():
    assert said("a-01", "像低语", 0, 3) == [
        ("quote-misplaced", "/quote_start", "28 to 31 or 35 to 38", "0 to 3", None)
    ]


def test_wrong_offsets_of_a_repeated_quote_are_explained_if_one_place_fits():
    assert said("a-01", "像低语", 9, 12) == [
        ("quote-misplaced", "/quote_start", "28 to 31 or 35 to 38", "9 to 12",
         "use 28 to 31: the given offsets are relative to the claim")
    ]  # fmt: skip


@pytest.mark.parametrize("offsets", [(5, 5), (6, 5), (0, 224), (224, 225)])
def test_offsets_out_of_range(offsets):
    got = "{} to {}".format(*offsets)
    assert said("a-04", BENDS, *offsets) == [("quote-out-of-range", "/quote_start", WHOLE, got, f"use {AT}")]
    # There is one suggestion only where there is one place.
    for quote in ("像低语", "zzzz"):
        assert said("a-01", quote, *offsets) == [("quote-out-of-range", "/quote_start", WHOLE, got, None)]


def test_the_last_offset_is_in_range():
    assert [one[0] for one in said("a-08", "zzzz", 222, 223)] == ["quote-not-found"]
    assert [one[0] for one in said("a-08", "zzzz", 0, 1)] == ["quote-not-found"]


def test_a_quote_that_occurs_twice_is_ambiguous():
    assert said("a-01", "像低语") == [
        ("quote-ambiguous", "/quote", "one occurrence in a-01", "2: 28 to 31 or 35 to 38",
         "set quote_start and quote_end, or quote more")
    ]  # fmt: skip
    assert said("a-01", "像低语", 28, 31) == said("a-01", "像低语", 35, 38) == []


def test_an_ambiguous_quote_names_three_places():
    # Places overlap, and three are named: "n" in Eins … drei.
    places = [248 + at for at, letter in enumerate("Eins und eins und eins ergibt drei.") if letter == "n"]
    three = " or ".join(f"{at} to {at + 1}" for at in places[:3])
    assert len(places) == 5
    assert said("b-05", "n") == [
        ("quote-ambiguous", "/quote", "one occurrence in b-05", f"5: {three} and 2 more",
         "set quote_start and quote_end, or quote more")
    ]  # fmt: skip
    assert len(said("b-05", "und")[0][3].split(" or ")) == 2


@pytest.mark.parametrize(("quote", "short"), [("水声，", True), ("川", True), ("水声，清", False)])
def test_quotes_without_offsets_under_four_code_points(quote, short):
    start = CORPUS.claims["a-01"].source.index(quote, 19)
    end = start + len(quote)
    expected = "at least 4 code points, or offsets"
    fault = (
        "quote-too-short",
        "/quote",
        expected,
        f'{len(quote)}: "{quote}"',
        f"set quote_start to {start} and quote_end to {end}",
    )
    assert said("a-01", quote) == ([fault] if short else [])
    assert said("a-01", quote, start, end) == []


@pytest.mark.parametrize(
    ("quote", "places"),
    [
        ("Le pont", "claim b-04 at 181 to 188"),
        ("河流不会记住", "claim a-03 at 77 to 83, claim a-05 at 131 to 137"),
        ("像低语", "claim a-01 at 28 to 31, claim a-01 at 35 to 38"),
        ("水的颜色", "heading r2 at 145 to 149"),
        ("手记：四季", "headline alpha at 3 to 8"),
        ("und", "claim b-05 at 253 to 256, claim b-05 at 262 to 265"),
        ("nie", "claim a-08 at 202 to 205, claim b-01 at 68 to 71"),
    ],
)
def test_a_misattributed_quote_names_its_places(quote, places):
    source = {one.source_id: one.source for one in CORPUS.claims.values()}
    for place in places.split(", "):
        _, name, _, start, _, end = place.split()
        assert source["alpha" if name[0] in "ar" else "beta"][int(start) : int(end)] == quote
    assert said("b-02", quote) == [
        ("quote-misattributed", "/quote", "a passage of b-02", f'"{quote}"', f"it occurs in {places}")
    ]


def test_a_quote_that_occurs_often_elsewhere_names_three_places():
    # The n of "Kanal nie" in alpha, and those of the claims and headings of beta that hold one.
    ((code, _, _, _, suggestion),) = said("a-03", "n")
    assert code == "quote-misattributed"
    assert re.fullmatch(
        r"it occurs in (claim [ab]-0[0-9] at [0-9]+ to [0-9]+, ){2}.* and ([0-9]+) more", suggestion
    )
    standing = [
        at
        for one in (*CORPUS.claims.values(), *CORPUS.headings)
        for at in range(len(one.text))
        if one.text.startswith("n", at)
    ]
    assert suggestion.endswith(f" and {len(standing) - 3} more")


def test_a_quote_that_differs_in_markers():
    # Text around the marker is found without it, and the suggestion has the characters of the source.
    assert said("b-01", "der Kanal nie.[1]") == [
        (
            "quote-markers-differ",
            "/quote",
            '"der Kanal nie."',
            '"der Kanal nie.[1]"',
            "exact text at 58 to 72: der Kanal nie.",
        )
    ]


def test_a_quote_that_differs_in_typography():
    own, words = "颜色（绿与灰）取决于光线……也取决于泥沙", "颜色(绿与灰)取决于光线...也取决于泥沙"
    assert said("a-06", words) == [
        ("quote-typography-differs", "/quote", f'"{own}"', f'"{words}"', f"exact text at 150 to 170: {own}")
    ]


def test_a_repeated_quote_in_other_typography_has_no_suggestion():
    assert said("b-03", "eau\u00a0du canal") == [
        (
            "quote-typography-differs",
            "/quote",
            "the text at 137 to 149 or 159 to 171",
            '"eau\\u00a0du canal"',
            None,
        )
    ]


@pytest.mark.parametrize(
    ("claim_id", "quote", "of", "suggestion"),
    [
        ("b-01", "the canal never", "text", "it occurs in the claim's text_en: set quote_of to text_en"),
        ("b-01", "der Kanal nie", "text_en", "it occurs in the claim's text: set quote_of to text"),
        ("a-05", "石头的重量由河流记住", "text",
         "closest passage (not a match): a-05, 120 to 130: 石头的重量由河⟦床→流⟧记住"),
        ("b-08", "石头的重量由河流记住", "text_en",
         "closest passage (not a match): a-05, 120 to 130: 石头的重量由河⟦床→流⟧记住"),
        ("a-05", "The terrace stays open in winter.", "text_en",
         "closest passage (not a match): b-08 in English, 0 to 35: "
         "The terrace stays ⟦closed→open⟧ in winter."),
        ("a-03", "𠮷野川的水声不像低语", "text",
         "closest passage (not a match): a-01, 19 to 31: 𠮷野川的水声⟦，清晨→不⟧像低语"),
        ("a-03", "zzzz", "text", None),
        ("a-03", "\u3000\u3000\u3000\u3000", "text", None),
    ],
)  # fmt: skip
def test_a_quote_that_is_not_found_has_the_closest_passage_as_a_hint(claim_id, quote, of, suggestion):
    expected = f"a passage of {claim_id}"
    if of == "text_en" and CORPUS.claims[claim_id].text_en is None:
        expected = f"a passage of {claim_id}, which has no English text in the corpus"
    got = f'"{visible(quote)}"'
    assert said(claim_id, quote, of=of) == [("quote-not-found", "/quote", expected, got, suggestion)]


@pytest.mark.parametrize(
    ("claim_id", "offsets", "of", "fault"),
    [
        ("a-04", (94, 119), None, None),
        ("a-04", (93, 119), None, ("quote-misplaced", "offsets within 94 to 119")),
        ("a-04", (94, 120), None, ("quote-misplaced", "offsets within 94 to 119")),
        ("a-04", (0, 3), None, ("quote-misplaced", "offsets within 94 to 119")),
        ("a-04", (5, 5), None, ("quote-out-of-range", WHOLE)),
        ("a-04", (0, 224), None, ("quote-out-of-range", WHOLE)),
        ("b-01", (0, 41), "text_en", None),
        (
            "b-01",
            (0, 42),
            "text_en",
            ("quote-out-of-range", "offsets from 0 to 41, with end greater than start"),
        ),
    ],
)
def test_offsets_without_a_quote_must_be_within_the_claim(claim_id, offsets, of, fault):
    row = (
        ROW
        | {"claim_id": claim_id, "quote_of": of}
        | dict(zip(("quote_start", "quote_end"), offsets, strict=True))
    )
    found = ki.validate([row], kind="verdict", against=CORPUS).sample
    said = [(one.code, one.pointer, one.expected, one.got) for one in found]
    got = "{} to {}".format(*offsets)
    assert said == ([] if fault is None else [(fault[0], "/quote_start", fault[1], got)])


def test_only_quotes_up_to_the_limit_of_find_have_a_hint(tmp_path):
    text = "".join(chr(0x4E00 + number) for number in range(5000))
    (tmp_path / "s.txt").write_text(text, "utf-8")
    claim = {"claim_id": "c", "source_id": "s", "text": text, "start": 0, "end": 5000}
    (tmp_path / "claims.jsonl").write_text(json.dumps(claim), "utf-8")
    corpus = ki.Corpus.from_files(tmp_path)
    for length, hinted in ((4000, True), (4001, False)):
        row = ROW | {"claim_id": "c", "quote": "x" + text[1:length]}
        (found,) = ki.validate([row], kind="verdict", against=corpus).sample
        assert found.code == "quote-not-found"
        assert (hint(found) or "").startswith(f"closest passage (not a match): c, 0 to {length}: ⟦") is hinted
        assert (hint(found) is not None) is hinted


def test_quotes_of_the_english_are_checked_in_the_same_way():
    assert said("b-01", "the canal never", of="text_en") == []
    assert said("b-01", "the canal never", 25, 40, of="text_en") == []
    for offsets, suggestion in (
        ((25, 39), "use 25 to 40: the given offsets are 0-based, with an inclusive end"),
        ((26, 41), "use 25 to 40: the given offsets are 1-based"),
        ((0, 4), "use 25 to 40"),
    ):
        got = "{} to {}".format(*offsets)
        assert said("b-01", "the canal never", *offsets, of="text_en") == [
            ("quote-misplaced", "/quote_start", "25 to 40", got, suggestion)
        ]
    assert said("b-01", "the canal never", 25, 42, of="text_en") == [
        ("quote-out-of-range", "/quote_start", "offsets from 0 to 41, with end greater than start",
         "25 to 42", "use 25 to 40")
    ]  # fmt: skip
    assert said("b-02", "the canal never", of="text_en") == [
        ("quote-misattributed", "/quote", "a passage of b-02", '"the canal never"',
         "it occurs in claim b-01 at 25 to 40")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("of", "said"), [(None, "in English (quote_of: text_en)"), ("text_en", "in English")]
)
def test_the_closest_english_passage_suggests_quote_of(of, said):
    row = {"claim_id": "d05-c02", "quote": "large models can be distilled into tiny ones", "quote_of": of}
    row |= {"verdict": "mixed", "urls": [], "method": "human", "creator": "I"}
    (finding,) = ki.validate([row], kind="verdict").sample
    assert finding.code == "quote-not-found"
    assert hint(finding).startswith(f"closest passage (not a match): d05-c02 {said}, 96 to 143: ")


def test_a_quote_with_a_gap_names_the_places_of_its_parts():
    row = {"claim_id": "d05-c02", "quote": "预训练Scaling Law存在…可将大模型蒸馏成更小模型"}
    row |= {"verdict": "mixed", "urls": [], "method": "human", "creator": "I"}
    (finding,) = ki.validate([row], kind="verdict").sample
    assert finding.code == "quote-not-found"
    assert hint(finding) == (
        "a quote must be one passage without gaps: "
        "quote one part (1023 to 1039 or 1052 to 1064), or all of 1023 to 1064"
    )

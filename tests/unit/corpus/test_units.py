"""`Corpus.from_text`: any text, cut into claims at lines, list items, paragraphs or spans."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kaiser_interview as ki

NOTES = """\
# Notes on tea #

Tea is a drink.
It is older than coffee. [1][2]

## Sorts

- Green tea is not fermented [3, 4]
- Black tea is
  fermented fully (5)

  * Oolong is between.
Not in the list\r
1. White tea¹²
2) Yellow tea [^a]
"""


def texts(corpus):
    return [claim.text for claim in corpus.claims.values()]


def markers(corpus):
    return [claim.passage.removeprefix(claim.text).strip() for claim in corpus.claims.values()]


def test_lines():
    corpus = ki.Corpus.from_text(NOTES, unit="line", headings="markdown", markers="printed")
    assert texts(corpus) == [
        "Tea is a drink.", "It is older than coffee.", "- Green tea is not fermented", "- Black tea is",
        "fermented fully", "* Oolong is between.", "Not in the list", "1. White tea", "2) Yellow tea",
    ]  # fmt: skip
    assert markers(corpus) == ["", "[1][2]", "[3, 4]", "", "(5)", "", "", "¹²", "[^a]"]
    assert [*corpus.claims] == [f"c00{number}" for number in range(1, 10)]
    assert [(one.record_id, one.text, one.start) for one in corpus.headings] == [
        ("h001", "# Notes on tea", 0),
        ("h002", "## Sorts", NOTES.index("## Sorts")),
    ]
    above = [claim.columns["dialogue_id"] for claim in corpus.claims.values()]
    assert above == ["h001"] * 2 + ["h002"] * 7


def test_bullets():
    corpus = ki.Corpus.from_text(NOTES, unit="bullet", headings="markdown", markers="printed")
    assert texts(corpus) == [
        "Green tea is not fermented", "Black tea is\n  fermented fully",
        "Oolong is between.\nNot in the list", "White tea", "Yellow tea",
    ]  # fmt: skip
    assert texts(ki.Corpus.from_text("- a\n\nno item\n- b\n# no heading", unit="bullet")) == [
        "a",
        "b\n# no heading",
    ]
    assert texts(ki.Corpus.from_text("- a\n# - h\n- b", unit="bullet", headings="markdown")) == ["a", "b"]


def test_paragraphs():
    corpus = ki.Corpus.from_text(NOTES, unit="paragraph", headings="markdown", markers="printed")
    assert texts(corpus)[:2] == [
        "Tea is a drink.\nIt is older than coffee.",
        "- Green tea is not fermented [3, 4]\n- Black tea is\n  fermented fully",
    ]
    assert texts(ki.Corpus.from_text("a\nb\n \t\nc", unit="paragraph")) == ["a\nb", "c"]
    assert texts(ki.Corpus.from_text("a\n# h\nb", unit="paragraph", headings="markdown")) == ["a", "b"]
    assert texts(ki.Corpus.from_text("a\n# h", unit="paragraph", headings="markdown")) == ["a"]


def test_documents():
    corpus = ki.Corpus.from_text({"a": " one\n\ntwo ", "b": "three"}, unit="document")
    assert [(claim.claim_id, claim.source_id, claim.text) for claim in corpus.claims.values()] == [
        ("a-c001", "a", "one\n\ntwo"),
        ("b-c001", "b", "three"),
    ]
    assert corpus.sources == {"a": " one\n\ntwo ", "b": "three"}


def test_spans():
    assert texts(ki.Corpus.from_text("One. Two.", unit=[(5, 9), (0, 4)])) == ["Two.", "One."]
    corpus = ki.Corpus.from_text({"a": "xy", "b": "z"}, unit={"b": [(0, 1)], "a": [(0, 1), [1, 2]]})
    assert {claim.claim_id: claim.text for claim in corpus.claims.values()} == {
        "a-c001": "x", "a-c002": "y", "b-c001": "z",
    }  # fmt: skip
    # Claims have no white space around them.
    corpus = ki.Corpus.from_text(" a  b \n", unit=[(0, 3), (2, 4), (3, 7)])
    assert [(claim.text, claim.start, claim.end) for claim in corpus.claims.values()] == [
        ("a", 1, 2),
        ("b", 4, 5),
    ]


def test_a_function_returns_spans():
    corpus = ki.Corpus.from_text(
        "One. Two.", unit=lambda text: (one.span() for one in re.finditer(r"\w+\.", text))
    )
    assert texts(corpus) == ["One.", "Two."]


@pytest.mark.parametrize(
    "span", [(0, 0), (-1, 2), (0, 4), (2, 1), "ab", (0, True), (0, 1, 2), None, (0.0, 1)]
)
def test_other_spans_are_errors(span):
    with pytest.raises(ki.CorpusError, match="text: span: expected a pair from 0 to 3, got "):
        ki.Corpus.from_text("abc", unit=lambda _: [span])


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("1. Tea", "Tea"),
        ("1.2 Tea", "Tea"),
        ("IV. Tea", "Tea"),
        ("第三章 茶", "茶"),
        ("2、 茶", "茶"),
        ("Tea", None),
    ],
)
def test_numbered_headings(line, title):
    corpus = ki.Corpus.from_text(f"{line}\nText", unit="line", headings="numbered")
    assert [one.text for one in corpus.headings] == ([line] if title else [])
    assert len(corpus.claims) == (1 if title else 2)


def test_patterns():
    corpus = ki.Corpus.from_text(
        "TEA\nIt is hot <7><8>\nMore",
        unit="line",
        headings=re.compile("[A-Z]+"),
        markers=re.compile("<[0-9]>"),
    )
    assert (texts(corpus), markers(corpus)) == (["It is hot", "More"], ["<7><8>", ""])
    assert [one.text for one in corpus.headings] == ["TEA"]
    title = re.compile(r"== (.*) ==")
    corpus = ki.Corpus.from_text("== Tea ==\nHot", unit="line", headings=title)
    assert [one.text for one in corpus.headings] == ["== Tea"]


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("x [6]", "x"), ("x[6][7]", "x"), ("x [6, 7]", "x"), ("x [6，7]", "x"), ("x [6–8]", "x"),
        ("x (6)", "x"),
        ("x（6）", "x"), ("x⁶", "x"), ("x [^6]", "x"), ("x [6] y", "x [6] y"), ("[6]", "[6]"),
        ("x [ 6 ]", "x [ 6 ]"),
        ("x (see above)", "x (see above)"),
    ],
)  # fmt: skip
def test_markers(printed, text):
    corpus = ki.Corpus.from_text(printed, unit="line", markers="printed")
    assert texts(corpus) == [text]
    assert corpus.claim("c001").passage == printed
    assert texts(ki.Corpus.from_text(printed, unit="line")) == [printed]


@pytest.mark.parametrize(
    ("text", "options", "error", "message"),
    [
        (
            "a",
            {"unit": "sentence"},
            ki.UnknownNameError,
            "unit: expected one of line, bullet, paragraph, document",
        ),
        ("a", {"unit": "lines"}, ki.UnknownNameError, "did you mean line?"),
        (
            "a",
            {"unit": "line", "headings": "html"},
            ki.UnknownNameError,
            "headings: expected one of markdown, ",
        ),
        ("a", {"unit": "line", "markers": "[6]"}, ki.UnknownNameError, "markers: expected one of printed"),
        (" \n", {"unit": "line"}, ki.CorpusError, "text: text: expected at least one line, got none"),
        ("a", {"unit": "bullet"}, ki.CorpusError, "expected at least one bullet, got none"),
        ("", {"unit": "document"}, ki.CorpusError, "expected at least one document, got none"),
        (
            b"a",
            {"unit": "line"},
            ki.InputError,
            "text: expected a str or a mapping, got bytes; read files first",
        ),
        (
            {"a": b"x"},
            {"unit": "line"},
            ki.InputError,
            "text: expected a mapping of str to str, got one of str to bytes",
        ),
        ("a", {"unit": lambda _: []}, ki.CorpusError, "expected at least one span, got none"),
        ("a b", {"unit": [(1, 2)]}, ki.CorpusError, "expected at least one span, got none"),
        (
            {"a": "x", "b": "y"},
            {"unit": {"a": [(0, 1)]}},
            ki.CorpusError,
            "b: text: expected at least one span",
        ),
        ({"a": "x"}, {"unit": {"A": [(0, 1)]}}, ki.UnknownNameError, "source: expected one of a, got 'A'"),
        (
            {"a": "x", "b": "y"},
            {"unit": [(0, 1)]},
            ki.InputError,
            "unit: expected spans by source id, because there are several texts, got a list",
        ),
        (
            "a",
            {"unit": None},
            ki.UnknownNameError,
            "unit: expected one of line, bullet, paragraph, document, got None",
        ),
        ("a", {"unit": b"line"}, ki.UnknownNameError, "unit: expected one of line, bullet"),
        ("a", {"unit": 3}, ki.UnknownNameError, "unit: expected one of line, bullet"),
        ({}, {"unit": "line"}, ki.CorpusError, "text: expected at least one text, got none"),
        ("a\udc80", {"unit": "line"}, ki.CorpusError, "expected UTF-8, got byte 0xed"),
    ],
)
def test_errors(text, options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        ki.Corpus.from_text(text, **options)


def test_claims_are_looked_up_and_found():
    corpus = ki.Corpus.from_text(NOTES, unit="line", headings="markdown", markers="printed")
    assert corpus.claim("c002").text == "It is older than coffee."
    with pytest.raises(ki.UnknownNameError, match="did you mean c00"):
        corpus.claim("c02")
    (match,) = corpus.find("older than")
    assert (match.record_id, match.start, match.how) == ("c002", NOTES.index("older than"), "exact")
    assert corpus.find("older then coffee")[0].how == "nearest"


def test_rows_are_validated_against_a_text():
    corpus = ki.Corpus.from_text(NOTES, unit="line", headings="markdown", markers="printed")
    row = {"claim_id": "c003", "quote": "Green tea is not fermented", "verdict": "supported", "urls": []}
    with ki.Validator("verdict", against=corpus, defaults={"method": "human", "creator": "me"}) as validator:
        assert validator.check(row) == ()
        assert [one.code for one in validator.check(row | {"quote": "tea is fermented"})] == [
            "quote-not-found"
        ]
        assert validator.fix([row]).data[0]["quote_start"] == NOTES.index("Green tea")


PIECES = st.sampled_from(
    ["a", "语", "🧠", "é", " ", "\t", "\n", "\n\n", "\r\n", "- ", "1. ", "# ", "[6]", " (7)", "\u2028"]
)


@given(
    st.lists(PIECES, max_size=40).map("".join), st.sampled_from(["line", "bullet", "paragraph", "document"])
)
def test_claims_are_parts_of_the_text(text, unit):
    """Claims are in order, do not overlap, and lose nothing but headings and marks of lists."""
    try:
        corpus = ki.Corpus.from_text(text, unit=unit, headings="markdown", markers="printed")
    except ki.CorpusError:
        return
    at = 0
    for claim in corpus.claims.values():
        assert claim.start >= at
        assert claim.text == text[claim.start : claim.end] == claim.text.strip()
        at = claim.passage_end
    if unit == "document":
        assert "".join(claim.passage for claim in corpus.claims.values()) == text.strip()
    elif unit != "bullet":
        headings = "".join(line for line in text.split("\n") if re.fullmatch(r"# \s*.*", line.strip()))
        left = sum(len("".join(claim.passage.split())) for claim in corpus.claims.values())
        assert left >= len("".join(text.split())) - len("".join(headings.split())) - text.count("#")


@pytest.mark.parametrize(
    ("text", "heading", "sort"),
    [
        ("# #\nx", "# #", "markdown"),  # an empty title
        ("# Tea ##\nx", "# Tea", "markdown"),
        ("1.1 1\nx", "1.1 1", "numbered"),  # the title also occurs before its place
        (f"1{' ' * 1500}Tea\nx", f"1{' ' * 1500}Tea", "numbered"),
        ("Chapter\nx", "Chapter", re.compile("(#.*)|Chapter")),  # a group that does not take part
        ("==\nx", "==", re.compile("=(.*?)=")),
    ],
)
def test_headings_without_a_title_that_can_be_found(text, heading, sort):
    corpus = ki.Corpus.from_text(text, unit="line", headings=sort)
    assert [one.text for one in corpus.headings] == [heading]
    assert texts(corpus) == ["x"]


@pytest.mark.parametrize("rest", [" ", "#", " #", "\t"])
def test_long_headings_take_linear_time(rest):
    # A pattern that backtracks would take minutes.
    text = f"# a{rest * 400_000}b\nx"
    assert texts(ki.Corpus.from_text(text, unit="line", headings="markdown")) == ["x"]


@pytest.mark.parametrize(
    ("text", "printed"),
    [(f"x{' ' * 600}[1]", "[1]"), (f"x{'[12]' * 300}", "[12]" * 300), ("x [1]\u3000[2]", "[1]\u3000[2]")],
)
def test_markers_of_any_number_and_distance(text, printed):
    claim = ki.Corpus.from_text(text, unit="line", markers="printed").claim("c001")
    assert (claim.text, claim.passage) == ("x", text)
    assert claim.columns["markers"] == printed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"headings": 3}, "headings: expected a name or a compiled pattern of text, got 3"),
        (
            {"markers": re.compile(b"x")},
            "markers: expected a name or a compiled pattern of text, got re.compile(b'x')",
        ),
        (
            {"markers": re.compile("(?i)x")},
            "markers: expected a pattern with flags such as (?i:…), not (?i): ",
        ),
    ],
)
def test_other_headings_and_markers(options, message):
    with pytest.raises(ki.InputError, match=f"^{re.escape(message)}"):
        ki.Corpus.from_text("x", unit="line", **options)


def test_a_pattern_with_a_comment():
    marker = re.compile("<[0-9]>  # a marker", re.VERBOSE)
    assert texts(ki.Corpus.from_text("x <1>", unit="line", markers=marker)) == ["x"]

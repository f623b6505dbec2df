"""Fixes: values with exactly one possible value are written, and nothing else changes."""

import csv
import errno
import io
import json
import os
import random
import re
import unicodedata
from collections import Counter, OrderedDict, UserDict
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import datasets
import pytest
from scale import amount

import kaiser_interview as ki

CORPUS = ki.Corpus.from_files(Path(__file__).parents[2] / "corpus")
NOW = {name: claim.sha256 for name, claim in CORPUS.claims.items()}
(OLD,) = CORPUS.claims["b-02"].earlier
LATEST = "2.0.0"
BY = {"method": "model", "creator": "m"}
LABEL = {"scheme": "acme:stance", "value": "for"} | BY
CLAIM = ki.claim("d05-c03")
QUOTE = "推理模型不增加参数数量"
VERDICT = {"claim_id": "d05-c03", "quote": QUOTE, "verdict": "supported", "urls": []} | BY
FILLED = {
    "quote_start": 1072, "quote_end": 1083, "claim_sha256": CLAIM.claim_sha256, "release": ki.data_release
}  # fmt: skip
REFERENCE = {name: value for name, value in FILLED.items() if name != "release"}


def text(row: object) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def fix(tmp_path):
    """Return a function that fixes bytes or data and returns the result and the output."""

    def call(data: object, suffix: str = ".jsonl", **options: object) -> tuple[ki.Fixed, bytes]:
        if isinstance(data, bytes):
            (tmp_path / f"in{suffix}").write_bytes(data)
            data = tmp_path / f"in{suffix}"
        out = tmp_path / f"out{suffix}"
        fixed = ki.fix(data, output=out, **({"kind": "verdict"} | options))
        return fixed, out.read_bytes()

    return call


@pytest.fixture
def changes_of(fix):
    """Return a function that fixes one row against the test corpus and returns its changed fields."""

    def call(row: dict, kind: str = "label", **options: object) -> tuple[dict, dict[str, int]]:
        if kind == "label":
            row = LABEL | row
        fixed, out = fix(text(row) + b"\n", kind=kind, **({"against": CORPUS} | options))
        after = json.loads(out)
        # Kept fields keep their order, and added fields come after them.
        assert [*after][: len(row)] == [*row]
        assert {name: value for name, value in after.items() if name in row and row[name] is not None} == {
            name: value if name in {"quote", "quote_start", "quote_end", "references"} else row[name]
            for name, value in after.items()
            if name in row and row[name] is not None
        }
        assert {name for name in after if after[name] != row.get(name)} == {*fixed.changed}
        return {name: value for name, value in after.items() if row.get(name) != value}, dict(fixed.changed)

    return call


# What is filled in


def test_values_with_exactly_one_possibility_are_filled_in(fix):
    line = (
        b'{ "verdict":"supported","urls":[ ],"claim_id":"d05-c03",\t"quote":"\\u63a8\\u7406\\u6a21\\u578b", '
    )
    line += b'"x_n": 1.50e+02,"method":"human", "creator":"me" }  '
    fixed, out = fix(line + b"\n")
    assert out == line.rstrip(b"} ") + b", " + text(FILLED | {"quote_end": 1076})[1:] + b"  \n"
    assert fixed.changed == dict.fromkeys(FILLED, 1)
    assert (fixed.report.ok, fixed.report.rows_without_digest, fixed.report.counts) == (True, 0, ())


def test_the_report_is_on_the_output(fix, tmp_path):
    fixed, out = fix(
        text(VERDICT | {"quote_start": 0, "quote_end": 11}) + b"\n" + text(VERDICT | {"claim_id": "d99-c01"})
    )
    assert fixed.report == ki.validate(tmp_path / "out.jsonl", kind="verdict")
    assert fixed.report.inputs[0].name == str(tmp_path / "out.jsonl")
    assert fixed.report.inputs[0].bytes == len(out)
    assert [(one.code, one.row) for one in fixed.report.sample] == [("unknown-claim", 1)]
    assert fixed.changed == dict.fromkeys(FILLED, 1)


def test_rows_without_fixes_stay_byte_for_byte(fix):
    whole = text(VERDICT | FILLED)
    data = [
        whole,
        b"  " + whole.replace(b": ", b":") + b"\t",
        whole.replace(b"1072", b"1072 "),
        whole + b"\r",
        text(VERDICT | {"claim_id": "d99-c01"}),
        text(VERDICT | {"quote": "推理模型增加参数数量"}),
        b'{"claim_id": "d05-c03", "claim_id": "d05-c03"}',
        b'{"creator": "\xb4\xf3"}',
        b"[1]",
        b"null",
        b"{",
        text(VERDICT | FILLED | {"x_b": 1e300, "x_a": None, "claim_sha256": "0" * 64}),
    ]
    fixed, out = fix(b"".join(one + b"\n" for one in data))
    assert fixed.changed == {}
    assert out == b"".join(one + b"\n" for one in data)
    assert fixed.report.rows == len(data)


def test_defaults_fill_only_missing_fields(fix):
    given = {"method": "rule", "creator": "me", "language": "de", "confidence": 0.25}
    least = {"claim_id": "d05-c03", "translation": "…"}
    data = [
        least,
        least | {"method": None, "language": "fr"},
        least | given | {"confidence": 0},
        least | given | {"creator": ""},
    ]
    fixed, out = fix(b"\n".join(map(text, data)), kind="translation", defaults=given)
    after = [json.loads(line) for line in out.splitlines()]
    assert after[0] == least | given
    assert after[1] == least | given | {"language": "fr"}
    assert after[2] == least | given | {"confidence": 0}
    assert after[3]["creator"] == ""
    assert fixed.changed == {"method": 2, "creator": 2, "language": 1, "confidence": 2}


def test_every_sort_of_text_can_be_quoted(changes_of):
    # Markers as printed, and the English, whose offsets count in that string.
    assert changes_of({"claim_id": "b-04", "quote": "niches. [3] [4]"})[0] == {
        "quote_start": 232, "quote_end": 247, "claim_sha256": NOW["b-04"], "release": LATEST
    }  # fmt: skip
    assert changes_of({"claim_id": "a-02", "quote": "water levels", "quote_of": "text_en"})[0] == {
        "quote_start": 27, "quote_end": 39, "claim_sha256": NOW["a-02"], "release": LATEST
    }  # fmt: skip
    # Beyond the first plane, code points are neither bytes nor UTF-16 code units.
    assert changes_of({"claim_id": "a-04", "quote": "👩‍🔬画出"})[0] == {
        "quote_start": 106, "quote_end": 111, "claim_sha256": NOW["a-04"], "release": LATEST
    }  # fmt: skip
    # In one place, but too short to prove which text the row was made from.
    assert changes_of({"claim_id": "a-04", "quote": "🌊"})[1] == {"quote_start": 1, "quote_end": 1}


def test_null_is_absent(changes_of):
    row = dict.fromkeys([*FILLED, "quote_of"]) | {"claim_id": "b-02", "quote": "heute", "x_a": None}
    assert changes_of(row)[0] == {
        "quote_start": 108, "quote_end": 113, "claim_sha256": NOW["b-02"], "release": LATEST
    }  # fmt: skip


SOURCE = CORPUS.claims["a-04"].source
START, END = SOURCE.index("只有"), SOURCE.index("只有") + 4
UNITS = {
    "the claim": (START - 94, END - 94),
    "one": (START + 1, END + 1),
    "inclusive": (START, END - 1),
    "bytes": (len(SOURCE[:START].encode()), len(SOURCE[:END].encode())),
    "UTF-16": (len(SOURCE[:START].encode("utf-16-le")) // 2, len(SOURCE[:END].encode("utf-16-le")) // 2),
    "nothing": (0, 1),
}


@pytest.mark.parametrize("unit", UNITS)
def test_wrong_offsets_are_fixed_if_the_quote_occurs_once(changes_of, unit):
    start, end = UNITS[unit]
    row = {"claim_id": "a-04", "quote": SOURCE[START:END], "quote_start": start, "quote_end": end}
    after = {"quote_start": START, "quote_end": END, "claim_sha256": NOW["a-04"], "release": LATEST}
    assert changes_of(row)[0] == {name: value for name, value in after.items() if row.get(name) != value}


@pytest.mark.parametrize(("start", "end"), [(5, 5), (9, 3), (10_000, 10_004), (94, 10_000)])
def test_offsets_out_of_range_are_fixed_if_the_quote_occurs_once(changes_of, start, end):
    row = {"claim_id": "a-04", "quote": SOURCE[START:END], "quote_start": start, "quote_end": end}
    assert changes_of(row)[0] == {
        "quote_start": START, "quote_end": END, "claim_sha256": NOW["a-04"], "release": LATEST
    }  # fmt: skip


@pytest.mark.parametrize(
    "offsets",
    [{"quote_start": 0, "quote_end": 3}, {"quote_start": 999, "quote_end": 1002}, {"quote_start": 0}],
)
def test_wrong_offsets_of_a_quote_that_occurs_several_times_stay(changes_of, offsets):
    assert changes_of({"claim_id": "a-01", "quote": "像低语"} | offsets) == ({}, {})


def test_a_quote_that_occurs_several_times_gets_no_offsets(changes_of):
    after, _ = changes_of({"claim_id": "a-01", "quote": "像低语"})
    assert "quote_start" not in after
    assert "quote_end" not in after
    # Release and digest both identify the text that a row is about.
    assert ("claim_sha256" in after) is ("release" in after)


@pytest.mark.parametrize(
    "quote",
    [
        {"quote": "河流会记住每一场雨"},
        {"claim_id": "a-05", "quote": "河流不会记住每一场雨"},
        {"quote": "rain", "quote_of": "text_en"},
        {"claim_id": "a-02", "quote": "测量站", "quote_of": "text_en"},
        {"quote": 5},
        {"quote_of": "title", "quote": "河床会"},
    ],
)
def test_a_quote_without_a_match_is_not_changed(changes_of, quote):
    assert changes_of({"claim_id": "a-03"} | quote) == ({}, {})


@pytest.mark.parametrize(
    "row",
    [
        {"claim_id": "b-02", "claim_sha256": OLD},
        {"claim_id": "b-02", "release": "1.0.0"},
        {"claim_id": "b-02", "release": "1.0.0", "claim_sha256": NOW["b-02"]},
        {"claim_id": "b-02", "claim_sha256": "0" * 64},
        {"claim_id": "b-02", "release": "9.0.0"},
        {"claim_id": "b-07"},
        {"claim_id": "a-09"},
        {"claim_id": "b-99"},
        {"claim_id": 5},
    ],
)
@pytest.mark.parametrize(
    "quote",
    [
        {},
        {"quote": "Kaffee wird vor Ort"},
        {"quote": "Kaffee wird vor Ort", "quote_start": 0, "quote_end": 19},
        {"quote": "Kaffee  wird"},
    ],
)
def test_rows_not_proved_to_be_about_the_current_claim_stay(changes_of, row, quote):
    assert changes_of(row | quote) == ({}, {})


HEUTE = {"claim_id": "b-02", "quote": "heute", "quote_start": 108, "quote_end": 113}


def test_a_digest_and_a_release_need_an_exact_quote(changes_of):
    assert changes_of(HEUTE)[0] == {"claim_sha256": NOW["b-02"], "release": LATEST}
    assert changes_of({"claim_id": "b-02"}) == ({}, {})
    assert changes_of({"claim_id": "b-02", "claim_sha256": NOW["b-02"]}) == ({}, {})
    assert changes_of(HEUTE | {"claim_sha256": NOW["b-02"]})[0] == {"release": LATEST}
    # An earlier release in which the claim had the same text.
    quote = {"claim_id": "b-01", "quote": "Das Cafe\u0301", "quote_start": 29, "quote_end": 38}
    assert changes_of(quote | {"release": "1.1.0"})[0] == {"claim_sha256": NOW["b-01"]}


@pytest.mark.parametrize(
    ("release", "row", "digests"),
    [
        ("2.0.0", {"claim_id": "b-02"}, {"claim_sha256": NOW["b-02"]}),
        ("1.1.0", {"claim_id": "b-02"}, {"claim_sha256": OLD}),
        ("1.0.0", {"claim_id": "b-01", "quote": "Das  Cafe"}, {"claim_sha256": NOW["b-01"]}),
        ("1.0.0", {"claim_id": "b-01", "quote": "no such words"}, {"claim_sha256": NOW["b-01"]}),
        # The claim was added later, or the release is unknown.
        ("1.0.0", {"claim_id": "a-06"}, {}),
        ("9.0.0", {"claim_id": "b-02"}, {}),
        # The row is from another release.
        ("1.0.0", {"claim_id": "b-01", "release": "1.1.0"}, {}),
        ("1.0.0", {"claim_id": "b-99"}, {}),
    ],
)
def test_a_caller_may_name_the_release(changes_of, release, row, digests):
    after, _ = changes_of(row, defaults={"release": release})
    assert after == digests | ({} if "release" in row else {"release": release})


def test_a_caller_may_name_the_release_of_two_claims(changes_of):
    row = {"claim_id": "a-03", "other_claim_id": "b-02", "relation": "contrasts"} | BY
    assert changes_of(row, "relation", defaults={"release": "1.0.0"})[0] == {
        "release": "1.0.0", "claim_sha256": NOW["a-03"], "other_claim_sha256": OLD
    }  # fmt: skip


def test_a_row_with_other_faults_gets_no_release(changes_of):
    # It says that a row is right as of a release.
    assert changes_of(HEUTE | {"note": 1})[1] == {"claim_sha256": 1}
    assert changes_of(HEUTE | {"confidence": 2})[1] == {"claim_sha256": 1}


def test_a_corpus_without_releases_fills_in_no_release(tmp_path, fix):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "s.txt").write_text("A claim. Another.", "utf-8")
    (tmp_path / "own" / "claims.jsonl").write_bytes(
        text({"claim_id": "c", "text": "A claim.", "start": 0, "end": 8})
    )
    row = {"claim_id": "c", "quote": "claim"} | LABEL
    fixed, out = fix(text(row), kind="label", against=tmp_path / "own")
    assert (fixed.changed, fixed.report.counts) == (dict.fromkeys(REFERENCE, 1), ())
    assert json.loads(out)["quote_start"] == 2


# Quotes in another notation

NOTATION = [
    ({"claim_id": "a-02", "quote": "其中3次超过"}, "其中３次超过"),
    ({"claim_id": "a-02", "quote": "1，000次", "quote_start": 3, "quote_end": 4}, "1,000次"),
    ({"claim_id": "a-06", "quote": "(绿与灰)取决于光线..."}, "（绿与灰）取决于光线……"),
    ({"claim_id": "b-03", "quote": "L'eau du canal  monte"}, "L’eau du canal monte"),
    ({"claim_id": "b-01", "quote": "Das Caf\u00e9"}, "Das Cafe\u0301"),
    ({"claim_id": "b-01", "quote": "The cafe\u0301", "quote_of": "text_en"}, "The caf\u00e9"),
    # Markers
    ({"claim_id": "a-03", "quote": "每一场雨，但河床会。 [1]"}, "每一场雨，但河床会。"),
    # Quotation marks around it, Markdown emphasis, and both
    ({"claim_id": "a-03", "quote": "“但河床会”"}, "但河床会"),
    ({"claim_id": "a-03", "quote": '"«但河床会»"'}, "但河床会"),
    ({"claim_id": "a-03", "quote": "**但河床会**"}, "但河床会"),
    ({"claim_id": "a-03", "quote": "但_河床_会"}, "但河床会"),
    ({"claim_id": "a-03", "quote": "`「但*河床*会」`"}, "但河床会"),
    ({"claim_id": "a-03", "quote": "'\"“但河床会”\"'"}, "但河床会"),
    ({"claim_id": "a-02", "quote": "**“其中3次超过”**"}, "其中３次超过"),
]


@pytest.mark.parametrize(("row", "own"), NOTATION)
def test_a_quote_in_another_notation_becomes_the_source_text(changes_of, row, own):
    claim = CORPUS.claims[row["claim_id"]]
    whole = claim.text_en if "quote_of" in row else claim.source
    at = whole.index(own, 0 if "quote_of" in row else claim.start)
    after, changed = changes_of(row)
    assert after == {
        "quote": own, "quote_start": at, "quote_end": at + len(own), "x_quote_as_written": row["quote"],
        "claim_sha256": claim.sha256, "release": LATEST,
    }  # fmt: skip
    assert changed == dict.fromkeys(["quote", "x_quote_as_written", *FILLED], 1)


@pytest.mark.parametrize(
    ("source", "quote", "own"),
    [
        ("The **second** boat leaves *late*.", "The second boat", "The **second** boat"),
        ("The **second** boat leaves *late*.", "“second boat leaves late”", "second** boat leaves *late"),
        ("这是**重点**内容。", "这是重点内容", "这是**重点**内容"),
        # The signs have a meaning, or there are two places.
        ("2*3*4 is 24, snake_case_name.", "234 is 24", None),
        ("2*3*4 is 24, snake_case_name.", "snakecasename", None),
        ("a **bold** word, a *bold* word", "a bold word", None),
    ],
)
def test_a_quote_without_the_emphasis_of_its_source(source, quote, own):
    corpus = ki.Corpus.from_text(source, unit="line")
    by = {"method": "model", "creator": "m", "verdict": "mixed", "urls": []}
    fixed = ki.fix([{"claim_id": "c001", "quote": quote}], kind="verdict", against=corpus, defaults=by)
    (row,) = fixed.data
    assert row["quote"] == (own or quote)
    if own:
        assert fixed.report.ok
        assert source[row["quote_start"] : row["quote_end"]] == own
        assert row["x_quote_as_written"] == quote


def test_a_quote_that_may_be_from_several_places_stays(changes_of):
    assert changes_of({"claim_id": "b-03", "quote": "L'EAU"}) == ({}, {})
    assert changes_of({"claim_id": "b-03", "quote": "'eau du canal"}) == ({}, {})
    assert changes_of({"claim_id": "a-01", "quote": "像低语 "}) == ({}, {})


def test_a_quote_that_was_kept_before_is_not_lost(changes_of):
    row = {"claim_id": "a-02", "quote": "其中3次超过", "x_quote_as_written": "his own words"}
    after, _ = changes_of(row)
    assert "x_quote_as_written" not in after


def test_a_quote_with_other_words_stays(fix):
    data = [
        VERDICT | FILLED,
        VERDICT | FILLED | {"quote": "推理模型增加参数数量"},
        # In several places.
        VERDICT | {"quote": "模型 [1]"},
        # Too many quotation marks, words struck out, a gap.
        VERDICT | {"quote": f"«'\"“{QUOTE}”\"'»"},
        VERDICT | {"quote": "推理模型~~不~~增加参数数量"},
        VERDICT | {"quote": "推理模型……增加参数数量"},
    ]
    fixed, out = fix(b"\n".join(map(text, data)) + b"\n")
    assert out == b"\n".join(map(text, data)) + b"\n"
    assert fixed.changed == {}


# Other kinds


def test_a_quote_does_not_prove_the_other_claim_of_a_relation(changes_of):
    row = {"claim_id": "a-03", "other_claim_id": "b-02", "relation": "contrasts"} | BY
    row |= {"quote": "但河床会", "quote_start": 88, "quote_end": 92}
    own = {"claim_sha256": NOW["a-03"]}
    assert changes_of(row, "relation")[0] == own
    assert changes_of(row | {"other_claim_id": "b-07"}, "relation")[0] == own
    assert changes_of(row | {"other_claim_sha256": NOW["b-02"]}, "relation")[0] == own
    for name in ("claim_sha256", "other_claim_sha256"):
        assert changes_of(row | {name: "0" * 64}, "relation") == ({}, {})
    assert changes_of(row | {"other_claim_sha256": OLD}, "relation") == ({}, {})


ASKED = {"question": "?", "answer": "!", "answerable": True, "language": "en"} | BY


def test_each_reference_within_a_row_is_fixed(changes_of):
    held = [
        {"claim_id": "a-03", "quote": "但河床会", "x": None} | {"quote_of": None},
        {"quote": "water levels", "quote_of": "text_en", "claim_id": "a-02"},
        {"claim_id": "a-03", "quote": "但河床会", "quote_start": 0, "quote_end": 4},
        {"claim_id": "a-05"},
    ]
    del held[0]["x"]
    after, filled = changes_of({"references": held} | ASKED, "question")
    assert filled == {"references": 1}
    assert after == {
        "references": [
            held[0] | {"quote_start": 88, "quote_end": 92, "claim_sha256": NOW["a-03"]},
            held[1] | {"quote_start": 27, "quote_end": 39, "claim_sha256": NOW["a-02"]},
            held[2] | {"quote_start": 88, "quote_end": 92, "claim_sha256": NOW["a-03"]},
            held[3],
        ],
    }
    # The release is filled in if quotes prove all claims.
    assert changes_of({"references": held[:3]} | ASKED, "question")[1] == {"references": 1, "release": 1}


@pytest.mark.parametrize(
    "reference",
    [
        {"claim_id": "b-99", "quote": "Kaffee wird vor Ort"},
        {"claim_id": "b-07"},
        {"claim_id": "a-02", "quote": "其中3次超过"},
        {"claim_id": "a-01", "quote": "像低语", "quote_start": 1, "quote_end": 2},
        {"claim_id": "b-02", "claim_sha256": OLD, "quote": "Kaffee wird vor Ort"},
        5,
        None,
    ],
)
def test_references_within_a_row_that_are_not_sure_stay(changes_of, reference):
    # A reference has no field that keeps a quote as it was written.
    row = {"references": [reference]} | ASKED
    assert changes_of(row, "question") == ({}, {})


def test_all_references_of_custom_kinds_are_fixed(fix):
    class Chain(ki.Derived):
        """Claims that lead from one to another."""

        steps: ki.Many[ki.Reference] = ()
        last: ki.Reference | None = None

    row = {"claim_id": "a-03"} | BY | {"steps": [{"claim_id": "a-05"}], "last": {"claim_id": "a-06"}}
    fixed, out = fix(text(row), kind=Chain, against=CORPUS, defaults={"release": LATEST})
    assert json.loads(out) == row | {
        "steps": [{"claim_id": "a-05", "claim_sha256": NOW["a-05"]}],
        "last": {"claim_id": "a-06", "claim_sha256": NOW["a-06"]},
        "claim_sha256": NOW["a-03"],
        "release": LATEST,
    }
    assert fixed.report.counts == ()


# Forms

NUMBERS = {
    "x_float": 1.0, "x_long": 12345678901234567890123456789, "x_small": 5e-324, "x_zero": -0.0,
    "x_tenth": 0.1, "x_text": "1.0", "x_true": True, "x_none": None, "x_list": [1, 1.0, "1", {"a": [None]}],
}  # fmt: skip


def test_other_fields_of_a_row_are_kept_unchanged(fix):
    # Null offsets, so that the row cannot merely be added to.
    row = NUMBERS | VERDICT | {"quote_start": None, "quote_end": None, "x_last": "\u2028𠮷"}
    fixed, out = fix(text(row) + b"\n")
    after = json.loads(out)
    assert [*after] == [*row, "claim_sha256", "release"]
    assert repr(after) == repr(row | FILLED)
    assert fixed.report.ok


def test_an_array_stays_one(fix):
    whole = json.dumps(VERDICT | FILLED, indent=4).encode()
    data = b"[\n" + whole + b",\n" + json.dumps(VERDICT, indent=2).encode() + b", nul]"
    fixed, out = fix(data, ".json")
    head, tail = out.split(b",\n{\n  ")
    assert head == b"[\n" + whole
    assert tail.endswith(b",\nnul\n]\n")
    assert json.loads(out.replace(b"nul\n", b"0\n"))[1] == VERDICT | FILLED
    assert (fixed.report.rows, fixed.changed) == (3, dict.fromkeys(FILLED, 1))


def table(data: bytes, mark: str = ",") -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(data.decode(), newline=""), delimiter=mark, strict=True)]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "odd", ["=1+1", 'a "b"', f"a{chr(10)}b", "a\r\nb", "a\rb", "a,b;c\td", " a ", "\u2028"]
)
def test_csv_gets_columns(fix, mark, end, odd):
    columns = ["urls", "claim_id", "quote", "verdict", "x_odd", "method"]
    cell = '"' + odd.replace('"', '""') + '"'
    lines = [
        mark.join(columns),
        mark.join(["[]", "d05-c03", QUOTE, "mixed", cell, "model"]),
        mark.join(["[]", "d99-c01", QUOTE, "mixed", cell, ""]),
    ]
    data = "".join(line + end for line in lines).encode()
    fixed, out = fix(data, ".csv", defaults=BY | {"creator": "a, b"})
    assert fixed.report.rows == 2
    before, after = table(data, mark), table(out, mark)
    assert [*after[0]][:6] == columns
    assert [{name: row[name] for name in columns} for row in after] == [
        before[0],
        before[1] | {"method": "model"},
    ]
    filled = {name: str(value) for name, value in (FILLED | {"creator": "a, b"}).items()}
    assert {name: after[0][name] for name in filled} == filled
    assert {name: after[1][name] for name in filled} == dict.fromkeys(filled, "") | {"creator": "a, b"}
    assert [(one.code, one.row) for one in fixed.report.sample] == [("unknown-claim", 1)]
    assert fixed.changed == dict.fromkeys(FILLED, 1) | {"creator": 2, "method": 1}
    again, same = fix(out, ".csv")
    assert (again.changed, same) == ({}, out)


def test_references_in_csv_are_json_still(fix):
    row = {name: json.dumps(value) if name == "answerable" else value for name, value in ASKED.items()}
    row["references"] = '[{"claim_id":"a-03","quote":"但河床会"}]'
    out = io.StringIO()
    writer = csv.DictWriter(out, [*row], lineterminator="\n")
    writer.writeheader()
    writer.writerow(row)
    fixed, after = fix(out.getvalue().encode(), ".csv", kind="question", against=CORPUS)
    (back,) = table(after)
    assert json.loads(back["references"]) == [
        {
            "claim_id": "a-03",
            "quote": "但河床会",
            "quote_start": 88,
            "quote_end": 92,
            "claim_sha256": NOW["a-03"],
        }
    ]
    assert fixed.report.counts == ()


def test_typography_in_csv(fix):
    data = "claim_id,quote,scheme,value\na-02,其中3次超过,a:b,v\n".encode()
    fixed, out = fix(data, ".csv", kind="label", against=CORPUS, defaults=BY)
    (row,) = table(out)
    assert (row["quote"], row["x_quote_as_written"]) == ("其中３次超过", "其中3次超过")
    assert fixed.report.counts == ()


@pytest.mark.parametrize(
    "bad",
    [
        'd05-c03,mixed,a"b',
        "d05-c03,mixed",
        "d05-c03,a\rb,[]",
        "d05-c03,\0,[]",
        # However many cells a record has, those added do not make it one that can be read.
        *(",".join(["d05-c03"] * count) for count in range(4, 16)),
        'd05-c03,mixed,"[]',
    ],
    ids=lambda bad: f"{bad:.24}",
)
def test_records_of_csv_that_cannot_be_read_are_kept(fix, bad):
    head = "claim_id,verdict,urls\nd05-c03,mixed,[]\n"
    fixed, out = fix((head + bad + "\n").encode(), ".csv", defaults=BY)
    assert (fixed.report.rows, fixed.report.valid) == (2, 1)
    assert {one.code for one in fixed.report.sample} <= {"invalid-csv", "truncated"}
    # One that would come to fit the new header gets one cell more.
    assert bad.encode() + b"\n" in out or bad.encode() + b",\n" in out


def test_columns_that_occur_twice_are_kept(fix):
    data = b"claim_id,claim_id\nd05-c03,d05-c03\n"
    fixed, out = fix(data, ".csv")
    assert (out, fixed.changed) == (data, {})


@pytest.mark.parametrize("compressed", [".gz", ".zst"])
def test_outputs_are_compressed_by_extension(fix, compressed):
    fixed, out = fix([VERDICT], f".jsonl{compressed}")
    assert fixed.report.ok
    assert out[:2] in {b"\x1f\x8b", b"\x28\xb5"}


# Data from Python


@pytest.mark.parametrize("made", [dict, OrderedDict, UserDict, MappingProxyType, type("Row", (dict,), {})])
def test_mappings_become_json_lines(fix, made):
    whole = NUMBERS | VERDICT | FILLED
    for data in (
        [made(VERDICT | {"x_a": "a"}), made(whole)],
        (made(row) for row in [VERDICT | {"x_a": "a"}, whole]),
    ):
        fixed, out = fix(data)
        assert [json.loads(line) for line in out.splitlines()] == [VERDICT | {"x_a": "a"} | FILLED, whole]
        assert fixed.changed == dict.fromkeys(FILLED, 1)


def test_records_become_json_lines(fix):
    made = [
        ki.Verdict(**VERDICT),
        ki.Verdict(**VERDICT | FILLED),
        ki.Question(**ASKED, references=[ki.Reference(claim_id="d05-c03", quote=QUOTE)]),
    ]
    fixed, out = fix(made, kind=["verdict", "question"], defaults={"kind": "verdict"})
    after = [{n: v for n, v in json.loads(line).items() if v is not None} for line in out.splitlines()]
    assert after[0] == VERDICT | FILLED | {"kind": "verdict"}
    assert after[1] == VERDICT | FILLED | {"kind": "verdict"}
    assert after[2]["references"] == [{"claim_id": "d05-c03", "quote": QUOTE} | REFERENCE]
    assert fixed.report.rows == 3


def test_a_dataset_becomes_json_lines(fix):
    fixed, out = fix(
        datasets.Dataset.from_list([VERDICT | {"release": None}, VERDICT | {"release": "1.0.0"}])
    )
    assert [json.loads(line) for line in out.splitlines()] == [VERDICT | FILLED] * 2
    assert fixed.report.ok


@pytest.mark.parametrize("row", [5, None, "text", [1], [], {}, b"bytes"])
def test_values_that_are_not_mappings_are_kept(fix, row):
    fixed, out = fix(iter([VERDICT | FILLED, row, VERDICT | FILLED]))
    assert fixed.report.rows == 3
    assert out.splitlines()[::2] == [text(VERDICT | FILLED)] * 2
    if not isinstance(row, bytes):
        assert json.loads(out.splitlines()[1]) == row


# Files


@pytest.mark.parametrize("how", ["itself", "symlink", "hard link"])
def test_the_output_must_not_be_an_input(tmp_path, how):
    source = tmp_path / "in.jsonl"
    source.write_bytes(text(VERDICT))
    place = source if how == "itself" else tmp_path / "link"
    if how == "symlink":
        place.symlink_to(source)
    elif how == "hard link":
        os.link(source, place)
    before = names(tmp_path)
    with pytest.raises(ki.InputError) as caught:
        ki.fix(source, output=place, kind="verdict")
    assert str(caught.value) == f"{os.path.realpath(place)}: expected a file other than the input"
    assert source.read_bytes() == text(VERDICT)
    assert names(tmp_path) == before


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "-"])
def test_the_report_on_an_output_whose_name_says_another_form(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    try:
        fixed = ki.fix([VERDICT], output=name, kind="verdict")
    except ki.InputError:
        assert names(tmp_path) == []
    else:
        assert (fixed.report.rows, fixed.report.ok) == (1, True)


def test_files_of_several_forms_are_for_several_calls(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(text(VERDICT))
    (tmp_path / "b.csv").write_bytes(b"claim_id,verdict\nd05-c03,mixed\n")
    with pytest.raises(ki.InputError) as caught:
        ki.fix(tmp_path / "*.*", output=tmp_path / "out", kind="verdict")
    assert str(caught.value) == (
        "inputs: expected files of the same format, got JSON Lines and CSV; process each file separately"
    )
    assert names(tmp_path) == ["a.jsonl", "b.csv"]


def test_several_files_become_one(tmp_path):
    for name in ("b", "a"):
        (tmp_path / f"{name}.jsonl").write_bytes(text(VERDICT | {"id": name}) + b"\n")
    fixed = ki.fix(tmp_path / "?.jsonl", output=tmp_path / "out.jsonl", kind="verdict")
    back = [json.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert back == [VERDICT | {"id": name} | FILLED for name in ("a", "b")]
    assert fixed.changed == dict.fromkeys(FILLED, 2)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("none.jsonl", None),
        ("cut.jsonl.gz", b"\x1f\x8b\x08\x00\x00"),
        ("cut.json", b'[{"claim_id": "d05-c03"}, {"a'),
    ],
)
def test_data_that_cannot_be_read_completely_writes_nothing(tmp_path, run, name, data):
    (tmp_path / "out").write_bytes(b"old\n")
    if data is not None:
        (tmp_path / name).write_bytes(data)
    before = names(tmp_path)
    fixed = ki.fix(tmp_path / name, output=tmp_path / "out", kind="verdict")
    assert (fixed.report.complete, fixed.changed) == (False, {})
    assert fixed.report.inputs[0].name == str(tmp_path / name)
    code, out, err = run("fix", tmp_path / name, "--output", tmp_path / "out", "--kind", "verdict")
    assert (code, err) == (2, "")
    assert out.endswith("\nnothing was written\n")
    assert (tmp_path / "out").read_bytes() == b"old\n"
    assert names(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("long.jsonl", b'{"x_a": "' + b"x" * (8 << 20) + b'"}\n'),
        ("long.csv", b"claim_id,verdict\nd05-c03," + b"x" * (8 << 20) + b"\n"),
    ],
)
def test_a_row_too_long_for_the_rejects_writes_nothing(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ki.InputError) as caught:
        ki.fix(tmp_path / name, output=tmp_path / "out", kind="verdict")
    said = f"{tmp_path / name}: expected rows of at most 8 MiB, got a longer row; nothing was written"
    assert str(caught.value) == said
    assert names(tmp_path) == [name]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_writing_that_fails_leaves_everything_as_it_was(tmp_path, monkeypatch, failing, run):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "in.jsonl").write_bytes(text(VERDICT))
    (tmp_path / "out").write_bytes(b"old\n")
    monkeypatch.setattr(os, failing, full)
    with pytest.raises(OSError, match="No space left on device"):
        ki.fix([VERDICT], output=tmp_path / "out", kind="verdict")
    assert run("fix", tmp_path / "in.jsonl", "--output", tmp_path / "out", "--kind", "verdict") == (
        2, "", f"kaiser-interview: {tmp_path / 'out'}: No space left on device; nothing was written\n"
    )  # fmt: skip
    assert (tmp_path / "out").read_bytes() == b"old\n"
    assert names(tmp_path) == ["in.jsonl", "out"]


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".parquet"])
def test_a_diff_has_the_changes_of_fix(tmp_path, run, suffix):
    rows = [VERDICT | FILLED | {"x_quote_as_written": "q"}, VERDICT | {"method": "Model", "odd": "1\x1b"}]
    rows = [dict.fromkeys([*rows[0], "odd"]) | row for row in rows]
    rows = [row | {"urls": []} for row in rows]
    path, out = tmp_path / f"in{suffix}", tmp_path / f"out{suffix}"
    ki.write(rows, path, kind="verdict") if suffix == ".parquet" else ki.write(rows, path)
    arguments = ["fix", path, "--kind", "verdict", "--unsafe-fixes"]
    code, said, err = run(*arguments, "--diff")
    assert (code, names(tmp_path)) == (1, [path.name])
    assert said.splitlines()[:2] == [f"--- {path}", f"+++ {path}"]
    assert "\x1b" not in said
    removed = [line[1:] for line in said.splitlines()[2:] if line.startswith("-")]
    added = [line[1:] for line in said.splitlines()[2:] if line.startswith("+")]
    assert run(*arguments, "--output", out)[0] == 0
    if suffix in {".jsonl", ".csv"}:
        before, after = (one.read_text("utf-8").replace("\x1b", "\\u001b") for one in (path, out))
        assert {*removed} <= {*before.splitlines()}
        assert {*added} == {*after.splitlines()} - {*before.splitlines()}
    assert err == f"{len(removed) if suffix == '.jsonl' else 2 if suffix == '.csv' else 1} " + (
        "rows would change\n" if suffix == ".csv" else "row would change\n"
    )
    assert run("fix", out, "--kind", "verdict", "--diff") == (0, "", "0 rows would change\n")


def test_a_diff_of_unreadable_data(tmp_path, run):
    (tmp_path / "in.json").write_bytes(b'[{"claim_id": "d05-c03"}, {"a')
    code, said, err = run("fix", tmp_path / "in.json", "--kind", "verdict", "--diff", "--set", "creator=m")
    assert code == 2
    assert said.endswith('+{"claim_id": "d05-c03", "creator": "m"}\n')
    assert err.startswith("error truncated\n")


def test_fix_wants_an_output_or_a_diff(tmp_path, run):
    (tmp_path / "in.jsonl").write_bytes(text(VERDICT))
    assert run("fix", tmp_path / "in.jsonl", "--kind", "verdict") == (
        2, "", "kaiser-interview: --output: expected a file to write, or --diff\n"
    )  # fmt: skip


def test_a_renamed_value_need_not_be_json(tmp_path):
    row = {name: value for name, value in VERDICT.items() if name != "quote"}
    value = Decimal("0.5")
    fixed = ki.fix([row | {"rationle": value}], kind="verdict", unsafe_fixes=True)
    assert fixed.data == [row | {"rationale": value}]
    ki.fix([row | {"rationle": value}], output=tmp_path / "out.jsonl", kind="verdict", unsafe_fixes=True)
    assert json.loads((tmp_path / "out.jsonl").read_text("utf-8")) == row | {"rationale": 0.5}


def test_an_interrupt_leaves_no_partial_file(tmp_path):
    def broken():
        yield VERDICT
        raise KeyboardInterrupt

    (tmp_path / "out").write_bytes(b"old\n")
    with pytest.raises(KeyboardInterrupt):
        ki.fix(broken(), output=tmp_path / "out", kind="verdict")
    assert (tmp_path / "out").read_bytes() == b"old\n"
    assert names(tmp_path) == ["out"]


def test_the_command_says_what_it_changed(tmp_path, run):
    (tmp_path / "in.jsonl").write_bytes(text(VERDICT | FILLED) + b"\n")
    out = tmp_path / "out.jsonl"
    assert run("fix", tmp_path / "in.jsonl", "--output", out, "--kind", "verdict") == (
        0, "1 row, no finding; quotes exact: 1 of 1; claims: 1 of 41\nchanged: nothing\n", ""
    )  # fmt: skip
    (tmp_path / "in.jsonl").write_bytes(text(VERDICT | {"quote": "RL数据"}) + b"\n")
    code, said, _ = run("fix", tmp_path / "in.jsonl", "--output", out, "--kind", "verdict")
    assert code == 1
    assert said.startswith("error quote-misattributed /quote\n")
    assert said.endswith("changed: nothing\n")


# Whatever the rows are

KINDS = {
    "label": {"scheme": "a:b", "value": "v"},
    "verdict": {"verdict": "mixed", "urls": ["u"]},
    "embedding": {"model": "m", "of": "text", "vector": [0.5, 1]},
    "mention": {"name": "n", "type": "concept"},
    "translation": {"language": "en", "translation": "12 5 2019 3.5 1000 3"},
    "relation": {"other_claim_id": "a-03", "relation": "supports"},
    "question": {"question": "?", "answer": "!", "answerable": True, "language": "en"},
}
IDS = [*CORPUS.claims, "a-09", "b-07", "b-99"]


def reference(draw: random.Random) -> dict:
    """Draw a reference whose quote, offsets and digest are valid, invalid or missing."""
    made: dict = {"claim_id": draw.choice(IDS)}
    claim = CORPUS.claims.get(made["claim_id"], CORPUS.claims["a-01"])
    if draw.random() < 0.8:
        other = draw.choice([claim, claim, claim, draw.choice([*CORPUS.claims.values()])])
        of = draw.choice([None, None, "text", "text_en", ...])
        passage = (other.text_en or "no") if of == "text_en" else other.passage
        start = draw.randrange(len(passage))
        quote = passage[start : start + draw.randint(1, 9)]
        swaps = {"，": ",", "’": "'", "３": "3", "é": "e\u0301", "言": "语", " ": "  "}
        made["quote"] = "".join(swaps.get(c, c) for c in quote) if draw.random() < 0.2 else quote
        origin = 0 if of == "text_en" else other.start
        if draw.random() < 0.6:
            slip = draw.choice([0, 0, 0, 1, -1, -origin, 999])
            made["quote_start"] = max(0, origin + start + slip)
            made["quote_end"] = max(0, origin + start + slip + len(quote) + draw.choice([0, 0, 0, 1, -9]))
        if of is not ...:
            made["quote_of"] = of
    if draw.random() < 0.4:
        made["claim_sha256"] = draw.choice([None, claim.sha256, claim.sha256, OLD, "0" * 64, "what"])
    return made


def row(draw: random.Random, kind: str) -> dict:
    made = (
        {"references": [reference(draw) for _ in range(draw.randrange(4))]}
        if kind == "question"
        else reference(draw)
    )
    made |= BY | KINDS[kind] | {"x_kept": draw.choice([1.0, 10**30, '\\"\u2028', [None, {"a": 1}]])}
    if draw.random() < 0.4:
        made["release"] = draw.choice([None, LATEST, "1.0.0", "1.1.0", "9.0.0"])
    if kind == "relation" and draw.random() < 0.4:
        made["other_claim_sha256"] = draw.choice([NOW["a-03"], OLD, None])
    if draw.random() < 0.1:
        made[draw.choice(["note", "method", "claim_id"])] = draw.choice([None, 5, ""])
    order = [*made]
    draw.shuffle(order)
    return {name: made[name] for name in order}


def wrong(report: ki.Report) -> set[int]:
    return {one.row for one in report.iter_findings() if one.severity == "error"}


def changes(before: object, after: object, path: tuple = ()):
    """Yield path, value before (None if absent) and value after of each difference."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in after | before:
            yield from changes(before.get(name), after.get(name), (*path, name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from changes(one, other, (*path, number))
    elif repr(before) != repr(after):
        yield path, before, after


def at(row: dict, path: tuple) -> dict:
    """Return the parent of the field at a path."""
    for step in path[:-1]:
        row = row[step]
    return row


def words(text: str) -> str:
    """Return the letters and digits of a text, without markers."""
    text = unicodedata.normalize("NFKC", re.sub(r"\[[0-9]+\]", "", text))
    return "".join(one for one in text if one.isalnum())


def is_proved(reference: dict) -> bool:
    """Return whether a reference has an exact quote that is long enough to prove its claim."""
    claim, quote = CORPUS.claims.get(reference.get("claim_id")), reference.get("quote") or ""
    if claim is None or len(quote) < 4:
        return False
    return quote in ((claim.text_en or "") if reference.get("quote_of") == "text_en" else claim.passage)


def check_change(one: dict, other: dict, path: tuple, old: object, new: object) -> None:
    """Check that a change follows from the row and the corpus."""
    holder, before, name = at(other, path), at(one, path), path[-1]
    claim = CORPUS.claims[holder["claim_id"]] if "claim_id" in holder else None
    if name == "claim_sha256":
        assert (old, new) == (None, NOW[holder["claim_id"]])
        assert is_proved(holder)
    elif name == "release":
        assert (old, new) == (None, LATEST)
        references = other.get("references", [other])
        assert references
        assert all(map(is_proved, references))
        assert "relation" not in other
    elif name in {"quote_start", "quote_end"}:
        english = holder.get("quote_of") == "text_en"
        whole, passage = (claim.text_en,) * 2 if english else (claim.source, claim.passage)
        assert whole[holder["quote_start"] : holder["quote_end"]] == holder["quote"]
        assert sum(passage.startswith(holder["quote"], n) for n in range(len(passage))) == 1
    elif name == "quote":
        assert words(old) == words(new)
        assert other["x_quote_as_written"] == old
    elif name == "x_quote_as_written":
        assert one["quote"] == new
    else:
        assert name == "claim_id"
        if before.get("claim_sha256") == NOW[new]:
            assert "quote" not in before or is_proved(holder) or len(before["quote"]) < 4
        else:
            assert is_proved(holder)
            assert old not in CORPUS.claims


@pytest.mark.parametrize("kind", KINDS)
def test_safe_fixes_follow_from_the_row_and_the_corpus(tmp_path, kind):
    draw = random.Random(kind)
    before = [row(draw, kind) for _ in range(amount(500, 40_000))]
    source, out, again = (tmp_path / f"{name}.jsonl" for name in ("in", "out", "again"))
    source.write_bytes(b"".join(text(one) + b"\n" for one in before))
    options = {"kind": kind, "against": CORPUS}
    fixed = ki.fix(source, output=out, **options)
    lines = out.read_bytes().split(b"\n")
    after = [json.loads(line) for line in lines[:-1]]
    assert len(after) == len(before)
    was_wrong, is_wrong = wrong(ki.validate(source, **options)), wrong(ki.validate(out, **options))
    assert is_wrong <= was_wrong
    counted: Counter[str] = Counter()
    logged = {}
    for number, (one, other) in enumerate(zip(before, after, strict=True)):
        changed = [*changes(one, other)]
        assert [*other][: len(one)] == [*one]
        counted.update({path[0] for path, _, _ in changed})
        for path, old, new in changed:
            check_change(one, other, path, old, new)
        if changed:
            logged[number] = {(path, repr(old), repr(new)) for path, old, new in changed}
        else:
            assert lines[number] == text(one)
        assert all(path != ("release",) for path, *_ in changed) or number not in is_wrong
    assert fixed.changed == counted
    assert len(counted) >= (2 if kind == "question" else 3)
    assert len(is_wrong) < len(was_wrong)
    # Each change is in the log.
    log = [json.loads(line) for line in (tmp_path / "out.jsonl.changes.jsonl").read_bytes().splitlines()]
    assert [one["row"] for one in log] == [*logged]
    for change in log:
        assert (change["file"], change["line"]) == (str(source), change["row"] + 1)
        found = {(steps(edit["path"]), repr(edit["before"]), repr(edit["after"])) for edit in change["edits"]}
        assert found == logged[change["row"]]
        assert {edit["applicability"] for edit in change["edits"]} == {"safe"}
    twice = ki.fix(out, output=again, **options)
    assert (twice.changed, again.read_bytes()) == ({}, out.read_bytes())
    assert (tmp_path / "again.jsonl.changes.jsonl").read_bytes() == b""


def steps(pointer: str) -> tuple:
    """Return the path of a JSON Pointer."""
    return tuple(int(step) if step.isdigit() else step for step in pointer.split("/")[1:])


@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_offsets_that_a_kind_demands_are_filled_in(tmp_path, suffix):
    path, output = tmp_path / f"mentions{suffix}", tmp_path / f"fixed{suffix}"
    mention = {"claim_id": "d10-c03", "quote": "LoRA", "name": "LoRA", "type": "method"}
    # The second quote does not occur. Of the others, one offset is given, and both follow from the quote.
    rows = [mention, mention | {"quote": "Lora"}]
    rows += [mention | {"quote_end": 1866}, mention | {"quote_start": 1862}]
    if suffix == ".csv":
        rows = [mention | {"quote_start": "", "quote_end": ""} | row for row in rows]
        lines = [",".join(map(str, one)) for one in (rows[0], *(row.values() for row in rows))]
    else:
        lines = [json.dumps(row) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    fixed = ki.fix(path, output=output, kind="mention", defaults={"method": "model", "creator": "m"})
    assert (fixed.report.rows, fixed.report.valid) == (4, 3)
    assert fixed.changed == {
        "claim_sha256": 3,
        "release": 3,
        "quote_start": 2,
        "quote_end": 2,
        "creator": 4,
        "method": 4,
    }
    assert {one.code for one in fixed.report.sample} == {"missing-field", "quote-not-found"}


def test_a_fixed_has_a_short_repr():
    row = {"claim_id": "d01-c01", "method": "model", "scheme": "acme:stance", "value": "for"}
    fixed = ki.fix([row], kind="label", defaults={"creator": "me"})
    assert repr(fixed) == "<Fixed: changed creator in 1; <Report: 1 row, no finding>>"
    assert repr(ki.fix(fixed, kind="label")) == "<Fixed: changed nothing; <Report: 1 row, no finding>>"

"""Rows as Web Annotations: what people see of them, and what is read back after a review."""

import copy
import json
from base64 import urlsafe_b64encode
from hashlib import sha256

import pyarrow as pa
import pytest
from web_annotation import check_document

import kaiser_interview as ki

BY = {"method": "model", "creator": "m"}
TEXT = "Tea 🍵 was a drink.\nMate 🧉 is a drink, too. 🧉\nSo is milk."
TEA = ki.Corpus.from_text(TEXT, unit="line")
BOOK = ki.Corpus.from_files("tests/corpus")


def iri(text: str) -> str:
    return f"ni:///sha-256;{urlsafe_b64encode(sha256(text.encode()).digest()).decode().rstrip('=')}"


def made(rows, *, against=TEA, **options):
    document = ki.to_annotations(rows, against=against, **options)
    check_document(document)
    assert json.loads(json.dumps(document)) == document
    return document


def items(document):
    return document["first"]["items"]


def one(row, **options):
    (item,) = items(made([row], **options))
    return item


def selected(target):
    position, words = target["selector"]
    assert (position["type"], words["type"]) == ("TextPositionSelector", "TextQuoteSelector")
    return position["start"], position["end"], words["exact"]


def back(document, against=TEA):
    return ki.from_annotations(document, against=against)


def label(**values):
    return {"claim_id": "c002", "kind": "label", "scheme": "my:s", "value": "for", **BY, **values}


# Out: targets.


def test_a_quote_is_selected_in_code_points_with_the_digest_of_its_text():
    document = made([label(quote="is a drink, too")])
    target = items(document)[0]["target"]
    start = TEXT.index("is a drink, too")
    assert target == {
        "type": "SpecificResource",
        "source": iri(TEXT),
        "selector": [
            {"type": "TextPositionSelector", "start": start, "end": start + 15},
            {
                "type": "TextQuoteSelector",
                "exact": "is a drink, too",
                "prefix": "Tea 🍵 was a drink.\nMate 🧉 ",
                "suffix": ". 🧉\nSo is milk.",
            },
        ],
        "ki:path": "",
        "ki:claim_id": "c002",
    }
    assert document["ki:sources"] == [
        {
            "id": iri(TEXT),
            "type": "Text",
            "format": "text/plain",
            "ki:source_id": "text",
            "ki:sha256": sha256(TEXT.encode()).hexdigest(),
            "ki:code_points": len(TEXT),
        }
    ]
    assert document["ki:corpus"] == TEA.digest


def test_32_characters_around_a_quote_are_given():
    text = "Before this drink, there was another drink. Tea 🍵 is a drink, as mate is, and 🧉 too, of course."
    corpus = ki.Corpus.from_text(text, unit="line")
    _, words = one({"claim_id": "c001", "kind": "label", "quote": "Tea 🍵"}, against=corpus)["target"][
        "selector"
    ]
    assert words["prefix"] == text[: text.index("Tea")][-32:]
    assert words["suffix"] == text[text.index(" is a") :][:32]
    assert len(words["prefix"]) == len(words["suffix"]) == 32


def test_the_whole_of_a_claim_is_its_text_without_markers():
    claim = BOOK.claims["a-01"]
    assert claim.passage_end > claim.end
    assert selected(one(label(claim_id="a-01"), against=BOOK)["target"]) == (
        claim.start,
        claim.end,
        claim.text,
    )


WHOLE = (TEXT.index("Mate"), TEXT.index("\nSo"), "Mate 🧉 is a drink, too. 🧉")


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ({}, WHOLE),
        ({"quote": None}, WHOLE),
        ({"quote": 5, "quote_start": "a"}, WHOLE),
        ({"quote": "not there"}, WHOLE),
        ({"quote": "🧉"}, WHOLE),  # twice
        ({"quote": "🧉", "quote_start": 24, "quote_end": 25}, (24, 25, "🧉")),
        ({"quote": "🧉", "quote_start": 43, "quote_end": 44}, (43, 44, "🧉")),
        ({"quote": "Mate", "quote_start": 0, "quote_end": 4}, (19, 23, "Mate")),
        ({"quote": "Mate", "quote_start": 19, "quote_end": 99}, (19, 23, "Mate")),
        ({"quote_start": 24, "quote_end": 25}, (24, 25, "🧉")),
        ({"quote_start": 25, "quote_end": 24}, WHOLE),
        ({"quote_start": 0, "quote_end": 4}, WHOLE),
        ({"quote": "Mate", "quote_of": "text_en"}, (19, 23, "Mate")),  # the claim has no English
    ],
)
def test_the_place_of_a_reference(reference, place):
    row = label(**reference)
    item = one(row)
    assert selected(item["target"]) == place
    assert back([item]) == [row]


def test_a_quote_of_the_english_is_selected_in_the_english():
    claim = BOOK.claims["a-01"]
    row = label(claim_id="a-01", quote="whisper at dawn", quote_of="text_en")
    document = made([row], against=BOOK)
    target = items(document)[0]["target"]
    start = claim.text_en.index("whisper at dawn")
    assert target["source"] == iri(claim.text_en)
    assert selected(target) == (start, start + 15, "whisper at dawn")
    (source,) = document["ki:sources"]
    assert (source["language"], source["ki:claim_id"], source["ki:of"]) == ("en", "a-01", "text_en")
    assert back(document, BOOK) == [row]
    without = label(claim_id="a-01", quote="none", quote_of="text_en")
    assert selected(one(without, against=BOOK)["target"]) == (0, len(claim.text_en), claim.text_en)


def test_every_reference_of_a_row_has_a_target():
    references = [{"claim_id": "c001", "quote": "Tea"}, {"claim_id": "c099"}, 5, {"claim_id": "c003"}]
    row = {
        "question": "What?",
        "answer": "Tea.",
        "answerable": True,
        "language": "en",
        "references": references,
    }
    item = one(row, kind="question", defaults=BY)
    assert [target["ki:path"] for target in item["target"]] == ["/references/0", "/references/3"]
    assert [selected(target)[2] for target in item["target"]] == ["Tea", "So is milk."]
    assert item["ki:paths"] == ["/references/0", "/references/3"]
    relation = {"claim_id": "c001", "quote": "is", "other_claim_id": "c003", "relation": "supports", **BY}
    item = one(relation | {"claim_id": "c002"}, kind="relation")
    assert [target["ki:path"] for target in item["target"]] == ["", "/other_claim_id"]
    assert [selected(target)[2] for target in item["target"]] == ["is", "So is milk."]


ODD = [
    {"claim_id": "c099", "kind": "label"},
    {"claim_id": ["c001"], "kind": "label"},
    {"kind": "nothing"},
    {},
    [1, "a"],
    7,
    None,
    True,
]


@pytest.mark.parametrize("row", ODD, ids=repr)
def test_a_row_without_a_current_claim_is_about_the_whole_text(row):
    item = one(row)
    assert item["target"] == iri(TEXT)
    assert item["ki:paths"] == []
    assert back([item]) == [row]
    assert any(body.get("ki:part") == "finding" for body in item["body"])


def test_the_whole_of_several_texts_is_the_corpus():
    document = made([{"kind": "label"}], against=BOOK)
    assert items(document)[0]["target"] == f"urn:kaiser-interview:corpus:{BOOK.digest}"
    assert document["ki:sources"] == []
    assert back(document, BOOK) == [{"kind": "label"}]


def test_a_row_of_an_unknown_kind_has_the_target_of_its_claim():
    assert selected(one({"claim_id": "c003", "kind": "x"})["target"])[2] == "So is milk."


def test_no_rows():
    document = made([])
    assert (document["total"], "first" in document) == (0, False)
    assert back(document) == []


# Out: bodies.


def test_bodies_are_the_main_fields_the_findings_and_the_row():
    row = {"claim_id": "c001", "quote": "Teas", "translation": "Thé", "language": "fr", "x_mine": [1.5]}
    item = one(row, kind="translation", defaults=BY | {"created": "2026-11-27T09:00:00Z"})
    field, finding, held = item["body"]
    assert field == {
        "type": "TextualBody",
        "value": "Thé",
        "format": "text/plain",
        "language": "fr",
        "purpose": "describing",
        "ki:field": "translation",
    }
    assert finding["purpose"] == "commenting"
    assert finding["value"].startswith('error quote-not-found /quote: expected a passage of c001, got "Teas"')
    assert json.loads(held["value"]) == row
    assert item["creator"] == {"type": "Software", "name": "m"}
    assert item["created"] == "2026-11-27T09:00:00Z"
    assert (item["motivation"], item["ki:kind"]) == ("describing", "translation")


def test_a_finding_about_the_whole_row_has_no_path():
    (finding,) = [body for body in one(5)["body"] if body.get("ki:part") == "finding"]
    assert finding["value"].startswith("error not-an-object: expected")


@pytest.mark.parametrize(
    ("kind", "motivation", "purposes"),
    [
        ("label", "tagging", {"scheme": "classifying", "value": "tagging"}),
        ("mention", "identifying", {"name": "identifying", "type": "classifying"}),
        ("relation", "linking", {"relation": "linking"}),
        ("question", "questioning", {"question": "questioning", "answer": "replying"}),
        ("verdict", "assessing", {"verdict": "assessing"}),
        ("embedding", "describing", {}),
    ],
)
def test_the_purposes_of_a_kind(kind, motivation, purposes):
    item = one(dict.fromkeys(purposes, "a") | {"kind": kind, "claim_id": "c001"})
    assert item["motivation"] == motivation
    assert {body["ki:field"]: body["purpose"] for body in item["body"] if "ki:field" in body} == purposes


@pytest.mark.parametrize(
    ("values", "creator"),
    [
        ({"method": "human", "creator": "Ada"}, {"type": "Person", "name": "Ada"}),
        ({"method": "rule", "creator": "r"}, {"type": "Software", "name": "r"}),
        ({"method": ["human"], "creator": "Ada"}, {"name": "Ada"}),
        ({"method": "guess", "creator": "Ada"}, {"name": "Ada"}),
        ({"method": "human", "creator": 5}, None),
        ({"method": "human", "creator": ""}, None),
        ({"method": "human", "creator": "\ud800", "created": "yesterday"}, None),
        ({"method": "human", "created": "2026-11-27T09:00:00+00:00"}, None),
        ({"method": "human", "created": "2026-02-30T09:00:00Z"}, None),
    ],
)
def test_who_made_a_row(values, creator):
    row = {"kind": "label", "claim_id": "c001", **values}
    item = one(row)
    assert item.get("creator") == creator
    assert "created" not in item
    assert back([item]) == [row]


def test_no_body_has_what_json_cannot_hold():
    row = label(value="\ud800", x_deep=float("inf"), language="not a tag")
    item = one(row)
    assert [body["ki:field"] for body in item["body"] if "ki:field" in body] == ["scheme"]
    assert back([item]) == [row]
    row = {"claim_id": "c001", "kind": "translation", "translation": "a", "language": "not a tag"}
    assert "language" not in one(row)["body"][0]


def test_findings_about_the_data_set_are_apart():
    document = made([label()], complete=["scheme"])
    values = [body["value"] for body in document["ki:findings"]]
    assert len(values) == 2
    assert values[0].startswith("error missing-claim")


def test_the_same_rows_give_the_same_document():
    rows = [label(), label()]
    assert made(rows) == made(copy.deepcopy(rows))
    made(rows)["@context"][1].clear()
    assert made(rows)["@context"][1] == {"ki": "urn:kaiser-interview:annotation:v1:"}
    assert made(rows)["id"] != made(rows[:1])["id"]
    assert items(made(rows))[0]["id"] != items(made(rows))[1]["id"]


# Out and back: every form.


def test_records_are_rows_without_null_fields():
    row = ki.Question.of(
        ["d01-c01"],
        question="What?",
        answer="That.",
        answerable=True,
        language="en",
        **BY,
        x_a={"b": [None, 1]},
    )
    document = ki.to_annotations([row])
    check_document(document)
    (read,) = ki.from_annotations(document)
    assert read["references"][0].keys() == {"claim_id", "claim_sha256"}
    assert ki.read([read]) == ki.read([row])


def test_tables_and_files(tmp_path):
    rows = [label(), label(value="against", quote="Mate", quote_start=19, quote_end=23)]
    table = pa.Table.from_pylist([{**dict.fromkeys(rows[1]), **row} for row in rows])
    read = back(made(table))
    assert [{name: value for name, value in row.items() if value is not None} for row in read] == rows
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert back(made(tmp_path / "a.jsonl")) == rows
    assert ki.write(rows, tmp_path / "a.csv") == 2
    assert back(made(tmp_path / "a.csv", kind="label")) == rows
    assert ki.write(rows, tmp_path / "a.parquet", kind="label") == 2
    assert ki.validate(back(made(tmp_path / "a.parquet")), against=TEA).ok
    fixed = ki.fix(rows, against=TEA)
    assert back(made(fixed)) == fixed.data


def test_lines_that_are_no_objects_are_read_back_as_bytes(tmp_path):
    lines = ['{"claim_id": "c001", "kind": "label"', "[1]", '{"a": 1, "a": 2}', "💧"]
    (tmp_path / "a.jsonl").write_text("\n".join(lines), "utf-8")
    assert back(made(tmp_path / "a.jsonl")) == [line.encode() for line in lines]


def test_an_input_that_cannot_be_read():
    with pytest.raises(ki.InvalidDataError, match=r"none\.jsonl") as caught:
        ki.to_annotations("none.jsonl", kind="label")
    assert not caught.value.report.complete


# Back, after a review.


def reviewed(row, change, **options):
    """Return the row that is read back after a change of its annotation."""
    against = options.setdefault("against", TEA)
    item = one(row, **options)
    change(item)
    (read,) = back([item], against)
    return read


def select(start=None, end=None, exact=None, of=0):
    def change(item):
        target = item["target"][of] if isinstance(item["target"], list) else item["target"]
        position, words = target["selector"]
        if start is not None:
            position |= {"start": start, "end": end}
        if exact is not None:
            words["exact"] = exact

    return change


def quoted(words, start, end):
    given = {"quote": words, "quote_start": start, "quote_end": end}
    return {name: value for name, value in given.items() if value is not None}


@pytest.mark.parametrize(
    ("change", "quote"),
    [
        (select(24, 25), ("🧉", 24, 25)),
        (select(19, 25, "Mate 🧉"), ("Mate 🧉", 19, 25)),
        (select(exact="Mate 🧉"), ("Mate 🧉", 19, 25)),
        (select(exact="not there"), ("not there", 19, 23)),
        (select(exact="🧉"), ("🧉", 19, 23)),
        (select(exact=""), ("", 19, 23)),
        (select(24, 26, "Mate 🧉"), ("Mate 🧉", 24, 26)),
        (select(90, 99), ("Mate", 90, 99)),
        (select(24, 24), ("Mate", 24, 24)),
        (select(0, 3, "Tea"), ("Tea", 0, 3)),
    ],
)
def test_quote_and_offsets_follow_the_selectors(change, quote):
    for before in ({}, {"quote_start": 19, "quote_end": 23}):
        assert reviewed(label(quote="Mate", **before), change) == label(**quoted(*quote))


def test_the_words_around_tell_which_place_is_meant():
    def change(item):
        item["target"]["selector"][1] |= {"exact": "🧉", "prefix": "too. ", "suffix": "\nSo"}

    assert reviewed(label(quote="Mate"), change) == label(**quoted("🧉", 43, 44))


def only(name):
    def change(item):
        item["target"]["selector"] = next(one for one in item["target"]["selector"] if name in one)

    return change


def test_one_selector_is_enough():
    row = label(quote="Mate", quote_start=19, quote_end=23)
    assert reviewed(row, only("start")) == row
    assert reviewed(row, only("exact")) == row

    def reword(words, prefix="", suffix=""):
        def change(item):
            only("exact")(item)
            item["target"]["selector"] |= {"exact": words, "prefix": prefix, "suffix": suffix}

        return change

    def move(item):
        only("start")(item)
        item["target"]["selector"] |= {"start": 24, "end": 25}

    def away(item):
        only("start")(item)
        item["target"]["selector"] |= {"start": 90, "end": 95}

    assert reviewed(row, move) == label(**quoted("🧉", 24, 25))
    assert reviewed(row, away) == label(**quoted(None, 90, 95))
    assert reviewed(row, reword("Mate 🧉")) == label(**quoted("Mate 🧉", 19, 25))
    assert reviewed(row, reword("🧉", "too. ")) == label(**quoted("🧉", 43, 44))
    assert reviewed(row, reword("🧉")) == label(quote="🧉")
    assert reviewed(row, reword("none")) == label(quote="none")


def test_a_selection_in_another_language_or_text():
    english = BOOK.claims["a-01"].text_en
    row = label(claim_id="a-01")

    def change(item):
        item["target"] |= {"source": iri(english)}
        select(4, 11, english[4:11])(item)

    read = reviewed(row, change, against=BOOK)
    assert read == label(claim_id="a-01", quote_of="text_en", **quoted("Yoshino", 4, 11))
    assert ki.validate([read], against=BOOK).ok

    def again(item):
        item["target"] |= {"source": iri(BOOK.sources["alpha"])}
        select(19, 21, "𠮷野")(item)

    assert reviewed(read, again, against=BOOK) == {**read, "quote_of": "text", **quoted("𠮷野", 19, 21)}


RELATION = {"claim_id": "c001", "other_claim_id": "c003", "relation": "supports", "kind": "relation", **BY}


def test_the_other_claim_of_a_relation_follows_its_target():
    row = {**RELATION, "other_claim_sha256": TEA.claims["c003"].sha256}
    assert reviewed(row, select(24, 25, of=1)) == {
        **row, "other_claim_id": "c002", "other_claim_sha256": TEA.claims["c002"].sha256
    }  # fmt: skip
    assert reviewed(RELATION, select(24, 25, of=1)) == {**RELATION, "other_claim_id": "c002"}
    assert reviewed(RELATION, select(46, 48, of=1)) == RELATION
    with pytest.raises(ki.InputError) as caught:
        reviewed(RELATION, select(0, 30, of=1))
    assert str(caught.value) == "[0].target: expected a place in one claim, got one in 0"


def test_a_selection_in_the_corpus_as_a_whole():
    row = {**RELATION, "claim_id": "a-01", "other_claim_id": "a-02"}

    def change(item):
        item["target"][1]["source"] = f"urn:kaiser-interview:corpus:{BOOK.digest}"

    with pytest.raises(ki.InputError) as caught:
        reviewed(row, change, against=BOOK)
    assert str(caught.value) == "[0].target: expected a place in one claim, got one in 0"


QUESTION = {
    "kind": "question",
    "question": "What?",
    "answer": "Tea.",
    "answerable": True,
    "language": "en",
    **BY,
    "references": [{"claim_id": f"c00{number}"} for number in (1, 2, 3)],
}


def test_a_reference_without_its_target_is_removed():
    def change(item):
        del item["target"][0]
        select(24, 25)(item)

    read = reviewed(QUESTION, change)
    assert read["references"] == [{"claim_id": "c002", **quoted("🧉", 24, 25)}, {"claim_id": "c003"}]

    def all_but_the_first(item):
        item["target"] = item["target"][0]

    assert reviewed(QUESTION, all_but_the_first)["references"] == [{"claim_id": "c001"}]

    def whole(item):
        item["target"] = item["target"][0]["source"]

    assert reviewed(QUESTION, whole) == QUESTION

    def without_the_other(item):
        del item["target"][1]

    assert reviewed(RELATION, without_the_other) == RELATION

    def elsewhere(item):
        item["ki:paths"] += ["/nowhere/0", "/references/9", "/0/a", "/question/0"]

    assert reviewed(QUESTION, elsewhere) == QUESTION


def test_a_target_without_a_path_is_a_new_reference():
    def add(item):
        given = item["target"] if isinstance(item["target"], list) else [item["target"]]
        place = {"type": "TextPositionSelector", "start": 24, "end": 25}
        item["target"] = [*given[:2], {"source": iri(TEXT), "selector": place}]

    found = [{"claim_id": "c001"}, {"claim_id": "c002"}, {"claim_id": "c002", **quoted("🧉", 24, 25)}]
    assert reviewed(QUESTION, add)["references"] == found

    def rename(item):  # as in a custom kind
        add(item)
        item["body"][-1]["value"] = item["body"][-1]["value"].replace('"references"', '"evidence"')
        item["ki:paths"] = ["/evidence/0", "/evidence/1"]
        for target, path in zip(item["target"], item["ki:paths"], strict=False):
            target["ki:path"] = path

    assert reviewed({**QUESTION, "references": QUESTION["references"][:2]}, rename)["evidence"] == found
    with pytest.raises(ki.InputError) as caught:
        reviewed(label(), add)
    assert str(caught.value) == "[0].target: expected 1 target, got 2 targets"


def test_a_reference_stays_if_only_its_selector_is_removed():
    def change(item):
        del item["target"][1]["selector"]

    assert reviewed(QUESTION, change) == QUESTION


def test_a_row_without_a_current_claim_gets_that_of_its_target():
    def place(*places):
        def change(item):
            target = {"source": item["target"]}
            item["target"] = [
                {**target, "selector": {"type": "TextPositionSelector", "start": start, "end": end}}
                for start, end in places
            ]

        return change

    row = label(claim_id="c099")
    assert reviewed(row, place((24, 25))) == label(**quoted("🧉", 24, 25))
    row = {**QUESTION, "references": [{"claim_id": "c099"}]}
    found = [{"claim_id": "c099"}, {"claim_id": "c001", **quoted("Tea", 0, 3)}]
    assert reviewed(row, place((0, 3)))["references"] == found
    with pytest.raises(ki.InputError) as caught:
        reviewed(label(claim_id="c099"), place((0, 3), (24, 25)))
    assert str(caught.value) == "[0].target: expected one target, got 2"


def test_fields_and_comments_follow_the_bodies():
    def change(item):
        item["body"][1]["value"] = "against"
        item["body"] += [
            {"type": "TextualBody", "value": "Really?", "purpose": "commenting"},
            "http://example.org/evidence",
            {"type": "Choice", "items": []},
        ]

    comments = ["Really?", "http://example.org/evidence", '{"type": "Choice", "items": []}']
    row = label(x_comments=["Before."])
    assert reviewed(row, change) == label(value="against", x_comments=["Before.", *comments])
    assert reviewed(label(), change)["x_comments"] == comments
    assert reviewed(label(x_comments="odd"), change)["x_comments"] == comments


def test_a_comment_may_have_any_words_and_format():
    note = {"type": "TextualBody", "format": "application/json", "value": '{"claim_id": "c001"}'}

    def change(item):
        item["body"] = [note, *item["body"], {"type": "TextualBody", "value": "for"}, note]

    assert reviewed(label(), change) == label(x_comments=[note["value"], "for", note["value"]])


def test_a_field_is_removed_with_its_body():
    def change(item):
        del item["body"][1]

    read = reviewed(label(), change)
    assert read == {name: value for name, value in label().items() if name != "value"}


def test_the_body_of_a_field_is_text():
    def change(item):
        item["body"][1]["value"] = 5

    with pytest.raises(ki.InputError) as caught:
        reviewed(label(), change)
    assert str(caught.value) == "[0].body[1].value: expected text, got 5"


def test_a_row_that_is_not_text_in_unicode_is_read_back():
    (item,) = items(made([5], kind="label"))
    item["body"][-1] |= {"format": "text/plain", "value": "\ud800"}
    assert back([item]) == [b"\xed\xa0\x80"]


def bare(value):
    """Return a document without our own terms, as other tools write it."""
    if isinstance(value, dict):
        return {name: bare(one) for name, one in value.items() if not name.startswith("ki:")}
    return [*map(bare, value)] if isinstance(value, list) else value


def test_our_own_terms_are_not_needed():
    rows = [label(quote="Mate"), RELATION, QUESTION, {"kind": "label"}, {"kind": "question", "references": 5}]
    document = made(rows)
    for item in items(document):  # other tools may keep findings as comments
        item["body"] = [body for body in item["body"] if body.get("ki:part") != "finding"]
    assert back(bare(document)) == rows
    item = bare(one(QUESTION))
    select(1, 3, of=0)(item)
    assert back([item])[0]["references"][0] == {"claim_id": "c001", **quoted("ea", 1, 3)}
    del item["target"][1]
    with pytest.raises(ki.InputError) as caught:
        back([item])
    words = "expected 3 targets, each with the ki:path of another reference, got 2 targets"
    assert str(caught.value) == f"[0].target: {words}"


# Back, from other tools.


def other(start=None, end=None, exact=None, **values):
    """Return an annotation as another tool makes it."""
    selector = [{"type": "TextPositionSelector", "start": start, "end": end}] if start is not None else []
    selector += [{"type": "TextQuoteSelector", "exact": exact}] if exact is not None else []
    target = {"source": {"id": iri(TEXT)}, "selector": selector}
    return {"type": ["Annotation"], "id": "urn:x:1", "target": target, **values}


def test_annotations_of_other_tools_are_rows_as_far_as_they_say():
    tag = {"type": "TextualBody", "value": "for", "purpose": ["tagging"]}
    note = {"type": "TextualBody", "value": "Yes."}
    person = {"type": "Person", "name": "Ada"}
    item = other(24, 25, body=[tag, note, tag], creator=person, created="2026-11-27T09:00:00Z")
    row = {
        "id": "urn:x:1",
        "claim_id": "c002",
        **quoted("🧉", 24, 25),
        "kind": "label",
        "value": "for",
        "method": "human",
        "creator": "Ada",
        "created": "2026-11-27T09:00:00Z",
        "x_comments": ["Yes.", "for"],
    }
    assert back(item) == [row]
    report = ki.validate([row], against=TEA)
    assert [(one.code, one.path) for one in report.sample] == [("missing-field", ("scheme",))]


@pytest.mark.parametrize(
    ("item", "row"),
    [
        (other(exact="milk"), {"claim_id": "c003", **quoted("milk", 51, 55)}),
        (other(exact="🧉"), {"quote": "🧉"}),
        (other(exact="none"), {"quote": "none"}),
        (other(0, 30), quoted(TEXT[:30], 0, 30)),
        (other(90, 99), quoted(None, 90, 99)),
        (other(0, 3, "Mate"), {"claim_id": "c001", **quoted("Mate", 0, 3)}),
        (other(0, 3, bodyValue="Hm."), {"claim_id": "c001", **quoted("Tea", 0, 3), "x_comments": ["Hm."]}),
        (
            other(0, 3, creator="urn:x:ada"),
            {"claim_id": "c001", **quoted("Tea", 0, 3), "creator": "urn:x:ada"},
        ),
        (other(0, 3, creator=[{"id": "a:b"}]), {"claim_id": "c001", **quoted("Tea", 0, 3), "creator": "a:b"}),
        (
            other(0, 3, creator={"name": ["Ada", "A."]}),
            {"claim_id": "c001", **quoted("Tea", 0, 3), "creator": "Ada"},
        ),
        (
            other(0, 3, bodyValue="for", motivation="tagging"),
            {"claim_id": "c001", **quoted("Tea", 0, 3), "kind": "label", "value": "for"},
        ),
        (
            other(0, 3, body={"type": "SpecificResource", "source": "urn:x:tea", "purpose": "tagging"}),
            {"claim_id": "c001", **quoted("Tea", 0, 3), "kind": "label", "value": "urn:x:tea"},
        ),
        ({"type": "Annotation", "target": iri(TEXT)}, {}),
        ({"type": "Annotation", "target": {"id": iri(TEXT)}}, {}),
    ],
)
def test_what_is_known_of_an_annotation(item, row):
    (read,) = back(item)
    assert read.pop("id", "urn:x:1") == "urn:x:1"
    assert read == row


def test_each_target_of_another_tool_is_a_row():
    item = other(0, 3)
    item["target"] = [item["target"], other(24, 25)["target"]]
    assert [(row["id"], row["claim_id"]) for row in back(item)] == [
        ("urn:x:1#0", "c001"),
        ("urn:x:1#1", "c002"),
    ]


def test_the_english_of_another_tool():
    claim = BOOK.claims["a-02"]
    item = other(4, 11)
    item["target"]["source"] = iri(claim.text_en)
    (row,) = back(item, BOOK)
    assert row == {"id": "urn:x:1", "claim_id": "a-02", "quote_of": "text_en", **quoted("station", 4, 11)}


def test_texts_that_occur_twice():
    corpus = ki.Corpus.from_text({"a": TEXT, "b": TEXT}, unit="line")
    (row,) = back(other(0, 3), corpus)
    assert row == {"id": "urn:x:1", **quoted("Tea", 0, 3)}
    rows = [label(claim_id=f"{name}-c002", quote="Mate") for name in "ab"]
    assert back(made(rows, against=corpus), corpus) == rows


# Back: forms of a document, and what is refused.


def test_forms_of_a_document(tmp_path):
    rows = [label(), label(value="against")]
    document = made(rows)
    text = json.dumps(document, ensure_ascii=False)
    path = tmp_path / "a.jsonld"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    page = {**document["first"], "type": ["AnnotationPage"]}
    forms = [
        text,
        f"\n{text}",
        text.encode(),
        path,
        str(path),
        page,
        items(document),
        json.dumps(items(document)),
    ]
    for form in forms:
        assert back(form) == rows
    assert back(items(document)[1]) == rows[1:]
    del items(document)[0]
    assert back(document) == rows[1:]


DEEP: list = []
for _ in range(5_000):
    DEEP = [DEEP]

A = "an AnnotationCollection, an AnnotationPage, an Annotation or a list of annotations"
GOOD = other(0, 3)


def broken(**values):
    return {**copy.deepcopy(GOOD), **values}


def pointing(**values):
    return broken(target={"source": iri(TEXT), "selector": {"type": "TextPositionSelector", **values}})


def quoting(**values):
    return broken(target={"source": iri(TEXT), "selector": {"type": "TextQuoteSelector", **values}})


def row_body(**values):
    return broken(body={"type": "TextualBody", "ki:part": "row", "format": "application/json", **values})


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (5, "annotations: expected a mapping, a list, a JSON text or a path, got int"),
        ("{", "annotations: expected valid JSON, got the end of the text"),
        ("", "annotations: expected a JSON text or a path, got nothing"),
        ("a\0b", r"a\u0000b: expected the path of a file: embedded null byte"),
        (b"\xff", "annotations: expected UTF-8, got 0xff at byte 0"),
        (" \n", "annotations: expected a JSON text or a path, got nothing"),
        (b"", "annotations: expected valid JSON, got nothing"),
        (b"\xef\xbb\xbf\n\n", "annotations: expected valid JSON, got nothing"),
        ("[\n}", 'annotations: expected valid JSON, got "}" at byte 1 of line 2'),
        ('{"first": {"items": [1, NaN]}}', "annotations: first.items[1]: expected a finite number"),
        ('[{"a": 1, "a": 2}]', 'annotations: [0].a: expected unique keys, got "a" twice'),
        ({}, f"annotations: expected {A}, got an object without a type"),
        ({"type": "Note"}, f"annotations: expected {A}, got an object of type Note"),
        (b"5", f"annotations: expected {A}, got 5"),
        ({"type": "N" * 500}, f"annotations: expected {A}, got an object of type {'N' * 79}…"),
        ({"type": DEEP}, f"annotations: expected {A}, got an object with an invalid type"),
        ({"type": "AnnotationPage"}, "items: expected a list of annotations, got nothing"),
        (
            {"type": "AnnotationPage", "items": [], "next": "urn:x:2"},
            'next: expected a page with all annotations, without another page, got "urn:x:2"',
        ),
        (
            {"type": "AnnotationCollection", "first": "urn:x:1"},
            'first: expected a page within the collection, got "urn:x:1"',
        ),
        (
            {"type": "AnnotationCollection", "items": [GOOD]},
            "first: expected a page within the collection, got nothing",
        ),
        (
            {"type": "AnnotationCollection", "total": 2},
            "first: expected a page within the collection, got nothing",
        ),
        (
            {"type": "AnnotationCollection", "first": {"type": "AnnotationPage", "items": 5}},
            "first.items: expected a list of annotations, got 5",
        ),
        (
            {"type": "AnnotationCollection", "first": {"type": "AnnotationPage", "items": [5]}},
            "first.items[0]: expected an Annotation, got 5",
        ),
        ([GOOD, {"type": "Note"}], "[1]: expected an Annotation, got an object of type Note"),
        (broken(target=None), "[0].target: expected a target, got nothing"),
        (broken(target=5), "[0].target.source: expected an IRI, got 5"),
        (broken(target={"source": {}}), "[0].target.source: expected an IRI, got nothing"),
        (
            broken(target=f"{iri('x')}\x1b"),
            "[0].target.source: expected a text of the corpus that the rows are validated against, got "
            f'"{iri("x")}\\u001b"; its text was changed, or `against` is another corpus',
        ),
        (
            broken(target={"source": iri(TEXT), "selector": {"type": "CssSelector"}}),
            "[0].target.selector: expected a TextPositionSelector or a TextQuoteSelector, got an object of "
            "type CssSelector",
        ),
        (
            broken(target={"source": iri(TEXT), "selector": "#a"}),
            '[0].target.selector: expected a TextPositionSelector or a TextQuoteSelector, got "#a"',
        ),
        (
            pointing(start=0, end=9, refinedBy={"type": "TextQuoteSelector", "exact": "e"}),
            "[0].target.selector.refinedBy: expected a selector that is not refined, got an object of type "
            "TextQuoteSelector",
        ),
        (
            broken(target=[GOOD["target"], {"source": 5}]),
            "[0].target[1].source: expected an IRI, got 5",
        ),
        (pointing(start="0", end=3), '[0].target.selector.start: expected an integer of at least 0, got "0"'),
        (pointing(start=0, end=True), "[0].target.selector.end: expected an integer of at least 0, got true"),
        (pointing(start=-1, end=3), "[0].target.selector.start: expected an integer of at least 0, got -1"),
        (pointing(start=0), "[0].target.selector.end: expected an integer of at least 0, got nothing"),
        (quoting(), "[0].target.selector.exact: expected text, got nothing"),
        (quoting(exact="a", prefix=5), "[0].target.selector.prefix: expected text, got 5"),
        (row_body(value="{"), '[0].body: expected a row as a JSON text, got "{"'),
        (row_body(value=5), "[0].body: expected a row as a JSON text, got 5"),
        (row_body(value=5, format="text/plain"), "[0].body: expected a row as a JSON text, got 5"),
        (
            {**row_body(value='{"claim_id": "c001"}'), "ki:paths": ["a"]},
            '[0].ki:paths: expected a JSON Pointer, got "a"',
        ),
        (
            {**row_body(value="{}"), "target": {"source": iri(TEXT), "ki:path": 5}},
            "[0].target.ki:path: expected a JSON Pointer, got 5",
        ),
    ],
)
def test_what_is_no_document(document, words):
    if isinstance(document, dict) and document.get("type") == ["Annotation"]:
        document = [document]
    with pytest.raises(ki.InputError) as caught:
        back(document)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("path", ["/references/9", "/references/x", "/question", "/question/a"])
def test_a_target_without_its_reference(path):
    item = one(QUESTION)
    item["target"][0]["ki:path"] = path
    with pytest.raises(ki.InputError) as caught:
        back([item])
    words = "expected the ki:path of a reference to a claim of the corpus, got another"
    assert str(caught.value) == f"[0].target: {words}"


def test_the_text_of_another_corpus():
    document = made([label()])
    with pytest.raises(ki.InputError, match="its text was changed, or `against` is another corpus"):
        ki.from_annotations(document)


def test_deep_values():
    item = one(label(x_deep=DEEP))
    (row,) = back([item])
    assert row["claim_id"] == "c002"
    tag = {"type": "TextualBody", "value": "for", "purpose": DEEP}
    assert back(other(0, 3, body=tag))[0]["x_comments"] == ["for"]

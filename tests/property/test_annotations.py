"""Rows survive the way to Web Annotations and back, whatever is in them."""

import json

from hypothesis import given
from hypothesis import strategies as st
from web_annotation import check_document

import kaiser_interview as ki

CLAIM = st.text(st.sampled_from("语a不 🧠𠀋é👩‍🔬"), min_size=1, max_size=12).filter(str.strip)
TEXTS = st.lists(CLAIM, min_size=1, max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
OFFSETS = st.integers(-1, 40)
KINDS = st.sampled_from(["translation", "label", "mention", "relation", "question", "verdict", "nothing"])
FIELDS = [
    "translation",
    "value",
    "name",
    "question",
    "answer",
    "creator",
    "created",
    "language",
    "x_comments",
]


@st.composite
def references(draw, texts):
    """Return the fields of a reference: right, wrong or of other types."""
    claim = draw(st.integers(0, len(texts)))
    words = texts[claim % len(texts)]
    start = draw(st.integers(0, len(words) - 1))
    quote = words[start : draw(st.integers(start + 1, len(words)))]
    given = {
        "claim_id": draw(st.just(f"c{claim + 1:03}") | VALUES),
        "quote": draw(st.just(quote) | VALUES),
        "quote_start": draw(OFFSETS | VALUES),
        "quote_end": draw(OFFSETS | VALUES),
        "quote_of": draw(st.sampled_from(["text", "text_en", None]) | VALUES),
        "other_claim_id": draw(st.just("c001") | VALUES),
    }
    return {name: given[name] for name in draw(st.sets(st.sampled_from(sorted(given))))}


@st.composite
def corpora_and_rows(draw):
    texts = draw(TEXTS)
    rows = []
    for _ in range(draw(st.integers(0, 3))):
        row = draw(references(texts)) | {"kind": draw(KINDS)}
        row |= draw(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4))
        if draw(st.booleans()):
            row["references"] = draw(st.lists(references(texts), max_size=3) | VALUES)
        rows.append(row)
    return ki.Corpus.from_text("\n".join(texts), unit="line"), rows


@given(corpora_and_rows())
def test_rows_are_read_back(found):
    corpus, rows = found
    document = ki.to_annotations(rows, against=corpus)
    check_document(document)
    assert ki.from_annotations(document, against=corpus) == rows
    assert ki.from_annotations(json.dumps(document), against=corpus) == rows
    for item in document.get("first", {}).get("items", []):
        for target in item["target"] if isinstance(item["target"], list) else [item["target"]]:
            if isinstance(target, dict):
                position, words = target["selector"]
                (text,) = corpus.sources.values()
                assert text[position["start"] : position["end"]] == words["exact"] != ""


@given(st.lists(VALUES.filter(lambda value: not isinstance(value, str)), max_size=3))
def test_values_of_every_type_are_read_back(rows):
    assert ki.from_annotations(ki.to_annotations(rows, kind="label")) == rows


@given(VALUES)
def test_any_document_gives_rows_or_an_error(value):
    for document in (
        value,
        {"type": "AnnotationPage", "items": value},
        {"type": "Annotation", "target": value},
    ):
        try:
            assert isinstance(ki.from_annotations(json.dumps(document).encode()), list)
        except ki.InputError as error:
            assert "expected" in str(error)


def nodes(value, path=()):
    """Yield the path of every value in a document."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from nodes(one, (*path, name))


@given(st.data())
def test_a_damaged_document_gives_rows_or_an_error(data):
    corpus, rows = data.draw(corpora_and_rows())
    document = ki.to_annotations(rows, against=corpus)
    for _ in range(data.draw(st.integers(1, 3))):
        *path, last = data.draw(st.sampled_from([one for one in nodes(document) if one]))
        held = document
        for step in path:
            held = held[step]
        if data.draw(st.booleans()):
            del held[last]
        else:
            held[last] = data.draw(st.sampled_from(["", "/references/0", "/other_claim_id", 0, 3]) | VALUES)
    try:
        assert isinstance(ki.from_annotations(document, against=corpus), list)
    except ki.InputError as error:
        assert "expected" in str(error)

"""Operators on fields: their names, types and values."""

from collections.abc import Callable, Iterable
from typing import Any

from ..kinds import named
from ..naive_quotes import Row
from ..oracle import Place, references
from ..raw import Raw
from ..valid_rows import SHIPPED_ONLY
from .base import EVERY, JSON, TEXT, Around, operator

__all__: list[str] = []

Stated = tuple[Row, Place]

TEXT_FIELDS = (
    "creator", "rationale", "translation", "value", "name", "question", "answer", "model", "thesis", "stance",
    "title", "headline", "outlet", "rights", "text", "text_en", "quote",
)  # fmt: skip
NONEMPTY = tuple(name for name in TEXT_FIELDS if name not in {"thesis", "stance"})
REQUIRED = {
    "translation": ("claim_id", "method", "creator", "language", "translation"),
    "label": ("claim_id", "method", "creator", "scheme", "value"),
    "mention": ("claim_id", "method", "creator", "quote", "quote_start", "quote_end", "name", "type"),
    "relation": ("claim_id", "method", "creator", "other_claim_id", "relation"),
    "question": ("method", "creator", "references", "question", "answerable", "language"),
    "verdict": ("claim_id", "method", "creator", "verdict", "urls"),
    "embedding": ("claim_id", "method", "creator", "model", "of", "vector"),
    "stance": ("claim_id", "method", "creator", "stance"),
    "debate": ("method", "creator", "thesis", "pro"),
    "claim": (
        "claim_id", "dialogue_id", "position", "text", "text_en", "citations", "start", "end", "prefix",
        "suffix", "claim_sha256", "topics", "claim_type", "horizon", "since", "revised",
    ),
    "dialogue": ("dialogue_id", "number", "title", "title_en", "start", "end", "claim_count"),
    "source": ("source_id", "text", "headline", "outlet", "published", "languages", "participants", "sha256"),
}  # fmt: skip
VOCABULARY = (
    "method", "quote_of", "type", "relation", "verdict", "of", "claim_type", "horizon",
)  # fmt: skip
INSTANTS = (
    "2026-02-30T00:00:00Z", "2025-02-29T12:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z",
    "2026-11-23T24:00:00Z", "2026-11-23T18:60:00Z", "2026-11-23T18:45:60Z", "2026-11-23T18:45:00",
    "2026-11-23T18:45:00+01:00", "2026-11-23 18:45:00Z", "2026-11-23", "23.11.2026", "1764000000",
    "2026-11-23T18:45:00z", "2026-11-23T18:45:00Z ", "2026-11-23T18:45:00.1234567Z", "now",
    "２026-11-23T18:45:00Z",
)  # fmt: skip
LANGUAGES = (
    "english", "EN", "zh_CN", "en-us", "zh-hans", "e", "en-", "-en", "en US", "en\n", "cmn-hans-cn",
    "English (US)",
)  # fmt: skip


def _field(around: Around, row: Row, names: Iterable[str], *, given: bool = True) -> str | None:
    """Return one of these fields that the kind has and, if so asked, the row gives."""
    known = named(around.kind).model_fields
    found = [name for name in names if name in known and (not given or row.get(name) is not None)]
    return around.draw.choice(found) if found else None


def _sets(
    name: str,
    code: str,
    fields: Iterable[str],
    values: Iterable[Any],
    forms: frozenset[str] = EVERY,
    *,
    given: bool = True,
) -> None:
    """Register an operator that gives one of these fields one of these values."""
    names, choices = tuple(fields), tuple(values)

    @operator("values", name, code, forms=forms)
    def _(around: Around, row: Row) -> Stated | None:
        field = _field(around, row, names, given=given)
        if field is None:
            return None
        return row | {field: around.draw.choice(choices)}, (code, (field,))


_TYPE = "wrong-type"

_sets("text-empty", "bad-length", NONEMPTY, [""], EVERY - {"csv"})
_sets("number-for-text", _TYPE, TEXT_FIELDS, [1, 0.5], JSON)
_sets("boolean-for-text", _TYPE, TEXT_FIELDS, [True, False], JSON)
_sets("list-for-text", _TYPE, TEXT_FIELDS, [[], ["x"]], JSON)
_sets("object-for-text", _TYPE, TEXT_FIELDS, [{}, {"text": "x"}], JSON)

_sets("confidence-above-one", "out-of-range", ["confidence"], [1.0000001, 2.0, 90.0, 1e308], given=False)
_sets("confidence-below-zero", "out-of-range", ["confidence"], [-1e-9, -0.5, -1e308], given=False)
_sets("confidence-as-text", _TYPE, ["confidence"], ["0.9", "high", "90%"], JSON, given=False)
_sets("confidence-as-words", _TYPE, ["confidence"], ["high", "90%", "0,9"], TEXT, given=False)
_sets("confidence-as-boolean", _TYPE, ["confidence"], [True], JSON, given=False)
_sets("not-a-number", "not-finite", ["confidence", "weight"], [float("nan")], given=False)
_sets("infinite", "not-finite", ["confidence", "weight"], [float("inf"), float("-inf")], given=False)
_sets(
    "larger-than-a-double",
    "not-finite",
    ["confidence", "weight"],
    [Raw("1e400"), Raw("-1e999")],
    JSON,
    given=False,
)
_sets("larger-than-a-float", "out-of-range", ["weight"], [3.5e38, -1e39], TEXT, given=False)

_sets("text-for-boolean", _TYPE, ["answerable"], ["true", "yes", ""], JSON)
_sets("integer-for-boolean", _TYPE, ["answerable"], [0, 1], JSON)
_sets("boolean-in-words", _TYPE, ["answerable"], ["yes", "ja", "1", "T"], TEXT)

_COUNTS = ("position", "start", "end", "number", "claim_count", "rank")
_sets("whole-float-for-integer", _TYPE, _COUNTS, [1.0, 20.0], JSON)
_sets("fraction-for-integer", _TYPE, _COUNTS, [1.5], TEXT)
_sets("boolean-for-integer", _TYPE, _COUNTS, [True], TEXT)
_sets("text-for-integer", _TYPE, _COUNTS, ["1", "20"], JSON)
_sets("integer-below", "out-of-range", _COUNTS[:5], [-1])
_sets("integer-beyond-32-bits", "out-of-range", _COUNTS[:5], [2**31, 2**62], TEXT)

_sets("instant-that-is-none", "bad-format", ["created"], INSTANTS, TEXT, given=False)
_sets("instant-as-number", _TYPE, ["created"], [1764000000, 1.5], JSON, given=False)
_sets("language-that-is-none", "bad-format", ["language"], LANGUAGES)
_sets(
    "scheme-of-another-form",
    "bad-format",
    ["scheme"],
    ["a b", "acme:", ":x", "a:b:c", "1x", "topic ", "主题"],
)
_sets("scheme-without-colon", "not-in-vocabulary", ["scheme"], ["Topic", "topics", "stance", "claim-type"])

_sets("urls-as-text", _TYPE, ["urls"], ["urn:a", "[]"], JSON)
_sets(
    "list-as-words",
    _TYPE,
    ["urls", "vector", "tags", "references", "pro"],
    ["a", "a; b", "1, 2", "[nan, 0.5]", "[NaN]"],
    TEXT,
)
_sets("list-as-object", _TYPE, ["urls", "vector", "tags", "references", "pro"], [{}, {"0": "a"}], JSON)
_sets("list-empty", "bad-length", ["vector", "citations", "topics", "languages"], [[]])


def _worded(name: str, change: Callable[[str], list[str]]) -> None:
    """Register an operator that writes a word of a vocabulary in one of some other ways."""

    @operator("values", name, "not-in-vocabulary")
    def _(around: Around, row: Row) -> Stated | None:
        field = _field(around, row, VOCABULARY)
        if field is None:
            return None
        return row | {field: around.draw.choice(change(row[field]))}, ("not-in-vocabulary", (field,))


_worded(
    "value-of-no-vocabulary",
    lambda _: ["other", "none", "n/a", "unknown", "TRUE", "entailment", "GPT-4", "模型"],
)
_worded("value-in-another-case", lambda word: [word.upper(), word.capitalize()])
_worded("value-padded", lambda word: [f" {word}", f"{word} ", f"{word}\n", f"{word}."])


@operator("values", "value-of-another-scheme", "not-in-vocabulary")
def _(around: Around, row: Row) -> Stated | None:
    if around.kind != "label" or ":" in row["scheme"]:
        return None
    value = around.draw.choice(["Memory", "memories", "FUTURE", "claim", "agents,scaling", "记忆"])
    return row | {"value": value}, ("not-in-vocabulary", ("value",))


@operator("values", "topics-of-no-vocabulary", "not-in-vocabulary", forms=TEXT)
def _(around: Around, row: Row) -> Stated | None:
    if around.kind != "claim":
        return None
    at = around.draw.randrange(len(row["topics"]))
    topics = [*row["topics"][:at], "Language", *row["topics"][at + 1 :]]
    return row | {"topics": topics}, ("not-in-vocabulary", ("topics", at))


@operator("values", "field-missing", "missing-field")
def _(around: Around, row: Row) -> Stated:
    field = around.draw.choice(REQUIRED[around.kind])
    row.pop(field)
    return row, ("missing-field", (field,))


@operator("values", "field-null", "missing-field")
def _(around: Around, row: Row) -> Stated:
    field = around.draw.choice(REQUIRED[around.kind])
    return row | {field: None}, ("missing-field", (field,))


@operator("values", "id-of-a-reference-missing", "missing-field")
def _(around: Around, row: Row) -> Stated | None:
    inner = [(path, one) for path, one in references(row) if path]
    if not inner:
        return None
    path, one = around.draw.choice(inner)
    one["claim_id"] = None
    return row, ("missing-field", (*path, "claim_id"))


@operator("values", "field-unknown", "unknown-field", forms=JSON)
def _(around: Around, row: Row) -> Stated:
    name = around.draw.choice(
        ["note", "comment", "score", "source", "index", "Unnamed: 0", "", "X_note", "备注"]
    )
    return row | {name: around.draw.choice(["x", 1, None, [], {}])}, ("unknown-field", (name,))


@operator("values", "field-unknown-in-a-reference", "unknown-field", forms=TEXT)
def _(around: Around, row: Row) -> Stated | None:
    inner = [(path, one) for path, one in references(row) if path]
    if not inner:
        return None
    path, one = around.draw.choice(inner)
    one["note"] = "x"
    return row, ("unknown-field", (*path, "note"))


@operator("values", "field-mistyped", "unknown-field", forms=JSON)
def _(around: Around, row: Row) -> Stated | None:
    """Drop, double or swap a letter of a name; the intended field is not reported as missing."""
    names = [
        name
        for name in named(around.kind).model_fields
        if row.get(name) is not None and len(name) > _SHORTEST
    ]
    if not names:
        return None
    name = around.draw.choice(names)
    at = around.draw.randrange(1, len(name) - 1)
    made = around.draw.choice(
        [
            name[:at] + name[at + 1 :],
            name[:at] + name[at] + name[at:],
            name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :],
        ]
    )
    if made in {*named(around.kind).model_fields, *_carried(around)}:
        return None
    return {made if key == name else key: value for key, value in row.items()}, ("unknown-field", (made,))


@operator("values", "kind-of-another-name", "unknown-kind")
def _(around: Around, row: Row) -> Stated | None:
    if around.kind in SHIPPED_ONLY:
        return None
    return row | {"kind": around.draw.choice(["Translation", "labels", "tranlation", "x", "claims"])}, (
        "unknown-kind",
        ("kind",),
    )


@operator("values", "kind-of-another-record", "unknown-kind")
def _(around: Around, row: Row) -> Stated | None:
    if around.kind in SHIPPED_ONLY:
        return None
    other = around.draw.choice(
        [one for one in ("label", "verdict", "question", "claim") if one != around.kind]
    )
    return row | {"kind": other}, ("unknown-kind", ("kind",))


@operator("values", "element-of-another-type", _TYPE, forms=TEXT)
def _(around: Around, row: Row) -> Stated | None:
    field = _field(around, row, ["vector", "urls", "tags", "citations", "languages", "references", "pro"])
    if field is None or not row[field]:
        return None
    at = around.draw.randrange(len(row[field]))
    made = [*row[field]]
    wrong: list[Any] = [True, [], {"a": 1}] if field in {"urls", "tags", "languages"} else ["x", True, [0.5]]
    made[at] = around.draw.choice(wrong)
    return row | {field: made}, (_TYPE, (field, at))


@operator("values", "element-null", _TYPE)
def _(around: Around, row: Row) -> Stated | None:
    field = _field(around, row, ["vector", "urls", "tags"])
    if field is None or not row[field]:
        return None
    at = around.draw.randrange(len(row[field]))
    made: list[Any] = [*row[field]]
    made[at] = None
    return row | {field: made}, (_TYPE, (field, at))


# A cell that is not JSON is text: `list-as-words` covers that.
@operator("values", "vector-not-finite", "not-finite", forms=EVERY - {"csv"})
def _(around: Around, row: Row) -> Stated | None:
    if around.kind != "embedding":
        return None
    at = around.draw.randrange(len(row["vector"]))
    made = [*row["vector"]]
    made[at] = around.draw.choice([float("nan"), float("inf"), float("-inf")])
    return row | {"vector": made}, ("not-finite", ("vector", at))


@operator("values", "vector-beyond-a-float", "out-of-range", forms=TEXT)
def _(around: Around, row: Row) -> Stated | None:
    if around.kind != "embedding":
        return None
    at = around.draw.randrange(len(row["vector"]))
    made = [*row["vector"]]
    made[at] = around.draw.choice([3.5e38, -1e300])
    return row | {"vector": made}, ("out-of-range", ("vector", at))


@operator("values", "id-of-another-form", "bad-format")
def _(around: Around, row: Row) -> Stated | None:
    if around.kind in SHIPPED_ONLY:
        return None
    mark = around.draw.choice([" ", "\n", "\t", "  ", "\xa0", "\x7f", "\u200b", "\u202e", "\ufeff"])
    made = f"{row['id']}{mark}" if around.draw.random() < 1 / 2 else f"{mark}{row['id']}"
    return row | {"id": made}, ("bad-format", ("id",))


@operator("values", "id-too-long", "bad-length")
def _(around: Around, row: Row) -> Stated | None:
    if around.kind in SHIPPED_ONLY:
        return None
    made = row["id"] + around.draw.choice("x行") * 256
    return row | {"id": made}, ("bad-length", ("id",))


# Fields that belong together.


@operator("values", "answer-lacking", "fields-disagree")
def _(around: Around, row: Row) -> Stated | None:
    if around.kind != "question" or not row["answerable"]:
        return None
    return row | {"answer": None}, ("fields-disagree", ("answer",))


@operator("values", "answer-where-there-is-none", "fields-disagree")
def _(around: Around, row: Row) -> Stated | None:
    if around.kind != "question" or row["answerable"]:
        return None
    return row | {"answer": "It does."}, ("fields-disagree", ("answer",))


@operator("values", "references-lacking", "fields-disagree")
def _(around: Around, row: Row) -> Stated | None:
    if around.kind != "question" or not row["answerable"]:
        return None
    return row | {"references": []}, ("fields-disagree", ("references",))


_SHORTEST = 3


def _carried(around: Around) -> set[str]:
    return {name for claim in around.ground.claims.values() for name in claim.columns}

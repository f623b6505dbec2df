"""Operators on the words of a quote."""

import unicodedata
from collections.abc import Callable

from ..ground import Claim
from ..naive_quotes import Row, markers
from ..oracle import references
from .base import Around, operator

__all__: list[str] = []

Words = Callable[[Around, Claim, str], "str | None"]

NOT_FOUND = "quote-not-found"
TYPOGRAPHY = "quote-typography-differs"
MARKERS = "quote-markers-differ"
# The changed quote may by chance occur in the claim, elsewhere in it, or in another claim.
CHANCE = (
    NOT_FOUND,
    TYPOGRAPHY,
    MARKERS,
    "quote-misplaced",
    "quote-misattributed",
    "quote-ambiguous",
    "quote-too-short",
)
_LEAST = 2

_NEGATIONS = ("不再", "不", "没", "非", "无", " not", "n’t", "nie", " no ", "नहीं")
_HOMOGLYPHS = dict(zip("aceiopxyABCEHKMOPTX一日口人未士", "асеіорхуАВСЕНКМОРТХ⼀曰囗入末土", strict=True))
_TRADITIONAL = dict(
    zip(
        "语言对时间维数据学习记忆模型处理并构训练经济",
        "語⾔對時閒維數據學習記憶糢型處理並構訓練經濟",
        strict=True,
    )
)
_QUOTATION = {'"': "“", "“": '"', "”": '"', "'": "’", "’": "'", "‘": "'"}
_QUOTATION |= {"「": "“", "」": "”", "『": '"', "』": '"'}
_DASHES = {"—": "--", "-": "–", "–": "-"}
_PUNCTUATION = {
    "，": ",",
    ",": "，",
    "：": ":",
    ":": "：",
    "（": "(",
    "）": ")",
    "。": ".",
    "、": "､",
    ";": "；",
    "；": ";",
}
_WIDTHS = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
_WIDTHS |= {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)}
# Letters that no normal form composes, although they exist.
_EXCLUDED = {unicodedata.normalize("NFD", chr(code)): chr(code) for code in range(0x958, 0x960)}
_INVISIBLE = "\u200d\ufe0f"


def _quoting(around: Around, row: Row) -> Row | None:
    """Return a reference of the row that quotes, if there is one."""
    quoting = [one for _, one in references(row) if one.get("quote")]
    return around.draw.choice(quoting) if quoting else None


def words(name: str, code: str) -> Callable[[Words], Words]:
    """Register a function of a quote's words; its offsets stay, fit the new length, or are not given.

    It gives the code, unless the changed words occur somewhere by chance.
    """

    def register(change: Words) -> Words:
        @operator("quotes", name, code, *CHANCE)
        def _(around: Around, row: Row) -> Row | None:
            one = _quoting(around, row)
            if one is None:
                return None
            made = change(around, around.ground.claims[one["claim_id"]], one["quote"])
            if not made or made == one["quote"]:
                return None
            way = around.draw.choice(["stay", "fit", "none"])
            if way == "fit" and one.get("quote_start") is not None:
                one["quote_end"] = one["quote_start"] + len(made)
            elif way == "none" and around.kind != "mention":
                one["quote_start"] = one["quote_end"] = None
            one["quote"] = made
            # Without the space, or past the source's end: another fault comes first.
            passage = around.ground.claims[one["claim_id"]].quoted(one.get("quote_of"))
            end = one.get("quote_end")
            return None if end is not None and end > len(passage.whole) else row

        return change

    return register


def _inside(around: Around, text: str) -> int | None:
    """Return a place within a text, neither its beginning nor its end."""
    return around.draw.randrange(1, len(text)) if len(text) >= _LEAST else None


def _swapped(name: str, code: str, swaps: dict[str, str]) -> None:
    """Register an operator that gives a counterpart to one of the characters that have one."""

    @words(name, code)
    def _(around: Around, _: Claim, quote: str) -> str | None:
        at = [number for number, mark in enumerate(quote) if mark in swaps]
        if not at:
            return None
        one = around.draw.choice(at)
        return quote[:one] + swaps[quote[one]] + quote[one + 1 :]


def _added(name: str, code: str, *marks: str) -> None:
    """Register an operator that puts one of these inside a quote."""

    @words(name, code)
    def _(around: Around, _: Claim, quote: str) -> str | None:
        at = _inside(around, quote)
        return quote[:at] + around.draw.choice(marks) + quote[at:] if at else None


_added("character-added", NOT_FOUND, *"的了与nX7é🧠")
_added("negation-added", NOT_FOUND, "不", "没有", "非", " not ")
_added("space-added", TYPOGRAPHY, " ")
_added("ideographic-space-added", TYPOGRAPHY, "\u3000")
_added("no-break-space-added", TYPOGRAPHY, "\u00a0")
_added("line-feed-added", TYPOGRAPHY, "\n")
_added("zero-width-space-added", TYPOGRAPHY, "\u200b")
_added("direction-mark-added", NOT_FOUND, "\u200e", "\u200f", "\u202e", "\u2066")
_added("joiner-added", NOT_FOUND, "\u200d", "\ufe0f", "\u034f")
_added("combining-mark-added", NOT_FOUND, "\u0323")
_added("marker-added-inside", MARKERS, "[1]", "[42]", "[6][7]")


@words("character-dropped", NOT_FOUND)
def _(around: Around, _: Claim, quote: str) -> str:
    at = around.draw.randrange(len(quote))
    return quote[:at] + quote[at + 1 :]


@words("character-doubled", NOT_FOUND)
def _(around: Around, _: Claim, quote: str) -> str:
    at = around.draw.randrange(len(quote))
    return quote[:at] + quote[at] + quote[at:]


@words("characters-swapped", NOT_FOUND)
def _(around: Around, _: Claim, quote: str) -> str | None:
    at = _inside(around, quote)
    return quote[: at - 1] + quote[at] + quote[at - 1] + quote[at + 1 :] if at else None


@words("character-replaced", NOT_FOUND)
def _(around: Around, _: Claim, quote: str) -> str:
    at = around.draw.randrange(len(quote))
    return quote[:at] + around.draw.choice("某甲乙zQ9ß𠀋") + quote[at + 1 :]


def _dropped(name: str, is_dropped: Callable[[str], bool]) -> None:
    """Register an operator that drops one of the characters of a sort."""

    @words(name, NOT_FOUND)
    def _(around: Around, _: Claim, quote: str) -> str | None:
        at = [number for number, mark in enumerate(quote) if is_dropped(mark)]
        one = around.draw.choice(at) if at else None
        return None if one is None else quote[:one] + quote[one + 1 :]


_dropped("vowel-or-accent-dropped", lambda mark: unicodedata.category(mark) in {"Mn", "Mc"})
_dropped("joiner-dropped", lambda mark: mark in _INVISIBLE)


_swapped("homoglyph", NOT_FOUND, _HOMOGLYPHS)


@words("traditional-characters", NOT_FOUND)
def _(_: Around, __: Claim, quote: str) -> str:
    return "".join(_TRADITIONAL.get(mark, mark) for mark in quote)


_swapped("full-width", TYPOGRAPHY, _WIDTHS)
_swapped("punctuation-of-another-width", TYPOGRAPHY, _PUNCTUATION)
_swapped("quotation-marks-changed", TYPOGRAPHY, _QUOTATION)
_swapped("dashes-changed", TYPOGRAPHY, _DASHES)


@words("ellipsis-in-full-stops", TYPOGRAPHY)
def _(_: Around, __: Claim, quote: str) -> str:
    return quote.replace("…", "...")


@words("normal-form-decomposed", TYPOGRAPHY)
def _(_: Around, __: Claim, quote: str) -> str:
    return unicodedata.normalize("NFD", quote)


@words("normal-form-composed", TYPOGRAPHY)
def _(_: Around, __: Claim, quote: str) -> str:
    made = unicodedata.normalize("NFC", quote)
    for pair, letter in _EXCLUDED.items():
        made = made.replace(pair, letter)
    return made


@words("normal-form-compatible", TYPOGRAPHY)
def _(_: Around, __: Claim, quote: str) -> str:
    return unicodedata.normalize("NFKC", quote)


@words("space-before", TYPOGRAPHY)
def _(_: Around, __: Claim, quote: str) -> str:
    return f" {quote}"


@words("space-after", TYPOGRAPHY)
def _(_: Around, __: Claim, quote: str) -> str:
    return f"{quote} "


@words("spaces-dropped", TYPOGRAPHY)
def _(_: Around, __: Claim, quote: str) -> str:
    return "".join(quote.split())


@words("negation-dropped", NOT_FOUND)
def _(_: Around, __: Claim, quote: str) -> str | None:
    said = next((one for one in _NEGATIONS if one in quote), None)
    return quote.replace(said, "", 1) if said else None


@words("word-dropped", NOT_FOUND)
def _(around: Around, _: Claim, quote: str) -> str | None:
    parts = quote.split(" ")
    if len(parts) < _LEAST:
        return None
    parts.pop(around.draw.randrange(len(parts)))
    return " ".join(parts)


@words("words-swapped", NOT_FOUND)
def _(around: Around, _: Claim, quote: str) -> str | None:
    parts = quote.split(" ")
    at = around.draw.randrange(1, len(parts)) if len(parts) >= _LEAST else 0
    return " ".join([*parts[: at - 1], parts[at], parts[at - 1], *parts[at + 1 :]]) if at else None


@words("letter-case-changed", NOT_FOUND)
def _(_: Around, __: Claim, quote: str) -> str:
    return quote.swapcase()


@words("digits-changed", NOT_FOUND)
def _(_: Around, __: Claim, quote: str) -> str:
    return "".join("1234567890"[int(mark)] if mark in "0123456789" else mark for mark in quote)


@words("full-stop-added", NOT_FOUND)
def _(_: Around, __: Claim, quote: str) -> str:
    return f"{quote}。"


@words("wrapped-in-quotation-marks", NOT_FOUND)
def _(around: Around, _: Claim, quote: str) -> str:
    first, last = around.draw.choice([("“", "”"), ("「", "」"), ('"', '"'), ("*", "*")])
    return f"{first}{quote}{last}"


@words("middle-left-out", NOT_FOUND)
def _(_: Around, __: Claim, quote: str) -> str | None:
    third = len(quote) // 3
    return f"{quote[:third]}…{quote[-third:]}" if third else None


@words("escaped-for-a-page", NOT_FOUND)
def _(_: Around, __: Claim, quote: str) -> str:
    return quote.replace("&", "&amp;").replace("’", "&#x27;").replace(",", "&#44;").replace("-", "&#45;")


@words("decoded-wrongly", NOT_FOUND)
def _(_: Around, __: Claim, quote: str) -> str:
    return quote.encode().decode("latin-1")


@words("marker-added-after", MARKERS)
def _(around: Around, _: Claim, quote: str) -> str:
    return f"{quote} [{around.draw.randint(1, 99)}]"


@words("markers-changed", MARKERS)
def _(around: Around, claim: Claim, quote: str) -> str | None:
    """Quote text and markers, the markers not as printed."""
    if not claim.markers or not claim.passage.startswith(quote[:_LEAST]):
        return None
    printed = around.draw.choice([f"{claim.markers}[98]", claim.markers.replace("[", "[9", 1), claim.markers])
    return f"{claim.text}{around.draw.choice(['', '  ', ' '])}{printed}"


@words("markers-in-other-brackets", NOT_FOUND)
def _(around: Around, claim: Claim, _: str) -> str | None:
    opening, closing = around.draw.choice([("（", "）"), ("【", "】"), ("^", "^"), ("［", "］")])
    if not claim.markers:
        return None
    return f"{claim.text} {claim.markers.replace('[', opening).replace(']', closing)}"


@words("of-another-claim", "quote-misattributed")
def _(around: Around, claim: Claim, quote: str) -> str | None:
    if quote not in claim.passage:
        return None
    other = around.draw.choice([one for one in around.ground.claims.values() if one is not claim])
    half = len(other.text) // 2
    return around.draw.choice([other.text, other.text[:half], other.text[half:]])


@words("of-a-heading", "quote-misattributed")
def _(around: Around, claim: Claim, quote: str) -> str | None:
    headings = around.ground.headings
    return around.draw.choice(headings) if headings and quote in claim.passage else None


@words("across-two-claims", NOT_FOUND)
def _(_: Around, claim: Claim, __: str) -> str:
    return claim.source[claim.start : claim.start + len(claim.passage) + 12]


@words("of-the-outlet", NOT_FOUND)
def _(_: Around, claim: Claim, __: str) -> str:
    return claim.source.rstrip()[-16:]


@words("number-list-flattened", NOT_FOUND)
def _(_: Around, claim: Claim, quote: str) -> str | None:
    return markers(claim.passage)[1:-1] if len(claim.text) > len(quote) else None


@operator("quotes", "translation-quoted-as-text", NOT_FOUND, *CHANCE)
def _(around: Around, row: Row) -> Row | None:
    one = _quoting(around, row)
    if one is None or one.get("quote_of") != "text_en":
        return None
    one["quote_of"] = None
    if around.kind != "mention":
        one["quote_start"] = one["quote_end"] = None
    return row


@operator("quotes", "text-quoted-as-translation", NOT_FOUND, *CHANCE, "quote-out-of-range")
def _(around: Around, row: Row) -> Row | None:
    one = _quoting(around, row)
    if one is None or one.get("quote_of") == "text_en":
        return None
    one["quote_of"] = "text_en"
    return row

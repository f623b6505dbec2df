"""Generated texts in the grammar of a summary, with their expected parts."""

import re
from dataclasses import dataclass

from hypothesis import strategies as st

NUMERALS = (
    *"一二三四五六七八九十",
    *(f"十{ones}" for ones in "一二三四五六七八九"),
    *("二十", "二十一", "二十二", "二十三"),
)


@dataclass(frozen=True)
class Summary:
    """A text, and per dialogue its title and its claims (words, markers)."""

    text: str
    dialogues: tuple[tuple[str, tuple[tuple[str, tuple[int, ...]], ...]], ...]
    headline: str
    outlet: str
    published: str


# Weighted towards difficult input: other punctuation, brackets and hyphens that are not a marker
# or separator, astral characters, combining marks, separators of other scripts.
_characters = st.one_of(
    st.sampled_from("语言模型智能对话一二:,。、?!“”()[]-—·… aZ09ÉИ字\u0301\u200d\u2028\u3000𠀋🧠①"),
    st.characters(exclude_categories=["Cc", "Cs"]),
)


def _is_words(words: str) -> bool:
    return (
        words == words.strip()
        and words != ""
        and " - " not in f"{words} "
        and not words.startswith("- ")
        and not re.search(r"\[[0-9]+\]", words)
    )


words = st.text(_characters, min_size=1, max_size=30).map(str.strip).filter(_is_words)
lines = st.text(_characters, min_size=1, max_size=30).map(str.strip).filter(bool)
markers = st.lists(st.integers(1, 999_999_999), min_size=1, max_size=4).map(tuple)
claims = st.lists(st.tuples(words, markers), min_size=1, max_size=4).map(tuple)
times = (
    st.datetimes()
    .map(lambda when: f"{when:%H:%M}")
    .flatmap(lambda clock: st.dates().map(lambda day: f"{day.isoformat()} {clock}"))
)


@st.composite
def summaries(draw: st.DrawFn) -> Summary:
    """Draw a text of the grammar with 1 to 23 dialogues."""
    dialogues = tuple(
        draw(st.lists(st.tuples(words, claims), min_size=1, max_size=draw(st.sampled_from([2, 3, 23]))))
    )
    headline, outlet, published = draw(lines), draw(lines), draw(times)
    parts = []
    for numeral, (title, spoken) in zip(NUMERALS, dialogues, strict=False):
        said = "".join(
            f" - {text} " + "".join(f"[{number}]" for number in numbers) for text, numbers in spoken
        )
        parts.append(f"对话{numeral}:{title}{said}")
    ending = draw(st.sampled_from(["", "\n"]))
    text = f"{' '.join(parts)}\n{headline}\n{outlet}·{published}{ending}"
    return Summary(text, dialogues, headline, outlet, published)

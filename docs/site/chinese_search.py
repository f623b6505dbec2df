"""Search in Chinese: find a part of a phrase.

Chinese has no spaces, so Sphinx takes a phrase for one word. Sphinx finds a part of a word only if the part
has three characters or more and is not itself in the index. So the index has each character, each pair of
neighbours, and the phrase with an end mark, which no query has. `chinese_search.js` splits the queries.
"""

import re
from itertools import pairwise
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
END = "。"
_RUNS = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")
_IS_HAN = re.compile(rf"[{HAN}]")


class SearchEnglishAndChinese(SearchEnglish):
    """Splits English into words, which are stemmed, and Chinese into characters, pairs and phrases."""

    js_splitter_code = Path(__file__).with_suffix(".js").read_text("utf-8")

    def split(self, input: str) -> list[str]:  # noqa: A002 - Sphinx names it so
        """Return the words of a text."""
        return [word for run in _RUNS.findall(input) for word in _words(run)]


def _words(run: str) -> list[str]:
    if not _IS_HAN.match(run):
        return [run]
    return [*run, *(one + other for one, other in pairwise(run)), f"{run}{END}"]


def setup(app: Sphinx) -> dict[str, bool]:
    """Replace the search in English."""
    app.add_search_language(SearchEnglishAndChinese)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

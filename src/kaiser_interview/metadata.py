"""Facts about the data set that cards, citations and commands repeat."""

__all__ = [
    "ARTICLE",
    "AUTHOR",
    "CAUTION",
    "DESCRIPTION",
    "HUB_LICENSES",
    "KEYWORDS",
    "LANGUAGES",
    "LICENSES",
    "LICENSE_URL",
    "MACHINE_TRANSLATION",
    "NAME",
    "NO_LICENCE",
    "PACKAGE",
    "RELEASED",
    "REMOVAL",
    "RIGHTS",
    "SOURCE",
    "TITLE",
]

NAME = "kaiser-interview"

TITLE = "kaiser-interview: 41 claims from a Chinese summary of a dialogue with Lukasz Kaiser"

AUTHOR = "The kaiser-interview maintainers"

RELEASED = "2026-11-26"
"""Date of the current data release, ISO 8601; `CHANGELOG.md` has the dates of earlier ones."""

SOURCE = (
    "a summary, of unknown authorship, of an article that AI科技大本营 published (inferred from its form and "
    "its last two lines)"
)
"""A description of the source text, as far as it is known."""

ARTICLE = (
    "Headline, outlet and time are those that the last two lines of the source text print, taken to be those "
    "of the article that it summarises. The article itself was not seen."
)
"""How the article is known."""

DESCRIPTION = (
    "41 claims about language, world models, agents, scaling, reinforcement learning and memory, word for "
    "word from a Chinese text about a dialogue between Li Jianzhong and Lukasz Kaiser, each with a machine "
    f"translation and labels made by a language model. The text is {SOURCE}. It does not say who speaks. "
    "The numbers in brackets after a claim are taken to be those of the article's paragraphs; the article is "
    "not part of the data."
)

CAUTION = "This is a summary's wording; it does not say who speaks."

MACHINE_TRANSLATION = "machine translation"

LANGUAGES = ("zh-Hans", "en")
"""Languages of the data as BCP 47 tags: that of the source, and that of the layers."""

KEYWORDS = (
    "chinese",
    "interview",
    "claims",
    "attribution",
    "provenance",
    "validation",
    "large-language-models",
    "artificial-intelligence",
)

PACKAGE = f"pkg:pypi/{NAME}"
"""Package URL (ECMA-427), an identifier without a host. It has no version, because a new version of the
package does not change the data."""

LICENSES = ("MIT", "CC-BY-4.0")
"""Licences of the code, and of what was added to the source. There is none for the source text."""

LICENSE_URL = "https://creativecommons.org/licenses/by/4.0/"

HUB_LICENSES = ("cc-by-4.0", "other")
"""Licences of the data by the Hub's names; `other` is for the source text, which is not licensed."""

NO_LICENCE = "No licence to the source text is given."

RIGHTS = (
    "Code: MIT. English, labels and the other layers: CC BY 4.0, to the extent that we hold rights; rights "
    f"in the underlying text are unaffected. The source text is {SOURCE}. Who holds rights in it is not "
    "established. It is included so that the data can be verified; no licence to it is given."
)

REMOVAL = (
    "If you hold rights in the source text and want it removed, open an issue in the project's issue "
    "tracker, once there is one, and name the text and your right. The maintainers then take the text, and "
    "the columns that hold parts of it, out of the next release."
)
"""How to request the removal of the source text."""

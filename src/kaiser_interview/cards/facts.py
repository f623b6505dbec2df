"""The facts about the data set that every card, citation and display repeats."""

from .. import __version__

__all__ = [
    "AUTHOR",
    "CAUTION",
    "DESCRIPTION",
    "HUB_LICENSES",
    "KEYWORDS",
    "LANGUAGES",
    "LICENSE",
    "LICENSE_URL",
    "MACHINE_TRANSLATION",
    "NAME",
    "PACKAGE",
    "RELEASED",
    "RIGHTS",
    "TITLE",
]

NAME = "kaiser-interview"
TITLE = "kaiser-interview: 41 claims from a Chinese summary of a dialogue with Lukasz Kaiser"
AUTHOR = "The kaiser-interview maintainers"
RELEASED = "2026-11-23"
"""Day of the current release, ISO 8601; `CHANGELOG.md` gives the days of the earlier ones."""

DESCRIPTION = (
    "41 claims about language, world models, agents, scaling, reinforcement learning and memory, cut to "
    "the character from a Chinese summary of a ten-part dialogue between Li Jianzhong and Lukasz Kaiser, "
    "each with the numbers of the paragraphs it rests on, a machine translation, and labels. It is a "
    "summary, not a transcript: it does not say who speaks, and the numbered paragraphs are not part of it."
)
CAUTION = "This is a summary's wording; it does not say who speaks."
MACHINE_TRANSLATION = "machine translation"

LANGUAGES = ("zh-Hans", "en")
"""Of the data, BCP 47: the source's, and that of the layers."""
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

PACKAGE = f"pkg:pypi/{NAME}@{__version__}"
"""Package URL (ECMA-427) of the release: an identifier that needs no host."""

LICENSE = "MIT AND CC-BY-4.0"
LICENSE_URL = "https://creativecommons.org/licenses/by/4.0/"
"""Of what was added to the source; the source text has none."""
HUB_LICENSES = ("cc-by-4.0", "other")
"""Of the data, by the Hub's names; `other` is the source text, to which no licence is given."""
RIGHTS = (
    "Code: MIT. English and labels: CC-BY-4.0. The source text is its publisher's (AI科技大本营), "
    "included so that the data can be verified; no licence to it is given."
)

"""Cite the data set and single claims: BibTeX, CSL-JSON, APA, CITATION.cff, plain text.

The data set has one entry. A claim has two: itself as a part of the data set, and the article that the
source text summarises.
"""

import json
from typing import TYPE_CHECKING, Any

from .._version import data_release
from ..metadata import (
    ARTICLE,
    AUTHOR,
    CAUTION,
    DESCRIPTION,
    LICENSES,
    MACHINE_TRANSLATION,
    NAME,
    NO_LICENCE,
    RELEASED,
    SOURCE,
    TITLE,
)

if TYPE_CHECKING:
    from ..records.models import Claim, Source

__all__ = [
    "apa",
    "article_apa",
    "article_bibtex",
    "article_csl_item",
    "bibtex",
    "cff",
    "claim_text",
    "csl",
    "csl_item",
]

_ARTICLE = f"{NAME}-article"

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def bibtex(claim: "Claim | None" = None) -> str:
    """Return the BibTeX entry of the data set, or of one claim in it. Each claim has its own key."""
    year, month, _ = RELEASED.split("-")
    key, note = (NAME, "Python package and data set")
    if claim is not None:
        key, note = f"{NAME}-{claim.claim_id}", f"Claim {claim.claim_id}: {claim.text}. {CAUTION}"
    return (
        f"@misc{{{key},\n"
        f"  author  = {{{{{AUTHOR}}}}},\n"
        f"  title   = {{{{{TITLE}}}}},\n"
        f"  year    = {{{year}}},\n"
        f"  month   = {{{int(month)}}},\n"
        f"  version = {{{data_release}}},\n"
        f"  note    = {{{note}}}\n"
        "}"
    )


def csl_item(claim: "Claim | None" = None) -> dict[str, Any]:
    """Return the CSL-JSON item of the data set, or of one claim in it."""
    item = {
        "id": NAME,
        "type": "dataset",
        "title": TITLE,
        "author": [{"literal": AUTHOR}],
        "issued": {"date-parts": [[int(part) for part in RELEASED.split("-")]]},
        "version": data_release,
        "genre": "Data set",
    }
    if claim is None:
        return item
    note = f"Claim {claim.claim_id}: {claim.text}. {claim.text_en} ({MACHINE_TRANSLATION}) {CAUTION}"
    return item | {"id": f"{NAME}-{claim.claim_id}", "note": note}


def csl(*items: dict[str, Any]) -> str:
    """Return items as a CSL-JSON list. Default: the item of the data set."""
    return json.dumps([*items] or [csl_item()], ensure_ascii=False, indent=2)


def apa(claim: "Claim | None" = None) -> str:
    """Return the reference of the data set, or of one claim in it, in APA style (7th edition)."""
    part = f", claim {claim.claim_id}" if claim else ""
    return f"{AUTHOR}. ({RELEASED[:4]}). {TITLE} (Data release {data_release}{part}) [Data set]."


def cff() -> str:
    """Return the data set's CITATION.cff (format 1.2.0)."""
    # JSON strings are YAML strings, so json.dumps quotes them.
    licenses = "".join(f"  - {name}\n" for name in LICENSES)
    return (
        "cff-version: 1.2.0\n"
        f"message: {json.dumps('If you use this data set, please cite it as below.')}\n"
        "type: dataset\n"
        f"title: {json.dumps(TITLE)}\n"
        f"abstract: {json.dumps(f'{DESCRIPTION} {NO_LICENCE}', ensure_ascii=False)}\n"
        f"authors:\n  - name: {json.dumps(AUTHOR)}\n"
        f"version: {data_release}\n"
        f"date-released: {RELEASED}\n"
        f"license:\n{licenses}"
    )


def article_bibtex(source: "Source") -> str:
    """Return the BibTeX entry of the article that a source summarises: outlet, title and time as printed."""
    year, month, day = _day(source)
    return (
        f"@misc{{{_ARTICLE},\n"
        f"  title        = {{{{{source.headline}}}}},\n"
        f"  howpublished = {{{source.outlet}}},\n"
        f"  year         = {{{year}}},\n"
        f"  month        = {{{month}}},\n"
        f"  day          = {{{day}}},\n"
        f"  note         = {{{_note(source)}}}\n"
        "}"
    )


def article_csl_item(source: "Source") -> dict[str, Any]:
    """Return the CSL-JSON item of the article that a source summarises."""
    return {
        "id": _ARTICLE,
        "type": "article",
        "title": source.headline,
        "publisher": source.outlet,
        "issued": {"date-parts": [_day(source)]},
        "note": _note(source),
    }


def article_apa(source: "Source") -> str:
    """Return the reference of the article that a source summarises, in APA style; its author is unknown."""
    year, month, day = _day(source)
    date = f"{year}, {_MONTHS[month - 1]} {day}"
    return f"{source.headline} [{source.headline_en}]. ({date}). {source.outlet}. {ARTICLE}"


def claim_text(claim: "Claim", source: "Source") -> str:
    """Return a claim as text for a citation: both languages, its place, its source, and a caution."""
    return (
        f"“{claim.text}”\n"
        f"“{claim.text_en}” ({MACHINE_TRANSLATION})\n"
        f"Claim {claim.claim_id}, code points {claim.start} to {claim.end} of the source text, in {NAME}, "
        f"data release {data_release}.\n"
        f"The source text is {SOURCE}:\n"
        f"{source.headline}\n"
        f"{source.headline_en} ({MACHINE_TRANSLATION})\n"
        f"{source.outlet}, {source.published}, as printed. The text prints {claim.markers} after the claim, "
        f"taken to be {'numbers of paragraphs' if len(claim.citations) > 1 else 'the number of a paragraph'} "
        "of the article.\n"
        f"{CAUTION}"
    )


def _note(source: "Source") -> str:
    return f"{source.published}. {source.headline_en} ({MACHINE_TRANSLATION}). {ARTICLE}"


def _day(source: "Source") -> list[int]:
    """Return year, month and day of a source's printed time, which has no time zone."""
    return [int(part) for part in source.published.partition(" ")[0].split("-")]

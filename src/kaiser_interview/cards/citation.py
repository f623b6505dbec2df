"""The data set and single claims as citations: BibTeX, CSL-JSON, APA, CITATION.cff, plain words."""

import json
from typing import TYPE_CHECKING

from .. import __version__
from .facts import AUTHOR, CAUTION, DESCRIPTION, LICENSE, MACHINE_TRANSLATION, NAME, RELEASED, TITLE

if TYPE_CHECKING:
    from ..models import Claim, Source

__all__ = ["apa", "bibtex", "cff", "claim_text", "csl"]


def bibtex() -> str:
    """Return the data set's BibTeX entry."""
    year, month, _ = RELEASED.split("-")
    return (
        f"@misc{{{NAME},\n"
        f"  author  = {{{{{AUTHOR}}}}},\n"
        f"  title   = {{{{{TITLE}}}}},\n"
        f"  year    = {{{year}}},\n"
        f"  month   = {{{int(month)}}},\n"
        f"  version = {{{__version__}}},\n"
        "  note    = {Python package and data set}\n"
        "}"
    )


def csl() -> str:
    """Return the data set's CSL-JSON, one item in a list."""
    item = {
        "id": NAME,
        "type": "dataset",
        "title": TITLE,
        "author": [{"literal": AUTHOR}],
        "issued": {"date-parts": [[int(part) for part in RELEASED.split("-")]]},
        "version": __version__,
        "genre": "Data set",
    }
    return json.dumps([item], ensure_ascii=False, indent=2)


def apa() -> str:
    """Return the data set's reference in APA style (7th edition)."""
    return f"{AUTHOR}. ({RELEASED[:4]}). {TITLE} (Version {__version__}) [Data set]."


def cff() -> str:
    """Return the data set's CITATION.cff (format 1.2.0)."""
    # JSON strings are YAML strings, so json.dumps quotes them.
    licenses = "".join(f"  - {name}\n" for name in LICENSE.split(" AND "))
    return (
        "cff-version: 1.2.0\n"
        f"message: {json.dumps('If you use this data set, please cite it as below.')}\n"
        "type: dataset\n"
        f"title: {json.dumps(TITLE)}\n"
        f"abstract: {json.dumps(DESCRIPTION)}\n"
        f"authors:\n  - name: {json.dumps(AUTHOR)}\n"
        f"version: {__version__}\n"
        f"date-released: {RELEASED}\n"
        f"license:\n{licenses}"
    )


def claim_text(claim: "Claim", source: "Source") -> str:
    """Return a claim as it is to be cited: both languages, where it stands, and what it is not."""
    paragraphs = ", ".join(str(number) for number in claim.citations)
    return (
        f"“{claim.text}”\n"
        f"“{claim.text_en}” ({MACHINE_TRANSLATION})\n"
        f"{source.headline}\n"
        f"{source.headline_en} ({MACHINE_TRANSLATION})\n"
        f"{source.outlet}, {source.published}. "
        f"Paragraph{'s' if len(claim.citations) > 1 else ''} {paragraphs} of the original, as the "
        "summary numbers them.\n"
        f"Claim {claim.claim_id}, code points {claim.start} to {claim.end}, in {NAME} {__version__}.\n"
        f"{CAUTION}"
    )

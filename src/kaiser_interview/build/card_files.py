"""Generate the files that describe the release, such as dataset card, licence, citations and data package."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..dataset.citation import bibtex, cff, csl
from .croissant import croissant
from .datapackage import data_package
from .dataset_card import dataset_card, license_text
from .described_tables import Table
from .schema_org import schema_org

__all__ = ["describing_files"]


def describing_files(
    tables: Sequence[Table],
    vocabularies: Mapping[str, Mapping[str, Mapping[str, str]]],
    source: Mapping[str, Any],
) -> dict[str, str]:
    """Return the contents of the files by name.

    Parameters
    ----------
    tables : sequence of Table
        The tables of the release, the default first.
    vocabularies : mapping
        The values of each vocabulary.
    source : mapping
        The record of the source.
    """
    return {
        "CITATION.cff": cff(),
        "LICENSE.md": license_text(),
        "README.md": dataset_card(tables),
        "citation.bib": f"{bibtex()}\n",
        "citation.csl.json": f"{csl()}\n",
        "croissant.json": croissant(tables, vocabularies),
        "datapackage.json": data_package(tables),
        "schema-org.jsonld": schema_org(tables, source),
    }

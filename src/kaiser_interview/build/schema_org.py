"""Describe the data set as a schema.org Dataset in JSON-LD, for web pages and search engines."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .._version import data_release
from ..dataset import citation
from ..metadata import (
    ARTICLE,
    AUTHOR,
    CAUTION,
    DESCRIPTION,
    KEYWORDS,
    LANGUAGES,
    LICENSE_URL,
    NAME,
    PACKAGE,
    RELEASED,
    RIGHTS,
    SOURCE,
    TITLE,
)
from . import datasheet as sheet
from .described_tables import Table, columns

__all__ = ["schema_org"]


def schema_org(tables: Sequence[Table], source: Mapping[str, Any]) -> str:
    """Return the schema-org.jsonld that describes the tables of the release and their source."""
    described = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": PACKAGE,
        "name": NAME,
        "alternateName": TITLE,
        "description": DESCRIPTION,
        "version": data_release,
        "datePublished": RELEASED,
        "license": [LICENSE_URL, {"@type": "CreativeWork", "name": "Rights", "description": RIGHTS}],
        "disambiguatingDescription": CAUTION,
        "creator": {"@type": "Organization", "name": AUTHOR},
        "creditText": citation.apa(),
        "inLanguage": list(LANGUAGES),
        "keywords": list(KEYWORDS),
        "isAccessibleForFree": True,
        "isBasedOn": {
            "@type": "CreativeWork",
            "name": source["source_id"],
            "description": f"The source text: {SOURCE}.",
            "inLanguage": source["languages"],
            "isBasedOn": {
                "@type": "Article",
                "headline": source["headline"],
                "description": ARTICLE,
                # The printed time has no time zone, so only its date is given.
                "datePublished": source["published"].partition(" ")[0],
                "publisher": {"@type": "Organization", "name": source["outlet"]},
            },
        },
        "measurementTechnique": [
            sheet.COLLECTION,
            sheet.ENGLISH,
            sheet.LABELS,
            sheet.MENTIONS,
            sheet.RELATIONS,
        ],
        "variableMeasured": [
            {"@type": "PropertyValue", "name": column.name, "description": column.description}
            for column in columns(tables[0])
        ],
        "distribution": [
            {"@type": "DataDownload", **file.described(media_type)}
            for table in tables
            for file, media_type in (
                (table.parquet, "application/vnd.apache.parquet"),
                (table.lines, "application/jsonl"),
            )
        ],
        "hasPart": [
            {
                "@type": "Dataset",
                "name": table.name,
                "description": f"{table.json_schema['description']} {table.rows} rows.",
            }
            for table in tables
        ],
    }
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"

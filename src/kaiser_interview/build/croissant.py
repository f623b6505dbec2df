"""Describe the tables as Croissant 1.1 with the responsible AI fields, for `mlcroissant` and search."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .._version import data_release
from ..dataset import citation
from ..metadata import AUTHOR, DESCRIPTION, KEYWORDS, LANGUAGES, LICENSE_URL, NAME, PACKAGE, RELEASED, RIGHTS
from ..release import REFERENCES
from . import datasheet as sheet
from .described_tables import Column, Table, columns, key

__all__ = ["croissant"]

# Equal to the context in the specification's appendix and in `mlcroissant`; readers warn about differences.
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
} | {
    name: f"cr:{name}"
    for name in (
        "arrayShape",
        "citeAs",
        "column",
        "containedIn",
        "equivalentProperty",
        "extract",
        "field",
        "fileObject",
        "fileProperty",
        "fileSet",
        "format",
        "includes",
        "isArray",
        "isLiveDataset",
        "jsonPath",
        "key",
        "md5",
        "parentField",
        "path",
        "recordSet",
        "references",
        "regex",
        "repeated",
        "replace",
        "samplingRate",
        "separator",
        "source",
        "subField",
        "transform",
    )
}

_CONTEXT["conformsTo"] = "dct:conformsTo"

_TYPES = {
    "string": "sc:Text",
    "int32": "cr:Int32",
    "double": "cr:Float64",
    "timestamp[us, tz=UTC]": "sc:DateTime",
}


def croissant(tables: Sequence[Table], vocabularies: Mapping[str, Mapping[str, Mapping[str, str]]]) -> str:
    """Return the croissant.json that describes the tables of the release and the vocabularies."""
    described = {
        "@context": dict(sorted(_CONTEXT.items())),
        "@type": "sc:Dataset",
        "conformsTo": [
            "http://mlcommons.org/croissant/1.1",
            "http://mlcommons.org/croissant/RAI/1.0",
        ],
        "name": NAME,
        "description": DESCRIPTION,
        "url": PACKAGE,
        "version": data_release,
        "datePublished": RELEASED,
        "license": [LICENSE_URL, {"@type": "sc:CreativeWork", "name": "Rights", "description": RIGHTS}],
        "creator": {"@type": "sc:Organization", "name": AUTHOR},
        "publisher": {"@type": "sc:Organization", "name": AUTHOR},
        "inLanguage": list(LANGUAGES),
        "keywords": list(KEYWORDS),
        "isLiveDataset": False,
        "citeAs": citation.bibtex(),
        **_responsible_ai(),
        "distribution": [
            {"@type": "cr:FileObject", "@id": file.name, **file.described(media_type)}
            for table in tables
            for file, media_type in (
                (table.parquet, "application/x-parquet"),
                (table.lines, "application/jsonlines"),
            )
        ],
        "recordSet": [
            *(_record_set(table) for table in tables),
            *(_vocabulary(name, values) for name, values in vocabularies.items()),
        ],
    }
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def _responsible_ai() -> dict[str, Any]:
    """Return the properties of the responsible AI vocabulary, with texts of the datasheet.

    `mlcroissant` spells two of the properties differently; this follows the specification.
    """
    return {
        "rai:dataCollection": sheet.COLLECTION,
        "rai:dataCollectionType": ["Secondary data analysis", "Others: one text, copied completely"],
        "rai:dataCollectionMissingData": sheet.WHOLE,
        "rai:dataCollectionRawData": "The source text, in the table `sources`, byte for byte.",
        "rai:dataCollectionTimeframe": [sheet.COLLECTED, RELEASED],
        "rai:dataImputationProtocol": "None. No value is imputed.",
        "rai:dataPreprocessingProtocol": [sheet.PREPARATION],
        "rai:dataManipulationProtocol": sheet.PREPARATION,
        "rai:dataAnnotationProtocol": f"{sheet.ENGLISH} {sheet.LABELS} {sheet.MENTIONS} {sheet.RELATIONS}",
        "rai:dataAnnotationPlatform": ["None."],
        "rai:dataAnnotationAnalysis": [
            f"{scheme}: {figure} {value} (95 % {interval}), the same for {same} claims; two passes of a model"
            for scheme, figure, value, interval, same, _ in sheet.AGREEMENT
        ],
        "rai:annotationsPerItem": "One translation and two labellings per claim.",
        "rai:annotatorDemographics": [sheet.ANNOTATORS],
        "rai:machineAnnotationTools": [sheet.TOOL],
        "rai:dataBiases": list(sheet.BIASES),
        "rai:dataUseCases": [*sheet.USES, *(f"Not for: {misuse}" for misuse in sheet.MISUSES)],
        "rai:dataLimitations": list(sheet.LIMITS),
        "rai:dataSocialImpact": sheet.SOCIAL,
        "rai:personalSensitiveInformation": [sheet.PERSONAL],
        "rai:dataReleaseMaintenancePlan": sheet.MAINTENANCE,
    }


def _record_set(table: Table) -> dict[str, Any]:
    fields = [_field(table, column) for column in columns(table)]
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.json_schema["description"],
        "key": {"@id": f"{table.name}/{key(table)}"},
        "field": fields,
    }


def _field(table: Table, column: Column, within: Column | None = None) -> dict[str, Any]:
    import pyarrow.types as kinds

    path = (table.name, *([within.name] if within else []), column.name)
    made: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": "/".join(path),
        "name": column.name,
        "description": column.description,
    }
    if kinds.is_list(column.type) or within:
        made |= {"isArray": True, "arrayShape": "-1"}
    if column.parts:
        return made | {"subField": [_field(table, part, column) for part in column.parts]}
    element = column.type.value_type if kinds.is_list(column.type) else column.type
    source: dict[str, Any] = {
        "fileObject": {"@id": table.parquet.name},
        "extract": {"column": (within or column).name},
    }
    if within:
        source["transform"] = {"jsonPath": f"$.{column.name}"}
    made |= {"dataType": _TYPES[str(element)], "source": source}
    target = REFERENCES.get((table.name, column.name))
    if target:
        # `mlcroissant` joins files only, not record sets that are read from files.
        made["references"] = {
            "fileObject": {"@id": f"{target[0]}.parquet"},
            "extract": {"column": target[1]},
        }
    return made


def _vocabulary(name: str, values: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return a vocabulary as an enumeration that contains its rows."""
    ident = f"vocabulary_{name}"
    meanings = {
        "value": "The value.",
        "en": "The meaning of the value, in English.",
        "zh": "The meaning of the value, in Chinese.",
        "example": "Id of a claim with this value.",
    }
    return {
        "@type": "cr:RecordSet",
        "@id": ident,
        "name": ident,
        "description": f"The values of {name}.",
        "dataType": "sc:Enumeration",
        "key": {"@id": f"{ident}/value"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{ident}/{column}",
                "name": column,
                "description": meaning,
                "dataType": "sc:Text",
            }
            for column, meaning in meanings.items()
        ],
        "data": [
            {f"{ident}/{column}": cell for column, cell in {"value": value, **entry}.items()}
            for value, entry in values.items()
        ],
    }

"""Generate the README.md of the data directory: a dataset card for the Hub, with a datasheet."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from ..metadata import CAUTION, DESCRIPTION, HUB_LICENSES, KEYWORDS, LANGUAGES, NAME, REMOVAL, RIGHTS, TITLE
from . import datasheet as sheet
from .described_tables import Column, Table, columns

__all__ = ["dataset_card", "license_text"]

_PLAIN = re.compile(r"[A-Za-z][\w ./<>=,\[\]-]*")

_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def dataset_card(tables: Sequence[Table]) -> str:
    """Return the dataset card for the tables of the release, the default table first."""
    head = "".join(f"{line}\n" for line in _yaml(_metadata(tables)))
    caution = f"**{CAUTION}** The English is a machine translation."
    return f"---\n{head}---\n\n# {TITLE}\n\n{DESCRIPTION}\n\n{caution}\n\n{_body(tables)}"


def license_text() -> str:
    """Return the LICENSE.md of the data directory."""
    return (
        f"# Rights\n\n{RIGHTS}\n\n"
        "These columns hold the source text or parts of it, and no licence extends to that: `text`, "
        "`headline`, `outlet`, `published` and the names of `participants` in `sources`; `text`, "
        "`citations`, `prefix` and `suffix` in `claims`; `title` in `dialogues`; `quote` in `mentions` (it "
        "is null in the other layers); and Chinese words that a `rationale` quotes in any layer. "
        "`schema-org.jsonld` holds headline, outlet and date.\n\n"
        "A translation is an adaptation of the text. The licence of the English covers what the translation "
        "adds and gives no right in the text.\n\n"
        f"## Removal\n\n{REMOVAL}\n\n"
        "CC BY 4.0: <https://creativecommons.org/licenses/by/4.0/legalcode>\n"
    )


def _metadata(tables: Sequence[Table]) -> dict[str, Any]:
    """Return the metadata of the card, in the form that the Hub and `datasets` read."""
    return {
        "pretty_name": NAME,
        # The Hub expects ISO 639 codes; `language_details` has the script.
        "language": [tag.partition("-")[0] for tag in LANGUAGES],
        "language_details": ", ".join(LANGUAGES),
        "license": list(HUB_LICENSES),
        "license_name": "source-text-not-licensed",
        "license_link": "LICENSE.md",
        "size_categories": ["n<1K"],
        "task_categories": ["text-classification", "token-classification", "translation"],
        "multilinguality": ["translation"],
        "annotations_creators": ["machine-generated"],
        "language_creators": ["found", "machine-generated"],
        "source_datasets": ["original"],
        "tags": list(KEYWORDS),
        "configs": [
            {
                "config_name": table.name,
                **({"default": True} if number == 0 else {}),
                "data_files": [{"split": "train", "path": table.parquet.name}],
            }
            for number, table in enumerate(tables)
        ],
        "dataset_info": [
            {
                "config_name": table.name,
                "features": [_feature(column) for column in columns(table)],
                "splits": [{"name": "train", "num_bytes": table.memory_bytes, "num_examples": table.rows}],
                "download_size": table.parquet.size_bytes,
                "dataset_size": table.memory_bytes,
            }
            for table in tables
        ],
    }


def _feature(column: Column) -> dict[str, Any]:
    """Return a column in the YAML form of `datasets.Features`."""
    import pyarrow.types as kinds

    if column.parts:
        return {"name": column.name, "list": [_feature(part) for part in column.parts]}
    if kinds.is_list(column.type):
        return {"name": column.name, "list": str(column.type.value_type)}
    return {"name": column.name, "dtype": {"double": "float64"}.get(str(column.type), str(column.type))}


def _yaml(value: Any, indent: str = "") -> Iterable[str]:
    """Yield the lines of a mapping or list in YAML's block style."""
    pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    for name, item in pairs:
        before = f"{indent}- " if name is None else f"{indent}{name}:"
        if isinstance(item, dict) and name is None:
            first, *rest = _yaml(item, f"{indent}  ")
            yield before + first.removeprefix(f"{indent}  ")
            yield from rest
        elif isinstance(item, dict | list):
            yield before
            yield from _yaml(item, indent)
        else:
            yield f"{before}{_scalar(item)}" if name is None else f"{before} {_scalar(item)}"


def _scalar(value: object) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)  # JSON strings are valid YAML


def _body(tables: Sequence[Table]) -> str:
    listed = "".join(
        f"| `{table.name}` | {table.rows} | {table.json_schema['description']} |\n" for table in tables
    )
    figures = "".join(f"| {' | '.join(row)} |\n" for row in sheet.AGREEMENT)
    first = tables[0].name
    sections = {
        "Use": (
            f'`datasets.load_dataset(path, "{first}")`, with any table\'s name; `path` is this folder. '
            "Every table is here as Parquet and as JSON Lines, with the same rows. `croissant.json`, "
            "`datapackage.json` and `schema-org.jsonld` describe them for other tools. The Python package "
            f"`{NAME}` holds the same files, loads them offline, and validates what is derived from them: "
            f"`pip install {NAME}`."
        ),
        "Motivation": sheet.MOTIVATION,
        "Composition": f"| table | rows | description of a row |\n|---|--:|---|\n{listed}\n{sheet.WHOLE}",
        "Fields": _fields(tables),
        "Collection": sheet.COLLECTION,
        "Preprocessing": sheet.PREPARATION,
        "Annotation": (
            f"{sheet.TOOL} {sheet.ANNOTATORS}\n\n- {sheet.ENGLISH}\n- {sheet.LABELS}\n- {sheet.MENTIONS}\n"
            f"- {sheet.RELATIONS}\n\n"
            "Agreement between the two passes of labels. It shows that a model is consistent with itself, "
            "not that people would agree:\n\n"
            f"| scheme | figure | value | 95 % | same claims | 95 % |\n|---|---|--:|---|--:|---|\n{figures}\n"
            "`vocabularies.json` defines every value in English and Chinese, with an example."
        ),
        "Uses": _list(sheet.USES),
        "Misuses": _list(sheet.MISUSES),
        "Limits": _list(sheet.LIMITS),
        "Biases": _list(sheet.BIASES),
        "Personal information": sheet.PERSONAL,
        "Rights": f"{RIGHTS} [LICENSE.md](LICENSE.md) says which columns hold it.\n\n{REMOVAL}",
        "Maintenance": sheet.MAINTENANCE,
        "Citation": ", ".join(
            f"[{name}]({name})" for name in ("CITATION.cff", "citation.bib", "citation.csl.json")
        ),
        "中文摘要": "\n\n".join(sheet.CHINESE),
    }
    return "\n".join(f"## {title}\n\n{text.rstrip()}\n" for title, text in sections.items())


def _fields(tables: Sequence[Table]) -> str:
    """Return a Markdown table of the columns; columns that tables share are listed once."""
    tables_of: dict[tuple[str, str], list[str]] = {}
    for table in tables:
        for column in columns(table):
            tables_of.setdefault((column.name, column.description), []).append(table.name)
    rows = "".join(
        f"| `{name}` | {', '.join(where)} | {description} |\n"
        for (name, description), where in tables_of.items()
    )
    return f"| column | tables | meaning |\n|---|---|---|\n{rows}"


def _list(items: Iterable[str]) -> str:
    return "".join(f"- {item}\n" for item in items)

"""``schema``: print the JSON Schema of a kind or an output, or list them."""

import json
from typing import Annotated

import typer

from ..records.models import KINDS
from ..records.schemas import json_schema
from ..validation.findings.output_schemas import OUTPUT_SCHEMAS, output_schema

__all__ = ["schema"]


def schema(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="A kind, report, finding or change. Default: list the names."),
    ] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="The schema for the structured output of a language model.")
    ] = False,
) -> None:
    """Print the JSON Schema (2020-12) of a kind or of an output."""
    if kind is None:
        typer.echo("\n".join((*KINDS, *OUTPUT_SCHEMAS)))
        return
    if kind in OUTPUT_SCHEMAS and not draft:
        document = output_schema(kind)
    else:
        document = json_schema(kind, profile="draft" if draft else None)
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))

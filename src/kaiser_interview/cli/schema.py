"""``schema``: print the JSON Schema of a kind or an output, or list them."""

import json
from typing import Annotated

import typer

from ..records.models import KINDS
from ..records.schemas import json_schema
from ..validation.findings.output_schemas import OUTPUT_SCHEMAS, output_schema
from .output import folder_of

__all__ = ["schema"]


def schema(
    kind: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="A kind, pkg.module:Class, report, finding, change or failure. Default: list the names.",
            autocompletion=lambda: [*KINDS, *OUTPUT_SCHEMAS],
        ),
    ] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="The schema for the structured output of a language model.")
    ] = False,
    claims: Annotated[
        list[str] | None,
        typer.Option(metavar="IDS", help="Comma-separated ids that a draft may name. Repeatable."),
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="DIR", help="The folder of the corpus that has these claims.")
    ] = None,
) -> None:
    """Print the JSON Schema (2020-12) of a kind or of an output."""
    if kind is None:
        typer.echo("\n".join((*KINDS, *OUTPUT_SCHEMAS)))
        return
    if kind in OUTPUT_SCHEMAS and not (draft or claims or against is not None):
        document = output_schema(kind)
    elif claims is None and against is None and ":" not in kind:
        document = json_schema(kind, profile="draft" if draft else None)
    else:
        # The options of a check import more than most schemas need.
        from .options import kind_named, names_in

        document = json_schema(
            kind_named(kind),
            profile="draft" if draft else None,
            claims=None if claims is None else names_in(claims),
            against=folder_of(against),
        )
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))

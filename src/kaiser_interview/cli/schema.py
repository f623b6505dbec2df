"""``schema``: print the JSON Schema of a kind, or list the kinds."""

import json
from typing import Annotated

import typer

from ..records.models import KINDS
from ..records.schemas import json_schema

__all__ = ["schema"]


def schema(
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help="Without it: the kinds' names.")] = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="For a language model's structured output: what it can know.")
    ] = False,
) -> None:
    """Print the JSON Schema (2020-12) of a kind, or the names of all kinds."""
    if kind is None:
        typer.echo("\n".join(KINDS))
        return
    document = json_schema(kind, profile="draft" if draft else None)
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))

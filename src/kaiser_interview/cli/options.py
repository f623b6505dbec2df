"""The options that the commands of the gate share, and the check that they describe."""

import importlib
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from .. import api
from ..errors import InputError, known_name
from ..records.introspection import model_of
from ..records.models import KINDS, Annotation, Record
from ..validation.engine.options import Check
from ..validation.engine.options import Extra as ExtraFields
from ..validation.formats.coerce import typed

__all__ = [
    "Against",
    "Complete",
    "Extra",
    "Ignore",
    "Key",
    "Kind",
    "MaxFindings",
    "Paths",
    "Require",
    "Select",
    "Set",
    "check_of",
]

Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH…", help="Files, folders, patterns; - for standard input.", show_default=False
    ),
]

Kind = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KIND",
        help="What the rows are: a kind's name, or pkg.module:Class for one of your own. Twice: either. "
        "Default: each row's kind says it.",
        show_default=False,
    ),
]

Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="A constant for a field that rows do not give.",
        show_default=False,
    ),
]

Require = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FIELDS", help="Fields, divided by commas, that every row must give.", show_default=False
    ),
]

Complete = Annotated[
    str | None,
    typer.Option(
        metavar="FIELDS",
        help="Fields, divided by commas, whose values make groups; in each every claim must have a row.",
        show_default=False,
    ),
]

Key = Annotated[
    str | None,
    typer.Option(
        metavar="FIELDS", help="Fields, divided by commas, that together stand once.", show_default=False
    ),
]

Extra = Annotated[str, typer.Option(metavar="error|allow", help="What becomes of fields that a kind lacks.")]

Against = Annotated[
    str | None,
    typer.Option(
        metavar="DIR",
        help="A corpus of your own to judge against: claims.jsonl and sources.",
        show_default=False,
    ),
]

Select = Annotated[
    list[str] | None,
    typer.Option(metavar="CODES", help="Codes to look for alone, divided by commas.", show_default=False),
]

Ignore = Annotated[
    list[str] | None,
    typer.Option(metavar="CODES", help="Codes to leave out, divided by commas.", show_default=False),
]

MaxFindings = Annotated[int, typer.Option(min=0, help="Findings to retain; counts are exact in any case.")]


def check_of(
    paths: Sequence[str],
    *,
    kind: Sequence[str] | None,
    defaults: Sequence[str] | None,
    require: Sequence[str] | None = None,
    complete: str | None = None,
    key: str | None = None,
    extra: str = "error",
    against: str | None = None,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    max_findings: int = 1000,
) -> Check:
    """Return the check that the options describe.

    Raises
    ------
    UnknownNameError, InputError, CorpusError
        An option fits nothing.
    """
    kinds = tuple(_kind(name) for name in kind or ())
    return api.check_of(
        [*paths],
        kind=kinds or None,
        against=against or None,
        defaults=_defaults(defaults or (), kinds),
        extra=cast("ExtraFields", extra),  # the row validator refuses any other
        require=_names(require),
        complete=None if complete is None else _names([complete]),
        key=None if key is None else _names([key]),
        select=None if select is None else _names(select),
        ignore=None if ignore is None else _names(ignore),
        max_findings=max_findings,
    )


def _kind(name: str) -> type[Record]:
    module_name, colon, class_name = name.partition(":")
    if not colon:
        return model_of(name)
    # As `python -m` does: modules of the folder one stands in are found.
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        found = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(f"kind {name}: {error}") from None
    if not (isinstance(found, type) and issubclass(found, Record)):
        raise InputError(f"kind {name}: expected a subclass of kaiser_interview.Record, got {found!r:.80}")
    return model_of(found)


def _names(lists: Sequence[str] | None) -> tuple[str, ...]:
    return tuple(name for one in lists or () for name in re.split(r"[,\s]+", one) if name)


def _defaults(given: Sequence[str], kinds: Sequence[type[Record]]) -> dict[str, Any]:
    """Return constants, each in the type of the field that it is for."""
    models = kinds or [model for model in KINDS.values() if issubclass(model, Annotation)]
    fields = {name: model for model in models for name in model.model_fields}
    defaults: dict[str, Any] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise InputError(f"--set {one}: expected FIELD=VALUE")
        model = fields[known_name("field to set", name, sorted(fields))]
        defaults |= typed(model)({name: value})
    return defaults

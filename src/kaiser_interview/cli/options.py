"""The options that `validate`, `split` and `fix` share, and the check that they describe."""

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

from .. import api
from ..errors import InputError, known_name
from ..records.introspection import model_of
from ..records.models import KINDS, Annotation, Record
from ..validation.engine.options import Check
from ..validation.formats.coerce import typed
from .output import folder_of

__all__ = ["MaxFindings", "given_options", "kind_named", "names_in", "takes_check"]


def _option(*names: str, type: Any = list[str], metavar: str, help: str) -> Any:  # noqa: A002 - as Typer
    option = typer.Option(*names, metavar=metavar, help=help, show_default=False)
    return Annotated[type | None, option]


MaxFindings = Annotated[int, typer.Option(min=0, help="The most findings to keep. Counts are always exact.")]

_OPTIONS: dict[str, tuple[Any, Any]] = {
    "paths": (
        Annotated[
            list[str],
            typer.Argument(
                metavar="PATH…", help="Files, folders or patterns; - for standard input.", show_default=False
            ),
        ],
        inspect.Parameter.empty,
    ),
    "kind": (
        _option(
            metavar="KIND",
            help="The kind of the rows: translation, label, … or pkg.module:Class for a custom kind. "
            "Repeatable. Default: the field kind of each row.",
        ),
        None,
    ),
    "defaults": (
        _option(
            "--set", metavar="FIELD=VALUE", help="A value for a field that rows do not have. Repeatable."
        ),
        None,
    ),
    "require": (
        _option(metavar="FIELDS", help="Comma-separated fields that every row must have."),
        None,
    ),
    "complete": (
        _option(
            type=str,
            metavar="FIELDS",
            help="Comma-separated fields that group the rows. Every group must have a row for every claim.",
        ),
        None,
    ),
    "key": (
        _option(
            type=str,
            metavar="FIELDS",
            help="Comma-separated fields whose combination must be unique.",
        ),
        None,
    ),
    "extra": (
        Annotated[
            str,
            typer.Option(metavar="error|allow", help="How to treat fields that the schema does not define."),
        ],
        "error",
    ),
    "against": (
        _option(type=str, metavar="DIR", help="The folder of a custom corpus: claims.jsonl and sources."),
        None,
    ),
    "select": (_option(metavar="CODES", help="Comma-separated codes to report."), None),
    "ignore": (_option(metavar="CODES", help="Comma-separated codes to leave out."), None),
    "in_process": (
        Annotated[
            bool,
            typer.Option(
                "--in-process",
                help="Read columnar files without a worker process. Only for files that you trust.",
            ),
        ],
        False,
    ),
    "max_findings": (MaxFindings, 1000),
}
"""The options of a check, by name: the type that Typer reads, and the default."""


def takes_check(*without: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Replace the parameter `check` of a command with the options of a check.

    Parameters
    ----------
    *without : str
        Options that the command does not have.
    """
    shared = {name: option for name, option in _OPTIONS.items() if name not in without}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(**given: Any) -> None:
            check = _check(**{name: given.pop(name) for name in shared})
            command(check=check, **given)

        own = inspect.signature(command, eval_str=True).parameters.values()
        parameters = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
            for name, (annotation, default) in shared.items()
        ] + [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own if one.name != "check"]
        parameters.sort(key=lambda one: one.default is not inspect.Parameter.empty)  # required ones first
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        return run

    return decorate


def given_options(context: typer.Context, *without: str) -> list[str]:
    """Return the options that a command was given for its check, as words of a command line.

    Parameters
    ----------
    context : typer.Context
        The context of the command.
    *without : str
        Options to leave out.
    """
    words: list[str] = []
    for option in context.command.params:
        name, flag = str(option.name), option.opts[0]
        value = context.params[name]
        if name not in _OPTIONS or name in {"paths", *without} or value is None or value == option.default:
            continue
        values = value if isinstance(value, list | tuple) else [value]
        words += chain.from_iterable([flag] if one is True else [flag, str(one)] for one in values)
    return words


def _check(
    paths: Sequence[str] = (),
    *,
    kind: Sequence[str] | None,
    against: str | None,
    defaults: Sequence[str] | None = None,
    **options: Any,
) -> Check:
    """Return the check that the options describe.

    Raises
    ------
    UnknownNameError, InputError, CorpusError
        An option does not apply.
    """
    kinds = tuple(kind_named(name) for name in kind or ())
    given = {name: value for name, value in options.items() if value is not None}
    for name in given.keys() & {"require", "complete", "key", "select", "ignore"}:
        given[name] = names_in(given[name])
    return api.check_of(
        [*paths],
        kind=kinds or None,
        against=folder_of(against),
        defaults=_defaults(defaults or (), kinds),
        **given,
    )


def kind_named(name: str) -> type[Record]:
    """Return the kind with a name, or that of ``pkg.module:Class``.

    Raises
    ------
    UnknownNameError, UnsupportedTypeError
        As in `model_of`.
    InputError
        There is no such class, or it is not a record.
    """
    module_name, colon, class_name = name.partition(":")
    if not colon:
        return model_of(name)
    # Like `python -m`, find modules in the current folder.
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        found = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(f"kind {name}: {error}") from None
    if not (isinstance(found, type) and issubclass(found, Record)):
        raise InputError(f"kind {name}: expected a subclass of kaiser_interview.Record, got {found!r:.80}")
    return model_of(found)


def names_in(given: str | Sequence[str]) -> tuple[str, ...]:
    """Return the names in comma-separated lists."""
    lists = [given] if isinstance(given, str) else given
    return tuple(name for one in lists for name in re.split(r"[,\s]+", one) if name)


def _defaults(given: Sequence[str], kinds: Sequence[type[Record]]) -> dict[str, Any]:
    """Return the values of `--set`, each converted to the type of its field."""
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

"""The options of a check, from the command line and a configuration file."""

import importlib
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from .. import api
from ..dataset.loaders import corpus_of
from ..errors import InputError, KaiserInterviewError, known_name
from ..records.introspection import model_of
from ..records.models import KINDS, Annotation, Record
from ..validation.engine.options import Check, Extra
from ..validation.findings.codes import CODES
from ..validation.findings.display import visible
from ..validation.formats.coerce import typed
from .configuration import KEYS, Configuration, configuration
from .output import folder_of

__all__ = ["MaxFindings", "Settings", "kind_named", "names_in", "takes_check"]

_LISTS = {"require", "complete", "key", "select", "ignore"}
"""Options that are comma-separated names."""


def _option(
    *names: str,
    type: Any = list[str],  # noqa: A002 - as Typer
    metavar: str,
    help: str,  # noqa: A002
    values: Callable[..., Iterable[str]] | None = None,
) -> Any:
    option = typer.Option(*names, metavar=metavar, help=help, show_default=False, autocompletion=values)
    return Annotated[type | None, option]


def _codes(incomplete: str) -> list[str]:
    """Return the completions of the last of comma-separated codes."""
    head, comma, _ = incomplete.rpartition(",")
    return [f"{head}{comma}{code}" for code in CODES]


MaxFindings = Annotated[int, typer.Option(min=0, help="The most findings to show. Counts are always exact.")]

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
            values=lambda: KINDS,
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
            typer.Option(
                metavar="error|allow",
                help="How to treat fields that the schema does not define.",
                autocompletion=lambda: get_args(Extra),
            ),
        ],
        "error",
    ),
    "against": (
        _option(type=str, metavar="DIR", help="The folder of a custom corpus: claims.jsonl and sources."),
        None,
    ),
    "select": (
        _option(metavar="CODES", help="Report only these codes, separated by commas.", values=_codes),
        None,
    ),
    "ignore": (
        _option(metavar="CODES", help="Leave out these codes, separated by commas.", values=_codes),
        None,
    ),
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


def _let_others_be_missing(context: typer.Context, wanted: bool) -> bool:
    """With `--show-settings`, make all other parameters optional."""
    if wanted:
        for one in context.command.params:
            one.required = False
    return wanted


_CONFIGURATION: dict[str, tuple[Any, Any]] = {
    "config": (
        _option(
            type=str,
            metavar="FILE",
            help="The configuration file. Default: .kaiser-interview.toml, kaiser-interview.toml, or "
            "[tool.kaiser-interview] in pyproject.toml, in this folder or the nearest above it.",
        ),
        None,
    ),
    "isolated": (
        Annotated[bool, typer.Option("--isolated", help="Read no configuration file.")],
        False,
    ),
    "show_settings": (
        Annotated[
            bool,
            typer.Option(
                "--show-settings",
                help="Print each setting and where it is from, and exit.",
                callback=_let_others_be_missing,
                is_eager=True,
            ),
        ],
        False,
    ),
}
"""The options about configuration files."""


def takes_check(*without: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Replace the parameters `check` and `settings` of a command with the options of a check.

    Options that are not on the command line are taken from the configuration file.

    Parameters
    ----------
    *without : str
        Options that the command does not have.
    """
    shared = {name: option for name, option in _OPTIONS.items() if name not in without}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command, eval_str=True).parameters

        @wraps(command)
        def run(
            context: typer.Context, *, config: str | None, isolated: bool, show_settings: bool, **given: Any
        ) -> None:
            found = configuration(config, isolated=isolated)
            source = ["--isolated"] if isolated else [] if config is None else ["--config", config]
            settings = Settings(context, given, found, source)
            if show_settings:
                for line in settings.lines():
                    typer.echo(visible(line))
                return
            given |= settings.values
            check = _check(settings, **{name: given.pop(name) for name in shared})
            command(check=check, **({"settings": settings} if "settings" in own else {}), **given)

        keyword = inspect.Parameter.KEYWORD_ONLY
        parameters = [
            inspect.Parameter("context", keyword, annotation=typer.Context),
            *_parameters(shared),
            *(one.replace(kind=keyword) for name, one in own.items() if name not in {"check", "settings"}),
            *_parameters(_CONFIGURATION),
        ]
        parameters.sort(key=lambda one: one.default is not inspect.Parameter.empty)  # required ones first
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        return run

    return decorate


def _parameters(options: Mapping[str, tuple[Any, Any]]) -> list[inspect.Parameter]:
    return [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        for name, (annotation, default) in options.items()
    ]


class Settings:
    """The options of a command that a configuration file may give: their values, and where each is from.

    Parameters
    ----------
    context : typer.Context
        The context of the command.
    given : mapping
        The values of the command line, and the defaults, by parameter.
    found : Configuration or None
        The configuration file.
    source : list of str
        The options that select the configuration file, as words of a command line.

    Attributes
    ----------
    values : dict
        The values in effect, by parameter; of `--set`, the texts by field.
    configured : dict
        Those among them that are from the file.
    """

    def __init__(
        self,
        context: typer.Context,
        given: Mapping[str, Any],
        found: Configuration | None,
        source: Sequence[str],
    ) -> None:
        self.source = source
        self._options = {str(one.name): one for one in context.command.params}
        self._file = None if found is None else found.file
        self.values: dict[str, Any] = {name: given[name] for name in KEYS.values() if name in given}
        if "defaults" in self.values:
            self.values["defaults"] = dict(map(_assigned, self.values["defaults"] or ()))
        self._on_command_line = {
            name: value
            for name, value in self.values.items()
            if getattr(context.get_parameter_source(name), "name", None) == "COMMANDLINE"
        }
        self.configured: dict[str, Any] = dict(self._configured({} if found is None else found.settings))
        for name, value in self.configured.items():
            self.values[name] = value | self.values[name] if isinstance(value, dict) else value

    def _configured(self, settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Yield the values of the file that are in effect."""
        for name, value in settings.items():
            if name == "defaults" and name in self.values:
                yield name, {field: text for field, text in value.items() if field not in self.values[name]}
            elif name == "form" and name in self.values.keys() - self._on_command_line:
                formats = type(self.values[name])
                with self._naming_the_file():
                    yield name, formats(known_name("format", value, formats.__members__))
            elif name in self.values.keys() - self._on_command_line:
                yield name, value

    def blame(self, *names: str) -> AbstractContextManager[None]:
        """Return a context in which errors name the file, if it gives one of these options."""
        return self._naming_the_file() if self.configured.keys() & names else nullcontext()

    @contextmanager
    def _naming_the_file(self) -> Iterator[None]:
        try:
            yield
        except KaiserInterviewError as error:
            raise InputError(f"{self._file}: {error}") from None

    def words(self, *without: str, isolated: bool = False) -> list[str]:
        """Return options of the check as words of a command line.

        Parameters
        ----------
        *without : str
            Options to leave out.
        isolated : bool
            Whether to return all options in effect. Otherwise those of the command line.
        """
        given = self._on_command_line
        values = {name: self.values[name] for name in given | self.configured} if isolated else given
        words: list[str] = []
        for name, option in self._options.items():
            if name not in _OPTIONS or name not in values or name in without:
                continue
            value = values[name]
            if isinstance(value, bool):
                words.append((option.opts if value else option.secondary_opts)[0])
                continue
            if isinstance(value, dict):
                value = [f"{field}={text}" for field, text in value.items()]
            for one in value if isinstance(value, list | tuple) else [value]:
                words += [option.opts[0], str(one)]
        return words

    def lines(self) -> Iterator[str]:
        """Yield the settings in effect as lines of TOML. Comments say where each is from."""
        yield f"# configuration file: {self._file or 'none'}"
        for key, name in KEYS.items():
            value = self.values.get(name)
            origin = self._file if name in self.configured else "default"
            origin = "command line" if name in self._on_command_line else origin
            if name in self.values and value in (None, {}):
                yield f"# {key}: none ({origin})"
            elif name == "in_process" and value is not None:
                # A file must not have it, and this output can be a file.
                yield f"# {key}: {_toml(value)} ({origin})"
            elif isinstance(value, dict):
                for field, text in value.items():
                    quoted = field if re.fullmatch("[A-Za-z0-9_-]+", field) else _toml(field)
                    by_file = field in self.configured.get(name, {})
                    yield f"{key}.{quoted} = {_toml(text)}  # {self._file if by_file else 'command line'}"
            elif value is not None:
                yield f"{key} = {_toml([*names_in(value)] if name in _LISTS else value)}  # {origin}"


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _assigned(text: str) -> tuple[str, str]:
    """Return the field and the value of `--set`.

    Raises
    ------
    InputError
        There is no equals sign.
    """
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"--set {text}: expected FIELD=VALUE")
    return name, value


def _check(
    settings: Settings,
    paths: Sequence[str] = (),
    *,
    kind: Sequence[str] | None,
    against: str | None,
    defaults: Mapping[str, str] | None = None,
    **options: Any,
) -> Check:
    """Return the check that the options describe.

    Raises
    ------
    UnknownNameError, InputError, CorpusError
        An option does not apply. If it is from the configuration file, the error is an `InputError`.
    """
    with settings.blame("kind"):
        kinds = tuple(kind_named(name) for name in kind or ()) or None
    with settings.blame("against"):
        corpus = corpus_of(folder_of(against))
    given = {name: value for name, value in options.items() if value is not None}
    for name in given.keys() & _LISTS:
        given[name] = names_in(given[name])
    configured = {name: value for name, value in given.items() if name in settings.configured}
    with settings.blame("defaults", *configured):
        values = _defaults(settings.configured.get("defaults", {}), kinds)
        if configured or values:
            # Find out whether the file is wrong, apart from the command line.
            alone = Check(data=None, against=corpus, kind=kinds, defaults=values, **configured)
            alone.verify(alone.row_validator().fields)
    return api.check_of(
        [*paths], kind=kinds, against=corpus, defaults=_defaults(defaults or {}, kinds), **given
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


def _defaults(given: Mapping[str, str], kinds: Sequence[type[Record]] | None) -> dict[str, Any]:
    """Return the values of `--set`, each converted to the type of its field."""
    models = kinds or [model for model in KINDS.values() if issubclass(model, Annotation)]
    fields = {name: model for model in models for name in model.model_fields}
    defaults: dict[str, Any] = {}
    for name, value in given.items():
        model = fields[known_name("field to set", name, sorted(fields))]
        defaults |= typed(model)({name: value})
    return defaults

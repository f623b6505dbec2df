"""Find and read the configuration file, which gives options of checks."""

import json
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any, NoReturn

from ..errors import InputError, known_name

__all__ = ["KEYS", "Configuration", "configuration", "limit_of"]

_NAMES = (".kaiser-interview.toml", "kaiser-interview.toml", "pyproject.toml")
"""The names of configuration files. The first that a folder has is read."""

_TABLE = "kaiser-interview"
"""The name of the table within `tool` of ``pyproject.toml``."""

_MOST_BYTES = 1 << 18

_MOST_DOTS = 500
"""In a line. The time that tomllib takes for a dotted key is more than quadratic."""

_FULL = 100

_LIMIT = "a number of rows, or a percentage such as 0.1%"

KEYS = {
    "kind": "kind",
    "set": "defaults",
    "against": "against",
    "require": "require",
    "complete": "complete",
    "key": "key",
    "extra": "extra",
    "select": "select",
    "ignore": "ignore",
    "max-findings": "max_findings",
    "max-invalid": "max_invalid",
    "workers": "workers",
    "format": "form",
    "in-process": "in_process",
}
"""The keys of a file, which are the names of long options, and the parameters of commands."""


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """The options that a file gives."""

    file: str
    """The path of the file, relative to the current folder if it was found."""
    settings: Mapping[str, Any]
    """The values by parameter, as the command line gives them; of `--set`, the texts by field."""


def configuration(file: str | None, *, isolated: bool) -> Configuration | None:
    """Read a configuration file: the given one, or the nearest in the current folder and its parents.

    Parameters
    ----------
    file : str or None
        The value of `--config`.
    isolated : bool
        Whether to read no file.

    Raises
    ------
    InputError
        The file cannot be used; the message has the file and the key.
    OSError
        The file cannot be read.
    """
    if file is None:
        return None if isolated else _nearest()
    if isolated:
        raise InputError("--config, --isolated: expected one of them, got both")
    if not file:
        raise InputError("--config: expected a file, got nothing")
    found = _configuration(file)
    if found is None:
        raise InputError(f"{file}: expected a table [tool.{_TABLE}], got none")
    return found


def _nearest() -> Configuration | None:
    """Return the nearest configuration, or None. Files are not merged."""
    try:
        here = Path.cwd()
    except FileNotFoundError:  # the folder was deleted
        return None
    for depth in range(1 + len(here.parents)):
        for name in _NAMES:
            file = "/".join([*[".."] * depth, name])
            if os.path.lexists(file) and (found := _configuration(file)):
                return found
    return None


def _configuration(file: str) -> Configuration | None:
    """Return the configuration of a file; None for a ``pyproject.toml`` without the table."""
    try:
        return _configuration_from(file, _read(file))
    except RecursionError:
        raise InputError(f"{file}: expected TOML, got values that are nested too deeply") from None


def _configuration_from(file: str, data: bytes) -> Configuration | None:
    is_project = Path(file).name == "pyproject.toml"
    if is_project and _TABLE.encode() not in data:
        # The file of another tool or project may have any content.
        return None
    table: Any = _parsed(file, data)
    if is_project:
        tool = table.get("tool")
        if not isinstance(tool, dict) or _TABLE not in tool:
            return None
        table = tool[_TABLE]
        if not isinstance(table, dict):
            raise InputError(f"{file}: tool.{_TABLE}: expected a table, got {_shown(table)}")
    if not table:
        empty = f"table [tool.{_TABLE}]" if is_project else "file"
        raise InputError(f"{file}: expected options, got an empty {empty}")
    settings = {}
    for key, value in table.items():
        name = KEYS[known_name(f"{file}: option", key, KEYS)]
        settings[name] = _READERS[key](f"{file}: {key}", value)
    if "against" in settings:
        settings["against"] = os.path.join(os.path.dirname(file), settings["against"])  # noqa: PTH118, PTH120
    return Configuration(file=file, settings=settings)


def _read(file: str) -> bytes:
    mode = os.stat(file).st_mode  # noqa: PTH116 - keeps the path as it is written
    if not stat.S_ISREG(mode):
        got = "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"
        raise InputError(f"{file}: expected a file, got {got}")
    with open(file, "rb") as stream:  # noqa: PTH123
        data = stream.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise InputError(f"{file}: expected a file of at most 256 KiB, got more")
    return data


def _parsed(file: str, data: bytes) -> dict[str, Any]:
    # Most calls have no configuration file.
    import tomllib

    for number, one in enumerate(data.splitlines(), 1):
        if one.count(b".") > _MOST_DOTS:
            raise InputError(f"{file}:{number}: expected at most {_MOST_DOTS} dots in a line, got more")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{file}:{line}: expected UTF-8, got byte 0x{data[error.start]:02x}") from None
    try:
        return tomllib.loads(text)
    except ValueError as error:  # also for an integer that is too long
        raise InputError(f"{file}: expected TOML: {error}") from None


def _shown(value: Any) -> str:
    """Return a value for a message."""
    return f"{json.dumps(value, ensure_ascii=False, default=str):.80}"


def _expected(place: str, expected: str, value: Any) -> InputError:
    return InputError(f"{place}: expected {expected}, got {_shown(value)}")


def _text(place: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _expected(place, "a string", value)
    return value


def _folder(place: str, value: Any) -> str:
    if _text(place, value) == "":
        raise InputError(f"{place}: expected a folder, got nothing")
    return str(value)


def _names(place: str, value: Any) -> list[str]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise _expected(place, "a string or a list of strings", value)
    return names


def _joined_names(place: str, value: Any) -> str:
    return ",".join(_names(place, value))


def _kinds(place: str, value: Any) -> list[str]:
    names = _names(place, value)
    for name in names:
        if ":" in name:
            raise InputError(
                f"{place}: expected the name of a kind, got {_shown(name)}; "
                f"reading a file must not run code, so use --kind {name} on the command line"
            )
    return names


def _fields(place: str, value: Any) -> dict[str, str]:
    """Return the values of `--set` by field. Numbers, booleans, lists and tables are written as in CSV."""
    if not isinstance(value, dict):
        raise _expected(place, "a table of fields and values", value)
    return {name: _cell(one) for name, one in value.items()}


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, date | time):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=_cell)


def _refused(place: str, value: Any) -> NoReturn:
    # A file that comes with the data must not turn off the limits that protect against the data.
    raise InputError(f"{place}: expected on the command line only, got {str(value).lower():.80}")


def _integer(least: int) -> Callable[[str, Any], int]:
    def read(place: str, value: Any) -> int:
        if type(value) is not int or value < least:
            raise _expected(place, f"an integer of at least {least}", value)
        return value

    return read


def _limit(place: str, value: Any) -> str:
    if not isinstance(value, int | str) or isinstance(value, bool):
        raise _expected(place, _LIMIT, value)
    limit_of(str(value), f"{place} {value}")
    return str(value)


def limit_of(text: str, place: str | None = None) -> tuple[float, bool]:
    """Return the most invalid rows that `--max-invalid` allows, and whether it is a percentage.

    Parameters
    ----------
    text : str
        The value.
    place : str or None
        Where the value is from, for the message of the error. None for the command line.

    Raises
    ------
    InputError
        The value is neither a number of rows nor a percentage.
    """
    found = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)(%?)", text)
    if not found or (not found[2] and "." in found[1]) or (found[2] and float(found[1]) > _FULL):
        raise InputError(f"{place or f'--max-invalid {text}'}: expected {_LIMIT}")
    return float(found[1]), bool(found[2])


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "kind": _kinds,
    "set": _fields,
    "against": _folder,
    "require": _names,
    "complete": _joined_names,
    "key": _joined_names,
    "extra": _text,
    "select": _names,
    "ignore": _names,
    "max-findings": _integer(0),
    "max-invalid": _limit,
    "workers": _integer(1),
    "format": _text,
    "in-process": _refused,
}
"""How to read the value of a key, given its place and the value."""

"""Exceptions: one base class, and a subclass for each reason.

Invalid data is not an exception but a finding. An exception means that a call could not continue. Its message
reads ``where: expected X, got Y``, and its attributes hold the same data.
"""

from collections.abc import Collection
from typing import Any, TypeVar

from .near_names import near_names

__all__ = [
    "BuildError",
    "CorpusError",
    "InputError",
    "IntegrityError",
    "InvalidDataError",
    "KaiserInterviewError",
    "MissingDependencyError",
    "NotOnDiskError",
    "ResourceError",
    "SourceError",
    "TextError",
    "UnknownNameError",
    "UnsupportedTypeError",
    "known_name",
]


_Name = TypeVar("_Name", bound=str)


class KaiserInterviewError(Exception):
    """The base class of all exceptions that this package defines."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Unpickling calls cls(*args) with the message, but these classes take other arguments.
        reduced = super().__reduce__()
        return _restore, (type(self), *reduced[1]), *reduced[2:]


def _restore(cls: type[KaiserInterviewError], *args: object) -> KaiserInterviewError:
    return cls.__new__(cls, *args)


class SourceError(KaiserInterviewError, ValueError):
    """A source text does not match the grammar, or does not match its digest."""

    def __init__(self, offset: int, expected: str, got: str) -> None:
        super().__init__(f"offset {offset}: expected {expected}, got {got}")
        self.offset = offset
        self.expected = expected
        self.got = got


class _FileError(KaiserInterviewError, ValueError):
    """An error in a file, with the file, line and reason."""

    def __init__(self, file: str, line: int | None, reason: str) -> None:
        place = file if line is None else f"{file}:{line}"
        super().__init__(f"{place}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason


class BuildError(_FileError):
    """An error in a file that the build reads; nothing was built."""


class CorpusError(_FileError):
    """An error in the files of a corpus, which therefore cannot be used."""


class InputError(KaiserInterviewError, ValueError):
    """Invalid arguments, such as an option that does not apply, or an output that is also an input."""


class InvalidDataError(KaiserInterviewError, ValueError):
    """Data is invalid; `report` has the findings."""

    def __init__(self, message: str, report: Any) -> None:
        super().__init__(message)
        self.report = report


class IntegrityError(KaiserInterviewError, ValueError):
    """An installed file differs from the released one."""

    def __init__(self, file: str, expected: str, got: str) -> None:
        super().__init__(
            f"{file}: expected {expected}, got {got}; "
            "reinstall kaiser-interview, or run `kaiser-interview verify` for every difference"
        )
        self.file = file
        self.expected = expected
        self.got = got


class UnknownNameError(KaiserInterviewError, LookupError):
    """There is no table, kind, claim or other item with this name; `nearest` has similar names."""

    _MOST_LISTED = 40

    def __init__(self, sort: str, name: object, known: tuple[str, ...]) -> None:
        self.sort = sort
        self.name = name
        self.nearest: tuple[str, ...] = tuple(
            near_names(name if isinstance(name, str) else repr(name), known, most=2)
        )
        listed = len(known) <= self._MOST_LISTED
        expected = f"one of {', '.join(known)}" if listed else f"one of {known[0]} to {known[-1]}"
        suggestion = f"; did you mean {' or '.join(self.nearest)}?" if self.nearest else ""
        if sort == "code":
            expected = "the code of a finding"
            suggestion = f"{suggestion or ';'} `kaiser-interview explain` lists all codes"
        super().__init__(f"{sort}: expected {expected}, got {name!r:.80}{suggestion}")


def known_name(sort: str, name: object, known: Collection[_Name]) -> _Name:
    """Return the known name that equals `name`, which may be of a subclass of `str`.

    Raises
    ------
    UnknownNameError
        No known name equals it.
    """
    for one in known if isinstance(name, str) else ():
        if one == name:
            return one
    raise UnknownNameError(sort, name, tuple(known))


class NotOnDiskError(KaiserInterviewError, OSError):
    """The package is imported from an archive, so its data is not in a directory."""


class ResourceError(KaiserInterviewError):
    """A resource that a call needs is not available: a worker process, or room for temporary files."""


class TextError(KaiserInterviewError, ValueError):
    """A text to find is not a string, is empty or only white space, or is too long."""


class MissingDependencyError(KaiserInterviewError, ImportError):
    """A function needs a package that is not installed; `extra` is its optional dependency group, if any."""

    def __init__(self, function: str, package: str, extra: str | None = None) -> None:
        install = package if extra is None else f"'kaiser-interview[{extra}]'"
        super().__init__(f"{function}: needs {package}; install it with: pip install {install}", name=package)
        self.function = function
        self.extra = extra


class UnsupportedTypeError(KaiserInterviewError, TypeError):
    """A field of a model has an unsupported type; `field` is its path."""

    def __init__(self, field: str, annotation: object) -> None:
        got = annotation if isinstance(annotation, str) else repr(annotation)
        super().__init__(
            f"{field}: expected str, int, float, bool, Instant, a Literal of strings, a Record, or Many[X] "
            f"of these, got {got}"
        )
        self.field = field

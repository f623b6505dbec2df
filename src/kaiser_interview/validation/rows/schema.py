"""Validate a row against its schema, and turn pydantic's errors into faults."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, cast, get_args

from pydantic import ValidationError

from ...records.introspection import FieldType, field_types, kind_of, model_of
from ...records.models import ID_PATTERN, INSTANT_PATTERN, Language, Record, Scheme, Sha256, Version
from ..findings.display import shown
from ..findings.finding import Fault, Path
from ..hints.field_names import in_reference, note_of
from ..hints.typos import _nearest, not_in_vocabulary, slips
from ..hints.values import likely_format, likely_type, likely_value, to_fill

__all__ = ["FORMS", "MOST_FAULTS", "Shape", "abandoned_lists"]

# The number of list elements to validate at a time: the errors of millions would fill the memory.
_CHUNK = 4096

MOST_FAULTS = 1 << 16
"""Limit on faults of the elements of one list, and of unknown fields of one row. More would not help."""

_ENOUGH = MOST_FAULTS - _CHUNK

_PLAIN = re.compile("[A-Za-z0-9_.-]{1,40}")

FORMS: dict[str, str] = {
    INSTANT_PATTERN: "a valid time in UTC, such as 2026-01-31T12:00:00Z",
    ID_PATTERN: "printable characters, without white space except single spaces between them",
    get_args(Sha256)[1].metadata[0].pattern: "64 lower-case hexadecimal digits",
    get_args(Version)[1].metadata[0].pattern: "a version such as 1.0.0",
    get_args(Language)[1].metadata[0].pattern: "a BCP 47 tag such as en, zh-Hans or pt-BR",
    get_args(Scheme)[1]
    .metadata[0]
    .pattern: "a scheme such as topic, or a custom scheme with a colon, such as acme:stance",
}
"""The patterns of our models and what each expects. All regular-expression engines agree on them."""

_EXPECTED = {
    "string_type": "text",
    "string_unicode": "text without surrogates",
    "int_type": "an integer",
    "int_from_float": "an integer",
    "int_parsing_size": "a 64-bit integer",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "an array",
    "list_type": "an array",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "dict_type": "an object",
    "finite_number": "a finite number (64-bit float)",
}

_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
    "multiple_of": ("a multiple of", "multiple_of"),
}

_LENGTHS = {
    "string_too_short": ("at least", "min_length", "character"),
    "string_too_long": ("at most", "max_length", "character"),
    "too_short": ("at least", "min_length", "element"),
    "too_long": ("at most", "max_length", "element"),
}

_NOT_EMPTY = {"character": "text that is not empty", "element": "an array that is not empty"}


class Shape:
    """The schema of a kind.

    Parameters
    ----------
    kind : str or type of Record
        The kind.

    Attributes
    ----------
    model : type of Record
        Its model.
    name : str
        Its name.
    fields, required : frozenset of str
        The names of its fields, and of the required ones.
    accept_json : callable
        pydantic's validator of JSON text; raises `pydantic.ValidationError`.
    """

    def __init__(self, kind: str | type[Record]) -> None:
        self.model: type[Record] = model_of(kind)
        self.model.model_rebuild()
        self.name: str = kind_of(self.model)
        infos = self.model.model_fields
        self.fields: frozenset[str] = frozenset(infos)
        self.required: frozenset[str] = frozenset(name for name, one in infos.items() if one.is_required())
        self.accept_json: Callable[..., Any] = self.model.__pydantic_validator__.validate_json
        self._lists = [name for name, field in field_types(self.model).items() if field.element is not None]
        self._accept = self.model.__pydantic_validator__.validate_python

    def faults(self, values: Mapping[str, Any], *, slips: bool = True) -> list[Fault]:
        """Validate values against the schema, and return the first fault of each path.

        Parameters
        ----------
        values : mapping
            The values of known fields. Unknown ones are reported by `unknown`.
        slips : bool
            Whether a misspelled field in a nested record is not reported as missing too.
        """
        found: dict[Path, Fault] = {}
        for fault in self._schema_faults(values):
            if fault.path not in found:
                found[fault.path] = self._with_hint(fault) if fault.code == "missing-field" else fault
        # Report a misspelled field once: as unknown, not as missing too.
        meant = self.meant(found.values(), values) if slips and found else None
        if not meant:
            return [*found.values()]
        return [
            fault for fault in found.values() if not (fault.code == "missing-field" and fault.path in meant)
        ]

    def _with_hint(self, fault: Fault) -> Fault:
        """Add a suggestion to the fault of a missing field."""
        return fault._replace(suggestion=lambda: to_fill(fault.path, self.model))

    def unknown(self, name: str, absent: Iterable[str] = ()) -> Fault:
        """Return the fault of an unknown field, with a suggestion that prefers fields in `absent`."""

        def suggestion() -> str:
            hint = note_of(name) or _nearest(name, [*absent], self.fields)
            if not hint and "references" in self.fields and (inner := in_reference(name)):
                hint = f"move it into a reference, as {inner}"
            rename = f"rename it to x_{name}" if _PLAIN.fullmatch(name) else "start its name with x_"
            return hint or f"remove it, or {rename} to keep it"

        # A row may have hundreds of thousands of them, so search for a suggestion only if it is shown.
        return Fault("unknown-field", (name,), f"a field of {self.name}", lambda: shown(name), suggestion)

    def meant(self, faults: Iterable[Fault], values: Mapping[str, Any]) -> set[Path]:
        """Return the paths of missing fields that unknown fields in nested records may be misspellings of."""
        return {
            (*fault.path[:-1], name)
            for fault in faults
            if fault.code == "unknown-field" and len(fault.path) > 1
            for name in self._meant(fault, values)
        }

    def fields_at(self, path: Path) -> list[str]:
        """Return the names of the fields of the record at a path."""
        model = self.model
        for step in path:
            if isinstance(step, str):
                model = FieldType.of(model.model_fields[step].annotation).inner.python
        return [*model.model_fields]

    def _meant(self, fault: Fault, values: Mapping[str, Any]) -> list[str]:
        above, held = fault.path[:-1], cast("Any", values)
        for step in above:
            held = held[step]
        names = slips(str(fault.path[-1]), self.fields_at(above))
        return [field for field in names if held.get(field) is None]

    def _schema_faults(self, values: Mapping[str, Any]) -> Iterable[Fault]:
        long = {name: values[name] for name in self._lists if _is_long(values.get(name))}
        if not long:
            return self._validate(values)
        return self._in_chunks(values, long)

    def _in_chunks(self, values: Mapping[str, Any], long: Mapping[str, list[Any]]) -> Iterator[Fault]:
        short = dict(values)
        for name, value in long.items():
            # Keep the first chunk of the list: it is validated below, with the other fields.
            short[name] = value[:_CHUNK]
            reported = set[Path]()
            for start in range(_CHUNK, len(value), _CHUNK):
                part = {**values, **short, name: value[start : start + _CHUNK]}
                for fault in self._validate(part):
                    if fault.path[0] == name and len(fault.path) > 1:
                        path = (name, int(fault.path[1]) + start, *fault.path[2:])
                        reported.add(path)
                        yield fault._replace(path=path)
                if len(reported) >= _ENOUGH:
                    break
        # Yield this before the faults of the first chunk, whose length is not the list's.
        for name, value in long.items():
            longest = _longest(self.model, name)
            if longest is not None and len(value) > longest:
                yield Fault("bad-length", (name,), f"at most {longest} elements", str(len(value)))
        yield from self._validate(short)

    def _validate(self, values: Mapping[str, Any]) -> list[Fault]:
        try:
            self._accept(values)
        except ValidationError as error:
            return [
                _fault(one)
                for one in error.errors(include_url=False)
                # pydantic counts valid elements only
                if one["type"] not in {"too_short", "too_long"} or not _fits(one)
            ]
        return []


def abandoned_lists(bad: Collection[Path]) -> set[str]:
    """Return the names of lists with so many invalid elements that the rest may not have been validated."""
    if len(bad) < _ENOUGH:
        return set()
    counts = Counter(path[0] for path in bad if len(path) > 1)
    return {str(name) for name, count in counts.items() if count >= _ENOUGH}


def _is_long(value: Any) -> bool:
    return type(value) is list and len(value) > _CHUNK


def _fits(error: Any) -> bool:
    if not hasattr(error["input"], "__len__"):
        return False  # a datetime whose text is too long
    length, context = len(error["input"]), error["ctx"]
    return bool(context.get("min_length", 0) <= length <= context.get("max_length", length))


def _longest(model: type[Record], name: str) -> int | None:
    for mark in model.model_fields[name].metadata:
        most = getattr(mark, "max_length", None)
        if most is not None:
            return int(most)
    return None


def _fault(error: Any) -> Fault:  # noqa: C901, PLR0911 - one return per error type
    error_type, path, value, context = error["type"], error["loc"], error["input"], error.get("ctx", {})
    if error_type == "missing" or (value is None and isinstance(path[-1], str)):
        got = "null" if error_type != "missing" else "nothing"
        return Fault("missing-field", path, "a value", got)
    if error_type == "extra_forbidden":
        return Fault("unknown-field", path, "a field of the record", shown(path[-1]))
    if error_type == "literal_error" and isinstance(value, str):
        return not_in_vocabulary(path, _words(context["expected"]), value)
    if error_type == "literal_error":
        return _wrong_type(path, "text", value)
    if error_type == "string_pattern_mismatch":
        expected = FORMS.get(context["pattern"], f"text that matches {context['pattern']}")
        return Fault("bad-format", path, expected, lambda: shown(value), lambda: likely_format(path, value))
    if error_type in _BOUNDS:
        words, key = _BOUNDS[error_type]
        expected = f"{words} {_exact(context[key])}"
        return Fault("out-of-range", path, expected, lambda: shown(value), lambda: likely_value(path, value))
    if error_type in _LENGTHS:
        size = str(len(value)) if isinstance(value, list | tuple) else None
        return Fault("bad-length", path, _length(error_type, context), size or (lambda: shown(value)))
    if error_type == "finite_number":
        return Fault("not-finite", path, "a finite number (64-bit float)", shown(value))
    if error_type == "int_parsing_size" or (error_type == "float_type" and type(value) is int):
        return Fault("out-of-range", path, "a finite number (64-bit float)", shown(value))
    if error_type in _EXPECTED:
        return _wrong_type(path, _EXPECTED[error_type], value)
    # Raised by a validator of a custom model.
    return Fault("bad-format", path, str(error["msg"]), shown(value))


def _wrong_type(path: Path, expected: str, value: Any) -> Fault:
    return Fault(
        "wrong-type", path, expected, lambda: shown(value), lambda: likely_type(path, expected, value)
    )


# There are few vocabularies.
@lru_cache(256)
def _words(expected: str) -> tuple[str, ...]:
    """Return the words of a vocabulary, as pydantic lists them."""
    return tuple(re.findall(r"'([^']*)'", expected))


def _length(error_type: str, context: Mapping[str, Any]) -> str:
    """Return in words the length that pydantic's error requires."""
    words, key, unit = _LENGTHS[error_type]
    if context[key] == 1:
        return _NOT_EMPTY[unit] if key == "min_length" else f"{words} 1 {unit}"
    return f"{words} {context[key]} {unit}s"


def _exact(bound: Any) -> str:
    """Return a bound as text: with six digits if that is exact, else in full."""
    short = f"{bound:g}"
    return short if float(short) == bound else str(bound)

"""Whether a row has the shape of its kind, and what is wrong with it if not."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, cast, get_args

from pydantic import ValidationError

from ...records.introspection import FieldType, kind_of, model_of
from ...records.models import INSTANT_PATTERN, Id, Language, Record, Scheme, Sha256, Version
from ..findings.display import shown
from ..findings.finding import Fault, Path
from ..hints.field_names import called, note_of
from ..hints.typos import _nearest, not_in_vocabulary, slips
from ..hints.values import likely_format, likely_type, likely_value, to_fill

__all__ = ["FORMS", "MOST_FAULTS", "Shape", "given_up"]

# Elements of a list that are judged at once: the faults of millions would fill the memory.
_STRETCH = 4096

MOST_FAULTS = 1 << 16
"""Faults that are told of the elements of one list, or of the names in one row: more say nothing new."""

_ENOUGH = MOST_FAULTS - _STRETCH

_REFERENCE = ("claim_id", "quote", "quote_start", "quote_end")

_PLAIN = re.compile("[A-Za-z0-9_.-]{1,40}")

FORMS: dict[str, str] = {
    INSTANT_PATTERN: "an instant that exists, in UTC, such as 2026-01-31T12:00:00Z",
    get_args(Id)[1].metadata[0].pattern: "1 to 256 printable ASCII characters, no space",
    get_args(Sha256)[1].metadata[0].pattern: "64 lower-case hexadecimal digits",
    get_args(Version)[1].metadata[0].pattern: "a version such as 1.0.0",
    get_args(Language)[1].metadata[0].pattern: "a BCP 47 tag such as en, zh-Hans or pt-BR",
    get_args(Scheme)[1].metadata[0].pattern: "a scheme's name, of your own with a colon: acme:stance",
}
"""Our own patterns, written so that every engine of regular expressions agrees, and what each asks for."""

_EXPECTED = {
    "string_type": "text",
    "string_unicode": "text without surrogates",
    "int_type": "an integer",
    "int_from_float": "an integer",
    "int_parsing_size": "an integer of 64 bits",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "an array",
    "list_type": "an array",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "dict_type": "an object",
    "finite_number": "a number that a double can hold",
}

_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
    "multiple_of": ("a multiple of", "multiple_of"),
}

_LENGTHS = {
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "too_short": "at least {min_length} elements",
    "too_long": "at most {max_length} elements",
}


class Shape:
    """The shape of a kind's rows.

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
    """

    def __init__(self, kind: str | type[Record]) -> None:
        self.model: type[Record] = model_of(kind)
        self.model.model_rebuild()
        self.name: str = kind_of(self.model)
        self.fields: frozenset[str] = frozenset(self.model.model_fields)
        self.accept_json: Callable[..., Any] = self.model.__pydantic_validator__.validate_json
        self._accept = self.model.__pydantic_validator__.validate_python

    def faults(self, values: Mapping[str, Any], *, slips: bool = True) -> list[Fault]:
        """Return what is wrong with values whose names are fields of the kind, each path once.

        With `slips`, a field under a mistyped name is not told as missing too.
        """
        found: dict[Path, Fault] = {}
        for fault in self._judged(values):
            found.setdefault(fault.path, self._described(fault))
        # A field under a mistyped name is one fault, not two.
        meant = self.meant(found.values(), values) if slips else set()
        return [
            fault for fault in found.values() if not (fault.code == "missing-field" and fault.path in meant)
        ]

    def _described(self, fault: Fault) -> Fault:
        """Return the fault of a missing field with what it holds."""
        return (
            fault._replace(remedy=to_fill(fault.path, self.model)) if fault.code == "missing-field" else fault
        )

    def unknown(self, name: str, absent: Iterable[str] = ()) -> Fault:
        """Return the fault of a field that the kind does not have; an absent field is the likeliest meant."""

        def remedy() -> str:
            said = note_of(name) or _nearest(name, [*absent], self.fields)
            if not said and "references" in self.fields and (inner := called(name, _REFERENCE)):
                said = f"it goes into a reference, as {inner}"
            own = f"name it x_{name}" if _PLAIN.fullmatch(name) else "begin its name with x_"
            return said or f"drop it, or {own} to keep it"

        # A row may have hundreds of thousands: what is near to each is looked for when it is told.
        return Fault("unknown-field", (name,), f"a field of {self.name}", lambda: shown(name), remedy)

    def meant(self, faults: Iterable[Fault], values: Mapping[str, Any]) -> set[Path]:
        """Return the paths of absent fields that unknown ones within records are meant for."""
        return {(*fault.path[:-1], name) for fault in faults for name in self._meant(fault, values)}

    def _meant(self, fault: Fault, values: Mapping[str, Any]) -> list[str]:
        if fault.code != "unknown-field" or len(fault.path) == 1:
            return []
        model, held = self.model, cast("Any", values)
        for step in fault.path[:-1]:
            held = held[step]
            if isinstance(step, str):
                model = FieldType.of(model.model_fields[step].annotation).inner.python
        name = str(fault.path[-1])
        return [field for field in slips(name, model.model_fields) if held.get(field) is None]

    def _judged(self, values: Mapping[str, Any]) -> Iterator[Fault]:
        short = dict(values)
        long = {
            name: value for name, value in values.items() if type(value) is list and len(value) > _STRETCH
        }
        for name, value in long.items():
            # One stretch stands for the list, so that its other faults are found, and its length if too long.
            short[name] = value[:_STRETCH]
            told = set[Path]()
            for start in range(_STRETCH, len(value), _STRETCH):
                part = {**values, **short, name: value[start : start + _STRETCH]}
                for fault in self._once(part):
                    if fault.path[0] == name and len(fault.path) > 1:
                        path = (name, int(fault.path[1]) + start, *fault.path[2:])
                        told.add(path)
                        yield fault._replace(path=path)
                if len(told) >= _ENOUGH:
                    break
        # Before what is said of the stretch alone, which has not the list's length.
        for name, value in long.items():
            longest = _longest(self.model, name)
            if longest is not None and len(value) > longest:
                yield Fault("bad-length", (name,), f"at most {longest} elements", str(len(value)))
        yield from self._once(short)

    def _once(self, values: Mapping[str, Any]) -> Iterator[Fault]:
        try:
            self._accept(values)
        except ValidationError as error:
            for one in error.errors(include_url=False):
                if one["type"] in {"too_short", "too_long"} and _fits(one):
                    continue  # pydantic counts the elements that are right
                yield _fault(one)


def given_up(bad: Collection[Path]) -> set[str]:
    """Return the names of lists of which perhaps not all was judged, given what is not well shaped."""
    if len(bad) < _ENOUGH:
        return set()
    counts = Counter(path[0] for path in bad if len(path) > 1)
    return {str(name) for name, count in counts.items() if count >= _ENOUGH}


def _fits(error: Any) -> bool:
    if not hasattr(error["input"], "__len__"):
        return False  # a datetime, of which the text is too long
    length, context = len(error["input"]), error["ctx"]
    return bool(context.get("min_length", 0) <= length <= context.get("max_length", length))


def _longest(model: type[Record], name: str) -> int | None:
    for mark in model.model_fields[name].metadata:
        most = getattr(mark, "max_length", None)
        if most is not None:
            return int(most)
    return None


def _fault(error: Any) -> Fault:  # noqa: C901, PLR0911 - one return a sort of error
    sort, path, value, context = error["type"], error["loc"], error["input"], error.get("ctx", {})
    if sort == "missing" or (value is None and isinstance(path[-1], str)):
        got = "null" if sort != "missing" else "nothing"
        return Fault("missing-field", path, "a value", got)
    if sort == "extra_forbidden":
        return Fault("unknown-field", path, "a field of the record", shown(path[-1]))
    if sort == "literal_error" and isinstance(value, str):
        return not_in_vocabulary(path, re.findall(r"'([^']*)'", context["expected"]), value)
    if sort == "literal_error":
        return _wrong_type(path, "text", value)
    if sort == "string_pattern_mismatch":
        form = FORMS.get(context["pattern"], f"text that matches {context['pattern']}")
        return Fault("bad-format", path, form, shown(value), lambda: likely_format(path, value))
    if sort in _BOUNDS:
        words, key = _BOUNDS[sort]
        remedy = likely_value(path, value)
        return Fault("out-of-range", path, f"{words} {_exact(context[key])}", shown(value), remedy)
    if sort in _LENGTHS:
        got = str(len(value)) if isinstance(value, list | tuple) else shown(value)
        return Fault("bad-length", path, _LENGTHS[sort].format(**context), got)
    if sort == "finite_number":
        return Fault("not-finite", path, "a number that a double can hold", shown(value))
    if sort == "int_parsing_size" or (sort == "float_type" and type(value) is int):
        return Fault("out-of-range", path, "a number that a double can hold", shown(value))
    if sort in _EXPECTED:
        return _wrong_type(path, _EXPECTED[sort], value)
    # A validator of one's own.
    return Fault("bad-format", path, str(error["msg"]), shown(value))


def _wrong_type(path: Path, expected: str, value: Any) -> Fault:
    return Fault("wrong-type", path, expected, shown(value), lambda: likely_type(path, expected, value))


def _exact(bound: Any) -> str:
    """Return a bound as short as it can be written without being another number."""
    short = f"{bound:g}"
    return short if float(short) == bound else str(bound)

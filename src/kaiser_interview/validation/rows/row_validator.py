"""Validate single rows, and report every fault with its exact path."""

from collections.abc import Collection, Iterable, Mapping
from copy import copy
from itertools import chain
from typing import Any, cast

from ...corpus.corpus import Corpus
from ...errors import InputError, known_name
from ...records.introspection import kind_of, values_of
from ...records.models import KINDS, Annotation, Record
from ..findings.checked import ReferenceOutcome
from ..findings.codes import CODES
from ..findings.display import shown
from ..findings.finding import Fault, Path, spelled
from ..formats.csv import Cells
from ..formats.json.text import parse
from ..hints.empty_cells import empty_cell
from ..hints.typos import not_in_vocabulary, slips
from ..hints.values import to_fill
from ..references.paths import references_in
from ..references.rows import References, carried
from .envelopes import check_empty_record, check_envelope, not_an_object
from .kind import KindRules
from .limits import are_valid, invalid_values
from .result import RowResult, names_by_object, without_repeats, without_reported
from .schema import MOST_FAULTS, abandoned_lists

__all__ = ["RowValidator"]

_NOTHING_REPORTED: Mapping[str, str] = {}


class RowValidator:
    """Validate rows one at a time, independently of each other.

    Parameters
    ----------
    kinds : iterable of str or type of Record
        The kinds that rows may have. If empty, each row's `kind` selects one of the derived kinds.
    corpus : Corpus
        The corpus that rows are validated against.
    defaults : mapping of str
        Values for fields that are missing or null in a row.
    extra : {"error", "allow"}
        How to treat fields that the schema does not define.
    require : iterable of str
        Fields that must not be null, beyond those that the schema requires.

    Attributes
    ----------
    defaults, require
        As given.
    rules : dict of str to KindRules
        The rules of each kind.
    is_asked : bool
        Whether `kinds` names any.
    only : KindRules or None
        The kind, if there is only one.
    fields : frozenset of str
        The fields of all kinds.
    slips : bool
        Whether a misspelled field is reported only as unknown, and not as missing too.
    constants : mapping of str
        The defaults, and the values from the path of the file.

    Raises
    ------
    UnknownNameError
        `extra`, a kind, a required field or a field with a default is unknown.
    UnsupportedTypeError
        A model has a field of a type that is not supported.
    InputError
        A default does not fit its field, or two models have the same name.
    """

    def __init__(
        self,
        kinds: Iterable[str | type[Record]],
        corpus: Corpus,
        *,
        defaults: Mapping[str, Any] | None = None,
        extra: str = "error",
        require: Iterable[str] = (),
    ) -> None:
        self.corpus = corpus
        self.slips = True
        self.references: References = References(corpus)
        self._allow = known_name("extra", extra, ("error", "allow")) == "allow"
        self._latest = corpus.releases[-1] if corpus.releases else None
        given = [*kinds]
        derived = [kind for kind, model in KINDS.items() if issubclass(model, Annotation)]
        rules = [KindRules(kind, self.references) for kind in given or derived]
        self.rules: dict[str, KindRules] = {one.shape.name: one for one in rules}
        self.is_asked: bool = bool(given)
        self.only: KindRules | None = rules[0] if len(self.rules) == 1 else None
        if len(self.rules) < len({one.shape.model for one in rules}):
            raise InputError("kind: expected a unique name for each model, got one name twice")
        self.fields: frozenset[str] = frozenset(name for one in rules for name in one.shape.fields)
        fields = sorted(self.fields)
        self.require: tuple[str, ...] = tuple(
            known_name("field to require", name, fields) for name in require
        )
        self.defaults: dict[str, Any] = dict(defaults or {})
        self.constants: Mapping[str, Any] = self.defaults
        for name, value in self.defaults.items():
            known_name("field to set", name, fields)
            self._check_default(name, value)

    def copied(self) -> "RowValidator":
        """Return a copy that shares the compiled rules, but not `constants`."""
        other = copy(self)
        other.constants = self.defaults
        return other

    def json(self, data: bytes) -> RowResult:
        """Validate the JSON text of a row."""
        value, fault = parse(data)
        if fault:
            return RowResult([fault], {}, None)
        return self._object(value, valid_text=True)

    def cells(self, record: Cells, reported: Mapping[str, str] = _NOTHING_REPORTED) -> RowResult:
        """Validate a record of a CSV file. Faults of whole columns, in `reported`, are left out."""
        if record.values is None:
            return RowResult(
                [record.fault] if record.fault else [], {}, None, invalid_elsewhere=not record.fault
            )
        cells = {name: cell for name, cell in record.values.items() if reported.get(name) != "unknown-field"}
        rules, faults = self._kind(cells)
        if rules is None:
            result = RowResult(faults, cells, None)
        else:
            values = rules.typed(cells)
            result = self._values(rules, values, [*invalid_values(values), *faults], cells=True)
            result = result if record.values else check_empty_record(result)
        return without_reported(result, reported, record.values, slips=self.slips)

    def value(
        self,
        row: object,
        reported: Mapping[str, str] = _NOTHING_REPORTED,
        *,
        columnar: bool = False,
        arrow: bool = False,
    ) -> RowResult:
        """Validate a mapping or a record.

        Parameters
        ----------
        row : object
            The row.
        reported : mapping of str to str
            Columns with a fault that is already reported, and its code. Such faults are left out.
        columnar : bool
            Whether the row is from a table. If so, null means missing, and `reported` applies.
        arrow : bool
            Whether the row is from an Arrow batch, whose text is known to be valid.
        """
        if isinstance(row, Record):
            values = values_of(row)
            name = kind_of(type(row))
            if name in self.rules and "kind" in values and values["kind"] is None:
                values["kind"] = name
            elif (
                name not in self.rules
                and not (self.only and isinstance(row, self.only.shape.model))
                and self.is_asked
            ):
                fault = Fault("unknown-kind", (), " · ".join(self.rules), f"a record of {name}")
                return RowResult([fault], values, None)
        elif isinstance(row, Mapping):
            try:
                values = {name: _plain(value) for name, value in row.items()}
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001 - a mapping from the caller may raise anything
                got = f"{type(error).__name__}: {error!s:.200}"
                return RowResult([Fault("unreadable", (), "a readable row", got)], {}, None)
        else:
            return RowResult([not_an_object(row, "a mapping or a record")], {}, None)
        if not columnar:
            return self._object(values)
        values = {name: value for name, value in values.items() if value is not None}
        known = {name: value for name, value in values.items() if reported.get(name) != "unknown-field"}
        result = self._object(known, columnar=True, valid_text=arrow)
        return without_reported(result, reported, values, slips=self.slips)

    def taken(self, values: Mapping[str, Any]) -> tuple[str | None, Mapping[str, Any]]:
        """Return the kind of a row from a table, and its values as validated.

        The kind is None if it is unknown.
        """
        given = {name: value for name, value in values.items() if value is not None}
        rules, _ = self._kind(given)
        if rules is None:
            return None, given
        return rules.shape.name, self._filled(rules, rules.lossless(given))

    def completed(self, row: object, *, columnar: bool = False) -> tuple[KindRules, dict[str, Any]]:
        """Return the kind of a valid row, and its values as they were validated, with the defaults.

        The row is not validated again.

        Parameters
        ----------
        row : bytes, Cells, mapping or record
            A JSON text, a record of a CSV file, or a row from Python.
        columnar : bool
            As for `value`.
        """
        values: dict[str, Any]
        if isinstance(row, bytes):
            values = parse(row)[0]
        elif isinstance(row, Cells):
            values = dict(row.values or {})
        elif isinstance(row, Record):
            values = values_of(row)
        else:
            values = {name: _plain(value) for name, value in cast("Mapping[str, Any]", row).items()}
        if columnar:
            values = {name: value for name, value in values.items() if value is not None}
        named = values
        if isinstance(row, Record) and values.get("kind") is None and kind_of(type(row)) in self.rules:
            named = {"kind": kind_of(type(row))}
        rules = cast("KindRules", self._kind(named)[0])
        if isinstance(row, Cells):
            values = rules.typed(values)
        elif columnar:
            values = rules.lossless(values)
        return rules, self._filled(rules, values)

    def relations(self, values: Mapping[str, Any]) -> RowResult:
        """Validate a row from a table that matches its schema: references, rules and required fields only."""
        kind, held = self.taken(values)
        rules = self.rules[str(kind)]
        known = {name: value for name, value in held.items() if name in rules.shape.fields}
        found, references = self._related(rules, known, _NO_PATHS)
        found = self._explained(rules, found, held) if found else found
        return RowResult(found, held, kind, references=references)

    def is_unknown(self, rules: KindRules, name: str) -> bool:
        """Return whether a field is reported as unknown.

        With `extra="allow"`, only a misspelled field of the kind is.
        """
        if (
            name in rules.shape.fields
            or name.startswith("x_")
            or (rules.refers and name in self.corpus.columns)
        ):
            return False
        return not self._allow or bool(slips(name, rules.shape.fields))

    def _object(self, value: Any, *, columnar: bool = False, valid_text: bool = False) -> RowResult:
        if type(value) is not dict:
            return RowResult([not_an_object(value)], {}, None)
        found = [] if valid_text and are_valid(value.values()) else [*invalid_values(value)]
        if any(fault.code == "too-deep" or not fault.path for fault in found):
            return RowResult(found, {}, None)
        rules, faults = self._kind(value)
        if rules is None:
            return RowResult([*found, *faults], value, None)
        if columnar:
            value = rules.lossless(value)
        result = self._values(rules, value, [*found, *faults])
        return check_envelope(value, rules.shape.fields, result) if result.faults and not columnar else result

    def _kind(self, values: Mapping[str, Any]) -> tuple[KindRules | None, list[Fault]]:
        """Return the rules for the kind of a row, and the faults of its `kind`."""
        only = self.only
        if only is not None and "kind" not in only.shape.fields:
            return only, []
        named = values.get("kind")
        if named is None:
            named = self.constants.get("kind")
        if named is None and only is not None:
            return only, []
        if named is None:
            listed = " · ".join(self.rules)
            fault = Fault("missing-field", ("kind",), f"one of {listed}", "nothing", to_fill(("kind",)))
            return None, [fault]
        if type(named) is not str:
            return None, [Fault("wrong-type", ("kind",), "text", shown(named))]
        if named in self.rules:
            return self.rules[named], []
        fault = not_in_vocabulary(("kind",), self.rules, named)._replace(code="unknown-kind")
        # A row of another kind is not validated. One with a misspelled kind is, if only one kind is allowed.
        return None if named in KINDS else only, [fault]

    def _filled(self, rules: KindRules, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values with defaults for those that are missing or null."""
        given = self.constants
        if not given:
            return values
        missing = [name for name in given if name in rules.shape.fields and values.get(name) is None]
        return values | {name: given[name] for name in missing} if missing else values

    def _values(
        self, rules: KindRules, values: dict[str, Any], faults: list[Fault], *, cells: bool = False
    ) -> RowResult:
        fields = rules.shape.fields
        values = self._filled(rules, values)
        known, extras = values, {}
        if not fields.issuperset(values):
            extras = {name: value for name, value in values.items() if name not in fields}
            known = {**values}
            for name in extras:
                del known[name]
        paths = {fault.path for fault in faults}
        shaped = rules.shape.faults(known, slips=self.slips)
        if shaped:
            shaped = [one for one in self.references.named(shaped, known) if one.path not in paths]
        unknown, meant = self._unknown(rules, extras, known) if extras else (_NO_FAULTS, _NO_NAMES)
        bad = _NO_PATHS
        if paths or shaped or meant:
            # Report a misspelled field once: as unknown, not as missing too.
            shaped = [one for one in shaped if not (one.code == "missing-field" and one.path[0] in meant)]
            inside = rules.shape.meant(shaped, known) if self.slips else ()
            bad = frozenset(
                {*paths, *(fault.path for fault in shaped), *((name,) for name in meant), *inside}
            )
        related, references = self._related(rules, known, bad)
        found = [*faults, *shaped, *unknown, *related]
        if extras and rules.refers:
            claim = None if ("claim_id",) in bad else self.corpus.claims.get(known.get("claim_id", ""))
            if claim is not None and not any(fault.code == "stale-claim" for fault in related):
                held = [name for name in extras if name in self.corpus.columns]
                found += carried(claim, extras, held, cells=cells)
        found = self._explained(rules, found, values, cells=cells) if found else found
        return RowResult(found, values, rules.shape.name, references=references)

    def _explained(
        self, rules: KindRules, faults: list[Fault], values: Mapping[str, Any], *, cells: bool = False
    ) -> list[Fault]:
        """Return the faults, with a suggestion for values that other programs write into empty cells."""
        found = []
        for fault in faults:
            if fault.path and fault.code not in _NOT_OF_CELLS:
                name = fault.path[0]
                is_required = len(fault.path) == 1 and (name in rules.shape.required or name in self.require)
                words = empty_cell(_at(values, fault.path), required=is_required, cells=cells)
                fault = fault._replace(suggestion=words) if words else fault  # noqa: PLW2901 - the same fault
            found.append(fault)
        return found

    def _unknown(
        self, rules: KindRules, extras: Mapping[str, Any], known: Mapping[str, Any]
    ) -> tuple[list[Fault], frozenset[str]]:
        """Return the faults of unknown fields, and the missing fields that they may be misspellings of."""
        found: list[Fault] = []
        meant: set[str] = set()
        absent: list[str] = []
        for name in extras:
            if self.is_unknown(rules, name):
                absent = absent or [field for field in rules.shape.fields if known.get(field) is None]
                found.append(rules.shape.unknown(name, absent))
                meant |= {*slips(name, absent)} if self.slips else set()
                if len(found) == MOST_FAULTS:
                    break
        return found, frozenset(meant)

    def _related(
        self, rules: KindRules, values: Mapping[str, Any], bad: frozenset[Path]
    ) -> tuple[list[Fault], list[ReferenceOutcome]]:
        """Return faults beyond the schema, and the outcomes of the references.

        Checks the release, references, rules and required fields. The values at the paths in `bad` do not
        match the schema.
        """
        found: list[Fault] = []
        get = values.get
        release = None if ("release",) in bad else get("release")
        if release is not None and release != self._latest:
            unknown = self.references.release(release)
            found += [unknown] if unknown else []
        outcomes: list[ReferenceOutcome] = []
        bad_fields = names_by_object(bad) if bad else _NO_OBJECTS
        for path, reference in self._references(rules, values, bad):
            names = bad_fields.get(path, _NO_NAMES)
            faults, outcome = self.references.check(reference, path, names, release)
            found += faults
            outcomes.append(outcome)
        names = bad_fields.get((), _NO_NAMES)
        if rules.pairs:
            outcomes.append(self.references.other(values, names))
        if rules.rules:
            for rule in rules.rules:
                if rule.claims is None or bad or get("claim_id") in rule.claims:
                    found += rule.faults(values, names)
        found = without_repeats(found)
        for name in self.require:
            if name in rules.shape.fields and get(name) is None and (name,) not in bad:
                found = [*found, Fault("missing-field", (name,), "a value (required field)", "nothing")]
        return found, outcomes

    @staticmethod
    def _references(
        rules: KindRules, values: Mapping[str, Any], bad: Collection[Path]
    ) -> Iterable[tuple[Path, Mapping[str, Any]]]:
        """Return the paths and the references of a row: the row itself if it is one, and those within it."""
        found: list[tuple[Path, Mapping[str, Any]]] = [((), values)] if rules.refers else []
        if not rules.nested:
            return found
        left_out = abandoned_lists(bad)
        return chain(found, references_in(values, [one for one in rules.nested if one.name not in left_out]))

    def _check_default(self, name: str, value: Any) -> None:
        holders = [one for one in self.rules.values() if name in one.shape.fields]
        for one in holders:
            faults = [fault for fault in one.shape.faults({name: value}) if fault.path[:1] == (name,)]
            if faults:
                fault = spelled(faults[0])
                raise InputError(f"default {name}: expected {fault.expected}, got {fault.got}")
            if name == "kind" and value not in self.rules:
                known_name("kind", value, self.rules)


_OF_QUOTES = {name for name, code in CODES.items() if code.group == "quote"} - {"quote-not-found"}

_NOT_OF_CELLS = frozenset({"missing-field", "unknown-field"} | _OF_QUOTES)
"""Codes that are not about the value of a field, or that have a more specific suggestion."""

_NO_PATHS: frozenset[Path] = frozenset()

_NO_NAMES: frozenset[str] = frozenset()

_NO_OBJECTS: dict[Path, frozenset[str]] = {}

_NO_FAULTS: list[Fault] = []


def _at(values: Any, path: Path) -> Any:
    """Return the value at a path; None if there is none."""
    for step in path:
        try:
            values = values[step]
        except (KeyError, IndexError, TypeError):
            return None
    return values


def _plain(value: Any) -> Any:
    """Convert an array, a tensor, or a scalar of numpy to Python values; return other values unchanged."""
    return value.tolist() if hasattr(value, "tolist") else value

"""Validate a whole data set: unique ids and keys, a row for every claim, label limits, vector lengths."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ...corpus.corpus import Corpus
from ...records.models import Embedding, Label, Question, Record
from ...records.schemas import SHIPPED_SCHEMES
from ..findings.display import clip, shown
from ..findings.finding import Fault
from .deferred import DeferredRow, DeferredRows
from .first_places import FirstPlaces

__all__ = ["Compared", "DatasetRules", "Row", "number_of"]

MEMORY = 512 << 20
"""The memory limit in bytes for ids, and again for keys."""

_SHOWN = 200  # characters of an id, more than a finding shows


class Row(NamedTuple):
    """The data of a row that the rules of the data set use."""

    place: int
    """Its line in the part, from 1, or its index in the table, from 0."""
    row: int
    """Its index among the rows of the part, from 0."""
    kind: str | None
    values: Mapping[str, Any]
    bad: frozenset[object]
    """Fields with a fault; they are not compared."""
    invalid: bool
    """Whether the row has an error that does not depend on other rows."""


class Compared(NamedTuple):
    """What the rules compare of a row, for callers that find equal rows elsewhere."""

    row_id: str | None = None
    key: tuple[Any, ...] | None = None
    words: str = ""
    """The key, for a finding."""
    group: tuple[str, ...] | None = None
    """Claim, scheme and creator of a label, or model of a vector."""
    value: str | int | None = None
    """The label, or the length of the vector."""
    most: int = 0
    """The most different values that a group may have."""


class DatasetRules:
    """Validate each row against earlier rows.

    Keeps every id and key in memory, unless `hashed` is true or `limit` moves later ones to files.

    Parameters
    ----------
    corpus : Corpus
        The corpus that the data set is validated against.
    models : mapping of str to type of Record
        The kinds that rows may have, and their models.
    key : sequence of str or None
        Fields whose combination must be unique.
    complete : sequence of str or None
        Fields that group rows. Every group must contain a row for every current claim. If empty, all rows are
        one group.
    where : callable
        Takes the number of a place and returns its description.
    hashed : bool
        Whether the caller finds duplicate ids and keys, by hashes.

    Attributes
    ----------
    ids_alone : bool
        Whether only ids are compared.
    kinds : frozenset of str or None
        Kinds whose rows are compared by more than their ids; None means every kind.
    compares_more : bool
        Whether more than ids and keys is compared.
    fields : frozenset of str
        The fields that are compared.
    fired : set of tuple of str
        Groups of labels, and models of vectors, with a fault.
    first_place : callable
        Takes an id and a place, records the place if the id is new, and returns the id's first place; None
        if that is not known yet.
    """

    def __init__(  # noqa: PLR0913 - one parameter per rule
        self,
        corpus: Corpus,
        models: Mapping[str, type[Record]],
        *,
        key: Iterable[str] | None,
        complete: Iterable[str] | None,
        where: Callable[[int], str],
        hashed: bool = False,
    ) -> None:
        self._key = tuple(key) if key is not None else None
        self._complete = tuple(complete) if complete is not None else None
        self._where = where
        self._hashed = hashed
        self._ids = FirstPlaces(MEMORY, "ids")
        self._keys = FirstPlaces(MEMORY, "keys")
        self._deferred: DeferredRows | None = None
        # The position of each claim in the bit sets of groups.
        self._bits = {} if complete is None else {one: number for number, one in enumerate(corpus.claims)}
        self._groups: dict[tuple[Any, ...], int] = {}
        # The values of each group of labels or vectors, and the first place of each.
        self._given: dict[tuple[str, ...], dict[str | int, int]] = {}
        self._labelled = {kind for kind, model in models.items() if issubclass(model, Label)}
        self._embedded = {kind for kind, model in models.items() if issubclass(model, Embedding)}
        self.fired: set[tuple[str, ...]] = set()
        self._questions = {kind for kind, model in models.items() if issubclass(model, Question)}
        fields = {"id", "kind", *(self._key or ()), *(self._complete or ())}
        if self._complete is not None:
            fields |= {"claim_id", "references"}
        if self._labelled:
            fields |= {"claim_id", "scheme", "creator", "value"}
        if self._embedded:
            fields |= {"model", "vector"}
        self.fields: frozenset[str] = frozenset(fields)
        self.first_place: Callable[[str, int], int | None] = self._ids.held.setdefault
        self.compares_more: bool = self._complete is not None or bool(self._labelled | self._embedded)
        self.ids_alone: bool = self._key is None and not self.compares_more
        # Rows of other kinds are compared by their ids alone; None for rows of every kind.
        every = self._key is not None or self._complete is not None
        self.kinds: frozenset[str] | None = None if every else frozenset(self._labelled | self._embedded)

    def faults(
        self, values: Mapping[str, Any], kind: str | None, place: int, bad: frozenset[object] = frozenset()
    ) -> list[Fault]:
        """Compare a row with earlier rows, and return its faults.

        Ids and keys are compared unless `hashed` is true or `defer` handles them. Other rules are skipped
        if one of their fields is in `bad`, the fields that already have a fault. If the kind of a row is
        unknown, only its id is compared.
        """
        found: list[Fault] = []
        row_id = values.get("id")
        if type(row_id) is str and not self._hashed:
            first = self._ids.held.setdefault(row_id, place)
            if first != place:
                found = [self.duplicate_id(row_id, first)]
        if kind is None or self.ids_alone:
            return found
        if self._key is not None and not self._hashed:
            key = self._key_of(values)
            first = place if key is None else self._keys.held.setdefault(key, place)
            if first != place:
                found.append(self.duplicate_key(self._words(values), first))
        if self._complete is not None and bad.isdisjoint(self._complete):
            group = tuple(_hashable(values.get(name)) for name in self._complete)
            if None not in group:
                self._groups[group] = self._groups.get(group, 0) | self._claims(values, kind)
        compared = self._in_group(values, kind, bad)
        if compared is not None:
            found += self._group_fault(*compared, place)
        return found

    def compared(self, values: Mapping[str, Any], kind: str, bad: frozenset[object]) -> Compared:
        """Return what is compared of a row of a known kind; the arguments are those of `faults`."""
        row_id = values.get("id")
        row_id = row_id if type(row_id) is str else None
        key = None if self._key is None else self._key_of(values)
        words = "" if key is None else self._words(values)
        return Compared(row_id, key, words, *(self._in_group(values, kind, bad) or ()))

    def limit(self) -> None:
        """If ids or keys exceed the memory limit, let `defer` handle those of all later rows."""
        if not self._hashed and (self._ids.is_full() or self._keys.is_full()):
            self._hashed = True
            self._deferred = DeferredRows(self._ids, self._keys, MEMORY)
            self.first_place = _not_known

    def defer(self, row: Row, place: int, number: int, line: int | None, *, invalid: bool) -> None:
        """Store a row whose id and key are compared at the end, once the memory limit is reached.

        Raises
        ------
        KaiserInterviewError
            The row could not be stored, for example because the disk is full.
        """
        if self._deferred is None:
            return
        row_id = row.values.get("id")
        text = str.__str__(row_id) if isinstance(row_id, str) else None
        key = None if row.kind is None else self._key_of(row.values)
        words = "" if key is None else self._words(row.values)
        kept = DeferredRow(place, number, line, invalid, text and text[:_SHOWN], words)
        self._deferred.add(text if type(row_id) is str else None, key, kept)

    def deferred_faults(self) -> Iterator[tuple[DeferredRow, Fault]]:
        """Yield the faults of stored rows with a duplicate id or key, in order.

        Raises
        ------
        KaiserInterviewError
            Rows could not be stored or read.
        """
        for row, is_key, first in self._deferred.found() if self._deferred else ():
            if is_key:
                yield row, self.duplicate_key(row.words, first)
            else:
                yield row, self.duplicate_id(row.row_id, first)

    def close(self) -> None:
        """Remove the rows that `defer` stored."""
        if self._deferred is not None:
            self._deferred.close()

    def at_the_end(self) -> Iterator[Fault]:
        """Yield the faults of missing claims; call this after all rows."""
        for group, present in sorted(self._groups.items(), key=repr):
            named = ", ".join(
                f"{name} {clip(one if isinstance(one, str) else one[0], 40)}"
                for name, one in zip(self._complete or (), group, strict=True)
            )
            for claim_id, bit in self._bits.items():
                if not present >> bit & 1:
                    expected = f"a row for {claim_id}" + (f" with {named}" if named else "")
                    yield Fault("missing-claim", (), expected, "none")

    def traces(self) -> dict[str, Any]:
        """Return the state as JSON-compatible values, without ids and keys."""
        return {
            "complete": [[[*map(_as_json, group)], hex(bits)] for group, bits in self._groups.items()],
            "groups": [[[*group], [*given]] for group, given in self._given.items()],
            "fired": sorted(map(list, self.fired)),
        }

    def absorb(self, traces: Mapping[str, Any]) -> None:
        """Merge the state of later rows, as returned by `traces`."""
        for group, bits in traces["complete"]:
            key = tuple(map(_of_json, group))
            self._groups[key] = self._groups.get(key, 0) | int(bits, 16)
        for group, values in traces["groups"]:
            given = self._given.setdefault(tuple(group), {})
            given |= dict.fromkeys(values, -1)
            if len(given) > (1 if len(group) == 1 else SHIPPED_SCHEMES[group[1]]):
                self.fired.add(tuple(group))
        self.fired.update(map(tuple, traces["fired"]))

    def _key_of(self, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Return the key of a row; None if all its fields are null, or rows have no key."""
        key = tuple(_hashable(values.get(name)) for name in self._key or ())
        return None if all(one is None for one in key) else key

    def _words(self, values: Mapping[str, Any]) -> str:
        """Return the description of a row's key for a finding."""
        return ", ".join(f"{name} {clip(str(number_of(values.get(name))), 40)}" for name in self._key or ())

    def duplicate_id(self, row_id: str | None, first: int) -> Fault:
        """Return the fault of an id that an earlier row has."""
        return Fault(
            "duplicate-id", ("id",), "a unique id", f"{shown(row_id)}, already used in {self._where(first)}"
        )

    def duplicate_key(self, words: str, first: int) -> Fault:
        """Return the fault of a key that an earlier row has, given the key in words."""
        names = self._key or ()
        expected = f"a unique {'combination of ' if len(names) > 1 else ''}{' and '.join(names)}"
        return Fault("duplicate-record", (), expected, f"the same as in {self._where(first)}", words)

    def _claims(self, values: Mapping[str, Any], kind: str | None) -> int:
        """Return a bit set of the claims that a row refers to."""
        if kind in self._questions:
            held = values.get("references")
            claim_ids = [_field(one, "claim_id") for one in held] if isinstance(held, list | tuple) else []
        else:
            claim_ids = [values.get("claim_id")]
        bits = 0
        for claim_id in claim_ids:
            if isinstance(claim_id, str):
                bit = self._bits.get(claim_id)
                bits |= 0 if bit is None else 1 << bit
        return bits

    def _in_group(
        self, values: Mapping[str, Any], kind: str, bad: frozenset[object]
    ) -> tuple[tuple[str, ...], str | int, int] | None:
        """Return the group of a label or a vector, its value, and the most values that the group may have."""
        if kind in self._labelled and bad.isdisjoint(("claim_id", "scheme", "creator", "value")):
            named = [values.get(name) for name in ("claim_id", "scheme", "creator", "value")]
            if not all(isinstance(one, str) for one in named):
                return None
            claim_id, scheme, creator, value = map(str, named)
            most = SHIPPED_SCHEMES.get(scheme)
            return None if most is None else ((claim_id, scheme, creator), value, most)
        if kind in self._embedded and bad.isdisjoint(("model", "vector")):
            model, vector = values.get("model"), values.get("vector")
            if isinstance(model, str) and isinstance(vector, list | tuple):
                return (model,), len(vector), 1
        return None

    def _group_fault(self, group: tuple[str, ...], value: str | int, most: int, place: int) -> list[Fault]:
        given = self._given.setdefault(group, {})
        if value in given:
            return []
        if len(given) < most:
            given[value] = place
            return []
        self.fired.add(group)
        return [self.too_many(group, value, given)]

    def too_many(self, group: tuple[str, ...], value: str | int, given: Mapping[str | int, int]) -> Fault:
        """Return the fault of a row whose group has other values, given their first places."""
        if len(group) == 1:
            ((length, first),) = given.items()
            expected = (
                f"length {length}, as in {self._where(first)}, the first vector of {clip(group[0], 40)}"
            )
            suggestion = "compute all vectors with one model, or use a different model name for each length"
            return Fault("dimension-differs", ("vector",), expected, f"length {value}", suggestion)
        claim_id, scheme, _ = group
        most = SHIPPED_SCHEMES[scheme]
        earlier = ", ".join(f"{one} in {self._where(at)}" for one, at in given.items())
        noun = "label" if most == 1 else "labels"
        expected = f"at most {most} {scheme} {noun} for {claim_id} by one creator"
        return Fault("too-many-labels", ("value",), expected, f"{shown(value)} after {earlier}")


def _not_known(_row_id: str, _place: int) -> None:
    """Return None: the id is compared later."""


def _field(one: Any, name: str) -> Any:
    return one.get(name) if isinstance(one, Mapping) else getattr(one, name, None)


def _hashable(value: Any) -> Any:
    """Return a hashable value. It is the same for 1 and 1.0, and others for true and for the text 1."""
    if isinstance(value, str):
        return str.__str__(value)  # subclasses cannot be stored
    return value if value is None else (repr(number_of(value)),)


def number_of(value: Any) -> Any:
    """Return a number without a fraction as an integer: a column converts integers among other numbers."""
    return int(value) if type(value) is float and value.is_integer() else value


def _as_json(value: Any) -> Any:
    return value if isinstance(value, str) else [*value]


def _of_json(value: Any) -> Any:
    return value if isinstance(value, str) else tuple(value)

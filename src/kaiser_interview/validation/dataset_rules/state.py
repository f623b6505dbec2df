"""Validate a whole data set: unique ids and keys, a row for every claim, label limits, vector lengths."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ...corpus.corpus import Corpus
from ...records.models import Embedding, Label, Question, Record
from ...records.schemas import SHIPPED_SCHEMES
from ..findings.display import clip, shown
from ..findings.finding import Fault

__all__ = ["DatasetRules", "Row"]


class Row(NamedTuple):
    """What the rules of the set need to know of a row."""

    place: int
    """Its line in the part, from 1, or its place in the table, from 0."""
    row: int
    """Its number among the rows of the part, from 0."""
    kind: str | None
    values: Mapping[str, Any]
    bad: frozenset[object]
    """Fields with a fault, which are not compared."""
    invalid: bool
    """Whether the row has an error of its own."""


class DatasetRules:
    """Validate each row against the rows before it.

    Holds every id and key that it has seen, unless `hashed`, and little else.

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
        Returns the description of a place, given its number.
    hashed : bool
        Whether duplicate ids and keys are found elsewhere, by hashes.

    Attributes
    ----------
    ids_alone : bool
        Whether only ids are compared.
    kinds : frozenset of str or None
        Kinds whose rows are compared by more than their ids; None for every kind.
    judges_more : bool
        Whether more than ids and keys is compared.
    fields : frozenset of str
        The fields that are compared.
    fired : set of tuple of str
        Groups of labels, and models of vectors, with a fault.
    first_place : callable
        Takes an id and a place, records the place if the id is new, and returns the id's first place.
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
        self._ids: dict[str, int] = {}
        self._keys: dict[tuple[Any, ...], int] = {}
        self._bits = {claim_id: 1 << number for number, claim_id in enumerate(corpus.claims)}
        self._groups: dict[tuple[Any, ...], int] = {}
        self._labels: dict[tuple[str, str, str], dict[str, int]] = {}
        self._dimensions: dict[str, tuple[int, int]] = {}
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
        self.first_place: Callable[[str, int], int] = self._ids.setdefault
        self.judges_more: bool = self._complete is not None or bool(self._labelled | self._embedded)
        self.ids_alone: bool = self._key is None and not self.judges_more
        # Rows of other kinds are compared by their ids alone; None for rows of every kind.
        every = self._key is not None or self._complete is not None
        self.kinds: frozenset[str] | None = None if every else frozenset(self._labelled | self._embedded)

    def add_ids(self, ids: Sequence[str], places: Iterable[int]) -> bool:
        """Record the places of ids, if all are new; return False, and record none, if one is there twice."""
        new = dict(zip(ids, places, strict=True))
        if len(new) < len(ids) or not self._ids.keys().isdisjoint(new):
            return False
        self._ids.update(new)
        return True

    def faults(
        self, values: Mapping[str, Any], kind: str | None, place: int, bad: frozenset[object] = frozenset()
    ) -> list[Fault]:
        """Compare a row with the rows before it, and return its faults.

        Ids and keys are compared unless `hashed`. Other rules are skipped if one of their fields is in `bad`,
        the fields that have a fault already. For a row of unknown kind, only the id is compared.
        """
        found: list[Fault] = []
        row_id = values.get("id")
        if type(row_id) is str and not self._hashed:
            first = self._ids.setdefault(row_id, place)
            if first != place:
                got = f"{shown(row_id)}, as in {self._where(first)}"
                found = [Fault("duplicate-id", ("id",), "an id of its own", got)]
        if kind is None or self.ids_alone:
            return found
        if self._key is not None and not self._hashed:
            found += self._key_fault(values, place)
        if self._complete is not None and bad.isdisjoint(self._complete):
            group = tuple(_hashable(values.get(name)) for name in self._complete)
            if None not in group:
                self._groups[group] = self._groups.get(group, 0) | self._claims(values, kind)
        if kind in self._labelled and not bad & {"claim_id", "scheme", "creator", "value"}:
            found += self._label_fault(values, place)
        if kind in self._embedded and not bad & {"model", "vector"}:
            found += self._dimension_fault(values, place)
        return found

    def at_the_end(self) -> Iterator[Fault]:
        """Yield faults of missing claims, after all rows are seen."""
        for group, present in sorted(self._groups.items(), key=repr):
            named = ", ".join(
                f"{name} {clip(one if isinstance(one, str) else one[0], 40)}"
                for name, one in zip(self._complete or (), group, strict=True)
            )
            for claim_id, bit in self._bits.items():
                if not present & bit:
                    expected = f"a row for {claim_id}" + (f" with {named}" if named else "")
                    yield Fault("missing-claim", (), expected, "none")

    def traces(self) -> dict[str, Any]:
        """Return the state as JSON-compatible values, without ids and keys."""
        return {
            "groups": [[[*map(_as_json, group)], hex(bits)] for group, bits in self._groups.items()],
            "labels": [[*group, [*given]] for group, given in self._labels.items()],
            "models": [[model, length] for model, (length, _) in self._dimensions.items()],
            "fired": sorted(map(list, self.fired)),
        }

    def absorb(self, traces: Mapping[str, Any]) -> None:
        """Merge the state of later rows, as returned by `traces`."""
        for group, bits in traces["groups"]:
            key = tuple(map(_of_json, group))
            self._groups[key] = self._groups.get(key, 0) | int(bits, 16)
        for *group, values in traces["labels"]:
            given = self._labels.setdefault(tuple(group), {})
            given |= dict.fromkeys(values, -1)
            if len(given) > SHIPPED_SCHEMES[group[1]]:
                self.fired.add(tuple(group))
        for model, length in traces["models"]:
            if self._dimensions.setdefault(model, (length, -1))[0] != length:
                self.fired.add((model,))
        self.fired.update(map(tuple, traces["fired"]))

    def _key_fault(self, values: Mapping[str, Any], place: int) -> list[Fault]:
        names = self._key or ()
        key = tuple(_hashable(values.get(name)) for name in names)
        if all(one is None for one in key):
            return []
        first = self._keys.setdefault(key, place)
        if first == place:
            return []
        same = ", ".join(
            f"{name} {clip(str(values.get(name)), 40)}" for name, _ in zip(names, key, strict=True)
        )
        return [
            Fault("duplicate-record", (), f"{' and '.join(names)} once", f"as in {self._where(first)}", same)
        ]

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
                bits |= self._bits.get(claim_id, 0)
        return bits

    def _label_fault(self, values: Mapping[str, Any], place: int) -> list[Fault]:
        named = [values.get(name) for name in ("claim_id", "scheme", "creator", "value")]
        if not all(isinstance(one, str) for one in named):
            return []
        claim_id, scheme, creator, value = map(str, named)
        most = SHIPPED_SCHEMES.get(scheme)
        if most is None:
            return []
        given = self._labels.setdefault((claim_id, scheme, creator), {})
        if value in given:
            return []
        if len(given) < most:
            given[value] = place
            return []
        self.fired.add((claim_id, scheme, creator))
        earlier = ", ".join(f"{one} in {self._where(at)}" for one, at in given.items())
        expected = f"at most {most} of {scheme} for {claim_id} by one creator"
        return [Fault("too-many-labels", ("value",), expected, f"{shown(value)} after {earlier}")]

    def _dimension_fault(self, values: Mapping[str, Any], place: int) -> list[Fault]:
        model, vector = values.get("model"), values.get("vector")
        if not isinstance(model, str) or not isinstance(vector, list | tuple):
            return []
        length, first = self._dimensions.setdefault(model, (len(vector), place))
        if length == len(vector):
            return []
        self.fired.add((model,))
        expected = f"{length}, as in {self._where(first)}, the first of {clip(model, 40)}"
        remedy = "make the vectors anew, or name the models apart"
        return [Fault("dimension-differs", ("vector",), expected, str(len(vector)), remedy)]


def _field(one: Any, name: str) -> Any:
    return one.get(name) if isinstance(one, Mapping) else getattr(one, name, None)


def _hashable(value: Any) -> Any:
    """Return a hashable value that differs for different values, also for 1, 1.0 and true."""
    return value if value is None or isinstance(value, str) else (repr(value),)


def _as_json(value: Any) -> Any:
    return value if isinstance(value, str) else [*value]


def _of_json(value: Any) -> Any:
    return value if isinstance(value, str) else tuple(value)

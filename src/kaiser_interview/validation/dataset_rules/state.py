"""The rules of a whole data set: ids and keys stand once, claims are all there, labels and vectors agree."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ...corpus.corpus import Corpus
from ...records.models import Embedding, Label, Question, Record
from ...records.schemas import SHIPPED_SCHEMES
from ..findings.display import clip, shown
from ..findings.finding import Fault

__all__ = ["DatasetRules"]


class DatasetRules:
    """Judges rows by those that came before them.

    It holds every id and key that it has seen, and little else.

    Parameters
    ----------
    corpus : Corpus
        What the data set is judged against.
    models : mapping of str to type of Record
        What rows may be.
    key : sequence of str or None
        Fields that together stand once.
    complete : sequence of str or None
        Fields that make the groups in each of which every current claim must have a row; empty for one group.
    where : callable
        Returns the words for a place, given its number.
    hashed : bool
        Whether ids and keys are looked at elsewhere, by hashes.

    Attributes
    ----------
    ids_alone : bool
        Whether rows are judged by their ids and nothing else.
    judges_more : bool
        Whether they are judged by more than ids and keys.
    fields : frozenset of str
        The fields that a row is judged by.
    fired : set of tuple of str
        Groups of labels, and models of vectors, of which a row was found wrong.
    first_place : callable
        Takes an id and a place, and returns the first place that had the id.
    """

    def __init__(  # noqa: PLR0913 - what a set is judged by
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
        self._asked = {kind for kind, model in models.items() if issubclass(model, Question)}
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

    def faults(
        self, values: Mapping[str, Any], kind: str | None, place: int, bad: frozenset[object] = frozenset()
    ) -> list[Fault]:
        """Return what is wrong with a row at a place, given all that came before.

        Fields in which something is wrong already, those in `bad`, are not compared.
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
        """Yield what only the whole data set shows: claims that are missing."""
        for group, there in sorted(self._groups.items(), key=repr):
            named = ", ".join(
                f"{name} {clip(one if isinstance(one, str) else one[0], 40)}"
                for name, one in zip(self._complete or (), group, strict=True)
            )
            for claim_id, bit in self._bits.items():
                if not there & bit:
                    expected = f"a row for {claim_id}" + (f" with {named}" if named else "")
                    yield Fault("missing-claim", (), expected, "none")

    def traces(self) -> dict[str, Any]:
        """Return what is held of the rows, but for ids and keys, as JSON can hold it."""
        return {
            "groups": [[[*map(_as_json, group)], hex(bits)] for group, bits in self._groups.items()],
            "labels": [[*group, [*given]] for group, given in self._labels.items()],
            "models": [[model, length] for model, (length, _) in self._dimensions.items()],
            "fired": sorted(map(list, self.fired)),
        }

    def absorb(self, traces: Mapping[str, Any]) -> None:
        """Add what another one held of the rows that came after."""
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
        """Return the bits of the claims that a row is about."""
        if kind in self._asked:
            held = values.get("references")
            about = [_field(one, "claim_id") for one in held] if isinstance(held, list | tuple) else []
        else:
            about = [values.get("claim_id")]
        bits = 0
        for claim_id in about:
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
    """Return what tells a value from every other, also 1 from 1.0 and true."""
    return value if value is None or isinstance(value, str) else (repr(value),)


def _as_json(value: Any) -> Any:
    return value if isinstance(value, str) else [*value]


def _of_json(value: Any) -> Any:
    return value if isinstance(value, str) else tuple(value)

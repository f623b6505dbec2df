"""The units that offsets are often given in by mistake, and the places that are meant."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

__all__ = ["FEW", "OffsetUnits", "Place", "meant", "more", "offset_units", "spans"]

Place = tuple[int, int]
"""Start and end offset in code points, end exclusive, in the source or in the English text."""

FEW = 3
"""The most places that a message lists."""

_BLOCK = 4096


class OffsetUnits:
    """A text, with the places in it in other units.

    Bytes and UTF-16 code units are counted once for each block of the text, because many offsets of a long
    text may be converted.

    Parameters
    ----------
    text : str
        The text.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._bytes = [0]
        self._utf16 = [0]

    def of(self, place: Place, origins: Mapping[str, int]) -> Iterator[tuple[str, Place]]:
        """Yield each unit with a place in it, unless it is the same as in code points.

        Parameters
        ----------
        place : Place
            The place in code points.
        origins : mapping of str to int
            Offsets before the place that it may be relative to, by their names.
        """
        a, b = place
        relative = [(name, origin) for name, origin in origins.items() if origin]
        for name, origin in relative:
            yield f"relative to {name}", (a - origin, b - origin)
        yield "1-based", (a + 1, b + 1)
        yield "1-based, with an inclusive end", (a + 1, b)
        yield "0-based, with an inclusive end", (a, b - 1)
        self._count_to(b)
        for unit, count in (("bytes", self._in_bytes), ("UTF-16 code units", self._in_utf16)):
            start, end = count(a), count(b)
            if (start, end) != place:
                yield f"in {unit}", (start, end)
            for name, origin in relative:
                base = count(origin)
                if (start - base, end - base) != (a - origin, b - origin):
                    yield f"in {unit}, relative to {name}", (start - base, end - base)

    def _count_to(self, offset: int) -> None:
        """Count the blocks before an offset."""
        for number in range(len(self._bytes) - 1, offset // _BLOCK):
            block = self._text[number * _BLOCK : (number + 1) * _BLOCK]
            self._bytes.append(self._bytes[-1] + len(block.encode()))
            self._utf16.append(self._utf16[-1] + len(block.encode("utf-16-le")) // 2)

    def _in_bytes(self, offset: int) -> int:
        number = offset // _BLOCK
        return self._bytes[number] + len(self._text[number * _BLOCK : offset].encode())

    def _in_utf16(self, offset: int) -> int:
        number = offset // _BLOCK
        return self._utf16[number] + len(self._text[number * _BLOCK : offset].encode("utf-16-le")) // 2


# Cached because the same few sources are used again and again.
offset_units: Callable[[str], OffsetUnits] = lru_cache(8)(OffsetUnits)


def meant(
    given: tuple[int | None, int | None],
    places: Iterable[Place],
    units: Callable[[Place], Iterable[tuple[str, Place]]],
) -> tuple[list[str], Place] | None:
    """Return the units that explain wrong offsets, and the right place; None if that is not certain.

    Parameters
    ----------
    given : tuple of int or None
        The wrong offsets.
    places : iterable of Place
        The places that may be meant.
    units : callable
        Returns the units of a place, each with the place in it.
    """
    found: dict[Place, list[str]] = {}
    for place in places:
        fitting = [unit for unit, converted in units(place) if converted == given]
        if fitting:
            found[place] = fitting
    if len(found) != 1:
        return None
    ((place, fitting),) = found.items()
    return fitting, place


def spans(places: list[Place]) -> str:
    """Describe places; only the first few of many."""
    return " or ".join(f"{start} to {end}" for start, end in places[:FEW]) + more(len(places))


def more(count: int) -> str:
    """Return how many places `spans` does not list, in words; empty if it lists all."""
    return f" and {count - FEW} more" if count > FEW else ""

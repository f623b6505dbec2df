"""The quote ladder: whether a quote stands where its row says, compared code point by code point.

The rungs are those of the design, and the first that matches wins. Nothing is fuzzy: a passage and its
negation are different passages.
"""

from collections.abc import Iterable, Iterator

from ..corpus import Corpus, CorpusClaim
from ..passages import LONGEST, Match, Passages, occurrences, passages_of
from ..typography import fold_markers, fold_typography
from .findings import Fault, Path, shown, visible

__all__ = ["Quotes", "explaining_unit"]

_SHORT = 4
_FEW = 3


class Quotes:
    """Judges quotes against a corpus."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._passages: Passages = passages_of(corpus)
        # Quotes repeat, and so do the passages that they are looked for in.
        self._texts = {claim_id: claim.passage for claim_id, claim in corpus.claims.items()}

    def fault(  # noqa: PLR0913 - a quote is all of these
        self,
        claim: CorpusClaim,
        quote: str,
        start: int | None,
        end: int | None,
        of: str,
        path: Path,
        *,
        stale: bool,
    ) -> Fault | None:
        """Return what is wrong with a quote, or None.

        Parameters
        ----------
        claim : CorpusClaim
            The claim that the row names.
        quote : str
            The quote.
        start, end : int or None
            Its offsets, both or neither, as `of` counts them.
        of : {"text", "text_en"}
            What is quoted.
        path : tuple
            The path of the object that holds the quote.
        stale : bool
            Whether the row is found to be made from an earlier text; a quote that stands elsewhere is then
            no finding of its own.
        """
        if of == "text_en":
            if claim.text_en is None:
                return Fault(
                    "quote-not-found", (*path, "quote"), f"English of {claim.claim_id}", "none in the corpus"
                )
            passage, origin, whole = claim.text_en, 0, claim.text_en
        else:
            passage, origin, whole = self._texts[claim.claim_id], claim.start, claim.source
        if start is not None and end is not None:
            if end <= start or end > len(whole):
                size = f"offsets from 0 to {len(whole)}, the end after the start"
                return Fault(
                    "quote-out-of-range",
                    (*path, "quote_start"),
                    size,
                    f"{start} to {end}",
                    self._place(claim, quote, of),
                )
            # A slice of the passage would be wrong before its start, where offsets turn negative.
            if start >= origin and end <= origin + len(passage) and whole[start:end] == quote:
                return None
        if quote in passage:
            return self._misplaced(claim, quote, start, end, of, path)
        if stale and self._elsewhere(quote, of):
            return None
        return self._not_here(claim, quote, of, path)

    def places(self, claim: CorpusClaim, quote: str, of: str) -> list[tuple[int, int]]:
        """Return where a quote stands in a claim, as `of` counts offsets."""
        if of == "text_en":
            return occurrences(claim.text_en or "", quote)
        return [(claim.start + a, claim.start + b) for a, b in occurrences(claim.passage, quote)]

    def own_words(self, claim: CorpusClaim, quote: str, of: str) -> tuple[int, int, str] | None:
        """Return the one place where a quote stands but for typography, and the characters there."""
        passage, origin = (claim.text_en or "", 0) if of == "text_en" else (claim.passage, claim.start)
        places = fold_typography(passage).places(fold_typography(quote).text)
        if len(places) != 1:
            return None
        ((start, end),) = places
        return origin + start, origin + end, passage[start:end]

    def _misplaced(
        self, claim: CorpusClaim, quote: str, start: int | None, end: int | None, of: str, path: Path
    ) -> Fault | None:
        places = self.places(claim, quote, of)
        if start is not None and end is not None:
            found = explaining_unit(claim, places, start, end, of)
            if found:
                unit, (right, until) = found
                remedy = f"{right} to {until}: the ones given count {unit}"
            elif len(places) == 1:
                remedy = f"{places[0][0]} to {places[0][1]}"
            else:
                remedy = None
            return Fault(
                "quote-misplaced", (*path, "quote_start"), _spans(places), f"{start} to {end}", remedy
            )
        if len(places) > 1:
            return Fault(
                "quote-ambiguous",
                (*path, "quote"),
                f"one place in {claim.claim_id}",
                f"{len(places)}: {_spans(places)}",
                "give quote_start and quote_end, or quote more",
            )
        if len(quote) < _SHORT:
            got = f"{len(quote)}: {shown(quote)}"
            remedy = f"give its offsets: {_spans(places)}"
            return Fault(
                "quote-too-short", (*path, "quote"), f"at least {_SHORT} code points, or offsets", got, remedy
            )
        return None

    def _not_here(self, claim: CorpusClaim, quote: str, of: str, path: Path) -> Fault:
        field = (*path, "quote")
        found = self._elsewhere(quote, of)
        if found:
            remedy = (
                f"it stands in {_records(found)}"
                if len(found) <= _FEW
                else f"it stands in {len(found)} places: {_records(found)}"
            )
            return Fault("quote-misattributed", field, f"words of {claim.claim_id}", shown(quote), remedy)
        passage, origin = (claim.text_en or "", 0) if of == "text_en" else (claim.passage, claim.start)
        bare = fold_markers(quote).text
        places = fold_markers(passage).places(bare.strip() if bare != quote else bare)
        if places:
            return Fault(
                "quote-markers-differ",
                field,
                _words(passage, places, origin),
                shown(quote),
                _own(passage, places, origin),
            )
        plain = fold_typography(quote).text
        places = fold_typography(passage).places(plain)
        if places:
            return Fault(
                "quote-typography-differs",
                field,
                _words(passage, places, origin),
                shown(quote),
                _own(passage, places, origin),
            )
        return Fault(
            "quote-not-found",
            field,
            f"words of {claim.claim_id}",
            shown(quote),
            lambda: self._hint(claim, quote, of),
        )

    def _elsewhere(self, quote: str, of: str) -> list[Match]:
        return [
            passage.match("exact", a, b, quote)
            for passage in self._passages.exact(quote, of)
            for a, b in occurrences(passage.text, quote)[:_FEW]
        ]

    def _place(self, claim: CorpusClaim, quote: str, of: str) -> str | None:
        places = self.places(claim, quote, of)
        return _spans(places) if len(places) == 1 else None

    def _hint(self, claim: CorpusClaim, quote: str, of: str) -> str | None:
        """Say where a quote that stands nowhere might come from."""
        if not quote.strip() or len(quote) > LONGEST:
            return None
        other = "text" if of == "text_en" else "text_en"
        if other == "text_en" and claim.text_en and quote in claim.text_en:
            return f"it stands in the English of {claim.claim_id}: set quote_of to text_en"
        if other == "text" and quote in claim.passage:
            return "it stands in the source: set quote_of to text, or leave it out"
        match = self._passages.nearest(quote, of) or self._passages.nearest(quote, other)
        if match is None:
            return None
        language = " (its English)" if match.of == "text_en" != of else ""
        return f"nearest, no evidence: {match.record_id}{language}, {match.start} to {match.end}: {_marked(match)}"


def explaining_unit(
    claim: CorpusClaim, places: Iterable[tuple[int, int]], start: int, end: int, of: str
) -> tuple[str, tuple[int, int]] | None:
    """Return the unit in which wrong offsets would be right, and the place that they mean, if just one.

    Units are tried in this order: counted from the claim, one-based, end inclusive, bytes of UTF-8, code
    units of UTF-16, and the latter two from the claim.
    """
    whole, origin = (claim.text_en or "", 0) if of == "text_en" else (claim.source, claim.start)
    for unit, convert in _units(whole, origin):
        meant = [place for place in places if convert(*place) == (start, end)]
        if len(meant) == 1:
            return unit, meant[0]
    return None


def _units(whole: str, origin: int) -> Iterator[tuple[str, object]]:
    def octets(offset: int, base: int = 0) -> int:
        return len(whole[base:offset].encode())

    def units(offset: int, base: int = 0) -> int:
        return len(whole[base:offset].encode("utf-16-le")) // 2

    if origin:
        yield "from the claim", lambda a, b: (a - origin, b - origin)
    yield "from one", lambda a, b: (a + 1, b + 1)
    yield "from one, the end inclusive", lambda a, b: (a + 1, b)
    yield "the end inclusive", lambda a, b: (a, b - 1)
    yield "bytes", lambda a, b: (octets(a), octets(b))
    yield "UTF-16 code units", lambda a, b: (units(a), units(b))
    if origin:
        yield "bytes from the claim", lambda a, b: (octets(a, origin), octets(b, origin))
        yield "UTF-16 code units from the claim", lambda a, b: (units(a, origin), units(b, origin))


def _spans(places: list[tuple[int, int]]) -> str:
    spans = [f"{a} to {b}" for a, b in places[:_FEW]]
    return " or ".join(spans) + (f" or {len(places) - _FEW} more" if len(places) > _FEW else "")


def _records(found: list[Match]) -> str:
    return ", ".join(f"{one.record} {one.record_id} at {one.start} to {one.end}" for one in found[:_FEW])


def _words(passage: str, places: list[tuple[int, int]], origin: int) -> str:
    start, end = places[0]
    return (
        shown(passage[start:end])
        if len(places) == 1
        else _spans([(origin + a, origin + b) for a, b in places])
    )


def _own(passage: str, places: list[tuple[int, int]], origin: int) -> str | None:
    """Return the source's own characters, if there is one place."""
    if len(places) != 1:
        return None
    ((start, end),) = places
    return f"{origin + start} to {origin + end}: {visible(passage[start:end])}"


def _marked(match: Match) -> str:
    """Return the passage with what differs marked: its own characters, and what the quote has for them."""
    marked, at = "", match.start
    for change in match.changes:
        marked += match.text[at - match.start : change.start - match.start]
        marked += f"⟦{change.passage}→{change.text}⟧"
        at = change.end
    return marked + match.text[at - match.start :]

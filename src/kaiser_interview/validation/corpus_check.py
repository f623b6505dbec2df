"""Check the files of a corpus: report every problem, and explain texts that are not at their offsets."""

import codecs
import hashlib
import re
import sys
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache, partial
from itertools import islice
from pathlib import Path

from ..corpus.corpus import Corpus
from ..corpus.differences import changes
from ..corpus.files import NAMES, OPTIONAL, TEXT, CorpusClaim, CorpusFiles, CorpusReader, read_folder
from ..corpus.lines import FileFault, Unplaced, json_shown
from ..corpus.search import LONGEST, Passage, Passages, occurrences
from ..corpus.typography import without_typography
from ..records.models import ID_PATTERN, LONGEST_ID
from .findings.checked import Checked
from .findings.codes import Severity
from .findings.counts import Tally
from .findings.finding import Fault, Finding, Located
from .findings.report import Input, Report
from .formats.encodings import encoding_hint
from .formats.json.text import parse
from .references.offset_units import FEW, Place, meant, offset_units, spans
from .references.quotes import marked

__all__ = ["check_corpus"]

_HEAD = 1 << 20
"""The most bytes from which an encoding is guessed."""

_MOST_PLACES = 100
"""The most places of a text that are compared with its offsets."""

_MOST_POINTS = 8
"""The most code points that a message lists."""

_MOST_SEARCHED = 1 << 31
"""The most code points that are searched to explain findings. Later findings have no suggestion."""

_LINE_ENDS = {False: "LF", True: "CR LF"}

_LAST = chr(sys.maxunicode)


def check_corpus(folder: str | Path, max_findings: int) -> Report:
    """Check the files of a corpus in a folder; `Corpus.check` is the public method."""
    tally = Tally(max_findings)
    check = _Check(folder, tally.add)
    held, rows = check.run(), check.reader.rows
    count, invalid = rows.get("claims.jsonl", 0), len(check.invalid)
    corpus = Corpus(*held).digest if check.ok else None
    return Report(
        rows=count,
        valid=count - invalid,
        invalid=invalid,
        rows_without_digest=0,
        counts=tally.counted(),
        sample=tally.findings(),
        inputs=tuple(
            Input(
                check.path(name),
                rows.get(name, 0),
                len(data),
                hashlib.sha256(data).hexdigest(),
                complete=True,
            )
            for name, data in check.files.items()
        ),
        complete=check.complete,
        outside=check.outside,
        max_findings=max_findings,
        unit="claim",
        checked=Checked(claims=len(held.claims), corpus=corpus, options={"max_findings": max_findings}),
        again=partial(_every_finding, folder),
    )


def _every_finding(folder: str | Path) -> Iterator[Finding]:
    """Check the files again and yield every finding."""
    found: list[Located] = []
    _Check(folder, found.append).run()
    for one in found:
        yield one.finding()


class _Check:
    """A check of the files in a folder.

    Parameters
    ----------
    folder : str or pathlib.Path
        The folder.
    add : callable
        Takes each fault.
    """

    def __init__(self, folder: str | Path, add: Callable[[Located], object]) -> None:
        self._folder = folder
        self._add = add
        self.invalid: set[int] = set()
        self.outside = 0
        self.complete = True
        self.files, self._others = read_folder(folder, self._error)
        self.reader = CorpusReader(self.files, self._error, others=self._others)
        self._explainer = _Explainer(self.reader, self.files)

    @property
    def ok(self) -> bool:
        return self.complete and not self.invalid and not self.outside

    def path(self, file: str) -> str:
        """Return the path of a file in the folder, or of the folder, as the caller names it."""
        return str(Path(self._folder) / file) if file else str(self._folder)

    def run(self) -> CorpusFiles:
        """Check all files; return what could be read."""
        # If the folder or a file could not be read, it is not missing.
        held = self.reader.read() if self.complete else CorpusFiles({}, {}, (), {}, ())
        for fault in _warnings(held, self.reader, self.files, self._others):
            self._report(fault, "warning")
        return held

    def _error(self, fault: FileFault) -> None:
        if fault.code == "unreadable":
            self.complete = False
        if fault.file == "claims.jsonl" and fault.line is not None:
            self.invalid.add(fault.line)
        else:
            self.outside += 1
        self._report(fault, "error")

    def _report(self, one: FileFault, severity: Severity) -> None:
        fault = Fault(one.code, one.path, one.expected, one.got, one.suggestion, severity)
        if isinstance(one.about, Unplaced):
            fault = fault._replace(suggestion=partial(self._explainer.why, one.about))
        elif one.about is not None and one.code == "not-utf8":
            fault = fault._replace(suggestion=partial(_encodings, one.about))
        elif one.about is not None:
            fault = parse(one.about)[1] or fault
        self._add(Located(fault, self.path(one.file), one.line, row_id=one.row_id))


def _encodings(data: bytes) -> str | None:
    """Return a suggestion that names the encodings that bytes may be in."""
    return encoding_hint(data[:_HEAD], then="")


def _warnings(
    held: CorpusFiles, reader: CorpusReader, files: Mapping[str, bytes], others: Iterable[str]
) -> Iterator[FileFault]:
    """Yield what is probably a mistake in files that can be read."""
    for name in others:
        meant_name = next((one for one in NAMES if one == name.lower()), None)
        if name.lower().endswith(TEXT) and not name.startswith("."):
            meant_name = f"{name[: -len(TEXT)]}{TEXT}"
        if meant_name and (meant_name.endswith(TEXT) or meant_name in OPTIONAL):
            suggestion = f"rename it to {meant_name}"
            yield FileFault(
                "misnamed-file", name, None, (), meant_name, f"{name}, which is ignored", suggestion
            )
    for name in OPTIONAL:
        if name in files and not files[name].strip():
            yield FileFault("no-rows", name, None, (), "at least one row, or no file", "none")
    yield from _unused(reader, files)
    of_rows = re.compile(ID_PATTERN)
    for claim_id, line in reader.lines.items():
        if len(claim_id) > LONGEST_ID or not of_rows.fullmatch(claim_id):
            expected, got = f"an id of rows: 1 to {LONGEST_ID} printable characters", json_shown(claim_id)
            yield FileFault("bad-format", "claims.jsonl", line, ("claim_id",), expected, got, None, claim_id)
    yield from _overlaps(held.claims.values(), reader.lines)


def _unused(reader: CorpusReader, files: Mapping[str, bytes]) -> Iterator[FileFault]:
    for source_id, (file, line) in reader.origins.items():
        is_doubtful = reader.doubtful or not reader.complete
        if source_id in reader.used or (is_doubtful and source_id not in reader.strays):
            continue
        got, suggestion = f"none of {source_id}", "add its claims, or remove the source"
        if file.endswith(TEXT):
            got = "none" if files[file] else "an empty file"
            suggestion = (
                f"if it is no source, rename it, for example to {source_id}.md: each .txt file is one"
            )
        yield FileFault("unused-source", file, line, (), "a source with claims", got, suggestion)


def _overlaps(claims: Iterable[CorpusClaim], lines: Mapping[str, int]) -> Iterator[FileFault]:
    by_source: dict[str, list[CorpusClaim]] = {}
    for claim in claims:
        by_source.setdefault(claim.source_id, []).append(claim)
    for of_source in by_source.values():
        of_source.sort(key=lambda one: (one.start, one.end))
        last = of_source[0]
        for claim in of_source[1:]:
            if claim.start < last.end:
                expected = f"a start of at least {last.end}, where {last.claim_id} ends"
                line, row_id = lines[claim.claim_id], claim.claim_id
                got = str(claim.start)
                yield FileFault(
                    "claims-overlap", "claims.jsonl", line, ("start",), expected, got, None, row_id
                )
            last = max(last, claim, key=lambda one: one.end)


class _Explainer:
    """Explain why a text is not at its offsets, and where it is.

    Parameters
    ----------
    reader : CorpusReader
        The reader, which has the sources before it reports such a text.
    files : mapping of str to bytes
        Contents by file name.
    """

    def __init__(self, reader: CorpusReader, files: Mapping[str, bytes]) -> None:
        self._reader = reader
        self._files = files
        self._line_ends = lru_cache(8)(_line_ends)
        self._left = _MOST_SEARCHED

    def why(self, one: Unplaced) -> str | None:
        """Return where a text is, and why it is not at its offsets; None if nothing is known.

        It takes time to search long sources, so nothing is searched after `_MOST_SEARCHED` code points.
        """
        source = self._reader.sources[one.source_id]
        for words, how in _forms(source, one.text):
            self._left -= len(source)
            if self._left < 0:
                return None
            count = source.count(words)
            if count > _MOST_PLACES:
                return f"it occurs {count:,} times in {one.source_id}{how}"
            if count:
                return f"{self._placed(one, occurrences(source, words))}{how}"
        return self._elsewhere(one) or self._nearest(one)

    def _placed(self, one: Unplaced, places: list[Place]) -> str:
        if one.end is None:
            return f"it occurs at {spans(places)}"
        found = meant((one.start, one.end), places, partial(self._units, one.source_id))
        if found:
            units, place = found
            return f"use {spans([place])}: the given offsets are {' or '.join(units)}"
        for place in places:
            if place[0] == one.start:
                return f"use {spans([place])}: the text has {place[1] - place[0]} code points"
        return f"use {spans(places)}"

    def _units(self, source_id: str, place: Place) -> Iterator[tuple[str, Place]]:
        """Yield each unit with a place of a source in it."""
        (a, b), source = place, self._reader.sources[source_id]
        file, _ = self._reader.origins[source_id]
        if file.endswith(TEXT) and self._files[file].startswith(codecs.BOM_UTF8):
            yield "those of the text with the byte order mark", (a + 1, b + 1)
        if source.startswith("\ufeff"):
            yield "those of the text without the byte order mark", (a - 1, b - 1)
        ends, step, other = self._line_ends(source)
        before, within = bisect_left(ends, a), bisect_left(ends, b)
        yield f"those of the text with {other} line ends", (a + step * before, b + step * within)
        yield "a start and a length", (a, b - a)
        origins = {"its line": source.rfind("\n", 0, a) + 1}
        headings = self._headings.get(source_id, [])
        number = bisect_right(headings, (a, _LAST))
        if number:
            start, heading_id = headings[number - 1]
            origins[f"the heading {heading_id}"] = start
        yield from offset_units(source).of(place, origins)

    @cached_property
    def _headings(self) -> dict[str, list[tuple[int, str]]]:
        """The offsets of the headings of each source, with their ids, in order."""
        found: dict[str, list[tuple[int, str]]] = {}
        for one in self._reader.headings:
            found.setdefault(one.source_id, []).append((one.start, one.record_id))
        return {source_id: sorted(headings) for source_id, headings in found.items()}

    def _elsewhere(self, one: Unplaced) -> str | None:
        self._left -= self._size
        found = [
            (passage.record_id, passage.text.find(one.text))
            for passage in islice(self._passages.exact(one.text, "text"), FEW + 1)
        ]
        if not found:
            return None
        size = len(one.text)
        listed = [f"{source_id} at {spans([(at, at + size)])}" for source_id, at in found[:FEW]]
        return f"it occurs in source {', '.join(listed)}{' and others' if found[FEW:] else ''}"

    def _nearest(self, one: Unplaced) -> str | None:
        match = self._passages.nearest(one.text, "text") if len(one.text) <= LONGEST else None
        if match is None:
            return None
        place = f"{match.record_id}, {spans([(match.start, match.end)])}"
        if without_typography(match.text) == without_typography(one.text):
            return f"it differs only in typography from {place}: {_difference(match.text, one.text)}"
        return f"closest passage (not a match): {place}: {marked(match)}"

    @cached_property
    def _size(self) -> int:
        """The length of all sources."""
        return sum(map(len, self._reader.sources.values()))

    @cached_property
    def _passages(self) -> Passages:
        sources = self._reader.sources.items()
        return Passages(Passage("headline", source_id, "text", source, 0) for source_id, source in sources)


def _forms(source: str, text: str) -> Iterator[tuple[str, str]]:
    """Yield a text as it is, with the line ends of its source, and in normal forms; each with a note."""
    yield text, ""
    name = _LINE_ENDS["\r\n" in source]
    ends = text.replace("\r\n", "\n")
    ends = ends.replace("\n", "\r\n") if name == "CR LF" else ends
    if ends != text:
        yield ends, f"; its lines end in {name} in the source"
    for form in ("NFC", "NFD"):
        normal = unicodedata.normalize(form, text)
        if normal != text:
            yield normal, f"; it is in {form} in the source: {_difference(normal, text)}"


def _difference(right: str, wrong: str) -> str:
    """Return the code points of the first difference between a passage and a text."""
    first = changes(right, wrong, by="character")[0]
    return f"{_code_points(first.passage)}, not {_code_points(first.text)}"


def _code_points(text: str) -> str:
    points = [f"U+{ord(mark):04X}" for mark in text]
    return f"{' '.join(points[:_MOST_POINTS])}{' …' if points[_MOST_POINTS:] else ''}" or "nothing"


def _line_ends(source: str) -> tuple[list[int], int, str]:
    """Return the offsets of line feeds, what each adds to offsets with other line ends, and their name."""
    is_crlf = "\r\n" in source
    # With CR LF, an offset after the pair is one less with LF. Between the two it has no equal.
    ends = [found.start() for found in re.finditer("\r\n" if is_crlf else "\n", source)]
    return ends, -1 if is_crlf else 1, _LINE_ENDS[not is_crlf]

"""Read the files of a corpus and check that they are consistent."""

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

import jiter

from ..errors import CorpusError
from ..storage import digest

__all__ = ["NAMES", "CorpusClaim", "CorpusFiles", "Heading", "corpus_rows", "read_corpus"]

_VERSION = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8})){2}")

NAMES = ("claims.jsonl", "sources.jsonl", "dialogues.jsonl", "releases.jsonl")
"""The names of the files; `Corpus.from_files` describes their contents."""


class CorpusClaim(NamedTuple):
    """A claim with the data that validation needs. Offsets are code points into its source, end exclusive."""

    claim_id: str
    source_id: str
    source: str
    """The whole text of its source."""
    text: str
    start: int
    end: int
    passage_end: int
    """Offset after the printed markers; `end` if there are none."""
    sha256: str
    text_en: str | None
    earlier: Mapping[str, str]
    """Digests of earlier texts, each with the release that introduced the text."""
    revised: str | None
    """The release that last changed the text; None if no releases are recorded."""
    columns: Mapping[str, Any]
    """The columns of the claim except `claim_id` and `claim_sha256`; derived rows may repeat them."""

    @property
    def passage(self) -> str:
        """The claim's text with its markers, as printed in the source."""
        if self.passage_end == self.end:
            return self.text  # the same string, to save memory
        return self.source[self.start : self.passage_end]

    @property
    def markers(self) -> str:
        """The markers that are printed after the claim; empty if there are none."""
        return self.source[self.end : self.passage_end].strip()


class Heading(NamedTuple):
    """A heading or headline: text outside claims that can be quoted."""

    record: Literal["heading", "headline"]
    record_id: str
    text: str
    start: int
    text_en: str | None
    source_id: str


class CorpusFiles(NamedTuple):
    """The contents of the files of a corpus, as arguments of `Corpus`."""

    claims: dict[str, CorpusClaim]
    sources: dict[str, str]
    headings: tuple[Heading, ...]
    retired: dict[str, str | None]
    releases: tuple[str, ...]


def read_corpus(files: Mapping[str, bytes], current: str | None = None) -> CorpusFiles:
    """Parse the files of a corpus and check that they are consistent.

    Parameters
    ----------
    files : mapping of str to bytes
        Contents by file name.
    current : str, optional
        The release of the files; it is added to those in `releases.jsonl`.

    Raises
    ------
    CorpusError
        A file is missing or invalid.
    """
    if "claims.jsonl" not in files:
        raise CorpusError("claims.jsonl", None, "expected a file, got none")
    sources, headlines = _sources(files)
    history = _History(_rows(files, "releases.jsonl"), current)
    claims: dict[str, CorpusClaim] = {}
    for row in _rows(files, "claims.jsonl"):
        claim = _claim(row, sources, history)
        if claim.claim_id in claims:
            raise row.fault(f"claim_id: expected a unique id, got {claim.claim_id} again")
        claims[claim.claim_id] = claim
    if not claims:
        raise CorpusError("claims.jsonl", None, "expected a claim, got none")
    for claim_id in history.last.keys() - history.retired.keys() - claims.keys():
        raise CorpusError(
            "releases.jsonl", None, f"{claim_id}: expected it in claims.jsonl, or a line that retires it"
        )
    headings = [_heading(row, sources) for row in _rows(files, "dialogues.jsonl")]
    return CorpusFiles(claims, sources, (*headings, *headlines), history.retired, history.releases)


def corpus_rows(corpus: CorpusFiles) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the files of a corpus, by file name; the inverse of `read_corpus`."""
    headlines = {one.source_id: one for one in corpus.headings if one.record == "headline"}
    sources: list[dict[str, Any]] = []
    for source_id, text in corpus.sources.items():
        sources.append({"source_id": source_id, "text": text})
        if one := headlines.get(source_id):
            sources[-1] |= {"headline": one.text, "headline_en": one.text_en}
    dialogues: list[dict[str, Any]] = [
        {"dialogue_id": one.record_id, "source_id": one.source_id, "start": one.start}
        | {"title": one.text, "title_en": one.text_en}
        for one in corpus.headings
        if one.record == "heading"
    ]
    claims = [
        {"claim_id": claim.claim_id, **claim.columns, "claim_sha256": claim.sha256}
        for claim in corpus.claims.values()
    ]
    files = {
        "claims.jsonl": claims,
        "sources.jsonl": sources,
        "dialogues.jsonl": dialogues,
        "releases.jsonl": _history(corpus),
    }
    return {name: rows for name, rows in files.items() if rows}


def _history(corpus: CorpusFiles) -> list[dict[str, Any]]:
    """Return the rows of `releases.jsonl`."""
    rows: list[dict[str, Any]] = [{"release": release} for release in corpus.releases]
    for claim in corpus.claims.values():
        # An earlier text may be the current one again.
        last = {(claim.sha256, claim.revised)} if claim.revised else ()
        rows += [
            {"release": since, "claim_id": claim.claim_id, "claim_sha256": sha256}
            for sha256, since in [*claim.earlier.items(), *last]
        ]
    rows.sort(key=lambda row: _version_key(row["release"]))
    # The release that retired a claim is not kept. Only the order of the lines matters.
    return rows + [
        {"release": corpus.releases[-1], "claim_id": claim_id, "successor": successor}
        for claim_id, successor in corpus.retired.items()
    ]


def _version_key(version: str) -> tuple[int, ...]:
    """Return the sort key of a version."""
    return tuple(int(part) for part in version.split("."))


class _CorpusRow:
    """A row of a corpus file, with its file and line for messages."""

    def __init__(self, file: str, line: int, values: Mapping[str, Any]) -> None:
        self.file = file
        self.line = line
        self.values = values

    def fault(self, reason: str) -> CorpusError:
        return CorpusError(self.file, self.line, reason)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if type(value) is not str or not value:
            raise self.fault(f"{name}: expected text, got {value!r:.80}")
        return value

    def optional(self, name: str) -> str | None:
        return None if self.values.get(name) is None else self.text(name)

    def offset(self, name: str) -> int:
        value = self.values.get(name)
        if type(value) is not int or value < 0:
            raise self.fault(f"{name}: expected an offset, got {value!r:.80}")
        return value


def _checked(file: str, data: bytes) -> bytes:
    """Return the bytes of a file if they are UTF-8 without a byte order mark.

    A mark would be the first code point of a text and shift every offset. It is not removed either, because
    other tools that read the file would count it.
    """
    if data.startswith(codecs.BOM_UTF8):
        raise CorpusError(file, None, "expected UTF-8 without a byte order mark, got U+FEFF at its start")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data[:4]:
        raise CorpusError(
            file, None, "expected UTF-8, got UTF-16 or UTF-32; convert it, for example with iconv -t UTF-8"
        )
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        got = f"byte 0x{data[error.start]:02x} at {error.start}"
        raise CorpusError(file, line, f"expected UTF-8, got {got}") from None
    return data


def _rows(files: Mapping[str, bytes], file: str) -> Iterator[_CorpusRow]:
    data = _checked(file, files.get(file, b""))
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            values = jiter.from_json(line, catch_duplicate_keys=True, allow_inf_nan=False)
        except ValueError as error:
            raise CorpusError(file, number, f"not JSON: {error}") from None
        if not isinstance(values, dict):
            raise CorpusError(file, number, f"expected an object, got {type(values).__name__}")
        yield _CorpusRow(file, number, values)


def _sources(files: Mapping[str, bytes]) -> tuple[dict[str, str], list[Heading]]:
    sources: dict[str, str] = {}
    headlines = []
    for row in _rows(files, "sources.jsonl"):
        source_id, text = row.text("source_id"), row.text("text")
        if source_id in sources:
            raise row.fault(f"source_id: expected a unique id, got {source_id} again")
        sources[source_id] = text
        headline = row.optional("headline")
        if headline is not None:
            start = text.find(headline)
            if start < 0:
                raise row.fault(f"headline: expected a passage of text, got {headline!r:.80}")
            text_en = row.optional("headline_en")
            headlines.append(Heading("headline", source_id, headline, start, text_en, source_id))
    for name in files:
        if name.endswith(".txt") and name.removesuffix(".txt") not in sources:
            sources[name.removesuffix(".txt")] = _checked(name, files[name]).decode("utf-8")
    if not sources:
        raise CorpusError("sources.jsonl", None, "expected a source, got none")
    return sources, headlines


def _source_of(row: _CorpusRow, sources: Mapping[str, str]) -> tuple[str, str]:
    only = next(iter(sources)) if len(sources) == 1 else None
    source_id = row.optional("source_id") or only
    if source_id is None or source_id not in sources:
        raise row.fault(f"source_id: expected one of {', '.join(sources)}, got {source_id!r:.80}")
    return source_id, sources[source_id]


def _claim(row: _CorpusRow, sources: Mapping[str, str], history: "_History") -> CorpusClaim:
    source_id, source = _source_of(row, sources)
    claim_id, text, start, end = (
        row.text("claim_id"),
        row.text("text"),
        row.offset("start"),
        row.offset("end"),
    )
    if source[start:end] != text:
        # Git and editors on Windows change line ends.
        ends = source.replace("\r\n", "\n") if "\r\n" in source else source.replace("\n", "\r\n")
        other = "LF" if "\r\n" in source else "CR LF"
        why = f"; it matches if lines of {source_id} end in {other}" if ends[start:end] == text else ""
        raise row.fault(
            f"text: expected {source[start:end]!r:.80} from {start} to {end}, got {text!r:.80}{why}"
        )
    sha256 = digest(text.encode())
    if history.last.get(claim_id, sha256) != sha256:
        raise row.fault(f"{claim_id}: expected the last digest in releases.jsonl, got {sha256}")
    return CorpusClaim(
        claim_id=claim_id,
        source_id=source_id,
        source=source,
        text=text,
        start=start,
        end=end,
        passage_end=_passage_end(row, source, end),
        sha256=sha256,
        text_en=row.optional("text_en"),
        earlier=history.earlier.get(claim_id, {}),
        revised=history.revised.get(claim_id),
        columns={
            name: value for name, value in row.values.items() if name not in {"claim_id", "claim_sha256"}
        },
    )


def _passage_end(row: _CorpusRow, source: str, end: int) -> int:
    citations = row.values.get("citations")
    printed = row.optional("markers") if row.values.get("markers") else None
    if printed is None and isinstance(citations, list):
        printed = "".join(f"[{number}]" for number in citations)
    if not printed:
        return end
    start = end
    while source[start : start + 1].isspace() and not source.startswith(printed, start):
        start += 1
    if not source.startswith(printed, start):
        raise row.fault(f"markers: expected {printed!r:.80} after the claim, got {source[end : end + 16]!r}")
    return start + len(printed)


def _heading(row: _CorpusRow, sources: Mapping[str, str]) -> Heading:
    source_id, source = _source_of(row, sources)
    title, start = row.text("title"), row.offset("start")
    at = source.find(title, start)
    if at < 0:
        raise row.fault(f"title: expected a passage of the source from {start} on, got {title!r:.80}")
    # A printed heading may begin before its title, for example with a number.
    text = source[start : at + len(title)]
    return Heading("heading", row.text("dialogue_id"), text, start, row.optional("title_en"), source_id)


class _History:
    """The history of claims in `releases.jsonl`."""

    def __init__(self, rows: Iterable[_CorpusRow], current: str | None) -> None:
        self.last: dict[str, str | None] = {}
        self.earlier: dict[str, dict[str, str]] = {}
        self.revised: dict[str, str] = {}
        self.retired: dict[str, str | None] = {}
        releases = {current} if current else set()
        for row in rows:
            name, claim_id, sha256 = (
                row.text("release"),
                row.optional("claim_id"),
                row.optional("claim_sha256"),
            )
            if claim_id in self.retired:
                raise row.fault(f"{claim_id}: expected no line after its retirement, got one")
            if not _VERSION.fullmatch(name):
                raise row.fault(f"release: expected a version such as 1.0.0, got {name!r:.80}")
            releases.add(name)
            if claim_id is None:
                continue  # a release that changed no claim
            before = self.last.get(claim_id)
            if before is not None and before != sha256:
                self.earlier.setdefault(claim_id, {})[before] = self.revised[claim_id]
            if claim_id not in self.last or before != sha256:
                self.revised[claim_id] = name
            self.last[claim_id] = sha256
            if sha256 is None:
                self.retired[claim_id] = row.optional("successor")
        self.releases = tuple(sorted(releases, key=_version_key))

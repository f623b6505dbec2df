"""Read the files of a corpus and check that they are consistent."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ..near_names import near_names
from ..storage import digest
from .lines import CorpusRow, FileFault, ReportFault, Unplaced, decoded, json_shown, readable, rows_of

__all__ = [
    "LONGEST_NUMBER",
    "NAMES",
    "OPTIONAL",
    "TEXT",
    "CorpusClaim",
    "CorpusFiles",
    "CorpusReader",
    "Heading",
    "corpus_rows",
    "read_corpus",
    "read_folder",
]

_VERSION = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8})){2}")

NAMES = ("claims.jsonl", "sources.jsonl", "dialogues.jsonl", "releases.jsonl")
"""The names of the files; `Corpus.from_files` describes their contents."""

OPTIONAL = ("dialogues.jsonl", "releases.jsonl")

TEXT = ".txt"
"""The ending of a file that is a source."""

_STRAY = re.compile(r"(?i)(?:read.?me|notes?|licen[cs]e|copying|changelog|todo|requirements|index)\b.*")
"""Names of text files that are rarely sources."""

LONGEST_NUMBER = 1000
"""The most code points between the start of a heading and its title."""

_LISTED = 8
"""The most sources that a message lists."""

_SEEN = 80


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

    def __repr__(self) -> str:
        # Without the source, which may be long.
        place = f"{self.source_id!r}, {self.start} to {self.end}"
        return f"CorpusClaim({self.claim_id!r}, {self.text!r:.80}, {place})"

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
        A file is missing or invalid. The message has the first problem.
    """
    return CorpusReader(files, _raise_fault, current=current).read()


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
        # An earlier text may be the current one again; it comes first, because another one was between.
        texts = sorted(claim.earlier.items(), key=lambda one: one[0] != claim.sha256)
        last = {(claim.sha256, claim.revised)} if claim.revised else ()
        rows += [
            {"release": since, "claim_id": claim.claim_id, "claim_sha256": sha256}
            for sha256, since in [*texts, *last]
        ]
    # The release that retired a claim is not kept. Only the order of the lines matters.
    return rows + [
        {"release": corpus.releases[-1], "claim_id": claim_id, "successor": successor}
        for claim_id, successor in corpus.retired.items()
    ]


def _raise_fault(fault: FileFault) -> None:
    """Raise the `CorpusError` of a problem."""
    raise fault.error()


def read_folder(folder: str | os.PathLike[str], report: ReportFault) -> tuple[dict[str, bytes], list[str]]:
    """Read the files of a corpus in a folder; also return the names of its other files.

    Names are compared as the folder lists them, so a system that ignores case finds no more files than
    others. Hidden files are skipped.

    Parameters
    ----------
    folder : path
        The folder.
    report : ReportFault
        What to do with a file that cannot be read.
    """
    files: dict[str, bytes] = {}
    others: list[str] = []
    try:
        names = sorted(path.name for path in Path(folder).iterdir() if path.is_file())
    except (OSError, ValueError) as error:
        report(_unreadable("", error, "a folder with the files of a corpus"))
        names = []
    for name in names:
        if name not in NAMES and (name.startswith(".") or not name.endswith(TEXT)):
            others.append(name)
            continue
        try:
            files[name] = (Path(folder) / name).read_bytes()
        except OSError as error:
            report(_unreadable(name, error, "a file that can be read"))
    return files, others


def _unreadable(file: str, error: OSError | ValueError, expected: str) -> FileFault:
    reason = error.strerror if isinstance(error, OSError) else None
    return FileFault("unreadable", file, None, (), expected, (reason or str(error)).lower())


def _version_key(version: str) -> tuple[int, ...]:
    """Return the sort key of a version."""
    return tuple(int(part) for part in version.split("."))


class CorpusReader:
    """Read the files of a corpus, and report each problem of them.

    A problem that only follows from another one is not reported: if a source cannot be read, its claims are
    not compared with it.

    Parameters
    ----------
    files : mapping of str to bytes
        Contents by file name.
    report : ReportFault
        What to do with a problem.
    current : str, optional
        The release of the files.
    others : sequence of str
        The names of other files in the folder, one of which may be misnamed.

    Attributes
    ----------
    rows : dict of str to int
        The number of rows of each JSON Lines file, including those that cannot be read.
    sources : dict of str to str
        The sources by id.
    headings : list of Heading
        The headings. They are read before the claims.
    lines : dict of str to int
        The line of each claim, by its id.
    origins : dict of str to tuple of str and (int or None)
        The file and the line of each source, by its id.
    used : set of str
        The ids of the sources that a row names.
    doubtful : bool
        Whether a row does not say which source it is of.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        report: ReportFault,
        *,
        current: str | None = None,
        others: Sequence[str] = (),
    ) -> None:
        self._files = files
        self._report = report
        self._current = current
        self._others = others
        self.rows: dict[str, int] = {}
        self.sources: dict[str, str] = {}
        self.headings: list[Heading] = []
        self.lines: dict[str, int] = {}
        self.origins: dict[str, tuple[str, int | None]] = {}
        self.used: set[str] = set()
        self.doubtful: bool = False
        self._headlines: list[Heading] = []
        # Files with a line that could not be read, or a row without an id.
        self._damaged: set[str] = set()
        # Whether a source could not be read, and so may be the one that a row names.
        self._sources_differ = False

    @property
    def complete(self) -> bool:
        """Whether every line of `claims.jsonl` could be read."""
        return "claims.jsonl" in self._files and "claims.jsonl" not in self._damaged

    def read(self) -> CorpusFiles:
        """Read all files; return what could be read."""
        if "claims.jsonl" not in self._files:
            self._missing_claims()
        self._read_sources()
        history = _History(self._rows_of("releases.jsonl"), self._current)
        history.complete &= "releases.jsonl" not in self._damaged
        self._read_headings()
        claims = self._read_claims(history)
        return CorpusFiles(
            claims, self.sources, (*self.headings, *self._headlines), history.retired, history.releases
        )

    def _rows_of(self, file: str) -> Iterator[CorpusRow]:
        """Yield the rows of a file that can be read; note whether it has others."""
        self.rows[file] = 0
        data = readable(file, self._files.get(file, b""), self._report)
        if data is None:
            self._damaged.add(file)
            return
        for row in rows_of(file, data, self._report):
            self.rows[file] += 1
            if row is None:
                self._damaged.add(file)
            else:
                yield row

    def _missing_claims(self) -> None:
        others = {name.lower(): name for name in self._others}
        near = near_names("claims.jsonl", [*others], most=1)
        suggestion = (
            f"rename {others[near[0]]} to claims.jsonl"
            if near
            else "run `kaiser-interview corpus init`, which makes the files from texts"
        )
        self._report(FileFault("missing-file", "claims.jsonl", None, (), "a file", "none", suggestion))

    def _read_sources(self) -> None:
        with_headlines = []
        for row in self._rows_of("sources.jsonl"):
            source_id = self._read_source(row)
            if source_id is not None:
                with_headlines.append((row, source_id))
        self._sources_differ |= "sources.jsonl" in self._damaged
        for file in self._files:
            if file.endswith(TEXT):
                self._read_text_file(file)
        # Once all sources are known: a text that is not in one may be in another.
        for row, source_id in with_headlines:
            self._read_headline(row, source_id)
        if not self.sources and not self._sources_differ:
            exists = "sources.jsonl" in self._files
            code, file = "no-rows" if exists else "missing-file", "sources.jsonl"
            if exists or "claims.jsonl" in self._files:
                suggestion = "add a row with source_id and text, or a file SOURCE_ID.txt for each source"
                self._report(FileFault(code, file, None, (), "a source", "none", suggestion))
            self._sources_differ = True

    def _read_source(self, row: CorpusRow) -> str | None:
        """Read a source; return its id, or None if there is a problem, which is reported."""
        source_id = row.text("source_id")
        # A source may be empty, as a file may be.
        text = "" if row.values.get("text") == "" else row.text("text")
        if source_id is None or text is None:
            self._sources_differ = True
        elif source_id in self.sources:
            self._twice(row, "source_id", source_id, self.origins[source_id])
        else:
            self.sources[source_id] = text
            self.origins[source_id] = row.file, row.line
            return source_id
        return None

    def _read_headline(self, row: CorpusRow, source_id: str) -> None:
        headline, headline_en = row.optional("headline"), row.optional("headline_en")
        if headline is None:
            return
        start = self.sources[source_id].find(headline)
        if start < 0:
            about = Unplaced(source_id, headline, 0, None)
            row.fault("heading-not-found", "headline", "a passage of text", json_shown(headline), about=about)
            return
        self._headlines.append(Heading("headline", source_id, headline, start, headline_en, source_id))

    def _read_text_file(self, file: str) -> None:
        source_id = file.removesuffix(TEXT)
        data = readable(file, self._files[file], self._report)
        if not source_id.isprintable():
            self._report(FileFault("bad-format", file, None, (), "a name of printable characters", "others"))
            data = None
        text = None if data is None else decoded(file, data, self._report)
        if text is None:
            self._sources_differ = True
            return
        if self.sources.setdefault(source_id, text) != text:
            first = _place(*self.origins[source_id])
            expected, got = f"the text of {source_id} in {first}", "another one"
            suggestion = "remove one of the two"
            self._report(FileFault("duplicate-id", file, None, (), expected, got, suggestion))
        self.origins.setdefault(source_id, (file, None))

    @staticmethod
    def _twice(row: CorpusRow, field: str, value: str, first: tuple[str, int | None]) -> None:
        got = f"{json_shown(value)}, which {_place(*first)} has"
        row.fault("duplicate-id", field, "a unique id", got)

    def _read_claims(self, history: "_History") -> dict[str, CorpusClaim]:
        claims: dict[str, CorpusClaim] = {}
        for row in self._rows_of("claims.jsonl"):
            claim_id = row.text("claim_id")
            claim = self._claim(row, claim_id, history)
            self._compare_digests(row, claim_id, claim.sha256 if claim else None, history)
            if claim_id is None:
                self._damaged.add(row.file)
            elif claim_id in self.lines:
                self._twice(row, "claim_id", claim_id, (row.file, self.lines[claim_id]))
            else:
                self.lines[claim_id] = row.line
                if claim is not None:
                    claims[claim_id] = claim
        if not self.complete:
            return claims
        if not self.lines:
            self._report(FileFault("no-rows", "claims.jsonl", None, (), "a claim", "none"))
        else:
            history.report_missing(self.lines)
        return claims

    @staticmethod
    def _compare_digests(
        row: CorpusRow, claim_id: str | None, sha256: str | None, history: "_History"
    ) -> None:
        """Compare the text of a claim with the digests that its row and the history record."""
        recorded, text = row.optional("claim_sha256"), row.values.get("text")
        if type(text) is not str or not text:
            return
        sha256 = sha256 or digest(text.encode())
        if recorded is not None and recorded != sha256:
            expected, suggestion = "the SHA-256 of the text in UTF-8", f"write {sha256}, or leave it out"
            row.fault("digest-differs", "claim_sha256", expected, recorded, suggestion)
        if claim_id is not None:
            history.compare(row, claim_id, sha256)

    def _claim(self, row: CorpusRow, claim_id: str | None, history: "_History") -> CorpusClaim | None:
        """Return the claim of a row; None if it has a problem, which is reported."""
        source_id = self._source_of(row)
        text, start, end = row.text("text"), row.offset("start"), row.offset("end")
        text_en, printed = row.optional("text_en"), _printed_markers(row)
        if source_id is None or claim_id is None or text is None or start is None or end is None:
            return None
        source = self.sources[source_id]
        if end - start != len(text) or not source.startswith(text, start):
            self._report_unplaced(row, Unplaced(source_id, text, start, end))
            return None
        return CorpusClaim(
            claim_id=claim_id,
            source_id=source_id,
            source=source,
            text=text,
            start=start,
            end=end,
            passage_end=_passage_end(row, source, end, printed) if printed else end,
            sha256=digest(text.encode()),
            text_en=text_en,
            earlier=history.earlier.get(claim_id, {}),
            revised=history.revised.get(claim_id),
            columns={
                name: value for name, value in row.values.items() if name not in {"claim_id", "claim_sha256"}
            },
        )

    def _report_unplaced(self, row: CorpusRow, one: Unplaced) -> None:
        source, start, end = self.sources[one.source_id], one.start, one.end or 0
        expected = f"{json_shown(source[start : min(end, start + _SEEN)])} from {start} to {end}"
        row.fault(
            "claim-misplaced",
            "text",
            expected,
            lambda: json_shown(one.text),
            lambda: _line_ends(source, one),
            about=one,
        )

    def _source_of(self, row: CorpusRow) -> str | None:
        """Return the id of the source that a row names, or of the only one; None if it is unknown."""
        named, source_id = row.values.get("source_id"), row.optional("source_id")
        if named is None and len(self.sources) == 1 and not self._sources_differ:
            source_id = next(iter(self.sources))
        if source_id in self.sources:
            self.used.add(source_id)
            return source_id
        self.doubtful = True
        if self._sources_differ:
            return None
        if named is None:
            row.fault("missing-field", "source_id", self._one_of, "nothing", self._suggest_renaming)
        elif source_id is not None:
            near = partial(self._near, source_id)
            row.fault("unknown-source", "source_id", self._one_of, json_shown(source_id), near)
        return None

    @cached_property
    def _one_of(self) -> str:
        ids = [*self.sources]
        return f"one of {', '.join(ids)}" if len(ids) <= _LISTED else f"one of {len(ids):,} source ids"

    @cached_property
    def strays(self) -> list[str]:
        """The ids of text files that are rarely sources."""
        return [
            source_id
            for source_id, (file, _) in self.origins.items()
            if file.endswith(TEXT) and _STRAY.fullmatch(file)
        ]

    def _suggest_renaming(self) -> str | None:
        names = " and ".join(f"{source_id}{TEXT}" for source_id in self.strays)
        return f"rename {names} if it is no source: each .txt file is one" if names else None

    def _near(self, source_id: str) -> str | None:
        near = near_names(source_id, [*self.sources], most=2)
        return f"did you mean {' or '.join(near)}?" if near else None

    def _read_headings(self) -> None:
        seen: dict[str, int] = {}
        for row in self._rows_of("dialogues.jsonl"):
            heading = self._heading(row)
            if heading is not None:
                first = seen.setdefault(heading.record_id, row.line)
                if first != row.line:
                    self._twice(row, "dialogue_id", heading.record_id, (row.file, first))
                self.headings.append(heading)

    def _heading(self, row: CorpusRow) -> Heading | None:
        source_id, title, start = self._source_of(row), row.text("title"), row.offset("start")
        dialogue_id, title_en = row.text("dialogue_id"), row.optional("title_en")
        if source_id is None or title is None or start is None or dialogue_id is None:
            return None
        source = self.sources[source_id]
        # A printed heading may begin before its title, for example with a number.
        at = source.find(title, start, start + LONGEST_NUMBER + len(title))
        if at < 0:
            expected = f"a passage of the source from {start} on"
            about = Unplaced(source_id, title, start, None)
            row.fault("heading-not-found", "title", expected, json_shown(title), about=about)
            return None
        return Heading("heading", dialogue_id, source[start : at + len(title)], start, title_en, source_id)


def _place(file: str, line: int | None) -> str:
    return file if line is None else f"{file}:{line}"


def _line_ends(source: str, one: Unplaced) -> str | None:
    """Return which line ends explain the offsets of a claim: Git and editors on Windows change them."""
    ends = source.replace("\r\n", "\n") if "\r\n" in source else source.replace("\n", "\r\n")
    other = "LF" if "\r\n" in source else "CR LF"
    matches = ends[one.start : one.end] == one.text
    return f"it matches if lines of {one.source_id} end in {other}" if matches else None


def _printed_markers(row: CorpusRow) -> str | None:
    """Return the markers of a claim as printed; None if it has none, or no valid ones."""
    markers, citations = row.values.get("markers"), row.values.get("citations")
    if markers is not None and markers != "":
        return row.optional("markers")
    if markers is None and isinstance(citations, list):
        if all(type(one) in {int, str} for one in citations):
            return "".join(f"[{number}]" for number in citations)
        row.fault("wrong-type", "citations", "an array of integers", "another value in it")
    return None


def _passage_end(row: CorpusRow, source: str, end: int, printed: str) -> int:
    start = end
    while source[start : start + 1].isspace() and not source.startswith(printed, start):
        start += 1
    if not source.startswith(printed, start):
        expected = f"{json_shown(printed)} after the claim"
        row.fault("claim-markers-differ", "markers", expected, json_shown(source[end : end + 16]))
    return start + len(printed)


class _History:
    """The history of claims in `releases.jsonl`.

    Parameters
    ----------
    rows : iterable of CorpusRow
        Its rows.
    current : str or None
        The release of the files.

    Attributes
    ----------
    complete : bool
        Whether all of its lines could be read. If not, claims are not compared with it.
    """

    def __init__(self, rows: Iterable[CorpusRow], current: str | None) -> None:
        self.last: dict[str, str | None] = {}
        self.earlier: dict[str, dict[str, str]] = {}
        self.revised: dict[str, str] = {}
        self.retired: dict[str, str | None] = {}
        self._rows: dict[str, CorpusRow] = {}
        self.complete: bool = True
        releases = {current} if current else set()
        for row in rows:
            release = self._release(row)
            if release is not None:
                releases.add(release)
            self._add(row, release)
        self.releases = tuple(sorted(releases, key=_version_key))

    @staticmethod
    def _release(row: CorpusRow) -> str | None:
        name = row.text("release")
        if name is None or _VERSION.fullmatch(name):
            return name
        row.fault("bad-format", "release", "a version such as 1.0.0", json_shown(name))
        return None

    def _add(self, row: CorpusRow, release: str | None) -> None:
        claim_id, sha256 = row.optional("claim_id"), row.optional("claim_sha256")
        successor = row.optional("successor")
        if claim_id in self.retired:
            expected = f"no line about {claim_id} after its retirement"
            row.fault("history-differs", "claim_id", expected, "one")
            return
        named = row.values.get("claim_id") is not None, row.values.get("claim_sha256") is not None
        if release is None or named != (claim_id is not None, sha256 is not None):
            self.complete = False
            return
        if claim_id is None:
            return  # a release that changed no claim
        before = self.last.get(claim_id)
        if before is not None and before != sha256:
            self.earlier.setdefault(claim_id, {})[before] = self.revised[claim_id]
        if claim_id not in self.last or before != sha256:
            self.revised[claim_id] = release
        self.last[claim_id] = sha256
        self._rows[claim_id] = row
        if sha256 is None:
            self.retired[claim_id] = successor

    def compare(self, row: CorpusRow, claim_id: str, sha256: str) -> None:
        """Report that a claim is retired, or has another text than its last one in the history."""
        if not self.complete or self.last.get(claim_id, sha256) == sha256:
            return
        at = _place("releases.jsonl", self._rows[claim_id].line)
        if claim_id in self.retired:
            suggestion = "give the claim another id: that of a retired claim is never used again"
            expected = f"a claim that {at} does not retire"
            row.fault("history-differs", "claim_id", expected, claim_id, suggestion)
        else:
            suggestion = "append a line to releases.jsonl with the new release and digest"
            expected = f"a text with the last digest in {at}"
            row.fault("history-differs", "text", expected, f"one with {sha256}", suggestion)

    def report_missing(self, claim_ids: Mapping[str, int]) -> None:
        """Report the claims of the history that are neither current nor retired."""
        if not self.complete:
            return
        for claim_id, row in self._rows.items():
            if claim_id not in claim_ids and claim_id not in self.retired:
                suggestion = "append a line with claim_sha256 null, which retires it"
                got = f"{claim_id}, which it does not have"
                row.fault("history-differs", "claim_id", "a claim in claims.jsonl", got, suggestion)

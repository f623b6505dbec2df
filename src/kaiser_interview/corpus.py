"""What validation is against: sources, their claims, and what became of claims that are no more."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

import jiter

from . import __version__, loaders, release
from .errors import CorpusError

__all__ = ["Corpus", "CorpusClaim", "Heading", "shipped", "version_key"]


class CorpusClaim(NamedTuple):
    """A claim as validation needs it. Offsets are code points into its source, end exclusive."""

    claim_id: str
    source_id: str
    source: str
    """The whole text of its source."""
    text: str
    start: int
    end: int
    passage_end: int
    """Code point after its markers as printed; `end` if it has none."""
    sha256: str
    text_en: str | None
    earlier: Mapping[str, str]
    """Digests of earlier texts, and the last release that had each."""
    revised: str | None
    """The release that last changed text; None if no releases are recorded."""
    columns: Mapping[str, Any]
    """Every other column of the claim's own row, which derived rows may carry along."""

    @property
    def passage(self) -> str:
        """The claim's text with its markers, as printed."""
        return self.source[self.start : self.passage_end]


class Heading(NamedTuple):
    """A heading or headline: text that can be quoted and that is no claim's."""

    record: Literal["heading", "headline"]
    record_id: str
    text: str
    start: int
    text_en: str | None


class Corpus:
    """One or more sources with their claims, retired ids and history.

    The shipped corpus is what every check is against unless another is given. `from_files` makes one of
    anybody's texts and claims.

    Attributes
    ----------
    claims : mapping of str to CorpusClaim
        The current claims by id, in the order of their file.
    sources : mapping of str to str
        The texts by source id.
    headings : tuple of Heading
        Headings and headlines, as far as the files name them.
    retired : mapping of str to str or None
        Ids of withdrawn claims, and the successor of each if it has one.
    releases : tuple of str
        Every release that is known, oldest first; empty if none are recorded.
    """

    def __init__(
        self,
        claims: Mapping[str, CorpusClaim],
        sources: Mapping[str, str],
        headings: tuple[Heading, ...] = (),
        retired: Mapping[str, str | None] | None = None,
        releases: tuple[str, ...] = (),
    ) -> None:
        self.claims = claims
        self.sources = sources
        self.headings = headings
        self.retired = retired or {}
        self.releases = releases

    def __repr__(self) -> str:
        return f"Corpus({len(self.claims)} claims, {len(self.sources)} sources, {len(self.retired)} retired)"

    @classmethod
    def from_files(cls, folder: str | Path) -> "Corpus":
        """Make a corpus of the files in a folder; the folder of the shipped data is such a one.

        - ``claims.jsonl``: a claim a line with `claim_id`, `text`, `start`, `end`; `source_id` where there are
          several sources; `markers` as printed after the text (or `citations`, which are printed ``[6][7]``);
          `text_en` if there is English. Other columns may be carried along by derived rows.
        - ``sources.jsonl``: a source a line with `source_id` and `text`, at wish `headline` and
          `headline_en`. Instead: a UTF-8 file ``SOURCE_ID.txt`` for each source, taken byte for byte.
        - ``dialogues.jsonl``, if there are headings: `dialogue_id`, `title`, `start`, and `source_id`,
          `title_en` as for claims.
        - ``releases.jsonl``, if there were earlier ones: `release`, `claim_id`, `claim_sha256`, `successor`,
          appended to and never edited; a line without digest retires the claim.

        Parameters
        ----------
        folder : str or pathlib.Path
            Where the files are.

        Raises
        ------
        CorpusError
            A file is missing or wrong: file, line and reason. A claim's text must stand at its offsets.

        Examples
        --------
        >>> import kaiser_interview as ki
        >>> ki.Corpus.from_files(ki.data_path())
        Corpus(41 claims, 1 sources, 0 retired)
        """
        path = Path(folder)
        names = ["claims.jsonl", "sources.jsonl", "dialogues.jsonl", "releases.jsonl"]
        files: dict[str, bytes] = {}
        try:
            texts = sorted(one.name for one in path.iterdir() if one.suffix == ".txt")
            for name in [*names, *texts]:
                if (path / name).is_file():
                    files[name] = (path / name).read_bytes()
        except OSError as error:
            raise CorpusError(str(folder), None, error.strerror or str(error)) from None
        return _corpus(files, None)

    @cached_property
    def known_digests(self) -> Mapping[str, str]:
        """The claim whose current text has a digest, by digest."""
        return {claim.sha256: claim.claim_id for claim in self.claims.values()}

    @cached_property
    def release_order(self) -> Mapping[str, int]:
        """The place of each known release among them all."""
        return {name: number for number, name in enumerate(self.releases)}


def shipped() -> Corpus:
    """Return the corpus that the package ships.

    Raises
    ------
    IntegrityError
        The shipped bytes differ from the manifest.
    """
    names = ("claims.jsonl", "sources.jsonl", "dialogues.jsonl", "releases.jsonl")
    return loaders.cached(
        "corpus", "shipped", lambda _: _corpus({name: release.read(name) for name in names}, __version__)
    )


def version_key(version: str) -> tuple[int, ...]:
    """Return what versions are ordered by."""
    return tuple(int(part) for part in version.split("."))


class _Row:
    """A row of one of the corpus's files, which knows its place for the sake of messages."""

    def __init__(self, file: str, line: int, values: Mapping[str, Any]) -> None:
        self.file = file
        self.line = line
        self.values = values

    def fault(self, reason: str) -> CorpusError:
        return CorpusError(self.file, self.line, reason)

    def text(self, name: str) -> str:
        return self._get(name, str, "text")

    def optional(self, name: str) -> str | None:
        return None if self.values.get(name) is None else self.text(name)

    def offset(self, name: str) -> int:
        return self._get(name, int, "an offset")

    def _get(self, name: str, sort: type, expected: str) -> Any:
        value = self.values.get(name)
        if type(value) is not sort or value in ("", b"") or (sort is int and value < 0):
            raise self.fault(f"{name}: expected {expected}, got {value!r:.80}")
        return value


def _rows(files: Mapping[str, bytes], file: str) -> Iterator[_Row]:
    data = files.get(file, b"")
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            values = jiter.from_json(line, catch_duplicate_keys=True, allow_inf_nan=False)
        except ValueError as error:
            raise CorpusError(file, number, f"not JSON: {error}") from None
        if not isinstance(values, dict):
            raise CorpusError(file, number, f"expected an object, got {type(values).__name__}")
        yield _Row(file, number, values)


def _corpus(files: Mapping[str, bytes], current: str | None) -> Corpus:
    if "claims.jsonl" not in files:
        raise CorpusError("claims.jsonl", None, "expected a file, got none")
    sources, headlines = _sources(files)
    history = _History(_rows(files, "releases.jsonl"), current)
    claims: dict[str, CorpusClaim] = {}
    for row in _rows(files, "claims.jsonl"):
        claim = _claim(row, sources, history)
        if claim.claim_id in claims:
            raise row.fault(f"claim_id: {claim.claim_id} stands twice")
        claims[claim.claim_id] = claim
    if not claims:
        raise CorpusError("claims.jsonl", None, "expected a claim, got none")
    for claim_id in history.last.keys() - history.retired.keys() - claims.keys():
        raise CorpusError(
            "releases.jsonl", None, f"{claim_id}: expected it in claims.jsonl, or its retirement"
        )
    headings = [_heading(row, sources) for row in _rows(files, "dialogues.jsonl")]
    return Corpus(claims, sources, (*headings, *headlines), history.retired, history.releases)


def _sources(files: Mapping[str, bytes]) -> tuple[dict[str, str], list[Heading]]:
    sources: dict[str, str] = {}
    headlines = []
    for row in _rows(files, "sources.jsonl"):
        source_id, text = row.text("source_id"), row.text("text")
        if source_id in sources:
            raise row.fault(f"source_id: {source_id} stands twice")
        sources[source_id] = text
        headline = row.optional("headline")
        if headline is not None:
            start = text.find(headline)
            if start < 0:
                raise row.fault("headline: expected it to stand in text")
            headlines.append(Heading("headline", source_id, headline, start, row.optional("headline_en")))
    for name in files:
        if name.endswith(".txt") and name.removesuffix(".txt") not in sources:
            try:
                sources[name.removesuffix(".txt")] = files[name].decode("utf-8")
            except UnicodeDecodeError as error:
                raise CorpusError(name, None, f"expected UTF-8: {error}") from None
    if not sources:
        raise CorpusError("sources.jsonl", None, "expected a source, got none")
    return sources, headlines


def _source_of(row: _Row, sources: Mapping[str, str]) -> tuple[str, str]:
    source_id = row.optional("source_id")
    if source_id is None and len(sources) == 1:
        source_id = next(iter(sources))
    if source_id not in sources:
        raise row.fault(f"source_id: expected one of {', '.join(sources)}, got {source_id!r:.80}")
    return source_id, sources[source_id]


def _claim(row: _Row, sources: Mapping[str, str], history: "_History") -> CorpusClaim:
    source_id, source = _source_of(row, sources)
    claim_id, text, start, end = (
        row.text("claim_id"),
        row.text("text"),
        row.offset("start"),
        row.offset("end"),
    )
    if source[start:end] != text:
        raise row.fault(f"text: expected {source[start:end]!r:.80} from {start} to {end}, got {text!r:.80}")
    sha256 = release.digest(text.encode())
    if history.last.get(claim_id, sha256) != sha256:
        raise row.fault(f"{claim_id}: its digest {sha256} is not the last in releases.jsonl")
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


def _passage_end(row: _Row, source: str, end: int) -> int:
    citations = row.values.get("citations")
    printed = row.optional("markers")
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


def _heading(row: _Row, sources: Mapping[str, str]) -> Heading:
    _, source = _source_of(row, sources)
    title, start = row.text("title"), row.offset("start")
    at = source.find(title, start)
    if at < 0:
        raise row.fault(f"title: expected it to stand in the source from {start} on")
    # The heading as printed begins before its title: with a number, say.
    return Heading(
        "heading", row.text("dialogue_id"), source[start : at + len(title)], start, row.optional("title_en")
    )


class _History:
    """What `releases.jsonl` remembers."""

    def __init__(self, rows: Iterable[_Row], current: str | None) -> None:
        self.last: dict[str, str | None] = {}
        self.earlier: dict[str, dict[str, str]] = {}
        self.revised: dict[str, str] = {}
        self.retired: dict[str, str | None] = {}
        releases = {current} if current else set()
        for row in rows:
            name, claim_id, sha256 = row.text("release"), row.text("claim_id"), row.optional("claim_sha256")
            if claim_id in self.retired:
                raise row.fault(f"{claim_id} was retired and stays so")
            try:
                version_key(name)
            except ValueError:
                raise row.fault(f"release: expected a version such as 1.0.0, got {name!r:.80}") from None
            releases.add(name)
            before = self.last.get(claim_id)
            if before is not None and before != sha256:
                # The release that had it last is the one before this; its name says as much.
                self.earlier.setdefault(claim_id, {})[before] = self.revised[claim_id]
            self.last[claim_id] = sha256
            self.revised[claim_id] = name
            if sha256 is None:
                self.retired[claim_id] = row.optional("successor")
        self.releases = tuple(sorted(releases, key=version_key))

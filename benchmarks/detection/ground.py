"""Corpora, read independently of the package, with only a JSON parser."""

import json
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import kaiser_interview as ki

from .naive_quotes import Passage

__all__ = ["OWN", "SHIPPED", "Claim", "Ground", "digest", "ground_of"]

OWN_FOLDER = Path(__file__).parents[2] / "tests" / "corpus"


def digest(text: str) -> str:
    """Return the digest of a text."""
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Claim:
    """A claim, with its history in the corpus."""

    claim_id: str
    text: str
    text_en: str | None
    start: int
    markers: str
    """As printed after the text; empty if it has none."""
    source: str
    passage: str
    """Text and markers as printed."""
    columns: dict[str, Any]
    revised: str | None
    earlier: tuple[str, ...]
    """Digests of its earlier texts."""

    @property
    def sha256(self) -> str:
        """The digest of its text."""
        return digest(self.text)

    def quoted(self, of: str | None) -> Passage:
        """Return the passage that its quotes are taken from."""
        if of == "text_en":
            return Passage(self.text_en or "", self.text_en or "", 0)
        return Passage(self.passage, self.source, self.start)


@dataclass(frozen=True)
class Ground:
    """A corpus that rows refer to and are validated against."""

    name: str
    folder: Path
    claims: dict[str, Claim]
    headings: tuple[str, ...]
    """Headings as printed in the sources, with their numbers, and the headlines."""
    headings_en: tuple[str, ...]
    retired: tuple[str, ...]
    releases: tuple[str, ...]

    @cached_property
    def against(self) -> ki.Corpus | None:
        """The corpus as `validate` takes it."""
        return None if self.name == "shipped" else ki.Corpus.from_files(self.folder)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """All texts that can be quoted."""
        return (*(claim.passage for claim in self.claims.values()), *self.headings)

    @cached_property
    def texts_en(self) -> tuple[str, ...]:
        """All English texts that can be quoted."""
        return (*(claim.text_en for claim in self.claims.values() if claim.text_en), *self.headings_en)

    @property
    def latest(self) -> str:
        """The last release."""
        return self.releases[-1]

    def is_older(self, release: str | None, claim: Claim) -> bool:
        """Return whether a release came before the last one that changed a claim."""
        if release not in self.releases or claim.revised is None:
            return False
        return self.releases.index(release) < self.releases.index(claim.revised)


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def ground_of(name: str, folder: Path) -> Ground:
    """Read a corpus from the files in a folder; it must have releases."""
    sources = {one["source_id"]: one for one in _lines(folder / "sources.jsonl")}
    only = next(iter(sources.values()))
    history = _lines(folder / "releases.jsonl")
    memory = [one for one in history if one.get("claim_id")]
    releases = tuple(sorted({one["release"] for one in history}, key=lambda one: [*map(int, one.split("."))]))
    claims: dict[str, Claim] = {}
    for one in _lines(folder / "claims.jsonl"):
        whole = sources[one.get("source_id", only["source_id"])]["text"]
        printed = one.get("markers") or "".join(f"[{number}]" for number in one.get("citations", ()))
        end = whole.index(printed, one["end"]) + len(printed) if printed else one["end"]
        said = [past for past in memory if past["claim_id"] == one["claim_id"] and past.get("claim_sha256")]
        now = digest(one["text"])
        claims[one["claim_id"]] = Claim(
            claim_id=one["claim_id"],
            text=one["text"],
            text_en=one.get("text_en"),
            start=one["start"],
            markers=printed,
            source=whole,
            passage=whole[one["start"] : end],
            columns={key: value for key, value in one.items() if key not in _STRUCTURE},
            revised=max((past["release"] for past in said), key=releases.index, default=None),
            earlier=tuple(past["claim_sha256"] for past in said if past["claim_sha256"] != now),
        )
    headings = _lines(folder / "dialogues.jsonl")
    gone = {one["claim_id"] for one in memory if one.get("claim_sha256") is None}
    return Ground(
        name=name,
        folder=folder,
        claims=claims,
        headings=(
            *(_line(sources[one.get("source_id", only["source_id"])]["text"], one) for one in headings),
            *(one["headline"] for one in sources.values() if one.get("headline")),
        ),
        headings_en=(
            *(one["title_en"] for one in headings if one.get("title_en")),
            *(one["headline_en"] for one in sources.values() if one.get("headline_en")),
        ),
        retired=tuple(sorted(gone - claims.keys())),
        releases=releases,
    )


# What a row names by itself; the rest of a claim's columns it may carry along.
_STRUCTURE = frozenset({"claim_id", "claim_sha256", "source_id", "markers"})


def _line(whole: str, heading: dict[str, Any]) -> str:
    """Return a heading as printed in its source, with number and title."""
    at = whole.index(heading["title"], heading["start"])
    return whole[heading["start"] : at + len(heading["title"])]


SHIPPED = ground_of("shipped", Path(str(ki.data_path())))
OWN = ground_of("own", OWN_FOLDER)

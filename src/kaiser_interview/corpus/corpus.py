"""The corpus that rows are validated against: source texts, their claims, and retired claims."""

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from ..errors import CorpusError
from ..storage import digest
from .files import NAMES, CorpusClaim, Heading, read_corpus

__all__ = ["Corpus"]


class Corpus:
    """One or more source texts with their claims, retired claim ids and earlier digests.

    Rows are validated against the shipped corpus unless another one is given. `from_files` makes a custom
    corpus from texts and claims.

    Attributes
    ----------
    claims : mapping of str to CorpusClaim
        The current claims by id, in the order of their file.
    sources : mapping of str to str
        The texts by source id.
    headings : tuple of Heading
        Headings and headlines that the files contain.
    retired : mapping of str to str or None
        Ids of retired claims, with the id of the successor of each, if it has one.
    releases : tuple of str
        All known releases, oldest first; empty if none are recorded.
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
        self.retired: Mapping[str, str | None] = retired or {}
        self.releases = releases

    def __repr__(self) -> str:
        return f"Corpus({len(self.claims)} claims, {len(self.sources)} sources, {len(self.retired)} retired)"

    @classmethod
    def from_files(cls, folder: str | Path) -> "Corpus":
        """Read a corpus from the files in a folder, such as `data_path()`.

        - ``claims.jsonl``, required: one claim a line with `claim_id`, `text`, `start` and `end`. `source_id`
          is required if there are several sources. Optional: `markers` as printed after the text (or
          `citations`, printed ``[6][7]``), and `text_en` with the English text. Derived rows may repeat all
          other columns.
        - ``sources.jsonl``: one source a line with `source_id` and `text`, optionally with `headline` and
          `headline_en`. A source may instead be a UTF-8 file ``SOURCE_ID.txt``, which is used unchanged,
          including its line ends. No file may begin with a byte order mark.
        - ``dialogues.jsonl``, optional, for headings: `dialogue_id`, `title`, `start`, and `source_id` and
          `title_en` as for claims.
        - ``releases.jsonl``, optional, for earlier releases: `release`, `claim_id`, `claim_sha256`,
          `successor`. Lines are appended and never edited. A line without a digest retires the claim.

        Parameters
        ----------
        folder : str or pathlib.Path
            The folder with the files.

        Raises
        ------
        CorpusError
            A file is missing or invalid, or a claim's text is not the source's text at its offsets. The
            message has the file, line and reason.

        Examples
        --------
        >>> import kaiser_interview as ki
        >>> ki.Corpus.from_files(ki.data_path())
        Corpus(41 claims, 1 sources, 0 retired)
        """
        path = Path(folder)
        try:
            texts = sorted(one.name for one in path.iterdir() if one.suffix == ".txt")
            files = {name: (path / name).read_bytes() for name in (*NAMES, *texts) if (path / name).is_file()}
        except OSError as error:
            raise CorpusError(str(folder), None, error.strerror or str(error)) from None
        return cls(*read_corpus(files))

    @cached_property
    def ids_by_digest(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of the claims with the same current text, by its digest."""
        found: dict[str, tuple[str, ...]] = {}
        for claim in self.claims.values():
            found[claim.sha256] = (*found.get(claim.sha256, ()), claim.claim_id)
        return found

    def digest_in(self, release: str, claim: CorpusClaim) -> str | None:
        """Return the digest that a claim's text had in a release; None if it is not recorded."""
        order = self.release_order
        if release not in order or claim.revised is None:
            return None
        if order[claim.revised] <= order[release]:
            return claim.sha256
        texts = {order[since]: sha256 for sha256, since in claim.earlier.items()}
        return texts[max(since)] if (since := [one for one in texts if one <= order[release]]) else None

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the sources, headings and claims; history is not included.

        The order in the files does not matter.
        """
        # Each claim has the text of its source, which is hashed once.
        claims = (claim._replace(source="", earlier={}, revised=None) for claim in self.claims.values())
        held = [*self.sources.items(), *self.headings, *claims]
        return digest("\n".join(sorted(json.dumps(one, sort_keys=True) for one in held)).encode())

    @cached_property
    def columns(self) -> frozenset[str]:
        """The columns of claims, which derived rows may repeat."""
        return frozenset(name for claim in self.claims.values() for name in claim.columns)

    @cached_property
    def release_order(self) -> Mapping[str, int]:
        """The position of each known release, from 0 for the oldest."""
        return {name: number for number, name in enumerate(self.releases)}

"""What validation is against: sources, their claims, and what became of claims that are no more."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from ..errors import CorpusError
from .files import NAMES, CorpusClaim, Heading, read_corpus

__all__ = ["Corpus"]


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
        self.retired: Mapping[str, str | None] = retired or {}
        self.releases = releases

    def __repr__(self) -> str:
        return f"Corpus({len(self.claims)} claims, {len(self.sources)} sources, {len(self.retired)} retired)"

    @classmethod
    def from_files(cls, folder: str | Path) -> "Corpus":
        """Make a corpus of the files in a folder; the folder of the shipped data is such a one.

        - ``claims.jsonl``: a claim a line with `claim_id`, `text`, `start`, `end`; `source_id` where there
          are several sources; `markers` as printed after the text (or `citations`, printed ``[6][7]``);
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
        try:
            texts = sorted(one.name for one in path.iterdir() if one.suffix == ".txt")
            files = {name: (path / name).read_bytes() for name in (*NAMES, *texts) if (path / name).is_file()}
        except OSError as error:
            raise CorpusError(str(folder), None, error.strerror or str(error)) from None
        return cls(*read_corpus(files))

    @cached_property
    def known_digests(self) -> Mapping[str, str]:
        """The claim whose current text has a digest, by digest."""
        return {claim.sha256: claim.claim_id for claim in self.claims.values()}

    @cached_property
    def columns(self) -> frozenset[str]:
        """The columns that claims have and derived rows may carry along."""
        return frozenset(name for claim in self.claims.values() for name in claim.columns)

    @cached_property
    def release_order(self) -> Mapping[str, int]:
        """The place of each known release among them all."""
        return {name: number for number, name in enumerate(self.releases)}

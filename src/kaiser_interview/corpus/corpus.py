"""The corpus that rows are validated against: source texts, their claims, and retired claims."""

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError, known_name
from ..storage import digest, write_files
from .files import (
    NAMES,
    CorpusClaim,
    CorpusFiles,
    CorpusReader,
    Heading,
    corpus_rows,
    read_corpus,
    read_folder,
)
from .lines import FileFault
from .units import Cut, Headings, Markers, corpus_files, table_files

if TYPE_CHECKING:
    from typing import Unpack

    from ..validation.engine.options import Options
    from ..validation.findings.report import Report
    from ..validation.split import Split
    from .diff import CorpusDiff
    from .search import Match, Passages

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
        return f"<Corpus: {self.summary}>"

    def _repr_html_(self) -> str:
        from ..page.fragments import corpus_fragment

        return corpus_fragment(self)

    @property
    def summary(self) -> str:
        """The numbers of claims, sources and retired claims, in words."""
        numbers = ((len(self.claims), "claim"), (len(self.sources), "source"))
        counts = [f"{number:,} {word}{'' if number == 1 else 's'}" for number, word in numbers]
        return ", ".join([*counts, *([f"{len(self.retired):,} retired"] if self.retired else [])])

    @classmethod
    def from_files(cls, folder: str | Path) -> "Corpus":
        """Read a corpus from the files in a folder, such as `data_path()`.

        - ``claims.jsonl``, required: one claim a line with `claim_id`, `text`, `start` and `end`. `source_id`
          is required if there are several sources. Optional: `markers` as printed after the text (or
          `citations`, printed ``[6][7]``), `text_en` with the English text, and `claim_sha256`. Derived rows
          may repeat all other columns.
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
            message has the file, line and reason of the first problem; `check` reports all.

        Examples
        --------
        >>> import kaiser_interview as ki
        >>> ki.Corpus.from_files(ki.data_path())
        <Corpus: 41 claims, 1 source>
        """

        def raise_first(fault: FileFault) -> None:
            # A folder that cannot be read has no file to name.
            raise fault._replace(file=fault.file or str(folder)).error()

        files, others = read_folder(folder, raise_first)
        return cls(*CorpusReader(files, raise_first, others=others).read())

    @staticmethod
    def check(folder: str | Path, *, max_findings: int = 1000) -> "Report":
        """Check the files of a corpus in a folder, and report every problem at once.

        The report has errors exactly if `from_files` raises an error; its message is one of the findings.
        Warnings are about files that can be read: claims that overlap, sources without claims such as
        ``README.txt``, ids that no row can name, and files with a name in the wrong case. Findings about
        texts that are not at their offsets suggest the right offsets, and the reason.

        Parameters
        ----------
        folder : str or pathlib.Path
            The folder with the files that `from_files` describes.
        max_findings : int
            The most findings to keep; counts are exact.

        Returns
        -------
        Report
            The report, whose rows are the claims. If the folder or a file cannot be read, it is not complete.

        Examples
        --------
        >>> import kaiser_interview as ki
        >>> ki.Corpus.check(ki.data_path()).summary
        '41 claims, no finding'
        """
        from ..validation.corpus_check import check_corpus

        return check_corpus(folder, max_findings)

    @classmethod
    def from_text(
        cls,
        text: str | Mapping[str, str],
        *,
        unit: Cut,
        headings: Headings | None = None,
        markers: Markers | None = None,
    ) -> "Corpus":
        r"""Make a corpus of any text: each line, list item, paragraph or document is a claim.

        Offsets are code points into the text as it is, including its line ends. A claim has no white space at
        its start and end. Claims are numbered in order: ``c001``, or ``SOURCE_ID-c001`` if there are several
        texts. Headings are numbered as ``h001``; each claim has the `dialogue_id` of the heading before it.

        Parameters
        ----------
        text : str or mapping of str to str
            The text itself, not a path; its source id is ``text``. Or several texts by source id.
        unit : {"line", "bullet", "paragraph", "document"}, callable, or spans
            What a claim is. A bullet is an item of a list, without its mark; other text is no claim.
            Paragraphs end at blank lines. Spans are pairs of offsets, the end exclusive, for example of
            sentences: a list of them, or a mapping of source ids to lists if there are several texts. A
            function takes a text and returns its spans. Blank spans are left out.
        headings : {"markdown", "numbered"} or re.Pattern, optional
            The lines that are headings and not claims. A pattern matches a whole line, without white space
            around it; its first group, if it has one, is the title. Default: no line.
        markers : "printed" or re.Pattern, optional
            Markers at the end of a claim that are not part of its text, but may be quoted with it, such as
            ``[6]``, ``[6][7]``, ``[6, 7]``, ``[^6]``, ``(6)`` and superscripts. A pattern matches one marker.
            Default: none.

        Returns
        -------
        Corpus
            The corpus.

        Raises
        ------
        CorpusError
            A text has no claim, a span is not one of the text, or a text has a lone surrogate.
        InputError
            There are several texts, and a list of spans instead of a mapping.
        UnknownNameError
            There is no such unit, or sort of headings or markers, or no text with the source id of spans.

        Examples
        --------
        >>> import kaiser_interview as ki
        >>> text = "# Tea\n\nGreen tea is not fermented. [1]\n\nBlack tea is."
        >>> corpus = ki.Corpus.from_text(text, unit="paragraph", headings="markdown", markers="printed")
        >>> [claim.text for claim in corpus.claims.values()], corpus.headings[0].text
        (['Green tea is not fermented.', 'Black tea is.'], '# Tea')
        >>> row = {"claim_id": "c001", "quote": "tea is fermented", "verdict": "supported", "urls": []}
        >>> by = {"method": "model", "creator": "m"}
        >>> [finding.code for finding in ki.Validator("verdict", against=corpus, defaults=by).check(row)]
        ['quote-not-found']
        """
        texts = {"text": text} if isinstance(text, str) else text
        if not isinstance(texts, Mapping):
            raise InputError(
                f"text: expected a str or a mapping, got {type(text).__name__}; read files first"
            )
        return cls(*read_corpus(corpus_files(texts, unit, headings, markers)))

    @classmethod
    def from_quotes(cls, text: str, statements: Any, *, source_id: str = "text") -> "tuple[Corpus, Split]":
        """Make a corpus of statements with quotes, as a language model extracts them from a text.

        Each statement whose quote is in the text becomes a claim: its text is the quote, with the characters
        of the source. Its other columns are `statement` and all columns whose names begin with ``x_``. Claims
        are numbered in the order of the statements: ``c001``. All other statements are rejects with findings.

        A quote may differ from the text in what `fix` corrects: typography, surrounding quotation marks,
        emphasis and offsets. If a quote occurs several times and has no offsets, the first place is used, and
        a warning is given.

        Parameters
        ----------
        text : str
            The text.
        statements : path, several paths, rows, a table, or Parsed
            Rows of the kind `Statement`, which have a `quote`, in any form that `validate` accepts; or the
            result of `parse`.
        source_id : str
            The id of the text.

        Returns
        -------
        Corpus
            The claims. There are none if no quote is in the text.
        Split
            The statements, with safe fixes, and the findings. `Split.retry_messages` says what to ask again.

        Raises
        ------
        CorpusError
            The text is blank, or has a lone surrogate.
        InputError
            The statements are of an unsupported type or format.

        Examples
        --------
        >>> import kaiser_interview as ki
        >>> text = "Green tea is not fermented. Black tea is."
        >>> statements = [
        ...     {"statement": "Black tea is fermented.", "quote": "Black tea is."},
        ...     {"statement": "Green tea is fermented.", "quote": "Green tea is fermented"},
        ... ]
        >>> corpus, split = ki.Corpus.from_quotes(text, statements)
        >>> corpus.claim("c001").start, [finding.code for finding in split.findings]
        (28, ['quote-not-found'])
        """
        from ..validation.statements import corpus_of_quotes

        return corpus_of_quotes(text, statements, source_id)

    def to_files(self, folder: str | Path) -> None:
        """Write the files that `from_files` reads to a folder, which is created if needed.

        `claims.jsonl` has the digest of each claim as `claim_sha256`. The release that retired a claim is not
        kept: the last release is written instead.

        Raises
        ------
        InputError
            The folder already has files of a corpus, or the corpus has no claim.
        OSError
            A file cannot be written.

        Examples
        --------
        >>> import tempfile
        >>> import kaiser_interview as ki
        >>> corpus = ki.Corpus.from_text("Tea is a drink.", unit="line")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     corpus.to_files(f"{folder}/tea")
        ...     ki.Corpus.from_files(f"{folder}/tea").digest == corpus.digest
        True
        """
        path = Path(folder)
        if not self.claims:
            raise InputError("corpus: expected at least one claim, got none")
        if self.retired and not self.releases:
            raise InputError("corpus: expected a release that retired claims, got none")
        path.mkdir(parents=True, exist_ok=True)
        held = [one.name for one in path.iterdir() if one.name in NAMES or one.suffix == ".txt"]
        if held:
            raise InputError(f"{folder}: expected a new folder, got one with {min(held)}; choose another")
        write_files(path, table_files(self.rows))

    @property
    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of the files that `to_files` writes, by file name."""
        return corpus_rows(
            CorpusFiles(
                dict(self.claims), dict(self.sources), self.headings, dict(self.retired), self.releases
            )
        )

    def claim(self, claim_id: str) -> CorpusClaim:
        """Return a claim by its id.

        Raises
        ------
        UnknownNameError
            There is no current claim with the id; the message has similar ids.
        """
        return self.claims[known_name("claim", claim_id, self.claims)]

    def find(self, text: str) -> "tuple[Match, ...]":
        r"""Find a text in the claims and headings; see the function `find`.

        Raises
        ------
        TextError
            The text is not a string, is empty, is only white space, or is too long.

        Examples
        --------
        >>> import kaiser_interview as ki
        >>> corpus = ki.Corpus.from_text("Tea is a drink.\nSo is mate.", unit="line")
        >>> [(match.record_id, match.start, match.how) for match in corpus.find("drink")]
        [('c001', 9, 'exact')]
        """
        return self.passages.find(text)

    def diff(self, newer: "Corpus") -> "CorpusDiff":
        r"""Compare the claims of this corpus with those of a newer one.

        Claims with the same text are pairs, wherever they are; a text that occurs several times is paired in
        order. Between them, similar texts are pairs: changes. The rest was added or removed. Ids need not be
        the same. English texts, other columns and headings are not compared.

        Parameters
        ----------
        newer : Corpus
            The newer corpus.

        Returns
        -------
        CorpusDiff
            The `added`, `removed`, `changed`, `moved` and `unchanged` claims; false if nothing differs.
            `print` lists them.

        Examples
        --------
        >>> import kaiser_interview as ki
        >>> old = ki.Corpus.from_text("Tea is a drink.\nSo is mate.", unit="line")
        >>> new = ki.Corpus.from_text("Water is not.\nTea is a hot drink.\nSo is mate.", unit="line")
        >>> old.diff(new)
        <CorpusDiff: 1 added, 1 changed, 1 moved>
        >>> print(old.diff(new))
        added  c001, 0 to 13: Water is not.
        changed  c001 → c002, 0 to 15: Tea is a ⟦→hot ⟧drink.
        moved  c002 → c003, by +18
        1 added, 1 changed, 1 moved
        >>> old.diff(new).changed[0].changes
        (Change(start=9, end=9, passage='', text='hot '),)
        """
        from .diff import diff_of

        return diff_of(self, newer)

    def to_html(self, rows: Any = None, **options: "Unpack[Options]") -> str:
        r"""Return the texts with every claim highlighted in its place, as one HTML file.

        A claim's panel has its columns, citation, offsets and digest. For the shipped claims, it also has
        their labels, mentions and relations. Each claim has a permalink: its id after ``#``. Claims can be
        filtered by words in both languages, and by columns that have few values. The page loads nothing.

        Parameters
        ----------
        rows : path, several paths, rows, or a table, optional
            Derived rows, in any form that `validate` accepts. They are validated, and shown with their
            findings in the panels of the claims that they name: up to 50 rows with findings and 50 others for
            each claim.
        **options
            The options of `validate` for the rows, such as `kind`.

        Returns
        -------
        str
            The page. Write it as UTF-8.

        Raises
        ------
        UnknownNameError, InputError
            As for `validate`.

        Examples
        --------
        >>> import kaiser_interview as ki
        >>> corpus = ki.Corpus.from_text("Tea is a drink.\nSo is mate.", unit="line")
        >>> page = corpus.to_html()
        >>> page[:15], 'href="#c002"' in page
        ('<!doctype html>', True)
        """
        from ..api import corpus_html

        return corpus_html(self, rows, **options)

    @cached_property
    def passages(self) -> "Passages":
        """The texts that can be quoted and searched."""
        from .search import passages_of

        return passages_of(self)

    @cached_property
    def ids_by_digest(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of the claims with the same current text, by its digest."""
        found: dict[str, list[str]] = {}
        for claim in self.claims.values():
            found.setdefault(claim.sha256, []).append(claim.claim_id)
        return {sha256: tuple(ids) for sha256, ids in found.items()}

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

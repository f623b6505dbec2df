"""The public functions: `validate`, `split` and `fix`, against the shipped claims unless others are given."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from .corpus.corpus import Corpus
from .dataset.loaders import shipped
from .errors import InputError
from .validation.choice import report_of
from .validation.engine.options import Check, CheckOptions, Extra, Kinds, Options, Progress
from .validation.findings.report import Report

if TYPE_CHECKING:
    from .validation.fix import Fixed

__all__ = ["check_of", "corpus_of", "fix", "split", "validate"]


def corpus_of(against: Corpus | str | os.PathLike[str] | None) -> Corpus:
    """Return the corpus to validate against; the shipped one if none is given.

    Raises
    ------
    CorpusError
        The files at a path are wrong.
    IntegrityError
        The shipped bytes differ from the manifest.
    """
    if against is None:
        return shipped()
    return against if isinstance(against, Corpus) else Corpus.from_files(os.fspath(against))


def check_of(
    data: Any, *, against: Corpus | str | os.PathLike[str] | None = None, **options: Unpack[CheckOptions]
) -> Check:
    """Return the check of some data that the options of `validate` describe."""
    return Check(data=data, against=corpus_of(against), **options)


def validate(  # noqa: PLR0913 - the options are these
    data: Any,
    *,
    kind: Kinds = None,
    against: Corpus | str | os.PathLike[str] | None = None,
    defaults: Mapping[str, Any] | None = None,
    extra: Extra = "error",
    require: Sequence[str] = (),
    complete: Sequence[str] | None = None,
    key: Sequence[str] | None = None,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    max_findings: int = 1000,
    workers: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Check derived data: its shape, its references to claims, its quotes, character for character.

    Bad data never raises; it becomes findings in the report. What cannot be read is a finding too, and
    the rest is checked. One call is one data set.

    Parameters
    ----------
    data : path, several paths, rows, or a table
        A file of JSON Lines, a JSON array or CSV, each also packed by gzip or zstd; of Parquet, or Arrow's
        file or stream; a folder (also one that `save_to_disk` made) or a glob pattern; ``"-"`` for standard
        input; an iterable of mappings or records; a `datasets` `Dataset`, `DatasetDict` or
        `IterableDataset`; anything with `__arrow_c_stream__`.
    kind : str, type of Record, or several of these, optional
        What the rows are. Default: each row's `kind` says it.
    against : Corpus or path, optional
        What the rows are judged against; a path is read by `Corpus.from_files`. Default: the shipped claims.
    defaults : mapping of str, optional
        Constants for fields that a row does not give, supplied before any rule.
    extra : {"error", "allow"}
        What becomes of fields that a kind does not have. Names that begin with ``x_`` always pass, and so do
        columns of the claim, if they are the claim's.
    require : sequence of str
        Fields that every row must give, beyond those that its kind demands.
    complete : sequence of str, optional
        Fields whose values make groups, in each of which every current claim must have a row.
    key : sequence of str, optional
        Fields that together may stand only once.
    select, ignore : sequence of str, optional
        Codes to look for alone, or to leave out. What cannot be read is always told.
    max_findings : int
        Findings to retain; the counts are exact in any case.
    workers : int, optional
        Processes to use at the most; the result is the same for any number. Default: as many as pay. Columnar
        files are read in a process of its own in any case, under limits of memory and time.
    progress : callable, optional
        Called now and then with a `Progress`.

    Returns
    -------
    Report

    Raises
    ------
    UnknownNameError
        A kind, field or code is none.
    InputError
        The data is nothing that can be checked, or an option fits nothing.
    CorpusError
        The files to validate against are wrong.
    IntegrityError
        The shipped bytes differ from the manifest.

    Notes
    -----
    Offsets are Unicode code points into the source, the end exclusive, as in a `TextPositionSelector` of the
    W3C Web Annotation Data Model, section 4.2.5.

    Examples
    --------
    >>> row = {"claim_id": "d05-c03", "quote": "推理模型增加参数数量", "language": "en", "translation": "…"}
    >>> report = validate([row], kind="translation", defaults={"method": "model", "creator": "m"})
    >>> report.ok, report.findings[0].code
    (False, 'quote-not-found')
    """
    if workers is not None and (type(workers) is not int or workers < 1):
        raise InputError(f"workers: expected a number from 1 on, got {workers!r:.80}")
    check = check_of(
        data,
        kind=kind,
        against=against,
        defaults=defaults,
        extra=extra,
        require=require,
        complete=complete,
        key=key,
        select=select,
        ignore=ignore,
        max_findings=max_findings,
        progress=progress,
    )
    return report_of(check, workers)


def fix(
    data: Any, *, output: str | os.PathLike[str], typography: bool = False, **options: Unpack[Options]
) -> "Fixed":
    """Write data again, with every fault fixed that has only one fix.

    Filled in are the offsets of a quote that stands in its claim once, the digest of the claim, the release,
    and `defaults`; offsets that are wrong are set right where the quote stands once. A pin that is there is
    never changed, nor is a quote, save with `typography`. Rows with nothing to mend stay as they are, byte
    for byte if they are JSON texts. No row is dropped.

    Parameters
    ----------
    data : path, several paths, rows, or a table
        As for `validate`.
    output : path
        Where the rows go, in the form that the data has; rows from Python as JSON Lines.
    typography : bool
        Put the source's own characters where a quote differs from one place in typography only, and keep the
        quote as it was in `x_quote_as_written`.
    **options
        As for `validate`.

    Returns
    -------
    Fixed
        The report on the output, and what was filled in. If something could not be read to its end, the
        report is on the input, and nothing is written.

    Raises
    ------
    InputError
        The output is an input, the inputs have different forms, or as for `validate`.
    OSError
        The output cannot be written; it is then as it was.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "out.jsonl"
    >>> row = {"claim_id": "d05-c03", "quote": "推理模型不增加参数数量", "verdict": "supported", "urls": []}
    >>> fixed = fix([row], output=path, kind="verdict", defaults={"method": "human", "creator": "me"})
    >>> fixed.report.ok, sorted(fixed.filled)
    (True, ['claim_sha256', 'creator', 'method', 'quote_end', 'quote_start', 'release'])
    """
    from .validation.fix import fix_check

    return fix_check(check_of(data, **options), Path(output), typography=typography)


def split(
    data: Any, *, valid: str | os.PathLike[str], rejects: str | os.PathLike[str], **options: Unpack[Options]
) -> Report:
    """Put every row of some data in exactly one of two files, by the verdict of `validate`.

    Rows of text stand there byte for byte, in their order, and in the form that the data has; rows from
    Python as JSON Lines. An output whose name ends in ``.gz`` or ``.zst`` is packed. The findings stand
    beside the rejects, in ``<rejects>.findings.jsonl``. All three files are written, or none: if something
    cannot be read to its end, the report says so and nothing is written. What kills the call leaves each
    file as it was or whole, and that of the rows that pass, which comes last, new only if the others are.

    Parameters
    ----------
    data : path, several paths, rows, or a table
        As for `validate`.
    valid, rejects : path
        Where the rows go. Files that are there are replaced, save an input, which is refused.
    **options
        As for `validate`.

    Returns
    -------
    Report
        `valid` and `invalid` are the rows of the two files; together they are `rows`.

    Raises
    ------
    InputError
        An output is an input, the inputs have different forms, or as for `validate`.
    OSError
        An output cannot be written; none is, then.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> rows = [{"claim_id": "d01-c01", "scheme": "acme:stance", "value": "for"}, {"claim_id": "d99-c01"}]
    >>> report = split(rows, valid=folder / "ok.jsonl", rejects=folder / "no.jsonl", kind="label",
    ...                defaults={"method": "human", "creator": "me"})
    >>> report.valid, report.invalid
    (1, 1)
    """
    from .validation.split import split_check

    return split_check(check_of(data, **options), Path(valid), Path(rejects))

"""The public functions: `validate`, `split` and `fix`, against the shipped claims unless others are given."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from .corpus.corpus import Corpus
from .dataset.loaders import shipped
from .errors import InputError
from .validation.engine.execution import report_of
from .validation.engine.options import Against, Check, Options
from .validation.findings.report import Report

if TYPE_CHECKING:
    from .validation.fix import Fixed

__all__ = ["check_of", "corpus_of", "fix", "split", "validate"]


def corpus_of(against: Against) -> Corpus:
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


def check_of(data: Any, *, against: Against = None, **options: Unpack[Options]) -> Check:
    """Return the check of some data that the options of `validate` describe."""
    return Check(data=data, against=corpus_of(against), **options)


def validate(
    data: Any, *, against: Against = None, workers: int | None = None, **options: Unpack[Options]
) -> Report:
    """Check derived data: its shape, its references to claims, its quotes, character for character.

    Bad data never raises: it becomes findings in the report. Data that cannot be read is a finding too, and
    the rest is checked. The data of one call is one data set, for the rules about duplicates and
    completeness.

    Parameters
    ----------
    data : path, several paths, rows, or a table
        A file of JSON Lines, a JSON array or CSV, each also compressed by gzip or zstd; of Parquet, or an
        Arrow file or stream; a folder (also one that `save_to_disk` made) or a glob pattern; ``"-"`` for
        standard input; an iterable of mappings or records; a `datasets` `Dataset`, `DatasetDict` or
        `IterableDataset`; anything with `__arrow_c_stream__`.
    kind : str, type of Record, or several of these, optional
        What the rows are. Default: each row's `kind` says it.
    against : Corpus or path, optional
        What the rows are checked against; a path is read by `Corpus.from_files`. Default: the shipped claims.
    defaults : mapping of str, optional
        Constants for fields that a row does not give, supplied before any rule.
    extra : {"error", "allow"}
        Whether a field that a kind does not have is an error. Names that begin with ``x_`` always pass, and
        so do columns of the claim whose values are the claim's. Default: ``"error"``.
    require : sequence of str
        Fields that every row must give, beyond those that its kind demands.
    complete : sequence of str, optional
        Fields that group the rows. Each group must have a row for every current claim.
    key : sequence of str, optional
        Fields whose values together must be unique.
    select, ignore : sequence of str, optional
        Codes to report, or to leave out. Data that cannot be read is always reported.
    max_findings : int
        Findings to keep. The counts are always exact. Default: 1,000.
    workers : int, optional
        The most threads to use, and the most processes that read columnar files, under limits of memory and
        time. The result is the same for any number. Default: the number of processors.
    progress : callable, optional
        Called with a `Progress`, about ten times a second.

    Returns
    -------
    Report

    Raises
    ------
    UnknownNameError
        No kind, field or code has the name.
    InputError
        The data has no form that can be checked, or an option does not apply.
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
    return report_of(check_of(data, against=against, **options), workers)


def fix(
    data: Any,
    *,
    output: str | os.PathLike[str],
    typography: bool = False,
    against: Against = None,
    **options: Unpack[Options],
) -> "Fixed":
    """Write data with every fault fixed that has only one fix.

    Fills in the offsets of a quote that occurs once in its claim, the digest of the claim, the release, and
    `defaults`. Corrects wrong offsets where the quote occurs once. Never changes a digest that is given, nor
    a quote, except with `typography`. Copies rows without a fix as they are, byte for byte if they are JSON
    texts. Drops no row.

    Parameters
    ----------
    data : path, several paths, rows, or a table
        As for `validate`.
    output : path
        The file to write, in the format of the data; rows from Python as JSON Lines.
    typography : bool
        Replace a quote that differs from one passage in typography only by the source's own characters, and
        keep the original in `x_quote_as_written`.
    against, **options
        As for `validate`, without `workers`.

    Returns
    -------
    Fixed
        The report on the output, and what was filled in. If an input could not be read to its end, the
        report is on the input, and nothing is written.

    Raises
    ------
    InputError
        The output is an input, the inputs have different formats, or as for `validate`.
    OSError
        The output cannot be written. The old file, if any, is kept.

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

    return fix_check(check_of(data, against=against, **options), Path(output), typography=typography)


def split(
    data: Any,
    *,
    valid: str | os.PathLike[str],
    rejects: str | os.PathLike[str],
    against: Against = None,
    **options: Unpack[Options],
) -> Report:
    """Write every row to exactly one of two files: valid rows, or rejects.

    Rows of text are copied byte for byte, in order, in the format of the data; rows from Python are written
    as JSON Lines. An output whose name ends in ``.gz`` or ``.zst`` is compressed. The findings are written to
    ``<rejects>.findings.jsonl``. Either all three files are written or none: if an input cannot be read to
    its end, the report says so and nothing is written. If the process is killed, each file is either the old
    one or complete. The file of valid rows is replaced last.

    Parameters
    ----------
    data : path, several paths, rows, or a table
        As for `validate`.
    valid, rejects : path
        The files to write. Existing files are replaced; an input is refused.
    against, **options
        As for `validate`, without `workers`.

    Returns
    -------
    Report
        `valid` and `invalid` count the rows of the two files; together they are `rows`.

    Raises
    ------
    InputError
        An output is an input, the inputs have different formats, or as for `validate`.
    OSError
        An output cannot be written. The old files, if any, are kept.

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

    return split_check(check_of(data, against=against, **options), Path(valid), Path(rejects))

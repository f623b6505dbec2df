"""The gate's one call."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..corpus import Corpus
from ..errors import InputError
from .checks import Check, Kinds, Progress
from .report import Report
from .spread import Spread

__all__ = ["validate"]


def validate(  # noqa: PLR0913 - the options are these
    data: Any,
    *,
    kind: Kinds = None,
    against: Corpus | str | os.PathLike[str] | None = None,
    defaults: Mapping[str, Any] | None = None,
    extra: str = "error",
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
    check = Check(
        data=data,
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
    return Spread(check, workers).report()

"""`Validator`, and the functions `validate`, `split`, `fix` and `read` over it."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack, overload

from .corpus.corpus import Corpus
from .dataset.loaders import shipped
from .errors import InputError
from .records.models import Record
from .validation.engine.execution import Engine
from .validation.engine.options import Against, Check, CommonOptions, Extra, Kinds, Options, Progress
from .validation.findings.finding import Finding
from .validation.findings.report import Report

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import Dataset

    from .validation.fix import Fixed
    from .validation.split import Split

__all__ = [
    "Validator",
    "check_of",
    "corpus_of",
    "fix",
    "read",
    "read_dataset",
    "read_table",
    "split",
    "validate",
]

_Record = TypeVar("_Record", bound=Record)


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


class Validator:
    """Validates data by the same options many times: they are compiled once.

    Use it as a context manager, or call `close`. Threads and worker processes are started when they are first
    needed, and kept until then. Several threads may use one validator at the same time. It may be used from
    async code: `check` takes well under a millisecond, so call it directly; await the other methods with
    `asyncio.to_thread`.

    Parameters
    ----------
    kind, against, defaults, extra, require, complete, key, select, ignore, max_findings, workers, progress
        As for the function `validate`.

    Raises
    ------
    UnknownNameError, InputError, CorpusError, IntegrityError
        As for the function `validate`.

    Examples
    --------
    >>> row = {"claim_id": "d05-c03", "quote": "推理模型增加参数数量", "language": "en", "translation": "…"}
    >>> with Validator("translation", defaults={"method": "model", "creator": "m"}) as validator:
    ...     [finding.code for finding in validator.check(row)]
    ['quote-not-found']
    """

    def __init__(  # noqa: PLR0913 - one parameter per option
        self,
        kind: Kinds = None,
        *,
        against: Against = None,
        defaults: Mapping[str, Any] | None = None,
        extra: Extra = "error",
        require: Sequence[str] = (),
        complete: Sequence[str] | None = None,
        key: Sequence[str] | None = None,
        select: Sequence[str] | None = None,
        ignore: Sequence[str] | None = None,
        max_findings: int = 1000,
        workers: int | None = None,
        in_process: bool = False,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        if workers is not None and (type(workers) is not int or workers < 1):
            raise InputError(f"workers: expected a number from 1 on, got {workers!r:.80}")
        self._check = Check(
            data=None,
            against=corpus_of(against),
            kind=kind,
            defaults=defaults,
            extra=extra,
            require=require,
            complete=complete,
            key=key,
            select=select,
            ignore=ignore,
            max_findings=max_findings,
            in_process=in_process,
            progress=progress,
        )
        self._engine = Engine(self._check, workers)

    def __repr__(self) -> str:
        kinds = ", ".join(self._engine.validator.rules)
        return f"<Validator: {kinds}; {self._check.against!r}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the threads and worker processes. Afterwards, only `check` can be used."""
        self._engine.close()

    def check(self, row: object) -> tuple[Finding, ...]:
        """Return the findings of one row, validated by itself; for loops around a model.

        Rules about the whole data set (duplicates, completeness, numbers of labels) do not apply.

        Parameters
        ----------
        row : mapping or record
            The row.
        """
        with self._engine.by_row(detailed=False) as validator:
            return validator.findings(row)

    def validate(self, data: Any) -> Report:
        """Validate data; see the function `validate`."""
        return self._engine.report(self._of(data))

    def fix(
        self, data: Any, output: str | os.PathLike[str] | None = None, *, unsafe_fixes: bool = False
    ) -> "Fixed":
        """Fix data, in memory or to a file; see the function `fix`."""
        from .validation.fix import fix_data

        path = None if output is None else Path(output)
        return fix_data(self._engine, self._of(data), path, unsafe=unsafe_fixes)

    def split(
        self,
        data: Any,
        valid: str | os.PathLike[str] | None = None,
        rejects: str | os.PathLike[str] | None = None,
    ) -> "Split":
        """Split rows into valid rows and rejects, in memory or to files; see the function `split`."""
        from .validation.split import split_data

        paths = (None if path is None else Path(path) for path in (valid, rejects))
        return split_data(self._engine, self._of(data), *paths)

    def read(self, data: Any) -> list[Record]:
        """Return valid rows as records; see the function `read`."""
        from .reading import read_records

        return read_records(self._engine, self._of(data))

    def read_table(self, data: Any) -> "pa.Table":
        """Return valid rows as an Arrow table; see the function `read_table`."""
        from .reading import read_arrow_table

        return read_arrow_table(self._engine, self._of(data))

    def read_dataset(self, data: Any) -> "Dataset":
        """Return valid rows as a Hugging Face dataset; see the function `read_dataset`."""
        from .reading import read_hf_dataset

        return read_hf_dataset(self._engine, self._of(data))

    def _of(self, data: Any) -> Check:
        if self._engine.is_closed:
            raise RuntimeError("validator: expected an open one, got one that is closed")
        return replace(self._check, data=_rows_of(data))


def _rows_of(data: Any) -> Any:
    """Return the data of a `Fixed`; any other data unchanged.

    Raises
    ------
    InputError
        It is a `Fixed` without data, or a `Split`.
    """
    from .validation.fix import Fixed
    from .validation.split import Split

    if isinstance(data, Split):
        raise InputError("data: expected rows, got a Split; give its valid or its rejects")
    if not isinstance(data, Fixed):
        return data
    if data.data is None:
        raise InputError(
            "data: expected rows, got a Fixed without data: it was written to a file, or the input was not "
            "read to its end"
        )
    return data.data


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
        `IterableDataset`, in any format; anything with `__arrow_c_stream__` or `__arrow_c_array__`. The index
        of a pandas frame is a column only if it has the name of a field or begins with ``x_``.
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
    in_process : bool
        Whether columnar files are read in this process, without a worker process and its limits. Only for
        files that you trust, where no process can be started: a damaged file can crash the reader. Default:
        False.
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
    ResourceError
        No worker process can be started to read a columnar file, or there is no room for temporary files.
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
    >>> report.ok, report.sample[0].code
    (False, 'quote-not-found')
    """
    with Validator(against=against, workers=workers, **options) as validator:
        return validator.validate(data)


def fix(
    data: Any,
    *,
    output: str | os.PathLike[str] | None = None,
    unsafe_fixes: bool = False,
    against: Against = None,
    **options: Unpack[Options],
) -> "Fixed":
    """Apply safe fixes to data, in memory or to a file.

    A safe fix has exactly one possible value, and does not change the meaning of a row:

    - the offsets of a quote that occurs once in its claim;
    - the digest, and the release, of the claim that an exact quote is from. Without an exact quote, a row
      gets neither, unless `defaults` has a `release`: then it gets that, with the digest of its claim in it;
    - the source's own characters for a quote that differs in typography, in markers, in quotation marks
      around it or in Markdown emphasis only. The original is kept in `x_quote_as_written`;
    - a number, a boolean, a word of a vocabulary, an instant or a language tag in the notation of its field;
    - the id of the claim whose digest the row has, or that alone has the quote, for a misspelled id;
    - `defaults`, where the row has no value.

    The words of a quote never change, and no row is dropped. A second `fix` changes nothing.

    Without `output`, the result is in memory, in the form of the data, as for `split`. The data itself is not
    changed. Mappings and records without a change are the same objects; a record that a fix makes invalid
    becomes a mapping. Columns without a change are those of the data, and a frame keeps its index; a changed
    column keeps its type if that can hold the new values. New columns come last. A changed `Dataset` is a
    copy in memory.

    With `output`, rows without a change are copied as they are, byte for byte if they are JSON. The changes
    are written to ``<output>.changes.jsonl``.

    Parameters
    ----------
    data : path, several paths, rows, or a table
        As for `validate`.
    output : path, optional
        The file to write, in the format of the data; rows from Python as JSON Lines. Default: in memory.
    unsafe_fixes : bool
        Whether to apply unsafe fixes too, which are probably what was meant: of a misspelled id of a claim or
        name of a field, a synonym of a word, a time without a zone. Unknown fields, and null written as text,
        are removed.
    against, **options
        As for `validate`, without `workers`.

    Returns
    -------
    Fixed
        The data, the report on it, and the changes. `validate`, `split`, `fix` and `read` accept it as data.
        If an input could not be read to its end, the report is on the input, and nothing is returned or
        written.

    Raises
    ------
    InputError
        The output is an input, the inputs have different formats, the data is an `IterableDataset` and there
        is no `output`, or as for `validate`.
    OSError
        The output cannot be written. The old file, if any, is kept.

    Examples
    --------
    >>> row = {"claim_id": "d05-c03", "quote": "推理模型不增加参数数量", "verdict": "Supported", "urls": []}
    >>> fixed = fix([row], kind="verdict", defaults={"method": "human", "creator": "me"})
    >>> fixed.report.ok, sorted(fixed.changed)
    (True, ['claim_sha256', 'creator', 'method', 'quote_end', 'quote_start', 'release', 'verdict'])
    >>> fixed.data[0]["verdict"], fixed.data[0]["quote_start"]
    ('supported', 1072)
    >>> [(edit.before, edit.after) for edit in fixed.changes[0].edits if edit.path == ("verdict",)]
    [('Supported', 'supported')]
    >>> split(fixed, kind="verdict").report.valid
    1
    """
    with Validator(against=against, **options) as validator:
        return validator.fix(data, output, unsafe_fixes=unsafe_fixes)


def split(
    data: Any,
    *,
    valid: str | os.PathLike[str] | None = None,
    rejects: str | os.PathLike[str] | None = None,
    against: Against = None,
    **options: Unpack[Options],
) -> "Split":
    """Split rows into valid rows and rejects: every row goes unchanged, in order, to exactly one of them.

    Without paths, the result is in memory, in the form of the data:

    - a `pyarrow.Table`, a pandas or polars `DataFrame`, a `datasets` `Dataset` or `DatasetDict`: the same,
      with some of its rows; all columns, their types and the index are unchanged. A `Dataset` is selected
      from, not copied;
    - any other object with an Arrow interface, and columnar files: a `pyarrow.Table`;
    - an iterable of mappings or records: a list of these objects;
    - files of text: a list of mappings. Cells of CSV have the types of their fields, and empty cells are left
      out. A row that cannot be read, or is no object, is its bytes.

    The rows, the findings, and the ids of all rows are held in memory. For data that does not fit, and for an
    `IterableDataset`, give paths.

    With paths, rows of text are copied byte for byte in the format of the data; rows from Python are written
    as JSON Lines. Columns keep their values, not their encoding: a dictionary is written as its values, and a
    list view as a large list. An output whose name ends in ``.gz`` or ``.zst`` is compressed. The findings
    are written to ``<rejects>.findings.jsonl``: in each, `row` is the index of the row in its input, and
    `reject` in the file of rejects. Either all three files are written or none. If the process is killed,
    each file is either the old one or complete. The file of valid rows is replaced last.

    Parameters
    ----------
    data : path, several paths, rows, or a table
        As for `validate`.
    valid, rejects : path, optional
        The files to write: both, or neither. Existing files are replaced; an input is refused.
    against, **options
        As for `validate`, without `workers`.

    Returns
    -------
    Split
        The valid rows, the rejects, every finding, and the report. If an input cannot be read to its end, the
        report says so, and nothing is split or written.

    Raises
    ------
    InputError
        An output is an input, the inputs have different formats, the data is an `IterableDataset` and there
        are no paths, or as for `validate`.
    OSError
        An output cannot be written. The old files, if any, are kept.

    Examples
    --------
    >>> rows = [{"claim_id": "d01-c01", "scheme": "acme:stance", "value": "for"}, {"claim_id": "d99-c01"}]
    >>> by = {"method": "human", "creator": "me"}
    >>> result = split(rows, kind="label", defaults=by)
    >>> result.valid == rows[:1], result.rejects == rows[1:]
    (True, True)
    >>> for finding in result.findings:
    ...     print(finding.row, finding.reject, finding.code, result.rejects[finding.reject])
    1 0 missing-field {'claim_id': 'd99-c01'}
    1 0 missing-field {'claim_id': 'd99-c01'}
    1 0 unknown-claim {'claim_id': 'd99-c01'}

    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> paths = {"valid": folder / "ok.jsonl", "rejects": folder / "no.jsonl"}
    >>> result = split(rows, **paths, kind="label", defaults=by)
    >>> result.report.valid, result.report.invalid
    (1, 1)
    """
    with Validator(against=against, **options) as validator:
        return validator.split(data, valid, rejects)


@overload
def read(
    data: Any, *, kind: type[_Record], against: Against = None, **options: Unpack[CommonOptions]
) -> list[_Record]: ...


@overload
def read(
    data: Any, *, kind: Kinds = None, against: Against = None, **options: Unpack[CommonOptions]
) -> list[Record]: ...


def read(
    data: Any, *, kind: Kinds = None, against: Against = None, **options: Unpack[CommonOptions]
) -> list[Any]:
    """Validate rows, and return them as records.

    All rows are held in memory. A record has the values of `defaults`, and the fields whose names begin with
    ``x_``, in `model_extra`; a null field is the same as an absent one. Other fields that the kind does not
    define are left out: columns of the claim, and what ``extra="allow"`` lets pass. `read_table` keeps them.

    Parameters
    ----------
    data : path, several paths, rows, or a table
        As for `validate`.
    kind : str, type of Record, or several of these, optional
        As for `validate`. If it is one type, type checkers know the type of the records.
    against, **options
        As for `validate`, without `workers`.

    Returns
    -------
    list of Record
        A record of its kind for each row, in order.

    Raises
    ------
    InvalidDataError
        `validate` finds an error. The message has the first findings, and the attribute `report` the report.
    InputError
        `select` or `ignore` leaves out a code about the schema, or as for `validate`.
    UnknownNameError, ResourceError, CorpusError, IntegrityError
        As for `validate`.

    Examples
    --------
    >>> row = {"claim_id": "d01-c01", "scheme": "acme:stance", "value": "for", "x_batch": 7}
    >>> (label,) = read([row], kind="label", defaults={"method": "human", "creator": "me"})
    >>> label.value, label.creator, label.model_extra
    ('for', 'me', {'x_batch': 7})
    """
    with Validator(kind, against=against, **options) as validator:
        return validator.read(data)


def read_table(data: Any, *, against: Against = None, **options: Unpack[Options]) -> "pa.Table":
    """Validate rows, and return them as an Arrow table.

    All rows are held in memory. The table has every column of the data, and the values of `defaults`.

    Parameters
    ----------
    data : path, several paths, rows, or a table
        As for `validate`. All rows must be of one kind.
    against, **options
        As for `validate`, without `workers`.

    Returns
    -------
    pyarrow.Table
        The columns of `arrow_schema` of the kind, followed by the other columns of the data in the order in
        which they occur, in the types of their values. A column of a table keeps its type, but for encodings:
        a dictionary is read as its values. CSV has no types, so these columns are text. If the values of a
        column have no common type (text among numbers, or objects with different keys), all of them are
        written as JSON texts.

    Raises
    ------
    InvalidDataError
        `validate` finds an error. The message has the first findings, and the attribute `report` the report.
    InputError
        The rows are of several kinds, or as for `read`.
    UnknownNameError, ResourceError, CorpusError, IntegrityError
        As for `validate`.

    Examples
    --------
    >>> row = {"claim_id": "d01-c01", "scheme": "acme:stance", "value": "for", "x_batch": 7}
    >>> table = read_table([row], kind="label", defaults={"method": "human", "creator": "me"})
    >>> table.schema.names[-3:], table.column("x_batch").type
    (['scheme', 'value', 'x_batch'], DataType(int64))
    """
    with Validator(against=against, **options) as validator:
        return validator.read_table(data)


def read_dataset(data: Any, *, against: Against = None, **options: Unpack[Options]) -> "Dataset":
    """Validate rows, and return them as a Hugging Face dataset.

    The dataset is held in memory; no cache file is written.

    Parameters
    ----------
    data : path, several paths, rows, or a table
        As for `read_table`.
    against, **options
        As for `validate`, without `workers`.

    Returns
    -------
    datasets.Dataset
        The columns of `read_table`, with `features` of the kind. A column of a type that `datasets` does not
        have holds JSON texts.

    Raises
    ------
    MissingDependencyError
        `datasets` is not installed; the message has the command that installs it.
    InvalidDataError
        `validate` finds an error. The message has the first findings, and the attribute `report` the report.
    InputError, UnknownNameError, ResourceError, CorpusError, IntegrityError
        As for `read_table`.
    """
    with Validator(against=against, **options) as validator:
        return validator.read_dataset(data)

"""The class `Validator`, and the functions that use it: `validate`, `parse`, `fix`, `split` and `read`."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack, overload

from .dataset.loaders import corpus_of
from .errors import InputError
from .records.models import Record
from .validation.engine.execution import Engine
from .validation.engine.options import Against, Check, CommonOptions, Extra, Kinds, Options, Progress
from .validation.findings.finding import Finding
from .validation.findings.report import Report

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import Dataset

    from .corpus.corpus import Corpus
    from .raw_output.parse import Failure, Parsed
    from .validation.fix import Fixed
    from .validation.split import Split

__all__ = [
    "Validator",
    "check_of",
    "corpus_html",
    "fix",
    "from_annotations",
    "parse",
    "read",
    "read_dataset",
    "read_table",
    "split",
    "to_annotations",
    "validate",
]

_Record = TypeVar("_Record", bound=Record)


def check_of(data: Any, *, against: Against = None, **options: Unpack[Options]) -> Check:
    """Return a `Check` of data, made from the options of `validate`."""
    return Check(data=data, against=corpus_of(against), **options)


class Validator:
    """A validator for many calls with the same options, which are compiled once.

    Use it as a context manager, or call `close`. Threads and worker processes start when they are first
    needed, and run until `close`. Several threads may use one validator at the same time. In async code, call
    `check` directly, because it takes well under a millisecond. Run the other methods with
    `asyncio.to_thread`.

    Parameters
    ----------
    kind, against, defaults, extra, require, complete, key, select, ignore, max_findings, workers, in_process
        As for the function `validate`.
    progress
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
            raise InputError(f"workers: expected an integer of at least 1, got {workers!r:.80}")
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
        return f"<Validator: {kinds}; {self._check.against.summary}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the threads and worker processes. Afterwards, only `check` can be used."""
        self._engine.close()

    def check(self, row: object) -> tuple[Finding, ...]:
        """Return the findings of a single row, for example in a loop around a language model.

        Rules about the whole data set (duplicates, completeness, numbers of labels) do not apply.

        Parameters
        ----------
        row : mapping or record
            The row.

        Returns
        -------
        tuple of Finding
            Empty if the row has no findings.
        """
        with self._engine.by_row(detailed=False) as validator:
            return validator.findings(row)

    def validate(self, data: Any) -> Report:
        """Validate data; see the function `validate`."""
        return self._engine.report(self._of(data))

    def parse(self, data: Any) -> "Parsed":
        """Turn the raw output of language models into rows; see the function `parse`."""
        from .raw_output.parse import parse_data

        self._check_open()
        return parse_data(self._engine, replace(self._check, data=data))

    def fix(
        self, data: Any, output: str | os.PathLike[str] | None = None, *, unsafe_fixes: bool = False
    ) -> "Fixed":
        """Apply fixes to data, in memory or to a file; see the function `fix`."""
        from .validation.fix import fix_data

        path = None if output is None else Path(output)
        return fix_data(self._engine, self._of(data), path, _failures_of(data), unsafe=unsafe_fixes)

    def split(
        self,
        data: Any,
        valid: str | os.PathLike[str] | None = None,
        rejects: str | os.PathLike[str] | None = None,
    ) -> "Split":
        """Split rows into valid rows and rejects, in memory or to files; see the function `split`."""
        from .validation.split import split_data

        valid, rejects = (None if path is None else Path(path) for path in (valid, rejects))
        return split_data(self._engine, self._of(data), valid, rejects, _failures_of(data))

    def with_findings(self, table: "pa.Table") -> "pa.Table":
        """Return an Arrow table with the findings of each row in a new last column, `ki_findings`.

        Use it where other software distributes the rows: it validates one part of a data set. Rules about the
        whole data set apply within the table; missing claims and other findings that belong to no row are
        left out. A finding of a whole column belongs to each row that has a value in it, or to every row if
        the column is missing.

        Parameters
        ----------
        table : pyarrow.Table or pyarrow.RecordBatch
            The rows, without a column `ki_findings`.

        Returns
        -------
        pyarrow.Table
            The table. The column has a list for each row, empty for a row without findings. Each element has
            the texts `code`, `severity`, `path` (a JSON Pointer), `expected`, `got`, `suggestion` and
            `applicability`; the last two may be null.

        Raises
        ------
        InputError
            The data is not a table, has the column already, or cannot be read.

        Examples
        --------
        >>> import pyarrow as pa
        >>> by = {"method": "human", "creator": "me"}
        >>> table = pa.table({"claim_id": ["d01-c01", "d01-c99"]})
        >>> with Validator("label", defaults=by | {"scheme": "acme:stance", "value": "for"}) as validator:
        ...     checked = validator.with_findings(table)
        >>> [[one["code"] for one in row] for row in checked["ki_findings"].to_pylist()]
        [[], ['unknown-claim']]
        """
        from .validation.row_findings import table_with_findings

        return table_with_findings(self._engine, self._of(table))

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
        self._check_open()
        return replace(self._check, data=_rows_of(data))

    def _check_open(self) -> None:
        if self._engine.is_closed:
            raise RuntimeError("validator: expected an open validator, got a closed one")


def corpus_html(corpus: "Corpus", rows: Any = None, **options: Unpack[Options]) -> str:
    """Return the page of a corpus with rows; `Corpus.to_html` is the public method."""
    from .dataset.browsing import page_of
    from .page.shown_rows import checked_rows

    if rows is None:
        if options:
            raise InputError(f"{', '.join(options)}: expected rows to apply it to, got none")
        return page_of(corpus)
    return page_of(corpus, checked_rows(check_of(_rows_of(rows), against=corpus, **options)))


def _failures_of(data: Any) -> "tuple[Failure, ...]":
    """Return the failures of `parse` that belong to data."""
    from .raw_output.failures import failures_of
    from .validation.fix import Fixed

    return data.failures if isinstance(data, Fixed) else failures_of(data)


def _rows_of(data: Any) -> Any:
    """Return the data of a `Fixed`, the rows of a `Parsed`, or any other data unchanged.

    Raises
    ------
    InputError
        The data is a `Split`, a `Fixed` without data, or a `Parsed` that is not complete.
    """
    from .raw_output.parse import Parsed
    from .validation.fix import Fixed
    from .validation.split import Split

    if isinstance(data, Parsed):
        return data.complete_rows
    if isinstance(data, Split):
        raise InputError("data: expected rows, got a Split; pass its `valid` or its `rejects`")
    if not isinstance(data, Fixed):
        return data
    if data.data is None:
        raise InputError(
            "data: expected rows, got a Fixed without data: it was written to a file, or an input could not "
            "be read to its end"
        )
    return data.data


def validate(
    data: Any, *, against: Against = None, workers: int | None = None, **options: Unpack[Options]
) -> Report:
    """Validate derived rows: their schema, their references to claims, and their quotes.

    Quotes are compared with the claims character by character. Invalid data does not raise: it becomes
    findings in the report. Data that cannot be read is also a finding, and the rest is validated. All data of
    one call is one data set for the rules about duplicates and completeness.

    Parameters
    ----------
    data : path, several paths, rows, or a table
        Paths: JSON Lines, JSON arrays or CSV, optionally compressed (gzip, zstd); Parquet; Arrow files or
        streams; folders, including those that `save_to_disk` makes; glob patterns; ``"-"`` for standard
        input. Objects: an iterable of mappings or records; a `datasets` `Dataset`, `DatasetDict` or
        `IterableDataset`, in any format; any object with `__arrow_c_stream__` or `__arrow_c_array__`. The
        index of a pandas frame is a column only if its name is that of a field or begins with ``x_``.
    kind : str, type of Record, or several of these, optional
        The type of the rows, such as ``"translation"``. Default: the field `kind` of each row.
    against : Corpus or path, optional
        The corpus to validate against; a path is read by `Corpus.from_files`. Default: the shipped claims.
    defaults : mapping of str, optional
        Values for fields that a row does not have. They are added before any rule runs.
    extra : {"error", "allow"}
        How to treat fields that the kind does not define. Names that begin with ``x_`` are always allowed,
        and so are columns of the claim with the claim's values. Default: ``"error"``.
    require : sequence of str
        Fields that every row must have, in addition to those that its kind requires.
    complete : sequence of str, optional
        Fields that group the rows. Every group must have a row for every current claim.
    key : sequence of str, optional
        Fields whose combination must be unique.
    select, ignore : sequence of str, optional
        Codes to report, or to leave out. Data that cannot be read is always reported.
    max_findings : int
        The most findings to keep in the report. The counts are always exact. Default: 1,000.
    workers : int, optional
        The most threads to use, and the most worker processes for columnar files, which have limits of memory
        and time. The result is the same for any number. Default: the number of CPUs.
    in_process : bool
        Whether to read columnar files in this process, without a worker process and its limits. Use it only
        for trusted files, where no process can be started: a damaged file can crash the reader. Default:
        False.
    progress : callable, optional
        Called with a `Progress`, about ten times a second.

    Returns
    -------
    Report
        The findings, exact counts, and whether the data is valid (`ok`).

    Raises
    ------
    UnknownNameError
        There is no kind, field or code with a given name.
    InputError
        The data is of an unsupported type or format, or an option does not apply.
    ResourceError
        No worker process can be started to read a columnar file, or there is no room for temporary files.
    CorpusError
        A file of the corpus is missing or invalid.
    IntegrityError
        The shipped bytes differ from the manifest.

    Notes
    -----
    Offsets are Unicode code points into the source, end exclusive, as in a `TextPositionSelector` of the W3C
    Web Annotation Data Model, section 4.2.5.

    Examples
    --------
    >>> row = {"claim_id": "d05-c03", "quote": "推理模型增加参数数量", "language": "en", "translation": "…"}
    >>> report = validate([row], kind="translation", defaults={"method": "model", "creator": "m"})
    >>> report.ok, report.sample[0].code
    (False, 'quote-not-found')
    """
    with Validator(against=against, workers=workers, **options) as validator:
        return validator.validate(data)


def parse(data: Any, *, against: Against = None, **options: Unpack[Options]) -> "Parsed":
    r"""Turn the raw output of language models into rows.

    An answer may have JSON in Markdown fences, in prose, or after reasoning; several objects; arrays; one
    object around the rows; JSON encoded as a text once more; or almost-JSON, such as trailing commas, Python
    literals, comments, unescaped line ends and quotation marks. A repair never changes a key, a text or a
    number.

    Every answer gives rows or is a failure. If a part of an answer cannot be read, the whole answer is a
    failure. An answer that was cut off is never completed. The rows are not validated: pass the result to
    `fix`, `split`, `validate` or `read`.

    Parameters
    ----------
    data : path, several paths, texts, or responses
        Paths: text files (``.txt``, ``.md``, ``.json``, ``.jsonl``, ``.ndjson``, ``.out``, ``.log``),
        optionally compressed; folders of these; glob patterns; ``"-"`` for standard input. A file is one
        answer, or has an answer in each line: rows, texts encoded as JSON, or the results of batch services,
        such as those of OpenAI, Anthropic, Google, Amazon Bedrock, Mistral and vLLM. Objects: texts;
        responses, as mappings or as objects of client libraries (with `model_dump`); an iterable of these; or
        a mapping of the ids of requests to texts. A `str` is a path if it looks like a file name, such as
        ``answers.txt``, or if it is alone and there is such a file or folder. In a mapping, it is always a
        text.
    kind : str, type of Record, or several of these, optional
        The type of the rows, by which they are recognised. Default: any derived kind.
    against, **options
        As for `validate`, without `workers`. Only `against`, `kind`, `select`, `ignore` and `max_findings`
        have an effect.

    Returns
    -------
    Parsed
        The rows, the failures, and the report on the answers.

    Raises
    ------
    InputError
        The data is of an unsupported type, or as for `validate`.
    UnknownNameError, CorpusError, IntegrityError
        As for `validate`.

    Examples
    --------
    >>> answer = 'Here you are:\n```json\n[{"claim_id": "d05-c03", "translation": "…",}]\n```'
    >>> parsed = parse({"request-1": answer, "request-2": "There are none."}, kind="translation")
    >>> parsed.rows[0]["claim_id"], parsed.rows[0]["x_request_id"], parsed.rows[0]["x_repaired"]
    ('d05-c03', 'request-1', True)
    >>> [(failure.request_id, failure.code) for failure in parsed.failures]
    [('request-2', 'answer-without-rows')]
    """
    with Validator(against=against, **options) as validator:
        return validator.parse(data)


def fix(
    data: Any,
    *,
    output: str | os.PathLike[str] | None = None,
    unsafe_fixes: bool = False,
    against: Against = None,
    **options: Unpack[Options],
) -> "Fixed":
    """Apply safe fixes to data, in memory or to a file.

    A safe fix has exactly one possible value, and does not change the meaning of a row. Safe fixes set:

    - the offsets of a quote that occurs once in its claim;
    - the digest and the release of a claim that is quoted exactly. A row without an exact quote gets neither,
      unless `defaults` has a `release`: then it gets that release, and the digest of its claim in it;
    - the source's own characters in a quote that differs only in typography, markers, surrounding quotation
      marks or Markdown emphasis. The original quote is kept in `x_quote_as_written`;
    - the notation of a number, a boolean, a vocabulary value, an instant or a language tag;
    - a misspelled claim id: to that of the claim with the row's digest, or of the only claim with its quote;
    - the values of `defaults`, where the row has no value.

    The words of a quote never change, and no row is dropped. A second `fix` changes nothing.

    Without `output`, the result is in memory and has the form of the data, as for `split`. The input is not
    modified. Unchanged mappings and records are the same objects; a record that a fix makes invalid becomes a
    mapping. Unchanged columns are those of the input, and a frame keeps its index. A changed column keeps its
    type if it can hold the new values. New columns come last. A changed `Dataset` is a copy in memory.

    With `output`, unchanged rows are copied, byte for byte if they are JSON. The changes are written to
    ``<output>.changes.jsonl``.

    Parameters
    ----------
    data : path, several paths, rows, or a table
        As for `validate`.
    output : path, optional
        The file to write, in the format of the data; rows from Python as JSON Lines. Default: in memory.
    unsafe_fixes : bool
        Whether to apply unsafe fixes too, which are only probably right. They correct a misspelled claim id
        or field name, a synonym of a vocabulary value, and a time without a zone. They remove unknown fields,
        and null written as text.
    against, **options
        As for `validate`, without `workers`.

    Returns
    -------
    Fixed
        The fixed data, the report on it, and the changes. `validate`, `split`, `fix` and `read` accept it as
        data. If an input cannot be read to its end, the report is on the input, and no data is returned or
        written.

    Raises
    ------
    InputError
        The output is also an input, the inputs have different formats, the data is an `IterableDataset` and
        there is no `output`, or as for `validate`.
    OSError
        The output cannot be written. An existing file is unchanged.

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
    """Split rows into valid rows and rejects. Every row goes unchanged, in order, to exactly one of them.

    Without paths, the result is in memory. Its form is that of the data:

    - a `pyarrow.Table`, a pandas or polars `DataFrame`, a `datasets` `Dataset` or `DatasetDict`: the same
      type with some of the rows; all columns, their types and the index are unchanged. A `Dataset` selects
      its rows and does not copy them;
    - any other object with an Arrow interface, and columnar files: a `pyarrow.Table`;
    - an iterable of mappings or records: a list of these objects;
    - text files: a list of mappings. CSV cells have the types of their fields, and empty cells are left out.
      A row that cannot be read, or is not an object, is given as bytes.

    The rows, the findings, and the ids of all rows are held in memory. For data that does not fit in memory,
    and for an `IterableDataset`, give paths.

    With paths, rows of text files are copied byte for byte; rows from Python are written as JSON Lines.
    Columns keep their values but not their encoding: a dictionary is written as its values, and a list view
    as a large list. An output whose name ends in ``.gz`` or ``.zst`` is compressed. The findings are written
    to ``<rejects>.findings.jsonl``. In each, `row` is the index of the row in its input, and `reject` its
    index in the file of rejects. Either all three files are written or none. If the process is killed, each
    file is either the old one or complete. The file of valid rows is replaced last.

    Parameters
    ----------
    data : path, several paths, rows, or a table
        As for `validate`.
    valid, rejects : path, optional
        The files to write: both, or neither. Existing files are replaced. They must not be inputs.
    against, **options
        As for `validate`, without `workers`.

    Returns
    -------
    Split
        The valid rows, the rejects, every finding, and the report. If an input cannot be read to its end, it
        has only the report, and nothing is written.

    Raises
    ------
    InputError
        An output is also an input, the inputs have different formats, the data is an `IterableDataset` and
        there are no paths, or as for `validate`.
    OSError
        An output cannot be written. Existing files are unchanged.

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

    All rows are held in memory. A record includes the values of `defaults`. Fields whose names begin with
    ``x_`` are in `model_extra`. A null field is the same as an absent one. Other fields that the kind does
    not define are left out: columns of the claim, and those that ``extra="allow"`` allows. `read_table` keeps
    them.

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
        One record for each row, in order.

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
        which they occur. Other columns have the type of their values; in CSV they are text. A column of a
        table keeps its type but not its encoding: a dictionary is read as its values. If the values of a
        column have no common type (text among numbers, or objects with different keys), the column holds all
        of them as JSON texts.

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


def to_annotations(
    rows: Any, *, kind: Kinds = None, against: Against = None, **options: Unpack[CommonOptions]
) -> dict[str, Any]:
    """Return rows and their findings as W3C Web Annotations, for review by people.

    The result is an `AnnotationCollection` with one page (JSON-LD). Each row is one annotation:

    - Its targets are the places that it refers to. Selectors have the offsets in code points, and the quoted
      words with 32 characters around them. The source of a target is the IRI of a text by its SHA-256
      (``ni:///sha-256;…``); `ki:sources` has the digests in hexadecimal. A row that quotes the English text
      of a claim is an annotation of that text.
    - A quote that is not in its claim, or not exactly once, has the whole claim as its target. A row that
      refers to no current claim, or that is not an object, has the whole source.
    - Its bodies are its main fields, its findings, and, for the way back, the row as JSON.

    No row is left out. Findings that are not about a row are in `ki:findings`. All rows are held in memory.
    The same rows give the same document.

    Parameters
    ----------
    rows : path, several paths, rows, or a table
        As for `validate`.
    kind, against, **options
        As for `validate`, without `workers`.

    Returns
    -------
    dict
        The document, as JSON values.

    Raises
    ------
    InvalidDataError
        An input cannot be read to its end. The attribute `report` has the findings.
    UnknownNameError, InputError, ResourceError, CorpusError, IntegrityError
        As for `validate`.

    Notes
    -----
    The Web Annotation Data Model is a recommendation of the W3C. Own terms have the prefix ``ki:``.

    Examples
    --------
    >>> row = {"claim_id": "d05-c03", "quote": "推理模型不增加参数数量", "language": "en", "translation": "…"}
    >>> document = to_annotations([row], kind="translation")
    >>> (annotation,) = document["first"]["items"]
    >>> annotation["target"]["selector"][0]
    {'type': 'TextPositionSelector', 'start': 1072, 'end': 1083}
    >>> from_annotations(document) == [row]
    True
    """
    from .annotations.exporter import annotations_of

    document, report = annotations_of(check_of(_rows_of(rows), kind=kind, against=against, **options))
    if not report.complete:
        report.raise_if_failed()
    return document


def from_annotations(document: Any, *, against: Against = None) -> list[Any]:
    """Return the rows of W3C Web Annotations, with the changes that people made.

    Annotations that `to_annotations` made give their rows, which are equal if nothing was changed. Otherwise:

    - quote and offsets follow the selectors. If offsets and words were changed and disagree, the row has
      both, so that `validate` reports it, as it reports offsets beyond the text;
    - main fields have the text of their bodies, and are removed if their bodies were;
    - other bodies that were added are in `x_comments`;
    - a reference in a list is removed if its target was, and added if a target was; a row without a current
      claim gets that of a target.

    Other annotations give as much of a row as they say: the claim at the selected place, quote, offsets,
    creator, and a label if the body is a tag. `validate` reports what is missing.

    Parameters
    ----------
    document : mapping, list, str, bytes or path
        A collection with its page, a page, an annotation or a list of annotations; or their JSON text; or a
        file with it.
    against : Corpus or path, optional
        The corpus that the rows are validated against. Default: the shipped claims.

    Returns
    -------
    list
        The rows in the order of the annotations, each a `dict`. A row that was not an object is returned as
        it was: a line that cannot be parsed as bytes, with U+FFFD for what is not UTF-8.

    Raises
    ------
    InputError
        The document is invalid, has only a part of a collection, is about a text that the corpus does not
        have, by its digest, or has a selector that does not count code points or quote.
    OSError
        The file cannot be read.
    CorpusError, IntegrityError
        As for `validate`.

    Examples
    --------
    >>> row = {"claim_id": "d05-c03", "quote": "推理模型不增加参数数量", "language": "en", "translation": "…"}
    >>> document = to_annotations([row], kind="translation")
    >>> position, words = document["first"]["items"][0]["target"]["selector"]
    >>> position["end"], words["exact"] = 1076, "推理模型"
    >>> (moved,) = from_annotations(document)
    >>> moved["quote"], moved["quote_start"], moved["quote_end"]
    ('推理模型', 1072, 1076)
    """
    from .annotations.documents import document_in
    from .annotations.reader import rows_in_annotations

    return rows_in_annotations(document_in(document), corpus_of(against))

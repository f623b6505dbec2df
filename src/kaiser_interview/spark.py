"""Validate Spark data frames: the findings of each row as a column, and a report on the whole frame.

The Python processes of the executors validate the rows; they need this package. Spark itself compares rows
with each other: ids and keys by a shuffle, labels and vectors by a join with the groups that have too many
values.
"""

import os
import uuid
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Unpack

from .api import check_of
from .errors import InputError, MissingDependencyError
from .validation.engine.options import Against, Check, Options
from .validation.findings.report import Report

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql.types import DataType

    from .validation.distributed import Partitions

__all__ = ["read_lines", "report", "validate"]

_NAMES = {"string": "string", "int64": "bigint", "int32": "int", "bool": "boolean", "binary": "binary"}
"""The names of Arrow types in Spark."""

_LINE_TYPES = ("string", "bigint", "binary")
"""The types of the columns that `read_lines` returns, in Spark."""

_PLAN = "_kaiser_interview_plan"
"""The attribute of a frame with its plan."""

_KEPT = 4
"""The most validators to keep in a process of an executor."""


def validate(df: "DataFrame", *, against: Against = None, **options: Unpack[Options]) -> "DataFrame":
    """Return a Spark data frame with the findings of each row in a new last column, `ki_findings`.

    Nothing is computed until the result is used. The order of the rows may change. Rules about the whole data
    set apply to the whole frame: of rows with the same id or key, the first one is valid, in the order of
    ``df.toArrow()``, or of file names and line numbers. The frame is read once; twice if the rows may be
    labels or embeddings.

    Parameters
    ----------
    df : pyspark.sql.DataFrame
        The rows as columns, or lines from `read_lines`. Frames of Spark Connect work too. A stream does not:
        use ``foreachBatch``.
    kind, against, **options
        As for `kaiser_interview.validate`, without `workers` and `progress`; `in_process` has no effect.
        Custom kinds and corpora are sent to the executors. They must be able to import the module of a kind,
        unless it is the main script or a notebook.

    Returns
    -------
    pyspark.sql.DataFrame
        All columns of the frame, and `ki_findings`: an array of structs with the texts `code`, `severity`,
        `path` (a JSON Pointer), `expected`, `got`, `suggestion` and `applicability`, of which the last two
        may be null. The array is empty for a row without findings. A finding of a whole column belongs to
        each row that has a value in it, or to every row if the column is missing. Missing claims, and other
        findings that belong to no row, are in the report only.

    Raises
    ------
    InputError
        The data is not a Spark data frame, is a stream, has no columns, several columns of one name, a name
        that begins with ``ki_`` or ``_ki_``, or a column of a type that Arrow in Python does not have (an
        interval of months); or an option does not apply.
    UnknownNameError, CorpusError, IntegrityError
        As for `kaiser_interview.validate`.
    MissingDependencyError
        pyspark is not installed, or is older than 4.1; the message has the command that installs it.
    """
    if options.get("progress") is not None:
        raise InputError("validate: progress: expected none, got a function; Spark shows its own progress")
    plan = _Plan(_batch_frame(df), check_of(None, against=against, **options))
    checked = plan.checked()
    vars(checked)[_PLAN] = plan
    return checked


def report(checked: "DataFrame") -> Report:
    """Validate the data of a frame from `validate`, and return the same report as on one machine.

    It reads the data of the frame again: once, or twice if the rows may be labels or embeddings. It does not
    compute `ki_findings`, and only what is compared is shuffled. If the data is slow to compute, cache it
    before `validate`.

    Parameters
    ----------
    checked : pyspark.sql.DataFrame
        The frame that `validate` returned, not a frame made from it.

    Returns
    -------
    Report
        As from `kaiser_interview.validate`. `Finding.row` is the index of the row in ``df.toArrow()``; for
        lines, `file`, `line` and `row` are those of the file. If you filter or shuffle the lines first,
        `row` counts only the lines that are left, in their new order. `inputs` has no sizes and digests.

    Raises
    ------
    InputError
        `validate` did not return this frame.
    """
    plan = getattr(checked, "__dict__", {}).get(_PLAN)
    if not isinstance(plan, _Plan):
        raise InputError("report: expected the frame that validate returned, got another object")
    return plan.report()


def read_lines(
    spark: "SparkSession", path: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
) -> "DataFrame":
    """Read JSON Lines as bytes, for `validate`, with the file and the number of each line.

    Spark's own reader of JSON changes values and loses rows: it takes the last of two equal keys, and nulls
    what does not fit the schema. `validate` reads these lines itself, as on one machine. The files are read
    twice: first only to count lines.

    Parameters
    ----------
    spark : pyspark.sql.SparkSession
        The session.
    path : str, path, or several of these
        Files, folders or patterns, on any file system that Spark reads; a pattern is one even if a file has
        its name. All files in a folder and its subfolders are read, whatever their extension. Spark leaves
        out files and folders whose names begin with ``_`` or ``.``. Name each file once: if a file matches
        several patterns, the numbers of its lines are wrong. A file compressed with gzip is read by one task.

    Returns
    -------
    pyspark.sql.DataFrame
        The columns `ki_file` (text), `ki_line` (from 1) and `ki_json` (bytes, without the line feed).

    Raises
    ------
    InputError
        An argument is not a session, or not a path or several paths.
    MissingDependencyError
        As for `validate`.
    pyspark.errors.AnalysisException
        A file or folder does not exist, or no file matches a pattern.
    """
    functions = _functions()
    from pyspark.sql.window import Window

    if not hasattr(spark, "read"):
        raise InputError(f"read_lines: expected a Spark session, got {_name_of(spark)}")
    paths = _paths(path)
    plain = (
        "if(startswith(_metadata.file_path, 'file:/'), "
        # A plus sign in a path is no space.
        "url_decode(replace(regexp_replace(_metadata.file_path, '^file:/+', '/'), '+', '%2B')), "
        "_metadata.file_path) AS ki_file"
    )
    lines = (
        spark.read.option("lineSep", "\n")
        # Otherwise a folder `value=…` would replace the lines, and other subfolders would be left out.
        .option("recursiveFileLookup", "true")
        .text(paths)
        .selectExpr(
            plain,
            "_metadata.file_block_start AS _ki_block",
            "monotonically_increasing_id() AS _ki_number",
            "CAST(value AS BINARY) AS ki_json",
        )
    )
    # The lines of a block have consecutive numbers, because they are in one partition.
    blocks = lines.groupBy("ki_file", "_ki_block").agg(
        functions.count("*").alias("_ki_lines"), functions.min("_ki_number").alias("_ki_first")
    )
    earlier = Window.partitionBy("ki_file").orderBy("_ki_block").rowsBetween(Window.unboundedPreceding, -1)
    before = functions.coalesce(functions.sum("_ki_lines").over(earlier), functions.lit(0))
    blocks = blocks.withColumn("_ki_before", before)
    return lines.join(functions.broadcast(blocks), ["ki_file", "_ki_block"]).selectExpr(
        "ki_file", "_ki_before + _ki_number - _ki_first + 1 AS ki_line", "ki_json"
    )


class _Plan:
    """How a frame is validated.

    Parameters
    ----------
    frame : pyspark.sql.DataFrame
        The data.
    check : Check
        The options.
    """

    def __init__(self, frame: "DataFrame", check: Check) -> None:
        from pyspark import cloudpickle

        from .validation.distributed import Partitions

        self._frame = frame
        # `mapInArrow` fails for names with a full stop or a backquote.
        self._rows = frame.toDF(*map(str, range(len(frame.columns))))
        self._functions = _functions()
        self._partitions = Partitions(check, frame.columns)
        self._pickled: bytes = cloudpickle.dumps((check, [*frame.columns]))
        # Identifies the validator in the processes of the executors.
        self._key = uuid.uuid4().hex

    def checked(self) -> "DataFrame":
        """Return the frame with the findings of its rows."""
        from pyspark.sql.types import DataType, StructType

        from .validation.distributed import ADDED, PLACE, ROW
        from .validation.row_findings import FINDINGS

        functions = self._functions
        schema = StructType([*self._frame.schema.fields])
        for name, added in zip(ADDED, (FINDINGS, PLACE, ROW), strict=True):
            schema = schema.add(name, DataType.fromDDL(_type(added)))
        names = [f"`{name.replace('`', '``')}`" for name in (*self._frame.columns, "ki_findings")]
        checked = self._rows.mapInArrow(self._stage("with_findings"), schema)
        if not any(self._partitions.rules):
            return checked.select(*names)
        more = self._set_findings()(self._suspect())
        found = functions.when(more.isNull(), functions.col("ki_findings"))
        found = found.otherwise(functions.concat("ki_findings", more))
        return self._compared(checked).withColumn("ki_findings", found).select(*names)

    def report(self) -> Report:
        """Validate the frame and return the report."""
        from .validation.distributed import SUMMARY

        frame = self._compared(self._members()).select("_ki_part", self._suspect().alias("suspect"))
        frame = frame.where("_ki_part IS NOT NULL OR suspect IS NOT NULL")
        table = frame.mapInArrow(self._stage("summary"), _columns(SUMMARY)).toArrow()
        return self._partitions.report(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def _members(self) -> "DataFrame":
        """Return what is compared of each row, and the results of the parts."""
        from .validation.distributed import COMPARED

        return self._rows.mapInArrow(self._stage("compared"), _columns(COMPARED))

    def _compared(self, frame: "DataFrame") -> "DataFrame":
        """Add to each row the first rows with its id and key, and the values that its group may have."""
        from pyspark.sql.window import Window

        from .validation.distributed import PLACE

        functions, rules, at = self._functions, self._partitions.rules, _type(PLACE)
        for name, wanted in (("id", rules.ids), ("key", rules.keys)):
            # A row without an id is alone: no UTF-8 text begins with the byte FF.
            own = "concat(X'FF', CAST(concat_ws(':', _ki_at.file, _ki_at.major, _ki_at.minor) AS BINARY))"
            group = functions.expr(f"coalesce(CAST(_ki_row.{name} AS BINARY), {own})")
            first = functions.min("_ki_at").over(Window.partitionBy(group))
            frame = frame.withColumn(f"_ki_first_{name}", first if wanted else self._null(at))
        if not rules.groups:
            return frame.withColumn("_ki_given", self._null(f"array<struct<at: {at}, value: string>>"))
        # Reads the data again. A shuffle by group would send all vectors of a model to one task.
        values = self._members().where("_ki_row.group IS NOT NULL").groupBy("_ki_row.group", "_ki_row.value")
        values = values.agg(functions.min("_ki_at").alias("at"), functions.max("_ki_row.most").alias("most"))
        listed = functions.array_sort(functions.collect_list(functions.struct("at", "value")))
        given = values.groupBy("group").agg(listed.alias("given"), functions.max("most").alias("most"))
        given = given.where("size(given) > most").selectExpr(
            "group AS _ki_group", "slice(given, 1, most) AS _ki_given"
        )
        return frame.join(given, functions.expr("_ki_row.group = _ki_group"), "left")

    def _null(self, type_: str) -> "Column":
        return self._functions.lit(None).cast(type_)

    def _suspect(self) -> "Column":
        """Return the argument of `Partitions.set_findings`.

        It is JSON because Spark sends texts to Python several times faster than structs.
        """
        functions = self._functions
        names = ("at", "row", "first_id", "first_key", "given")
        values = functions.struct(*(functions.col(f"_ki_{name}").alias(name) for name in names))
        is_suspect = functions.expr(
            "coalesce(_ki_first_id < _ki_at, false) OR coalesce(_ki_first_key < _ki_at, false) OR "
            "coalesce(NOT exists(_ki_given, one -> one.value = _ki_row.value), false)"
        )
        return functions.when(is_suspect, functions.to_json(values))

    def _stage(self, method: str) -> Any:
        """Return a method of `Partitions` that takes a partition, as a function for the executors."""
        key, pickled = self._key, self._pickled

        def stage(batches: Any) -> Any:
            from pyspark import TaskContext

            return getattr(_partitions(key, pickled), method)(batches, TaskContext.get().partitionId())

        return stage

    def _set_findings(self) -> Any:
        """Return `Partitions.set_findings` as a function of columns."""
        import pyarrow as pa

        from .validation.row_findings import FINDINGS

        key, pickled = self._key, self._pickled

        def set_findings(suspects: pa.Array) -> pa.Array:
            return _partitions(key, pickled).set_findings(suspects)

        # The annotations of the function tell Spark how to call it.
        return self._functions.arrow_udf(set_findings, _type(FINDINGS))


def _type(arrow_type: Any) -> str:
    """Return an Arrow type as Spark writes it."""
    if hasattr(arrow_type, "value_type"):
        return f"array<{_type(arrow_type.value_type)}>"
    if arrow_type.num_fields:
        return f"struct<{', '.join(f'{one.name}: {_type(one.type)}' for one in arrow_type.fields)}>"
    return _NAMES[str(arrow_type)]


def _columns(schema: Any) -> str:
    """Return an Arrow schema as Spark writes it."""
    return ", ".join(f"{one.name} {_type(one.type)}" for one in schema)


@lru_cache(_KEPT)
def _partitions(key: str, pickled: bytes) -> "Partitions":  # noqa: ARG001 - the key of the cache
    """Return the partitions of a plan; they are made once in each process."""
    import pickle

    from .validation.distributed import Partitions

    # The bytes are from the driver.
    return Partitions(*pickle.loads(pickled))  # noqa: S301


def _functions() -> Any:
    """Return the module of Spark's functions.

    Raises
    ------
    MissingDependencyError
        pyspark is not installed, or is too old.
    """
    try:
        from pyspark.sql import functions
    except ImportError:
        raise MissingDependencyError("kaiser_interview.spark", "pyspark", "spark") from None
    if not hasattr(functions, "arrow_udf"):
        raise MissingDependencyError("kaiser_interview.spark", "pyspark 4.1 or later", "spark")
    return functions


def _paths(path: Any) -> list[str]:
    """Return the paths to read, each once.

    Raises
    ------
    InputError
        It is not a path or several paths.
    """
    if isinstance(path, str | os.PathLike):
        return [str(path)]
    paths = [*path] if isinstance(path, Iterable) else [path]
    for one in paths:
        if not isinstance(one, str | os.PathLike):
            raise InputError(f"read_lines: expected a path or several paths, got {_name_of(path)}")
    return [*dict.fromkeys(map(str, paths))]


def _name_of(value: Any) -> str:
    """Return the name of a value's type, with its module: other packages have data frames too."""
    of = type(value)
    return of.__qualname__ if of.__module__ == "builtins" else f"{of.__module__}.{of.__qualname__}"


def _has_months(type_: "DataType") -> bool:
    """Return whether a type has a part that Arrow in Python cannot read: an interval of months."""
    from pyspark.sql import types

    if isinstance(type_, types.UserDefinedType):
        type_ = type_.sqlType()
    if isinstance(type_, types.StructType):
        return any(_has_months(field.dataType) for field in type_.fields)
    if isinstance(type_, types.ArrayType):
        return _has_months(type_.elementType)
    if isinstance(type_, types.MapType):
        return _has_months(type_.keyType) or _has_months(type_.valueType)
    return isinstance(type_, types.CalendarIntervalType | types.YearMonthIntervalType)


def _batch_frame(df: Any) -> "DataFrame":
    """Return a frame that can be validated.

    Raises
    ------
    InputError
        It cannot.
    MissingDependencyError
        pyspark is not installed.
    """
    _functions()
    from pyspark.sql import DataFrame

    if not isinstance(df, DataFrame):
        to_spark = "; call its to_spark()" if hasattr(type(df), "to_spark") else ""
        raise InputError(f"validate: expected a Spark data frame, got {_name_of(df)}{to_spark}")
    if df.isStreaming:
        raise InputError("validate: expected a frame that is not a stream, got one; use foreachBatch")
    _verify_columns(df)
    return df


def _verify_columns(df: "DataFrame") -> None:
    """Raise InputError if the columns of a frame cannot be validated."""
    from .validation.distributed import LINES

    # Spark ignores case.
    names = [name.casefold() for name in df.columns]
    if not names:
        # Spark would send no rows to Python.
        raise InputError("validate: expected a frame with columns, got one without")
    if not {*LINES}.isdisjoint(names):
        lines = [*zip(LINES, _LINE_TYPES, strict=True)]
        if df.dtypes != lines:
            expected, got = (", ".join(map(" ".join, types)) for types in (lines, df.dtypes))
            raise InputError(f"validate: expected the columns of read_lines ({expected}), got {got:.200}")
        return
    for name in names:
        if name.startswith(("ki_", "_ki_")):
            raise InputError(f"validate: expected no column that begins with ki_, got {name!r:.80}; drop it")
        if names.count(name) > 1:
            raise InputError(f"validate: expected columns of different names, got several named {name!r:.80}")
    for field in df.schema.fields:
        if _has_months(field.dataType):
            raise InputError(
                f"validate: {field.name!r:.80}: expected a type that Arrow has in Python, got "
                f"{field.dataType.simpleString():.80}; cast or drop it"
            )

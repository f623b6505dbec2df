"""Validate derived rows, and return them as records, an Arrow table or a Hugging Face dataset."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from .errors import InputError, MissingDependencyError
from .records.introspection import plain_value
from .records.models import Record
from .records.schemas import arrow_schema
from .validation.engine.execution import Engine, Validation
from .validation.engine.options import Check, wanted_codes
from .validation.findings.codes import CODES
from .validation.findings.display import visible
from .validation.formats.csv import read_record
from .validation.formats.text import RowTexts
from .validation.rows.kind import KindRules
from .validation.rows.row_validator import RowValidator
from .validation.sources.source import Batch, InputSource
from .validation.writers.parts import Part, rows_in

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import Dataset

__all__ = ["read_arrow_table", "read_hf_dataset", "read_records"]

_SCHEMA = {name for name, code in CODES.items() if code.group == "shape"} - {"fields-disagree"}
"""Codes of rows that do not match their schema, and so cannot become records."""


def read_records(engine: Engine, check: Check) -> list[Record]:
    """Return the rows of a check as records; the public function is `read`.

    Raises
    ------
    InvalidDataError
        The data is invalid.
    InputError
        The check ignores a code of the schema.
    """
    records = []
    for source, part, validator in _valid_parts(engine, check):
        for rules, values in _rows(source, part, validator):
            model, fields = rules.shape.model, rules.shape.fields
            has_others = model.model_config.get("extra") == "allow"
            given = {
                name: value
                for name, value in values.items()
                if name in fields or (has_others and name.startswith("x_") and value is not None)
            }
            records.append(model.model_validate(given))
    return records


def read_arrow_table(engine: Engine, check: Check) -> "pa.Table":
    """Return the rows of a check as a table; the public function is `read_table`.

    Raises
    ------
    InvalidDataError
        The data is invalid.
    InputError
        The check ignores a code of the schema, the rows are of several kinds, or Arrow cannot hold a name or
        a value.
    """
    columns = _Columns()
    for source, part, validator in _valid_parts(engine, check):
        if isinstance(part, Batch):
            columns.add_batch(part.rows, validator)
        else:
            columns.add_rows(_rows(source, part, validator))
    return columns.table()


def read_hf_dataset(engine: Engine, check: Check) -> "Dataset":
    """Return the rows of a check as a dataset; the public function is `read_dataset`.

    Raises
    ------
    MissingDependencyError
        `datasets` is not installed.
    InvalidDataError, InputError
        As in `read_arrow_table`.
    """
    try:
        from datasets import Dataset, Features
        from datasets.table import InMemoryTable
    except ImportError:
        raise MissingDependencyError("read_dataset", "datasets", "hf") from None
    from .validation.arrow.values import as_json_texts

    table = read_arrow_table(engine, check)
    for number, field in enumerate(table.schema):
        try:
            Features.from_arrow_schema(table.select([number]).schema)
        except Exception:  # noqa: BLE001 - it is not documented what is raised for types without a feature
            table = table.set_column(number, field.name, as_json_texts(table.column(number)))
    return Dataset(InMemoryTable(table))


def _valid_parts(engine: Engine, check: Check) -> Iterator[tuple[InputSource, Part, RowValidator]]:
    """Yield the parts of a data set until a row is invalid; raise at the end if the data is invalid.

    Raises
    ------
    InvalidDataError
        The data is invalid.
    InputError
        The check ignores a code of the schema.
    """
    ignored = ", ".join(sorted(_SCHEMA - wanted_codes(check.select, check.ignore)))
    if ignored:
        raise InputError(
            f"select and ignore: expected all codes about the schema, got options that leave out {ignored}; "
            "rows that do not match their schema cannot become records"
        )
    validation = Validation(engine, check, detailed=True)
    validator, is_valid = validation.validator, True
    for step in validation.steps():
        is_valid = is_valid and not step.invalid
        if is_valid and step.part is not None and step.result.rows:
            yield step.source, step.part, validator
    validation.finished().raise_if_failed()


def _rows(
    source: InputSource, part: Part, validator: RowValidator
) -> Iterator[tuple[KindRules, dict[str, Any]]]:
    """Yield the kind and the values of each row of a part."""
    validator.constants = {**validator.defaults, **source.constants}
    is_csv = isinstance(part, RowTexts) and source.form == "csv"
    for row in rows_in(part):
        data = read_record(row, source.header) if is_csv else row
        yield validator.completed(data, columnar=source.form == "columns")


def _kinds_in(batch: "pa.RecordBatch", validator: RowValidator) -> list[KindRules]:
    """Return the kinds of the rows of a batch."""
    if validator.only is not None:
        return [validator.only]
    from .validation.arrow.values import values_in

    names = {*values_in(batch.column("kind"))} if "kind" in batch.schema.names else {None}
    return [validator.rules[name or validator.defaults["kind"]] for name in sorted(names, key=str)]


class _Columns:
    """Columns of rows of one kind, added part by part.

    A part of a column is an array, or a list of Python values if its type depends on other parts.
    """

    def __init__(self) -> None:
        self._rules: KindRules | None = None
        self._fields: dict[str, pa.Field] = {}
        self._sizes: list[int] = []
        self._parts: defaultdict[str, dict[int, pa.Array | list[Any]]] = defaultdict(dict)

    def add_rows(self, rows: Iterable[tuple[KindRules, Mapping[str, Any]]]) -> None:
        """Add rows as `_rows` yields them."""
        given = []
        for rules, values in rows:
            self._take(rules)
            given.append({name: plain_value(value) for name, value in values.items()})
        for name in dict.fromkeys(chain.from_iterable(given)):
            self._add(name, [row.get(name) for row in given])
        self._sizes.append(len(given))

    def add_batch(self, batch: "pa.RecordBatch", validator: RowValidator) -> None:
        """Add the rows of a batch, with defaults."""
        import pyarrow as pa

        from .validation.arrow.arrays import decoded
        from .validation.arrow.values import array_of, filled, fitted, values_in

        for rules in _kinds_in(batch, validator):
            self._take(rules)
        given = dict(zip(batch.schema.names, batch.columns, strict=True))
        defaults = {
            name: plain_value(value) for name, value in validator.defaults.items() if name in self._fields
        }
        for name in dict.fromkeys((*given, *defaults)):
            if validator.is_unknown(rules, name):
                continue  # all values are null, because the rows are valid
            column, field = given.get(name, pa.nulls(batch.num_rows)), self._fields.get(name)
            array = decoded(column) if field is None else fitted(column, field.type)
            if array is not None and field is not None and name in defaults:
                array = filled(array, array_of([defaults[name]], field.type))
            if array is None:
                values = [rules.lossless({name: value})[name] for value in values_in(column)]
                self._add(name, [defaults.get(name) if value is None else value for value in values])
            else:
                self._parts[name][len(self._sizes)] = array
        self._sizes.append(batch.num_rows)

    def table(self) -> "pa.Table":
        """Return a table of all rows.

        Raises
        ------
        InputError
            A name has the character U+0000.
        """
        import pyarrow as pa

        for name in self._parts:
            if "\0" in name:  # Arrow would cut the name there
                raise InputError(f"columns: expected names without U+0000, got {visible(name)}")
        columns = {name: self._column(name) for name in dict.fromkeys((*self._fields, *self._parts))}
        fields = [
            self._fields.get(name, pa.field(name, pa.null())).with_type(column.type)
            for name, column in columns.items()
        ]
        return pa.Table.from_arrays([*columns.values()], schema=pa.schema(fields))

    def _take(self, rules: KindRules) -> None:
        """Set the kind of the table; raise `InputError` if rows have another kind."""
        if self._rules is None:
            self._rules = rules
            self._fields = {field.name: field for field in arrow_schema(rules.shape.model)}
        elif self._rules is not rules:
            raise InputError(
                f"rows: expected one kind for a table, got {self._rules.shape.name} and {rules.shape.name}; "
                "read each kind by itself, or use `read`"
            )

    def _add(self, name: str, values: list[Any]) -> None:
        """Add a part of a column, as an array if the values fit the type of the schema."""
        from .validation.arrow.values import array_of

        field, array = self._fields.get(name), None
        if field is not None:
            try:
                array = array_of(values, field.type)
            except OverflowError as error:  # such as an integer of a custom kind without bounds
                raise InputError(
                    f"{name}: expected values that fit in {field.type}, got others: {error}"
                ) from None
        is_known = field is not None and array is not None and array.type == field.type
        self._parts[name][len(self._sizes)] = array if is_known else values

    def _column(self, name: str) -> "pa.ChunkedArray":
        """Return a whole column, with null in parts that do not have it."""
        import pyarrow as pa

        from .validation.arrow.values import chunked, values_in

        wanted = self._fields[name].type if name in self._fields else None
        parts = self._parts[name]
        types = {one.type if isinstance(one, pa.Array) else None for one in parts.values()} - {pa.null()}
        if None not in types and len(types) < 2:  # noqa: PLR2004 - different types have no common type
            column_type = types.pop() if types else wanted or pa.null()
            arrays = [parts.get(number, pa.nulls(size)) for number, size in enumerate(self._sizes)]
            return pa.chunked_array(
                [pa.nulls(len(one), column_type) if pa.types.is_null(one.type) else one for one in arrays],
                column_type,
            )
        lists = [parts.get(number, [None] * size) for number, size in enumerate(self._sizes)]
        return chunked([one if isinstance(one, list) else values_in(one) for one in lists], wanted)

"""Detect objects that are not rows but contain rows: API responses, column-oriented tables, named lists."""

from collections.abc import Collection, Mapping
from typing import Any

from ..findings.display import shown
from ..findings.finding import Fault
from ..formats.json.text import parse
from .result import RowResult

__all__ = ["check_empty_record", "check_envelope", "not_an_object"]

_ABOUT = frozenset({"claim_id", "references"})

# Questions have a list in this field. They are rows, not wrappers, even if another kind is requested.
_REFERENCES = "references"

_RECORDS = 'write rows: in pandas, to_json(orient="records", lines=True)'

_MOST = 1 << 16

_DEEPEST = 4


def check_envelope(given: Mapping[str, Any], fields: Collection[str], result: RowResult) -> RowResult:
    """Replace the faults by one `not-an-object` if the object is not a row but contains rows.

    No option disables this code, so the object stays invalid.

    Parameters
    ----------
    given : mapping
        The values of the row, without defaults.
    fields : collection of str
        The fields of its kind.
    result : RowResult
        The result of validating it.
    """
    if not any(fault.code in {"missing-field", "wrong-type"} for fault in result.faults):
        return result
    about = _ABOUT.intersection(fields) or frozenset(fields)
    found = _by_columns(given, fields) if not about.isdisjoint(given) else _wrapper(given, fields, about)
    return result._replace(faults=[Fault("not-an-object", (), "a row", *found)]) if found else result


def check_empty_record(result: RowResult) -> RowResult:
    """Replace the faults of a CSV record of empty cells by one `not-an-object` if a field is missing."""
    if not any(fault.code == "missing-field" for fault in result.faults):
        return result
    suggestion = "remove it; spreadsheets leave such lines at the end of a table"
    return result._replace(faults=[Fault("not-an-object", (), "a row", "only empty cells", suggestion)])


def not_an_object(value: Any, expected: str = "an object") -> Fault:
    """Return the fault of a row that is not an object."""
    return Fault("not-an-object", (), expected, shown(value), _rows_of(value))


def _rows_of(value: Any) -> str | None:
    """Return a hint on how to get rows from a value that is not an object."""
    if isinstance(value, list | tuple) and value and isinstance(value[0], dict):
        return "its elements look like rows: write each one on its own line"
    if hasattr(value, "__arrow_c_stream__"):
        return "it is a table in a list: concatenate the tables, or validate them one by one"
    if isinstance(value, str) and value.lstrip().startswith("{") and len(value) < _MOST:
        encoded = isinstance(parse(value.encode("utf-8", "replace"))[0], dict)
        return "it is a row encoded as JSON text: decode it with json.loads" if encoded else None
    return None


def _by_columns(given: Mapping[str, Any], fields: Collection[str]) -> tuple[str, str] | None:
    """Detect a table whose columns are objects, as pandas writes it by default.

    Return a description and a suggestion, or None, as the functions below do.
    """
    columns = [*given.values()]
    if len(columns) > 1 and all(isinstance(one, dict) and one.keys() == columns[0].keys() for one in columns):
        known = sum(name in fields for name in given)
        return ("a column-oriented table", _RECORDS) if known > 1 and columns[0] else None
    return None


def _wrapper(  # noqa: PLR0911 - one return per form
    given: Mapping[str, Any], fields: Collection[str], about: Collection[str]
) -> tuple[str, str] | None:
    """Detect an object that contains rows; it has none of the fields in `about`."""
    if found := _answer(given):
        return found
    names = given.keys()
    if isinstance(given.get("data"), list) and names & {"columns", "schema"}:
        return "a table in columns and data", _RECORDS
    if _is_list(given.get("data"), {"paragraphs"}):
        return "questions nested as in SQuAD", "write each question as a row, with references to claims"
    for name, value in given.items():
        if name not in {*fields, _REFERENCES} and _is_list(value, about):
            got = f"an object with {len(value)} row{'' if len(value) == 1 else 's'} in {shown(name)}"
            return got, f"write only the list in {shown(name)}"
        if value == [] and len(given) == 1 and name not in fields:
            return f"an object with no row in {shown(name)}", "remove it"
    values, known = [*given.values()], {*fields} - {"id", "kind"}
    if values and all(isinstance(one, dict) and not known.isdisjoint(one) for one in values):
        return "an object with named rows", "write each value as a row, with its name as a field"
    return None


_PARSE = "run `kaiser-interview parse`, which turns responses into rows"


def _answer(given: Mapping[str, Any]) -> tuple[str, str] | None:
    """Detect a response of a model API."""
    names = given.keys()
    if not names.isdisjoint({"response", "result"}) and not names.isdisjoint(
        {"custom_id", "error", "request"}
    ):
        return f"a batch result{_message(given)}", _PARSE
    if _is_list(given.get("choices"), {"message", "finish_reason"}):
        return "a completion response", _PARSE
    if _is_list(given.get("messages"), {"role", "content"}):
        return "a conversation", _PARSE
    if isinstance(given.get("error"), dict) and names <= {"error", "type", "request_id"}:
        return f"an API error{_message(given)}", _PARSE
    return None


def _message(given: Any) -> str:
    """Return the message of the outermost error within a response, after a colon; empty if it has none."""
    for _ in range(_DEEPEST):
        if not isinstance(given, dict):
            break
        found = given.get("error")
        if isinstance(found, dict) and isinstance(found.get("message"), str):
            return f": {shown(found['message'])}"
        given = found or given.get("response") or given.get("result") or given.get("body")
    return ""


def _is_list(value: Any, names: Collection[str]) -> bool:
    """Return whether a value is a list whose first element is an object with one of the names."""
    return (
        isinstance(value, list)
        and bool(value)
        and isinstance(value[0], dict)
        and not {*names}.isdisjoint(value[0])
    )

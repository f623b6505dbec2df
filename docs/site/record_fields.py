"""Records in the API: their fields from the models, in place of a signature of up to sixteen names."""

from typing import Any

from sphinx.application import Sphinx

from kaiser_interview.records.introspection import FieldType, field_types
from kaiser_interview.records.models import Record


def _signature(*event: Any) -> tuple[str, str] | None:
    return ("", "") if _is_record(event[3]) else None


def _docstring(*event: Any) -> None:
    *_, documented, _, lines = event
    if lines and lines[0].startswith("Alias for field number"):
        lines.clear()  # what Python says of a named tuple's field that has no docstring
    if _is_record(documented):
        bases = [f":py:class:`{base.__name__}`" for base in documented.__bases__ if _is_record(base)]
        if bases != [":py:class:`Record`"] and documented is not Record:
            lines += ["", f"Has the fields of {' and '.join(bases)}, too."]
        for name, field in field_types(documented).items():
            if name in documented.__annotations__:
                description = documented.model_fields[name].description
                lines += ["", f"`{name}` : `{_shown(field)}`", f"    {description}"]


def _shown(field: FieldType) -> str:
    """Return a field's type as Python writes it, without what only narrows it."""
    if field.element is not None:
        shown = f"tuple[{_shown(field.element)}, ...]"
    else:
        shown = "str" if field.is_text else str(field.python.__name__)
    return f"{shown} | None" if field.nullable else shown


def _bases(*event: Any) -> None:
    """Show what a private base class derives from in its place."""
    bases = event[4]
    bases[:] = [shown for base in bases for shown in (base.__bases__ if base.__name__[0] == "_" else [base])]


def _is_record(documented: Any) -> bool:
    return isinstance(documented, type) and issubclass(documented, Record)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to autodoc, before numpydoc reads the docstrings."""
    app.connect("autodoc-process-signature", _signature)
    app.connect("autodoc-process-docstring", _docstring, priority=1)
    app.connect("autodoc-process-bases", _bases)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

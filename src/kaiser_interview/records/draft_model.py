"""Pydantic classes of drafts, for clients of language models that take a class instead of a JSON Schema."""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from .draft_schema import draft_fields, draft_schema, fitting_ids, summary
from .drafting import claim_ids
from .introspection import FieldType, model_of
from .models import KindName, Record

if TYPE_CHECKING:
    import os

    from ..corpus.corpus import Corpus
    from .drafting import AnyClaim

__all__ = ["draft_model"]

_MOST_CHARACTERS_IN_NAME = 64
"""The longest name of a schema that OpenAI accepts."""


def draft_model(
    kind: KindName | str | type[Record],
    *,
    claims: "AnyClaim | Iterable[AnyClaim] | None" = None,
    against: "Corpus | str | os.PathLike[str] | None" = None,
) -> type[BaseModel]:
    """Return a pydantic class of the drafts of a kind, for the structured output of a language model.

    Its JSON Schema is that of ``json_schema(kind, profile="draft")``, with titles. Every field is required
    and strictly typed; no other field is allowed. `model_dump` of an instance is a row that `fix` completes.
    Subclasses may add fields whose names begin with ``x_``.

    Parameters
    ----------
    kind : str or type of Record
        A name such as ``"translation"``, or a model.
    claims : str, Claim, CorpusClaim, or several, optional
        The claims that a draft may name, or their ids. If they are too many for the providers, any id is
        accepted. Default: all claims of `against`, if it is given; else any id.
    against : Corpus or path, optional
        The corpus of `claims`; a path is read by `Corpus.from_files`. Default: the shipped claims.

    Returns
    -------
    type of pydantic.BaseModel
        A new class each time. It is named after the model of the kind, in ASCII letters, digits and
        underscores.

    Raises
    ------
    UnknownNameError
        There is no such kind or claim, or the kind has no drafts, such as that of a shipped table.
    UnsupportedTypeError
        A field has an alias, contains its own model, or has a type that drafts do not support.
    InputError
        `claims` is empty, contains something other than claims and ids, or a claim whose text differs in
        `against`; or there is `against` without `claims`.

    Examples
    --------
    >>> import kaiser_interview as ki
    >>> Draft = ki.draft_model("translation", claims=["d05-c03", "d05-c04"])
    >>> [*Draft.model_fields]
    ['claim_id', 'quote', 'language', 'translation']
    >>> text = '{"claim_id": "d05-c03", "quote": "推理模型", "language": "de", "translation": "…"}'
    >>> fixed = ki.fix(
    ...     [Draft.model_validate_json(text).model_dump()],
    ...     kind="translation",
    ...     defaults={"method": "model", "creator": "some-model"},
    ... )
    >>> fixed.report.ok
    True
    """
    model = model_of(kind)
    ids = fitting_ids(model, claim_ids(claims, against))
    return _class(model, ids, draft_schema(model, ids)["properties"])


def _class(
    model: type[Record], ids: tuple[str, ...], schemas: Mapping[str, dict[str, Any]]
) -> type[BaseModel]:
    fields: dict[str, Any] = {
        name: (_annotation(field, ids), _field(description, schemas.get(name)))
        for name, (field, description) in draft_fields(model, ids).items()
    }
    name = re.sub("[^A-Za-z0-9_]", "_", model.__name__)[: _MOST_CHARACTERS_IN_NAME - len("Draft")]
    config = ConfigDict(
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        protected_namespaces=(),  # a field of a custom kind may be named model_…
    )
    return create_model(
        f"{name}Draft", __config__=config, __doc__=summary(model), __module__=__name__, **fields
    )


def _field(description: str, schema: dict[str, Any] | None) -> Any:
    """Return a field with a description, and a JSON Schema in place of the one that pydantic computes."""

    def write(computed: dict[str, Any]) -> None:
        computed.clear()
        computed.update(deepcopy(schema or {}))  # clients change schemas in place

    return Field(description=description, json_schema_extra=write)


def _annotation(field: FieldType, ids: tuple[str, ...]) -> Any:
    if field.values:
        annotation: Any = Literal[field.values]
    elif field.element is not None:
        annotation = list[_annotation(field.element, ids)]  # type: ignore[misc] # computed
    elif field.record is not None:
        annotation = _class(field.record, ids, {})
    else:
        annotation = field.python
    return annotation | None if field.nullable else annotation

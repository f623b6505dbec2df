"""Pydantic classes of drafts, for clients of language models that take a class instead of a JSON Schema."""

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, create_model

from .draft_schema import draft_fields, fitting_ids, summary
from .drafting import claim_ids
from .introspection import FieldType, model_of
from .models import KindName, Record

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

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

    Its JSON Schema is equivalent to ``json_schema(kind, profile="draft")``. Every field is required and
    strictly typed; no other field is allowed. `model_dump` of an instance is a row that `fix` can complete.

    Parameters
    ----------
    kind : str or type of Record
        A name such as ``"translation"``, or a model.
    claims : str, Claim, CorpusClaim, or several, optional
        The claims that a draft may name, or their ids. If they are too many for the providers, any id is
        accepted. Default: any id.
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
        `claims` has no claim, or something else than claims and ids; or there is `against` without `claims`.

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
    return _class(model, ids, {})


def _class(
    model: type[Record], ids: tuple[str, ...], made: dict[type[Record], type[BaseModel]]
) -> type[BaseModel]:
    """Return the class of a model's drafts, made once for each model, so that a schema has it once."""
    if model not in made:
        fields: dict[str, Any] = {
            name: _annotation(field, ids, made, description)
            for name, (field, description) in draft_fields(model, ids).items()
        }
        name = re.sub("[^A-Za-z0-9_]", "_", model.__name__)[: _MOST_CHARACTERS_IN_NAME - len("Draft")]
        # A field of a custom kind may be named model_….
        config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, protected_namespaces=())
        made[model] = create_model(
            f"{name}Draft", __config__=config, __doc__=summary(model), __module__=__name__, **fields
        )
    return made[model]


def _annotation(
    field: FieldType,
    ids: tuple[str, ...],
    made: dict[type[Record], type[BaseModel]],
    description: str | None = None,
) -> Any:
    described: dict[str, Any] = {"description": description} if description else {}
    annotation: Any = Annotated[_type(field, ids, made, described), Field(**described)]
    return annotation | None if field.nullable else annotation


def _type(
    field: FieldType,
    ids: tuple[str, ...],
    made: dict[type[Record], type[BaseModel]],
    described: dict[str, Any],
) -> Any:
    if field.values:
        # Pydantic writes a single value as `const`, which not all providers accept.
        written = {"type": "string", "enum": [*field.values], **described}
        return Annotated[Literal[field.values], WithJsonSchema(written)]
    if field.element is not None:
        return list[_annotation(field.element, ids, made)]  # type: ignore[misc] # computed
    if field.record is not None:
        return _class(field.record, ids, made)
    return field.python

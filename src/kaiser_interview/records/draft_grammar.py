"""Grammars of drafts for constrained decoding: the id is one of those given, the quote is in its claim."""

import json
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from .draft_schema import draft_schema
from .drafting import Draft
from .introspection import FieldType, field_types, model_of, records_in
from .models import KindName, Record, Reference, Relation

if TYPE_CHECKING:
    from ..corpus.corpus import Corpus
    from .drafting import AnyClaim

__all__ = ["draft_grammar"]

_MOST_CLAIMS = 500
"""With more, llguidance exceeds the items that its parser allows in a row (2,000)."""
_MOST_CODE_POINTS = 10_000
"""In all passages together. From 15,000 of four bytes, a long quote exceeds the limits of the lexer."""

_JOINED = ' ", " '
# The separators of `json.dumps`. A grammar with optional white space lets models write it without end.
_COMPACT = {"x-guidance": {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}}


def draft_grammar(
    kind: KindName | str | type[Record],
    claims: "AnyClaim | Iterable[AnyClaim]",
    *,
    against: "Corpus | str | os.PathLike[str] | None" = None,
) -> str:
    r"""Return a grammar for llguidance under which a model cannot misquote a claim.

    Experimental: the text of the grammar may change in any release.

    The grammar matches one draft: a JSON object on one line, as `json.dumps` writes it with
    ``ensure_ascii=False``, with the fields of ``json_schema(kind, profile="draft")`` in the same order. A
    claim id is one of those given. A quote is a part of the text and markers of the claim with that id,
    character for character, and is not empty.

    Parameters
    ----------
    kind : str or type of Record
        A name such as ``"translation"``, or a model.
    claims : str, Claim, CorpusClaim, or several
        The claims that the draft may name, or their ids. A relation needs at least two.
    against : Corpus or path, optional
        The corpus of the claims; a path is read by `Corpus.from_files`. Default: the shipped claims for ids.

    Returns
    -------
    str
        The grammar, in llguidance's variant of the syntax of Lark. It begins with ``%llguidance {}``, which
        selects llguidance in servers with several engines.

    Raises
    ------
    UnknownNameError
        There is no such kind or claim, or the kind has no drafts.
    InputError
        There are no claims, or only one for a relation; or there are more than llguidance can handle: over
        500, or over 10,000 code points in their passages. Or `claims` contains something other than claims
        and ids.
    UnsupportedTypeError
        A field has a type that drafts do not support.

    Notes
    -----
    The grammar has the rules of the draft schema, the rule for quotes, and the rule that a relation is
    between two claims. Other rules need validation of the rows: an answerable question has an answer and
    references; the value of a label is in the vocabulary of its scheme; texts match their patterns and
    lengths; a translation has the numbers of its claim. A quote may be a single character, or occur twice in
    its claim; validation reports both as warnings.

    Examples
    --------
    >>> import kaiser_interview as ki
    >>> grammar = ki.draft_grammar("translation", ["d05-c03", "d01-c01"])
    >>> [line.partition(":")[0] for line in grammar.splitlines() if line.startswith("QUOTE")]
    ['QUOTE_0', 'QUOTE_4']
    """
    model = model_of(kind)
    schema = draft_schema(model)
    passages = {target.claim_id: target.passage for target in Draft.of(claims, against).targets}
    least = 2 if issubclass(model, Relation) else 1
    if not least <= len(passages) <= _MOST_CLAIMS:
        raise InputError(f"claims: expected {least} to {_MOST_CLAIMS} claims, got {len(passages)}")
    length = sum(map(len, passages.values()))
    if length > _MOST_CODE_POINTS:
        raise InputError(
            f"claims: expected at most {_MOST_CODE_POINTS:,} code points in all passages, got {length:,}"
        )
    return _Grammar(passages).text(model, schema)


class _Grammar:
    """The rules of a grammar: name by expression. Terminals, which need no parser, have upper-case names."""

    def __init__(self, passages: Mapping[str, str]) -> None:
        self.passages = passages
        self.names: dict[str, str] = {}

    def text(self, model: type[Record], schema: Mapping[str, Any]) -> str:
        """Return the grammar of a model's drafts."""
        start = self._object(model, schema)
        rules = (f"{name}: {expression}" for expression, name in self.names.items())
        return "\n".join(["%llguidance {}", f"start: {start}", *rules, ""])

    def _rule(self, prefix: str, expression: str) -> str:
        """Return the name of the rule with an expression, added if it is new."""
        return self.names.setdefault(expression, f"{prefix}_{len(self.names)}")

    def _object(self, model: type[Record], schema: Mapping[str, Any]) -> str:
        """Return the rule for an object. A reference has an alternative for each claim."""
        fields = field_types(model)

        def members(of_claim: Mapping[str, str]) -> str:
            values = (
                f'{_literal(name)} ": " {of_claim.get(name) or self._value(fields[name], one)}'
                for name, one in schema["properties"].items()
            )
            return self._rule("object", f'"{{" {_JOINED.join(values)} "}}"')

        if not issubclass(model, Reference):
            return members({})
        alternatives = [members(self._of_claim(model, schema, claim_id)) for claim_id in self.passages]
        return self._rule("object", " | ".join(alternatives))

    def _of_claim(self, model: type[Record], schema: Mapping[str, Any], claim_id: str) -> dict[str, str]:
        """Return the expressions for the values that depend on the claim, by the names of their fields."""
        quote = self._rule("QUOTE", _part_of(self.passages[claim_id]))
        values = {
            "claim_id": _literal(claim_id),
            "quote": _or_null(quote, schema["properties"]["quote"]),
        }
        if issubclass(model, Relation):
            ids = self._rule("ID", " | ".join(map(_literal, self.passages)))
            values["other_claim_id"] = self._rule("OTHER", f"{ids} & ~{_literal(claim_id)}")
        return values

    def _value(self, field: FieldType, schema: Mapping[str, Any]) -> str:
        """Return the expression for a value that depends on no claim, except within a reference."""
        if not records_in(field.python):
            return self._rule("value", f"%json {_json({**_COMPACT, **schema})}")
        held = schema.get("anyOf", [schema])[0]
        if field.record is not None:
            return _or_null(self._object(field.record, held), schema)
        item = self._value(field.inner, held["items"])
        return _or_null(self._rule("array", f'"[" ({item} ({_JOINED}{item})*)? "]"'), schema)


def _or_null(expression: str, schema: Mapping[str, Any]) -> str:
    return f'({expression} | "null")' if {"type": "null"} in schema.get("anyOf", ()) else expression


def _part_of(passage: str) -> str:
    """Return the terminal for a JSON string with a part of a passage that is not empty."""
    # Each character is escaped by itself, so that no part begins or ends within an escape.
    chunks = [_json(character)[1:-1] for character in passage]
    return f'"\\"" (/(?s:.+)/ & %regex {_json({"substring_chunks": chunks})}) "\\""'


def _literal(text: str) -> str:
    """Return the terminal for a text as a JSON string. Strings of grammars have the escapes of JSON."""
    return _json(_json(text))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)

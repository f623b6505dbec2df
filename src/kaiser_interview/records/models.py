"""Define every kind of record: its fields, their meaning, their values, and when they are null.

A model has only rules that JSON Schema can express. Validation has the rules that relate fields to each other
or a row to the corpus. The module `schemas` computes the other forms of a model: JSON Schema, Arrow schema,
Hugging Face features. The docstring below a field is its description. `make data` collects the descriptions
in the module `descriptions`, for installations without source code.
"""

import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from ..errors import InputError
from ..metadata import CAUTION, MACHINE_TRANSLATION
from .descriptions import DESCRIPTIONS
from .drafting import Draft, reference_to, references_to

if TYPE_CHECKING:
    import os

    from ..corpus.corpus import Corpus
    from ..corpus.grammar import Segment
    from .drafting import AnyClaim

__all__ = [
    "ID_PATTERN",
    "INSTANT_PATTERN",
    "KINDS",
    "LONGEST_ID",
    "Annotation",
    "Claim",
    "ClaimType",
    "Derived",
    "Dialogue",
    "Embedding",
    "Float32",
    "Horizon",
    "Id",
    "Instant",
    "Int32",
    "KindName",
    "Label",
    "Language",
    "Many",
    "Mention",
    "MentionType",
    "Participant",
    "Question",
    "Record",
    "Reference",
    "Relation",
    "RelationType",
    "Scheme",
    "Sha256",
    "Source",
    "Statement",
    "Topic",
    "Translation",
    "Verdict",
    "Version",
    "Width",
    "as_tuple",
    "instant",
]

_T = TypeVar("_T")


class FromPython:
    """Marks a type that accepts one more form of value from Python, but not from JSON.

    A plain validator before the type would also run for JSON, with a call for each field of each row.
    """

    def __init__(self, convert: Callable[[object], object]) -> None:
        self.convert = convert

    def __get_pydantic_core_schema__(self, annotation: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = handler(annotation)
        from_python = core_schema.no_info_before_validator_function(self.convert, inner)
        return core_schema.json_or_python_schema(json_schema=inner, python_schema=from_python)


def as_tuple(value: object) -> object:
    """Return a list as a tuple, and any other value unchanged."""
    return tuple(value) if type(value) is list else value


def instant(value: object) -> object:
    """Return an aware datetime as the text of an instant in UTC, and any other value unchanged."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        try:
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        except OverflowError:
            return value.isoformat()  # before the year 1 or after 9999 in UTC
    return value


class _AnyName:
    """Marks names of fields that a kind does not define: only those that begin with ``x_`` are allowed."""

    @staticmethod
    def __get_pydantic_core_schema__(*_: Any) -> CoreSchema:
        # The error is that of pydantic for unknown fields, not that of a pattern.
        return core_schema.custom_error_schema(core_schema.str_schema(pattern="^x_"), "extra_forbidden")


class _AnyValue:
    """Marks values of fields that a kind does not define: any value except NaN and infinities."""

    @staticmethod
    def __get_pydantic_core_schema__(*_: Any) -> CoreSchema:
        # `allow_inf_nan` of the configuration applies to fields of type float only.
        return core_schema.no_info_after_validator_function(_finite, core_schema.any_schema())


def _finite(value: object) -> object:
    """Return a value; raise if it is or contains a number that JSON cannot represent."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, float) and not math.isfinite(one):
            raise PydanticKnownError("finite_number")
        if isinstance(one, dict):
            stack.extend(one.values())
        elif isinstance(one, list | tuple):
            stack.extend(one)
    return value


class Width:
    """Marks a type with its Arrow type and its unit, which JSON Schema cannot express."""

    def __init__(self, arrow: Literal["int32", "float32", "timestamp"], unit: str | None = None) -> None:
        self.arrow = arrow
        self.unit = unit


# The pattern alone decides whether a date exists. So every engine with regular expressions (pydantic, JSON
# Schema validators, Arrow) gives the same result without a calendar.
_YEAR = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"

_LEAP_YEAR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)"

_MONTH_DAY = (
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)

_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?(?:Z|\+00:00)"

INSTANT_PATTERN = f"^(?:{_YEAR}-{_MONTH_DAY}|{_LEAP_YEAR}-02-29)T{_TIME}$"

Many = Annotated[tuple[_T, ...], FromPython(as_tuple)]
"""A sequence: a tuple that also accepts a list, which strict pydantic alone would refuse."""

Int32 = Annotated[int, Field(ge=-(2**31), le=2**31 - 1), Width("int32")]

Offset = Annotated[int, Field(ge=0, le=2**31 - 1), Width("int32", "code points")]

Count = Annotated[int, Field(ge=1, le=2**31 - 1), Width("int32")]

_FLOAT32_MAX = 3.4028234663852886e38

Float32 = Annotated[float, Field(ge=-_FLOAT32_MAX, le=_FLOAT32_MAX, allow_inf_nan=False), Width("float32")]

Instant = Annotated[
    str,
    Field(pattern=INSTANT_PATTERN, json_schema_extra={"format": "date-time"}),
    FromPython(instant),
    Width("timestamp", "microseconds"),
]
"""An instant in UTC as text; an aware `datetime` is accepted and converted."""

# Without controls, white space except U+0020, and marks of direction. Joiners are part of words and of emoji.
_PRINTABLE = r"[^\x00-\x20\x7f-\xa0\xad\u1680\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]"

ID_PATTERN = f"^{_PRINTABLE}+(?: {_PRINTABLE}+)*$"

LONGEST_ID = 256

Id = Annotated[str, Field(pattern=ID_PATTERN, max_length=LONGEST_ID)]

ClaimId = Annotated[str, Field(pattern="^d[0-9]{2}-c[0-9]{2}$")]

DialogueId = Annotated[str, Field(pattern="^d[0-9]{2}$")]

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

Text = Annotated[str, Field(min_length=1)]

Version = Annotated[
    str, Field(pattern=r"^(?:0|[1-9][0-9]{0,8})\.(?:0|[1-9][0-9]{0,8})\.(?:0|[1-9][0-9]{0,8})$")
]

Language = Annotated[
    str,
    Field(
        pattern="^[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?"
        "(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*$"
    ),
]
"""A BCP 47 tag, cased as RFC 5646 section 2.1.1 recommends: ``zh-Hans``, ``en``, ``pt-BR``."""

Scheme = Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9_.-]{0,63}(?::[A-Za-z][A-Za-z0-9_.-]{0,63})?$")]

Topic = Literal[
    "language",
    "abstraction",
    "multimodality",
    "world-models",
    "programming",
    "agents",
    "tool-use",
    "scaling",
    "reasoning",
    "architecture",
    "embodiment",
    "reinforcement-learning",
    "data-efficiency",
    "parallelism",
    "memory",
    "continual-learning",
    "economics",
]

ClaimType = Literal["definition", "observation", "comparison", "explanation", "prediction", "prescription"]

Horizon = Literal["past", "present", "future", "general"]

MentionType = Literal["model", "architecture", "method", "concept", "product"]

RelationType = Literal["supports", "contrasts", "elaborates", "depends-on"]


class Record(BaseModel):
    """The base class of all records, which are immutable and strictly typed.

    Fields that a kind does not define must have names that begin with ``x_``. They accept any value except
    NaN and infinities. They are in `model_extra`, and are written with the other fields.
    """

    # Building a validator takes longer than importing this module, so build it only for kinds in use.
    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True,
        extra="allow",
        strict=True,
        allow_inf_nan=False,
        ser_json_inf_nan="constants",  # in fields of any type, where null would lose them
        defer_build=True,
    )

    # Type checkers would treat it as a field.
    if not TYPE_CHECKING:  # pragma: no branch - always, at run time
        __pydantic_extra__: dict[Annotated[str, _AnyName], Annotated[Any, _AnyValue]]

    def _repr_html_(self) -> str:
        from ..page.fragments import record_fragment

        return record_fragment(self)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        # Set descriptions now: subclasses copy the fields of their bases before the validator is built.
        super().__pydantic_init_subclass__(**kwargs)
        if cls.__module__ == __name__:
            described = DESCRIPTIONS.get(cls.__name__, {})
            for name, field in cls.model_fields.items():
                field.description = described.get(name, field.description)
            # `python -OO` removes docstrings.
            cls.__doc__ = cls.__doc__ or described.get("")


class Claim(Record):
    """One statement of the summary, word for word, with its place in the source."""

    claim_id: ClaimId
    """Id made from dialogue and position, as in d01-c03. Never reused, never renumbered."""

    dialogue_id: DialogueId
    """Id of the dialogue that the claim is part of."""

    position: Count
    """Position within the dialogue, from 1."""

    text: Text
    """The claim verbatim, without its markers (Chinese, zh-Hans)."""

    text_en: Text
    """The claim in English, a machine translation."""

    citations: Many[Count] = Field(min_length=1)
    """Numbers printed in brackets after the claim, taken to be those of the article's paragraphs.

    The article is not part of the source.
    """

    start: Offset
    """Offset of the first code point of text in the source."""

    end: Offset
    """Offset after the last code point of text in the source."""

    prefix: str = Field(max_length=16)
    """Up to 16 code points of the source before start."""

    suffix: str = Field(max_length=16)
    """Up to 16 code points of the source after end."""

    claim_sha256: Sha256
    """SHA-256 of text in UTF-8, lower-case hexadecimal."""

    topics: Many[Topic] = Field(min_length=1, max_length=4)
    """The topics of the claim, in the order of the vocabulary."""

    claim_type: ClaimType
    """The type of statement."""

    horizon: Horizon
    """The time that the claim is about."""

    since: Version
    """The data release that introduced the claim."""

    revised: Version
    """The data release that last changed text."""

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        return [(name, getattr(self, name)) for name in ("claim_id", "text", "text_en", "citations")]

    def __str__(self) -> str:
        return "\n".join(
            (
                f"{self.claim_id}  {self.text} {self.markers}",
                f"         {self.text_en} ({MACHINE_TRANSLATION})",
                f"         {self.claim_type} · {self.horizon} · {', '.join(self.topics)}",
            )
        )

    def _repr_html_(self) -> str:
        from html import escape

        return (
            f'<div><p><code>{escape(self.claim_id)}</code> <span lang="zh-Hans">{escape(self.text)}'
            f'</span> {escape(self.markers)}</p><p><span lang="en">{escape(self.text_en)}</span> '
            f"<em>({MACHINE_TRANSLATION})</em></p><p><small>{escape(self.claim_type)} · "
            f"{escape(self.horizon)} · {escape(', '.join(self.topics))}<br>{CAUTION}</small></p></div>"
        )

    @property
    def markers(self) -> str:
        """The citations as the source prints them after the claim and a space."""
        return "".join(f"[{number}]" for number in self.citations)


class Dialogue(Record):
    """One of the parts that the summary is divided into."""

    dialogue_id: DialogueId
    """Id made from the number with two digits, as in d01."""

    number: Count
    """Number in the source, from 1."""

    title: Text
    """The heading verbatim, without 对话, numeral and colon."""

    title_en: Text
    """English of title, a machine translation."""

    start: Offset
    """Offset of the first code point of the heading in the source."""

    end: Offset
    """Offset after the last marker of its last claim."""

    claim_count: Count
    """Number of claims in the dialogue."""


class Participant(Record):
    """One of the two people that the headline names."""

    name: Text
    """The name as the headline prints it."""

    name_latin: Text
    """The name in Latin letters."""

    role: Literal["interviewer", "interviewee"]
    """Part in the dialogue as a whole, inferred from the wording of the headline; not who says any
    one claim.
    """


class Source(Record):
    """The complete source text, and what is known about it."""

    source_id: Id
    """Id of the source."""

    text: Text
    """The whole text, character for character."""

    headline: Text
    """The headline that the last line but one prints, verbatim; taken to be the article's."""

    headline_en: Text
    """English of headline, a machine translation."""

    outlet: Text
    """The outlet that the last line prints, taken to be that of the article."""

    published: Annotated[str, Field(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$")]
    """The time that the last line prints, taken to be that of the article's publication.

    It names no time zone, so none is given.
    """

    languages: Many[Language] = Field(min_length=1)
    """Language of the text, BCP 47."""

    participants: Many[Participant]
    """The people that the headline names, in its order."""

    rights: Text
    """What is known of the rights in the text."""

    sha256: Sha256
    """SHA-256 of text in UTF-8, which is that of the raw file."""

    @property
    def segments(self) -> "tuple[Segment, ...]":
        """The segments of `text`, which cover it without gaps or overlaps."""
        from ..corpus.grammar import cut

        return cut(self.text).segments


class Annotation(Record):
    """How a derived row was made: by whom, when, and from which release."""

    id: Id | None = None
    """Id of the row, unique in the data set: printable characters. Null: the row has no id."""

    kind: Text | None = None
    """The type of the row, such as translation. Null: the file or the call gives it for all rows."""

    release: Version | None = None
    """Data release that the row was made from. Null: not recorded."""

    method: Literal["human", "model", "rule"]
    """What made the row: a human, a language model or a rule."""

    creator: Text
    """Name of the person, model or program that made the row."""

    created: Instant | None = None
    """When the row was made, in UTC. Null: not recorded."""

    confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    """The creator's estimate that the row is right, from 0 to 1. Null: not given."""

    rationale: Text | None = None
    """The reason for the content of the row. Null: not given."""

    if TYPE_CHECKING:

        @classmethod
        def of(
            cls,
            claim: AnyClaim | Iterable[AnyClaim],
            /,
            *,
            against: Corpus | str | os.PathLike[str] | None = None,
            **fields: Any,
        ) -> Self:
            """Return a row about a claim, made from a draft.

            The claim's id and digest, the release and the kind are added, and the offsets of a quote that
            occurs once in the claim.

            Parameters
            ----------
            claim : str, Claim, CorpusClaim, or several
                The claim, or its id. For a kind with `references`: several claims, or none.
            against : Corpus or path, optional
                The corpus of the claim. Default: the shipped claims for an id.
            **fields
                The fields of the draft, and those that say how it was made.
            """


class Reference(Record):
    """A reference to a claim, and the words of it that are quoted."""

    claim_id: Id
    """Id of the claim."""

    claim_sha256: Sha256 | None = None
    """SHA-256 of the claim's text when the row was made. Null: not recorded."""

    quote: Text | None = None
    """Words of the claim, character for character. Null: the claim as a whole."""

    quote_start: Offset | None = None
    """Offset of the first code point of quote; see quote_of. Null: not given."""

    quote_end: Offset | None = None
    """Offset after the last code point of quote. Null if and only if quote_start is null."""

    quote_of: Literal["text", "text_en"] | None = None
    """The quoted text: text (offsets into the source) or text_en (offsets into that string). Null: text."""


class Statement(Reference):
    """A statement that a text makes, and the words that say so. `Corpus.from_quotes` takes such rows."""

    claim_id: Id
    """Id of the text. `Corpus.from_quotes` gives it for all rows."""

    quote: Text
    """Words of the text that say so, character for character."""

    statement: Text | None = None
    """The statement, in other words than those of the text. Null: the quote is the statement."""


class Derived(Reference, Annotation):
    """The base class of derived kinds, whose rows are about one claim."""


class Translation(Derived):
    """A claim in another language."""

    language: Language
    """Language of translation, BCP 47."""

    translation: Text
    """The claim's text in that language, without markers."""


class Label(Derived):
    """A label of a claim: a value in a scheme, such as a topic."""

    scheme: Scheme
    """topic, claim_type, horizon, or a custom scheme with a colon, such as acme:stance."""

    value: Text
    """The value. In a shipped scheme, a value of its vocabulary."""


class Mention(Derived):
    """A place where a claim names something."""

    # The empty `Field()` is for pyright, which otherwise assumes the default in `Reference`.
    quote: Text = Field()
    """The name as it occurs in the claim, character for character."""

    quote_start: Offset = Field()
    """Offset of the first code point of quote; see quote_of."""

    quote_end: Offset = Field()
    """Offset after the last code point of quote."""

    name: Text
    """The usual English name of the thing."""

    type: MentionType
    """The type of the thing."""


class Relation(Derived):
    """The relation between two claims."""

    other_claim_id: Id
    """Id of the other claim."""

    other_claim_sha256: Sha256 | None = None
    """SHA-256 of the other claim's text when the row was made. Null: not recorded."""

    relation: RelationType
    """The relation of the first claim to the other one."""


class Question(Annotation):
    """A question, with an answer if claims contain it."""

    references: Many[Reference]
    """The claims that the answer is based on. Empty only if the question is not answerable."""

    question: Text
    """The question."""

    answer: Text | None = None
    """The answer. Null if and only if the question is not answerable."""

    answerable: bool
    """Whether the claims answer it."""

    language: Language
    """Language of question and answer, BCP 47."""


class Verdict(Derived):
    """A judgement whether a claim is true."""

    verdict: Literal["supported", "refuted", "mixed", "unverifiable"]
    """The judgement."""

    urls: Many[Text]
    """URLs of the evidence; may be empty."""


class Embedding(Derived):
    """An embedding vector of a claim's text."""

    model: Text
    """The model that made the vector."""

    of: Literal["text", "text_en"]  # type: ignore[assignment] # a field here; see the end
    """The text of the claim that was embedded."""

    vector: Many[Float32] = Field(min_length=1)
    """The vector, with finite values in float32."""


def _of(
    cls: type[Annotation],
    claim: "AnyClaim | Iterable[AnyClaim]",
    /,
    *,
    against: "Corpus | str | os.PathLike[str] | None" = None,
    **fields: Any,
) -> Annotation:
    """Return a row about a claim, made from a draft.

    The claim's id and digest, the release and the kind are added. A quote that occurs once in the claim gets
    its offsets. Any other quote is left for `validate` to report. Null fields are treated as absent.

    Parameters
    ----------
    claim : str, Claim, CorpusClaim, or several
        The claim that the row is about, or its id. For a kind with `references`: several claims, or none.
    against : Corpus or path, optional
        The corpus of the claim; a path is read by `Corpus.from_files`. Default: the shipped claims for an id.
        The row gets the latest release of the corpus, if it has any. Without `against`, a `CorpusClaim` gives
        no release.
    **fields
        The fields of the draft, and those that say how it was made.

    Raises
    ------
    UnknownNameError
        There is no claim with the id.
    InputError
        `claim` is not a claim or an id, a field has the id of another claim, or the text of the claim differs
        in the corpus.
    ValueError
        The row does not match the schema of its kind.

    Examples
    --------
    >>> import kaiser_interview as ki
    >>> draft = {"claim_id": "d05-c03", "quote": "推理模型不增加参数数量", "verdict": "mixed", "urls": []}
    >>> row = ki.Verdict.of("d05-c03", **draft, method="model", creator="a-model")
    >>> row.quote_start, row.quote_end, row.release
    (1072, 1083, '1.0.0')

    With a custom corpus:

    >>> corpus = ki.Corpus.from_files("tests/corpus")
    >>> row = ki.Label.of("a-01", against=corpus, scheme="my:mood", value="good", method="human", creator="I")
    >>> ki.validate([row], kind="label", against=corpus).ok
    True
    """
    given = {name: value for name, value in fields.items() if value is not None}
    targets, release = Draft.of(claim, against)
    if issubclass(cls, Reference):
        if len(targets) != 1:
            raise InputError(f"claim: expected one claim, got {len(targets)}")
        given = reference_to(targets[0], given)
    elif "references" in cls.model_fields:
        given["references"] = references_to(targets, given.get("references"))
    return cls.model_validate({"kind": cls.__name__.lower(), "release": release, **given})


# Set here and not in the class, because `Embedding` has a field of the same name, which pydantic would
# reject. `of` of a row is its field; `of` of a class is this method.
Annotation.of = classmethod(_of)  # type: ignore[assignment, method-assign]

KindName = Literal[
    "claim",
    "dialogue",
    "source",
    "translation",
    "label",
    "mention",
    "relation",
    "question",
    "verdict",
    "embedding",
]

KINDS: dict[str, type[Record]] = {
    "claim": Claim,
    "dialogue": Dialogue,
    "source": Source,
    "translation": Translation,
    "label": Label,
    "mention": Mention,
    "relation": Relation,
    "question": Question,
    "verdict": Verdict,
    "embedding": Embedding,
}
"""Every kind that the package defines, by name."""

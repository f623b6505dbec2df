"""Every kind of record, once: what a field means, which values it takes, when it is null.

A model holds only rules that JSON Schema can express. Rules that relate fields to each other or a row
to the corpus belong to the gate. `schema` computes the other forms of a model: JSON Schema, Arrow,
Hugging Face features. The docstring below a field is its description: `make data` collects them in
`descriptions`, which is there at run time also where the source is not.
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
    """Marks a type that takes one more form where values come from Python; JSON needs no help.

    A validator before the type would run for JSON too, at the price of a call a field and row.
    """

    def __init__(self, convert: Callable[[object], object]) -> None:
        self.convert = convert

    def __get_pydantic_core_schema__(self, annotation: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = handler(annotation)
        from_python = core_schema.no_info_before_validator_function(self.convert, inner)
        return core_schema.json_or_python_schema(json_schema=inner, python_schema=from_python)


def as_tuple(value: object) -> object:
    """Return a list as a tuple; anything else as it is."""
    return tuple(value) if type(value) is list else value


def instant(value: object) -> object:
    """Return an aware datetime as the text of an instant in UTC; anything else as it is."""
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
    """Marks values of fields that a kind does not define: any value without NaN and infinities."""

    @staticmethod
    def __get_pydantic_core_schema__(*_: Any) -> CoreSchema:
        # `allow_inf_nan` of the configuration applies to fields of type float only.
        return core_schema.no_info_after_validator_function(_finite, core_schema.any_schema())


def _finite(value: object) -> object:
    """Return a value; raise if it is or holds a number that JSON cannot represent."""
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
    """Marks a type with the Arrow type that holds it and what it counts, which JSON Schema cannot say."""

    def __init__(self, arrow: Literal["int32", "float32", "timestamp"], unit: str | None = None) -> None:
        self.arrow = arrow
        self.unit = unit


# The pattern alone decides whether a date exists, so every engine that knows regular expressions
# (pydantic, JSON Schema validators, Arrow) comes to the same verdict without a calendar of its own.
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
"""A sequence: a tuple that also accepts a list (strict pydantic alone would refuse one)."""

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
"""An instant in UTC as text; an aware `datetime` is accepted and written out."""

ID_PATTERN = "^[!-~]{1,256}$"

Id = Annotated[str, Field(pattern=ID_PATTERN)]

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
    """The base of all records: immutable and strict.

    Fields that a kind does not define must have names that begin with ``x_``. They hold any value but NaN and
    infinities, are in `model_extra` and are written with the others.
    """

    # Building a validator costs more than importing this module; deferred, only the kinds in use pay.
    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True,
        extra="allow",
        strict=True,
        allow_inf_nan=False,
        ser_json_inf_nan="constants",  # in fields of any type; as null they would be lost
        defer_build=True,
    )

    # Type checkers would take it for a field.
    if not TYPE_CHECKING:  # pragma: no branch - always, at run time
        __pydantic_extra__: dict[Annotated[str, _AnyName], Annotated[Any, _AnyValue]]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        # Not when the validator is built: by then, subclasses have copied the fields of their bases.
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
    """Dialogue and position, as in d01-c03. Never reused, never renumbered."""

    dialogue_id: DialogueId
    """The dialogue it stands in."""

    position: Count
    """Place within the dialogue, from 1."""

    text: Text
    """The claim verbatim, without its markers (Chinese, zh-Hans)."""

    text_en: Text
    """English, a machine translation."""

    citations: Many[Count] = Field(min_length=1)
    """Numbers printed in brackets after the claim, taken to be those of the article's paragraphs.

    The article is not part of the source.
    """

    start: Offset
    """First code point of text in the source."""

    end: Offset
    """Code point after the last of text in the source."""

    prefix: str = Field(max_length=16)
    """Up to 16 code points of the source before start."""

    suffix: str = Field(max_length=16)
    """Up to 16 code points of the source from end on."""

    claim_sha256: Sha256
    """SHA-256 of text in UTF-8, lower-case hexadecimal."""

    topics: Many[Topic] = Field(min_length=1, max_length=4)
    """What it is about, in the order of the vocabulary."""

    claim_type: ClaimType
    """What sort of statement it is."""

    horizon: Horizon
    """The time that it speaks of."""

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
    """Its number with two digits, as in d01."""

    number: Count
    """Number in the source, from 1."""

    title: Text
    """The heading verbatim, without 对话, numeral and colon."""

    title_en: Text
    """English of title, a machine translation."""

    start: Offset
    """First code point of the heading in the source."""

    end: Offset
    """Code point after the last marker of its last claim."""

    claim_count: Count
    """Number of its claims."""


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
    """The text that everything else rests on, whole, and what is known of it."""

    source_id: Id
    """Name of the source."""

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
    """SHA-256 of text in UTF-8, which is the raw file's."""

    @property
    def segments(self) -> "tuple[Segment, ...]":
        """The segments that tile `text` from 0 to its length, without gap or overlap."""
        from ..corpus.grammar import cut

        return cut(self.text).segments


class Annotation(Record):
    """What every derived row may say of its making."""

    id: Id | None = None
    """Name of the row, unique in its file: printable ASCII, no space. Null: unnamed."""

    kind: Text | None = None
    """Kind of record. Null where the file or the call says it for all rows."""

    release: Version | None = None
    """Data release that the row was made from. Null: not recorded."""

    method: Literal["human", "model", "rule"]
    """What made the row."""

    creator: Text
    """Who: a person, a model's name, a program."""

    created: Instant | None = None
    """When, in UTC. Null: not recorded."""

    confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    """The maker's own estimate that the row is right, 0 to 1. Null: none given."""

    rationale: Text | None = None
    """Why so. Null: none given."""

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
            """Return a row about a claim, made from a draft; see `_of`."""


class Reference(Record):
    """What something is about: a claim, at best pinned by digest and quoted."""

    claim_id: Id
    """The claim."""

    claim_sha256: Sha256 | None = None
    """Digest of the claim's text as it was seen. Null: not recorded."""

    quote: Text | None = None
    """Words of the claim, character for character. Null: the claim as a whole."""

    quote_start: Offset | None = None
    """First code point of quote, counted as quote_of says. Null: not given."""

    quote_end: Offset | None = None
    """Code point after the last of quote. Null exactly if quote_start is."""

    quote_of: Literal["text", "text_en"] | None = None
    """What is quoted: text (offsets into the source) or text_en (offsets into that string). Null: text."""


class Derived(Reference, Annotation):
    """The base of a derived kind: about one claim, and made by somebody."""


class Translation(Derived):
    """A claim in another language."""

    language: Language
    """Language of translation, BCP 47."""

    translation: Text
    """The claim's text in that language, without markers."""


class Label(Derived):
    """A value given to a claim under a scheme."""

    scheme: Scheme
    """topic, claim_type or horizon, or a scheme of your own with a colon: acme:stance."""

    value: Text
    """The value; of a shipped scheme, one of its vocabulary."""


class Mention(Derived):
    """A place where a claim names something."""

    # With an empty `Field()`, since pyright takes a bare name to have the default that it has in `Reference`.
    quote: Text = Field()
    """The name as it stands there, character for character."""

    quote_start: Offset = Field()
    """First code point of quote, counted as quote_of says."""

    quote_end: Offset = Field()
    """Code point after the last of quote."""

    name: Text
    """What is named, in its usual English form."""

    type: MentionType
    """What sort of thing it is."""


class Relation(Derived):
    """How one claim stands to another."""

    other_claim_id: Id
    """The other claim."""

    other_claim_sha256: Sha256 | None = None
    """Digest of the other claim's text as it was seen. Null: not recorded."""

    relation: RelationType
    """What the first claim does to the other."""


class Question(Annotation):
    """A question that claims answer, or that none does."""

    references: Many[Reference]
    """What the answer rests on. Empty only if the question is not answerable."""

    question: Text
    """The question."""

    answer: Text | None = None
    """The answer. Null exactly if not answerable."""

    answerable: bool
    """Whether the claims answer it."""

    language: Language
    """Language of question and answer, BCP 47."""


class Verdict(Derived):
    """A judgement of whether a claim holds."""

    verdict: Literal["supported", "refuted", "mixed", "unverifiable"]
    """The judgement."""

    urls: Many[Text]
    """Addresses of the evidence; may be empty."""


class Embedding(Derived):
    """A vector that stands for a claim's text."""

    model: Text
    """The model that made the vector."""

    of: Literal["text", "text_en"]  # type: ignore[assignment] # the row's own; see the end
    """Which text of the claim was embedded."""

    vector: Many[Float32] = Field(min_length=1)
    """The vector, finite as float32."""


def _of(
    cls: type[Annotation],
    claim: "AnyClaim | Iterable[AnyClaim]",
    /,
    *,
    against: "Corpus | str | os.PathLike[str] | None" = None,
    **fields: Any,
) -> Annotation:
    """Return a row about a claim, made from a draft; add the claim's id and digest, the release, the kind.

    A quote that occurs once in the claim gets its offsets. Any other quote is left for `validate` to report.
    Null fields count as absent.

    Parameters
    ----------
    claim : str, Claim, CorpusClaim, or several
        What the row is about: the id of a claim, or the claim itself; several, or none, for a kind with
        `references`.
    against : Corpus or path, optional
        The corpus of the claim; a path is read by `Corpus.from_files`. Default: the shipped claims for an id.
        The release is the latest one of the corpus, if it has any; without `against`, a `CorpusClaim` gives
        none.
    **fields
        The draft's fields, and those that say how it was made.

    Raises
    ------
    UnknownNameError
        There is no claim with the id.
    InputError
        What is given as the claim names none, a field names another claim, or the corpus has another text for
        the claim.
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
            raise InputError(f"claim: expected one, got {len(targets)}")
        given = reference_to(targets[0], given)
    elif "references" in cls.model_fields:
        given["references"] = references_to(targets, given.get("references"))
    return cls.model_validate({"kind": cls.__name__.lower(), "release": release, **given})


# Given here and not in the class: `Embedding` has a field of the same name, which pydantic would take for a
# mistake. A row's own `of` is its field, a kind's `of` this.
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

"""41 claims from a Chinese summary of a dialogue with Lukasz Kaiser, exact to the character.

Importing this package imports no other package; each public name is imported when it is first used.
"""

from .first_use import lock as _lock

_MODULES = {
    "__version__": "_version",
    "data_release": "_version",
    "data_path": "dataset.loaders",
    "claim": "dataset.loaders",
    "load": "dataset.loaders",
    "load_dataset": "dataset.loaders",
    "load_table": "dataset.loaders",
    "source": "dataset.loaders",
    "tables": "dataset.loaders",
    "Corpus": "corpus.corpus",
    "Edit": "validation.findings.finding",
    "Finding": "validation.findings.finding",
    "Suggestion": "validation.findings.finding",
    "Report": "validation.findings.report",
    "RowChange": "validation.fix",
    "Fixed": "validation.fix",
    "Split": "validation.split",
    "SplitFinding": "validation.split",
    "Validator": "api",
    "fix": "api",
    "from_annotations": "api",
    "parse": "api",
    "Failure": "raw_output.parse",
    "Parsed": "raw_output.parse",
    "RetryMessage": "raw_output.retry",
    "read": "api",
    "read_dataset": "api",
    "read_table": "api",
    "split": "api",
    "to_annotations": "api",
    "validate": "api",
    "write": "writing",
    "find": "dataset.loaders",
    "Match": "corpus.search",
    "draft_model": "records.draft_model",
    "arrow_schema": "records.schemas",
    "features": "records.schemas",
    "draft_grammar": "records.draft_grammar",
    "json_schema": "records.schemas",
    "Annotation": "records.models",
    "Claim": "records.models",
    "Derived": "records.models",
    "Dialogue": "records.models",
    "Embedding": "records.models",
    "Float32": "records.models",
    "Instant": "records.models",
    "Int32": "records.models",
    "Label": "records.models",
    "Many": "records.models",
    "Mention": "records.models",
    "Participant": "records.models",
    "Question": "records.models",
    "Record": "records.models",
    "Reference": "records.models",
    "Relation": "records.models",
    "Source": "records.models",
    "Statement": "records.models",
    "Translation": "records.models",
    "Verdict": "records.models",
    "Segment": "corpus.grammar",
    "BuildError": "errors",
    "CorpusError": "errors",
    "InputError": "errors",
    "InvalidDataError": "errors",
    "IntegrityError": "errors",
    "KaiserInterviewError": "errors",
    "MissingDependencyError": "errors",
    "NotOnDiskError": "errors",
    "ResourceError": "errors",
    "SourceError": "errors",
    "TextError": "errors",
    "UnknownNameError": "errors",
    "UnsupportedTypeError": "errors",
}

# Type checkers treat a variable with this name as true. It replaces that of `typing`, whose import would
# double the start-up time of a bare interpreter.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._version import __version__, data_release
    from .api import (
        Validator,
        fix,
        from_annotations,
        parse,
        read,
        read_dataset,
        read_table,
        split,
        to_annotations,
        validate,
    )
    from .corpus.corpus import Corpus
    from .corpus.grammar import Segment
    from .corpus.search import Match
    from .dataset.loaders import claim, data_path, find, load, load_dataset, load_table, source, tables
    from .errors import (
        BuildError,
        CorpusError,
        InputError,
        IntegrityError,
        InvalidDataError,
        KaiserInterviewError,
        MissingDependencyError,
        NotOnDiskError,
        ResourceError,
        SourceError,
        TextError,
        UnknownNameError,
        UnsupportedTypeError,
    )
    from .raw_output.parse import Failure, Parsed
    from .raw_output.retry import RetryMessage
    from .records.draft_grammar import draft_grammar
    from .records.draft_model import draft_model
    from .records.models import (
        Annotation,
        Claim,
        Derived,
        Dialogue,
        Embedding,
        Float32,
        Instant,
        Int32,
        Label,
        Many,
        Mention,
        Participant,
        Question,
        Record,
        Reference,
        Relation,
        Source,
        Statement,
        Translation,
        Verdict,
    )
    from .records.schemas import arrow_schema, features, json_schema
    from .validation.findings.finding import Edit, Finding, Suggestion
    from .validation.findings.report import Report
    from .validation.fix import Fixed, RowChange
    from .validation.split import Split, SplitFinding
    from .writing import write

__all__ = [
    "Annotation",
    "BuildError",
    "Claim",
    "Corpus",
    "CorpusError",
    "Derived",
    "Dialogue",
    "Edit",
    "Embedding",
    "Failure",
    "Finding",
    "Fixed",
    "Float32",
    "InputError",
    "Instant",
    "Int32",
    "IntegrityError",
    "InvalidDataError",
    "KaiserInterviewError",
    "Label",
    "Many",
    "Match",
    "Mention",
    "MissingDependencyError",
    "NotOnDiskError",
    "Parsed",
    "Participant",
    "Question",
    "Record",
    "Reference",
    "Relation",
    "Report",
    "ResourceError",
    "RetryMessage",
    "RowChange",
    "Segment",
    "Source",
    "SourceError",
    "Split",
    "SplitFinding",
    "Statement",
    "Suggestion",
    "TextError",
    "Translation",
    "UnknownNameError",
    "UnsupportedTypeError",
    "Validator",
    "Verdict",
    "__version__",
    "arrow_schema",
    "claim",
    "data_path",
    "data_release",
    "draft_grammar",
    "draft_model",
    "features",
    "find",
    "fix",
    "from_annotations",
    "json_schema",
    "load",
    "load_dataset",
    "load_table",
    "parse",
    "read",
    "read_dataset",
    "read_table",
    "source",
    "split",
    "tables",
    "to_annotations",
    "validate",
    "write",
]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with _lock:
        # __import__ with a fromlist returns the submodule itself, without importing importlib.
        module = __import__(f"{__name__}.{_MODULES[name]}", fromlist=(name,))
    value: object = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

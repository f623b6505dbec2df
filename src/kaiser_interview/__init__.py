"""41 claims from a Chinese summary of a dialogue with Lukasz Kaiser, exact to the character.

Importing this package imports nothing else; each public name is imported when it is first used.
"""

__version__ = "0.1.0"

data_release = "1.0.0"
"""The release of the shipped data, which rows name in `release`. It changes only when the data does."""

_MODULES = {
    "data_path": "loaders",
    "claim": "loaders",
    "load": "loaders",
    "load_dataset": "loaders",
    "load_table": "loaders",
    "source": "loaders",
    "tables": "loaders",
    "Corpus": "corpus",
    "Finding": "validation.findings",
    "Report": "validation.report",
    "Fixed": "validation.fix",
    "fix": "validation.fix",
    "split": "validation.split",
    "validate": "validation.gate",
    "write": "writing",
    "find": "passages",
    "Match": "passages",
    "arrow_schema": "schema",
    "features": "schema",
    "json_schema": "schema",
    "Annotation": "models",
    "Claim": "models",
    "Derived": "models",
    "Dialogue": "models",
    "Embedding": "models",
    "Float32": "models",
    "Instant": "models",
    "Int32": "models",
    "Label": "models",
    "Many": "models",
    "Mention": "models",
    "Participant": "models",
    "Question": "models",
    "Record": "models",
    "Reference": "models",
    "Relation": "models",
    "Source": "models",
    "Translation": "models",
    "Verdict": "models",
    "Segment": "segments",
    "BuildError": "errors",
    "CorpusError": "errors",
    "InputError": "errors",
    "InvalidDataError": "errors",
    "IntegrityError": "errors",
    "KaiserInterviewError": "errors",
    "MissingDependencyError": "errors",
    "NotOnDiskError": "errors",
    "SourceError": "errors",
    "TextError": "errors",
    "UnknownNameError": "errors",
    "UnsupportedTypeError": "errors",
}

# Type checkers take a variable of this name for true; importing typing would double the cost of a bare
# interpreter's start.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from .corpus import Corpus
    from .errors import (
        BuildError,
        CorpusError,
        InputError,
        IntegrityError,
        InvalidDataError,
        KaiserInterviewError,
        MissingDependencyError,
        NotOnDiskError,
        SourceError,
        TextError,
        UnknownNameError,
        UnsupportedTypeError,
    )
    from .loaders import claim, data_path, load, load_dataset, load_table, source, tables
    from .models import (
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
        Translation,
        Verdict,
    )
    from .passages import Match, find
    from .schema import arrow_schema, features, json_schema
    from .segments import Segment
    from .validation.findings import Finding
    from .validation.fix import Fixed, fix
    from .validation.gate import validate
    from .validation.report import Report
    from .validation.split import split
    from .writing import write

__all__ = [
    "Annotation",
    "BuildError",
    "Claim",
    "Corpus",
    "CorpusError",
    "Derived",
    "Dialogue",
    "Embedding",
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
    "Participant",
    "Question",
    "Record",
    "Reference",
    "Relation",
    "Report",
    "Segment",
    "Source",
    "SourceError",
    "TextError",
    "Translation",
    "UnknownNameError",
    "UnsupportedTypeError",
    "Verdict",
    "__version__",
    "arrow_schema",
    "claim",
    "data_path",
    "data_release",
    "features",
    "find",
    "fix",
    "json_schema",
    "load",
    "load_dataset",
    "load_table",
    "source",
    "split",
    "tables",
    "validate",
    "write",
]


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # __import__ with a fromlist returns the submodule itself; importlib would be one more import.
    module = __import__(f"{__name__}.{_MODULES[name]}", fromlist=(name,))
    value: object = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

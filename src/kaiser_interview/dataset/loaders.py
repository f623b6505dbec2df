"""The shipped tables as objects, Arrow tables and datasets."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, overload

from .. import release
from .._version import data_release
from ..errors import MissingDependencyError, known_name

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    from datasets import Dataset

    from ..corpus.corpus import Corpus
    from ..corpus.search import Match
    from ..records.models import Claim, Dialogue, Label, Mention, Record, Relation, Source, Translation

__all__ = [
    "cached",
    "claim",
    "data_path",
    "find",
    "load",
    "load_dataset",
    "load_table",
    "shipped",
    "source",
    "tables",
]

_Name = TypeVar("_Name", bound=str)
_Value = TypeVar("_Value")

_lock = threading.RLock()

_cache: dict[tuple[str, str], Any] = {}


def tables() -> tuple[release.TableName, ...]:
    """Return the names of the shipped tables, the default first.

    Examples
    --------
    >>> tables()
    ('claims', 'dialogues', 'sources', 'translations', 'labels', 'mentions', 'relations')
    """
    return tuple(release.TABLES)


@overload
def load(table: Literal["claims"] = "claims") -> "tuple[Claim, ...]": ...


@overload
def load(table: Literal["dialogues"]) -> "tuple[Dialogue, ...]": ...


@overload
def load(table: Literal["sources"]) -> "tuple[Source, ...]": ...


@overload
def load(table: Literal["translations"]) -> "tuple[Translation, ...]": ...


@overload
def load(table: Literal["labels"]) -> "tuple[Label, ...]": ...


@overload
def load(table: Literal["mentions"]) -> "tuple[Mention, ...]": ...


@overload
def load(table: Literal["relations"]) -> "tuple[Relation, ...]": ...


@overload
def load(table: release.TableName) -> "tuple[Record, ...]": ...


def load(table: release.TableName = "claims") -> "tuple[Record, ...]":
    """Return a shipped table as validated, immutable records.

    The same objects each time, in every thread. Nothing is fetched and nothing is written.

    Parameters
    ----------
    table : str, default "claims"
        One of `tables()`.

    Returns
    -------
    tuple of Record
        In order of the source: 41 of `Claim`, 10 of `Dialogue`, 1 of `Source`, …

    Raises
    ------
    UnknownNameError
        No table bears the name; the nearest names are in the message.
    IntegrityError
        The shipped bytes differ from the manifest.

    Examples
    --------
    >>> load("claims")[0].citations
    (6, 7)
    """
    return cached("records", known_name("table", table, release.TABLES), _records)


def load_table(table: release.TableName = "claims") -> "pa.Table":
    """Return a shipped table as an Arrow table.

    The same object each time; Arrow tables cannot be changed. Nothing is fetched and nothing is written.

    Parameters
    ----------
    table : str, default "claims"
        One of `tables()`.

    Returns
    -------
    pyarrow.Table
        In the schema `arrow_schema` of the table's kind, rows in order of the source. Offsets are code
        points into the source, end exclusive.

    Raises
    ------
    UnknownNameError
        No table bears the name.
    IntegrityError
        The shipped bytes differ from the manifest.

    Examples
    --------
    >>> load_table("claims").num_rows
    41
    """
    return cached("table", known_name("table", table, release.TABLES), _table)


def load_dataset(table: release.TableName = "claims") -> "Dataset":
    """Return a shipped table as a Hugging Face dataset.

    It is held in memory: no cache file is written and nothing is fetched. Its fingerprint follows from the
    data alone, so what `map` and `filter` cache of it is found again. A new object each time, since a
    dataset's format can be changed in place.

    Parameters
    ----------
    table : str, default "claims"
        One of `tables()`.

    Returns
    -------
    datasets.Dataset
        Split ``train``; `info` has features, description, citation, licence and version.

    Raises
    ------
    MissingDependencyError
        `datasets` is not installed; the message has the line that installs it.
    UnknownNameError
        No table bears the name.
    IntegrityError
        The shipped bytes differ from the manifest.
    """
    name = known_name("table", table, release.TABLES)
    try:
        from datasets import Dataset, DatasetInfo, Features, NamedSplit
        from datasets.table import InMemoryTable
    except ImportError:
        raise MissingDependencyError("load_dataset", "datasets", "hf") from None
    from .. import metadata
    from . import citation

    arrow = load_table(name)
    info = DatasetInfo(
        description=metadata.DESCRIPTION,
        citation=citation.bibtex(),
        license=metadata.RIGHTS,
        features=Features.from_arrow_schema(arrow.schema),
        dataset_name=metadata.NAME,
        config_name=name,
        version=data_release,
    )
    fingerprint = release.released_digest(f"{name}.parquet")[:16]
    return Dataset(InMemoryTable(arrow), info=info, split=NamedSplit("train"), fingerprint=fingerprint)


def claim(claim_id: str) -> "Claim":
    """Return one claim.

    Parameters
    ----------
    claim_id : str
        As in ``"d01-c03"``.

    Raises
    ------
    UnknownNameError
        No claim bears the id; the nearest ids are in the message.
    IntegrityError
        The shipped bytes differ from the manifest.

    Examples
    --------
    >>> claim("d01-c03").text[:8]
    '训练语言数据非常'
    """
    by_id = cached("by id", "claims", _by_id)
    return by_id[known_name("claim", claim_id, by_id)]


def source() -> "Source":
    """Return the source: the whole text, what is known of it, and its `segments`.

    Raises
    ------
    IntegrityError
        The shipped bytes differ from the manifest.

    Examples
    --------
    >>> len(source().text), source().segments[-1].end
    (2011, 2011)
    """
    return load("sources")[0]


def data_path() -> "Path":
    """Return the directory of the installed data, in the layout of a Hub dataset repository.

    Raises
    ------
    NotOnDiskError
        The package is imported from an archive, so its data has no directory.
    """
    from pathlib import Path

    return Path(release.directory())


def cached(form: str, table: _Name, make: Callable[[_Name], _Value]) -> _Value:
    """Return what `make(table)` returned the first time, in every thread the same object."""
    # One lock for all: making a table takes milliseconds, and pydantic finishes a model's validator on
    # first use, which two threads must not do at once.
    with _lock:
        if (form, table) not in _cache:
            _cache[form, table] = make(table)
        return cast("_Value", _cache[form, table])


def _records(table: release.TableName) -> "tuple[Record, ...]":
    from ..records.models import KINDS

    model = KINDS[release.TABLES[table]]
    data = release.read(f"{table}.jsonl")
    return tuple(model.model_validate_json(line) for line in release.lines(data))


def _by_id(_: str) -> "dict[str, Claim]":
    return {one.claim_id: one for one in load("claims")}


def _table(table: release.TableName) -> "pa.Table":
    return release.parquet_table(release.read(f"{table}.parquet"))


def shipped() -> "Corpus":
    """Return the corpus that the package ships.

    Raises
    ------
    IntegrityError
        The shipped bytes differ from the manifest.
    """
    from ..corpus.corpus import Corpus
    from ..corpus.files import NAMES, read_corpus

    return cached(
        "corpus",
        "shipped",
        lambda _: Corpus(*read_corpus({name: release.read(name) for name in NAMES}, data_release)),
    )


def find(text: str) -> "tuple[Match, ...]":
    """Return every place where a text stands in the claims, headings and headline, in both languages.

    Where it stands nowhere, the nearest places are returned, which `how` says: they are no evidence that
    anybody said it. Letters are compared as they are, in their case.

    Parameters
    ----------
    text : str
        1 to 4,000 code points, not white space alone.

    Returns
    -------
    tuple of Match
        Exact matches, then those that differ in markers only, then in typography only, each in order of the
        passages and offsets; else up to three nearest, the most similar first. Offsets are code points, end
        exclusive: into the source for Chinese, into the English string for English.

    Raises
    ------
    TextError
        It is no string, or empty, white space alone, or too long.
    IntegrityError
        The shipped bytes differ from the manifest.

    Examples
    --------
    >>> [(match.record_id, match.start) for match in find("推理模型")][:2]
    [('d04-c01', 820), ('d05-c03', 1072)]
    >>> find("GPT‐4已经是")[0].how
    'typography'
    """
    from ..corpus.search import passages_of

    return cached("passages", "all", lambda _: passages_of(shipped())).find(text)

"""Load the shipped tables as objects, Arrow tables and datasets."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, overload

from .. import release
from .._version import data_release
from ..errors import MissingDependencyError, known_name
from ..first_use import lock

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    from datasets import Dataset

    from ..corpus.corpus import Corpus
    from ..corpus.search import Match
    from ..records.models import Claim, Dialogue, Label, Mention, Record, Relation, Source, Translation
    from ..validation.engine.options import Against

__all__ = [
    "cached",
    "claim",
    "corpus_of",
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

_cache: dict[tuple[str, str], Any] = {}


class _Records(tuple["Record", ...]):
    """Records that a notebook shows as a table."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        from ..page.fragments import records_fragment

        return records_fragment(self)


def tables() -> tuple[release.TableName, ...]:
    """Return the names of the shipped tables; the default comes first.

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

    Every call returns the same objects, in every thread. Nothing is downloaded or written.

    Parameters
    ----------
    table : str, default "claims"
        One of `tables()`.

    Returns
    -------
    tuple of Record
        Records in the order of the source: 41 of `Claim`, 10 of `Dialogue`, 1 of `Source`, …

    Raises
    ------
    UnknownNameError
        There is no such table; the message suggests similar names.
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

    Every call returns the same object; Arrow tables are immutable. Nothing is downloaded or written.

    Parameters
    ----------
    table : str, default "claims"
        One of `tables()`.

    Returns
    -------
    pyarrow.Table
        Rows in the order of the source; the schema is `arrow_schema` of the table's kind. Offsets are code
        points into the source, end exclusive.

    Raises
    ------
    UnknownNameError
        There is no such table; the message suggests similar names.
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

    The dataset is held in memory: nothing is downloaded and no cache file is written. Its fingerprint depends
    only on the data, so `map` and `filter` find their cached results again. Every call returns a new object,
    because the format of a dataset can be changed in place.

    Parameters
    ----------
    table : str, default "claims"
        One of `tables()`.

    Returns
    -------
    datasets.Dataset
        The split ``train``; `info` has features, description, citation, licence and version.

    Raises
    ------
    MissingDependencyError
        `datasets` is not installed; the message has the command that installs it.
    UnknownNameError
        There is no such table; the message suggests similar names.
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
    """Return the claim with an id.

    Parameters
    ----------
    claim_id : str
        The id, such as ``"d01-c03"``.

    Raises
    ------
    UnknownNameError
        There is no such claim; the message suggests similar ids.
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
    """Return the source: its whole text, its metadata and its `segments`.

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
    """Return the directory of the installed data, which has the layout of a Hub dataset repository.

    Returns
    -------
    pathlib.Path
        The directory with the tables, the files that describe them, and the manifest.

    Raises
    ------
    NotOnDiskError
        The package is imported from an archive, so the data has no directory.
    """
    from pathlib import Path

    return Path(release.directory())


def cached(form: str, table: _Name, make: Callable[[_Name], _Value]) -> _Value:
    """Return `make(table)`, cached: every call returns the same object, in every thread."""
    # One lock for all tables is enough, because making one takes milliseconds. It also protects pydantic,
    # which completes a model's validator on first use: two threads must not do that at once.
    with lock:
        if (form, table) not in _cache:
            _cache[form, table] = make(table)
        return cast("_Value", _cache[form, table])


def _records(table: release.TableName) -> "tuple[Record, ...]":
    from ..records.models import KINDS

    model = KINDS[release.TABLES[table]]
    data = release.read(f"{table}.jsonl")
    return _Records(model.model_validate_json(line) for line in release.lines(data))


def _by_id(_: str) -> "dict[str, Claim]":
    return {one.claim_id: one for one in load("claims")}


def _table(table: release.TableName) -> "pa.Table":
    return release.parquet_table(release.read(f"{table}.parquet"))


def shipped() -> "Corpus":
    """Return the shipped corpus.

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


def corpus_of(against: "Against") -> "Corpus":
    """Return the corpus to validate against or to search; the shipped one if none is given.

    Raises
    ------
    CorpusError
        A file of the corpus is missing or invalid.
    IntegrityError
        The shipped bytes differ from the manifest.
    """
    from ..corpus.corpus import Corpus

    if against is None:
        return shipped()
    return against if isinstance(against, Corpus) else Corpus.from_files(os.fspath(against))


def find(text: str, *, against: "Against" = None) -> "tuple[Match, ...]":
    """Find a text in the claims, headings and headline, in both languages.

    If the text does not occur, the nearest places are returned, with `how` set to ``"nearest"``. They are not
    matches: a similar text may say the opposite.

    Parameters
    ----------
    text : str
        The text to find: 1 to 4,000 code points, not only white space.
    against : Corpus or path of a folder, optional
        The corpus to search. Default: the shipped claims.

    Returns
    -------
    tuple of Match
        First exact matches, then those that differ only in markers, then in typography, then in typography
        and case, each in the order of passages and offsets. Without any match: up to three nearest places,
        the most similar first. Offsets are code points, end exclusive: into the source for the text of
        claims, into the English string for English.

    Raises
    ------
    TextError
        The text is not a string, is empty, is only white space, or is too long.
    CorpusError
        A file of the corpus is missing or invalid.
    IntegrityError
        The shipped bytes differ from the manifest.

    Examples
    --------
    >>> [(match.record_id, match.start) for match in find("推理模型")][:2]
    [('d04-c01', 820), ('d05-c03', 1072)]
    >>> find("GPT‐4已经是")[0].how, find("lora模块")[0].how
    ('typography', 'case')
    """
    return corpus_of(against).find(text)

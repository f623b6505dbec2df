"""Make a corpus of statements whose quotes are in a text."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..corpus.corpus import Corpus
from ..corpus.files import read_corpus
from ..corpus.units import corpus_files, numbered, table_files
from ..raw_output.failures import failures_of
from ..raw_output.parse import Parsed
from ..reading import read_records
from ..records.models import Statement
from .engine.execution import Engine
from .engine.options import Check
from .fix import fix_data
from .split import Split, split_data
from .writers.rows import as_json

__all__ = ["corpus_of_quotes"]


def corpus_of_quotes(text: str, statements: Any, source_id: str) -> tuple[Corpus, Split]:
    """Return a corpus of the statements whose quotes are in a text; the method is `Corpus.from_quotes`."""
    documents = read_corpus(corpus_files({source_id: text}, "document"))
    (document,) = documents.claims.values()
    # The statements are rows about one claim: the whole text.
    whole = Corpus({source_id: document._replace(claim_id=source_id)}, documents.sources)
    failures = failures_of(statements)
    check = Check(
        data=statements.complete_rows if isinstance(statements, Parsed) else statements,
        against=whole,
        kind=Statement,
        defaults={"claim_id": source_id},
    )
    with Engine(check) as engine:
        fixed = fix_data(engine, check, failures=failures, unsafe=False)
        if not fixed.report.complete:
            return Corpus({}, whole.sources), Split(None, None, None, fixed.report, failures)
        split = split_data(engine, replace(check, data=fixed.data), failures=failures)
        placed = read_records(engine, replace(check, data=split.valid)) if split.report.valid else []
    split = split._replace(rejects=_without_id(split.rejects))
    claims = [
        _claim(claim_id, source_id, text, statement)
        for claim_id, statement in zip(numbered("c", len(placed)), placed, strict=True)
        if isinstance(statement, Statement)
    ]
    if not claims:
        return Corpus({}, whole.sources), split
    sources = [{"source_id": source_id, "text": text}]
    return Corpus(*read_corpus(table_files({"sources.jsonl": sources, "claims.jsonl": claims}))), split


def _without_id(rejects: Any) -> Any:
    """Return rejects as they were given: messages for a model must not have an id that it did not write."""
    if not isinstance(rejects, list):
        return rejects
    return [
        {name: value for name, value in row.items() if name != "claim_id"}
        if isinstance(row, Mapping)
        else row
        for row in rejects
    ]


def _claim(claim_id: str, source_id: str, text: str, statement: Statement) -> dict[str, Any]:
    """Return the row of a claim. Without offsets, the quote occurs several times; the first is taken."""
    quote, start = statement.quote, statement.quote_start
    start = text.index(quote) if start is None else start
    place = {"text": quote, "start": start, "end": start + len(quote)}
    others = {"statement": statement.statement} if statement.statement else {}
    # As `fix` and `split` write them.
    extra: dict[str, Any] = json.loads(as_json(statement.model_extra or {}))
    return {"claim_id": claim_id, "source_id": source_id, **place, **others, **extra}

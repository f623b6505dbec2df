"""What a notebook shows of findings, reports, matches, corpora and records: the `_repr_html_` of each."""

from collections.abc import Sequence
from typing import Any

from ..corpus.corpus import Corpus
from ..corpus.search import Match
from ..metadata import CAUTION
from ..records.models import Claim, Record
from ..validation.findings.display import counted
from ..validation.findings.finding import Finding
from ..validation.findings.report import Report
from ..validation.split import Split
from .report_page import groups_of, result_of
from .shown_rows import text_of
from .templating import render_fragment

__all__ = [
    "corpus_fragment",
    "finding_fragment",
    "match_fragment",
    "record_fragment",
    "records_fragment",
    "report_fragment",
    "split_fragment",
]

_MOST_ROWS, _MOST_GROUPS = 10, 20

_LONGEST = 200


def finding_fragment(finding: Finding) -> str:
    """Return a finding with its differences."""
    return render_fragment("one_finding", finding)


def report_fragment(report: Report) -> str:
    """Return the result of a report, and its first groups of findings with an example each."""
    return render_fragment("report", report, result_of(report), groups_of(report, _MOST_GROUPS, 1))


def split_fragment(split: Split) -> str:
    """Return the numbers of rows of a `Split`, and its report."""
    return render_fragment("split", repr(split)[1:-1], report_fragment(split.report))


def match_fragment(match: Match) -> str:
    """Return a match in its context, with its differences."""
    return render_fragment("match", match)


def corpus_fragment(corpus: Corpus) -> str:
    """Return the numbers of a corpus, and its first claims."""
    claims = [*corpus.claims.values()][:_MOST_ROWS]
    names = ["claim_id", "text"] + ["text_en"] * any(one.text_en for one in claims)
    rows = [[_cut(getattr(one, name) or "") for name in names] for one in claims]
    return render_fragment("table", f"Corpus: {corpus.summary}", names, rows, _first(claims, corpus.claims))


def record_fragment(record: Record) -> str:
    """Return the fields of a record that are not null."""
    values = record.model_dump(mode="json")
    rows = [[name, _cut(text_of(value))] for name, value in values.items() if value is not None]
    return render_fragment("table", type(record).__name__, ["field", "value"], rows, "")


def records_fragment(records: Sequence[Record]) -> str:
    """Return the first of some records as a table, without columns that are null in all of them."""
    shown = [one.model_dump(mode="json") for one in records[:_MOST_ROWS]]
    names = [name for name in shown[0] if any(row[name] is not None for row in shown)] if shown else []
    rows = [[_cut(text_of(row[name])) if row[name] is not None else "" for name in names] for row in shown]
    kind = type(records[0]) if records else Record
    notes = (_first(shown, records), CAUTION if issubclass(kind, Claim) else "")
    caption = counted(len(records), kind.__name__)
    return render_fragment("table", caption, names, rows, "; ".join(filter(None, notes)))


def _first(shown: Any, held: Any) -> str:
    return f"the first {len(shown)} of {len(held):,}" if len(shown) < len(held) else ""


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

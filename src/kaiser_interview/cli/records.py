"""``claims``, ``show`` and ``cite``: print claims and citations."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Annotated, Any, TypeVar, get_args

import typer
from rich.console import Console
from rich.text import Text

from ..corpus.corpus import Corpus
from ..corpus.files import CorpusClaim, Heading
from ..dataset import citation, loaders
from ..dataset.exports import claims_table
from ..errors import InputError, KaiserInterviewError, UnknownNameError, known_name
from ..metadata import CAUTION, MACHINE_TRANSLATION
from ..records.models import Claim, ClaimType, Horizon, Topic
from ..render.terminal import console, print_hanging
from ..validation.findings.display import visible
from .output import Against, Format, as_utf8, folder_of, on_one_line, write_rows

__all__ = ["cite", "claim_named", "claims", "show"]

_Claim = TypeVar("_Claim")

_FILTERS = {
    "dialogue": ("dialogue_id", "dialogue"),
    "topic": ("topics", "topic"),
    "claim type": ("claim_type",),
    "horizon": ("horizon",),
}
"""The columns of claims that each option may be about; the first that claims have is used."""

_CONTEXT = 16
"""The characters of a source to show before and after a claim of a custom corpus."""

_WIDEST = 32
"""The most cells for the ids of claims."""


class Style(StrEnum):
    """The format of citations."""

    bibtex = "bibtex"
    apa = "apa"
    csl = "csl"
    cff = "cff"


def _claim_ids(context: typer.Context) -> list[str]:
    """Return the ids that the shell may complete: those of the corpus that the command line names."""
    try:
        return [*loaders.corpus_of(context.params.get("against")).claims]
    except (KaiserInterviewError, OSError):
        return []


def claims(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORDS",
            help="Only claims in which all these words occur, as `find` finds them, in Chinese or English.",
        ),
    ] = None,
    dialogue: Annotated[str | None, typer.Option(help="Only claims of one dialogue: d01 to d10.")] = None,
    topic: Annotated[
        list[str] | None,
        typer.Option(help=f"Only claims with this topic. Repeatable. One of {', '.join(get_args(Topic))}."),
    ] = None,
    claim_type: Annotated[
        str | None, typer.Option(help=f"Only claims of this type: one of {', '.join(get_args(ClaimType))}.")
    ] = None,
    horizon: Annotated[
        str | None, typer.Option(help=f"Only claims about this time: one of {', '.join(get_args(Horizon))}.")
    ] = None,
    against: Against = None,
    form: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.text,
) -> None:
    """List claims: all, or those with given words or labels."""
    folder = folder_of(against)
    corpus = loaders.corpus_of(folder)
    found = set(corpus.claims)
    for option, name in (
        ("dialogue", dialogue),
        *(("topic", one) for one in topic or ()),
        ("claim type", claim_type),
        ("horizon", horizon),
    ):
        if name is not None:
            found &= _labelled(corpus, option, name)
    for word in words or ():
        found &= corpus.passages.claims_with(as_utf8(word))
    if form is not Format.text:
        table = claims_table(None if folder is None else corpus)
        write_rows([row for row in table.rows if row["claim_id"] in found], table.columns, form)
    elif found:
        _print(corpus, found, is_shipped=folder is None)
    if not found:
        typer.echo("no claim matches", err=True)


def show(
    claim_id: Annotated[
        str,
        typer.Argument(metavar="ID", help="The id of a claim, such as d01-c03.", autocompletion=_claim_ids),
    ],
    against: Against = None,
    form: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.text,
) -> None:
    """Show one claim with its English, place and labels."""
    folder = folder_of(against)
    corpus = loaders.corpus_of(folder)
    claim = claim_named(claim_id, corpus.claim)
    if form is not Format.text:
        table = claims_table(None if folder is None else corpus)
        write_rows([row for row in table.rows if row["claim_id"] == claim_id], table.columns, form)
        return
    out = console()
    out.print(Text(visible(claim.claim_id), style="bold cyan"))
    lines = _shipped_lines(claim) if folder is None else _lines(corpus, claim)
    width = min(max(14, *(len(name) + 4 for name, _ in lines)), _WIDEST)
    for name, value in lines:
        print_hanging(out, f"  {name} ", width, value)
    if folder is None:
        print_hanging(out, "", 0, CAUTION, "italic")


def cite(
    claim_ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...",
            help="Ids of claims, such as d01-c03. Default: the data set.",
            autocompletion=_claim_ids,
        ),
    ] = None,
    style: Annotated[
        Style, typer.Option("--format", help="The format. `cff` is for the data set only.")
    ] = Style.bibtex,
) -> None:
    """Print a citation of the data set, or of claims."""
    claims = [claim_named(one, loaders.claim) for one in dict.fromkeys(claim_ids or ())]
    typer.echo("\n\n".join(_parts(style, claims)).rstrip("\n"))


def claim_named(claim_id: str, of: Callable[[str], _Claim]) -> _Claim:
    """Return the claim with an id.

    Parameters
    ----------
    claim_id : str
        The id.
    of : callable
        Returns the claim with an id, or raises an `UnknownNameError`.

    Raises
    ------
    UnknownNameError
        There is no such claim; the message suggests similar ids.
    InputError
        There is no such claim and no similar id; the message says how to find ids.
    """
    try:
        return of(claim_id)
    except UnknownNameError as error:
        if error.nearest:
            raise
        raise InputError(f"{error}; run `kaiser-interview claims WORDS` to find ids") from None


def _labelled(corpus: Corpus, option: str, name: str) -> set[str]:
    """Return the ids of the claims that have a value in the column of an option.

    Raises
    ------
    InputError
        The claims of the corpus have no such column.
    UnknownNameError
        No claim has the value.
    """
    columns = _FILTERS[option]
    column = next((one for one in columns if one in corpus.columns), None)
    if column is None:
        raise InputError(
            f"--{option.replace(' ', '-')}: expected claims with the column {' or '.join(columns)}, "
            f"got {', '.join(sorted(corpus.columns))}"
        )
    ids: dict[str, set[str]] = {}
    for claim in corpus.claims.values():
        for value in _values(claim.columns.get(column)):
            ids.setdefault(value, set()).add(claim.claim_id)
    return ids[known_name(option, name, ids)]


def _values(value: Any) -> Iterator[str]:
    """Yield a value of a column, or those in its list, as text."""
    for one in value if isinstance(value, list) else [value]:
        if one is not None:
            yield str(one)


def _shipped_lines(claim: CorpusClaim) -> list[tuple[str, Text | str]]:
    """Return the lines about a shipped claim, each with its label."""
    record = loaders.claim(claim.claim_id)
    dialogue = next(one for one in loaders.load("dialogues") if one.dialogue_id == record.dialogue_id)
    return [
        ("text", Text(record.text, "bold")),
        ("english", f"{record.text_en} ({MACHINE_TRANSLATION})"),
        ("citations", f"{record.markers} (taken to be paragraphs of the article)"),
        ("dialogue", f"{dialogue.number}. {dialogue.title}"),
        ("", f"{dialogue.title_en} ({MACHINE_TRANSLATION})"),
        ("place", _place(claim)),
        ("context", Text.assemble(f"…{record.prefix}", (record.text, "bold"), f"{record.suffix}…")),
        ("topics", ", ".join(record.topics)),
        ("type", record.claim_type),
        ("horizon", record.horizon),
        ("sha-256", record.claim_sha256),
        ("since", f"{record.since}, last revised in {record.revised}"),
    ]


def _lines(corpus: Corpus, claim: CorpusClaim) -> list[tuple[str, Text | str]]:
    """Return the lines about a claim of a custom corpus, each with its label."""
    own = {"text", "text_en", "start", "end", "markers", "source_id"}
    columns = {name: value for name, value in claim.columns.items() if name not in own}
    heading = _Headings(corpus).above(claim)
    before = claim.source[max(0, claim.start - _CONTEXT) : claim.start]
    after = claim.source[claim.end : claim.end + _CONTEXT]
    context = Text.assemble(
        f"{'…' if claim.start > _CONTEXT else ''}{_line(before)}",
        (_line(claim.text), "bold"),
        f"{_line(after)}{'…' if claim.end + _CONTEXT < len(claim.source) else ''}",
    )
    lines: list[tuple[str, Text | str]] = [
        ("text", Text(_line(claim.text), "bold")),
        ("english", _line(claim.text_en or "")),
        ("markers", _line(claim.markers)),
        ("heading", _line(heading.text) if heading else ""),
        ("", _line(heading.text_en or "") if heading else ""),
        ("source", visible(claim.source_id)),
        ("place", _place(claim)),
        ("context", context),
        *((visible(name), visible(", ".join(_values(value)))) for name, value in columns.items()),
        ("sha-256", claim.sha256),
    ]
    return [(name, value) for name, value in lines if value]


def _place(claim: CorpusClaim) -> str:
    return f"code points {claim.start} to {claim.end} of {len(claim.source)}, end exclusive"


def _line(text: str) -> str:
    """Return a text of a corpus on one line, with invisible characters escaped."""
    return visible(on_one_line(text))


class _Headings:
    """The headings of a corpus, to look up the last one before a claim."""

    def __init__(self, corpus: Corpus) -> None:
        self._by_source: dict[str, list[Heading]] = {}
        for one in sorted(corpus.headings, key=lambda one: one.start):
            if one.record == "heading":
                self._by_source.setdefault(one.source_id, []).append(one)

    def above(self, claim: CorpusClaim) -> Heading | None:
        """Return the last heading before a claim; None if there is none."""
        headings = self._by_source.get(claim.source_id, [])
        number = bisect_right(headings, claim.start, key=lambda one: one.start)
        return headings[number - 1] if number else None


def _print(corpus: Corpus, found: set[str], *, is_shipped: bool) -> None:
    """Print claims below their headings."""
    out, headings = console(), _Headings(corpus)
    dialogues = loaders.load("dialogues") if is_shipped else ()
    titles = {one.dialogue_id: (f"{one.number}. ", one.title) for one in dialogues}
    claims = [claim for claim in corpus.claims.values() if claim.claim_id in found]
    width = min(max(len(visible(claim.claim_id)) for claim in claims) + 6, _WIDEST)
    heading = None
    for claim in claims:
        above = headings.above(claim)
        if above and above != heading:
            label, title = titles.get(above.record_id, ("", _line(above.text)))
            print_hanging(out, label, len(label) and 4, title, "bold")
            _print_english(out, 4, above.text_en)
        heading = above
        print_hanging(out, f"    {visible(claim.claim_id)} ", width, _line(f"{claim.text} {claim.markers}"))
        _print_english(out, width, claim.text_en)
    count = "1 claim" if len(claims) == 1 else f"{len(claims)} claims"
    note = f". English: {MACHINE_TRANSLATION}. {CAUTION}" if is_shipped else ""
    print_hanging(out, "", 0, f"{count}{note}", "italic")


def _print_english(out: Console, width: int, text: str | None) -> None:
    if text:
        print_hanging(out, "", width, _line(text), "dim")


def _parts(style: Style, claims: list[Claim]) -> list[str]:
    """Return the parts of the output; an empty line is printed between them."""
    if style is Style.cff:
        return [citation.cff()]
    source = loaders.source()
    if style is Style.csl:
        items = [citation.csl_item(claim) for claim in claims]
        return [citation.csl(*items, citation.article_csl_item(source)) if claims else citation.csl()]
    entry, article = (
        (citation.apa, citation.article_apa)
        if style is Style.apa
        else (citation.bibtex, citation.article_bibtex)
    )
    if not claims:
        return [entry()]
    return [*(citation.claim_text(claim, source) for claim in claims), *map(entry, claims), article(source)]

"""The page of a corpus. That of the shipped claims has their labels, mentions, relations and citations."""

from typing import TYPE_CHECKING, Any

from ..metadata import CAUTION, LANGUAGES, MACHINE_TRANSLATION, TITLE
from ..page.corpus_page import ClaimDetails, PageText, corpus_page
from ..page.shown_rows import ShownRow, ShownRows, row_of
from . import citation, loaders

if TYPE_CHECKING:
    from ..corpus.corpus import Corpus
    from ..corpus.files import CorpusClaim

__all__ = ["page_of"]

_LAYERS = ("labels", "mentions", "relations")


def page_of(corpus: "Corpus", shown: ShownRows | None = None) -> str:
    """Return the page of a corpus with rows; `Corpus.to_html` is the public method."""
    if corpus.digest != loaders.corpus_of(None).digest:
        return corpus_page(corpus, shown)
    source = loaders.source()
    text = PageText(
        title=TITLE,
        notes=(
            (source.headline, LANGUAGES[0]),
            (f"{source.headline_en} ({MACHINE_TRANSLATION}, as all English)", LANGUAGES[1]),
            (CAUTION, LANGUAGES[1]),
        ),
        language=LANGUAGES[0],
    )
    layers = {name: _by_claim(name) for name in _LAYERS}

    def details(claim: "CorpusClaim") -> ClaimDetails:
        record = loaders.claim(claim.claim_id)
        return ClaimDetails(
            citation.claim_text(record, source),
            (("citations", f"{record.markers} (taken to be paragraphs of the article)"),),
            tuple((name, layers[name].get(claim.claim_id, ())) for name in _LAYERS),
        )

    return corpus_page(corpus, shown, text=text, details=details)


def _by_claim(table: Any) -> dict[str, list[ShownRow]]:
    """Return the rows of a shipped table by claim; a relation is a row of both its claims."""
    found: dict[str, list[ShownRow]] = {}
    for record in loaders.load(table):
        values = record.model_dump(mode="json")
        row = row_of(values["kind"], values)
        for name in ("claim_id", "other_claim_id"):
            if name in values:
                found.setdefault(values[name], []).append(row)
    return found

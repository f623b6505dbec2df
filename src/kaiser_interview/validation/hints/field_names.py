"""Recognise names that other tools give to the fields of a kind."""

import re
from collections.abc import Collection

__all__ = ["called", "in_reference", "note_of", "says_more"]

_REFERENCE = ("claim_id", "quote", "quote_start", "quote_end")
"""The fields of a reference that other tools put into the row."""

_INDEX = "usually the pandas index: write the table with index=False"

_TOKENS = "a tokeniser column: remove it"

# By field: its names in other tools, folded. Only fields that the row does not have are suggested.
_CALLED = {
    "claim_id": "claim claimno claimnumber statement statementid docid documentid head claim1 claima",
    "other_claim_id": "claim2 claimb otherclaim tail object target to",
    "claim_sha256": "sha256 digest hash checksum claimhash",
    "quote": "evidence evidencetext span spantext snippet excerpt quotation supportingtext",
    "quote_start": "start answerstart begin startchar charstart spanstart startoffset startindex offset",
    "quote_end": "end answerend stop endchar charend spanend endoffset endindex",
    "translation": "target tgt translated translationtext translatedtext mt hypothesis en",
    "language": "lang targetlanguage targetlang tgtlang locale",
    "scheme": "task taxonomy labelset",
    "value": "label tag category class prediction predictedlabel topic annotation",
    "verdict": "label rating ruling goldlabel prediction predictedlabel",
    "urls": "url link links sources evidenceurls evidenceurl",
    "name": "entity entityname normalized normalised",
    "type": "entitytype entitygroup label nertag category",
    "relation": "label relationtype predicate edge",
    "question": "query prompt",
    "answer": "answertext response",
    "answerable": "isanswerable",
    "references": "evidence citations sources supportingfacts claims claimids",
    "vector": "embedding embeddings features values",
    "model": "modelname modelid embeddingmodel",
    "of": "field column textfield",
    "creator": "annotator annotatorid author worker workerid user username model modelname",
    "created": "createdat timestamp date time datetime",
    "confidence": "score probability prob certainty",
    "rationale": "explanation reason reasoning justification comment comments note notes thought",
    "release": "version dataversion datasetversion",
    "id": "uid uuid rowid exampleid customid key",
}

_NOTES = {
    "unnamed0": _INDEX,
    "indexlevel0": _INDEX,
    "level0": _INDEX,
    "inputids": _TOKENS,
    "attentionmask": _TOKENS,
    "tokentypeids": _TOKENS,
    "isimpossible": "use answerable, with the opposite value",
    "answers": "write the text of one answer as answer, and its position into references, as quote_start "
    "and quote_end",
}


def called(name: str, absent: Collection[str]) -> str | None:
    """Return the missing field that other tools call by this name, or None."""
    folded = _folded(name)
    return next(
        (field for field, names in _CALLED.items() if field in absent and folded in names.split()), None
    )


def says_more(name: str, fields: Collection[str]) -> bool:
    """Return whether an unknown field has a meaningful name, so that it must not be removed.

    Parameters
    ----------
    name : str
        The unknown field.
    fields : collection of str
        The fields of the kind.
    """
    if _folded(name) in {"isimpossible", "answers"} or called(name, fields) is not None:
        return True
    return "references" in fields and in_reference(name) is not None


def in_reference(name: str) -> str | None:
    """Return the field of a reference that a field of the row corresponds to, or None."""
    return name if name in _REFERENCE else called(name, _REFERENCE)


def note_of(name: str) -> str | None:
    """Return a hint about a known column that corresponds to no field, or None."""
    if not name:
        return (
            "remove the column: a first column without a name is often the pandas index, which "
            "to_csv(index=False) leaves out; a last one comes from a comma at the end of each line"
        )
    return _NOTES.get(_folded(name))


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name[:80].lower())

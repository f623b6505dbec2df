"""All finding codes, each with severity, meaning, example and correction."""

import json
from typing import Any, Literal, NamedTuple

__all__ = ["CODES", "Code", "Severity"]

Severity = Literal["error", "warning"]


class Code(NamedTuple):
    """A finding code and its documentation."""

    name: str
    group: str
    severity: Severity
    meaning: str
    example: str
    """Data that causes the finding: JSON rows if the text begins with a brace, otherwise a description."""
    correction: str


def _codes(group: str, severity: Severity, *texts: tuple[str, str, str, str]) -> dict[str, Code]:
    return {
        name: Code(name, group, severity, meaning, example, correction)
        for name, meaning, example, correction in texts
    }


def _row(**fields: Any) -> str:
    return json.dumps(fields, ensure_ascii=False)


_CLAIM = "d01-c01"

CODES: dict[str, Code] = {
    **_codes(
        "reading",
        "error",
        (
            "unreadable",
            "An input could not be read completely, it changed while it was read, or its format is not supported, "
            "such as a workbook.",
            "A path that does not exist.",
            "Check the path and its permissions. Do not write to a file while it is validated. Convert other formats "
            "to JSON Lines, CSV or Parquet.",
        ),
        (
            "not-utf8",
            "The bytes are not UTF-8 text. The finding names the encodings in which the whole file would be text.",
            "A file that a spreadsheet saved in the encoding of the system.",
            "Convert the file to UTF-8: `iconv -f ENCODING -t UTF-8`. In a spreadsheet, save it as CSV UTF-8.",
        ),
        (
            "invalid-json",
            "The row is not valid JSON (RFC 8259), or it has an escaped surrogate without its pair (RFC 7493).",
            '{"claim_id": "d01-c01",}',
            "Write rows with a JSON library, one object per line. Trailing commas, single quotes and comments are not "
            "JSON.",
        ),
        (
            "invalid-csv",
            "The record does not match RFC 4180: a quotation mark inside an unquoted field, text after a closing "
            "quotation mark, or more or fewer fields than the header. Or the first line is not a header.",
            'A header with two fields and the record `d01-c01,a,b`, or `d01-c01,a "b" c`.',
            "Write the file with a CSV library. Quote a field that has a comma, a quotation mark or a line end, and "
            "double the quotation marks in it.",
        ),
        (
            "duplicate-key",
            "An object has the same key twice. Readers disagree about its value.",
            '{"claim_id": "d01-c01", "claim_id": "d01-c02"}',
            "Keep one of the two.",
        ),
        (
            "not-finite",
            "A number is NaN or infinite, or too large for a double.",
            '{"claim_id": "d01-c01", "confidence": NaN}',
            "Write null or leave the field out if there is no number.",
        ),
        (
            "not-an-object",
            "The row is not an object. Or it is an object that contains the rows: a list under a name, a "
            "column-oriented table, an API response. Or all cells of a record are empty.",
            "A line `[1, 2]`.",
            'Write each row as an object: `{"claim_id": …}`.',
        ),
        (
            "line-too-long",
            "A row is longer than 8 MiB. It is not read.",
            "A file without line feeds between its rows.",
            "Write one row per line. No kind needs such long rows.",
        ),
        (
            "too-deep",
            "Arrays and objects are nested about 200 levels deep or deeper.",
            "A line of 100,000 opening brackets.",
            "Write flat rows. No kind needs more than five levels.",
        ),
        (
            "truncated",
            "The data ends in the middle of a row, a quoted field, an array or a compressed stream.",
            '{"claim_id": "d01-c01", "transl',
            "Write or download the file again. If it is the output of a model, raise the limit of output tokens.",
        ),
        (
            "duplicate-column",
            "Two columns have the same name. All rows are invalid.",
            "A header `claim_id,quote,quote`.",
            "Rename or remove one of the two.",
        ),
        (
            "no-rows",
            "There are no rows: no file was found, or a file has no rows.",
            "An empty file.",
            "Check that the step that writes the rows succeeded.",
        ),
    ),
    **_codes(
        "reading",
        "warning",
        (
            "blank-line",
            "A line is empty. It is skipped, and does not count as a row.",
            "Two consecutive line feeds.",
            "Remove the line.",
        ),
    ),
    # A warning in CSV: spreadsheets write the mark, and need it to recognise UTF-8.
    **_codes(
        "reading",
        "error",
        (
            "byte-order-mark",
            "The file begins with a byte order mark. JSON must not have one (RFC 8259, section 8.1). In CSV this is a "
            "warning, because spreadsheets need it. The mark is skipped.",
            "A JSON Lines file whose first bytes are EF BB BF.",
            'Write the file without it: in Python with `encoding="utf-8"`, not `"utf-8-sig"`.',
        ),
    ),
    **_codes(
        "answer",
        "error",
        (
            "answer-truncated",
            "The answer of the model is cut off: the service says so, or its JSON or its reasoning does not end. It is "
            "never completed.",
            '[{"claim_id": "d01-c01", "transl',
            "Raise the limit of output tokens, or ask for fewer rows at once, and send the request again.",
        ),
        (
            "answer-refused",
            "The model, or a filter of the service, refused to answer.",
            "A response whose finish reason is `content_filter`.",
            "Change the request.",
        ),
        (
            "answer-empty",
            "The answer has no text, or only empty lists. That is right if there was nothing to find.",
            "A response whose content is empty.",
            "Send the request again, unless an empty list is right.",
        ),
        (
            "answer-failed",
            "The service gave no answer: the request failed, expired or was canceled.",
            "A line of batch results with an `error`.",
            "Send the request again.",
        ),
        (
            "answer-without-rows",
            "The answer has text, but no object that is a row.",
            "Sorry, I cannot help with that.",
            "Ask for JSON with the fields of the draft: `kaiser-interview schema KIND --draft`.",
        ),
        (
            "answer-unreadable",
            "The answer has JSON with an error that a repair could not correct without changing the content, or a list of "
            "rows has another value. None of the rows is taken.",
            '{"claim_id": "d01-c01", "claim_id": "d01-c02"}',
            "Send the request again, with the draft schema as structured output if the service supports it.",
        ),
    ),
    **_codes(
        "answer",
        "warning",
        (
            "answer-repaired",
            "The answer is almost JSON. Only punctuation and comments were repaired; no key, text or number was changed. The "
            "rows have `x_repaired`.",
            "{'claim_id': 'd01-c01',}",
            "Ask for strict JSON.",
        ),
    ),
    **_codes(
        "shape",
        "error",
        (
            "unknown-kind",
            "The `kind` of the row is unknown, or is not one of the requested kinds.",
            _row(kind="tranlation", claim_id=_CLAIM),
            "Correct `kind`, or give the kind of all rows: `--kind translation`.",
        ),
        (
            "missing-field",
            "A required field is missing or null.",
            _row(claim_id=None),
            "Add the field to the row, or give its value for all rows: `--set method=model`.",
        ),
        (
            "unknown-field",
            "The row has a field that the schema of its kind does not define.",
            _row(claim_id=_CLAIM, note="…"),
            "Remove the field, begin its name with `x_`, or allow unknown fields with `--extra allow`. A misspelled "
            "field name is never allowed.",
        ),
        (
            "wrong-type",
            "A value has the wrong type: text for a number, 1.0 for an integer, 1 for true.",
            _row(claim_id=_CLAIM, confidence="0.9"),
            "Write the value with the type that the schema gives: `kaiser-interview schema KIND`.",
        ),
        (
            "bad-format",
            "A text does not match the format of its field, such as a digest, a language, an instant or an id. The "
            "whole text must match, and a date must exist.",
            _row(claim_id=_CLAIM, created="2026-02-30T00:00:00Z"),
            "See the description of the field: `kaiser-interview schema KIND`.",
        ),
        (
            "bad-length",
            "A text or a list is too short or too long. A text must not be empty.",
            _row(claim_id=_CLAIM, rationale=""),
            "Leave the field out if it has no value.",
        ),
        (
            "out-of-range",
            "A number is too small or too large for its field.",
            _row(claim_id=_CLAIM, confidence=90),
            "Write `confidence` from 0 to 1, and offsets of 0 or more.",
        ),
        (
            "not-in-vocabulary",
            "A value is not in the vocabulary of its field or of its label scheme.",
            _row(claim_id=_CLAIM, method="Model"),
            "Use a value of the vocabulary, spelled exactly. For custom values, use a custom scheme, whose name has a "
            "colon: `acme:stance`.",
        ),
        (
            "fields-disagree",
            "Fields contradict each other: one offset without the other, an answer to an unanswerable question, or an "
            "answerable question without an answer or references.",
            _row(claim_id=_CLAIM, quote="语言模型", quote_start=36),
            "Give both offsets or neither. Give an answer and references if the question is answerable.",
        ),
    ),
    **_codes(
        "reference",
        "error",
        (
            "unknown-claim",
            "No claim has this id.",
            _row(claim_id="d01-c1"),
            "Use the ids that `kaiser-interview claims` prints.",
        ),
        (
            "retired-claim",
            "The claim was removed from the corpus. Its id is never used again.",
            _row(claim_id="b-07"),
            "If the claim has a successor, check that the row fits it, and use its id.",
        ),
        (
            "stale-claim",
            "The row was made from an earlier text of the claim. Its digest is that of an earlier text, or its "
            "release is older than the last change of the text.",
            _row(claim_id="b-02", release="1.0.0"),
            "Compare the row with the current text, correct it, and write the current digest and release. No command "
            "renews a digest.",
        ),
        (
            "digest-differs",
            "`claim_sha256` is not the digest of the current text of the claim, nor of an earlier one.",
            _row(claim_id=_CLAIM, claim_sha256="0" * 64),
            "If it is the digest of another claim, `kaiser-interview fix` corrects the id, unless a quote contradicts "
            "it. If your own text changed, check the row against the current text; `Corpus.diff` lists the changes. "
            "Otherwise remove the digest, or compute it from the text of the claim in UTF-8.",
        ),
        (
            "unknown-release",
            "The corpus has no data release with this number.",
            _row(claim_id=_CLAIM, release="99.0.0"),
            "Install a version of the package that has the data release, or a later one. If the value is the version "
            "of the package, write the data release that the row was made from (`ki.data_release`).",
        ),
        (
            "claim-differs",
            "The row repeats a column of the claim, with another value than the claim has.",
            _row(claim_id=_CLAIM, position=2),
            "Copy the column from the claim again, or remove it. Often, rows were shifted against each other. If the "
            "row has the digest of the claim, `kaiser-interview fix` corrects its place: `source_id`, `dialogue_id`, "
            "`start` and `end`.",
        ),
    ),
    **_codes(
        "quote",
        "error",
        (
            "quote-not-found",
            "The quote does not occur in the claim, nor elsewhere in the corpus. The nearest passage is only a hint: "
            "a passage and its negation are similar.",
            _row(claim_id="d05-c03", quote="推理模型增加参数数量"),
            "Copy the quote from the claim, character by character.",
        ),
        (
            "quote-misattributed",
            "The quote does not occur in the claim, but in another claim, a heading or the headline.",
            _row(claim_id="d01-c01", quote="推理模型不增加参数数量"),
            "Use the id of the claim that the quote is from, or quote the claim that the row names.",
        ),
        (
            "quote-misplaced",
            "The quote occurs in the claim, but not at its offsets. Offsets are Unicode code points into the source, "
            "the end exclusive. The finding gives the right offsets and, if it explains the wrong ones, their unit.",
            _row(claim_id="d01-c01", quote="语言", quote_start=0, quote_end=2),
            "Run `kaiser-interview fix` if the quote occurs once. Otherwise write the offsets of one of its places.",
        ),
        (
            "quote-out-of-range",
            "The offsets are outside the source, or the end is not after the start.",
            _row(claim_id="d01-c01", quote="语言", quote_start=22, quote_end=20),
            "Count offsets in code points into the source, the end exclusive. `kaiser-interview fix` corrects them if "
            "the quote occurs once.",
        ),
        (
            "quote-markers-differ",
            "The quote differs from the claim only in markers such as `[7]`.",
            _row(claim_id="d01-c01", quote="表达智能的重要组成部分 [7]"),
            "Run `kaiser-interview fix`: it writes the source's own characters, and keeps the quote in `x_quote_as_written`.",
        ),
        (
            "quote-typography-differs",
            "The quote differs from the claim only in typography: width, normal form, quotation marks, dashes or white "
            "space.",
            _row(claim_id="d01-c01", quote="语言在时间维度上对智能至关重要，语言模型"),
            "Run `kaiser-interview fix`: it writes the source's own characters, and keeps the quote in `x_quote_as_written`.",
        ),
    ),
    **_codes(
        "quote",
        "warning",
        (
            "quote-ambiguous",
            "The quote has no offsets and occurs in the claim several times.",
            _row(claim_id="d01-c01", quote="语言"),
            "Add the offsets, or quote more of the claim.",
        ),
        (
            "quote-too-short",
            "The quote has no offsets and fewer than four code points, so it proves little.",
            _row(claim_id="d01-c01", quote="本质是"),
            "Quote more of the claim, or add the offsets.",
        ),
    ),
    **_codes(
        "set",
        "error",
        (
            "duplicate-id",
            "An earlier row has the same id. The finding gives its place.",
            _row(id="a", claim_id="d01-c01") + "\n" + _row(id="a", claim_id="d01-c02"),
            "Give each row a unique id, or none.",
        ),
        (
            "duplicate-record",
            "An earlier row has the same values in the fields of the key (`--key`).",
            _row(claim_id="d01-c01") + "\n" + _row(claim_id="d01-c01"),
            "Remove one of the rows, or add a field to the key that tells them apart.",
        ),
        (
            "missing-claim",
            "A group of rows has no row for a current claim (`--complete`).",
            _row(claim_id="d01-c01"),
            "Add the missing row.",
        ),
        (
            "too-many-labels",
            "A claim has more values of a shipped scheme by one creator than the scheme allows: one for "
            "`claim_type` and `horizon`, four for `topic`.",
            _row(claim_id="d01-c01", scheme="horizon", value="past")
            + "\n"
            + _row(claim_id="d01-c01", scheme="horizon", value="future"),
            "Keep as many values as the scheme allows, or give different creators if there were several.",
        ),
        (
            "dimension-differs",
            "A vector has another length than the first vector of the same model.",
            _row(claim_id="d01-c01", of="text", model="m", vector=[0.5, 0.5])
            + "\n"
            + _row(claim_id="d01-c02", of="text", model="m", vector=[0.5]),
            "Compute the vectors again, or give different models different names.",
        ),
    ),
    **_codes(
        "fidelity",
        "warning",
        (
            "number-missing",
            "A number that appears in the claim in digits is missing from the translation. Digit grouping and digits of "
            "other scripts are recognised; number words are not.",
            _row(claim_id="d07-c02", translation="RL can learn from limited data, such as mathematics problems."),
            "Check whether the number is lost, or written as a word.",
        ),
    ),
    **_codes(
        "corpus",
        "error",
        (
            "missing-file",
            "A file that a corpus needs is missing: `claims.jsonl`, or a source.",
            "A folder with only `claims.json`.",
            "Name the files as `Corpus.from_files` expects them, or make them with `kaiser-interview corpus init`.",
        ),
        (
            "claim-misplaced",
            "The text of a claim is not at its offsets. The finding gives the right offsets if the text is found and, if "
            "it explains the wrong ones, their unit. Otherwise it gives the nearest passage, which is only a hint.",
            "A claim whose `start` and `end` are in bytes.",
            "Count offsets in code points into the unchanged source, the end exclusive, and copy the text from the "
            "source, character by character: `source[start:end]` in Python.",
        ),
        (
            "claim-markers-differ",
            "The markers of a claim (`markers`, or `citations` printed as `[6][7]`) are not after its text.",
            'A claim with `"markers": "[2]"` before `[3]`.',
            "Write the markers as they are printed. Leave both fields out if there are none.",
        ),
        (
            "heading-not-found",
            "A heading does not occur at its offset, or a headline does not occur in its source.",
            "A title that was edited.",
            "Copy the title from the source, and write the offset where the heading begins.",
        ),
        (
            "unknown-source",
            "No source has this id.",
            "A claim with the source id `report.txt` for a file of this name, whose id is `report`.",
            "Use the `source_id` of a row in `sources.jsonl`, or the name of a text file without `.txt`.",
        ),
        (
            "history-differs",
            "`releases.jsonl` and `claims.jsonl` contradict each other: a text is not the last one of its claim, a claim "
            "is missing without a retirement, or a retired claim is used again.",
            "A claim whose text was edited without a new line in `releases.jsonl`.",
            "Append a line for each change: the release, the id, and the new digest, or null to retire the claim. Never "
            "edit earlier lines.",
        ),
    ),
    **_codes(
        "corpus",
        "warning",
        (
            "claims-overlap",
            "A claim begins before an earlier one in the same source ends. A quote in both belongs to either.",
            "Two claims from 0 to 20 and from 10 to 30.",
            "Cut the text so that no claim overlaps another one, unless claims are nested on purpose.",
        ),
        (
            "unused-source",
            "A source has no claim. Every `.txt` file in the folder is a source.",
            "A `README.txt` beside the files of the corpus.",
            "If the file is not a source, rename it, for example to `README.md`. Otherwise add its claims.",
        ),
        (
            "misnamed-file",
            "A file is ignored because its name is in the wrong case.",
            "`Dialogues.jsonl`.",
            "Rename the file: names are in lower case.",
        ),
    ),
}  # fmt: skip
"""All codes by name."""

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
            "Something that was to be read could not be, or not to its end, or it changed meanwhile; or it is of a "
            "form that is not read, such as a workbook.",
            "A path that does not exist, a folder within itself, a device.",
            "Make the file readable and let nothing write to it while it is checked.",
        ),
        (
            "not-utf8",
            "The bytes are not UTF-8 text. Where they are text in GB18030 or UTF-16, the finding says so.",
            "A file that a spreadsheet saved in the system's own encoding.",
            "Write the file as UTF-8: `iconv -f ENCODING -t UTF-8`, or in a spreadsheet save it as CSV UTF-8.",
        ),
        (
            "invalid-json",
            "The row is not a JSON text (RFC 8259), or uses an escaped surrogate without its partner (RFC 7493).",
            '{"claim_id": "d01-c01",}',
            "Write rows with a JSON library, one object a line. Commas after the last field, single quotes and "
            "comments are not JSON.",
        ),
        (
            "invalid-csv",
            "The record does not fit RFC 4180: a quotation mark inside a field that is not quoted, text after a "
            "closing one, or another number of fields than the header. Or the first line is no header.",
            'A header of two fields and the record `d01-c01,a,b`, or `d01-c01,a "b" c`.',
            "Write the file with a CSV library. A field with a comma, a quotation mark or a line end stands in "
            "quotation marks, and quotation marks in it are doubled.",
        ),
        (
            "duplicate-key",
            "An object names a key twice, so readers disagree about its value.",
            '{"claim_id": "d01-c01", "claim_id": "d01-c02"}',
            "Keep one of them.",
        ),
        (
            "not-finite",
            "A number is NaN or infinite, or too large for a double.",
            '{"claim_id": "d01-c01", "confidence": NaN}',
            "Write null, or leave the field out, where there is no number.",
        ),
        (
            "not-an-object",
            "The row is something else than an object, or an object that is no row but holds some: a list under a "
            "name, a table by columns, an answer of a service; or a record of empty cells alone.",
            "A line `[1, 2]`.",
            'Each row is an object: `{"claim_id": …}`.',
        ),
        (
            "line-too-long",
            "A row is longer than 8 MiB. It is not read.",
            "A file whose rows are not divided by line feeds.",
            "One row a line. No kind needs this much.",
        ),
        (
            "too-deep",
            "Arrays and objects stand in each other some 200 deep or deeper.",
            "A line of 100,000 opening brackets.",
            "No kind needs more than five levels.",
        ),
        (
            "truncated",
            "The data ends in the middle: of a row, of a quoted field, of an array, of a compressed stream.",
            '{"claim_id": "d01-c01", "transl',
            "Write or fetch the file again.",
        ),
        (
            "duplicate-column",
            "Two columns have the same name. All rows count as invalid.",
            "A header `claim_id,quote,quote`.",
            "Rename one of them, or drop it.",
        ),
        (
            "no-rows",
            "There is nothing to check: no file, or no row in a file.",
            "An empty file.",
            "See whether the step before has written anything.",
        ),
    ),
    **_codes(
        "reading",
        "warning",
        (
            "blank-line",
            "A line is empty. It is passed over and counts as no row.",
            "Two line feeds, one after the other.",
            "Drop the line.",
        ),
    ),
    # In CSV a warning: spreadsheets put it there, and take it for a sign of UTF-8.
    **_codes(
        "reading",
        "error",
        (
            "byte-order-mark",
            "The file begins with a byte order mark. JSON must not (RFC 8259, section 8.1); in CSV, where "
            "spreadsheets need it, this is a warning. It is passed over.",
            "A JSON Lines file whose first bytes are EF BB BF.",
            'Write the file without it: in Python `encoding="utf-8"`, not `"utf-8-sig"`.',
        ),
    ),
    **_codes(
        "shape",
        "error",
        (
            "unknown-kind",
            "The row says that it is of a kind that is not known, or not one of those asked for.",
            _row(kind="tranlation", claim_id=_CLAIM),
            "Correct `kind`, or name the kind in the call: `--kind translation`.",
        ),
        (
            "missing-field",
            "A field that the row must have is absent or null.",
            _row(claim_id=None),
            "Give it in the row, or for all rows: `--set method=model`.",
        ),
        (
            "unknown-field",
            "The row has a field that its kind does not.",
            _row(claim_id=_CLAIM, note="…"),
            "Drop it, or begin its name with `x_`, or allow all such fields: `--extra allow`. A field within a "
            "typing slip of a known one is never allowed.",
        ),
        (
            "wrong-type",
            "A value is of another type: text for a number, 1.0 for an integer, 1 for true.",
            _row(claim_id=_CLAIM, confidence="0.9"),
            "Write the value in the type that the schema names.",
        ),
        (
            "bad-format",
            "A text does not have the form that its field asks for: a digest, a language, an instant, an id. A "
            "date must exist. The forms match in full.",
            _row(claim_id=_CLAIM, created="2026-02-30T00:00:00Z"),
            "See the field's description: `kaiser-interview schema KIND`.",
        ),
        (
            "bad-length",
            "A text or a list is shorter or longer than its field allows.",
            _row(claim_id=_CLAIM, rationale=""),
            "Leave the field out where there is nothing to say.",
        ),
        (
            "out-of-range",
            "A number is below or above what its field allows.",
            _row(claim_id=_CLAIM, confidence=90),
            "Write confidence from 0 to 1, and offsets from 0 on.",
        ),
        (
            "not-in-vocabulary",
            "A value is none of those that its field or its label scheme has.",
            _row(claim_id=_CLAIM, method="Model"),
            "Use a value of the vocabulary, in its spelling. For values of your own, name a scheme of your own, "
            "with a colon: `acme:stance`.",
        ),
        (
            "fields-disagree",
            "Fields that belong together contradict each other: one offset without the other; an answer where "
            "nothing can be answered, or none where it can; references missing where it can.",
            _row(claim_id=_CLAIM, quote="语言模型", quote_start=36),
            "Give both offsets or neither; an answer exactly if the question is answerable.",
        ),
    ),
    **_codes(
        "reference",
        "error",
        (
            "unknown-claim",
            "No claim bears the id.",
            _row(claim_id="d01-c1"),
            "Use the ids as they are: `kaiser-interview claims`.",
        ),
        (
            "retired-claim",
            "The claim was withdrawn. Its id is kept and never given to another.",
            _row(claim_id="b-07"),
            "Check the row against the successor, if there is one, and name that.",
        ),
        (
            "stale-claim",
            "The row was made from an earlier text of the claim: its digest is that of an earlier release, or its "
            "release is older than the last change of the text.",
            _row(claim_id="b-02", release="1.0.0"),
            "Look at the claim as it stands now, correct the row, and pin it anew. A pin is never renewed by itself.",
        ),
        (
            "digest-differs",
            "`claim_sha256` is not the digest of any text that the claim has ever had.",
            _row(claim_id=_CLAIM, claim_sha256="0" * 64),
            "If it is another claim's digest, one of the two is wrong. Else compute it from the claim's text in "
            "UTF-8, or leave it out and let `kaiser-interview fix` fill it.",
        ),
        (
            "unknown-release",
            "`release` is no data release that the corpus knows.",
            _row(claim_id=_CLAIM, release="99.0.0"),
            "Install a version of the package that has the data release the row was made from, or a later one. If the "
            "value is the version of the package, write `ki.data_release`, once it is clear that the row was made from it.",
        ),
        (
            "claim-differs",
            "A column of the claim that the row carries along is not what the claim has.",
            _row(claim_id=_CLAIM, position=2),
            "Take the columns from the claim anew, or drop them. Most often rows were shifted.",
        ),
    ),
    **_codes(
        "quote",
        "error",
        (
            "quote-not-found",
            "The quote does not stand in the claim, nor anywhere else. The nearest passage is a hint and nothing "
            "more: a passage and its negation are near to each other.",
            _row(claim_id="d05-c03", quote="推理模型增加参数数量"),
            "Copy the quote from the claim, character for character.",
        ),
        (
            "quote-misattributed",
            "The quote stands elsewhere: in another claim, a heading or the headline.",
            _row(claim_id="d01-c01", quote="推理模型不增加参数数量"),
            "Name the claim that says it, or quote the claim that is named.",
        ),
        (
            "quote-misplaced",
            "The quote stands in the claim, but not at its offsets. Offsets are Unicode code points into the "
            "source, the end exclusive; the finding names the unit that would explain the ones given.",
            _row(claim_id="d01-c01", quote="语言", quote_start=0, quote_end=2),
            "Take the offsets from the finding, or leave them out and let `kaiser-interview fix` fill them.",
        ),
        (
            "quote-out-of-range",
            "The offsets lie outside the source, or the end is not after the start.",
            _row(claim_id="d01-c01", quote="语言", quote_start=22, quote_end=20),
            "Count in code points into the source, the end exclusive.",
        ),
        (
            "quote-markers-differ",
            "But for markers such as `[7]` the quote stands in the claim.",
            _row(claim_id="d01-c01", quote="表达智能的重要组成部分 [7]"),
            "Quote the markers as printed, or none of them.",
        ),
        (
            "quote-typography-differs",
            "But for typography (width, normal form, quotation marks, dashes, white space) the quote stands in the "
            "claim.",
            _row(claim_id="d01-c01", quote="语言在时间维度上对智能至关重要，语言模型"),
            "Run `kaiser-interview fix`: it writes the source's own characters, and keeps the quote in `x_quote_as_written`.",
        ),
    ),
    **_codes(
        "quote",
        "warning",
        (
            "quote-ambiguous",
            "The quote has no offsets and stands in the claim several times.",
            _row(claim_id="d01-c01", quote="语言"),
            "Give the offsets, or quote more.",
        ),
        (
            "quote-too-short",
            "The quote has no offsets and fewer than four code points, so it proves little.",
            _row(claim_id="d01-c01", quote="本质是"),
            "Quote more, or give the offsets.",
        ),
    ),
    **_codes(
        "set",
        "error",
        (
            "duplicate-id",
            "An id stands in an earlier row already, which the finding names.",
            _row(id="a", claim_id="d01-c01") + "\n" + _row(id="a", claim_id="d01-c02"),
            "Give each row an id of its own, or none.",
        ),
        (
            "duplicate-record",
            "The fields that were named as the key (`--key`) are those of an earlier row.",
            _row(claim_id="d01-c01") + "\n" + _row(claim_id="d01-c01"),
            "Drop one of the rows, or add to the key what tells them apart.",
        ),
        (
            "missing-claim",
            "A current claim has no row in a group that was to be complete (`--complete`).",
            _row(claim_id="d01-c01"),
            "Make the row that is missing.",
        ),
        (
            "too-many-labels",
            "A claim has more values of a shipped scheme by one creator than the scheme allows: one of "
            "claim_type and horizon, four of topic.",
            _row(claim_id="d01-c01", scheme="horizon", value="past")
            + "\n"
            + _row(claim_id="d01-c01", scheme="horizon", value="future"),
            "Keep one of them, or say by `creator` that two have made them.",
        ),
        (
            "dimension-differs",
            "A vector is of another length than the first one of the same model.",
            _row(claim_id="d01-c01", of="text", model="m", vector=[0.5, 0.5])
            + "\n"
            + _row(claim_id="d01-c02", of="text", model="m", vector=[0.5]),
            "Make the vectors anew, or name the models apart.",
        ),
    ),
    **_codes(
        "fidelity",
        "warning",
        (
            "number-missing",
            "The translation lacks a number that the claim has in digits. Grouping and the digits of other scripts "
            "are understood; words are not.",
            _row(claim_id="d07-c02", translation="RL can learn from limited data, such as mathematics problems."),
            "Look whether the number is lost or written as a word.",
        ),
    ),
}  # fmt: skip
"""All codes by name."""

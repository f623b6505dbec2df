"""The generated pages list every field of every table, and every finding in its group."""

import re
from pathlib import Path

import pytest

import kaiser_interview as ki
from kaiser_interview import release
from kaiser_interview.build.pages import pages
from kaiser_interview.errors import UnknownNameError
from kaiser_interview.records.models import KINDS, Annotation, Derived, Participant, Reference
from kaiser_interview.validation.findings.codes import CODES
from kaiser_interview.validation.findings.pages import explanation

# The groups of findings.
GROUPS = """
reading unreadable not-utf8 byte-order-mark invalid-json invalid-csv duplicate-key not-finite not-an-object
reading line-too-long too-deep truncated duplicate-column no-rows blank-line
shape unknown-kind missing-field unknown-field wrong-type bad-format bad-length out-of-range
shape not-in-vocabulary fields-disagree
reference unknown-claim retired-claim stale-claim digest-differs unknown-release claim-differs
quote quote-not-found quote-misattributed quote-misplaced quote-out-of-range quote-markers-differ
quote quote-typography-differs quote-ambiguous quote-too-short
set duplicate-id duplicate-record missing-claim too-many-labels dimension-differs
fidelity number-missing
corpus missing-file claim-misplaced claim-markers-differ heading-not-found unknown-source history-differs
corpus claims-overlap unused-source misnamed-file
"""
ROOT = Path(__file__).parents[3]
BUILT = {path: text.decode() for path, text in pages(dict.fromkeys(release.TABLES, 7)).items()}
TABLES = BUILT["docs/tables.md"]
INDEX = BUILT["docs/findings/index.md"]


def sections(text: str) -> dict[str, str]:
    """Return the text under each heading, of any level."""
    parts = re.split(r"^#+ (.*)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def fields(heading: str) -> list[str]:
    return re.findall(r"^\| `(\w+)` \|", sections(TABLES)[heading], re.MULTILINE)


def test_there_is_exactly_one_page_for_each_code():
    codes = {f"docs/findings/{code}.md" for code in CODES}
    assert set(BUILT) == {*codes, "docs/findings/index.md", "docs/tables.md"}


@pytest.mark.parametrize("kind", KINDS)
def test_each_table_has_every_field_in_order(kind):
    model = KINDS[kind]
    table = {kind: table for table, kind in release.TABLES.items()}.get(kind, kind)
    reported = [f"`{table}`"]
    if issubclass(model, Annotation):
        reported.insert(0, "How a row was made")
    if issubclass(model, Derived):
        reported.insert(1, "What a row is about")
    # A field that a kind defines again keeps its position.
    assert [*dict.fromkeys(name for part in reported for name in fields(part))] == [*model.model_fields]
    said = sections(TABLES)[f"`{table}`"]
    assert f"7 rows of the kind `{kind}`." in said or (table == kind and "No rows are shipped." in said)


def test_fields_of_nested_tables():
    assert fields("`participants` in `sources`") == [*Participant.model_fields]
    assert fields("What a row is about") == [*Reference.model_fields]


@pytest.mark.parametrize(
    "line",
    [
        "| `claim_id` | Id made from dialogue and position, as in d01-c03. Never reused, never renumbered. "
        "| `string` | no |",
        "| `start` | Offset of the first code point of text in the source. | `int32`, code points | no |",
        "| `topics` | The topics of the claim, in the order of the vocabulary. "
        "| `list<string>`, [values](annotation.md#topic) | no |",
        "| `participants` | The people that the headline names, in its order. | `list<struct>` | no |",
        "| `references` | The claims that the answer is based on. "
        "Empty only if the question is not answerable. | `list<struct>` | no |",
        "| `created` | When the row was made, in UTC. | `timestamp[us, UTC]`, microseconds | not recorded |",
        "| `quote_start` | Offset of the first code point of quote; see quote_of. "
        "| `int32`, code points | not given |",
        "| `quote_start` | Offset of the first code point of quote; see quote_of. "
        "| `int32`, code points | no |",
        "| `kind` | The type of the row, such as translation. | `string` "
        "| the file or the call gives it for all rows |",
        "| `verdict` | The judgement. "
        "| `string`, `supported` or `refuted` or `mixed` or `unverifiable` | no |",
        "| `vector` | The vector, with finite values in float32. | `list<float>` | no |",
    ],
)
def test_a_field_has_type_and_unit_null_and_meaning(line):
    assert line in TABLES.splitlines()


def test_one_row_is_one_row():
    one = pages(dict.fromkeys(release.TABLES, 1))["docs/tables.md"].decode()
    assert "1 row of the kind `source`." in one
    assert "1 rows" not in one


def test_findings_are_listed_in_their_groups():
    groups = {}
    for line in GROUPS.split("\n"):
        group, *codes = line.split() or [""]
        groups.setdefault(group, set()).update(codes)
    for group, codes in groups.items():
        if group:
            linked = re.findall(
                r"^\| \[([a-z0-9-]+)\]\(\1\.md\) \|", sections(INDEX)[group.capitalize()], re.MULTILINE
            )
            assert len(linked) == len(set(linked))
            assert set(linked) == codes
    assert "| [blank-line](blank-line.md) | warning | A line is empty." in INDEX
    assert "| [no-rows](no-rows.md) | error | There are no rows" in INDEX


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("unknown-claim", "```json\n"),
        ("duplicate-id", "```json\n"),
        ("invalid-json", "```text\n"),
        ("truncated", "```text\n"),
        ("not-finite", "```text\n"),
        ("not-an-object", "\nA line `[1, 2]`."),
    ],
)
def test_an_example_is_called_json_only_if_it_is(code, form):
    assert form in BUILT[f"docs/findings/{code}.md"]


def test_the_pages_of_the_repository_are_these():
    made = pages({table: ki.load_table(table).num_rows for table in ki.tables()})
    assert len(made) > 40
    assert [path for path, text in made.items() if (ROOT / path).read_bytes() != text] == []


def test_an_unknown_code():
    with pytest.raises(
        UnknownNameError,
        match=r"^code: expected the code of a finding, got 'quote-found'; did you mean quote-not-found or ",
    ):
        explanation("quote-found")

"""Partitions that are validated apart give the report on the whole, and each row its findings.

A few lines of Python play the engine that compares rows between partitions.
"""

import json
import pickle
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kaiser_interview as ki
from kaiser_interview.api import check_of
from kaiser_interview.validation import distributed
from kaiser_interview.validation.distributed import ADDED, LINES, Partitions

BY = {"method": "human", "creator": "me"}

LABELS = st.fixed_dictionaries(
    {"claim_id": st.sampled_from(["d01-c01", "d01-c02", "d99-c01"])},
    optional={
        "id": st.sampled_from(["a", "b", "c", "", "0:1"]),
        "scheme": st.sampled_from(["horizon", "topic", "acme:x"]),
        "value": st.sampled_from(
            ["past", "future", "agents", "memory", "reasoning", "language", "scaling", "?"]
        ),
        "creator": st.sampled_from(["me", "you"]),
        "x_note": st.sampled_from(["1", "2"]),
        "oops": st.none() | st.just("1"),
    },
)

VECTORS = st.fixed_dictionaries(
    {"claim_id": st.just("d01-c01"), "of": st.just("text")},
    optional={
        "id": st.sampled_from(["a", "b"]),
        "model": st.sampled_from(["m", "n"]),
        "vector": st.lists(st.floats(-1, 1), min_size=1, max_size=3),
    },
)

TRANSLATIONS = st.fixed_dictionaries(
    {"claim_id": st.sampled_from(["d01-c01", "d99-c01"]), "translation": st.just("…")},
    optional={"id": st.sampled_from(["a", "b"]), "quote": st.sampled_from(["语言", "没有"])},
)

ROWS = {"label": LABELS, "embedding": VECTORS, "translation": TRANSLATIONS}


def order(at):
    return at["file"] or "", at["major"], at["minor"]


def suspects(members, rules):
    """Return for each row None, or as JSON what an engine finds by shuffling and joining."""
    first, values = {}, {}
    for one in sorted((one for one in members if one[ADDED[2]]), key=lambda one: order(one[ADDED[1]])):
        at, row = one[ADDED[1]], one[ADDED[2]]
        for name in ("id", "key"):
            first.setdefault((name, row[name]), at)
        values.setdefault(row["group"], {}).setdefault(row["value"], at)
    for one in members:
        at, row, found = one[ADDED[1]], one[ADDED[2]], {}
        for name in ("id",) * rules.ids + ("key",) if row else ():
            if row[name] is not None and first[name, row[name]] != at:
                found[f"first_{name}"] = first[name, row[name]]
        if row and row["group"] is not None:
            given = [*values[row["group"]].items()][: row["most"]]
            if row["value"] not in dict(given):
                found["given"] = [{"at": place, "value": value} for value, place in given]
        yield json.dumps({"at": at, "row": row} | found) if found else None


def rows_of(batches):
    return [row for batch in batches for row in batch.to_pylist()]


def report(partitions, parts):
    """Return the report on partitions, and the number of summaries that it was merged from."""
    members = [
        row for number, batches in enumerate(parts) for row in rows_of(partitions.compared(batches, number))
    ]
    texts = [
        None if one["_ki_part"] else text
        for one, text in zip(members, suspects(members, partitions.rules), strict=True)
    ]
    kept = [
        (one["_ki_part"], text) for one, text in zip(members, texts, strict=True) if one["_ki_part"] or text
    ]
    half = len(kept) // 2
    summaries = []
    for some in (kept[half:], kept[:half]):
        arrays = [
            pa.array([pair[at] for pair in some], kind) for at, kind in enumerate((pa.binary(), pa.string()))
        ]
        for batch in partitions.summary([pa.RecordBatch.from_arrays(arrays, ["part", "suspect"])]):
            summaries += zip(*(column.to_pylist() for column in batch.columns), strict=True)
    return partitions.report(summaries)


def with_findings(partitions, parts):
    """Return the rows of partitions, with all their findings."""
    rows = [
        row
        for number, batches in enumerate(parts)
        for row in rows_of(partitions.with_findings(batches, number))
    ]
    more = partitions.set_findings(pa.array([*suspects(rows, partitions.rules)], pa.string())).to_pylist()
    return [row[ADDED[0]] + (found or []) for row, found in zip(rows, more, strict=True)]


def partitioned(table, sizes):
    """Cut a table into partitions of batches."""
    parts, start = [], 0
    for batches in sizes:
        part = []
        for size in batches:
            part += table.slice(start, size).to_batches()
            start += size
        parts.append(part)
    return [*parts, table.slice(start).to_batches()]


SIZES = st.lists(st.lists(st.integers(0, 4), max_size=3), max_size=3)

OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "key": st.sampled_from([["claim_id"], ["claim_id", "x_note"]]),
        "complete": st.sampled_from([[], ["creator"]]),
        "ignore": st.sampled_from(
            [["duplicate-id"], ["too-many-labels"], ["dimension-differs"], ["unknown-field"]]
        ),
        "max_findings": st.sampled_from([0, 1, 3]),
    },
)


def same_without_places(findings):
    return [(one["code"], one["path"], one["expected"].partition(", as in")[0]) for one in findings]


@given(st.data(), st.sampled_from(sorted(ROWS)), SIZES, OPTIONS)
def test_partitions_give_the_report_on_the_whole(data, kind, sizes, options):
    rows = data.draw(st.lists(ROWS[kind], max_size=25))
    columns = dict.fromkeys(name for row in rows for name in row)
    table = pa.table(
        {name: [row.get(name) for row in rows] for name in columns} or {"claim_id": pa.array([], pa.string())}
    )
    check = check_of(None, kind=kind, defaults=BY, **options)
    partitions = Partitions(check, table.schema.names)
    parts = partitioned(table, sizes)
    assert report(partitions, parts) == ki.validate(table, kind=kind, defaults=BY, **options)
    with ki.Validator(kind, defaults=BY, **options) as validator:
        whole = validator.with_findings(table)[ADDED[0]].to_pylist()
    found = with_findings(partitions, parts)
    assert [*map(same_without_places, found)] == [*map(same_without_places, whole)]


LINES_OF = st.lists(
    st.sampled_from([b"", b"  ", b"{", b"[1]", b"\xff", b'{"a": 1, "a": 2}', b'{"id": "a"}\r'])
    | LABELS.map(lambda row: json.dumps({"scheme": "horizon", "value": "past"} | row).encode()),
    max_size=25,
)


def lines_table(files):
    rows = [(file, at, line) for file, lines in files.items() for at, line in enumerate(lines, 1)]
    types = (pa.string(), pa.int64(), pa.binary())
    return pa.table([pa.array([row[at] for row in rows], kind) for at, kind in enumerate(types)], [*LINES])


@given(LINES_OF, LINES_OF, SIZES, OPTIONS)
def test_lines_give_the_report_on_their_files(tmp_path_factory, one, other, sizes, options):
    folder = tmp_path_factory.mktemp("files")
    files = {f"{folder}/{name}.jsonl": [*lines, b"{}"] for name, lines in (("a", one), ("b", other))}
    for file, lines in files.items():
        with Path(file).open("wb") as out:
            out.writelines(line + b"\n" for line in lines)
    partitions = Partitions(check_of(None, kind="label", defaults=BY, **options), LINES)
    found = report(partitions, partitioned(lines_table(files), sizes))
    whole = ki.validate([*files], kind="label", defaults=BY, **options)
    inputs = [one._replace(bytes=0, sha256=None) for one in whole.inputs]
    # The encoding of a whole file is not known where its lines are distributed.
    sample = [one._replace(suggestion=None) if one.code == "not-utf8" else one for one in whole.sample]
    assert found == replace(whole, inputs=tuple(inputs), sample=tuple(sample))


def test_findings_of_lines_are_beside_their_lines():
    lines = [b"", b'{"claim_id": "d99-c01", "scheme": "acme:x", "value": "v"}', b"", b"{", None]
    table = lines_table({"f.jsonl": lines, "g.jsonl": lines})
    partitions = Partitions(check_of(None, kind="label", defaults=BY), LINES)
    found = with_findings(partitions, [table.to_batches(7), []])
    codes = ["blank-line"], ["unknown-claim"], ["blank-line"], ["invalid-json"], ["blank-line"]
    assert [[one["code"] for one in row] for row in found] == [*codes, *codes]


def test_a_line_with_a_line_feed_remains_one_row():
    row = json.dumps({"claim_id": "d01-c01", "scheme": "acme:x", "value": "v"}, indent=1).encode()
    table = lines_table({"f.jsonl": [row, b'{"claim_id": "d01-\nc01"}']})
    partitions = Partitions(check_of(None, kind="label", defaults=BY), LINES)
    first, second = with_findings(partitions, [table.to_batches()])
    assert (first, [one["code"] for one in second]) == ([], ["invalid-json"])


def test_lines_without_a_file_or_a_number_are_validated():
    table = pa.table(
        [pa.nulls(3, pa.string()), pa.nulls(3, pa.int64()), pa.array([b"{", b"[", None])], [*LINES]
    )
    partitions = Partitions(check_of(None, kind="label", defaults=BY), LINES)
    found = with_findings(partitions, [table.to_batches()])
    assert [[one["code"] for one in row] for row in found] == [
        ["invalid-json"],
        ["invalid-json"],
        ["blank-line"],
    ]
    assert report(partitions, [table.to_batches()]).rows == 2


@given(st.data(), LINES_OF)
def test_some_lines_of_a_file_keep_their_numbers(data, lines):
    table = lines_table({"f.jsonl": lines})
    kept = data.draw(st.lists(st.booleans(), min_size=len(lines), max_size=len(lines)))
    numbers = [number for number, is_kept in enumerate(kept, 1) if is_kept]
    parts = partitioned(table.filter(pa.array(kept, pa.bool_())), data.draw(SIZES))
    partitions = Partitions(check_of(None, kind="label", defaults=BY, ignore=["too-many-labels"]), LINES)
    blank = [number for number in numbers if not lines[number - 1].strip()]
    found = report(partitions, parts)
    assert [one.line for one in found.sample if one.code == "blank-line"] == blank
    assert found.rows == len(numbers) - len(blank)
    wrong = [number for number in numbers if lines[number - 1] in {b"{", b"\xff", b"[1]"}]
    codes = {"invalid-json", "not-utf8", "not-an-object"}
    assert sorted(one.line for one in found.sample if one.code in codes) == wrong
    beside = zip(numbers, with_findings(partitions, parts), strict=True)
    assert [number for number, some in beside if {one["code"] for one in some} & codes] == wrong


@pytest.mark.parametrize(
    ("kind", "columns", "options", "rules"),
    [
        ("translation", ["claim_id"], {}, (False, False, False)),
        ("translation", ["id"], {}, (True, False, False)),
        ("translation", ["claim_id"], {"defaults": {"id": "a"}}, (True, False, False)),
        ("translation", ["id"], {"ignore": ["duplicate-id"]}, (False, False, False)),
        ("translation", ["id"], {"key": ["language"]}, (True, True, False)),
        ("translation", ["id"], {"key": ["language"], "select": ["quote-not-found"]}, (False, False, False)),
        ("label", ["id"], {}, (True, False, True)),
        ("label", ["id"], {"ignore": ["too-many-labels"]}, (True, False, False)),
        ("embedding", ["id"], {}, (True, False, True)),
        ("embedding", ["id"], {"ignore": ["dimension-differs"]}, (True, False, False)),
        ("translation", LINES, {}, (True, False, False)),
        (None, LINES, {}, (True, False, True)),
    ],
)
def test_only_rules_that_apply_compare_rows(kind, columns, options, rules):
    assert Partitions(check_of(None, kind=kind, **options), columns).rules == rules


def test_kinds_may_be_an_iterator():
    table = pa.table({"claim_id": ["d01-c01"], "scheme": ["acme:x"], "value": ["v"]})
    check = pickle.loads(pickle.dumps(check_of(None, kind=map(str, ["label"]), defaults=BY)))
    partitions = Partitions(check, table.schema.names)
    found = report(partitions, [table.to_batches()])
    assert found == ki.validate(table, kind=["label"], defaults=BY)
    assert found.valid == 1


def test_options_are_verified():
    with pytest.raises(ki.UnknownNameError, match="translation_"):
        Partitions(check_of(None, kind="translation", key=["translation_"]), ["id"])


def test_a_worker_keeps_few_of_many_suspects(monkeypatch):
    monkeypatch.setattr(distributed, "_SLACK", 1)
    kept = []
    dumps = pickle.dumps
    monkeypatch.setattr(distributed.pickle, "dumps", lambda one: kept.append(one) or dumps(one))
    table = pa.table(
        {"id": ["a"] * 50, "claim_id": ["d01-c01"] * 50, "translation": ["…"] * 50, "language": ["en"] * 50}
    )
    partitions = Partitions(
        check_of(None, kind="translation", defaults=BY, max_findings=2), table.schema.names
    )
    found = report(partitions, [[batch] for batch in table.to_batches(5)])
    assert (found.invalid, [one.row for one in found.sample]) == (49, [1, 2])
    assert all(len(one[1].get("duplicate-id", ())) <= 2 for one in kept if type(one) is tuple)


@pytest.mark.parametrize(
    ("kind", "columns", "code"),
    [
        ("label", {"scheme": ["horizon"] * 3, "value": ["past", "past", "future"]}, "too-many-labels"),
        (
            "embedding",
            {"of": ["text"] * 3, "model": ["m"] * 3, "vector": [[1.0], [2.0], [1.0, 2.0]]},
            "dimension-differs",
        ),
    ],
)
def test_a_row_that_differs_from_a_row_of_another_partition_has_a_finding(kind, columns, code):
    table = pa.table({"claim_id": ["d01-c01"] * 3} | columns)
    partitions = Partitions(check_of(None, kind=kind, defaults=BY), table.schema.names)
    parts = [[batch] for batch in table.to_batches(1)]
    assert [[one["code"] for one in row] for row in with_findings(partitions, parts)] == [[], [], [code]]
    whole = ki.validate(table, kind=kind, defaults=BY)
    assert (whole.invalid, report(partitions, parts)) == (1, whole)


def test_a_row_with_the_key_of_a_row_of_another_partition_has_a_finding():
    table = pa.table({"claim_id": ["d01-c01"] * 2, "translation": ["…"] * 2, "language": ["en"] * 2})
    partitions = Partitions(
        check_of(None, kind="translation", defaults=BY, key=["claim_id"]), table.schema.names
    )
    parts = [[batch] for batch in table.to_batches(1)]
    assert [[one["code"] for one in row] for row in with_findings(partitions, parts)] == [
        [],
        ["duplicate-record"],
    ]
    assert report(partitions, parts) == ki.validate(table, kind="translation", defaults=BY, key=["claim_id"])


def test_a_data_set_whose_partitions_are_complete_only_together_is_complete():
    claims = [claim.claim_id for claim in ki.load()]
    table = pa.table({"claim_id": claims, "translation": ["…"] * 41, "language": ["en"] * 41})
    options = {"defaults": BY, "complete": ["language"], "ignore": ["number-missing"]}
    for rows, codes in ((table, []), (table.slice(1), ["missing-claim"])):
        partitions = Partitions(check_of(None, kind="translation", **options), rows.schema.names)
        found = report(partitions, [[batch] for batch in rows.to_batches(7)])
        assert [one.code for one in found.sample] == codes
        assert found == ki.validate(rows, kind="translation", **options)


def test_lines_of_two_files_in_a_partition_keep_their_places():
    row = b'{"claim_id": "d99-c01", "scheme": "acme:x", "value": "v"}'
    table = lines_table({"f.jsonl": [row, row], "g.jsonl": [row]})
    partitions = Partitions(check_of(None, kind="label", defaults=BY), LINES)
    found = report(partitions, [table.to_batches()])
    assert [(one.file, one.line) for one in found.sample] == [("f.jsonl", 1), ("f.jsonl", 2), ("g.jsonl", 1)]
    assert (found.rows, found.invalid) == (3, 3)


def test_of_lines_in_any_order_the_first_in_the_file_is_valid():
    row = b'{"id": "a", "claim_id": "d01-c01", "scheme": "acme:x", "value": "v"}'
    table = lines_table({"f.jsonl": [row] * 5}).take([4, 0, 3, 1, 2])
    partitions = Partitions(check_of(None, kind="label", defaults=BY), LINES)
    parts = partitioned(table, [[2], [1, 1]])
    beside = zip(table["ki_line"].to_pylist(), with_findings(partitions, parts), strict=True)
    assert [line for line, found in beside if not found] == [1]
    sample = report(partitions, parts).sample
    assert [(one.line, one.got) for one in sample] == [
        (line, '"a", already used in f.jsonl:1') for line in (2, 3, 4, 5)
    ]


def test_a_finding_has_the_row_of_the_whole_data_set():
    table = pa.table({"claim_id": ["d01-c01", "d99-c01"], "scheme": ["acme:x"] * 2, "value": ["v"] * 2})
    partitions = Partitions(check_of(None, kind="label", defaults=BY), table.schema.names)
    found = report(partitions, [[batch] for batch in table.to_batches(1)])
    assert [(one.row, one.code) for one in found.sample] == [(1, "unknown-claim")]


def test_a_column_that_is_wrong_in_each_partition_has_one_finding():
    table = pa.table(
        {"claim_id": ["d01-c01"] * 2, "scheme": ["acme:x"] * 2, "value": ["v"] * 2, "oops": [1, 2]}
    )
    partitions = Partitions(check_of(None, kind="label", defaults=BY), table.schema.names)
    found = report(partitions, [[batch] for batch in table.to_batches(1)])
    assert [one.code for one in found.sample] == ["unknown-field"]
    assert found == ki.validate(table, kind="label", defaults=BY)


def test_the_unnamed_index_of_a_frame_is_no_field():
    table = pa.table({"claim_id": ["d01-c01", "d99-c01"], "scheme": ["acme:x"] * 2, "value": ["v"] * 2})
    for name in ("__index_level_0__", "__null_dask_index__"):
        frame = table.add_column(0, name, pa.array([7, 8]))
        partitions = Partitions(check_of(None, kind="label", defaults=BY), frame.schema.names)
        parts = [[batch] for batch in frame.to_batches(1)]
        found = report(partitions, parts)
        assert [one.code for one in found.sample] == ["unknown-claim"]
        assert found == ki.validate(frame, kind="label", defaults=BY)
        codes = [[one["code"] for one in row] for row in with_findings(partitions, parts)]
        assert codes == [[], ["unknown-claim"]]


def test_a_partition_without_rows_has_no_members():
    partitions = Partitions(check_of(None, kind="label"), ["claim_id"])
    assert rows_of(partitions.compared([], 0)) == []


def test_a_data_set_without_rows_has_none():
    for columns in (["id"], LINES):
        found = Partitions(check_of(None, kind="label"), columns).report([])
        assert (found.rows, [one.code for one in found.sample]) == (0, ["no-rows"])


def test_rows_of_several_kinds_are_compared_by_their_ids():
    rows = [
        {"id": "a", "kind": "label", "claim_id": "d01-c01", "scheme": "acme:x", "value": "v"},
        {"id": "a", "kind": "translation", "claim_id": "d01-c01", "language": "en", "translation": "…"},
        {"id": "a", "kind": "nothing"},
        {"id": "b", "kind": "nothing"},
    ]
    table = lines_table({"f.jsonl": [json.dumps(row).encode() for row in rows]})
    partitions = Partitions(check_of(None, defaults=BY), LINES)
    codes = [[one["code"] for one in row] for row in with_findings(partitions, [table.to_batches(1)])]
    assert codes == [[], ["duplicate-id"], ["unknown-kind", "duplicate-id"], ["unknown-kind"]]
    assert report(partitions, [table.to_batches(2)]).invalid == 3

"""Fixes in memory: what `fix` returns without a path, for every form of data."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import datasets
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kaiser_interview as ki

BY = {"method": "human", "creator": "me"}
QUOTE = "推理模型不增加参数数量"
FULL = ki.Verdict.of("d05-c03", quote=QUOTE, verdict="supported", urls=(), **BY)
RIGHT = {name: value for name, value in json.loads(FULL.model_dump_json()).items() if value is not None}
"""A row that needs no fix."""

QUOTED = {"claim_id": "d05-c03", "quote": QUOTE, "verdict": "Supported", "urls": []} | BY
BAD = RIGHT | {"claim_id": "d99-c99", "verdict": "perhaps"}

COLUMNS = [
    "claim_id",
    "quote",
    "verdict",
    "method",
    "creator",
    "quote_start",
    "quote_end",
    "claim_sha256",
    "urls",
]
OFFSETS = ("quote_start", "quote_end")
TYPES = (
    dict.fromkeys(COLUMNS, pa.string()) | dict.fromkeys(OFFSETS, pa.int64()) | {"urls": pa.list_(pa.string())}
)

Rows = list[dict[str, Any]]


def table(rows: Rows) -> pa.Table:
    types = TYPES | {"method": pa.dictionary(pa.int8(), pa.string()), "verdict": pa.string_view()}
    cut = [{name: row[name] for name in COLUMNS if name in row} for row in rows]
    return pa.Table.from_pylist(cut, pa.schema([*types.items()], {"a": "b"}))


def frame(rows: Rows) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=COLUMNS, index=[f"i{number}" for number in range(len(rows))])
    types = {"method": "category", "quote_start": "Int64", "quote_end": "Int32", "claim_sha256": "string"}
    return made.astype(types | {"verdict": object})


def polars(rows: Rows) -> pl.DataFrame:
    schema = dict.fromkeys(COLUMNS, pl.String) | dict.fromkeys(OFFSETS, pl.Int64)
    return pl.DataFrame(rows, schema | {"method": pl.Categorical, "urls": pl.List(pl.String)})


def dataset(rows: Rows) -> datasets.Dataset:
    types = {name: datasets.Value("string") for name in COLUMNS}
    types |= {name: datasets.Value("int64") for name in OFFSETS}
    types |= {"urls": datasets.List(datasets.Value("string"))}
    types |= {"method": datasets.ClassLabel(names=["model", "human"])}
    columns = {name: [row.get(name) for row in rows] for name in COLUMNS}
    return datasets.Dataset.from_dict(columns, datasets.Features(types), split="train")


TABLES = {"table": table, "pandas": frame, "polars": polars, "dataset": dataset}
FORMS = {"list": list, "iterator": iter, **TABLES}
BACK = {
    "list": list,
    "iterator": list,
    "table": lambda one: one.to_pylist(),
    "pandas": lambda one: one.astype(object).to_dict("records"),
    "polars": lambda one: one.to_dicts(),
    "dataset": lambda one: one.with_format("arrow")[:].to_pylist(),
}


def plain(rows: list[Any]) -> list[Any]:
    """Return rows with values that compare: null is absent, a class label is its name."""
    present = [
        {
            name: [*value] if name == "urls" else value
            for name, value in row.items()
            if name == "urls" or not pd.isna(value)
        }
        for row in rows
    ]
    return [row | {"method": {0: "model", 1: "human"}.get(row["method"], row["method"])} for row in present]


def lines(path: Path) -> Rows:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]


a_row = st.sampled_from([RIGHT, QUOTED, BAD, RIGHT | {"verdict": "SUPPORTED"}])


@pytest.mark.parametrize("form", FORMS)
@given(rows=st.lists(a_row, min_size=1, max_size=6))
def test_fixes_in_memory_are_those_of_a_file(tmp_path_factory, form, rows):
    out = tmp_path_factory.getbasetemp() / f"fixed-{form}.jsonl"
    make = FORMS[form]
    options = {"kind": "verdict"}
    written = ki.fix(make(rows), output=out, **options)
    fixed = ki.fix(make(rows), **options)
    assert plain(BACK[form](fixed.data)) == plain(lines(out))
    assert fixed.changed == written.changed
    assert fixed.report.counts == written.report.counts == ki.validate(fixed, **options).counts
    changes = lines(out.with_name(f"{out.name}.changes.jsonl"))
    assert [(one["file"], one["line"], one["row"]) for one in changes] == [one[:3] for one in fixed.changes]
    assert [len(one["edits"]) for one in changes] == [len(one.edits) for one in fixed.changes]
    twice = ki.fix(fixed, **options)
    assert (twice.changed, twice.changes) == ({}, ())
    assert plain(BACK[form](twice.data)) == plain(BACK[form](fixed.data))


def test_rows_without_a_change_are_the_same_objects():
    rows = [RIGHT, QUOTED, FULL, b"{}", None]
    before = deepcopy(rows)
    fixed = ki.fix(rows, kind="verdict")
    assert rows == before
    assert [one is other for one, other in zip(fixed.data, rows, strict=True)] == [True, False, *[True] * 3]
    assert fixed.changed["quote_start"] == 1
    (change,) = fixed.changes
    assert (change.file, change.line, change.row) == (None, None, 1)
    assert {edit.path[0] for edit in change.edits} == {*fixed.changed}


def test_records_stay_records_where_they_are_valid():
    record = FULL.model_copy(update=dict.fromkeys(OFFSETS))
    fixed = ki.fix([record], kind="verdict")
    assert fixed.data == [FULL]
    wrong = ki.Verdict.model_construct(**QUOTED, confidence="high")
    (row,) = ki.fix([wrong], kind="verdict").data
    assert (type(row), row["confidence"], row["verdict"]) == (dict, "high", "supported")
    (mixed,) = ki.fix([FULL.model_copy(update=dict.fromkeys(OFFSETS))], kind=["verdict", "label"]).data
    assert mixed == FULL


@pytest.mark.parametrize("form", TABLES)
def test_data_without_changes_is_returned_unchanged(form):
    data = TABLES[form]([RIGHT, BAD])
    fixed = ki.fix(data, kind="verdict")
    if not fixed.changes:
        assert fixed.data is data
        assert fixed.report == ki.validate(data, kind="verdict")
    assert ki.fix(fixed, kind="verdict").data is fixed.data


def test_tables_keep_types_metadata_and_index():
    data = table([QUOTED, RIGHT]).append_column("__index_level_0__", pa.array([7, 8]))
    batch = data.combine_chunks().to_batches()[0]
    for one in (data, batch):
        fixed = ki.fix(one, kind="verdict", defaults={"method": "human"}).data
        assert [field for field in fixed.schema if field.name in data.schema.names] == [*data.schema]
        assert fixed.schema.metadata == data.schema.metadata
        assert fixed.column("__index_level_0__").to_pylist() == [7, 8]
    filled = data.set_column(3, "method", pa.array([None, "human"]).dictionary_encode())
    fixed = ki.fix(filled, kind="verdict", defaults={"method": "human"}).data
    assert fixed.column("method").to_pylist() == ["human", "human"]
    assert pa.types.is_dictionary(fixed.schema.field("method").type)
    nothing = data.set_column(3, "method", pa.nulls(2))
    fixed = ki.fix(nothing, kind="verdict", defaults={"method": "human"}).data
    assert fixed.schema.field("method").type == pa.string()


def test_frames_keep_their_index_and_types():
    data = frame([QUOTED, RIGHT])
    before = data.copy(deep=True)
    fixed = ki.fix(data, kind="verdict").data
    pd.testing.assert_frame_equal(data, before)
    assert [*fixed.index] == ["i0", "i1"]
    assert [*fixed.dtypes[COLUMNS]] == [*data.dtypes]
    assert fixed.columns[: len(COLUMNS)].tolist() == COLUMNS
    assert fixed["quote_start"].tolist() == [1072, 1072]
    wide = frame([QUOTED, RIGHT]).astype({"verdict": pd.CategoricalDtype(["Supported", "supported"])})
    fixed = ki.fix(wide, kind="verdict").data
    assert fixed["verdict"].tolist() == ["supported"] * 2
    assert isinstance(fixed["verdict"].dtype, pd.CategoricalDtype)
    narrow = frame([QUOTED]).astype({"verdict": "category"})
    fixed = ki.fix(narrow, kind="verdict").data
    assert (fixed["verdict"].tolist(), fixed["verdict"].dtype) == (["supported"], object)


def test_a_level_of_the_index_that_changes_becomes_a_column():
    data = frame([QUOTED, RIGHT]).set_index("verdict")
    fixed = ki.fix(data, kind="verdict").data
    assert fixed["verdict"].tolist() == ["supported", "supported"]
    same = frame([QUOTED | {"verdict": "supported"}]).set_index("verdict")
    fixed = ki.fix(same, kind="verdict").data
    assert (fixed.index.tolist(), fixed["quote_start"].tolist()) == (["supported"], [1072])
    assert "verdict" not in fixed.columns


def test_values_that_are_lists_fit_into_frames():
    rows = [{"claim_id": "d05-c03", "verdict": "Supported", "urls": ["https://a.org"]} | BY] * 2
    fixed = ki.fix(pd.DataFrame(rows), kind="verdict").data
    assert [[*one] for one in fixed["urls"]] == [["https://a.org"]] * 2
    fixed = ki.fix(pd.DataFrame(rows).assign(urls=None), kind="verdict", defaults={"urls": ["b"]}).data
    assert [[*one] for one in fixed["urls"]] == [["b"]] * 2


def test_polars_frames_keep_their_types():
    data = polars([QUOTED, RIGHT])
    fixed = ki.fix(data, kind="verdict").data
    assert {name: fixed.schema[name] for name in COLUMNS} == dict(data.schema)
    wide = data.cast({"verdict": pl.Enum(["Supported", "supported"])})
    assert ki.fix(wide, kind="verdict").data.schema["verdict"] == wide.schema["verdict"]
    narrow = data[:1].cast({"verdict": pl.Enum(["Supported"])})
    fixed = ki.fix(narrow, kind="verdict").data
    assert (fixed["verdict"].to_list(), fixed.schema["verdict"]) == (["supported"], pl.String)


def test_datasets_keep_their_features():
    data = dataset([QUOTED, RIGHT])
    fixed = ki.fix(data, kind="verdict").data
    assert {name: fixed.features[name] for name in COLUMNS} == data.features
    assert (fixed.split, fixed[0]["quote_start"], fixed[0]["method"]) == ("train", 1072, 1)
    labels = data.cast_column("verdict", datasets.ClassLabel(names=["Supported", "supported"]))
    fixed = ki.fix(labels, kind="verdict").data
    assert (fixed.features["verdict"], fixed[0]["verdict"]) == (datasets.Value("string"), "supported")
    parts = datasets.DatasetDict({"a": data, "b": dataset([]), "c": data.select([1])})
    both = ki.fix(parts, kind="verdict", ignore=["no-rows"])
    assert {name: len(one) for name, one in both.data.items()} == {"a": 2, "b": 0, "c": 1}
    assert {one.file for one in both.changes} >= {"a"}
    assert both.report.counts == ki.validate(both, kind="verdict", ignore=["no-rows"]).counts


@pytest.mark.parametrize("form", TABLES)
def test_unsafe_fixes_rename_and_remove_columns(form):
    rows = [RIGHT, QUOTED]
    given_data = TABLES[form](rows)
    names = {"verdict": "verdct", "creator": "qqq"}
    if form == "table":
        given_data = given_data.rename_columns([names.get(name, name) for name in given_data.column_names])
    elif form == "pandas":
        given_data = given_data.rename(columns=names)
    elif form == "polars":
        given_data = given_data.rename(names)
    else:
        given_data = given_data.rename_columns(names)
    defaults = {"creator": "me"}
    fixed = ki.fix(given_data, kind="verdict", defaults=defaults, unsafe_fixes=True)
    back = plain(BACK[form](fixed.data))
    assert [row["verdict"] for row in back] == ["supported", "supported"]
    assert all("qqq" not in row and "verdct" not in row for row in back)
    assert fixed.report.ok


def test_rows_of_files_are_mappings_or_bytes(tmp_path):
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(QUOTED)}\n{{\n{json.dumps(RIGHT)}\n")
    fixed = ki.fix(tmp_path / "a.jsonl", kind="verdict")
    assert fixed.data[0]["quote_start"] == 1072
    assert fixed.data[1:] == [b"{", RIGHT]
    assert [(one.line, one.row) for one in fixed.changes] == [(1, 0)]
    (tmp_path / "a.csv").write_text(
        f"claim_id,quote,verdict,method,creator,confidence,urls\nd05-c03,{QUOTE},Supported,human,me,0.5,[]\nx\n"
    )
    fixed = ki.fix(tmp_path / "a.csv", kind="verdict")
    row, rest = fixed.data
    assert (row["confidence"], row["quote_start"], row["verdict"], rest) == (0.5, 1072, "supported", b"x")
    pq.write_table(pa.Table.from_pylist([QUOTED]), tmp_path / "a.parquet")
    fixed = ki.fix([tmp_path / "a.parquet"] * 2, kind="verdict")
    assert fixed.data.column("quote_start").to_pylist() == [1072, 1072]
    assert ki.fix([], kind="verdict").data == []


def test_a_fixed_is_data(tmp_path):
    rows = [QUOTED]
    with ki.Validator("verdict") as validator:
        fixed = validator.fix(rows)
        assert validator.validate(fixed).ok
        assert validator.split(fixed).valid == fixed.data
        assert validator.fix(fixed).data == fixed.data
        assert validator.read(fixed)[0].quote_start == 1072
        assert validator.read_table(fixed).num_rows == validator.read_dataset(fixed).num_rows == 1
        for data, message in (
            (
                validator.fix(rows, tmp_path / "out.jsonl"),
                "data: expected rows, got a Fixed without data: it was written to a file, or an input "
                "could not be read to its end",
            ),
            (validator.split(rows), "data: expected rows, got a Split; pass its `valid` or its `rejects`"),
        ):
            with pytest.raises(ki.InputError) as caught:
                validator.validate(data)
            assert str(caught.value) == message


def test_incomplete_data_is_not_fixed():
    def broken():
        yield QUOTED
        raise ValueError("gone")

    fixed = ki.fix(broken(), kind="verdict")
    assert (fixed.data, fixed.changed, fixed.changes, fixed.report.complete) == (None, {}, (), False)


def test_rows_from_an_iterator_need_a_path():
    rows = datasets.IterableDataset.from_generator(lambda: iter([QUOTED]))
    with pytest.raises(ki.InputError, match="expected output paths for an IterableDataset, got none"):
        ki.fix(rows, kind="verdict")

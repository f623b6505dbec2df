"""Loading: the same records in every form, immutable, offline, and from any folder."""

import json
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest

import kaiser_interview as ki
from kaiser_interview.dataset import loaders
from kaiser_interview.release import TABLES, read
from kaiser_interview.storage import digest

each_table = pytest.mark.parametrize("table", TABLES)


def python(code: str, **options) -> str:
    """Run code in a new process, and return its output."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, encoding="utf-8",
        check=False, **options,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_importing_the_package_adds_two_modules():
    code = (
        "import sys; before = {*sys.modules}; import kaiser_interview; "
        "print(*sorted({*sys.modules} - before))"
    )
    assert python(code) == "kaiser_interview kaiser_interview.first_use\n"


def test_every_public_name_is_there():
    for name in ki.__all__:
        assert getattr(ki, name) is not None
    assert {*ki.__all__} <= {*dir(ki)}


def test_an_unknown_attribute():
    with pytest.raises(AttributeError, match="module 'kaiser_interview' has no attribute 'lod'"):
        _ = ki.lod


def test_claims_are_the_default():
    assert ki.tables()[0] == "claims"
    assert ki.load() is ki.load("claims")
    assert ki.load_table() is ki.load_table("claims")
    assert ki.load_dataset().info.config_name == "claims"


@each_table
def test_the_forms_of_a_table_agree(table):
    records = ki.load(table)
    kind = TABLES[table]
    assert ki.load_table(table).schema.equals(ki.arrow_schema(kind))
    assert ki.load_dataset(table).features == ki.features(kind)
    rows = [json.loads(record.model_dump_json()) for record in records]
    assert [_as_json(row) for row in ki.load_table(table).to_pylist()] == rows
    assert [_as_json(row) for row in ki.load_dataset(table)] == rows


def _as_json(row):
    if row.get("created"):
        row["created"] = row["created"].isoformat().replace("+00:00", "Z")
    return row


@each_table
def test_required_columns_have_no_nulls(table):
    ki.load_table(table).validate(full=True)
    for field, column in zip(ki.load_table(table).schema, ki.load_table(table).columns, strict=True):
        assert field.nullable or column.null_count == 0


def test_a_claim_by_id():
    assert ki.claim("d10-c04") is ki.load("claims")[-1]


@pytest.mark.parametrize(
    ("call", "name", "message"),
    [
        (
            ki.load,
            "claim",
            "table: expected one of claims, dialogues, sources, translations, labels, mentions, relations, "
            "got 'claim'; did you mean claims?",
        ),
        (
            ki.claim,
            "d1-c03",
            "claim: expected one of d01-c01 to d10-c04, got 'd1-c03'; did you mean d10-c03 or d01-c03?",
        ),
        (ki.claim, "\x1b[2J\u202e", "claim: expected one of d01-c01 to d10-c04, got '\\x1b[2J\\u202e'"),
        (ki.claim, 7, "claim: expected one of d01-c01 to d10-c04, got 7"),
        (
            ki.json_schema,
            "claims",
            "kind: expected one of claim, dialogue, source, translation, label, mention, relation, question, "
            "verdict, embedding, got 'claims'; did you mean claim?",
        ),
    ],
)
def test_an_unknown_name_suggests_a_similar_name(call, name, message):
    with pytest.raises(ki.UnknownNameError) as caught:
        call(name)
    assert str(caught.value) == message
    assert isinstance(caught.value, LookupError)


@pytest.mark.parametrize("call", [ki.load, ki.load_table, ki.load_dataset])
@pytest.mark.parametrize("name", [None, ["claims"], "CLAIMS", ""])
def test_loaders_accept_only_table_names(call, name):
    with pytest.raises(ki.UnknownNameError):
        call(name)


def test_threads_get_the_same_objects():
    loaders._cache.clear()
    with ThreadPoolExecutor(16) as pool:
        found = [*pool.map(lambda _: (ki.load(), ki.load_table(), ki.claim("d01-c01")), range(64))]
    assert len({tuple(map(id, one)) for one in found}) == 1


def test_each_dataset_is_a_new_object_with_a_description():
    first, second = ki.load_dataset(), ki.load_dataset()
    assert first is not second
    assert first._fingerprint == second._fingerprint == digest(read("claims.parquet"))[:16]
    assert ki.load_dataset("labels")._fingerprint != first._fingerprint
    assert str(first.split) == "train"
    assert str(first.info.version) == ki.data_release
    assert first.info.description.startswith("41 claims about language")
    assert "@misc{kaiser-interview," in first.info.citation
    assert "included so that the data can be verified" in first.info.license


def test_the_fingerprint_is_the_same_in_every_process():
    code = "import kaiser_interview as ki; print(ki.load_dataset()._fingerprint)"
    assert python(code).strip() == ki.load_dataset()._fingerprint


def test_loading_opens_no_socket_and_writes_no_file(tmp_path):
    code = """
import os, socket, sys
def refuse(event, arguments):
    if event.startswith("socket.") and event != "socket.gethostname":
        raise RuntimeError(event)
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        raise RuntimeError(arguments)
import datasets
sys.addaudithook(refuse)
import kaiser_interview as ki
for table in ki.tables():
    print(len(ki.load(table)), ki.load_table(table).num_rows, ki.load_dataset(table).num_rows)
ki.data_path()
"""
    home = {
        "HOME": str(tmp_path),
        "HF_HOME": str(tmp_path / "hf"),
        "PATH": "",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    assert python(code, env=home, cwd=tmp_path).startswith("41 41 41\n10 10 10\n1 1 1\n")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_package_works_from_a_zip(tmp_path):
    package = Path(ki.__file__).parent
    archive = tmp_path / "package.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in package.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                file.write(path, Path("kaiser_interview") / path.relative_to(package))
    code = f"""
import sys
sys.path.insert(0, {str(archive)!r})
import kaiser_interview as ki
from kaiser_interview.dataset import verification
assert ki.__file__.startswith({str(archive)!r})
print(len(ki.load()), ki.load_table().num_rows, len(ki.load_dataset()), verification.verify())
try:
    ki.data_path()
except ki.NotOnDiskError as error:
    print(isinstance(error, OSError), "archive" in str(error))
"""
    assert python(code, cwd=tmp_path) == "41 41 41 ()\nTrue True\n"


def test_the_data_has_a_path():
    assert (ki.data_path() / "claims.parquet").is_file()


@pytest.mark.parametrize("call", ["ki.load_dataset()", "ki.features('claim')"])
def test_without_datasets_the_error_says_how_to_install_it(call):
    code = f"""
import sys
sys.modules["datasets"] = None
import kaiser_interview as ki
try:
    {call}
except ImportError as error:
    print(type(error).__name__, error.name, error)
"""
    name = call[3 : call.index("(")]
    assert python(code) == (
        f"MissingDependencyError datasets {name}: needs datasets; "
        "install it with: pip install 'kaiser-interview[hf]'\n"
    )


def test_an_altered_file_is_not_loaded(monkeypatch):
    from kaiser_interview import release

    get = release._get
    monkeypatch.setattr(release, "_get", lambda name: get(name) + b" " * (name == "claims.parquet"))
    monkeypatch.setattr(loaders, "_cache", {})
    assert len(ki.load()) == 41
    with pytest.raises(ki.IntegrityError):
        ki.load_table()


def test_tables_travel_through_arrow():
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, ki.load_table().schema) as writer:
        writer.write_table(ki.load_table())
    assert pa.ipc.open_stream(sink.getvalue()).read_all().equals(ki.load_table())


def test_an_enumeration_of_strings_names_a_table():
    import enum

    class Table(enum.StrEnum):
        claims = "claims"

    loaders._cache.clear()
    assert len(ki.load(Table.claims)) == 41
    assert ki.load_table(Table.claims) is ki.load_table("claims")
    assert ki.load_dataset(Table.claims).info.config_name == "claims"


def test_bytes_are_refused_as_a_name_and_shown():
    with pytest.raises(ki.UnknownNameError, match="got b'claims'"):
        ki.load(b"claims")

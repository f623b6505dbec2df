"""The files that describe the data set, each read by the tool that it is made for."""

import contextlib
import io
import json
import logging
import subprocess
import sys
import warnings
from decimal import Decimal
from pathlib import Path

import jsonschema_rs
import pytest

import kaiser_interview as ki
from kaiser_interview import metadata
from kaiser_interview.release import REFERENCES

FOLDER = ki.data_path()
TABLES = ki.tables()


def reported(name):
    return json.loads((FOLDER / name).read_text("utf-8"))


def plain(value):
    """Return a value of mlcroissant's as the record has it: text as text, numbers as Python's own."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name.rpartition("/")[2]: plain(item) for name, item in value.items()}
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def records(table):
    return ki.load_table(table).to_pylist()


@pytest.fixture(scope="module")
def croissant():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about its own imports
        import mlcroissant

    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    logging.getLogger().addHandler(handler)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = mlcroissant.Dataset(FOLDER / "croissant.json")
        # rdflib deprecates a class that it uses itself.
        assert (heard.getvalue(), [one for one in caught if "ConjunctiveGraph" not in str(one.message)]) == (
            "",
            [],
        )
    finally:
        logging.getLogger().removeHandler(handler)
    return found


def test_croissant_has_no_errors_or_warnings(croissant):
    issues = croissant.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())
    assert croissant.metadata.ctx.conforms_to.value == "http://mlcommons.org/croissant/1.1"


def test_the_command_reports_nothing():
    run = subprocess.run(
        [Path(sys.executable).parent / "mlcroissant", "validate", "--jsonld", FOLDER / "croissant.json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    said = (run.stdout + run.stderr).lower()
    assert "done." in said
    assert "warning" not in said
    assert "error" not in said


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # its own use of pandas
@pytest.mark.parametrize("table", TABLES)
def test_croissant_reads_the_same_records(croissant, table):
    assert [plain(row) for row in croissant.records(table)] == records(table)


def test_croissant_defines_the_vocabularies(croissant):
    for name, values in reported("vocabularies.json").items():
        read = [plain(row) for row in croissant.records(f"vocabulary_{name}")]
        assert read == [{"value": value} | entry for value, entry in values.items()]


def test_croissant_has_the_fields_for_responsible_ai(croissant):
    """Every property of the RAI vocabulary that `mlcroissant` knows, in the words of the datasheet."""
    import mlcroissant

    asked = {
        field.metadata["url"].rpartition("/")[2]
        for field in mlcroissant.Metadata.__dataclass_fields__.values()
        if "croissant/RAI/" in str(field.metadata.get("url"))
    }
    assert len(asked) == 20
    described = reported("croissant.json")
    assert described["conformsTo"][1] == "http://mlcommons.org/croissant/RAI/1.0"
    said = {name.removeprefix("rai:"): value for name, value in described.items() if name.startswith("rai:")}
    spelt = {
        "dataCollectionTimeFrame": "dataCollectionTimeframe",
        "dataDataManipulationProtocol": "dataManipulationProtocol",
    }  # by the library and by the vocabulary
    assert {spelt.get(name, name) for name in asked} == {*said}
    assert all(said.values())
    assert croissant.metadata.data_limitations == said["dataLimitations"]
    assert croissant.metadata.data_annotation_protocol == [said["dataAnnotationProtocol"]]


def test_croissant_refers_to_the_claims(croissant):
    found = {
        (record_set.id, field.name): (
            field.references.file_object.partition(".")[0],
            field.references.extract.column,
        )
        for record_set in croissant.metadata.record_sets
        for field in record_set.fields
        if field.references.uuid
    }
    assert found == REFERENCES


@pytest.mark.parametrize("name", ["croissant.json", "schema-org.jsonld"])
def test_file_descriptions_match_the_files(name):
    from kaiser_interview import release

    files = {file["name"]: file for file in reported(name)["distribution"]}
    assert {*files} == {f"{table}.{form}" for table in TABLES for form in ("parquet", "jsonl")}
    for path, file in files.items():
        content = (FOLDER / path).read_bytes()
        assert file["sha256"] == release.digest(content)
        assert file["contentSize"] == f"{len(content)} B"
        assert file["contentUrl"] == path


def profile():
    """Return a validator of Data Package 2.0 by the profiles of the standard, offline."""
    import dplib

    profiles = Path(dplib.__file__).parent / "profiles"

    def retrieve(uri):
        name = uri.rpartition("/")[2]
        for folder in ("2.0", "1.0"):
            if (profiles / folder / name).exists() and f"/{folder}/" in uri:
                return json.loads((profiles / folder / name).read_text("utf-8"))
        return {}  # GeoJSON and TopoJSON, which the package does not use

    schema = json.loads((profiles / "2.0" / "datapackage.json").read_text("utf-8"))
    return jsonschema_rs.validator_for(schema, retriever=retrieve)


def test_the_data_package_is_one_of_version_2():
    described = reported("datapackage.json")
    assert described["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    validator = profile()
    assert [error.message for error in validator.iter_errors(described)] == []
    broken = described | {"resources": [{"name": "claims"}]}
    assert not validator.is_valid(broken)


def decimal(cell):
    return float(cell) if isinstance(cell, Decimal) else cell


def validated(package):
    import frictionless

    return frictionless.validate(package)


def test_the_data_package_is_valid_row_by_row():
    report = validated(str(FOLDER / "datapackage.json"))
    assert report.flatten(["resourceName", "rowNumber", "type", "message"]) == []
    assert report.valid
    assert (report.stats["tasks"], report.stats["warnings"]) == (len(TABLES), 0)
    assert {task.name: task.stats["rows"] for task in report.tasks} == {
        table: ki.load_table(table).num_rows for table in TABLES
    }


@pytest.mark.parametrize("table", TABLES)
def test_the_data_package_reads_the_same_records(table):
    import frictionless

    package = frictionless.Package(str(FOLDER / "datapackage.json"))
    read = [row.to_dict() for row in package.get_resource(table).read_rows()]
    assert [{name: decimal(cell) for name, cell in row.items()} for row in read] == records(table)


BROKEN = {
    "a claim that does not exist": ("labels", {"claim_id": "d09-c99"}, "foreign-key"),
    "another claim that does not exist": ("relations", {"other_claim_id": "d09-c99"}, "foreign-key"),
    "a dialogue that does not exist": ("claims", {"dialogue_id": "d99"}, "foreign-key"),
    "a value that the vocabulary lacks": ("claims", {"horizon": "tomorrow"}, "constraint-error"),
    "a digest that is none": ("claims", {"claim_sha256": "abc"}, "constraint-error"),
    "an offset below 0": ("mentions", {"quote_start": -1}, "constraint-error"),
    "a number that is text": ("mentions", {"quote_end": "x"}, "type-error"),
    "nothing where something must be": ("translations", {"translation": None}, "constraint-error"),
    "a confidence above 1": ("labels", {"confidence": 1.5}, "constraint-error"),
    "an id twice": ("dialogues", {"dialogue_id": "d02"}, "primary-key"),
    "no topic": ("claims", {"topics": []}, "constraint-error"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN)
def test_constraints_and_keys_are_enforced(fault, tmp_path):
    """A package with one invalid cell is refused, so the schema is enforced."""
    table, change, expected = BROKEN[fault]
    described = reported("datapackage.json")
    for resource in described["resources"]:
        lines = (FOLDER / resource["path"]).read_text("utf-8").splitlines()
        if resource["name"] == table:
            lines[0] = json.dumps(json.loads(lines[0]) | change)
            del resource["bytes"], resource["hash"]
        (tmp_path / resource["path"]).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    (tmp_path / "datapackage.json").write_text(json.dumps(described))
    found = {
        (task.name, *error)
        for task in validated(str(tmp_path / "datapackage.json")).tasks
        for error in task.flatten(["rowNumber", "type"])
    }
    # Counted from 1 including the header; the later of two equal ids is reported.
    assert (table, 3 if expected == "primary-key" else 2, expected) in found


def test_bibtex_parses_back():
    import bibtexparser

    library = bibtexparser.parse_file(str(FOLDER / "citation.bib"))
    assert library.failed_blocks == []
    (entry,) = library.entries
    fields = {field.key: field.value.strip("{}") for field in entry.fields}
    assert (entry.entry_type, entry.key) == ("misc", metadata.NAME)
    assert fields["title"] == metadata.TITLE
    assert fields["author"] == metadata.AUTHOR
    assert fields["version"] == ki.data_release
    assert f"{fields['year']}-{int(fields['month']):02}" == metadata.RELEASED[:7]


def test_csl_json_is_set_by_a_citation_processor():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and locales, not of the item
        from citeproc import (
            Citation,
            CitationItem,
            CitationStylesBibliography,
            CitationStylesStyle,
            formatter,
        )
        from citeproc.source.json import CiteProcJSON

        source = CiteProcJSON(reported("citation.csl.json"))
        style = CitationStylesStyle("harvard-cite-them-right", validate=False)
        bibliography = CitationStylesBibliography(style, source, formatter.plain)
    bibliography.register(Citation([CitationItem(metadata.NAME)]))
    (line,) = map(str, bibliography.bibliography())
    assert metadata.TITLE in line
    assert metadata.RELEASED[:4] in line


def test_the_citation_file_is_that_of_the_repository():
    root = Path(__file__).parents[2]
    assert (FOLDER / "CITATION.cff").read_bytes() == (root / "CITATION.cff").read_bytes()
    run = subprocess.run(
        [Path(sys.executable).parent / "check-jsonschema", "--builtin-schema", "vendor.citation-file-format",
         FOLDER / "CITATION.cff"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib's own
def test_schema_org_uses_only_terms_that_exist():
    from rdflib import RDF, SDO, Graph, URIRef

    described = reported("schema-org.jsonld")
    assert described["@context"] == "https://schema.org/"
    # The context itself is not fetched; for these terms it says the same as this.
    with contextlib.redirect_stderr(io.StringIO()) as heard:
        graph = Graph().parse(
            data=json.dumps(described | {"@context": {"@vocab": str(SDO)}}), format="json-ld"
        )
    assert heard.getvalue() == ""
    used = {predicate for predicate in graph.predicates() if predicate != RDF.type}
    used |= {*graph.objects(predicate=RDF.type)}
    assert used
    for term in used:
        assert str(term).startswith(str(SDO))
        assert SDO[str(term).removeprefix(str(SDO))] == term  # a closed namespace: another term raises
    subject = URIRef(metadata.PACKAGE)
    assert (subject, RDF.type, SDO.Dataset) in graph
    assert str(graph.value(subject, SDO.version)) == ki.data_release
    assert 50 <= len(str(graph.value(subject, SDO.description))) <= 5000  # for dataset search
    parts = {str(graph.value(part, SDO.name)) for part in graph.objects(subject, SDO.hasPart)}
    assert parts == {*TABLES}

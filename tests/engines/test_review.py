"""Annotations in the tools that read them: a JSON-LD processor, and the converter of Label Studio."""

import pytest

import kaiser_interview as ki

TEXT = "Tea 🍵 is a drink. Mate 🧉 is one, too."
CORPUS = ki.Corpus.from_text(TEXT, unit="line")
ROW = {
    "claim_id": "c001",
    "kind": "label",
    "scheme": "my:s",
    "value": "drink",
    "method": "human",
    "creator": "I",
}

# The terms of the context of the standard that these documents use; the context itself is on the network.
OA = "http://www.w3.org/ns/oa#"
CONTEXT = {
    "oa": OA,
    "as": "https://www.w3.org/ns/activitystreams#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "id": "@id",
    "type": "@type",
    **{name: f"oa:{name}" for name in ("Annotation", "SpecificResource", "TextualBody", "exact", "prefix")},
    **{name: f"oa:{name}" for name in ("TextPositionSelector", "TextQuoteSelector", "suffix")},
    "body": {"@id": "oa:hasBody", "@type": "@id"},
    "target": {"@id": "oa:hasTarget", "@type": "@id"},
    "source": {"@id": "oa:hasSource", "@type": "@id"},
    "selector": {"@id": "oa:hasSelector", "@type": "@id"},
    "first": {"@id": "as:first", "@type": "@id"},
    "items": {"@id": "as:items", "@type": "@id", "@container": "@list"},
    "start": {"@id": "oa:start", "@type": "xsd:nonNegativeInteger"},
    "end": {"@id": "oa:end", "@type": "xsd:nonNegativeInteger"},
}


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib's own
def test_a_json_ld_processor_reads_the_document():
    from rdflib import RDF, Graph, Literal, Namespace, URIRef

    oa, ours = Namespace(OA), Namespace("urn:kaiser-interview:annotation:v1:")
    document = ki.to_annotations([ROW | {"quote": "Mate 🧉"}, {"kind": "label"}], against=CORPUS)
    source = document["ki:sources"][0]
    document["@context"][0] = CONTEXT
    graph = Graph().parse(data=document, format="json-ld")
    annotations = {URIRef(item["id"]) for item in document["first"]["items"]}
    assert {*graph.subjects(RDF.type, oa.Annotation)} == annotations
    (position,) = graph.subjects(RDF.type, oa.TextPositionSelector)
    place = [graph.value(position, one).toPython() for one in (oa.start, oa.end)]
    assert TEXT[slice(*place)] == "Mate 🧉"
    (target,) = graph.subjects(oa.hasSelector, position)
    assert graph.value(target, oa.hasSource) == URIRef(source["id"])
    assert graph.value(URIRef(source["id"]), ours.sha256) == Literal(source["ki:sha256"])
    assert {*graph.subjects(oa.hasTarget, URIRef(source["id"]))} < annotations


def test_the_converter_of_label_studio_counts_code_points():
    from label_studio_sdk.converter.utils import create_tokens_and_tags

    quote = "Mate"
    (item,) = ki.to_annotations([ROW | {"quote": quote}], against=CORPUS)["first"]["items"]
    position = item["target"]["selector"][0]
    span = {"start": position["start"], "end": position["end"], "labels": ["drink"]}
    tokens, tags = create_tokens_and_tags(TEXT, [span])
    assert [token for token, tag in zip(tokens, tags, strict=True) if tag != "O"] == [quote]

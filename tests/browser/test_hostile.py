"""Data that looks like HTML, script or control codes shows as text, in every field of both pages."""

import dataclasses
import json
import re
from typing import Any, get_args

import pytest
from browser.samples import corpus
from playwright.sync_api import expect

import kaiser_interview as ki
from kaiser_interview.records import models
from kaiser_interview.validation.findings.display import encodable, visible
from kaiser_interview.validation.findings.finding import Edit, Finding, Suggestion, in_any_place, pointer
from kaiser_interview.validation.findings.report import Input

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "attribute": "' onmouseover=alert(1) x='",
    "end": "</style></script></pre></textarea><script>alert(1)</script>",
    "comment": "<!--<script>--> ]]> <svg onload=alert(1)>",
    "template": "{{7*7}}{% raw %}${7*7}",
    "address": "javascript:alert(1)",
    "remote": "<link rel=stylesheet href=http://127.0.0.1:9/x><iframe src=http://127.0.0.1:9/>",
    "entity": "&lt;b&gt; &amp;amp; &#0; &quot",
    "bidi": "\u202eabc\u202c \u2066def\u2069 \u200fghi",
    "control": "a\0b\x07c\x1bd\x7fe\x85f\u2028g\ufeffh",
    "surrogate": "a\ud800b\udfffc",
}
CONTROLS = re.compile("[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
BY = {"method": "model", "creator": "some-model"}


RECORDS = (models.Claim, *models.KINDS.values())


@pytest.fixture(params=HOSTILE.values(), ids=[*HOSTILE])
def payload(request):
    """Return a hostile text."""
    return request.param


class Fields:
    """Make values that name their field, and remember them."""

    def __init__(self, payload: str) -> None:
        self.payload = payload
        self.made: list[str] = []

    def __call__(self, name: str) -> str:
        """Return a hostile value for a field."""
        value = f"‹{name}›{self.payload}"
        self.made.append(value)
        return value

    def id(self, name: str) -> str:
        """Return a hostile id; an id is UTF-8."""
        self.made.append(encodable(f"‹{name}›{self.payload}"))
        return self.made[-1]


def hostile_corpus(field: Fields) -> ki.Corpus:
    """Return a corpus of one source and two claims in which every text is hostile."""
    heading, text, other = field("heading"), field("text"), field("other text")
    source_id = field.id("source id")
    column = field("column")
    columns = {
        "text_en": field("English"),
        column: field("value"),
        "tags": [field("first of a list"), field("second of a list")],
        "object": {field("key"): field("value of a key")},
    }
    made = corpus(
        {source_id: f"{field('before')}\n{heading}\n{text}\n{other}"},
        [
            (field.id("id"), source_id, text, columns),
            (field.id("other id"), source_id, other, columns | {"tags": [column]}),
        ],
        ((field.id("heading id"), source_id, heading),),
    )
    headings = tuple(one._replace(text_en=field("English of a heading")) for one in made.headings)
    return ki.Corpus(made.claims, made.sources, headings)


def hostile_rows(field: Fields, claim_ids: list[str]) -> list[dict[str, Any]]:
    """Return a row of every kind. Its fields are hostile: those of the kind, unknown ones, `x_` ones."""
    rows = []
    for kind in get_args(models.KindName):
        names = [*models.KINDS[kind].model_fields]
        row: dict[str, Any] = {
            name: field(f"{kind} {name}") for name in names if name not in ("kind", "created")
        }
        row |= {
            "kind": kind,
            "claim_id": claim_ids[0],
            field("unknown"): field("unknown value"),
            "x_note": field("note"),
            "x_deep": [{"key": field("deep")}],
        }
        rows += [row, {**row, "claim_id": field.id("unknown claim")}]
        if "references" in names:
            row["references"] = [{"claim_id": claim_ids[1], "quote": field("quote of a reference")}]
    return rows


def hostile_report(field: Fields) -> ki.Report:
    """Return a report in which every text is hostile."""
    rows = [{"claim_id": "d01-c01", "scheme": "topic", "value": "x"}]
    report = ki.validate(rows, kind="label", defaults=BY)
    found = Finding(
        code="quote-not-found",
        severity="error",
        file=field("file"),
        line=1,
        row=0,
        id=field("id"),
        path=(field("path"), 0),
        expected=visible(field("expected")),
        got=visible(field("got")),
        suggestion=Suggestion(
            visible(field("suggestion")), "safe", (Edit(("a",), field("before"), field("after")),)
        ),
    )
    closest = f"closest passage (not a match): {field('claim')}, 0 to 9: a⟦→{field('passage')}⟧ b"
    other = found._replace(suggestion=Suggestion(visible(closest), "display", ()))
    count = report.counts[0]._replace(code=found.code, path=pointer(in_any_place(found.path)), number=2)
    options = {field("option"): field("value"), "list": [field("listed")], "object": {"k": field("nested")}}
    return dataclasses.replace(
        report,
        counts=(count,),
        sample=(found, other),
        inputs=(Input(field("input"), 1, 2, "0" * 64, complete=True),),
        checked=dataclasses.replace(report.checked, options=options),
    )


def texts(page):
    """Return all text that a reader sees if everything is opened, without differences in space."""
    page.evaluate(
        """() => {
          document.documentElement.classList.remove("script");
          for (const one of document.querySelectorAll("details")) one.open = true;
        }"""
    )
    return "".join(page.locator("body").inner_text().split())


def _is_in(value, text):
    """Return whether a value is in a text: as findings show it, as a source shows it, or within JSON."""
    ways = [visible(value), visible(json.dumps(value, ensure_ascii=False)[1:-1]), json.dumps(value)[1:-1]]
    ways.append(CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", value))
    return any("".join(one.split()) in text for one in ways)


def assert_shown(field: Fields, text: str, *, but=()):
    """Assert that every hostile value is on the page as text."""
    missing = [one for one in field.made if not _is_in(one, text)]
    assert [one for one in missing if not any(one.startswith(f"‹{name}›") for name in but)] == []
    assert field.made


def page_in(tmp_path, html):
    """Write a page as UTF-8, which fails if it has a character that has no form in it."""
    path = tmp_path / "page.html"
    path.write_bytes(html.encode())
    return path


def test_a_corpus(visit, tmp_path, payload):
    field = Fields(payload)
    made = hostile_corpus(field)
    page = visit(page_in(tmp_path, made.to_html()))
    expect(page.locator(".panel")).to_have_count(2)
    for select in page.locator("select").all():
        for index in range(1, select.locator("option").count()):
            select.select_option(index=index)
            expect(page.locator(".count")).not_to_contain_text("0 of")
        select.select_option(index=0)
    page.locator("a.claim").first.click()
    expect(page.locator(".panel.open")).to_have_count(1)
    page.keyboard.press("j")
    expect(page.locator(".panel.open").get_by_role("link")).to_contain_text("‹other id›")
    page.keyboard.press("Escape")
    assert_shown(field, texts(page), but=["heading id"])


def test_rows_of_a_corpus(visit, tmp_path, payload):
    field = Fields(payload)
    made = hostile_corpus(Fields(payload))
    rows = hostile_rows(field, [*made.claims])
    page = visit(page_in(tmp_path, made.to_html(rows)))
    assert page.locator(".row").count() >= len(rows)
    unseen = [f"{kind} {name}" for kind in get_args(models.KindName) for name in UNSEEN]
    assert_shown(field, texts(page), but=unseen)


UNSEEN = ("claim_id", "claim_sha256", "quote_start", "quote_end", "quote_of")
"""Fields that refer to the claim in whose panel the row is; only what is wrong with them is shown."""


def test_a_report(visit, tmp_path, payload):
    field = Fields(payload)
    report = hostile_report(field)
    page = visit(page_in(tmp_path, report.to_html(rejects=field("rejects"))))
    expect(page.get_by_role("heading", level=1)).to_have_text("Failed")
    page.get_by_role("link").first.click()
    # In differences, the parts of both texts lie over each other.
    assert_shown(field, texts(page), but=["before", "after", "passage", "path"])


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
def test_fragments_of_notebooks(visit, tmp_path, payload):
    """In a page without a policy, in which a script would run."""
    field = Fields(payload)
    made = hostile_corpus(field)
    rows = hostile_rows(Fields(payload), [*made.claims])
    report = hostile_report(Fields(payload))
    claim = next(iter(made.claims.values()))
    shown = [made, report, *report.sample, ki.validate(rows, against=made)]
    shown += [ki.Validator(against=made).split(rows)]
    shown += made.find(claim.text[:-1]) if encodable(payload) == payload else ()
    shown += [
        kind.model_construct(**dict.fromkeys(kind.model_fields, encodable(payload))) for kind in RECORDS
    ]
    body = "\n".join(f"<article>{one._repr_html_()}</article>" for one in shown)
    html = f"<!doctype html><html lang=en><meta charset=utf-8><title>x</title><body>{body}</body></html>"
    page = visit(page_in(tmp_path, html))
    expect(page.locator("body > article > div")).to_have_count(len(shown))
    text = "".join(page.locator("body").inner_text().split())
    assert text.count("".join(visible(payload).split())) > 10


def test_the_check_sees_a_script(visit, tmp_path):
    path = page_in(tmp_path, "<!doctype html><title>x</title><script>alert(1)</script><img src=x>")
    visit(path)
    assert {one.partition(":")[0] for one in visit.faults} == {"dialog", "request", "console"}
    visit.faults.clear()

"""Pages and fragments: what they say, that data is text in them, and their policy and size."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

import kaiser_interview as ki
from kaiser_interview.page import corpus_page, report_page
from kaiser_interview.page.fragments import records_fragment
from kaiser_interview.validation.findings.counts import Count

BY = {"method": "model", "creator": "m", "language": "en", "translation": "…"}
WRONG = [
    {"claim_id": "d05-c03", "quote": "推理模型增加参数数量"},
    {"claim_id": "d05-c03", "quote": "推理模型不增加参数数量，"},
    {"claim_id": "d05-c3"},
]
HOSTILE = "</style></script><script>alert(1)</script><img src=x onerror=\"alert('1')\">{{7777*7777}}"


class Page(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is None:
            self.text += data

    def all(self, tag: str, name: str) -> list[dict[str, str | None]]:
        """Return the attributes of the elements of a class."""
        return [
            attrs for one, attrs in self.tags if one == tag and name in (attrs.get("class") or "").split()
        ]


@pytest.fixture(scope="module")
def corpus() -> ki.Corpus:
    return ki.Corpus.from_files(ki.data_path())


@pytest.fixture(scope="module")
def shipped(corpus) -> str:
    return corpus.to_html()


def validated(rows: list = WRONG, **options) -> ki.Report:
    return ki.validate(rows, kind="translation", defaults=BY, **options)


def test_the_page_of_the_shipped_claims(corpus, shipped):
    page = Page(shipped)
    assert len(shipped.encode()) < 400_000
    assert [one["id"] for one in page.all("a", "claim")] == [*corpus.claims]
    for claim in ki.load("claims"):
        assert f">{claim.text}</a>" in shipped
        assert unescape(shipped).count(claim.text_en) >= 1
    (source,) = corpus.sources.values()
    # The whole source is on the page, in order.
    at = 0
    for word in source.split():
        at = page.text.index(word, at) + len(word)
    panel = page.text[page.text.index("d05-c03 ×") :][:3000]
    claim = ki.claim("d05-c03")
    parts = ["scaling, reasoning", "taken to be paragraphs", "code points 1072 to 1105", claim.claim_sha256]
    parts += ["Labels (", "Mentions (", "Relations (", "Citation", "data release 1.0.0"]
    for part in parts:
        assert part in panel
    assert "machine translation" in page.text
    assert "does not say who speaks" in page.text


@pytest.mark.parametrize("is_report", [False, True])
def test_a_page_runs_only_its_own_style_and_script(shipped, is_report):
    page = validated().to_html() if is_report else shipped
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    hashes = re.findall(r"'sha256-([^']*)'", unescape(policy))
    held = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", page, re.DOTALL)
    assert hashes == [b64encode(sha256(one.encode()).digest()).decode() for one in held]
    assert unescape(policy).startswith("default-src 'none'")
    assert not re.findall(r"""\s(?:src|style|on\w+)=|https?://""", page)


def test_filters_are_columns_with_few_values(corpus, shipped):
    assert re.findall(r"<label>(.*) <select", shipped) == ["dialogue", "topics", "claim type", "horizon"]
    claims = {}
    for number in range(50):
        columns = {"unique": str(number), "same": "a", "number": number % 2, "text": "x"}
        claims[f"c{number}"] = corpus.claim("d01-c01")._replace(claim_id=f"c{number}", columns=columns)
    large = ki.Corpus(claims, corpus.sources)
    assert [*corpus_page._filters(large)] == []


def test_rows_beside_the_claims(corpus):
    page = corpus.to_html([*WRONG, {"claim_id": "d01-c01"}], kind="translation", defaults=BY)
    panel = page[page.index('aria-label="Claim d05-c03"') :]
    panel = panel[: panel.index("</article>")]
    assert re.findall(r"(error|warning) ([a-z-]+)</strong>", panel) == [
        ("error", "quote-not-found"),
        ("error", "quote-typography-differs"),
    ]
    assert "Rows with findings" in page
    assert Page(page).text.count("unknown-claim") == 1
    with pytest.raises(ki.InputError, match="kind: expected rows to apply it to, got none"):
        corpus.to_html(kind="translation")
    right = corpus.to_html([{"claim_id": "d01-c01"}], kind="translation", defaults=BY)
    assert "Rows valid" in right


def test_a_corpus_of_another_text():
    text = "# Tea\n\nTea is a <b>drink</b>. [1]\nSo is mate.\n"
    corpus = ki.Corpus.from_text(text, unit="line", headings="markdown", markers="printed")
    page = corpus.to_html()
    assert "Tea is a &lt;b&gt;drink&lt;/b&gt;." in page
    assert '<body class="corpus one-language">' in page
    assert "(c001; text, code points 7 to 29; SHA-256 " in page
    assert "machine translation" not in page
    several = ki.Corpus.from_text({"one": "A claim.", "two": "Another."}, unit="line").to_html()
    assert re.findall(r"<h2>(.*)</h2>", several) == ["one", "two"]


def test_ids_in_links():
    ids = ["a b", 'a"b', "a<b", "a#b", "a%b", "é", "d/1"]
    claim = ki.Corpus.from_text("Tea.", unit="line").claim("c001")
    page = Page(ki.Corpus({one: claim._replace(claim_id=one) for one in ids}, {"text": "Tea."}).to_html())
    links = [attrs["href"] for tag, attrs in page.tags if tag == "a" and attrs.get("aria-label") is None]
    assert {unquote(one[1:]) for one in links} == {*ids}


def test_a_report(tmp_path):
    report = validated(complete=["language"])
    page = Page(report.to_html())
    assert page.text.count("Failed") == 2  # the title and the heading
    assert report.summary in page.text
    codes = [one.code for one in report.counts]
    assert re.findall(r"(?:error|warning)\s+([a-z-]+)", page.text)[: len(codes)] == codes
    for part in ("How to fix it", "[*] exact text", "closest passage", report.checked.corpus, "1 of 41"):
        assert part in page.text
    assert "Passed" in validated([{"claim_id": "d01-c01"}]).to_html()
    assert "Not complete" in validated([str(tmp_path / "none.jsonl")][0]).to_html()


def test_a_report_of_a_corpus():
    page = Page(ki.Corpus.check(ki.data_path()).to_html())
    assert "Passed" in page.text
    assert "claims41" in page.text
    assert "quotes exact" not in page.text


def test_the_file_of_rejects(tmp_path):
    report = validated()
    assert "<code>again.jsonl</code>" in report.to_html(rejects="again.jsonl")
    path = tmp_path / "none.jsonl"
    assert "again.jsonl" not in validated(str(path)).to_html(rejects="again.jsonl")


def test_a_report_with_many_findings_is_small():
    long = "\x00" * 5000
    rows = [{"claim_id": long, f"f{n}": long, "quote": long, "translation": 5} for n in range(1000)]
    report = validated(rows)
    assert report.errors >= 3000
    page = report.to_html()
    assert len(page.encode()) < 2_000_000
    assert "more groups of findings are not shown" in page
    counts = tuple(Count("wrong-type", "error", f"/{number}", 10**6) for number in range(300))
    many = replace(report, counts=counts, sample=())
    assert [bar.label for bar in report_page._bars([], [(one.path, 1) for one in counts])][-1] == "280 more"
    assert len(many.to_html()) < 2_000_000


@pytest.mark.parametrize(("largest", "groups"), [(2_000_000, 3), (30_000, 2), (0, 1)])
def test_a_large_page_has_fewer_examples(monkeypatch, largest, groups):
    report = validated()
    monkeypatch.setattr(report_page, "_FEWER", ((3, 5), (2, 1), (1, 1)))
    sizes = [len(page_with(report, most, examples)) for most, examples in report_page._FEWER]
    assert sizes == sorted(sizes, reverse=True)
    monkeypatch.setattr(report_page, "_LARGEST", {2: sizes[1]}.get(groups, largest))
    assert report.to_html().count('id="group-') == groups


def page_with(report: ki.Report, most: int, examples: int) -> bytes:
    return report_page._page(report, report_page.groups_of(report, most, examples), None).encode()


def test_a_sample_says_so():
    report = validated([{"claim_id": "x"}] * 20, max_findings=5)
    assert "15 findings are not in the sample" in report.to_html()
    assert "fixable in the sample" not in report.to_html()
    fixable = validated([{"claim_id": "d05-c03", "quote": "推理模型不增加参数数量，"}] * 20, max_findings=5)
    assert "fixable in the sample" in fixable.to_html()
    assert ", 1 unsafe" in ki.validate([{"claim_id": "d01-c1"}], kind="label").to_html()


def fragments() -> dict:
    report = validated()
    return {
        "finding": report.sample[0],
        "report": report,
        "passed": validated([{"claim_id": "d01-c01"}]),
        "split": ki.split(WRONG, kind="translation", defaults=BY),
        "exact match": ki.find("推理模型不增加")[0],
        "nearest": ki.find("推理模型增加参数数量")[0],
        "corpus": ki.Corpus.from_files(ki.data_path()),
        "source": ki.source(),
        "claims": ki.load("claims"),
        "labels": ki.load("labels"),
        "dialogues": ki.load("dialogues"),
        "dialogue": ki.load("dialogues")[0],
        "claim": ki.claim("d01-c01"),
    }


@pytest.mark.parametrize(("name", "parts"), [
    ("finding", ["unknown-claim", "[?] did you mean d05-c03?", "fixed", "given", "(nothing)"]),
    ("report", ["✗ Failed", "3 of 3 rows invalid", "unknown-claim", "→ [*] exact text"]),
    ("passed", ["✓ Passed"]),
    ("split", ["0 valid, 3 rejects", "✗ Failed"]),
    ("exact match", ["claim d05-c03", "1072 to 1079", "推理模型不增加"]),
    ("nearest", ["nearest", "passage", "given"]),
    ("corpus", ["Corpus: 41 claims, 1 source", "d01-c01", "the first 10 of 41"]),
    ("source", ["Source", "headline_en"]),
    ("claims", ["41 Claims", "language", "the first 10 of 41", "does not say who speaks"]),
    ("labels", ["158 Labels", "the first 10 of 158"]),
    ("dialogues", ["10 Dialogues"]),
    ("dialogue", ["Dialogue", "claim_count"]),
    ("claim", ["machine translation"]),
])  # fmt: skip
def test_notebooks(name, parts):
    html = fragments()[name]._repr_html_()
    assert len(html) < 40_000
    page = Page(html)
    for part in parts:
        assert part in page.text
    depth = sum(tag == "div" for tag, _ in page.tags)
    assert html.count("</div>") == depth


def test_many_groups_in_a_notebook():
    report = validated([{"claim_id": "d01-c01", f"field{number}": 1} for number in range(30)])
    assert "and 10 more groups" in report._repr_html_()


def test_records_without_rows():
    assert "0 Records" in records_fragment(())


def test_a_corpus_with_retired_claims():
    corpus = ki.Corpus.from_files(Path(__file__).parents[2] / "corpus")
    assert "Corpus: 15 claims, 2 sources, 2 retired" in corpus._repr_html_()


def test_hostile_data_is_text(tmp_path):
    claim = ki.Corpus.from_text("Tea.", unit="line").claim("c001")
    columns = {HOSTILE: HOSTILE, "list": [HOSTILE, None, {}]}
    held = claim._replace(claim_id=HOSTILE, text_en=HOSTILE, columns=columns)
    other = held._replace(claim_id="b", columns={HOSTILE: "b"})
    third = held._replace(claim_id="c", columns={HOSTILE: "b"})
    corpus = ki.Corpus({one.claim_id: one for one in (held, other, third)}, {"text": "Tea." + HOSTILE})
    row = dict.fromkeys(("claim_id", "x_other", "translation", "quote", HOSTILE), HOSTILE)
    file = tmp_path / "a<b>.jsonl"
    file.write_text(json.dumps(row), "utf-8")
    report = ki.validate(str(file), kind="translation", against=corpus)
    pages = [corpus.to_html(str(file), kind="translation"), report.to_html(rejects=HOSTILE)]
    pages += [one._repr_html_() for one in (report, corpus, *report.sample)]
    for page in pages:
        parsed = Page(page)
        assert "img" not in [tag for tag, _ in parsed.tags]
        assert not [name for _, attrs in parsed.tags for name in attrs if name.startswith("on")]
        assert [tag for tag, _ in parsed.tags].count("script") <= 1
        assert "60481729" not in parsed.text


def test_characters_that_pages_cannot_have():
    claim = ki.Corpus.from_text("Tea.", unit="line").claim("c001")
    text = "a\0\x85\u202eb\ud800\tc\r\nd"
    page = ki.Corpus({"c": claim._replace(claim_id="c", text_en=text)}, {"text": f"Tea.\n{text}"}).to_html()
    page.encode()
    assert page.count("a\\u0000\\u0085\\u202eb\\ud800\tc\nd") == 2


def test_results_of_parse_and_fix_are_rows(corpus):
    answers = {"r1": json.dumps({"claim_id": "d01-c01", "translation": "…"})}
    parsed = ki.parse(answers, kind="translation")
    by = {"method": "model", "creator": "m", "language": "en"}
    for rows in (parsed, ki.fix(parsed, kind="translation", defaults=by)):
        assert "Rows valid" in corpus.to_html(rows, kind="translation", defaults=by)
    with pytest.raises(ki.InputError, match="expected rows, got a Split"):
        corpus.to_html(ki.split(parsed, kind="translation"), kind="translation")


def test_a_filter_needs_no_value_in_the_first_claim(corpus):
    claims = {
        claim_id: claim._replace(columns={"year": "1900"} if number else {})
        for number, (claim_id, claim) in enumerate(corpus.claims.items())
    }
    claims["d01-c02"] = claims["d01-c02"]._replace(columns={"year": "1901"})
    (year,) = corpus_page._filters(ki.Corpus(claims, corpus.sources))
    assert year.values == ("1900", "1901")

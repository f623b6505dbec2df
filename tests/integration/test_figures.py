"""The figures of the performance and annotation pages show the numbers of their tables."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks.figures import FIGURES, WIDTH, agreement, rates, table

DOCS = Path(__file__).parents[2] / "docs"
SVG = "{http://www.w3.org/2000/svg}"
RATES = """
| | rows a second, cold | cold | warm | at least | stretch | does not check |
|---|--:|--:|--:|--:|--:|---|
| a peer & more | 267,375 | 0.97 | 1.00 |  |  | quotes |
| validate | 94,303 | 0.30 | 3.35 | 1.4 | 1.7 |  |
"""
AGREEMENT = """
| scheme | figure | value | 95 % | same claims | 95 % |
|---|---|---|---|---|---|
| `horizon` | κ | 0.75 | 0.50 to 1.00 | 20 of 40 | 0.50 to 0.75 |
"""


@pytest.mark.parametrize("name", FIGURES)
def test_the_figure_matches_the_page(name):
    document = (DOCS / f"{name}.md").read_text("utf-8")
    assert f"]({name}.svg)" in document
    assert (DOCS / f"{name}.svg").read_text("utf-8") == FIGURES[name](document), "run make figures"


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_a_title_and_a_description_and_nothing_outside(name):
    drawn = ET.parse(DOCS / f"{name}.svg").getroot()
    assert drawn.find(f"{SVG}title").text
    assert len(drawn.find(f"{SVG}desc").text) > 200
    high = float(drawn.get("viewBox").split()[3])
    for circle in drawn.iter(f"{SVG}circle"):
        assert 0 < float(circle.get("cx")) < WIDTH
        assert 0 < float(circle.get("cy")) < high


def shown(svg):
    drawn = ET.fromstring(svg)
    groups = list(drawn.iter(f"{SVG}g"))
    return [
        (group.get("class"), *(float(circle.get("cx")) for circle in group.iter(f"{SVG}circle")))
        for group in groups
    ], [one.text for one in drawn.iter(f"{SVG}text")]


def test_rates_are_on_a_logarithmic_axis():
    groups, words = shown(rates(RATES))
    assert [kind for kind, *_ in groups] == ["own", "peer"]
    assert {"validate", "0.30 → 3.35", "a peer & more", "0.97 → 1.00", "1 = a peer & more, warm."} <= {*words}
    (_, cold, warm), (_, before, one) = groups
    marks = dict(zip(words, positions(rates(RATES)), strict=True))
    assert one == pytest.approx(marks["1"], abs=0.1)
    assert marks["0.3"] == pytest.approx(cold, abs=0.1)
    assert marks["3"] < warm < marks["10"]
    assert before < one


def positions(svg):
    return [float(one.get("x")) for one in ET.fromstring(svg).iter(f"{SVG}text")]


def test_agreement_has_values_and_intervals():
    groups, words = shown(agreement(AGREEMENT))
    marks = dict(zip(words, positions(agreement(AGREEMENT)), strict=True))
    (_, value), (_, share) = groups
    assert value == pytest.approx((marks["0.7"] + marks["0.8"]) / 2, abs=0.1)
    assert share == pytest.approx(marks["0.5"], abs=0.1)
    ranges = [one.get("d") for one in ET.fromstring(agreement(AGREEMENT)).iter(f"{SVG}path")]
    assert f"M{marks['0.5']:.1f} 118H{marks['1']:.1f}" in ranges


def test_a_page_without_the_table_is_refused():
    with pytest.raises(SystemExit, match="the document has no table with the heading"):
        table("text", "| a |")

"""What `split`, `fix` and `iter_findings` give is the same by columns and row by row, for any cut."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import HUGE, constants
from scale import amount

import kaiser_interview as ki
from kaiser_interview.validation.engine import execution
from kaiser_interview.validation.formats import csv_batches
from kaiser_interview.validation.formats.json import array, line_batches, parsed_batches
from kaiser_interview.validation.formats.json import lines as json_lines
from kaiser_interview.validation.sources import partition

CLAIMS = ki.load()
BY = {"method": "human", "creator": "me"}
KINDS = {
    "translation": {"language": "en", "translation": "A text."},
    "verdict": {"verdict": "mixed", "urls": []},
    "relation": {"other_claim_id": "d01-c02", "relation": "supports", "rationale": "r"},
}
CHANGES = [{}, {}, {}, {"method": "magic"}, {"x_note": "u\\u {}"}, {"claim_id": "d99-c01"}, {"id": "a"}]
NULLS = ("claim_sha256", "quote_start", "quote_end", "release", "other_claim_sha256", "creator")


@st.composite
def rows(draw, kind: str) -> dict:
    """Return a row that is right, or nearly: with and without quote, offsets, digest, release, creator."""
    claim = draw(st.sampled_from(CLAIMS[:4]))
    row = {"claim_id": claim.claim_id} | KINDS[kind]
    if draw(st.booleans()):
        start = draw(st.integers(0, len(claim.text) - 2))
        quote = claim.text[start : start + draw(st.integers(1, 12))]
        row["quote"] = draw(st.sampled_from([quote, quote, quote, quote[::-1], quote + "，"]))
        if draw(st.booleans()):
            place = claim.start + start + draw(st.sampled_from([0, 0, 1]))
            row |= {"quote_start": place, "quote_end": place + len(quote)}
    if draw(st.booleans()):
        row["claim_sha256"] = draw(st.sampled_from([claim.claim_sha256, claim.claim_sha256, "0" * 64]))
    if draw(st.booleans()):
        row["release"] = ki.data_release
    changes = [
        {},
        {},
        {},
        {"method": "magic"},
        {"x_note": "\u0075\\u {}"},
        {"claim_id": "d99-c01"},
        {"id": "a"},
    ]
    row |= {name: value for name, value in BY.items() if draw(st.booleans())} | draw(st.sampled_from(changes))
    return row | {name: None for name in NULLS if name not in row and draw(st.integers(0, 9)) == 0}


def text(row: dict, spelled: str) -> bytes:
    """Return a row as JSON; a key may be written with an escape."""
    return json.dumps(row, ensure_ascii=spelled == "ascii").replace(
        '"claim_sha256"', '"claim\\u005fsha256"' if spelled == "escaped" else '"claim_sha256"'
    ).encode()  # fmt: skip


def json_file(draw, made: list[dict], *, array: bool) -> bytes:
    spelled = [draw(st.sampled_from(["plain", "plain", "ascii", "escaped"])) for _ in made]
    texts = [text(row, how) for row, how in zip(made, spelled, strict=True)]
    if array:
        return b"[" + draw(st.sampled_from([b", ", b",\n"])).join(texts) + b"]"
    noise = st.sampled_from([b"", b"", b"", b"\n", b" \n", b"{}\n", b"{\n"])
    lines = b"".join(one + draw(st.sampled_from([b"\n", b"\n", b" \r\n"])) + draw(noise) for one in texts)
    return lines if draw(st.booleans()) else lines.rstrip()


def csv_file(made: list[dict]) -> bytes:
    names = list(dict.fromkeys(name for row in made for name in row if name != "urls"))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(made)
    return out.getvalue().encode()


def outputs(path: Path, folder: Path, kind: str) -> list:
    """Return all that is written and said about a file."""
    suffix, options = path.suffix, {"kind": kind}
    valid, rejects, fixed = (folder / f"{name}{suffix}" for name in ("valid", "rejects", "fixed"))
    report = ki.split(path, valid=valid, rejects=rejects, **options).report
    result = ki.fix(path, output=fixed, unsafe_fixes=True, defaults={"creator": "some-model"}, **options)
    beside = [folder / f"{rejects.name}.findings.jsonl", folder / f"{fixed.name}.changes.jsonl"]
    written = [one.read_bytes() for one in (valid, rejects, fixed, *beside)]
    found = [*ki.validate(path, **options).iter_findings()]
    assert found == [*report.iter_findings()]
    assert len(found) == sum(one.number for one in report.counts)
    return [written, report.to_json(), result.report.to_json(), dict(result.changed), found]


@pytest.mark.parametrize("form", ["jsonl", "json", "csv"])
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=amount(12, 2000))
@given(data=st.data())
def test_outputs_do_not_depend_on_the_way(tmp_path_factory, form, kind, data):
    folder = tmp_path_factory.getbasetemp() / f"sinks-{kind}-{form}"
    folder.mkdir(exist_ok=True)
    made = data.draw(st.lists(rows(kind), min_size=1, max_size=12), label="rows")
    path = folder / f"rows.{form}"
    held = csv_file(made) if form == "csv" else json_file(data.draw, made, array=form == "json")
    path.write_bytes(held)
    with constants((execution, "_TINY", HUGE), (execution, "_FEW", HUGE)):
        by_row = outputs(path, folder, kind)
    few = data.draw(st.sampled_from([1, 3]), label="few")
    with constants(
        (execution, "_TINY", 0),
        (execution, "_FEW", 0),
        (line_batches, "_FEW", few),
        (parsed_batches, "_FEW", few),
        (csv_batches, "_CHUNK", data.draw(st.integers(1, 3000), label="chunk of CSV")),
        (partition, "SLICE", data.draw(st.integers(1, 5), label="rows a part")),
        (array, "_CHUNK", data.draw(st.integers(1, 3000), label="chunk of an array")),
        (json_lines, "_CHUNK", data.draw(st.integers(1, 3000), label="chunk")),
    ):
        assert outputs(path, folder, kind) == by_row
